# A directory on the way to a file becomes a symbolic link to another one, and back, again and again, while sessions read, copy,
# back up and restore: what lies outside of pg_sqlite.allowed_directories is never read, and nothing is made there.
#
# Environment: PG_SQLITE_ROUNDS (120).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use POSIX ();
use Test::More;

my $rounds = $ENV{PG_SQLITE_ROUNDS} || 120;
my $dir = PostgreSQL::Test::Utils::tempdir;
mkdir "$dir/$_" or die $! for qw(allowed allowed/door secret);
my $fill = sub { return "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, '$_[0]')"; };
for my $mode ('delete', 'wal') {
	for my $place ('allowed/door', 'secret') {
		my $what = $place eq 'secret' ? 'secret' : 'allowed';
		system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/$place/$mode.db", "PRAGMA journal_mode = $mode; " . $fill->($what));
	}
}

my $node = PostgreSQL::Test::Cluster->new('swapped');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nlog_min_messages = fatal\npg_sqlite.allowed_directories = '$dir/allowed'");
$node->start;
$node->safe_psql('postgres', <<~"SQL");
	CREATE EXTENSION pg_sqlite;
	CREATE SERVER s_delete FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/allowed/door/delete.db');
	CREATE SERVER s_wal FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/allowed/door/wal.db');
	CREATE SERVER s_fixed FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/allowed/door/delete.db', immutable 'true');
	CREATE TABLE seen (what text, answer text);
	CREATE PROCEDURE try(what text, statement text) LANGUAGE plpgsql AS \$\$
	DECLARE answer text;
	BEGIN
		EXECUTE statement INTO answer;
		INSERT INTO seen VALUES (what, answer);
	EXCEPTION WHEN OTHERS THEN
		INSERT INTO seen VALUES (what, SQLSTATE);
	END\$\$;
SQL

my $swapping;
$SIG{TERM} = $SIG{INT} = sub { exit 1 };
END { my $status = $?; kill 'KILL', $swapping if $swapping; $? = $status; }
$swapping = fork // die $!;
if (!$swapping) {
	undef $swapping;
	my $door = "$dir/allowed/door";
	symlink "$dir/secret", "$dir/link" or die $!;
	while (getppid != 1) {
		for my $step ([ $door, "$dir/aside" ], [ "$dir/link", $door ], [ $door, "$dir/link" ], [ "$dir/aside", $door ]) {
			rename $step->[0], $step->[1] or POSIX::_exit(1);
			# There for a while, be it the directory or the link, else nothing is ever met.
			select undef, undef, undef, rand 0.001;
		}
	}
	POSIX::_exit(0);
}

my %calls = (
	read => [ map { "SELECT v FROM sqlite.query('$_', 'SELECT v FROM t') AS q (v text)" } qw(s_delete s_wal s_fixed) ],
	backup => [ "SELECT 'made' FROM sqlite.backup('s_delete', '$dir/allowed/door')" ]);
my $sql = '';
for my $what (sort keys %calls) {
	for my $statement (@{ $calls{$what} }) {
		(my $quoted = $statement) =~ s/'/''/g;
		$sql .= "CALL try('$what', '$quoted'); SELECT sqlite.disconnect_all();\n" x ($what eq 'read' ? 20 : 3);
	}
}
# A transaction that has read a file at rest whose path leads elsewhere by now can't commit.
$node->psql('postgres', $sql, on_error_stop => 0) for 1 .. $rounds / 20;
kill 'KILL', $swapping;
waitpid $swapping, 0;
undef $swapping;

note $node->safe_psql('postgres', "SELECT what, CASE WHEN answer ~ '^(allowed|secret|made)' THEN answer ELSE 'error ' || answer END, count(*) FROM seen GROUP BY 1, 2 ORDER BY 1, 2");
is($node->safe_psql('postgres', "SELECT count(*) FROM seen WHERE answer ~ 'secret'"), '0', 'nothing from the outside has been read');
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM seen WHERE answer = 'allowed'"), '>', 0, 'but what may be read has been');
is($node->safe_psql('postgres', "SELECT string_agg(DISTINCT answer, ' ') FROM seen WHERE answer <> ALL ('{allowed,made,secret,58P01,42501,40001,HV00N,58P02}')"), '', 'else there are errors that say why');
is(join(' ', sort map { s{.*/}{}r } glob("$dir/secret/*")), 'delete.db wal.db', 'and nothing was made there');
$node->stop;
done_testing();
