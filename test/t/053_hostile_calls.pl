# Every function, procedure, trigger, relation, option and setting of the extension, called by a role without rights, one
# with USAGE, the owner of a server and of jobs, and a superuser who looks at what is the owner's; with NULLs, with
# nonsense, with names of what belongs to others (test/hostile/Calls.pm, one row each: something new without a row fails).
# Afterwards the server is up and nothing was had: no internal error, no call without an end, no value that is secret in
# an answer, no code run by the rights of somebody else, roles and relations of others as they were, no file made, read
# or changed but in the directory that is allowed.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../hostile";
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Calls;

my $node = PostgreSQL::Test::Cluster->new('hostile_calls');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
my $dir = PostgreSQL::Test::Utils::tempdir;
mkdir "$dir/$_" for qw(open guarded);
$node->append_conf('postgresql.conf', "fsync = off\nrestart_after_crash = on\nmax_worker_processes = 8\nmax_connections = 30\npg_sqlite.allowed_directories = '$dir/open'\nlog_min_messages = fatal\n");
$node->start;

my $secret = 'S3CRET-' . int rand 1e9;
sub sqlite { my ($file, $sql) = @_; system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/$file", $sql); }
sqlite('open/own.db', q{CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT CHECK (name <> 'x'), at TEXT); CREATE INDEX item_name ON item (name); CREATE VIEW cheap AS SELECT id FROM item; INSERT INTO item VALUES (1, 'one', '2024-01-01'), (2, 'two', NULL), (3, 'three', 'never')});
sqlite($_, qq{CREATE TABLE secret (name TEXT); INSERT INTO secret VALUES ('$secret'); CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, '$secret')}) for 'vault.db', 'open/vault.db';
POSIX::mkfifo("$dir/fifo", 0600) or die $!;
symlink "$dir/vault.db", "$dir/open/link.db" or die $!;

# Each role's own: guest has nothing, user USAGE of a server, owner a server, a job and what came of it. Things of others,
# with a trap in each: what loot() writes down as anybody but who called is a find.
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION pg_sqlite;
CREATE ROLE guest LOGIN; CREATE ROLE "user" LOGIN; CREATE ROLE owner LOGIN IN ROLE pg_read_server_files, pg_write_server_files; CREATE ROLE eve;
GRANT CREATE ON DATABASE postgres TO owner; GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO owner, "user";
CREATE SCHEMA things;
GRANT USAGE ON SCHEMA things TO PUBLIC;
CREATE TABLE things.finds (who text);
CREATE TABLE things.hidden (id bigint, value text, name text);
INSERT INTO things.hidden VALUES (1, '$secret', '$secret');
CREATE TABLE things.source (id bigint, name text); INSERT INTO things.source VALUES (10, 'ten'); GRANT SELECT ON things.source TO PUBLIC;
CREATE VIEW things.a_view AS SELECT * FROM things.hidden;
CREATE TYPE things.a_composite AS (id bigint); CREATE SEQUENCE things.a_sequence; CREATE INDEX an_index ON things.hidden (id); CREATE MATERIALIZED VIEW things.a_matview AS SELECT * FROM things.hidden;
CREATE TABLE things.partitioned (id bigint) PARTITION BY RANGE (id);
GRANT INSERT ON things.finds TO PUBLIC;
-- By its caller's rights: what it can write down is who it runs as. \$1 comes back.
CREATE FUNCTION things.loot(text) RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN RAISE WARNING 'loot: anybody''s code runs as %', current_user; INSERT INTO things.finds VALUES (current_user); RETURN \$1; END \$\$;
-- The same in what is the owner's.
CREATE FUNCTION things.owners(text) RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN RAISE WARNING 'loot: the owner''s code runs as %', current_user; INSERT INTO things.finds VALUES (current_user); RETURN \$1; END \$\$;
CREATE FUNCTION things.trap() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN PERFORM things.owners('x'); RETURN coalesce(NEW, OLD); END \$\$;
CREATE TABLE things.trapped (id bigint PRIMARY KEY, name text); GRANT ALL ON things.trapped TO PUBLIC;
CREATE FUNCTION things.manifest() RETURNS jsonb LANGUAGE sql IMMUTABLE AS 'SELECT NULL::jsonb';
CREATE FOREIGN DATA WRAPPER other; CREATE SERVER foreigner FOREIGN DATA WRAPPER other;
CREATE SERVER vault FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/open/vault.db');
CREATE SERVER fifo FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/fifo');
CREATE FOREIGN TABLE things.elsewhere (id bigint, name text) SERVER vault OPTIONS ("table" 'item');
SET ROLE owner; CREATE SERVER own FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/open/own.db'); GRANT USAGE ON FOREIGN SERVER own TO "user";
SQL
# A plain job of the owner's, with rejects; then traps on what came of it, which nobody else is to spring.
$node->safe_psql('postgres', q{SET ROLE owner; CALL sqlite.migrate('{own}', 'target', '{"tables": {"item": {"columns": {"at": {"type": "date", "on_error": "reject"}}}}}');
	CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON target.item FOR EACH ROW EXECUTE FUNCTION things.trap();
	ALTER TABLE target.item ADD CONSTRAINT trap CHECK (things.owners(name) = name) NOT VALID;});
