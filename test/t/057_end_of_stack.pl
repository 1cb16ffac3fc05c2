# The end of the stack. SQLite's modules and functions recurse over full-text queries, JSON and paths, which come from callers and files:
# the server and the other sessions stay, whatever comes of the one that asked. So they do where another library was in the process
# before us, so that we have no say in SQLite's memory, and where the system gives a server a small stack.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
sub make_file
{
	my ($file, $sql) = @_;
	open my $sqlite, '|-', "sqlite3 -bail -init /dev/null '$dir/$file'" or die $!;
	print $sqlite $sql;
	close $sqlite or die 'sqlite3 failed';
}
# A chain of $n operators after x.
sub query_text { my ($operator, $n) = @_; return "'x' || replace(hex(zeroblob($n)), '00', ' $operator y')"; }
make_file('text.db', q{CREATE TABLE fine (a INTEGER); INSERT INTO fine VALUES (7);
	CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('x one'), ('y two');
	CREATE VIRTUAL TABLE g USING fts4(a); INSERT INTO g VALUES ('x one'), ('y two');
	CREATE VIRTUAL TABLE self5 USING fts5(a, content = 'self5');
	CREATE VIRTUAL TABLE ring5 USING fts5(a, content = 'ring'); CREATE VIEW ring AS SELECT rowid, a FROM ring5;
	CREATE VIRTUAL TABLE self4 USING fts4(a, content="self4");
	CREATE VIRTUAL TABLE ring4 USING fts4(a, content="ring_4"); CREATE VIEW ring_4 AS SELECT docid, a FROM ring4;
	CREATE VIEW deep AS SELECT a FROM f WHERE f MATCH } . query_text('NOT', 300000) . q{;});

# JSON in SQLite's binary form, nested $n deep: arrays of one array.
sub nested_arrays
{
	my ($n) = @_;
	my $size = 1;
	my @heads;
	for (1 .. $n)
	{
		my $head = $size <= 11 ? pack('C', $size << 4 | 11) : $size <= 0xff ? pack('CC', 0xcb, $size) : $size <= 0xffff ? pack('Cn', 0xdb, $size) : pack('CN', 0xeb, $size);
		push @heads, $head;
		$size += length $head;
	}
	return join('', reverse @heads) . "\x0b";
}
make_file('json.db', q{CREATE TABLE d (a); INSERT INTO d VALUES (x'} . unpack('H*', nested_arrays(300000)) . q{'); CREATE VIEW deep AS SELECT json(a) AS a FROM d;});

sub new_node
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', "fsync = off\nmax_stack_depth = 100kB\n");
	return $node;
}
sub ready
{
	my ($node) = @_;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite; ' . join '; ', map { "CREATE SERVER $_ FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/$_.db')" } qw(text json));
	return $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
}
sub ask
{
	my ($node, @statements) = @_;
	my ($status, $out, $err) = $node->psql('postgres', join(";\n", "SET statement_timeout = '20s'", @statements) . ";\n\\echo alive\n", on_error_stop => 0);
	return ($out, $err);
}
sub sqlite_query { my ($server, $sql) = @_; return "SELECT a FROM sqlite.query('$server', \$q\$SELECT $sql\$q\$) AS x (a text)"; }
sub stays
{
	my ($node, $start) = @_;
	is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $start, $node->name . ': the server was never started anew');
	unlike(slurp_file($node->logfile), qr/terminated by signal/, $node->name . ': no process died');
}

