# Runs the documentation: README.md and every file under docs/.
#
#  * ```sql         runs in order, in a database of the file's own; no statement may fail
#  * ```sql error   ends with a statement that must fail; "```sql error 22P02" also with that SQLSTATE
#  * ```sh run      a shell script, for the sample files a guide makes
#  * ```sql migration, ```python migration, ```ruby migration  a migration of a framework: its SQL, in a transaction unless
#    it says that it wants none
#  * ```json /data/x.json  a file that stands there when the page begins, so that page and test use one text
#  * ```text output what the block before printed, compared but for the widths of blanks and dashes
#  * <!-- check: conversions --> before a table: SQLite value, PostgreSQL type, options, result
#  * <!-- check: refusals -->    SQLSTATE, words of the message, SQLite value, PostgreSQL type
#  * <!-- check: verdicts -->    conditions on test/data/pushdown.sql's table item; where each runs (exact, superset,
#    local): one verdict for all of the row, or one for each
#  * <!-- check: classes -->     PostgreSQL types; behind each, what SQLite's values in the first line become in it: the
#    value, or its SQLSTATE. All of PostgreSQL's own types that a column may have stand there
#  * <!-- check: declared -->    types as declared in SQLite, the PostgreSQL type of all of them
#
# /data/ stands for the folder with the test data (test/data). Option names in docs/reference/options.md must be
# those that the validator lists, settings those that the library defines, and links must lead to files.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = abs_path(dirname(__FILE__) . '/../..');
my @files = ('README.md');
find({ wanted => sub { push @files, substr($_, length($root) + 1) if /\.md$/ }, no_chdir => 1 }, "$root/docs")
  if -d "$root/docs";
die "no documentation beside the tests: expected $root/docs and $root/README.md\n"
  unless -e "$root/README.md" && @files > 1;
@files = sort @files;
# DOCS, a regular expression, picks pages by name.
@files = grep { /$ENV{DOCS}/ } @files if $ENV{DOCS};

my $scratch = PostgreSQL::Test::Utils::tempdir();
my $data = "$scratch/data";
my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nmax_parallel_workers_per_gather = 0\n");
$node->start;

sub slurp
{
	my ($path) = @_;
	open my $in, '<', $path or die "$path: $!";
	local $/ = undef;
	return scalar <$in>;
}

sub spew
{
	my ($path, $text) = @_;
	open my $out, '>', $path or die "$path: $!";
	print $out $text;
	close $out or die "$path: $!";
}

