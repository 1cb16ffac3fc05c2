# Files whose parts don't agree, made by editing their bytes: an index that lacks rows, rows that break what STRICT and
# NOT NULL say, text that is no UTF-16, system tables that are something else. What is moved, proved and counted comes
# from the tables themselves, and what is no value is refused.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('lying');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "statement_timeout = '60s'\nmax_worker_processes = 16\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

sub sqlite {
	my ($name, $sql) = @_;
	open my $shell, '|-', "sqlite3 -bail -init /dev/null '$dir/$name.db' > '$dir/$name.out'" or die $!;
	print $shell ".dbconfig defensive off\n$sql"; # newer shells refuse writable_schema
	close $shell or die "$name: sqlite3 failed";
	return (split /\n/, slurp_file("$dir/$name.out"))[-1]; # .dbconfig says what it has done
}

# Exchanges bytes of a file; each must be there once.
sub edit {
	my ($name, %edits) = @_;
	open my $file, '+<:raw', "$dir/$name.db" or die $!;
	local $/;
	my $bytes = <$file>;
	foreach my $old (keys %edits) {
		is(() = $bytes =~ /\Q$old\E/g, 1, "$name: what is edited is there once");
		my $at = index($bytes, $old);
		substr($bytes, $at, length $edits{$old}) = $edits{$old};
	}
	seek $file, 0, 0;
	print $file $bytes;
	close $file;
}

# An index that holds nothing: its first page becomes an empty leaf.
sub empty_index {
	my ($name, @indexes) = @_;
	foreach my $index (@indexes) {
		my $page = sqlite($name, "SELECT rootpage FROM sqlite_schema WHERE name = '$index';");
		open my $file, '+<:raw', "$dir/$name.db" or die $!;
		seek $file, ($page - 1) * 4096, 0;
		print $file pack('C n n n C', 10, 0, 0, 4096, 0);
		close $file;
	}
}

