# What the columns of an application hold: how they are declared, what is in them, what is wrong with some of it, the
# types of a target that suit, settings of a spec that mean it, and conditions that some of the rows meet.
package Kinds;
use strict;
use warnings;
use utf8;
use Exporter 'import';
use JSON::PP;
our @EXPORT_OK = qw(%kinds);

my $true = JSON::PP::true;

# declared: in SQLite; cells, dirt: literals of SQLite; types: of PostgreSQL, the likely ones first; settings: members of a
# spec's column; convert, conditions, checks, generated: SQL of PostgreSQL, where %s is the column; check: SQL of SQLite;
# default: of SQLite and of the spec.
our %kinds = (
	number => {
		declared => [qw(INTEGER INT BIGINT INTEGER SMALLINT MEDIUMINT), 'INT UNSIGNED', 'NUMBER(8)', ''],
		cells => [ 0 .. 9, 17, 99, 1000 ], dirt => [ -1, 40000, 3000000000, '9223372036854775807', '1.5', "'x'", "''", "x'00'", '2.0', "'12'", '-9223372036854775808' ],
		types => [ qw(bigint bigint integer smallint numeric text), 'double precision', 'numeric(3,0)', 'varchar(3)', 'app.positive', 'real', 'int[]' ],
		settings => [ { type => 'integer' }, { type => 'numeric(5,2)' }, { type => 'text' }, { type => 'smallint', on_error => 'null' }, { default => 7 }, { default_sql => '3 + 4' }, { type => 'app.positive' }, { type => 'boolean' } ],
		convert => [ '%s * 2', '%s::numeric / 3', '10 / %s', '%s::smallint', 'nullif(%s, 3)', 'coalesce(%s, 5)', '%s::text', 'sqlite.try_cast(%s::text, NULL::bigint)', '%s + (SELECT count(*) FROM app.users)', 'CASE WHEN %s > 5 THEN 1 / (%s - 6) END', '%s / 7.0' ],
		conditions => [ '%s > 2', '%s < 5', '%s IS NOT NULL', '%s % 2 = 0', '10 / %s > 1', '%s IN (SELECT u.id FROM app.users u)' ], checks => [ '%s >= 0', '%s < 50', '%s <> 3' ],
		generated => [ '%s * 2', '%s % 3', '-%s' ], check => [ '%s >= 0', '%s < 1000', "typeof(%s) = 'integer'" ], default => [ 0, 7, -1 ] },
	word => {
		declared => [ 'TEXT', 'TEXT', 'VARCHAR(12)', 'CHAR(5)', 'CLOB', 'NVARCHAR(20)', '' ],
		cells => [ map { "'$_'" } 'a', 'A', 'b', 'good', 'bad', 'Hello', 'two words', "it''s", '', 'naïve', 'ÄÖ', '12', ' padded ' ],
		dirt => [ "CAST(x'61ff' AS TEXT)", "CAST(x'610062' AS TEXT)", "'much longer than the twelve characters'", '5', '1.5', "x'6162'", "x'ff'" ],
		types => [ 'text', 'text', 'varchar(12)', 'varchar(3)', 'char(5)', 'app.mood', 'app.word', 'name', 'bytea', 'text[]' ],
		settings => [ { type => 'varchar(4)', too_long => 'truncate' }, { type => 'varchar(4)' }, { type => 'app.mood', on_error => 'null' }, { nul_bytes => 'strip' }, { invalid_text => 'replace' }, { default => 'none' }, { empty_as_null => $true }, { index_as => 'hash' }, { type => 'bytea' }, { encoding => 'utf8' }, { type => 'char(2)' } ],
		convert => [ 'lower(%s)', "nullif(%s, '')", 'substr(%s, 1, 3)', "%s || '!'", 'trim(%s)', '%s::varchar(3)', 'length(%s)', "regexp_replace(%s, 'o', '0')", 'md5(%s)', '%s::int' ],
		conditions => [ "%s <> 'a'", 'length(%s) < 6', "%s IS NOT NULL", "%s ~ '^[a-z]'", "%s <> ''", '%s::int > 1' ], checks => [ "%s <> 'bad'", 'length(%s) < 8', "%s <> ''" ],
		generated => [ 'upper(%s)', 'length(%s)', "%s || '-'" ], check => [ "%s <> ''", 'length(%s) < 12', "%s IN ('a', 'A', 'b', 'good', 'bad')" ], default => [ "'a'", "''", "'none'" ] },
	flag => {
		declared => [ 'BOOLEAN', 'BOOL', 'TINYINT(1)', 'BIT' ], cells => [ 0, 1, 1 ], dirt => [ 2, "'yes'", "'maybe'", "'t'", '1.0', "'TRUE'", "''" ],
		types => [ 'boolean', 'boolean', 'smallint', 'integer', 'text', 'bit(1)' ], settings => [ { type => 'boolean' }, { type => 'smallint' }, { default => $true }, { on_error => 'null' } ],
		convert => [ 'NOT %s', '%s::int', "CASE WHEN %s THEN 'good' ELSE 'bad' END" ], conditions => [ '%s', 'NOT %s', '%s IS NOT NULL' ], checks => [ '%s', '%s IS NOT NULL' ], generated => ['NOT %s'], check => ['%s IN (0, 1)'], default => [ 0, 1, 'TRUE' ] },
	day => {
		declared => [ 'DATE', 'DATE', 'TEXT', 'DATETIME' ], cells => [ map { "'$_'" } '2023-12-31', '2024-01-01', '2024-02-29', '1999-05-05', '2024-03-31', '2024-01-15' ],
		dirt => [ map { "'$_'" } '2024-02-30', '0000-00-00', '31/12/2023', '2024-01-01 10:00:00', '', 'soon', '31.12.2023' ],
		types => [ 'date', 'date', 'timestamp', 'timestamptz', 'text', 'varchar(10)', 'date[]' ],
		settings => [ { type => 'date' }, { encoding => [ 'iso', 'DD/MM/YYYY' ] }, { encoding => [ 'iso', 'DD/MM/YYYY', 'DD.MM.YYYY' ], type => 'date' }, { zero_date_as_null => $true }, { type => 'timestamptz', timezone => 'Europe/Berlin' }, { on_error => 'null', type => 'date' }, { default => '2000-01-01' }, { empty_as_null => $true } ],
		convert => [ "%s::text || ''", '%s::text::date', 'sqlite.try_parse_date(%s::text)', '%s + 1', "now()" ], conditions => [ "%s > '2024-01-01'", '%s IS NOT NULL', "%s::text < '2024'" ], checks => [ "%s > '2000-01-01'" ], generated => ['%s'], check => ["%s > '1900'"], default => [ "'2024-01-01'", 'CURRENT_DATE' ] },
	moment => {
		declared => [ 'DATETIME', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TEXT' ],
		cells => [ map { "'$_'" } '2024-01-01 10:00:00', '2024-01-01T10:00:00Z', '2023-06-01 00:00:00.5', '2024-02-29 23:59:59.999999' ],
		dirt => [ map { "'$_'" } '2024-01-01 10:00:00.1234567', '2024-03-31 02:30:00', '2024-10-27 02:30:00', '2024-01-01T10:00:00+02:00', '2024-01-01 25:00:00', '0000-00-00 00:00:00', '', '1704103200', 'never', '2024-01-01' ],
		types => [ 'timestamp', 'timestamptz', 'timestamptz', 'date', 'text', 'timestamp(0)', 'time', 'timestamptz(3)' ],
		settings => [ { type => 'timestamptz', timezone => 'Europe/Berlin' }, { type => 'timestamptz', timezone => 'Europe/Berlin', ambiguous_time => 'earlier' }, { type => 'timestamptz', timezone => 'America/New_York', ambiguous_time => 'later' }, { excess_digits => 'round' }, { excess_digits => 'truncate', type => 'timestamp(0)' }, { encoding => 'iso,unix' }, { timestamp_type => 'timestamptz' }, { type => 'date', on_error => 'null' }, { type => 'timestamp(0)' } ],
		convert => [ '%s::text', "%s::text::timestamp", 'sqlite.try_parse_timestamp(%s::text)' ], conditions => [ "%s > '2024-01-01'", '%s IS NOT NULL' ], checks => [ "%s > '2000-01-01'" ], generated => ['%s'], check => ["%s <> ''"], default => [ 'CURRENT_TIMESTAMP', "'2024-01-01 00:00:00'" ] },
	epoch => {
		declared => [ 'INTEGER', 'BIGINT', 'TIMESTAMP', 'DATETIME', 'REAL' ], cells => [ 0, 1704103200, 1709164800, 1700000000, 86400 ], dirt => [ '1704103200.5', '1704103200123', "'1704103200'", "'2024-01-01 10:00:00'", "'x'", '1704103200.1234567', '9223372036854775807', '9e999' ],
		types => [ 'timestamptz', 'timestamp', 'bigint', 'date', 'integer', 'text', 'numeric' ],
		settings => [ { type => 'timestamptz', encoding => 'unix' }, { type => 'timestamp', encoding => 'unix_ms' }, { type => 'timestamptz', encoding => 'iso,unix' }, { type => 'date', encoding => 'unix' }, { type => 'bigint' }, { encoding => 'unix' }, { type => 'timestamp', encoding => 'unix', excess_digits => 'round' }, { type => 'timestamptz', encoding => [ 'unix', 'iso' ], on_error => 'null' }, { type => 'interval', encoding => 's' } ],
		convert => [ 'to_timestamp(%s)', "sqlite.parse_timestamptz(%s::text, 'unix', 'UTC')" ], conditions => [ '%s IS NOT NULL' ], checks => [ '%s IS NOT NULL' ], generated => ['%s'], check => ['%s >= 0'], default => [ 0, 1700000000 ] },
	days => {
		declared => [ 'REAL', 'DOUBLE', 'NUMERIC' ], cells => [ '2460263.25', '2460263.5', '2451545.0', '45244.75' ], dirt => [ "'2024-01-01'", '1e300', '0', '-1.5', "'n'", '2460263.123456789' ],
		types => [ 'timestamp', 'double precision', 'date', 'numeric', 'numeric(9,2)', 'real' ], settings => [ { type => 'timestamp', encoding => 'julian' }, { type => 'timestamptz', encoding => 'julian', excess_digits => 'round' }, { type => 'date', encoding => 'excel' }, { type => 'numeric(9,1)', excess_digits => 'truncate' }, { type => 'timestamp', encoding => 'excel' } ],
		convert => [ 'floor(%s)', '%s::numeric(9,1)' ], conditions => [ '%s IS NOT NULL' ], checks => [ '%s IS NOT NULL' ], generated => ['%s'], check => ['%s > 0'], default => ['0.0'] },
	amount => {
		declared => [ 'DECIMAL(6,2)', 'NUMERIC(10,2)', 'MONEY', 'NUMERIC', 'REAL' ], cells => [ 0, '1.5', '12.25', '-3.1', '99.99', '7', '1000' ], dirt => [ '1.255', '123456.789', "'1,5'", "'1.234,50'", "'x'", '1e20', '9e999', "''", '0.1234567' ],
		types => [ 'numeric(6,2)', 'numeric', 'numeric(10,2)', 'numeric(4,1)', 'double precision', 'integer', 'text', 'money', 'app.price' ],
		settings => [ { type => 'numeric(6,2)', excess_digits => 'round' }, { type => 'numeric(6,2)' }, { encoding => 'decimal_comma', type => 'numeric' }, { excess_digits => 'truncate' }, { type => 'numeric' }, { type => 'money' }, { default => '1.5' }, { type => 'app.price' } ],
		convert => [ '%s * 1.19', 'round(%s::numeric, 1)', '%s::numeric(6,2)', '100 / %s', "sqlite.try_cast(%s::text, NULL::numeric)", '%s::int', "sqlite.parse_numeric(%s::text, ',', '.')" ], conditions => [ '%s > 1', '%s >= 0', '100 / %s < 50' ], checks => [ '%s >= 0', '%s < 100' ], generated => [ '%s * 2', '-%s' ], check => ['%s > -100'], default => [ 0, '1.5' ] },
	real => {
		declared => [ 'REAL', 'DOUBLE PRECISION', 'FLOAT' ], cells => [ '0.0', '1.5', '-2.25', '0.1', '3.0' ], dirt => [ '1e300', '9e999', '-9e999', '1e-320', "'x'", "'1.5'", '0.30000000000000004', '16777217' ],
		types => [ 'double precision', 'real', 'numeric', 'numeric(4,1)', 'bigint', 'text', 'integer' ], settings => [ { type => 'real' }, { type => 'numeric(4,1)', excess_digits => 'round' }, { type => 'integer', excess_digits => 'truncate' }, { type => 'numeric' } ],
		convert => [ '%s / 3', 'sqrt(%s)', 'ln(%s)', '%s::real', 'round(%s)::int', '1 / %s' ], conditions => [ '%s > 0', '%s < 2', 'sqrt(%s) > 1' ], checks => [ '%s > -1' ], generated => ['%s * 2'], check => ['%s < 1e10'], default => ['0.5'] },
	id => {
		declared => [ 'UUID', 'TEXT', 'CHAR(36)', 'GUID' ], cells => [ map { "'$_'" } '6b9c1c3e-1111-4222-8333-444455556666', '6b9c1c3e-1111-4222-8333-444455556667', '00000000-0000-0000-0000-000000000000' ], dirt => [ "'6B9C1C3E111142228333444455556668'", "'{6b9c1c3e-1111-4222-8333-444455556669}'", "x'6b9c1c3e111142228333444455556666'", "'none'", "''", '5' ],
		types => [ 'uuid', 'uuid', 'text', 'varchar(36)', 'bytea' ], settings => [ { type => 'uuid' }, { type => 'uuid', on_error => 'null' }, { encoding => 'guid_le', type => 'uuid' }, { type => 'text' } ],
		convert => [ 'sqlite.try_parse_uuid(%s::text)', '%s::text', 'upper(%s::text)' ], conditions => ['%s IS NOT NULL'], checks => ['%s IS NOT NULL'], generated => ['%s'], check => ["%s <> ''"], default => ["'00000000-0000-0000-0000-000000000000'"] },
	guid => {
		declared => [ 'BLOB', 'BINARY(16)', 'GUID', 'UNIQUEIDENTIFIER' ], cells => [ map { "x'6b9c1c3e11114222833344445555666$_'" } 1 .. 4 ], dirt => [ "x'00'", "'6b9c1c3e-1111-4222-8333-444455556666'", "x''", '7' ],
		types => [ 'uuid', 'bytea', 'text' ], settings => [ { type => 'uuid' }, { type => 'uuid', encoding => 'guid_le' }, { type => 'bytea' }, { type => 'text', encoding => 'utf8' } ], convert => [ "encode(%s, 'hex')", 'length(%s)' ], conditions => ['%s IS NOT NULL'], checks => ['%s IS NOT NULL'], generated => ['%s'], check => ['length(%s) > 1'], default => ["x'00'"] },
	document => {
		declared => [ 'JSON', 'TEXT', 'JSONB' ], cells => [ "'{\"a\": 1}'", "'[1, 2]'", "'{\"a\": {\"b\": null}}'", "'1'", "'\"x\"'" ], dirt => [ "'N/A'", "'{\"a\":\"\\u0000\"}'", "'{'", "''", '5', "'{\"a\":1,\"a\":2}'", "CAST(x'7b22ff' AS TEXT)", "'[1.0000000000000000000000001]'" ],
		types => [ 'jsonb', 'json', 'text', 'jsonb[]' ], settings => [ { type => 'jsonb', invalid_json => 'string' }, { type => 'jsonb', invalid_json => 'null' }, { type => 'json' }, { type => 'jsonb' }, { type => 'text' }, { nul_bytes => 'strip', type => 'jsonb' } ],
		convert => [ "(%s::jsonb) -> 'a'", "jsonb_build_object('was', %s)", '%s::jsonb' ], conditions => [ "%s::text <> '1'", '%s IS NOT NULL' ], checks => [ "jsonb_typeof(%s) = 'object'" ], generated => ['%s'], check => ['json_valid(%s)'], default => ["'{}'"] },
	list => {
		declared => [ 'TEXT', 'ARRAY', 'JSON' ], cells => [ map { "'$_'" } '[1,2]', '[]', '[3]', '[4,5,6]' ], dirt => [ map { "'$_'" } '{1,2}', '1,2', '["a","b"]', '[1.5]', '[null]', '[[1,2],[3,4]]', '[[1],[2,3]]', 'x', '', '[99999999999]' ],
		types => [ 'int[]', 'text[]', 'bigint[]', 'numeric(4,1)[]', 'jsonb', 'text', 'app.numbers', 'smallint[]', 'date[]', 'varchar(2)[]' ], settings => [ { type => 'int[]', encoding => 'json' }, { type => 'text[]', encoding => 'json' }, { type => 'int[]', encoding => 'pg' }, { type => 'text[]', encoding => ',' }, { type => 'int[]' }, { type => 'numeric(3,0)[]', encoding => 'json', excess_digits => 'round' }, { type => 'varchar(1)[]', encoding => 'json', too_long => 'truncate' }, { type => 'int[]', on_error => 'null' } ],
		convert => [ 'sqlite.parse_text_array(%s)', "string_to_array(%s, ',')", "ARRAY[%s]" ], conditions => ['%s IS NOT NULL'], checks => ['%s IS NOT NULL'], generated => ['%s'], check => ["%s <> ''"], default => ["'[]'"] },
	span => {
		declared => [ 'INTERVAL', 'INTEGER', 'TEXT' ], cells => [ "'1 day'", "'2 hours'", "'PT5M'", "'01:30:00'" ], dirt => [ '3600', "'-1 day 2 hours'", "'soon'", "'5'", '1.5', "''", "'1.02:03:04'" ],
		types => [ 'interval', 'text', 'interval', 'time' ], settings => [ { type => 'interval' }, { type => 'interval', encoding => 's' }, { type => 'interval', encoding => 'iso8601' }, { type => 'interval', on_error => 'null' }, { type => 'interval', encoding => 'ms' } ], convert => ['%s::text'], conditions => ['%s IS NOT NULL'], checks => ['%s IS NOT NULL'], generated => ['%s'], check => ["%s <> ''"], default => ["'1 day'"] },
	clock => {
		declared => [ 'TIME', 'TEXT' ], cells => [ map { "'$_'" } '10:00:00', '23:59', '00:00:00.5' ], dirt => [ map { "'$_'" } '25:00', '10:00:00.1234567', '10', '2024-01-01 10:00:00', '24:00:00' ], types => [ 'time', 'text', 'timetz', 'interval', 'time(0)' ], settings => [ { type => 'time' }, { type => 'time(0)', excess_digits => 'round' }, { type => 'time', on_error => 'null' } ],
		convert => ['%s::text'], conditions => ["%s > '09:00'"], checks => [ "%s < '23:00'" ], generated => ['%s'], check => ["%s <> ''"], default => [ "'12:00'", 'CURRENT_TIME' ] },
	address => {
		declared => [ 'INET', 'MACADDR', 'TEXT' ], cells => [ "'10.0.0.1'", "'10.0.0.0/8'", "'::1'" ], dirt => [ "'10.0.0'", "'x'", '167772161', "'08:00:2b:01:02:03'", "''" ], types => [ 'inet', 'cidr', 'text', 'macaddr' ], settings => [ { type => 'inet' }, { type => 'cidr' }, { type => 'inet', on_error => 'null' }, { type => 'macaddr', encoding => 'integer' } ], convert => ['host(%s::inet)'], conditions => ['%s IS NOT NULL'], checks => ['%s IS NOT NULL'], generated => ['%s'], check => ["%s <> ''"], default => ["'127.0.0.1'"] },
	bytes => {
		declared => [ 'BLOB', 'BLOB', 'BYTEA', '' ], cells => [ "x'00ff'", "x''", "x'6162'", "x'c3a4'" ], dirt => [ "'text'", '5', '1.5', "'\\x00'" ], types => [ 'bytea', 'bytea', 'text', 'bit(8)', 'app.raw' ], settings => [ { type => 'bytea' }, { type => 'text', encoding => 'utf8' }, { type => 'text', encoding => 'utf8', invalid_text => 'replace', nul_bytes => 'strip' }, { type => 'text' } ], convert => [ "encode(%s, 'base64')", 'length(%s)', 'substr(%s, 1, 1)' ], conditions => ['length(%s) > 0'], checks => ['length(%s) < 3'], generated => ['length(%s)'], check => ['length(%s) < 100'], default => ["x'01'"] });

1;
