# Backups: of one state of a file while others write, in nobody's way, and refused when they are not what their
# manifest says. PG_SQLITE_BACKUP_ROUNDS rounds with a writer (200).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{PG_SQLITE_BACKUP_ROUNDS} // 200;
my $node = PostgreSQL::Test::Cluster->new('backup');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;
my $backups = 0;

sub sqlite {
	my ($name, $sql) = @_;
	my ($out, $err);
	IPC::Run::run([ 'sqlite3', '-init', '/dev/null', "$dir/$name", $sql ], '<', \'', '>', \$out, '2>', \$err);
	chomp $out;
	return $out . $err;
}
sub server { my ($name, $options) = @_; $node->safe_psql('postgres', "CREATE SERVER $name FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/$name.db'" . ($options // '') . ')'); return; }
sub new_folder { my $folder = "$dir/backups" . ++$backups; mkdir $folder or die $!; return $folder; }
sub slurp { my ($path) = @_; open my $in, '<:raw', $path or die "$path: $!"; local $/ = undef; return scalar <$in>; }
sub spew { my ($path, $bytes) = @_; open my $out, '>:raw', $path or die "$path: $!"; print $out $bytes; close $out; return; }
# What psql writes, standard error with SQLSTATEs included.
sub run {
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out;
}
sub files { my ($folder) = @_; opendir my $handle, $folder or die $!; return join ' ', sort map { s/-\d+T\d+\.\d+Z/-TIME/r } grep { !/^\./ } readdir $handle; }

# Commits until killed: each transaction leaves the sum of n as it was. It does not outlive us.
my $writing;
$SIG{TERM} = $SIG{INT} = sub { exit 1 };
END { my $status = $?; kill 'TERM', -$writing if $writing; $? = $status; }
sub start_writer {
	my ($file, $more) = @_;
	my $sql = join '', map { "BEGIN IMMEDIATE; UPDATE t SET n = n - $_ WHERE id % 7 = 1 AND id < 700; UPDATE t SET n = n + $_ WHERE id % 7 = 2 AND id < 700; INSERT INTO t (n, v) VALUES (0, hex(randomblob(300))); DELETE FROM t WHERE id = 1000 + $_; COMMIT;\n" } 1 .. 50;
	spew("$dir/$file.sql", $sql . $more);
	my $pid = fork // die $!;
	return $writing = $pid if $pid;
	setpgrp;
	$SIG{TERM} = $SIG{INT} = 'DEFAULT';
	undef $writing;
	open STDIN, '-|', "echo 'PRAGMA busy_timeout = 20000; PRAGMA synchronous = OFF;'; while cat '$dir/$file.sql'; do :; done" or die $!;
	open STDOUT, '>', "$dir/$file.log" or die $!;
	open STDERR, '>&', \*STDOUT or die $!;
	exec 'sqlite3', '-init', '/dev/null', "$dir/$file";
	die $!;
}

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE made (server text, manifest jsonb, verified boolean);
CREATE PROCEDURE rounds(server text, folder text, count integer) LANGUAGE plpgsql AS $$
DECLARE manifest jsonb;
BEGIN
	FOR i IN 1 .. count LOOP
		manifest := sqlite.backup(server, folder, i % 4 = 0);
		INSERT INTO made VALUES (server, manifest, sqlite.verify_backup(manifest));
		COMMIT;
	END LOOP;
END $$;
SQL

for my $mode ('wal', 'delete') {
	sqlite("$mode.db", "PRAGMA journal_mode = $mode; CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, v TEXT); CREATE INDEX t_n ON t (n); WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 2000) INSERT INTO t SELECT i, 10, hex(randomblob(100)) FROM i");
	server($mode, ", busy_timeout '20000'");
	my $folder = new_folder();
	my $writer = start_writer("$mode.db", $mode eq 'wal' ? "PRAGMA wal_checkpoint(TRUNCATE);\nVACUUM;\n" : "VACUUM;\n");
	is(run("CALL rounds('$mode', '$folder', " . int($rounds / 2) . ')'), '', "$mode: backups while another commits, each verified");
	kill 'TERM', -$writer;
	waitpid $writer, 0;
	undef $writing;
	is($node->safe_psql('postgres', "SELECT count(*) FILTER (WHERE NOT verified OR manifest #> '{database,integrity}' <> '[\"ok\"]') FROM made WHERE server = '$mode'"), '0', "$mode: all of them are sound");
	my $states = $node->safe_psql('postgres', "SELECT count(DISTINCT manifest #>> '{database,sha256}') FROM made WHERE server = '$mode'");
	cmp_ok($states, '>', $rounds / 20, "$mode: and of several states");
	my $uneven = 0;
	foreach my $path (glob "$folder/*.db $folder/*.db.gz") {
		my $file = $path =~ /\.gz$/ ? "$dir/unpacked.db" : $path;
		system("gzip -dc '$path' > '$file'") == 0 or die if $file ne $path;
		IPC::Run::run([ 'sqlite3', '-readonly', '-init', '/dev/null', $file, "SELECT sum(n) FROM t WHERE id <= 2000 AND id NOT IN (SELECT id FROM t WHERE id BETWEEN 1001 AND 1050)" ], '<', \'', '>', \my $sum, '2>', \my $err);
		# 1,000 + 950 rows of 10 each; the deleted ones are not counted.
		$uneven++ if $sum ne "19500\n" || $err ne '';
	}
	is($uneven, 0, "$mode: sqlite3 finds the sum that each transaction keeps");
	is(slurp("$dir/$mode.db.log") =~ s/^(20000|0\|-?\d+\|-?\d+|wal|1\|-?\d+\|-?\d+)$//mgr =~ s/\s+//gr, '', "$mode: the writer met no error");
	is(sqlite("$mode.db", 'PRAGMA integrity_check'), 'ok', "$mode: and its file is sound");
	diag("$mode: $states states in " . int($rounds / 2) . ' backups');
}

# No lock is lost: a transaction that reads the file keeps writers from committing, whatever is read beside it.
my $folder = new_folder();
my $locked = run(<<SQL);
\\setenv PGSQLITE_DB $dir/delete.db
BEGIN;
SELECT * FROM sqlite.query('delete', 'SELECT 1') AS t (n integer);
SELECT sqlite.backup('delete', '$folder') AS manifest \\gset
SELECT sqlite.verify_backup(:'manifest'), sqlite.restore_backup(:'manifest', '$dir/restored.db');
SELECT sqlite.verify_backup(jsonb_set(:'manifest', '{file}', '"$dir/delete.db"'));
\\! sqlite3 -init /dev/null "\$PGSQLITE_DB" 'UPDATE t SET n = 0' 2>&1
SELECT in_use FROM sqlite.connections();
COMMIT;
\\! sqlite3 -init /dev/null "\$PGSQLITE_DB" 'UPDATE t SET n = 0' && echo written
SQL
is($locked =~ s/^.*database is locked.*$/locked/mr, "1\nt|$dir/restored.db\nt\nlocked\nt\nwritten", 'backup, verification and restoration drop no lock of the transaction');
is(run("BEGIN; SELECT sqlite.backup('delete', '$folder') IS NOT NULL; SELECT in_use FROM sqlite.connections() WHERE server = 'delete'; COMMIT"), "t\nf", 'a backup alone holds no lock for the rest of the transaction');

# What comes back is what went in.
sqlite('kinds.db', 'PRAGMA encoding = \'UTF-16\'; CREATE TABLE "a ""b" (v); INSERT INTO "a ""b" VALUES (1), (NULL), (x\'00\'); CREATE TABLE w (k TEXT PRIMARY KEY) WITHOUT ROWID; CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f VALUES (\'some words\'); PRAGMA user_version = 7');
spew("$dir/empty.db", '');
server($_) for qw(kinds empty);
$folder = new_folder();
for my $compress ('false', 'true') {
	for my $name (qw(kinds empty)) {
		is(run("SELECT sqlite.backup('$name', '$folder', $compress) AS m \\gset\nSELECT sqlite.verify_backup(:'m'), sqlite.restore_backup(:'m', '$dir/$name.$compress')"), "t|$dir/$name.$compress", "$name, compress $compress");
		is(slurp("$dir/$name.$compress"), slurp("$dir/$name.db"), 'byte by byte');
	}
}
is(files($folder), 'empty-TIME.db empty-TIME.db.gz empty-TIME.db.gz.json empty-TIME.db.json kinds-TIME.db kinds-TIME.db.gz kinds-TIME.db.gz.json kinds-TIME.db.json', 'files of a backup');
is(run("SELECT sqlite.backup('kinds', '$folder') #> '{database,tables}' ->> 'a \"b'"), '3', 'rows are counted');
my ($json) = glob "$folder/kinds-*Z.db.gz.json";
is(run('SELECT sqlite.verify_backup($j$' . slurp($json) . '$j$)'), 't', 'the file beside a backup is its manifest');

# Damaged, cut off, swapped, gone.
sub refused {
	my ($what, $manifest, $wanted) = @_;
	like(run("SELECT sqlite.verify_backup(\$j\$$manifest\$j\$)"), $wanted, "$what is not verified");
	like(run("SELECT sqlite.restore_backup(\$j\$$manifest\$j\$, '$dir/never.db')"), $wanted, 'nor restored');
	ok(!-e "$dir/never.db", 'and leaves nothing behind');
	return;
}
for my $compress ('false', 'true') {
	my @made = map { run("SELECT sqlite.backup('kinds', '$folder', $compress)") } 1 .. 2;
	my ($path) = $made[0] =~ /"file": "([^"]+)"/;
	my $bytes = slurp($path);
	my $flipped = $bytes;
	substr($flipped, length($bytes) / 2, 1) ^= "\x01";
	spew($path, $flipped);
	refused('a flipped bit', $made[0], qr/XX001: backup "\S+" is not what its manifest says.*Its SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}\..*damaged or replaced/s);
	spew($path, substr $bytes, 0, -1);
	refused('a file that was cut off', $made[0], qr/XX001: .*There are \d+ bytes instead of \d+\./s);
	sqlite('kinds.db', 'PRAGMA user_version = 8');
	my $other = run("SELECT sqlite.backup('kinds', '$folder', $compress)");
	sqlite('kinds.db', 'PRAGMA user_version = 7');
	my ($other_path) = $other =~ /"file": "([^"]+)"/;
	spew($path, slurp($other_path));
	refused('another backup in its place', $made[0], qr/XX001: /);
	unlink $path;
	refused('a file that is gone', $made[0], qr/58P01: /);
	# Both digests right for the wrong contents, or counts that were never true: someone mended the manifest.
	my ($second) = $made[1] =~ /"file": "([^"]+)"/;
	my $forged = $made[1] =~ s/("w": )0/${1}1/r;
	like(run("SELECT sqlite.verify_backup(\$j\$$forged\$j\$)"), qr/XX001: .*does not hold what its manifest says.*Table "w" has 0 rows instead of 1\./s, 'a wrong count');
	(my $no_plain = $made[1]) =~ s/("database": \{"sha256": ")./${1}x/;
	refused('a wrong digest of the contents', $no_plain, qr/XX001: backup "\S+" does not hold what its manifest says/);
}
{
	my $made = run("SELECT sqlite.backup('kinds', '$folder', true)");
	my ($path) = $made =~ /"file": "([^"]+)"/;
	for my $broken ([ 'no gzip file', 'x' x 100, qr/could not decompress.*incorrect header check/ ], [ 'a gzip file that ends early', substr(slurp($path), 0, -9), qr/could not decompress.*ends too early/ ], [ 'a gzip file with more behind', slurp($path) . 'x', qr/could not decompress.*goes on behind its end/ ]) {
		spew($path, $broken->[1]);
		my $sha = run("SELECT encode(sha256(pg_read_binary_file('$path')), 'hex')");
		my $mended = $made =~ s/("sha256": ")[0-9a-f]{64}/$1$sha/r =~ s/(.*"size_bytes": )\d+/$1 . length $broken->[1]/er;
		refused($broken->[0], $mended, $broken->[2]);
	}
}
like(run("SELECT sqlite.verify_backup('{\"format\": \"pg_sqlite backup 1\"}')"), qr/22023: this is not a manifest of a backup.*It has no "file"\./s, 'a manifest that is none');

