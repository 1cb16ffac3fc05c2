# Names, types, defaults, checks and values that hold SQL of their own: nothing of it is run by whatever reads, plans or
# moves them. Each of them would make a table public.hit<number> or, by psql, a file.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('hostile');
$node->init;
$node->append_conf('postgresql.conf', "statement_timeout = '120s'\nfsync = off\nmax_worker_processes = 16\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

# What gets out of "…", '…', $$…$$, a comment of either kind or format(), each with a number of its own.
my $hits = 0;
my @forms = (
	sub { qq{"; CREATE TABLE public.hit$_[0](); --} },
	sub { qq{'); CREATE TABLE public.hit$_[0](); --} },
	sub { qq{\nCREATE TABLE public.hit$_[0]();\n--} },
	sub { qq{\rCREATE TABLE public.hit$_[0]();\r--} },
	sub { qq{\$\$; CREATE TABLE public.hit$_[0](); \$\$} },
	sub { qq{*/ CREATE TABLE public.hit$_[0](); /*} },
	sub { qq{\\'; CREATE TABLE public.hit$_[0](); --} },
	sub { qq{\n\\! touch $dir/hit$_[0]\n} },
	sub { qq{%I%s%1\$L "; CREATE TABLE public.hit$_[0](); --} },
	sub { qq{(SELECT 1)::text;CREATE TABLE public.hit$_[0]();} });
sub hostile { my ($form) = @_; return $forms[ $form % @forms ]->(++$hits); }
# As an identifier and a string literal of SQLite (and of PostgreSQL).
sub name { my ($text) = @_; return '"' . $text =~ s/"/""/gr . '"'; }
sub text { my ($text) = @_; return q{'} . $text =~ s/'/''/gr . q{'}; }

my $sql = "PRAGMA ignore_check_constraints = on;\n";
for my $form (0 .. $#forms) {
	# A digit in front keeps names apart where line ends and cases are folded.
	my ($table, $column, $other, $type, $check, $collation, $index, $view, $trigger) = map { $form . hostile($form) } 1 .. 9;
	my @value = map { text(hostile($form)) } 1 .. 6;
	$sql .= "CREATE TABLE " . name($table) . " (id INTEGER PRIMARY KEY, " . name($column) . " INTEGER DEFAULT 1, "
	  . name($other) . " TEXT DEFAULT $value[0] CONSTRAINT " . name($check) . " CHECK (" . name($other) . " <> $value[1]), "
	  . "untyped " . name($type) . " DEFAULT (lower($value[2])), "
	  . "choice TEXT CHECK (choice IN ('a', $value[3])), at DATE, parent INTEGER CONSTRAINT " . name($check . 'fk') . " REFERENCES " . name($table) . ");\n"
	  # The second row has a value that does not fit in a hostile column, the third one no parent.
	  . "INSERT INTO " . name($table) . " VALUES (1, 7, $value[4], 1, 'a', '2024-01-01', NULL), (2, $value[5], 'x', 2, 'b', 'no date', 1), (3, 3, NULL, 3, 'a', NULL, 99);\n"
	  . "CREATE UNIQUE INDEX " . name($index) . " ON " . name($table) . " (lower(" . name($other) . ")) WHERE " . name($other) . " <> $value[1];\n"
	  . "CREATE VIEW " . name($view) . " AS SELECT id AS " . name($column) . ", $value[4] AS " . name($other) . " FROM " . name($table) . ";\n"
	  . "CREATE TRIGGER " . name($trigger) . " AFTER INSERT ON " . name($table) . " BEGIN SELECT $value[4]; END;\n";
}
open my $sqlite, '|-', "sqlite3 -bail -init /dev/null $dir/hostile.db > /dev/null" or die $!;
print $sqlite $sql;
close $sqlite or die 'sqlite3 failed';

my $server = hostile(0);
my $schema = hostile(1);
# psql would take what stands in its variables apart, so these are literals.
my ($server_text, $schema_text) = (text($server), text($schema));
my $servers = "ARRAY[$server_text]::text[]";
$node->safe_psql('postgres', "SET client_min_messages = error; SELECT sqlite.attach('$dir/hostile.db', $server_text)");

# (A plan's own answers are those of setval: the highest id of each table.)
# After each step: nothing of it was run, and PostgreSQL never saw something that it could not parse.
sub step {
	my ($what, $sql, %expected) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $sql, on_error_stop => 0);
	is(join(', ', sort($err =~ /(ERROR: .*)/g)), $expected{error} // '', "$what: no error");
	is($out, $expected{out}, "$what: result") if defined $expected{out};
	my $made = $node->safe_psql('postgres', q{SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c WHERE c.relname ~ '^hit[0-9]+$'});
	is($made, '', "$what: nothing is injected");
	is(join(' ', glob("$dir/hit*")), '', "$what: no command was run");
	return $out;
}

my $tables = @forms;
my $quiet = "SET client_min_messages = error;";
step('attached', "SELECT count(*) FROM information_schema.foreign_tables WHERE foreign_server_name = $server_text", out => 2 * $tables);
step('imported', "$quiet CREATE SCHEMA stored; IMPORT FOREIGN SCHEMA main FROM SERVER " . name($server) . " INTO stored OPTIONS (types 'stored');
SELECT format('SELECT count(*) FROM %s t WHERE t::text IS NOT NULL', c::regclass) FROM (SELECT ftrelid FROM pg_foreign_table WHERE ftrelid::regclass::text LIKE 'stored.%') AS f(c) \\gexec",
	out => join("\n", ('3') x (2 * $tables)));
step('inventory', "SELECT length(sqlite.inventory($server_text)::text) > 0, (SELECT count(*) FROM sqlite.tables($server_text, true) WHERE kind = 'table'), (SELECT count(*) > 0 FROM sqlite.columns($server_text)),
	(SELECT count(*) FROM sqlite.indexes($server_text, true)), (SELECT count(*) FROM sqlite.views($server_text)), (SELECT count(*) FROM sqlite.triggers($server_text)), (SELECT count(*) FROM sqlite.foreign_keys($server_text))",
	out => "t|$tables|t|$tables|$tables|$tables|$tables");
step('profiled', "SELECT count(*) FROM sqlite.profile($server_text) WHERE column_name = 'id'", out => $tables);
step('statistics', "SELECT format('ANALYZE %s', c::regclass) FROM (SELECT ftrelid FROM pg_foreign_table WHERE ftrelid::regclass::text LIKE 'stored.%') AS f(c) \\gexec");
step('assessed', "SELECT count(*) > $tables FROM sqlite.assess($servers, $schema_text, '{\"on_error\": \"reject\"}')", out => 't');
step('conflicts', "SELECT count(*) FROM sqlite.conflicts($servers)", out => 0);

my $spec = '{"on_error": "reject", "orphans": "reject", "types": "declared"}';
my $stored = '{"types": "stored", "fold_case": "preserve"}';
step('planned and run', "$quiet CREATE SCHEMA gexec; SELECT statement FROM sqlite.plan($servers, 'gexec', '$stored') \\gexec
SELECT count(*) FROM pg_class WHERE relnamespace = 'gexec'::regnamespace AND relkind = 'r'", out => join("\n", ('3') x $tables, $tables));
{
	# As a script, which is how psql is asked to read it.
	my $plan = $node->safe_psql('postgres', "$quiet SELECT string_agg(statement || ';', E'\\n' ORDER BY ordinality) FROM sqlite.plan($servers, 'script', '$stored') WITH ORDINALITY");
	step('planned as a script', "$quiet CREATE SCHEMA IF NOT EXISTS script;\n$plan\nSELECT count(*) FROM pg_class WHERE relnamespace = 'script'::regnamespace AND relkind = 'r'", out => join("\n", ('3') x $tables, $tables));
}
step('suggested', "$quiet SELECT sqlite.suggest_spec($servers, $schema_text) AS spec \\gset\nCALL sqlite.migrate($servers, 'suggested', :'spec') \\gset\nSELECT count(*) FROM sqlite.validate() WHERE status <> 'identical';
SELECT state FROM sqlite.jobs WHERE job = :job; CALL sqlite.rollback(:job); CALL sqlite.forget(:job)", out => "0\ndone");

# Of each table the second row is put aside, and the third as an orphan.
my @ways = (
	[ 'one worker', '' ],
	[ 'two workers', ', "workers": 2' ],
	[ 'batches', ', "transaction": "batch", "commit_rows": 1' ],
	[ 'batches by two workers', ', "transaction": "batch", "commit_rows": 1, "workers": 2, "parallel_index": true' ],
	[ 'the live file', ', "read_from": "live", "transaction": "table"' ],
	[ 'a backup first', ", \"backup\": \"$dir\"" ]);
for my $way (@ways) {
	my ($what, $more) = @$way;
	my $spec = $spec =~ s/\}$/$more}/r;
	step($what, "$quiet CALL sqlite.migrate($servers, $schema_text, '$spec') \\gset
SELECT state FROM sqlite.jobs WHERE job = :job;
SELECT sum(read), sum(written), sum(rejected) FROM sqlite.job_tables WHERE job = :job;
SELECT count(*) FROM sqlite.validate(:job) WHERE status <> 'identical';
SELECT (SELECT count(*) > 10 FROM sqlite.report_text(:job)), length(sqlite.report(:job)::text) > 0;
SELECT format('SELECT count(*) FROM sqlite.differences(%s, %L)', job, table_name) FROM sqlite.job_tables WHERE job = :job \\gexec
SELECT count(*) > 0 FROM sqlite.validate_constraints(:job);
CALL sqlite.retry_rejects(:job) \\gset
SELECT :loaded, :left_open;
CALL sqlite.retry_rejects(:job, from_stored => true) \\gset
SELECT :loaded, :left_open;",
		out => join("\n", 'done', join('|', 3 * $tables, $tables, 2 * $tables), 0, 't|t', (0) x $tables, 't', join('|', 0, 2 * $tables), join('|', 0, 2 * $tables)));
	# Taken back by a script of psql's, or at once.
	my $undo = $node->safe_psql('postgres', 'SELECT sqlite.rollback_sql((SELECT max(job) FROM sqlite.jobs))');
	step("$what, taken back", $what =~ /backup|live/ ? $undo : "$quiet SELECT max(job) AS job FROM sqlite.jobs \\gset\nCALL sqlite.rollback(:job)");
	step("$what, nothing is left", "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $schema_text", out => 0);
}

# A job that stops in mid-way, and goes on.
step('stopped', "$quiet CREATE SCHEMA " . name($schema) . "; CREATE FUNCTION public.stop() RETURNS event_trigger LANGUAGE plpgsql AS \$\$BEGIN
	-- What is tried beforehand has indexes, too.
	IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name <> 'pg_temp') THEN RAISE 'stopped'; END IF; END\$\$;
CREATE EVENT TRIGGER stop ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.stop();
CALL sqlite.migrate($servers, $schema_text, '" . $spec =~ s/\}$/, "transaction": "batch", "commit_rows": 1}/r . "');
DROP EVENT TRIGGER stop;", error => 'ERROR:  stopped');
step('resumed', "$quiet SELECT max(job) AS job FROM sqlite.jobs \\gset\nCALL sqlite.resume(:job) \\gset\nSELECT state FROM sqlite.jobs WHERE job = :job; SELECT count(*) FROM sqlite.validate(:job) WHERE status <> 'identical'; CALL sqlite.rollback(:job)", out => "done\n0");

# Many tables, and more columns than PostgreSQL takes.
{
	my $sql = "BEGIN;\n" . join('', map { "CREATE TABLE t$_ (id INTEGER PRIMARY KEY, v TEXT DEFAULT $_);\nINSERT INTO t$_ DEFAULT VALUES;\n" } 1 .. 500)
	  . 'CREATE TABLE wide (' . join(', ', map { "c$_ INTEGER" } 1 .. 2000) . ");\nINSERT INTO wide (c1) VALUES (1);\n"
	  . 'CREATE TABLE full (' . join(', ', map { "c$_ INTEGER" } 1 .. 1599) . ");\nINSERT INTO full (c1599) VALUES (1);\nCOMMIT;\n";
	open my $sqlite, '|-', "sqlite3 -bail -init /dev/null $dir/many.db > /dev/null" or die $!;
	print $sqlite $sql;
	close $sqlite or die 'sqlite3 failed';
	my ($status, $out, $err) = $node->psql('postgres', "CREATE SERVER many FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/many.db');
CREATE SCHEMA many; IMPORT FOREIGN SCHEMA main FROM SERVER many INTO many;
SELECT count(*) FROM pg_class WHERE relnamespace = 'many'::regnamespace; SELECT c1599 FROM many.full;");
	like($err, qr/"wide" is left out: it has 2000 columns/, 'too many columns');
	is($out, "501\n1", 'all others are imported');
	($status, $out, $err) = $node->psql('postgres', "CALL sqlite.migrate('{many}', 'moved')");
	like($err, qr/ERROR: .*1 blocker/, 'such a table is a blocker');
	step('many tables', "$quiet CALL sqlite.migrate('{many}', 'moved', '{\"exclude\": [\"wide\"], \"transaction\": \"table\", \"workers\": 2}') \\gset
SELECT status, count(*), sum(target_rows) FROM sqlite.validate(:job) GROUP BY 1", out => 'identical|501|501');
}
done_testing();