my $job = $node->safe_psql('postgres', 'SELECT max(job) FROM sqlite.jobs');
my $manifest = $node->safe_psql('postgres', "SELECT sqlite.backup('own', '$dir/open')");
$node->safe_psql('postgres', 'CREATE OR REPLACE FUNCTION things.manifest() RETURNS jsonb LANGUAGE sql IMMUTABLE AS $f$ SELECT $m$' . $manifest . '$m$::jsonb $f$');

sub concrete { return $_[0] =~ s/DIR/$dir/gr =~ s/\bJOB\b/$job/gr; }

# All that a stranger must not change: roles and rights, relations of others, records.
my $state_sql = q{SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
	SELECT a::text FROM pg_authid a UNION ALL SELECT m::text FROM pg_auth_members m UNION ALL SELECT s::text FROM pg_db_role_setting s
	UNION ALL SELECT concat_ws(' ', c.oid, c.relname, c.relowner, c.relacl, c.relnatts, c.relkind, c.relhastriggers, c.relrowsecurity) FROM pg_class c WHERE c.relnamespace IN ('things'::regnamespace, 'sqlite'::regnamespace, 'pg_catalog'::regnamespace)
	UNION ALL SELECT concat_ws(' ', p.oid, p.proowner, p.proacl, p.prosecdef, md5(p.prosrc)) FROM pg_proc p WHERE p.proowner = 10
	UNION ALL SELECT h::text FROM things.hidden h UNION ALL SELECT concat_ws(' ', j.job, j.owner, j.state) FROM sqlite.jobs j WHERE j.job = } . $job . q{) AS all_of_it (line)};
sub state { return $node->safe_psql('postgres', $state_sql); }
# Files outside of what is allowed, with size and time.
sub files { return join "\n", map { join ' ', $_, (lstat)[ 2, 7, 9 ] } sort(glob("$dir/*.db*"), glob("$dir/guarded/*"), "$dir/fifo", '/etc/passwd', glob('/etc/*.db'), "$dir/open/vault.db"); }
my $files = files();

# A server that went down is up again after its recovery.
sub come_back {
	for (1 .. 300) {
		sleep 1;    # the postmaster needs a moment to see that a process is gone
		return if ($node->psql('postgres', 'SELECT 1', on_error_die => 0))[0] == 0;
	}
	BAIL_OUT('the server does not come back');
}

