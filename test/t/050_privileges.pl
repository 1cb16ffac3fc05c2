# Everything of the extension that can be called, read or set, tried by a role without rights; a new object or option
# that is not listed here fails. Then traps for those who have rights: schemas of others in front, views, links.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('privileges');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite; CREATE ROLE guest; CREATE ROLE reader IN ROLE pg_read_server_files; CREATE ROLE maker;'
	. 'GRANT CREATE ON DATABASE postgres TO reader; GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO maker');

# What psql says to standard error, SQLSTATE included, or else its output.
sub as_role {
	my ($role, $sql) = @_;
	my ($out, $err);
	$node->psql('postgres', "SET ROLE $role; $sql", stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out;
}

sqlite('shop.db', q{CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (length(name) > 0), price DECIMAL(10,2) DEFAULT 1.5 CHECK (price >= 0), at DATETIME, done BOOLEAN);
	CREATE INDEX item_name ON item (name COLLATE NOCASE, price DESC) WHERE price > 0; CREATE VIEW cheap AS SELECT id, upper(name) AS name FROM item WHERE price < 10 ORDER BY id;
	INSERT INTO item VALUES (1, 'one', 1.25, '2024-01-01 10:00:00', 1), (2, 'two', 20, NULL, 0)});
sqlite('secret.db', q{CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'secret')});
sql("SET ROLE reader; SELECT sqlite.attach('$dir/shop.db')");
sql("CREATE TABLE hidden (id bigint); INSERT INTO sqlite.jobs (kind, state, owner) VALUES ('load', 'done', 'reader')");
mkdir "$dir/backups";
chmod 0777, "$dir/backups";

