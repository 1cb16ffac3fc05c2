# What psql prints of demo.sql (ECHO all), made readable: its settings and messages of sections are shown by what they do; the sample is
# named as a person would type it, by its path, which is the argument; a line is 118 columns long at most, in what can be broken.
use strict;
use warnings;
use open qw(:std :encoding(UTF-8));

my $width = 118;
my ($sample) = @ARGV;
$| = 1;

sub broken
{
	my ($line) = @_;
	return $line if length $line <= $width;
	my ($indent) = $line =~ /^(\s*(?:-- )?)/;
	$indent = $indent eq '' ? '    ' : $indent =~ /-/ ? $indent : "$indent  ";
	my @lines;
	while (length $line > $width)
	{
		my $at = rindex $line, ' ', $width;
		$at = index $line, ' ', $width if $at < length($indent) + 20;
		last if $at < 0;
		push @lines, substr $line, 0, $at;
		$line = $indent . substr $line, $at + 1;
	}
	return join "\n", @lines, $line;
}

while (my $line = <STDIN>)
{
	chomp $line;
	next if $line =~ /^\\(?:echo|pset|set)\b/;
	$line =~ s/^psql:<stdin>:\d+: //;
	$line =~ s/:'db'/'$sample'/g if defined $sample;
	$line =~ s/\s+$//;
	print broken($line), "\n";
}