sub attach {
	my ($name, $types) = @_;
	return says("SELECT sqlite.attach('$dir/$name.db', '$name', '" . ($types // 'declared') . "')");
}

# What statements say: their output, or the error with its SQLSTATE.
sub says {
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', "SET client_min_messages = error; $sql", stdout => \$out, stderr => \$err, timeout => 120, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out =~ s/^SET\n//r;
}

# An index that lies.
sqlite('index', <<'SQL');
PRAGMA page_size = 4096;
CREATE TABLE p (id INTEGER PRIMARY KEY, a INTEGER, t TEXT, pad TEXT);
INSERT INTO p SELECT value, value % 50, 'x' || value, printf('%0200d', value) FROM generate_series(1, 200);
CREATE INDEX p_a ON p (a);
CREATE UNIQUE INDEX p_t ON p (t);
CREATE TABLE w (k TEXT PRIMARY KEY, v TEXT, pad TEXT) WITHOUT ROWID;
INSERT INTO w SELECT 'k' || value, 'v' || value, printf('%0100d', value) FROM generate_series(1, 100);
CREATE INDEX w_v ON w (v);
CREATE TABLE c (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO c VALUES ('a', 1), ('b', 'a word');
CREATE INDEX c_v ON c (v);
SQL
empty_index('index', qw(p_a p_t w_v c_v));
attach('index', 'stored');
is(says("SELECT count(*) FROM index.p WHERE a = 3"), '0', 'a query goes by the index, as in SQLite');
is(says("SELECT count(*) FROM (SELECT v FROM index.w OFFSET 0) x"), '0', 'also where it has all columns that are read');
is(says("SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'index.c'::regclass AND attname = 'v'"), 'text', 'types by what is stored: of the table');
is(says("SELECT table_name, rows FROM sqlite.tables('index', true) ORDER BY 1"), "c|2\np|200\nw|100", 'exact counts');
my $where = '"tables": {"p": {"where": "a = 3"}, "w": {"where": "v = \'v5\'"}, "c": {"columns": {"k": {"target": "key"}}}}';
foreach my $more ('', ', "read_from": "live"', ', "workers": 2', ', "transaction": "batch", "commit_rows": 7', ', "on_error": "reject", "workers": 2, "transaction": "table"') {
	my $job = says("CALL sqlite.migrate('{index}', 'moved', \$\${$where$more}\$\$)");
	like($job, qr/^\d+$/, "migrate$more");
	is(says('SELECT (SELECT count(*) FROM moved.p), (SELECT count(*) FROM moved.w), (SELECT count(*) FROM moved.c)'), '4|1|2', "all rows that the condition is true for$more");
	is(says("SELECT target, source_rows, target_rows, status FROM sqlite.validate($job) ORDER BY 1"), "moved.c|2|2|identical\nmoved.p|4|4|identical\nmoved.w|1|1|identical", "and they are proved$more");
	is(says("DELETE FROM moved.p WHERE id = 53; SELECT status FROM sqlite.validate($job) WHERE target = 'moved.p'; SELECT DISTINCT difference, key ->> 'id' FROM sqlite.differences($job, 'p')"), "differs\nmissing|53", "one that is missing is found$more");
	says("CALL sqlite.rollback($job, force => true)");
	says("DROP SCHEMA moved CASCADE");
}
is(says("CREATE TABLE copy AS SELECT v FROM index.w; SELECT count(*) FROM copy; SELECT status, source_rows FROM sqlite.validate('index.w', 'copy', '{\"ignore\": [\"k\", \"pad\"]}')"), "0\ndiffers|100", 'a copy made by a query is found out');
is(says("SELECT sum(rows) FROM sqlite.digest('index.w')"), '100', 'digest reads the table');
my $folder = "$dir/backups";
mkdir $folder;
is(says("SELECT m #> '{database,tables}', m #>> '{database,integrity,0}' <> 'ok' FROM sqlite.backup('index', '$folder') m"), '{"c": 2, "p": 200, "w": 100}|t', "a backup's manifest counts rows of tables, and says that the file is damaged");
like(says("SELECT severity, table_name, finding, example FROM sqlite.assess('{index}', 'moved') WHERE finding LIKE '%integrity%' ORDER BY 2"),
	qr/^warning\|c\|the table and its indexes do not agree.*c_v\nwarning\|p\|.* index p_.*\nwarning\|w\|.*w_v$/, 'assess names the indexes');

# The other way round: the table has lost what its index still has.
sqlite('lost', <<'SQL');
PRAGMA page_size = 4096;
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
INSERT INTO t VALUES (1, 'one'), (2, 'two');
CREATE INDEX t_a ON t (a);
SQL
{
	my $page = sqlite('lost', "SELECT rootpage FROM sqlite_schema WHERE name = 't';");
	open my $file, '+<:raw', "$dir/lost.db" or die $!;
	seek $file, ($page - 1) * 4096, 0;
	print $file pack('C n n n C', 13, 0, 0, 4096, 0);
	close $file;
}
attach('lost');
like(says("SELECT severity, table_name, example FROM sqlite.assess('{lost}', 'moved') WHERE finding LIKE '%integrity%'"), qr/^warning\|t\|.*t_a/, 'assess finds what a table has lost');

# What STRICT and NOT NULL say, the rows break.
sqlite('strict', <<'SQL');
CREATE TABLE s (k INTEGER PRIMARY KEY, i, r, b, f);
INSERT INTO s VALUES (1, 7, 1.5, x'00', 1), (2, '7 apples', 2.5, x'01', 0), (3, 4, '2.5x', x'02', 1), (4, NULL, 0.5, 'text', 1);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = 'CREATE TABLE s (k INTEGER PRIMARY KEY, i INTEGER NOT NULL, r REAL NOT NULL, b BLOB, f INTEGER) STRICT' WHERE name = 's';
SQL
attach('strict');
my %strict = (
	'SELECT k FROM strict.s WHERE i > 5' => qr/7 apples/,
	'SELECT k FROM strict.s WHERE r > 2' => qr/2\.5x/,
	'SELECT count(i) FROM strict.s' => qr/7 apples/,
	'SELECT count(DISTINCT i) FROM strict.s' => qr/7 apples/,
	'SELECT sum(i) FROM strict.s' => qr/7 apples/,
	'SELECT max(r) FROM strict.s' => qr/2\.5x/);
like(says($_), qr/^.*ERROR:.*$strict{$_}/s, "refused: $_") foreach sort keys %strict;
is(says('SELECT k FROM strict.s WHERE i IS NULL'), '4', 'a NULL in a column that is NOT NULL');
is(says('SELECT k FROM strict.s WHERE r IS NOT NULL AND k < 3 ORDER BY k'), "1\n2", 'and the others');

# Text that is no UTF-16.
foreach my $order (qw(le be)) {
	my $units = sub { pack($order eq 'le' ? 'v*' : 'n*', @_) };
	my %texts = (
		'a high surrogate alone' => [ 'AB', $units->(0xd800, 0x41), 0 ],
		'a low one' => [ 'CD', $units->(0xdc00, 0x41), 0 ],
		'one at the end' => [ 'EF', $units->(0x41, 0xd800), 0 ],
		'the pair turned round' => [ 'GH', $units->(0xdc00, 0xd800), 0 ],
		'a private character behind one' => [ 'IJ', $units->(0xd800, 0xe000), 0 ],
		'a pair' => [ 'KL', $units->(0xd800, 0xdc00), 1 ],
		'a byte order mark' => [ 'MN', $units->(0xfeff, 0x41), 1 ],
		'U+FFFF' => [ 'OP', $units->(0xffff, 0x41), 1 ]);
	my $name = "utf16$order";
	my @kinds = sort keys %texts;
	sqlite($name, "PRAGMA encoding = 'UTF-16$order'; CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT); CREATE TABLE o (v TEXT);"
		. join('', map { "INSERT INTO t VALUES ($_, 'text $texts{$kinds[$_]}[0]');" } 0 .. $#kinds) . "INSERT INTO o VALUES ('odd end');");
	edit($name, map { my $old = $_->[0]; ($units->(map { ord } split //, "t $old") => $units->(map { ord } split //, 't ') . $_->[1]) } values %texts);
	attach($name);
	foreach my $k (0 .. $#kinds) {
		my $good = $texts{ $kinds[$k] }[2];
		foreach my $sql ("SELECT length(v) FROM $name.t WHERE k = $k", "SELECT length(v) FROM sqlite.query('$name', 'SELECT v FROM t WHERE k = $k') AS q (v text)") {
			like(says($sql), $good ? qr/^\d$/ : qr/22021/, "$order, $kinds[$k]: $sql");
		}
	}
	my ($bad) = grep { $kinds[$_] eq 'a low one' } 0 .. $#kinds;
	is(says("ALTER FOREIGN TABLE $name.t OPTIONS (invalid_text 'replace'); SELECT v FROM $name.t WHERE k = $bad"), "text \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdA", "$order: or replaced");
	my $job = says("CALL sqlite.migrate('{$name}', 'moved', '{\"on_error\": \"reject\"}')");
	my $good = grep { $_->[2] } values %texts;
	is(says("SELECT count(*) FROM moved.t; SELECT target, status, source_rows FROM sqlite.validate($job) ORDER BY 1; SELECT count(*), max(sqlstate) FROM sqlite.rejects WHERE job = $job"),
		"$good\nmoved.o|identical|1\nmoved.t|identical|$good\n" . (@kinds - $good) . "|22021", "$order: migrate takes the good ones, and rejects the others");
	says("CALL sqlite.rollback($job)");
	is(says("CREATE SCHEMA stored; IMPORT FOREIGN SCHEMA main FROM SERVER $name INTO stored OPTIONS (types 'stored'); SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'stored.t'::regclass AND attname = 'v'"),
		'bytea', "$order: stored types know it");
	says('DROP SCHEMA stored CASCADE');
}
# An odd byte at the end: the length of the record's text says so.
sqlite('odd', "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('AB');");
edit('odd', pack('C4 v2', 6, 1, 2, 21, 0x41, 0x42) => pack('C4 v C', 5, 1, 2, 19, 0x41, 0x42));
attach('odd');
like(says('SELECT v FROM odd.t'), qr/22021/, 'a text of three bytes in UTF-16');

# A cell that ends behind its page: SQLite checks a page when it comes into its cache.
sqlite('cell', "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'first mark'), (2, 'second'), (3, 'third'); CREATE VIEW w AS SELECT id FROM t WHERE id > 1;");
edit('cell', pack('C5', 13, 1, 3, 0, 33) . 'first mark' => pack('C5', 120, 1, 3, 0, 33) . 'first mark');
attach('cell');
{
	my ($out, $err);
	$node->psql('postgres', 'SELECT * FROM cell.w; ' x 3, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	is($out . join(' ', $err =~ /ERROR:  (\w+):/g), 'XX001 XX001 XX001', 'a damaged page is an error each time');
}

# System tables that are something else.
sqlite('endless', <<'SQL');
CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);
CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT 't' AS tbl, 'i' AS idx, count(*) AS stat FROM c;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET name = 'sqlite_stat1', tbl_name = 'sqlite_stat1', sql = replace(sql, 'VIEW v', 'VIEW sqlite_stat1') WHERE name = 'v';
SQL
attach('endless');
is(says("SET statement_timeout = '10s'; SELECT count(a) FROM endless.t; SELECT rows FROM sqlite.tables('endless') WHERE table_name = 't'") =~ s/^SET\n//r, "2\n2", 'a view in place of sqlite_stat1');
foreach my $instead ('CREATE TABLE sqlite_sequence(name PRIMARY KEY, seq) WITHOUT ROWID', 'CREATE TABLE sqlite_sequence(a, b)') {
	unlink "$dir/sequence.db";
	sqlite('sequence', "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (1), (2); PRAGMA writable_schema = ON; "
		. ($instead =~ /WITHOUT/ ? "CREATE TABLE w (name PRIMARY KEY, seq) WITHOUT ROWID; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'w') WHERE name = 'sqlite_sequence'; DELETE FROM sqlite_schema WHERE tbl_name = 'w'; " : '')
		. "UPDATE sqlite_schema SET sql = '$instead' WHERE name = 'sqlite_sequence';");
	says("DROP SERVER sequence CASCADE");
	says("DROP SCHEMA sequence CASCADE");
	attach('sequence');
	is(says("SELECT jsonb_array_length(sqlite.inventory('sequence') -> 'tables')"), '1', "inventory: $instead");
	like(says("CALL sqlite.migrate('{sequence}', 'moved')"), qr/^\d+$/, 'and migrate');
	says('DROP SCHEMA moved CASCADE');
}

# Rowids at both ends and a commit after each row.
sqlite('far', 'CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (-9223372036854775808), (0), (9223372036854775807);');
attach('far');
like(says("CALL sqlite.migrate('{far}', 'moved', '{\"transaction\": \"batch\", \"commit_rows\": 1}')"), qr/^\d+$/, 'pieces of one row come to an end');
is(says('SELECT count(*) FROM moved.t'), '3', 'with all rows');
says('DROP SCHEMA moved CASCADE');

# What PostgreSQL's indexes and generated columns can't be.
my $columns = join ', ', map { "c$_" } 1 .. 33;
sqlite('limits', "CREATE TABLE u ($columns, UNIQUE ($columns)); INSERT INTO u DEFAULT VALUES; CREATE INDEX u_i ON u ($columns); CREATE TABLE p ($columns, PRIMARY KEY ($columns)) WITHOUT ROWID;"
	. "CREATE TABLE g (i INTEGER, e TEXT AS (upper('ab') || i), f INTEGER AS (min(instr('10', 'A'), i)), n TEXT AS (upper('ab' || i))); INSERT INTO g (i) VALUES (1), (2);");
attach('limits');
like(says("CALL sqlite.migrate('{limits}', 'moved')"), qr/^\d+$/, 'indexes of 33 columns and constants of text are left out');
is(says('SELECT e, f, n FROM moved.g ORDER BY i'), "AB1|0|AB1\nAB2|0|AB2", 'with the values that the columns had');
is(says("SELECT attname FROM pg_attribute WHERE attrelid = 'moved.g'::regclass AND attgenerated <> ''"), 'n', 'what can be generated is');
like(says("SELECT string_agg(finding, E'\\n' ORDER BY finding) FROM sqlite.assess('{limits}', 'moved_too') WHERE severity = 'warning'"),
	qr/generated column.*index u_i is not carried over: an index of PostgreSQL has at most 32 columns.*primary key.*unique key/s, 'and assess says so');

$node->stop;
done_testing();
