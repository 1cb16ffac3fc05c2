# A migration made from a seed: databases of SQLite, what stands in PostgreSQL before, and a spec. It is run by one
# psql session, step by step, each step under its own name, and can be made smaller while it fails.
package Case;
use strict;
use warnings;
use FindBin;
use JSON::PP;
use Storable qw(dclone);
use Random qw(seed chance pick);
use Source;
use Spec;
use Target;

my $schema;
sub spec_schema {
	return $schema if $schema;
	open my $file, '<', "$FindBin::RealBin/../../docs/reference/spec.schema.json" or die $!;
	local $/;
	return $schema = decode_json(<$file>);
}

# folder: an empty directory in which the server may write.
sub new {
	my ($class, $seed, $folder) = @_;
	seed($seed);
	my $self = bless { seed => $seed, folder => $folder }, $class;
	my @sources = map { Source->new($_) } chance(0.25) ? ('', pick('', 'u_')) : '';
	$self->{sources} = [ map { $_->{sql} } @sources ];
	$self->{servers} = [ ('case_a', 'case_b')[ 0 .. $#sources ] ];
	my $target = Target->new(chance(0.5) ? @sources : ());
	$self->{target} = $target->{sql};
	# What suggest_spec writes is as good a spec as any.
	$self->{suggested} = chance(0.25);
	$self->{spec} = Spec->new(sources => \@sources, servers => $self->{servers}, target => $target, folder => "$folder/backup", schema => spec_schema())->{spec};
	return $self;
}

# What the harness needs once, in the database where cases run: a role that may read and write files and is no superuser,
# and state(), which tells all that stands in schemas of users.
sub setup_sql {
	return <<'SQL';
CREATE ROLE mover LOGIN IN ROLE pg_read_server_files, pg_write_server_files;
GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO mover;
CREATE FUNCTION public.state(OUT kind text, OUT object text, OUT content text) RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	known text[];
BEGIN
	SELECT array_agg(nspname) INTO known FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^sqlite$';
	RETURN QUERY SELECT 'schema', n, NULL::text FROM unnest(known) AS n;
	RETURN QUERY SELECT 'relation', c.oid::regclass::text, concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relowner::regrole) FROM pg_class c WHERE c.relnamespace::regnamespace::text = ANY (known);
	RETURN QUERY SELECT 'column', a.attrelid::regclass || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum) WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace::regnamespace::text = ANY (known);
	RETURN QUERY SELECT 'constraint', k.conrelid::regclass || ' ' || k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.connamespace::regnamespace::text = ANY (known);
	RETURN QUERY SELECT 'trigger', t.tgrelid::regclass || ' ' || t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace::regnamespace::text = ANY (known);
	RETURN QUERY SELECT 'function', p.oid::regprocedure::text, NULL::text FROM pg_proc p WHERE p.pronamespace::regnamespace::text = ANY (known) AND p.pronamespace <> 'public'::regnamespace;
	FOR object IN SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace::regnamespace::text = ANY (known) AND c.relkind = 'r' LOOP
		kind := 'rows';
		EXECUTE format('SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, '','' ORDER BY t::text)), '''') FROM ONLY %s t', object) INTO content;
		RETURN NEXT;
	END LOOP;
END $$;
SQL
}

sub spec_text { my ($self) = @_; return JSON::PP->new->canonical->ascii->allow_nonref->encode($self->{spec}); }

# Without white space that psql or a shell would see.
sub quoted { my ($text) = @_; return 'E\'' . ($text =~ s/\\/\\\\/gr =~ s/'/''/gr) . '\''; }

sub files { my ($self) = @_; return map { "$self->{folder}/$_.db" } @{ $self->{servers} }; }

# The steps of a run: name, SQL.
sub steps {
	my ($self) = @_;
	my @files = $self->files;
	my $servers = "'{" . join(',', @{ $self->{servers} }) . "}', 'app'";
	my $spec = $self->{suggested} ? "sqlite.suggest_spec($servers)" : quoted($self->spec_text);
	my $state = q{SELECT 'state', kind, object, content FROM public.state() ORDER BY 1, 2, 3};
	return (
		[ begin => join(";\n", "SET statement_timeout = '60s'; SET client_min_messages = error; SET ROLE mover; CREATE SCHEMA app",
			(map { "CREATE SERVER $self->{servers}[$_] FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$files[$_]')" } 0 .. $#files), @{ $self->{target} }) ],
		[ before => $state ],
		[ assess => "SELECT 'finding', severity, table_name, column_name, finding, rows FROM sqlite.assess($servers, $spec)" ],
		[ plan => "SELECT 'plan', sum(predicted_rejects), count(*) FILTER (WHERE predicted_rejects IS NULL) FROM sqlite.plan($servers, $spec) WHERE section = 'data' AND statement ~ '(^|\\n)(INSERT|DELETE)'" ],
		[ suggest => "SELECT 'suggested', sqlite.suggest_spec($servers)" ],
		[ suggested => "SELECT 'finding', severity, table_name, column_name, finding, suggestion FROM sqlite.assess($servers, sqlite.suggest_spec($servers)) WHERE severity = 'blocker'" ],
		[ migrate => "CALL sqlite.migrate($servers, $spec)" ],
		[ after => $state ],
		[ job => "SELECT 'job', state, transaction FROM sqlite.jobs ORDER BY job DESC LIMIT 1" ],
		[ tables => "SELECT 'table', table_name, read, written, rejected, skipped FROM sqlite.job_tables WHERE job = (SELECT max(job) FROM sqlite.jobs)" ],
		[ validate => 'SELECT count(*) FROM sqlite.validate()' ],
		[ report => 'SELECT length(sqlite.report_text()) > 0' ],
		[ retry => 'CALL sqlite.retry_rejects()' ],
		[ script => 'SELECT length(sqlite.rollback_sql()) > 0' ],
		[ rollback => 'CALL sqlite.rollback(force => true)' ],
		[ rolled_back => $state ]);
}

# What undoes a run.
my $cleaning = q{
	SET client_min_messages = error; SET statement_timeout = '60s';
	SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^sqlite$|^public$' \gexec
	SELECT format('DROP TABLE public.%I CASCADE', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \gexec
	DROP SERVER IF EXISTS case_a CASCADE; DROP SERVER IF EXISTS case_b CASCADE; DELETE FROM sqlite.jobs;};

# Makes the files and runs all steps. psql: runs a text as a superuser, with verbose messages, and gives (status, output,
# messages). Keeps what each step said in {said}, and what it printed in {rows}.
sub run {
	my ($self, $psql) = @_;
	my @files = $self->files;
	for my $i (0 .. $#files) {
		unlink glob("$files[$i]*");
		open my $shell, '|-', "sqlite3 -init /dev/null $files[$i] > /dev/null 2>&1" or die $!;
		binmode $shell, ':utf8';
		print $shell "$_;\n" for 'PRAGMA synchronous = off', 'CREATE TABLE IF NOT EXISTS made (x)', 'DROP TABLE made', @{ $self->{sources}[$i] };
		close $shell;
	}
	$psql->($cleaning);
	my @steps = $self->steps;
	my $text = join '', map { "\\echo \@$_->[0]\n\\warn \@$_->[0]\n$_->[1];\n" } @steps;
	utf8::encode($text);
	my ($status, $out, $err) = $psql->($text);
	$self->{status} = $status;
	$self->{reached} = ($out // '') =~ /\@rolled_back/ ? 'the end' : ($out // '') =~ /.*^@(\w+)/ms ? $1 : 'nothing';
	$self->{rows} = { split_steps($out) };
	$self->{said} = { split_steps($err) };
	return $self;
}
sub split_steps { my ($text) = @_; my @parts = split /^@(\w+)\n?/m, $text // ''; shift @parts; push @parts, '' if @parts % 2; return map { s/\n+\z//r } @parts; }

# What a run must not show, in words; nothing: all is well.
sub faults {
	my ($self) = @_;
	my @faults;
	push @faults, "the server or the session went down at $self->{reached}: " . ($self->{said}{ $self->{reached} } // '') if $self->{status} == 2 || $self->{reached} ne 'the end';
	for my $step (sort keys %{ $self->{said} }) {
		push @faults, "$step: an internal error: $1" if $self->{said}{$step} =~ /^(?:psql:\S+ )?((?:ERROR|FATAL|PANIC):  XX000.*)/m;
		push @faults, "$step: not done in time: $1" if $step !~ /^(?:begin|before|after|rolled_back)$/ && $self->{said}{$step} =~ /((?:ERROR):  57014: canceling statement due to statement timeout)/;
	}
	return @faults if @faults;
	my ($before, $after, $rolled_back) = map { $self->{rows}{$_} } qw(before after rolled_back);
	my $failed = $self->{said}{migrate} =~ /ERROR: /;
	my ($state, $transaction) = ($self->{rows}{job} // '') =~ /^job\|(\w+)\|(\w+)/;
	push @faults, 'a failed migration left something: ' . difference($before, $after) if $failed && ($transaction // 'single') eq 'single' && $before ne $after;
	push @faults, $self->broken_promises($failed);
	push @faults, 'a schema of the job is left: ' . $1 if $after =~ /^(state\|schema\|sqlite_job\S*)/m || $rolled_back =~ /^(state\|schema\|sqlite_job\S*)/m;
	# Rows that were overwritten or removed do not come back; other rows may have gone by cascades, which `force` allows.
	my $document = $self->spec_text;
	my $lasting = $document =~ /upsert|truncate/ || $self->{said}{rollback} =~ /ERROR/;
	push @faults, 'a migration that was rolled back left something: ' . difference($before, $rolled_back) if !$lasting && $before ne $rolled_back;
	return @faults;
}

# What was said before a row moved, and did not come so.
sub broken_promises {
	my ($self, $failed) = @_;
	my ($rows, $said) = @$self{qw(rows said)};
	my @faults;
	for my $table ($rows->{tables} =~ /^table\|(.*)/mg) {
		my ($name, $read, $written, $rejected, $skipped) = $table =~ /^(.*)\|(-?\d+)\|(-?\d+)\|(-?\d+)\|(-?\d+)$/ or next;
		push @faults, "the account does not add up: $table" if !$failed && $read != $written + $rejected + $skipped || grep { $_ < 0 } $read, $written, $rejected, $skipped;
	}
	# What nothing in a spec settles, such as a column that the target lacks, stays.
	push @faults, "a suggested spec leaves a blocker: $1" if $said->{suggested} !~ /ERROR: / && $rows->{suggested} =~ /^finding\|blocker\|(.*\|.*\w '.*'|.*\|.*primary_key.*)$/m;
	# A spec that assess refuses to read is one that migrate refuses, too.
	if ($said->{assess} =~ /ERROR:  (.*)/) { return @faults, $failed ? () : "assess fails, and migrate does not: $1"; }
	my ($blocker) = $rows->{assess} =~ /^finding\|blocker\|(.*)/m;
	push @faults, "a blocker, and migrate goes through: $blocker" if $blocker && !$failed;
	my ($predicted, $unforeseen) = $rows->{plan} =~ /^plan\|(\d*)\|(\d+)/;
	return @faults if !defined $unforeseen || $unforeseen > 0;
	push @faults, "no blocker, and migrate fails: $1" if !$blocker && $said->{migrate} =~ /(ERROR:  .*(?:\nDETAIL:  .*)?)/;
	my $rejected = 0;
	$rejected += $_ for $rows->{tables} =~ /^table\|.*\|(\d+)\|\d+$/mg;
	push @faults, "rejects are not as predicted: ${\ ($predicted || 0)} predicted, $rejected rejected" if !$failed && ($predicted || 0) != $rejected;
	return @faults;
}

sub difference {
	my ($before, $after) = @_;
	my %before = map { $_ => 1 } split /\n/, $before;
	my %after = map { $_ => 1 } split /\n/, $after;
	return join '; ', (map { "- $_" } grep { !$after{$_} } sort keys %before), (map { "+ $_" } grep { !$before{$_} } sort keys %after);
}

# Smaller while fails->(case) holds: members of the spec, then statements of target and sources are left out one by one.
sub shrink {
	my ($self, $fails, $most) = @_;
	my $best = $self;
	my $tries = $most // 150;
	my $again = 1;
	while ($again) {
		$again = 0;
		for my $smaller ($best->reductions) {
			last if --$tries < 0;
			my $case = bless { %$best, $smaller->() }, ref $best;
			next if !$fails->($case);
			($best, $again) = ($case, 1);
			last;
		}
		last if $tries < 0;
	}
	return $best;
}

# Ways to leave something out, each a function that gives what changes.
sub reductions {
	my ($self) = @_;
	my @ways;
	my @paths = paths($self->{spec});
	for my $path (@paths) {
		push @ways, sub {
			my $copy = dclone($self->{spec});
			my ($at, @rest) = ($copy, @$path);
			my $last = pop @rest;
			$at = ref $at eq 'HASH' ? $at->{$_} : $at->[$_] for @rest;
			if (ref $at eq 'HASH') { delete $at->{$last} } else { splice @$at, $last, 1 }
			return (spec => $copy);
		};
	}
	for my $list ([ 'target', $self->{target} ], map { [ $_, $self->{sources}[$_] ] } 0 .. $#{ $self->{sources} }) {
		my ($what, $sql) = @$list;
		for my $chunk (8, 1) {
			next if @$sql < $chunk;
			for (my $from = 0; $from < @$sql; $from += $chunk) {
				my $first = $from;
				push @ways, sub {
					my @left = @$sql;
					splice @left, $first, $chunk;
					return (target => \@left) if $what eq 'target';
					my @sources = @{ $self->{sources} };
					$sources[$what] = \@left;
					return (sources => \@sources);
				};
			}
		}
	}
	return @ways;
}

# Places of all members of a document, outer ones first.
sub paths {
	my ($json) = @_;
	my @keys = ref $json eq 'HASH' ? sort keys %$json : ref $json eq 'ARRAY' ? (0 .. $#$json) : ();
	return ((map { [$_] } @keys), map { my $key = $_; map { [ $key, @$_ ] } paths(ref $json eq 'HASH' ? $json->{$key} : $json->[$key]) } @keys);
}

# The whole case as text that a person can run: SQL for the sqlite3 shell, then SQL for psql.
sub reproduction {
	my ($self) = @_;
	my @files = $self->files;
	return join '', "-- seed $self->{seed}\n", (map { my $i = $_; map { "-- sqlite3 $files[$i]: $_;\n" } @{ $self->{sources}[$i] } } 0 .. $#files),
	  map { $_->[0] =~ /^(?:before|after|rolled_back|job)$/ ? '' : "$_->[1];\n" } $self->steps;
}

1;
