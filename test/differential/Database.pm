# A random SQLite database: the SQL text that builds it, and what the queries have to know of its columns.
# Clean tables hold only what their declared types take; dirty ones hold cells of every storage class.
package Database;
use strict;
use warnings;
use utf8;
use Random qw(chance pick some between);
use Values qw(cell junk quote);

# Kind of value => declared types; bound: no value is larger, so arithmetic cannot overflow; exact: sums do
# not depend on the order; type, options: what ALTER FOREIGN TABLE makes of the column after
# types 'declared'; strict: the type in a STRICT table.
my %kinds = (
	small => { decl => [ 'INTEGER', 'INT', 'BIGINT', 'MEDIUMINT' ], bound => 20, strict => 'INTEGER' },
	key => { decl => ['INTEGER'], bound => 30, strict => 'INT' },
	edge => { decl => [ 'BIGINT', 'INTEGER' ], strict => 'INTEGER' },
	int2 => { decl => ['SMALLINT'], bound => 32768 },
	exact => { decl => [ 'REAL', 'DOUBLE PRECISION' ], bound => 100, exact => 1, strict => 'REAL' },
	real => { decl => [ 'REAL', 'FLOAT', 'DOUBLE' ], strict => 'REAL' },
	numeric => { decl => ['NUMERIC'], bound => 1e14 },
	decimal => { decl => ['DECIMAL(10,2)'], bound => 1e8 },
	rounded => { decl => ['DECIMAL(10,1)'], maker => 'decimal', options => "excess_digits 'round'" },
	text => { decl => [ 'TEXT', 'TEXT', 'VARCHAR(40)', 'TEXT COLLATE NOCASE', 'TEXT COLLATE RTRIM', '' ], strict => 'TEXT' },
	word => { decl => [ 'TEXT', 'VARCHAR(10)', 'CHAR(10)', 'TEXT COLLATE NOCASE', 'TEXT COLLATE RTRIM', 'VARCHAR(12) COLLATE NOCASE' ], strict => 'TEXT' },
	cut => { decl => ['VARCHAR(2)'], maker => 'word', options => "too_long 'truncate'" },
	long_decimal => { decl => ['TEXT'], type => 'numeric' },
	number_text => { decl => ['TEXT'], type => 'bigint' },
	blob => { decl => [ 'BLOB', 'VARBINARY(20)' ], strict => 'BLOB' },
	bool01 => { decl => [ 'BOOLEAN', 'BOOL', 'TINYINT(1)' ] },
	bool => { decl => ['BOOLEAN'] },
	date => { decl => ['DATE'] },
	stamp => { decl => [ 'DATETIME', 'TIMESTAMP' ] },
	stamp_offset => { decl => [ 'DATETIME', 'TIMESTAMPTZ' ] },
	one_stamp => { decl => [ 'TIMESTAMP', 'DATETIME' ] },
	time => { decl => ['TIME'] },
	unix => { decl => [ 'DATETIME', 'INTEGER', 'TIMESTAMPTZ' ], type => 'timestamp', options => "encoding 'unix'" },
	unix_ms => { decl => ['INTEGER'], type => 'timestamptz', options => "encoding 'unix_ms'" },
	julian => { decl => ['REAL'], type => 'timestamp', options => "encoding 'julian'" },
	uuid => { decl => [ 'UUID', 'GUID' ] },
	any_uuid => { decl => [ 'UUID', 'UNIQUEIDENTIFIER' ] },
	json => { decl => [ 'JSON', 'JSONB' ] },
	any => { decl => [ '', 'TEXT', 'INTEGER', 'NUMERIC', 'REAL', 'BLOB' ], strict => 'ANY' }
);
# Kinds that joins and filters hit most come more often.
my @common = qw(small small key key key edge exact real numeric decimal text text word word word blob bool01 bool date stamp one_stamp);
my @rare = grep { !/^any$/ } sort keys %kinds;
my @strict = grep { $kinds{$_}{strict} } sort keys %kinds;

