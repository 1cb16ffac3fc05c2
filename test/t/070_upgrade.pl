# From every released version to this one. After ALTER EXTENSION UPDATE the catalogs say of the extension's objects what they say of a
# fresh installation's; what the earlier version wrote of its jobs is still reported, mended, resumed and taken back; and until then
# everything that depends on the objects says what to do, while foreign tables go on.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../upgrade";
use Objects qw(objects differing);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::RealBin/..";
my $node = PostgreSQL::Test::Cluster->new('upgrade');
$node->init;
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
my ($current) = $node->safe_psql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'pg_sqlite'});
my @released = split /\n/, $node->safe_psql('postgres', qq{SELECT version FROM pg_available_extension_versions WHERE name = 'pg_sqlite' AND version <> '$current' ORDER BY version});
isnt("@released", '', 'there are earlier versions');

# What psql says to standard error, SQLSTATE included, or else its output.
sub outcome
{
	my ($database, $sql, $role) = @_;
	my ($out, $err);
	$node->psql($database, ($role ? "SET ROLE $role; " : '') . $sql, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out;
}

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION pg_sqlite');
my $fresh = objects($node, 'fresh');
foreach my $part ('member', 'function', 'relation', 'column', 'constraint', 'index', 'policy', 'trigger', 'rule', 'comment', 'first privileges', 'dependency', 'extension', 'schema', 'wrapper')
{
	cmp_ok(scalar(grep { /^\Q$part\E \|/ } @$fresh), '>', 0, "the comparison knows of each $part");
}
is(join("\n", grep { /^unknown kind/ } @$fresh), '', 'and each kind of object that there is');

foreach my $version (@released)
{
	isnt($node->safe_psql('postgres', "SELECT path FROM pg_extension_update_paths('pg_sqlite') WHERE source = '$version' AND target = '$current'"), '', "$version: there is a way to $current");
	(my $database = "from_$version") =~ tr/./_/;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	is(outcome($database, "CREATE EXTENSION pg_sqlite VERSION '$version'"), '', "$version: the library has what its script names");
	isnt(differing($fresh, objects($node, $database)), '', "$version: has other objects");
	is(outcome($database, 'ALTER EXTENSION pg_sqlite UPDATE'), '', "$version: is updated");
	is(differing($fresh, objects($node, $database)), '', "$version: and then is as a fresh installation");
	is(outcome($database, 'SELECT count(*) FROM sqlite.connections()'), '0', "$version: and works");
	is(outcome($database, 'DROP EXTENSION pg_sqlite'), '', "$version: and goes");
	is($node->safe_psql($database, q{SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'sqlite'::regnamespace}), '0', "$version: with all that was in its schema");
}

# The comparison sees what it is for.
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION pg_sqlite');
foreach my $change (
	[ 'ALTER FUNCTION sqlite.attach(text, text, text) STRICT', 'ALTER FUNCTION sqlite.attach(text, text, text) CALLED ON NULL INPUT' ],
	[ 'REVOKE EXECUTE ON FUNCTION sqlite.version() FROM PUBLIC', undef ],
	[ "COMMENT ON TABLE sqlite.jobs IS 'other'", undef ],
	[ 'ALTER TABLE sqlite.jobs DISABLE ROW LEVEL SECURITY', 'ALTER TABLE sqlite.jobs ENABLE ROW LEVEL SECURITY' ],
	[ 'ALTER TABLE sqlite.jobs ALTER workers SET DEFAULT 2', undef ],
	[ 'ALTER TABLE sqlite.rejects ADD COLUMN more int', 'ALTER TABLE sqlite.rejects DROP COLUMN more' ],
	[ 'ALTER TABLE sqlite.rejects ADD CHECK (id > 0)', undef ],
	[ 'ALTER POLICY own ON sqlite.jobs USING (true)', undef ],
	[ 'GRANT DELETE ON sqlite.jobs TO PUBLIC', undef ],
	[ 'CREATE INDEX more ON sqlite.rejects (id)', 'DROP INDEX sqlite.more' ],
	[ 'ALTER EXTENSION pg_sqlite DROP FUNCTION sqlite.detach(text)', undef ],
	[ 'ALTER TABLE sqlite.rejects DISABLE TRIGGER check_reject', undef ])
{
	my $before = objects($node, 'other');
	$node->safe_psql('other', $change->[0]);
	isnt(differing($before, objects($node, 'other')), '', "a difference: $change->[0]");
	next if !$change->[1];
	$node->safe_psql('other', $change->[1]);
	is(differing($before, objects($node, 'other')), '', 'and none when it is undone');
}

# Jobs of 0.1.0: two migrations by a role without other rights, the second of which failed, and a load; rejects open in each.
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/store.db", q{
	CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
	CREATE TABLE item (id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES maker, name TEXT, quantity INTEGER, made DATE);
	INSERT INTO maker VALUES (1, 'one'), (2, 'two');
	INSERT INTO item VALUES (1, 1, 'bolt', 10, '2024-01-01'), (2, 1, 'nut', 'many', '2024-01-02'), (3, 2, 'gear', 3, '2024-02-30'),
		(4, 2, 'axle', 4, NULL), (5, 9, 'lost', 5, '2024-03-01'), (6, 1, 'pin', 1, '2024-03-01');});
