# Faults beside the common ways of a job: workers that end while they wait, ends between a commit and what is noted
# of it, limits that several workers share, and roles that want more than is theirs.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('job_faults', "max_worker_processes = 16\nlog_min_messages = warning");

# A session that holds what it got until it is told to end.
sub hold
{
	my ($statements) = @_;
	my %run = (in => "$statements;\n\\echo held\n", out => '');
	$run{psql} = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres') ], '<', \$run{in}, '>', \$run{out}, IPC::Run::timeout(120));
	$run{psql}->pump until $run{out} =~ /held/;
	return \%run;
}

sub let_go
{
	my ($run, $statements) = @_;
	$run->{in} .= "$statements;\n\\q\n";
	$run->{psql}->finish;
	return;
}

# A CALL that goes on beside the test.
sub begin_sql
{
	my ($statements) = @_;
	my %run = (out => '', err => '');
	$run{psql} = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', $statements ],
		'<', \undef, '>', \$run{out}, '2>', \$run{err}, IPC::Run::timeout(120));
	return \%run;
}

sqlite('shop.db', q{
	CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT);
	CREATE TABLE item (id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES maker, name TEXT);
	CREATE TABLE note (text TEXT);
	INSERT INTO maker VALUES (1, 'first'), (2, 'second');
	INSERT INTO item VALUES (1, 1, 'a'), (2, 2, 'b');
	INSERT INTO note VALUES ('x'), ('y');});
sql(qq{
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER shop FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/shop.db');
	CREATE SCHEMA kept;
	CREATE TABLE kept.maker (id bigint PRIMARY KEY, name text);
	CREATE TABLE kept.item (id bigint PRIMARY KEY, maker_id bigint REFERENCES kept.maker, name text);
	CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN PERFORM pg_advisory_xact_lock(7); RETURN new; END\$\$;
	CREATE TRIGGER wait BEFORE INSERT ON kept.maker FOR EACH ROW EXECUTE FUNCTION wait();
});

# A worker that waits for another's table ends while it waits: no other process may be hurt.
my $pid = sql('SELECT pid FROM pg_stat_activity WHERE backend_type = \'checkpointer\'');
my $holder = hold('SELECT pg_advisory_lock(7)');
for my $end ('cancel', 'terminate')
{
	my $call = begin_sql(q{CALL sqlite.migrate('{shop}', 'kept', '{"transaction": "table", "workers": 2, "include": ["maker", "item"], "tables": {"*": {"existing": "append"}}}')});
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 AND (SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker' AND state = 'idle') FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker' AND wait_event = 'advisory'}), 'one works, one waits');
	sql("SELECT pg_${end}_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL sqlite.migrate%' AND backend_type = 'client backend'");
	$call->{psql}->finish;
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker'}), "$end: no worker is left");
	is(sql('SELECT pid FROM pg_stat_activity WHERE backend_type = \'checkpointer\''), $pid, 'and the server has not crashed');
}

# Whoever may delete a job's records can do so while it runs, each table of them at any point: the job ends with an
# error, the server stays.
for my $workers (1, 2)
{
	for my $records ('jobs', 'job_tables', 'job_steps', 'job_tables WHERE table_no = 1', 'job_steps WHERE step = 1')
	{
		my $call = begin_sql(qq{CALL sqlite.migrate('{shop}', 'kept', '{"transaction": "table", "workers": $workers, "include": ["maker", "item"], "tables": {"*": {"existing": "append"}}}')});
		ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory'}), "$workers workers: rows are on their way");
		my $job = last_job();
		sql("DELETE FROM sqlite.$records" . ($records =~ /WHERE/ ? ' AND' : ' WHERE') . " job = $job");
		let_go($holder, 'SELECT pg_advisory_unlock(7)');
		$call->{psql}->finish;
		like($call->{err}, qr/ERROR:  the records of job $job are gone/, "without $records");
		is(sql('SELECT pid FROM pg_stat_activity WHERE backend_type = \'checkpointer\''), $pid, 'and the server has not crashed');
		unlike(try_sql("CALL sqlite.resume($job)") . try_sql("CALL sqlite.rollback($job)"), qr/connection|XX000/, 'nor when it is taken up again');
		sql("DELETE FROM sqlite.$_ WHERE job = $job") for qw(rejects job_chunks job_steps job_tables jobs);
		sql('TRUNCATE kept.maker, kept.item');
		$holder = hold('SELECT pg_advisory_lock(7)');
	}
}

# Code that runs amid a job's rows takes the job's own records away, or takes the job up: refused, whatever the call.
sql(q{
	CREATE TABLE kept.tale (id bigint PRIMARY KEY, name text);
	CREATE TABLE kept.said (what text);
	CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE replace(TG_ARGV[0], '?', (SELECT max(job)::text FROM sqlite.jobs));
		RETURN new;
	EXCEPTION WHEN object_in_use THEN
		INSERT INTO kept.said VALUES (sqlerrm);
		RETURN new;
	END$$;});
