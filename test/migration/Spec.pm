# A random spec over every key there is, most of it sensible for the sources and targets at hand, some of it not.
# docs/reference/spec.schema.json says which keys an object has; a key without a maker here is an error, so that
# none is added without being tried.
package Spec;
use strict;
use warnings;
use JSON::PP;
use Random qw(chance pick some between);

my $true = JSON::PP::true;
my $false = JSON::PP::false;
my @types = ('bigint', 'integer', 'smallint', 'text', 'varchar(3)', 'numeric(6,2)', 'numeric', 'boolean', 'date', 'timestamp', 'timestamptz', 'time', 'uuid', 'jsonb', 'json', 'bytea', 'text[]', 'int[]', 'double precision', 'real', 'inet', 'interval', 'money', 'app.positive', 'app.mood', 'nothing', 'int4range', 'record', 'void', 'anyelement', 'trigger', '"char"', 'cstring', 'bit(3)', 'xml', 'regclass', 'point');
my @encodings = qw(unix unix_ms unix_us unix_ns julian excel webkit cocoa dotnet_ticks utf8 guid_le json DD/MM/YYYY nonsense);
# Expressions on columns, %s being one's name.
# The first of each list are sensible for most columns.
my @values = ('%s', '%s::text', 'coalesce(%s, NULL)', 'NULL', '1', "'a'", '%s + 1', 'upper(%s::text)', 'now()', '%1$s || %1$s', '(SELECT 1)', '1/0', 'nothing', 'count(*)', '%s::int', 'random()', 'generate_series(1, 2)', '%s; SELECT 1', ')', 'sqlite.parse_uuid(%s::text)', "nextval('app.nothing')", 'ROW(%s)', '$1', '%s COLLATE "C"', 'ARRAY[%s]', "'\\x00'::bytea");
my @conditions = ('%s IS NOT NULL', '%s IS NULL', '%s::text <> \'a\'', 'true', '%1$s = %1$s', 'false', 'NULL', '1/0 > 1', '%s > 1', 'nothing', 'EXISTS (SELECT 1)', '%s; DROP TABLE x', 'count(*) > 1', 'random() < 0.5', 'ctid IS NULL', 'NULL::boolean', '1');
my @junk = (undef, 0, -1, '', ' ', 'x', [], {}, $true, [undef], [ [] ], { a => {} }, 1e300, '9' x 30, "a\x{0}b", 'x' x 100, ['x', 'x'], '*', '"', '.', 'a.b.c.d');

