# However a migration runs - in one transaction, table by table, in batches; by one process or by several; from a copy or
# live -, it ends with the same schema and the same rows. The judge is pg_dump.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = abs_path(dirname(__FILE__) . '/../..');
my $data = PostgreSQL::Test::Utils::tempdir() . '/data';
system_or_bail('bash', "$root/test/tools/build_data.sh", $data);

my $node = PostgreSQL::Test::Cluster->new('modes');
$node->init;
$node->append_conf('postgresql.conf', "max_worker_processes = 16\nlog_min_messages = error");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my %files = (shop => 'shop.db', plan => 'plan.db', scan => 'scan.db', parallel => 'parallel.db', partitions => 'partitions.db',
	hub => 'telemetry/hub.db', users => 'finance/users.db', cashflow => 'finance/cashflow.db', alerts => 'finance/alerts.db');
$node->safe_psql('postgres', join ';', map { "CREATE SERVER $_ FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$data/$files{$_}')" } sort keys %files);

# Lines of a dump in their order of words, without what the mode may change: the order of rows.
sub dump_of
{
	my ($schema) = @_;
	my ($out, $err) = run_command([ 'pg_dump', '-d', $node->connstr('postgres'), '-n', $schema, '--no-owner' ]);
	return join "\n", sort grep { !/^(--|SET |SELECT pg_catalog\.set_config|\\)/ } split /\n/, $out;
}

my @cases = (
	[ 'shop', '{shop}', '"types": "stored", "orphans": "keep"' ],
	[ 'shop, with rejects', '{shop}', '"on_error": "reject", "orphans": "keep"' ],
	[ 'all kinds of tables', '{plan}', '"types": "stored", "orphans": "keep", "on_error": "reject"' ],
	[ 'values of all kinds', '{scan}', '"types": "stored", "orphans": "keep"' ],
	[ 'big tables', '{parallel}', '"types": "stored", "orphans": "keep"' ],
	[ 'partitions', '{hub}', '"on_error": "reject", "orphans": "keep", "columns": {"telemetry.ts": {"type": "timestamptz", "encoding": "unix_ms"}}, "tables": {"telemetry": {"primary_key": [], "partition_by": {"range": "ts", "every": "1 month"}}}' ],
	[ 'several databases', '{users,cashflow,alerts}', '"conflicts": "prefix", "types": "stored", "orphans": "keep"' ],
	[ 'merged', '{users,alerts}', '"conflicts": "merge", "types": "stored", "orphans": "keep", "on_error": "reject"' ],
);
my @modes = (
	'"workers": 3, "parallel_index": true',
	'"workers": 2, "read_from": "live"',
	'"transaction": "table", "workers": 2',
	'"transaction": "batch", "commit_rows": 70',
	'"transaction": "batch", "commit_rows": 70, "workers": 3, "parallel_index": true, "read_from": "live"',
);
my $account = q{SELECT string_agg(concat_ws(' ', target, state, read, written, rejected, skipped, warned, changes), E'\n' ORDER BY table_no) FROM sqlite.job_tables WHERE job = (SELECT max(job) FROM sqlite.jobs)};
my $rejected = q{SELECT string_agg(concat_ws(' ', target, rowid, key, columns, sqlstate, message, row, state), E'\n' ORDER BY target, rowid, key::text, row::text) FROM sqlite.rejects WHERE job = (SELECT max(job) FROM sqlite.jobs)};

for my $case (@cases)
{
	my ($name, $servers, $spec) = @$case;
	my ($code, $out, $err) = $node->psql('postgres', "CALL sqlite.migrate('$servers', 'moved', '{$spec}')");
	is($code, 0, "$name: migrated") or diag($err);
	my ($dump, $counts, $rejects) = (dump_of('moved'), $node->safe_psql('postgres', $account), $node->safe_psql('postgres', $rejected));
	cmp_ok(length $dump, '>', 500, 'there is something to compare');
	# What sqlite.plan shows is what a user runs by hand; only rows can't be put aside that way.
	if ($spec !~ /reject/)
	{
		$node->safe_psql('postgres', 'DROP SCHEMA IF EXISTS moved CASCADE');
		($code, $out, $err) = $node->psql('postgres', "SELECT statement FROM sqlite.plan('$servers', 'moved', '{$spec}') ORDER BY step \\gexec\n", on_error_stop => 1);
		is($code, 0, "$name: the plan, statement by statement") or diag($err);
		ok(dump_of('moved') eq $dump, 'ends with the same') or show($dump, dump_of('moved'));
	}
	for my $mode (@modes)
	{
		$node->safe_psql('postgres', 'DROP SCHEMA IF EXISTS moved CASCADE');
		($code, $out, $err) = $node->psql('postgres', "CALL sqlite.migrate('$servers', 'moved', '{$spec, $mode}')");
		is($code, 0, "$name: $mode") or diag($err);
		ok(dump_of('moved') eq $dump, 'the same tables, constraints, indexes and rows') or show($dump, dump_of('moved'));
		is($node->safe_psql('postgres', $account), $counts, 'the same account');
		is($node->safe_psql('postgres', $rejected), $rejects, 'the same rejects');
		is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_namespace WHERE nspname ~ '^sqlite_job'}), '0', 'nothing is staged');
	}
	$node->safe_psql('postgres', 'DROP SCHEMA IF EXISTS moved CASCADE');
}

sub show
{
	my ($expected, $got) = @_;
	my %in = map { $_ => 1 } split /\n/, $expected;
	my %out = map { $_ => 1 } split /\n/, $got;
	diag("missing: $_") for (grep { !$out{$_} } sort keys %in)[0 .. 4];
	diag("extra: $_") for (grep { !$in{$_} } sort keys %out)[0 .. 4];
	return;
}
$node->stop;
done_testing();
