# Faults beside the common ways of a job: workers that end while they wait, ends between a commit and what is noted
# of it, limits that several workers share, and roles that want more than is theirs.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('job_faults');
$node->init;
$node->append_conf('postgresql.conf', "max_worker_processes = 16\nlog_min_messages = warning");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;

sub sqlite
{
	my ($file, $sql) = @_;
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/$file", $sql);
	return;
}

sub sql
{
	my ($statements) = @_;
	return $node->safe_psql('postgres', $statements);
}

# What psql says of statements that may fail.
sub try_sql
{
	my ($statements, @options) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $statements, @options);
	return "$out$err";
}

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

sub last_job
{
	return sql('SELECT max(job) FROM sqlite.jobs');
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
let_go($holder, 'SELECT pg_advisory_unlock(7)');

$node->stop;
done_testing();