# Full-text queries: refused, and the session goes on.
my $node = new_node('usual');
$node->start;
my $start = ready($node);
for my $from ('f WHERE f MATCH ' . query_text('NOT', 300000), 'f WHERE a MATCH ' . query_text('NOT', 300000), 'f WHERE f = ' . query_text('NOT', 300000),
	'f(' . query_text('NOT', 300000) . ')', q{f WHERE f MATCH '""' || replace(hex(zeroblob(300000)), '00', 'NOT""')}, 'f WHERE f MATCH CAST(' . query_text('NOT', 300000) . ' AS BLOB)', 'deep')
{
	my ($out, $err) = ask($node, sqlite_query('text', "count(*) AS a FROM $from"));
	like($err, qr/fts5 expression tree is too large/, "$from: refused");
	like($out, qr/alive$/, "$from: the session goes on");
}
for my $from ('g WHERE g MATCH ' . query_text('NOT', 300), 'g WHERE g MATCH ' . query_text('AND', 3000), 'f WHERE f MATCH ' . query_text('OR', 3000),
	"f WHERE f MATCH replace(hex(zeroblob(300000)), '00', '(') || 'x'", "g WHERE g MATCH replace(hex(zeroblob(300000)), '00', '(') || 'x'", 'self5', 'ring5', 'ring', 'self4', 'ring4', 'ring_4', 'ring_4 WHERE docid = 1')
{
	my ($out, $err) = ask($node, sqlite_query('text', "count(*) AS a FROM $from"));
	like($out, qr/alive$/, "$from: the session goes on");
}
my ($out, $err) = ask($node, sqlite_query('text', "snippet(f, 0, '<', '>', '', 5) AS a FROM f WHERE f MATCH 'x NOT two'"), 'CREATE SCHEMA s', 'IMPORT FOREIGN SCHEMA main FROM SERVER text INTO s', 'SELECT count(*) FROM s.f', 'SELECT * FROM s.deep', 'SELECT a FROM s.fine');
like($out, qr/^<x> one\n2\n7\nalive$/m, 'full text, and tables beside it, are read');
like($err, qr/could not read foreign table "s\.deep": fts5/, 'a view is refused by name');

