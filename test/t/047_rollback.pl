# Taking jobs back where transactions count: rows frozen since, writers at the same time, jobs cut short, counters of
# transactions that have gone round, and records that a dump has brought into another cluster.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('rollback');
$node->init;
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/store.db", qq{
	CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT);
	CREATE TABLE item (id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES maker, name TEXT);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO maker SELECT i, 'maker ' || i FROM n;
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO item SELECT i, 1 + i % 500, 'item ' || i FROM n;});
$node->safe_psql('postgres', qq{
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER store FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/store.db');
	CREATE SCHEMA app;
	CREATE TABLE app.maker (id bigint PRIMARY KEY, name text);
	CREATE TABLE app.item (id bigint PRIMARY KEY, maker_id bigint REFERENCES app.maker, name text);
	INSERT INTO app.maker VALUES (10000, 'mine');
	INSERT INTO app.item VALUES (10000, 10000, 'mine');});

my $counts = 'SELECT (SELECT count(*) FROM app.maker), (SELECT count(*) FROM app.item)';
my $migrate = q{CALL sqlite.migrate('{store}', 'app', '{"existing": "append", "transaction": "batch", "commit_rows": 100}')};

sub outcome
{
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out;
}

# A psql that lives on, fed with append_to_input and finish.
sub session
{
	my ($input, $error) = @_;
	return IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-v', 'VERBOSITY=verbose' ], '<', $input, '>', \my $out, '2>', $error, IPC::Run::timeout(120));
}

# Frozen: xmin still shows who wrote the row.
my $job = $node->safe_psql('postgres', $migrate);
is($node->safe_psql('postgres', $counts), '501|1001', 'rows are added');
$node->safe_psql('postgres', 'VACUUM (FREEZE) app.maker, app.item');
is(outcome("CALL sqlite.rollback($job)"), '', 'frozen rows are known');
is($node->safe_psql('postgres', $counts), '1|1', 'and removed, no others');

# A writer at the same time: rollback waits for it, and sees what it did.
$job = $node->safe_psql('postgres', $migrate);
my ($writing, $write_error, $undoing, $undo_error) = ("BEGIN; UPDATE app.item SET name = 'changed' WHERE id < 4;\n", '', "CALL sqlite.rollback($job);\n", '');
my $writer = session(\$writing, \$write_error);
$writer->pump_nb;
$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'app.item'::regclass AND mode = 'RowExclusiveLock'");
my $undo = session(\$undoing, \$undo_error);
$undo->pump_nb;
$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'app.item'::regclass AND NOT granted");
$writing .= "COMMIT;\n";
$writer->finish;
$undo->finish;
like($undo_error, qr/55000.*app.item has changed: the job wrote 1000 rows, and 997 are as it wrote them/s, 'a change that was under way is seen');
is($node->safe_psql('postgres', "$counts; SELECT state FROM sqlite.jobs WHERE job = $job"), "501|1001\ndone", 'and nothing is touched');
$node->safe_psql('postgres', "DELETE FROM app.item WHERE name = 'changed'; CALL sqlite.rollback($job, force => true)");
is($node->safe_psql('postgres', $counts), '1|1', 'what is left goes by force');

# A job whose session is killed behind its first commits.
my ($locking, $lock_error, $running, $run_error) = ("BEGIN; LOCK TABLE app.item IN SHARE MODE;\n", '', "$migrate;\n", '');
my $locker = session(\$locking, \$lock_error);
$locker->pump_nb;
$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'app.item'::regclass AND mode = 'ShareLock' AND granted");
my $runner = session(\$running, \$run_error);
$runner->pump_nb;
$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'app.item'::regclass AND NOT granted");
$job = $node->safe_psql('postgres', 'SELECT max(job) FROM sqlite.jobs');
like(outcome("CALL sqlite.$_($job)"), qr/55006.*is being worked on by process/, "no $_ while it runs") for qw(rollback forget);
is(outcome("CALL sqlite.forget(older_than => '0')") =~ /forgotten/ && $node->safe_psql('postgres', "SELECT count(*) FROM sqlite.jobs WHERE job = $job"), '1', 'nor by its age');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(backend, 60000) FROM sqlite.jobs WHERE job = $job");
$locking .= "COMMIT;\n";
$locker->finish;
$runner->finish;
is($node->safe_psql('postgres', "$counts; SELECT sqlite.report($job) -> 'interrupted'"), "501|1\ntrue", 'a part is committed, and its session gone');
my $copies = $node->data_dir . '/base/' . $node->safe_psql('postgres', 'SELECT oid FROM pg_database WHERE datname = current_database()') . "/pgsql_tmp_pg_sqlite/$job";
ok(-d $copies, 'its copy of the source is kept for a resumption');
is(outcome("CALL sqlite.rollback($job)"), '', 'it is taken back');
is($node->safe_psql('postgres', "$counts; SELECT state FROM sqlite.jobs WHERE job = $job"), "1|1\nrolled back", 'with what it had committed');
ok(!-e $copies, 'and the copy');
like(outcome("CALL sqlite.resume($job)"), qr/55000/, 'and is not resumed any more');

# In another cluster the numbers are those of other transactions.
$job = $node->safe_psql('postgres', $migrate);
my $other = PostgreSQL::Test::Cluster->new('rollback_other');
$other->init;
$other->start;
$node->command_ok([ 'pg_dump', '--no-sync', '-f', "$dir/dump.sql", '-d', $node->connstr('postgres') ], 'pg_dump');
$other->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/dump.sql", '-d', $other->connstr('postgres') ], 'and its text runs elsewhere');
my ($out, $err);
$other->psql('postgres', "CALL sqlite.rollback($job)", stdout => \$out, stderr => \$err);
like($err, qr/app.item can't be told from others: its transactions are those of another cluster/, 'restored rows are not taken for the job\'s');
$other->psql('postgres', "CALL sqlite.rollback($job, force => true)", stdout => \$out, stderr => \$err);
is($other->safe_psql('postgres', $counts), '501|1001', 'nor by force');
$other->stop;

# Four billion transactions later.
$node->stop;
$node->command_ok([ 'pg_resetwal', '-e', '1', '-D', $node->data_dir ], 'the next epoch');
$node->start;
like(outcome("CALL sqlite.rollback($job)"), qr/55000.*the job is more than 2,147,483,647 transactions old/s, 'numbers of the last round are not taken for these');
is($node->safe_psql('postgres', $counts), '501|1001', 'so nothing is touched');
$node->safe_psql('postgres', 'DELETE FROM app.item WHERE id < 10000; DELETE FROM app.maker WHERE id < 10000');
$job = $node->safe_psql('postgres', $migrate);
is(outcome("CALL sqlite.rollback($job)"), '', 'a job of the present round is taken back');
is($node->safe_psql('postgres', $counts), '1|1', 'as ever');
$node->stop;
done_testing();