for my $job ([migrate => q{CALL sqlite.migrate('{shop}', 'kept', '{"include": ["maker"], "existing": "append", "transaction": "%s", "on_error": "reject", "tables": {"maker": {"target": "tale"}}}')}],
	[load => q{CALL sqlite.load('kept.tale', 'SELECT * FROM (VALUES (1, ''a''), (2, ''b'')) AS v', 'reject')}])
{
	for my $call ('forget(?)', 'rollback(?)', 'resume(?)', 'retry_rejects(?)', q{load('kept.said', 'SELECT 1', job => ?)})
	{
		for my $transaction ($job->[0] eq 'load' ? 'single' : ('single', 'table', 'batch'))
		{
			my $quoted = 'CALL sqlite.' . $call =~ s/'/''/gr;
			sql("CREATE OR REPLACE TRIGGER meddle BEFORE INSERT ON kept.tale FOR EACH ROW EXECUTE FUNCTION meddle('$quoted')");
			my $said = try_sql(sprintf($job->[1], $transaction));
			unlike($said, qr/connection|XX000|FATAL/, "$job->[0], $transaction: $call from within");
			is(sql('SELECT count(*) FROM kept.tale'), '2', 'all rows are there');
			like(sql('SELECT DISTINCT what FROM kept.said'), qr/^job \d+ is being worked on by this session$/, 'the call is refused');
			is(sql('SELECT state FROM sqlite.jobs WHERE job = (SELECT max(job) FROM sqlite.jobs)'), 'done', 'the job is done');
			sql('TRUNCATE kept.tale, kept.said');
		}
	}
}
sql('DROP TABLE kept.tale, kept.said');

# A session ends between the commit of a table's rows and the note that the table is done: they are not loaded twice.
# What can't be noted as long as another holds the row that says it stands for any such end.
sql('CREATE TABLE kept.note (text text); CREATE TRIGGER wait BEFORE INSERT ON kept.note FOR EACH ROW EXECUTE FUNCTION wait()');
for my $workers (1, 2)
{
	my $call = begin_sql(qq{CALL sqlite.migrate('{shop}', 'kept', '{"transaction": "table", "workers": $workers, "include": ["note"], "tables": {"*": {"existing": "append"}}}')});
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory'}), "$workers workers: its rows are on their way");
	my $notes = hold(q{BEGIN; SELECT FROM sqlite.job_steps WHERE job = (SELECT max(job) FROM sqlite.jobs) AND kind = 'load' FOR UPDATE});
	let_go($holder, 'SELECT pg_advisory_unlock(7)');
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'CALL%' AND wait_event = 'transactionid'}), 'which are committed, but not noted');
	is(sql('SELECT count(*) FROM kept.note'), '2', 'all of them');
	sql(q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%' AND wait_event = 'transactionid'});
	$call->{psql}->finish;
	let_go($notes, 'COMMIT');
	my $job = last_job();
	sql("CALL sqlite.resume($job)");
	is(sql('SELECT string_agg(text, \',\' ORDER BY text) FROM kept.note'), 'x,y', 'each row is there once');
	is(sql("SELECT state, read, written FROM sqlite.job_tables WHERE job = $job"), 'done|2|2', 'and counted once');
	sql('TRUNCATE kept.note');
	$holder = hold('SELECT pg_advisory_lock(7)');
}
let_go($holder, 'SELECT pg_advisory_unlock(7)');

# The session is gone, but the last commit of one of its workers is still under way: whoever takes the job waits for it.
sql('ALTER TABLE kept.note DISABLE TRIGGER wait; CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE \'no\' USING ERRCODE = \'XX001\'; END$$; CREATE TRIGGER no BEFORE INSERT ON kept.note FOR EACH ROW EXECUTE FUNCTION no()');
for my $call ('resume', 'rollback')
{
	like(try_sql(q{CALL sqlite.migrate('{shop}', 'kept', '{"transaction": "table", "include": ["note"], "tables": {"*": {"existing": "append"}}}')}), qr/ERROR:  no/, 'a job that stops before its rows');
	my $job = last_job();
	sql("UPDATE sqlite.jobs SET state = 'running' WHERE job = $job; ALTER TABLE kept.note DISABLE TRIGGER no");
	my $worker = hold(qq{BEGIN; INSERT INTO kept.note VALUES ('x'), ('y');
		INSERT INTO sqlite.job_chunks (job, table_no, xids, read, written) VALUES ($job, 1, ARRAY[pg_current_xact_id()], 2, 2);
		UPDATE sqlite.job_tables SET state = 'loading', read = 2, written = 2 WHERE job = $job});
	my $taken = begin_sql("CALL sqlite.$call($job)");
	ok($node->poll_query_until('postgres', qq{SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'CALL sqlite.$call($job)' AND wait_event = 'transactionid'}), "$call waits");
	let_go($worker, 'COMMIT');
	$taken->{psql}->finish;
	is($taken->{err}, '', 'and comes to its end');
	is(sql('SELECT count(*) FROM kept.note'), $call eq 'resume' ? '2' : '0', 'with each row of the worker\'s');
	sql('TRUNCATE kept.note; ALTER TABLE kept.note ENABLE TRIGGER no');
}

