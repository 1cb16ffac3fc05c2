# Statements that fail lose nothing: descriptors, memory and locks of a session are the same after a thousand of them. The script
# that measures is test/bench/leaks.sh; docs/reliability.md has the figures of a long run.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('leaks');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'postgres', DATA => $dir, ROUNDS => 1000, EVERY => 20);
my ($out, $err) = run_command([ 'bash', 'test/bench/leaks.sh' ]);
my @measured = map { /^(\d+) statements: (\d+) kB resident, (\d+) kB anonymous, (\d+) descriptors, (\d+) locks/ ? { at => $1, memory => $3, descriptors => $4, locks => $5 } : () } split /\n/, $out;
is(scalar @measured, 10, 'measured ten times') or diag $out, $err;
# The first part fills caches.
my ($first, $last) = ($measured[4], $measured[9]);
note $out;
cmp_ok($last->{memory}, '<', $first->{memory} + 1500, 'memory');
cmp_ok($last->{descriptors}, '<', $first->{descriptors} + 6, 'descriptors');
is($last->{locks}, $first->{locks}, 'locks');
done_testing();