# Never over anything.
my $good = run("SELECT sqlite.backup('kinds', '$folder')");
like(run("SELECT sqlite.restore_backup(\$j\$$good\$j\$, '$dir/kinds.db')"), qr/58P02: file "\S+kinds.db" exists already/, 'restore overwrites nothing');
spew("$dir/fresh.db-journal", 'x');
like(run("SELECT sqlite.restore_backup(\$j\$$good\$j\$, '$dir/fresh.db')"), qr/58P02: file "\S+fresh.db-journal" exists already.*SQLite would take what it holds for changes/s, 'nor beside a journal that would be rolled back into it');
like(run("SELECT sqlite.restore_backup(\$j\$$good\$j\$, 'fresh.db')"), qr/22023: path "fresh.db" is not absolute/, 'a relative path');
like(run("SELECT sqlite.backup('kinds', '$dir/nowhere')"), qr/58P01: could not resolve directory/, 'a directory that is not there');
is(run("SET pg_sqlite.allowed_directories = '$folder'; SELECT sqlite.verify_backup(\$j\$$good\$j\$)"), 't', 'a backup in an allowed directory');
like(run("SET pg_sqlite.allowed_directories = '$folder'; SELECT sqlite.restore_backup(\$j\$$good\$j\$, '$dir/fresh2.db')"), qr/42501: file "\S+" lies in no allowed directory/, 'and a restore elsewhere');
like(run("SET pg_sqlite.allowed_directories = '/nowhere'; SELECT sqlite.verify_backup(\$j\$$good\$j\$)"), qr/42501: file "\S+" lies in no allowed directory/, 'and a backup elsewhere');

