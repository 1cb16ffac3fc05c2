# A spec that means its tables: each key of docs/reference/spec.schema.json (Spec holds us to it for the wild ones), with what
# suits the kind of a column (Kinds), its table's keys and references, and what stands in the target; so that most specs are
# carried out. How many things it says is drawn first, since a spec that says all fails by the first.
package MeantSpec;
use strict;
use warnings;
use JSON::PP;
use Kinds qw(%kinds);
use Random qw(chance pick some between);
use Source;
use Spec;

my $true = JSON::PP::true;
my $false = JSON::PP::false;
my %policy = (on_error => [ 'null', 'reject', 'reject', 'error' ], excess_digits => [qw(round truncate error)], invalid_text => [ 'replace', 'null', 'error' ], nul_bytes => [ 'strip', 'null', 'error' ], invalid_json => [ 'null', 'string', 'error' ], too_long => [ 'truncate', 'error' ],
	empty_as_null => [ $true, $false ], zero_date_as_null => [$true], ambiguous_time => [qw(earlier later error)], timezone => [ 'Europe/Berlin', 'UTC', 'America/New_York', 'Australia/Lord_Howe' ], timestamp_type => [qw(timestamp timestamptz)]);

# at: as of Spec.
sub new {
	my ($class, %at) = @_;
	my $self = bless { %at, much => pick(0.03, 0.1, 0.25) }, $class;
	my @tables = map { @{ $_->{tables} } } @{ $at{sources} };
	my %spec = $self->policies($self->{much});
	$spec{on_error} = pick('reject', 'reject', 'null') if chance(0.6);
	$spec{types} = pick('stored', 'declared') if chance(0.3);
	$spec{existing} = pick('append', 'append', 'upsert', 'skip', 'match', 'truncate') if chance(0.6);
	$spec{orphans} = pick(qw(reject reject null keep error)) if chance(0.5);
	$spec{transaction} = pick(qw(single table batch)) if chance(0.4);
	$spec{commit_rows} = pick(1, 2, 7, 1000) if ($spec{transaction} // '') eq 'batch' && chance(0.6);
	$spec{workers} = pick(1, 2, 2, 3) if chance(0.3);
	$spec{read_from} = pick(qw(copy live)) if chance(0.15);
	$spec{keys} = 'uuid' if chance($self->{much} / 2);
	$spec{uuid_namespace} = 'b9d7bb5e-0b2c-4d0e-9f60-2b8f0f9d3a11' if chance($self->{much} / 2);
	$spec{fold_case} = 'preserve' if chance($self->{much} / 3);
	$spec{conflicts} = pick(qw(prefix merge error)) if chance(@{ $at{servers} } > 1 ? 0.7 : 0.02);
	$spec{max_rejects} = pick(0, 1, 5, 100, '5%', '50%', '100%') if chance($self->{much} / 3);
	$spec{triggers} = pick(qw(fire disable)) if chance($self->{much});
	$spec{parallel_index} = $true if chance($self->{much});
	$spec{backup} = $at{folder} if chance($self->{much} / 4);
	$spec{exclude} = [ Spec::pattern(pick(@tables)->{name}) ] if @tables > 1 && chance($self->{much} / 2);
	$spec{include} = [ '*', Spec::pattern(pick(@tables)->{name}) ] if chance($self->{much} / 4);
	$spec{type_map} = { map { @$_ } pick([ 'DECIMAL(6,2)', 'numeric' ], [ '', 'text' ], [ 'MONEY', 'numeric(12,2)' ], [ 'BOOLEAN', 'smallint' ], [ 'DATETIME', 'timestamptz' ], [ 'TEXT', 'varchar(30)' ], [ 'INTEGER', 'integer' ]) } if chance($self->{much});
	$spec{servers} = { pick(@{ $at{servers} }) => { prefix => pick('', 'p_', 'Old '), chance(0.5) ? $self->policies(0.2) : () } } if chance($self->{much} / 2);
	$spec{comment} = 'for people' if chance(0.05);
	for my $table (@tables) {
		next if !chance(0.2 + 2 * $self->{much});
		my $object = $self->table($table);
		$spec{tables}{ Spec::pattern($table->{name}) } = $object if %$object;
	}
	for my $kind (qw(columns)) { $spec{$kind}{ pick('*.a', '*.name', '*.at', '*.*_of0') } = { $self->policies(0.3) } if chance($self->{much}); }
	$self->{spec} = \%spec;
	return $self;
}

sub policies { my ($self, $likely) = @_; return map { $_ => pick(@{ $policy{$_} }) } grep { chance($likely) } sort keys %policy; }

# What a table's own keys say.
sub table {
	my ($self, $table) = @_;
	my $much = $self->{much};
	my @columns = grep { !$_->{made} } @{ $table->{columns} };
	my $name = sub { return Source::folded($_[0]{name}) };
	my $on = sub { my ($what, $column) = @_; my $quoted = Source::identifier($name->($column)); return pick(@{ $kinds{ $column->{kind} }{$what} }) =~ s/%s/$quoted/gr; };
	my %object = chance($much) ? $self->policies(0.2) : ();
	my @key = map { Source::folded($_) } @{ $table->{key} };
	$object{types} = pick(qw(declared stored)) if chance($much / 2);
	$object{existing} = pick(qw(append skip upsert match truncate)) if chance($much);
	$object{orphans} = pick(qw(reject null keep)) if chance($much);
	$object{target} = pick('renamed', 'other.moved', 'app."New Name"', map { my $t = $_->{name} =~ s/^app\.//r; $t } @{ $self->{target}{tables} }) if chance($much / 3);
	$object{where} = chance(0.7) ? $on->('conditions', pick(@columns)) : pick($self->subselects($table)) if chance($much);
	$object{upsert} = { key => [ chance(0.7) && @key ? @key : $name->(pick(@columns)) ], chance(0.4) ? (set => [ map { $name->($_) } some(pick(1, 2), @columns) ]) : () } if chance($much / 2);
	if (chance($much / 2)) { $object{match_on} = [ map { $name->($_) } some(pick(1, 1, 2), @columns) ]; $object{existing} = 'match'; delete $object{upsert}; }
	delete $object{existing} if $object{upsert};
	$object{primary_key} = pick([], [ $name->(pick(@columns)) ], @key ? [ @key, $name->(pick(@columns)) ] : []) if chance($much / 3);
	$object{required} = [ map { $name->($_) } some(pick(1, 1, 2), @columns) ] if chance($much);
	$object{rules} = { map { ("rule $_" => chance(0.3) ? $on->('conditions', pick(@columns)) : $self->rule($on, pick(@columns))) } 1 .. pick(1, 1, 2) } if chance($much);
	if ($object{rules}) { for (values %{ $object{rules} }) { $_->{columns} = [ map { $name->($_) } some(1, @columns) ] if ref $_ && ($_->{on_fail} // '') eq 'null' && chance(0.3); } }
	my @ranges = grep { $_->{kind} =~ /^(?:number|day|moment|epoch)$/ } @columns;
	if (@ranges && chance($much / 2)) {
		my $range = pick(@ranges);
		$object{partition_by} = { range => $name->($range), every => $range->{kind} =~ /number|epoch/ ? pick('10', '1000', '1000000000') : pick('1 month', '1 day', '1 year', '1 week'), chance(0.3) ? (ahead => pick(0, 3)) : (), chance(0.3) ? (default => pick($true, $false)) : (), chance(0.2) ? (max => pick(5, 100)) : () };
		$object{primary_key} = pick([], [ @key, (grep { $_ eq $name->($range) } @key) ? () : $name->($range) ]);
	}
	$object{indexes} = [ map { my $c = Source::identifier($name->(pick(@columns))); pick("($c)", "($c DESC NULLS LAST)", "USING hash ($c)", "(($c IS NULL))", "($c) WHERE $c IS NOT NULL", "((${c}::text))", "USING brin ($c)", "USING gin ($c)", "(lower(${c}::text))") } 1 .. pick(1, 2) ] if chance($much);
	$object{foreign_keys} = [ map { $self->foreign_key($table) // () } 1 .. pick(0, 1, 1, 2) ] if chance($much);
	for my $column (@columns) {
		next if !chance(0.15 + $much);
		my %column = chance($much) ? $self->policies(0.15) : ();
		my $kind = $kinds{ $column->{kind} };
		%column = (%column, %{ pick(@{ $kind->{settings} }) }) if chance(0.5);
		if (chance($much)) { $column{convert} = $on->('convert', chance(0.8) ? $column : pick(@columns)); }
		$column{target} = pick('renamed', 'New "Name"', 'order', 'z' x 63) if chance($much / 4);
		$column{index_as} = pick(qw(hash none value)) if chance($much / 3);
		%column = (skip => $true) if chance($much / 4);
		$object{columns}{ Spec::pattern($column->{name}) } = \%column if %column;
	}
	if (chance($much / 2)) { $object{columns}{added} = pick({ type => 'int', default => 3 }, { type => 'text', default_sql => "'x' || 1" }, { type => 'timestamptz', default_sql => 'now()' }, { type => 'text', convert => Source::identifier($name->(pick(@columns))) . '::text' }, { type => 'uuid', default_sql => 'gen_random_uuid()' }); }
	$object{comment} = 'why' if chance(0.03);
	return \%object;
}

# Conditions that ask other rows: of the table itself, of the target, of a table that is there.
sub subselects {
	my ($self, $table) = @_;
	my $column = Source::identifier(Source::folded(pick(@{ $table->{columns} })->{name}));
	my @there = map { my $t = $_; map { "$column\::text NOT IN (SELECT COALESCE(" . Source::identifier($_->{name}) . "::text, '') FROM $t->{name})" } $t->{columns}[0] } @{ $self->{target}{tables} };
	return ("$column\::text <> (SELECT 'a')", "EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = $column\::text) OR true", @there, @there);
}

sub rule {
	my ($self, $on, $column) = @_;
	return { condition => $on->('conditions', $column), chance(0.7) ? (on_fail => pick(qw(reject warn null))) : (), chance(0.25) ? (check => $true) : () };
}

# To the key of a table of any of the files, or of one that is there; more often than not what the source says, or should say.
sub foreign_key {
	my ($self, $table) = @_;
	my $quoted = sub { my $n = Source::folded($_[0]); return $n =~ /^[a-z_]+$/ && $n ne 'order' ? $n : Source::identifier($n) };
	my %key = map { @$_ } grep { chance(0.25) } [ on_delete => pick(qw(no_action restrict cascade set_null set_default)) ], [ on_update => pick(qw(cascade no_action set_null)) ], [ deferrable => pick(qw(no immediate deferred)) ],
	  [ orphans => pick(qw(reject null keep error)) ], [ name => pick('fk', 'it"s', 'f' x 63) ];
	my ($reference) = pick(@{ $table->{foreign_keys} });
	if ($reference && chance(0.7)) { return { columns => [ map { Source::folded($_) } @{ $reference->{columns} } ], references => $quoted->($reference->{parent}{name}), chance(0.5) ? (referenced_columns => [ map { Source::folded($_) } @{ $reference->{to} } ]) : (), %key }; }
	my %type = map { $_->{name} => $_->{kind} } @{ $table->{columns} };
	for my $parent (some(9, map { @{ $_->{tables} } } @{ $self->{sources} })) {
		next if @{ $parent->{key} } != 1;
		my ($to) = grep { $_->{name} eq $parent->{key}[0] } @{ $parent->{columns} };
		my @from = grep { $_->{kind} eq $to->{kind} } @{ $table->{columns} } or next;
		return { columns => [ Source::folded(pick(@from)->{name}) ], references => $quoted->($parent->{name}), %key };
	}
	return;
}

1;
