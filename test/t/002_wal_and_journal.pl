# Databases that others write: WAL files at rest and in use, hot journals, locks, and what is seen when.
use strict;
use warnings;
use Digest::SHA;
use File::Copy;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $node = PostgreSQL::Test::Cluster->new('wal');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

sub sqlite {
	my ($file, $sql) = @_;
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', $file, $sql);
}

# A sqlite3 shell that stays open: its answers come with a mark behind them.
package Shell {
	sub new {
		my ($class, $file) = @_;
		my $self = bless { in => '', out => '', err => '' }, $class;
		$self->{harness} = IPC::Run::start([ 'sqlite3', '-init', '/dev/null', $file ], '<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err}, IPC::Run::timeout(60));
		return $self;
	}
	sub run {
		my ($self, $sql) = @_;
		$self->{out} = '';
		$self->{in} .= "$sql\n.print done\n";
		$self->{harness}->pump until $self->{out} =~ /^done$/m;
		die "sqlite3: $self->{err}" if $self->{err} ne '';
		(my $result = $self->{out}) =~ s/^done\n//m;
		chomp $result;
		return $result;
	}
	sub kill { my ($self) = @_; $self->{harness}->kill_kill(grace => 0); }
	sub finish { my ($self) = @_; $self->{in} .= ".quit\n"; $self->{harness}->finish; }
}

# A psql session that stays open.
package Session {
	sub new {
		my ($class, $node, $database) = @_;
		my $self = bless { in => '', out => '', err => '' }, $class;
		$self->{harness} = IPC::Run::start([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr($database // 'postgres') ], '<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err}, IPC::Run::timeout(60));
		return $self;
	}
	sub run {
		my ($self, $sql) = @_;
		$self->{out} = $self->{err} = '';
		$self->{in} .= "$sql\n\\echo done\n";
		$self->{harness}->pump until $self->{out} =~ /^done$/m;
		(my $result = $self->{out}) =~ s/^done\n//m;
		chomp $result;
		return $self->{err} ne '' ? $self->{err} : $result;
	}
	sub finish { my ($self) = @_; $self->{in} .= "\\q\n"; $self->{harness}->finish; }
}

package main;

sub server {
	my ($name, $file, $options) = @_;
	$options = defined $options ? ", $options" : '';
	$node->safe_psql('postgres', "CREATE SERVER $name FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$file'$options); CREATE FOREIGN TABLE $name (id bigint, v text) SERVER $name OPTIONS (\"table\" 't')");
}

sub count { return $node->safe_psql('postgres', "SELECT count(*) FROM $_[0]"); }

sub failure {
	my ($sql, @options) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err;
}

# Names, sizes and checksums of a folder.
sub fingerprint {
	my ($folder) = @_;
	opendir my $handle, $folder or die $!;
	my @names = sort grep { -f "$folder/$_" } readdir $handle;
	closedir $handle;
	return join("\n", map { join(' ', $_, -s "$folder/$_", Digest::SHA->new(256)->addfile("$folder/$_", 'b')->hexdigest) } @names);
}

sub folder { my ($name) = @_; mkdir "$dir/$name"; return "$dir/$name"; }

my $fill = 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t SELECT i, hex(randomblob(20)) FROM n';

# A WAL database at rest: read without side files, and without leaving any.
my $rest = folder('rest');
sqlite("$rest/a.db", "PRAGMA journal_mode = WAL; $fill");
my $before = fingerprint($rest);
unlike($before, qr/-wal|-shm/, 'at rest a WAL database is one file');
server('rest', "$rest/a.db");
is(count('rest'), '1000', 'it is read');
is(fingerprint($rest), $before, 'and nothing is left behind');
SKIP: {
	skip 'root may write anywhere', 2 if $> == 0;
	chmod 0555, $rest;
	chmod 0444, "$rest/a.db";
	is(count('rest'), '1000', 'in a directory without write permission, too');
	is(fingerprint($rest), $before, '  where nothing is left behind either');
	chmod 0755, $rest;
	chmod 0644, "$rest/a.db";
}

# At rest there are no marks in a -shm: our lock keeps the closing application from moving its -wal into the
# file, so the snapshot holds; a checkpoint that the application asks for overwrites it, which is noticed.
my $session = Session->new($node);
is($session->run('BEGIN; SELECT count(*) FROM rest;'), '1000', 'a transaction reads at rest');
sqlite("$rest/a.db", 'DELETE FROM t WHERE id > 900');
is($session->run('SELECT count(*) FROM rest;'), '1000', 'a commit into the -wal is not seen within it');
$session->run('COMMIT;');
is($session->run('SELECT count(*) FROM rest;'), '900', 'the next transaction sees it');
$session->run('SELECT sqlite.disconnect_all();');
sqlite("$rest/a.db", 'SELECT count(*) FROM t');
unlike(fingerprint($rest), qr/-wal|-shm/, 'at rest again');
is($session->run('BEGIN; SELECT count(*) FROM rest;'), '900', 'a transaction reads at rest');
sqlite("$rest/a.db", 'DELETE FROM t WHERE id > 800; PRAGMA wal_checkpoint(TRUNCATE)');
like($session->run('SELECT count(*) FROM rest;'), qr/40001.*changed while it was being read/, 'a checkpoint in the middle is an error of its own');
$session->run('ROLLBACK;');
is($session->run('SELECT count(*) FROM rest; SELECT sqlite.disconnect_all() IS NOT NULL;'), "800\nt", '  and tried again');
sqlite("$rest/a.db", 'SELECT count(*) FROM t');
is($session->run('BEGIN; SELECT count(*) FROM rest;'), '800', 'a transaction reads at rest and then');
sqlite("$rest/a.db", 'DELETE FROM t WHERE id > 700; PRAGMA wal_checkpoint(TRUNCATE)');
like($session->run('COMMIT;'), qr/40001.*changed while it was being read/, '  can no longer commit');
is($session->run('SELECT count(*) FROM rest;'), '700', '  but can be tried again');

# A WAL database in use.
my $live = folder('live');
sqlite("$live/a.db", "PRAGMA journal_mode = WAL; $fill");
my $writer = Shell->new("$live/a.db");
$writer->run('INSERT INTO t VALUES (1001, \'new\');');
ok(-s "$live/a.db-wal", 'the writer keeps a -wal');
server('live', "$live/a.db");
server('live_statement', "$live/a.db", "snapshot 'statement'");
is($session->run('SELECT count(*) FROM live;'), '1001', 'commits in the -wal are seen');
$session->run('BEGIN;');
is($session->run('SELECT count(*) FROM live;'), '1001', 'a transaction begins its snapshot');
is($session->run('SELECT count(*) FROM live_statement;'), '1001', '  so does a server with snapshot statement');
$writer->run('INSERT INTO t VALUES (1002, \'newer\');');
is($session->run('SELECT count(*) FROM live;'), '1001', 'snapshot transaction: a commit is not seen within it');
is($session->run('SELECT count(*) FROM live_statement;'), '1002', 'snapshot statement: it is');
is($session->run("SELECT server || ' ' || (snapshot_since IS NOT NULL) FROM sqlite.connections() WHERE server LIKE 'live%' ORDER BY server;"), "live true\nlive_statement false", 'connections() shows who holds one');
$session->run('COMMIT;');
is($session->run('SELECT count(*) FROM live;'), '1002', 'after the transaction it is seen');
$writer->run('BEGIN; INSERT INTO t VALUES (1003, \'open\');');
is($session->run('SELECT count(*) FROM live;'), '1002', 'an open write transaction is not');
$writer->run('COMMIT;');
# The reader does not keep the writer from checkpointing once its transaction is over.
is($writer->run('PRAGMA wal_checkpoint(TRUNCATE);'), '0|0|0', 'an idle connection holds nothing back');
# A long scan reads one state of the file.
is($session->run("BEGIN; DECLARE c CURSOR FOR SELECT id FROM live; FETCH 1 FROM c;"), '1', 'a cursor begins');
$writer->run('DELETE FROM t;');
is($session->run('MOVE ALL IN c; SELECT count(*) FROM live; COMMIT;'), '1003', 'and reads what was there');
is($session->run('SELECT count(*) FROM live;'), '0', 'afterwards everything is gone');
$writer->finish;
is(fingerprint($live), fingerprint($live), 'the writer has left');
is($session->run('SELECT count(*) FROM live;'), '0', 'read after the last writer has gone');
is($session->run('SELECT sqlite.disconnect_all();'), 't', 'disconnected');
sqlite("$live/a.db", 'SELECT count(*) FROM t');
server('not_kept', "$live/a.db", "keep_connections 'false'");
$writer = Shell->new("$live/a.db");
$writer->run("INSERT INTO t VALUES (1, 'one');");
is($session->run('SELECT count(*) FROM not_kept;'), '1', 'without keep_connections');
$writer->finish;
unlike(fingerprint($live), qr/-wal|-shm/, '  the last writer takes its side files along');
$node->safe_psql('postgres', 'DROP SERVER not_kept CASCADE');
sqlite("$live/a.db", 'DELETE FROM t');

# A -wal left behind without -shm, as in a copy: its commits are read, and no file changes.
my $left = folder('left');
$writer = Shell->new("$live/a.db");
$writer->run($_) for "INSERT INTO t VALUES (1, 'in the wal'), (2, 'too');";
copy("$live/a.db", "$left/a.db") and copy("$live/a.db-wal", "$left/a.db-wal") or die $!;
$writer->finish;
$before = fingerprint($left);
like($before, qr/a\.db-wal/, 'a copy of database and -wal');
server('left_behind', "$left/a.db");
is(count('left_behind'), '2', 'the commits of the -wal are read');
is(fingerprint($left), $before, 'and no file was changed or made');
like(failure("CREATE SERVER imm FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$left/a.db', immutable 'true'); SELECT * FROM sqlite.query('imm', 'SELECT 1') AS t (v integer)"), qr/55000.*can't be read as immutable.*-wal file that is not empty/s, 'immutable beside a -wal is refused');
$node->safe_psql('postgres', 'DROP SERVER imm') if $node->safe_psql('postgres', "SELECT count(*) FROM pg_foreign_server WHERE srvname = 'imm'");
# Garbage behind the last commit does not count.
open my $wal, '>>:raw', "$left/a.db-wal" or die $!;
print $wal 'x' x 10000;
close $wal;
is(count('left_behind'), '2', 'a torn end of the -wal is left out');

# What a tool that may only read has left: an empty -wal, and a -shm that the server may not write. The same with commits in
# the -wal and an old -shm, as after a crash. Read, moved and backed up like any other.
for my $left_by ('a reader', 'a crash') {
	my $folder = folder($left_by =~ s/\W/_/r);
	sqlite("$folder/a.db", "PRAGMA journal_mode = WAL; $fill");
	if ($left_by eq 'a reader') {
		IPC::Run::run([ 'sqlite3', '-init', '/dev/null', "file:$folder/a.db?mode=ro", 'SELECT count(*) FROM t' ], '>', \my $rows);
		is($rows, "1000\n", 'a reader');
	} else {
		$writer = Shell->new("$folder/a.db");
		$writer->run('DELETE FROM t WHERE id > 600;');
		$writer->kill;
	}
	ok(-e "$folder/a.db-shm", "$left_by has left a -shm");
	my $rows = $left_by eq 'a reader' ? 1000 : 600;
	mkdir "$folder/backup";
	(my $name = "left_by_$left_by") =~ s/\W/_/g;
	server($name, "$folder/a.db");
	for my $mode (0644, 0444) {
		chmod $mode, glob("$folder/a.db-*");
		$before = fingerprint($folder);
		is(count($name), $rows, "$left_by: it is read");
		is($node->safe_psql('postgres', "BEGIN; SELECT count(*) FROM $name; SELECT mode FROM sqlite.connections() WHERE server = '$name'; COMMIT"), "$rows\nat rest", '  at rest');
		for my $from ('copy', 'live') {
			is($node->safe_psql('postgres', "SET client_min_messages = error; CALL sqlite.migrate('{$name}', 'moved', '{\"read_from\": \"$from\"}')") =~ /^\d+$/ && $node->safe_psql('postgres', 'SELECT count(*) FROM moved.t'), $rows, "  moved from the file, read_from $from");
			$node->safe_psql('postgres', 'SET client_min_messages = error; DROP SCHEMA moved CASCADE');
		}
		is($node->safe_psql('postgres', "SELECT sqlite.verify_backup(sqlite.backup('$name', '$folder/backup'))"), 't', '  backed up');
		is($node->safe_psql('postgres', "SELECT count(*) FROM sqlite.tables('$name')"), '1', '  looked into');
		is(fingerprint($folder), $before, '  and no file was changed or made');
	}
	chmod 0644, glob("$folder/a.db-*");
	sqlite("$folder/a.db", 'INSERT INTO t VALUES (5000, 1)');
	is(count($name), $rows + 1, 'the application goes on');
}

# A -wal beside a database whose header knows nothing of it: SQLite reads it, and so do we, without a -shm.
my $stray = folder('stray');
sqlite("$stray/a.db", "PRAGMA journal_mode = WAL; $fill");
$writer = Shell->new("$stray/a.db");
$writer->run('PRAGMA wal_checkpoint(TRUNCATE);');
copy("$stray/a.db", "$stray/b.db") or die $!;
$writer->run('DELETE FROM t WHERE id > 700;');
copy("$stray/a.db-wal", "$stray/b.db-wal") or die $!;
$writer->finish;
unlink glob("$stray/a.db*");
# Bytes 18 and 19 of the header.
open my $header, '+<:raw', "$stray/b.db" or die $!;
seek $header, 18, 0;
print $header "\1\1";
close $header;
$before = fingerprint($stray);
server('stray', "$stray/b.db");
is(count('stray'), '700', 'a -wal beside a rollback-journal database is read');
is(fingerprint($stray), $before, 'and no -shm is made');
sqlite("$stray/b.db", 'SELECT 1 FROM t');

# A -shm that the server may not read, of a database in use: read as long as nobody writes.
SKIP: {
	skip 'root may read everything', 3 if $> == 0;
	my $closed = folder('closed');
	sqlite("$closed/a.db", "PRAGMA journal_mode = WAL; $fill");
	$writer = Shell->new("$closed/a.db");
	$writer->run('DELETE FROM t WHERE id > 300;');
	chmod 0, "$closed/a.db-shm";
	server('closed', "$closed/a.db");
	is(count('closed'), '300', 'without the -shm');
	is($session->run('BEGIN; SELECT count(*) FROM closed;'), '300', 'a transaction reads without it');
	$writer->run('DELETE FROM t WHERE id > 200;');
	like($session->run('SELECT count(*) FROM closed; COMMIT;'), qr/40001.*changed while it was being read.*may not read its -shm file/s, 'and hears when somebody writes');
	$session->run('ROLLBACK;');
	chmod 0, "$closed/a.db-wal";
	like(failure('SELECT count(*) FROM closed'), qr/42501.*lacks read permission on file ".*a\.db-wal"/s, 'a -wal that may not be read is named');
	$writer->finish;
}

# A hot journal: its own error with a hint, and no file changes.
my $hot = folder('hot');
sqlite("$hot/source.db", "PRAGMA journal_mode = DELETE; $fill");
$writer = Shell->new("$hot/source.db");
$writer->run('PRAGMA cache_size = 2; PRAGMA cache_spill = 2; BEGIN; UPDATE t SET v = hex(randomblob(500));');
copy("$hot/source.db", "$hot/a.db") and copy("$hot/source.db-journal", "$hot/a.db-journal") or die $!;
ok(-s "$hot/a.db-journal" > 512, 'a copy of database and journal in mid transaction');
$writer->kill;
$before = fingerprint($hot);
server('hot', "$hot/a.db");
like(failure('SELECT count(*) FROM hot'), qr/55000.*SQLITE_READONLY_ROLLBACK.*HINT:  A writer died in mid-transaction and left a hot journal/s, 'a hot journal is an error with a hint');
like(failure("ALTER SERVER hot OPTIONS (ADD immutable 'true'); SELECT count(*) FROM hot"), qr/55000.*-journal file that is not empty/s, 'immutable beside a -journal is refused');
$node->safe_psql('postgres', 'ALTER SERVER hot OPTIONS (DROP immutable)');
is(fingerprint($hot), $before, 'no file was changed');
sqlite("$hot/a.db", 'SELECT count(*) FROM t');
is(count('hot'), '1000', 'once the application has rolled back it is read');

# The writer of a rollback journal: waits and their end.
my $locked = folder('locked');
sqlite("$locked/a.db", "PRAGMA journal_mode = DELETE; $fill");
server('locked', "$locked/a.db", "busy_timeout '300'");
$writer = Shell->new("$locked/a.db");
$writer->run('BEGIN IMMEDIATE; DELETE FROM t WHERE id = 1;');
is(count('locked'), '1000', 'a reserved lock does not keep readers out');
$writer->run('ROLLBACK; BEGIN EXCLUSIVE; DELETE FROM t WHERE id = 1;');
my $start = time;
like(failure('SELECT count(*) FROM locked'), qr/55P03.*database is locked.*HINT:  A writer holds the file/s, 'an exclusive lock is waited for, then 55P03');
my $waited = time - $start;
cmp_ok($waited, '>=', 0.28, "busy_timeout 300 is waited for ($waited s)");
cmp_ok($waited, '<', 2, '  and not much longer');
$node->safe_psql('postgres', "ALTER SERVER locked OPTIONS (SET busy_timeout '0')");
$start = time;
like(failure('SELECT count(*) FROM locked'), qr/55P03/, 'busy_timeout 0 does not wait');
cmp_ok(time - $start, '<', 1, '  at all');
$node->safe_psql('postgres', "ALTER SERVER locked OPTIONS (SET busy_timeout '30000')");
like($session->run("SET statement_timeout = 300; SELECT count(*) FROM locked;"), qr/57014/, 'statement_timeout ends a wait');
$session->run('RESET statement_timeout;');
$session->{in} .= "SELECT count(*) FROM locked;\n\\echo done\n";
$session->{out} = $session->{err} = '';
$session->{harness}->pump_nb;
usleep(200_000);
$writer->run('COMMIT;');
$session->{harness}->pump until $session->{out} =~ /^done$/m;
is($session->{out}, "999\ndone\n", 'the wait ends when the writer commits');
# A reader keeps a writer of a rollback journal from committing as long as its transaction lasts, not longer.
is($session->run('BEGIN; SELECT count(*) FROM locked;'), '999', 'a reader in a transaction');
my ($out, $err) = ('', '');
IPC::Run::run([ 'sqlite3', '-init', '/dev/null', "$locked/a.db", 'DELETE FROM t WHERE id = 2' ], '>', \$out, '2>', \$err);
like($err, qr/locked/, '  keeps the writer from committing');
$session->run('COMMIT;');
sqlite("$locked/a.db", 'DELETE FROM t WHERE id = 2');
is($session->run('SELECT count(*) FROM locked;'), '998', '  no longer than that');
$writer->finish;

# The file is replaced: noticed in the next transaction.
sqlite("$locked/new.db", 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, \'replaced\')');
is($session->run('BEGIN; SELECT count(*) FROM locked;'), '998', 'before the file is replaced');
rename "$locked/new.db", "$locked/a.db" or die $!;
is($session->run('SELECT count(*) FROM locked;'), '998', 'within the transaction: still the old file');
$session->run('COMMIT;');
is($session->run('SELECT v FROM locked;'), 'replaced', 'the next transaction reads the new one');
unlink "$locked/a.db";
like($session->run('SELECT v FROM locked;'), qr/58P01.*does not exist/, 'a file that has gone');
ok(!-e "$locked/a.db", '  is not made again');
sqlite("$locked/a.db", 'CREATE TABLE other (id)');
like($session->run('SELECT v FROM locked;'), qr/HV00R.*"t".*does not exist/, 'a table that has gone');

# The application changes from a rollback journal to WAL and back.
my $mode = folder('mode');
sqlite("$mode/a.db", "PRAGMA journal_mode = DELETE; $fill");
server('mode', "$mode/a.db");
is($session->run('SELECT count(*) FROM mode;'), '1000', 'rollback journal');
sqlite("$mode/a.db", 'PRAGMA journal_mode = WAL; DELETE FROM t WHERE id = 1');
is($session->run('SELECT count(*) FROM mode;'), '999', 'then WAL, at rest');
$writer = Shell->new("$mode/a.db");
$writer->run('DELETE FROM t WHERE id = 2;');
is($session->run('SELECT count(*) FROM mode;'), '998', 'then WAL, in use');
$writer->finish;
is($session->run('SELECT count(*) FROM mode; SELECT sqlite.disconnect_all();'), "998\nt", 'and left');
sqlite("$mode/a.db", 'PRAGMA journal_mode = DELETE; DELETE FROM t WHERE id = 3');
is($session->run('SELECT count(*) FROM mode;'), '997', 'then a rollback journal again');
# The schema changes under a prepared statement.
is($session->run('PREPARE p AS SELECT max(id) FROM mode; EXECUTE p;'), '1000', 'a prepared statement');
sqlite("$mode/a.db", 'ALTER TABLE t ADD COLUMN w; CREATE INDEX i ON t (v); DELETE FROM t WHERE id > 500');
is($session->run('EXECUTE p;'), '500', '  after the schema changed');
sqlite("$mode/a.db", 'ALTER TABLE t RENAME COLUMN id TO ident');
like($session->run('EXECUTE p;'), qr/no such column: r\.id/, '  and after its column was renamed');
$session->finish;
$node->stop;
done_testing();
