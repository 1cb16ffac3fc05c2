# Files damaged at random: whatever stands in them, each call gives an answer or an error, the server stays up
# and no call hangs. PG_SQLITE_MUTATIONS files (60), PG_SQLITE_SEED to repeat a run, PG_SQLITE_KEEP a folder for
# files that did harm.
use strict;
use warnings;
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $count = $ENV{PG_SQLITE_MUTATIONS} || 60;
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
my @seeds;
for my $script (glob(q{test/data/*.sql})) {
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
	my $kind = int rand 10;
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
	else { substr($bytes, $at, 1) = chr int rand 256 for 1 .. 1 + int rand 20; $at = int rand $size }
	return $bytes;
}

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
SQL

my ($harm, $answers, $errors) = (0, 0, 0);
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
	} else {
		$bytes = damage($bytes, $page) for 1 .. 1 + int rand 4;
	}
	write_bytes($file, $bytes);
	write_bytes("$file-wal", $wal) if length $wal;
	chmod 0666, $file, "$file-wal";
	my ($status, $out, $err) = $node->psql('postgres',
		"CREATE SERVER m FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$file');\n$script",
		on_error_stop => 0, timeout => 180, timed_out => \my $timed_out);
	$answers += () = $out =~ /^\d/mg;
	$errors += () = $err =~ /ERROR:/g;
	my $bad = $timed_out || $err =~ /server closed the connection|statement timeout|terminat|PANIC|out of memory|XX000/;
	if ($bad) {
		$harm++;
		diag "file $number from $from: " . substr($err, 0, 2000);
		if ($ENV{PG_SQLITE_KEEP}) {
			copy($file, "$ENV{PG_SQLITE_KEEP}/mutated-$seed-$number.db");
			copy("$file-wal", "$ENV{PG_SQLITE_KEEP}/mutated-$seed-$number.db-wal") if -e "$file-wal";
		}
		$node->poll_query_until('postgres', 'SELECT true') or die 'the server does not come back';
	}
	$node->safe_psql('postgres', 'DROP SERVER IF EXISTS m CASCADE; DROP SCHEMA IF EXISTS m CASCADE');
}
diag "$answers answers, $errors errors";
is($harm, 0, "$count damaged files: no crash, no hang");
is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server was never started anew');
unlike(slurp_bytes($node->logfile), qr/terminated by signal|PANIC/, 'the log tells of no crash');
done_testing();