# By signature: a call, and what it comes to. Names of the server's files need pg_read_server_files (or write), servers
# USAGE, relations SELECT, and jobs are of their owners.
my $server = qr/42501.*permission denied for foreign server shop/;
my $job = qr/42704.*job 1 does not exist/;
my $hidden = qr/42501.*permission denied for (foreign )?table (item|hidden)/;
my $manifest = qr/42501.*permission denied to read a backup/;
my %called = (
	'pg_sqlite_handler()' => [ 'SELECT sqlite.pg_sqlite_handler()', qr/0A000.*(pseudo-type|type) fdw_handler|42501|0A000/ ],
	'pg_sqlite_validator(text[],oid)' => [ "SELECT sqlite.pg_sqlite_validator('{database=$dir/shop.db}', 'pg_catalog.pg_foreign_server'::regclass)", qr/42501.*permission denied to set option "database"/ ],
	'version()' => [ 'SELECT count(*) > 0 FROM sqlite.version()', qr/^t$/ ],
	'attach(text,text,text)' => [ "SELECT sqlite.attach('$dir/secret.db')", qr/42501.*permission denied/ ],
	'detach(text)' => [ "SELECT sqlite.detach('shop')", qr/42501/ ],
	'query(text,text)' => [ "SELECT * FROM sqlite.query('shop', 'SELECT 1') AS t (v int)", $server ],
	'connections()' => [ 'SELECT count(*) FROM sqlite.connections()', qr/^0$/ ],
	'disconnect(text)' => [ "SELECT sqlite.disconnect('shop')", $server ],
	'disconnect_all()' => [ 'SELECT sqlite.disconnect_all()', qr/^f$/ ],
	'tables(text,boolean)' => [ "SELECT * FROM sqlite.tables('shop')", $server ],
	(map { ("$_(text)" => [ "SELECT * FROM sqlite.$_('shop')", $server ]) } qw(columns foreign_keys views triggers)),
	'indexes(text,boolean)' => [ "SELECT * FROM sqlite.indexes('shop')", $server ],
	'inventory(text,boolean)' => [ "SELECT sqlite.inventory('shop')", $server ],
	'conflicts(text[])' => [ "SELECT * FROM sqlite.conflicts('{shop}')", $server ],
	'assign("any",anyelement,text,text)' => [ 'SELECT sqlite.assign(5.5, NULL::integer)', qr/22003/ ],
	'unmatched(anyelement,boolean,text)' => [ "SELECT sqlite.unmatched(7, false, 'public.nothing')", qr/^7$/ ],
	'try_cast(text,anyelement)' => [ "SELECT sqlite.try_cast('pg_authid', NULL::regclass) IS NULL", qr/^f$/ ],
	'reset_sequences(text)' => [ "SELECT * FROM sqlite.reset_sequences('public')", qr/^$/ ],
	'profile(text,text,boolean)' => [ "SELECT * FROM sqlite.profile('shop')", $server ],
	'assess(text[],text,jsonb,boolean)' => [ "SELECT * FROM sqlite.assess('{shop}')", $server ],
	'suggest_spec(text[],text)' => [ "SELECT sqlite.suggest_spec('{shop}')", $server ],
	'plan(text[],text,jsonb)' => [ "SELECT * FROM sqlite.plan('{shop}')", $server ],
	'backup(text,text,boolean)' => [ "SELECT sqlite.backup('shop', '$dir/backups')", $server ],
	'verify_backup(jsonb)' => [ "SELECT sqlite.verify_backup('{}')", $manifest ],
	'restore_backup(jsonb,text)' => [ "SELECT sqlite.restore_backup('{}', '$dir/backups/new.db')", qr/42501.*permission denied to restore a backup/ ],
	'load(text,text,text,"any",jsonb,bigint)' => [ "CALL sqlite.load('hidden', 'SELECT 1')", $hidden ],
	'migrate(text[],text,jsonb,bigint)' => [ "CALL sqlite.migrate('{shop}')", $server ],
	'rehearse(text[],text,jsonb)' => [ "SELECT * FROM sqlite.rehearse('{shop}')", $server ],
	'resume(bigint)' => [ 'CALL sqlite.resume(1)', $job ],
	'retry_rejects(bigint,bigint[],jsonb,boolean,bigint,bigint)' => [ 'CALL sqlite.retry_rejects(1)', $job ],
	'check_reject()' => [ 'SELECT sqlite.check_reject()', qr/39P01/ ],
	'rollback(bigint,text[],boolean)' => [ 'CALL sqlite.rollback(1)', $job ],
	'rollback_sql(bigint)' => [ 'SELECT sqlite.rollback_sql(1)', $job ],
	'forget(bigint,interval)' => [ 'CALL sqlite.forget(1)', $job ],
	(map { ("$_(bigint)" => [ "SELECT sqlite.$_(1)", $job ]) } qw(job_or_last report report_text)),
	'report_html(bigint,boolean)' => [ 'SELECT sqlite.report_html(1)', $job ],
	'progress()' => [ 'SELECT count(*) FROM sqlite.progress()', qr/^0$/ ],
	'validate(bigint)' => [ 'SELECT * FROM sqlite.validate(1)', $job ],
	'validate(regclass,regclass,jsonb)' => [ "SELECT * FROM sqlite.validate('public.hidden', 'public.hidden')", $hidden ],
	'differences(bigint,text,integer)' => [ "SELECT * FROM sqlite.differences(1, 't')", $job ],
	'differences(regclass,regclass,jsonb,integer)' => [ "SELECT * FROM sqlite.differences('public.hidden'::regclass, 'public.hidden'::regclass)", $hidden ],
	'digest(regclass,text[],bigint)' => [ "SELECT * FROM sqlite.digest('public.hidden')", $hidden ],
	'validate_constraints(bigint)' => [ 'SELECT * FROM sqlite.validate_constraints(1)', $job ],
	'assert_valid(bigint,text[])' => [ 'SELECT sqlite.assert_valid(1)', $job ],
	'validate_queries(text,text,jsonb,integer)' => [ "SELECT * FROM sqlite.validate_queries('shop', 'public', '{}')", $server ]);

