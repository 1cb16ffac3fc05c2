# Every function and procedure of the extension, called with arguments that nobody would give, by roles with no rights,
# with some and with all: the server stays up, there is no internal error (XX000), and nothing is had.
# PG_SQLITE_CALLS says how many calls, PG_SQLITE_SEED which ones.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my $calls = $ENV{PG_SQLITE_CALLS} // 400;
my $seed = $ENV{PG_SQLITE_SEED} // 41;
srand $seed;
my ($node, $dir) = start_server('hostile_calls', "statement_timeout = '20s'\nmax_worker_processes = 16\nrestart_after_crash = on\nmax_prepared_transactions = 2\npg_sqlite.hard_heap_limit = '128MB'");
sqlite('shop.db', q{
	CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, at DATETIME, doc JSON); INSERT INTO item VALUES (1, 'one', '2024-01-01', '{}'), (2, x'ff', 17, '[');
	CREATE TABLE keyless (a, b); INSERT INTO keyless VALUES (1, NULL); CREATE VIEW v AS SELECT id FROM item;});

my $superuser = sql('SELECT current_user');
sql(qq{
	CREATE EXTENSION pg_sqlite; CREATE EXTENSION IF NOT EXISTS plpgsql;
	CREATE ROLE nobody_here LOGIN; CREATE ROLE user_here LOGIN; CREATE ROLE owner_here LOGIN IN ROLE pg_read_server_files, pg_write_server_files;
	GRANT CREATE ON DATABASE postgres TO owner_here; GRANT CREATE ON SCHEMA public TO owner_here, user_here;
	SET ROLE owner_here; SELECT sqlite.attach('$dir/shop.db');
	GRANT USAGE ON FOREIGN SERVER shop TO user_here; GRANT USAGE ON SCHEMA shop TO user_here; GRANT SELECT ON shop.item TO user_here;
	CREATE TABLE public.target (id bigint PRIMARY KEY, name text); CREATE TABLE public.secret (v text); INSERT INTO public.secret VALUES ('TOP-SECRET');
	GRANT SELECT, INSERT ON public.target TO user_here;
	CREATE VIEW public.seen AS SELECT * FROM public.target; CREATE MATERIALIZED VIEW public.kept AS SELECT * FROM public.target;
	CREATE TYPE public.pair AS (a int, b text); CREATE SEQUENCE public.numbers; CREATE INDEX target_name ON public.target (name);
	CREATE TABLE public.parted (id int) PARTITION BY LIST (id); CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES IN (1); CREATE INDEX parted_index ON public.parted (id);
	CREATE TABLE public.no_columns (); CREATE TABLE public."Odd ""name" ("Odd ""col" int); CREATE DOMAIN public.small AS int CHECK (value < 5);
	CALL sqlite.migrate('{shop}', 'moved', '{"on_error": "reject", "include": ["item", "keyless"]}');
	RESET ROLE;
	GRANT SELECT ON public.target, public.seen, public.kept, public.parted, public.no_columns, public."Odd ""name" TO user_here;});
# A session with a temporary table that others may name by its number.
my $other = $node->background_psql('postgres', on_error_stop => 0);
$other->query('CREATE TEMP TABLE of_another (id int)');
my $temporary = sql(q{SELECT oid FROM pg_class WHERE relname = 'of_another'});

