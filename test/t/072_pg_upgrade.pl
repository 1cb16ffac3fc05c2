# pg_upgrade with servers, foreign tables, jobs and rejected rows, of this version and of each released one: records and rows come
# along, the objects are as a fresh installation's, and the jobs go on.
#
# Environment: PG_SQLITE_OLD_BINDIR, the programs of an older PostgreSQL that has this version of the extension, too. Without it
# pg_upgrade goes from a cluster of this PostgreSQL to another.
use strict;
use warnings;
use File::Basename qw(dirname);
use FindBin;
use lib "$FindBin::RealBin/../upgrade";
use Objects qw(objects differing);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::RealBin/..";
my $dir = PostgreSQL::Test::Utils::tempdir;
my $new = PostgreSQL::Test::Cluster->new('new');
my $old = PostgreSQL::Test::Cluster->new('old', $ENV{PG_SQLITE_OLD_BINDIR} ? (install_path => dirname($ENV{PG_SQLITE_OLD_BINDIR})) : ());
my $old_bindir = $ENV{PG_SQLITE_OLD_BINDIR} // $new->config_data('--bindir');
my ($old_major) = `'$old_bindir/postgres' --version` =~ /(\d+)/;
my ($new_major) = `postgres --version` =~ /(\d+)/;
cmp_ok($old_major, '<=', $new_major, "from $old_major to $new_major");
my @common = ('--locale', 'C', '--encoding', 'UTF8');
$old->init(force_initdb => 1, extra => [@common]);
$new->init(force_initdb => 1, extra => [ @common, $old_major < 18 && $new_major >= 18 ? '--no-data-checksums' : () ]);
$old->start;

