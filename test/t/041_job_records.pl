# The records of jobs: who sees and changes them, and what pg_dump takes along.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('job_records');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite; CREATE ROLE anna LOGIN; CREATE ROLE bert LOGIN; CREATE ROLE postgres_too SUPERUSER');

# What the extension's code writes, with two owners.
my @owners = ('anna', 'bert');
foreach my $job (1, 2)
{
	$node->safe_psql('postgres', qq{
		INSERT INTO sqlite.jobs (kind, state, owner) VALUES ('migrate', 'done', '$owners[$job - 1]');
		INSERT INTO sqlite.job_steps (job, step, section, kind, object, statement) VALUES ($job, 1, 'data', 'load', 'public.t', 'INSERT');
		INSERT INTO sqlite.job_tables (job, table_no, target, created, changes, load) VALUES ($job, 1, 'public.t', true, '{"nul_bytes": 3}', '{"a": 1}');
		INSERT INTO sqlite.job_chunks (job, table_no, xids, read, written) VALUES ($job, 1, '{7,8}', 10, 9);
		INSERT INTO sqlite.job_log (job, level, message) VALUES ($job, 'info', 'begun');
		INSERT INTO sqlite.rejects (job, table_no, target, category, sqlstate, message, row) VALUES ($job, 1, 'public.t', 'insertion', '23505', 'twice', '{"id": {"class": "integer", "value": $job}}');
	});
}

sub as_role
{
	my ($role, $sql) = @_;
	my ($out, $err);
	$node->psql('postgres', "SET ROLE $role; $sql", stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out;
}

my @tables = qw(jobs job_steps job_tables job_chunks job_log rejects);
foreach my $table (@tables)
{
	is(as_role('anna', "SELECT string_agg(job::text, ',' ORDER BY job) FROM sqlite.$table"), '1', "$table: a role sees its own");
	is(as_role('postgres_too', "SELECT string_agg(job::text, ',' ORDER BY job) FROM sqlite.$table"), '1,2', "$table: a superuser sees all");
	my %column = (jobs => 'state', job_log => 'message', job_chunks => 'read', rejects => 'message');
	my $column = $column{$table} // 'state';
	like(as_role('anna', "UPDATE sqlite.$table SET $column = NULL"), qr/42501/, "$table: no update, not even of one's own");
	like(as_role('anna', "DELETE FROM sqlite.$table"), qr/42501/, "$table: no delete");
	like(as_role('anna', "TRUNCATE sqlite.$table CASCADE"), qr/42501/, "$table: no truncate");
	like(as_role('anna', "INSERT INTO sqlite.$table (job) OVERRIDING SYSTEM VALUE VALUES (1)"), qr/42501/, "$table: no insert");
}

# What a user mends before a retry.
is(as_role('anna', "UPDATE sqlite.rejects SET row = '{\"id\": {\"class\": \"integer\", \"value\": 5}}', state = 'ignored'; SELECT job, state FROM sqlite.rejects"), '1|ignored', "a role mends its own rejects' rows");
is($node->safe_psql('postgres', 'SELECT job, state FROM sqlite.rejects ORDER BY job'), "1|ignored\n2|open", 'and no others');
like(as_role('anna', "UPDATE sqlite.rejects SET state = 'done'"), qr/23514/, 'a reject has known states only');
like(as_role('anna', 'UPDATE sqlite.rejects SET job = 2'), qr/42501/, 'nor can it move one to another job');

# Reports go by the same rules.
like(as_role('anna', 'SELECT sqlite.report_text(1)'), qr/^Job 1: migrate, done/, 'a report on a job of its own');
like(as_role('anna', 'SELECT sqlite.report(2)'), qr/42704.*job 2 does not exist.*the newest of yours is 1/s, "another role's job does not exist");
like(as_role('anna', 'SELECT sqlite.report_text(2)'), qr/42704.*job 2 does not exist/, 'nor in words');
like(as_role('bert', 'SELECT sqlite.report(NULL)'), qr/22023.*this session has run none.*the newest of yours is 2/s, 'none is named and none was run');
like(as_role('postgres_too', 'SELECT sqlite.report_text(2)'), qr/^Job 2: migrate, done/, 'a superuser reports on any');
is(as_role('anna', 'SELECT count(*) FROM sqlite.progress'), '0', 'everyone may ask for progress');

# pg_dump takes the records along; more in 071_dump.pl.
$node->safe_psql('postgres', 'CREATE DATABASE restored');
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_ok([ 'pg_dump', '--no-sync', '-f', $dump, '-d', $node->connstr('postgres') ], 'pg_dump');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ], 'and its text runs');
foreach my $table (@tables)
{
	my $rows = "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM sqlite.$table t";
	my $here = $node->safe_psql('postgres', $rows);
	isnt($here, '', "$table holds rows");
	is($node->safe_psql('restored', $rows), $here, "$table: restored");
}
is($node->safe_psql('restored', "INSERT INTO sqlite.jobs (kind, state, owner) VALUES ('load', 'done', 'anna') RETURNING job"), '3', 'numbers go on where they were');
is($node->safe_psql('restored', "INSERT INTO sqlite.job_chunks (job, table_no, xids, read, written) VALUES (1, 1, '{}', 0, 0) RETURNING chunk"), '3', 'of chunks, too');
is($node->safe_psql('restored', "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'sqlite'::regnamespace AND relrowsecurity"), join(',', sort @tables, 'uuid_namespaces'), 'with row security');
is($node->safe_psql('restored', 'SET ROLE anna; SELECT count(*) FROM sqlite.jobs'), '2', 'which works there');
$node->stop;
done_testing();
