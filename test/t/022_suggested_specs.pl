# What suggest_spec writes, on every readable database of the corpus under 5 MB: assess finds no blocker in it, migrate ends
# well with it, every row arrives (none is put aside) and is the one that SQLite has; and of what `types` stored keeps nothing
# is lost: constraints, indexes, defaults, views. Needs real databases, see PG_SQLITE_CORPUS in test/tools/check.sh.
use strict;
use warnings;
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $corpus = $ENV{PG_SQLITE_CORPUS};
my @files = defined $corpus ? grep { -f } glob("$corpus/*") : ();
@files = grep { slurp_start($_) eq "SQLite format 3\0" && -s $_ < 5_000_000 } @files;
plan skip_all => 'PG_SQLITE_CORPUS names no folder with databases' if !@files;

sub slurp_start {
	open my $handle, '<:raw', $_[0] or return '';
	read $handle, my $start, 16;
	return $start // '';
}

my $node = PostgreSQL::Test::Cluster->new('suggested_specs');
$node->init;
$node->append_conf('postgresql.conf', "max_locks_per_transaction = 512\nfsync = off\nclient_min_messages = error\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
# What a schema has: kind, table, and what tells two of its kind apart whatever their names and types are.
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION objects(schema text, OUT kind text, OUT of text, OUT count bigint) RETURNS SETOF record LANGUAGE sql AS $$
	SELECT k.contype::text, c.relname::text, count(*) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
		WHERE k.connamespace::regnamespace::text = quote_ident(schema) AND k.contype IN ('f', 'c') GROUP BY 1, 2
	UNION ALL SELECT 'unique', c.relname, count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace::regnamespace::text = quote_ident(schema) AND i.indisunique GROUP BY 1, 2
	UNION ALL SELECT 'index', c.relname, count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace::regnamespace::text = quote_ident(schema) AND NOT i.indisunique GROUP BY 1, 2
	UNION ALL SELECT 'default', c.relname, count(*) FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
		WHERE c.relnamespace::regnamespace::text = quote_ident(schema) GROUP BY 1, 2
	UNION ALL SELECT 'view', c.relname, 1 FROM pg_class c WHERE c.relnamespace::regnamespace::text = quote_ident(schema) AND c.relkind = 'v'
$$
SQL
my $dir = PostgreSQL::Test::Utils::tempdir;

for my $file (sort @files) {
	my ($name) = $file =~ m{([^/]+)$};
	copy($file, "$dir/file.db") or die "could not copy $file: $!";
	chmod 0644, "$dir/file.db";
	$node->safe_psql('postgres', "CREATE SERVER f FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/file.db')");
	my ($status, $out, $err) = $node->psql('postgres', <<'SQL', timeout => 300, on_error_stop => 0);
SELECT sqlite.suggest_spec('{f}', 'suggested') AS spec \gset
SELECT 'blocker', table_name, column_name, finding FROM sqlite.assess('{f}', 'suggested', :'spec') WHERE severity = 'blocker';
CALL sqlite.migrate('{f}', 'suggested', :'spec') \gset
SELECT 'rejected', table_name, rejected FROM sqlite.job_tables WHERE job = :job AND rejected > 0;
SELECT 'differs', target, status FROM sqlite.validate(:job) WHERE status <> 'identical';
CALL sqlite.migrate('{f}', 'stored', '{"types": "stored"}') \gset
SELECT 'lost', s.* FROM objects('stored') s LEFT JOIN objects('suggested') o USING (kind, of) WHERE s.count > COALESCE(o.count, 0);
SQL
	is($err, '', "$name: nothing fails");
	is($out, '', "$name: nothing is left behind");
	$node->safe_psql('postgres', 'DROP SCHEMA IF EXISTS suggested CASCADE; DROP SCHEMA IF EXISTS stored CASCADE; DROP SERVER f CASCADE; DELETE FROM sqlite.jobs');
	unlink glob("$dir/file.db*");
}
done_testing();