# A limit of rejected rows is the job's, not each worker's, and orphans are rejected rows, too.
my $bad = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) INSERT INTO';
sqlite('bad.db', qq{
	CREATE TABLE one (id INTEGER PRIMARY KEY, n INTEGER); $bad one SELECT i, 'x' FROM n;
	CREATE TABLE two (id INTEGER PRIMARY KEY, n INTEGER); $bad two SELECT i, 'x' FROM n;
	CREATE TABLE three (id INTEGER PRIMARY KEY); $bad three SELECT i FROM n;
	CREATE TABLE child (id INTEGER PRIMARY KEY, one INTEGER REFERENCES three, n INTEGER); $bad child SELECT i, i + 100, CASE i WHEN 1 THEN 'x' ELSE i END FROM n;});
sql(qq{
	CREATE SERVER bad FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/bad.db');
	CREATE SCHEMA limits;
	CREATE FUNCTION together() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN null; END\$\$;
	CREATE TABLE limits.one (id bigint, n bigint); CREATE TRIGGER together BEFORE INSERT ON limits.one EXECUTE FUNCTION together();
	CREATE TABLE limits.two (id bigint, n bigint); CREATE TRIGGER together BEFORE INSERT ON limits.two EXECUTE FUNCTION together()});
for my $limit ('5', '6')
{
	$holder = hold('SELECT pg_advisory_lock(7)');
	my $call = begin_sql(qq{CALL sqlite.migrate('{bad}', 'limits', '{"transaction": "table", "workers": 2, "on_error": "reject", "max_rejects": $limit, "include": ["one", "two"], "tables": {"*": {"existing": "append"}}}')});
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event = 'advisory'}), "limit of $limit: both are at work");
	let_go($holder, 'SELECT pg_advisory_unlock(7)');
	$call->{psql}->finish;
	$limit eq '5' ? like($call->{err}, qr/ERROR:  more than 5 rows were rejected/, 'they reject 3 each') : unlike($call->{err}, qr/ERROR/, 'which is within it');
	is(sql('SELECT state FROM sqlite.jobs ORDER BY job DESC LIMIT 1'), $limit eq '5' ? 'failed' : 'done', 'the job is as it should be');
}
for my $mode ('"transaction": "table"', '"workers": 2', '"transaction": "single"')
{
	for my $limit ([ '2', 'more than 2 rows were rejected' ], [ '"50%"', '100% of the rows for orphaned\.child were rejected, more than 50%' ])
	{
		my $spec = qq({$mode, "on_error": "reject", "max_rejects": $limit->[0], "include": ["three", "child"], "tables": {"child": {"orphans": "reject"}}});
		# What commits before its end looks first.
		my $said = $mode =~ /table/ ? 'the migration cannot be planned: 1 blocker' : $limit->[1];
		like(try_sql("CALL sqlite.migrate('{bad}', 'orphaned', '$spec')"), qr/ERROR:  $said/, "$mode, limit $limit->[0]: orphans count");
		sql('DROP SCHEMA IF EXISTS orphaned CASCADE');
	}
}

# Statements over the records run as the extension's owner, so no operator of the caller's may get into them: here are
# all of pg_catalog's over the types of records, in front of them, which tell who they run as.
sql(q{
	CREATE ROLE eve; GRANT USAGE ON FOREIGN SERVER shop TO eve; GRANT CREATE ON DATABASE postgres TO eve; SET ROLE eve; CREATE SCHEMA evil;
	DO $do$ DECLARE o record; BEGIN
		FOR o IN SELECT oid, oprname, oprleft::regtype l, oprright::regtype r, oprresult::regtype result FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace
			AND oprleft::regtype::text = ANY ('{bigint,integer,text,name,boolean,jsonb,timestamp with time zone,interval,xid,text[],bigint[]}') AND (oprright = oprleft OR oprright = 'text'::regtype)
		LOOP
			EXECUTE format('CREATE FUNCTION evil.f%s(a %s, b %s) RETURNS %s LANGUAGE plpgsql AS %L', o.oid, o.l, o.r, o.result,
				format('BEGIN IF current_user OPERATOR(pg_catalog.<>) ''eve'' THEN RAISE ''%% runs as %%'', ''%s'', current_user; END IF; RETURN a OPERATOR(pg_catalog.%s) b; END', o.oprname, o.oprname));
			EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.f%s)', o.oprname, o.l, o.r, o.oid);
		END LOOP;
	END $do$;
	CREATE TABLE evil.small (n smallint);
	CREATE TABLE evil.mine (id bigint, maker_id bigint, name text)});