$node->safe_psql('postgres', q{CREATE DATABASE jobs; CREATE ROLE mover LOGIN IN ROLE pg_read_server_files; CREATE ROLE other LOGIN; GRANT CREATE, TEMPORARY ON DATABASE jobs TO mover});
$node->safe_psql('jobs', q{CREATE EXTENSION pg_sqlite VERSION '0.1.0'});
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "store=$dir/store.db", '-d', $node->connstr('jobs'), '-f', "$test/upgrade/0.1.0.sql" ], 'a database of 0.1.0');
my @tables = qw(jobs job_steps job_tables job_chunks rejects);
my %rows = map { $_ => $node->safe_psql('jobs', "SELECT count(*) FROM sqlite.$_") } @tables;

# Between the new package and the update.
my $told = qr/55000: *extension "pg_sqlite" has objects of version 0\.1\.0 in this database, and its library is \Q$current\E\nHINT: *Run ALTER EXTENSION pg_sqlite UPDATE; /;
like(outcome('jobs', $_, 'mover'), $told, "not yet: $_") for 'SELECT sqlite.version()', 'SELECT sqlite.report(1)', "CALL sqlite.migrate('{store}', 'app3')", 'CALL sqlite.rollback(1)', 'SELECT * FROM sqlite.connections()', "UPDATE sqlite.rejects SET state = 'ignored'";
$node->safe_psql('jobs', q{SET ROLE mover; CREATE SCHEMA live; CREATE FOREIGN TABLE live.maker (id bigint, name text) SERVER store});
is(outcome('jobs', 'SELECT name FROM live.maker WHERE id = 2', 'mover'), 'two', 'foreign tables are read all the while');
is(outcome('jobs', q{SELECT sqlite.parse_date('2024-02-03'), sqlite.try_parse_numeric('x') IS NULL, sqlite.is_email('a@b.example')}, 'mover'), '2024-02-03|t|t', 'and values converted');

like(outcome('jobs', 'ALTER EXTENSION pg_sqlite UPDATE', 'mover'), qr/42501/, 'an update is for the owner');
# What is made anew has nothing that uses it; whoever has such a thing is told its name and what to do, and nothing is half done.
$node->safe_psql('jobs', q{CREATE SCHEMA mine; CREATE VIEW mine."the version" AS SELECT sqlite.version() AS v; CREATE VIEW mine.jobs AS SELECT job, owner FROM sqlite.jobs;
	CREATE POLICY mine ON sqlite.jobs USING (owner = 'x'); CREATE INDEX mine ON sqlite.jobs (owner); CREATE VIEW mine.fine AS SELECT job, state FROM sqlite.jobs});
like(outcome('jobs', 'ALTER EXTENSION pg_sqlite UPDATE'), qr/2BP01: .*DETAIL: *They are: policy mine on table (?:sqlite\.)?jobs, view mine\."the version", view mine\.jobs\.\nHINT: *Drop them, update, and create them again: /s, 'views of what is made anew are named');
is($node->safe_psql('jobs', q{SELECT extversion FROM pg_extension WHERE extname = 'pg_sqlite'}), '0.1.0', 'and nothing is updated');
$node->safe_psql('jobs', q{DROP VIEW mine."the version", mine.jobs; DROP POLICY mine ON sqlite.jobs; DROP INDEX sqlite.mine});
is(outcome('jobs', 'ALTER EXTENSION pg_sqlite UPDATE'), '', 'is made');
is($node->safe_psql('jobs', "SELECT count(*) FROM sqlite.$_"), $rows{$_}, "$_: every record is kept") for @tables;
is($node->safe_psql('jobs', q{SELECT value FROM sqlite.version() WHERE name = 'pg_sqlite objects'}), $current, 'version() says so');

