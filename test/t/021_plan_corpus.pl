# Every readable database of the corpus: inventory, profile and assess run, and the pre-data and post-data
# statements of sqlite.plan run in an empty schema; of those under 5 MB, with types by what is stored, the
# data too, and every row arrives. Prints how much of their schemas is translated. Needs real
# databases, see PG_SQLITE_CORPUS in test/tools/check.sh.
use strict;
use warnings;
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $corpus = $ENV{PG_SQLITE_CORPUS};
my @files = defined $corpus ? grep { -f } glob("$corpus/*") : ();
@files = grep { slurp_start($_) eq "SQLite format 3\0" } @files;
plan skip_all => 'PG_SQLITE_CORPUS names no folder with databases' if !@files;

sub slurp_start {
	open my $handle, '<:raw', $_[0] or return '';
	read $handle, my $start, 16;
	return $start // '';
}

my $node = PostgreSQL::Test::Cluster->new('plan_corpus');
$node->init;
$node->append_conf('postgresql.conf', "max_locks_per_transaction = 512\nfsync = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;
my (%translated, %listed, %reasons);

for my $file (sort @files) {
	my ($name) = $file =~ m{([^/]+)$};
	copy($file, "$dir/file.db") or die "could not copy $file: $!";
	chmod 0644, "$dir/file.db";
	$node->safe_psql('postgres', "CREATE SERVER f FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/file.db')");
	my ($status, $out, $err) = $node->psql('postgres',
		q{SELECT count(*) FROM sqlite.tables('f'); SELECT length(sqlite.inventory('f')::text) > 0; SELECT count(*) FROM sqlite.profile('f')},
		timeout => 120);
	is($err, '', "$name: inventory and profile");
	($status, $out, $err) = $node->psql('postgres', q{SELECT count(*) FROM sqlite.assess('{f}', 'empty')}, timeout => 120);
	is($err, '', "$name: assess");
	# The statements as a user would run them, each by itself.
	($status, $out, $err) = $node->psql('postgres',
		q{SELECT statement FROM sqlite.plan('{f}', 'empty', '{}') WHERE section <> 'data' ORDER BY step \gexec},
		timeout => 120, on_error_stop => 0);
	is($err =~ s/^.*NOTICE:.*\n?//mgr, '', "$name: pre-data and post-data run in an empty schema");
	count($name);
	load($name) if -s $file < 5_000_000;
	$node->safe_psql('postgres', 'DROP SCHEMA IF EXISTS empty CASCADE; DROP SERVER f CASCADE');
	unlink "$dir/file.db", "$dir/file.db-wal", "$dir/file.db-shm";
}

# The whole plan with types by what is stored: where assess sees no blocker, nothing may fail; where it does,
# with what suggest_spec says of it. Rows are counted by SQLite.
sub load {
	my ($name) = @_;
	my $spec = q('{"types": "stored"}');
	my $blockers = $node->safe_psql('postgres',
		"SELECT table_name, finding FROM sqlite.assess('{f}', 'loaded', $spec) WHERE severity = 'blocker'");
	if ($blockers ne '') {
		diag "$name needs a spec: $blockers";
		$spec = "sqlite.suggest_spec('{f}', 'loaded') || $spec";
		is($node->safe_psql('postgres', "SELECT table_name, finding FROM sqlite.assess('{f}', 'loaded', $spec) WHERE severity = 'blocker'"),
			'', "$name: suggest_spec settles every blocker");
	}
	my ($status, $out, $err) = $node->psql('postgres',
		"SELECT statement FROM sqlite.plan('{f}', 'loaded', $spec) ORDER BY step \\gexec", timeout => 300, on_error_stop => 0);
	is($err =~ s/^.*(?:NOTICE|DETAIL|HINT):.*\n?//mgr, '', "$name: the whole plan runs with types by what is stored");
	my $counts = $node->safe_psql('postgres',
		"SELECT substring(object FROM 9), rows FROM sqlite.plan('{f}', 'loaded_not', $spec) WHERE object LIKE 'data of %'");
	my @wrong;
	for my $row (split /\n/, $counts) {
		my ($table, $rows) = $row =~ /^(.*)\|(\d+)$/s or next;
		$table =~ s/^loaded_not\./loaded./;
		my $loaded = $node->safe_psql('postgres', "SELECT count(*) FROM $table");
		push @wrong, "$table: $loaded of $rows" if $loaded != $rows;
	}
	is(join("\n", @wrong), '', "$name: every row arrives");
	$node->safe_psql('postgres', 'DROP SCHEMA IF EXISTS loaded CASCADE');
}

# Objects by kind: those with a statement, and those listed with a reason. In a schema of its own, since what
# stands already is not planned.
sub count {
	my ($name) = @_;
	my $rows = $node->safe_psql('postgres',
		q{SELECT substring(object from '^\w+(?: key| column)?'), statement ~ E'(^|\n)[^-]', substring(statement from 'is not translated: ([^\n]*)')
		  FROM sqlite.plan('{f}', 'counted', '{}') WHERE section <> 'data'});
	for my $row (split /\n/, $rows) {
		my ($kind, $done, $reason) = split /\|/, $row;
		$done eq 't' ? $translated{$kind}++ : $listed{$kind}++;
		$reasons{"$kind: $reason"}++ if $reason;
	}
}

diag sprintf '%-20s %6s %6s', 'object', 'done', 'listed';
diag sprintf '%-20s %6d %6d', $_, $translated{$_} // 0, $listed{$_} // 0 for sort keys %{ { %translated, %listed } };
my @common = sort { $reasons{$b} <=> $reasons{$a} || $a cmp $b } keys %reasons;
diag sprintf q{%4d × %s}, $reasons{$_}, $_ for splice @common, 0, 30;
done_testing();
