# Writing at random: statements made at random run on foreign tables and on local copies of them, in transactions with savepoints,
# errors and cursors. The same rows and SQLSTATEs, and afterwards the file, as another process reads it, holds what the copies hold.
#
# Environment: PG_SQLITE_TRANSACTIONS (60), PG_SQLITE_SEED (random, printed), PG_SQLITE_KILLS (4).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $transactions = $ENV{PG_SQLITE_TRANSACTIONS} || 60;
my $kills = $ENV{PG_SQLITE_KILLS} || 4;
my $seed = $ENV{PG_SQLITE_SEED} // int rand 1_000_000_000;
srand $seed;
diag("seed $seed, $transactions transactions, $kills kills");

my $node = PostgreSQL::Test::Cluster->new('writing');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nrestart_after_crash = on\nmax_prepared_transactions = 2\n");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
sub sqlite
{
	my ($file, $sql) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'sqlite3', '-init', '/dev/null', '-bail', "$dir/$file" ], '<', \"PRAGMA busy_timeout = 5000;\n$sql\n", '>', \$out, '2>', \$err) or die "sqlite3: $err";
	$out =~ s/^5000\n//;
	return $out;
}
sub sql { return $node->safe_psql('postgres', $_[0]); }

my @tables = (
	{ name => 'plain', file => 'id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL, d TEXT UNIQUE', columns => 'id bigint PRIMARY KEY, a bigint, b text, c double precision, d text UNIQUE' },
	{ name => 'keyed', file => 'k TEXT, n INTEGER, v TEXT CHECK (length(v) < 12), PRIMARY KEY (k, n)', tail => ' WITHOUT ROWID', columns => 'k text, n bigint, v text CHECK (length(v) < 12), PRIMARY KEY (k, n)' },
	{ name => 'bare', file => 'x INTEGER NOT NULL, y TEXT', columns => 'x bigint NOT NULL, y text' });
