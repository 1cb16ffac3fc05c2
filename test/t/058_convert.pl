# `convert`: no digit is lost in silence, and what fails in it is that row's fault, in every mode. The judge of what is lost
# is PostgreSQL's own arithmetic, asked beforehand.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('convert', "max_worker_processes = 16\nlog_min_messages = error");

# Values that are assigned: kept, or refused, or changed under a policy.
sql('CREATE EXTENSION pg_sqlite');
my @kept = (
	[ "5.55", 'numeric(12,2)', '5.55' ], [ "5.550::numeric", 'numeric(12,2)', '5.55' ], [ "5::numeric", 'integer', '5' ],
	[ "0.5::float8", 'real', '0.5' ], [ "0.1::numeric", 'double precision', '0.1' ], [ "'abc'::text", 'varchar(3)', 'abc' ],
	[ "'ab'::text", 'char(3)', 'ab ' ], [ "timestamp '2024-01-02 00:00'", 'date', '2024-01-02' ],
	[ "timestamp '2024-01-02 10:00:00.5'", 'timestamp(1)', '2024-01-02 10:00:00.5' ], [ "'12.5'", 'numeric(4,1)', '12.5' ],
	[ "ARRAY[1.5]", 'numeric(3,1)[]', '{1.5}' ], [ "NULL::numeric", 'integer', '' ], [ "'NaN'::float8", 'numeric', 'NaN' ],
	[ "'1 day'::interval", 'interval(0)', '1 day' ], [ "inet '10.0.0.0/8'", 'cidr', '10.0.0.0/8' ],
);
is(try_all("SELECT sqlite.assign($_->[0], NULL::$_->[1])"), "$_->[2]\n", "$_->[0] as $_->[1]") for @kept;
my @lost = (
	[ "5.555", 'numeric(12,2)', 'excess_digits' ], [ "5.5", 'bigint', 'excess_digits' ], [ "0.1::float8", 'real', 'excess_digits' ],
	[ "1.0000000000000000001", 'double precision', 'excess_digits' ], [ "2.5::float8", 'smallint', 'excess_digits' ],
	[ "timestamp '2024-01-02 10:00'", 'date', 'convert' ], [ "timestamp '2024-01-02 10:00:00.25'", 'timestamp(1)', 'excess_digits' ],
	[ "'12.55'", 'numeric(4,1)', 'excess_digits' ], [ "'abc  '::text", 'varchar(3)', 'too_long' ], [ "'abcd'::text", 'varchar(3)', 'too long' ],
	[ "ARRAY[1.55]", 'numeric(3,1)[]', 'convert' ], [ "'1 day 01:00'::interval", 'time', 'convert' ], [ "inet '10.1.2.3/8'", 'cidr', '' ],
	[ "repeat('x', 70)", 'name', 'convert' ], [ "1.005", 'money', 'excess_digits' ],
);
like(try_all("\\set VERBOSITY default\nSELECT sqlite.assign($_->[0], NULL::$_->[1])"), qr/ERROR.*$_->[2]/s, "$_->[0] is not one of $_->[1]") for @lost;
my @changed = (
	[ "5.555, NULL::numeric(12,2), excess_digits => 'round'", '5.56' ], [ "5.559, NULL::numeric(12,2), excess_digits => 'truncate'", '5.55' ],
	[ "-5.559, NULL::numeric(12,2), excess_digits => 'truncate'", '-5.55' ], [ "-5.9, NULL::integer, excess_digits => 'truncate'", '-5' ],
	[ "5.5, NULL::bigint, 'round'", '6' ], [ "'abcd'::text, NULL::varchar(3), too_long => 'truncate'", 'abc' ],
	[ "timestamp '1999-12-31 23:59:59.99', NULL::timestamp(1), 'truncate'", '1999-12-31 23:59:59.9' ],
	[ "time '10:00:00.99', NULL::time(0), 'truncate'", '10:00:00' ], [ "time '10:00:00.99', NULL::time(0), 'round'", '10:00:01' ],
);
is(try_all("SELECT sqlite.assign($_->[0])"), "$_->[1]\n", $_->[0]) for @changed;
like(try_all("SELECT sqlite.assign(1, NULL::integer, 'rund')"), qr/invalid value for argument "excess_digits"/, 'a policy that there is not');
like(try_all("SELECT sqlite.assign(point '(1,2)', NULL::integer)"), qr/cannot be assigned to type integer/, 'no assignment');

# Random numbers: what arrives without a word is what there was.
my $random = try_all(q{DO $$ DECLARE n numeric; r numeric; BEGIN PERFORM setseed(0.25); FOR i IN 1..3000 LOOP
	n := round((random() * 200 - 100)::numeric, (random() * 4)::int);
	BEGIN
		r := sqlite.assign(n, NULL::numeric(6,2));
		IF r <> n THEN RAISE 'silently % for %', r, n; END IF;
	EXCEPTION WHEN numeric_value_out_of_range THEN
		IF n = round(n, 2) THEN RAISE 'refused %', n; END IF;
	END;
	IF sqlite.assign(n, NULL::numeric(6,2), 'truncate') <> trunc(n, 2) THEN RAISE 'truncate %', n; END IF;
	IF sqlite.assign(n, NULL::integer, 'round') <> round(n) THEN RAISE 'round %', n; END IF;
END LOOP; END $$; SELECT 'done'});
is($random, "done\n", 'random numbers');