# Conversions of values see nothing but their arguments; that they are immutable says so.
my $conversion = qr/^(try_)?parse_|^is_|^uuid_for\(/;
my @functions = split /\n/, sql(q{
	SELECT p.proname || '(' || replace(oidvectortypes(p.proargtypes), ', ', ',') || ')|' || p.provolatile::text FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
	WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_sqlite') ORDER BY 1});
my %unseen = %called;
foreach (@functions) {
	my ($signature, $volatility) = split /\|/;
	if ($signature =~ $conversion) { is($volatility, 'i', "$signature is a conversion"); next; }
	my $call = $called{$signature};
	ok($call, "$signature is tried by a role without rights") or next;
	delete $unseen{$signature};
	like(as_role('guest', $call->[0]), $call->[1], "$signature, without rights");
}
is(join(' ', keys %unseen), '', 'and nothing is tried that is not there');
is(sql(q{SELECT string_agg(p.oid::regprocedure::text, ' ') FROM pg_proc p WHERE p.pronamespace = 'sqlite'::regnamespace AND (p.prosecdef OR p.proconfig IS NOT NULL OR p.prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('c', 'sql')))}), '', 'none runs with rights or settings of its own');
# What names files by its arguments.
is(sql(q{SELECT string_agg(DISTINCT p.proname || '.' || n, ' ' ORDER BY p.proname || '.' || n) FROM pg_proc p, unnest(p.proargnames[1:p.pronargs]) AS n WHERE p.pronamespace = 'sqlite'::regnamespace AND n ~ 'path|file|directory|database|manifest'}),
	'attach.database backup.directory restore_backup.manifest restore_backup.path verify_backup.manifest', 'arguments that name files');

# Relations, triggers and the rest.
my %others = (
	'jobs,job_steps,job_tables,job_chunks,job_log,rejects,uuid_namespaces' => q{'r'}, 'progress' => q{'v'});
is(sql(q{SELECT string_agg(c.relkind::text || ' ' || c.relname || ' ' || c.relrowsecurity || ' ' || COALESCE((SELECT string_agg(privilege_type, ',' ORDER BY privilege_type) FROM aclexplode(c.relacl) a WHERE a.grantee = 0), ''), E'\n' ORDER BY c.relname)
	FROM pg_class c WHERE c.relnamespace = 'sqlite'::regnamespace AND c.relkind <> 'i'}),
	"r job_chunks true SELECT\nS job_chunks_chunk_seq false SELECT\nr job_log true SELECT\nr job_steps true SELECT\nr job_tables true SELECT\nr jobs true SELECT\nS jobs_job_seq false SELECT\nv progress false SELECT\nr rejects true SELECT\nS rejects_id_seq false SELECT\nr uuid_namespaces true SELECT",
	'relations: row security, and reading alone is for everybody');
is(sql(q{SELECT string_agg(attrelid::regclass || '.' || attname, ' ' ORDER BY attname) FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'sqlite'::regnamespace) AND attacl IS NOT NULL}), 'sqlite.rejects.row sqlite.rejects.state', 'columns that owners of rejects change');
is(sql(q{SELECT count(*) || ' ' || count(DISTINCT polrelid) FROM pg_policy WHERE polpermissive AND polqual IS NOT NULL}), '7 7', 'a policy for each table');
is(as_role('guest', "SELECT count(*) FROM sqlite.$_ WHERE job = 1"), '0', "$_: nothing of others") for qw(jobs job_steps job_tables job_chunks job_log rejects progress);
like(as_role('guest', "SELECT nextval('sqlite.jobs_job_seq')"), qr/42501/, 'no number of a job is taken');
is(sql(q{SELECT string_agg(tgrelid::regclass || ' ' || tgname, ' ') FROM pg_trigger WHERE NOT tgisinternal}), 'sqlite.rejects check_reject', 'the trigger of 001_access.pl');
# From 18 on the types of rows of relations are members of an extension as well.
is(sql(q{SELECT string_agg(DISTINCT d.classid::regclass::text, ' ' ORDER BY d.classid::regclass::text) FROM pg_depend d WHERE NOT (d.classid = 'pg_type'::regclass AND
	EXISTS (SELECT FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem JOIN pg_class c ON c.oid IN (t.typrelid, e.typrelid) WHERE t.oid = d.objid AND c.relkind <> 'c')) AND d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_sqlite')}),
	'pg_class pg_foreign_data_wrapper pg_proc', 'objects of other kinds there are none');

# Options: those that are there, and who sets them. One names a file.
sub options_of {
	my ($statement) = @_;
	return as_role('maker', $statement) =~ /Valid options in this context are: (.*)\./ ? split(/, /, $1) : ();
}
is(as_role('maker', 'CREATE SERVER own FOREIGN DATA WRAPPER pg_sqlite'), '', 'USAGE on the wrapper is enough for a server');
my %value = (database => "$dir/secret.db", snapshot => 'statement', timezone => 'UTC', timestamp_type => 'timestamp', on_error => 'null', excess_digits => 'round', invalid_text => 'null', nul_bytes => 'strip', invalid_json => 'null', too_long => 'truncate', ambiguous_time => 'earlier');
my @options = options_of(q{ALTER SERVER own OPTIONS (ADD zzzzzz '1')});
is(join(' ', sort @options), join(' ', sort qw(database updatable force_readonly busy_timeout immutable snapshot timezone timestamp_type keep_connections batch_size truncatable foreign_keys fdw_startup_cost fdw_tuple_cost on_error excess_digits invalid_text nul_bytes invalid_json too_long empty_as_null zero_date_as_null ambiguous_time)), 'options of a server: a new one needs its test here');
foreach my $option (@options) {
	my $value = $value{$option} // ($option =~ /timeout|size|cost/ ? '1' : 'true');
	my $said = as_role('maker', "ALTER SERVER own OPTIONS (ADD $option '$value')");
	like($said, $option =~ /^(?:database|updatable)$/ ? qr/42501.*permission denied to set option "$option"/ : qr/^$|is not supported|0A000/, "$option by who may not read files");
	like(as_role('guest', "ALTER SERVER shop OPTIONS (ADD $option '$value')"), qr/42501.*must be owner/, "$option by who is not the owner");
}
like(as_role('maker', "CREATE USER MAPPING FOR maker SERVER own OPTIONS (database '$dir/secret.db')"), qr/HV00D/, 'no option of a user mapping');
like(as_role('maker', "CREATE FOREIGN TABLE t (id int) SERVER own OPTIONS (database '$dir/secret.db')"), qr/HV00D|42501/, 'nor of a table names a file');
like(as_role('maker', "ALTER FOREIGN DATA WRAPPER pg_sqlite OPTIONS (ADD database '$dir/secret.db')"), qr/42501|HV00D/, 'nor of the wrapper');
like(as_role('guest', "SET $_ = '1'"), qr/42501/, "$_ is for superusers") for split /\n/, sql(q{SELECT name FROM pg_settings WHERE name LIKE 'pg\_sqlite.%' AND context <> 'user'});
is(sql(q{LOAD 'pg_sqlite'; SELECT string_agg(name || ' ' || context, ', ' ORDER BY name) FROM pg_settings WHERE name LIKE 'pg\_sqlite.%' AND name ~ 'director|limit|file|path'}), 'pg_sqlite.allowed_directories superuser, pg_sqlite.hard_heap_limit superuser, pg_sqlite.soft_heap_limit user', 'settings that name places or limits');

# Views read with their owner's rights, as views do.
sql('SET ROLE reader; CREATE VIEW shop.seen AS SELECT id, name FROM shop.item; GRANT USAGE ON SCHEMA shop TO guest; GRANT SELECT ON shop.seen TO guest');
is(as_role('guest', 'SELECT name FROM shop.seen WHERE id = 1'), 'one', "a view over a foreign table: its owner's rights");
like(as_role('guest', 'SELECT name FROM shop.item'), qr/42501.*foreign table item/, 'which are not for the table itself');
sql('GRANT USAGE ON SCHEMA shop TO maker; SET ROLE reader; GRANT SELECT ON shop.item TO maker; RESET ROLE; GRANT CREATE ON SCHEMA public TO maker; SET ROLE maker; CREATE VIEW public.passed_on AS SELECT name FROM shop.item; GRANT SELECT ON public.passed_on TO guest');
is(as_role('guest', 'SELECT count(*) FROM public.passed_on'), '2', "another's view");
sql('SET ROLE reader; REVOKE SELECT ON shop.item FROM maker');
like(as_role('guest', 'SELECT count(*) FROM public.passed_on'), qr/42501.*foreign table item/, 'until its owner may not read any more');
SKIP: {
	skip 'no security_invoker', 1 if $node->pg_version < 15;
	sql('SET ROLE reader; ALTER VIEW shop.seen SET (security_invoker = true)');
	like(as_role('guest', 'SELECT name FROM shop.seen'), qr/42501.*foreign table item/, 'security_invoker: the rights of who reads');
}
sql('SET ROLE reader; ALTER FOREIGN TABLE shop.item OWNER TO reader; CREATE FUNCTION shop.definer() RETURNS bigint SECURITY DEFINER LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM shop.item; END; GRANT EXECUTE ON FUNCTION shop.definer() TO guest');
is(as_role('guest', 'SELECT shop.definer()'), '2', 'a SECURITY DEFINER function reads as its owner');
sql('REVOKE pg_read_server_files FROM reader');
like(as_role('guest', 'SELECT shop.definer()'), qr/42501.*"reader" has no privileges/s, 'who may have lost the right');
like(as_role('guest', 'SELECT count(*) FROM shop.seen'), qr/42501/, 'and so a view');
sql('GRANT pg_read_server_files TO reader');

# Links are followed when the file is opened, not when the server is made.
mkdir "$dir/allowed";
sqlite('allowed/in.db', q{CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'allowed')});
mkdir "$dir/outside";
sqlite('outside/in.db', q{CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'outside')});
symlink "$dir/allowed/in.db", "$dir/allowed/link.db" or die $!;
symlink "$dir/allowed", "$dir/way" or die $!;
$node->append_conf('postgresql.conf', "pg_sqlite.allowed_directories = '$dir/allowed'");
$node->reload;
$node->poll_query_until('postgres', q{SELECT (SELECT count(*) FROM sqlite.version()) > 0 AND current_setting('pg_sqlite.allowed_directories') <> ''});
sql("SET ROLE reader; SELECT sqlite.attach('$dir/allowed/link.db', 'link'), sqlite.attach('$dir/way/in.db', 'way')");
my $session = $node->background_psql('postgres', on_error_stop => 0);
is($session->query('SELECT name FROM link.item'), 'allowed', 'a link that stays within the allowed directory');
is($session->query('SELECT name FROM way.item'), 'allowed', 'a directory that is one');
unlink "$dir/allowed/link.db";
symlink "$dir/secret.db", "$dir/allowed/link.db" or die $!;
unlink "$dir/way";
symlink "$dir/outside", "$dir/way" or die $!;
foreach my $name (qw(link way)) {
	like(as_role('reader', $_), qr/42501.*lies in no allowed directory/, "$name, changed since: $_")
	  for "SELECT name FROM $name.item", "SELECT * FROM sqlite.query('$name', 'SELECT name FROM item') AS t (n text)", "SELECT * FROM sqlite.profile('$name')", "SELECT sqlite.inventory('$name')", "CALL sqlite.migrate('{$name}', 'elsewhere')", "IMPORT FOREIGN SCHEMA main FROM SERVER $name INTO $name OPTIONS (types 'stored')", "ANALYZE $name.item";
	is($session->query("SELECT name FROM $name.item"), '', "$name: nor by the session that had read it");
	$session->{stderr} = '';
}
$session->quit;
$node->append_conf('postgresql.conf', "pg_sqlite.allowed_directories = ''");
$node->reload;
$node->poll_query_until('postgres', q{SELECT (SELECT count(*) FROM sqlite.version()) > 0 AND current_setting('pg_sqlite.allowed_directories') = ''});

# A superuser with a schema of somebody else's in front of pg_catalog: all of pg_catalog's operators, functions and casts
# over the common types are there again and tell who they run as. (Operators under the records: 049_job_faults.pl.)
sql(q{CREATE ROLE eve; GRANT CREATE ON DATABASE postgres TO eve; SET ROLE eve; CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO PUBLIC;
	DO $do$ DECLARE o record; trap text; types text[] := '{bigint,integer,smallint,oid,text,name,boolean,jsonb,"timestamp with time zone",interval,xid,text[],bigint[],numeric,"double precision","\"char\"",regclass,uuid,bytea,date}'; BEGIN
		FOR o IN SELECT p.oid, p.proname, p.prorettype::regtype result, oidvectortypes(p.proargtypes) arguments
			FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0
				AND p.prorettype::regtype::text = ANY (types || '{void}') AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[]) t WHERE NOT t::regtype::text = ANY (types)) AND p.proname NOT LIKE 'pg\_replication%'
		LOOP
			EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql SET search_path = pg_catalog AS %L', o.proname, o.arguments, o.result,
				format('BEGIN IF current_user <> ''eve'' THEN RAISE ''%%() runs as %%'', %L, current_user; END IF; RETURN%s; END', o.proname, CASE WHEN o.result = 'void'::regtype THEN '' ELSE ' NULL' END));
		END LOOP;
		FOR o IN SELECT oid, oprname, oprleft::regtype l, oprright::regtype r, oprresult::regtype result FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace
			AND oprleft::regtype::text = ANY (types) AND oprright::regtype::text = ANY (types)
		LOOP
			EXECUTE format('CREATE FUNCTION evil.f%s(a %s, b %s) RETURNS %s LANGUAGE plpgsql SET search_path = pg_catalog AS %L', o.oid, o.l, o.r, o.result,
				format('BEGIN IF current_user <> ''eve'' THEN RAISE ''%%1$s runs as %%'', %L, current_user; END IF; RETURN a %s b; END', o.oprname, o.oprname));
			EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.f%s)', o.oprname, o.l, o.r, o.oid);
		END LOOP;
		-- Types: a name that is not qualified would lead here.
		FOREACH trap IN ARRAY '{text,oid,name,regclass,jsonb,uuid,bytea,date,regtype,xid,int8,int4,float8,bool,timestamptz}'::text[] LOOP
			EXECUTE format('CREATE DOMAIN evil.%I AS pg_catalog.%I CONSTRAINT trap CHECK (false)', trap, trap);
		END LOOP;
	END $do$});
