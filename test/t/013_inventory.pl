# Inventory and conflicts: privileges, sizes against dbstat's own sums, hostile files, cancel, and every file of the
# corpus (PG_SQLITE_CORPUS) where there is one.
use strict;
use warnings;
use File::Find;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('inventory');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

my @relations = qw(tables columns indexes foreign_keys views triggers);
my @calls = ((map { "(SELECT count(x::text) FROM sqlite.$_('SERVER') x)" } @relations),
	"(SELECT count(x::text) FROM sqlite.tables('SERVER', exact => true) x)",
	"(SELECT count(x::text) FROM sqlite.indexes('SERVER', exact => true) x)",
	"length(sqlite.inventory('SERVER')::text)",
	"length(sqlite.inventory('SERVER', exact => true)::text)",
	"(SELECT count(x::text) FROM sqlite.conflicts('{SERVER}') x)");

sub spew {
	my ($name, $bytes) = @_;
	open my $file, '>:raw', "$dir/$name" or die "$name: $!";
	print $file $bytes;
	close $file;
}

# Makes a database from SQL, whose bytes reach SQLite as they are, and a server of the same name for it.
sub make {
	my ($name, $sql) = @_;
	spew("$name.sql", ".dbconfig defensive off\n$sql"); # newer shells refuse writable_schema
	system("sqlite3 -bail -init /dev/null '$dir/$name.db' <'$dir/$name.sql' >/dev/null") == 0 or die "$name: sqlite3 failed";
	serve($name, "$dir/$name.db");
}

sub serve {
	my ($name, $path) = @_;
	$path =~ s/'/''/g;
	$node->safe_psql('postgres', "CREATE SERVER $name FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$path')");
}

# What a statement says: its output, or its error with the SQLSTATE.
sub says {
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, timeout => 60, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? $err : $out;
}

