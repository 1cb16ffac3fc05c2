# A rehearsal and the migration behind it, made at random (test/migration): they agree, table by table, about what becomes
# of the rows, or refuse for the same reason; and the rehearsal leaves nothing: no relation, row, record, copy of a file,
# nor a value of a sequence. So it is for one that is cancelled.
#
# Environment: PG_SQLITE_REHEARSALS (how many, 25), PG_SQLITE_SEED (of the first, printed).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../migration", "$FindBin::RealBin/../differential";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Case;

package Rehearsal;
our @ISA = ('Case');

sub steps {
	my ($self) = @_;
	my ($begin) = $self->SUPER::steps;
	my $arguments = "'{" . join(',', @{ $self->{servers} }) . "}', 'app', " . Case::quoted($self->spec_text);
	my $state = q{SELECT 'state', kind, object, content FROM public.state() UNION ALL SELECT 'state', 'sequence', object, content FROM public.outside() ORDER BY 1, 2, 3};
	my $account = 'server, table_name, target, read, written, rejected, skipped';
	return ($begin,
		[ before => $state ],
		[ rehearse => "SELECT $account, changed FROM sqlite.rehearse($arguments) ORDER BY 1, 2, 3" ],
		[ after => $state ],
		[ migrate => "CALL sqlite.migrate($arguments)" ],
		[ rolled_back => "SELECT $account, COALESCE((SELECT sum(n::int) FROM jsonb_each_text(changes) AS c (k, n)), 0)
			FROM sqlite.job_tables WHERE job = (SELECT max(job) FROM sqlite.jobs WHERE state = 'done') ORDER BY 1, 2, 3" ]);
}

sub refusal { my ($self, $step) = @_; return $self->{said}{$step} =~ /ERROR:  (\w+): (.*)/ ? "$1 $2" : ''; }

sub faults {
	my ($self) = @_;
	my %at = (before => $self->{rows}{before}, after => $self->{rows}{after});
	return "the session ended at $self->{reached}: " . ($self->{said}{ $self->{reached} } // '') if $self->{status} == 2 || $self->{reached} ne 'the end';
	return "an internal error: $1" if $self->{said}{rehearse} =~ /((?:ERROR|FATAL|PANIC):  XX000.*)/;
	# A trigger that puts a name together is told of in a WARNING; none of these does.
	return 'the rehearsal left something: ' . Case::difference($at{before}, $at{after}) if $at{before} ne $at{after};
	my ($rehearsed, $migrated) = map { $self->refusal($_) } qw(rehearse migrate);
	# How many of what does not fit are told, and which first, depends on where the job commits and on its workers. What
	# commits in pieces is judged before it does; in one transaction the load finds it, or the key or index behind it.
	my $unfit = qr/^\w+ \d+ rows? do(?:es)? not fit /;
	my $judged = $self->spec_text =~ /"transaction": *"(?:table|batch)"/ && $migrated =~ /^55000 the migration cannot be planned/;
	my $alike = $judged ? $rehearsed ne '' : $rehearsed =~ $unfit ? $migrated =~ $unfit : substr($rehearsed, 0, 5) eq substr($migrated, 0, 5);
	return "refusals: '$rehearsed' and '$migrated'" if !$alike;
	return if $migrated ne '';
	return 'accounts: ' . Case::difference($self->{rows}{rehearse}, $self->{rows}{rolled_back}) if $self->{rows}{rehearse} ne $self->{rows}{rolled_back};
	return;
}

package main;

my $rounds = $ENV{PG_SQLITE_REHEARSALS} || 25;
# The same in every run, as long as longer runs find something that is open (docs/reliability.md).
my $seed = $ENV{PG_SQLITE_SEED} // 20_261_201;
note("seed $seed, $rounds rehearsals");

my $node = PostgreSQL::Test::Cluster->new('rehearse');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\nmax_worker_processes = 8\nautovacuum = off\nlog_min_messages = fatal\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE cases');
my $folder = PostgreSQL::Test::Utils::tempdir;
mkdir "$folder/backup";
$ENV{PGCLIENTENCODING} = 'UTF8';
my $psql = sub {
	my ($out, $err);
	my $status = $node->psql('cases', $_[0], stdout => \$out, stderr => \$err, on_error_stop => 0, on_error_die => 0, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return ($status, $out, $err);
};
# What is not the schemas' of users: sequences of all, records, copies, backups.
my $outside = <<"SQL";
CREATE FUNCTION public.outside(OUT object text, OUT content text) RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER AS \$\$
BEGIN
	FOR object IN SELECT c.oid::regclass FROM pg_class c WHERE c.relkind = 'S' LOOP
		EXECUTE format('SELECT concat_ws('' '', last_value, is_called) FROM %s', object) INTO content;
		RETURN NEXT;
	END LOOP;
	FOR object IN SELECT 'sqlite.' || r FROM unnest('{jobs,job_steps,job_tables,job_chunks,job_log,rejects}'::text[]) AS r LOOP
		EXECUTE format('SELECT count(*) FROM %s', object) INTO content;
		RETURN NEXT;
	END LOOP;
	RETURN QUERY SELECT f, NULL FROM pg_ls_dir('base/pgsql_tmp', true, false) AS f UNION ALL SELECT f, NULL FROM pg_ls_dir('$folder/backup') AS f;
END \$\$;
SQL
my ($status, undef, $err) = $psql->('CREATE EXTENSION pg_sqlite; GRANT ALL ON DATABASE cases TO public;' . Case::setup_sql() . $outside);
is("$status$err", '0', 'ready');

my ($agreed, $refused, $faults, $round) = (0, 0, 0, 0);
while ($agreed + $refused < $rounds && $faults < 5) {
	my $case = Rehearsal->new($seed + $round++, $folder);
	# What differs from run to run.
	next if $case->spec_text =~ /random\(\)|pg_temp/;
	my @faults = $case->run($psql)->faults;
	if (@faults) {
		my $kind = substr $faults[0], 0, 10;
		my $small = $case->shrink(sub { my @now = $_[0]->run($psql)->faults; return @now && substr($now[0], 0, 10) eq $kind; });
		fail('seed ' . ($seed + $round - 1) . ": $faults[0]");
		diag($small->reproduction, $small->run($psql)->faults);
		++$faults;
	}
	elsif ($case->refusal('migrate') ne '') { ++$refused; }
	else { ++$agreed; }
}
is($faults, 0, "$agreed rehearsals and migrations agree, $refused are refused alike");
cmp_ok($agreed, '>', 0, 'some are migrated') if $rounds >= 25;

# One that is cancelled in the midst of its rows: sequences, and who waits for them, are as before.
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$folder/many.db", 'CREATE TABLE many (id INTEGER PRIMARY KEY, name TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO many SELECT i, i FROM n');
$node->safe_psql('postgres', "CREATE EXTENSION pg_sqlite; CREATE SERVER many FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$folder/many.db');
	CREATE SCHEMA app; CREATE TABLE app.many (id bigint, name text, mine bigserial); INSERT INTO app.many VALUES (0, 'there')");
my $call = q{SELECT written FROM sqlite.rehearse('{many}', 'app', '{"existing": "append", "tables": {"many": {"primary_key": []}}}')};
my $position = 'SELECT last_value, is_called FROM app.many_mine_seq';
is($node->safe_psql('postgres', $call), '200000', 'rehearsed');
is($node->safe_psql('postgres', $position), '1|t', 'its sequence is where it was');
for my $wait (1, 40, 120, 300) {
	my $said = ($node->psql('postgres', "SET statement_timeout = $wait; $call", on_error_die => 0))[2] // '';
	like($said, qr/^$|canceling statement|^.*statement timeout/s, "ended after $wait ms or done");
	is($node->safe_psql('postgres', $position), '1|t', 'its sequence is where it was');
	is($node->safe_psql('postgres', "SELECT count(*) FROM app.many") . $node->safe_psql('postgres', 'SELECT count(*) FROM sqlite.jobs'), '10', 'and nothing is there');
}
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_ls_dir('base/pgsql_tmp', true, false)"), '0', 'no copy is left');
is($node->safe_psql('postgres', "INSERT INTO app.many (id) VALUES (1) RETURNING mine"), '2', 'the next value is the next');
$node->stop;
done_testing();
