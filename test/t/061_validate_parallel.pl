# Validation by parallel workers gives the answers that one process gives: whatever the sides are, while a writer
# commits, and when a worker fails or the statement is cancelled.
#
# PG_SQLITE_ROUNDS: rounds beside a writer (6).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{PG_SQLITE_ROUNDS} // 6;
my $dir = PostgreSQL::Test::Utils::tempdir;
my $node = PostgreSQL::Test::Cluster->new('workers');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
max_worker_processes = 16
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
max_parallel_workers_per_gather = 2
CONF
$node->start;

sub sqlite
{
	my ($file, $sql) = @_;
	my ($out, $err);
	IPC::Run::run([ 'sqlite3', '-init', '/dev/null', "$dir/$file" ], '<', \$sql, '>', \$out, '2>', \$err);
	die $err if $err ne '';
	return $out;
}
# What a script prints, messages and all; a session of its own.
sub said
{
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	return "$out\n$err";
}

my $rows = 3000;
my $fill = <<"SQL";
CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, r REAL, v TEXT, d TEXT, j JSON);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $rows)
	INSERT INTO t SELECT i * 7, i % 13, i / 7.0, 'row ' || i, date('2020-01-01', i || ' days'), json_object('a', i, 'b', json_array(i, 'x')) FROM c;
