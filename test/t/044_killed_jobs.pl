# Whatever is killed at whatever moment - the backend, a worker, the whole server -, afterwards every row is there once
# (batch, after resume), or all or none of them (single), and nothing staged stays behind.
# KILLED_JOBS_ROUNDS sets how many rounds of each kind there are, KILLED_JOBS_SEED their moments.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $rounds = $ENV{KILLED_JOBS_ROUNDS} // 3;
my $seed = $ENV{KILLED_JOBS_SEED} // int(rand(1 << 30));
srand($seed);
note("seed $seed");

my $node = PostgreSQL::Test::Cluster->new('killed');
$node->init;
# Crash recovery is what is tried, so fsync stays as the test framework has it: a killed server loses no page cache.
$node->append_conf('postgresql.conf', "max_worker_processes = 16\nrestart_after_crash = on\nlog_min_messages = warning\n");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
my $n = 100000;
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/store.db", qq{
	CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT);
	CREATE TABLE item (id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES maker, name TEXT, at TEXT);
	CREATE TABLE code (id TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;
	CREATE INDEX item_name ON item (name);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO maker SELECT i, 'maker ' || i FROM n;
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $n) INSERT INTO item SELECT i * 3, 1 + i % 500, 'item ' || i, 'x' FROM n;
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO code SELECT 'c' || i, i FROM n;});
$node->safe_psql('postgres', qq{
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER store FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/store.db');});

my $sum = $n * ($n + 1) / 2 * 3;
my $expected = "500|$n|$n|$sum|1000";

sub counts
{
	my ($schema) = @_;
	return $node->safe_psql('postgres', qq{SELECT (SELECT count(*) FROM $schema.maker), count(*), count(DISTINCT id), sum(id), (SELECT count(*) FROM $schema.code) FROM $schema.item});
}

# Waits until the server takes connections again, also after a crash.
sub recover
{
	for (1 .. 600)
	{
		if (!-e $node->data_dir . '/postmaster.pid' || !kill 0, $node->{_pid} // 0) { $node->_update_pid(0); $node->start(fail_ok => 1); }
		my ($code) = $node->psql('postgres', 'SELECT 1');
		return if $code == 0;
		sleep 0.1;
	}
	die 'the server does not come back';
}

# How many were killed in the midst of their work.
my %hits;

# Starts a CALL, kills something after a random while, and waits for the server.
sub kill_during
{
	my ($call, $victim, $longest) = @_;
	my ($out, $err) = ('', '');
	my $psql = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', $call ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
	if ($victim eq 'worker')
	{
		# Workers live for a part of the time only, and there may be none.
		my ($code, $pid, $until) = (0, '', Time::HiRes::time() + $longest);
		($code, $pid) = $node->psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker' ORDER BY random() LIMIT 1})
		  until $pid || Time::HiRes::time() > $until;
		sleep rand($longest / 3);
		kill 'KILL', $pid if $pid;
	}
	elsif ($victim eq 'backend')
	{
		my ($code, $pid) = $node->psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL sqlite.%'});
		sleep rand($longest);
		kill 'KILL', $pid if $pid;
	}
	else
	{
		sleep rand($longest);
		$node->stop('immediate');
	}
	$psql->finish;
	recover();
	my $state = $node->safe_psql('postgres', 'SELECT state FROM sqlite.jobs ORDER BY job DESC LIMIT 1');
	$hits{$victim}++ if $state ne 'done';
	return;
}

sub last_job
{
	return $node->safe_psql('postgres', 'SELECT max(job) FROM sqlite.jobs');
}

# Most moments lie within the job: as long as one takes undisturbed.
sub duration
{
	my ($spec) = @_;
	my $started = Time::HiRes::time();
	$node->safe_psql('postgres', "CALL sqlite.migrate('{store}', 'plain', '$spec')");
	my $seconds = Time::HiRes::time() - $started;
	is(counts('plain'), $expected, 'undisturbed');
	$node->safe_psql('postgres', 'DROP SCHEMA plain CASCADE');
	return $seconds;
}

my $longest = duration('{"transaction": "batch", "commit_rows": 2000}');

my @victims = ('backend', 'worker', 'server');
for my $round (1 .. $rounds)
{
	my $victim = $victims[$round % 3];
	my $workers = $victim eq 'worker' ? 2 : 1 + int(rand(2));
	my $before = last_job();
	kill_during(qq{CALL sqlite.migrate('{store}', 'batch', '{"transaction": "batch", "commit_rows": 2000, "workers": $workers, "parallel_index": true}')}, $victim, $longest);
	my $job = last_job();
	next if $job == $before;    # it had no time to begin
	# Resuming may be cut short as well.
	kill_during("CALL sqlite.resume($job)", $victims[int(rand(3))], $longest) if rand() < 0.5;
	my ($code, $out, $err) = $node->psql('postgres', "CALL sqlite.resume($job)");
	is($code, 0, "batch, round $round, $workers workers, $victim: it is resumed") or diag($err);
	is(counts('batch'), $expected, 'each row once');
	is($node->safe_psql('postgres', "SELECT sum(read), sum(written) FROM sqlite.job_tables WHERE job = $job"), join('|', (500 + $n + 1000) x 2), 'as the records say');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_constraint WHERE connamespace = 'batch'::regnamespace AND contype IN ('p', 'f') AND convalidated}), '4', 'with its keys');
	$node->safe_psql('postgres', 'DROP SCHEMA batch CASCADE');
}

$longest = duration('{}');
for my $round (1 .. $rounds)
{
	my $victim = $victims[$round % 3];
	my $workers = $victim eq 'worker' ? 2 : 1 + int($round / 3) % 2;
	my $before = last_job();
	kill_during(qq{CALL sqlite.migrate('{store}', 'single', '{"workers": $workers, "parallel_index": true}')}, $victim, $longest);
	my $job = last_job();
	next if $job == $before;
	my $there = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('single') AND relkind = 'r'});
	ok($there == 0 || $there == 3, "single, round $round, $workers workers, $victim: all or nothing ($there)");
	is(counts('single'), $expected, 'all') if $there == 3;
	my $state = $node->safe_psql('postgres', "SELECT state FROM sqlite.jobs WHERE job = $job");
	is($state, 'done', 'what is there is done') if $there == 3;
	isnt($state, 'done', 'what is not there is not') if $there == 0;
	my ($code, $out, $err) = $node->psql('postgres', $round % 2 ? "CALL sqlite.resume($job)" : q{CALL sqlite.migrate('{store}', 'next')});
	is($code, 0, 'the next call runs') or diag($err);
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_namespace WHERE nspname ~ '^sqlite_job'}), '0', 'nothing staged is left');
	is(counts('single'), $expected, 'and resumed all is there') if $round % 2;
	$node->safe_psql('postgres', 'DROP SCHEMA IF EXISTS single CASCADE; DROP SCHEMA IF EXISTS next CASCADE');
}
note('killed at work: ' . join(', ', map { "$_ $hits{$_}" } sort keys %hits));
ok(keys %hits > ($rounds < 6 ? 0 : 1), 'some were at work when they were killed');
$node->stop;
done_testing();
