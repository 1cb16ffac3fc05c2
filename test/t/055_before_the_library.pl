# What others have prepared before the extension comes: settings named before its library is loaded, and a schema "sqlite"
# with an owner, rights or objects that are not its own.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('before');
mkdir "$dir/allowed" or die $!;
foreach my $file ('allowed/in.db', 'out.db')
{
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/$file", 'CREATE TABLE item (id INTEGER PRIMARY KEY); INSERT INTO item VALUES (1)');
}

sub try_as
{
	my ($role, $statements, @more) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $statements, extra_params => [ '-v', 'VERBOSITY=verbose', '-U', $role, @more ]);
	return "$out$err";
}
my $superuser = sql('SELECT current_user');

# Schemas. What is refused leaves no extension behind.
sql('CREATE ROLE mallory LOGIN; CREATE ROLE second SUPERUSER; GRANT CREATE ON DATABASE postgres TO mallory');
sub refused
{
	my ($what, $prepare, $detail) = @_;
	sql('DROP SCHEMA IF EXISTS sqlite CASCADE');
	sql($prepare);
	like(try_as($superuser, 'CREATE EXTENSION pg_sqlite'), qr/42501.*schema "sqlite" cannot be used for extension pg_sqlite.*$detail/s, "refused: $what");
	is(sql(q{SELECT count(*) FROM pg_extension WHERE extname = 'pg_sqlite'}), '0', 'and nothing is installed');
}
refused('a schema of somebody', 'CREATE SCHEMA sqlite AUTHORIZATION mallory', 'owned by role mallory');
refused('one that was left with rights', 'CREATE SCHEMA sqlite; GRANT CREATE ON SCHEMA sqlite TO mallory', 'Role mallory may create objects');
refused('one for everybody', 'CREATE SCHEMA sqlite; GRANT CREATE ON SCHEMA sqlite TO PUBLIC', 'Everybody may create objects');
my %objects = (
	'a function' => 'CREATE FUNCTION sqlite.format(text, jsonb) RETURNS text LANGUAGE sql RETURN NULL',
	'an operator' => 'CREATE FUNCTION sqlite.eq(text, name) RETURNS boolean LANGUAGE sql RETURN true; CREATE OPERATOR sqlite.= (LEFTARG = text, RIGHTARG = name, FUNCTION = sqlite.eq)',
	'a type' => 'CREATE DOMAIN sqlite.bigint AS integer', 'a table' => 'CREATE TABLE sqlite.jobs (job bigint)',
	'an aggregate' => 'CREATE AGGREGATE sqlite.sum(text) (SFUNC = textcat, STYPE = text)', 'a collation' => 'CREATE COLLATION sqlite.c (LOCALE = \'C\')');
$objects{'a function'} =~ s/LANGUAGE sql RETURN NULL/LANGUAGE sql AS 'SELECT NULL::text'/;
$objects{'an operator'} =~ s/LANGUAGE sql RETURN true/LANGUAGE sql AS 'SELECT true'/;
foreach my $what (sort keys %objects)
{
	refused($what, "CREATE SCHEMA sqlite AUTHORIZATION mallory; SET ROLE mallory; $objects{$what}; RESET ROLE; ALTER SCHEMA sqlite OWNER TO \"$superuser\"; REVOKE ALL ON SCHEMA sqlite FROM mallory", 'It holds ');
}
sql('DROP SCHEMA sqlite CASCADE; CREATE SCHEMA sqlite AUTHORIZATION second; CREATE EXTENSION pg_sqlite; DROP EXTENSION pg_sqlite; DROP SCHEMA sqlite');
pass('an empty schema of another superuser will do');

# An update looks, too: before, nothing did.
sql(q{CREATE SCHEMA sqlite AUTHORIZATION mallory; CREATE EXTENSION pg_sqlite VERSION '0.1.0'; CREATE ROLE "A b" LOGIN;
	INSERT INTO sqlite.jobs (kind, state, owner) VALUES ('load', 'done', 'mallory'), ('load', 'done', 'gone'), ('load', 'done', 'A b')});
