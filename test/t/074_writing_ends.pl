# How transactions that write to SQLite files end: of several files all or none where that can be known beforehand, a file that
# was replaced, and what writers that died have left. The judge is the sqlite3 shell.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my ($node, $dir) = start_server('writing_ends');
sub count { return (run_command([ 'sqlite3', '-init', '/dev/null', "$dir/$_[0]", "SELECT count(*) FROM $_[1]" ]))[0]; }
sub state_of { my ($sql) = @_; return try_sql("\\set VERBOSITY sqlstate\n$sql") =~ /ERROR:  (\w+)/ ? $1 : ''; }

for my $mode (qw(wal delete))
{
	sqlite("$_$mode.db", "PRAGMA journal_mode = $mode; CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED);"
		. 'CREATE TABLE u (x INTEGER UNIQUE ON CONFLICT ROLLBACK); INSERT INTO u VALUES (1)') for qw(a b);
}
sql('CREATE EXTENSION pg_sqlite; CREATE TABLE local (x integer)');
for my $file (qw(awal bwal adelete bdelete))
{
	sql("CREATE SERVER $file FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/$file.db', updatable 'true'); CREATE SCHEMA $file;"
		. "IMPORT FOREIGN SCHEMA main FROM SERVER $file INTO $file");
}

# What is known to fail of one file is known before any commits, whichever was written to first.
for my $order ([qw(awal bdelete)], [qw(bdelete awal)], [qw(adelete bdelete)], [qw(bwal awal)])
{
	my ($one, $two) = @$order;
	for my $bad ("INSERT INTO $two.c VALUES (99)", "SAVEPOINT s; INSERT INTO $two.u VALUES (2); INSERT INTO $two.u VALUES (1); ROLLBACK TO s")
	{
		my $expected = $bad =~ /SAVEPOINT/ ? '40000' : '23503';
		my $said = try_sql("\\set VERBOSITY sqlstate\n\\set ON_ERROR_STOP 0\nBEGIN; INSERT INTO $one.p VALUES (1); INSERT INTO local VALUES (1); $bad; COMMIT;", on_error_stop => 0);
		like($said, qr/ERROR:  $expected\s*$/, "$one, $two: $bad");
		is(count("$one.db", 'p') . sql('SELECT count(*) FROM local') . count("$two.db", 'c'), '000', 'and nothing is left of it, in neither file');
	}
}

# PostgreSQL cancels a serializable transaction before SQLite has committed.
sql('CREATE TABLE doctors AS SELECT g AS id, true AS on_call FROM generate_series(1, 2) g');
for my $file (qw(awal adelete))
{
	my ($one, $two) = map { $node->background_psql('postgres', on_error_stop => 0) } 1, 2;
	$_->query('BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM doctors WHERE on_call') for $one, $two;
	$one->query("INSERT INTO $file.p VALUES (50)");
	$_->[0]->query("UPDATE doctors SET on_call = NOT on_call WHERE id = $_->[1]") for [ $one, 1 ], [ $two, 2 ];
	$two->query('COMMIT');
	$one->query('COMMIT');
	like($one->{stderr}, qr/could not serialize access/, "$file: a serializable transaction that is cancelled at its end");
	is(count("$file.db", 'p'), '0', 'has written nothing');
	$_->quit for $one, $two;
}

# A file that was replaced or removed takes no commit that nobody would find.
for my $how (qw(replaced removed))
{
	for my $file (qw(awal adelete))
	{
		my $session = $node->background_psql('postgres', on_error_stop => 0);
		$session->query("BEGIN; INSERT INTO $file.p VALUES (60)");
		rename "$dir/$file.db", "$dir/$file.old" or die $!;
		system_or_bail('cp', "$dir/$file.old", "$dir/$file.db") if $how eq 'replaced';
		$session->query('COMMIT');
		like($session->{stderr}, qr/it was replaced or removed/, "$file: $how");
		$session->quit;
		unlink "$dir/$file.db", glob "$dir/$file.db-*";
		rename "$dir/$file.old", "$dir/$file.db" or die $!;
		is(count("$file.db", 'p'), '0', 'and the file that was written to is as it was');
	}
}

# A journal of a writer that died is rolled back by the next who writes; a reader says so.
sub leave_journal
{
	my ($file) = @_;
	unlink glob "$dir/$file*";
	sqlite('made.db', "DROP TABLE IF EXISTS t; CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT i, hex(zeroblob(50)) FROM n");
	my $script = "PRAGMA cache_size = 2;\nBEGIN;\nUPDATE t SET x = 'torn' || x;\n.shell cp $dir/made.db $dir/$file; cp $dir/made.db-journal $dir/$file-journal\nROLLBACK;\n";
	run_command([ 'sh', '-c', 'printf "%s" "$1" | sqlite3 -init /dev/null "$2"', 'sh', $script, "$dir/made.db" ]);
	return -s "$dir/$file-journal";
}
ok(leave_journal('torn.db'), 'a hot journal');
sql("CREATE SERVER torn FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/torn.db', updatable 'true'); CREATE FOREIGN TABLE torn (id bigint, x text) SERVER torn OPTIONS (\"table\" 't')");
is(state_of('SELECT count(*) FROM torn'), '55000', 'is not rolled back by who reads');
for my $statement ('INSERT INTO torn (x) VALUES (1)', "UPDATE torn SET x = 'new' WHERE id = 1", 'DELETE FROM torn WHERE id = 1', 'TRUNCATE torn')
{
	leave_journal('torn.db');
	is(try_sql("$statement; SELECT count(*) FROM torn WHERE x LIKE 'torn%'"), '0', "but by $statement");
	is(-e "$dir/torn.db-journal" ? 'there' : 'gone', 'gone', 'and is gone');
}

# One that names another file is not: SQLite would delete that.
my $victim = "$dir/victim";
for my $amid (0, 1)
{
	leave_journal('torn.db');
	append_to_file($victim, "mine\n");
	open my $journal, '>>:raw', "$dir/torn.db-journal" or die $!;
	my $sum = 0;
	$sum += $_ for unpack 'c*', $victim;
	my $super = pack('N', int(0x40000000 / 4096) + 1) . $victim . pack('NN', length $victim, $sum & 0xffffffff) . pack('H*', 'd9d505f920a163d7');
	my $session;
	if ($amid)
	{
		# A session that has the file open for writing already.
		my $content = slurp_file("$dir/torn.db-journal");
		my $pages = slurp_file("$dir/torn.db");
		leave_journal('torn.db');
		$session = $node->background_psql('postgres', on_error_stop => 0);
		$session->query('DELETE FROM torn WHERE id = 7');
		open my $file, '+<:raw', "$dir/torn.db" or die $!;
		print $file $pages;
		close $file;
		open $journal, '>:raw', "$dir/torn.db-journal" or die $!;
		print $journal $content;
	}
	print $journal $super;
	close $journal;
	if ($session)
	{
		$session->query($_) for 'SELECT count(*) FROM torn', 'DELETE FROM torn WHERE id = 8';
		like($session->{stderr}, qr/ERROR/, 'a session that writes says so');
		$session->quit;
	}
	isnt(state_of('DELETE FROM torn WHERE id = 9'), '', 'a journal that names another file is left alone');
	ok(-e $victim, 'and so is that file');
}
$node->stop;
done_testing();
