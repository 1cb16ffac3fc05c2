# Fifty sessions on one file while another process writes it, and a -shm file that is cut under its readers.
# Longer: PG_SQLITE_SESSION_ROUNDS=200.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../perl";
use File::Copy;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use TestServer;

my $rounds = $ENV{PG_SQLITE_SESSION_ROUNDS} || 4;
my ($node, $dir) = start_server('many_sessions', "max_connections = 70\nrestart_after_crash = on\nfsync = off");
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');

# A writer moves amounts from row to row in small transactions, so that each state has the same sum.
my $rows = 200;
foreach my $mode (qw(delete wal))
{
	sqlite("$mode.db", "PRAGMA journal_mode = $mode; CREATE TABLE account (id INTEGER PRIMARY KEY, amount INTEGER, pad TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $rows) INSERT INTO account SELECT i, 100, hex(zeroblob(200)) FROM n");
	sql("SELECT sqlite.attach('$dir/$mode.db'); ALTER SERVER \"$mode\" OPTIONS (ADD busy_timeout '60000')");
	# Until it is killed.
	my $writing = 'PRAGMA synchronous = off; ' . 'BEGIN IMMEDIATE; UPDATE account SET amount = amount - 1 WHERE id = 1 + abs(random() % ' . $rows . '); UPDATE account SET amount = amount + ' . "$rows * 100 - (SELECT sum(amount) FROM account) WHERE id = 1; COMMIT; " ;
	my $script = "$dir/$mode.sql";
	append_to_file($script, ".timeout 60000\n" . ($writing . "\n") x 20000);
	my $writer = IPC::Run::start([ 'sqlite3', '-init', '/dev/null', "$dir/$mode.db" ], '<', $script, '>', '/dev/null', '2>', '/dev/null');
	append_to_file("$dir/$mode.pgbench", qq{SELECT 1 / (sum(amount) = @{[ $rows * 100 ]} AND count(*) = $rows)::int FROM "$mode".account;
BEGIN;
SELECT sum(amount * id) AS a FROM "$mode".account \\gset
SELECT 1 / (sum(amount * id) = :a AND sum(amount) = @{[ $rows * 100 ]})::int FROM "$mode".account;
COMMIT;
});
	my ($out, $err) = ('', '');
	my $status = IPC::Run::run([ 'pgbench', '-n', '-c', 50, '-j', 2, '-t', $rounds, '-f', "$dir/$mode.pgbench", '-d', $node->connstr('postgres') ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(300));
	ok($writer->pumpable, "$mode: the writer was still at it");
	$writer->kill_kill;
	sqlite("$mode.db", 'BEGIN IMMEDIATE; ROLLBACK');    # whose journal may be hot
	is($err =~ /ERROR.*/ ? $& : '', '', "$mode: no error");
	like($out, qr{number of transactions actually processed: @{[ 50 * $rounds ]}/}, "$mode: fifty sessions, each statement and transaction of one state");
	like($node->safe_psql('postgres', qq{SELECT sum(amount) FROM "$mode".account}), qr/^@{[ $rows * 100 ]}$/, "$mode: and so it is left");
}

# Who can write the folder of a WAL database can cut its -shm file while a reader has it mapped, which ends that reader's
# session, and no other. A copy is read without a -shm file: none of it may stop there.
sqlite('cut.db', 'PRAGMA journal_mode = wal; CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO item SELECT i, hex(zeroblob(50)) || i FROM n');
my $application = IPC::Run::start([ 'sqlite3', '-init', '/dev/null', "$dir/cut.db" ], '<pipe', \*APPLICATION, '>', '/dev/null', '2>', '/dev/null');
syswrite APPLICATION, "PRAGMA wal_autocheckpoint = 0; UPDATE item SET name = name || ' changed';\n";
PostgreSQL::Test::Utils::poll_until(sub { -s "$dir/cut.db-wal" && -s "$dir/cut.db-shm" }) if PostgreSQL::Test::Utils->can('poll_until');
for (1 .. 300) { last if -s "$dir/cut.db-wal" && -s "$dir/cut.db-wal" > 1000000; select undef, undef, undef, 0.1; }
sql("SELECT sqlite.attach('$dir/cut.db'); CREATE SCHEMA t; CREATE TABLE t.item (id bigint, name text);
	CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN IF NEW.id = 10000 THEN PERFORM pg_advisory_xact_lock(7); END IF; RETURN NEW; END\$\$;
	CREATE TRIGGER wait BEFORE INSERT ON t.item FOR EACH ROW EXECUTE FUNCTION wait()");
my $started = sql('SELECT pg_postmaster_start_time()');
my $shm = -s "$dir/cut.db-shm";
cmp_ok($shm, '>=', 32768, 'a -shm file is there');
foreach my $how ('"read_from": "copy"', '"read_from": "copy", "workers": 2')
{
	sql('TRUNCATE t.item');
	copy("$dir/cut.db-shm", "$dir/kept-shm") or die $!;
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('SELECT pg_advisory_lock(7)');
	my ($out, $err) = ('', '');
	my $job = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'), '-c', qq{CALL sqlite.migrate('{cut}', 't', '{"existing": "append", $how}')} ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
	$node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted}) or die 'the load does not come to its middle';
	truncate "$dir/cut.db-shm", 0 or die $!;
	$holder->query_safe('SELECT pg_advisory_unlock_all()');
	$holder->quit;
	$job->finish;
	is(sql('SELECT state FROM sqlite.jobs ORDER BY job DESC LIMIT 1'), 'done', "$how: a -shm file that is cut concerns no copy");
	is(sql(q{SELECT count(*), count(*) FILTER (WHERE name LIKE '% changed') FROM t.item}), '20000|20000', 'which has all that was committed');
	# As it was, and in place: the application has it mapped.
	open my $handle, '+<:raw', "$dir/cut.db-shm" or die $!;
	print $handle slurp_file("$dir/kept-shm");
	close $handle;
}
# A -shm file whose header lies, under valid checksums ("WAL-mode File Format", 2.1), in one session after the other state:
# what it says of the number of frames leads SQLite to regions that the file does not have.
sub forge
{
	my ($frames, $pages) = @_;
	my @words = unpack 'L12', substr(slurp_file("$dir/kept-shm"), 0, 48);
	@words[4, 5] = ($frames, $pages);
	my ($first, $second) = (0, 0);
	for (my $i = 0; $i < 10; $i += 2)
	{
		$first = ($first + $words[$i] + $second) & 0xffffffff;
		$second = ($second + $words[ $i + 1 ] + $first) & 0xffffffff;
	}
	my $header = pack 'L12', @words[0 .. 9], $first, $second;
	open my $handle, '+<:raw', "$dir/cut.db-shm" or die $!;
	print $handle $header x 2;
	close $handle;
	return;
}
copy("$dir/cut.db-shm", "$dir/kept-shm") or die $!;
my ($frames, $pages) = unpack 'x16 L2', slurp_file("$dir/kept-shm");
my $lied_to = $node->background_psql('postgres', on_error_stop => 0);
is($lied_to->query('SELECT count(*) FROM cut.item'), '20000', 'before');
srand(7);
foreach my $lie ([ 2**31, $pages ], [ 100000, $pages ], map { [ (0, 1, 4063, 100000, 2**27, 2**31 - 1, 2**31, 2**32 - 1, int(rand(2**32)))[rand 9], rand() < 0.3 ? int(rand(2**32)) : $pages ] } 1 .. 40)
{
	forge(@$lie);
	$lied_to->query($_) foreach ('SELECT count(*), max(name) FROM cut.item', q{SELECT count(*) FROM sqlite.inventory('{cut}')});
	$lied_to->query('SELECT sqlite.disconnect_all()') if rand() < 0.1;
}
forge($frames, $pages);
is($lied_to->query('SELECT count(*) FROM cut.item'), '20000', 'and after forty headers that lie');
$lied_to->quit;
# Cut under those who read the file itself: by a new statement, amid a scan, in a transaction, by workers, as the session ends.
copy("$dir/cut.db-shm", "$dir/kept-shm") or die $!;
my $count = 'SELECT count(*), max(name) FROM cut.item';
my %readers = (
	statement => [ $count, $count ],
	transaction => [ "BEGIN ISOLATION LEVEL REPEATABLE READ; $count", "$count; COMMIT" ],
	scan => [ 'BEGIN; DECLARE c CURSOR FOR SELECT * FROM cut.item; FETCH 100 FROM c', "MOVE ALL FROM c; $count; ROLLBACK" ],
	workers => [ "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; $count", "$count; $count" ],
	ends => [ $count, 'SELECT sqlite.disconnect_all()' ],
	inventory => [ $count, q{SELECT count(*) FROM sqlite.inventory('cut')} ],
	migrates => [ $count, q{CALL sqlite.migrate('{cut}', 'live', '{"read_from": "live", "existing": "skip"}')} ]);