like(try_as($superuser, 'ALTER EXTENSION pg_sqlite UPDATE'), qr/42501.*owned by role mallory/s, 'an update refuses them as well');
sql("SET ROLE mallory; CREATE FUNCTION sqlite.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'; RESET ROLE; ALTER SCHEMA sqlite OWNER TO \"$superuser\"; REVOKE CREATE ON SCHEMA sqlite FROM mallory");
like(try_as($superuser, 'ALTER EXTENSION pg_sqlite UPDATE'), qr/42501.*It holds function (sqlite\.)?mine\(\)/s, 'and what stands in them');
sql('DROP FUNCTION sqlite.mine(); ALTER EXTENSION pg_sqlite UPDATE');
is(sql('SELECT string_agg(owner::text, \',\' ORDER BY job) FROM sqlite.jobs'), 'mallory,-,"A b"', 'jobs belong to the roles that had their names');
is(try_as('A b', 'SELECT count(*) FROM sqlite.jobs'), '1', 'which see them');
is(sql("SELECT sqlite.report(3) ->> 'owner'"), 'A b', 'and are named');
sql('DROP EXTENSION pg_sqlite; DROP SCHEMA sqlite; CREATE EXTENSION pg_sqlite');
like(try_as('mallory', "CREATE FUNCTION sqlite.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"), qr/42501/, 'nobody else creates objects in it afterwards');

