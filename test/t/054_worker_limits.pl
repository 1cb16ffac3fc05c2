# Workers of a job stay under pg_sqlite.max_workers_per_job, the server's places for workers, and the CONNECTION LIMIT of role
# and database; whatever runs, the result is the same. Who loaded a row is known by a column that asks for the process. And
# what is left when the ground goes from under a job: its database, its extension, its backend.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = PostgreSQL::Test::Cluster->new('worker_limits');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_worker_processes = 16\nmax_parallel_workers = 16\nmax_connections = 40\n");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
my $tables = 6;
my $rows = 3000;
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/store.db", join ';', map { "CREATE TABLE t$_ (id INTEGER PRIMARY KEY, name TEXT); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $rows) INSERT INTO t$_ SELECT i, 'row ' || i FROM n" } 1 .. $tables);

my $ready = qq{CREATE EXTENSION pg_sqlite; CREATE SERVER store FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/store.db'); GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO maker; ALTER SERVER store OWNER TO maker; GRANT USAGE ON FOREIGN SERVER store TO PUBLIC;
	DO 'BEGIN EXECUTE format(''GRANT CREATE ON DATABASE %I TO PUBLIC'', current_database()); END'};
$node->safe_psql('postgres', "CREATE ROLE maker LOGIN IN ROLE pg_read_server_files; $ready; CREATE ROLE one LOGIN CONNECTION LIMIT 1; CREATE ROLE three LOGIN CONNECTION LIMIT 3");

