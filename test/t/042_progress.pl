# What other sessions see of a job that has not committed anything, and what its own session is told.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('progress');
$node->init;
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/big.db",
	'CREATE TABLE item (id INTEGER PRIMARY KEY); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO item SELECT i FROM n');

# The load stops at row 10,000 for as long as another session holds a lock.
$node->safe_psql('postgres', qq{
	CREATE EXTENSION pg_sqlite;
	CREATE ROLE anna LOGIN; CREATE ROLE bert LOGIN; CREATE ROLE chief LOGIN IN ROLE pg_read_all_stats;
	SELECT sqlite.attach('$dir/big.db');
	GRANT USAGE ON FOREIGN SERVER big TO anna; GRANT USAGE ON SCHEMA big TO anna; GRANT SELECT ON big.item TO anna;
	CREATE TABLE public.item (id bigint);
	GRANT SELECT, INSERT ON public.item TO anna;
	CREATE FUNCTION wait_for_it() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN new; END';
	CREATE TRIGGER wait_for_it BEFORE INSERT ON public.item FOR EACH ROW WHEN (new.id = 10000) EXECUTE FUNCTION wait_for_it();
});

sub as
{
	my ($role, $sql) = @_;
	return $node->safe_psql('postgres', $sql, extra_params => [ '-U', $role ]);
}

# Runs statements as anna until they wait, calls $look, and lets them go on. Returns what they printed.
sub while_it_waits
{
	my ($statements, $look) = @_;
	my ($lock, $locked, $denied) = ("SELECT pg_advisory_lock(1);\n\\echo locked\n", '', '');
	my $holder = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$lock, '>', \$locked, '2>', \$denied, IPC::Run::timeout(60));
	$holder->pump until $locked =~ /locked/;
	my ($out, $err) = ('', '');
	my $load = IPC::Run::start([ 'psql', '-X', '-q', '-U', 'anna', '-d', $node->connstr('postgres'), map { ('-c', $_) } @$statements ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(60));
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") or die 'it does not wait';
	$look->();
	$holder->finish;
	$load->finish;
	return $out . $err;
}

my $call = q{CALL sqlite.load('public.item', 'SELECT id FROM big.item');};
my $printed = while_it_waits([$call], sub {
	my $seen = q{SELECT job, phase, target, read BETWEEN 5000 AND 10000, written <= read, rejected, skipped, started < now() FROM sqlite.progress};
	is(as('anna', $seen), '1|loading|public.item|t|t|0|0|t', 'its role sees it in another session');
	is(as('chief', $seen), '1|loading|public.item|t|t|0|0|t', 'so does who may see all statistics');
	is(as('bert', $seen), '', 'and nobody else');
	is(as('anna', q{SELECT relid::regclass, command, type, tuples_processed BETWEEN 5000 AND 10000 FROM pg_stat_progress_copy}), 'item|COPY FROM|CALLBACK|t', "PostgreSQL's own view has it, too");
	is(as('anna', q{SELECT a.query FROM pg_stat_activity a JOIN sqlite.progress p USING (pid)}), $call, 'the statement in pg_stat_activity stays');
	is($node->safe_psql('template1', "CREATE EXTENSION pg_sqlite; SELECT count(*) FROM sqlite.progress; DROP EXTENSION pg_sqlite"), '0', 'another database has other jobs');
	is(as('anna', q{SELECT sqlite.report(1) ->> 'state', sqlite.report(1) -> 'interrupted'}), 'running|false', 'a report says that it runs');
});
unlike($printed, qr/NOTICE/, 'nothing is told before five seconds are over');
is(as('anna', 'SELECT count(*) FROM sqlite.progress'), '0', 'when it is done nothing is left');

sub slowly { sleep 6; }
my $line = qr/^NOTICE:  public\.item: ([\d.]+ %, )?1\d,\d{3}( of 20,000)? rows, [\d,]+ rows\/s(, 0:00:\d\d left)?$/m;
like(while_it_waits([$call], \&slowly), $line, 'then it is');
unlike(while_it_waits([ 'SELECT FROM sqlite.version()', 'SET pg_sqlite.progress = off', $call ], \&slowly), qr/NOTICE/, 'unless that is off');

# Background workers: each shows what it does, and the CALL's own backend their sum.
$node->safe_psql('postgres', 'TRUNCATE public.item; ALTER TABLE public.item OWNER TO anna; GRANT EXECUTE ON FUNCTION wait_for_it() TO anna');
while_it_waits([q{CALL sqlite.migrate('{big}', 'public', '{"transaction": "batch", "commit_rows": 2000, "workers": 2, "tables": {"item": {"existing": "append"}}}')}], sub {
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker' AND wait_event_type = 'Lock'}) or die 'no worker waits';
	# The other one has done the rest.
	$node->poll_query_until('postgres', q{SELECT sum(written) = 18000 FROM sqlite.job_tables WHERE job = (SELECT max(job) FROM sqlite.jobs)}) or die 'the other does not go on';
	is(as('anna', q{SELECT count(*) FROM sqlite.progress WHERE target = 'public.item' AND phase = 'loading' AND rows_total IS NULL AND pid IN (SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker')}), '1', 'a worker shows what it does');
	like(as('anna', q{SELECT query FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker' AND wait_event_type = 'Lock'}), qr/^sqlite\.migrate job \d+: loading public\.item$/, 'in words, too');
	$node->poll_query_until('postgres', q{SELECT bool_or(target IS NULL AND read BETWEEN 18000 AND 20000 AND rows_total = 20000) FROM sqlite.progress}) or die 'the sum is not told';
	is(as('anna', q{SELECT phase, percent >= 90 FROM sqlite.progress WHERE target IS NULL}), 'loading|t', 'and the backend of the CALL their sum');
});
is(as('anna', 'SELECT count(*), count(DISTINCT id) FROM public.item'), '20000|20000', 'all is there');
$node->safe_psql('postgres', 'ALTER TABLE public.item OWNER TO CURRENT_USER; GRANT SELECT, INSERT ON public.item TO anna; TRUNCATE public.item');

# Killed: the record says running, and the backend is gone.
while_it_waits([$call], sub {
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(pid) FROM sqlite.progress');
	$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM sqlite.progress');
});
my ($state, $interrupted) = split /\|/, as('anna', q{SELECT state, sqlite.report(job) -> 'interrupted' FROM sqlite.jobs ORDER BY job DESC LIMIT 1});
ok($state eq 'running' && $interrupted eq 'true' || $state eq 'failed', "a job whose backend was terminated is no running job: $state, $interrupted");
$node->stop;
done_testing();
