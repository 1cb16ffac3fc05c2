# What jobs leave behind has its limits: rejected rows, copies of sources, and tables that were put aside when the disk filled up.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('job_room', "max_worker_processes = 16\nlog_min_messages = warning");

sqlite('shop.db', q{
	CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT);
	CREATE TABLE item (id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES maker, name TEXT);
	CREATE TABLE note (text TEXT);
	INSERT INTO maker VALUES (1, 'first'), (2, 'second');
	INSERT INTO item VALUES (1, 1, 'a'), (2, 2, 'b');
	INSERT INTO note VALUES ('x'), ('y');});
sql(qq{
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER shop FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/shop.db')});

# A limit of rejected rows is named as it was given, however few of them were left to the batch that met it; the same job with workers may put a few
# more aside.
sqlite('bad.db', q{CREATE TABLE bad (id INTEGER PRIMARY KEY, n INTEGER); WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 60) INSERT INTO bad SELECT n, n FROM i});
# A trigger refuses the rows, which no plan foresees.
sql(qq{
	CREATE SERVER bad FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/bad.db');
	CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''refused'' USING ERRCODE = ''check_violation''; END';
	CREATE SCHEMA bad; CREATE TABLE bad.bad (id bigint PRIMARY KEY, n bigint);
	CREATE TRIGGER refuse BEFORE INSERT ON bad.bad FOR EACH ROW EXECUTE FUNCTION refuse()});
my $limited = '{"transaction": "batch", "commit_rows": 7, "workers": %d, "on_error": "reject", "existing": "append", "max_rejects": 20}';
for my $workers (1, 3)
{
	my $said = try_sql(sprintf "CALL sqlite.migrate('{bad}', 'bad', '$limited')", $workers);
	like($said, qr/ERROR:  more than 20 rows were rejected/, "$workers workers: the limit is told");
	cmp_ok(sql('SELECT count(*) FROM sqlite.rejects WHERE job = ' . last_job()), '>=', $workers == 1 ? 14 : 0, 'what was committed stays');
	sql('CALL sqlite.rollback(' . last_job() . ')');
}

# Copies of failed jobs stay for sqlite.resume, so a role's have a limit together.
sql(q{CREATE ROLE hoarder; GRANT USAGE ON FOREIGN SERVER bad TO hoarder; CREATE SCHEMA hoard AUTHORIZATION hoarder});
my $hoard = 'SET pg_sqlite.max_copy_size = %s; SET ROLE hoarder; ' . sprintf "CALL sqlite.migrate('{bad}', 'hoard', '%s')", sprintf($limited, 1);
sql('SET ROLE hoarder; CREATE TABLE hoard.bad (id bigint PRIMARY KEY, n bigint); CREATE TRIGGER refuse BEFORE INSERT ON hoard.bad FOR EACH ROW EXECUTE FUNCTION refuse()');
my $size = -s "$dir/bad.db";
my $room = int($size * 2.5 / 1024) . 'kB';
for my $copy (1, 2)
{
	like(try_sql(sprintf $hoard, "'$room'"), qr/ERROR:  more than 20 rows were rejected/, "copy $copy");
}
my $said = try_sql(sprintf $hoard, "'$room'");
like($said, qr/ERROR:  a copy of the database of server "bad" is too large beside those that are there/, 'a third has no room');
like($said, qr/DETAIL:  It takes $size bytes, and copies for failed jobs of yours take @{[ 2 * $size ]}; setting pg_sqlite\.max_copy_size allows \d+ together/, 'which is told');
like(try_sql(sprintf($hoard, "'$room'") =~ s/SET ROLE hoarder; //r), qr/ERROR:  more than 20 rows were rejected/, 'others have their own');
sql('SET ROLE hoarder; CALL sqlite.forget(' . sql(q{SELECT min(job) FROM sqlite.jobs WHERE owner = 'hoarder'::regrole}) . ')');
like(try_sql(sprintf $hoard, "'$room'"), qr/ERROR:  more than 20 rows were rejected/, 'and when one is forgotten there is room again');

# On a full disk nothing can be recorded before what was put aside is dropped and committed. (A trigger stands for the disk: it has no room as long as the
# tables are there, nor in the transaction that drops them.)
sql(q{
	CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname LIKE 'sqlite\_job\_%')
			OR EXISTS (SELECT FROM pg_catalog.pg_locks WHERE pid = pg_catalog.pg_backend_pid() AND classid = 'pg_catalog.pg_namespace'::regclass AND mode = 'AccessExclusiveLock')
		THEN
			RAISE 'could not extend file' USING ERRCODE = 'disk_full';
		END IF;
		RETURN new;
	END $$;
	CREATE TRIGGER no_room BEFORE UPDATE ON sqlite.jobs FOR EACH ROW WHEN (old.staging <> '{}') EXECUTE FUNCTION no_room();
});
my $put_aside = q{SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sqlite\_job\_%'};
my $broken = q{CALL sqlite.migrate('{shop}', 'broken', '{"workers": 2, "orphans": "keep", "tables": {"item": {"columns": {"name": {"convert": "(1 / (id - id))::text"}}}}}')};
like(try_sql($broken), qr/ERROR:  .*(?:division by zero|do(?:es)? not fit)/, 'a job fails that has put tables aside');
is(sql($put_aside), '0', 'which are dropped on a full disk');
is(sql('SELECT state FROM sqlite.jobs WHERE job = ' . last_job()), 'failed', 'and that is recorded then');
for my $call ('CALL sqlite.forget(JOB)', 'CALL sqlite.rollback(JOB)', 'CALL sqlite.resume(JOB)', q{CALL sqlite.migrate('{shop}', 'roomy', '{"include": ["note"]}')})
{
	try_sql($broken);
	my $job = last_job();
	# As if its session had been killed.
	sql(qq{ALTER TABLE sqlite.jobs DISABLE TRIGGER no_room; CREATE SCHEMA sqlite_job_$job; CREATE TABLE sqlite_job_$job.item (id bigint);
		UPDATE sqlite.jobs SET staging = '{"sqlite_job_$job": "broken"}' WHERE job = $job; ALTER TABLE sqlite.jobs ENABLE TRIGGER no_room});
	my $told = try_sql($call =~ s/JOB/$job/r);
	unlike($told, qr/could not extend/, "$call: there is room");
	is(sql($put_aside), '0', '  since what was put aside is dropped');
	is(sql("SELECT count(*) FROM sqlite.jobs WHERE job = $job AND staging <> '{}'"), '0', '  and is known to be gone');
}

$node->stop;
done_testing();
