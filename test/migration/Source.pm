# A small random SQLite database for migrations: what is odd comes as often as what is usual. Tables without keys, with
# composite ones, WITHOUT ROWID, STRICT; references to themselves, to each other, to nothing; names that must be quoted
# or folded; rows that do not fit their types, are orphans, or break CHECKs.
package Source;
use strict;
use warnings;
use Random qw(chance pick some between);

our @types = ('INTEGER', 'INT', 'BIGINT', 'SMALLINT', 'TEXT', 'TEXT', 'VARCHAR(5)', 'REAL', 'NUMERIC', 'DECIMAL(6,2)', 'BLOB', 'BOOLEAN', 'DATE', 'DATETIME', 'TIMESTAMP', 'TIME', 'UUID', 'JSON', 'INET', 'MONEY', 'INTERVAL', 'NONSENSE', '');
my @names = ('a', 'b', 'c', 'name', 'Name2', 'at', 'select', 'two words', 'it"s', 'ä', 'x' x 70, 'ctid2', 'value');
my %cells = (
	integer => [ -1, 0, 1, 2, 3, 7, 99, 40000, 3000000000, '9223372036854775807' ],
	text => [ "''", "'a'", "'A'", "'two'", "'12'", "'1.5'", "'2024-02-29'", "'2024-02-30'", "'2024-01-01 10:00:00'", "'0000-00-00'", "'true'", "'[1,2]'", "'{\"a\":1}'", "'6b9c1c3e-1111-4222-8333-444455556666'", "'1,5'", "CAST(x'61ff' AS TEXT)", "CAST(x'610062' AS TEXT)", "'longer than five'", "'10:00:00.1234567'", "'2024-01-01 10:00:00.123456789'", "'2024-01-01T10:00:00+02:00'" ],
	real => [ '0.0', '1.5', '-2.25', '1e300', '9e999', '0.1', '1.255', '0.00001', '99.999' ],
	blob => [ "x''", "x'00ff'", "x'6b9c1c3e111142228333444455556666'" ],
	null => ['NULL']);