cmp_ok(sql(q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'evil'::regnamespace}), '>', 1000, 'traps are set');
my $evil = 'SET search_path = evil, pg_catalog;';
like(as_role('reader', "$evil SELECT lower('A'::pg_catalog.text)"), qr/lower\(\) runs as reader/, 'a function speaks up');
like(as_role('reader', "$evil SELECT 1::text"), qr/violates check constraint "trap"/, 'and a type');
my $superuser = sql('SELECT current_user');
my $run = sub {
	my ($statement) = @_;
	unlike(as_role("\"$superuser\"", "$evil $statement"), qr/runs as|"trap"|XX000/, "under a hostile search_path: $statement");
};
$run->($_) for "SELECT sqlite.detach('link')", "SELECT sqlite.attach('$dir/secret.db')", "SELECT * FROM sqlite.query('shop', 'SELECT id FROM item') AS q (id bigint)", 'SELECT id, name FROM shop.item', 'SELECT sum(id) FROM shop.item', 'ANALYZE shop.item', 'EXPLAIN SELECT * FROM shop.item',
	(map { "SELECT * FROM sqlite.$_('shop')" } qw(tables columns indexes foreign_keys views triggers inventory profile)),
	(map { "SELECT * FROM sqlite.$_('{shop}', 'moved')" } qw(assess suggest_spec plan)), "SELECT * FROM sqlite.conflicts('{shop,secret}')";