my %of = map { $_->{name} => $_ } @tables;
sql('CREATE EXTENSION pg_sqlite; CREATE SCHEMA l');
for my $mode (qw(wal delete))
{
	sqlite("$mode.db", "PRAGMA journal_mode = $mode;\n" . join "\n", map { "CREATE TABLE $_->{name} ($_->{file})" . ($_->{tail} // '') . ';' } @tables);
	sql("CREATE SERVER $mode FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/$mode.db', updatable 'true'); CREATE SCHEMA f_$mode; IMPORT FOREIGN SCHEMA main FROM SERVER $mode INTO f_$mode");
}
sql(join ';', map { "CREATE TABLE l.$_->{name} ($_->{columns})" } @tables);

sub pick { return $_[ rand @_ ]; }
sub number { return int(rand 40) - 4; }
sub word { return pick('NULL', "'w" . int(rand 12) . "'", "'w" . int(rand 12) . "'", "''", q{'it''s'}, "'" . 'long ' x int(rand 4) . "'", q{E'\u00e4\u20ac'}); }
sub real { return pick('NULL', sprintf('%.2f', rand 100), int(rand 50), '1e300', '-0.5', "'Infinity'::float8"); }
sub row_of
{
	my ($table) = @_;
	return '(' . join(', ', $table eq 'plain' ? (number(), pick('NULL', number()), word(), real(), word()) : $table eq 'keyed' ? (word(), pick('NULL', number()), word()) : (pick('NULL', number(), number(), number()), word())) . ')';
}
# One that SQLite and PostgreSQL compute alike.
sub condition
{
	my ($table, $alias) = @_;
	my $n = $table eq 'plain' ? pick(qw(id a)) : $table eq 'keyed' ? 'n' : 'x';
	my $t = $table eq 'plain' ? pick(qw(b d)) : $table eq 'keyed' ? pick(qw(k v)) : 'y';
	return pick("$alias.$n < " . number(), "$alias.$n = " . number(), "$alias.$n % 3 = 1", "$alias.$t IS NULL", "$alias.$t = " . word(), "$alias.$t ~ '[13579]'", "$alias.$n IN (" . number() . ', ' . number() . ')', "length($alias.$t) > 2");
}
sub assignment
{
	my ($table, $single) = @_;
	return pick('a = a + 1', 'b = b || 1', 'c = c / 2', 'a = length(b), b = NULL', 'c = a', ($single ? ('id = id + 100', "d = 'd' || id") : ())) if $table eq 'plain';
	return pick("v = v || 'x'", 'v = n::text', 'v = NULL', ($single ? "n = n + 100, k = k || '+'" : ())) if $table eq 'keyed';
	return pick('x = x + 1', "y = y || 'y'", 'y = x::text', 'x = NULL');
}
# A write with what it gives back, in an order.
sub shown
{
	my ($statement, $table) = @_;
	return $statement if rand() < 0.4;
	return "WITH w AS ($statement RETURNING *) SELECT * FROM w ORDER BY " . ($table eq 'bare' ? '1, 2' : '1, 2, 3');
}
sub statement
{
	my $table = pick(map { $_->{name} } @tables);
	my $order = $table eq 'bare' ? '1, 2' : '1, 2, 3';
	my $kind = int rand 14;
	return shown("INSERT INTO $table VALUES " . join(', ', map { row_of($table) } 1 .. 1 + rand 4) . pick('', '', $table eq 'bare' ? '' : ' ON CONFLICT DO NOTHING'), $table) if $kind < 4;
	return shown("INSERT INTO bare SELECT " . pick('id, b FROM plain', 'n, v FROM keyed', 'x + 1, y FROM bare WHERE x < 15', 'count(*), max(y) FROM bare', 'p.id, k.v FROM plain p JOIN keyed k ON k.n = p.a'), 'bare') if $kind == 4;
	if ($kind < 7)
	{
		my $single = rand() < 0.4;
		my $by = $single ? ($table eq 'plain' ? 't.id = ' . number() : $table eq 'keyed' ? "t.k = 'w1' AND t.n = " . number() : 't.x = ' . number()) : condition($table, 't');
		return shown("UPDATE $table t SET " . assignment($table, $single && $table ne 'bare') . " WHERE $by", $table);
	}
	return shown("DELETE FROM $table t WHERE " . condition($table, 't'), $table) if $kind < 9;
	return pick('UPDATE plain t SET a = s.n FROM (SELECT k.n, min(k.n) OVER () AS m FROM keyed k) s WHERE s.n = t.id AND s.n = s.m', 'DELETE FROM bare t USING plain p WHERE p.id = t.x',
		'UPDATE bare t SET y = (SELECT max(p.b) FROM plain p WHERE p.id >= t.x) WHERE t.x IS NOT NULL', 'UPDATE plain t SET a = (SELECT count(*) FROM plain), c = (SELECT max(id) FROM plain p WHERE p.id < t.id)', 'UPDATE plain t SET a = (SELECT sum(p.a) FROM plain p WHERE p.id < t.id)',
		'UPDATE plain t SET a = coalesce(s.a, 0) + 1 FROM plain s WHERE s.id = t.id - 1', 'INSERT INTO bare SELECT b.x + p.id, p.b FROM bare b, LATERAL (SELECT * FROM plain WHERE id > b.x ORDER BY id LIMIT 1) p WHERE b.x < 20',
		'DELETE FROM keyed t WHERE EXISTS (SELECT FROM bare b WHERE b.x = t.n)') if $kind == 9;
	return "WITH w AS (INSERT INTO bare VALUES (" . number() . ", 'cte') RETURNING x), d AS (DELETE FROM plain WHERE id = " . number() . " RETURNING id) SELECT (SELECT count(*) FROM bare), (SELECT count(*) FROM w), (SELECT sum(id) FROM d), (SELECT count(*) FROM plain WHERE b IS NOT NULL)" if $kind == 10;
	return 'DO $do$ DECLARE r record; BEGIN FOR r IN SELECT * FROM bare ORDER BY 1, 2 LOOP BEGIN INSERT INTO bare VALUES (r.x + 1, \'loop\'); IF r.x % 2 = 0 THEN DELETE FROM plain WHERE id = r.x; RAISE EXCEPTION \'no\'; END IF; EXCEPTION WHEN raise_exception THEN NULL; END; END LOOP; END $do$' if $kind == 11;
	return "DECLARE c CURSOR FOR SELECT * FROM $table ORDER BY $order; FETCH 2 FROM c; " . "DELETE FROM $table t WHERE " . condition($table, 't') . "; INSERT INTO bare VALUES (1, 'cursor'); FETCH ALL FROM c; CLOSE c" if $kind == 12;
	return rand() < 0.3 ? "TRUNCATE $table" : "SELECT * FROM $table t WHERE " . condition($table, 't') . " ORDER BY $order";
}
sub script
{
	my @lines = ('BEGIN;');
	my $depth = 0;
	for (1 .. 3 + rand 9)
	{
		if (rand() < 0.15) { push @lines, "SAVEPOINT s$depth;"; ++$depth; }
		elsif ($depth > 0 && rand() < 0.2) { --$depth; push @lines, pick("ROLLBACK TO s$depth;", "RELEASE s$depth;", "ROLLBACK TO s$depth; RELEASE s$depth;"); }
		else { push @lines, statement() . ';'; }
	}
	push @lines, rand() < 0.85 ? 'COMMIT;' : 'ROLLBACK;';
	return join '', map { "\\echo $_\n$lines[$_]\n" } 0 .. $#lines;
}
sub run_in
{
	my ($schema, $script) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'psql', '-X', '-q', '-A', '-t', '-v', 'VERBOSITY=sqlstate', '-v', 'ON_ERROR_ROLLBACK=on', '-d', $node->connstr('postgres') ], '<', \"SET search_path = $schema;\n$script", '>', \$out, '2>&1', IPC::Run::timeout(120));
	return $out =~ s/^psql:.*?(?=ERROR)//mgr;
}
sub contents
{
	my ($schema) = @_;
	return join "\n", map { my $t = $_->{name}; "$t: " . sql("SELECT coalesce(string_agg(r, ';' ORDER BY r COLLATE \"C\"), '') FROM (SELECT t::text AS r FROM $schema.$t t) s") } @tables;
}
# As another process reads it: digits that SQLite prints differ, so reals are left to PostgreSQL.
my %seen_by_others = (plain => 'id, a, b, d', keyed => 'k, n, v', bare => 'x, y');
sub differs_outside
{
	my ($mode) = @_;
	for my $table (map { $_->{name} } @tables)
	{
		my $columns = $seen_by_others{$table};
		my $outside = sqlite("$mode.db", "SELECT json_array($columns) AS r FROM $table ORDER BY r;");
		my $inside = sql("SELECT string_agg(r || E'\\n', '' ORDER BY r COLLATE \"C\") FROM (SELECT replace(json_build_array($columns)::text, ', ', ',') AS r FROM l.$table) s");
		# SQLite's json_array has no blanks.
		my ($a, $b) = map { join "\n", sort split /\n/, $_ =~ s/, /,/gr } $outside, $inside // '';
		return "$table:\n$a\n--\n$b" if $a ne $b;
	}
	return sqlite("$mode.db", 'PRAGMA integrity_check;') eq "ok\n" ? '' : 'integrity_check';
}

my $different = 0;
for my $number (1 .. $transactions)
{
	my $mode = pick(qw(wal delete));
	sql(join ';', map { "TRUNCATE l.$_->{name}; INSERT INTO l.$_->{name} SELECT * FROM f_$mode.$_->{name}" } @tables);
	my $script = script();
	my ($foreign, $local) = (run_in("f_$mode", $script), run_in('l', $script));
	my $problem = $foreign ne $local ? "answers:\n$foreign\n--\n$local" : contents("f_$mode") ne contents('l') ? 'rows: ' . contents("f_$mode") . "\n--\n" . contents('l') : differs_outside($mode);
	next if $problem eq '';
	diag("transaction $number ($mode):\n$script\n$problem") if ++$different <= 3;
	sqlite("$mode.db", join ' ', map { "DELETE FROM $_->{name};" } @tables);
}
is($different, 0, "$transactions transactions of random writes: as local tables, and as another process reads the file");

# A server that is killed in mid-transaction: all of it or nothing, the file is whole and unlocked.
my $torn = 0;
for my $kill (1 .. $kills)
{
	my $mode = pick(qw(wal delete));
	sqlite("$mode.db", 'DELETE FROM bare; DELETE FROM plain;');
	my $psql = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres') ], '<', \join('', map { "BEGIN; INSERT INTO f_$mode.bare SELECT $_, 'r' || g FROM generate_series(1, 50) g; UPDATE f_$mode.bare SET y = y || 'u' WHERE x = $_; COMMIT;\n" } 1 .. 400), '>', '/dev/null', '2>', '/dev/null');
	select undef, undef, undef, 0.1 + rand 0.5;
	my $pid = '';
	$node->psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1}, stdout => \$pid);
	kill 'KILL', $pid if $pid =~ /^\d+$/;
	eval { $psql->finish };
	for (1 .. 600) { last if $node->psql('postgres', 'SELECT true') == 0; select undef, undef, undef, 0.1; }
	my $counts = sqlite("$mode.db", "SELECT DISTINCT count(*), sum(y LIKE '%u') FROM bare GROUP BY x; BEGIN IMMEDIATE; ROLLBACK; PRAGMA integrity_check;");
	$torn++ if $counts !~ /^(50\|50\n)?ok\n$/;
}
is($torn, 0, "$kills killed servers: each transaction whole or not there, no lock is left");

