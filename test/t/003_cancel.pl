# Cancel, statement_timeout and terminate inside long calls of SQLite. The promise is 100 ms; a busy machine is
# given a second here, and the times are printed. (test/bench measures the promise.)
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $node = PostgreSQL::Test::Cluster->new('cancel');
$node->init;
$node->append_conf('postgresql.conf', 'log_min_messages = error');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

sub sqlite {
	my ($file, $sql) = @_;
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', $file, $sql);
}

# A table of 160 MB whose count(*) takes a while, and views that never end.
sqlite("$dir/big.db", 'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE big (id INTEGER PRIMARY KEY, v TEXT, n INTEGER);'
	. "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) INSERT INTO big SELECT i, printf('%.*c', 400, 'x'), i FROM n;");
sqlite("$dir/endless.db", 'CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;'
	. 'CREATE VIEW silent AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0;'
	. "CREATE VIEW hostile AS WITH a AS (SELECT replace(hex(zeroblob(10000000)), '0', 'a') AS v) SELECT a.v GLOB '*' || substr(a.v, 1, 40000) || 'b' AS i FROM a;"
	. 'CREATE TABLE small (v); INSERT INTO small VALUES (1)');
sqlite("$dir/locked.db", 'CREATE TABLE t (v); INSERT INTO t VALUES (1)');
$node->safe_psql('postgres', <<"END");
CREATE SERVER big FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/big.db');
CREATE SERVER endless FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/endless.db');
CREATE SERVER locked FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/locked.db', busy_timeout '600000');
CREATE FOREIGN TABLE endless (i bigint) SERVER endless;
CREATE FOREIGN TABLE silent (i bigint) SERVER endless;
CREATE FOREIGN TABLE t (v integer) SERVER locked;
CREATE FOREIGN TABLE cross_count (n bigint) SERVER big OPTIONS (query 'SELECT count(*) AS n FROM big a, big b, big c');
CREATE FOREIGN TABLE sorted (n bigint) SERVER big OPTIONS (query 'SELECT a.n FROM big a, big b ORDER BY a.n + b.n');
CREATE FOREIGN TABLE big_rows (id bigint, v text, n bigint) SERVER big OPTIONS ("table" 'big');
CREATE SCHEMA into_here;
END

# The lock that is waited for.
my ($lock_in, $lock_out) = ("BEGIN EXCLUSIVE;\n.print locked\n", '');
my $locker = IPC::Run::start([ 'sqlite3', '-init', '/dev/null', "$dir/locked.db" ], '<', \$lock_in, '>', \$lock_out, IPC::Run::timeout(300));
$locker->pump until $lock_out =~ /locked/;

my %long = (
	'a cross join by sqlite.query' => "SELECT * FROM sqlite.query('big', 'SELECT count(*) FROM big a, big b, big c') AS t (n bigint)",
	'a cross join in a query table' => 'SELECT * FROM cross_count',
	'a sort in SQLite' => 'SELECT count(*) FROM sorted',
	'count(*) again and again' => "SELECT count(*) FROM generate_series(1, 1000) AS i, LATERAL sqlite.query('big', 'SELECT count(*) + 0 * ' || i || ' FROM big') AS t (n bigint)",
	'one row after the other' => 'SELECT count(*) FROM endless',
	'rows that never come' => 'SELECT count(*) FROM silent',
	'a sqlite.query without end' => "SELECT * FROM sqlite.query('endless', 'SELECT i FROM silent') AS t (i bigint)",
	'a GLOB over a huge text' => "SELECT * FROM sqlite.query('endless', 'SELECT i FROM hostile') AS t (i bigint)",
	'a GLOB by its other name' => "SELECT * FROM sqlite.query('endless', 'SELECT glob(''*[^'' || replace(hex(zeroblob(20000)), ''0'', ''a'') || '']'', replace(hex(zeroblob(10000000)), ''0'', ''a''))') AS t (i bigint)",
	'integrity_check' => "SELECT count(*) FROM generate_series(1, 1000) AS i, LATERAL sqlite.query('big', format('PRAGMA integrity_check(%s)', i)) AS t (v text)",
	'a profile of a view without end' => "SELECT count(*) FROM sqlite.profile('endless', 'endless')",
	'a profile of a view without rows' => "SELECT count(*) FROM sqlite.profile('endless', 'silent')",
	'assess again and again' => "SELECT count(*) FROM generate_series(1, 1000) AS i, LATERAL sqlite.assess('{big}', 'x', format('{\"columns\": {\"big.v\": {\"type\": \"varchar(%s)\"}}}', 400 + i)::jsonb)",
	'plan again and again' => "SELECT count(*) FROM generate_series(1, 1000) AS i, LATERAL sqlite.plan('{big}', 'x', format('{\"columns\": {\"big.v\": {\"type\": \"varchar(%s)\"}}}', 400 + i)::jsonb)",
	'a wait for a lock' => 'SELECT * FROM t',
	'EXPLAIN of a table that is locked' => 'EXPLAIN SELECT * FROM t',
	"IMPORT with types 'stored' of an endless view" => "IMPORT FOREIGN SCHEMA main LIMIT TO (endless) FROM SERVER endless INTO into_here OPTIONS (types 'stored')",
	"IMPORT with types 'stored' of a view without rows" => "IMPORT FOREIGN SCHEMA main LIMIT TO (silent) FROM SERVER endless INTO into_here OPTIONS (types 'stored')",
	"IMPORT with types 'stored' of a big table" => "DO \$\$ BEGIN FOR i IN 1 .. 100 LOOP IMPORT FOREIGN SCHEMA main FROM SERVER big INTO into_here OPTIONS (types 'stored'); DROP FOREIGN TABLE into_here.big; END LOOP; END \$\$",
	'ANALYZE of a view without end' => 'ANALYZE endless',
	'ANALYZE of a view without rows' => 'ANALYZE silent',
	'ANALYZE again and again' => 'DO $$ BEGIN FOR i IN 1 .. 1000 LOOP ANALYZE big_rows; END LOOP; END $$',
	'an array of many pieces' => "SELECT count(sqlite.parse_text_array(v, ',')) FROM (SELECT repeat('a,', 20000000) AS v OFFSET 0) AS t, generate_series(1, 1000)",
	'an array of many JSON strings' => q{SELECT count(sqlite.parse_text_array(v)) FROM (SELECT '[' || repeat('"a",', 10000000) || '"b"]' AS v OFFSET 0) AS t, generate_series(1, 1000)},
	'a JSON document of many arrays' => "SELECT count(sqlite.try_parse_jsonb(v)) FROM (SELECT '[' || repeat('[],', 10000000) || '1]' AS v OFFSET 0) AS t, generate_series(1, 1000)",
	'attach of a file that is locked' => "SELECT sqlite.attach('$dir/locked.db', 'another')");

