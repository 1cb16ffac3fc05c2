# Parallel scans see their leader's snapshot, also while a writer commits all the time: serial and parallel scans
# of one transaction agree. Rounds by PG_SQLITE_ROUNDS.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $rounds = $ENV{PG_SQLITE_ROUNDS} || 25;
my $node = PostgreSQL::Test::Cluster->new('parallel');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
max_worker_processes = 16
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
max_parallel_workers_per_gather = 2
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

sub sqlite {
	my ($file, $sql) = @_;
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/$file", $sql);
}
sub run {
	my ($sql) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err ne '' ? "$out\n$err" : $out;
}

# Each round is a transaction: one order of serial and parallel scans, with the leader taking part and without.
# Tells how many rounds agreed, in how many workers read rows, and how many states of the file were seen.
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION pid() RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN pg_backend_pid(); END';
CREATE PROCEDURE rounds(relation text, rounds int) LANGUAGE plpgsql AS $$
DECLARE
	leader int := pg_backend_pid();
	answer record;
	first record;
	by_workers bigint;
	agreed int := 0;
	parallel int := 0;
	rows_of_workers bigint := 0;
	rows_of_all bigint := 0;
	states int := 0;
	last_sum numeric := -1;
	same boolean;
BEGIN
	FOR i IN 1 .. rounds LOOP
		PERFORM set_config('parallel_leader_participation', CASE WHEN i % 4 < 2 THEN 'on' ELSE 'off' END, true);
		same := true;
		FOR scan IN 1 .. 3 LOOP
			PERFORM set_config('max_parallel_workers_per_gather', CASE WHEN (i + scan) % 2 = 0 THEN '0' ELSE '2' END, true);
			EXECUTE format('SELECT count(*) AS n, sum(n) AS total, sum(hashtext(v)::bigint) AS hashes FROM %s', relation) INTO answer;
			IF scan = 1 THEN first := answer; ELSE same := same AND answer = first; END IF;
			EXECUTE format('SELECT count(*), sum(n), md5(string_agg(v || n, '','' ORDER BY id)) FROM %s', relation) INTO answer;
			IF scan = 1 THEN PERFORM set_config('test.md5', answer.md5, true);
			ELSE same := same AND answer.md5 = current_setting('test.md5'); END IF;
		END LOOP;
		SET LOCAL max_parallel_workers_per_gather = 2;
		EXECUTE format('SELECT sum(CASE WHEN pid() <> %s THEN 1 ELSE 0 END), count(*) AS n FROM %s', leader, relation) INTO answer;
		same := same AND answer.n = first.n;
		IF same THEN agreed := agreed + 1; END IF;
		IF answer.sum > 0 THEN parallel := parallel + 1; END IF;
		rows_of_workers := rows_of_workers + answer.sum;
		rows_of_all := rows_of_all + answer.n;
		IF first.total IS DISTINCT FROM last_sum THEN states := states + 1; last_sum := first.total; END IF;
		COMMIT;
	END LOOP;
	RAISE NOTICE 'agreed=% parallel=% share=% states=%', agreed, parallel, round(100.0 * rows_of_workers / rows_of_all), states;
END $$;
SQL

# Commits one transaction after another until killed; tells the pid of its process group. It does not outlive us.
my $writing;
$SIG{TERM} = $SIG{INT} = sub { exit 1 };
END { my $status = $?; kill 'TERM', -$writing if $writing; $? = $status; }
sub start_writer {
	my ($file, @transactions) = @_;
	open my $script, '>', "$dir/$file.sql" or die $!;
	print $script "$_;\n" for @transactions;
	close $script;
	my $pid = fork;
	die $! if !defined $pid;
	return $writing = $pid if $pid;
	setpgrp;
	$SIG{TERM} = $SIG{INT} = 'DEFAULT';
	undef $writing;
	# The shell itself is the child that is waited for, so that none lives on when another writer comes.
	open STDIN, '-|', "echo 'PRAGMA busy_timeout = 20000; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 30;'; while cat '$dir/$file.sql'; do :; done" or die $!;
	open STDOUT, '>', "$dir/$file.log" or die $!;
	open STDERR, '>&', \*STDOUT or die $!;
	exec 'sqlite3', '-init', '/dev/null', "$dir/$file";
	die $!;
}
# A killed writer may leave a hot journal: the next one to come rolls it back.
sub stop_writer { my ($pid, $file) = @_; kill 'TERM', -$pid; waitpid $pid, 0; undef $writing; sqlite($file, 'SELECT count(*) FROM t'); return; }

