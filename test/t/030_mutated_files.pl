# Files damaged at random: whatever stands in them, each call gives an answer or an error, the server stays up
# and no call hangs. PG_SQLITE_MUTATIONS files (20), PG_SQLITE_SEED to repeat a run, PG_SQLITE_KEEP a folder for
# files that did harm.
use strict;
use warnings;
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $count = $ENV{PG_SQLITE_MUTATIONS} || 20;
my $seed = $ENV{PG_SQLITE_SEED} || int(rand(2**31));
srand($seed);
diag "seed $seed, $count files";

my $node = PostgreSQL::Test::Cluster->new('mutated');
$node->init;
$node->append_conf('postgresql.conf', "statement_timeout = '20s'\nfsync = off\nmax_locks_per_transaction = 256\nrestart_after_crash = on\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

# Seeds: what the other tests read, a file in WAL mode whose log is not checkpointed yet, overflow chains, a
# freelist and indexes. Small pages make more of the bytes structure.
# hostile.sql is not among them: it has a view that never ends, undamaged as well.
my @seeds;
for my $script (grep { !/hostile/ } glob(q{test/data/*.sql})) {
	my ($name) = $script =~ m{([^/]+)\.sql$};
	push @seeds, "$dir/$name.db" if system("sqlite3 -bail -init /dev/null $dir/$name.db < $script > /dev/null 2>&1") == 0;
}
for my $page (512, 4096) {
	my $file = "$dir/chains$page.db";
	open my $sqlite, '|-', "sqlite3 -bail -init /dev/null $file > /dev/null" or die $!;
	print $sqlite <<"SQL";
PRAGMA page_size = $page; PRAGMA auto_vacuum = @{[ $page == 512 ? 1 : 0 ]};
CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, b BLOB, UNIQUE (v));
CREATE TABLE w (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE INDEX t_b ON t (b) WHERE id % 3 = 0;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO t SELECT i, printf('%0*d', 20 + (i % 7) * 300, i), zeroblob(i * 5 % 3000) FROM n;
INSERT INTO w SELECT v, id FROM t; DELETE FROM t WHERE id % 5 = 0; ANALYZE;
CREATE VIEW s AS SELECT count(*) AS n, max(v) AS v FROM t JOIN w ON w.b = t.id;
SQL
	close $sqlite or die 'sqlite3 failed';
	push @seeds, $file;
}
{
	# The log stays when the connection ends without a checkpoint.
	my $file = "$dir/wal.db";
	system("sqlite3 -init /dev/null $file \"PRAGMA journal_mode = wal; CREATE TABLE t (a, b TEXT); INSERT INTO t SELECT value, hex(randomblob(300)) FROM generate_series(1, 200)\" '.dbconfig no_ckpt_on_close on' 'INSERT INTO t VALUES (1, 2)' > /dev/null");
	push @seeds, $file;
}
cmp_ok(scalar @seeds, '>=', 5, 'there are files to damage');

sub slurp_bytes { my ($file) = @_; local $/; open my $handle, '<:raw', $file or return ''; return <$handle> // ''; }
sub write_bytes { my ($file, $bytes) = @_; open my $handle, '>:raw', $file or die "$file: $!"; print $handle $bytes; close $handle; }

# One damage to some bytes; $page is the size of a page.
sub damage {
	my ($bytes, $page) = @_;
	my $size = length $bytes;
	return $bytes if $size < 2;
	my $kind = int rand 13;
	my $pages = int($size / $page) || 1;
	my $at = int rand $size;
	if ($kind == 0) { substr($bytes, int(rand(100)) % $size, 1) = chr int rand 256 }                 # the header
	elsif ($kind == 1) { substr($bytes, (100 + int(rand($page))) % $size, 1) = chr int rand 256 }    # the schema's page
	elsif ($kind == 2) { substr($bytes, ($at - $at % $page + int(rand(12))) % $size, 1) = chr int rand 256 }    # a b-tree page's header
	elsif ($kind == 3) { substr($bytes, ($at - $at % $page + 8 + int(rand(60))) % $size, 1) = chr int rand 256 }    # cell pointers
	elsif ($kind == 4) { $bytes = substr($bytes, 0, $at) }
	elsif ($kind == 5) { $bytes = substr($bytes, 0, $page * (1 + int rand $pages)) }
	elsif ($kind == 6) {
		my ($from, $to) = map { $page * int rand $pages } 1, 2;
		substr($bytes, $to, $page) = substr($bytes, $from, $page) if $from + $page <= $size && $to + $page <= $size;
	}
	elsif ($kind == 7) {
		my ($one, $two) = map { $page * int rand $pages } 1, 2;
		if ($one + $page <= $size && $two + $page <= $size) {
			my $kept = substr $bytes, $one, $page;
			substr($bytes, $one, $page) = substr($bytes, $two, $page);
			substr($bytes, $two, $page) = $kept;
		}
	}
	elsif ($kind == 8) { substr($bytes, $at, 4) = pack 'N', int rand($pages + 3) if $at + 4 <= $size }    # page numbers
	elsif ($kind == 9) {
		# The freelist: its first trunk page and length (file format 1.3.6), or what a page looks like as a trunk.
		if (rand() < 0.5) { substr($bytes, 32, 8) = pack 'N2', int rand($pages + 3), int rand 9 if $size >= 40 }
		else { substr($bytes, $at - $at % $page, 8) = pack 'N2', int rand($pages + 3), int rand 2**32 if $size - ($at - $at % $page) >= 8 }
	}
	elsif ($kind == 10) { my $start = $at - $at % $page; substr($bytes, $start, 4) = pack 'N', int rand($pages + 1) if $start + 4 <= $size }    # a chain of overflow pages: onwards, backwards, to itself
	elsif ($kind == 11) {
		# Words of the schema.
		my @words = ('CREATE ', 'TABLE ', 'INTEGER', 'TEXT', 'PRIMARY KEY', 'REFERENCES ', 'NOT NULL', 'CHECK ', '(', ')', ',', "'", '"', 'AS ', 'SELECT ', 'WITHOUT ROWID');
		my $word = $words[ int rand @words ];
		my @places;
		push @places, pos($bytes) - length $word while $bytes =~ /\Q$word\E/g;
		if (@places) {
			my $other = substr $words[ int rand @words ], 0, length $word;
			substr($bytes, $places[ int rand @places ], length $word) = $other . ' ' x (length($word) - length $other);
		}
	}
	else { substr($bytes, $at, 1) = chr int rand 256 for 1 .. 1 + int rand 20; $at = int rand $size }
	return $bytes;
}

# The -wal with right checksums again (file format 4.2), so that what was damaged in it is read.
sub seal {
	my ($wal) = @_;
	return $wal if length $wal < 32;
	my $page = unpack 'N', substr $wal, 8, 4;
	return $wal if $page < 512 || $page > 65536 || $page & ($page - 1);
	my $words = unpack('N', substr $wal, 0, 4) & 1 ? 'N*' : 'V*';
	my ($one, $two) = (0, 0);
	my $add = sub {
		my @word = unpack $words, $_[0];
		while (my ($x, $y) = splice @word, 0, 2) {
			$one = ($one + $x + $two) & 0xffffffff;
			$two = ($two + $y + $one) & 0xffffffff;
		}
	};
	$add->(substr $wal, 0, 24);
	substr($wal, 24, 8) = pack 'N2', $one, $two;
	for (my $at = 32; $at + 24 + $page <= length $wal; $at += 24 + $page) {
		substr($wal, $at + 8, 8) = substr $wal, 16, 8;
		$add->(substr $wal, $at, 8);
		$add->(substr $wal, $at + 24, $page);
		substr($wal, $at + 16, 8) = pack 'N2', $one, $two;
	}
	return $wal;
}

# How it is migrated: one of these a file. Workers are started anew for each, so they are rarer.
my @specs = (
	'{}',
	'{"types": "stored"}',
	'{"on_error": "reject", "transaction": "batch", "commit_rows": 50, "orphans": "reject"}',
	'{"on_error": "null", "read_from": "live", "transaction": "table"}',
	'{"types": "stored", "promote": "all", "on_error": "reject", "read_from": "live"}',
	'{"keys": "uuid", "on_error": "reject"}');
my @worker_specs = (
	'{"workers": 2, "types": "stored", "on_error": "reject", "parallel_index": true}',
	'{"workers": 2, "transaction": "batch", "commit_rows": 50, "on_error": "reject", "read_from": "live"}');

my $script = <<'SQL';
SELECT count(*) FROM sqlite.tables('m', true);
SELECT length(sqlite.inventory('m')::text);
SELECT count(*) FROM sqlite.indexes('m', true);
SELECT count(*) FROM sqlite.profile('m');
SELECT count(*) FROM sqlite.assess('{m}', 'nowhere');
SELECT count(*) FROM sqlite.plan('{m}', 'nowhere');
SELECT length(sqlite.suggest_spec('{m}', 'nowhere')::text);
SELECT count(*) FROM sqlite.conflicts('{m}');
CREATE SCHEMA m;
IMPORT FOREIGN SCHEMA main FROM SERVER m INTO m OPTIONS (types 'stored');
SELECT format('SELECT count(*), max(t::text) FROM %s t', c::regclass), format('SELECT * FROM %s ORDER BY 1 LIMIT 3', c::regclass), format('ANALYZE %s', c::regclass)
FROM (SELECT ftrelid FROM pg_foreign_table) AS f(c) \gexec
SELECT sqlite.disconnect('m');
DROP SCHEMA m CASCADE;
CREATE TEMP TABLE before AS SELECT max(job) AS job FROM sqlite.jobs;
CALL sqlite.migrate('{m}', 'moved', :'spec');
SELECT 'job ' || max(j.job) AS moved, max(j.job) AS job FROM sqlite.jobs AS j, before AS b WHERE j.job IS DISTINCT FROM b.job AND j.job > coalesce(b.job, 0) \gset
SELECT 'state ' || state FROM sqlite.jobs WHERE job = :job;
SELECT count(*) FROM sqlite.validate(:job);
SELECT format('SELECT count(*) FROM sqlite.differences(%s, %L)', job, table_name) FROM sqlite.job_tables WHERE job = :job \gexec
SELECT count(*) FROM sqlite.validate_constraints(:job);
CALL sqlite.resume(:job);
CALL sqlite.retry_rejects(:job);
SELECT length(sqlite.report_text(:job));
CALL sqlite.rollback(:job);
SELECT 'state ' || state FROM sqlite.jobs WHERE job = :job;
SELECT 'peak ' || substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s+(\d+)');
SQL

my ($harm, $answers, $errors, $peak, %states) = (0, 0, 0, 0);
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
for my $number (1 .. $count) {
	my $from = $seeds[ int rand @seeds ];
	my $file = "$dir/m.db";
	unlink "$file", "$file-wal", "$file-shm", "$file-journal";
	my $bytes = slurp_bytes($from);
	my $page = unpack('n', substr($bytes, 16, 2)) || 4096;
	$page = 4096 if $page < 512 || $page & ($page - 1);
	my $wal = slurp_bytes("$from-wal");
	if (length $wal && rand() < 0.5) {
		$wal = damage($wal, $page + 24) for 1 .. 1 + int rand 3;
		$wal = seal($wal) if rand() < 0.7;
	} else {
		$bytes = damage($bytes, $page) for 1 .. 1 + int rand 4;
	}
	write_bytes($file, $bytes);
	write_bytes("$file-wal", $wal) if length $wal;
	chmod 0666, $file, "$file-wal";
	my $spec = $number % 10 ? $specs[ int rand @specs ] : $worker_specs[ int rand @worker_specs ];
	my ($status, $out, $err) = $node->psql('postgres',
		"\\set VERBOSITY verbose\n\\set spec '$spec'\nCREATE SERVER m FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$file');\n$script",
		on_error_stop => 0, timeout => 180, timed_out => \my $timed_out);
	$answers += () = $out =~ /^\d/mg;
	$errors += () = $err =~ /ERROR:/g;
	$states{$_}++ for $out =~ /^state (.*)$/mg;
	$peak = $1 if $out =~ /^peak (\d+)$/m && $1 > $peak;
	my $bad = $timed_out || $err =~ /server closed the connection|statement timeout|terminat|PANIC|out of memory|ERROR:  XX000/;
	if ($bad) {
		$harm++;
		diag "file $number from $from: " . substr($err, 0, 2000);
		if ($ENV{PG_SQLITE_KEEP}) {
			copy($file, "$ENV{PG_SQLITE_KEEP}/mutated-$seed-$number.db");
			copy("$file-wal", "$ENV{PG_SQLITE_KEEP}/mutated-$seed-$number.db-wal") if -e "$file-wal";
		}
		$node->poll_query_until('postgres', 'SELECT true') or die 'the server does not come back';
	}
	$node->safe_psql('postgres', 'DROP SERVER IF EXISTS m CASCADE; DROP SCHEMA IF EXISTS m, moved CASCADE');
}
diag "$answers answers, $errors errors; " . join(', ', map { "$states{$_} jobs $_" } sort keys %states) . "; at most $peak kB a session";
is($harm, 0, "$count damaged files: no crash, no hang");
is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server was never started anew');
unlike(slurp_bytes($node->logfile), qr/terminated by signal|PANIC/, 'the log tells of no crash');
cmp_ok($peak, '<', 512 * 1024, 'no session took more than 512 MB');
# What jobs leave behind would be copies of sources and schemas for staging.
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sqlite\\_job%'"), 0, 'no schema of a job is left');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_sqlite%' OR state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'}), 0, 'nobody is at work any more');
done_testing();