my %roles = (guest => 'without rights', user => 'with USAGE', owner => 'as the owner', postgres => "a superuser, on the owner's behalf");
# What a superuser calls about a job that is another's, and its owner's code with it.
my $on_behalf = qr/^(?:resume|retry_rejects|rollback|rollback_sql|forget|report|report_text|report_html|job_or_last|validate|validate_constraints|differences|assert_valid)\(/;
my ($calls, $found) = (0, 0);
# Runs statements as a role, one by one, and looks at what they say. Secrets are none to a superuser.
sub attack {
	my ($role, $what, @statements) = @_;
	my $before = state();
	my ($out, $err);
	my $text = "SET client_min_messages = warning; SET statement_timeout = '30s';\n" . join('', map { my $n = $_; "\\echo \@$n\n\\warn \@$n\n" . concrete($statements[$n]) . ";\n" } 0 .. $#statements);
	my $status = $node->psql('postgres', $text, stdout => \$out, stderr => \$err, on_error_stop => 0, on_error_die => 0, connstr => $node->connstr('postgres') . " user=$role", extra_params => [ '-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=never' ]);
	$calls += @statements;
	my %said;
	for my $stream ($out, $err) { my @parts = split /^@(\d+)\n?/m, $stream // ''; shift @parts; while (@parts) { my ($n, $text) = splice @parts, 0, 2; $said{$n} .= $text // ''; } }
	my ($last) = sort { $b <=> $a } keys %said;
	my $complaint = sub {
		my ($n, $fault) = @_;
		$found++;
		fail("$what, $roles{$role}: $fault"); diag(concrete($statements[$n]), "\n", substr($said{$n} // '', 0, 1000));
	};
	if ($status == 2 || ($last // -1) != $#statements) { $complaint->($last // 0, 'the session went down'); come_back(); }
	for my $n (sort { $a <=> $b } keys %said) {
		$complaint->($n, 'an internal error') if $said{$n} =~ /(?:ERROR|FATAL|PANIC):  XX000/;
		$complaint->($n, 'a call without an end') if $said{$n} =~ /canceling statement due to statement timeout/;
		$complaint->($n, 'a secret is told') if $role ne 'postgres' && $said{$n} =~ /\Q$secret\E/;
	}
	# A superuser's own SQL runs as his; that of the owner's job does not.
	my $judge = sub {
		my ($whose, $who) = @_;
		return $who eq $role || $who eq 'owner' && $role eq 'postgres' || $role eq 'postgres' && ($whose eq 'anybody' || $what !~ $on_behalf) ? undef : "$whose\'s code runs as $who";
	};
	for my $n (sort { $a <=> $b } keys %said) {
		my %faults;
		while ($said{$n} =~ /loot: (\w+ ?\w*)'s code runs as (\w+)/g) { my $fault = $judge->($1, $2); $faults{$fault} = 1 if $fault; }
		$complaint->($n, $_) for sort keys %faults;
	}
	# Workers have no client to tell.
	my ($finds) = grep { defined } map { $judge->('anybody', $_) } split /\n/, $node->safe_psql('postgres', 'SELECT DISTINCT who FROM things.finds');
	$complaint->($#statements, $finds) if $finds;
	$node->safe_psql('postgres', 'TRUNCATE things.finds');
	if ($role ne 'postgres' && state() ne $before) { $complaint->($#statements, 'something of others has changed'); }
	if (files() ne $files) { $complaint->($#statements, 'a file was made or changed'); $files = files(); }
	# What stands behind a call that ended the session has not been tried yet.
	attack($role, $what, @statements[ ($last // 0) + 1 .. $#statements ]) if ($last // -1) < $#statements;
	return;
}

# Functions and procedures: what kind, whether a set, of records or a trigger, how volatile.
my %there = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{
	SELECT p.proname || '(' || replace(oidvectortypes(p.proargtypes), ', ', ',') || ')|' || p.prokind::text || CASE WHEN p.proretset THEN 's' ELSE '-' END || CASE p.prorettype WHEN 'trigger'::regtype THEN 't' WHEN 'record'::regtype THEN CASE WHEN p.proallargtypes IS NULL THEN 'r' ELSE '-' END ELSE '-' END || p.provolatile::text FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
	WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_sqlite')});
is(join(' ', grep { !$Calls::functions{$_} } sort keys %there), '', 'a row for each function');
is(join(' ', grep { !$there{$_} } sort keys %Calls::functions), '', 'and no other rows');

# NULL everywhere; then each value of each argument, with values that make sense in all others.
sub calls_of {
	my ($signature) = @_;
	my ($name) = $signature =~ /^(\w+)/;
	my @kinds = map { $Calls::kinds{$_} or die "no kind of argument $_" } @{ $Calls::functions{$signature} };
	my @lists = [ map { $_->[0] } @kinds ];
	push @lists, [ map { $_->[1] } @kinds ] if @kinds > 1;
	for my $i (0 .. $#kinds) { push @lists, map { my @list = map { $_->[0] } @kinds; $list[$i] = $_; [@list] } @{ $kinds[$i] }[ 1 .. $#{ $kinds[$i] } ]; }
	my $head = $there{$signature} =~ /^p/ ? 'CALL' : $there{$signature} =~ /^.sr/ ? 'SELECT * FROM' : 'SELECT';
	my $tail = $head eq 'SELECT * FROM' ? ' AS t (a text, b text)' : '';
	my @calls = map { "$head sqlite.$name(" . join(', ', @$_) . ")$tail" } @lists;
	# One member of a set of rows as a table, too.
	push @calls, "SELECT count(*) FROM sqlite.$name(" . join(', ', @{ $lists[0] }) . ')' if $head eq 'SELECT' && $there{$signature} =~ /^.s/;
	return @calls;
}
for my $signature (sort keys %there) {
	next if !$Calls::functions{$signature};
	my @calls = calls_of($signature);
	# Conversions see nothing but their arguments, whoever calls.
	for my $role ($there{$signature} =~ /i$/ ? 'guest' : qw(guest user owner postgres)) {
		# What is taken back or forgotten is gone for those who come later.
		my @as = $signature =~ /^(?:rollback|forget|detach)\(/ && $role =~ /owner|postgres/ ? map { "BEGIN; $_; ROLLBACK" } @calls : @calls;
		attack($role, $signature, @as);
	}
	pass($signature);
}

# Functions in C as triggers of what they are not for, by who may make triggers.
my @triggers = map { /^(\w+)/ } grep { $there{$_} =~ /^..t/ } sort keys %there;
is("@triggers", 'check_reject', 'trigger functions');
for my $function (@triggers) {
	my $n = 0;
	attack('owner', "$function as a trigger", 'CREATE SCHEMA mine', map { my $table = $_; $n++; my $m = $n;
		("CREATE TABLE mine.t$m ($table)", (map { my ($when, $level) = @$_; ("CREATE TRIGGER g$m" . ($when =~ s/\W//gr) . substr($level, 0, 1) . " $when ON mine.t$m FOR EACH $level EXECUTE FUNCTION sqlite.$function('a', 'b')") } [ 'BEFORE INSERT', 'ROW' ], [ 'AFTER INSERT', 'ROW' ], [ 'BEFORE UPDATE', 'ROW' ], [ 'AFTER DELETE', 'ROW' ], [ 'BEFORE DELETE', 'ROW' ], [ 'AFTER INSERT', 'STATEMENT' ], [ 'BEFORE TRUNCATE', 'STATEMENT' ]),
			"INSERT INTO mine.t$m DEFAULT VALUES", "ALTER TABLE mine.t$m DISABLE TRIGGER ALL; INSERT INTO mine.t$m DEFAULT VALUES; ALTER TABLE mine.t$m ENABLE TRIGGER ALL", "UPDATE mine.t$m SET a = a", "DELETE FROM mine.t$m", "TRUNCATE mine.t$m") } 'a int', 'a int, "row" jsonb', 'a int, "row" text, state text, id bigint', '"row" int, a int, job bigint', 'a int, LIKE sqlite.rejects');
	attack('owner', "$function as a trigger of a view", "CREATE VIEW mine.v AS SELECT 1 AS a", "CREATE TRIGGER g INSTEAD OF INSERT ON mine.v FOR EACH ROW EXECUTE FUNCTION sqlite.$function()", 'INSERT INTO mine.v VALUES (1)', 'DROP SCHEMA mine CASCADE');
}

# Relations.
is($node->safe_psql('postgres', q{SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'sqlite'::regnamespace AND relkind IN ('r', 'v', 'm', 'f', 'p')}), join(' ', sort @Calls::relations_there), 'a row for each relation');
for my $relation (map { "sqlite.$_" } @Calls::relations_there) {
	my @statements = ("SELECT * FROM $relation", "TABLE $relation", "INSERT INTO $relation DEFAULT VALUES", "DELETE FROM $relation", "TRUNCATE $relation", "COPY $relation TO STDOUT", "LOCK $relation", "ALTER TABLE $relation DISABLE ROW LEVEL SECURITY", "CREATE TRIGGER g BEFORE INSERT ON $relation EXECUTE FUNCTION things.trap()", "CREATE RULE r AS ON SELECT TO $relation DO INSTEAD SELECT 1", "DROP TABLE $relation", "GRANT ALL ON $relation TO guest", "SELECT * FROM $relation WHERE things.loot(($relation)::text) IS NULL", (map { my $column = $_; map { "UPDATE $relation SET $column = $_" } 'NULL', "'x'", '0' } split /\n/, $node->safe_psql('postgres', "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '$relation'::regclass AND attnum > 0")));
	attack($_, $relation, map { "BEGIN; $_; ROLLBACK" } @statements) for qw(guest user);
	# The owner's rows are his to look at; what he changes there is his own reject's row.
	attack('owner', $relation, map { "BEGIN; $_; ROLLBACK" } @statements);
	pass($relation);
}

# Options, by who may make what has them. The hint of each place lists what is there.
my %make = (
	server => sub { "CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/open/own.db'); ALTER SERVER s OPTIONS (" . ($_[0] eq 'database' ? 'SET' : 'ADD') . " \"$_[0]\" $_[1])" },
	table => sub { "CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/open/own.db'); CREATE FOREIGN TABLE target.t (id bigint, name text) SERVER s OPTIONS (\"$_[0]\" $_[1])" },
	column => sub { "CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/open/own.db'); CREATE FOREIGN TABLE target.t (id bigint, name text OPTIONS (\"$_[0]\" $_[1]), at date OPTIONS (\"$_[0]\" $_[1])) SERVER s OPTIONS (\"table\" 'item')" },
	import => sub { "CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/open/own.db'); CREATE SCHEMA im; IMPORT FOREIGN SCHEMA main FROM SERVER s INTO im OPTIONS (\"$_[0]\" $_[1])" });
my %use = (server => "CREATE FOREIGN TABLE target.t (id bigint, name text, at text) SERVER s OPTIONS (\"table\" 'item'); SELECT * FROM target.t", table => 'SELECT * FROM target.t', column => 'SELECT * FROM target.t', import => 'SELECT * FROM im.item');
for my $place (sort keys %make) {
	my ($out, $err) = ('', '');
	$node->psql('postgres', 'SET ROLE owner; BEGIN; ' . $make{$place}->('zzzzzz', "'1'") . '; ROLLBACK', stderr => \$err);
	my ($valid) = $err =~ /Valid options in this context are: (.*)\./;
	is(join(' ', sort split /, /, $valid // ''), join(' ', sort @{ $Calls::options{$place} }), "a row for each option of a $place");
	for my $option (@{ $Calls::options{$place} }) {
		my @values = map { my $v = $_; $v =~ s/'/''/g; "'$v'" } @Calls::option_values;
		attack('owner', "option $option of a $place", map { 'BEGIN; ' . $make{$place}->($option, $_) . "; $use{$place}; EXPLAIN $use{$place}; ROLLBACK" =~ s/EXPLAIN CREATE.*?; /EXPLAIN /r } @values);
		attack($_, "option $option of a $place", map { 'BEGIN; ' . $make{$place}->($option, $_) . "; $use{$place}; ROLLBACK" } @values[ 0, 4, 11 ]) for qw(guest user);
	}
	pass("options of a $place");
}

# Settings, in a session and from its beginning.
is($node->safe_psql('postgres', q{LOAD 'pg_sqlite'; SELECT string_agg(name, ' ' ORDER BY name) FROM pg_settings WHERE name LIKE 'pg\_sqlite.%'}), join(' ', sort keys %Calls::settings), 'a row for each setting');
for my $setting (sort keys %Calls::settings) {
	for my $role (qw(guest user owner)) {
		my @values = map { my $v = $_; $v =~ s/'/''/g; "'$v'" } @{ $Calls::settings{$setting} };
		my @after = ('SELECT sqlite.version() IS NOT NULL', $role eq 'owner' ? "SELECT * FROM sqlite.query('own', 'SELECT 1') AS t (a int)" : "SELECT sqlite.attach('$dir/open/vault.db', 'mine')");
		attack($role, $setting, (map { ("SET $setting = $_", @after, "BEGIN; SET LOCAL $setting = $_; ROLLBACK", "SELECT set_config('$setting', $_, false)", "ALTER ROLE $role SET $setting = $_; ALTER ROLE $role RESET $setting", "ALTER SYSTEM SET $setting = $_") } @values), "RESET $setting", "SHOW $setting");
	}
	pass($setting);
}

is($found, 0, "$calls calls: the server is up and nothing was had");
ok(-p "$dir/fifo" && !-e "$dir/guarded/new.db", 'no file of the guarded directory');
unlike(slurp_file($node->logfile), qr/was terminated by signal/, 'no process went down');
$node->stop;
done_testing();