# Every function, each in a statement of its own: what went wrong, or an empty text.
sub all_functions {
	my ($server) = @_;
	my ($out, $err);
	(my $script = join '', map { "SELECT $_;\n" } @calls) =~ s/SERVER/$server/g;
	$node->psql('postgres', $script, stdout => \$out, stderr => \$err, timeout => 60, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	my @answers = $out =~ /^(\d+)$/mg;
	return $err eq '' && @answers == @calls ? '' : "$err\n$out";
}

# Privileges.
make('shop', "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE); INSERT INTO t (v) VALUES ('one'); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; CREATE VIEW w AS SELECT v FROM t;");
$node->safe_psql('postgres', 'CREATE ROLE guest');
foreach my $call (@calls) {
	(my $sql = "SET ROLE guest; SELECT $call") =~ s/SERVER/shop/g;
	like(says($sql), qr/42501.*permission denied for foreign server shop/, "USAGE is needed: $call");
}
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN SERVER shop TO guest');
foreach my $call (@calls) {
	(my $sql = "SET ROLE guest; SELECT $call") =~ s/SERVER/shop/g;
	like(says($sql), qr/^\d+$/, "and enough: $call");
}
$node->safe_psql('postgres', "CREATE SERVER other FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/shop.db')");
like(says("SET ROLE guest; SELECT count(*) FROM sqlite.conflicts('{shop,other}')"), qr/42501.*foreign server other/, 'conflicts checks each server');

# Names of any bytes.
make('bytes', "CREATE TABLE \"a\xff\xc3\" (\"b\xe9\" TEXT DEFAULT 'x\xfe'); CREATE INDEX \"i\xff\" ON \"a\xff\xc3\" (\"b\xe9\");"
	. "CREATE TABLE t (x); CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END;"
	. "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = sql || char(0) || 'tail' WHERE name = 'g';");
is(all_functions('bytes'), '', 'names that are no UTF-8 and a NUL do no harm');
is(says("SELECT table_name, octet_length(table_name) FROM sqlite.tables('bytes') LIMIT 1"), "a\xef\xbf\xbd\xef\xbf\xbd|7", 'each bad byte reads as U+FFFD');
is(says("SELECT sql FROM sqlite.triggers('bytes')"), "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END\xef\xbf\xbdtail", 'and so does a NUL');
is(says("SELECT sqlite.inventory('bytes') #>> '{columns,0,column_name}'"), "b\xef\xbf\xbd", 'in JSON, too');
make('bytes_too', "CREATE TABLE \"a\xff\xc3\" (\"b\xe9\" TEXT);");
is(says("SELECT table_name, comparison, jsonb_typeof(spec) FROM sqlite.conflicts('{bytes,bytes_too}')"), 'a__|equal|object', 'such names conflict as the names they get');

# A table that takes dbstat's name, and statistics that are none.
make('hostile', "CREATE TABLE dbstat (name, pgsize, pagetype); INSERT INTO dbstat VALUES ('dbstat', 1e99, 'leaf'); CREATE TABLE pragma_table_list (name);"
	. "CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3); ANALYZE; UPDATE sqlite_stat1 SET stat = CASE tbl WHEN 't' THEN x'ff' ELSE '-5' END;");
is(all_functions('hostile'), '', 'a table called dbstat is no harm');
is(says("SELECT table_name, rows, size_bytes FROM sqlite.tables('hostile') ORDER BY 1"), "dbstat|1|4096\npragma_table_list|0|4096\nt|0|4096", 'sizes are those of the file, not those it tells');
make('stat1_view', "CREATE TABLE t (x); INSERT INTO t VALUES (1); ANALYZE; PRAGMA writable_schema = ON;"
	. "UPDATE sqlite_schema SET sql = 'CREATE TABLE sqlite_stat1(a,b)' WHERE name = 'sqlite_stat1';");
is(says("SELECT rows FROM sqlite.tables('stat1_view')"), '1', 'a sqlite_stat1 of other columns is not used');
make('partial', "CREATE TABLE t (x INTEGER, y); CREATE INDEX p ON t (y) WHERE x > 90; CREATE INDEX f ON t (x);"
	. "INSERT INTO t SELECT value, value FROM generate_series(1, 100); DELETE FROM t WHERE x BETWEEN 2 AND 50; ANALYZE;");
is(says("SELECT rows, rows_exact FROM sqlite.tables('partial')"), '51|f', "a partial index's count is not the table's");

# A page that is its own child twice over: walking it would never end.
make('cycle', "PRAGMA page_size = 4096; CREATE TABLE t (x); CREATE TABLE u (x); INSERT INTO u VALUES (1);");
{
	open my $file, '+<:raw', "$dir/cycle.db" or die $!;
	seek $file, 4096, 0;
	print $file pack('C n n n C N n n', 5, 0, 2, 4000, 0, 2, 4000, 4010);
	seek $file, 4096 + 4000, 0;
	print $file pack('N C', 2, 1);
	seek $file, 4096 + 4010, 0;
	print $file pack('N C', 2, 2);
	close $file;
}
is(all_functions('cycle'), '', 'a cycle of pages ends');
like(says("SELECT table_name, rows, size_bytes, unreadable FROM sqlite.tables('cycle', exact => true)"), qr/^t\|\|\|database disk image is malformed\nu\|1\|/, 'and only its table is unreadable');

# Sizes: what dbstat sums up by itself; not given for a large file unless asked.
make('large', "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, b BLOB); CREATE INDEX i ON t (v);"
	. "INSERT INTO t (v) SELECT printf('%040d', value) FROM generate_series(1, 400000); UPDATE t SET b = zeroblob(200000) WHERE id = 7;"
	. "DELETE FROM t WHERE id % 4 = 0; CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w SELECT v, v FROM t LIMIT 1000;");
is(says("SELECT table_name, rows, rows_exact, size_bytes, index_bytes FROM sqlite.tables('large')"), "t|399999|f||\nw||||", 'a large file is not read');
is(says("SELECT table_name, rows, rows_exact, size_bytes = s.bytes, index_bytes = coalesce(x.bytes, 0) FROM sqlite.tables('large', true) t"
	. " LEFT JOIN sqlite.query('large', 'SELECT name, sum(pgsize) FROM dbstat GROUP BY name') AS s (name text, bytes bigint) ON s.name = t.table_name"
	. " LEFT JOIN sqlite.query('large', 'SELECT ''t'', sum(pgsize) FROM dbstat WHERE name = ''i''') AS x (name text, bytes bigint) ON x.name = t.table_name"),
	"t|300000|t|t|t\nw|1000|t|t|t", 'unless asked: rows and sizes as SQLite has them');
is(says("SELECT size_bytes IS NULL FROM sqlite.indexes('large') WHERE index_name = 'i'"), 't', 'the same with indexes');
is(says("SELECT size_bytes > 1000000 FROM sqlite.indexes('large', exact => true) WHERE index_name = 'i'"), 't', 'when asked');
like(says("SET statement_timeout = '5ms'; SELECT count(*) FROM sqlite.tables('large', exact => true)"), qr/57014/, 'a timeout ends the reading');

# Journal modes, open and at rest.
make('wal', "PRAGMA journal_mode = WAL; CREATE TABLE t (x);");
is(says("SELECT j -> 'file' ->> 'journal_mode', j -> 'file' ->> 'wal_bytes' FROM sqlite.inventory('wal') j"), 'wal|0', 'a WAL database at rest');
$node->safe_psql('postgres', "ALTER SERVER wal OPTIONS (ADD immutable 'true')");
is(says("SELECT sqlite.inventory('wal') #>> '{file,journal_mode}'"), 'wal', 'the same read as immutable');

# Ten thousand tables take linear time.
make('many', 'BEGIN;' . join('', map { "CREATE TABLE t$_ (id INTEGER PRIMARY KEY, v TEXT UNIQUE);\n" } 1 .. 10000) . 'COMMIT;');
is(all_functions('many'), '', 'ten thousand tables');

# The corpus: what can be read gives no error; of the rest every function says what a query says.
SKIP: {
	my $corpus = $ENV{PG_SQLITE_CORPUS};
	skip 'no corpus', 1 unless defined $corpus && -d $corpus;
	my @files;
	find({ wanted => sub { push @files, $_ if -f $_ && !/(\.tsv|\.md|-wal|-shm|-journal)$/ }, no_chdir => 1 }, $corpus);
	my ($number, $readable) = (0, 0);
	foreach my $file (sort @files) {
		my $server = 'corpus' . ++$number;
		serve($server, $file);
		my $probe = says("SELECT n FROM sqlite.query('$server', 'SELECT count(*) FROM sqlite_schema') AS t (n bigint)");
		my $said = all_functions($server);
		(my $name = $file) =~ s/^\Q$corpus\E\///;
		if ($said eq '') { $readable++; next; }
		my @states = $said =~ /ERROR:\s+(\w{5}):/g;
		my ($expected) = $probe =~ /ERROR:\s+(\w{5}):/;
		is("@states", join(' ', map { $expected // 'none' } @calls), "$name: every function refuses it as a query does") or diag("$said\n$probe");
	}
	note("$readable of $number files are databases that can be read");
	cmp_ok($readable, '>', 0, 'some can be read');
}

is(says('SELECT 1'), '1', 'the server is up');
$node->stop;
done_testing();
