# Every function that this SQLite has, whatever it is called and comes with later, over values so large that it may take long: SQLite looks at
# no interrupt within one call. So none of them gets such a value, but for those that are known to be quick over any; and what only reads a
# value gets it whole. PG_SQLITE_HUGE=1 lets each of them work on the largest values that it may get, with a statement_timeout, and
# says which ones ended late.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

# As core/sqlite/authorizer.cpp has them.
my %quick = map { $_ => 1 } qw(abs avg coalesce count cume_dist dense_rank first_value glob group_concat hex if ifnull iif instr lag last_value lead length like likelihood likely
	lower ltrim max min nth_value ntile nullif octet_length percent_rank pg_sqlite_is_text random randomblob rank replace round row_number rtrim sign string_agg substr substring subtype sum total trim
	typeof unicode unlikely upper zeroblob);
my $limit = 32 * 1024 * 1024;

my $dir = PostgreSQL::Test::Utils::tempdir;
sub make_file
{
	my ($file, $bytes) = @_;
	my $half = int($bytes / 2);
	open my $sqlite, '|-', "sqlite3 -bail -init /dev/null '$dir/$file'" or die $!;
	print $sqlite "PRAGMA journal_mode = OFF; CREATE TABLE v (t TEXT, b BLOB, j TEXT); INSERT INTO v VALUES (hex(zeroblob($half)), zeroblob($bytes), '[' || substr(replace(hex(zeroblob($half / 2)), '0', '1,'), 1, $bytes - 3) || '1]');
		CREATE TABLE g (b BLOB, q AS (quote(b)), n AS (length(hex(b)) + length(quote(b)))); INSERT INTO g SELECT b FROM v; CREATE VIEW quoted AS SELECT quote(b) AS q FROM v; CREATE VIEW sized AS SELECT n FROM g; CREATE VIEW same AS SELECT t AS q FROM v;\n";
	close $sqlite or die 'sqlite3 failed';
}
make_file('beyond.db', $limit + 2);

my $node = PostgreSQL::Test::Cluster->new('huge');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION pg_sqlite; CREATE SERVER beyond FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/beyond.db');
	CREATE FUNCTION ask(server text, sql text) RETURNS text LANGUAGE plpgsql AS \$f\$
	DECLARE answer text; BEGIN SELECT left(a, 100) INTO answer FROM sqlite.query(server, sql) AS x (a text); RETURN 'answer ' || coalesce(answer, 'NULL'); EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM; END \$f\$");

# Calls of each function, with one to three arguments where it takes any number.
sub calls
{
	my @calls;
	for (split /\n/, $node->safe_psql('postgres', q{SELECT name, narg FROM sqlite.query('beyond', 'SELECT DISTINCT name, narg FROM pragma_function_list') AS f (name text, narg int) ORDER BY 1, 2}))
	{
		my ($name, $arguments) = split /\|/;
		for my $count ($arguments < 0 ? (1 .. 3) : $arguments || ())
		{
			my $called = $name =~ /^->/ ? sub { "$_[0] $name $_[1]" } : sub { "\"$name\"(" . join(', ', @_) . ')' };
			push @calls, [ $name, $called->(($_) x $count) ] for $name =~ /json|->/ ? 'j' : qw(t b);
			push @calls, [ $name, $called->($_, ('1') x ($count - 1)) ], [ $name, $called->(('1') x ($count - 1), $_) ] for $count > 1 ? 't' : ();
		}
	}
	return @calls;
}
my @calls = calls();
cmp_ok(scalar(@calls), '>', 150, scalar(@calls) . ' calls');
my %answered;
my $answers = $node->safe_psql('postgres', join ";\n", map { 'SELECT ' . "'$_->[0]', \$q\$$_->[1]\$q\$, ask('beyond', \$q\$SELECT length($_->[1]) FROM v\$q\$)" } @calls);
for (split /\n/, $answers)
{
	my ($name, $call, $answer) = split /\|/, $_, 3;
	$answered{$name} //= $call if defined $answer && $answer =~ /^answer/;
}
is_deeply([ grep { !$quick{$_} } sort keys %answered ], [], 'no function gets a value beyond the limit, but for the quick ones')
  or diag(join ', ', map { "$_: $answered{$_}" } grep { !$quick{$_} } sort keys %answered);
like($answers, qr/\Qquote(b)|54000 \E.*string or blob too big/m, 'the others are refused') if $answers =~ /quote\(b\)/;
like($answers, qr/json.*\|54000 .*string or blob too big/m, 'JSON, too');

# What makes one value of several, table-valued functions, views and generated columns.
my $beyond = qr/^54000 .*string or blob too big/;
like($node->safe_psql('postgres', "SELECT ask('beyond', '$_')"), $beyond, $_)
  for 'SELECT count(*) FROM json_each((SELECT j FROM v))', 'SELECT length(q) FROM quoted', 'SELECT j -> 1 FROM v', 'SELECT n FROM g', 'SELECT n FROM sized';
like($node->safe_psql('postgres', "SELECT ask('beyond', '$_')"), qr/^answer/, $_)
  for 'SELECT t FROM v', 'SELECT q FROM same', 'SELECT t || t FROM v', 'SELECT upper(t) FROM v', 'SELECT hex(b) FROM v', 'SELECT length(zeroblob(900000000))', q{SELECT max(length(t)) FROM v WHERE t LIKE ''0%''}, 'SELECT sum(length(b)) FROM v GROUP BY t';
my $hint = ($node->psql('postgres', q{SELECT * FROM sqlite.query('beyond', 'SELECT quote(b) FROM v') AS x (a text)}))[2];
like($hint, qr/HINT:  A value may have up to 1 GB, and up to 32 MB in a statement that calls functions/, 'with what to do');
$node->safe_psql('postgres', 'CREATE SCHEMA s; IMPORT FOREIGN SCHEMA main LIMIT TO (v, same) FROM SERVER beyond INTO s');
is($node->safe_psql('postgres', 'SELECT length(t), length(b), length(upper(j)) FROM s.v'), join('|', ($limit + 2) x 3), 'a foreign table gives its values whole');
is($node->safe_psql('postgres', 'SELECT length(q) FROM s.same'), $limit + 2, 'so does a view that only reads');
is($node->safe_psql('postgres', q{SELECT count(*) FROM s.v WHERE upper(t) LIKE '00%' AND length(b) > 5 AND substr(t, 3, 2) = '00'}), '1', 'so do conditions that SQLite answers');

if ($ENV{PG_SQLITE_HUGE})
{
	make_file('within.db', $limit - 8);
	$node->safe_psql('postgres', "CREATE SERVER within FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/within.db')");
	for (@calls, map { [ 'operator', $_ ] } 'CAST(t AS INTEGER)', 'CAST(t AS REAL)', 'CAST(b AS TEXT)', 't + 1', 't = t || 1', '-t', 't COLLATE NOCASE = lower(t)', "strftime(replace(t, '00', '%J'), 0)")
	{
		my $begin = time;
		my $answer = $node->safe_psql('postgres', "SET statement_timeout = '100ms'; SELECT ask('within', \$q\$SELECT length($_->[1]) FROM v\$q\$)", timeout => 600) // '';
		my $seconds = time - $begin;
		diag(sprintf('%.1f s: %s: %s', $seconds, $_->[1], substr($answer, 0, 60))) if $seconds > 1;
	}
}
done_testing();
