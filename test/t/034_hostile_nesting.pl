# Texts that nest: SQLite parses, resolves, copies and frees them by recursion, on the stack of a backend. Each kind of nesting, in each place
# where a schema or a caller can put it, at random depths up to what overflows any stack. The server stays up, every statement ends (by its
# timeout at the latest), and what else is in the file is read.
# PG_SQLITE_NESTING_SEED and PG_SQLITE_NESTING_ROUNDS choose other cases and more of them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{PG_SQLITE_NESTING_SEED} // 41;
my $rounds = $ENV{PG_SQLITE_NESTING_ROUNDS} // 12;
srand($seed);
diag("PG_SQLITE_NESTING_SEED=$seed PG_SQLITE_NESTING_ROUNDS=$rounds");

my $node = PostgreSQL::Test::Cluster->new('nesting');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nlog_min_messages = fatal\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

# An expression over column a that nests $n levels deep.
my %expressions = (
	collate => sub { 'a' . ' COLLATE nocase' x $_[0] },
	collate_short => sub { 'a' . ' collate"a"' x $_[0] },
	collate_parentheses => sub { my $half = int($_[0] / 2); '(' x $half . 'a' . ' COLLATE nocase)' x $half },
	not => sub { 'NOT ' x $_[0] . 'a' },
	minus => sub { '- ' x $_[0] . 'a' },
	complement => sub { '~' x $_[0] . 'a' },
	parentheses => sub { '(' x $_[0] . 'a' . ')' x $_[0] },
	call => sub { 'abs(' x $_[0] . 'a' . ')' x $_[0] },
	concatenate => sub { 'a' . '||a' x $_[0] },
	and => sub { 'a' . ' AND a' x $_[0] },
	compare => sub { 'a' . ' IS a' x $_[0] },
	case => sub { 'CASE WHEN a THEN 1 ELSE ' x $_[0] . 'a' . ' END' x $_[0] },
	between => sub { 'a' . ' BETWEEN 1 AND 2' x $_[0] },
	in => sub { 'a' . ' IN (1, a)' x $_[0] },
	arrow => sub { 'a' . "->'b'" x $_[0] },
	names => sub { 'a' . '.a' x $_[0] },
	row => sub { '(1,' x $_[0] . 'a' . ')' x $_[0] },
	cast => sub { 'CAST(' x $_[0] . 'a' . ' AS int)' x $_[0] });
# A SELECT over table t that does.
my %selects = (
	scalar => sub { 'SELECT ' . '(SELECT ' x $_[0] . 'a' . ')' x $_[0] . ' FROM t' },
	exists => sub { 'SELECT a FROM t WHERE ' . 'EXISTS (SELECT 1 WHERE ' x $_[0] . 'a' . ')' x $_[0] },
	from => sub { 'SELECT * FROM (' x $_[0] . 'SELECT a FROM t' . ')' x $_[0] },
	from_limit => sub { 'SELECT * FROM (' x $_[0] . 'SELECT a FROM t' . ' LIMIT 5)' x $_[0] },
	join => sub { 'SELECT 1 FROM ' . '(t JOIN ' x $_[0] . 't' . ')' x $_[0] },
	join_chain => sub { 'SELECT 1 FROM t' . ' JOIN t' x $_[0] },
	union => sub { 'SELECT a FROM t' . ' UNION SELECT a FROM t' x $_[0] },
	values => sub { 'VALUES (1)' . ', (1)' x $_[0] },
	with => sub { my $n = $_[0] > 30000 ? 30000 : $_[0]; 'WITH c0 AS (SELECT 1 AS a)' . join('', map { ", c$_ AS (SELECT * FROM c" . ($_ - 1) . ')' } 1 .. $n) . " SELECT * FROM c$n" },
	with_doubling => sub { my $n = $_[0] > 60 ? 60 : $_[0]; 'WITH c0 AS (SELECT 1 AS a)' . join('', map { ", c$_ AS (SELECT x.a FROM c" . ($_ - 1) . ' x, c' . ($_ - 1) . ')' } 1 .. $n) . " SELECT * FROM c$n" },
	with_nested => sub { 'SELECT * FROM (WITH c AS (SELECT 1) ' x $_[0] . 'SELECT * FROM c' . ')' x $_[0] });
