# What the catalogs say of the extension's objects, and how two installations differ in it.
package Objects;
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use PostgreSQL::Test::Utils;

our @EXPORT_OK = qw(objects differing);
my $query = slurp_file(dirname(__FILE__) . '/../tools/extension_objects.sql');

# The lines of tools/extension_objects.sql.
sub objects
{
	my ($node, $database) = @_;
	return [ split /\n/, $node->safe_psql($database, $query) ];
}

# The lines of the first that the second has not, and the other way round; empty where they are equal.
sub differing
{
	my ($left, $right) = @_;
	my (%left, %right);
	@left{@$left} = ();
	@right{@$right} = ();
	return join "\n", (map { "- $_" } grep { !exists $right{$_} } @$left), (map { "+ $_" } grep { !exists $left{$_} } @$right);
}

1;
