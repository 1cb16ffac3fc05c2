# A migration that failed goes on where it stopped: nothing twice, nothing lost, and what changed meanwhile is not
# passed over in silence. What was left of workers is gone.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('resume', "max_worker_processes = 16\nlog_min_messages = warning");

my $rows = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO %s SELECT i, \'row \' || i FROM n';
sqlite('shop.db', 'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE part (id INTEGER PRIMARY KEY, name TEXT);'
	. 'CREATE TABLE code (id INTEGER, name TEXT, PRIMARY KEY (id)) WITHOUT ROWID;'
	. join(';', sprintf($rows, 1000, 'item'), sprintf($rows, 300, 'part'), sprintf($rows, 50, 'code')));
sql(qq{
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER shop FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/shop.db');
	CREATE ROLE anna; GRANT CREATE ON DATABASE postgres TO anna; GRANT USAGE ON FOREIGN SERVER shop TO anna;
	CREATE SCHEMA kept;
	CREATE TABLE kept.item (id bigint PRIMARY KEY, name text);
	INSERT INTO kept.item VALUES (-1, 'here before');
	CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN RAISE 'stopped at %', new.id USING ERRCODE = 'XX001'; END\$\$;
});

my $copies = $node->data_dir . '/base/' . sql(q{SELECT oid FROM pg_database WHERE datname = 'postgres'}) . '/pgsql_tmp_pg_sqlite';
my $counts = q{SELECT string_agg(format('%s %s %s %s', table_name, read, written, state), ', ' ORDER BY table_name) FROM sqlite.job_tables WHERE job = };

# Batches into a table that exists: behind the last one that is committed.
sql('CREATE TRIGGER stop BEFORE INSERT ON kept.item FOR EACH ROW WHEN (new.id = 555) EXECUTE FUNCTION stop()');
for my $workers (1, 2)
{
	my $spec = qq({"transaction": "batch", "commit_rows": 100, "workers": $workers, "include": ["item"], "tables": {"item": {"existing": "append"}}});
	like(try_sql("CALL sqlite.migrate('{shop}', 'kept', '$spec')"), qr/ERROR:  stopped at 555/, "$workers workers: it fails");
	my $job = sql('SELECT max(job) FROM sqlite.jobs');
	my $kept = sql('SELECT count(*) FROM kept.item');
	ok($kept >= 101 && $kept < 1001, "some rows are committed: $kept");
	is(sql("SELECT sum(written) = $kept - 1 FROM sqlite.job_tables WHERE job = $job"), 't', 'and recorded');
	ok(-d $copies, 'the copy of the file is kept');
	sqlite('shop.db', "UPDATE item SET name = 'changed' WHERE id = 600");
	like(try_sql("CALL sqlite.resume($job)"), qr/ERROR:  stopped at 555/, 'what is wrong is still wrong');
	sql('ALTER TABLE kept.item DISABLE TRIGGER stop');
	is(sql("CALL sqlite.resume($job)"), $job, 'it goes on');
	is(sql("$counts $job"), 'item 1000 1000 done', 'to the end');
	is(sql('SELECT count(*), count(DISTINCT id), sum(id) FROM kept.item'), '1001|1001|500499', 'each row once');
	is(sql('SELECT name FROM kept.item WHERE id = 600'), 'row 600', 'of the state that it began with');
	like(try_sql("CALL sqlite.resume($job)"), qr/NOTICE:  job $job is done/, 'then there is nothing to resume');
	ok(!-e $copies, 'and the copy is gone');
	sqlite('shop.db', "UPDATE item SET name = 'row 600' WHERE id = 600");
	sql('DELETE FROM kept.item WHERE id > 0; ALTER TABLE kept.item ENABLE TRIGGER stop');
}

# The live file: unchanged it goes on, changed its tables begin anew, or it is refused where others' rows are.
my $live = '{"transaction": "batch", "commit_rows": 100, "read_from": "live", "include": ["item"], "tables": {"item": {"existing": "append"}}}';
try_sql("CALL sqlite.migrate('{shop}', 'kept', '$live')");
my $job = sql('SELECT max(job) FROM sqlite.jobs');
sqlite('shop.db', "UPDATE item SET name = 'changed' WHERE id = 600");
like(try_sql("CALL sqlite.resume($job)"), qr/ERROR:  the file of server "shop" has changed since the job began.*kept\.item, which has other rows too/s, 'rows of two states are refused');
sql('DELETE FROM kept.item WHERE id > 0');
# A new table fails in the step behind its rows: an event trigger refuses the key.
sql(q{CREATE FUNCTION no_key() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN IF current_query() !~ 'nobody' AND EXISTS (SELECT FROM pg_event_trigger_ddl_commands() c JOIN pg_index i ON i.indrelid = c.objid WHERE i.indisprimary AND c.schema_name = 'fresh') THEN RAISE 'no keys today'; END IF; END$$;
	CREATE EVENT TRIGGER no_key ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION no_key()});
