# INSERT … SELECT three ways, row by row, in bulk, and in bulk with parallel workers, into tables made at random: constraints,
# indexes, triggers, defaults, partitions. The same rows in the same partitions, the same journal of triggers (with workers
# in any order), the same count and sequence; or an error from all. (Of several rows at fault each way may name its own:
# docs/performance.md.)
#
# Environment: PG_SQLITE_ROUNDS (60), PG_SQLITE_SEED (random, printed), PG_SQLITE_ONLY (that round alone, with its seed).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{PG_SQLITE_ROUNDS} || 25;
my $seed = $ENV{PG_SQLITE_SEED} // int rand 1_000_000_000;
diag("seed $seed, $rounds rounds");

my $dir = PostgreSQL::Test::Utils::tempdir();
system_or_bail('sqlite3', "$dir/source.db", 'CREATE TABLE source (id INTEGER PRIMARY KEY, a INTEGER, s TEXT, n TEXT);
	WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 2600)
	INSERT INTO source SELECT i, nullif(i * 7919 % 53, 7), CASE WHEN i % 41 <> 0 THEN printf(\'%.*c\', i % 97, char(97 + i % 26)) END,
		CASE WHEN i % 37 <> 0 THEN i * 31 % 1000 / 8.0 END FROM i');
chmod 0777, $dir;
my $node = PostgreSQL::Test::Cluster->new('bulk_random');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nlog_min_messages = fatal");
$node->start;
$node->safe_psql('postgres', <<~"SQL");
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER source FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/source.db');
	CREATE FOREIGN TABLE source (id integer, a integer, s text, n numeric) SERVER source;
	CREATE TABLE local AS SELECT i AS id, i % 10 AS a, 'local ' || i AS s, i / 4.0 AS n FROM generate_series(1, 400) i;
	CREATE TABLE parent (a integer PRIMARY KEY);
	INSERT INTO parent SELECT i FROM generate_series(0, 49) i;
	CREATE TABLE journal (at integer GENERATED ALWAYS AS IDENTITY, entry text);
	CREATE DOMAIN small AS integer CHECK (VALUE < 3390);
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN
		INSERT INTO journal (entry) SELECT concat_ws(' ', TG_NAME, TG_TABLE_NAME, TG_WHEN, CASE TG_LEVEL WHEN 'ROW' THEN NEW.id END,
			(SELECT count(*) FROM target));
		RETURN NEW;
	END\$\$;
	-- Without the generated column: row by row PostgreSQL 15 leaves it NULL in the transition table of a partitioned
	-- table whose partition has its columns in another order.
	CREATE FUNCTION note_all() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN
		INSERT INTO journal (entry) SELECT concat_ws(' ', TG_NAME, count(*), md5(string_agg(t.j::text, ',' ORDER BY t.j::text)))
		FROM (SELECT to_jsonb(added) - 'twice' AS j FROM added) t;
		RETURN NULL;
	END\$\$;
	CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN
		NEW.s := upper(NEW.s);
		RETURN CASE WHEN NEW.id % 5 <> 0 THEN NEW END;
	END\$\$;
	CREATE FUNCTION seen() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT count(*) FROM journal';
	-- What a statement did, undone; within, because SET CONSTRAINTS outlives a savepoint set outside of it.
	CREATE FUNCTION effect(statement text) RETURNS text LANGUAGE plpgsql AS \$\$
	DECLARE
		done bigint;
		result text;
		journals text;
		last text;
	BEGIN
		PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
		EXECUTE statement;
		GET DIAGNOSTICS done = ROW_COUNT;
		SET CONSTRAINTS ALL IMMEDIATE;
		EXECUTE 'SELECT md5(string_agg(tableoid::regclass || t::text, '','' ORDER BY tableoid::regclass::text, t::text)) FROM target t' INTO result;
		SELECT concat_ws(' ', count(*), md5(string_agg(entry, ',' ORDER BY entry)), 'order ' || md5(string_agg(entry, ',' ORDER BY at))) INTO journals FROM journal;
		SELECT string_agg(coalesce(pg_sequence_last_value(oid), 0)::text, ',' ORDER BY oid) INTO last FROM pg_class
		WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
		RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = format('%s rows, %s; journal %s; sequences %s', done, result, journals, last);
	EXCEPTION
		WHEN SQLSTATE 'UNDO1' THEN RETURN SQLERRM;
		WHEN OTHERS THEN RETURN 'error ' || SQLSTATE || ' ' || SQLERRM;
	END\$\$;
	SQL

sub pick { return $_[ int rand @_ ]; }
sub chance { return rand() < $_[0]; }
sub shuffled { my @list = @_; return map { splice @list, int rand @list, 1 } 1 .. @list; }

# What a table gets beside its columns; @key must be in what is unique.
sub dressing {
	my ($table, @key) = @_;
	my $whole = $table eq 'target';
	my @sql;
	my $unique = join ', ', do { my %in; grep { !$in{$_}++ } @key, 'id' };
	push @sql, "ALTER TABLE $table ADD PRIMARY KEY ($unique)" if $whole && chance(0.3);
	push @sql, "ALTER TABLE $table ADD UNIQUE ($unique) " . pick('', 'DEFERRABLE', 'DEFERRABLE INITIALLY DEFERRED') if chance(0.2);
	push @sql, "CREATE INDEX ON $table " . pick('(a)', '((a + id))', 'USING hash (s)', 'USING brin (id)', '(n) WHERE a > 10') if chance(0.5);
	push @sql, "ALTER TABLE $table ADD CHECK (" . pick('a < 53', 'id > 0', 'n < 120', 'length(s) < 95', "s <> 'zzz'") . ')' if chance(0.4);
	push @sql, "ALTER TABLE $table ADD CHECK (seen() >= 0)" if chance(0.06);
	push @sql, "ALTER TABLE $table ALTER " . pick('a', 's', 'n', 'id', 'id') . ' SET NOT NULL' if chance(0.25);
	push @sql, "ALTER TABLE $table ADD FOREIGN KEY (a) REFERENCES parent " . pick('', 'DEFERRABLE INITIALLY DEFERRED') if chance(0.25);
	push @sql, "CREATE TRIGGER after_row_$table AFTER INSERT ON $table FOR EACH ROW " . pick('', 'WHEN (NEW.id % 3 = 0) ') . 'EXECUTE FUNCTION note()' if chance(0.2);
	push @sql, "CREATE CONSTRAINT TRIGGER later_$table AFTER INSERT ON $table DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.id % 50 = 0) EXECUTE FUNCTION note()" if chance(0.1);
	push @sql, "CREATE TRIGGER before_row_$table BEFORE INSERT ON $table FOR EACH ROW EXECUTE FUNCTION " . pick('note()', 'change()') if chance(0.08);
	return @sql;
}

sub columns {
	my ($plain) = @_;
	my @columns = ('a integer' . ($plain ? '' : pick('', '', ' DEFAULT 7')), 's text', 'n numeric', pick('id integer', 'id integer', 'id small'));
	return @columns if $plain;
	push @columns, 'twice numeric GENERATED ALWAYS AS (n * 2) STORED' if chance(0.3);
	push @columns, 'number integer GENERATED ALWAYS AS IDENTITY' if chance(0.3);
	push @columns, 'ticket bigserial' if chance(0.2);
	push @columns, "note text DEFAULT 'none'" if chance(0.3);
	return shuffled(@columns);
}

# A partition: made by its parent, or attached with its columns in another order.
sub partition {
	my ($name, $parent, $bounds, $below, @columns) = @_;
	return "CREATE TABLE $name PARTITION OF $parent $bounds$below" if chance(0.6) || $below;
	# Identity comes from the root alone; a partition's column is a plain one.
	my @own = map { my $c = $_; $c =~ s/ GENERATED ALWAYS AS IDENTITY/ NOT NULL/; $c =~ s/bigserial/bigint NOT NULL/; $c } shuffled(@columns);
	return ("CREATE TABLE $name (gone date, " . join(', ', @own) . ')', "ALTER TABLE $name DROP COLUMN gone", "ALTER TABLE $parent ATTACH PARTITION $name $bounds");
}

sub target {
	my $kind = pick(qw(plain plain range list hash deep));
	my @columns = columns(0);
	my @sql = "CREATE TABLE target (" . join(', ', @columns) . ')';
	return ($kind, @sql, dressing('target')) if $kind eq 'plain';
	my ($key, @leaves) = $kind eq 'list' ? 'a' : 'id';
	$sql[0] .= ' PARTITION BY ' . ($kind eq 'deep' ? 'range' : $kind) . " ($key)";
	if ($kind eq 'hash') {
		my $count = pick(1, 3, 40, 120);
		for my $i (0 .. $count - 1) {
			push @sql, partition("part_$i", 'target', "FOR VALUES WITH (MODULUS $count, REMAINDER $i)", '', @columns);
			push @leaves, "part_$i";
		}
	} elsif ($kind eq 'list') {
		my @values = shuffled(0 .. 52);
		my $i = 0;
		while (my @some = splice @values, 0, 1 + int rand 20) {
			push @sql, partition("part_$i", 'target', 'FOR VALUES IN (' . join(', ', @some) . ')', '', @columns);
			push @leaves, 'part_' . $i++;
		}
		push @sql, 'CREATE TABLE nulls PARTITION OF target ' . pick('FOR VALUES IN (NULL)', 'DEFAULT') if chance(0.8);
	} else {
		my ($from, $i) = (0, 0);
		while ($from < 2600) {
			my $to = $from + 100 + int rand 1500;
			$to = 3300 if $to > 3300;
			my $deep = $kind eq 'deep' && chance(0.5);
			push @sql, partition("part_$i", 'target', "FOR VALUES FROM ($from) TO ($to)", $deep ? ' PARTITION BY hash (a)' : '', @columns);
			if ($deep) {
				for my $j (0 .. 4) {
					push @sql, partition("part_${i}_$j", "part_$i", "FOR VALUES WITH (MODULUS 5, REMAINDER $j)", '', @columns);
					push @leaves, "part_${i}_$j";
				}
			} else {
				push @leaves, "part_$i";
			}
			$from = $to;
			$i++;
		}
		push @sql, 'CREATE TABLE others PARTITION OF target DEFAULT' if chance(0.5);
	}
	my @key = $kind eq 'deep' ? ('id', 'a') : $key;
	push @sql, dressing('target', @key);
	push @sql, dressing(pick(@leaves), @key) if chance(0.6);
	return ($kind, @sql);
}

sub statement {
	my @names = ('id', shuffled('a', 's', 'n'));
	$#names = pick(1, 2, 3, 3, 3);
	my $source = pick('source', 'source', 'source', '(SELECT * FROM source UNION ALL SELECT id + 3000, a, s, n FROM local) AS source',
		'source JOIN parent USING (a)', '(SELECT max(id) AS id, a, min(s) AS s, sum(n) AS n FROM source GROUP BY a) AS source');
	my %expression = (
		id => pick('id', 'id', 'id', 'id % 2590', '2600 - id'), a => pick('a', 'a', 'coalesce(a, 1)', 'id % 53'),
		s => pick('s', 's', 'upper(s)', "coalesce(s, 'none')"), n => pick('n', 'n', 'n + 1', 'coalesce(n, 0)'));
	my $where = pick('', ' WHERE id <= 2500', ' WHERE id % 3 = 0', ' WHERE a IS NOT NULL AND s IS NOT NULL AND n IS NOT NULL AND a < 50', ' WHERE id < 0',
		' WHERE NOT EXISTS (SELECT FROM target t WHERE t.id = source.id)');
	$where = '' if $source =~ /JOIN/;
	return 'INSERT INTO target (' . join(', ', @names) . ') SELECT ' . join(', ', map { $expression{$_} } @names) . " FROM $source$where" .
		pick('', '', ' ORDER BY id', ' ORDER BY md5(id::text)', ' LIMIT 1100');
}

my %count = map { $_ => 0 } qw(bulk plain workers written failed named);
my $workers = join ' ', map { "SET LOCAL $_;" } 'parallel_setup_cost = 0', 'min_parallel_table_scan_size = 0', 'max_parallel_workers_per_gather = 2';
for my $round (1 .. $rounds) {
	srand($seed + $round);
	my ($kind, @ddl) = target();
	push @ddl, 'CREATE TRIGGER before_all BEFORE INSERT ON target EXECUTE FUNCTION note()' if chance(0.2);
	push @ddl, 'CREATE TRIGGER added AFTER INSERT ON target REFERENCING NEW TABLE AS added EXECUTE FUNCTION note_all()' if chance(0.2);
	my @statements = map { statement() } 1 .. 3;
	next if defined $ENV{PG_SQLITE_ONLY} && $ENV{PG_SQLITE_ONLY} != $round;
	my $script = join('', map { "$_;\n" } 'BEGIN', 'SET LOCAL client_min_messages = warning', @ddl);
	for my $statement (@statements) {
		(my $quoted = $statement) =~ s/'/''/g;
		$script .= "EXPLAIN (COSTS OFF) $statement;\n";
		for my $mode ('on', 'off') {
			$script .= "SET LOCAL pg_sqlite.bulk_insert = $mode;\nSELECT 'effect', effect('$quoted');\n";
		}
		$script .= "SET LOCAL pg_sqlite.bulk_insert = on;\nSAVEPOINT s;\n$workers\n";
		$script .= "EXPLAIN (COSTS OFF) $statement;\nSELECT 'effect', effect('$quoted');\nROLLBACK TO s;\n";
	}
	my ($out, $err);
	$node->psql('postgres', $script . 'ROLLBACK', stdout => \$out, stderr => \$err, extra_params => [ '-v', 'ON_ERROR_STOP=1' ]);
	my @effects = $out =~ /^effect\|(.*)$/mg;
	my @paths = $out =~ /Bulk Insert: (\w+)/g;
	$count{workers} += () = $out =~ /Parallel Foreign Scan/g;
	is(scalar @effects, 9, "round $round runs, $kind") or diag("$script\n$err");
	for my $i (0 .. $#effects / 3) {
		my ($bulk, $plain, $parallel) = @effects[ 3 * $i .. 3 * $i + 2 ];
		$count{ ($paths[ 2 * $i ] // 'no') eq 'yes' ? 'bulk' : 'plain' }++;
		my $both_fail = $bulk =~ /^error/ && $plain =~ /^error 23/;
		$count{ $plain =~ /^error/ ? 'failed' : 'written' }++;
		$count{named}++ if $both_fail && $bulk ne $plain;
		ok($bulk eq $plain || $both_fail, "round $round, statement " . ($i + 1)) or diag("$script\n$statements[$i]\nbulk: $bulk\nrow by row: $plain");
		s/ order \w+// for $bulk, $parallel;
		ok($parallel eq $bulk || $both_fail && $parallel =~ /^error 23/, 'with workers, too') or diag("$script\n$statements[$i]\nbulk: $bulk\nworkers: $parallel");
	}
}
diag("in bulk $count{bulk}, row by row $count{plain}, $count{workers} with workers; written $count{written}, failed $count{failed}, $count{named} of these with another row named");
$node->stop;
done_testing();