# From the moment of the cancel to the moment the client knows.
sub took {
	my ($sql, $how) = @_;
	my ($in, $out, $err) = ('', '', '');
	my $timeout = 400;
	my $client = IPC::Run::start([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout(60));
	$in .= "SELECT pg_backend_pid();\n";
	$client->pump until $out =~ /^(\d+)\n/;
	my ($pid) = $out =~ /^(\d+)\n/;
	my $start;
	if ($how eq 'timeout') {
		$start = time + $timeout / 1000;
		$in .= "SET statement_timeout = $timeout; $sql;\n";
	}
	else {
		$in .= "$sql;\n";
		$client->pump_nb;
		usleep(400_000);
		my ($killed, $ignored);
		# The signal itself: a psql of its own takes its time to start.
		$start = time;
		kill $how eq 'terminate' ? 'TERM' : 'INT', $pid;
	}
	# The prompt's answer ends the wait where no error came.
	$in .= "\\echo over\n";
	eval {
		$client->pump until $err =~ /LOCATION|FATAL/ || $out =~ /^over/m;
		1;
	} or note("psql, whose session was terminated, has ended already: $@");
	my $took = time - $start;
	$in .= "\\q\n";
	eval { $client->finish };
	$client->kill_kill if $@;
	return ($took, $err);
}

for my $what (sort keys %long) {
	my @times;
	for my $how ('timeout', 'cancel', 'terminate') {
		my ($took, $err) = took($long{$what}, $how);
		my $expected = $how eq 'timeout' ? qr/57014.*statement timeout/ : $how eq 'cancel' ? qr/57014.*user request/ : qr/57P01/;
		like($err, $expected, "$what: $how");
		cmp_ok($took, '<', 1, '  within a second');
		push @times, sprintf('%s %.0f ms', $how, 1000 * $took);
	}
	diag("$what: " . join(', ', @times));
}

# A cancelled session goes on working, also with the very connection that was interrupted.
my ($out, $err);
$node->psql('postgres', "SET statement_timeout = 200; SELECT count(*) FROM silent; RESET statement_timeout; SELECT v FROM sqlite.query('endless', 'SELECT v FROM small') AS t (v integer); SELECT server, in_use FROM sqlite.connections()", on_error_stop => 0, stdout => \$out, stderr => \$err);
is($out, "1\nendless|f", 'the session goes on');
# Cancelled in a subtransaction.
$node->psql('postgres', <<'END', stdout => \$out, stderr => \$err);
BEGIN;
SELECT v FROM sqlite.query('endless', 'SELECT v FROM small') AS t (v integer);
SET statement_timeout = 200;
SAVEPOINT a;
DECLARE c CURSOR FOR SELECT i FROM endless;
FETCH 2 FROM c;
\set ON_ERROR_STOP 0
SELECT count(*) FROM silent;
ROLLBACK TO a;
SELECT v + 1 FROM sqlite.query('endless', 'SELECT v FROM small') AS t (v integer);
COMMIT;
END
is($out, "1\n1\n2\n2", 'and so does a transaction after ROLLBACK TO');
# A timer of ours must not eat PostgreSQL's own.
$node->psql('postgres', "SET statement_timeout = '10s'; SELECT count(*) FROM sqlite.query('big', 'SELECT count(*) FROM big') AS t (n bigint); SET statement_timeout = 300; SELECT pg_sleep(5)", on_error_stop => 0, stdout => \$out, stderr => \$err);
like($err, qr/statement timeout/, "statement_timeout works after SQLite's calls");
$node->psql('postgres', "SET idle_in_transaction_session_timeout = 300; BEGIN; SELECT count(*) FROM sqlite.query('big', 'SELECT count(*) FROM big') AS t (n bigint);\n\\! sleep 1\nSELECT 1", on_error_stop => 0, stdout => \$out, stderr => \$err);
like($err, qr/idle-in-transaction timeout|server closed/, 'so does idle_in_transaction_session_timeout');
$lock_in .= ".quit\n";
$locker->finish;
$node->stop;
done_testing();
