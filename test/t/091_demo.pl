# What `make demo` shows, without its build and its cluster: every statement as a person would type it, nothing wider than a terminal of
# 120 columns, no error but the three that are to be seen, and all tables proven at the end.
use strict;
use warnings;
use FindBin;
use IPC::Run qw(run);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::RealBin/..";
my $node = PostgreSQL::Test::Cluster->new('demo');
$node->init;
$node->start;
# As long a path as a demo may have: 90 bytes and "build/demo/data".
my $folder = PostgreSQL::Test::Utils::tempdir;
my $data = "$folder/shop.db";
ok(run([ 'sqlite3', '-bail', '-init', '/dev/null', $data ], '<', "$test/data/shop.sql"), 'the sample is made');
my $out = '';
ok(run([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-v', "db=$data", '-d', $node->connstr('postgres'), '-f', '-' ], '<', "$test/tools/demo.sql", '>&', "$folder/printed"), 'psql runs it to its end');
ok(run([ 'perl', "$test/tools/demo_output.pl", $data ], '<', "$folder/printed", '>', \$out), 'and what it prints is shown');
utf8::decode($out);
my @lines = split /\n/, $out;
is(join("\n", grep { length > 120 } @lines), '', 'no line is longer than 120 columns');
is(join("\n", grep { /^(?:psql:|\\(?:echo|pset|set))/ || /\s$/ } @lines), '', 'nothing is shown of how it is shown');
is(scalar(grep { /^ERROR: / } @lines), 3, 'three errors');
is(scalar(grep { /^ERROR:  column "(?:placed_at|shipped_on|quantity)" / } @lines), 3, 'of values that do not fit');
my $typed = join "\n", @lines;
(my $script = slurp_file("$test/tools/demo.sql")) =~ s/:'db'/'$data'/g;
my @absent = grep { /\S/ && !/^(?:--|\\(?:echo|pset|set))/ && index($typed, $_) < 0 } split /\n/, $script;
is(join("\n", @absent), '', 'each statement is shown as it is written');
like($out, qr/^Proof: ([\d,]+) read = ([\d,]+) written \+ 26 rejected \+ 0 skipped$/m, 'the migration accounts for every row');
is(scalar(grep { /\| identical$/ } @lines), 8, 'eight tables are proven');
$node->stop;
done_testing();