my $bystander = $node->background_psql('postgres');
$bystander->query_safe('CREATE TEMP TABLE mine (a int)');
foreach my $reader (sort keys %readers)
{
	foreach my $length (0, 4096)
	{
		my $cut = $node->background_psql('postgres', on_error_stop => 0);
		$cut->query($readers{$reader}[0]);
		truncate "$dir/cut.db-shm", $length or die $!;
		eval { $cut->query($readers{$reader}[1]); $cut->quit };    # the session may be lost
		is($bystander->query_safe('SELECT count(*) FROM mine'), '0', "$reader, cut to $length bytes: the server and the other sessions are there");
		open my $handle, '+<:raw', "$dir/cut.db-shm" or die $!;
		print $handle slurp_file("$dir/kept-shm");
		close $handle;
	}
}
like(slurp_file($node->logfile), qr/FATAL:  terminating connection because a file was cut while SQLite had it mapped/, 'whoever met the cut has lost the session');
$bystander->quit;
is(sql($count), '20000|' . sql('SELECT max(name) FROM cut.item'), 'and reads it as before in another');
# A copy of the file and its -wal without the -shm file is read at rest, which needs none either.
mkdir "$dir/own";
copy("$dir/$_", "$dir/own/$_") or die $! for qw(cut.db cut.db-wal);
sql("SELECT sqlite.attach('$dir/own/cut.db', 'own')");
my $session = $node->background_psql('postgres');
is($session->query_safe('BEGIN; SELECT count(*) FROM own.item'), '20000', 'a copy made by hand');
ok(!-e "$dir/own/cut.db-shm", 'has no -shm file, and gets none');
truncate "$dir/cut.db-shm", 0 or die $!;
is($session->query_safe(q{SELECT count(*) FROM own.item WHERE name LIKE '% changed'}), '20000', "whatever becomes of the original's");
$session->quit;
is(sql('SELECT pg_postmaster_start_time()'), $started, 'no restart');
is(() = slurp_file($node->logfile) =~ /terminated by signal/g, 0, 'and no process was lost');
syswrite APPLICATION, ".quit\n";
$application->kill_kill;
$node->stop;
done_testing();
