-- Cells that become json, jsonb and arrays.
\pset null ''
SELECT * FROM helper.arrives('jsonb', '', '''{"a": 1, "b": [true, null, "x"]}''', '''null''', '''"text"''', '''1.50''', '''1e3''', '5', '1.5', '''''', '''{a:1}''', '''{"a":1,}''', '''{"a":1,"a":2}''',
    '''{"a":{"b":1,"b":1}}''', '''"\u0000"''', '''{"k\u0000":1}''', '''"\ud83d\ude00"''', '''"\ud83d"''', '''[1,2''', ''' {"a" : 1 } ''', '''NaN''', '''01''', '''-0''', '''[1]x''', 'x''7b7d''', 'CAST(x''7b2261223a22ff227d'' AS TEXT)', 'CAST(x''22610022'' AS TEXT)');
SELECT * FROM helper.arrives('json', '', '''{"a": 1,  "b":2}''', '''{"a":1,"a":2}''', '''"\u0000"''', '''"\ud83d"''', '''{a:1}''', '''''', '5', '1.5', '9e999', 'x''7b7d''');
SELECT * FROM helper.arrives('jsonb', 'encoding ''utf8''', 'x''7b7d''', 'x''ff''');
SELECT * FROM helper.arrives('jsonb', 'invalid_json ''null''', '''{a:1}''', '''{"a":1,"a":2}''', '''"\u0000"''', '''''');
SELECT * FROM helper.arrives('jsonb', 'invalid_json ''string''', '''{a:1}''', '''say "hi"\''', '''''', '''[1]''', '''line'' || char(10) || ''break''', 'CAST(x''00'' AS TEXT)');
SELECT * FROM helper.arrives('json', 'invalid_json ''string''', '''{a:1}''', '''tab'' || char(9) || char(1)');
SELECT * FROM helper.arrives('jsonb', 'empty_as_null ''true''', '''''', '''{}''');
SELECT * FROM helper.arrives('jsonb', 'on_error ''null''', '''{a:1}''', '''{"a":1,"a":2}''', '''"\u0000"''', 'x''00''', '''[]''');
-- Deep documents: what PostgreSQL's own reader takes.
SELECT length(value), left(refused, 60) AS refused FROM helper.arrives('jsonb', '', '''' || repeat('[', 1000) || repeat(']', 1000) || '''');
SELECT length(value), left(refused, 60) AS refused FROM helper.arrives('jsonb', '', '''' || repeat('[', 100000) || repeat(']', 100000) || '''');

-- The wrapper builds jsonb itself: of each document it must be what PostgreSQL's own input function makes.
-- jsonb_send would hide a wrong order of keys or a wrong header, so the stored bytes are compared by use, too.
CREATE FOREIGN TABLE json_documents (id bigint, document text, as_jsonb jsonb OPTIONS (column_name 'document'), as_json json OPTIONS (column_name 'document'))
    SERVER cells OPTIONS (query $$
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400),
    parts(i, a, b, c) AS (SELECT i, printf('%.*c', i % 131, 'x'), i * 7919 % 1000 - 500, CASE i % 5 WHEN 0 THEN '😀é' WHEN 1 THEN '\u00fc\n\t\"\\\/' WHEN 2 THEN '' WHEN 3 THEN '\ud83d\ude00' ELSE 'plain' END FROM n)
    SELECT i AS id, CASE i % 10
        WHEN 0 THEN '{"' || a || '": "' || c || '", "z' || i || '": ' || b || ', "bb": [1, 2.50, -0.001, 1e10, 1E-5, ' || b || '], "ca": {}, "a": null}'
        WHEN 1 THEN '[' || b || ', [], {}, [[' || b || ']], {"k": {"k": {"k": "' || c || '"}}}, true, false, null]'
        WHEN 2 THEN '"' || a || c || '"'
        WHEN 3 THEN b || '.' || abs(b) || '00'
        WHEN 4 THEN '{"' || c || '":"' || a || '","' || a || '1":' || i || ',"' || a || '2":' || -i || ',"yy":"' || c || c || '"}'
        WHEN 5 THEN (SELECT json_group_array(json_object('i', k.i, 'name', substr('abcdefghij', 1, k.i % 11), 'n', NULL)) FROM n k WHERE k.i <= parts.i)
        WHEN 6 THEN (SELECT '{' || group_concat('"key' || (k.i * 37 % 1009) || '":' || k.i) || '}' FROM n k WHERE k.i <= parts.i)
        WHEN 7 THEN '  [ ' || char(9, 10, 13) || '1 , "' || c || '" ]  '
        WHEN 8 THEN '-' || i || 'e' || (i % 40)
        ELSE 'null' END AS document
    FROM parts $$);
SELECT count(*), count(*) FILTER (WHERE as_jsonb = document::jsonb) AS equal, count(*) FILTER (WHERE as_jsonb::text = document::jsonb::text) AS same_text,
       count(*) FILTER (WHERE jsonb_hash(as_jsonb) = jsonb_hash(document::jsonb)) AS same_hash, count(*) FILTER (WHERE as_json::text = document) AS json_as_written,
       count(*) FILTER (WHERE pg_column_size(as_jsonb) = pg_column_size(document::jsonb)) AS same_size
FROM json_documents;
-- Kept in a table, and found by key in there (binary search needs the right order of keys).
CREATE TEMP TABLE kept AS SELECT id, document, as_jsonb AS j FROM json_documents;
SELECT count(*) FROM kept, jsonb_object_keys(CASE jsonb_typeof(j) WHEN 'object' THEN j ELSE '{}' END) AS key WHERE NOT j ? key OR j -> key IS DISTINCT FROM document::jsonb -> key;
SELECT count(*) FROM kept, generate_series(0, 400) AS i WHERE jsonb_typeof(j) = 'array' AND j -> i IS DISTINCT FROM document::jsonb -> i;
DROP FOREIGN TABLE json_documents;

-- SQLite's binary JSON, as jsonb() of 3.46 makes it: numbers and strings of JSON5, raw strings; what is damaged; texts in blobs.
SELECT * FROM helper.arrives('json', '', 'x''0c''', 'x''cc16176113311762cb0e010200852d302e35652d31301778''', 'x''cc28176144307831461762262e35176326352e1764133717655539653939391766001767542d30786666''', 'x''cb1e774772c3bcc39f65a85c75303065395c6e5c225969745c2773495c783431''', 'x''cc1637726177c810736179205c2268695c22205c5c205c6e''', 'x''cc16176113311762cb0e010200852d302e35652d313017''', 'x''1b''', 'x''7b2261223a317d''', 'x''27c328''');
SELECT * FROM helper.arrives('jsonb', '', 'x''cc16176113311762cb0e010200852d302e35652d31301778''', 'x''8c1761133117611332''', 'x''7b2261223a317d''');
SELECT * FROM helper.arrives('jsonb', 'encoding ''utf8''', 'x''7b2261223a317d''', 'x''0c''');
SELECT * FROM helper.arrives('jsonb', 'on_error ''null''', 'x''0c''', 'x''1b''');

-- Arrays, from JSON arrays or split at a delimiter.
SELECT * FROM helper.arrives('text[]', '', '''["a","b c",null,"","\"q\"","\u00e9"]''', '''[]''', '''[1,1.50,true,false,1e3]''', '''[[1,2],{"a":3}]''', '''{a,b}''', '''a,b''', '''''', 'NULL', '5', '''{"a":1}''', '''["\u0000"]''', '''["a"''');
SELECT * FROM helper.arrives('integer[]', '', '''[1, 2, null]''', '''[1, 2.0]''', '''[1, 2.5]''', '''["3"]''', '''[99999999999]''', '''[""]''');
SELECT * FROM helper.arrives('text[]', 'encoding '',''', '''a,b,,c''', '''''', '''a''', ''',''', '5', 'NULL');
SELECT * FROM helper.arrives('integer[]', 'encoding '';''', '''1;2;3''', '''1;;3''', '''1; 2''');
SELECT * FROM helper.arrives('integer[]', 'encoding '';'', empty_as_null ''true''', '''1;;3''', '''''');
SELECT * FROM helper.arrives('text[]', 'encoding '' - ''', '''a - b-c''');
SELECT * FROM helper.arrives('boolean[]', '', '''[true,false,0,1,"yes"]''', '''[2]''');
SELECT * FROM helper.arrives('timestamp[]', '', '''["2024-02-29 12:00", null]''', '''[1709208000]''');
SELECT * FROM helper.arrives('numeric(6,2)[]', '', '''[1.5, 2.125]''', '''[12345.67890123456789012345]''');
SELECT * FROM helper.arrives('numeric[]', '', '''[0.1000000000000000055511151231257827, 1e-3]''');
SELECT * FROM helper.arrives('double precision[]', '', '''[0.1, -0.0, 1e400]''', '''[0.1, -0.0]''');
SELECT * FROM helper.arrives('uuid[]', '', '''["a0eebc999c0b4ef8bb6d6bb9bd380a11"]''');
SELECT * FROM helper.arrives('jsonb[]', '', '''[{"a":1},[2],3,"3",null]''');
SELECT * FROM helper.arrives('bytea[]', '', '''["a"]''');
SELECT * FROM helper.arrives('varchar(2)[]', '', '''["ab"]''', '''["abc"]''');
SELECT * FROM helper.arrives('varchar(2)[]', 'too_long ''truncate''', '''["abc"]''');
CREATE TYPE helper.feeling AS ENUM ('sad', 'ok');
SELECT * FROM helper.arrives('helper.feeling[]', '', '''["ok"]''', '''["happy"]''');
SELECT * FROM helper.arrives('helper.feeling[]', 'on_error ''null''', '''["ok"]''', '''["happy"]''');
SELECT * FROM helper.arrives('text[]', 'invalid_json ''null''', '''a,b''', '''["a"]''');
SELECT * FROM helper.arrives('text[]', 'nul_bytes ''strip''', '''["a\u0000b"]''');
SELECT * FROM helper.arrives('int4range[]', '', '''["[1,5)"]''');