# Others at the file: who waits, who fails, and with what.
my ($out, $err);
sub holding
{
	my ($mode, $sql, $code) = @_;
	my $holder = IPC::Run::start([ 'sqlite3', '-init', '/dev/null', "$dir/$mode.db" ], '<pipe', \*HOLDER, '>', \my $said, '2>', '/dev/null');
	syswrite HOLDER, "$sql\n.print ready\n";
	$holder->pump until $said =~ /ready/;
	$code->();
	close HOLDER;
	$holder->finish;
	return;
}
for my $mode (qw(wal delete))
{
	sqlite("$mode.db", 'DELETE FROM bare; INSERT INTO bare VALUES (1, NULL);');
	sql("ALTER SERVER $mode OPTIONS (ADD busy_timeout '300')");
	holding($mode, 'BEGIN IMMEDIATE;', sub {
		$node->psql('postgres', "\\set VERBOSITY sqlstate\nINSERT INTO f_$mode.bare VALUES (2, 'x')", stderr => \$err);
		like($err, qr/ERROR:  55P03/, "$mode: another writer holds the file");
		is(sql("SELECT count(*) FROM f_$mode.bare"), '1', "$mode: reading goes on");
	});
	# A state that is older than somebody's commit can't be written to.
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query("BEGIN; SELECT count(*) FROM f_$mode.bare");
	my $moved = eval { sqlite("$mode.db", "PRAGMA busy_timeout = 100; INSERT INTO bare VALUES (3, 'other');"); 1 };
	$session->query("INSERT INTO f_$mode.bare VALUES (4, 'ours')");
	like($session->{stderr}, $moved ? qr/has changed since this transaction began/ : qr/^$/, "$mode: a state that is not the latest");
	$session->{stderr} = '';
	$session->query('COMMIT');
	$session->quit;
	is(sqlite("$mode.db", 'SELECT count(*) FROM bare;'), "2\n", "$mode: one of the two came through");
	# Two sessions of ours.
	my ($one, $two) = map { $node->background_psql('postgres', on_error_stop => 0) } 1, 2;
	$one->query("BEGIN; INSERT INTO f_$mode.bare VALUES (5, 'one')");
	$two->query("INSERT INTO f_$mode.bare VALUES (6, 'two')");
	like($two->{stderr}, qr/database is locked/, "$mode: the second waits its time and fails");
	$one->query('COMMIT');
	$two->{stderr} = '';
	$two->query("INSERT INTO f_$mode.bare VALUES (6, 'two')");
	is($two->{stderr}, '', "$mode: and comes through afterwards");
	$_->quit for $one, $two;
	# Who waits goes on from what the other has written.
	sql("ALTER SERVER $mode OPTIONS (SET busy_timeout '20000')");
	($one, $two) = map { $node->background_psql('postgres', on_error_stop => 0) } 1, 2;
	$one->query("BEGIN; UPDATE f_$mode.bare SET y = 'one' WHERE x = 5");
	my $waiting = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'), '-c', "UPDATE f_$mode.bare SET y = y || ' two' WHERE x = 5 RETURNING y" ], '<', \undef, '>', \$out, '2>', \$err);
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%two% WHERE x = 5%' AND state = 'active' AND pid <> pg_backend_pid()});
	$one->query('COMMIT');
	$waiting->finish;
	is("$out$err", "one two\n", "$mode: who waits for another writer goes on from what that one has written");
	$_->quit for $one, $two;
	# As long as a session of ours is there, but does nothing, an application finds the file as if nobody were.
	my $idle = $node->background_psql('postgres');
	$idle->query_safe("INSERT INTO f_$mode.bare VALUES (9, 'idle')");
	is(join(' ', grep { -e "$dir/$mode.db$_" } qw(-wal -shm -journal)), '', "$mode: no side file is left");
	$idle->quit;
	$node->psql('postgres', "BEGIN; INSERT INTO f_$mode.bare VALUES (7, 'x'); PREPARE TRANSACTION 'p'", stderr => \$err);
	like($err, qr/cannot PREPARE a transaction that has written to server/, "$mode: no two-phase commit");
}