sub identifier { return '"' . $_[0] =~ s/"/""/gr . '"'; }

# A name as PostgreSQL keeps it: of 63 bytes; and as a migration makes it: in lower case, as far as it is ASCII.
sub cut { my ($name) = @_; utf8::encode($name); $name = substr $name, 0, 63; $name =~ s/[\xc0-\xff][\x80-\xbf]*\z//, utf8::decode($name) if !utf8::decode($name); return $name; }
sub folded { return cut($_[0] =~ tr/A-Z/a-z/r); }

sub cell {
	my ($type) = @_;
	my $kind = $type =~ /INT/ ? 'integer' : $type =~ /TEXT|CHAR|DATE|TIME|UUID|JSON|INET/ ? 'text' : $type =~ /REAL|NUM|DEC|MONEY/ ? 'real' : $type eq 'BLOB' ? 'blob' : 'integer';
	$kind = pick(sort keys %cells) if chance(0.12);
	return chance(0.1) ? 'NULL' : pick(@{ $cells{$kind} });
}

# {sql}: statements of the sqlite3 shell; {tables}: name, columns (name, type), key; {views}: names.
sub new {
	my ($class, $prefix) = @_;
	my $self = bless { tables => [], views => [], sql => [] }, $class;
	push @{ $self->{sql} }, 'PRAGMA ignore_check_constraints = on', pick('PRAGMA journal_mode = WAL', 'PRAGMA encoding = "UTF-16le"') if chance(0.2);
	my @planned = map { $prefix . $_ } some(between(1, 4), qw(t0 t1 T2 parent child), chance(0.2) ? ('two words', 'select', 'q"t') : ());
	$self->add_table($_, @planned) for @planned;
	my $table = pick(@{ $self->{tables} });
	if (chance(0.3)) {
		push @{ $self->{views} }, my $view = $prefix . 'v';
		push @{ $self->{sql} }, 'CREATE VIEW ' . identifier($view) . ' AS SELECT ' . pick('*', 'count(*) AS n', 'rowid AS r', '1 AS one, NULL AS two') . ' FROM ' . identifier($table->{name}) if $table->{rowid};
		push @{ $self->{sql} }, 'CREATE VIEW ' . identifier($view) . ' AS SELECT 1 AS one' if !$table->{rowid};
	}
	push @{ $self->{sql} }, 'CREATE TRIGGER ' . identifier("${prefix}g") . ' AFTER INSERT ON ' . identifier($table->{name}) . ' BEGIN SELECT 1; END' if chance(0.1);
	return $self;
}

sub add_table {
	my ($self, $name, @others) = @_;
	my $strict = chance(0.1);
	my $type = sub { return $strict ? pick(qw(INTEGER TEXT REAL BLOB ANY)) : pick(@types) };
	my @columns = map { { name => $_, type => $type->() } } some(between(1, 5), @names);
	my (@constraints, @key, @suffix);
	my $shape = pick('rowid', 'rowid', 'rowid', 'key', 'composite', 'none');
	if ($shape eq 'rowid') { unshift @columns, { name => 'id', type => 'INTEGER', sql => 'INTEGER PRIMARY KEY' . pick('', ' AUTOINCREMENT') }; @key = ('id'); }
	elsif ($shape eq 'key') { @key = ($columns[0]{name}); }
	elsif ($shape eq 'composite') { @key = map { $_->{name} } some(2, @columns); }
	push @constraints, 'PRIMARY KEY (' . join(', ', map { identifier($_) } @key) . ')' if @key && $shape ne 'rowid';
	my $without = @key && $shape ne 'rowid' && chance(0.4);
	push @suffix, 'WITHOUT ROWID' if $without;
	push @suffix, 'STRICT' if $strict;
	my $any = sub { return identifier(pick(@columns)->{name}) };
	push @constraints, 'UNIQUE (' . $any->() . ')' if chance(0.2);
	push @constraints, 'CHECK (' . $any->() . ' ' . pick('<> 1', 'IS NOT 7', "IN (1, 'a')", '> 0', 'LIKE 5') . ')' if chance(0.2);
	for (1 .. pick(0, 0, 1, 1, 2)) {
		my ($parent) = chance(0.1) ? 'nowhere' : pick(@others);
		my ($known) = grep { $_->{name} eq $parent } @{ $self->{tables} };
		my @to = $known && chance(0.6) ? map { $_->{name} } some(1, @{ $known->{columns} }) : ();
		push @constraints, 'FOREIGN KEY (' . $any->() . ') REFERENCES ' . identifier($parent) . (@to ? ' (' . identifier($to[0]) . ')' : '')
		  . pick('', '', ' ON DELETE CASCADE', ' ON UPDATE SET NULL', ' DEFERRABLE INITIALLY DEFERRED');
	}
	my $written = sub {
		my ($column) = @_;
		return identifier($column->{name}) . ' ' . ($column->{sql} // $column->{type} . pick('', '', '', '', ' NOT NULL', ' COLLATE NOCASE', " DEFAULT " . cell($column->{type}) =~ s/^(CAST.*)/($1)/sr, ' UNIQUE'));
	};
	my @generated = chance(0.1) ? (identifier('made') . ($strict ? ' TEXT' : '') . ' AS (1 + 1)' . pick('', ' STORED')) : ();
	push @{ $self->{sql} }, 'CREATE TABLE ' . identifier($name) . ' (' . join(', ', (map { $written->($_) } @columns), @generated, @constraints) . ')' . (@suffix ? ' ' . join(', ', @suffix) : '');
	push @{ $self->{tables} }, { name => $name, columns => [ @columns, @generated ? { name => 'made', type => 'TEXT' } : () ], key => \@key, rowid => !$without };
	push @{ $self->{sql} }, 'CREATE ' . pick('', 'UNIQUE ') . 'INDEX ' . identifier($name . '_i') . ' ON ' . identifier($name) . ' (' . $any->() . pick('', ' DESC', ' COLLATE NOCASE') . ')' . pick('', '', ' WHERE ' . $any->() . ' IS NOT NULL') if chance(0.25);
	my @rows = map { '(' . join(', ', map { cell($_->{sql} ? 'INTEGER' : $_->{type}) } @columns) . ')' } 1 .. pick(0, 1, 5, 20);
	# Each row by itself: what a key or STRICT refuses is left out.
	push @{ $self->{sql} }, map { 'INSERT OR IGNORE INTO ' . identifier($name) . ' (' . join(', ', map { identifier($_->{name}) } @columns) . ") VALUES $_" } @rows;
	return;
}

1;
