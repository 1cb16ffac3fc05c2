# One thing is changed at random, in the target or in the source of a migrated database: validate must find
# every real change and name its row and column, and must not report what is the same in another spelling. Every
# second mutation is looked for with parallel workers.
#
# PG_SQLITE_MUTATIONS: how many (200); PG_SQLITE_SEED: which (1).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $count = $ENV{PG_SQLITE_MUTATIONS} // 100;
my $seed = $ENV{PG_SQLITE_SEED} // 1;
my $rows = 40;

# A generator of its own, so that a seed means the same everywhere.
my $state = $seed * 2654435761 % 4294967296 || 1;
sub random
{
	$state ^= ($state << 13) & 0xffffffff;
	$state ^= $state >> 17;
	$state ^= ($state << 5) & 0xffffffff;
	return $state % $_[0];
}
sub pick { return $_[random(scalar @_)]; }

# The files are UTF-8 whatever characters they hold.
sub spew { my ($path, $text) = @_; utf8::encode($text); append_to_file($path, $text); return; }
sub text { my $t = $_[0]; $t =~ s/'/''/g; return "'$t'"; }
sub two { return sprintf '%02d', $_[0]; }
sub neighbour { return sprintf '%.17g', unpack('d', pack('q', unpack('q', pack('d', $_[0])) + 1)); }
sub day { return sprintf '%04d-%02d-%02d', 1900 + random(200), 1 + random(12), 1 + random(28); }
sub clock { return two(random(24)) . ':' . two(random(60)) . ':' . two(random(60)) . sprintf('.%06d', random(1000000)); }
sub hex32 { return join '', map { sprintf '%04x', random(65536) } 1 .. 8; }
sub uuid { return join '-', unpack 'A8 A4 A4 A4 A12', $_[0]; }
my @letters = ('a' .. 'z', 'A' .. 'Z', ' ', "'", '"', '\\', "\x{e9}", "\x{20ac}", "\x{1f600}", ',', "\t");
sub words { return join '', map { pick(@letters) } 1 .. $_[0]; }
sub json_text { my $t = $_[0]; $t =~ s/([\\"])/\\$1/g; $t =~ s/\t/\\t/g; return "\"$t\""; }

# Each type: its declaration; a random value (a Perl scalar); how SQLite and PostgreSQL write it; other values that
# differ as little as can be; other spellings of the same value, as SQL of SQLite or of PostgreSQL.
my %types = (
	i => {
		declared => 'INTEGER', value => sub { random(2000000000) * pick(1, -1) * pick(1, 1, 4000000000) },
		near => sub { pick($_[0] + 1, -$_[0] - 1) },
	},
	s => { declared => 'SMALLINT', value => sub { random(30000) }, near => sub { $_[0] + 1 } },
	b => {
		declared => 'BOOLEAN', value => sub { random(2) }, postgresql => sub { $_[0] ? 'true' : 'false' },
		near => sub { 1 - $_[0] },
	},
	r => {
		declared => 'REAL', value => sub { sprintf '%.17g', (1 + random(1000000)) / (1 + random(1000)) + 1e-3 },
		sqlite => sub { $_[0] =~ /[.e]/ ? $_[0] : "$_[0].0" }, near => sub { neighbour($_[0]) },
		same_sqlite => sub { "CAST('$_[0]' AS REAL)" },
	},
	n => {
		declared => 'NUMERIC', value => sub { (1 + random(1000000)) . '.' . (1 + random(99)) . '1' },
		near => sub { "$_[0]1" }, same_postgresql => sub { "$_[0]000" }, same_sqlite => sub { "'$_[0]00'" },
	},
	d => {
		declared => 'DECIMAL(12,4)', value => sub { random(100000) . '.' . (1000 + random(9000)) },
		near => sub { my $v = $_[0]; $v =~ s/(\d)$/($1 + 1) % 10/e; $v }, same_sqlite => sub { "'$_[0]'" },
	},
	t => {
		declared => 'TEXT', value => sub { 'x' . words(random(20)) . 'e' }, quoted => 1,
		near => sub { my $v = $_[0]; pick("$v ", " $v", ucfirst $v, substr($v, 0, -1) . "e\x{301}", reverse($v) . 'z') },
	},
	v => {
		declared => 'VARCHAR(30)', value => sub { 'V' . words(random(25)) }, quoted => 1,
		near => sub { my $v = $_[0]; pick("$v ", lcfirst $v) },
	},
	l => {
		declared => 'TEXT', value => sub { words(10) x 200 }, quoted => 1,
		near => sub { my $v = $_[0]; substr($v, 1000, 1) = substr($v, 1000, 1) eq '_' ? '-' : '_'; $v },
	},
	x => {
		declared => 'BLOB', value => sub { hex32() }, sqlite => sub { "x'$_[0]'" }, postgresql => sub { "'\\x$_[0]'" },
		near => sub { pick("$_[0]00", substr($_[0], 2)) },
	},
	da => { declared => 'DATE', value => \&day, quoted => 1, near => sub { my $v = $_[0]; $v =~ s/(\d)$/$1 == 1 ? 2 : 1/e; $v } },
	ti => { declared => 'TIME', value => \&clock, quoted => 1, near => sub { my $v = $_[0]; $v =~ s/(\d)$/($1 + 1) % 10/e; $v } },
	ts => {
		declared => 'DATETIME', value => sub { day() . ' ' . clock() }, quoted => 1,
		near => sub { my $v = $_[0]; $v =~ s/(\d)$/($1 + 1) % 10/e; $v },
		same_sqlite => sub { my $v = $_[0]; $v =~ s/ /T/; text($v) }, same_postgresql => sub { text("$_[0]00") },
	},
	tz => {
		declared => 'TIMESTAMPTZ', value => sub { day() . ' 05:' . two(random(60)) . ':07.' . (100000 + random(900000)) . '+00:00' }, quoted => 1,
		near => sub { my $v = $_[0]; $v =~ s/(\d)\+/(($1 + 1) % 10) . '+'/e; $v },
		same_sqlite => sub { my $v = $_[0]; pick(text($v =~ s/\+00:00/Z/r), text($v =~ s/ 05:/ 07:/r =~ s/\+00:00/+02:00/r)) },
		same_postgresql => sub { my $v = $_[0]; text($v =~ s/ 05:/ 03:/r =~ s/\+00:00/-02:00/r) },
	},
	u => {
		declared => 'UUID', value => sub { uuid(hex32()) }, quoted => 1,
		near => sub { my $v = $_[0]; $v =~ s/(.)$/$1 eq 'f' ? 'e' : 'f'/e; $v },
		same_sqlite => sub { pick(text(uc $_[0]), "x'" . ($_[0] =~ s/-//gr) . "'", text("{$_[0]}")) },
	},
	j => {
		declared => 'JSONB',
		value => sub { my $n = random(1000); my $t = json_text('v' . words(5)); "{\"a\": $n, \"b\": [1, 2.5, $t], \"c\": {\"d\": null, \"e\": true}}" }, quoted => 1,
		near => sub {
			my $v = $_[0];
			pick($v =~ s/\[1, 2.5/[2.5, 1/r, $v =~ s/null/false/r, $v =~ s/"a"/"A"/r, $v =~ s/2\.5/2.51/r, $v =~ s/"d": null, //r, $v =~ s/"v/"v /r);
		},
		same_sqlite => sub {
			my $v = $_[0];
			pick(map { text($_) } $v =~ s/2\.5/25.0e-1/r, $v =~ s/: /:/gr =~ s/, "c"/ ,\n"c"/r, $v =~ s/"d": null, "e": true/"e": true, "d": null/r, $v =~ s/"v/"\\u0076/r);
		},
		same_postgresql => sub { my $v = $_[0]; pick(map { text($_) } $v =~ s/2\.5/2.500/r, $v =~ s/"d": null, "e": true/"e": true, "d": null/r) },
	},
	ip => {
		declared => 'INET', value => sub { '10.' . random(256) . '.' . random(256) . '.1' }, quoted => 1,
		near => sub { my $v = $_[0]; $v =~ s/1$/2/; $v }, same_sqlite => sub { text("$_[0]/32") },
	},
	iv => {
		declared => 'INTERVAL', value => sub { '1 day 0' . random(10) . ':00:00' }, quoted => 1,
		near => sub { my $v = $_[0]; $v =~ s/1 day 0(\d)/'24:00:00'/e; $v eq '24:00:00:00:00' ? '24:00:00' : '2 days' },
	},
);
my @columns = sort keys %types;

sub literal
{
	my ($side, $column, $value) = @_;
	my $type = $types{$column};
	return 'NULL' if !defined $value;
	return $type->{$side}->($value) if $type->{$side};
	return $type->{quoted} ? text($value) : $value;
}

# The source: a table with a key, the same rows without one (some of them twice), and one without rowids.
my $dir = PostgreSQL::Test::Utils::tempdir;
my (%data, @lists);
my $sql = '';
my $declared = join ', ', map { "\"$_\" $types{$_}{declared}" } @columns;
$sql .= "CREATE TABLE keyed (id INTEGER PRIMARY KEY, $declared);\n";
$sql .= "CREATE TABLE loose ($declared);\n";
$sql .= "CREATE TABLE pair (k1 INT, k2 TEXT, $declared, PRIMARY KEY (k1, k2)) WITHOUT ROWID;\n";
foreach my $id (1 .. $rows)
{
	$data{$id} = { map { $_ => (random(10) == 0 ? undef : $types{$_}{value}->()) } @columns };
	my $list = join ', ', map { literal('sqlite', $_, $data{$id}{$_}) } @columns;
	$sql .= "INSERT INTO keyed VALUES ($id, $list);\nINSERT INTO loose VALUES ($list);\n";
	$sql .= "INSERT INTO loose VALUES ($list);\n" if $id % 7 == 0;
	$sql .= "INSERT INTO pair VALUES ($id % 5, 'k$id', $list);\n";
}
spew("$dir/source.sql", "BEGIN;\n${sql}COMMIT;\n");
system_or_bail('sh', '-c', "sqlite3 '$dir/live.db' <'$dir/source.sql' && cp '$dir/live.db' '$dir/clean.db'");

my $node = PostgreSQL::Test::Cluster->new('validate');
$node->init;
$node->append_conf('postgresql.conf', "min_parallel_table_scan_size = 0\nparallel_setup_cost = 0\nmax_worker_processes = 16");
$node->start;
$node->safe_psql('postgres', qq{
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER live FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/live.db');
	CALL sqlite.migrate('{live}', 'moved');
});
is($node->safe_psql('postgres', q{SELECT string_agg(table_name || ' ' || status || ' ' || source_rows, ', ' ORDER BY table_name) FROM sqlite.validate(1)}),
	"keyed identical $rows, loose identical " . ($rows + int($rows / 7)) . ", pair identical $rows", 'the migration is proven');

# A mutation: statements for one side, and what validate has to say: nothing, or a table, the kinds of difference,
# a key and the columns.
my (@mutations, %kinds);
sub mutation
{
	my ($side, $statements, $what, @expected) = @_;
	push @mutations, { side => $side, sql => $statements, what => $what, expected => join('|', @expected) };
	$kinds{$what}++;
}
sub where
{
	my ($table, $id) = @_;
	return $table eq 'pair' ? 'k2 = ' . text("k$id") : "id = $id";
}
sub key
{
	my ($table, $id) = @_;
	return $table eq 'pair' ? $id % 5 . "/k$id" : $id;
}
my %target = map { $_ => "moved.$_" } qw(keyed loose pair);

while (@mutations < $count)
{
	my $side = pick('sqlite', 'postgresql');
	my $table = pick('keyed', 'keyed', 'pair');
	my $name = $side eq 'sqlite' ? $table : $target{$table};
	my $loose = $side eq 'sqlite' ? 'loose' : $target{loose};
	my $id = 1 + random($rows);
	my $column = pick(@columns);
	my $value = $data{$id}{$column};
	my $kind = random(20);
	if ($kind < 9)
	{
		# The smallest change, or one from or to NULL.
		my $near = !defined $value ? $types{$column}{value}->() : random(8) == 0 ? undef : $types{$column}{near}->($value);
		next if defined $value && defined $near && $near eq $value;
		mutation($side, "UPDATE $name SET \"$column\" = " . literal($side, $column, $near) . ' WHERE ' . where($table, $id),
			defined $value && defined $near ? "a near value of $types{$column}{declared}" : 'NULL', $table, 'changed', key($table, $id), $column);
	}
	elsif ($kind < 14)
	{
		my $spelling = $types{$column}{"same_$side"};
		next if !defined $value || !$spelling;
		mutation($side, "UPDATE $name SET \"$column\" = " . $spelling->($value) . ' WHERE ' . where($table, $id), "another spelling of $types{$column}{declared}");
	}
	elsif ($kind == 14)
	{
		mutation($side, "DELETE FROM $name WHERE " . where($table, $id), 'a row less', $table, $side eq 'sqlite' ? 'extra' : 'missing', key($table, $id), '');
	}
	elsif ($kind == 15)
	{
		my $kept = join ', ', map { "\"$_\"" } @columns;
		my ($keys, $new) = $table eq 'pair' ? ('k1, k2', "99, 'new'") : ('id', $rows + 1);
		mutation($side, "INSERT INTO $name ($keys, $kept) SELECT $new, $kept FROM $name WHERE " . where($table, $id),
			'a row more', $table, $side eq 'sqlite' ? 'missing' : 'extra', $table eq 'pair' ? '99/new' : $rows + 1, '');
	}
	elsif ($kind == 16)
	{
		# Two columns of one type change places.
		my ($one, $other) = ('l', 't');
		my ($a, $b) = map { $data{$id}{$_} // "\0" } $one, $other;
		next if $a eq $b;
		mutation($side, "UPDATE $name SET $one = $other, $other = $one WHERE " . where($table, $id), 'columns swapped', $table, 'changed', key($table, $id), join(',', sort $one, $other));
	}
	elsif ($kind == 17)
	{
		mutation($side, $side eq 'sqlite' ? "DELETE FROM $loose WHERE rowid = (SELECT min(rowid) FROM $loose)" : "DELETE FROM $loose WHERE ctid = (SELECT min(ctid) FROM $loose)",
			'a row less without key', 'loose', $side eq 'sqlite' ? 'extra' : 'missing', '', '');
	}
	elsif ($kind == 18)
	{
		mutation($side, $side eq 'sqlite' ? "INSERT INTO $loose SELECT * FROM $loose WHERE rowid = (SELECT max(rowid) FROM $loose)" : "INSERT INTO $loose SELECT * FROM $loose WHERE ctid = (SELECT max(ctid) FROM $loose)",
			'a duplicate', 'loose', $side eq 'sqlite' ? 'missing' : 'extra', '', '');
	}
	else
	{
		# The same rows in another order.
		mutation($side, $side eq 'sqlite' ? "CREATE TEMP TABLE o AS SELECT * FROM $loose ORDER BY t; DELETE FROM $loose; INSERT INTO $loose SELECT * FROM o"
			: "CREATE TEMP TABLE o ON COMMIT DROP AS SELECT * FROM $loose ORDER BY t; DELETE FROM $loose; INSERT INTO $loose SELECT * FROM o", 'another order');
	}
}

# One session does them all; each is undone behind it.
my $verdict = q{SELECT format('%s|%s', v.table_name, d.words) FROM sqlite.validate(1) v,
	LATERAL (SELECT CASE WHEN v.status = 'differs' THEN (
		SELECT string_agg(DISTINCT d.difference, ',') || '|' || COALESCE(string_agg(DISTINCT COALESCE(d.key ->> 'id', (d.key ->> 'k1') || '/' || (d.key ->> 'k2')), ','), '')
			|| '|' || COALESCE(string_agg(DISTINCT d.column_name, ','), '')
		FROM sqlite.differences(1, v.table_name) d) ELSE v.status || ': ' || v.reason END AS words OFFSET 0) AS d
	WHERE v.status <> 'identical'};
$verdict =~ s/\s+/ /g;
my $script = "SET client_min_messages = error;\n\\set ON_ERROR_STOP on\n";
foreach my $i (0 .. $#mutations)
{
	my $m = $mutations[$i];
	$script .= "\\echo # $i\nSET max_parallel_workers_per_gather = " . ($i % 2 * 2) . ";\n";
	if ($m->{side} eq 'postgresql')
	{
		$script .= "BEGIN;\n$m->{sql};\n$verdict;\nROLLBACK;\n";
	}
	else
	{
		spew("$dir/mutation$i.sql", "$m->{sql};\n");
		# A new file each time: SQLite would take one that was overwritten in place for the one that it knows.
		$script .= "\\! cp '$dir/clean.db' '$dir/new.db' && sqlite3 '$dir/new.db' <'$dir/mutation$i.sql' && mv '$dir/new.db' '$dir/live.db'\n"
			. "$verdict;\n\\! cp '$dir/clean.db' '$dir/new.db' && mv '$dir/new.db' '$dir/live.db'\n";
	}
}
spew("$dir/script.sql", $script);
my ($out, $err);
IPC::Run::run([ 'psql', '-XAtq', '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-f', "$dir/script.sql" ], '>', \$out, '2>', \$err);
is($err, '', 'all mutations ran');
utf8::decode($out);
my @found = ('') x @mutations;
my $at;
foreach my $line (split /\n/, $out)
{
	if ($line =~ /^# (\d+)$/) { $at = $1; next; }
	$found[$at] .= ($found[$at] eq '' ? '' : "\n") . $line;
}
my %wrong;
foreach my $i (0 .. $#mutations)
{
	my $m = $mutations[$i];
	next if $found[$i] eq $m->{expected};
	$wrong{ $m->{what} } .= "seed $seed, mutation $i in $m->{side}: $m->{sql}\n  expected: $m->{expected}\n  found: $found[$i]\n";
}
foreach my $what (sort keys %kinds)
{
	utf8::encode($wrong{$what}) if $wrong{$what};
	ok(!$wrong{$what}, "$what: $kinds{$what} mutations") or diag($wrong{$what});
}
done_testing();
