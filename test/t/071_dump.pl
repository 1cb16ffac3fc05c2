# A database with servers, foreign tables, jobs and rejected rows through pg_dump, in each format, into the same cluster and into another
# whose roles have other numbers: everything is there, and goes on. So does a dump of every released version, which the new one reads.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::RealBin/..";
my $dir = PostgreSQL::Test::Utils::tempdir;
my $here = PostgreSQL::Test::Cluster->new('dumped');
my $there = PostgreSQL::Test::Cluster->new('restored');
my $roles = 'CREATE ROLE mover LOGIN IN ROLE pg_read_server_files; CREATE ROLE reader LOGIN;';
foreach my $node ($here, $there)
{
	$node->init;
	$node->start;
	$node->safe_psql('postgres', ($node == $there ? 'CREATE ROLE first; CREATE ROLE second; ' : '') . $roles);
}

sub sqlite { my ($sql) = @_; system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/store.db", $sql); }

sqlite(q{
	CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
	CREATE TABLE item (id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES maker, name TEXT, quantity INTEGER, made DATE);
	INSERT INTO maker VALUES (1, 'one'), (2, 'two');
	INSERT INTO item VALUES (1, 1, 'bolt', 10, '2024-01-01'), (2, 1, 'nut', 'many', '2024-01-02'), (3, 2, 'gear', 3, '2024-02-30'),
		(4, 2, 'axle', 4, NULL), (5, 9, 'lost', 5, '2024-03-01'), (6, 1, 'pin', 1, '2024-03-01');});
$here->safe_psql('postgres', 'CREATE DATABASE source; GRANT CREATE, TEMPORARY ON DATABASE source TO mover');
$here->safe_psql('source', 'CREATE EXTENSION pg_sqlite');
$here->safe_psql('source', qq{
	SET ROLE mover;
	CREATE SERVER store FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/store.db', on_error 'error', busy_timeout '1000');
	CREATE SCHEMA live;
	IMPORT FOREIGN SCHEMA main FROM SERVER store INTO live;
	ALTER FOREIGN TABLE live.item ALTER quantity OPTIONS (ADD on_error 'null');
	CREATE VIEW live.made AS SELECT count(*) FROM live.maker;
	GRANT USAGE ON FOREIGN SERVER store TO reader;
	GRANT USAGE ON SCHEMA live TO reader;
	GRANT SELECT ON live.maker TO reader;});
$here->safe_psql('source', q{SET ROLE mover; CALL sqlite.migrate('{store}', 'app', '{"on_error": "reject", "max_rejects": 10, "orphans": "reject"}')});
$here->safe_psql('source', q{SET ROLE mover; UPDATE sqlite.rejects SET row = jsonb_set(row, '{quantity}', '{"class": "integer", "value": 7}') WHERE rowid = 2});
$here->psql('source', q{SET ROLE mover; CALL sqlite.migrate('{store}', 'app2')}, stderr => \my $ignored);
$here->safe_psql('source', q{CREATE TABLE app.stock (id int PRIMARY KEY, quantity int CHECK (quantity > 3)); CALL sqlite.load('app.stock', 'SELECT id, quantity FROM app.item', 'reject')});

my @records = qw(jobs job_steps job_tables job_chunks job_log rejects);
my %said = (
	(map { $_ => "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM sqlite.$_ t" } @records),
	servers => q{SELECT string_agg(concat_ws(' ', srvname, srvowner::regrole, srvacl, ARRAY(SELECT o FROM unnest(srvoptions) AS o ORDER BY o)), E'\n') FROM pg_foreign_server},
	'foreign tables' => q{SELECT string_agg(concat_ws(' ', c.oid::regclass, c.relowner::regrole, c.relacl, t.ftoptions, (SELECT string_agg(concat_ws(' ', a.attname, a.atttypid::regtype, a.attfdwoptions), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)), E'\n' ORDER BY c.relname) FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid},
	rows => q{SELECT string_agg(i::text, E'\n' ORDER BY i.id) FROM live.item i WHERE made IS NULL OR id < 3},
	objects => slurp_file("$test/tools/extension_objects.sql"),
	(map { ("report $_" => "SELECT sqlite.report_text($_)") } 1 .. 3));
my %before = map { $_ => $here->safe_psql('source', $said{$_}) } sort keys %said;
isnt($before{$_}, '', "there are $_") for grep { $_ ne 'job_log' } sort keys %said;

# What lives on in a restored database; each is given another one.
sub lives_on
{
	my ($node, $database, $name) = @_;
	my $sql = sub { my ($role, $text) = @_; my ($out, $err); $node->psql($database, "SET ROLE $role; $text", stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]); return $err ne '' ? $err : $out; };
	is($node->safe_psql($database, $said{$_}), $before{$_}, "$name: $_") for sort keys %said;
	is($sql->('reader', 'SELECT count(*) FROM live.maker'), '2', "$name: grants hold");
	like($sql->('reader', 'SELECT sqlite.report(1)'), qr/42704.*job 1 does not exist/, "$name: jobs are their owner's");
	like($sql->('mover', 'CALL sqlite.retry_rejects(1, from_stored => true)'), qr/1 loaded, 2 still open/, "$name: a mended row is loaded");
	is($sql->('mover', "SELECT status FROM sqlite.validate(1) WHERE table_name = 'maker'"), 'identical', "$name: a job is validated");
	is($sql->('mover', 'CALL sqlite.rollback(1, force => true)') =~ /ERROR/ ? 'refused' : 'done', 'done', "$name: and taken back");
	is($sql->('mover', q{CALL sqlite.migrate('{store}', 'app3', '{"on_error": "reject", "max_rejects": 10, "orphans": "reject"}')}), '4', "$name: the next job has the next number");
	is($sql->('mover', 'SELECT min(id) FROM sqlite.rejects WHERE job = 4'), '7', "$name: and its rejects, too");
	is($sql->('mover', 'CALL sqlite.forget(1)'), '', "$name: a job is forgotten");
	is($node->safe_psql($database, "SELECT count(*) FROM sqlite.$_ WHERE job = 1"), '0', "$name: no $_ of a job that is forgotten") for @records;
}

my %format = (
	plain => sub { my ($from, $node, $to) = @_; [ [ 'pg_dump', '--no-sync', '-f', "$dir/dump.sql", '-d', $from ], [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/dump.sql", '-d', $node->connstr($to) ] ] },
	custom => sub { my ($from, $node, $to) = @_; [ [ 'pg_dump', '--no-sync', '-Fc', '-f', "$dir/dump.custom", '-d', $from ], [ 'pg_restore', '-e', '-d', $node->connstr($to), "$dir/dump.custom" ] ] },
	directory => sub { my ($from, $node, $to) = @_; [ [ 'pg_dump', '--no-sync', '-Fd', '-j', '2', '-f', "$dir/dump.folder", '-d', $from ], [ 'pg_restore', '-e', '-j', '2', '-d', $node->connstr($to), "$dir/dump.folder" ] ] });
foreach my $format (sort keys %format)
{
	my $node = $format eq 'plain' ? $here : $there;
	my $to = "from_$format";
	$node->safe_psql('postgres', "CREATE DATABASE $to; GRANT CREATE, TEMPORARY ON DATABASE $to TO mover");
	my ($dump, $restore) = @{ $format{$format}->($here->connstr('source'), $node, $to) };
	$here->command_ok($dump, "$format: pg_dump");
	$node->command_ok($restore, "$format: restored");
	lives_on($node, $to, $format);
}

# A role that owns its database but is not a superuser is stopped by row security, as pg_dump says; with --enable-row-security it
# takes its own jobs along.
$here->safe_psql('postgres', 'ALTER DATABASE source OWNER TO mover');
$here->safe_psql('source', 'GRANT SELECT ON app.stock TO mover');
$here->command_fails_like([ 'pg_dump', '--no-sync', '-U', 'mover', '-f', "$dir/mover.sql", '-d', $here->connstr('source') ], qr/row-level security/, 'pg_dump by another role than a superuser says what stops it');
$here->command_ok([ 'pg_dump', '--no-sync', '-U', 'mover', '--enable-row-security', '-f', "$dir/mover.sql", '-d', $here->connstr('source') ], 'and takes its own with --enable-row-security');
$here->safe_psql('postgres', 'CREATE DATABASE of_mover');
$here->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/mover.sql", '-d', $here->connstr('of_mover') ], 'which can be restored');
is($here->safe_psql('of_mover', q{SELECT string_agg(job::text, ',' ORDER BY job) FROM sqlite.jobs}), '1,2', 'without the jobs of others');

# What a released version has dumped, this one reads: its objects are made anew, so the records must fit them.
my ($current) = $here->safe_psql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'pg_sqlite'});
foreach my $version (split /\n/, $here->safe_psql('postgres', qq{SELECT version FROM pg_available_extension_versions WHERE name = 'pg_sqlite' AND version <> '$current' ORDER BY version}))
{
	(my $database = "of_$version") =~ tr/./_/;
	$here->safe_psql('postgres', "CREATE DATABASE $database; CREATE DATABASE from_$database; GRANT CREATE, TEMPORARY ON DATABASE $database, from_$database TO mover");
	$here->safe_psql($database, "CREATE EXTENSION pg_sqlite VERSION '$version'");
	$here->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "store=$dir/store.db", '-d', $here->connstr($database), '-f', "$test/upgrade/$version.sql" ], "$version: a database");
	$here->command_ok([ 'pg_dump', '--no-sync', '-f', "$dir/$version.sql", '-d', $here->connstr($database) ], "$version: pg_dump");
	$here->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/$version.sql", '-d', $here->connstr("from_$database") ], "$version: is restored");
	is($here->safe_psql("from_$database", 'SELECT extversion FROM pg_extension WHERE extname = $$pg_sqlite$$'), $current, "$version: as $current");
	like($here->safe_psql("from_$database", 'SET ROLE mover; SELECT sqlite.report_text(1)'), qr/^Job 1: migrate of store into app, done$/m, "$version: its jobs are reported");
	is($here->safe_psql("from_$database", "SET ROLE mover; SELECT status FROM sqlite.validate(1) WHERE table_name = 'maker'"), 'identical', "$version: and validated");
}
$_->stop for $here, $there;
done_testing();
