# Random conditions on one expression: comparisons, lists, patterns, and what can raise an error.
package Condition;
use strict;
use warnings;
use utf8;
use Random qw(chance pick some between);
use Values qw(quote %literals);

my @patterns = ('a%', 'A%', '%a', '%a%', '_', '__', 'a_', '%', '', 'foo%', 'FOO%', 'a\\%b', 'a\\_b', '\\\\', '%\\%%', '_é', 'é%', 'É', 'ß', '😀_', '_😀', 'a%b', '%\\_%', 'foo!%bar', 'i', 'İ', '[a]%', 'a*', 'zeta', 'a %', '% ', '1%');
my %numeric = map { $_ => 1 } qw(int num float);

sub bool { return Expression::node('bool', $_[0]); }

# A condition on node $x.
sub condition {
	my ($class, $maker, $x, $depth) = @_;
	my $family = $x->{family};
	return bool(pick($x->{sql}, "(NOT $x->{sql})", "($x->{sql} IS " . pick('TRUE', 'FALSE', 'NOT TRUE', 'NOT FALSE', 'UNKNOWN') . ')', "($x->{sql} = true)", "($x->{sql} <> false)")) if $family eq 'bool' && chance(0.7);
	return json_condition($maker, $x) if $family =~ /json/;
	return pattern_condition($maker, $x) if $family eq 'text' && chance(0.3);
	my $form = pick(qw(compare compare compare compare compare between in any all distinct row coalesce));
	return between_condition($maker, $x) if $form eq 'between';
	return list_condition($maker, $x, $form) if $form =~ /^(in|any|all)$/;
	my $y = right_side($maker, $x, $depth);
	my ($left, $right) = ($x->{sql}, $y->{sql});
	if ($family eq 'text') {
		my $explicit = !defined Expression::collation($x, $y) || chance(0.15);
		$left = "$left COLLATE " . ($maker->{icu} && chance(0.3) ? '"en-US-x-icu"' : '"C"') if $explicit;
	}
	return bool("($left IS " . pick('', 'NOT ') . "DISTINCT FROM $right)") if $form eq 'distinct';
	return bool("(coalesce($left, $right) = $right)") if $form eq 'coalesce' && ($x->{type} eq $y->{type} && $left !~ /COLLATE/);
	return row_condition($maker, $x, $left, $right) if $form eq 'row' && chance(0.3);
	($left, $right) = ($right, $left) if chance(0.15) && $left !~ /COLLATE/;
	return bool("($left " . pick('=', '=', '<>', '<>', '<', '<=', '>', '>=') . " $right)");
}

# What a node is compared with: a constant mostly, another column, an expression; numbers of another type.
sub right_side {
	my ($maker, $x, $depth) = @_;
	my $family = $x->{family};
	$family = pick(qw(int num float)) if $numeric{$family} && chance(0.35);
	$family = pick(qw(date ts tstz)) if $family =~ /^(date|ts|tstz)$/ && chance(0.25);
	return $maker->literal_for($x, $family) if chance(0.65);
	my $y = $maker->value($family, $depth > 0 && chance(0.4) ? $depth : 0, 1);
	return $y->{sql} eq $x->{sql} && chance(0.8) ? $maker->literal_for($x, $x->{family}) : $y;
}

sub between_condition {
	my ($maker, $x) = @_;
	my ($low, $high) = map { $maker->literal_for($x, $x->{family})->{sql} } 1 .. 2;
	return bool("($x->{sql} " . pick('', '', 'NOT ') . 'BETWEEN ' . pick('', '', 'SYMMETRIC ') . "$low AND $high)");
}

sub list_condition {
	my ($maker, $x, $form) = @_;
	my @items = map { $maker->literal_for($x, $x->{family}) } 1 .. pick(1, 2, 3, 3, 5, 12);
	my $not = chance(0.3) ? 'NOT ' : '';
	return bool("($x->{sql} ${not}IN (" . join(', ', map { $_->{sql} } @items) . '))') if $form eq 'in';
	my $type = Expression::node($x->{family}, '')->{type};
	local $maker->{prepared} = 0;
	my $array = 'ARRAY[' . join(', ', map { $maker->literal_for($x, $x->{family})->{sql} } @items) . "]::${type}[]";
	$array = "NULL::${type}[]" if chance(0.03);
	$array = "ARRAY[]::${type}[]" if chance(0.05);
	local $maker->{prepared} = $maker->{prepares};
	$array = $maker->constant("${type}[]", $array);
	return bool("($x->{sql} " . ($form eq 'any' ? pick('= ANY', '= ANY', '= ANY', '< ANY', '<> ANY') : pick('<> ALL', '<> ALL', '> ALL', '= ALL')) . " ($array))");
}

