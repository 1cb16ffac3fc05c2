# A small SQLite database as an application would have it: tables of known kinds of columns (Kinds), that refer to each
# other's keys, most of whose rows are as they should be. Its names are those that are hard to carry over.
package MeantSource;
use strict;
use warnings;
use utf8;
use Kinds qw(%kinds);
use Random qw(chance pick some between);
use Source;

my @tables = ('customer', 'orders', 'Line Item', 'item', 'Order', 'tag', 'q"t', 'Größe', 'ä' x 40, 'note', 'users', "o'clock", 'semi;colon');
my @names = ('a', 'b', 'Code', 'name', 'Value', 'at', 'end', 'two words', 'it"s', 'größe', 'ü' x 33, 'CamelCase', 'UPPER', 'x.y', '1st', 'dollar$', "o'clock", 'n');

sub identifier { return Source::identifier($_[0]); }

# {sql}, {tables}: as of Source; columns have a kind, tables foreign_keys (columns, parent, to) and keys (lists of literals of their rows).
sub new {
	my ($class, $prefix) = @_;
	my $self = bless { tables => [], views => [], sql => [], dirt => pick(0, 0, 0.05, 0.2) }, $class;
	push @{ $self->{sql} }, 'PRAGMA ignore_check_constraints = on' if chance(0.3);
	push @{ $self->{sql} }, pick('PRAGMA journal_mode = WAL', 'PRAGMA encoding = "UTF-16le"') if chance(0.1);
	$self->add_table($prefix . $_) for some(between(1, 4), @tables);
	$self->add_view($prefix . 'v' . $_) for 1 .. pick(0, 0, 1, 2);
	push @{ $self->{sql} }, 'CREATE TRIGGER ' . identifier("${prefix}g") . ' AFTER INSERT ON ' . identifier($self->{tables}[0]{name}) . ' BEGIN SELECT 1; END' if chance(0.1);
	push @{ $self->{sql} }, 'CREATE VIRTUAL TABLE ' . identifier("${prefix}search") . " USING fts5(body)", 'INSERT INTO ' . identifier("${prefix}search") . " VALUES ('some words')" if chance(0.05);
	return $self;
}

sub column {
	my ($name, $kind) = @_;
	$kind //= pick(sort keys %kinds, qw(number word day amount moment));
	return { name => $name, kind => $kind, type => pick(@{ $kinds{$kind}{declared} }) };
}

sub cell {
	my ($self, $column) = @_;
	return 'NULL' if chance(0.08) && !$column->{never_null} || chance($self->{dirt} / 5);
	my $kind = $kinds{ $column->{kind} };
	return pick(@{ chance($self->{dirt}) ? $kind->{dirt} : $kind->{cells} });
}

sub add_table {
	my ($self, $name) = @_;
	my %shape = (rowid => [ { name => pick('id', 'id', 'ID', 'pk'), kind => 'number', type => 'INTEGER' } ], number => [ column('nr', 'number') ], word => [ column('code', 'word') ], uuid => [ column('uid', 'id') ], guid => [ column('gid', 'guid') ],
		composite => [ column('left', 'number'), column('right', pick('number', 'word', 'day')) ], none => []);
	my $shape = pick('rowid', 'rowid', 'rowid', 'rowid', sort keys %shape);
	my @key = @{ $shape{$shape} };
	$_->{never_null} = 1 for @key;
	my $strict = chance(0.05);
	my @columns = (@key, map { column($_) } some(between(1, 4), @names));
	if ($strict) { $_->{type} = pick(qw(INTEGER TEXT ANY)) for grep { $shape ne 'rowid' || $_ != $key[0] } @columns; }
	my $table = { name => $name, columns => \@columns, key => [ map { $_->{name} } @key ], foreign_keys => [], keys => [], shape => $shape };
	my $inline = $shape eq 'rowid' && chance(0.8);
	my @constraints = @key && !$inline ? 'PRIMARY KEY (' . join(', ', map { identifier($_->{name}) } @key) . ')' : ();
	$self->refer($table, \@constraints) for 1 .. pick(0, 1, 1, 2);
	my @without = @key && !$inline && chance(0.4) ? 'WITHOUT ROWID' : ();
	$table->{rowid} = !@without;
	my @plain = grep { !$_->{never_null} } @columns;
	my $any = pick(@plain);
	push @constraints, 'UNIQUE (' . join(', ', map { identifier($_->{name}) } some(pick(1, 1, 2), @columns)) . ')' if chance(0.2);
	push @constraints, 'CHECK (' . pick(@{ $kinds{ $any->{kind} }{check} }) =~ s/%s/identifier($any->{name})/ger . ')' if chance(0.2);
	my @made;
	if (chance(0.15)) {
		push @made, { name => 'made', kind => $any->{kind}, type => 'TEXT', made => 1 };
		push @constraints, "UNIQUE (made)" if chance(0.1);
	}
	my @written = map {
		my $kind = $kinds{ $_->{kind} };
		my $default = chance(0.15) ? ' DEFAULT ' . pick(@{ $kind->{default} }) : '';
		identifier($_->{name}) . " $_->{type}" . ($inline && $_ == $key[0] ? ' PRIMARY KEY' . pick('', ' AUTOINCREMENT') : '') . ($_->{never_null} ? pick('', ' NOT NULL') : pick('', '', '', ' NOT NULL')) . ($_->{kind} eq 'word' ? pick('', '', ' COLLATE NOCASE', ' COLLATE RTRIM') : '') . (!$_->{never_null} && chance(0.1) ? ' UNIQUE' : '') . ($_->{never_null} && $shape eq 'rowid' ? '' : $default);
	} @columns;
	push @written, map { 'made TEXT GENERATED ALWAYS AS (' . pick('%s', "%s || '!'", 'upper(%s)', 'length(%s)') =~ s/%s/identifier($any->{name})/ger . ')' . pick('', ' STORED', ' VIRTUAL') } @made;
	push @{ $self->{sql} }, 'CREATE TABLE ' . identifier($name) . ' (' . join(', ', @written, @constraints) . ')' . (@without || $strict ? ' ' . join(', ', @without, $strict ? 'STRICT' : ()) : '');
	$self->add_index($table, $_) for 1 .. pick(0, 0, 0, 1, 2);
	$self->add_rows($table);
	push @columns, @made;
	push @{ $self->{tables} }, $table;
	return;
}

