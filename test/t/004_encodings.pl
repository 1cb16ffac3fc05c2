# Servers whose encoding is not UTF-8: text is converted, and what the encoding lacks is refused and named.
use strict;
use warnings;
use utf8;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('encodings');
$node->init;
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;

sub sqlite {
	my ($file, $sql) = @_;
	utf8::encode($sql);
	system_or_bail('sqlite3', '-bail', '-init', '/dev/null', $file, $sql);
}

my $tables = q{
CREATE TABLE "naïve" (id INTEGER PRIMARY KEY, "größe" TEXT, doc JSON, code VARCHAR(3), list TEXT);
INSERT INTO "naïve" VALUES (1, 'Grüße', '{"straße": "é"}', 'äöü', '["ä","b"]'), (2, 'plain', '[]', 'abc', '[]');
CREATE TABLE other (id INTEGER PRIMARY KEY, v TEXT, doc JSON);
INSERT INTO other VALUES (1, 'ok', '{}'), (2, 'né 日本', '{"k": "日本"}'), (3, '😀', '"\u65e5"');
CREATE TABLE raw (id INTEGER PRIMARY KEY, v TEXT);
INSERT INTO raw VALUES (1, CAST(x'4772fc' AS TEXT));
CREATE TABLE "日本" (v TEXT);
INSERT INTO "日本" VALUES ('v');
CREATE TABLE 大阪 (v TEXT);
CREATE TABLE columns (日本 TEXT, 大阪 TEXT);
};
sqlite("$dir/utf8.db", $tables);
sqlite("$dir/utf16.db", "PRAGMA encoding = 'UTF-16';" . $tables);