my $fresh = '{"transaction": "table", "read_from": "live"}';
like(try_sql("CALL sqlite.migrate('{shop}', 'fresh', '$fresh')"), qr/no keys today/, 'tables are in, keys are not');
$job = sql('SELECT max(job) FROM sqlite.jobs');
is(sql("$counts $job"), 'code 50 50 done, item 1000 1000 done, part 300 300 done', 'tables are done');
sqlite('shop.db', "UPDATE item SET name = 'changed again' WHERE id = 600");
sql('ALTER EVENT TRIGGER no_key DISABLE');
like(try_sql("CALL sqlite.resume($job)"), qr/WARNING:  the file of server "shop" has changed since the job began \(.*\): its tables are loaded from the beginning/, 'a changed file is told');
is(sql("$counts $job"), 'code 50 50 done, item 1000 1000 done, part 300 300 done', 'all is loaded again');
is(sql('SELECT count(*), count(DISTINCT id), max(name) FILTER (WHERE id = 600) FROM fresh.item'), '1000|1000|changed again', 'of the new state');
is(sql("SELECT count(*) FROM sqlite.job_log WHERE job = $job AND level = 'warning' AND message ~ 'has changed'"), '1', 'and it is in the log');
is(sql("SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND connamespace = 'fresh'::regnamespace"), '3', 'keys are there');
sql('DROP SCHEMA fresh CASCADE');

# All or nothing: nothing is left, and the next attempt plans anew.
for my $workers (1, 2)
{
	sql('ALTER EVENT TRIGGER no_key ENABLE');
	like(try_sql("CALL sqlite.migrate('{shop}', 'fresh', '{\"workers\": $workers}')"), qr/no keys today/, "$workers workers: it fails at its end");
	$job = sql('SELECT max(job) FROM sqlite.jobs');
	is(sql(q{SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(fresh|sqlite_job)'}), '0', 'and leaves nothing behind');
	is(sql("$counts $job"), 'code 0 0 pending, item 0 0 pending, part 0 0 pending', 'as its records say');
	sql('ALTER EVENT TRIGGER no_key DISABLE');
	sqlite('shop.db', "INSERT INTO part VALUES (1000 + $workers, 'new')");
	is(sql("CALL sqlite.resume($job)"), $job, 'it is resumed');
	my $parts = 300 + $workers;
	is(sql("$counts $job"), "code 50 50 done, item 1000 1000 done, part $parts $parts done", 'with the file as it is now');
	is(sql("SELECT count(*) FROM fresh.part"), $parts, 'in the table, too');
	is(sql(q{SELECT count(*) FROM pg_namespace WHERE nspname ~ '^sqlite_job'}), '0', 'nothing is staged any more');
	sql('DROP SCHEMA fresh CASCADE');
}

# Refused values are told from wherever they are found, and rejected ones counted over all pieces.
sqlite('bad.db', 'CREATE TABLE item (id INTEGER PRIMARY KEY, n INTEGER);'
	. 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO item SELECT i, CASE WHEN i % 100 = 7 THEN \'x\' || i ELSE i END FROM n');
sql("CREATE SERVER bad FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/bad.db')");
for my $spec ('{"workers": 2}', '{"workers": 2, "transaction": "batch", "commit_rows": 50}', '{"transaction": "batch", "commit_rows": 50}')
{
	# In one transaction the load itself finds them; what commits in pieces is judged before.
	if ($spec !~ /batch/)
	{
		like(try_sql("CALL sqlite.migrate('{bad}', 'fresh', '$spec')"), qr/ERROR:  (\d+ rows do not fit their target|1 row does not fit its target)/, "$spec: an error");
		is(sql('SELECT count(*) > 0, bool_and(message ~ \'x\d+\') FROM sqlite.rejects WHERE job = (SELECT max(job) FROM sqlite.jobs)'), 't|t', 'its rows are recorded');
	}
	else
	{
		like(try_sql("CALL sqlite.migrate('{bad}', 'fresh', '$spec')"), qr/ERROR:  the migration cannot be planned: 1 blocker\n.*item\.n: values do not fit type bigint: 10 /, "$spec: an error");
		is(sql(q{SELECT to_regnamespace('fresh') IS NULL}), 't', 'before anything is written');
	}
	sql('DROP SCHEMA IF EXISTS fresh CASCADE');
	(my $reject = $spec) =~ s/}$/, "on_error": "reject"}/;
	sql("CALL sqlite.migrate('{bad}', 'fresh', '$reject')");
	is(sql('SELECT read, written, rejected, (SELECT count(*) FROM fresh.item) FROM sqlite.job_tables ORDER BY job DESC LIMIT 1'), '1000|990|10|990', 'with reject it is 990');
	is(sql('SELECT count(DISTINCT rowid), bool_and(target = \'fresh.item\') FROM sqlite.rejects WHERE job = (SELECT max(job) FROM sqlite.jobs)'), '10|t', 'and 10 rejects');
	sql('DROP SCHEMA fresh CASCADE');
	(my $limit = $reject) =~ s/}$/, "max_rejects": 5}/;
	like(try_sql("CALL sqlite.migrate('{bad}', 'fresh', '$limit')"), qr/ERROR:  more than \d rows were rejected|DETAIL:  more rows are put aside than max_rejects allows: 10 /, 'a limit of 5 ends it');
	sql('DROP SCHEMA IF EXISTS fresh CASCADE');
	($limit = $reject) =~ s/}$/, "max_rejects": "0.5%"}/;
	like(try_sql("CALL sqlite.migrate('{bad}', 'fresh', '$limit')"), qr/ERROR:  1% of the rows for fresh\.item were rejected, more than 0\.5%|item: more rows are put aside than max_rejects allows: 10 of 1000/, 'so does a share');
	sql('DROP SCHEMA IF EXISTS fresh CASCADE');
}

