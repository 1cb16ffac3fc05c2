# Random SELECTs over the tables of one schema. Names are not qualified: search_path says whether the foreign
# tables are read or the local copies.
#
# make() gives: sql; parameters [type, value] (prepared statements only); keys: output columns whose values, in
# the order of the rows, must agree; loose: numbers may differ in form where PostgreSQL itself may
# answer either (which of 0 and -0, or of 1.5 and 1.50, stands for a group depends on the plan).
package Query;
use strict;
use warnings;
use utf8;
use Random qw(chance pick some between);
use Expression;
use Condition;

my %inexact = map { $_ => 1 } qw(float num jsonb);
my %unordered = map { $_ => 1 } qw(json other);
my %has_min = map { $_ => 1 } qw(int num float text date ts tstz time);

# tables: { name, rows, columns => [ { name, type, family, bound, exact, collation } ], key => [names] }
sub make {
	my ($class, $tables, %settings) = @_;
	my $self = bless { tables => $tables, settings => \%settings, maker => Expression->new(%settings), keys => [], letter => 'a' }, $class;
	my $shape = pick(qw(rows rows rows rows functions functions functions joined joined joined aggregate aggregate aggregate grouped_join risky distinct set derived lateral scalar top top whole));
	my $sql = $self->$shape;
	return $self->make_again($tables, %settings) if !defined $sql;
	return { sql => $sql, parameters => $self->{maker}{parameters}, keys => $self->{keys}, loose => $self->{maker}{loose}, shape => $shape };
}
sub make_again { my ($self, @arguments) = @_; return ref($self)->make(@arguments); }