for my $kind (keys %expressions) {
	$selects{"expression $kind"} = sub { 'SELECT ' . $expressions{$kind}->(@_) . ' FROM t' };
}
# Where it stands: the text of an object of the schema.
my %places = (
	check => sub { [ 'table', "CREATE TABLE hostile(a, CHECK ($_[0]))" ] },
	default => sub { [ 'table', 'CREATE TABLE hostile(a DEFAULT (' . $_[0] =~ s/\ba\b/1/gr . '))' ] },
	generated => sub { [ 'table', "CREATE TABLE hostile(a, b AS ($_[0]))" ] },
	stored => sub { [ 'table', "CREATE TABLE hostile(a, b AS ($_[0]) STORED)" ] },
	index => sub { [ 'index', "CREATE INDEX hostile ON t($_[0])" ] },
	partial_index => sub { [ 'index', "CREATE INDEX hostile ON t(a) WHERE $_[0]" ] },
	trigger => sub { [ 'trigger', "CREATE TRIGGER hostile AFTER INSERT ON t WHEN $_[0] BEGIN SELECT 1; END" ] });
my %select_places = (
	view => sub { [ 'view', "CREATE VIEW hostile AS $_[0]" ] },
	trigger_step => sub { [ 'trigger', "CREATE TRIGGER hostile AFTER INSERT ON t BEGIN $_[0]; END" ] });

