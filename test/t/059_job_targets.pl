# What a job knows of its targets afterwards: they are its own under whatever name, come back when they were taken back, and
# meet the rows of a second run.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('job_targets', "max_worker_processes = 16\nlog_min_messages = error");

sqlite('s.db', 'CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id), w TEXT);'
	. 'CREATE INDEX c_w ON c (w); CREATE VIEW both AS SELECT p.v, c.w FROM p JOIN c ON c.p = p.id;'
	. q{INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 1, 'x'), (2, 2, 'y'), (3, 2, 'z')});
sql(qq{CREATE EXTENSION pg_sqlite; CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/s.db')});

sub job_of { return (split /\n/, sql("CALL sqlite.migrate('{s}', '$_[0]', '$_[1]')"))[-1] }

# A table that was taken back alone comes back, with its keys, index and references; so does one that others refer to.
for my $mode ('{}', '{"workers": 2}', '{"transaction": "table"}', '{"transaction": "batch", "workers": 2}', '{"transaction": "batch", "parallel_index": true}')
{
	my $job = job_of('app', $mode);
	my $before = dump_of('app');
	sql("CALL sqlite.rollback($job, tables => '{app.c}', force => true)");
	is(sql("SELECT to_regclass('app.c') IS NULL, (SELECT count(*) FROM app.p)"), 't|2', "$mode: one table taken back");
	like(sql("SELECT status FROM sqlite.validate($job) WHERE target = 'app.c'"), qr/cannot compare/, 'which can\'t be compared');
	sql("CALL sqlite.resume($job)");
	ok(dump_of('app') eq $before, 'and brought again') or diag($before, "\n", dump_of('app'));
	is(sql("SELECT string_agg(DISTINCT status, ',') FROM sqlite.validate($job)"), 'identical', 'identical');
	is(sql("SELECT state, (SELECT count(*) FROM sqlite.job_steps s WHERE s.job = j.job AND s.state <> 'done') FROM sqlite.jobs j WHERE job = $job"), 'done|0', 'all is done');
	sql("CALL sqlite.rollback($job, tables => '{app.p}', force => true); CALL sqlite.resume($job)");
	ok(dump_of('app') eq $before, 'and the one that others refer to') or diag($before, "\n", dump_of('app'));
	like(try_all("CALL sqlite.resume($job)"), qr/there is nothing to resume/, 'nothing more');
	# Every step has a beginning and an end, and a line in the log.
	is(sql("SELECT count(*) FROM sqlite.job_steps WHERE job = $job AND state = 'done' AND kind <> 'comment' AND (started IS NULL OR finished < started)"), '0', 'steps with their times');
	is(sql("SELECT bool_and(EXISTS (SELECT FROM sqlite.job_log l WHERE l.job = $job AND l.table_name = t.table_name AND l.message ~ 'rows read, \\d+ written.* in [0-9.]+ s')) FROM sqlite.job_tables t WHERE t.job = $job"), 't', 'tables in the log');
	is(sql("SELECT count(*) > 0 FROM sqlite.job_log WHERE job = $job AND message ~ '^step \\d+: foreign key .* in [0-9.]+ s'"), 't', 'steps in the log');
	sql("CALL sqlite.rollback($job)");
	is(sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'app'"), '0', 'and all of it');
}

# A file that has changed since gives its present rows; what is there stays.
{
	my $job = job_of('app', '{}');
	sql("CALL sqlite.rollback($job, tables => '{app.c}', force => true)");
	sqlite('s.db', q{INSERT INTO p VALUES (3, 'c'); INSERT INTO c VALUES (4, 1, 'new')});
	like(try_all("CALL sqlite.resume($job); SELECT (SELECT count(*) FROM app.p), (SELECT count(*) FROM app.c)"), qr/2\|4\n.*has changed since the job read it/s, 'another state of the file');
	sql("DROP SCHEMA app CASCADE; CALL sqlite.forget($job)");
	sqlite('s.db', q{DELETE FROM c WHERE id = 4; DELETE FROM p WHERE id = 3});
}

# Schemas that were swapped, tables that got another name.
for my $mode ('{}', '{"workers": 2}', '{"transaction": "batch"}')
{
	my $blue = job_of('app', $mode);
	my $green = job_of('app_green', $mode);
	sql('ALTER SCHEMA app RENAME TO "App blue"; ALTER SCHEMA app_green RENAME TO app; ALTER TABLE "App blue".c RENAME TO child');
	is(sql("SELECT string_agg(target || ' ' || status, ', ' ORDER BY table_name) FROM sqlite.validate($green)"), 'app.c identical, app.p identical', "$mode: the new one");
	is(sql("SELECT string_agg(target || ' ' || status, ', ' ORDER BY table_name) FROM sqlite.validate($blue)"), '"App blue".child identical, "App blue".p identical', 'the old one');
	is(sql("SELECT t ->> 'target' FROM jsonb_array_elements(sqlite.report($blue) -> 'tables') t ORDER BY 1"), "\"App blue\".child\n\"App blue\".p", 'the report has the names of today');
	is(try_all("SELECT sqlite.assert_valid($blue); SELECT sqlite.assert_valid($green)"), "\n\n", 'both are valid');
	sql("CALL sqlite.rollback($blue, tables => '{child}', force => true); CALL sqlite.resume($blue)");
	is(sql(q{SELECT (SELECT count(*) FROM "App blue".child), (SELECT count(*) FROM app.c)}), '3|3', 'a table comes back where its job is');
	sql("CALL sqlite.rollback($blue)");
	is(sql(q{SELECT (SELECT count(*) FROM app.c), (SELECT count(*) FROM pg_namespace WHERE nspname = 'App blue')}), '3|0', 'only its own tables are taken back');
	sql("CALL sqlite.rollback($green)");
	is(sql(q{SELECT count(*) FROM pg_namespace WHERE nspname IN ('app', 'app_green')}), '0', 'each its own');
}

# A target that was dropped is gone, whoever has its name now.
{
	my $job = job_of('app', '{}');
	sql('DROP VIEW app.both; DROP TABLE app.c; CREATE TABLE app.c (id bigint, p bigint, w text); INSERT INTO app.c VALUES (7, 7, $$mine$$)');
	like(sql("SELECT status, reason FROM sqlite.validate($job) WHERE target = 'app.c'"), qr/^cannot compare\|the target was dropped, and another relation has its name/, 'validate says so');
	like(try_all("SELECT sqlite.assert_valid($job)"), qr/the target was dropped/, 'assert_valid refuses');
	like(try_all("CALL sqlite.rollback($job)"), qr/app\.c is not there any more/, 'rollback refuses');
	try_all("CALL sqlite.rollback($job, force => true)");
	is(sql('SELECT w FROM app.c'), 'mine', 'and leaves what is not its own');
	sql('DROP SCHEMA app CASCADE');
}

# Keys that become UUIDs are the same ones in a later job.
for my $mode ('', ', "workers": 2', ', "transaction": "batch"')
{
	job_of('app', qq({"keys": "uuid"$mode}));
	my $before = sql('SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM app.c');
	job_of('app', qq({"keys": "uuid", "existing": "upsert"$mode}));
	is(sql('SELECT (SELECT count(*) FROM app.p), (SELECT count(*) FROM app.c)'), '2|3', "a second run finds its rows$mode");
	is(sql(q{SELECT string_agg(concat_ws(' ', written, updated, unchanged, skipped), ', ' ORDER BY table_no) FROM sqlite.job_tables WHERE job = (SELECT max(job) FROM sqlite.jobs)}), '0 0 2 2, 0 0 3 3', 'all of them unchanged');
	is(sql(q{SELECT string_agg(DISTINCT status, ',') FROM sqlite.validate((SELECT max(job) FROM sqlite.jobs))}), 'identical', 'and identical');
	sql('TRUNCATE app.c');
	job_of('app', qq({"keys": "uuid", "include": ["c"], "existing": "append"$mode}));
	is(sql('SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM app.c'), $before, 'a single table has the same ones');
	is(sql('SELECT count(*) FROM app.c JOIN app.p ON p.id = c.p'), '3', 'and refers to the same parents');
	# The secret goes by the schema's name, and belongs to those who may make tables in it.
	is(sql(q{SELECT count(*) FROM sqlite.uuid_namespaces WHERE schema = 'app'}), '1', 'kept for the schema');
	sql('DROP ROLE IF EXISTS anna; CREATE ROLE anna');
	is(sql('SET ROLE anna; SELECT count(*) FROM sqlite.uuid_namespaces'), '0', 'hidden from others');
	sql('DROP SCHEMA app CASCADE; DROP ROLE anna');
}
{
	my $spec = '{"keys": "uuid", "uuid_namespace": "6ba7b811-9dad-11d1-80b4-00c04fd430c8"}';
	job_of('one', $spec);
	job_of('two', $spec);
	is(sql(q{SELECT count(*) FROM one.c JOIN two.c USING (id, p)}), '3', 'a namespace of the spec');
	is(sql(q{SELECT id = sqlite.uuid_for(sqlite.uuid_for('url', 's.p'), 1) FROM one.p WHERE v = 'a'}), 't', 'by the formula of the documentation');
	like(try_all(q{CALL sqlite.migrate('{s}', 'three', '{"keys": "uuid", "uuid_namespace": "url"}')}), qr/"url" is not a UUID/, 'checked');
	sql('DROP SCHEMA one CASCADE; DROP SCHEMA two CASCADE');
}

# An upsert by another key leaves the primary key, says what it did, and is compared by that key.
sqlite('r.db', q{CREATE TABLE run (id INTEGER PRIMARY KEY, name TEXT UNIQUE, v TEXT); INSERT INTO run VALUES (1001, 'nightly', 'new'), (1002, 'weekly', 'same'), (1003, 'yearly', 'first')});
sql(qq{CREATE SERVER r FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/r.db');
	CREATE SCHEMA app; CREATE TABLE app.run (id bigint PRIMARY KEY, name text UNIQUE, v text);
	CREATE TABLE keep AS SELECT * FROM (VALUES (2, 'nightly', 'old'), (3, 'weekly', 'same'), (4, 'other', 'untouched')) AS k (id, name, v)});
for my $more ('', ', "rules": {"long": "length(v) < 100"}', ', "upsert": {"key": ["name"], "set": ["v"]}')
{
	sql('TRUNCATE app.run; INSERT INTO app.run SELECT * FROM keep');
	my $spec = $more =~ /set/ ? '"upsert": {"key": ["name"], "set": ["v"]}' : '"upsert": {"key": ["name"]}' . $more;
	my $job = (split /\n/, sql("CALL sqlite.migrate('{r}', 'app', '{\"tables\": {\"run\": {$spec}}}')"))[-1];
	is(sql('SELECT string_agg(concat_ws(\' \', r.*), \', \' ORDER BY r) FROM (SELECT id, name, v FROM app.run) r'), '(2,nightly,new), (3,weekly,same), (4,other,untouched), (1003,yearly,first)', "keys stay: $spec");
	is(sql("SELECT read, written - updated, updated, unchanged, rejected, skipped FROM sqlite.job_tables WHERE job = $job"), '3|1|1|1|0|1', 'inserted, updated, unchanged');
	is(sql("SELECT r ->> 'inserted', r ->> 'updated', r ->> 'unchanged', r ->> 'success_rate', r ->> 'error_rate' FROM (SELECT sqlite.report($job) -> 'totals' AS r) AS t"), '1|1|1|100.0000|0.0000', 'in the report');
	is(sql("SELECT status, missing, extra, different FROM sqlite.validate($job)"), 'identical|0|0|0', 'identical by the key');
	sql(q{UPDATE app.run SET v = 'mine' WHERE name = 'weekly'});
	is(sql("SELECT status, missing, extra, different FROM sqlite.validate($job)"), 'differs|0|0|1', 'a change is seen');
}
sql('DROP SCHEMA app CASCADE');

# Values that are other ones each time: no difference, and an upsert leaves them.
my $made = '"columns": {"p.imported_at": {"type": "timestamptz", "default_sql": "now()"}, "p.uid": {"type": "uuid", "default_sql": "gen_random_uuid()"}, "p.kind": {"type": "text", "default": "old"}}';
{
	my $job = job_of('app', "{$made}");
	is(sql("SELECT status, missing, extra, different FROM sqlite.validate($job) WHERE target = 'app.p'"), 'identical|0|0|0', 'identical');
	like(sql("SELECT reason FROM sqlite.validate($job) WHERE target = 'app.p'"), qr/not compared.*(imported_at, uid|uid, imported_at)/, 'and what is not compared is named');
	my $before = sql("UPDATE app.p SET kind = 'mine' WHERE id = 1; SELECT string_agg(concat_ws(' ', id, imported_at, uid, kind), ',' ORDER BY id) FROM app.p");
	job_of('app', qq({"existing": "upsert", $made}));
	is(sql("SELECT string_agg(concat_ws(' ', id, imported_at, uid, kind), ',' ORDER BY id) FROM app.p"), $before, 'an upsert makes nothing anew');
	sql(q{UPDATE app.p SET v = 'changed' WHERE id = 2});
	is(sql("SELECT status, different FROM sqlite.validate($job) WHERE target = 'app.p'"), 'differs|2', 'the other columns are compared');
	sql('DROP SCHEMA app CASCADE');
}

$node->stop;
done_testing();