# Statements of plans and of IMPORT are run as if their caller had written them, under the caller's search_path: types, CHECKs, conditions.
sql("SELECT sqlite.detach('secret')");
sql("DO \$\$ DECLARE t text; BEGIN FOR t IN SELECT typname FROM pg_type WHERE typnamespace = 'evil'::regnamespace AND typtype = 'd' LOOP EXECUTE format('DROP DOMAIN evil.%I', t); END LOOP; END \$\$");
sql("SELECT sqlite.attach('$dir/secret.db')");
sql("CALL sqlite.migrate('{shop}', 'moved')");
sql("CALL sqlite.migrate('{secret}', 'moved2', '{\"workers\": 2, \"backup\": \"$dir/backups\"}')");
my @jobs = split /\n/, sql(q{SELECT job FROM sqlite.jobs WHERE kind = 'migrate' AND state = 'done' ORDER BY job});
is(scalar @jobs, 2, 'both are done');
$run->($_) for "SELECT * FROM sqlite.rehearse('{shop}', 'moved3')", 'SELECT sqlite.report()', (map { ("SELECT sqlite.report($_)", "SELECT sqlite.report_text($_)", "SELECT sqlite.report_html($_)", "SELECT * FROM sqlite.validate($_)", "SELECT * FROM sqlite.validate_constraints($_)", "SELECT sqlite.assert_valid($_)", "SELECT * FROM sqlite.differences($_, 'item')", "SELECT sqlite.rollback_sql($_)") } @jobs), 'SELECT * FROM sqlite.progress', "SELECT * FROM sqlite.digest('moved.item')",
	"SELECT * FROM sqlite.validate('shop.item'::pg_catalog.regclass, 'moved.item'::pg_catalog.regclass)", "SELECT * FROM sqlite.reset_sequences('moved')", "SELECT sqlite.backup('shop', '$dir/backups')", "SELECT * FROM sqlite.validate_queries('shop', 'moved', '{\"q\": \"SELECT id FROM item\"}')",
	(map { ("CALL sqlite.rollback($_)", "CALL sqlite.forget($_)") } @jobs), q{CALL sqlite.forget(older_than => '1 day')}, q{CALL sqlite.load('public.hidden', 'SELECT 7')}, "SELECT sqlite.detach('secret')", 'SELECT * FROM sqlite.connections()', 'SELECT sqlite.disconnect_all()';
is(sql('SELECT count(*) FROM public.hidden'), '1', 'and it was done');
$node->stop;
done_testing();