my $deep = '[' x 100000;
my $deep_object = '{"a":' x 60000;
my %values = (
	text => [ q{''}, q{'shop'}, q{'item'}, q{'public.target'}, q{'"'}, q{E'\\\\'}, q{repeat('x', 3000000)}, q{'%s%n%1$s'}, qq{'$dir/shop.db'}, q{'/etc/passwd'}, q{'../../etc'}, q{'pg_authid'}, q{'SELECT 1; SELECT 2'}, q{'SELECT * FROM item'}, q{'a.b.c.d'}, q{repeat('(', 5000)}, q{U&'\\FFFF\\+10FFFF'}, q{'iso'}, q{'UTC'}, q{'unix'}, q{'stored'}, q{chr(1)}, q{'NaN'}, q{'-Infinity'}, q{repeat('9', 200000)}, q{repeat('[', 1000000)}, q|repeat('{"a":', 200000)|, q{'1e999999'} ],
	int => [ qw(0 1 -1 2147483647 -2147483648 100) ],
	bigint => [ qw(0 1 2 -1 9223372036854775807 -9223372036854775808 1000000) ],
	boolean => [ qw(true false) ],
	interval => [ q{'0'}, q{'-1 day'}, q{'178000000 years'}, q{'1 s'} ],
	jsonb => [ q{'{}'}, q{'[]'}, q{'0'}, q{'null'}, q{'"x"'}, q{'[[[[1]]]]'}, qq{('$deep' || repeat(']', 100000))}, qq<('$deep_object' || '1' || repeat('}', 60000))>, q{(SELECT jsonb_object_agg(i, i) FROM generate_series(1, 20000) i)}, q{'{"tables": {"item": {"where": "1) OR (1", "indexes": ["(name); DROP TABLE public.secret", "USING gin (nope)", ""], "rules": {"r": "true; DROP TABLE public.secret"}, "columns": {"id": {"type": "int); DROP TABLE public.secret; --", "convert": "id) FROM public.secret; --"}, "name": {"default_sql": "(SELECT v FROM public.secret)"}}}}}'},
		q{'{"transaction": "batch", "workers": 1024, "on_error": "reject", "tables": {"*": {"existing": "append"}}}'}, q{'{"tables": [], "columns": 7}'}, q{'{"key": [null], "columns": {"id": ["id"]}, "where": "; SELECT 1", "target_where": "1) --"}'}, q{'{"q": "SELECT 1; DROP TABLE item", "": null, "x": {"sqlite": "SELECT 1", "postgres": "DROP TABLE public.secret"}}'}, q{'{"format": 1, "files": [{"path": "/etc/passwd", "size": -1, "sha256": "x"}]}'}, q{'{"max_rejects": "101%"}'} ],
	regclass => [ qw{0 1259 1247 1255 99999999 4294967295}, 'TEMPORARY', map { "'$_'::regclass" } qw(shop.item shop.v public.target public.secret public.seen public.kept public.pair public.numbers public.target_name public.parted public.parted_1 public.parted_index public.no_columns pg_authid pg_class pg_type_oid_index moved.item sqlite.jobs sqlite.rejects), q{'public."Odd ""name"'::regclass}, q{(SELECT reltoastrelid FROM pg_class WHERE oid = 'public.target'::regclass)} ],
	'text[]' => [ q{'{}'}, q{'{shop}'}, q{'{shop,shop}'}, q{'{NULL}'}, q{'{{shop,shop},{a,b}}'}, q{'[-5:-4]={shop,x}'}, q{array_fill('shop'::text, ARRAY[2000])}, q{ARRAY['', '"', 'public.target']}, q{'{id}'}, q{'{id,id}'}, q{'{reject,difference}'} ],
	'bigint[]' => [ q{'{}'}, q{'{1,NULL}'}, q{'{{1,2},{3,4}}'}, q{'{-1,9223372036854775807}'}, q{array_fill(1::bigint, ARRAY[3000])} ],
	bytea => [ q{''}, q{'\\x00'}, q{'\\xffffffffffffffffffffffffffffffff'}, q{decode(repeat('00', 100000), 'hex')} ],
	uuid => [ q{'00000000-0000-0000-0000-000000000000'} ],
	anyelement => [ q{1}, q{1.5::float8}, q{'NaN'::float8}, q{''::bytea}, q{'x'::text}, q{now()}, q{ROW(1, 'x')::public.pair}, q{ARRAY[1]}, q{'1'::public.small}, q{'{}'::jsonb}, q{NULL::public.pair}, q{'public.target'::regclass}, q{1e300::numeric}, q{int4range(1, 2)}, q{'infinity'::timestamptz} ],
	'"any"' => [ q{1}, q{'x'}, q{NULL}, q{ROW(1)}, q{'{1}'::int[]} ],
	oid => [ qw(0 1417 1418 3118 2328 99999999) ],
	name => [ q{'shop'} ],
	'"char"' => [ q{'r'} ],
);
@values{ 'integer', 'double precision', 'numeric', 'date', 'timestamp with time zone', 'regtype' } = ($values{int}, [ '1', q{'NaN'} ], [ '1', q{'NaN'}, '1e1000' ], [ q{'infinity'} ], [ q{'infinity'} ], [ '0', '99999999' ]);

my @functions = map { [ split /\|/ ] } split /\n/, sql(q{SELECT p.proname || '|' || p.prokind::text || '|' || p.proretset::text || '|' || (p.prorettype = 'record'::regtype AND p.proallargtypes IS NULL)::text || '|' || array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY u (t, n) ORDER BY n), ',')
	FROM pg_proc p WHERE p.pronamespace = 'sqlite'::regnamespace ORDER BY p.oid});