# What may be gone in a moment is waited for, and told: a lock on the target, and a writer in the file. Both are held until the job
# has met them.
sub met { return q{EXISTS (SELECT FROM sqlite.job_log WHERE message ~ '^attempt 1 failed' AND job > } . sql('SELECT max(job) FROM sqlite.jobs') . ')' }
sub while_locked
{
	my ($call, @holder) = @_;
	my ($out, $err) = ('', '');
	my $held = IPC::Run::start([@holder], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(60));
	$held->pump until $out =~ /locked/;
	my $printed = try_sql($call);
	$held->finish;
	is(sql('SELECT state, EXISTS (SELECT FROM sqlite.job_log l WHERE l.job = j.job AND message ~ \'^attempt 1 failed and is repeated: \') FROM sqlite.jobs j ORDER BY job DESC LIMIT 1'), 'done|t', 'it is repeated until it can be had')
	  or diag($printed . sql('SELECT at, message FROM sqlite.job_log ORDER BY at DESC LIMIT 6'));
	return;
}
my @psql = ('psql', '-XAtq', '-d', $node->connstr('postgres'));
sql('ALTER TABLE kept.item DISABLE TRIGGER stop; DELETE FROM kept.item WHERE id > 0');
my $append = '"transaction": "batch", "commit_rows": 300, "include": ["item"], "tables": {"item": {"existing": "append"}}';
for my $workers (1, 2)
{
	while_locked("SET lock_timeout = '200ms'; CALL sqlite.migrate('{shop}', 'kept', '{\"workers\": $workers, $append}')",
		@psql, '-c', 'BEGIN', '-c', 'LOCK kept.item', '-c', q{SELECT 'locked'}, '-c', "DO \$\$ BEGIN FOR i IN 1 .. 600 LOOP IF (" . met() . ') THEN EXIT; END IF; PERFORM pg_sleep(0.02); END LOOP; END $$');
	is(sql('SELECT count(*), count(DISTINCT id) FROM kept.item'), '1001|1001', 'and each row is there once');
	sql('DELETE FROM kept.item WHERE id > 0');
}
sql("ALTER SERVER shop OPTIONS (ADD busy_timeout '100')");
append_to_file("$dir/hold.sh", "echo locked\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12; do\npsql -XAtq -d '" . $node->connstr('postgres') . "' <<'SQL' | grep -q t && break\nSELECT "
	. met() . "\nSQL\nsleep 0.1\ndone\n");
while_locked("CALL sqlite.migrate('{shop}', 'kept', '{$append}')", 'sqlite3', "$dir/shop.db", 'BEGIN EXCLUSIVE', ".shell sh $dir/hold.sh", 'COMMIT');

# What can't be resumed.
like(try_sql('CALL sqlite.resume(1); SELECT 1', extra_params => ['--single-transaction']), qr/NOTICE|ERROR/, 'in a block');
like(try_sql("SET ROLE anna; CALL sqlite.resume($job)"), qr/ERROR:  job $job does not exist/, 'another role sees no job');
sql("CREATE TABLE one (n int); CALL sqlite.load('one', 'SELECT 1')");
like(try_sql('CALL sqlite.resume(' . sql('SELECT max(job) FROM sqlite.jobs') . ')'), qr/ERROR:  job \d+ is a load: it has done all or nothing/, 'a load has no half');
like(try_sql('CALL sqlite.resume()'), qr/ERROR:  no job is named/, 'which job?');

# Workers work as the caller, with the caller's settings.
sql(q{CREATE TABLE kept.part (id bigint, name text, by name DEFAULT current_user, app text DEFAULT current_setting('application_name'), path text DEFAULT current_setting('search_path'));
	GRANT USAGE ON SCHEMA kept TO anna; GRANT INSERT, SELECT ON kept.part TO anna});
sql(q{SET ROLE anna; SET application_name = 'moving'; SET search_path = kept, public; CALL sqlite.migrate('{shop}', 'kept', '{"include": ["part"], "workers": 2, "transaction": "batch", "commit_rows": 50}')});
is(sql('SELECT DISTINCT by, app, path FROM kept.part'), 'anna|moving|kept, public', 'as its session');
is(sql('SELECT count(*) FROM kept.part'), '302', 'all of them');
$node->stop;
done_testing();