my $evil = q{SET ROLE eve; SET search_path = evil, pg_catalog;};
is(sql("$evil SELECT 'a'::text = 'a'"), 't', 'as their owner they work');
like(try_sql("SET search_path = evil, pg_catalog; SELECT 'a'::text = 'a'"), qr/= runs as/, 'as others they speak up');
my $append = '{"include": ["item"], "tables": {"item": {"existing": "append", "target": "mine"}}}';
foreach (
	q{CALL sqlite.load('evil.small', 'SELECT n FROM pg_catalog.generate_series(32767, 32768) AS n', on_error => 'reject', max_rejects => 5)},
	q{CALL sqlite.retry_rejects(JOB, ids => IDS)},
	q{SELECT status FROM sqlite.validate(JOB)},
	qq{CALL sqlite.migrate('{shop}', 'evil', '$append')},
	q{SELECT status FROM sqlite.validate(JOB)},
	q{SELECT * FROM sqlite.validate_constraints(JOB)},
	q{SELECT pg_catalog.length(sqlite.rollback_sql(JOB))},
	q{CALL sqlite.rollback(JOB)},
	q{CALL sqlite.forget(JOB)},
	q{CALL sqlite.forget(older_than => '1 day')},
	q{CALL sqlite.migrate('{shop}', 'evil_too', '{"workers": 2}')},
	q{CALL sqlite.migrate('{shop}', 'evil_three', '{"transaction": "batch", "workers": 2}')})
{
	my ($statement, $job) = ($_, last_job());
	my $ids = sql("SELECT quote_literal(array_agg(id)) FROM sqlite.rejects WHERE job = $job");
	$statement =~ s/JOB/$job/;
	$statement =~ s/IDS/$ids/;
	my $said = try_sql("$evil $statement");
	unlike($said, qr/runs as|ERROR/, $statement);
	# As if its session had been killed.
	sql(q{UPDATE sqlite.jobs SET state = 'failed', staging = '{"sqlite_job_0": "evil"}' WHERE job = (SELECT min(job) FROM sqlite.jobs WHERE owner = 'eve'::regrole)}) if $statement =~ /older_than/;
}

# Nor may such an operator find jobs of others.
sql(q{SET ROLE eve; CREATE SCHEMA yes; CREATE FUNCTION yes.f(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR yes.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = yes.f)});
for my $statement ('CALL sqlite.forget(1)', 'CALL sqlite.rollback(1)', 'CALL sqlite.resume(1)', 'CALL sqlite.retry_rejects(1)', 'SELECT sqlite.rollback_sql(1)', 'SELECT sqlite.report(1)', 'SELECT * FROM sqlite.validate(1)')
{
	like(try_sql("SET ROLE eve; SET search_path = yes, pg_catalog; $statement"), qr/ERROR:  job 1 does not exist/, "$statement: of another role");
}

# A job's statements are its owner's words: run by the owner's rights, whoever calls (052_owner_rights.pl).
sql(q{SET ROLE eve; CREATE FUNCTION evil.who(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'run by %', current_user; RETURN $1; END$$});
my $words = '{"transaction": "batch", "include": ["note"], "tables": {"note": {"columns": {"text": {"convert": "evil.who(text)"}}}}}';
like(try_sql("SET ROLE eve; CALL sqlite.migrate('{shop}', 'evil', '$words')"), qr/run by eve/, "the owner's words are run by the owner");
my $eves = last_job();
for my $statement ("SELECT * FROM sqlite.validate($eves)", "SELECT * FROM sqlite.differences($eves, 'note')", "SELECT sqlite.assert_valid($eves)", "CALL sqlite.retry_rejects($eves)", "CALL sqlite.resume($eves)")
{
	my $said = try_sql($statement);
	unlike($said, qr/belongs to role|permission denied/, "$statement: a superuser may call it");
	unlike($said, qr/run by (?!eve)/, 'and nothing of it is run by anybody else');
}
like(sql("SELECT sqlite.rollback_sql($eves)"), qr/DROP TABLE evil\.note/, 'how it is taken back a superuser may see');
sql("CALL sqlite.rollback($eves)");
is(sql(q{SELECT to_regclass('evil.note') IS NULL}), 't', 'and do');

$node->stop;
done_testing();
