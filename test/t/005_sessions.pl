# Two sessions, the connection cache, subtransactions, DISCARD ALL, WITH HOLD cursors, prepared transactions,
# parallel workers and procedures.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('sessions', 'max_prepared_transactions = 2');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');

sub run {
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=terse' ]);
	return $err ne '' ? "$out\n$err" : $out;
}

sqlite('a.db', 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t SELECT i, i FROM n');
sqlite('b.db', 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, \'b\')');
$node->safe_psql('postgres', "SELECT sqlite.attach('$dir/a.db'), sqlite.attach('$dir/b.db')");
my $connections = "SELECT string_agg(server || CASE WHEN in_use THEN ' in use' ELSE '' END, ', ' ORDER BY server) FROM sqlite.connections()";

is(run("SELECT count(*) FROM a.t; SELECT v FROM b.t; $connections"), "1000\nb\na, b", 'one connection a server');
is(run("SELECT count(*) FROM a.t; DISCARD ALL; SELECT count(*) FROM a.t"), "1000\n1000", 'DISCARD ALL');
is(run("BEGIN; SELECT count(*) FROM a.t; $connections; ROLLBACK; $connections"), "1000\na in use\na", 'a rollback ends the snapshot');
is(run("BEGIN; SELECT count(*) FROM a.t; SAVEPOINT s; SELECT count(*) FROM b.t; ROLLBACK TO s; $connections; COMMIT; $connections"), "1000\n1\na in use, b in use\na, b", 'a snapshot lasts as long as the transaction, not the subtransaction');
like(run("BEGIN; DECLARE c CURSOR FOR SELECT id FROM a.t; FETCH 1 FROM c; SAVEPOINT s; FETCH 1 FROM c; SELECT 1 / 0; ROLLBACK TO s; FETCH 1 FROM c; COMMIT;"), qr/^1\n2\n3\n.*division by zero/s, 'a cursor goes on after an error in a subtransaction');
is(run("BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT id FROM a.t WHERE id > 998; FETCH 1 FROM c; COMMIT; $connections; FETCH 5 FROM c; CLOSE c"), "999\na\n1000", 'WITH HOLD: kept without a snapshot');
is(run("BEGIN; DECLARE c CURSOR FOR SELECT id FROM a.t; FETCH 1 FROM c; ALTER SERVER a OPTIONS (ADD busy_timeout '1'); FETCH 1 FROM c; SELECT count(*) FROM a.t; COMMIT; ALTER SERVER a OPTIONS (DROP busy_timeout)"), "1\n2\n1000", 'a changed server under an open cursor');
like(run("BEGIN; DECLARE c CURSOR FOR SELECT id FROM a.t; FETCH 1 FROM c; DROP FOREIGN TABLE a.t; FETCH 1 FROM c; ROLLBACK; SELECT count(*) FROM a.t"), qr/1000.*cannot DROP TABLE "t" because it is being used/s, 'a table in use is not dropped');
like(run("BEGIN; DECLARE c CURSOR FOR SELECT * FROM sqlite.query('a', 'SELECT id FROM t') AS q (id bigint); FETCH 1 FROM c; SELECT sqlite.disconnect('a'); FETCH 1 FROM c; COMMIT"), qr/^1\nf\n2\n.*still in use/s, 'disconnect does not pull a connection from under a cursor');
like(run("BEGIN; SELECT count(*) FROM a.t; PREPARE TRANSACTION 'x'; $connections; COMMIT PREPARED 'x'"), qr/^1000\na$/, 'PREPARE TRANSACTION ends the snapshot');
is(run("DO \$\$ BEGIN FOR i IN 1 .. 5 LOOP PERFORM count(*) FROM a.t; COMMIT; END LOOP; END \$\$; $connections"), 'a', 'COMMIT in a DO block');
like(run("DO \$\$ DECLARE r record; n int := 0; BEGIN FOR r IN SELECT id FROM a.t LOOP n := n + 1; IF n % 100 = 0 THEN COMMIT; END IF; END LOOP; RAISE NOTICE '%', n; END \$\$; $connections"), qr/^a\n.*NOTICE:  1000$/, 'COMMIT within a loop over a foreign table');
is(run("CREATE TABLE heap AS SELECT * FROM a.t; INSERT INTO heap SELECT * FROM a.t; SELECT count(*) FROM heap; DROP TABLE heap"), '2000', 'CREATE TABLE AS and INSERT … SELECT');
my $enforced = run("SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
is(run("SET $enforced = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SELECT count(*) FROM a.t x JOIN a.t y USING (id)"), '1000', 'with parallel plans enforced');
like(run("COPY (SELECT id FROM a.t WHERE id = 7) TO STDOUT"), qr/^7$/, 'COPY TO');
is(run("SELECT count(*) FROM (SELECT id FROM a.t EXCEPT SELECT id FROM a.t) x"), '0', 'one file twice in a statement');
is(run("SELECT count(*) FROM generate_series(1, 300) i, LATERAL (SELECT id FROM a.t WHERE id = i) t"), '300', 'many rescans');
# Many servers in one session, and descriptors that are given back.
my $create = join('', map { "CREATE SERVER many$_ FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/b.db');" } 1 .. 40);
my $query = join('', map { "SELECT v FROM sqlite.query('many$_', 'SELECT v FROM t') AS t (v text);" } 1 .. 40);
my $files = "SELECT count(*) FROM pg_ls_dir('/proc/' || pg_backend_pid() || '/fd')";
my @lines = split /\n/, run("$create SELECT sqlite.disconnect_all(); $files; $query SELECT count(*) FROM sqlite.connections(); SELECT sqlite.disconnect_all(); $files");
is($lines[-3], '40', 'forty connections');
SKIP: {
	skip 'no /proc', 1 if !-d '/proc/self/fd';
	cmp_ok($lines[-1], '<=', $lines[1] + 1, 'and their descriptors are given back');
}
# Errors again and again leave nothing open.
my $bad = 'CREATE FOREIGN TABLE bad (v integer) SERVER b OPTIONS (query \'SELECT 1 AS v UNION ALL SELECT \'\'x\'\'\');';
@lines = split /\n/, run("$bad SELECT v FROM b.t; $files; " . ('SELECT * FROM bad;' x 50) . "$files");
my @numbers = grep { /^\d+$/ } @lines;
is($numbers[-1], $numbers[0], 'fifty errors leave no descriptor open');
$node->stop;
done_testing();
