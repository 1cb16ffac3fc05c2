# Code of a job is its owner's: whoever has it run (a superuser, a member of the role, who set the role) lends it none of
# his own rights, and nothing of it is left in his session. Jobs belong to roles, not to names.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('owner_rights');
$node->init;
$node->append_conf('postgresql.conf', 'max_worker_processes = 16');
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;

sub sql { return $node->safe_psql('postgres', $_[0]); }

# What psql says of statements that may fail: output and errors with SQLSTATE.
sub try_sql
{
	my ($statements, @more) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $statements, extra_params => [ '-v', 'VERBOSITY=verbose', @more ]);
	return "$out$err";
}
# In a session of her own, which has no other rights to be had.
sub as_mallory { return try_sql($_[0], '-U', 'mallory'); }

system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/shop.db", q{
	CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO item SELECT i, 'item ' || i FROM n;
	CREATE TABLE part (id INTEGER PRIMARY KEY, item INTEGER REFERENCES item, name TEXT);
	INSERT INTO part SELECT id, id, 'part ' || id FROM item;
	CREATE TABLE z (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO z SELECT id, name FROM item;});

# The trap tries to become more than mallory, by whatever leads there, and to leave something behind.
my $superuser = sql('SELECT current_user');
sql(qq{
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER shop FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/shop.db');
	CREATE ROLE mallory LOGIN; CREATE ROLE boss LOGIN IN ROLE mallory; CREATE ROLE seer LOGIN BYPASSRLS; CREATE ROLE other LOGIN;
	GRANT CREATE ON DATABASE postgres TO mallory; GRANT USAGE ON FOREIGN SERVER shop TO mallory;
	CREATE TABLE secret (v text); INSERT INTO secret VALUES ('secret');
	CREATE SCHEMA m AUTHORIZATION mallory;
	SET ROLE mallory;
	CREATE TABLE m.loot (at text, who text, super text); GRANT INSERT, SELECT ON m.loot TO PUBLIC; GRANT USAGE ON SCHEMA m TO PUBLIC;
	CREATE SEQUENCE m.sprung; GRANT ALL ON m.sprung TO PUBLIC;
	CREATE TABLE m.stop (now boolean); INSERT INTO m.stop VALUES (true); GRANT SELECT ON m.stop TO PUBLIC;
	CREATE FUNCTION m.trap(place text) RETURNS boolean LANGUAGE plpgsql AS \$\$
	DECLARE act text;
	BEGIN
		PERFORM nextval('m.sprung'); -- which no rollback takes back
		FOREACH act IN ARRAY ARRAY['RESET ROLE', 'SET SESSION AUTHORIZATION DEFAULT', 'SET ROLE none', 'CREATE TEMP TABLE gift (id int)',
			'DECLARE later CURSOR WITH HOLD FOR SELECT m.trap(''cursor'')', 'PREPARE ready AS SELECT m.trap(''prepared'')', 'SET search_path = m, public', 'SET LOCAL work_mem = ''64kB''',
			'ALTER ROLE mallory SUPERUSER', 'INSERT INTO m.loot SELECT ''secret'', v, v FROM public.secret', 'SET pg_sqlite.allowed_directories = '''''] LOOP
			BEGIN
				EXECUTE act;
			EXCEPTION WHEN OTHERS THEN NULL;
			END;
		END LOOP;
		INSERT INTO m.loot VALUES (place, current_user, current_setting('is_superuser'));
		RETURN true;
	END\$\$;
	CREATE FUNCTION m.trap_row() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN PERFORM m.trap(TG_NAME); RETURN COALESCE(NEW, OLD); END\$\$;
	CREATE FUNCTION m.trap_name(place text, v text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS \$\$BEGIN PERFORM m.trap(place); RETURN v; END\$\$;
	CREATE FUNCTION m.stop(v text) RETURNS text LANGUAGE plpgsql AS \$\$BEGIN IF (SELECT now FROM m.stop) THEN RAISE 'stopped'; END IF; PERFORM m.trap('convert'); RETURN v; END\$\$;
});

# Each target springs the trap wherever code of a table's owner can stand.
sub trapped_table
{
	my ($name, $more) = @_;
	return qq{CREATE TABLE m.$name (id bigint PRIMARY KEY, item bigint, name text DEFAULT m.trap_name('default', 'd') CHECK (m.trap('check')),
			twice text GENERATED ALWAYS AS (m.trap_name('generated', name)) STORED);
		CREATE INDEX ON m.$name (m.trap_name('index', name)) WHERE m.trap_name('index condition', name) IS NOT NULL;
		CREATE TRIGGER t1 BEFORE INSERT OR DELETE ON m.$name FOR EACH ROW EXECUTE FUNCTION m.trap_row();
		CREATE TRIGGER t2 AFTER INSERT OR DELETE ON m.$name FOR EACH STATEMENT EXECUTE FUNCTION m.trap_row();} . ($more // '');
}
# A deferred trigger fires at COMMIT, when rights have been given back.
my $deferred = 'CREATE CONSTRAINT TRIGGER late AFTER INSERT OR DELETE ON m.%s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION m.trap_row();';
my $late_number = 0;

sub last_job { return sql(q{SELECT max(job) FROM sqlite.jobs}); }

# A load of mallory's into a table full of traps.
sub loaded
{
	my ($name) = @_;
	is(as_mallory("SET client_min_messages = error;" . trapped_table($name, sprintf($deferred, $name)) . "CALL sqlite.load('m.$name', 'SELECT id, id AS item, name FROM (VALUES (1, ''a''), (2, ''b'')) v (id, name)')") =~ /ERROR/ ? 'failed' : 'loaded', 'loaded', "$name: mallory's own load");
	return last_job();
}

# A migration of mallory's; `stopped` leaves it to be resumed.
sub migrated
{
	my ($schema, $stopped, $settings) = @_;
	sql('UPDATE m.stop SET now = ' . ($stopped ? 'true' : 'false'));
	my $spec = qq({"include": ["item", "z"], $settings "tables": {"item": {"where": "m.trap('where')", "rules": {"r": "m.trap('rule')"},
		"columns": {"name": {"convert": "m.trap_name('convert', name)"}}}, "z": {"columns": {"name": {"convert": "m.stop(name)"}}}}});
	$spec =~ s/'/''/g;
	as_mallory("CALL sqlite.migrate('{shop}', '$schema', '$spec')");
	my $job = last_job();
	is(sql("SELECT state FROM sqlite.jobs WHERE job = $job"), $stopped ? 'failed' : 'done', "$schema: mallory's own migration");
	sql('UPDATE m.stop SET now = false');
	return $job;
}

# By whom: each runs the statements, and says what has become of the session. Nothing of it may be the trap's.
my %callers = (
	superuser => '',
	'superuser as mallory' => 'SET ROLE mallory;',
	'superuser, session of mallory' => 'SET SESSION AUTHORIZATION mallory;',
	member => 'SET SESSION AUTHORIZATION boss;',
	'superuser as a member' => 'SET ROLE boss;');
my $state = q{SELECT 'session', current_user, session_user, current_setting('search_path'), current_setting('work_mem'), (SELECT count(*) FROM pg_cursors WHERE is_holdable), (SELECT count(*) FROM pg_prepared_statements), to_regclass('pg_temp.gift')};

sub spring
{
	my ($caller, $what, $call, $expected) = @_;
	sql('TRUNCATE m.loot');
	# As a script: procedures that commit take no transaction block.
	my ($out, $err);
	$node->psql('postgres', "$callers{$caller}\n$state;\n$call;\n$state;\n", stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	my @states = grep { /^session\|/ } split /\n/, $out;
	is($states[1], $states[0], "$what by $caller: the session is as it was");
	# A policy runs as whoever reads, as in any SELECT, and has no more than that.
	is(sql(q{SELECT count(*) FROM m.loot WHERE super <> 'off' OR (who <> 'mallory' AND at <> 'policy')}), '0', "$what by $caller: nothing had") or diag(sql('SELECT DISTINCT * FROM m.loot'), $err);
	is(sql(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'}), 'f', "$what by $caller: and nothing became");
	like($err, $expected, "$what by $caller: " . ($expected eq qr/^$/ ? 'no error' : 'what is said'));
	return "$out$err";
}

sub sprung { cmp_ok(sql('SELECT count(*) FROM m.loot'), '>', 0, "$_[0]: the trap was sprung"); }

my $fine = qr/^((psql:\S+ )?(NOTICE|WARNING|INFO|DETAIL|HINT|LOCATION|CONTEXT):?.*\n?)*$/;
# Looking at a target runs nothing of it by the rights of whoever looks: neither a CHECK, nor what stands behind a default, an
# index, a generated column or a type. (Migrating into it does, as INSERT does.)
as_mallory(q{CREATE SCHEMA look; GRANT USAGE ON SCHEMA look TO PUBLIC;
	CREATE DOMAIN look.word AS text CHECK (m.trap('domain')); CREATE DOMAIN look.name AS look.word; CREATE TYPE look.pair AS (a look.name, b int);
	CREATE OPERATOR look.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = m.trap_name);
	CREATE TABLE look.check (id bigint PRIMARY KEY, name text CHECK (m.trap('check')));
	CREATE TABLE look.default (id bigint PRIMARY KEY, name text, extra text DEFAULT m.trap_name('default', 'd'));
	CREATE TABLE look.generated (id bigint PRIMARY KEY, name text, twice text GENERATED ALWAYS AS (m.trap_name('generated', name)) STORED);
	CREATE TABLE look.index (id bigint PRIMARY KEY, name text); CREATE UNIQUE INDEX ON look.index (m.trap_name('index', name));
	CREATE TABLE look.condition (id bigint PRIMARY KEY, name text); CREATE INDEX ON look.condition (id) WHERE m.trap_name('condition', name) IS NOT NULL;
	CREATE TABLE look.domain (id bigint PRIMARY KEY, name look.name);
	CREATE TABLE look.list (id bigint PRIMARY KEY, name text, extra look.name[] DEFAULT '{a}');
	CREATE TABLE look.composite (id bigint PRIMARY KEY, name text, extra look.pair DEFAULT '(a,1)');
	CREATE DOMAIN look.a_number AS bigint CHECK (m.trap('number')); CREATE DOMAIN look.some_words AS text[] CHECK (m.trap('words')); CREATE DOMAIN look.a_default AS text DEFAULT m.trap_name('domain default', 'd');
	CREATE FUNCTION look.apart(text, text) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM m.trap('apart'); RETURN 1; END$$; CREATE TYPE look.a_range AS RANGE (subtype = text, subtype_diff = look.apart, multirange_type_name = look.spans);
	CREATE TYPE look.a_label AS ENUM ('a'); CREATE FUNCTION look.to_label(text) RETURNS look.a_label LANGUAGE plpgsql AS $$BEGIN PERFORM m.trap('cast'); RETURN 'a'; END$$; CREATE CAST (text AS look.a_label) WITH FUNCTION look.to_label(text) AS ASSIGNMENT;
	CREATE TABLE look.number (id look.a_number PRIMARY KEY, name text);
	CREATE TABLE look.words (id bigint PRIMARY KEY, name look.some_words);
	CREATE TABLE look.filled (id bigint PRIMARY KEY, name text, extra look.a_default);
	CREATE TABLE look.span (id bigint PRIMARY KEY, name text, extra look.spans DEFAULT '{[a,b]}');
	CREATE TABLE look.cast (id bigint PRIMARY KEY, name look.a_label);
	CREATE TABLE look.operator (id bigint PRIMARY KEY, name text CHECK ((name OPERATOR(look.===) 'x') IS NOT NULL));
	CREATE TABLE look.policy (id bigint PRIMARY KEY, name text); ALTER TABLE look.policy ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY p ON look.policy USING (m.trap('policy'));
	CREATE TABLE look.parent (id bigint PRIMARY KEY, name text UNIQUE CHECK (m.trap('parent'))); CREATE TABLE look.child (id bigint PRIMARY KEY, name text REFERENCES look.parent (name));
	CREATE TABLE look.plain (id bigint PRIMARY KEY, name varchar(6) CHECK (length(name) > 1))});
sql('GRANT ALL ON ALL TABLES IN SCHEMA look TO boss, PUBLIC');
for my $target (qw(check default generated index condition domain list composite number words filled span cast operator policy child plain))
{
	for my $rows ('', "INSERT INTO look.\"$target\" (id, name) VALUES (1000, 'there')")
	{
		as_mallory($rows) if $rows && $target ne 'child';
		my $spec = qq('{"include": ["item"], "existing": "append", "on_error": "reject", "tables": {"item": {"target": "$target", "rules": {"r": "id > 0"}}}}');
		# Rows are put aside, or end the job: then values are tried column by column, too.
		for my $caller ('superuser', 'superuser as a member', 'superuser, strict')
		{
			$spec =~ s/"on_error": "reject", // if $caller =~ /strict/;
			my $before = sql('SELECT last_value FROM m.sprung');
			my $said = spring($caller =~ s/, strict//r, "assess of look.$target", "SELECT 'unforeseen' FROM sqlite.assess('{shop}', 'look', $spec) WHERE finding ~ 'not foreseen'; SELECT predicted_rejects FROM sqlite.plan('{shop}', 'look', $spec); SELECT sqlite.suggest_spec('{shop}', 'look')", $fine);
			# Whether there are rows is asked as by any SELECT: a policy that holds for the caller runs, without rights to anything.
			is(sql('SELECT last_value FROM m.sprung'), $before, "assess of look.$target by $caller: nothing was run") unless $target eq 'policy' && $caller =~ /member/;
			is(scalar(() = $said =~ /^unforeseen$/mg), $target =~ /plain|child/ ? 0 : 1, "assess of look.$target by $caller: what is foreseen");
		}
	}
}
# A type that the spec names is tried no more than one that a target has.
for my $type (qw(name some_words a_label a_number a_range))
{
	my $before = sql('SELECT last_value FROM m.sprung');
	my $column = $type eq 'a_number' ? 'id' : 'name';
	my $spec = qq('{"include": ["item"], "tables": {"item": {"columns": {"$column": {"type": "look.$type", "default": "7"}}}}}');
	my $said = spring('superuser', "a new column of look.$type", "SELECT 'unforeseen' FROM sqlite.assess('{shop}', 'fresh', $spec) WHERE finding ~ 'not foreseen'; SELECT count(*) FROM sqlite.plan('{shop}', 'fresh', $spec)", $fine);
	is(sql('SELECT last_value FROM m.sprung'), $before, "a new column of look.$type: nothing was run");
	is(scalar(() = $said =~ /^unforeseen$/mg), 1, "a new column of look.$type: what is foreseen");
}
sql('DROP SCHEMA look CASCADE');

# Operators and functions that fit the types of a translation better than PostgreSQL's own, in a schema of the search_path where anybody
# may create some: neither a look takes them nor a migration, and what is made has PostgreSQL's own.
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/typed.db", q{
	CREATE TABLE kind (code VARCHAR(10) PRIMARY KEY, name VARCHAR(20) CHECK (length(name) < 15 AND lower(name) <> 'never'));
	INSERT INTO kind VALUES ('a', 'first'), ('b', 'second');
	CREATE TABLE thing (id INTEGER PRIMARY KEY, kind VARCHAR(10) REFERENCES kind, price DECIMAL(10,2) CHECK (price <> 5 AND price > 0), label VARCHAR(20) UNIQUE, start VARCHAR(3) AS (substr(label, 1, 3)) STORED);
	CREATE INDEX thing_label ON thing (lower(label)) WHERE price > 2;
	CREATE VIEW cheap AS SELECT id, upper(label) AS label, price * 2 AS twice FROM thing WHERE price <> 100 AND kind = 'a';
	INSERT INTO thing VALUES (1, 'a', 1.5, 'one'), (2, 'b', 2.5, 'two'), (3, 'c', 3, 'three');});
sql("CREATE SERVER typed FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/typed.db'); CREATE SCHEMA anybodys; GRANT CREATE, USAGE ON SCHEMA anybodys TO PUBLIC");
as_mallory(q{DO $do$
	DECLARE
		o record;
		n integer := 0;
	BEGIN
		FOR o IN SELECT name, l, r, name ~ '[=<>]' AS compares FROM unnest('{=,<>,<,<=,>,>=,*}'::text[]) AS name,
			(VALUES ('varchar', 'varchar'), ('varchar', 'text'), ('text', 'varchar'), ('numeric', 'integer'), ('integer', 'numeric'), ('numeric', 'bigint'), ('bigint', 'numeric')) AS t (l, r) LOOP
			n := n + 1;
			EXECUTE format('CREATE FUNCTION anybodys.f%s(a %s, b %s) RETURNS %s LANGUAGE plpgsql IMMUTABLE AS %L', n, o.l, o.r, CASE WHEN o.compares THEN 'boolean' ELSE 'numeric' END,
				format('BEGIN PERFORM m.trap(''operator''); RETURN %s; END', CASE WHEN o.compares THEN 'true' ELSE '1' END));
			EXECUTE format('CREATE OPERATOR anybodys.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = anybodys.f%s)', o.name, o.l, o.r, n);
		END LOOP;
		FOR o IN SELECT * FROM (VALUES ('lower(varchar)', 'text'), ('upper(varchar)', 'text'), ('length(varchar)', 'integer'), ('substr(varchar, integer, integer)', 'text')) AS t (name, result) LOOP
			EXECUTE format('CREATE FUNCTION anybodys.%s RETURNS %s LANGUAGE plpgsql IMMUTABLE AS %L', o.name, o.result, 'BEGIN PERFORM m.trap(''function''); RETURN NULL; END');
		END LOOP;
	END $do$});
my $path = 'SET search_path = anybodys, public';
as_mallory(q{SELECT 'a'::varchar OPERATOR(anybodys.=) 'b'::varchar, 1.5 OPERATOR(anybodys.<>) 5, anybodys.lower('a'::varchar), anybodys.substr('a'::varchar, 1, 2)});
sprung('operators and functions of mallory');
for my $spec ('{"orphans": "reject"}', '{"orphans": "null", "workers": 2}', '{"orphans": "reject", "transaction": "batch", "workers": 2}')
{
	my $before = sql('SELECT last_value FROM m.sprung');
	my $said = spring('superuser', "a look with $spec", "$path; SELECT 'look', count(*) > 0 FROM sqlite.assess('{typed}', 'typed', '$spec'); SELECT sqlite.suggest_spec('{typed}', 'typed') IS NULL; SELECT 'row', table_name, written FROM sqlite.rehearse('{typed}', 'typed', '$spec'); RESET search_path", $fine);
	like($said, qr/^row\|thing\|/m, "a look with $spec: rehearsed");
	$said = spring('superuser', "a migration with $spec", "$path; CALL sqlite.migrate('{typed}', 'typed', '$spec'); RESET search_path", $fine);
	is(sql('SELECT last_value FROM m.sprung'), $before, "$spec: nothing of mallory's was run");
	is(sql(q{SELECT count(*) FROM typed.thing WHERE start = left(label, 3) AND (kind IS NOT NULL OR id = 3)}), $spec =~ /reject/ ? '2' : '3', "$spec: the rows are there");
	is(sql(q{SELECT count(*) FROM pg_depend d WHERE d.refclassid = 'pg_operator'::regclass AND d.refobjid IN (SELECT oid FROM pg_operator WHERE oprnamespace = 'anybodys'::regnamespace) OR d.refclassid = 'pg_proc'::regclass AND d.classid <> 'pg_operator'::regclass AND d.refobjid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'anybodys'::regnamespace)}), '0', "$spec: and what was made has none of it");
	is(sql(q{SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid IN ('typed.thing'::regclass, 'typed.kind'::regclass)}), '2', "$spec: with its CHECKs");
	sql('CALL sqlite.rollback(' . last_job() . ')');
}
# Where a text of the spec needs the search_path, a translation beside it that would lead to another's function is left out and told.
{
	my $before = sql('SELECT last_value FROM m.sprung');
	my $spec = '{"orphans": "null", "columns": {"kind.name": {"convert": "name || chr(120)"}}}';
	my $said = spring('superuser', 'a text of the spec beside translations', "$path; SELECT finding FROM sqlite.assess('{typed}', 'typed', '$spec') WHERE table_name = 'kind'; RESET search_path", $fine);
	like($said, qr/by the search_path it would call anybodys\.\w+\(.*\), which role "mallory" has written/, 'a translation that leads to another is told');
	is(sql('SELECT last_value FROM m.sprung'), $before, 'and not run');
}
sql('DROP SCHEMA anybodys CASCADE');

my $number = 0;
foreach my $caller (sort keys %callers)
{
	++$number;
	my $job = loaded("t$number");
	spring($caller, 'validate', "SELECT status FROM sqlite.validate($job)", $fine);
	spring($caller, 'differences', "SELECT * FROM sqlite.differences($job, 'm.t$number')", qr/^$|cannot be compared/);
	spring($caller, 'validate_constraints', "SELECT * FROM sqlite.validate_constraints($job)", $fine);
	sprung("validate_constraints by $caller");
	spring($caller, 'assert_valid', "SELECT sqlite.assert_valid($job)", qr/^$|is not valid/);
	spring($caller, 'report', "SELECT sqlite.report_text($job); SELECT sqlite.rollback_sql($job)", $fine);
	spring($caller, 'rollback', "CALL sqlite.rollback($job)", $fine);
	sprung("rollback by $caller");
	is(sql("SELECT count(*) FROM m.t$number"), '0', "rollback by $caller: it is taken back");
	spring($caller, 'forget', "CALL sqlite.forget($job)", $fine);
	is(sql("SELECT count(*) FROM sqlite.jobs WHERE job = $job"), '0', "forget by $caller: it is forgotten");

	foreach my $settings ('"transaction": "table",', '"transaction": "table", "workers": 2,', '"transaction": "batch", "commit_rows": 10, "workers": 2,', '"workers": 2,', '')
	{
		my $schema = 'm' . ++$late_number;
		$job = migrated($schema, 1, $settings);
		spring($caller, "resume ($settings)", "CALL sqlite.resume($job)", $fine);
		sprung("resume by $caller");
		is(sql("SELECT state FROM sqlite.jobs WHERE job = $job"), 'done', "resume by $caller ($settings): it is done") or diag(sql("SELECT error FROM sqlite.jobs WHERE job = $job"));
		is(sql("SELECT count(*) || ' ' || string_agg(DISTINCT relowner::regrole::text, ',') FROM pg_class WHERE relnamespace = '$schema'::regnamespace AND relkind = 'r'"), '2 mallory', 'what it made is mallory\'s');
	}
	my $schema = "m$late_number";
	spring($caller, 'validate (migration)', "SELECT table_name, status FROM sqlite.validate($job)", $fine);
	sprung("validate by $caller");
	spring($caller, 'differences (migration)', "SELECT * FROM sqlite.differences($job, 'item')", $fine);
	spring($caller, 'rollback (migration)', "CALL sqlite.rollback($job)", $fine);

	# Rejects: a rule that fails until it is mended.
	as_mallory(trapped_table("r$number", sprintf($deferred, "r$number")) . "CREATE TABLE m.ok$number (v boolean); INSERT INTO m.ok$number VALUES (false);"
		. "CREATE FUNCTION m.good$number() RETURNS boolean LANGUAGE plpgsql AS \$\$BEGIN PERFORM m.trap('rule'); RETURN (SELECT v FROM m.ok$number); END\$\$;");
	as_mallory(qq{CALL sqlite.migrate('{shop}', 'm', '{"include": ["part"], "tables": {"part": {"target": "m.r$number", "existing": "append", "foreign_keys": [], "rules": {"r": "m.good$number()"}}}}')});
	$job = last_job();
	is(sql("SELECT count(*) FROM sqlite.rejects WHERE job = $job AND state = 'open'"), '50', 'rows are put aside') or diag(sql("SELECT error FROM sqlite.jobs WHERE job = $job"));
	sql("UPDATE m.ok$number SET v = true");
	spring($caller, 'retry_rejects', "CALL sqlite.retry_rejects($job)", $fine);
	sprung("retry_rejects by $caller");
	is(sql("SELECT count(*) FROM m.r$number"), '50', "retry_rejects by $caller: they are loaded");
}

# Who sees jobs by BYPASSRLS, or not at all, becomes nobody by them.
my $job = loaded('guarded');
foreach my $call ("CALL sqlite.rollback($job)", "CALL sqlite.resume($job)", "CALL sqlite.retry_rejects($job)", "CALL sqlite.forget($job)", "SELECT sqlite.assert_valid($job)", "SELECT * FROM sqlite.validate($job)", "SELECT * FROM sqlite.differences($job, 'm.guarded')", "SELECT * FROM sqlite.validate_constraints($job)")
{
	like(try_sql("SET SESSION AUTHORIZATION seer; $call"), qr/42501.*permission denied for job $job/s, "BYPASSRLS: $call");
	like(try_sql("SET SESSION AUTHORIZATION other; $call"), qr/42704.*job $job does not exist/s, "no member: $call");
}
is(try_sql("SET SESSION AUTHORIZATION boss; SELECT count(*) FROM sqlite.jobs WHERE job = $job"), '1', 'members of a role see its jobs');
is(try_sql("SET SESSION AUTHORIZATION other; SELECT count(*) FROM sqlite.jobs"), '0', 'and nobody else');

# A role that is renamed keeps its jobs; one that takes its name has none of them.
sql('ALTER ROLE mallory RENAME TO "Old Mallory"; CREATE ROLE mallory LOGIN');
is(as_mallory('SELECT count(*) FROM sqlite.jobs'), '0', 'the name alone owns nothing');
is(try_sql(qq{SET SESSION AUTHORIZATION "Old Mallory"; SELECT count(*) FROM sqlite.jobs WHERE job = $job}), '1', 'the role keeps its jobs');
is(sql("SELECT sqlite.report($job) ->> 'owner'"), 'Old Mallory', 'under its name');
sql('REASSIGN OWNED BY "Old Mallory" TO other; DROP OWNED BY "Old Mallory"; DROP ROLE "Old Mallory"; DROP ROLE mallory; CREATE ROLE "Old Mallory" LOGIN');
is(try_sql(q{SET SESSION AUTHORIZATION "Old Mallory"; SELECT count(*) FROM sqlite.jobs}), '0', 'nor does one that comes after it');
like(try_sql("CALL sqlite.rollback($job)"), qr/42704.*the role that owned job $job does not exist any more/s, 'without a role there are no rights to run it by');
sql("UPDATE sqlite.jobs SET owner = 'other' WHERE job = $job");
like(try_sql("CALL sqlite.rollback($job)"), $fine, 'but it can be given to another');
is(sql('SELECT count(*) FROM m.guarded'), '0', 'who takes it back');
sql("UPDATE sqlite.jobs SET owner = 0::oid::regrole WHERE job = $job; CALL sqlite.forget($job)");
is(sql("SELECT count(*) FROM sqlite.jobs WHERE job = $job"), '0', 'or it is forgotten');
$node->stop;
done_testing();