# Settings.
sql("CREATE SERVER inside FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/allowed/in.db'); CREATE SERVER outside FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/out.db');
	CREATE FOREIGN TABLE inside (id bigint) SERVER inside OPTIONS (table 'item'); CREATE FOREIGN TABLE outside (id bigint) SERVER outside OPTIONS (table 'item');
	GRANT SELECT ON inside, outside TO mallory; CREATE ROLE guest LOGIN; GRANT SELECT ON inside, outside TO guest");
my $refused = qr/42501.*lies in no allowed directory/s;
my $option = qr/42501.*permission denied to set parameter "pg_sqlite\.\w+"/s;
is(try_as('mallory', 'SELECT id FROM outside'), '1', 'as long as nothing is said, every directory');

sub tried
{
	my ($where) = @_;
	is(try_as('mallory', 'SELECT id FROM inside'), '1', "$where: what is allowed");
	like(try_as('mallory', 'SELECT id FROM outside'), $refused, "$where: what is not");
	foreach my $value ('', '/', "$dir", 'relative')
	{
		local $ENV{PGOPTIONS} = "-c pg_sqlite.allowed_directories=$value";
		like(try_as('mallory', 'SELECT id FROM outside'), $option, "$where: the start-up packet says '$value'");
		like(try_as('mallory', 'RESET pg_sqlite.allowed_directories; SELECT id FROM outside'), $option, 'and RESET does not help');
		like(try_as('mallory', "LOAD 'pg_sqlite'; SELECT id FROM outside"), qr/42501/, 'nor LOAD');
	}
	foreach my $set ("SET pg_sqlite.allowed_directories = ''", "SET pg_sqlite.allowed_directories = '/'", "SELECT set_config('pg_sqlite.allowed_directories', '', false)",
		"BEGIN; SET LOCAL pg_sqlite.allowed_directories = ''", "BEGIN; SAVEPOINT s; SET LOCAL pg_sqlite.allowed_directories = ''; SAVEPOINT t; SET LOCAL pg_sqlite.allowed_directories = '/'",
		"DO \$\$BEGIN SET pg_sqlite.allowed_directories = '/'; END\$\$", "CREATE FUNCTION pg_temp.f() RETURNS bigint LANGUAGE sql SET pg_sqlite.allowed_directories = '' AS 'SELECT id FROM public.outside'; SELECT pg_temp.f()",
		"RESET ALL", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; SET pg_sqlite.allowed_directories TO DEFAULT")
	{
		my $said = try_as('mallory', "$set; SELECT id FROM outside");
		like($said, qr/42501/, "$where: $set");
		unlike($said, qr/^1$/m, 'nothing is read');
	}
	like(try_as('mallory', "ALTER ROLE mallory SET pg_sqlite.allowed_directories = ''"), qr/42501/, "$where: nor by a setting of her own role");
	like(try_as('mallory', "SELECT id FROM inside; ALTER ROLE mallory SET pg_sqlite.allowed_directories = ''"), qr/42501/, 'with the library loaded');
	local $ENV{PGOPTIONS} = "-c pg_sqlite.allowed_directories=$dir";
	is(try_as($superuser, 'SELECT id FROM outside'), '1', "$where: a superuser's start-up packet may say it");
	is(try_as($superuser, 'SET ROLE mallory; SELECT id FROM outside'), '1', 'whatever role he sets');
}
sub reload { $node->reload; $node->poll_query_until('postgres', "SELECT current_setting('pg_sqlite.allowed_directories', true) IS NOT DISTINCT FROM '$_[0]'"); }

$node->append_conf('postgresql.conf', "pg_sqlite.allowed_directories = '$dir/allowed'");
reload("$dir/allowed");
tried('postgresql.conf');
$node->append_conf('postgresql.conf', "pg_sqlite.allowed_directories = ''");
reload('');
sql("LOAD 'pg_sqlite'; ALTER SYSTEM SET pg_sqlite.allowed_directories = '$dir/allowed'");
reload("$dir/allowed");
tried('ALTER SYSTEM');
sql("LOAD 'pg_sqlite'; ALTER SYSTEM RESET pg_sqlite.allowed_directories");
reload('');
sql("ALTER ROLE mallory SET pg_sqlite.allowed_directories = '$dir/allowed'");
tried('ALTER ROLE');
sql("ALTER ROLE mallory RESET pg_sqlite.allowed_directories; ALTER DATABASE postgres SET pg_sqlite.allowed_directories = '$dir/allowed'");
tried('ALTER DATABASE');
sql('ALTER DATABASE postgres RESET pg_sqlite.allowed_directories');

# A list that can't be read allows nothing, rather than everything.
$node->append_conf('postgresql.conf', "pg_sqlite.allowed_directories = 'relative'");
reload('relative');
like(try_as('mallory', 'SELECT id FROM inside'), qr/22023.*invalid value for parameter "pg_sqlite\.allowed_directories": "relative".*is not an absolute path/s, 'a list in postgresql.conf that is none');
$node->append_conf('postgresql.conf', "pg_sqlite.allowed_directories = ''");
reload('');

# Every setting of superusers, and none of the others.
foreach (split /\n/, sql(q{LOAD 'pg_sqlite'; SELECT name || ' ' || context || ' ' || boot_val FROM pg_settings WHERE name LIKE 'pg\_sqlite.%' ORDER BY name}))
{
	my ($name, $context, $value) = split / /, $_, 3;
	local $ENV{PGOPTIONS} = "-c $name=$value";
	my $said = try_as('guest', 'SELECT id FROM inside');
	$context eq 'superuser' ? like($said, qr/42501.*permission denied to set parameter "$name"/s, "$name in the start-up packet") : is($said, '1', "$name in the start-up packet");
}
# Loaded at the start of a session, the answer comes there.
$node->append_conf('postgresql.conf', "session_preload_libraries = 'pg_sqlite'");
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('session_preload_libraries') = 'pg_sqlite'});
{
	local $ENV{PGOPTIONS} = '-c pg_sqlite.allowed_directories=';
	like(try_as('guest', 'SELECT 1'), qr/permission denied to set parameter "pg_sqlite\.allowed_directories"/, 'session_preload_libraries: no session');
}
is(try_as('guest', 'SELECT id FROM inside'), '1', 'and one without it is a session');
$node->stop;
done_testing();