# Reports, by its owner and by nobody else.
like(outcome('jobs', 'SELECT sqlite.report_text(1)', 'mover'), qr/^Job 1: migrate of store into app, done\n.*Proof: 8 read = 5 written \+ 3 rejected \+ 0 skipped\n.*Rows that did not fit: 3 open/s, 'a report on a job of 0.1.0');
like(outcome('jobs', 'SELECT sqlite.report_text(3)', 'mover'), qr/^Job 3: migrate of store into app2, failed\n.*Error 22P02: 2 rows do not fit their target/s, 'and on one that failed');
like(outcome('jobs', 'SELECT sqlite.report(1)', 'other'), qr/42704.*job 1 does not exist/, 'to its owner alone');
is(outcome('jobs', 'SELECT count(*) FROM sqlite.rejects', 'other'), '0', 'like the rejected rows');

# Mended by hand, and at the source.
is(outcome('jobs', q{UPDATE sqlite.rejects SET row = jsonb_set(row, '{quantity}', '{"class": "integer", "value": 7}') WHERE job = 1 AND rowid = 2 RETURNING mended}, 'mover'), 't', 'a rejected row is mended');
like(outcome('jobs', 'CALL sqlite.retry_rejects(1, from_stored => true)', 'mover'), qr/1 loaded, 2 still open/, 'and loaded');
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/store.db", q{UPDATE item SET quantity = 7 WHERE id = 2; UPDATE item SET made = '2024-02-29' WHERE id = 3; UPDATE item SET maker_id = 1 WHERE id = 5});
like(outcome('jobs', 'CALL sqlite.retry_rejects(1)', 'mover'), qr/2 loaded, 0 still open/, 'so is what was mended at the source');
is($node->safe_psql('jobs', q{SELECT string_agg(format('%s:%s:%s', id, quantity, made), ' ' ORDER BY id) FROM app.item}), '1:10:2024-01-01 2:7:2024-01-02 3:3:2024-02-29 4:4: 5:5:2024-03-01 6:1:2024-03-01', 'all rows are there');
is($node->safe_psql('jobs', q{SET ROLE mover; SELECT string_agg(status, ',') FROM sqlite.validate(1)}), 'identical,identical', 'and proven');
$node->safe_psql('jobs', q{ALTER TABLE app.stock DROP CONSTRAINT stock_quantity_check});
like(outcome('jobs', 'CALL sqlite.retry_rejects(2, from_stored => true)', 'mover'), qr/1 loaded, 0 still open/, 'the load, too');

# The one that failed goes on. Copies that 0.1.0 kept, of it and of a job that nothing is known of, go with it.
my $kept = $node->data_dir . '/pg_sqlite';
my $of_database = "$kept/" . $node->safe_psql('jobs', 'SELECT oid FROM pg_database WHERE datname = current_database()');
mkdir $_ or die "$_: $!" for $kept, $of_database, "$of_database/3", "$of_database/99";
append_to_file("$of_database/$_/1.db", 'a copy') for 3, 99;
like(outcome('jobs', 'CALL sqlite.resume(3)', 'mover'), qr/^\s*3$|^3$/m, 'a failed migration is resumed');
is($node->safe_psql('jobs', 'SELECT (SELECT count(*) FROM app2.maker), (SELECT count(*) FROM app2.item)'), '2|6', 'to its end');
ok(!-e $kept, 'no copy is left where 0.1.0 kept them') or diag(join ' ', glob "$of_database/*");

# The way back, and the numbers go on.
is(outcome('jobs', "CALL sqlite.rollback($_)", 'mover'), '', "job $_ is taken back") for 3, 2, 1;
is($node->safe_psql('jobs', q{SELECT string_agg(c.oid::regclass::text, ',' ORDER BY 1) FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'app%')}), 'app.stock', 'what they made is gone');
is($node->safe_psql('jobs', 'SELECT count(*) FROM app.stock'), '0', 'and what they wrote');
is($node->safe_psql('jobs', 'SET ROLE mover; CALL sqlite.migrate($${store}$$, $$app$$)'), '4', 'the next job has the next number');
like(outcome('jobs', "CALL sqlite.forget($_); SELECT count(*) FROM sqlite.jobs WHERE job = $_", 'mover'), qr/^0$/m, "job $_ is forgotten") for 1, 2, 3;
$node->stop;
done_testing();