# Fenced blocks of a file: { info, text, line }.
sub blocks_of
{
	my ($text) = @_;
	my (@blocks, $open);
	my $number = 0;
	foreach my $line (split /\n/, $text)
	{
		++$number;
		if ($line =~ /^\s*```\s*(.*?)\s*$/)
		{
			if ($open) { push @blocks, $open; $open = undef; }
			else { $open = { info => $1, text => '', line => $number }; }
		}
		elsif ($open) { $open->{text} .= "$line\n"; }
	}
	return @blocks;
}

# Rows of the table behind a marker, as lists of cells.
sub tables_of
{
	my ($text, $marker) = @_;
	my @rows;
	while ($text =~ /<!-- check: \Q$marker\E -->\s*\n((?:\|.*\n)+)/g)
	{
		my @lines = split /\n/, $1;
		foreach my $line (@lines[ 2 .. $#lines ])
		{
			$line =~ s/^\|\s*|\s*\|\s*$//g;
			push @rows, [ map { s/\\\|/|/gr } split /\s*(?<!\\)\|\s*/, $line, -1 ];
		}
	}
	return @rows;
}

# A cell without its backticks.
sub code { my ($cell) = @_; return $cell =~ /^`(.*)`$/ ? $1 : $cell; }

# Equal but for the widths of columns.
sub normal
{
	my ($text) = @_;
	$text =~ s/\Q$data\E/\/data/g;
	$text =~ s/-{2,}/-/g;
	$text =~ s/[ \t]+/ /g;
	$text =~ s/ ?\n ?/\n/g;
	$text =~ s/^\s+|\s+$//g;
	return $text;
}

# A new database and fresh sample files, so that no file of the documentation depends on another.
my $databases = 0;

sub new_database
{
	my $name = 'docs' . ++$databases;
	system('rm', '-rf', $data) == 0 or die;
	system('bash', "$root/test/tools/build_data.sh", $data) == 0 or die 'build_data.sh failed';
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	return $name;
}

sub psql
{
	my ($database, $script) = @_;
	spew("$scratch/script", $script);
	my $connection = $node->connstr($database);
	my $output = `psql -X -q -d "$connection" <"$scratch/script" 2>&1`;
	return ($output, $? >> 8);
}

# What a framework sends of a migration: the texts in """…""" of its Python, those in <<~SQL of its Ruby, or all of it. What
# undoes it is not run.
sub migration_sql
{
	my ($code) = @_;
	my $alone = $code =~ /autocommit_block|atomic = False|disable_ddl_transaction!/;
	$code =~ s/reverse_sql.*//s;
	my @texts = $code =~ /"""(.*?)"""|<<~SQL\n(.*?)^\s*SQL$/gms;
	@texts = grep { defined } @texts;
	my $sql = @texts ? join('', map { "$_;\n" } @texts) : $code;
	return $alone ? $sql : "BEGIN;\n${sql}COMMIT;\n";
}

sub run_file
{
	my ($file, $text) = @_;
	my @all = blocks_of($text);
	my @blocks = grep { $_->{info} =~ /^(sql|sh run|(python|ruby) migration)\b/ } @all;
	return unless @blocks;

	my $database = new_database();
	foreach my $block (grep { $_->{info} =~ m{^json /data/} } @all)
	{
		my ($path) = $block->{info} =~ m{^json /data(/\S+)};
		spew("$data$path", $block->{text} =~ s{(?<![\w.])/data/}{$data/}gr);
	}
	my $script = '';
	my $n = 0;
	foreach my $block (@blocks)
	{
		my $code = $block->{text};
		$code =~ s{(?<![\w.])/data/}{$data/}g;
		$script .= "\\echo \@\@begin $n\n";
		if ($block->{info} =~ /^sh/)
		{
			spew("$scratch/block$n.sh", "set -e\n$code");
			$script .= "\\! bash $scratch/block$n.sh || echo \@\@failed\n";
		}
		elsif ($block->{info} =~ /migration$/)
		{
			$script .= "\\set ON_ERROR_STOP on\n" . migration_sql($code) . "\n";
		}
		elsif ($block->{info} =~ /^sql error/)
		{
			$script .= "\\set ON_ERROR_STOP off\n$code\n\\echo \@\@state :SQLSTATE\n";
		}
		else
		{
			$script .= "\\set ON_ERROR_STOP on\n$code\n";
		}
		$script .= "\\echo \@\@end $n\n";
		++$n;
	}
	my ($output, $status) = psql($database, $script);

	for ($n = 0; $n < @blocks; ++$n)
	{
		my $block = $blocks[$n];
		my $what = "$file:$block->{line}: $block->{info}";
		my ($printed) = $output =~ /^\@\@begin $n\n(.*?)^\@\@end $n$/ms;
		if (!defined $printed)
		{
			my ($tail) = $output =~ /^\@\@begin $n\n(.*)/ms;
			fail("$what runs");
			diag($tail // 'not reached');
			next;
		}
		my $state = $printed =~ s/^\@\@state (\S+)\n//m ? $1 : '00000';
		if ($block->{info} =~ /^sql error\s*(\S*)/)
		{
			my $wanted = $1;
			ok($wanted eq '' ? $state ne '00000' : $state eq $wanted, "$what fails as it should")
			  or diag("SQLSTATE $state\n$printed");
		}
		else
		{
			unlike($printed, qr/^\@\@failed/m, "$what runs");
		}
		$block->{printed} = $printed;
	}

	my $before;
	foreach my $block (@all)
	{
		if ($block->{info} eq 'text output' && $before && defined $before->{printed})
		{
			is(normal($before->{printed}), normal($block->{text}), "$file:$block->{line}: output");
		}
		$before = $block;
	}
}

# What a foreign table of one column says about a SQLite expression: its text, NULL, or error SQLSTATE.
sub check_values
{
	my ($file, $text) = @_;
	my @rows = map { { value => code($_->[0]), type => code($_->[1]), options => code($_->[2]), want => code($_->[3]) } }
	  tables_of($text, 'conversions');
	push @rows,
	  map { { value => code($_->[2]), type => code($_->[3]), options => '', want => 'error ' . code($_->[0]), words => $_->[1] } }
	  tables_of($text, 'refusals');
	return unless @rows;

	my $database = new_database();
	my $script = "CREATE EXTENSION pg_sqlite;\nSET client_min_messages = error;\n"
	  . "CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$data/shop.db');\n\\pset format unaligned\n"
	  . "\\pset tuples_only on\n\\pset null NULL\n\\set VERBOSITY terse\n";
	my $n = 0;
	foreach my $row (@rows)
	{
		my $options = $row->{options} eq '' ? '' : "OPTIONS ($row->{options})";
		$script .= "\\echo \@\@begin $n\n"
		  . "CREATE FOREIGN TABLE t$n (v $row->{type} $options) SERVER s OPTIONS (query \$q\$SELECT $row->{value} AS v\$q\$);\n"
		  . "SELECT v::text FROM t$n;\n\\echo \@\@state :SQLSTATE\n\\echo \@\@end $n\n";
		++$n;
	}
	my ($output) = psql($database, $script);
	for ($n = 0; $n < @rows; ++$n)
	{
		my $row = $rows[$n];
		my ($printed) = $output =~ /^\@\@begin $n\n(.*?)^\@\@end $n$/ms;
		my $state = $printed =~ s/^\@\@state (\S+)\n//m ? $1 : '';
		chomp $printed;
		my $got = $state eq '00000' ? $printed : "error $state";
		my $what = "$file: $row->{value} as $row->{type} $row->{options}";
		is($got, $row->{want}, $what) or diag($printed);
		like($printed, qr/\Q$row->{words}\E/, "$what: words") if $row->{words};
	}
}

# Every type with every kind of value.
sub check_classes
{
	my ($file, $text) = @_;
	my @rows = map { [ map { code($_) } @$_ ] } tables_of($text, 'classes');
	return unless @rows;
	my ($head) = $text =~ /<!-- check: classes -->\s*\n\|[^|]*\|(.*)\|\n/;
	my @cells = map { code($_) } split /\s*\|\s*/, $head =~ s/^\s+|\s+$//gr;
	my $database = new_database();
	my $script = "CREATE EXTENSION pg_sqlite;\nSET client_min_messages = error;\nCREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS "
	  . "(database '$data/shop.db');\nCREATE TYPE mood AS ENUM ('1', 'abc');\nCREATE DOMAIN percentage AS integer CHECK (value BETWEEN 0 AND 100);\n"
	  . "SET lc_monetary = 'C';\n\\pset format unaligned\n\\pset tuples_only on\n\\pset null NULL\n\\set VERBOSITY terse\n"
	  . "\\echo \@\@types\n"
	  . "SELECT format_type(oid, NULL) FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm') AND typcategory NOT IN ('A', 'Z') "
	  . "AND (typname !~ '^(pg_|gtsvector)' OR typname IN ('pg_lsn', 'pg_snapshot'));\n\\echo \@\@end\n";
	foreach my $n (0 .. $#rows)
	{
		foreach my $c (0 .. $#cells)
		{
			$script .= "CREATE FOREIGN TABLE t${n}_$c (v $rows[$n][0]) SERVER s OPTIONS (query \$q\$SELECT $cells[$c] AS v\$q\$);\n"
			  . "\\echo \@\@begin $n $c\nSELECT v::text FROM t${n}_$c;\n\\echo \@\@state :SQLSTATE\n\\echo \@\@end $n $c\n";
		}
	}
	my ($output) = psql($database, $script);
	my %there = map { $_->[0] => 1 } @rows;
	my ($types) = $output =~ /^\@\@types\n(.*?)^\@\@end$/ms;
	is(join(', ', grep { !$there{$_} } split /\n/, $types), '', "$file: no type is missing");
	foreach my $n (0 .. $#rows)
	{
		my ($type, @want) = @{ $rows[$n] };
		my @got;
		foreach my $c (0 .. $#cells)
		{
			my ($printed) = $output =~ /^\@\@begin $n $c\n(.*?)^\@\@end $n $c$/ms;
			my $state = $printed =~ s/^\@\@state (\S+)\n//m ? $1 : '';
			chomp $printed;
			push @got, $state eq '00000' ? ($printed eq '' ? "''" : $printed) : $state;
		}
		is(join(' | ', @got), join(' | ', @want), "$file: values of $type");
	}
}

# A SQLite table with a column of each declared type, and what IMPORT makes of it.
sub check_declared
{
	my ($file, $text) = @_;
	my @wanted;
	foreach my $row (tables_of($text, 'declared'))
	{
		push @wanted, [ $_, code($row->[1]) ] foreach $row->[0] =~ /`([^`]*)`/g;
	}
	return unless @wanted;
	my $database = new_database();
	my $columns = join ', ', map { "c$_ $wanted[$_][0]" } 0 .. $#wanted;
	spew("$scratch/declared.sql", "CREATE TABLE t ($columns);\n");
	system("sqlite3 -bail -init /dev/null '$data/declared.db' <'$scratch/declared.sql'") == 0 or die;
	my ($output) = psql(
		$database, "CREATE EXTENSION pg_sqlite;\n\\pset format unaligned\n\\pset tuples_only on\n"
		  . "SELECT sqlite.attach('$data/declared.db');\nSELECT attname, format_type(atttypid, atttypmod) "
		  . "FROM pg_attribute WHERE attrelid = 'declared.t'::regclass AND attnum > 0 ORDER BY attnum;\n");
	my %got = $output =~ /^c(\d+)\|(.*)$/mg;
	is($got{$_}, $wanted[$_][1], "$file: declared $wanted[$_][0]") foreach 0 .. $#wanted;
}

# Where each condition runs, as EXPLAIN tells.
sub check_verdicts
{
	my ($file, $text) = @_;
	my @wanted;
	foreach my $row (tables_of($text, 'verdicts'))
	{
		my @conditions = $row->[0] =~ /`([^`]*)`/g;
		my @verdicts = split /, /, $row->[1];
		@verdicts = ($verdicts[0]) x @conditions if @verdicts == 1;
		is(scalar @verdicts, scalar @conditions, "$file: a verdict for each of $row->[0]");
		push @wanted, [ $conditions[$_], $verdicts[$_] // '' ] foreach 0 .. $#conditions;
	}
	return unless @wanted;
	my $script = "CREATE EXTENSION pg_sqlite;\nSET client_min_messages = error;\n\\pset tuples_only on\n"
	  . "SELECT sqlite.attach('$data/pushdown.db');\nSET search_path = pushdown, public;\n";
	$script .= "\\echo \@\@begin $_\nEXPLAIN (COSTS OFF) SELECT * FROM item WHERE $wanted[$_][0];\n\\echo \@\@end $_\n"
	  foreach 0 .. $#wanted;
	my ($output) = psql(new_database(), $script);
	foreach my $n (0 .. $#wanted)
	{
		my ($plan) = $output =~ /^\@\@begin $n\n(.*?)^\@\@end $n$/ms;
		# The scan's lines come last; above it may stand the plan of a subquery.
		my ($scan) = ($plan // '') =~ /Foreign Scan on item\b(?! item_)(.*)/s;
		my $sqlite = ($scan // '') =~ /^\s*SQLite Filter: /m;
		my $local = ($scan // '') =~ /^\s*Filter: /m;
		my $got = !defined $scan ? 'no plan' : !$sqlite ? 'local' : $local ? 'superset' : 'exact';
		is($got, $wanted[$n][1], "$file: $wanted[$n][0]") or diag($plan);
	}
}

# Each function of the rules of pushdown stands on its page. Where the tests run without the sources there is
# nothing to compare.
sub check_rules
{
	my $rules = "$root/src/pg/fdw/plan/rules.cpp";
	return unless -d "$root/src/pg";
	my $text = slurp("$root/docs/reference/what-runs-where.md");
	my %operator = (textcat => '\\|\\|', textlike => ' LIKE ', textnlike => ' NOT LIKE ');
	my @names = slurp($rules) =~ /\{F_([A-Z0-9_]+), Verb::k(?:Call|CallC|Like|Substring|Left|StartsWith|Arithmetic),/g;
	ok(@names > 10, 'rules.cpp has rules of functions');
	foreach my $name (map { lc } @names)
	{
		my $spelled = $operator{$name} // $name =~ s/(_(text|int[248]|float[48]|numeric|bytea|bool))+$//r . '(';
		ok(index($text, $spelled) >= 0, "what-runs-where.md: $spelled");
	}
}

# The validator's own list is in the hint of an unknown option.
sub check_options
{
	my $database = new_database();
	my ($output) = psql(
		$database, "CREATE EXTENSION pg_sqlite;\nCREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database "
		  . "'$data/shop.db');\n\\echo \@server\nALTER SERVER s OPTIONS (ADD \"-\" '');\n"
		  . "\\echo \@table\nCREATE FOREIGN TABLE t (v int) SERVER s OPTIONS (\"-\" '');\n"
		  . "\\echo \@column\nCREATE FOREIGN TABLE t (v int OPTIONS (\"-\" '')) SERVER s;\n"
		  . "\\echo \@import\nIMPORT FOREIGN SCHEMA main FROM SERVER s INTO public OPTIONS (\"-\" '');\n");
	my $text = slurp("$root/docs/reference/options.md");
	foreach my $kind ('server', 'table', 'column', 'import')
	{
		my ($hint) = $output =~ /^\@$kind\n.*?are: (.*?)\.$/ms;
		my ($section) = $text =~ /^## \Q$kind\E [^\n]*\n(.*?)(?=^## |\z)/msi;
		my @documented = ($section // '') =~ /^\|\s*`([a-z_]+)`/mg;
		is(join(', ', @documented), $hint // 'no hint', "options.md lists the $kind options");
	}
}

sub check_settings
{
	my ($output) = psql(
		new_database(), "CREATE EXTENSION pg_sqlite;\n\\pset tuples_only on\n\\pset format unaligned\n"
		  . "SELECT FROM sqlite.version();\nSELECT name FROM pg_settings WHERE name LIKE 'pg\\_sqlite.%' ORDER BY 1;\n");
	my @settings = $output =~ /^(pg_sqlite\.\w+)$/mg;
	my @documented = slurp("$root/docs/reference/settings.md") =~ /^\|\s*`(pg_sqlite\.\w+)`/mg;
	is("@documented", "@settings", 'settings.md lists the settings');
}

sub check_links
{
	my ($file, $text) = @_;
	my @broken;
	$text =~ s/^\s*```.*?^\s*```//gms;
	$text =~ s/`[^`\n]*`//g;
	while ($text =~ /\]\(([^)#\s]*)(?:#[^)]*)?\)/g)
	{
		next if $1 eq '' || $1 =~ /^https?:/;
		push @broken, $1 unless -e dirname("$root/$file") . "/$1";
	}
	# What a package of the tests leaves out is no broken link.
	@broken = grep { !/(^|\/)(LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|test\/.*|src\/.*)$/ || -e "$root/LICENSE" } @broken;
	is("@broken", '', "$file: links");
}

foreach my $file (@files)
{
	my $text = slurp("$root/$file");
	check_links($file, $text);
	run_file($file, $text);
	check_values($file, $text);
	check_classes($file, $text);
	check_declared($file, $text);
	check_verdicts($file, $text);
}
check_options();
check_settings();
check_rules();
$node->stop;
done_testing();