my $fill = 'CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, v TEXT); CREATE TABLE tick (n); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO t SELECT i * 3, 0, hex(randomblob(30)) FROM n';
my @transactions = (
	(map { "BEGIN; UPDATE t SET n = n + 1 WHERE id % 5000 = $_ * 3; INSERT INTO t VALUES (NULL, 7, hex(randomblob(20))); COMMIT" } 1 .. 20),
	'BEGIN; DELETE FROM t WHERE id IN (SELECT max(id) FROM t UNION SELECT id FROM t WHERE n = 7 ORDER BY 1 DESC LIMIT 19); COMMIT',
	'UPDATE t SET v = hex(randomblob(30)) WHERE id % 300 = 0');
# Those that would wait for readers to go give up at once; where none is there, readers find an empty -wal.
my $checkpoints = 'PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(RESTART); UPDATE t SET n = n + 1 WHERE id = 3; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 20000';

sub check_rounds {
	my ($what, $relation, $writing, $count) = @_;
	my $start = time;
	my $notice = run("CALL rounds('$relation', $count)");
	my ($agreed, $parallel, $share, $states) = $notice =~ /agreed=(\d+) parallel=(\d+) share=(\d+) states=(\d+)/;
	is($agreed, $count, "$what: all rounds agree") or diag($notice);
	return if !defined $agreed;
	cmp_ok($parallel, '>=', $count / ($writing ? 5 : 2), "$what: workers took part") or diag($notice);
	cmp_ok($states, '>', $count / 10, "$what: the writer committed in between") if $writing;
	diag(sprintf '%s: %d rounds in %.1f s; workers read in %d of them, %d %% of all rows; %d states of the file', $what, $count, time - $start, $parallel, $share, $states);
	return;
}

for my $mode ('wal', 'delete', 'persist') {
	sqlite("$mode.db", "PRAGMA journal_mode = $mode; $fill");
	for my $scope ('transaction', 'statement') {
		$node->safe_psql('postgres', "CREATE SERVER ${mode}_$scope FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/$mode.db', busy_timeout '20000', snapshot '$scope'); CREATE FOREIGN TABLE ${mode}_$scope (id bigint, n bigint, v text) SERVER ${mode}_$scope OPTIONS (\"table\" 't')");
	}
	# A writer that commits at once and one that also checkpoints by hand, which makes readers start on an empty -wal.
	my $writer = start_writer("$mode.db", $mode eq 'wal' ? (@transactions, $checkpoints) : @transactions);
	# A WAL database that nobody has open when reading begins may not change meanwhile.
	for (1 .. 1800) { last if $mode ne 'wal' || -e "$dir/wal.db-shm"; select undef, undef, undef, 0.1; }
	check_rounds("$mode journal, with a writer", "${mode}_transaction", 1, $mode eq 'persist' ? int(($rounds + 3) / 4) : $rounds);

	# A snapshot for each statement: one statement's participants see one state. Every transaction keeps this sum.
	my $uneven = 0;
	for my $i (1 .. ($rounds > 100 ? 100 : $rounds)) {
		my $row = run("SET parallel_leader_participation = " . ($i % 2 ? 'on' : 'off') . "; SELECT a = b FROM (SELECT (SELECT sum(hashtext(v)::bigint + n) FROM ${mode}_statement) AS a, (SELECT sum(hashtext(v)::bigint + n) FROM ${mode}_statement) AS b) x");
		$uneven++ if $row ne 't';
	}
	is($uneven, 0, "$mode journal, snapshot of a statement: two scans of one statement agree");
	stop_writer($writer, "$mode.db");
	my $log = slurp_file("$dir/$mode.db.log");
	unlike($log, qr/error/i, "$mode journal: the writer was never refused");
}