sub sqlite { my ($sql) = @_; system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/store.db", $sql); }

sqlite(q{
	CREATE TABLE maker (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
	CREATE TABLE item (id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES maker, name TEXT, quantity INTEGER, made DATE);
	INSERT INTO maker VALUES (1, 'one'), (2, 'two');
	INSERT INTO item VALUES (1, 1, 'bolt', 10, '2024-01-01'), (2, 1, 'nut', 'many', '2024-01-02'), (3, 2, 'gear', 3, '2024-02-30'),
		(4, 2, 'axle', 4, NULL), (5, 9, 'lost', 5, '2024-03-01'), (6, 1, 'pin', 1, '2024-03-01');});
$old->safe_psql('postgres', 'CREATE ROLE mover LOGIN IN ROLE pg_read_server_files; CREATE ROLE other LOGIN');
my $current = $old->safe_psql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'pg_sqlite'});
my @versions = ($current, split /\n/, $old->safe_psql('postgres', qq{SELECT version FROM pg_available_extension_versions WHERE name = 'pg_sqlite' AND version <> '$current' ORDER BY version}));
my %database = map { $_ => 'of_' . tr/./_/r } @versions;
foreach my $version (@versions)
{
	$old->safe_psql('postgres', "CREATE DATABASE $database{$version}; GRANT CREATE, TEMPORARY ON DATABASE $database{$version} TO mover");
	$old->safe_psql($database{$version}, "CREATE EXTENSION pg_sqlite VERSION '$version'");
	if ($version ne $current)
	{
		$old->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "store=$dir/store.db", '-d', $old->connstr($database{$version}), '-f', "$test/upgrade/$version.sql" ], "a database of $version");
		next;
	}
	$old->safe_psql($database{$version}, qq{SET ROLE mover; CREATE SERVER store FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/store.db')});
	$old->safe_psql($database{$version}, q{SET ROLE mover; CALL sqlite.migrate('{store}', 'app', '{"on_error": "reject", "max_rejects": 10, "orphans": "reject"}')});
	$old->safe_psql($database{$version}, q{SET ROLE mover; CREATE TABLE app.stock (id int PRIMARY KEY, quantity int CHECK (quantity > 3)); CALL sqlite.load('app.stock', 'SELECT id, quantity FROM app.item', 'reject')});
	$old->psql($database{$version}, q{SET ROLE mover; CALL sqlite.migrate('{store}', 'app2')}, stderr => \my $ignored);
}
$old->safe_psql($_, q{SET ROLE mover; CREATE SCHEMA live; CREATE FOREIGN TABLE live.maker (id bigint, name text OPTIONS (on_error 'null')) SERVER store}) for values %database;

my %said = (
	(map { $_ => "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM sqlite.$_ t" } qw(jobs job_steps job_tables job_chunks job_log rejects)),
	servers => q{SELECT string_agg(concat_ws(' ', srvname, srvowner::regrole, srvacl, ARRAY(SELECT o FROM unnest(srvoptions) AS o ORDER BY o)), E'\n') FROM pg_foreign_server},
	rows => q{SELECT string_agg(i::text, E'\n' ORDER BY i.id) FROM app.item i},
	live => q{SELECT string_agg(m::text, E'\n' ORDER BY m.id) FROM live.maker m});
my %before;
foreach my $version (@versions)
{
	$before{"$version $_"} = $old->safe_psql($database{$version}, $said{$_}) for keys %said;
}
isnt($before{"$_ rejects"}, '', "rejected rows of $_") for @versions;
$old->stop;

# It writes where it stands.
chdir $dir or die $!;
$new->command_ok([ 'pg_upgrade', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $old_bindir, '-B', $new->config_data('--bindir'), '-s', $new->host, '-p', $old->port, '-P', $new->port ], 'pg_upgrade');
$new->start;
$new->safe_psql('postgres', 'CREATE DATABASE fresh');
$new->safe_psql('fresh', 'CREATE EXTENSION pg_sqlite');
# A body that went through pg_dump may have other brackets.
sub without_bodies { my ($node, $database) = @_; return [ map { s/ BEGIN ATOMIC .*END\s+(?=\{)/ /r } @{ objects($node, $database) } ]; }
my $fresh = without_bodies($new, 'fresh');

sub as_mover
{
	my ($database, $sql) = @_;
	my ($out, $err);
	$new->psql($database, "SET ROLE mover; $sql", stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out;
}

foreach my $version (@versions)
{
	my $database = $database{$version};
	is($new->safe_psql($database, $said{$_}), $before{"$version $_"}, "$version: $_") for sort keys %said;
	is($new->safe_psql($database, q{SELECT extversion FROM pg_extension WHERE extname = 'pg_sqlite'}), $version, "$version: objects are of that version still");
	$new->safe_psql($database, 'ALTER EXTENSION pg_sqlite UPDATE') if $version ne $current;
	is(differing($fresh, without_bodies($new, $database)), '', "$version: objects are as those of a fresh installation");
	like(as_mover($database, 'SELECT sqlite.report_text(1)'), qr/^Job 1: migrate of store into app, done\n.*Rows that did not fit: 3 open/s, "$version: a report");
	is(as_mover($database, q{UPDATE sqlite.rejects SET row = jsonb_set(row, '{quantity}', '{"class": "integer", "value": 7}') WHERE job = 1 AND rowid = 2 RETURNING mended}), 't', "$version: a row is mended");
	like(as_mover($database, 'CALL sqlite.retry_rejects(1, from_stored => true)'), qr/1 loaded, 2 still open/, "$version: and loaded");
	is(as_mover($database, "SELECT status FROM sqlite.validate(1) WHERE table_name = 'maker'"), 'identical', "$version: a job is validated");
	like(as_mover($database, 'CALL sqlite.rollback(2)'), qr/can't be told from others/, "$version: rows in a table that was there are not taken for the job's");
	unlike(as_mover($database, 'CALL sqlite.rollback(1, force => true)'), qr/ERROR/, "$version: what a job made is taken back");
	is($new->safe_psql($database, q{SELECT to_regclass('app.item') IS NULL AND to_regclass('app.stock') IS NOT NULL}), 't', "$version: and nothing else");
}
sqlite(q{UPDATE item SET quantity = 7 WHERE id = 2; UPDATE item SET made = '2024-02-29' WHERE id = 3; UPDATE item SET maker_id = 1 WHERE id = 5});
foreach my $version (@versions)
{
	unlike(as_mover($database{$version}, 'CALL sqlite.resume(3)'), qr/ERROR/, "$version: a failed migration is resumed");
	is($new->safe_psql($database{$version}, 'SELECT count(*) FROM app2.item'), '6', "$version: to its end");
	is(as_mover($database{$version}, q{CALL sqlite.migrate('{store}', 'app4')}), '4', "$version: the next job has the next number");
}
$new->stop;
done_testing();