sub identifier { return '"' . ($_[0] =~ s/"/""/gr) . '"'; }

# A database of random tables. sql: what the sqlite3 shell runs; tables: name, columns, key, dirty.
sub new {
	my ($class) = @_;
	my $self = bless { tables => [], sql => '' }, $class;
	$self->{sql} .= 'PRAGMA encoding = ' . pick("'UTF-16le'", "'UTF-16be'") . ";\n" if chance(0.15);
	$self->{sql} .= "PRAGMA journal_mode = WAL;\n" if chance(0.2);
	$self->{sql} .= "BEGIN;\n";
	$self->add_table("t$_") for 1 .. between(4, 6);
	$self->add_view("v$_") for 1 .. between(1, 2);
	$self->{sql} .= "COMMIT;\n";
	$self->{sql} .= "ANALYZE;\n" if chance(0.6);
	return $self;
}

# Column $name of a kind; what SQLite declares is in {sql}.
sub column {
	my ($kind, $name, $strict) = @_;
	my $known = $kinds{$kind};
	my $decl = $strict ? $known->{strict} : pick(@{ $known->{decl} });
	return { %$known, kind => $kind, maker => $known->{maker} // $kind, name => $name, sql => identifier($name) . " $decl" };
}

sub add_table {
	my ($self, $name) = @_;
	my $strict = chance(0.2);
	my $table = { name => $name, dirty => !$strict && chance(0.35), key => [] };
	my (@columns, @constraints, $suffix);
	my $shape = pick('rowid', 'rowid', 'rowid', 'composite', 'text key', 'none');
	if ($shape eq 'rowid') {
		push @columns, column('key', 'id', 0);
		$columns[0]{sql} = 'id INTEGER PRIMARY KEY' . (chance(0.2) ? ' AUTOINCREMENT' : '');
		delete $columns[0]{bound};
		$table->{key} = ['id'];
	}
	elsif ($shape eq 'composite') {
		push @columns, column('key', 'k1', $strict), column('word', 'k2', $strict);
		push @constraints, 'PRIMARY KEY (k1' . pick('', ' DESC') . ', k2)';
	}
	elsif ($shape eq 'text key') {
		push @columns, column('text', 'k', $strict);
		push @constraints, 'PRIMARY KEY (k)';
	}
	$suffix = 'WITHOUT ROWID' if $shape =~ /composite|text/ && chance(0.5);
	$_->{clean} = 1 for @columns;
	my $number = 0;
	for my $kind (map { $strict ? pick(@strict) : chance(0.65) ? pick(@common) : pick(@rare) } 1 .. between(4, 8)) {
		$number++;
		push @columns, column($kind, (chance(0.1) ? "$kind $number" : chance(0.1) ? ucfirst "$kind$number" : "$kind$number"), $strict);
	}
	push @columns, column('any', 'any', $strict) if chance($table->{dirty} ? 0.5 : 0.1);
	for my $column (@columns) {
		$table->{dirty} = 1 if $column->{kind} eq 'any';
		next if $column->{clean} || $column->{kind} eq 'any';
		$column->{dirt} = 1 if $table->{dirty} && !$strict && chance(0.6);
		$column->{null} = pick(0, 0.1, 0.1, 0.2, 1) if !$column->{dirt};
		next if $column->{dirt};
		my $null = $column->{null} == 1 ? 0 : 1;
		$column->{null} = 0.1 if !$null && chance(0.7);    # a column of NULLs only is rare
		my $typeof = { small => 'integer', edge => 'integer', exact => 'real', word => 'text', text => 'text', blob => 'blob' }->{ $column->{kind} };
		push @constraints, 'CHECK (typeof(' . identifier($column->{name}) . ") IN ('$typeof', 'null'))" if $typeof && chance(0.15);
		$column->{sql} .= ' NOT NULL' if $column->{null} == 0 && chance(0.5);
	}
	my @inserted = @columns;
	my ($small) = grep { $_->{kind} eq 'small' && !$_->{dirt} } @columns;
	if ($small && chance(0.3)) {
		my $generated = column('small', 'twice', $strict);
		$generated->{bound} = 40;
		$generated->{sql} = ($strict ? 'twice INTEGER' : 'twice INT') . ' GENERATED ALWAYS AS (' . identifier($small->{name}) . ' * 2) ' . pick('STORED', 'VIRTUAL');
		push @columns, $generated;
	}
	for (grep { $_->{dirt} } @columns) { delete @$_{qw(bound exact)}; }
	$table->{columns} = \@columns;
	push @{ $self->{tables} }, $table;
	my $options = join ', ', ($strict ? 'STRICT' : ()), ($suffix // ());
	$self->{sql} .= "CREATE TABLE $name (" . join(', ', (map { $_->{sql} } @columns), @constraints) . ") $options;\n";
	my $before = chance(0.5);
	$self->add_indexes($table) if $before;
	$self->add_rows($table, \@inserted);
	$self->add_indexes($table) if !$before;
}

sub add_rows {
	my ($self, $table, $columns) = @_;
	my $rows = pick(0, 1, 8, 20, 20, 30, 40, 40, 60, 100, 100, 150, 300);
	my $id = pick(-3, 0, 1, 1, 1, 1);
	my $list = join ', ', map { identifier($_->{name}) } @$columns;
	for (1 .. $rows) {
		$id += chance(0.9) ? 1 : between(1, 5);
		my @cells;
		for my $column (@$columns) {
			push @cells,
				  $column->{name} eq 'id' ? $id
				: !$column->{clean} && chance($column->{null} // 0.1) ? 'NULL'
				: $column->{dirt} && chance(0.15) ? junk()
				: cell($column->{maker});
		}
		$self->{sql} .= "INSERT OR IGNORE INTO $table->{name} ($list) VALUES (" . join(', ', @cells) . ");\n";
	}
}

sub add_indexes {
	my ($self, $table) = @_;
	my @names = map { identifier($_->{name}) } @{ $table->{columns} };
	for (1 .. between(0, 3)) {
		my ($first, $second) = some(2, @names);
		my $keys = pick($first, $first, "$first DESC", "$first COLLATE NOCASE", "$first, $second", "$first DESC, $second", "lower($first)", "length($first), $second", "$first COLLATE RTRIM");
		my $where = chance(0.15) ? " WHERE $second IS NOT NULL" : '';
		my $unique = $keys eq $first && $first eq '"id"' ? 'UNIQUE ' : '';
		$self->{sql} .= "CREATE ${unique}INDEX $table->{name}_i" . ++$self->{indexes} . " ON $table->{name} ($keys)$where;\n";
	}
}

sub add_view {
	my ($self, $name) = @_;
	my $base = pick(grep { !$_->{view} } @{ $self->{tables} });
	my @columns = some(between(2, 4), @{ $base->{columns} });
	my $list = join ', ', map { identifier($_->{name}) } @columns;
	my $first = identifier($columns[0]{name});
	my $body = pick(
		"SELECT $list FROM $base->{name}", "SELECT $list FROM $base->{name} WHERE $first IS NOT NULL", "SELECT DISTINCT $list FROM $base->{name}",
		"SELECT $list FROM $base->{name} ORDER BY $list LIMIT 10", "SELECT $list FROM $base->{name} UNION ALL SELECT $list FROM $base->{name} WHERE $first IS NULL"
	);
	$self->{sql} .= "CREATE VIEW $name AS $body;\n";
	push @{ $self->{tables} }, { name => $name, view => 1, dirty => $base->{dirty}, key => [], columns => \@columns };
}

# SQL that brings the database into schemas f_declared and f_stored of PostgreSQL.
sub import_sql {
	my ($self, $path) = @_;
	my $cost = chance(0.4) ? ", fdw_startup_cost '0', fdw_tuple_cost '0'" : '';
	my $timezone = chance(0.2) ? ", timezone 'America/New_York'" : '';
	my $immutable = chance(0.5) ? ", immutable 'true'" : '';
	my $sql = "CREATE SERVER declared FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$path'$cost$timezone);\n"
		. "CREATE SERVER stored FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$path'$cost$timezone$immutable);\n"
		. "CREATE SCHEMA f_declared; CREATE SCHEMA f_stored; CREATE SCHEMA l_declared; CREATE SCHEMA l_stored;\n"
		. "IMPORT FOREIGN SCHEMA main FROM SERVER declared INTO f_declared OPTIONS (types 'declared');\n"
		. "IMPORT FOREIGN SCHEMA main FROM SERVER stored INTO f_stored OPTIONS (types 'stored'" . pick('', '', ", promote 'all'") . ");\n";
	for my $table (@{ $self->{tables} }) {
		my $foreign = "f_declared.$table->{name}";
		$sql .= "ALTER FOREIGN TABLE $foreign OPTIONS (ADD on_error 'null');\n" if $table->{dirty};
		for my $column (@{ $table->{columns} }) {
			my $alter = "ALTER FOREIGN TABLE $foreign ALTER COLUMN " . identifier(lc $column->{name});
			$sql .= "$alter TYPE $column->{type};\n" if $column->{type};
			$sql .= "$alter OPTIONS (ADD $column->{options});\n" if $column->{options};
		}
	}
	return $sql . $self->query_table;
}

# A foreign table over a query that has an order and a limit of its own.
sub query_table {
	my ($self) = @_;
	my $base = pick(grep { !$_->{view} } @{ $self->{tables} });
	my $list = join ', ', map { identifier($_->{name}) } @{ $base->{columns} };
	my $query = "SELECT $list FROM $base->{name}" . pick('', " ORDER BY $list", " ORDER BY $list LIMIT 15", ' -- a comment');
	push @{ $self->{tables} }, { name => 'q1', dirty => 1, key => [], columns => [ map { { %$_ } } @{ $base->{columns} } ], only => 'declared' };
	return "DO \$do\$ BEGIN EXECUTE format('CREATE FOREIGN TABLE f_declared.q1 (%s) SERVER declared OPTIONS (query %L, on_error ''null'')', "
		. "(SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) FROM pg_attribute "
		. "WHERE attrelid = 'f_declared.$base->{name}'::regclass AND attnum > 0), " . quote($query) . "); END \$do\$;\n";
}

1;
