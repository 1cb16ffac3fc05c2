# Who may read which file, and what is said of a file that is no SQLite database.
use strict;
use warnings;
use IO::Socket::UNIX;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('access');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;
my $reader_number = 0;

sub write_file {
	my ($name, $bytes) = @_;
	open my $file, '>:raw', "$dir/$name" or die "$name: $!";
	print $file $bytes;
	close $file;
}

sub sqlite {
	my ($name, $sql) = @_;
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/$name", $sql);
}

# Runs $sql as $role and returns what psql wrote to standard error, SQLSTATE included, or its output.
sub as_role {
	my ($role, $sql) = @_;
	my ($out, $err);
	$node->psql('postgres', "SET ROLE $role; $sql", stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out;
}

# Attaches nothing: a server for one file, one query, and gone again.
sub reading {
	my ($path) = @_;
	my $name = 'reading' . ++$reader_number;
	my $result = as_role('postgres', "CREATE SERVER $name FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$path'); SELECT * FROM sqlite.query('$name', 'SELECT count(*) FROM sqlite_schema') AS t (n integer)");
	$node->safe_psql('postgres', "DROP SERVER IF EXISTS $name");
	return $result;
}

my $user = getpwuid($>);
$node->safe_psql('postgres', 'CREATE ROLE postgres SUPERUSER') if $user ne 'postgres';
sqlite('shop.db', 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, \'one\')');

# Roles.
$node->safe_psql('postgres', 'CREATE ROLE nobody_special; CREATE ROLE file_reader IN ROLE pg_read_server_files; CREATE ROLE guest;'
	. 'GRANT CREATE ON DATABASE postgres TO file_reader, nobody_special; GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO nobody_special;');
like(as_role('nobody_special', "CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/shop.db')"), qr/42501.*permission denied to set option "database"/, 'CREATE SERVER with a path needs pg_read_server_files');
like(as_role('nobody_special', "SELECT sqlite.attach('$dir/shop.db')"), qr/42501.*permission denied to set option "database"/, 'so does attach');
is(as_role('nobody_special', 'CREATE SERVER empty_one FOREIGN DATA WRAPPER pg_sqlite'), '', 'a server without a path may be made by anyone with USAGE on the wrapper');
like(as_role('nobody_special', "ALTER SERVER empty_one OPTIONS (ADD database '$dir/shop.db')"), qr/42501.*permission denied to set option "database"/, 'ALTER SERVER ADD needs the right, too');
like(as_role('guest', 'CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite'), qr/42501/, 'no USAGE on the wrapper, no server');
is(as_role('file_reader', "SELECT sqlite.attach('$dir/shop.db')"), 'shop', 'a member of pg_read_server_files attaches');
is(as_role('file_reader', 'SELECT v FROM shop.t'), 'one', 'and reads');
is(as_role('file_reader', "ALTER SERVER shop OPTIONS (SET database '$dir/shop.db')"), '', 'and alters');

# USAGE.
like(as_role('guest', "SELECT * FROM sqlite.query('shop', 'SELECT 1') AS t (v integer)"), qr/42501.*permission denied for foreign server shop/, 'query needs USAGE on the server');
like(as_role('guest', "SELECT * FROM sqlite.profile('shop')"), qr/42501.*permission denied for foreign server shop/, 'profile needs it, too');
like(as_role('guest', "SELECT * FROM sqlite.$_('{shop}')"), qr/42501.*permission denied for foreign server shop/, "so does $_") for qw(assess plan suggest_spec);
like(as_role('guest', "SELECT sqlite.disconnect('shop')"), qr/42501.*permission denied for foreign server shop/, 'so does disconnect');
like(as_role('guest', 'SELECT * FROM shop.t'), qr/42501/, 'and a foreign table its own grant');
like(as_role('guest', "SELECT sqlite.detach('shop')"), qr/42501/, 'detach is for the owner');
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER shop TO guest');
is(as_role('guest', "SELECT * FROM sqlite.query('shop', 'SELECT v FROM t') AS t (v text)"), 'one', 'USAGE is enough to query');
is(as_role('guest', "SELECT texts FROM sqlite.profile('shop', 't') WHERE column_name = 'v'"), '1', 'and to profile');
is(as_role('guest', "SELECT count(*) FROM sqlite.assess('{shop}')"), '0', 'to assess');
is(as_role('guest', "SELECT sqlite.suggest_spec('{shop}')"), '{}', 'to have a spec suggested');
is(as_role('guest', "SELECT rows FROM sqlite.plan('{shop}', 'elsewhere') WHERE rows IS NOT NULL"), '1', 'and to plan');
$node->safe_psql('postgres', 'CREATE SCHEMA hidden; CREATE TABLE hidden.t (id bigint PRIMARY KEY, v text); INSERT INTO hidden.t VALUES (7, NULL)');
is(as_role('guest', "SELECT count(*) FROM sqlite.assess('{shop}', 'hidden') WHERE severity = 'blocker'"), '0', 'whether a target has rows is not told to who may not read it');
is(as_role('postgres', "SELECT count(*) FROM sqlite.assess('{shop}', 'hidden') WHERE severity = 'blocker'"), '1', 'but to others');
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA shop TO guest; GRANT SELECT ON shop.t TO guest');
is(as_role('guest', 'SELECT v FROM shop.t'), 'one', 'and SELECT to read the table');
like(as_role('guest', "IMPORT FOREIGN SCHEMA main FROM SERVER shop INTO public"), qr/42501/, 'IMPORT needs CREATE on the schema');
like(as_role('guest', "ALTER SERVER shop OPTIONS (SET database '/etc/passwd')"), qr/42501/, 'a user of the server does not alter it');

# Records of jobs; more in 041_job_records.pl.
$node->safe_psql('postgres', 'CREATE TABLE public.secret (id bigint, v text)');
$node->safe_psql('postgres', "INSERT INTO sqlite.jobs (kind, state, owner) VALUES ('load', 'done', 'file_reader')");
is(as_role('guest', 'SELECT count(*) FROM sqlite.jobs'), '0', 'jobs of other roles are not seen');
like(as_role('guest', 'SELECT sqlite.report(1)'), qr/42704.*job 1 does not exist/, 'nor reported');
is(as_role('file_reader', "SELECT sqlite.report(1) ->> 'kind'"), 'load', 'but by their owner');
like(as_role('file_reader', "UPDATE sqlite.jobs SET state = 'failed'"), qr/42501/, 'who does not write the records');
is(as_role('guest', 'SELECT count(*) FROM sqlite.progress'), '0', 'everyone may ask for progress');

# Rejected rows: their owner mends and ignores them, within limits, and has them loaded with rights of his own.
$node->safe_psql('postgres', 'CREATE TABLE public.kept (v int CONSTRAINT odd CHECK (v > 1)); GRANT INSERT ON public.kept TO guest;'
	. " SET ROLE guest; CALL sqlite.load('public.kept', 'SELECT 1', 'reject'); RESET ROLE; ALTER TABLE public.kept DROP CONSTRAINT odd; REVOKE INSERT ON public.kept FROM guest");
my $kept = $node->safe_psql('postgres', 'SELECT max(job) FROM sqlite.jobs');
like(as_role('file_reader', "CALL sqlite.retry_rejects($kept)"), qr/42704.*job $kept does not exist/, 'rejects of others are not loaded');
is(as_role('file_reader', "UPDATE sqlite.rejects SET state = 'ignored' WHERE job = $kept RETURNING id"), '', 'nor ignored');
like(as_role('guest', "UPDATE sqlite.rejects SET message = 'mine' WHERE job = $kept"), qr/42501/, 'only row and state are the owner\'s to change');
like(as_role('guest', "UPDATE sqlite.rejects SET row = '{}' WHERE job = $kept"), qr/22023.*has not the form of a rejected row/, 'and not to anything');
like(as_role('guest', "CALL sqlite.retry_rejects($kept, from_stored => true)"), qr/42501.*permission denied for table kept/, 'the target needs INSERT');
$node->safe_psql('postgres', 'GRANT INSERT ON public.kept TO guest; REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC');
like(as_role('guest', "CALL sqlite.retry_rejects($kept, from_stored => true)"), qr/42501.*permission denied to create temporary tables/, 'and the database TEMPORARY');
$node->safe_psql('postgres', 'GRANT TEMPORARY ON DATABASE postgres TO PUBLIC');
like(as_role('guest', "CALL sqlite.retry_rejects($kept, from_stored => true)"), qr/1 loaded, 0 still open/, 'which is enough');
like(as_role('guest', 'SELECT sqlite.check_reject()'), qr/39P01.*is the trigger of sqlite.rejects/, 'the trigger is no function to be called');
as_role('guest', "CALL sqlite.forget($kept)");
like(as_role('guest', "CALL sqlite.$_(1)"), qr/42704.*job 1 does not exist/, "another role's job: no $_") for qw(rollback forget);
like(as_role('guest', 'SELECT sqlite.rollback_sql(1)'), qr/42704.*job 1 does not exist/, 'nor rollback_sql');
like(as_role('guest', "CALL sqlite.forget(older_than => '0')"), qr/0 jobs are forgotten/, 'forgetting by age touches only its own');
is(as_role('file_reader', 'SELECT count(*) FROM sqlite.jobs'), '1', 'and no job of another role');
# What is taken back is taken back by the caller's rights.
$node->safe_psql('postgres', 'CREATE TABLE item (id int); GRANT INSERT, SELECT ON item TO guest');
like(as_role('guest', "CALL sqlite.load('item', 'SELECT 1')"), qr/^\d+$/, 'a load needs INSERT');
my $load = $node->safe_psql('postgres', 'SELECT max(job) FROM sqlite.jobs');
like(as_role('guest', "CALL sqlite.rollback($load)"), qr/42501.*permission denied for table item/, 'and its rollback DELETE');
$node->safe_psql('postgres', 'GRANT DELETE ON item TO guest');
is(as_role('guest', "CALL sqlite.rollback($load); SELECT count(*) FROM item"), '0', 'which is enough');
is(as_role('guest', "CALL sqlite.forget($load); SELECT count(*) FROM sqlite.jobs"), '0', 'its owner may forget it');
is(as_role('postgres', "INSERT INTO sqlite.jobs (job, kind, state, owner) OVERRIDING SYSTEM VALUE VALUES (77, 'load', 'done', 'guest'); CALL sqlite.forget(77); SELECT count(*) FROM sqlite.jobs WHERE job = 77"), '0', 'and a superuser, any');
# Validation: another role's job does not exist, relations need SELECT, servers USAGE.
like(as_role('guest', $_), qr/42704.*job 1 does not exist/, "another's job: $_") for 'SELECT * FROM sqlite.validate(1)', "SELECT * FROM sqlite.differences(1, 't')", 'SELECT * FROM sqlite.validate_constraints(1)', 'SELECT sqlite.assert_valid(1)';
is(as_role('file_reader', 'SELECT count(*) FROM sqlite.validate(1)'), '0', 'but for its owner');
like(as_role('guest', "SELECT * FROM $_"), qr/42501.*permission denied for table secret/, "SELECT is needed: $_") for "sqlite.validate('shop.t'::regclass, 'public.secret'::regclass)", "sqlite.differences('public.secret'::regclass, 'shop.t'::regclass)", "sqlite.digest('public.secret')";
is(as_role('guest', "SELECT status FROM sqlite.validate('shop.t'::regclass, 'shop.t'::regclass)"), 'identical', 'which is enough');
$node->safe_psql('postgres', 'REVOKE SELECT ON shop.t FROM guest');
like(as_role('guest', "SELECT * FROM sqlite.validate('shop.t'::regclass, 'shop.t'::regclass)"), qr/42501.*permission denied for foreign table t/, 'also where cells are read raw');
$node->safe_psql('postgres', 'GRANT SELECT ON shop.t TO guest; REVOKE USAGE ON FOREIGN SERVER shop FROM guest');
like(as_role('guest', "SELECT * FROM sqlite.validate_queries('shop', 'public', '{}')"), qr/42501.*permission denied for foreign server shop/, 'validate_queries needs USAGE on the server');
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER shop TO guest');
# Backups.
mkdir "$dir/backups";
like(as_role('file_reader', "SELECT sqlite.backup('shop', '$dir/backups')"), qr/42501.*permission denied to make a backup.*pg_write_server_files/s, 'backup needs pg_write_server_files');
$node->safe_psql('postgres', 'CREATE ROLE file_writer IN ROLE pg_write_server_files');
like(as_role('file_writer', "SELECT sqlite.backup('shop', '$dir/backups')"), qr/42501.*permission denied for foreign server shop/, 'and USAGE on the server');
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER shop TO file_writer');
my $manifest = as_role('file_writer', "SELECT sqlite.backup('shop', '$dir/backups')");
like($manifest, qr/^\{"file": /, 'both are enough');
like(as_role($_, "SELECT sqlite.verify_backup('$manifest')"), qr/42501.*permission denied to read a backup.*pg_read_server_files/s, "verify_backup needs pg_read_server_files: $_") for qw(guest file_writer);
is(as_role('file_reader', "SELECT sqlite.verify_backup('$manifest')"), 't', 'which is enough');
like(as_role('file_reader', "SELECT sqlite.restore_backup('$manifest', '$dir/restored.db')"), qr/42501.*permission denied to restore a backup.*pg_write_server_files/s, 'restore_backup needs pg_write_server_files');
like(as_role('file_writer', "SELECT sqlite.restore_backup('$manifest', '$dir/restored.db')"), qr/42501.*permission denied to read a backup/, 'and pg_read_server_files');
$node->safe_psql('postgres', 'GRANT pg_read_server_files TO file_writer');
is(as_role('file_writer', "SELECT sqlite.restore_backup('$manifest', '$dir/restored.db')"), "$dir/restored.db", 'both are enough');
$node->safe_psql('postgres', 'REVOKE pg_read_server_files FROM file_writer');

# The owner loses the right later: looked at anew when the file is read.
$node->safe_psql('postgres', 'REVOKE pg_read_server_files FROM file_reader');
like(as_role('guest', 'SELECT v FROM shop.t'), qr/42501.*permission denied to open the database of server "shop".*"file_reader" has no privileges of the "pg_read_server_files" role/s, 'the owner has lost the right');
$node->safe_psql('postgres', 'GRANT pg_read_server_files TO file_reader');
like(as_role('file_reader', "ALTER SERVER shop OWNER TO nobody_special"), qr/42501/, 'an owner cannot hand a server to a role of which it is no member');
$node->safe_psql('postgres', 'ALTER SERVER shop OWNER TO nobody_special');
like(as_role('postgres', 'SELECT v FROM shop.t'), qr/42501.*permission denied for foreign server shop\n.*The owner "file_reader" of foreign table/, 'what counts is the owner, not who reads');
$node->safe_psql('postgres', 'ALTER SERVER shop OWNER TO file_reader');
is(as_role('guest', 'SELECT v FROM shop.t'), 'one', 'and it works again');
like(as_role('guest', "SELECT count(*) FROM sqlite.version(); SET pg_sqlite.allowed_directories = '/'"), qr/42501/, 'the setting is for superusers');

# Paths.
like(reading('shop.db'), qr/database path "shop.db" is not absolute/, 'relative path');
like(reading('./shop.db'), qr/is not absolute/, 'another one');
mkdir "$dir/sub";
is(reading("$dir/sub/../shop.db"), '1', '".." is resolved');
symlink "$dir/shop.db", "$dir/link.db";
is(reading("$dir/link.db"), '1', 'a symbolic link is followed');
like(reading("$dir/sub"), qr/42809.*is a directory/, 'a directory');
system_or_bail('mkfifo', "$dir/fifo");
like(reading("$dir/fifo"), qr/42809.*is a FIFO/, 'a FIFO does not hang');
like(reading('/dev/zero'), qr/42809.*is a character device/, 'a device');
like(reading("$dir/missing.db"), qr/58P01.*does not exist.*a missing file is never created/s, 'a missing file');
ok(!-e "$dir/missing.db", 'which was not created');
like(reading("$dir/shop.db/x"), qr/58P01.*does not exist/, 'a file is no directory');
symlink "$dir/gone.db", "$dir/dangling.db";
like(reading("$dir/dangling.db"), qr/58P01/, 'a dangling link');
symlink "$dir/loop_b", "$dir/loop_a";
symlink "$dir/loop_a", "$dir/loop_b";
like(reading("$dir/loop_a"), qr/could not open database file.*Too many levels of symbolic links/, 'a loop of links');
like(reading($dir . '/' . ('x' x 300)), qr/could not open database file.*File name too long/, 'a name that is too long');
write_file('empty.db', '');
is(reading("$dir/empty.db"), '0', 'an empty file is a database without tables');
like(as_role('postgres', "SELECT sqlite.attach('$dir/empty.db')"), qr/WARNING.*has no tables/, 'which attach says');
my $odd = "odd 'name' ?mode=rw&x=%41#f.db";
sqlite($odd, 'CREATE TABLE t (id)');
(my $quoted = "$dir/$odd") =~ s/'/''/g;
is(reading($quoted), '1', 'a path is no URI');

# What stands beside a database where SQLite keeps its own files: opened only where it is a regular one. Nothing is waited for.
$node->safe_psql('postgres', "ALTER DATABASE postgres SET statement_timeout = '60s'");
my %placed = (
	'a FIFO' => sub { system_or_bail('mkfifo', $_[0]) },
	'a directory' => sub { mkdir $_[0] or die $! },
	'a socket' => sub { IO::Socket::UNIX->new(Local => $_[0], Listen => 1) or die "$_[0]: $!" },
	'a symbolic link' => sub { symlink "$dir/shop.db", $_[0] or die $! },
	'a symbolic link, dangling' => sub { symlink "$dir/nothing", $_[0] or die $! },
	'a symbolic link, to a device' => sub { symlink '/dev/zero', $_[0] or die $! });
for my $mode ('delete', 'wal') {
	for my $suffix ('-journal', '-wal', '-shm') {
		for my $what (sort keys %placed) {
			# A name that fits a socket's address.
			my $short = PostgreSQL::Test::Utils::tempdir_short() . '/p.db';
			system_or_bail('sqlite3', '-bail', '-init', '/dev/null', $short, "PRAGMA journal_mode = $mode; CREATE TABLE t (id)");
			my $kept = $placed{$what}->("$short$suffix");
			my ($kind) = split /,/, $what;
			# SQLite opens a -shm only beside a -wal.
			my $result = reading($short);
			if ($suffix eq '-shm') { is($result, '1', "$mode, -shm is $what: not needed"); }
			else { like($result, qr/42809.*"\Q$short$suffix\E" is \Q$kind\E.*HINT:  Move it away/s, "$mode, $suffix is $what"); }
			like(as_role('postgres', "CREATE SERVER copied FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$short'); SET client_min_messages = error; CALL sqlite.migrate('{copied}', 'copied')"),
				$suffix eq '-shm' ? qr/^\d+$/ : qr/42809/, '  so is it for a copy');
			$node->safe_psql('postgres', 'DROP SERVER IF EXISTS copied CASCADE; SET client_min_messages = error; DROP SCHEMA IF EXISTS copied CASCADE');
		}
	}
}
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET statement_timeout');

# Formats.
my %formats = (
	'a.gz' => [ "\x1f\x8b\x08" . ("\0" x 200), 'a gzip archive' ],
	'a.zip' => [ "PK\x03\x04" . ("\0" x 200), 'a ZIP archive' ],
	'a.duckdb' => [ ("\x11" x 8) . 'DUCK' . ("\0" x 4096), 'a DuckDB database' ],
	'a.sql' => [ "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", 'a SQL text dump' ],
	'a.db-wal' => [ "\x37\x7f\x06\x82" . ("\0" x 100), 'a SQLite write-ahead log' ],
	'a.db-journal' => [ "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" . ("\0" x 100), 'a SQLite rollback journal' ],
	'a.sqlite2' => [ '** This file contains an SQLite 2.1 database **' . ("\0" x 100), 'a SQLite 2 database' ],
	'a.dump' => [ 'PGDMP' . ("\0" x 100), 'a PostgreSQL dump' ],
	'a.parquet' => [ 'PAR1' . ("\0" x 100), 'a Parquet file' ],
	'a.mdb' => [ "\0\x01\0\0Standard Jet DB\0" . ("\0" x 100), 'a Microsoft Access database' ],
	'a.txt' => [ 'hello', undef ],
	'short' => [ 'SQLite', undef ]);
srand(1);
$formats{'a.enc'} = [ join('', map { chr(int(rand(256))) } 1 .. 8192), 'an encrypted database' ];
for my $name (sort keys %formats) {
	my ($bytes, $format) = @{ $formats{$name} };
	write_file($name, $bytes);
	my $expected = defined $format ? qr/HV00N.*is not a SQLite database.*It looks like \Q$format\E/s : qr/HV00N.*is not a SQLite database.*does not begin with SQLite's file header/s;
	like(reading("$dir/$name"), $expected, "$name: " . ($format // 'no known format'));
}

# What the server's operating-system user can't enter.
SKIP: {
	skip 'root may enter everything', 3 if $> == 0;
	sqlite('closed.db', 'CREATE TABLE t (id)');
	chmod 0000, "$dir/closed.db";
	like(reading("$dir/closed.db"), qr/42501.*permission denied.*user "\Q$user\E" lacks read permission on file "\Q$dir\E\/closed\.db"/s, 'a file without read permission');
	mkdir "$dir/vault";
	sqlite('vault/in.db', 'CREATE TABLE t (id)');
	chmod 0000, "$dir/vault";
	like(reading("$dir/vault/in.db"), qr/42501.*user "\Q$user\E" lacks search \(execute\) permission on directory "\Q$dir\E\/vault"/s, 'a directory without search permission');
	chmod 0700, "$dir/vault";
	chmod 0500, "$dir/vault";
	is(reading("$dir/vault/in.db"), '1', 'a directory without write permission is no trouble');
	chmod 0700, "$dir/vault";
}

# Only allowed directories, after links are resolved.
mkdir "$dir/allowed";
mkdir "$dir/allowed_too";
sqlite('allowed/in.db', 'CREATE TABLE t (id)');
sqlite('allowed_too/in.db', 'CREATE TABLE t (id)');
symlink "$dir/shop.db", "$dir/allowed/out.db";
symlink "$dir/allowed", "$dir/way_in";
$node->append_conf('postgresql.conf', "pg_sqlite.allowed_directories = '$dir/way_in'");
$node->reload;
$node->poll_query_until('postgres', "SELECT (SELECT count(*) FROM sqlite.version()) > 0 AND current_setting('pg_sqlite.allowed_directories') <> ''");
is(reading("$dir/allowed/in.db"), '1', 'a file in an allowed directory');
like(reading("$dir/allowed/out.db"), qr/42501.*lies in no allowed directory/, 'a link that leads out');
like(reading("$dir/allowed/../shop.db"), qr/42501.*lies in no allowed directory/, '".." that leads out');
like(reading("$dir/allowed_too/in.db"), qr/42501.*lies in no allowed directory/, 'a directory with a longer name');
like(as_role('guest', 'SELECT v FROM shop.t'), qr/42501.*lies in no allowed directory/, 'servers made before');
$node->append_conf('postgresql.conf', "pg_sqlite.allowed_directories = ''");
$node->reload;
$node->poll_query_until('postgres', "SELECT (SELECT count(*) FROM sqlite.version()) > 0 AND current_setting('pg_sqlite.allowed_directories') = ''");

# Damaged files: an error or true rows, and the server stays up.
sqlite('whole.db', 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i, hex(randomblob(20)) FROM n');
my $whole = slurp_file("$dir/whole.db");
my $pid = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
for my $size (50, 100, 512, 4096, 5000, 20480, length($whole) - 4096, length($whole) - 1) {
	write_file("cut$size.db", substr($whole, 0, $size));
	my $result = as_role('postgres', "SELECT sqlite.attach('$dir/cut$size.db'); SELECT count(*), sum(length(v)) FROM cut$size.t");
	like($result, qr/ERROR|WARNING|^cut$size\n\d+\|\d+$/, "cut to $size bytes");
	unlike($result, qr/server closed the connection|no connection to the server/, '  and the server is there');
}
for my $seed (1 .. 20) {
	srand($seed);
	my $bytes = $whole;
	substr($bytes, int(rand(length $bytes)), 1) = chr(int(rand(256))) for 1 .. 200;
	substr($bytes, 0, 16) = "SQLite format 3\0";
	write_file("broken$seed.db", $bytes);
	my $result = as_role('postgres', "SELECT sqlite.attach('$dir/broken$seed.db'); SELECT count(*), sum(length(v)) FROM broken$seed.t");
	unlike($result, qr/server closed the connection|no connection to the server/, "200 random bytes, seed $seed");
}
is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $pid, 'no restart in between');
$node->stop;
done_testing();