sub sql_name { return $_[0] =~ /^[a-z_][a-z0-9_]*$/ && $_[0] ne 'select' ? $_[0] : '"' . $_[0] =~ s/"/""/gr . '"'; }
sub fill { my ($text, $column) = @_; return $text =~ s/%(?:1\$)?s/sql_name($column)/ger; }
sub pattern { return $_[0] =~ /[.*?"]/ ? '"' . $_[0] =~ s/"/""/gr . '"' : $_[0]; }

# sources: of Source, servers: their names, target: of Target, folder: where the server may write; schema: the document.
sub new {
	my ($class, %at) = @_;
	my $self = bless {%at}, $class;
	# One in five is written by a stranger: junk, mistakes, forbidden pairs. The others get past the reader of specs. Most are
	# short, so that what is meant well is met by what is not.
	$self->{wild} = chance(0.2);
	$self->{short} = !$self->{wild} && chance(0.75);
	$self->{table} = pick(@{ $at{sources}[0]{tables} });
	$self->{spec} = $self->object('job', 0);
	if (!$self->{wild} && chance(0.25)) { $self->{spec} = $self->policies; }
	elsif (!$self->{wild} && chance(0.7)) {
		$self->{spec}{on_error} = 'reject' if !$self->{short} || chance(0.6);
		$self->{spec}{types} //= 'stored' if chance($self->{short} ? 0.25 : 0.5);
		$self->{spec}{orphans} //= pick(qw(reject keep null reject)) if $self->{short} && chance(0.7);
		$self->{spec}{existing} //= pick('append', 'skip', 'upsert', 'truncate');
	}
	return $self;
}

# Nothing but policies, and how the rows are brought.
my %policy = (on_error => [ 'null', 'reject', 'error' ], excess_digits => [qw(round truncate)], invalid_text => [ 'replace', 'null' ], nul_bytes => [ 'strip', 'null' ], invalid_json => [ 'null', 'string' ],
	too_long => ['truncate'], empty_as_null => [$true], zero_date_as_null => [$true], orphans => [qw(reject null keep)]);
sub policies {
	my ($self) = @_;
	my $some = sub { my ($likely) = @_; return map { $_ => pick(@{ $policy{$_} }) } grep { chance($likely) } sort keys %policy };
	my %spec = $some->(0.6);
	$spec{on_error} = pick('null', 'reject') if chance(0.8);
	$spec{types} = pick('declared', 'stored') if chance(0.3);
	$spec{existing} = 'append' if chance(0.5);
	$spec{workers} = pick(1, 2) if chance(0.4);
	$spec{transaction} = pick(qw(single table batch)) if chance(0.5);
	for my $name ($self->columns_of) {
		my %column = $some->(0.3);
		delete $column{orphans};
		$spec{columns}{ pattern($name) =~ s/^/*./r } = \%column if chance(0.2);
	}
	return \%spec;
}

sub json { return JSON::PP->new->canonical->utf8->allow_nonref->encode($_[0]{spec}); }

# Names of columns as the target will have them: lower case, 63 bytes.
sub columns_of { my ($self) = @_; return map { substr(lc $_->{name}, 0, 63) } @{ $self->{table}{columns} }; }
sub column { my ($self) = @_; return !$self->{wild} || chance(0.8) ? pick($self->columns_of) : pick('nothing', 'made', 'ctid', 'more', '', 'ID'); }
sub columns { my ($self, $most) = @_; return [ some(between(1, $most // 2), $self->columns_of) ] if !$self->{wild} || chance(0.8); return [ map { $self->column } 1 .. between(0, 2) ]; }
sub expression { my ($self, @list) = @_; return fill(pick($self->{wild} ? @list : @list[ 0 .. ($self->{short} ? 3 : 5) ]), $self->column); }

sub existing_or_planned {
	my ($self) = @_;
	my @targets = map { $_->{name} } @{ $self->{target}{tables} };
	my @planned = map { my $n = lc $_->{name}; $n =~ /[ ."]/ ? '"' . $n =~ s/"/""/gr . '"' : $n } map { @{ $_->{tables} } } @{ $self->{sources} };
	return !$self->{wild} || chance(0.7) ? pick(@planned, @planned, map { s/^app\.//r =~ s/^"(\w+)"$/$1/r } (@targets) x 3) : pick('nowhere', 'other.nowhere', 'pg_catalog.pg_class', 'pg_class', 'sqlite.jobs', 'users', 'other.users', 'information_schema.tables', 'pg_temp.t', 'a.b.c', 'newschema.t', 'app.v');
}

# An object of one of the schema's kinds: a few of its keys at random.
my %often = (job => 0.08, server => 0.1, table => 0.12, column => 0.2, upsert => 0.6, rule => 0.5, foreign_key => 0.35, partition_by => 0.6);
# Of short specs, against the others: what seldom suits the tables at hand.
my %rarely = (include => 0.05, exclude => 0.1, target => 0.05, partition_by => 0.05, max_rejects => 0.1, type_map => 0.1, upsert => 0.1, servers => 0.1, indexes => 0.2, backup => 0.1, match_on => 0.3, references => 1);
sub object {
	my ($self, $kind, $depth) = @_;
	my $known = $kind eq 'job' ? $self->{schema} : $self->{schema}{definitions}{$kind};
	my %required = map { $_ => 1 } @{ $known->{required} // [] };
	my %object;
	for my $key (sort keys %{ $known->{properties} }) {
		my $wanted = $required{$key} ? 0.97 : $key =~ /^(?:tables|foreign_keys|columns)$/ && $depth < 2 ? 0.7 : $often{$kind};
		$wanted *= $rarely{$key} // 0.4 if $self->{short} && !$required{$key};
		next if !chance($required{$key} && !$self->{wild} ? 1 : $wanted);
		$object{$key} = $self->{wild} && chance(0.03) ? pick(@junk) : $self->value($kind, $key, $known->{properties}{$key}, $depth);
	}
	if ($self->{wild}) { $object{ pick('nothing', 'tabels', '') } = 1 if chance(0.01); }
	else { $self->tame(\%object); }
	return \%object;
}

# Takes out what a spec may not say together.
sub tame {
	my ($self, $object) = @_;
	delete $object->{default_sql} if exists $object->{default};
	delete $object->{commit_rows} if ($object->{transaction} // '') ne 'batch';
	delete $object->{columns} if exists $object->{condition} && ($object->{on_fail} // '') ne 'null';
	$object->{existing} = 'match' if $object->{match_on};
	if ($object->{references} && $self->{short}) {
		# To a key of one column, mostly.
		my @parents = grep { @{ $_->{key} } == 1 } map { @{ $_->{tables} } } @{ $self->{sources} };
		if (@parents && chance(0.9)) {
			my $parent = pick(@parents);
			$object->{references} = lc $parent->{name} =~ /[ ."]/ ? '"' . lc($parent->{name}) =~ s/"/""/gr . '"' : lc $parent->{name};
			$object->{columns} = [ $self->column ];
			delete $object->{referenced_columns};
		}
	}
	if ($object->{references}) {
		my $count = @{ $object->{columns} };
		if ($object->{referenced_columns} && @{ $object->{referenced_columns} } != $count) { delete $object->{referenced_columns}; }
	}
	return;
}

# Of keys with a meaning of their own; all others follow from the schema's types.
my %makers;
sub value {
	my ($self, $kind, $key, $schema, $depth) = @_;
	my $maker = $makers{"$kind.$key"} // $makers{$key};
	return $maker->($self, $depth, $kind) if $maker;
	return pick(@{ $schema->{enum} }) if $schema->{enum};
	return pick($true, $false) if ($schema->{type} // '') eq 'boolean';
	die "no maker for the spec's key $kind.$key";
}

sub by_name {
	my ($self, $depth, $kind, @names) = @_;
	my %object;
	for (1 .. pick(1, 1, 2, 3)) {
		my $name = pick(@names);
		$object{$name} = $self->object($kind, $depth + 1);
		delete $object{$name}{target} if !$self->{wild} && $kind eq 'column' && $name =~ /[*?]/;
	}
	return \%object;
}

%makers = (
	'$schema' => sub { 'https://example.com/spec.json' },
	comment => sub { pick('a note', "\x{e4}", "it's") },
	type_map => sub { my ($self) = @_; return { map { (pick(@Source::types, '', 'integer', 'DECIMAL(6,2)', 'DECIMAL') => $makers{type}->($self)) } 1 .. between(0, 3) } },
	include => sub { [ some(between(1, 3), '*', 't*', 'p?rent', '*.t0', 'nothing', '"two words"') ] },
	exclude => sub { [ some(between(0, 2), 't1', '*child', 'nothing', '"*"', 'case_a.t0') ] },
	commit_rows => sub { pick(1, 2, 3, 1000, 9223372036854775807) },
	workers => sub { pick(1, 2, 3, 1024) },
	backup => sub { my ($self) = @_; pick($self->{folder}, $self->{wild} ? ('/nonexistent/folder', '/dev/null', '/etc/passwd') : ()) },
	max_rejects => sub { pick(0, 1, 100, 1000000, '0%', '5%', '100%', 9223372036854775807) },
	'job.uuid_namespace' => sub { pick('6b9c1c3e-1111-4222-8333-444455556666', '00000000-0000-0000-0000-000000000000') },
	# They leave nothing behind that a rollback would have to take back.
	'job.hooks' => sub {
		my ($self) = @_;
		my @sql = ('SELECT 1', 'SET LOCAL work_mem = 65536', [ 'SELECT 1', 'SELECT 2' ], $self->{wild} ? ('nothing', 'COMMIT', 'SELECT 1; SELECT 2', '', 'VACUUM', 'SELECT 1 / 0') : ());
		return { map { $_ => pick(@sql) } some(between(1, 3), qw(before_data after_data after_all)) };
	},
	prefix => sub { pick('', 'p_', 'it"s ', 'x' x 50) },
	'table.target' => sub { my ($self) = @_; return $self->existing_or_planned },
	where => sub { my ($self) = @_; return $self->expression(@conditions) },
	upsert => sub { return $_[0]->object('upsert', $_[1]) },
	key => sub { return $_[0]->columns },
	set => sub { return $_[0]->columns(3) },
	match_on => sub { return $_[0]->columns },
	primary_key => sub { my ($self) = @_; return chance(0.2) ? [] : $self->columns },
	foreign_keys => sub { my ($self, $depth) = @_; return [ map { $self->object('foreign_key', $depth) } 1 .. pick(0, 1, 1, 2, 3) ] },
	required => sub { my ($self) = @_; return chance(0.1) ? [] : $self->columns(3) },
	rules => sub { my ($self, $depth) = @_; return { map { (pick('r1', 'r2', 'R 3', 'required', 'a"b', 'x' x 63) => chance(0.4) ? $self->expression(@conditions) : $self->object('rule', $depth)) } 1 .. between(0, 2) } },
	partition_by => sub { return $_[0]->object('partition_by', $_[1]) },
	indexes => sub { my ($self) = @_; my @list = ('(%s)', 'USING hash (%s)', '(%s) WHERE %s IS NULL', '((%s::text))', '(%s) INCLUDE (%s)', 'USING gin (%s)', '(nothing)', ')', '(%s); DROP TABLE x', 'USING nothing (%s)', '(random())', '(%s) TABLESPACE nothing', '() '); return [ map { fill(pick($self->{wild} ? @list : @list[ 0 .. 4 ]), $self->column) } 1 .. between(0, 2) ] },
	'column.target' => sub { my ($self) = @_; return chance(0.5) ? $self->column : pick('renamed', 'New Name', 'ctid', 'xmin', 'select') },
	type => sub { my ($self) = @_; return pick($self->{wild} ? @types : grep { !/^(?:nothing|record|void|any|trigger|cstring)/ } @types) },
	encoding => sub { my ($self) = @_; return pick($self->{wild} ? @encodings : qw(unix unix_ms julian iso)) },
	convert => sub { return $_[0]->expression(@values) },
	default => sub { pick(0, 1, -1, 'a', '', '2024-01-01', $true, 1.5, [ 1, 2 ], { a => 1 }, '9' x 30, 'good', 'NaN') },
	default_sql => sub { return $_[0]->expression(@values) },
	timezone => sub { my ($self) = @_; pick('UTC', 'Europe/Berlin', 'EST5EDT', $self->{wild} ? ('Nowhere/City', '+02') : ()) },
	condition => sub { return $_[0]->expression(@conditions) },
	'rule.columns' => sub { return $_[0]->columns },
	name => sub { pick('fk', 'fk', 'x' x 63, 'it"s') },
	'foreign_key.columns' => sub { return $_[0]->columns },
	references => sub { return $_[0]->existing_or_planned },
	referenced_columns => sub { my ($self) = @_; return chance(0.5) ? ['id'] : $self->columns },
	range => sub { return $_[0]->column },
	every => sub { pick('1 month', '1 day', '1 year', '1', '100', '1000000000000', '9223372036854775807', '1 minute', $_[0]{wild} ? ('0', '-1', 'nonsense', '1 month 1 day') : ()) },
	'partition_by.default' => sub { pick($true, $false) },
	ahead => sub { pick(0, 1, 3, 20) },
	max => sub { pick(1, 2, 100) },
	servers => sub { my ($self, $depth) = @_; return $self->by_name($depth, 'server', (map { pattern($_) } @{ $self->{servers} }), 'case_?', 'nothing') },
	tables => sub {
		my ($self, $depth) = @_;
		my %object;
		for (1 .. pick(1, 2, 3)) {
			local $self->{table} = pick(map { @{ $_->{tables} } } @{ $self->{sources} });
			$object{ chance(0.9) ? pattern($self->{table}{name}) : pick('*', 't?', 'nothing', '*.*', 'case_a.t0') } = $self->object('table', $depth + 1);
		}
		return \%object;
	},
	columns => sub {
		my ($self, $depth, $kind) = @_;
		my @names = map { pattern($_->{name}) } @{ $self->{table}{columns} };
		@names = map { pattern($self->{table}{name}) . ".$_" } @names if $kind ne 'table';
		return $self->by_name($depth, 'column', @names, @names, $kind eq 'table' ? ('added', '*', '*_at') : ('*.added', '*.id', '*.*'));
	});

1;
