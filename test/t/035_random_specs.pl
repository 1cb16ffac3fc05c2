# Migrations made at random: sources, targets that exist, and specs over every key there is, or the one that suggest_spec writes
# (test/migration, whose Laws say what must hold). Whatever the spec says, the server stays up, no call gives an internal error
# (XX000) or needs over 60 seconds, and after an error nothing is left in the target; what was migrated and is rolled back leaves
# nothing either, to the last option of a column. What was said before a row moved comes so: without a blocker migrate ends well,
# with one it does not; as many rows are put aside as the plan has foreseen; read = written + rejected + skipped. What is there is
# proven: validate says so, every value that is another one than SQLite's is counted under its policy, which the gate sees, and the
# same rows are there in any other mode, with workers, and after a cancel or the end of the session. A suggested spec leaves no
# blocker that it could settle, and loses no object of the schema in silence.
#
# Environment: PG_SQLITE_SPECS (how many, 100), PG_SQLITE_SEED (of the first, printed), PG_SQLITE_VERBOSE (what each
# step said), PG_SQLITE_TRIES (to make a failing case smaller before it is printed whole, 150; 0: all failing seeds are listed, no more).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../migration", "$FindBin::RealBin/../differential";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Case;

my $rounds = $ENV{PG_SQLITE_SPECS} || 100;
my $tries = $ENV{PG_SQLITE_TRIES} // 150;
# The same in every run, as long as longer runs find something that is open (docs/reliability.md).
my $seed = $ENV{PG_SQLITE_SEED} // 20_261_201;
note("seed $seed, $rounds specs");

my $node = PostgreSQL::Test::Cluster->new('random_specs');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\nmax_worker_processes = 8\nrestart_after_crash = on\nlog_min_messages = fatal\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE cases');
my $folder = PostgreSQL::Test::Utils::tempdir;
mkdir "$folder/backup";
$ENV{PGCLIENTENCODING} = 'UTF8';
# Some specs have tables without a schema made by the next best role.
my $psql = sub {
	my ($out, $err);
	for (1 .. 300) {
		my $status = $node->psql('cases', $_[0], stdout => \$out, stderr => \$err, on_error_stop => 0, on_error_die => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
		return ($status, $out, $err) if $err !~ /\A(?:psql: )?(?:error|could not connect)/ || $err !~ /starting up|recovery|refused|No such file/;
		sleep 1;
	}
	die 'the server does not come back';
};
my ($status, undef, $err) = $psql->('CREATE EXTENSION pg_sqlite; GRANT ALL ON DATABASE cases TO public;' . Case::setup_sql());
is("$status$err", '0', 'ready');

my ($migrated, $failed, $faults) = (0, 0, 0);
my %refused;
for my $round (0 .. $rounds - 1) {
	my $case = Case->new($seed + $round, $folder)->run($psql);
	my @faults = $case->faults;
	if ($case->{said}{migrate} =~ /ERROR:  (\w+): (.*)/) { $failed++; $refused{$1}++; }
	else { $migrated++; }
	if ($ENV{PG_SQLITE_VERBOSE}) { diag('seed ', $seed + $round); diag("$_: $case->{said}{$_}") for grep { $case->{said}{$_} ne '' } sort keys %{ $case->{said} }; }
	next if !@faults;
	if (!$tries) { fail('seed ' . ($seed + $round) . ": $_") for @faults; $faults++; next; }
	my $kind = $faults[0] =~ s/[:\d].*//sr;
	my $small = $case->shrink(sub { my @now = $_[0]->run($psql)->faults; return @now && $now[0] =~ /^\Q$kind\E/; }, $tries);
	fail('seed ' . ($seed + $round) . ": $faults[0]");
	diag($small->reproduction);
	last if ++$faults == 5;
}
is($faults, 0, "$rounds specs: $migrated migrated, $failed refused or failed");
cmp_ok($migrated, '>', 0, 'some specs are good') if $rounds >= 30;
note(join ', ', map { "$_: $refused{$_}" } sort { $refused{$b} <=> $refused{$a} } keys %refused);
done_testing();
