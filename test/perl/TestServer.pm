# A PostgreSQL server for one test script, and the sqlite3 shell beside it.
package TestServer;
use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(start_server sqlite sql try_sql try_all dump_of last_job);

my ($node, $dir);

# Starts the script's server with lines of postgresql.conf. Gives its node, and a directory of the script's own, in which
# sqlite() has its files.
sub start_server
{
	my ($name, @settings) = @_;
	$node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', join "\n", @settings);
	$node->start;
	$dir = PostgreSQL::Test::Utils::tempdir;
	return ($node, $dir);
}

# Runs SQL in a file of the script's directory, or of another where the path is absolute; the script ends where it fails.
sub sqlite
{
	my ($file, @sql) = @_;
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', $file =~ m{^/} ? $file : "$dir/$file", @sql);
	return;
}

# What statements print; the script ends where one fails.
sub sql
{
	my ($statements) = @_;
	return $node->safe_psql('postgres', $statements);
}

# What psql says of statements that may fail, up to the first that does.
sub try_sql
{
	my ($statements, %options) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $statements, %options);
	return "$out$err";
}

# The same of all of them, output and errors on lines of their own.
sub try_all
{
	my ($statements) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $statements, on_error_stop => 0);
	return "$out\n$err";
}

# A schema as pg_dump has it, without what may come in any order.
sub dump_of
{
	my ($schema) = @_;
	my ($out, $err) = run_command([ 'pg_dump', '-d', $node->connstr('postgres'), '-n', $schema, '--no-owner' ]);
	return join "\n", sort grep { !/^(--|SET |SELECT pg_catalog\.set_config|\\)/ } split /\n/, $out;
}

# The number of the newest job.
sub last_job { return sql('SELECT max(job) FROM sqlite.jobs') }

1;
