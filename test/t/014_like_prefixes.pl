# A LIKE that is sent to SQLite brings the range of what its pattern begins with, by which SQLite looks up an
# index. The answers are those of a local copy, in files of all encodings: the range ends behind the last
# character of the beginning, whose bytes sort in another way in each of them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('prefixes');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

# Quotes, wildcards, and what stands at the ends of one byte, of two, of a unit of UTF-16 and of its lower half.
my @points = (0x26, 0x27, 0x28, 0x2a, 0x3f, 0x41, 0x5b, 0x5c, 0x5d, 0x61, 0x7e, 0x7f, 0x80, 0xe9, 0xfe, 0xff, 0x100, 0x7ff, 0x800, 0xcff, 0xd00, 0xd7fe, 0xd7ff, 0xe000, 0xf8ff, 0xfffc, 0xfffd, 0x10000, 0x1f600, 0x1f6ff, 0x10ffff);
my $characters = join ' UNION ALL ', map { "SELECT char($_) AS x" } @points;

foreach my $encoding ('UTF-8', 'UTF-16le', 'UTF-16be') {
	my $name = lc $encoding =~ s/-//gr;
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$dir/$name.db", "PRAGMA encoding = '$encoding'; CREATE TABLE words (v TEXT, w TEXT COLLATE NOCASE);"
		. " INSERT INTO words WITH c AS ($characters) SELECT x, x FROM c UNION ALL SELECT c.x || d.x, c.x || d.x FROM c, c AS d UNION ALL SELECT NULL, NULL;"
		. ' CREATE INDEX words_v ON words (v); CREATE INDEX words_w ON words (w COLLATE BINARY);');
	# Each character and some pairs, alone and before either wildcard.
	$node->safe_psql('postgres', <<"END");
SELECT sqlite.attach('$dir/$name.db', '$name');
CREATE TABLE copy_$name AS SELECT * FROM $name.words;
DO \$\$
DECLARE
    pattern text;
    looked_up bigint;
    wanted bigint;
    column_name text;
    matches bigint = 0;
BEGIN
    FOR pattern IN SELECT regexp_replace(v, '([%_\\\\])', '\\\\\\1', 'g') || wildcard
                   FROM (SELECT v, row_number() OVER () AS i FROM copy_$name WHERE v IS NOT NULL) AS w, (VALUES ('', 0), ('%', 1), ('_', 2)) AS t (wildcard, n)
                   WHERE length(v) = 1 OR (i + n) % 7 = 0 LOOP
        FOREACH column_name IN ARRAY ARRAY['v', 'w'] LOOP
            EXECUTE format('SELECT count(*) FROM $name.words WHERE %I LIKE %L', column_name, pattern) INTO looked_up;
            EXECUTE format('SELECT count(*) FROM copy_$name WHERE %I LIKE %L', column_name, pattern) INTO wanted;
            IF looked_up <> wanted THEN RAISE EXCEPTION '%: % rows, not %', pattern, looked_up, wanted; END IF;
            matches := matches + wanted;
        END LOOP;
    END LOOP;
    IF matches < 1000 THEN RAISE EXCEPTION 'only % matches', matches; END IF;
END \$\$;
END
	foreach my $column ('v', 'w') {
		like($node->safe_psql('postgres', "EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM $name.words WHERE $column LIKE 'ab%'"), qr/SEARCH .*words_$column \($column>\? AND $column<\?\)/, "$encoding: an index finds $column");
		unlike($node->safe_psql('postgres', "EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM $name.words WHERE $column LIKE '%ab'"), qr/SEARCH/, "$encoding: but not what a wildcard begins");
	}
}
$node->stop;
done_testing();
