# What happens around a session while it works: disks that are full, folders that can't be written, sources that are cut short,
# replaced or deleted, a writer that holds the lock and does not answer. Each call gives the right answer or an error, and nothing
# stays behind.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = PostgreSQL::Test::Cluster->new('faults');
# Small segments of the WAL, so that a limit on the length of files leaves it alone.
$node->init(extra => ['--wal-segsize=1']);
$node->append_conf('postgresql.conf', "statement_timeout = '120s'\nfsync = off\nmax_worker_processes = 16\nrestart_after_crash = on\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;
my $copies = $node->data_dir . '/base/pgsql_tmp';
my $kept_copies = $node->data_dir . '/base/*/pgsql_tmp_pg_sqlite';

my $n = 40000;
my $make = "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, at TEXT); CREATE INDEX item_name ON item (name); CREATE TABLE other (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES item);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $n) INSERT INTO item SELECT i, printf('item %080d', i), 'x' FROM n; INSERT INTO other SELECT id, id FROM item WHERE id % 3 = 0;";
my $rows = $n + int($n / 3);
sub sqlite { my ($file, $sql) = @_; system_or_bail('sqlite3', '-bail', '-init', '/dev/null', $file, $sql); }
sub slurp_bytes { my ($file) = @_; local $/; open my $handle, '<:raw', $file or die $!; return <$handle>; }
sub write_bytes { my ($file, $bytes) = @_; open my $handle, '>:raw', $file or die "$file: $!"; print $handle $bytes; close $handle; }
sqlite("$dir/whole.db", $make);
my $whole = slurp_bytes("$dir/whole.db");

# A new file at the place of the source.
sub fresh { unlink "$dir/s.db", "$dir/s.db-journal", "$dir/s.db-wal", "$dir/s.db-shm"; write_bytes("$dir/s.db", $whole); }
fresh();
$node->safe_psql('postgres', "CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/s.db', busy_timeout '1000');");

# What a session has open, by what the names say.
sub nothing_left {
	my ($what) = @_;
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sqlite\_job%' OR nspname = 'moved'}), 0, "$what: no schema is left");
	is(join(' ', grep { -f } glob("$copies/*pg_sqlite*/* $kept_copies/*/*")), '', "$what: no copy is left");
	return;
}

# Full disks: files can't grow beyond a limit, as if the disk had no more room. The limit is the server's, so it is set for a
# backend alone (prlimit, of util-linux), after it has written what it needs.
SKIP: {
	skip 'prlimit is not there', 1 if system('prlimit --version > /dev/null 2>&1');
	for my $call ("CALL sqlite.migrate('{s}', 'moved')", q{CALL sqlite.migrate('{s}', 'moved', '{"read_from": "live"}')}, "SELECT sqlite.backup('s', '$dir')", "SELECT sqlite.backup('s', '$dir', true)") {
		my $before = join ' ', grep { !/s\.db/ } glob("$dir/*");
		my $psql = $node->background_psql('postgres', on_error_stop => 0);
		my $pid = $psql->query_safe('SELECT pg_backend_pid()');
		$psql->query_safe("SELECT count(*) FROM sqlite.query('s', 'SELECT 1') AS t (n int)");
		system_or_bail('prlimit', '--pid', $pid, '--fsize=2000000:unlimited');
		my $out = $psql->query($call);
		my $err = $psql->{stderr};
		like($err, qr/ERROR: .*(?:File too large|full|disk I.O error|could not (?:write|extend))/s, "full disk: $call");
		system_or_bail('prlimit', '--pid', $pid, '--fsize=unlimited:unlimited');
		$psql->{stderr} = '';
		is($psql->query_safe('SELECT count(*) FROM sqlite.query(\'s\', \'SELECT 1\') AS t (n int)'), 1, 'the session goes on');
		$psql->quit;
		is(join(' ', grep { !/s\.db/ } glob("$dir/*")), $before, 'no part of a file is left');
		nothing_left('full disk');
	}
}

# The same for a job's workers alone: they have the limit of the postmaster, which starts them.
SKIP: {
	skip 'prlimit is not there', 1 if system('prlimit --version > /dev/null 2>&1');
	my ($postmaster) = split /\n/, slurp_bytes($node->data_dir . '/postmaster.pid');
	for my $how ('"workers": 2', '"workers": 2, "parallel_index": true', '"workers": 2, "transaction": "batch", "commit_rows": 1000') {
		my $psql = $node->background_psql('postgres', on_error_stop => 0);
		$psql->query_safe('SET client_min_messages = error');
		system_or_bail('prlimit', '--pid', $postmaster, '--fsize=2000000:unlimited');
		$psql->query("CALL sqlite.migrate('{s}', 'moved', '{$how}')");
		my $err = $psql->{stderr};
		like($err, qr/ERROR: .*could not (?:write|extend)/, "full disk under workers: $how");
		like($err, qr/(?:data|rowids \d+ to \d+) of table moved\.(?:item|other)\n/, 'the error says of which rows');
		$psql->{stderr} = '';
		is($psql->query_safe("SELECT count(*) FROM sqlite.query('s', 'SELECT 1') AS t (n int)"), 1, 'the session goes on');
		system_or_bail('prlimit', '--pid', $postmaster, '--fsize=unlimited:unlimited');
		$psql->query('CALL sqlite.resume()') if $how =~ /batch/;
		$psql->query("CALL sqlite.migrate('{s}', 'moved', '{$how}')") if $how !~ /batch/;
		is($psql->query_safe('SELECT (SELECT count(*) FROM moved.item) + (SELECT count(*) FROM moved.other)'), $rows, 'with room again, all is moved');
		$psql->query_safe('CALL sqlite.rollback()');
		$psql->quit;
		nothing_left("full disk under workers: $how");
	}
}

# Folders that can't be written (the tests do not run as root, whom no mode stops).
SKIP: {
	skip 'root writes everywhere', 1 if $> == 0;
	mkdir "$dir/fixed" or die $!;
	write_bytes("$dir/fixed/f.db", $whole);
	chmod 0555, "$dir/fixed";
	my ($status, $out, $err) = $node->psql('postgres', "SELECT sqlite.backup('s', '$dir/fixed')");
	like($err, qr/ERROR: .*Permission denied/, 'a backup into a folder that is read-only');
	is($node->safe_psql('postgres', "CREATE SERVER f FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/fixed/f.db'); SELECT n FROM sqlite.query('f', 'SELECT count(*) AS n FROM item') AS t (n int)"), $n, 'a source in such a folder is read');
	is($node->safe_psql('postgres', "SET client_min_messages = error; CALL sqlite.migrate('{f}', 'moved'); SELECT count(*) FROM moved.item; CALL sqlite.rollback()") =~ s/^\d+\n//r, $n, 'and moved');
	mkdir $copies;
	chmod 0500, $copies;
	($status, $out, $err) = $node->psql('postgres', "CALL sqlite.migrate('{s}', 'moved')");
	like($err, qr/ERROR: .*Permission denied/, 'no copy can be made');
	chmod 0700, $copies;
	nothing_left('read-only');
}

# Sizes: what does not fit is not begun, and what was never written takes no room.
for my $call ("CALL sqlite.migrate('{s}', 'moved')", "SELECT sqlite.backup('s', '$dir')", "SELECT sqlite.backup('s', '$dir', true)") {
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET pg_sqlite.max_copy_size = '1MB'; $call");
	like($err, qr/53400: +a copy of database file ".*s\.db" is too large.*setting pg_sqlite\.max_copy_size allows 1048576/s, "too large: $call");
	nothing_left('too large');
}
# A file of a terabyte with nothing in it: by its header, and by its size alone.
{
	my $sparse = "$dir/sparse.db";
	sqlite($sparse, 'PRAGMA page_size = 65536; CREATE TABLE item (id INTEGER PRIMARY KEY); INSERT INTO item VALUES (1)');
	$node->safe_psql('postgres', "CREATE SERVER sparse FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$sparse')");
	SKIP: {
		skip 'no file can be so large here', 2 if !truncate $sparse, 2**40;
		open my $file, '+<:raw', $sparse or die $!;
		seek $file, 28, 0;
		print $file pack('N', 2**40 / 65536);
		close $file;
		for my $call ("CALL sqlite.migrate('{sparse}', 'moved')", "SELECT sqlite.backup('sparse', '$dir')") {
			my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$call");
			like($err, qr/53100: +a copy of database file ".*sparse\.db" does not fit on the disk.*It takes 1099511627776 bytes/s, "a terabyte of nothing: $call");
			nothing_left('a terabyte');
		}
		# 256 MB of them are copied, and take next to no room.
		truncate $sparse, 2**28;
		open $file, '+<:raw', $sparse or die $!;
		seek $file, 28, 0;
		print $file pack('N', 2**28 / 65536);
		close $file;
		mkdir "$dir/holes" or die $!;
		$node->safe_psql('postgres', "SELECT sqlite.backup('sparse', '$dir/holes')");
		my ($copy) = glob("$dir/holes/*.db");
		is(-s $copy, 2**28, 'a copy is as large as its source');
		cmp_ok((stat $copy)[12] * 512, '<', 2**24, 'but has its holes');
		# More pages than there are.
		truncate $sparse, 2**20;
		my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nCALL sqlite.migrate('{sparse}', 'moved')");
		like($err, qr/XX001/, 'a header that promises more than there is');
	}
	$node->safe_psql('postgres', 'DROP SERVER sparse');
	unlink $sparse;
}
# A backup that unpacks to more than its manifest says.
{
	mkdir "$dir/packed" or die $!;
	my $manifest = $node->safe_psql('postgres', "SELECT sqlite.backup('s', '$dir/packed', true)");
	my $small = $manifest =~ s/("database": .*?"size_bytes": )\d+/${1}100000/r;
	isnt($small, $manifest, 'a manifest with another size');
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT sqlite.restore_backup('$small', '$dir/packed/restored')");
	like($err, qr/XX001/, 'more than the manifest says is refused');
	($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET pg_sqlite.max_copy_size = '1MB'; SELECT sqlite.restore_backup('$manifest', '$dir/packed/restored')");
	like($err, qr/53400/, 'so is more than the setting allows');
	($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET temp_file_limit = '1MB'; SELECT sqlite.verify_backup('$manifest')");
	like($err, qr/53400: +temporary file size exceeds "?temp_file_limit"? \(1024kB\)/, 'and what is unpacked to be looked at is a temporary file');
	ok(!-e "$dir/packed/restored", 'nothing is left of a restoration');
}

# Copies go with what they are for: the session, the server's life, the job's record, the database.
{
	sub copies { return scalar grep { -f } glob("$copies/*pg_sqlite*/* $kept_copies/*/*"); }
	$node->safe_psql('postgres', q{CREATE SCHEMA late; CREATE TABLE late.item (id bigint PRIMARY KEY, name text, at text);
		CREATE FUNCTION late.stop() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id = 20000 THEN
			IF pg_catalog.current_setting('late.how', true) = 'sleep' THEN PERFORM pg_catalog.pg_sleep(600); END IF;
			RAISE 'stopped'; END IF; RETURN NEW; END$$;
		CREATE TRIGGER stop BEFORE INSERT ON late.item FOR EACH ROW EXECUTE FUNCTION late.stop()});
	my $spec = sub { return qq({"include": ["item"], "existing": "append", "transaction": "$_[0]") . ($_[0] eq 'batch' ? ', "commit_rows": 5000}' : '}'); };
	my $hang = sub {
		my ($transaction) = @_;
		my ($in, $out, $err) = ("SET late.how = 'sleep'; CALL sqlite.migrate('{s}', 'late', '" . $spec->($transaction) . "');\n", '', '');
		my $psql = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout(180));
		$psql->pump_nb;
		$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query ~ 'late'") or die "it does not sleep: $err";
		return $psql;
	};
	my $psql = $hang->('single');
	is(copies(), 1, 'a copy while the job reads it');
	$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
	$psql->finish;
	is(copies(), 0, 'none when its session has been terminated');
	$psql = $hang->('single');
	kill 'KILL', $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
	eval { $psql->finish };
	for (1 .. 600) { last if $node->psql('postgres', '') == 0; sleep 0.1; }
	is(copies(), 0, 'none when it has been killed');
	$psql = $hang->('single');
	$node->stop('immediate');
	eval { $psql->finish };
	$node->start;
	is(copies(), 0, 'none when the server has been');
	# One that can be resumed has its copy.
	$node->psql('postgres', "CALL sqlite.migrate('{s}', 'late', '" . $spec->('batch') . "')");
	is(copies(), 1, 'a job that can go on keeps its copy');
	my ($job) = $node->safe_psql('postgres', 'SELECT max(job) FROM sqlite.jobs');
	$node->safe_psql('postgres', "DELETE FROM sqlite.jobs WHERE job = $job");
	$node->psql('postgres', "CALL sqlite.migrate('{s}', 'late', '" . $spec->('single') . "')");
	is(copies(), 0, 'the copy of a job whose record has gone goes with the next job');
	$node->safe_psql('postgres', 'TRUNCATE late.item');
	foreach my $end ('extension', 'database') {
		$node->safe_psql('postgres', 'CREATE DATABASE other');
		$node->safe_psql('other', "CREATE EXTENSION pg_sqlite; CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/s.db'); CREATE SCHEMA late; CREATE TABLE late.item (id bigint PRIMARY KEY, name text, at text);
			CREATE FUNCTION late.stop() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN IF NEW.id >= 20000 THEN RAISE 'stop'; END IF; RETURN NEW; END\$\$;
			CREATE TRIGGER stop BEFORE INSERT ON late.item FOR EACH ROW EXECUTE FUNCTION late.stop()");
		$node->psql('other', "CALL sqlite.migrate('{s}', 'late', '" . $spec->('batch') . "')");
		is(copies(), 1, 'a copy in another database');
		if ($end eq 'extension') {
			$node->safe_psql('other', "LOAD 'pg_sqlite'; BEGIN; DROP EXTENSION pg_sqlite CASCADE; ROLLBACK");
			is(copies(), 1, 'it stays when the extension does');
			$node->safe_psql('other', "LOAD 'pg_sqlite'; DROP EXTENSION pg_sqlite CASCADE");
			is(copies(), 0, 'is gone with the extension');
		}
		$node->safe_psql('postgres', 'DROP DATABASE other');
		is(copies(), 0, 'is gone with the database');
	}
	$node->safe_psql('postgres', 'DROP SCHEMA late CASCADE');
}

# The source while a migration is at work: a trigger stops the load in its midst until the damage is done.
$node->safe_psql('postgres', 'CREATE SCHEMA t; CREATE TABLE t.item (id bigint PRIMARY KEY, name text, at text); CREATE TABLE t.other (id bigint PRIMARY KEY, item_id bigint);
CREATE FUNCTION t.wait() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id = 15000 THEN PERFORM pg_catalog.pg_advisory_xact_lock_shared(7); END IF; RETURN NEW; END$$;
CREATE TRIGGER wait BEFORE INSERT ON t.item FOR EACH ROW EXECUTE FUNCTION t.wait()');
my $sum = $n * ($n + 1) / 2;
sub moved { return $node->safe_psql('postgres', 'SELECT count(*), coalesce(sum(id), 0), (SELECT count(*) FROM t.other) FROM t.item'); }
my $all = join '|', $n, $sum, int($n / 3);
# Another database, valid, with other rows.
sqlite("$dir/second.db", $make =~ s/'item %080d'/'second %080d'/r);
my $second = slurp_bytes("$dir/second.db");
my %damage = (
	'replaced' => sub { write_bytes("$dir/new.db", $second); rename "$dir/new.db", "$dir/s.db" or die $!; },
	'deleted' => sub { unlink "$dir/s.db" or die $!; },
	'truncated' => sub { truncate "$dir/s.db", length($whole) / 2 or die $!; },
	'emptied' => sub { truncate "$dir/s.db", 0 or die $!; },
	'made anew' => sub { unlink "$dir/s.db"; sqlite("$dir/s.db", 'CREATE TABLE item (id)'); },
	# In place, which nobody does who knows SQLite; what was read of it is no state of a database.
	'overwritten' => sub { open my $handle, '+<:raw', "$dir/s.db" or die $!; seek $handle, length($whole) / 4, 0; print $handle "\xa5" x (length($whole) / 2); close $handle; });
for my $what (sort keys %damage) {
	for my $how ('"read_from": "copy"', '"read_from": "live"', '"read_from": "copy", "workers": 2', '"read_from": "live", "workers": 2, "transaction": "batch", "commit_rows": 5000') {
		my $whole_or_nothing = $how !~ /batch/;
		fresh();
		$node->safe_psql('postgres', 'TRUNCATE t.item, t.other');
		my $holder = $node->background_psql('postgres');
		$holder->query_safe('SELECT pg_advisory_lock(7)');
		my ($out, $err) = ('', '');
		my $job = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'), '-c', qq{CALL sqlite.migrate('{s}', 't', '{"existing": "append", $how}')} ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
		$node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted}) or die 'the load does not come to its middle';
		$damage{$what}->();
		$holder->query_safe('SELECT pg_advisory_unlock_all()');
		$holder->quit;
		$job->finish;
		my $state = $node->safe_psql('postgres', 'SELECT state FROM sqlite.jobs ORDER BY job DESC LIMIT 1');
		note("$what, $how: $state; $err");
		if ($how =~ /copy/) { is($state, 'done', "$what, $how: a copy is not concerned"); }
		else { like($state, qr/^(done|failed)$/, "$what, $how: an answer"); }
		unlike($err, qr/server closed|XX000|PANIC/, 'an error that is one') if $err;
		unlike($err, qr/max_parallel_workers_per_gather/, 'with a hint that helps') if $err;
		if ($state eq 'done') {
			is(moved(), $all, 'all rows');
			is($node->safe_psql('postgres', q{SELECT count(*) FROM t.item WHERE name NOT LIKE 'item %'}), 0, 'of the file that was there');
		} elsif ($whole_or_nothing) {
			is(moved(), '0|0|0', 'no row');
		} else {
			# What was committed is of the file that was there; the rest comes when it is back.
			is($node->safe_psql('postgres', q{SELECT count(*) FROM t.item WHERE name NOT LIKE 'item %'}), 0, 'rows of the file that was there');
		}
		if ($state eq 'failed') {
			fresh();
			my ($status, $o, $e) = $node->psql('postgres', 'SELECT max(job) AS job FROM sqlite.jobs \gset
SET client_min_messages = error; CALL sqlite.resume(:job)');
			if ($whole_or_nothing) {
				is($status, 0, 'it is resumed when the file is back') or diag $e;
				is(moved(), $all, 'all rows, once');
			} else {
				# The file that is back is not the one that the committed rows are of.
				like($e, qr/ERROR: .*has changed since the job began/, 'it is not resumed with another file');
				$node->safe_psql('postgres', 'SELECT max(job) AS job FROM sqlite.jobs \gset
CALL sqlite.rollback(:job)');
				is(moved(), '0|0|0', 'it is taken back');
			}
		}
		is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pg_sqlite worker'}), 0, 'no worker is left');
	}
}

# A writer that holds the file's lock and does not answer, as one on a slow network would.
fresh();
{
	my ($in, $out) = ("PRAGMA busy_timeout = 100;\nBEGIN EXCLUSIVE;\nUPDATE item SET at = 'y' WHERE id = 1;\nSELECT 'locked';\n", '');
	my $writer = IPC::Run::start([ 'sqlite3', '-init', '/dev/null', "$dir/s.db" ], '<', \$in, '>', \$out, '2>', \my $err, my $timer = IPC::Run::timeout(60));
	$writer->pump until $out =~ /locked/;
	$writer->signal('STOP');
	my @calls = ("SELECT * FROM sqlite.query('s', 'SELECT count(*) FROM item') AS t (n int)", "SELECT count(*) FROM sqlite.profile('s')", "CALL sqlite.migrate('{s}', 'moved')", q{CALL sqlite.migrate('{s}', 'moved', '{"read_from": "live", "workers": 2}')}, "SELECT sqlite.backup('s', '$dir')");
	for my $call (@calls) {
		my ($status, $o, $e) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$call");
		like($e, qr/55P03/, "a stopped writer, busy_timeout: $call");
		($status, $o, $e) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nALTER SERVER s OPTIONS (SET busy_timeout '600000');\nSET statement_timeout = '300ms';\n$call", on_error_stop => 0);
		like($e, qr/57014/, "a stopped writer, statement_timeout: $call");
		my $psql = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-v', 'VERBOSITY=sqlstate', '-c', $call ], '<', \undef, '>', \$o, '2>', \$e, IPC::Run::timeout(60));
		$node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%sqlite.%'});
		$node->poll_query_until('postgres', q{SELECT count(*) FILTER (WHERE NOT pg_cancel_backend(pid)) = 0 FROM pg_stat_activity WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid()});
		$psql->finish;
		like($e, qr/57014/, "a stopped writer, cancel: $call");
		$node->safe_psql('postgres', "ALTER SERVER s OPTIONS (SET busy_timeout '300')");
	}
	$writer->signal('CONT');
	$in .= ".exit\n";
	$writer->finish;
	is($node->safe_psql('postgres', $calls[0]), $n, 'it is read again when the writer has gone');
	nothing_left('a stopped writer');
}
unlike(slurp_bytes($node->logfile), qr/terminated by signal (?!9:)|PANIC/, 'the log tells of no crash but the one that was made');
done_testing();