CREATE TABLE w (k TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;
INSERT INTO w SELECT v, n FROM t;
CREATE TABLE loose (n INTEGER, v TEXT);
INSERT INTO loose SELECT n, 'v' || n FROM t;
CREATE TABLE mood (id INTEGER PRIMARY KEY, m TEXT);
INSERT INTO mood SELECT id, CASE WHEN n < 6 THEN 'sad' ELSE 'glad' END FROM t;
CREATE TABLE empty (id INTEGER PRIMARY KEY);
CREATE VIEW lesser AS SELECT id, v FROM t WHERE n < 5;
SQL
sqlite('plain.db', $fill);
sqlite('rejects.db', "$fill UPDATE t SET n = 'none' WHERE id % 100 = 0; UPDATE w SET n = 'none' WHERE k LIKE '%7';");
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION pg_sqlite;
CREATE SERVER plain FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/plain.db');
CREATE SCHEMA s;
IMPORT FOREIGN SCHEMA main FROM SERVER plain INTO s;
CREATE TABLE t AS SELECT * FROM s.t;
ALTER TABLE t ADD PRIMARY KEY (id);
CREATE TABLE other (LIKE t INCLUDING ALL);
INSERT INTO other SELECT * FROM t;
UPDATE other SET v = v || ' ' WHERE id = 700;
DELETE FROM other WHERE id = 1400;
INSERT INTO other SELECT 100000, n, r, v, d, j FROM t WHERE id = 7;
CREATE TABLE w AS SELECT * FROM s.w;
CREATE TABLE loose AS SELECT * FROM s.loose;
INSERT INTO loose SELECT * FROM loose LIMIT 1;
CREATE TABLE empty AS SELECT * FROM s.empty;
CREATE TABLE lesser AS SELECT * FROM s.lesser;
CREATE TABLE parted (LIKE t) PARTITION BY HASH (id);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT * FROM t;
CREATE TABLE wide AS SELECT id::numeric AS id, n::numeric AS n, r, v, d, j FROM t;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN few AS int CHECK (VALUE < 13);
CREATE FOREIGN TABLE s.moods (id bigint, m mood) SERVER plain OPTIONS (table 'mood');
CREATE FOREIGN TABLE s.sads (id bigint, m mood OPTIONS (on_error 'null')) SERVER plain OPTIONS (table 'mood');
CREATE TABLE moods AS SELECT * FROM s.moods;
CREATE FOREIGN TABLE s.fews (id bigint, n few) SERVER plain OPTIONS (table 't');
CREATE TABLE fews AS SELECT id, n::int AS n FROM t;
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA s TO stranger;
CREATE FUNCTION unsafe(n bigint) RETURNS bigint LANGUAGE plpgsql PARALLEL UNSAFE AS 'BEGIN RETURN n; EXCEPTION WHEN OTHERS THEN RETURN NULL; END';
CREATE TABLE verdicts (target text, missing bigint, extra bigint, different bigint, status text);
SQL

# One script under each setting: the same answer, and workers where they are expected.
my %ways = (
	'without workers' => 'max_parallel_workers_per_gather = 0',
	'with workers' => 'max_parallel_workers_per_gather = 2',
	'with workers alone' => 'parallel_leader_participation = off',
	'without any to be had' => 'max_parallel_workers = 0',
	'in a serializable transaction' => 'default_transaction_isolation = serializable');
sub agrees
{
	my ($what, $sql, $expected, $workers) = @_;
	my %answers;
	my $launched = 0;
	foreach my $way (sort keys %ways)
	{
		my $answer = said("SET $ways{$way}; SET client_min_messages = debug1; $sql");
		$launched += $1 while $answer =~ /validation: (\d) workers of/g;
		$answer = join "\n", grep { $_ ne '' && !/^(DEBUG|LOG|STATEMENT|LOCATION|CONTEXT):/ } split /\n/, $answer;
		push @{ $answers{$answer} }, $way;
	}
	is(join("\n--\n", sort keys %answers), $expected, $what) or diag(explain(\%answers));
	ok($workers ? $launched > 0 : $launched == 0, "$what: " . ($workers ? 'by workers' : 'by the session alone'));
	return;
}
sub validate { return "SELECT source_rows, source_digest = target_digest AS same, missing, extra, different, status FROM sqlite.validate($_[0])"; }
sub pair { my ($source, $target, $mapping) = @_; return "'$source'::regclass, '$target'::regclass, '" . ($mapping // '{}') . "'"; }
my $same = "$rows|t|0|0|0|identical";

agrees('a table and its copy', validate(pair('s.t', 't')), $same, 1);
agrees('each kind of difference', validate(pair('s.t', 'other')), "$rows|f|1|1|1|differs", 1);
agrees('its rows', 'SELECT difference, key, column_name, source_value, target_value FROM sqlite.differences(' . pair('s.t', 'other') . q{) WHERE difference = 'changed'},
	'changed|{"id": "700"}|v|row 100|row 100 ', 1);
agrees('rows without a key', validate(pair('s.loose', 'loose')), "$rows|f|0|1|0|differs", 1);
agrees('a table WITHOUT ROWID', validate(pair('s.w', 'w')), $same, 1);
agrees('no row at all', validate(pair('s.empty', 'empty')), '0|t|0|0|0|identical', 1);
agrees('a view of SQLite', validate(pair('s.lesser', 'lesser')), '1154|t|0|0|0|identical', 1);
agrees('partitions', validate(pair('s.t', 'parted', '{"key": ["id"]}')), $same, 1);
agrees('two tables of PostgreSQL', validate(pair('t', 'parted')), $same, 1);
agrees('other types', validate(pair('s.t', 'wide')), $same, 1);
agrees('expressions and conditions', validate(pair('s.t', 't', '{"columns": {"n": "n + 0"}, "where": "n > 3", "target_where": "n > 3"}')), '2077|t|0|0|0|identical', 1);
agrees('a subquery as condition', validate(pair('s.t', 't', '{"where": "n > 3", "target_where": "n > (SELECT 3)"}')), '2077|t|0|0|0|identical', 1);
agrees('a function that is not safe', validate(pair('s.t', 't', '{"columns": {"n": "unsafe(n)"}}')), $same, 1);
agrees('a created type', validate(pair('s.moods', 'moods')), $same, 1);
agrees('a created type that refuses nothing', validate(pair('s.sads', 'moods')), $same, 1);
agrees('a domain', validate(pair('s.fews', 'fews')), $same, 1);
agrees('a temporary table', 'CREATE TEMP TABLE here AS TABLE t; ' . validate(pair('s.t', 'here')), $same, 1);
agrees('what is not committed', 'BEGIN; DELETE FROM t WHERE id < 70; SAVEPOINT a; UPDATE t SET n = 99 WHERE id = 700; ' . validate(pair('s.t', 't')) . '; ROLLBACK', "$rows|f|9|0|1|differs", 1);
agrees('as part of an INSERT', 'BEGIN; INSERT INTO verdicts SELECT target_name, missing, extra, different, status FROM sqlite.validate(' . pair('s.t', 'other') . ') RETURNING *; ROLLBACK', 'public.other|1|1|1|differs', 1);
agrees('sides too small to be worth it', 'SET parallel_setup_cost = 1e6; ' . validate(pair('s.t', 't')), $same, 0);
agrees('sides below the limit of the server', q{SET min_parallel_table_scan_size = '1GB'; } . validate(pair('s.t', 't')), $same, 0);
foreach my $right ('', 'GRANT SELECT ON s.t TO stranger')
{
	$node->safe_psql('postgres', $right) if $right;
	my %answers = map { (said("SET $_; SET ROLE stranger; " . validate(pair('s.t', 't'))) =~ /(ERROR: .*)/)[0] => 1 } values %ways;
	is(join("\n", keys %answers), 'ERROR:  42501: permission denied for ' . ($right ? 'table t' : 'foreign table t'), 'a role without the right to ' . ($right ? 'the target' : 'the source'));
}

# A job with rows that were put aside, from its private copy and from the live file.
$node->safe_psql('postgres', qq{
	CREATE SERVER rejects FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/rejects.db');
	CALL sqlite.migrate('{rejects}', 'moved', '{"on_error": "reject"}');
});
my $job = $node->safe_psql('postgres', 'SELECT max(job) FROM sqlite.jobs');
my $expected = join "\n", map { "$_|t|0|0|0|identical" } 'empty|0', "loose|$rows", "mood|$rows", 't|2970', 'w|2700';
agrees('a job with rejects', 'SELECT table_name, ' . substr(validate("$job) ORDER BY table_name"), 7, -1), $expected, 1);

# Errors of a worker are the leader's; nothing is left of it.
my $left = q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'};
my $failing = validate(pair('s.t', 't', '{"target_where": "1 / (id - 14000) < 5"}'));
my $answer = said("SET parallel_leader_participation = off; $failing; SELECT count(*) FROM sqlite.connections() WHERE in_use; " . validate(pair('s.t', 't')));
like($answer, qr/22012: division by zero.*parallel worker/s, 'an error in a worker is raised');
like($answer, qr/^0\n\Q$same\E$/m, 'and the session goes on');
agrees('an error', $failing, 'ERROR:  22012: division by zero', 1);
$node->poll_query_until('postgres', $left, '0') or die;

# Pages of t, without the first ones: the schema can still be read.
system_or_bail('sh', '-c', "cp '$dir/plain.db' '$dir/damaged.db' && dd if=/dev/zero of='$dir/damaged.db' bs=4096 seek=20 count=10 conv=notrunc 2>/dev/null");
$node->safe_psql('postgres', "ALTER SERVER plain OPTIONS (SET database '$dir/damaged.db')");
my %errors = map { (said("SET $_; " . validate(pair('s.t', 't'))) =~ /ERROR:  (\w+)/)[0] // 'none' => 1 } values %ways;
is(join(' ', keys %errors), 'XX001', 'a damaged file is an error, whoever comes upon it');
$node->safe_psql('postgres', "ALTER SERVER plain OPTIONS (SET database '$dir/plain.db')");

# A cancel in the middle, and the end of a worker: the leader fails, the workers go, the file is free.
my $slow = validate(pair('s.t', 't', '{"target_where": "pg_sleep(0.1) IS NOT NULL"}'));
foreach my $case (
	[ 'cancelled', q{SELECT pg_cancel_backend(leader_pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker' LIMIT 1}, qr/57014: canceling statement due to user request/ ],
	[ 'robbed of a worker', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker' LIMIT 1}, qr/57P01: terminating .* due to administrator command/ ])
{
	my ($name, $blow, $error) = @$case;
	my ($out, $err) = ('', '');
	append_to_file("$dir/$name.sql", "$slow;\nSELECT count(*) FROM sqlite.connections() WHERE in_use;\n");
	my $session = IPC::Run::start([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-f', "$dir/$name.sql" ], '>', \$out, '2>', \$err);
	$node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND query LIKE '%sqlite.validate%' AND wait_event = 'PgSleep'}) or die "$out$err";
	$node->safe_psql('postgres', $blow);
	$session->finish;
	like($err, $error, "$name: the error");
	like($out, qr/^0$/m, "$name: no connection is in use");
	ok($node->poll_query_until('postgres', $left, '0'), "$name: no worker is left");
	is(sqlite('plain.db', "BEGIN EXCLUSIVE; UPDATE t SET n = n WHERE id = 7; COMMIT; SELECT 'done'"), "done\n", "$name: the file can be written");
}

# Beside a writer that commits all the time each validation reads one state: that of its transaction.
sqlite('busy.db', "PRAGMA journal_mode = wal; $fill");
$node->safe_psql('postgres', qq{
	CREATE SERVER busy FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/busy.db');
	CREATE SCHEMA b;
	IMPORT FOREIGN SCHEMA main LIMIT TO (t) FROM SERVER busy INTO b;
});
my $stop = "$dir/stop";
my $change = "UPDATE t SET n = n + 1 WHERE id % 5 = 0; DELETE FROM t WHERE id = (SELECT max(id) FROM t); INSERT INTO t SELECT max(id) + 9, 1, 2.5, 'new', '2020-02-02', '{}' FROM t;";
append_to_file("$dir/writer.sql", "BEGIN;\n$change\nCOMMIT;\n");
my $writer = IPC::Run::start([ 'sh', '-c',
	"(echo 'PRAGMA busy_timeout = 20000; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 50;'; while [ ! -e '$stop' ]; do cat '$dir/writer.sql'; done) | sqlite3 -init /dev/null '$dir/busy.db'" ],
	'>', "$dir/writer.log", '2>&1');
my ($right, %states) = (0);
foreach my $round (1 .. $rounds)
{
	my $participation = $round % 2 ? 'on' : 'off';
	my $said = said("SET parallel_leader_participation = $participation; SET client_min_messages = debug1; BEGIN; CREATE TABLE now AS SELECT * FROM b.t; "
		. 'SELECT status, target_digest FROM sqlite.validate(' . pair('b.t', 'now') . '); SELECT status FROM sqlite.validate(' . pair('b.t', 'now') . '); ROLLBACK');
	$states{$1} = 1 if $said =~ /^identical\|(\w+)$/m;
	if ($said =~ /^identical\|\w+\nidentical$/m && $said =~ /validation: [12] workers/) { $right++; }
	else { diag($said); }
}
append_to_file($stop, '');
$writer->finish;
is($right, $rounds, 'beside a writer: each transaction sees one state of the file');
cmp_ok(scalar keys %states, '>', 1, 'and the writer went on meanwhile');
is(slurp_file("$dir/writer.log") =~ s/^20000\n|^\d+\n//gmr, '', 'undisturbed');

$node->safe_psql('postgres', 'CREATE TABLE now AS SELECT * FROM b.t');
agrees('a WAL at rest', validate(pair('b.t', 'now')), $same, 1);
done_testing();