# A table under a new alias: (FROM item, its columns as nodes, alias, table).
sub relation {
	my ($self, $most) = @_;
	my @fit = grep { $_->{rows} <= ($most // 1000) && ($_->{rows} > 1 || chance(0.3)) } @{ $self->{tables} };
	my $table = pick(@fit ? @fit : @{ $self->{tables} });
	my $alias = $self->{letter}++;
	my @columns = map { { %$_, sql => "$alias.\"$_->{name}\"" } } @{ $table->{columns} };
	my $only = $table->{tree} && chance(0.1) ? 'ONLY ' : '';
	return ("$only$table->{name} $alias", \@columns, $alias, $table);
}

sub scope { my ($self, @columns) = @_; $self->{maker}{columns} = \@columns; return; }

sub where {
	my ($self, $depth, $chance) = @_;
	return '' if !chance($chance // 0.75);
	my @more = chance(0.15) ? $self->membership : ();
	my $condition = chance(0.06) ? $self->deep : $self->{maker}->predicate($depth)->{sql};
	return ' WHERE ' . join(' AND ', $condition, @more);
}

# Conditions about as deep, or as long, as SQLite takes them, and beyond.
sub deep {
	my ($self) = @_;
	my $maker = $self->{maker};
	my $condition = $maker->predicate(1)->{sql};
	my $form = pick(qw(nested nested alternating chain pairs case));
	if ($form eq 'nested') {
		my $depth = between(20, 130);
		return '(NOT ' x $depth . $condition . ')' x $depth;
	}
	if ($form eq 'alternating') {
		$condition = "($condition " . pick('AND', 'OR') . ' ' . $maker->predicate(0)->{sql} . ')' for 1 .. between(10, 60);
		return $condition;
	}
	my @many = map { $maker->predicate(0)->{sql} } 1 .. between(30, 400);
	return 'CASE ' . join(' ', map { "WHEN $_ THEN true" } @many) . " ELSE $condition END" if $form eq 'case';
	return join ' AND ', map { "($_ OR $condition)" } @many if $form eq 'pairs';
	return '(' . join(pick(' AND ', ' OR '), @many) . ')';
}

# EXISTS, IN and their negations: semi and anti joins.
sub membership {
	my ($self) = @_;
	my @outer = @{ $self->{maker}{columns} };
	my ($item, $columns) = $self->relation(100);
	my ($outer, $inner) = $self->pair(\@outer, $columns) or return;
	$self->scope(@$columns);
	my $filter = chance(0.5) ? $self->{maker}->predicate(1)->{sql} : 'true';
	$self->scope(@outer);
	return pick("EXISTS (SELECT 1 FROM $item WHERE $outer->{sql} = $inner->{sql} AND $filter)", "NOT EXISTS (SELECT 1 FROM $item WHERE $outer->{sql} = $inner->{sql} AND $filter)", "$outer->{sql} IN (SELECT $inner->{sql} FROM $item WHERE $filter)",
		"$outer->{sql} NOT IN (SELECT $inner->{sql} FROM $item WHERE $filter)", "$outer->{sql} > ANY (SELECT $inner->{sql} FROM $item WHERE $filter)");
}

# Two columns that can be compared, one of each list.
sub pair {
	my ($self, $left, $right) = @_;
	for my $attempt (1 .. 40) {
		my ($x, $y) = (pick(@$left), pick(@$right));
		next if $x->{kind} ne $y->{kind} && $attempt <= 25;    # others seldom hold the same values
		next if $unordered{ $x->{family} } || $x->{family} =~ /bool|jsonb/;
		my $numbers = $x->{family} =~ /^(int|num|float)$/ && $y->{family} =~ /^(int|num|float)$/;
		next if !$numbers && $x->{family} ne $y->{family};
		next if $x->{family} ne $y->{family} && !chance(0.2);
		return ($x, $y) if defined Expression::collation($x, $y);
	}
	return;
}

# Output columns o1, o2 …: (list, nodes).
sub outputs {
	my ($self, $count, $depth, @choice) = @_;
	my @columns = @choice ? @choice : @{ $self->{maker}{columns} };
	my @nodes = map { my $x = pick(@columns); chance($depth ? 0.45 : 0) && $x->{family} ne 'other' ? $self->{maker}->compound($x->{family}, $depth, 1) : $x } 1 .. $count;
	return (join(', ', map { "$nodes[$_]{sql} AS o" . ($_ + 1) } 0 .. $#nodes), @nodes);
}

# ORDER BY over output columns: all of them in a random order (then equal rows are alike and LIMIT is safe), or
# some. Columns without an order are left out, and then the order is not total.
sub order {
	my ($self, $total, @nodes) = @_;
	my @numbers = grep { !$unordered{ $nodes[ $_ - 1 ]{family} } } 1 .. @nodes;
	@numbers = some(scalar @numbers, @numbers) if chance(0.5);
	my $all = @numbers == @nodes;
	@numbers = @numbers[ 0 .. between(0, $#numbers) ] if !$total && @numbers;
	return ('', 0) if !@numbers;
	$self->{keys} = [ map { "o$_" } @numbers ];
	my $collate = chance(0.1) ? ' COLLATE "C"' : '';
	return (' ORDER BY ' . join(', ', map { my $node = $nodes[ $_ - 1 ]; ($collate && $node->{family} eq 'text' && $node->{sql} !~ /^\$/ ? "$node->{sql}$collate" : $_) . pick('', '', ' ASC', ' DESC', ' DESC') . pick('', '', ' NULLS FIRST', ' NULLS LAST') } @numbers), $all && $total);
}

sub limit {
	my ($self, @nodes) = @_;
	$self->{maker}{loose} = 1 if grep { $inexact{ $_->{family} } } @nodes;
	my $maker = $self->{maker};
	return pick(' LIMIT ' . $maker->constant('int8', pick(0, 1, 2, 5, 10)), ' LIMIT ' . $maker->constant('int8', pick(1, 3, 20)) . ' OFFSET ' . $maker->constant('int8', pick(0, 1, 4, 50)), ' OFFSET ' . pick(1, 7), ' FETCH FIRST 3 ROWS ONLY', ' FETCH FIRST 3 ROWS WITH TIES');
}

sub rows {
	my ($self) = @_;
	my ($item, $columns) = $self->relation;
	$self->scope(@$columns);
	my ($list, @nodes) = $self->outputs(between(1, 5), 2);
	if (chance(0.08) && !grep { $unordered{ $_->{family} } } @nodes) {
		my $by = pick(@nodes)->{sql};
		my $over = pick("count(*) OVER (PARTITION BY $by)", "rank() OVER (ORDER BY $by)", "dense_rank() OVER (ORDER BY $by DESC NULLS LAST)");
		return "SELECT $list, $over AS w FROM $item" . $self->where(1);
	}
	my $sql = "SELECT $list FROM $item" . $self->where(2);
	return $sql if chance(0.5);
	my ($order, $total) = $self->order(chance(0.5), @nodes);
	$sql .= $order;
	$sql .= $self->limit(@nodes) if $total && chance(0.6);
	$sql .= pick(' FOR SHARE', ' FOR UPDATE', ' LIMIT ALL') if !$total && chance(0.1);
	return $sql;
}

# Functions and operators on columns: in output columns, in the filter, or as group keys.
sub functions {
	my ($self) = @_;
	my ($item, $columns) = $self->relation;
	$self->scope(@$columns);
	my @nodes = map { my $x = pick(grep { $_->{family} ne 'other' } @$columns); +{ %{ $self->{maker}->compound($x->{family}, pick(1, 1, 2), 1) }, samples => $x->{samples} } } 1 .. between(3, 6);
	my $filter = join pick(' AND ', ' OR '), map { Condition->condition($self->{maker}, $_, 0)->{sql} } @nodes[ 0 .. pick(0, 0, 1) ];
	return 'SELECT ' . pick("$columns->[0]{sql} AS o1", 'count(*)', '*') . " FROM $item WHERE $filter" if chance(0.5);
	if (chance(0.4) && !$unordered{ $nodes[0]{family} }) {
		$self->{maker}{loose} = 1 if $inexact{ $nodes[0]{family} };
		return "SELECT $nodes[0]{sql} AS o1, count(*) FROM $item WHERE $filter GROUP BY 1";
	}
	my $number = 0;
	my $list = join ', ', map { $number++; "$_->{sql} AS o$number" } @nodes;
	return "SELECT $list FROM $item" . $self->where(2, 0.4);
}

# The first rows by a key: unlike in rows(), nothing but columns, and the primary key breaks ties.
sub top {
	my ($self) = @_;
	my ($item, $columns, $alias, $table) = $self->relation;
	my %key = map { $_ => 1 } @{ $table->{key} };
	my @key = grep { $key{ $_->{name} } } @$columns;
	return undef if !@key;
	my @keys = (some(between(0, 2), grep { !$unordered{ $_->{family} } && !$key{ $_->{name} } } @$columns), @key);
	$self->scope(@$columns);
	my @nodes = (@keys, some(2, @$columns));
	my $number = 0;
	my $list = join ', ', map { $number++; "$_->{sql} AS o$number" } @nodes;
	my $where = $self->where(1, 0.5);
	my $direction = pick('', ' DESC');
	$self->{keys} = [ map { "o$_" } 1 .. @keys ];
	my $sql = "SELECT $list FROM $item$where ORDER BY " . join(', ', map { $_->{sql} . (chance(0.3) ? pick('', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST') : $direction) } @keys);
	return $sql . (chance(0.8) ? $self->limit(@nodes) : '');
}

# Several tables: (FROM clause, columns).
sub joins {
	my ($self, $count) = @_;
	my $most = { 2 => 300, 3 => 60, 4 => 40 }->{$count};
	my ($from, $columns) = $self->relation($most);
	my @all = @$columns;
	for (2 .. $count) {
		my ($item, $more) = $self->relation($most);
		my ($x, $y) = $self->pair(\@all, $more) or next;
		my $kind = pick('JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN');
		my @conditions = "$x->{sql} = $y->{sql}";
		if ($kind ne 'FULL JOIN') {
			@conditions = "$x->{sql} IS NOT DISTINCT FROM $y->{sql}" if chance(0.08) && $count == 2;
			my ($z, $w) = chance(0.25) ? $self->pair(\@all, $more) : ();
			push @conditions, "$z->{sql} " . pick('=', '<', '>=', '<>') . " $w->{sql}" if $z;
			if (chance(0.3)) {
				$self->scope(pick($more, $more, \@all, [ @all, @$more ])->@*);
				push @conditions, $self->{maker}->predicate(1)->{sql};
			}
		}
		my $using = $count == 2 && @conditions == 1 && $x->{name} eq $y->{name} && $conditions[0] !~ /DISTINCT/;
		$from .= " $kind $item " . ($using && chance(0.5) ? "USING (\"$x->{name}\")" : 'ON (' . join(' AND ', @conditions) . ')');
		push @all, @$more;
	}
	return ($from, @all);
}

sub joined {
	my ($self) = @_;
	my ($from, @columns) = $self->joins(pick(2, 2, 2, 2, 3, 3, 4));
	$self->scope(@columns);
	my ($list, @nodes) = $self->outputs(between(2, 5), chance(0.3) ? 1 : 0);
	my $sql = "SELECT $list FROM $from" . $self->where(1, 0.6);
	# The first table, unless a join after it makes it nullable.
	$sql .= pick(' FOR UPDATE OF ', ' FOR SHARE OF ', ' FOR NO KEY UPDATE OF ') . ($from =~ /^(?:ONLY )?\S+ (\w+)/)[0] if $from !~ /RIGHT|FULL/ && chance(0.15);
	return $sql if chance(0.6) || $sql =~ / OF \w+$/;
	my ($order, $total) = $self->order(chance(0.7), @nodes);
	return $sql . $order . ($total && chance(0.6) ? $self->limit(@nodes) : '');
}

# One aggregate over the scope.
sub aggregate_call {
	my ($self) = @_;
	my $maker = $self->{maker};
	my $x = pick(@{ $maker->{columns} });
	$x = $maker->value($x->{family}, 1, 1) if chance(0.25) && $x->{family} !~ /other/;
	my ($family, $arg) = ($x->{family}, $x->{sql});
	my @forms = ('count(*)', "count($arg)");
	push @forms, "count(DISTINCT $arg)" if !$unordered{$family};
	push @forms, ("sum($arg)", "avg($arg)", "sum(DISTINCT $arg)", "bit_and($arg)", "var_pop($arg)") if $family eq 'int';
	push @forms, ("sum($arg)", "avg($arg)") if $family eq 'num';
	push @forms, ("sum($arg)", "avg($arg)", "sum($arg)") if $family eq 'float' && $x->{exact};
	push @forms, ("min($arg)", "max($arg)") x 2 if $has_min{$family};
	push @forms, ("bool_and($arg)", "bool_or($arg)", "every($arg)") x 2 if $family eq 'bool';
	push @forms, ("string_agg(${arg}::text, ',' ORDER BY ${arg}::text COLLATE \"C\")", "string_agg(DISTINCT (${arg}::text) COLLATE \"C\", '')") if $family eq 'text' || $family eq 'int';
	push @forms, "array_agg($arg ORDER BY $arg)" if !$unordered{$family};
	my $call = pick(@forms);
	$maker->{loose} = 1 if $inexact{$family} && $call =~ /^(min|max|array_agg)/;
	$call .= ' FILTER (WHERE ' . $maker->predicate(1)->{sql} . ')' if chance(0.15);
	my $result = $call =~ /^count/ ? 'int' : $call =~ /^(min|max)/ ? $family : 'other';
	return Expression::node($result, $call);
}

sub aggregate {
	my ($self) = @_;
	my ($item, $columns) = $self->relation;
	$self->scope(@$columns);
	return $self->grouping($item, 1);
}

sub grouped_join {
	my ($self) = @_;
	my ($from, @columns) = $self->joins(2);
	$self->scope(@columns);
	return $self->grouping($from, 0);
}

sub grouping {
	my ($self, $from, $depth) = @_;
	my $maker = $self->{maker};
	my @fit = grep { !$unordered{ $_->{family} } } @{ $maker->{columns} };
	my $groups = @fit ? pick(0, 1, 1, 1, 2, 2, 3) : 0;
	my @nodes = map { my $x = pick(@fit); $depth && chance(0.25) ? $maker->value($x->{family}, 1, 1) : $x } 1 .. $groups;
	$maker->{loose} = 1 if grep { $inexact{ $_->{family} } } @nodes;
	my @aggregates = map { $self->aggregate_call } 1 .. between($groups ? 0 : 1, 4);
	my $number = 0;
	my $list = join ', ', map { $number++; "$_->{sql} AS o$number" } @nodes, @aggregates;
	my $sql = "SELECT $list FROM $from" . $self->where(1, 0.6);
	my $by = join ', ', 1 .. $groups;
	$sql .= $groups > 1 && chance(0.1) ? " GROUP BY ROLLUP ($by)" : " GROUP BY $by" if $groups;
	$sql .= ' HAVING ' . pick('count(*) > 1', 'count(*) < 5', $self->aggregate_call->{sql} . ' IS NOT NULL') if chance(0.2);
	return $sql if !$groups || $sql =~ /ROLLUP/ || chance(0.5);
	my ($order, $total) = $self->order(1, @nodes);
	return $sql . $order . ($total && chance(0.4) ? $self->limit(@nodes) : '');
}

# What fails for some values, alone in its query.
sub risky {
	my ($self) = @_;
	my ($item, $columns) = $self->relation;
	$self->scope(@$columns);
	my $x = Condition->risky($self->{maker}) // return undef;
	my $condition = $x->{family} eq 'bool' ? $x->{sql} : "$x->{sql} " . pick('=', '<', '>', '<>', 'IS DISTINCT FROM') . ' ' . $self->{maker}->literal($x->{family})->{sql};
	return pick("SELECT $x->{sql} AS o1 FROM $item", "SELECT count(*) FROM $item WHERE $condition", 'SELECT ' . $columns->[0]{sql} . " AS o1 FROM $item WHERE $condition");
}

sub distinct {
	my ($self) = @_;
	my ($item, $columns) = $self->relation;
	my @fit = grep { !$unordered{ $_->{family} } } @$columns;
	$self->scope(@$columns);
	my ($list, @nodes) = $self->outputs(between(1, 3), 1, @fit);
	$self->{maker}{loose} = 1 if grep { $inexact{ $_->{family} } } @nodes;
	my $where = $self->where(1);
	my ($order, $total) = $self->order(1, @nodes);
	return "SELECT DISTINCT $list FROM $item$where" . (chance(0.5) ? $order . ($total && chance(0.5) ? $self->limit : '') : do { $self->{keys} = []; '' }) if chance(0.7) || $order !~ /^ ORDER BY (\d+)/;
	return "SELECT DISTINCT ON ($1) $list FROM $item$where$order" if $total;
	return undef;
}

sub set {
	my ($self) = @_;
	my @families = map { pick(qw(int text text num date bool)) } 1 .. between(1, 2);
	my @branches;
	for (1 .. pick(2, 2, 3)) {
		my ($item, $columns) = $self->relation;
		$self->scope(@$columns);
		my $number = 0;
		my @values = map {
			my $value = $self->{maker}->value($_, 1, 1);
			$number++;
			($_ eq 'text' ? "($value->{sql}) COLLATE \"C\"" : "($value->{sql})::$value->{type}") . " AS o$number"
		} @families;
		push @branches, 'SELECT ' . join(', ', @values) . " FROM $item" . $self->where(1);
	}
	$self->{maker}{loose} = 1 if grep { $inexact{$_} } @families;
	my $sql = join ' ' . pick('UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'EXCEPT ALL') . ' ', @branches;
	return $sql if chance(0.5);
	$self->{keys} = [ map { "o$_" } 1 .. @families ];
	return "$sql ORDER BY " . join(', ', 1 .. @families) . (chance(0.4) ? ' LIMIT 7' : '');
}

# A subquery in FROM, or a CTE.
sub derived {
	my ($self) = @_;
	my ($item, $columns) = $self->relation;
	$self->scope(@$columns);
	my @fit = grep { !$unordered{ $_->{family} } } @$columns;
	my ($list, @nodes) = $self->outputs(3, 1, @fit);
	my $inner = "SELECT $list FROM $item" . $self->where(1);
	my $form = pick('plain', 'limit', 'distinct', 'group');
	if ($form eq 'limit') { my ($order, $total) = $self->order(1, @nodes); $inner .= $order . $self->limit(@nodes) if $total; }
	$inner =~ s/^SELECT/SELECT DISTINCT/ if $form eq 'distinct';
	$inner .= ' GROUP BY 1, 2, 3' if $form eq 'group' && !grep { $_->{sql} =~ /\$/ } @nodes;
	$self->{maker}{loose} = 1 if $form ne 'plain' && grep { $inexact{ $_->{family} } } @nodes;
	$self->{keys} = [];
	my @columns = map { { %{ $nodes[ $_ - 1 ] }, sql => "s.o$_", exact => 0, bound => undef } } 1 .. @nodes;
	my ($other, $more) = $self->relation(100);
	my ($x, $y) = $self->pair(\@columns, $more);
	my $from = chance(0.3) ? undef : "($inner) s";
	my $with = $from ? '' : 'WITH s AS ' . pick('', 'MATERIALIZED ', 'NOT MATERIALIZED ') . "($inner) ";
	$from //= 's';
	if ($x && chance(0.5)) {
		$from .= ' ' . pick('JOIN', 'LEFT JOIN', 'FULL JOIN') . " $other ON $x->{sql} = $y->{sql}";
		push @columns, @$more;
	}
	$self->scope(@columns);
	return $with . "SELECT count(*) AS o1, count(s.o1) AS o2 FROM $from" . $self->where(1, 0.5) if chance(0.3);
	my ($names) = $self->outputs(3, 0);
	return $with . "SELECT $names FROM $from" . $self->where(1, 0.5);
}

sub lateral {
	my ($self) = @_;
	my ($item, $columns) = $self->relation(60);
	my ($other, $more) = $self->relation;
	my ($x, $y) = $self->pair($columns, $more) or return undef;
	$self->scope(grep { !$unordered{ $_->{family} } } @$more);
	my ($list, @nodes) = $self->outputs(2, 1);
	my $condition = "$y->{sql} " . pick('=', '=', '=', '<', '>') . " $x->{sql}";
	$condition .= ' AND ' . $self->{maker}->predicate(1)->{sql} if chance(0.4);
	my $inner;
	if (chance(0.4)) { $inner = "SELECT count(*) AS o1, max($y->{sql}) AS o2 FROM $other WHERE $condition"; return undef if !$has_min{ $y->{family} }; }
	else {
		my ($order, $total) = $self->order(1, @nodes);
		$inner = "SELECT $list FROM $other WHERE $condition" . ($total && chance(0.6) ? $order . $self->limit(@nodes) : '');
	}
	$self->{maker}{loose} = 1;
	$self->{keys} = [];
	return "SELECT $columns->[0]{sql} AS c, $x->{sql} AS x, s.* FROM $item " . pick("CROSS JOIN LATERAL ($inner) s", "LEFT JOIN LATERAL ($inner) s ON true", ", LATERAL ($inner) s" =~ s/^, //r =~ s/^/JOIN /r . ' ON true');
}

# A scalar subquery in the select list.
sub scalar {
	my ($self) = @_;
	my ($item, $columns) = $self->relation(100);
	my ($other, $more) = $self->relation(100);
	my ($x, $y) = $self->pair($columns, $more) or return undef;
	$self->scope(@$more);
	my $call = $self->aggregate_call->{sql};
	my $filter = chance(0.4) ? ' AND ' . $self->{maker}->predicate(1)->{sql} : '';
	$self->scope(@$columns);
	return "SELECT $columns->[0]{sql} AS o1, (SELECT $call FROM $other WHERE $y->{sql} = $x->{sql}$filter) AS o2 FROM $item" . $self->where(1, 0.4);
}

# Whole rows and all columns.
sub whole {
	my ($self) = @_;
	my ($item, $columns, $alias) = $self->relation;
	$self->scope(@$columns);
	return "SELECT $alias FROM $item" . $self->where(1) if chance(0.3);
	return "SELECT count($alias.*), count(*) FROM $item" . $self->where(1) if chance(0.2);
	return "SELECT * FROM $item" . $self->where(2);
}

1;