my %unknown;
foreach my $function (@functions)
{
	foreach my $type (split /,/, $function->[4] // '') { $unknown{$type} = 1 unless $values{$type}; }
}
is(join(' ', sort keys %unknown), '', 'there are hostile values of every type: a new one needs its own');

sub pick { return $_[0][ int rand @{ $_[0] } ]; }

sub one_call
{
	my ($function) = @_;
	my ($name, $kind, $set, $record, $types) = @$function;
	my @types = split /,/, $types // '';
	my @arguments = map {
		my $value = rand() < 0.12 ? 'NULL' : pick($values{$_});
		$value = $temporary if $value eq 'TEMPORARY';
		$_ eq 'anyelement' || $_ eq '"any"' ? $value : $_ eq 'regclass' ? ($value =~ /^\d+$/ ? "$value\::oid::regclass" : "($value)::regclass") : "($value)::$_"
	} @types;
	my $call = "sqlite.$name(" . join(', ', @arguments) . ')';
	return "CALL $call" if $kind eq 'p';
	return "SELECT * FROM $call AS t (a text)" if $record eq 'true';
	return rand() < 0.5 ? "SELECT * FROM $call" : "SELECT $call";
}

my ($answers, $errors, %internal, @had) = (0, 0);
my @roles = ('nobody_here', 'user_here', 'owner_here', $superuser);
my $done = 0;
my $round = 0;
while ($done < $calls)
{
	my $role = $roles[ $round++ % @roles ];
	my @batch = map { one_call(rand() < 0.5 ? $functions[ $done + $_ < @functions * 4 ? ($done + $_) % @functions : int rand @functions ] : pick(\@functions)) } 1 .. 25;
	my ($out, $err);
	# A savepoint apiece, half of the time: what is left in a subtransaction shows in the next call.
	my $blocks = rand() < 0.5;
	my $script = join '', map { my $s = $_; "\\echo CALL\n" . ($blocks ? "BEGIN; $s;\nROLLBACK;\n" : "$s;\n") } @batch;
	$node->psql('postgres', $script, stdout => \$out, stderr => \$err, on_error_stop => 0, timeout => 600, extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);
	$done += @batch;
	my @said = $err =~ /ERROR:  (\w{5}): ([^\n]*)/g;
	while (my ($code, $message) = splice @said, 0, 2)
	{
		++$errors;
		$internal{"$code $message"} = 1 if $code =~ /^XX/;
	}
	$answers += () = $out =~ /^CALL$/mg;
	push @had, $role if $role =~ /nobody|user/ && "$out$err" =~ /TOP-SECRET|root:x:0/;
	if ("$err" =~ /server closed the connection|terminating connection because of crash/)
	{
		fail("the server went down in a batch by $role, seed $seed");
		diag(join "\n", map { substr $_, 0, 300 } @batch);
		last;
	}
}
is(join("\n", sort keys %internal), '', 'no internal error');
is(join(' ', @had), '', 'nothing had');
is(sql(q{SELECT v FROM public.secret}), 'TOP-SECRET', 'and nothing gone');
is(sql(q{SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolsuper}), $superuser, 'nobody became more');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP:/, "the server is up: $done calls, $answers made, $errors errors, seed $seed");
note("$done calls, $errors errors");
$other->quit;

# The trigger function, on tables of all kinds, at all times.
foreach my $table ('(row bigint, state bigint, mended boolean)', '(row bytea, state text, mended boolean)', '(row jsonb, state text, mended boolean)', '(a int)', '(row jsonb, state text)')
{
	foreach my $when ('BEFORE UPDATE', 'AFTER UPDATE', 'BEFORE INSERT', 'BEFORE DELETE', 'AFTER DELETE')
	{
		foreach my $each ('ROW', 'STATEMENT')
		{
			my ($code, $out, $err) = $node->psql('postgres', "CREATE TEMP TABLE t $table; INSERT INTO t DEFAULT VALUES; CREATE TRIGGER x $when ON t FOR EACH $each EXECUTE FUNCTION sqlite.check_reject(); UPDATE t SET " . ($table =~ /\((\w+)/)[0] . " = NULL; INSERT INTO t DEFAULT VALUES; DELETE FROM t",
				on_error_stop => 0, extra_params => [ '-U', 'user_here', '-v', 'VERBOSITY=verbose' ]);
			like($err, qr/ERROR:  42501: sqlite\.check_reject is the trigger of sqlite\.rejects/, "check_reject $when for each $each of $table");
		}
	}
}
is(sql('SELECT 1'), '1', 'the server is up');
$node->stop;
done_testing();
