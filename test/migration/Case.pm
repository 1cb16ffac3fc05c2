# A migration made from a seed: databases of SQLite, what stands in PostgreSQL before, and a spec. It is run by one
# psql session, step by step, each step under its own name, and can be made smaller while it fails.
package Case;
use strict;
use warnings;
use FindBin;
use JSON::PP;
use Storable qw(dclone);
use Laws;
use MeantSource;
use MeantSpec;
use MeantTarget;
use Random qw(seed chance pick between);
use Source;
use Spec;
use Target;

my $schema;
sub spec_schema {
	return $schema if $schema;
	open my $file, '<', "$FindBin::RealBin/../../docs/reference/spec.schema.json" or die $!;
	local $/;
	$schema = decode_json(<$file>);
	return $schema;
}

# folder: an empty directory in which the server may write.
sub new {
	my ($class, $seed, $folder) = @_;
	seed($seed);
	my $self = bless { seed => $seed, folder => $folder }, $class;
	# Two of three are meant well, as applications have it; the others are anything.
	my @makers = $seed % 3 ? qw(MeantSource MeantTarget MeantSpec) : qw(Source Target Spec);
	my @sources = map { $makers[0]->new($_) } chance(0.25) ? ('', pick('', 'u_'), $seed % 3 && chance(0.3) ? pick('', 'w_') : ()) : '';
	$self->{sources} = [ map { $_->{sql} } @sources ];
	$self->{servers} = [ ('case_a', 'case_b', 'case_c')[ 0 .. $#sources ] ];
	my $target = $makers[1]->new(chance(0.5) ? @sources : ());
	$self->{target} = $target->{sql};
	# What suggest_spec writes is as good a spec as any.
	$self->{suggested} = chance(0.25);
	$self->{spec} = $makers[2]->new(sources => \@sources, servers => $self->{servers}, target => $target, folder => "$folder/backup", schema => spec_schema())->{spec};
	# What holds where the spec is silent.
	$self->{options} = [ map { $seed % 3 && chance(0.25) ? server_options() : '' } @sources ];
	# What costs time is asked of some.
	$self->{modes} = [ chance(0.3) ? some_modes() : () ];
	$self->{looks} = chance(0.3);
	$self->{dumps} = chance(0.1);
	return $self;
}

sub server_options {
	my @options = ([ timezone => 'Europe/Berlin', 'Asia/Kathmandu' ], [ timestamp_type => 'timestamptz', 'timestamp' ], [ on_error => 'null' ], [ excess_digits => 'round', 'truncate' ], [ empty_as_null => 'true' ], [ invalid_text => 'replace' ], [ nul_bytes => 'strip' ],
		[ zero_date_as_null => 'true' ], [ invalid_json => 'string' ], [ too_long => 'truncate' ], [ ambiguous_time => 'later' ], [ snapshot => 'statement' ], [ immutable => 'true' ], [ keep_connections => 'false' ]);
	return join '', map { my ($name, @values) = @$_; ", $name '" . pick(@values) . "'" } grep { chance(0.2) } @options;
}

# Other ways to carry out the same spec, after which the same rows must be there: members of the spec, and whether it is cut
# short, by a cancel or the end of its session after some milliseconds, and resumed.
sub some_modes {
	my @modes = map { { %$_, read_from => pick('copy', 'live') } } { transaction => 'single', workers => 1 }, { transaction => 'single', workers => 2 }, { transaction => 'table', workers => pick(1, 2) },
	  { transaction => 'batch', commit_rows => pick(1, 2, 3, 1000), workers => 1 }, { transaction => 'batch', commit_rows => pick(1, 2, 3), workers => 2 };
	my $mode = { spec => pick(@modes) };
	$mode->{cut} = pick('cancel', 'kill'), $mode->{after} = between(5, 150), $mode->{spec}{read_from} = 'copy' if chance(0.4);
	return $mode;
}

# What the harness needs once, in the database where cases run: a role that may read and write files and is no superuser;
# state(), which tells all that stands in schemas of users; held(), the rows that a job's tables hold.
sub setup_sql {
	return <<'SQL';
CREATE ROLE mover LOGIN IN ROLE pg_read_server_files, pg_write_server_files;
GRANT USAGE ON FOREIGN DATA WRAPPER pg_sqlite TO mover;
CREATE FUNCTION public.state(OUT kind text, OUT object text, OUT content text) RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	known oid[];
BEGIN
	SELECT array_agg(oid) INTO known FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^sqlite$';
	RETURN QUERY SELECT 'schema', nspname::text, concat_ws(' ', nspowner::regrole, nspacl) FROM pg_namespace WHERE oid = ANY (known);
	RETURN QUERY SELECT 'relation', c.oid::regclass::text, concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole, c.relacl, c.reloptions, c.relreplident, c.relispartition,
		pg_get_expr(c.relpartbound, c.oid), c.reltablespace, c.relhasindex, (SELECT array_agg(inhparent::regclass) FROM pg_inherits WHERE inhrelid = c.oid)) FROM pg_class c WHERE c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'column', a.attrelid::regclass || '.' || a.attname, concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation, a.attstorage, a.attstattarget, a.attacl, (SELECT array_agg(o) FROM unnest(a.attoptions) AS o WHERE o !~ '^pg_'), pg_get_expr(d.adbin, d.adrelid))
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum) WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'constraint', k.conrelid::regclass || ' ' || k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.connamespace = ANY (known);
	RETURN QUERY SELECT 'index', i.indexrelid::regclass::text, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered, i.indisreplident) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'view', c.oid::regclass::text, pg_get_viewdef(c.oid) FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'sequence', c.oid::regclass::text, concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle) FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid WHERE c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'type', t.oid::regtype::text, concat_ws(' ', t.typtype, t.typnotnull, t.typdefault, (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) FROM pg_type t WHERE t.typnamespace = ANY (known);
	RETURN QUERY SELECT 'trigger', t.tgrelid::regclass || ' ' || t.tgname, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid)) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'foreign key fires', t.tgrelid::regclass || ' ' || k.conname || ' ' || t.tgfoid::regproc, string_agg(t.tgenabled::text, ' ') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_constraint k ON k.oid = t.tgconstraint
		WHERE t.tgisinternal AND c.relnamespace = ANY (known) GROUP BY 2;
	RETURN QUERY SELECT 'rule', r.ev_class::regclass || ' ' || r.rulename, concat_ws(' ', r.ev_enabled, pg_get_ruledef(r.oid)) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'policy', p.polrelid::regclass || ' ' || p.polname, concat_ws(' ', p.polcmd, pg_get_expr(p.polqual, p.polrelid)) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'comment', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description FROM pg_description d JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid WHERE c.relnamespace = ANY (known);
	RETURN QUERY SELECT 'function', p.oid::regprocedure::text, md5(p.prosrc) FROM pg_proc p WHERE p.pronamespace = ANY (known) AND p.pronamespace <> 'public'::regnamespace;
	FOR object IN SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = ANY (known) AND c.relkind = 'r' LOOP
		kind := 'rows';
		EXECUTE format('SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, '','' ORDER BY t::text)), '''') FROM ONLY %s t', object) INTO content;
		RETURN NEXT;
	END LOOP;
END $$;
CREATE FUNCTION public.held() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	j record;
	names text;
BEGIN
	FOR j IN SELECT DISTINCT t.target, c.oid FROM sqlite.job_tables t JOIN pg_class c ON c.oid = t.relation WHERE t.job = (SELECT max(job) FROM sqlite.jobs) AND c.relkind IN ('r', 'p') LOOP
		RETURN QUERY SELECT json_build_array('columns', j.target, json_agg(json_build_array(a.attname, format_type(getbase, NULL)) ORDER BY a.attnum))::text
			FROM pg_attribute a, LATERAL (SELECT COALESCE(NULLIF(t.typbasetype, 0), t.oid) AS getbase FROM pg_type t WHERE t.oid = a.atttypid) AS b WHERE a.attrelid = j.oid AND a.attnum > 0 AND NOT a.attisdropped;
		SELECT string_agg(format('%I::text', a.attname), ', ' ORDER BY a.attnum) INTO names FROM pg_attribute a WHERE a.attrelid = j.oid AND a.attnum > 0 AND NOT a.attisdropped;
		RETURN QUERY EXECUTE format('SELECT json_build_array(''row'', %L, json_build_array(%s))::text FROM %s', j.target, names, j.oid::regclass);
	END LOOP;
END $$;
SQL
}

sub spec_text { my ($self) = @_; return JSON::PP->new->canonical->ascii->allow_nonref->encode($self->{spec}); }

# Without white space that psql or a shell would see.
sub quoted { my ($text) = @_; return 'E\'' . ($text =~ s/\\/\\\\/gr =~ s/'/''/gr) . '\''; }

sub files { my ($self) = @_; return map { "$self->{folder}/$_.db" } @{ $self->{servers} }; }

# The steps of a run: name, SQL. A session ends behind a step called killed.
sub steps {
	my ($self) = @_;
	my @files = $self->files;
	my $servers = "'{" . join(',', @{ $self->{servers} }) . "}', 'app'";
	my $suggested = "sqlite.suggest_spec($servers)";
	my $spec = $self->{suggested} ? $suggested : quoted($self->spec_text);
	my $state = q{SELECT 'state', kind, object, content FROM public.state() ORDER BY 1, 2, 3};
	my $dump = '\\! pg_dump -s cases | grep -v "^.\\(un\\)\\?restrict"';
	my $session = "SET statement_timeout = '60s'; SET client_min_messages = error; SET timezone = 'UTC'; SET ROLE mover";
	my $last = '(SELECT max(job) FROM sqlite.jobs)';
	my $account = "SELECT 'table', table_name, read, written, rejected, skipped, changes, warned, updated, unchanged, created, target, server FROM sqlite.job_tables WHERE job = $last ORDER BY table_no";
	my $validate = q{SELECT 'verdict', status, target, concat_ws(' ', reason, 'missing', missing, 'extra', extra, 'different', different) FROM sqlite.validate()};
	my $objects = q{SELECT 'object', object, statement ~ '^(--[^\n]*(\n|$))*$' AND statement !~ ' is not needed', encode(convert_to(statement, 'UTF8'), 'hex') FROM sqlite.plan};
	# What a person may allow, but for policies: these are then what is refused.
	my $allowed = 'reject,untranslated,constraint,cannot compare,unread';
	return (
		[ begin => join(";\n", "$session; CREATE SCHEMA app",
			(map { "CREATE SERVER $self->{servers}[$_] FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$files[$_]'" . ($self->{options}[$_] // '') . ")" } 0 .. $#files), @{ $self->{target} }) ],
		[ before => $state ],
		$self->{dumps} ? [ dump => $dump ] : (),
		[ assess => "SELECT 'finding', severity, table_name, column_name, finding, rows FROM sqlite.assess($servers, $spec)" ],
		[ plan => "SELECT 'plan', sum(predicted_rejects), count(*) FILTER (WHERE predicted_rejects IS NULL) FROM sqlite.plan($servers, $spec) WHERE section = 'data' AND object !~ '^keys ' AND statement ~ '(^|\n)(INSERT|DELETE|DO )'" ],
		[ suggest => "SELECT 'suggested', $suggested" ],
		[ suggested => "SELECT 'finding', severity, table_name, column_name, finding, suggestion FROM sqlite.assess($servers, $suggested)" ],
		$self->{looks} ? ([ plain => "SELECT 'finding', severity, table_name, column_name, finding, suggestion FROM sqlite.assess($servers)" ],
			[ objects => "$objects($servers)" ], [ suggested_objects => "$objects($servers, $suggested)" ]) : (),
		[ migrate => "CALL sqlite.migrate($servers, $spec)" ],
		[ after => $state ],
		[ job => "SELECT 'job', state, transaction FROM sqlite.jobs ORDER BY job DESC LIMIT 1" ],
		[ tables => $account ],
		[ held => 'SELECT public.held()' ],
		[ validate => $validate ],
		[ gate => "SELECT 'passes', sqlite.assert_valid(allow => '{$allowed,policy}')" ],
		[ strict_gate => "SELECT 'passes', sqlite.assert_valid(allow => '{$allowed}')" ],
		[ report => "SELECT count(*) > 0 FROM sqlite.report_text() UNION ALL SELECT sqlite.report()::text > '' UNION ALL SELECT xmlparse(document sqlite.report_html())::text > ''" ],
		[ retry => 'CALL sqlite.retry_rejects()' ],
		[ validate_again => $validate ],
		[ script => 'SELECT length(sqlite.rollback_sql()) > 0' ],
		[ rollback => 'CALL sqlite.rollback(force => true)' ],
		[ rolled_back => $state ],
		$self->{dumps} ? [ dump_again => $dump ] : (),
		(map { $self->steps_of_mode($_, $servers, $spec, $session, $state, $account) } @{ $self->{modes} }),
		[ end => 'SELECT 1' ]);
}

sub steps_of_mode {
	my ($self, $mode, $servers, $spec, $session, $state, $account) = @_;
	my $added = JSON::PP->new->canonical->encode($mode->{spec});
	my $migrate = "CALL sqlite.migrate($servers, ($spec)::jsonb - '{transaction,workers,commit_rows,read_from}'::text[] || '$added')";
	my @steps = ([ other => $migrate ]);
	if ($mode->{cut}) {
		my $begin = "SELECT pg_backend_pid() AS pid \\gset\n\\setenv VICTIM :pid\n";
		my $end = $mode->{cut} eq 'cancel' ? 'cancel' : 'terminate';
		$begin .= "\\! (sleep " . $mode->{after} / 1000 . "; psql -X -c \"SELECT pg_${end}_backend(\$VICTIM)\" postgres) > /dev/null 2>&1 &\n";
		# The order may come too late, which must not hit what follows.
		@steps = ([ killed => "${begin}$migrate;\nSELECT pg_sleep(0.3)" ],
			[ other => "$session;\nSELECT CASE WHEN state = 'rolled back' THEN \$call\$$migrate\$call\$ ELSE format('CALL sqlite.resume(%s)', job) END FROM sqlite.jobs"
				. " WHERE job = (SELECT max(job) FROM sqlite.jobs) AND state <> 'done' \\gexec\n" ]);
	}
	return (@steps, [ other_after => $state ], [ other_tables => $account ], [ other_rollback => q{SELECT format('CALL sqlite.rollback(%s, force => true)', max(job)) FROM sqlite.jobs \gexec} . "\n" ], [ other_rolled_back => $state ]);
}

# What undoes a run.
my $cleaning = q{
	SET client_min_messages = error; SET statement_timeout = '60s';
	SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^sqlite$|^public$' \gexec
	SELECT format('DROP TABLE public.%I CASCADE', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \gexec
	DROP SERVER IF EXISTS case_a, case_b, case_c CASCADE; DELETE FROM sqlite.jobs;};

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
	my @sessions = ([]);
	for my $step (@steps) { push @{ $sessions[-1] }, $step; push @sessions, [] if $step->[0] eq 'killed'; }
	my ($status, $all_out, $all_err) = (0, '', '');
	for my $session (@sessions) {
		my $text = join '', map { "\\echo \@$_->[0]\n\\warn \@$_->[0]\n$_->[1];\n" } @$session;
		utf8::encode($text);
		($status, my $out, my $err) = $psql->($text);
		$all_out .= ($out // '') . "\n";
		$all_err .= ($err // '') . "\n";
	}
	my $last = $steps[-1][0];
	$self->{status} = $status;
	$self->{reached} = $all_out =~ /\@$last$/m ? 'the end' : $all_out =~ /.*^@(\w+)/ms ? $1 : 'nothing';
	$self->{rows} = { split_steps($all_out) };
	$self->{said} = { split_steps($all_err) };
	$self->{said}{killed} = '' if exists $self->{said}{killed};
	return $self;
}
sub split_steps { my ($text) = @_; my @parts = split /^@(\w+)\n?/m, $text // ''; shift @parts; push @parts, '' if @parts % 2; return map { s/\n+\z//r } @parts; }

# What a run must not show, in words; nothing: all is well.
sub faults { my ($self) = @_; return Laws::faults($self); }
sub difference { return Laws::difference(@_); }

# The spec as it was given, or as suggest_spec has written it.
sub document { my ($self) = @_; return $self->{suggested} ? $self->{rows}{suggest} : $self->spec_text; }

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
	push @ways, sub { return (options => []) } if grep { $_ ne '' } @{ $self->{options} };
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
	  map { $_->[0] =~ /^(?:before|after|rolled_back|job|held|dump\w*|\w*objects|end|other_\w+)$/ ? '' : "$_->[1];\n" } $self->steps;
}

1;
