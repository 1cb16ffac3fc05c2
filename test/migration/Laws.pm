# What a migration made from a seed must not show: Case's steps say what was done, and these functions what is wrong with it,
# in words.
package Laws;
use strict;
use warnings;
use Exporter 'import';
use Held;
our @EXPORT_OK = qw(faults difference);

# Why a table may be told to be beyond comparison: as docs/reference/validate.md names them.
my @incomparable = (
	qr/the job left rows that were there/, qr/made anew each time/, qr/rows mended before they were loaded/, qr/the job wrote no column of it/, qr/row security/,
	qr/what its load reads may have changed since/, qr/rows were put aside that cannot be told from the others/);

sub faults {
	my ($case) = @_;
	my ($rows, $said) = @$case{qw(rows said)};
	my @faults;
	push @faults, "the server or the session went down at $case->{reached}: " . ($said->{ $case->{reached} } // '') if $case->{status} == 2 || $case->{reached} ne 'the end';
	for my $step (sort keys %$said) {
		push @faults, "$step: an internal error: $1" if $said->{$step} =~ /^(?:psql:\S+ )?((?:ERROR|FATAL|PANIC):  XX000.*)/m;
		push @faults, "$step: not done in time: $1" if $step !~ /^(?:begin|before|after|rolled_back|other_after|other_rolled_back)$/ && $said->{$step} =~ /((?:ERROR):  57014: canceling statement due to statement timeout)/;
	}
	return @faults if @faults;
	my $failed = $said->{migrate} =~ /ERROR: /;
	return (left_behind($case, $failed), promises($case, $failed), suggestion($case), $failed ? () : (proof($case), values_changed($case), modes($case)));
}

# What stays of a migration that failed or was taken back.
sub left_behind {
	my ($case, $failed) = @_;
	my ($before, $after, $rolled_back) = map { $case->{rows}{$_} } qw(before after rolled_back);
	my ($state, $transaction) = ($case->{rows}{job} // '') =~ /^job\|(\w+)\|(\w+)/;
	my $blocked = $case->{rows}{assess} =~ /^finding\|blocker\|/m;
	my @faults;
	push @faults, 'a failed migration left something: ' . difference($before, $after) if $failed && ($blocked || ($transaction // 'single') eq 'single') && $before ne $after;
	push @faults, 'a schema of the job is left: ' . $1 if $after =~ /^(state\|schema\|sqlite_job\S*)/m || $rolled_back =~ /^(state\|schema\|sqlite_job\S*)/m;
	return @faults if lasts($case);
	push @faults, 'a migration that was rolled back left something: ' . difference($before, $rolled_back) if $before ne $rolled_back;
	push @faults, 'pg_dump shows what a migration that was rolled back left: ' . difference(map { $case->{rows}{$_} } qw(dump dump_again)) if $case->{dumps} && $case->{rows}{dump} ne $case->{rows}{dump_again};
	return @faults;
}

# Rows that were overwritten or removed do not come back; other rows may have gone by cascades, which `force` allows.
sub lasts { my ($case) = @_; return $case->document =~ /upsert|truncate/ || $case->{said}{rollback} =~ /ERROR/; }

# What decides about rows, and no trial can tell.
sub decides { my ($case) = @_; return join(' ', @{ $case->{target} }) =~ /TRIGGER|RULE|ROW LEVEL|PARTITION|INHERITS|VIEW|FOREIGN TABLE|DEFERRABLE|IDENTITY|SEQUENCE/; }

# What was said before a row moved, and did not come so.
sub promises {
	my ($case, $failed) = @_;
	my ($rows, $said) = @$case{qw(rows said)};
	my @faults;
	for my $table ($rows->{tables} =~ /^table\|(.*)/mg) {
		my ($name, $read, $written, $rejected, $skipped) = $table =~ /^(.*?)\|(-?\d+)\|(-?\d+)\|(-?\d+)\|(-?\d+)\|/ or next;
		push @faults, "the account does not add up: $table" if !$failed && $read != $written + $rejected + $skipped || grep { $_ < 0 } $read, $written, $rejected, $skipped;
	}
	# What nothing in a spec settles, such as a column that the target lacks, stays.
	push @faults, "a suggested spec leaves a blocker: $1" if $said->{suggested} !~ /ERROR: / && $rows->{suggested} =~ /^finding\|blocker\|(.*\|.*\w '.*'|.*\|.*primary_key.*)$/m;
	# A spec that assess refuses to read is one that migrate refuses, too.
	if ($said->{assess} =~ /ERROR:  (.*)/) { return @faults, $failed ? () : "assess fails, and migrate does not: $1"; }
	my ($blocker) = $rows->{assess} =~ /^finding\|blocker\|(.*)/m;
	push @faults, "a blocker, and migrate goes through: $blocker" if $blocker && !$failed;
	my ($predicted, $unforeseen) = $rows->{plan} =~ /^plan\|(\d*)\|(\d+)/;
	push @faults, 'what becomes of the rows is not foreseen, and nothing explains it' if $unforeseen && !$blocker && !decides($case);
	return @faults if !defined $unforeseen || $unforeseen > 0;
	push @faults, "no blocker, and migrate fails: $1" if !$blocker && $said->{migrate} =~ /(ERROR:  .*(?:\nDETAIL:  .*)?)/;
	my $rejected = 0;
	$rejected += $_ for $rows->{tables} =~ /^table\|.*?\|\d+\|\d+\|(\d+)\|\d+\|/mg;
	push @faults, "rejects are not as predicted: ${\ ($predicted || 0)} predicted, $rejected rejected" if !$failed && ($predicted || 0) != $rejected;
	return @faults;
}

# A migration that is done is proven, before and behind a retry that mends nothing. Rows differ where a generated column of the
# target was said to give other values, at most as many as were told, and the gate says so.
sub proof {
	my ($case) = @_;
	my ($rows, $said) = @$case{qw(rows said)};
	my @faults;
	my $fires = join(' ', @{ $case->{target} }) =~ /TRIGGER|RULE/;
	my %told;
	$told{$1} += $2 while $rows->{assess} =~ /^finding\|warning\|.*\|generated column ".*" of target (\S.*) gives other values than SQLite holds, which are not migrated\|(\d+)$/mg;
	my $differs = 0;
	for my $step (qw(validate validate_again)) {
		push @faults, "$step fails: $1" if $said->{$step} =~ /(ERROR:  .*)/;
		for ($rows->{$step} =~ /^verdict\|(.*)/mg) {
			my ($status, $target, $why) = /^([^|]*)\|(.*)\|(.*)/;
			my ($missing, $extra, $different) = $why =~ /missing (\d+) extra (\d+) different (\d+)$/;
			my $as_told = $status eq 'differs' && $told{$target} && $missing == $extra && $missing + $different <= $told{$target} && $why !~ /do not fit/;
			$differs ||= $as_told;
			# With `where`, rows of the source may find each other (docs/reference/spec.md).
			my $meet = $why =~ /^(?:of rows that were there|only rows with a key)/ && !$extra && $case->document =~ /"where"/;
			push @faults, "$step: $target differs: $why" if $status eq 'differs' && !$fires && !$as_told && !$meet;
			push @faults, "$step: $target can't be compared: $why" if $status eq 'cannot compare' && !$fires && !grep { $why =~ $_ } @incomparable;
		}
	}
	if ($differs) { push @faults, 'rows differ, and the gate lets them pass' if !@faults && !$fires && $said->{gate} !~ /DETAIL: .*difference /; return @faults; }
	push @faults, "the gate: $1" if !@faults && !$fires && $said->{gate} =~ /(ERROR:  .*(?:\nDETAIL:  .*)?)/;
	return @faults;
}

# Every value that is another one than SQLite's is counted, and nothing else is; and the gate sees it.
sub values_changed {
	my ($case) = @_;
	my ($rows, $said) = @$case{qw(rows said)};
	my @faults;
	my $changed = 0;
	# Values of rows that went again, for want of a parent, stay in the account.
	my $gone = $case->document =~ /"orphans": ?"reject"/;
	for my $table (Held::tables($case)) {
		$changed += $table->{changes};
		next if !defined $table->{differing};
		push @faults, "$table->{name}: $table->{differing} values are other ones than SQLite's ($table->{example}), and $table->{changes} are counted" if $table->{differing} > $table->{changes} || !$table->{differing} && $table->{changes} && !$gone;
		push @faults, "$table->{name}: $table->{written} rows written, and there are $table->{there}" if $table->{created} && $table->{written} != $table->{there};
	}
	push @faults, "$changed values changed, and the gate lets them pass" if $changed && $said->{strict_gate} !~ /policy /;
	push @faults, "no value changed, and the gate says so: $1" if !$changed && $said->{strict_gate} =~ /(policy .*)/;
	return @faults;
}

# The same rows and account, however they are brought.
sub modes {
	my ($case) = @_;
	my ($rows, $said) = @$case{qw(rows said)};
	return if !@{ $case->{modes} } || lasts($case) || $rows->{before} ne $rows->{rolled_back} || $case->document =~ /random\(\)|now\(\)|random_uuid|max_rejects/ || join(' ', @{ $case->{target} }) =~ /IDENTITY|TRIGGER|nextval|now\(\)|random_uuid/;
	my $mode = JSON::PP->new->canonical->encode($case->{modes}[0]);
	return "in another mode it fails ($mode): $1" if $said->{other} =~ /(ERROR:  .*(?:\nDETAIL:  .*)?)/;
	return "other rows in another mode ($mode): " . difference($rows->{after}, $rows->{other_after}) if $rows->{after} ne $rows->{other_after};
	return "another account in another mode ($mode): " . difference($rows->{tables}, $rows->{other_tables}) if $rows->{tables} ne $rows->{other_tables};
	return "what another mode ($mode) made is not taken back: " . ($said->{other_rollback} =~ s/\n.*//sr) . difference($rows->{before}, $rows->{other_rolled_back}) if $rows->{before} ne $rows->{other_rolled_back};
	return;
}

# Objects of a plan by kind and table: how many are made.
sub objects {
	my ($lines) = @_;
	my %count;
	for ($lines =~ /^object\|(.*)/mg) {
		my ($object, $comment, $statement) = /^(.*)\|([tf])\|([0-9a-f]*)$/ or next;
		next if $comment eq 't';
		$statement = pack 'H*', $statement;
		if ($object =~ /^table (.*)/s) {
			my $table = $1;
			$count{"default of $table"} += () = $statement =~ /^\s.* DEFAULT /mg;
			$count{"check of $table"} += () = $statement =~ /\bCHECK \(/g;
			$count{"generated column of $table"} += () = $statement =~ /GENERATED ALWAYS AS \(/g;
		}
		elsif ($object =~ /^(check|index|foreign key|(?:unique|primary) key) .* of (.*)/s) { my ($kind, $table) = ($1, $2); $count{ ($kind =~ /unique|primary/ ? 'key' : $kind) . " of $table" }++; }
		elsif ($object =~ /^view /) { $count{$object}++; }
	}
	return \%count;
}

# What suggest_spec's own spec loses of what `{}` would make, without a finding that says so. Where nothing stands in the target
# there is a type for every row.
sub suggestion {
	my ($case) = @_;
	my ($rows, $said) = @$case{qw(rows said)};
	if ($case->{suggested} && !grep { /^CREATE.* (?:TABLE|VIEW|SEQUENCE) / } @{ $case->{target} }) {
		for ($rows->{tables} =~ /^table\|(.*?\|\d+\|\d+\|\d+\|\d+)\|/mg) { return "a suggested spec puts rows aside: $_" if /\|[1-9]\d*\|\d+$|\|[1-9]\d*$/; }
	}
	return if !$case->{looks} || grep { $said->{$_} =~ /ERROR: / } qw(suggested plain objects suggested_objects);
	my ($suggested) = $rows->{suggest} =~ /^suggested\|(.*)/s;
	return if $suggested =~ /"(?:conflicts|target)"/;
	my ($plain, $own) = map { objects($rows->{$_}) } qw(objects suggested_objects);
	my $findings = lc "$rows->{plain}\n$rows->{suggested}";
	for my $object (sort keys %$plain) {
		next if $plain->{$object} <= ($own->{$object} // 0);
		my ($name) = $object =~ /([^.]*)$/;
		$name = lc $name =~ s/^"(.*)"$/$1/sr =~ s/""/"/gr;
		# A view of two databases has a number in its name, which SQLite's has not; and a long one is cut.
		utf8::encode(my $bytes = $name);
		my $end = length $bytes > 59 ? '' : '\|';
		next if grep { $findings =~ /^finding\|\w+\|\Q$_\E$end/m } $name, $name =~ s/_\d+$//r;
		return "the suggested spec loses $object: " . ($own->{$object} // 0) . " of $plain->{$object}";
	}
	return;
}

sub difference {
	my ($before, $after) = @_;
	my %before = map { $_ => 1 } split /\n/, $before;
	my %after = map { $_ => 1 } split /\n/, $after;
	return join '; ', (map { "- $_" } grep { !$after{$_} } sort keys %before), (map { "+ $_" } grep { !$before{$_} } sort keys %after);
}

1;