sub row_condition {
	my ($maker, $x, $left, $right) = @_;
	my @columns = $maker->columns('int', 'date', 'num');
	return bool("($left = $right)") if !@columns;
	my $second = pick(@columns);
	my $literal = $maker->literal_for($second, $second->{family})->{sql};
	return bool("(($second->{sql}, $left) " . pick('<', '<=', '>', '>=', '=', '<>') . " ($literal, $right))");
}

sub pattern_condition {
	my ($maker, $x) = @_;
	my $text = pick(@patterns);
	my $pattern = $maker->constant('text', quote($text));
	my $prefix = $maker->literal('text')->{sql};
	my $operator = pick('LIKE', 'LIKE', 'NOT LIKE', 'ILIKE', 'NOT ILIKE', '~~', '!~~', '~~*');
	my $left = chance(0.15) ? "$x->{sql} COLLATE \"C\"" : $x->{sql};
	my ($other) = some(1, grep { defined Expression::collation($x, $_) } $maker->columns('text'));
	return bool("($x->{sql} LIKE $other->{sql} ESCAPE '')") if $other && chance(0.1);
	# One that ends with its escape is an error in the rows which other conditions leave, and each side may have another order of these.
	my $escape = pick('!', '', '_');
	$escape = '' if $escape ne '' && $text =~ /\Q$escape\E\z/;
	return bool("($left $operator $pattern" . ($operator =~ /LIKE/ && chance(0.3) ? " ESCAPE '$escape'" : '') . ')') if chance(0.7);
	return bool(pick("starts_with($left, $prefix)", "($left ^@ $prefix)", "($left ~ '^a')", "($left ~* 'É')", "($left !~ '[0-9]')", "($left SIMILAR TO 'a%|_')", "(position('a' in $x->{sql}) > 1)", "($left IN ('a', 'é', ''))"));
}

sub json_condition {
	my ($maker, $x) = @_;
	my $text = $maker->literal('text')->{sql};
	return bool(pick("(($x->{sql} ->> 'a') = $text)", "(($x->{sql} -> 'a') IS NULL)", "(($x->{sql} #>> '{a,b}') IS NOT NULL)")) if $x->{family} eq 'json' || chance(0.4);
	my $literal = $maker->literal('jsonb')->{sql};
	return bool(pick("($x->{sql} @> $literal)", "($x->{sql} <@ $literal)", "($x->{sql} ? 'a')", "($x->{sql} = $literal)", "(jsonb_typeof($x->{sql}) = 'object')", "($x->{sql} < $literal)", "(($x->{sql} ->> 'a') = $text)"));
}

# One expression that fails for some values. No other clause stands beside it.
sub risky {
	my ($class, $maker) = @_;
	my @ints = $maker->columns('int');
	my @floats = $maker->columns('float');
	my @texts = $maker->columns('text');
	my @nums = $maker->columns('num');
	my @forms;
	for my $x (@ints) {
		my $y = pick(@ints, $maker->literal('int', 1));
		push @forms, map { [ 'int', $_ ] } "($x->{sql} + $y->{sql})", "($x->{sql} - $y->{sql})", "($x->{sql} * $y->{sql})", "($x->{sql} / $y->{sql})", "($x->{sql} % $y->{sql})", "abs($x->{sql})", "(- $x->{sql})", "$x->{sql}::int4", "$x->{sql}::int2";
		push @forms, [ 'num', "$x->{sql}::numeric(4,1)" ], [ 'text', "substr('abcdef', 2, $x->{sql}::int4)" ], [ 'text', "left('abcdef', $x->{sql}::int4)" ];
	}
	for my $x (@floats) {
		my $y = pick(@floats, $maker->literal('float', 1));
		push @forms, map { [ 'float', $_ ] } "($x->{sql} + $y->{sql})", "($x->{sql} - $y->{sql})", "($x->{sql} * $y->{sql})", "($x->{sql} / $y->{sql})", "sqrt($x->{sql})", "ln($x->{sql})";
		push @forms, [ 'int', "$x->{sql}::int8" ], [ 'int', "$x->{sql}::int4" ];
	}
	for my $x (@nums) {
		my $y = pick(@nums, $maker->literal('num', 1));
		push @forms, [ 'num', "($x->{sql} / $y->{sql})" ], [ 'num', "($x->{sql} % $y->{sql})" ], [ 'int', "$x->{sql}::int4" ], [ 'num', "$x->{sql}::numeric(6,2)" ], [ 'float', "$x->{sql}::float8" ];
	}
	for my $x (@texts) {
		push @forms, [ 'int', "$x->{sql}::int8" ], [ 'num', "$x->{sql}::numeric" ], [ 'bool', "('a' LIKE $x->{sql})" ], [ 'text', "split_part($x->{sql}, 'a', 0)" ], [ 'float', "$x->{sql}::float8" ], [ 'bool', "('a' ~ $x->{sql})" ];
	}
	return undef if !@forms;
	my ($family, $sql) = @{ pick(@forms) };
	return Expression::node($family, $sql);
}

1;