# Runs $sql with a client in UTF-8; SQL and answer are characters.
sub run {
	my ($database, $sql) = @_;
	utf8::encode($sql);
	my ($out, $err);
	$node->psql($database, $sql, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	my $result = $err ne '' ? "$out\n$err" : $out;
	utf8::decode($result);
	return $result;
}
$ENV{PGCLIENTENCODING} = 'UTF8';

for my $encoding ('LATIN1', 'EUC_JP', 'SQL_ASCII', 'UTF8') {
	my $name = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $name ENCODING '$encoding' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
	$node->safe_psql($name, 'CREATE EXTENSION pg_sqlite');
	# Conversions by hand read and give the server's encoding; a key is hashed in UTF-8 everywhere.
	is(run($name, "SELECT sqlite.uuid_for('dns', 'é'), sqlite.parse_text_array('aéb', 'é'), sqlite.parse_jsonb('{\"é\":1}'), sqlite.parse_numeric('1é234', '.', 'é')"),
		'ebfe0af8-3997-5ade-b634-ba92cf69f557|{a,b}|{"é": 1}|1234', "$encoding: conversions by hand");
	like(run($name, "SELECT sqlite.parse_date('é')"), qr/22P02.*text value 'é' is not a valid value/, "$encoding: an error shows the value");
	# With SQL_ASCII nothing is converted: the server hands out what SQLite holds.
	for my $file ('utf8', 'utf16') {
		my $what = "$encoding, file in $file";
		run($name, "CREATE SERVER $file FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/$file.db'); CREATE SCHEMA $file");
		my $import = run($name, "IMPORT FOREIGN SCHEMA main FROM SERVER $file INTO $file");
		unlike($import, qr/ERROR/, "$what: import");
		my $japanese = $encoding eq 'LATIN1' ? 0 : 1;
		is(run($name, "SELECT count(*) FROM pg_class WHERE relnamespace = '$file'::regnamespace AND relname <> 'naïve'"), $japanese ? 5 : 2, "$what: only what it can name is imported");
		is(() = $import =~ /is left out: a name in it has a character that the server encoding lacks/g, $japanese ? 0 : 3, "$what: the rest is named");
		if ($encoding ne 'SQL_ASCII') {
			is(run($name, qq{SELECT "größe", code FROM $file."naïve" ORDER BY id}), "Grüße|äöü\nplain|abc", "$what: text");
			is(run($name, qq{SELECT "größe" FROM $file."naïve" WHERE "größe" = 'Grüße'}), 'Grüße', "$what: comparison");
			is(run($name, qq{SELECT doc ->> 'straße' FROM $file."naïve" WHERE id = 1}), 'é', "$what: jsonb");
			is(run($name, qq{SELECT v FROM sqlite.query('$file', 'SELECT "größe" FROM "naïve" WHERE "größe" = ''Grüße''') AS t (v text)}), 'Grüße', "$what: query text");
		}
		my $other = run($name, "SELECT v FROM $file.other ORDER BY id");
		if ($encoding eq 'LATIN1') {
			like($other, qr/22P05.*text value '.*' holds a character the server encoding lacks \(at byte 5\)/, "$what: what it lacks is refused, with its place");
			like(run($name, "SELECT doc FROM $file.other ORDER BY id"), qr/22P05.*character the server encoding lacks/, "$what: in jsonb, too");
			is(run($name, "ALTER FOREIGN TABLE $file.other OPTIONS (ADD on_error 'null'); SELECT count(v), count(doc) FROM $file.other") =~ s/\n.*//sr, '1|1', "$what: or NULL");
		}
		elsif ($encoding eq 'EUC_JP') {
			like($other, qr/22P05.*character the server encoding lacks/, "$what: an emoji is refused");
			is(run($name, "SELECT v FROM sqlite.query('$file', 'SELECT v FROM other WHERE id = 2') AS t (v text)"), 'né 日本', "$what: Japanese is not");
		}
		else {
			is($other, "ok\nné 日本\n😀", "$what: all of Unicode");
		}
		next if $file eq 'utf16';
		my $raw = run($name, "SELECT octet_length(v) FROM $file.raw");
		$encoding eq 'SQL_ASCII' ? is($raw, '3', "$what: bytes that are no UTF-8") : like($raw, qr/22021.*not valid UTF-8/, "$what: bytes that are no UTF-8");
	}
}
# Options in the server's encoding reach SQLite in UTF-8.
is(run('latin1', q{CREATE FOREIGN TABLE renamed (v text OPTIONS (column_name 'größe')) SERVER utf8 OPTIONS ("table" 'naïve'); SELECT v FROM renamed}), "Grüße\nplain", 'names in options');
is(run('latin1', q{CREATE FOREIGN TABLE q (v text) SERVER utf8 OPTIONS (query 'SELECT ''é'' AS v; -- ü'); SELECT v FROM q}), 'é', 'a query in options');
is(run('latin1', q{CREATE FOREIGN TABLE a (list text[] OPTIONS (encoding 'ü')) SERVER utf8 OPTIONS (query 'SELECT ''aübüc'' AS list'); SELECT array_length(list, 1) FROM a}), '3', 'a delimiter');

# What SQLite answers is what the server would: in KOI8R the order of bytes is another than that of code points, and
# SQL_ASCII counts bytes.
sqlite("$dir/letters.db", "CREATE TABLE letter (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO letter VALUES (1, 'я'), (2, 'ю'), (3, 'а'), (4, 'ab')");
for my $encoding ('KOI8R', 'SQL_ASCII', 'UTF8')
{
	my $name = 'letters_' . lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $name ENCODING '$encoding' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
	run($name, "CREATE EXTENSION pg_sqlite; SELECT sqlite.attach('$dir/letters.db'); CREATE TABLE letter AS SELECT * FROM letters.letter");
	for my $query (
		'SELECT id FROM %s ORDER BY v LIMIT 2',
		"SELECT id FROM %s WHERE v > 'ю' ORDER BY id",
		'SELECT max(v) = (SELECT v FROM letter WHERE id = 1) FROM %s',
		'SELECT id FROM %s WHERE length(v) = 1 ORDER BY id',
		"SELECT id FROM %s WHERE v LIKE '_' ORDER BY id",
		"SELECT id FROM %s WHERE left(v, 1) = v AND strpos(v, 'а') = 1 ORDER BY id")
	{
		my $title = "$encoding: $query";
		utf8::encode($title);
		is(run($name, sprintf($query, 'letters.letter')), run($name, sprintf($query, 'letter')), $title);
	}
}
$node->stop;
done_testing();