# JSON in binary form, where this SQLite knows it. What it recurses over without an end ends the session at worst.
for my $call ('json(a)', 'json_extract(a, \'$\')', 'a -> \'$\'', 'json_quote(a)', 'json_patch(a, a)', 'json_array(a)', 'json_group_array(a)', '(SELECT max(length(value)) FROM json_each(a))',
	q{json_extract(a, '$' || replace(hex(zeroblob(300000)), '00', '[0]'))}, q{json_set(a, '$' || replace(hex(zeroblob(300000)), '00', '[0]'), 1)}, q{jsonb_set('{}', '$' || replace(hex(zeroblob(300000)), '00', '.a'), 1)})
{
	my ($out, $err) = ask($node, sqlite_query('json', "length($call) AS a FROM d"));
	ok($out =~ /alive$/ || $err =~ /FATAL:  terminating connection because SQLite came to the end of the server's stack/, "$call: answered, refused, or the end of the session") or diag($err);
}
stays($node, $start);
$node->stop;

# A small stack: what there is too little of is said.
for my $kilobytes (1024, 2048, 4096)
{
	my $small = new_node("small_$kilobytes");
	system_or_bail('bash', '-c', 'ulimit -S -s ' . $kilobytes . ' && exec pg_ctl -w -s -D "$0" -l "$1" start', $small->data_dir, $small->logfile);
	my $start = ready($small);
	my ($out, $err) = ask($small, sqlite_query('text', 'a FROM fine'));
	if ($kilobytes < 2048)
	{
		like($err, qr/could not open database file ".*": too little of the server's stack is left/, "$kilobytes kB: refused");
		like($err, qr/SQLite is not given its last 1536 kB, and the process has 10\d\d kB in all/, "$kilobytes kB: and why");
	}
	else { is($out, "7\nalive", "$kilobytes kB: read"); }
	for my $what ('count(*) AS a FROM f WHERE f MATCH ' . query_text('NOT', 300000), 'count(*) AS a FROM f WHERE f MATCH ' . query_text('NOT', 250), 'count(*) AS a FROM g WHERE g MATCH ' . "replace(hex(zeroblob(990)), '00', '(') || 'x'",
		'1' . ' + 1' x 990 . ' AS a', 'json(' . q{replace(hex(zeroblob(1900)), '00', '[') || replace(hex(zeroblob(1900)), '00', ']')} . ') AS a', '(SELECT ' x 450 . '1' . ')' x 450 . ' AS a', 'a' . ' COLLATE nocase' x 1900 . ' FROM fine',
		q{json_set('[]', '$' || replace(hex(zeroblob(990)), '00', '[0]'), 1) AS a})
	{
		my ($out, $err) = ask($small, sqlite_query('text', $what));
		ok($out =~ /alive$/ || $err =~ /FATAL:  terminating connection because SQLite/, "$kilobytes kB: " . substr($what, 0, 60) . ': the server stays') or diag($err);
	}
	stays($small, $start);
	system_or_bail('pg_ctl', '-w', '-s', '-D', $small->data_dir, 'stop');
}

# Another library initializes SQLite before us, and gives each connection a function that recurses as deep as it is told.
SKIP: {
	my $compiler = (grep { system("$_ --version > /dev/null 2>&1") == 0 } qw(cc gcc clang))[0];
	skip('no C compiler', 1) unless $compiler;
	open my $code, '>', "$dir/first.c" or die $!;
	print $code <<'C';
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_context sqlite3_context;
typedef struct sqlite3_value sqlite3_value;
int sqlite3_auto_extension(void (*)(void));
int sqlite3_create_function(sqlite3 *, const char *, int, int, void *, void (*)(sqlite3_context *, int, sqlite3_value **), void *, void *);
int sqlite3_value_int(sqlite3_value *);
void sqlite3_result_int(sqlite3_context *, int);
static int deep(int n, volatile char *above)
{
	volatile char here[200];
	here[0] = above ? above[0] : 0;
	return n <= 0 ? here[0] : deep(n - 1, here) + here[0];
}
static void recurse(sqlite3_context *context, int count, sqlite3_value **values)
{
	sqlite3_result_int(context, deep(sqlite3_value_int(values[0]), 0));
}
static int greet(sqlite3 *db, char **message, const void *api)
{
	return sqlite3_create_function(db, "recurse", 1, 1 | 0x200000, 0, recurse, 0, 0);
}
__attribute__((constructor)) static void come_first(void) { sqlite3_auto_extension((void (*)(void)) greet); }
C
	close $code;
	my ($built) = grep { system("$compiler -O0 -shared -fPIC -o '$dir/first.so' '$dir/first.c' $_ 2> '$dir/first.log'") == 0 } '-lsqlite3', '-l:libsqlite3.so.0';
	skip('no library of C could be made: ' . slurp_file("$dir/first.log"), 1) unless $built;

	make_file('bottom.db', 'CREATE TABLE big (a INTEGER PRIMARY KEY, b TEXT); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) INSERT INTO big SELECT i, i FROM n;
		CREATE VIEW bottomless AS SELECT recurse(1000000 * (a = 15000)) AS a FROM big;');
	my $first = new_node('first');
	{
		local $ENV{LD_PRELOAD} = "$dir/first.so";
		$first->start;
	}
	my $start = ready($first);
	$first->safe_psql('postgres', "CREATE SERVER bottom FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/bottom.db'); CREATE SCHEMA b; IMPORT FOREIGN SCHEMA main FROM SERVER bottom INTO b OPTIONS (probe_rows '0')");
	is($first->safe_psql('postgres', sqlite_query('text', 'recurse(100) AS a')), '0', 'the other library is there');
	my $other = $first->background_psql('postgres');
	$other->query_safe('SET application_name = other; CREATE TEMP TABLE kept AS SELECT a FROM b.big');
	my $end = qr/FATAL:  terminating connection because SQLite came to the end of the server's stack/;
	my $query = sqlite_query('text', 'recurse(1000000) AS a');
	for my $statements ([$query], [ 'BEGIN', 'CREATE TEMP TABLE gone (a int)', 'DECLARE c CURSOR FOR SELECT a FROM b.big', 'FETCH 2 FROM c', 'SAVEPOINT s', $query ],
		[ "DO \$do\$ BEGIN EXECUTE \$e\$$query\$e\$; EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'caught'; END \$do\$" ], ['SELECT a FROM b.bottomless'], ['CREATE TABLE t AS SELECT * FROM b.bottomless'],
		[ 'PREPARE p AS SELECT max(a) FROM b.bottomless', 'EXECUTE p' ], ["CALL sqlite.migrate('{bottom}', 'made')", "SELECT sqlite.profile('bottom')"], ["SELECT * FROM sqlite.profile('bottom', 'bottomless')"])
	{
		my ($out, $err) = ask($first, @$statements);
		my $last = substr($statements->[-1], 0, 80);
		if ("@$statements" =~ /migrate/) { like($out, qr/alive$/, "$last: a migration copies no view") if $err !~ $end; }
		else { like($err, $end, "$last: the session ends"); }
		is($other->query_safe('SELECT count(*) FROM kept'), '20000', 'another one does not');
	}
	$other->quit;
	is($first->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relname IN ('gone', 't')}), '0', 'nothing is left of theirs');
	make_file('bottom.db', 'INSERT INTO big (b) VALUES (1);');
	is($first->safe_psql('postgres', 'SELECT count(*) FROM b.big'), '20001', 'the file was not left locked');
	like($first->safe_psql('postgres', q{SELECT string_agg(status, ',') FROM sqlite.validate('b.big', 'b.big')}), qr/./, 'work goes on');

	for my $what ('1' . ' + 1' x 990 . ' AS a', 'a' . ' COLLATE nocase' x 1900 . ' FROM fine', 'a' . ' COLLATE nocase' x 60000 . ' FROM fine', '(SELECT ' x 490 . '1' . ')' x 490 . ' AS a', '(SELECT ' x 40000 . '1' . ')' x 40000 . ' AS a', '- ' x 100000 . '1 AS a',
		'count(*) AS a FROM f WHERE f MATCH ' . query_text('NOT', 300000), q{json_set('{}', '$' || replace(hex(zeroblob(300000)), '00', '.a'), 1) AS a})
	{
		my ($out, $err) = ask($first, "SET statement_timeout = '2s'", sqlite_query('text', $what));
		ok($out =~ /alive$/ || $err =~ $end, 'without a say in its memory: ' . substr($what, 0, 60) . ': the server stays') or diag($err);
	}
	stays($first, $start);
	$first->stop;

	# One that has initialized it, and no more: the memory is ours again, so a cancel acts while a statement is prepared.
	open $code, '>', "$dir/early.c" or die $!;
	print $code "int sqlite3_initialize(void); __attribute__((constructor)) static void come_first(void) { sqlite3_initialize(); }\n";
	close $code;
	($built) = grep { system("$compiler -O0 -shared -fPIC -o '$dir/early.so' '$dir/early.c' $_ 2> '$dir/early.log'") == 0 } '-lsqlite3', '-l:libsqlite3.so.0';
	my $early = new_node('early');
	{
		local $ENV{LD_PRELOAD} = "$dir/early.so";
		$early->start;
	}
	$start = ready($early);
	my ($out, $err) = ask($early, q{SET statement_timeout = '1s'}, sqlite_query('text',
		'a FROM (WITH c0 AS (SELECT 1 AS a)' . join('', map { ", c$_ AS (SELECT x.a FROM c" . ($_ - 1) . ' AS x, c' . ($_ - 1) . ' AS y)' } 1 .. 60) . ' SELECT * FROM c60)'));
	like($err, qr/canceling statement due to statement timeout/, 'initialized, but not in use: SQLite is stopped while it prepares a statement');
	stays($early, $start);
	$early->stop;
}
done_testing();
