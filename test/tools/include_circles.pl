#!/usr/bin/env perl
# include_circles.pl [ROOT]: fails where folders of src include each other in a circle, and names the includes of the shortest way round.
# A folder and the folders inside it count as one house: what they include of each other is no circle.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Find qw(find);

my $root = shift // dirname(__FILE__) . '/../..';
my %includes;    # folder → folder → first include
find(
	{
		no_chdir => 1,
		wanted => sub {
			return unless /\.[ch]pp$/;
			my $file = $_ =~ s/^\Q$root\E\/src\///r;
			my $from = dirname($file);
			open my $source, '<', $_ or die "$_: $!\n";
			while (my $line = <$source>) {
				my ($to) = $line =~ m{^#include "((?:core|pg)/[^"]+)"} or next;
				$to = dirname($to);
				next if "$from/" =~ m{^\Q$to\E/} || "$to/" =~ m{^\Q$from\E/};
				$includes{$from}{$to} //= "$file: " . $line =~ s/\s+$//r;
			}
		},
	},
	"$root/src");

my $circles = 0;
my %told;
for my $start (sort keys %includes) {
	# Breadth first, so that the way back is the shortest.
	my %before;
	my @queue = ($start);
	search: while (defined(my $folder = shift @queue)) {
		for my $next (sort keys %{ $includes{$folder} // {} }) {
			if ($next eq $start) {
				my @way = ($folder);
				unshift @way, $before{ $way[0] } while $way[0] ne $start;
				last search if $told{ join ' ', sort @way }++;
				$circles++;
				print "circle: @way $start\n";
				push @way, $start;
				print "    $includes{ $way[$_] }{ $way[ $_ + 1 ] }\n" for 0 .. $#way - 1;
				last search;
			}
			next if exists $before{$next};
			$before{$next} = $folder;
			push @queue, $next;
		}
	}
}
print $circles ? "$circles circles\n" : 'no circle among ' . keys(%includes) . " folders\n";
exit($circles ? 1 : 0);
