# Random expressions by type, over the columns in scope. What can raise an error is made only where it is
# asked for (risky): PostgreSQL does not promise the order in which clauses are evaluated, so a query in which
# an error depends on it may fail with one plan and not with another.
#
# A node is { sql, family, type, bound, collation }: bound is the largest absolute value if known; collation
# is '' (the database's), 'C', 'icu', as PostgreSQL derives it.
package Expression;
use strict;
use warnings;
use utf8;
use Exporter 'import';
use Random qw(chance pick some between);
use Values qw(quote %literals);
our @EXPORT_OK = qw(family_of);

my %families = (
	int2 => 'int', int4 => 'int', int8 => 'int', numeric => 'num', float8 => 'float', text => 'text', varchar => 'text', bytea => 'bytea', bool => 'bool',
	date => 'date', timestamp => 'ts', timestamptz => 'tstz', time => 'time', uuid => 'uuid', json => 'json', jsonb => 'jsonb'
);
my %types = (int => 'int8', num => 'numeric', float => 'float8', ts => 'timestamp', tstz => 'timestamptz');
my %limit = (int2 => 32767, int4 => 2147483647, int8 => 9e18);
my %width = (int2 => 0, int4 => 1, int8 => 2);
my @temporal = qw(date ts tstz);

sub family_of { return $families{ $_[0] } // 'other'; }

# columns: nodes; prepared: literals may become parameters; icu: the server has ICU collations.
sub new {
	my ($class, %settings) = @_;
	return bless { columns => [], parameters => [], loose => 0, prepares => $settings{prepared}, %settings }, $class;
}

sub node { my ($family, $sql, %more) = @_; return { family => $family, sql => $sql, type => $types{$family} // $family, collation => '', %more }; }

# The collation that PostgreSQL derives for two operands; undef where they conflict.
sub collation {
	my ($left, $right) = map { $_->{collation} } @_;
	return $left eq $right || $right eq '' ? $left : $left eq '' ? $right : undef;
}

sub columns { my ($self, @families) = @_; return grep { my $family = $_->{family}; grep { $_ eq $family } @families } @{ $self->{columns} }; }

# A constant: inlined, or a parameter of the prepared statement.
sub constant {
	my ($self, $type, $sql) = @_;
	return $sql if !$self->{prepared} || chance(0.35);
	push @{ $self->{parameters} }, [ $type, $sql ];
	return '$' . @{ $self->{parameters} };
}

# $wide: also values that no arithmetic can bear.
sub literal {
	my ($self, $family, $wide) = @_;
	return node($family, 'NULL::' . ($types{$family} // $family), bound => 0) if chance(0.02);
	if ($family eq 'int') {
		my $edge = $wide && chance(0.3);
		my $value = pick(@{ $literals{ $edge ? 'edge' : 'int' } });
		my $type = $edge ? 'int8' : pick('int4', 'int4', 'int8');
		my $sql = $self->constant($type, $type eq 'int8' ? quote($value) . '::int8' : $value < 0 ? "($value)" : $value);
		return node('int', $sql, type => $type, bound => $edge ? undef : abs $value);
	}
	my $value = $family eq 'float' && !$wide ? pick('0.5', '1.5', '-2', '0.25', '10') : pick(@{ $literals{ $family eq 'jsonb' ? 'json' : $family eq 'tstz' ? 'ts' : $family } });
	$value .= pick('', 'Z', '+02') if $family eq 'tstz' && $value =~ /:/;
	my $type = $types{$family} // $family;
	my $sql = quote($value);
	my $bare = $family eq 'num' && $value =~ /^[0-9.]+$/ || $family eq 'text' && chance(0.5) || $family eq 'bool';
	return node($family, $self->constant($type, $family eq 'num' && $bare ? $value : $family eq 'bool' ? $value : $bare ? "${sql}::text" : "${sql}::$type"), bound => $family eq 'float' && !$wide ? 10 : undef);
}

# A constant to compare $x with: often one that the column holds.
sub literal_for {
	my ($self, $x, $family) = @_;
	my $samples = $x->{samples};
	return $self->literal($family, 1) if !$samples || !@$samples || $family ne $x->{family} || $family eq 'other' || chance(0.3);
	my $value = pick(@$samples);
	my $type = $family eq 'int' && chance(0.5) && abs $value <= $limit{ $x->{type} } ? $x->{type} : $types{$family} // $family;
	return node($family, $self->constant($type, quote($value) . "::$type"), type => $type);
}

# Any expression of the family, $depth levels at most. $wide: it need not be fit for arithmetic.
sub value {
	my ($self, $family, $depth, $wide) = @_;
	my @columns = grep { $wide || $family !~ /^(int|float)$/ || defined $_->{bound} } $self->columns($family);
	return pick(@columns) if @columns && ($depth <= 0 || chance(0.4));
	return $self->literal($family, $wide) if $depth <= 0;
	return $self->compound($family, $depth, $wide);
}

# Like value(), but a function or operator where the family has any.
sub compound {
	my ($self, $family, $depth, $wide) = @_;
	return $self->choice($family, $depth, $wide) if chance(0.15) && $family ne 'json';
	my $make = "make_$family";
	return $self->can($make) ? $self->$make($depth, $wide) : $self->literal($family, $wide);
}

# CASE, COALESCE, NULLIF, GREATEST, LEAST.
sub choice {
	my ($self, $family, $depth, $wide) = @_;
	my ($first, $second) = map { $self->value($family, $depth - 1, $wide) } 1 .. 2;
	my $collation = collation($first, $second);
	return $first if !defined $collation || ($first->{type} ne $second->{type} && $family ne 'int');
	my %result = (%$first, collation => $collation, bound => defined $first->{bound} && defined $second->{bound} ? ($first->{bound} > $second->{bound} ? $first->{bound} : $second->{bound}) : undef);
	$result{type} = $second->{type} if $family eq 'int' && $width{ $second->{type} } > $width{ $first->{type} };
	my ($x, $y) = ($first->{sql}, $second->{sql});
	my @forms = ("coalesce($x, $y)");
	push @forms, "nullif($x, $y)" if $family ne 'json';
	push @forms, "greatest($x, $y)", "least($x, $y)" if $family !~ /json/;
	my $form = pick('case', 'case2', @forms);
	$form = 'CASE WHEN ' . $self->predicate($depth - 1)->{sql} . " THEN $x ELSE $y END" if $form eq 'case';
	$form = 'CASE WHEN ' . $self->predicate($depth - 1)->{sql} . " THEN $x END" if $form eq 'case2';
	$result{type} = $first->{type} if $form =~ /^nullif/;
	return { %result, sql => $form, plain => 0, exact => 0 };
}

sub make_int {
	my ($self, $depth, $wide) = @_;
	my $text = sub { return $self->value('text', $depth - 1)->{sql}; };
	my $form = pick('arithmetic', 'arithmetic', 'arithmetic', 'divide', 'divide', 'sign', 'text', 'text', 'cast', 'bits', 'date');
	if ($form eq 'text') {
		my $function = pick('length(%s)', 'char_length(%s)', 'octet_length(%s)', 'strpos(%s, %s)', 'position(%2$s in %1$s)', 'ascii(%s)', 'bit_length(%s)');
		my ($x, $y) = ($text->(), $self->literal('text')->{sql});
		return node('int', $function =~ /2\$|, %s/ ? sprintf($function, $x, $y) : sprintf($function, $x), type => 'int4', bound => 1200000);
	}
	return node('int', '(' . $self->predicate($depth - 1)->{sql} . ')::int', type => 'int4', bound => 1) if $form eq 'cast' && chance(0.5);
	if ($form eq 'date' && $self->columns('date')) {
		my ($x, $y) = map { pick($self->columns('date')) } 1 .. 2;
		return node('int', "($x->{sql} - $y->{sql})", type => 'int4', bound => 4000000);
	}
	my ($x, $y) = map { $self->value('int', $depth - 1) } 1 .. 2;
	my $type = $width{ $x->{type} } > $width{ $y->{type} } ? $x->{type} : $y->{type};
	return node('int', pick("$x->{sql}::int8", "cast($x->{sql} as int8)"), type => 'int8', bound => $x->{bound}) if $form =~ /cast|date/;
	return node('int', pick("abs($x->{sql})", "(- $x->{sql})", "(+ $x->{sql})", "(~ $x->{sql})"), type => $x->{type}, bound => $x->{bound} + 1) if $form eq 'sign' && $x->{bound} < 30000;
	return node('int', "($x->{sql} " . pick('&', '|', '#') . " $y->{sql})", type => $type, bound => 2 * ($x->{bound} + $y->{bound}) + 1) if $form eq 'bits';
	return node('int', pick("($x->{sql} / nullif($y->{sql}, 0))", "($x->{sql} % nullif($y->{sql}, 0))", "mod($x->{sql}, nullif($y->{sql}, 0))"), type => $type, bound => $x->{bound}) if $form eq 'divide';
	my $operator = pick('+', '-', '*');
	my $bound = $operator eq '*' ? $x->{bound} * $y->{bound} : $x->{bound} + $y->{bound};
	return $x if $bound > $limit{$type};
	return node('int', "($x->{sql} $operator $y->{sql})", type => $type, bound => $bound);
}

sub make_num {
	my ($self, $depth) = @_;
	my ($x, $y) = map { $self->value('num', $depth - 1)->{sql} } 1 .. 2;
	my $int = $self->value('int', $depth - 1)->{sql};
	my $digits = between(-2, 3);
	my @stamps = $self->columns(@temporal);
	return node('num', 'extract(' . pick(qw(year month day dow doy quarter epoch)) . ' from ' . pick(@stamps)->{sql} . ')') if @stamps && chance(0.15);
	return node('num', pick("($x + $y)", "($x - $y)", "($x * $y)", "($x / nullif($y, 0))", "($x % nullif($y, 0))", "round($x, $digits)", "round($x)", "trunc($x, $digits)", "abs($x)", "floor($x)",
		"ceil($x)", "sign($x)", "(- $x)", "${int}::numeric", "($x + $int)", "($x / nullif($int, 0))",
		$self->value('float', $depth - 1, 1)->{sql} . '::numeric'));
}

sub make_float {
	my ($self, $depth, $wide) = @_;
	my ($x, $y) = map { $self->value('float', $depth - 1) } 1 .. 2;
	my $operator = pick('+', '-', '*');
	my $bound = $operator eq '*' ? $x->{bound} * $y->{bound} : $x->{bound} + $y->{bound};
	my $any = $wide ? $self->value('float', $depth - 1, 1) : $x;
	my $int = $self->value('int', $depth - 1, $wide);
	return pick(node('float', "($x->{sql} $operator $y->{sql})", bound => $bound), node('float', pick('abs', 'floor', 'ceil', 'round', 'trunc', 'sign', '-') . "($any->{sql})", bound => defined $any->{bound} ? $any->{bound} + 1 : undef),
		node('float', "$int->{sql}::float8", bound => $int->{bound}), node('float', "($x->{sql} / nullif($y->{sql}, 0))", bound => $x->{bound} * 1e6));
}

sub make_text {
	my ($self, $depth) = @_;
	my $x = $self->value('text', $depth - 1);
	my $y = $self->value('text', $depth - 1);
	my $collation = collation($x, $y);
	($y, $collation) = ($self->literal('text'), $x->{collation}) if !defined $collation;
	my ($a, $b, $z) = ($x->{sql}, $y->{sql}, $self->literal('text')->{sql});
	my ($n, $m) = map { $self->constant('int4', between(-3, 6)) } 1 .. 2;
	my $length = $self->constant('int4', between(0, 5));
	my $other = $self->other_text($depth);
	return pick(
		(map { node('text', $_, collation => $x->{collation}) } "lower($a)", "upper($a)", "substr($a, $n)", "substr($a, $n, $length)", "substring($a from $n for $length)", "left($a, $n)", "right($a, $m)",
			"trim($a)", "ltrim($a)", "rtrim($a)", "btrim($a, 'a ')", "trim(leading 'aA' from $a)", "rtrim($a, $z)", "ltrim($a, 'é')", "reverse($a)", "repeat($a, $length)", "initcap($a)", "lpad($a, $length, 'xy')", "rpad($a, $length)",
			"replace($a, $z, 'Q')", "translate($a, 'aé', 'x')", "split_part($a, ' ', " . pick(1, 2, -1) . ')', "$a\::varchar(3)"),
		(map { node('text', $_, collation => $collation) } "($a || $b)", "concat($a, $b)", "concat_ws('-', $a, $b)", "replace($a, $b, '')"),
		node('text', "md5($a)"), ($other) x 6
	);
}

# Text made of another type.
sub other_text {
	my ($self, $depth) = @_;
	my $family = pick(qw(int num float bool date ts uuid bytea));
	my $x = $self->value($family, $depth - 1, 1);
	return node('text', "encode($x->{sql}, " . pick("'hex'", "'base64'", "'escape'") . ')') if $family eq 'bytea';
	my ($json) = $self->columns('jsonb');
	return node('text', "($json->{sql} ->> " . pick("'a'", "'b'", '0', '-1') . ')') if $json && chance(0.4);
	return node('text', pick("$x->{sql}::text", "concat($x->{sql})", "($x->{sql} || '')"));
}

sub make_bool { my ($self, $depth) = @_; return $self->predicate($depth); }

sub make_bytea {
	my ($self, $depth) = @_;
	my ($x, $y) = map { $self->value('bytea', $depth - 1)->{sql} } 1 .. 2;
	return node('bytea', pick("($x || $y)", "substr($x, " . between(-1, 3) . ')', "convert_to(" . $self->value('text', $depth - 1)->{sql} . ", 'UTF8')"));
}

sub make_date {
	my ($self, $depth) = @_;
	my @columns = $self->columns('date');
	return $self->literal('date') if !@columns;
	return node('date', '(' . pick(@columns)->{sql} . pick(' + ', ' - ') . $self->constant('int4', between(-40, 400)) . ')');
}

sub make_ts {
	my ($self, $depth) = @_;
	my @columns = $self->columns('ts', 'date');
	return $self->literal('ts') if !@columns;
	my $x = pick(@columns);
	return node('ts', "$x->{sql}::timestamp") if chance(0.2);
	return node('ts', "date_trunc('" . pick(qw(year month day hour week quarter)) . "', $x->{sql}::timestamp)") if chance(0.5);
	return node('ts', "($x->{sql} " . pick('+', '-') . " interval '" . pick('1 day', '1 month', '90 minutes', '0.5 seconds') . "')");
}

sub make_tstz {
	my ($self, $depth) = @_;
	my @columns = $self->columns('tstz');
	return $self->literal('tstz') if !@columns;
	return node('tstz', '(' . pick(@columns)->{sql} . " + interval '" . pick('1 hour', '1 day') . "')");
}

sub make_jsonb {
	my ($self) = @_;
	my @columns = $self->columns('jsonb');
	return $self->literal('jsonb') if !@columns;
	return node('jsonb', '(' . pick(@columns)->{sql} . ' -> ' . pick("'a'", "'b'", '0') . ')');
}

# A condition; AND, OR, NOT and the rest down to $depth.
sub predicate {
	my ($self, $depth) = @_;
	if ($depth > 0 && chance(0.45)) {
		my ($x, $y) = map { $self->predicate($depth - 1)->{sql} } 1 .. 2;
		return node('bool', pick("($x AND $y)", "($x AND $y)", "($x OR $y)", "($x OR $y)", "($x OR $y)", "(NOT $x)", "($x IS " . pick('', 'NOT ') . pick('TRUE', 'FALSE', 'UNKNOWN') . ')', "($x = $y)"));
	}
	my @columns = @{ $self->{columns} };
	my $x = @columns ? pick(@columns) : $self->literal('int');
	return node('bool', "($x->{sql} IS " . pick('', 'NOT ') . 'NULL)') if chance(0.08) || $x->{family} eq 'other';
	$x = { %{ $self->compound($x->{family}, $depth, 1) }, samples => $x->{samples} } if $depth > 0 && chance(0.35);
	return Condition->condition($self, $x, $depth);
}


1;
