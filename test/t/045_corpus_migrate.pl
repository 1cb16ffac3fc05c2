# Every readable database of the corpus, migrated twice. With types by what is stored the migration succeeds: all
# tables but shadow tables and those that SQLite can't read, all rows, all values. By its declared types either the
# same holds, or the call fails, names what does not fit, and leaves nothing behind.
#
# The oracle is the sqlite3 shell and PostgreSQL's own input functions: the shell writes every cell as storage
# class and bytes, the dump is loaded by COPY, and a value of PostgreSQL's is compared with what its type's
# input function makes of the cell. The extension has no part in that.
#
# Needs real databases, see PG_SQLITE_CORPUS in test/tools/check.sh. PG_SQLITE_CORPUS_BYTES (default
# 1,000,000): bigger files are left out; 0 for none.
use strict;
use warnings;
use Encode ();
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $corpus = $ENV{PG_SQLITE_CORPUS};
my $limit = $ENV{PG_SQLITE_CORPUS_BYTES} // 200_000;
my @files = defined $corpus ? sort grep { -f && slurp_start($_) eq "SQLite format 3\0" } glob("$corpus/*") : ();
@files = grep { !$limit || -s $_ <= $limit } @files;
plan skip_all => 'PG_SQLITE_CORPUS names no folder with databases' if !@files;

sub slurp_start {
	open my $handle, '<:raw', $_[0] or return '';
	read $handle, my $start, 16;
	return $start // '';
}

my $node = PostgreSQL::Test::Cluster->new('corpus_migrate');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "max_locks_per_transaction = 512\nfsync = off\ntimezone = 'UTC'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;
my $compared = 0;
my $cells = 0;
my $tried = 0;
my (@refused, @left_out);