# A damaged database is worth a backup all the same.
sqlite('hurt.db', 'CREATE TABLE t (v); WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 1000) INSERT INTO t SELECT hex(randomblob(50)) FROM i');
my $hurt = slurp("$dir/hurt.db");
substr($hurt, 4096 * 5, 100) = "\xff" x 100;
spew("$dir/hurt.db", $hurt);
server('hurt');
like(run("SELECT sqlite.backup('hurt', '$folder')"), qr/WARNING:.*the database of server "hurt" is damaged, and so is its backup/, 'a damaged database: a warning');
my ($hurt_json) = glob "$folder/hurt-*.json";
my $hurt_manifest = slurp($hurt_json);
is(run("SELECT sqlite.verify_backup(\$j\$$hurt_manifest\$j\$)"), 't', 'and a backup of what is there');

# A cancel leaves nothing behind.
sqlite('big.db', 'CREATE TABLE t (v); WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 20000) INSERT INTO t SELECT randomblob(1000) FROM i');
server('big');
$folder = new_folder();
for my $ms (1, 5, 20, 60) {
	my $said = run("SET statement_timeout = $ms; SELECT sqlite.backup('big', '$folder', true) IS NULL");
	is(files($folder), '', "cancelled after $ms ms: no file is left") if $said =~ /57014/;
}
is(join(' ', glob $node->data_dir . '/base/pgsql_tmp/*'), '', 'no temporary file is left');
$node->stop;
done_testing();