# Rights, and what stands in the way.
sql('CREATE ROLE plain LOGIN; CREATE ROLE writer LOGIN; GRANT pg_read_server_files, pg_write_server_files TO writer; GRANT pg_read_server_files TO plain; GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO plain, writer; GRANT CREATE ON DATABASE postgres TO plain, writer');
sub says { my ($sql) = @_; my $said; $node->psql('postgres', "\\set VERBOSITY sqlstate\n$sql", stderr => \$said); return $said =~ /ERROR:  (\w+)/ ? $1 : ''; }
is(says("SET ROLE plain; CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/wal.db', updatable 'true')"), '42501', 'who may not write files of the server makes nothing updatable');
is(says("SET ROLE writer; CREATE SERVER w FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/wal.db', updatable 'true'); CREATE SCHEMA w; IMPORT FOREIGN SCHEMA main FROM SERVER w INTO w; INSERT INTO w.bare VALUES (1, 'w')"), '', 'who may, writes');
sql('GRANT USAGE ON FOREIGN SERVER w TO plain; GRANT USAGE ON SCHEMA w TO plain; GRANT INSERT ON w.bare TO plain');
is(says("SET ROLE plain; INSERT INTO w.bare VALUES (2, 'plain')"), '', 'and lets others');
is(says("SET ROLE plain; DELETE FROM w.bare"), '42501', 'what they were granted');
sql('REVOKE pg_write_server_files FROM writer');
is(says("INSERT INTO w.bare VALUES (3, 'x')"), '42501', "the right is the server owner's, looked at when it is used");
sql("CREATE SERVER r FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/wal.db'); CREATE SCHEMA r; IMPORT FOREIGN SCHEMA main FROM SERVER r INTO r; GRANT USAGE ON FOREIGN SERVER r TO plain");
is(says("INSERT INTO r.bare VALUES (3, 'x')"), '55000', 'nothing is updatable by itself');
sql("GRANT CREATE ON SCHEMA r TO plain; SET ROLE plain; CREATE FOREIGN TABLE r.mine (x bigint, y text) SERVER r OPTIONS (\"table\" 'bare')");
is(says("SET ROLE plain; ALTER FOREIGN TABLE r.mine OPTIONS (ADD updatable 'true')"), '42501', 'nor does who has USAGE make it so');
sql("ALTER FOREIGN TABLE r.mine OPTIONS (ADD updatable 'true')");
is(says("INSERT INTO r.mine VALUES (3, 'x')"), '42501', 'nor does an option that somebody else has set for his table');
sql("ALTER FOREIGN TABLE r.bare OPTIONS (ADD updatable 'true')");
is(says("INSERT INTO r.bare VALUES (3, 'x')"), '', 'a table can be, whose owner may write');
sql("ALTER SERVER r OPTIONS (ADD force_readonly 'true')");
is(says("INSERT INTO r.bare VALUES (3, 'x')"), '55000', 'force_readonly wins');
chmod 0555, $dir;
chmod 0444, "$dir/delete.db";
is(says("INSERT INTO f_delete.bare VALUES (9, 'x')"), '25006', 'a file that the server may not write') if $> != 0;
chmod 0755, $dir;
chmod 0644, "$dir/delete.db";
$node->stop;
done_testing();
