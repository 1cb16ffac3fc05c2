# What policies change is counted, exactly: as many as there are values in the target that SQLite does not hold, whoever
# reads the rows, and none of rows that never got there.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('exact_counts', "max_worker_processes = 16\nlog_min_messages = error");

# Row n: v is broken JSON where 7 divides n; w is longer than 4 where 5 does; x does not fit at all where 11 does.
sqlite('s.db', q{
	CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT, x INTEGER, pad TEXT);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
	INSERT INTO t SELECT i, iif(i % 7 = 0, 'N/A', '{"a":1}'), iif(i % 5 = 0, 'much too long', 'ok'), iif(i % 11 = 0, 'none', i),
		hex(zeroblob(60)) FROM n;
	CREATE TABLE k (a TEXT, b INTEGER, v TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
	INSERT INTO k SELECT 'k' || (id % 10), id, v FROM t WHERE id <= 500;
});
sql(qq{CREATE EXTENSION pg_sqlite; CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/s.db')});

my $columns = '"t.v": {"type": "jsonb", "invalid_json": "string"}, "t.w": {"type": "varchar(4)", "too_long": "truncate"},'
	. ' "k.v": {"type": "jsonb", "invalid_json": "null"}';
# What stands in the target and is not what SQLite holds.
my $altered = q{SELECT (SELECT count(*) FROM app.t WHERE v = '"N/A"') || ' ' || (SELECT count(*) FROM app.t WHERE w = 'much')
	|| ' ' || (SELECT count(*) FROM app.k WHERE v IS NULL)};
my $counted = q{SELECT COALESCE(max((changes ->> 'invalid_json')::int) FILTER (WHERE table_name = 't'), 0) || ' '
	|| COALESCE(max((changes ->> 'too_long')::int), 0) || ' ' || COALESCE(max((changes ->> 'invalid_json')::int) FILTER (WHERE table_name = 'k'), 0)
	FROM sqlite.job_tables WHERE job = sqlite.job_or_last()};
my $balance = q{SELECT bool_and(read = written + rejected + skipped AND least(read, written, rejected, skipped) >= 0)
	FROM sqlite.job_tables WHERE job = sqlite.job_or_last()};

my %rest = (
	'as it is' => '"exclude": ["none"]',
	'rows put aside' => '"on_error": "reject"',
	'a condition that PostgreSQL asks' => q{"on_error": "reject", "tables": {"t": {"where": "w <> $$ok$$ OR id % 3 = 1"}}},
	'a rule' => '"on_error": "reject", "tables": {"t": {"rules": {"third": "id % 3 <> 0"}}}',
);
my @modes = ('"transaction": "single"', '"workers": 2', '"transaction": "table"', '"transaction": "batch", "commit_rows": 700',
	'"transaction": "batch", "commit_rows": 700, "workers": 2', '"read_from": "live"');
for my $name (sort keys %rest)
{
	# Nothing is put aside where nobody says so: x becomes text there.
	my $spec = $name eq 'as it is' ? '"columns": {' . $columns . ', "t.x": {"type": "text"}}' : $rest{$name} . ", \"columns\": {$columns}";
	for my $mode (@modes)
	{
		for my $settings ('SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0', 'SET max_parallel_workers_per_gather = 0')
		{
			next if $mode =~ /"workers"|batch/ && $settings =~ /= 0$/;
			my $out = try_all("$settings; CALL sqlite.migrate('{s}', 'app', '{$spec, $mode}'); $altered; $counted; $balance");
			my ($job, $real, $count, $balanced) = split /\n/, $out;
			is($count, $real, "$name, $mode, $settings") or diag($out);
			is($balanced, 't', 'read = written + rejected + skipped');
			unlike($real, qr/\b0\b/, 'there is something to count');
			like(try_all("SELECT sqlite.assert_valid($job, '{reject}')"), qr/policy invalid_json: values that it changed/, 'and assert_valid refuses it');
			sql('DROP SCHEMA app CASCADE');
		}
	}
}

# Rows that the target refuses were not changed, either; nor were those that a load left out.
sql(q{CREATE SCHEMA app; CREATE TABLE app.t (id bigint PRIMARY KEY CHECK (id % 4 <> 0), v jsonb, w varchar(4), x bigint, pad text)});
my ($out) = try_all("CALL sqlite.migrate('{s}', 'app', '{\"on_error\": \"reject\", \"exclude\": [\"k\"], \"columns\": {$columns}}');"
	. q{SELECT (SELECT count(*) FROM app.t WHERE v = '"N/A"') || ' ' || (SELECT count(*) FROM app.t WHERE w = 'much') || ' 0'; } . "$counted; $balance");
my (undef, $real, $count, $balanced) = split /\n/, $out;
is($count, $real, 'a CHECK of the target') or diag($out);
is($balanced, 't', 'balanced');
# Those that are loaded later are counted then.
sql('ALTER TABLE app.t DROP CONSTRAINT t_id_check');
($out) = try_all('CALL sqlite.retry_rejects(' . sql('SELECT max(job) FROM sqlite.jobs') . q{); SELECT (SELECT count(*) FROM app.t WHERE v = '"N/A"') || ' '
	|| (SELECT count(*) FROM app.t WHERE w = 'much') || ' 0'; SELECT max((changes ->> 'invalid_json')::int) || ' ' || max((changes ->> 'too_long')::int) || ' 0' FROM sqlite.job_tables WHERE job = (SELECT max(job) FROM sqlite.jobs)});
(undef, $real, $count) = split /\n/, $out;
is($count, $real, 'and rows that are tried again') or diag($out);

# References without a parent that become NULL are changed by a policy as well.
sqlite('o.db', 'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id)); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1), (2, 8), (3, 9)');
sql(qq{CREATE SERVER o FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/o.db')});
$out = try_all(q{CALL sqlite.migrate('{o}', 'app_o', '{"orphans": "null"}'); SELECT changes FROM sqlite.job_tables WHERE job = sqlite.job_or_last() AND table_name = 'c'; SELECT sqlite.assert_valid()});
like($out, qr/\{"orphans": 2\}/, 'orphans that lose their reference');
like($out, qr/policy orphans: values that it changed: 2/, 'are seen by assert_valid');

$node->stop;
done_testing();