# Migrates as a role: (what the messages say of workers, how many processes have loaded, whether the session was one). The
# rows are always right.
my $made = 0;
sub migrate {
	my ($what, $role, %with) = @_;
	my $schema = 'made' . ++$made;
	my $database = $with{database} // 'postgres';
	my $spec = '{"workers": 4, "transaction": "' . ($with{transaction} // 'table') . '", "columns": {"*.loader": {"type": "integer", "default_sql": "pg_backend_pid()"}}}';
	my ($out, $err);
	my $status = $node->psql($database, ($with{before} // 'SELECT 1') . "; CALL sqlite.migrate('{store}', '$schema', '$spec') \\gset\n SELECT " . join(' + ', map { "(SELECT count(DISTINCT id) FROM $schema.t$_ WHERE name = 'row ' || id)" } 1 .. $tables)
		. ", (SELECT count(DISTINCT loader) || '|' || bool_or(loader = pg_backend_pid()) FROM (" . join(' UNION ALL ', map { "SELECT loader FROM $schema.t$_" } 1 .. $tables) . ') AS l)',
		stdout => \$out, stderr => \$err, connstr => $node->connstr($database) . " user=$role");
	is($status, 0, "$what: it is done") or diag($err);
	my ($count, $loaders, $session) = split /\|/, (split /\n/, $out // '')[-1] // '';
	is($count, $tables * $rows, "$what: all rows");
	is($node->safe_psql($database, q{SELECT count(*) FROM pg_namespace WHERE nspname ~ '^sqlite_job'}), '0', "$what: nothing staged is left");
	my ($said) = $err =~ /((?:runs with|has got) \d of \d)/;
	return ($said // 'all', $loaders, $session =~ /^t/ ? 1 : 0, $err);
}

my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
for my $transaction (qw(table batch single)) {
	my @run = migrate("no limit, $transaction", 'maker', transaction => $transaction);
	is($run[0], 'all', "$transaction: nothing to be said");
	cmp_ok($run[1], '<=', 4, 'no more than asked for');
	is($run[2], 0, 'the session itself loads nothing');
	@run = migrate("role with one connection, $transaction", 'one', transaction => $transaction);
	is("@run[0 .. 2]", 'runs with 0 of 4 1 1', "$transaction: the session does it");
	like($run[3], qr/DETAIL:  Role "one" has a connection limit of 1\.\nHINT:  This session does their work itself/, 'and says why');
	@run = migrate("role with three, $transaction", 'three', transaction => $transaction);
	is("@run[0, 2]", 'runs with 2 of 4 0', "$transaction: two workers beside the session");
	cmp_ok($run[1], '<=', 2, 'two at most');
}
my $other = $node->background_psql('postgres', extra_params => [ '-U', 'three' ]);
my @run = migrate('role with three, another session', 'three');
is($run[0], 'runs with 1 of 4', 'other sessions of the role count');
$other->quit;
@run = migrate('SET ROLE', $superuser, before => 'SET ROLE one');
is($run[0], 'runs with 0 of 4', 'after SET ROLE its limit holds');
@run = migrate('SET SESSION AUTHORIZATION', $superuser, before => 'SET SESSION AUTHORIZATION three');
is($run[0], 'runs with 2 of 4', 'and after SET SESSION AUTHORIZATION');

# The setting is a superuser's.
like(($node->psql('postgres', "SELECT sqlite.version(); SET pg_sqlite.max_workers_per_job = 100", connstr => $node->connstr('postgres') . ' user=maker'))[2], qr/permission denied to set parameter/, 'no setting of everybody');
for my $limit (0, 1, 3) {
	@run = migrate("setting $limit", $superuser, before => "SET pg_sqlite.max_workers_per_job = $limit");
	is($run[0], "runs with $limit of 4", "setting $limit");
	cmp_ok($run[1], '<=', $limit || 1, 'that many at most');
	like($run[3], qr/DETAIL:  Setting pg_sqlite\.max_workers_per_job is $limit\./, 'which is named');
}
$node->safe_psql('postgres', 'ALTER ROLE maker SET pg_sqlite.max_workers_per_job = 2');
@run = migrate('setting of the role', 'maker');
is($run[0], 'runs with 2 of 4', 'set for a role by a superuser');
$node->safe_psql('postgres', 'ALTER ROLE maker RESET ALL');
for my $places (0, 1) {
	@run = migrate("max_parallel_workers $places", 'maker', before => "SET max_parallel_workers = $places");
	is($run[0], "has got $places of 4", 'workers count among the parallel ones');
}

# A database with a limit; superusers have none.
$node->safe_psql('postgres', 'CREATE DATABASE narrow CONNECTION LIMIT 3');
$node->safe_psql('narrow', $ready);
@run = migrate('database with three', 'maker', database => 'narrow');
is($run[0], 'runs with 2 of 4', 'two workers beside the session');
like($run[3], qr/DETAIL:  Database "narrow" has a connection limit of 3\./, 'which is named');
$other = $node->background_psql('narrow');
@run = migrate('database with three, another session', 'maker', database => 'narrow');
is($run[0], 'runs with 1 of 4', 'sessions of others count');
$other->quit;
@run = migrate('superuser', $superuser, database => 'narrow');
is($run[0], 'all', 'superusers have no limit');

# Whatever ends a job: no process and no schema of it is left, and errors are no internal ones.
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/big.db", join ';', map { "CREATE TABLE t$_ (id INTEGER PRIMARY KEY, name TEXT); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO t$_ SELECT i, 'row ' || i FROM n" } 1 .. 4);
my $workers = q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker'};
# Starts a migration in the background; a trigger-like default keeps its rows coming slowly until workers are at work.
sub start_job {
	my ($database, $spec) = @_;
	my ($out, $err) = ('', '');
	my $process = IPC::Run::start([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr($database), '-c', "CALL sqlite.migrate('{big}', 'app', '$spec')" ], '<', \'', '>', \$out, '2>', \$err);
	return { process => $process, err => \$err };
}
sub end_of { my ($job) = @_; IPC::Run::finish($job->{process}); return ${ $job->{err} }; }
my %endings = (
	'backend terminated' => sub { "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL sqlite.migrate%' AND pid <> pg_backend_pid() AND backend_type = 'client backend'" },
	'backend cancelled' => sub { "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL sqlite.migrate%' AND pid <> pg_backend_pid() AND backend_type = 'client backend'" },
	'worker terminated' => sub { q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker' LIMIT 1} },
	'DROP DATABASE (FORCE)' => sub { 'DROP DATABASE gone WITH (FORCE)' },
	'DROP EXTENSION' => sub { \'DROP EXTENSION pg_sqlite CASCADE' },
	'DROP SERVER' => sub { \'DROP SERVER big CASCADE' });
for my $transaction (qw(single batch)) {
	for my $ending (sort keys %endings) {
		$node->safe_psql('postgres', 'DROP DATABASE IF EXISTS gone');
		$node->safe_psql('postgres', 'CREATE DATABASE gone');
		$node->safe_psql('gone', "CREATE EXTENSION pg_sqlite; CREATE SERVER big FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/big.db')");
		my $job = start_job('gone', qq({"workers": 2, "transaction": "$transaction", "commit_rows": 1000}));
		$node->poll_query_until('postgres', "SELECT ($workers) > 0 OR EXISTS (SELECT FROM pg_stat_activity WHERE datname = 'gone') IS FALSE");
		sleep rand 0.3;
		my $sql = $endings{$ending}->();
		my ($status, undef, $err) = $node->psql(ref $sql ? 'gone' : 'postgres', ref $sql ? $$sql : $sql);
		is($status, 0, "$ending, $transaction: done") or diag($err);
		my $said = end_of($job);
		unlike($said, qr/XX000/, "$ending, $transaction: no internal error") or diag($said);
		ok($node->poll_query_until('postgres', "SELECT ($workers) = 0"), 'no worker is left');
		next if $ending eq 'DROP DATABASE (FORCE)';
		# What a terminated session leaves is dropped by the next call.
		$node->psql('gone', q{CREATE EXTENSION IF NOT EXISTS pg_sqlite; CALL sqlite.migrate('{}', 'other')});
		$node->psql('gone', "CREATE SERVER IF NOT EXISTS big FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/big.db'); CALL sqlite.migrate('{big}', 'next')");
		is($node->safe_psql('gone', q{SELECT count(*) FROM pg_namespace WHERE nspname ~ '^sqlite_job'}), '0', "$ending, $transaction: no schema of the job is left");
	}
}
$node->stop;
done_testing();