# Migrations: row n is n / 8, but no number where 13 divides n.
sqlite('m.db', q{
	CREATE TABLE m (id INTEGER PRIMARY KEY, amt TEXT, note TEXT);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
	INSERT INTO m SELECT i, iif(i % 13 = 0, 'N/A', printf('%.3f', i / 8.0)), iif(i % 10 = 0, 'x', '2024-01-01') FROM n;
	CREATE TABLE w (k TEXT PRIMARY KEY, amt TEXT) WITHOUT ROWID;
	INSERT INTO w SELECT 'k' || id, amt FROM m WHERE id <= 60;
});
sql(qq{CREATE SERVER m FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/m.db')});
my $amount = '"type": "numeric(12,2)", "convert": "sqlite.parse_numeric(amt)"';
my $state = q{SELECT count(*), sum(amt) FROM app.m; SELECT read, written, rejected, skipped, changes FROM sqlite.job_tables WHERE job = sqlite.job_or_last() ORDER BY table_name;
	SELECT min(rowid), max(rowid), count(*), array_agg(DISTINCT array_to_string(columns, ',')), array_agg(DISTINCT category) FROM sqlite.rejects WHERE job = sqlite.job_or_last() AND table_name = 'm';
	SELECT string_agg(key::text, ' ' ORDER BY key::text) FROM sqlite.rejects WHERE job = sqlite.job_or_last() AND table_name = 'w'};
my @modes = ('"workers": 1', '"workers": 2', '"transaction": "table"', '"transaction": "batch", "commit_rows": 999', '"transaction": "batch", "workers": 2');

# The digit that is one too many is an error, and a policy's.
my $out = try_all("\\set VERBOSITY verbose\nCALL sqlite.migrate('{m}', 'app', '{\"columns\": {\"*.amt\": {$amount}}}')");
like($out, qr/ERROR.*m, rowid 1: column "amt": 0\.125 has more digits than type numeric\(12,2\) keeps/s, 'no digit is lost in silence');
unlike($out, qr/XX000/, 'and that is no internal error');
like(try_all("SELECT message FROM sqlite.rejects WHERE rowid = 13"), qr/column "amt": .*N\/A/, 'all rows that do not fit are told');

my ($expected, $real);
for my $mode (@modes)
{
	$out = try_all("CALL sqlite.migrate('{m}', 'app', '{$mode, \"on_error\": \"reject\", \"columns\": {\"*.amt\": {$amount, \"excess_digits\": \"round\"}}}'); $state; "
		. q{SELECT count(*) FROM generate_series(1, 12000) i WHERE i % 13 <> 0 AND round(i / 8.0, 2) <> round(i / 8.0, 3); SELECT status FROM sqlite.validate() ORDER BY table_name; SELECT bool_and(a.amt = round(a.id / 8.0, 2)) FROM app.m a});
	$out =~ s/^\d+\n//;
	$expected //= $out;
	is($out, $expected, "rows that fail are put aside: $mode");
	sql('DROP SCHEMA app CASCADE');
}
like($expected, qr/^11077\|/, 'all others are there') or diag($expected);
like($expected, qr/^12000\|11077\|923\|0\|\{"excess_digits": (\d+)\}\n.*^\1$/ms, 'and what was rounded is counted') or diag($expected);
like($expected, qr/^13\|11999\|923\|\{amt\}\|\{conversion\}$/m, 'the column is to blame, in SQLite\'s name');
like($expected, qr/^\{"k": "k13"\} \{"k": "k26"\} \{"k": "k39"\} \{"k": "k52"\}$/m, 'rows without rowid are known by their key');
like($expected, qr/^identical\nidentical\nt$/m, 'the rows are what the account says');

# on_error of the column: NULL, counted; the other column decides for itself.
$out = try_all("CALL sqlite.migrate('{m}', 'app', '{\"exclude\": [\"w\"], \"on_error\": \"null\", \"columns\": {\"m.amt\": {$amount, \"excess_digits\": \"round\"}, \"m.note\": {\"type\": \"date\", \"convert\": \"note::date\", \"on_error\": \"reject\"}}}');"
	. q{SELECT count(*), count(*) FILTER (WHERE amt IS NULL) FROM app.m; SELECT rejected, (changes ->> 'on_error')::int FROM sqlite.job_tables WHERE job = sqlite.job_or_last(); SELECT array_agg(DISTINCT array_to_string(columns, ',')) FROM sqlite.rejects WHERE job = sqlite.job_or_last()});
like($out, qr/^10800\|831\n1200\|831\n\{note\}$/m, 'NULL where the column says so, counted for rows that are there') or diag($out);
sql('DROP SCHEMA app CASCADE');

# An error in a rule is that row's fault as well.
$out = try_all(q{CALL sqlite.migrate('{m}', 'app', '{"exclude": ["w"], "on_error": "reject", "tables": {"m": {"rules": {"positive": "amt::numeric > 0"}}}}'); SELECT count(*) FROM app.m; SELECT count(*), array_agg(DISTINCT category) FROM sqlite.rejects WHERE job = sqlite.job_or_last()});
like($out, qr/^11077\n923\|\{validation\}$/m, 'a rule that fails') or diag($out);
sql('DROP SCHEMA app CASCADE');

# Rows that were put aside come in when the expression takes them.
sql(q{CREATE FUNCTION amount(text) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1::numeric'});
$out = try_all("CALL sqlite.migrate('{m}', 'app', '{\"exclude\": [\"w\"], \"on_error\": \"reject\", \"columns\": {\"m.amt\": {\"type\": \"numeric\", \"convert\": \"public.amount(amt)\"}}}'); SELECT count(*) FROM app.m;"
	. q{CREATE OR REPLACE FUNCTION public.amount(text) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$SELECT sqlite.try_parse_numeric($1)$$; CALL sqlite.retry_rejects(); SELECT count(*), count(amt) FROM app.m; SELECT read, written, rejected FROM sqlite.job_tables WHERE job = sqlite.job_or_last()});
like($out, qr/^11077\n.*^12000\|11077\n12000\|12000\|0$/ms, 'retried') or diag($out);

$node->stop;
done_testing();
