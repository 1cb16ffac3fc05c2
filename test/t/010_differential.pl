# The differential test: databases made at random, SELECTs made at random, run on foreign tables and on local
# copies of them. The same rows, or an error from both; nothing else is right.
#
# Environment: PG_SQLITE_QUERIES (500), PG_SQLITE_SEED (random, printed), PG_SQLITE_ONLY=database:query (that
# query alone, with its seed), PG_SQLITE_KEEP (a folder that keeps the databases, their SQL and the queries
# that differ), PG_SQLITE_SHOW (5: how many differences are printed in full), PG_SQLITE_VERBOSE (what failed
# on both sides).
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../differential";
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Database;
use Query;
use Expression;
use Random qw(seed chance pick some);

my $queries = $ENV{PG_SQLITE_QUERIES} || 300;
my $seed = $ENV{PG_SQLITE_SEED} // int rand 1_000_000_000;
my ($only_database, $only_query) = ($ENV{PG_SQLITE_ONLY} // '') =~ /^(\d+):(\d+)$/;
my $show = $ENV{PG_SQLITE_SHOW} // 5;
my $batch = 50;
my $a_database = $queries <= 1000 ? 50 : 100;
my $databases = int(($queries + $a_database - 1) / $a_database);
my $timeout = 4000;    # ms a statement
my %count = map { $_ => 0 } qw(run empty failed skipped prepared different sqlstate);
my (%pushed, %shapes, %failures);
diag("seed $seed, $queries queries");

my $node = PostgreSQL::Test::Cluster->new('differential');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nmax_parallel_workers = 4\nmax_worker_processes = 8\njit = off");
$node->start;
my $dir = $ENV{PG_SQLITE_KEEP} // PostgreSQL::Test::Utils::tempdir;
mkdir $dir;
$ENV{PGCLIENTENCODING} = 'UTF8';

# A comment in the output, given in characters.
sub note_it { my ($text) = @_; utf8::encode($text); diag($text); return; }

sub write_file {
	my ($path, $text, $mode) = @_;
	open my $file, ($mode // '>') . ':utf8', $path or die "$path: $!";
	print $file $text;
	close $file;
	return;
}

# Runs SQL given in characters: (exit status, output in bytes, messages).
sub psql {
	my ($database, $sql) = @_;
	utf8::encode($sql);
	my ($out, $err);
	my $status = $node->psql($database, $sql, stdout => \$out, stderr => \$err, on_error_die => 0);
	utf8::decode($err);
	return ($status, $out, $err);
}

sub must {
	my ($database, $sql) = @_;
	my ($status, $out, $err) = psql($database, $sql);
	die "$err\nseed $seed\n" if $status;
	utf8::decode($out);
	return $out;
}

# Databases that order text differently: by bytes, by code points, by the rules of a language.
my $server_version = must('postgres', 'SHOW server_version_num');
my $icu = must('postgres', q{SELECT count(*) FROM pg_collation WHERE collname = 'en-US-x-icu'}) > 0;
my @homes;
for my $home ([ 'bytes', "LOCALE 'C'" ], [ 'points', "LOCALE 'C.UTF-8'" ], [ 'language', "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'" ]) {
	my ($name, $locale) = @$home;
	my ($status) = psql('postgres', "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' $locale");
	next if $status;    # the machine or this version lacks it
	push @homes, $name;
	must($name, 'CREATE EXTENSION pg_sqlite; ' . slurp_file("$FindBin::RealBin/../differential/compare.sql"));
}
my %known_setting = map { $_ => 1 } split /\n/, must('postgres', 'SELECT name FROM pg_settings');
my $parallel_debug = $known_setting{debug_parallel_query} ? 'debug_parallel_query' : 'force_parallel_mode';

# Settings that make the planner choose otherwise.
sub planner_settings {
	my @settings = ("statement_timeout = $timeout", 'client_min_messages = error');
	push @settings, "$_ = off" for grep { chance(0.12) } qw(enable_hashjoin enable_nestloop enable_mergejoin enable_sort enable_hashagg enable_material enable_memoize enable_incremental_sort enable_seqscan);
	push @settings, 'parallel_setup_cost = 0', 'parallel_tuple_cost = 0', 'min_parallel_table_scan_size = 0' if chance(0.2);
	push @settings, "$parallel_debug = " . pick('on', 'regress') if chance(0.1);
	push @settings, 'enable_partitionwise_join = on', 'enable_partitionwise_aggregate = on' if chance(0.2);
	push @settings, "timezone = 'America/New_York'" if chance(0.1);
	push @settings, 'plan_cache_mode = ' . pick('force_generic_plan', 'force_generic_plan', 'force_custom_plan', 'auto');
	return 'RESET ALL; ' . join(' ', map { "SET $_;" } grep { /^(\w+)/ && $known_setting{$1} } @settings);
}

# Builds database $number and its foreign and local tables in $home. Returns { declared, stored }: the tables
# as the query maker wants them.
sub set_up {
	my ($number, $home) = @_;
	seed($seed, $number);
	my $database = Database->new;
	my $path = "$dir/d$number.db";
	unlink $path;
	write_file("$dir/d$number.sqlite.sql", $database->{sql});
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', $path, ".read $dir/d$number.sqlite.sql");
	my $sql = $database->import_sql($path);
	my $catalog = q{SELECT substr(n.nspname, 3), c.relname, a.attname, t.typname FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 JOIN pg_type t ON t.oid = a.atttypid ORDER BY 1, 2, a.attnum};
	must($home, "DROP SCHEMA IF EXISTS f_declared, f_stored, l_declared, l_stored CASCADE; DROP SERVER IF EXISTS declared, stored CASCADE; SET client_min_messages = error; $sql");
	my %known;
	for my $table (@{ $database->{tables} }) { $known{"$table->{name}.\L$_->{name}"} = $_ for @{ $table->{columns} }; }
	my %result;
	my $alter = '';
	for (split /\n/, must($home, $catalog)) {
		my ($kind, $table, $name, $type) = split /\|/;
		my $family = Expression::family_of($type);
		my $of = $known{"$table.$name"};
		my $column = { name => $name, type => $type, family => $family, collation => '', kind => $of->{kind}, bound => $family =~ /^(int|num|float)$/ ? $of->{bound} : undef, exact => $of->{exact} };
		push @{ $result{$kind}{$table}{columns} }, $column;
		next if $family ne 'text';
		$column->{collation} = chance(0.25) ? 'C' : $icu && chance(0.15) ? 'icu' : '';
		my $collation = { '' => '', C => '"C"', icu => '"en-US-x-icu"' }->{ $column->{collation} };
		$alter .= "ALTER FOREIGN TABLE f_$kind.$table ALTER COLUMN \"$name\" TYPE " . ($type eq 'varchar' ? 'varchar' : 'text') . " COLLATE $collation;\n" if $collation;
	}
	my @copies;
	for my $kind (sort keys %result) {
		for my $table (sort keys %{ $result{$kind} }) {
			$alter .= "CREATE TABLE l_$kind.$table AS SELECT * FROM f_$kind.$table;\n";
			$alter .= "ANALYZE l_$kind.$table;\n" if chance(0.6);
			$alter .= "ANALYZE f_$kind.$table;\n" if chance(0.4);
			my @samples = map { qq{'$_->{name}', (SELECT json_agg(v) FROM (SELECT DISTINCT "$_->{name}"::text FROM l_$kind.$table WHERE "$_->{name}" IS NOT NULL) x (v) WHERE length(v) < 100)} } @{ $result{$kind}{$table}{columns} };
			push @copies, "SELECT json_build_object('kind', '$kind', 'table', '$table', 'rows', count(*), 'samples', json_build_object(" . join(', ', @samples) . "))::text FROM l_$kind.$table";
		}
	}
	write_file("$dir/d$number.psql.sql", "-- in a database like \"$home\"\n$sql$alter");
	my $rows = must($home, "SET client_min_messages = error;\n$alter" . join(' UNION ALL ', @copies));
	for (split /\n/, $rows) {
		my $found = JSON::PP->new->decode($_);
		my $table = $result{ $found->{kind} }{ $found->{table} };
		my ($of) = grep { $_->{name} eq $found->{table} } @{ $database->{tables} };
		@$table{qw(name rows key)} = ($found->{table}, $found->{rows}, [ map { lc } @{ $of->{key} } ]);
		for my $column (@{ $table->{columns} }) { $column->{samples} = [ some(12, sort @{ $found->{samples}{ $column->{name} } // [] }) ]; }
	}
	my $trees = '';
	for my $kind (sort keys %result) {
		$trees .= plant($kind, $result{$kind}) if chance(0.6);
	}
	write_file("$dir/d$number.psql.sql", $trees, '>>');
	must($home, "SET client_min_messages = error;\n$trees");
	return { map { my $kind = $_; $kind => [ map { $result{$kind}{$_} } sort keys %{ $result{$kind} } ] } sort keys %result };
}

# Trees of tables: SQL that gives some foreign tables children of their own, and makes others children of new parents.
# Their keys are no keys any longer.
sub plant {
	my ($kind, $tables) = @_;
	my $sql = '';
	for my $name (sort keys %$tables) {
		my $table = $tables->{$name};
		next if $table->{rows} > 300 || !chance(0.5);
		my $rows = "SELECT * FROM ONLY l_$kind.$name t WHERE hashtext(t::text) % 3 = 0";
		my $tree = { %$table, name => "${name}_tree", tree => 1, key => [], rows => 2 * $table->{rows} };
		if (chance(0.5)) {
			$sql .= "CREATE TABLE l_$kind.${name}_kid () INHERITS (l_$kind.$name); INSERT INTO l_$kind.${name}_kid $rows;\n"
				. "CREATE TABLE f_$kind.${name}_kid () INHERITS (f_$kind.$name); INSERT INTO f_$kind.${name}_kid $rows;\n";
			@$table{qw(tree key rows)} = (1, [], 2 * $table->{rows});
		}
		for my $side (qw(l f)) {
			$sql .= "CREATE TABLE ${side}_$kind.${name}_tree (LIKE ${side}_$kind.$name); CREATE TABLE ${side}_$kind.${name}_leaf () INHERITS (${side}_$kind.${name}_tree);\n"
				. 'ALTER ' . ($side eq 'f' ? 'FOREIGN ' : '') . "TABLE ${side}_$kind.$name INHERIT ${side}_$kind.${name}_tree; INSERT INTO ${side}_$kind.${name}_leaf $rows;\n";
		}
		$tables->{ $tree->{name} } = $tree;
	}
	return $sql;
}

# Query $number of database $database.
sub make_query {
	my ($database, $number, $tables) = @_;
	seed($seed, $database, $number);
	my $settings = planner_settings();
	my $kind = pick('declared', 'stored');
	my $query = Query->make($tables->{$kind}, prepared => chance(0.25), icu => $icu);
	my @parameters = @{ $query->{parameters} };
	my ($preparation, $statement) = ('', $query->{sql});
	if (@parameters) {
		$preparation = 'PREPARE q (' . join(', ', map { $_->[0] } @parameters) . ") AS $statement";
		$statement = 'EXECUTE q (' . join(', ', map { $_->[1] } @parameters) . ')';
	}
	return { %$query, number => $number, database => $database, kind => $kind, settings => $settings, preparation => $preparation, statement => $statement };
}

sub call {
	my ($query) = @_;
	my $keys = join ', ', map { "'$_'" } @{ $query->{keys} };
	return "$query->{settings}\nSELECT differential.compare($query->{number}, '$query->{kind}', \$df\$$query->{preparation}\$df\$, \$df\$$query->{statement}\$df\$, ARRAY[$keys]::text[]);\n";
}

# Numbers of equal value in one form.
sub plain_numbers {
	return map { my $text = $_ // ''; $text =~ s/(?<=\d)(\.\d*?)0+(?!\d)/$1/g; $text =~ s/(?<=\d)\.(?!\d)//g; $text =~ s/-0(?![\d.])/0/g; $text } @{ $_[0] };
}

sub agrees {
	my ($query, $answer) = @_;
	return 1 if $answer->{same};
	return 0 if defined $answer->{foreign} || defined $answer->{local};
	my @sides = map { join "\n", plain_numbers($answer->{"${_}_sequence"}) } qw(foreign local);
	return 0 if $sides[0] ne $sides[1];
	my $form = $query->{loose} ? sub { plain_numbers($_[0]) } : sub { @{ $_[0] } };
	@sides = map { join "\n", sort { $a cmp $b } $form->($answer->{"${_}_rows"}) } qw(foreign local);
	return $sides[0] eq $sides[1];
}

# What is only on one side, and where the order parts.
sub describe {
	my ($answer) = @_;
	return "  foreign: " . ($answer->{foreign} // 'rows') . "\n  local: " . ($answer->{local} // 'rows') . "\n" if defined $answer->{foreign} || defined $answer->{local};
	my (%balance, $text);
	$balance{$_}++ for @{ $answer->{foreign_rows} };
	$balance{$_}-- for @{ $answer->{local_rows} };
	my @foreign = grep { $balance{$_} > 0 } sort keys %balance;
	my @local = grep { $balance{$_} < 0 } sort keys %balance;
	$text = '  rows: foreign ' . @{ $answer->{foreign_rows} } . ', local ' . @{ $answer->{local_rows} } . "\n";
	$text .= "  only foreign: $_ ($balance{$_} times)\n" for grep { defined } @foreign[ 0 .. 4 ];
	$text .= "  only local: $_ (" . -$balance{$_} . " times)\n" for grep { defined } @local[ 0 .. 4 ];
	my ($x, $y) = ($answer->{foreign_sequence}, $answer->{local_sequence});
	my ($first) = grep { ($x->[$_] // '') ne ($y->[$_] // '') } 0 .. ($#$x > $#$y ? $#$x : $#$y);
	$text .= "  order: row $first: foreign $x->[$first], local $y->[$first]\n" if defined $first && defined $x->[$first] && defined $y->[$first];
	return $text;
}

sub report {
	my ($query, $answer, $home) = @_;
	my $again = "PG_SQLITE_SEED=$seed PG_SQLITE_QUERIES=$queries PG_SQLITE_ONLY=$query->{database}:$query->{number}";
	write_file("$dir/d$query->{database}.differences.sql", "-- $query->{number}, $query->{kind}\n$query->{settings}\nSET search_path = f_$query->{kind};\n"
		. ($query->{preparation} ? "$query->{preparation};\n" : '') . "$query->{statement};\n\n", '>>');
	note_it("difference: $again"), return if $show-- <= 0;
	note_it("difference: $again\n  database d$query->{database} in $home, types $query->{kind}\n  $query->{settings}\n" . ($query->{preparation} ? "  $query->{preparation}\n" : '') . "  $query->{statement}\n" . describe($answer) . $answer->{plan});
	return;
}

sub tally {
	my ($query, $answer) = @_;
	$count{run}++;
	$shapes{ $query->{shape} }++;
	$count{prepared}++ if $query->{preparation};
	$count{empty}++ if !$answer->{rows} && !defined $answer->{local};
	if (defined $answer->{local}) {
		$count{failed}++;
		$failures{"$query->{shape}: $answer->{local}"}++;
		$count{sqlstate}++ if defined $answer->{foreign} && substr($answer->{foreign}, 0, 5) ne substr($answer->{local}, 0, 5);
	}
	my $any = 0;
	return if $query->{sql} =~ /\bq1\b/;    # its own query has an ORDER BY
	my @sent = $answer->{plan} =~ /SQLite Query: (.*)/g;
	for my $word ('WHERE', 'JOIN', 'EXISTS', 'GROUP BY', 'HAVING', 'DISTINCT', 'ORDER BY', 'LIMIT') {
		my $sent = grep { /\b$word\b/ } @sent;
		$any = 1 if $sent;
		$pushed{$word}++ if $sent;
	}
	$pushed{any}++ if $any;
	return;
}

# Runs the queries of one batch in one session; a query that takes the server down is a difference.
sub run_batch {
	my ($home, @batch) = @_;
	my $different = 0;
	while (@batch) {
		my ($status, $out, $err) = psql($home, join '', map { call($_) } @batch);
		my %answers = map { my $answer = decode_json($_); $answer->{number} => $answer } grep { /^\{/ } split /\n/, $out;
		while (@batch && $answers{ $batch[0]{number} }) {
			my $query = shift @batch;
			my $answer = $answers{ $query->{number} };
			if (($answer->{foreign} // '') eq 'timeout' || ($answer->{local} // '') eq 'timeout') { $count{skipped}++; next; }
			tally($query, $answer);
			next if agrees($query, $answer);
			$different++;
			report($query, $answer, $home);
		}
		last if !@batch;
		my $query = shift @batch;    # no answer: an error outside the query, or a crash
		$different++;
		report($query, { foreign => $err, local => 'not run', plan => '' }, $home);
		$node->poll_query_until('postgres', 'SELECT true');
	}
	$count{different} += $different;
	return $different;
}

for my $number (0 .. $databases - 1) {
	next if defined $only_database && $number != $only_database;
	my $home = $homes[ $number % @homes ];
	my $tables = set_up($number, $home);
	my @numbers = defined $only_query ? $only_query : 0 .. $a_database - 1;
	while (my @now = splice @numbers, 0, $batch) {
		is(run_batch($home, map { make_query($number, $_, $tables) } @now), 0, "seed $seed, database $number ($home), queries $now[0] to $now[-1]: no difference");
	}
	unlink glob("$dir/d$number.*") if !defined $ENV{PG_SQLITE_KEEP};
}
if (!defined $only_query) {
	cmp_ok($count{failed}, '<', 0.15 * $count{run} + 5, 'few queries fail on both sides');
	cmp_ok($count{skipped}, '<', 0.03 * $count{run} + 5, 'few queries are cut short');
}
note_it(join ', ', map { "$_ $count{$_}" } sort keys %count);
note_it('pushed: ' . join ', ', map { "$_ $pushed{$_}" } sort keys %pushed);
if ($ENV{PG_SQLITE_VERBOSE}) {
	note_it('shapes: ' . join ', ', map { "$_ $shapes{$_}" } sort keys %shapes);
	note_it("$failures{$_} times $_") for grep { defined } (sort { $failures{$b} <=> $failures{$a} || $a cmp $b } keys %failures)[ 0 .. 60 ];
}
$node->stop;
done_testing();