# A foreign key to a table that is there already, or to itself.
sub refer {
	my ($self, $table, $constraints) = @_;
	my @parents = grep { @{ $_->{key} } } @{ $self->{tables} }, $table or return;
	my $parent = pick(@parents);
	return if $parent == $table && @{ $table->{key} } > 1;
	my %of = map { $_->{name} => $_ } @{ $parent->{columns} };
	my $count = @{ $table->{foreign_keys} };
	my @columns = map { { %{ $of{$_} }, name => "${_}_of$count", never_null => 0 } } @{ $parent->{key} };
	if (@{ $table->{key} } == @columns && chance(0.1) && $parent != $table) { return; }
	push @{ $table->{columns} }, @columns;
	push @{ $table->{foreign_keys} }, { columns => [ map { $_->{name} } @columns ], parent => $parent, to => $parent->{key} };
	my $list = sub { return '(' . join(', ', map { identifier($_) } @_) . ')' };
	push @$constraints, 'FOREIGN KEY ' . $list->(map { $_->{name} } @columns) . ' REFERENCES ' . identifier($parent->{name}) . (chance(0.7) ? ' ' . $list->(@{ $parent->{key} }) : '')
	  . pick('', '', ' ON DELETE CASCADE', ' ON DELETE SET NULL', ' ON DELETE SET DEFAULT ON UPDATE CASCADE', ' DEFERRABLE INITIALLY DEFERRED') if chance(0.85);
	return;
}

sub add_index {
	my ($self, $table, $number) = @_;
	my $column = pick(@{ $table->{columns} });
	my $name = identifier($column->{name});
	push @{ $self->{sql} }, 'CREATE ' . pick('', '', 'UNIQUE ') . 'INDEX ' . identifier("$table->{name}_i$number") . ' ON ' . identifier($table->{name}) . ' (' . pick($name, "$name DESC", "$name COLLATE NOCASE", "lower($name)", "$name, " . identifier(pick(@{ $table->{columns} })->{name})) . ')' . pick('', '', " WHERE $name IS NOT NULL", " WHERE $name > 1");
	return;
}

sub add_rows {
	my ($self, $table) = @_;
	my @columns = @{ $table->{columns} };
	my $count = chance(0.03) ? 400 : pick(0, 1, 5, 5, 20, 20, 50);
	for my $i (1 .. $count) {
		my %cell = map { $_->{name} => $self->cell($_) } @columns;
		# Keys are other ones in each row, mostly.
		my $key = $columns[0];
		my %next = (number => $i, word => "'w$i'", id => sprintf("'6b9c1c3e-1111-4222-8333-%012x'", $i), guid => sprintf("x'6b9c1c3e1111422283334444%08x'", $i));
		$cell{ $key->{name} } = $next{ $key->{kind} } if $key->{never_null} && $next{ $key->{kind} } && ($table->{shape} eq 'rowid' || chance(0.8));
		for my $reference (@{ $table->{foreign_keys} }) {
			my $there = $reference->{parent}{keys};
			my @values = @$there && !chance($self->{dirt}) ? @{ pick(@$there) } : chance(0.5) || !$self->{dirt} ? map { 'NULL' } @{ $reference->{to} } : ();
			@cell{ @{ $reference->{columns} } } = @values if @values;
		}
		push @{ $table->{keys} }, [ @cell{ @{ $table->{key} } } ] if @{ $table->{key} };
		push @{ $self->{sql} }, 'INSERT OR IGNORE INTO ' . identifier($table->{name}) . ' (' . join(', ', map { identifier($_->{name}) } @columns) . ') VALUES (' . join(', ', map { $cell{ $_->{name} } } @columns) . ')';
	}
	return;
}

sub add_view {
	my ($self, $name) = @_;
	my $table = pick(@{ $self->{tables} });
	my $t = identifier($table->{name});
	my ($c, $d) = map { identifier($_->{name}) } pick(@{ $table->{columns} }), pick(@{ $table->{columns} });
	my ($reference) = @{ $table->{foreign_keys} };
	my $join = $reference ? "SELECT t.$c, p.* FROM $t AS t LEFT JOIN " . identifier($reference->{parent}{name}) . ' AS p ON ' . join(' AND ', map { 'p.' . identifier($reference->{to}[$_]) . ' = t.' . identifier($reference->{columns}[$_]) } 0 .. $#{ $reference->{to} }) : "SELECT * FROM $t";
	push @{ $self->{sql} }, 'CREATE VIEW ' . identifier($name) . ' AS ' . pick("SELECT * FROM $t", "SELECT $c, count(*) AS n FROM $t GROUP BY $c", $join, $join, "SELECT $c AS \"A\", $d || '!' AS d FROM $t WHERE $c IS NOT NULL ORDER BY 1", "SELECT CASE WHEN $c > 1 THEN 'x' ELSE $d END AS w FROM $t", @{ $self->{views} } ? 'SELECT * FROM ' . identifier($self->{views}[0]) : ());
	push @{ $self->{views} }, $name;
	return;
}

1;