# Nobody writes: rollback journal, WAL at rest, and immutable.
sqlite('quiet.db', $fill);
sqlite('rest.db', "PRAGMA journal_mode = wal; $fill");
for my $case ([ 'quiet', 'quiet.db', '' ], [ 'rest', 'rest.db', '' ], [ 'fixed', 'quiet.db', ", immutable 'true'" ], [ 'fixed_wal', 'rest.db', ", immutable 'true'" ]) {
	my ($name, $file, $options) = @$case;
	$node->safe_psql('postgres', "CREATE SERVER $name FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/$file'$options); CREATE FOREIGN TABLE $name (id bigint, n bigint, v text) SERVER $name OPTIONS (\"table\" 't')");
	check_rounds("$name, without a writer", $name, 0, $rounds > 20 ? 20 : $rounds);
}
ok(!-e "$dir/rest.db-wal" && !-e "$dir/rest.db-shm", 'no side file was left');

# A writer that waits for the readers to go (PENDING) lets no new reader in, but workers are none.
my $parallel_sum = 'SELECT count(*), sum(n) + bit_and(0 * n) FROM quiet';  # bit_and keeps it from SQLite
my $writer = start_writer('quiet.db', 'UPDATE t SET n = n + 1');
my $waited = run("BEGIN; $parallel_sum; SELECT pg_sleep(0.5); SET LOCAL parallel_leader_participation = off; $parallel_sum; COMMIT");
stop_writer($writer, 'quiet.db');
my @sums = $waited =~ /^(10000\|\d+)$/mg;
is(scalar(@sums), 2, 'a waiting writer keeps no worker out');
is($sums[0], $sums[1], '  and the answers agree');

# A file at rest that changes under a parallel scan, and one that is replaced.
like(run("BEGIN; SELECT count(*) FROM rest; COPY (SELECT 1) TO PROGRAM 'sqlite3 $dir/rest.db \"DELETE FROM t WHERE id = 3; PRAGMA wal_checkpoint(TRUNCATE)\"'; SELECT count(*) FROM rest; COMMIT"), qr/^10000\n.*40001.*changed while it was being read/s, 'at rest: a change is noticed');
my $replace = "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; cp $dir/quiet.db $dir/new.db && mv $dir/new.db $dir/quiet.db'";
my $replaced = run("PREPARE p AS $parallel_sum; BEGIN; EXECUTE p; $replace; EXECUTE p; COMMIT");
like($replaced, qr/40001.*parallel worker can't read the snapshot.*leads to another file/s, 'a file replaced between planning and execution is an error');
my $planned = run("BEGIN; $parallel_sum; $replace; $parallel_sum; EXPLAIN (COSTS OFF) $parallel_sum; COMMIT; EXPLAIN (COSTS OFF) $parallel_sum");
like($planned, qr/^(10000\|\d+)\n\1\nAggregate\n  ->  Foreign Scan on quiet\nFinalize Aggregate\n/, 'a file replaced before planning is read without workers, and with them in the next transaction');

# Cancelling: the workers end, too.
my $start = time;
like(run("SET statement_timeout = '300ms'; SELECT count(*) FROM wal_transaction a JOIN wal_transaction b ON a.v || b.v < 'a' JOIN quiet c ON a.v < b.v || c.v"), qr/57014/, 'statement_timeout in a parallel query');
cmp_ok(time - $start, '<', 5, '  acts soon');
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'") or fail('workers are left');
is(run("SELECT count(*) FROM quiet"), '10000', '  and leaves the session well');
$node->stop;
done_testing();
