# What the tables of a migration hold against what SQLite holds, by code that shares nothing with the extension: the sqlite3 shell
# gives the cells, PostgreSQL its values as texts, and each is judged by the class of the cell and the type of the column.
package Held;
use strict;
use warnings;
use JSON::PP;
use Source;

my $json = JSON::PP->new->allow_nonref;

# Specs after which a value is meant to be another one, or a row can't be found by its rowid.
my $other_values = qr/"(?:convert|default|default_sql|rules|keys|upsert|match|target|merge|primary_key|partition_by|encoding)"/;

# The job's tables: name, target, created, written, changes (values that policies changed, as the account has them), there (rows);
# where the values can be compared, differing (values that are other ones), example.
sub tables {
	my ($case) = @_;
	my (%columns, %rows, @tables);
	for (split /\n/, $case->{rows}{held}) {
		utf8::decode($_);
		my $line = eval { $json->decode($_) } or next;
		my ($what, $target, $list) = @$line;
		if ($what eq 'columns') { $columns{$target} = $list }
		if ($what eq 'row') { push @{ $rows{$target} }, $list }
	}
	my %filled;
	for ($case->{rows}{tables} =~ /^table\|(.*)/mg) {
		my ($name, $read, $written, $changes, $created, $target, $server) = /^(.*?)\|(\d+)\|(\d+)\|\d+\|\d+\|(\{.*?\})\|\d+\|\d+\|\d+\|([tf])\|(.*)\|(\w+)$/ or next;
		my $table = { name => $name, target => $target, created => $created eq 't', written => $written, changes => 0, there => scalar @{ $rows{$target} // [] } };
		$table->{changes} += $_ for values %{ $json->decode($changes) };
		$filled{$target}++;
		push @tables, $table;
		next if !$table->{created} || $case->document =~ $other_values || !$columns{$target};
		compare($case, $table, $server, $columns{$target}, $rows{$target} // []);
	}
	$filled{ $_->{target} } > 1 and delete @$_{qw(differing created)} for @tables;
	return @tables;
}

# Only tables whose rowid is a column: id.
sub compare {
	my ($case, $table, $server, $columns, $rows) = @_;
	my ($place_of) = grep { $case->{servers}[$_] eq $server } 0 .. $#{ $case->{servers} };
	my $file = ($case->files)[$place_of];
	my ($declared) = grep { /^CREATE TABLE \Q${\ Source::identifier($table->{name}) }\E \("id" INTEGER PRIMARY KEY/ } @{ $case->{sources}[$place_of] } or return;
	my %place = map { $columns->[$_][0] =~ tr/A-Z/a-z/r => $_ } 0 .. $#$columns;
	my $name = Source::identifier($table->{name});
	my @names = split /\n/, shell($file, "SELECT hex(name) FROM pragma_table_xinfo('" . $table->{name} =~ s/'/''/gr . "') WHERE hidden = 0 ORDER BY cid");
	for (@names) { $_ = pack 'H*', $_; utf8::decode($_); }
	my $list = join ' || \'|\' || ', map { my $n = Source::identifier($_); "typeof($n) || ' ' || hex($n) || ' ' || CASE typeof($n) WHEN 'real' THEN printf('%!.17g', $n) WHEN 'integer' THEN $n ELSE '' END" } @names;
	my %cells;
	for (split /\n/, shell($file, "SELECT id || ':' || $list FROM $name")) { my ($id, $rest) = split /:/, $_, 2; $cells{$id} = [ map { [ split / /, $_, 3 ] } split /\|/, $rest ]; }
	return if !defined $place{id} || $columns->[ $place{id} ][1] ne 'bigint';
	$table->{differing} = 0;
	for my $row (@$rows) {
		my $cells = $cells{ $row->[ $place{id} ] };
		if (!$cells) { $table->{differing} += 1000; $table->{example} = "row $row->[$place{id}] is not SQLite's"; next; }
		for my $i (0 .. $#names) {
			my $column = $names[$i] =~ tr/A-Z/a-z/r;
			my $at = $place{$column} // $place{ Source::cut($column) } // next;
			next if same($cells->[$i], $row->[$at], $columns->[$at][1]);
			$table->{differing}++;
			$table->{example} = "column $column of row $row->[$place{id}]: @{ $cells->[$i] }[0, 1] became " . ($row->[$at] // 'NULL');
		}
	}
	return;
}

sub shell {
	my ($file, $sql) = @_;
	utf8::encode($sql);
	open my $shell, '-|', 'sqlite3', '-readonly', '-init', '/dev/null', '-batch', $file, $sql or die $!;
	local $/;
	return <$shell> // '';
}

# cell: class, its bytes in hexadecimal digits, its number; held: as PostgreSQL writes it.
sub same {
	my ($cell, $held, $type) = @_;
	my ($class, $hex, $number) = @$cell;
	return !defined $held if $class eq 'null';
	return 0 if !defined $held;
	my $bytes = pack 'H*', $hex;
	if ($type eq 'bytea') { return 1 if lc("\\x$hex") eq $held && $class =~ /text|blob/; return $class !~ /text|blob/ && equals($number, pack 'H*', substr $held, 2); }
	if ($type eq 'boolean') { my $value = $class eq 'integer' ? $number : $class eq 'real' ? 0 + $number : lc $bytes; return ($value =~ /^(?:1|t|true|y|yes|on)$/ ? 'true' : 'false') eq $held; }
	if ($type =~ /^(?:bigint|integer|smallint|numeric|double precision|real)$/) { return equals($class =~ /text|blob/ ? $bytes : $number, $held); }
	if ($type =~ /^(?:text|character varying|character|name)$/) {
		return equals($number, $held) if $class =~ /integer|real/;
		utf8::encode(my $text = $held);
		return $text eq $bytes;
	}
	if ($type =~ /^jsonb?$/ && $class eq 'text') { return eval { $json->decode($bytes); 1 } ? 1 : 0; }
	# More digits of a second than there are microseconds.
	return 0 if $type =~ /^time/ && $class eq 'text' && $bytes =~ /:\d\d\.\d{6}\d*[1-9]/;
	return 1;
}

sub equals {
	my ($number, $text) = @_;
	return 1 if $number eq $text;
	$number =~ s/^([-+]?)Inf(?:inity)?$/$1Infinity/i;
	return $number =~ /^\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?|-?Infinity)\s*$/ && $text =~ /^-?(?:[\d.]+(?:[eE][-+]?\d+)?|Infinity)$/ && ($text =~ /Inf/ || $number =~ /Inf/ ? $number =~ s/^\+//r eq $text : $number == $text);
}

1;