sub pick { return $_[ int rand @_ ]; }
# Near SQLite's own limits, near ours, and far beyond.
sub depth { return int(pick(90 + rand 20, 200 + rand 400, 900 + rand 200, 1900 + rand 200, 10000 + rand 10000, 100000 + rand 200000)); }
sub quote { return q{'} . $_[0] =~ s/'/''/gr . q{'}; }

sub make_file {
	my ($file, @rows) = @_;
	unlink $file;
	open my $sqlite, '|-', "sqlite3 -bail -init /dev/null '$file' > /dev/null" or die $!;
	print $sqlite ".dbconfig defensive off\n", # newer shells refuse writable_schema
	  "PRAGMA journal_mode = OFF; CREATE TABLE t(a); INSERT INTO t VALUES (7); CREATE TABLE fine(b); INSERT INTO fine VALUES (42);\n",
	  "CREATE TABLE room(a); PRAGMA writable_schema = ON;\n";
	my %root = (table => "(SELECT rootpage FROM sqlite_master WHERE name = 'room')", index => "(SELECT rootpage FROM sqlite_master WHERE name = 'room')", view => 0, trigger => 0);
	for (@rows) {
		my ($type, $text, $name) = @$_;
		$name //= 'hostile';
		my $table = $type eq 'table' || $type eq 'view' ? $name : 't';
		print $sqlite "INSERT INTO sqlite_master VALUES ('$type', '$name', '$table', $root{$type}, ", quote($text), ");\n";
	}
	print $sqlite "DELETE FROM sqlite_master WHERE name = 'room';\n" if grep { $_->[0] ne 'view' && $_->[0] ne 'trigger' } @rows;
	close $sqlite or die 'sqlite3 failed';
}

# Every statement ends, and the server is the one that it was.
my $start = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
sub survives {
	my ($what, $file, @more) = @_;
	my $script = "SET statement_timeout = '2s'; SET client_min_messages = error;\n"
	  . "CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$file'); CREATE SCHEMA s; CREATE FOREIGN TABLE fine(b int) SERVER s; CREATE FOREIGN TABLE hostile(a text) SERVER s;\n"
	  . "SELECT b FROM fine;\nSELECT count(*) FROM hostile;\nSELECT count(*) FROM sqlite.tables('s', true);\nIMPORT FOREIGN SCHEMA main FROM SERVER s INTO s;\n"
	  . "SELECT count(*) FROM sqlite.assess('{s}', 's');\nSELECT count(*) FROM s.t;\n"
	  . join('', map { "$_;\n" } @more)
	  . "SET statement_timeout = 0; DROP SERVER IF EXISTS s CASCADE; DROP SCHEMA IF EXISTS s CASCADE;\n\\echo alive\n";
	my ($status, $out, $err) = $node->psql('postgres', $script, on_error_stop => 0);
	like($out, qr/alive$/, "$what: the session lives") or diag(substr($err, 0, 2000));
	unlike($err, qr/server closed|XX000/, "$what: no crash, no internal error");
	return ($out, $err);
}
sub sql_text { return q{$q$} . $_[0] . q{$q$}; }

for my $round (1 .. $rounds) {
	my ($depth, $kind, $place, $row) = (depth());
	if (rand() < 0.5) {
		($kind, $place) = (pick(sort keys %expressions), pick(sort keys %places));
		$row = $places{$place}->($expressions{$kind}->($depth));
	} else {
		($kind, $place) = (pick(sort keys %selects), pick(sort keys %select_places));
		$row = $select_places{$place}->($selects{$kind}->($depth));
	}
	make_file("$dir/hostile.db", $row);
	my $query = pick(sort keys %selects);
	my $query_depth = depth();
	my $text = sql_text($selects{$query}->($query_depth));
	my ($out, $err) = survives("round $round: $kind, $depth deep in $place; query $query, $query_depth deep", "$dir/hostile.db",
		"SELECT * FROM sqlite.query('s', $text) AS x(a text)", "CREATE FOREIGN TABLE q(a text) SERVER s OPTIONS (query $text)", 'SELECT * FROM q');
}

# Views upon views, and views that double.
for my $order (0, 1) {
	my @chain = map { [ 'view', "CREATE VIEW v$_ AS SELECT * FROM " . ($_ > 1 ? 'v' . ($_ - 1) : 't'), "v$_" ] } 1 .. 3000;
	@chain = reverse @chain if $order;
	make_file("$dir/chain.db", @chain, [ 'view', 'CREATE VIEW hostile AS SELECT * FROM v3000' ]);
	my ($out, $err) = survives('a chain of views', "$dir/chain.db");
	like($err, qr/view "hostile" is not read: it stands on view "v3000", which is not read/, 'a chain of views: named');
	like($out, qr/^42$/m, 'a chain of views: the rest is read');
}
make_file("$dir/double.db", (map { my $base = $_ > 1 ? 'v' . ($_ - 1) : 't'; [ 'view', "CREATE VIEW v$_ AS SELECT x.a FROM $base x, $base y", "v$_" ] } 1 .. 60),
	[ 'view', 'CREATE VIEW hostile AS SELECT * FROM v60' ]);
my ($out, $err) = survives('views that double', "$dir/double.db");
like($err, qr/view "hostile" is not read/, 'views that double: named');
like($out, qr/^42$/m, 'views that double: the rest is read');

# One call of a function over a huge value.
make_file("$dir/call.db");
for my $call ("instr(zeroblob(900000000), zeroblob(300000) || x'01')", "replace(zeroblob(400000000), zeroblob(100000) || 'a', 'b')",
	"replace(hex(zeroblob(100000000)), '00000001', 'b')", "trim(hex(zeroblob(100000000)), replace(hex(zeroblob(10000)), '00', 'xyz') || '0')",
	"hex(zeroblob(100000000)) LIKE '%' || hex(zeroblob(10000)) || '1'", "glob('*' || hex(zeroblob(10000)) || '1', hex(zeroblob(100000000)))", 'randomblob(900000000)', "printf('%*d', 900000000, 1) || 'x'", "printf('%0900000000d', 1)", "glob('*[^' || hex(zeroblob(20000)) || ']', hex(zeroblob(100000000)))", "hex(zeroblob(400000000))", "quote(zeroblob(400000000))",
	"printf(replace(hex(zeroblob(1000)), '00', '%.2147483647c'), 'x')", "json_set('{}', '\$' || replace(hex(zeroblob(5000000)), '00', '.a'), 1)",
	'(SELECT json_patch(o, o) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT json_group_object(i, i) AS o FROM n))',
	'(SELECT group_concat(hex(zeroblob(10000000))) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n))') {
	my ($status, $out, $err) = $node->psql('postgres', "SET statement_timeout = '1s'; SET client_min_messages = error;\n"
		. "CREATE SERVER IF NOT EXISTS c FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/call.db');\n"
		. "SELECT a FROM sqlite.query('c', " . sql_text("SELECT length($call)") . ") AS x(a bigint);\n\\echo alive\n", on_error_stop => 0);
	like($out, qr/alive$/, "$call: ends");
}

is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $start, 'the server was never started anew');
unlike(slurp_file($node->logfile), qr/terminated by signal/, 'no process died');
done_testing();