# A cell as PostgreSQL sees it through a type's own input function, as text that is equal for equal values. NULL
# where a type takes no such cell, so that it differs from all values.
#   i:5  r:3FE0000000000000:0.5 (the double's bytes, and digits that read back)  t:<hex>  b:<hex>  n
$node->safe_psql('postgres', <<'SQL');
CREATE SCHEMA oracle;
-- The shortest digits of a double as SQLite would write them: with a point or an exponent.
CREATE FUNCTION oracle.digits(cell text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN d ~ '^-?\d+$' THEN d || '.0' WHEN d ~ '^-?\de' THEN overlay(d PLACING '.0e' FROM strpos(d, 'e') FOR 1) ELSE d END
	FROM (SELECT (split_part(cell, ':', 3))::float8::text) AS x (d)
$$;
CREATE FUNCTION oracle.words(cell text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE left(cell, 1) WHEN 'i' THEN substr(cell, 3) WHEN 'r' THEN oracle.digits(cell)
		WHEN 't' THEN convert_from(decode(substr(cell, 3), 'hex'), 'UTF8') END
$$;
CREATE FUNCTION oracle.value(cell text, type text, typed text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	class text := left(cell, 1);
	result text;
BEGIN
	IF class = 'n' THEN RETURN 'NULL'; END IF;
	CASE
	WHEN type IN ('smallint', 'integer', 'bigint') THEN
		RETURN CASE class WHEN 'r' THEN split_part(cell, ':', 3)::float8::bigint::text ELSE oracle.words(cell)::bigint::text END;
	WHEN type = 'double precision' THEN
		IF class = 'r' THEN RETURN lower(split_part(cell, ':', 2)); END IF;
		RETURN encode(float8send(oracle.words(cell)::float8), 'hex');
	WHEN type = 'numeric' THEN
		RETURN trim_scale(oracle.words(cell)::numeric)::text;
	WHEN type IN ('text', 'character varying', 'character') THEN
		RETURN encode(convert_to(oracle.words(cell), 'UTF8'), 'hex');
	WHEN type = 'bytea' THEN
		IF class IN ('t', 'b') THEN RETURN lower(substr(cell, 3)); END IF;
		RETURN encode(convert_to(oracle.words(cell), 'UTF8'), 'hex');
	WHEN type = 'uuid' AND class = 'b' THEN
		RETURN encode(decode(substr(cell, 3), 'hex'), 'hex')::uuid::text;
	WHEN type = 'json' THEN
		RETURN oracle.words(cell);
	WHEN class = 'b' THEN
		RETURN NULL;
	ELSE
		EXECUTE format('SELECT CAST($1 AS %s)::text', typed) INTO result USING oracle.words(cell);
		RETURN result;
	END CASE;
END $$;
SQL

# The same text of a column of the target.
sub rendered {
	my ($column, $type) = @_;
	my $text =
		$type =~ /^(?:smallint|integer|bigint)$/ ? "$column\::bigint::text"
		: $type eq 'double precision' ? "encode(float8send($column), 'hex')"
		: $type eq 'numeric' ? "trim_scale($column)::text"
		: $type =~ /^(?:text|character varying|character)$/ ? "encode(convert_to($column, 'UTF8'), 'hex')"
		: $type eq 'bytea' ? "encode($column, 'hex')"
		: "$column\::text";
	return "coalesce($text, 'NULL')";
}

sub name { my ($name) = @_; return '"' . $name =~ s/"/""/gr . '"'; }
sub literal { my ($text) = @_; return "'" . $text =~ s/'/''/gr . "'"; }

# What the shell prints, in lines; nothing where it fails.
sub shell {
	my ($file, $sql) = @_;
	open my $out, '>', "$dir/shell.sql" or die;
	print $out ".bail on\n$sql;\n";
	close $out;
	my @lines = split /\n/, `sqlite3 -readonly -init /dev/null -noheader -list -separator ' ' "$file" <"$dir/shell.sql" 2>"$dir/shell.err"`, -1;
	pop @lines;
	return $? == 0 ? \@lines : undef;
}

# Hexadecimal text of a database as UTF-8.
sub utf8 {
	my ($hex, $encoding) = @_;
	my $bytes = pack 'H*', $hex;
	return $encoding =~ /^UTF-16(le|be)$/ ? Encode::encode('UTF-8', Encode::decode('UTF-16' . uc $1, $bytes)) : $bytes;
}

# SQLite's tables: name => { columns, rows (a file) }, without shadow tables and what can't be read.
sub tables_of {
	my ($file, $name) = @_;
	my ($encoding) = @{ shell($file, 'PRAGMA encoding') };
	my $list = shell($file, "SELECT t.type, hex(t.name), hex(c.name) FROM pragma_table_list AS t LEFT JOIN pragma_table_xinfo(t.name) AS c"
		. " ON c.hidden <> 1 WHERE t.schema = 'main' AND t.type NOT IN ('view', 'shadow')"
		. " AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid");
	if (!$list) {
		# A module that is missing fails the join.
		$list = [];
		my $names = shell($file, "SELECT hex(name) FROM pragma_table_list WHERE schema = 'main' AND type NOT IN ('view', 'shadow') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
		foreach my $hex (@$names) {
			my $columns = shell($file, 'SELECT hex(name) FROM pragma_table_xinfo(' . literal(utf8($hex, $encoding)) . ') WHERE hidden <> 1 ORDER BY cid');
			push @$list, map { "table $hex $_" } $columns ? @$columns : ('');
		}
	}
	my %tables;
	foreach my $line (@$list) {
		my (undef, $table, $column) = split / /, $line, 3;
		push @{ $tables{ utf8($table, $encoding) }{columns} }, utf8($column, $encoding);
	}
	my $n = 0;
	$_->{rows} = "$dir/rows" . ++$n foreach values %tables;
	if (!dump_tables($file, %tables)) {
		foreach my $table (sort keys %tables) {
			next if dump_tables($file, $table => $tables{$table});
			push @left_out, "$name: $table";
			delete $tables{$table};
		}
	}
	foreach my $table (values %tables) {
		my $lines = slurp_file($table->{rows});
		# Text of UTF-16 databases is turned into UTF-8 here.
		$lines =~ s/t:([0-9A-F]*)/'t:' . uc unpack('H*', utf8($1, $encoding))/ge if $encoding ne 'UTF-8';
		$lines =~ s/:([+-]?)Inf\b/:$1Infinity/g;
		open my $out, '>', $table->{rows} or die;
		print $out $lines;
		close $out;
		chmod 0644, $table->{rows};
		$cells += ($lines =~ tr/\n//) * @{ $table->{columns} };
	}
	return \%tables;
}

# All cells of tables into their files, a line a row. False where one can't be read.
sub dump_tables {
	my ($file, %tables) = @_;
	my $script = '';
	foreach my $table (sort keys %tables) {
		my $row = join " || '|' || ", map {
			my $c = name($_);
			"CASE typeof($c) WHEN 'integer' THEN 'i:' || $c WHEN 'real' THEN 'r:' || hex(ieee754_to_blob($c)) || ':' || printf('%!.17g', $c)"
			  . " WHEN 'text' THEN 't:' || hex($c) WHEN 'blob' THEN 'b:' || hex($c) ELSE 'n' END"
		} @{ $tables{$table}{columns} };
		$script .= ".output $tables{$table}{rows}\nSELECT $row FROM main." . name($table) . ";\n";
	}
	return shell($file, "$script.output\nSELECT 1");
}

# What a cell should be: without oracle.value where that would only repeat the dump.
sub expected {
	my ($place, $type, $typed) = @_;
	my $cell = "c[$place]";
	my $plain =
		$type =~ /^(?:smallint|integer|bigint|numeric)$/ ? "WHEN 'i' THEN substr($cell, 3)"
		: $type =~ /^(?:text|character varying|character|bytea)$/ ? "WHEN 't' THEN lower(substr($cell, 3))"
		: $type eq 'double precision' ? "WHEN 'r' THEN lower(split_part($cell, ':', 2))"
		: '';
	return "CASE left($cell, 1) WHEN 'n' THEN 'NULL' $plain ELSE oracle.value($cell, '$type', " . literal($typed) . ') END';
}

# The script that compares a table with what has become of it.
sub comparison {
	my ($table, $rows, $target, @types) = @_;
	my $expected = join ', ', map { expected($_, @{ $types[$_ - 1] }) . " AS c$_" } 1 .. @types;
	my $found = join ', ', map { rendered("t.$types[$_ - 1][2]", $types[$_ - 1][0]) . " AS c$_" } 1 .. @types;
	my $name = literal($table);
	return <<"SQL";
WITH expected AS MATERIALIZED (
	SELECT $expected FROM (SELECT string_to_array(line, '|') FROM string_to_table(rtrim(pg_read_file('$rows'), E'\\n'), E'\\n') AS line) AS x (c)
), found AS MATERIALIZED (SELECT $found FROM $target AS t)
SELECT $name || ': SQLite has ' || count(*) || ' rows that are missing, such as ' || left(min(r::text), 300)
FROM (SELECT * FROM expected EXCEPT ALL SELECT * FROM found) AS r HAVING count(*) > 0
UNION ALL
SELECT $name || ': there are ' || count(*) || ' rows that SQLite has not, such as ' || left(min(r::text), 300)
FROM (SELECT * FROM found EXCEPT ALL SELECT * FROM expected) AS r HAVING count(*) > 0;
SQL
}

# Differences between SQLite's tables and those that the last migration made of them, in words.
sub differences {
	my ($tables) = @_;
	my (@wrong, %made);
	foreach my $line (split /\n/, $node->safe_psql('postgres', q{
		SELECT encode(convert_to(table_name, 'UTF8'), 'hex') || '|' || target || '|' || format_type(atttypid, NULL)
			|| '|' || format_type(atttypid, atttypmod) || '|' || quote_ident(attname)
		FROM sqlite.job_tables JOIN pg_attribute ON attrelid = to_regclass(target) AND attnum > 0 AND NOT attisdropped
		WHERE job = (SELECT max(job) FROM sqlite.jobs) ORDER BY table_no, attnum}))
	{
		my ($table, $target, @type) = split /\|/, $line, 5;
		$table = pack 'H*', $table;
		$made{$table}{target} = $target;
		push @{ $made{$table}{types} }, \@type;
	}
	push @wrong, map { "$_ is none of SQLite's" } grep { !$tables->{$_} } sort keys %made;
	my $script = '';
	foreach my $table (sort keys %$tables) {
		if (!$made{$table}) { push @wrong, "$table is missing"; next; }
		my @types = @{ $made{$table}{types} };
		my @columns = @{ $tables->{$table}{columns} };
		if (@types != @columns) { push @wrong, "$table has " . @types . ' columns of ' . @columns; next; }
		foreach my $i (0 .. $#columns) {
			my $name = $types[$i][2] =~ s/^"(.*)"$/$1/sr;
			push @wrong, "$table.$columns[$i] has become $name" if lc $name ne lc $columns[$i] && $columns[$i] =~ /^\w{1,63}$/;
		}
		$script .= comparison($table, $tables->{$table}{rows}, $made{$table}{target}, @types);
		++$compared;
	}
	my ($status, $out, $err) = $node->psql('postgres', $script, on_error_stop => 1, timeout => 300);
	push @wrong, $out . $err if $out . $err ne '';
	return join "\n", @wrong;
}

sub migrate {
	my ($spec) = @_;
	return $node->psql('postgres', "CALL sqlite.migrate('{f}', 'moved', '$spec')", timeout => 180);
}

# What sqlite.validate says against the last job's tables.
sub not_identical {
	return $node->safe_psql('postgres', q{SELECT concat_ws(' ', target, status, reason)
		FROM sqlite.validate((SELECT max(job) FROM sqlite.jobs)) WHERE status <> 'identical'});
}

# All that a migration could leave: schemas, tables, files.
sub left_behind {
	return $node->safe_psql('postgres', q{
		SELECT 'schema moved' FROM pg_namespace WHERE nspname = 'moved'
		UNION ALL SELECT 'relation ' || oid::regclass FROM pg_class WHERE relnamespace::regnamespace::text NOT IN
			('pg_catalog', 'pg_toast', 'information_schema', 'sqlite', 'oracle')
		UNION ALL SELECT 'file ' || f FROM pg_ls_dir(format('base/%s/pgsql_tmp_pg_sqlite', (SELECT oid FROM pg_database WHERE datname = current_database())), true, false) AS f
		UNION ALL SELECT 'file ' || f FROM pg_ls_dir('base/pgsql_tmp', true, false) AS f WHERE f ~ 'pg_sqlite'});
}

for my $file (@files) {
	my ($name) = $file =~ m{([^/]+)$};
	my $copy = "$dir/file.db";
	unlink glob "$dir/file.db*";
	foreach my $suffix ('', '-wal', '-journal') {
		next if !-e "$file$suffix";
		copy("$file$suffix", "$copy$suffix") or die "could not copy $file$suffix: $!";
		chmod 0644, "$copy$suffix";
	}
	$node->safe_psql('postgres', "DROP SERVER IF EXISTS f CASCADE; CREATE SERVER f FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$copy')");
	my ($status, $out, $err) = $node->psql('postgres', "SELECT count(*) FROM sqlite.tables('f')");
	if ($err =~ /hot journal/ && -s "$copy-journal") {
		diag "$name can't be read: $err";
		next;
	}
	is($err, '', "$name can be read");
	my $tables = tables_of($copy, $name);

	($status, $out, $err) = migrate('{"types": "stored"}');
	is($err =~ s/^(?:psql:\S+ )?(?:NOTICE|WARNING|DETAIL|HINT):.*\n?//mgr, '', "$name: migrates with types by what is stored");
	if ($status == 0) {
		is(differences($tables), '', "$name: all tables, rows and values");
		is(not_identical(), '', "$name: validate agrees");
		# The comparison itself: a row less must show.
		my ($filled) = grep { -s $tables->{$_}{rows} } keys %$tables;
		if ($filled && !$tried++) {
			my $target = $node->safe_psql('postgres', 'SELECT target FROM sqlite.job_tables WHERE job = (SELECT max(job) FROM sqlite.jobs) AND table_name = ' . literal($filled));
			$node->safe_psql('postgres', "SET session_replication_role = replica; DELETE FROM $target WHERE ctid = (SELECT min(ctid) FROM $target)");
			like(differences($tables), qr/^\Q$filled\E: SQLite has 1 rows that are missing/m, 'a missing row is noticed');
			is(not_identical(), "$target differs", 'by validate, too');
		}
	}
	$node->safe_psql('postgres', 'SET client_min_messages = error; DROP SCHEMA IF EXISTS moved CASCADE');

	($status, $out, $err) = migrate('{}');
	if ($status == 0) {
		is(differences($tables), '', "$name: all tables, rows and values by declared types");
		is(not_identical(), '', "$name: validate agrees");
		$node->safe_psql('postgres', 'SET client_min_messages = error; DROP SCHEMA moved CASCADE');
	} else {
		push @refused, $name;
		my $named = join '|', map { quotemeta } keys %$tables;
		like($err, qr/^(?:DETAIL|ERROR):.*\b(?:$named)\b/m, "$name: by declared types, what does not fit is named");
	}
	is(left_behind(), '', "$name: nothing is left behind");
	unlink map { $_->{rows} } values %$tables;
}

diag scalar(@files) . " files, $compared tables and $cells values compared; by declared types " . @refused . " files were refused";
diag "left out, since SQLite can't read it: $_" foreach @left_out;
done_testing();
