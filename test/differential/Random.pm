# The random choices of the differential test. Perl's own generator is seeded for each database and for each
# query, so that one query can be repeated without those before it.
package Random;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(seed chance pick some between);

# Starts a sequence that depends on all the numbers given.
sub seed {
	my $state = 17;
	$state = ($state * 1_000_003 + $_ + 1) % 4_294_967_291 for @_;
	srand($state);
	rand() for 1 .. 3;    # neighbouring seeds begin alike
}

# True once in 1 / $probability times.
sub chance { return rand() < $_[0]; }

sub pick { return $_[ int rand @_ ]; }

sub between { my ($low, $high) = @_; return $low + int rand($high - $low + 1); }

# $count different elements of the list, in random order.
sub some {
	my ($count, @list) = @_;
	my @result;
	push @result, splice @list, int rand @list, 1 while @result < $count && @list;
	return @result;
}

1;
