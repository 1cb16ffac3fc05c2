-- Cells that become text, bytea and uuid, and the policies for text.
\pset null ''
-- Numbers as text keep their class: a real has a point or an exponent.
SELECT * FROM helper.arrives('text', '', '''plain''', '''''', '''Grüße 😀 日本''', '42', '-9223372036854775808', '58.0', '0.1', '1e100', '1e15', '1e16', '-0.0', '9e999', '-9e999',
    'NULL', '''tab'' || char(9) || ''end''', 'x''616263''');
-- A text that is no UTF-8, or holds NUL, is refused with the offset of the first such byte.
SELECT * FROM helper.arrives('text', '', 'CAST(x''6162ff'' AS TEXT)', 'CAST(x''c3'' AS TEXT)', 'CAST(x''eda080'' AS TEXT)', 'CAST(x''c0af'' AS TEXT)', 'CAST(x''f4908080'' AS TEXT)', 'CAST(x''61006200'' AS TEXT)');
SELECT * FROM helper.arrives('text', 'invalid_text ''replace''', 'CAST(x''6162ff63'' AS TEXT)', 'CAST(x''c3'' AS TEXT)', 'CAST(x''eda080'' AS TEXT)', 'CAST(x''f09f98'' AS TEXT)', 'CAST(x''ff00'' AS TEXT)');
SELECT * FROM helper.arrives('text', 'invalid_text ''null''', 'CAST(x''6162ff63'' AS TEXT)', 'CAST(x''6100'' AS TEXT)');
SELECT * FROM helper.arrives('text', 'nul_bytes ''strip''', 'CAST(x''61006200'' AS TEXT)', 'CAST(x''00'' AS TEXT)', 'CAST(x''00ff'' AS TEXT)');
SELECT * FROM helper.arrives('text', 'nul_bytes ''null''', 'CAST(x''61006200'' AS TEXT)', '''a''');
SELECT * FROM helper.arrives('text', 'nul_bytes ''strip'', invalid_text ''replace''', 'CAST(x''6100ff00'' AS TEXT)');
SELECT * FROM helper.arrives('text', 'on_error ''null''', 'CAST(x''6162ff63'' AS TEXT)', 'x''61''', '''fine''');
-- A blob becomes text only when told that it holds UTF-8.
SELECT * FROM helper.arrives('text', 'encoding ''utf8''', 'x''47c3bc''', 'x''ff''', 'x''6100''', '''text''', '5');

-- Lengths count characters.
SELECT * FROM helper.arrives('varchar(3)', '', '''abc''', '''äöü''', '''😀😀😀''', '''abcd''', '''abc ''', '1234', '''''');
SELECT * FROM helper.arrives('varchar(3)', 'too_long ''truncate''', '''abcd''', '''äöüß''', '''ab  ''', '12345');
SELECT * FROM helper.arrives('varchar(3)', 'too_long ''truncate'', nul_bytes ''strip''', 'CAST(x''610062006364'' AS TEXT)');
SELECT cell, quote_literal(value) AS value, refused FROM helper.arrives('char(3)', '', '''a''', '''abc''', '''abcd''', '''''', '''ü''');

-- bytea: the bytes; of a text its UTF-8, of a number its digits.
SELECT * FROM helper.arrives('bytea', '', 'x''00ff''', 'x''''', '''ü''', 'CAST(x''6100ff'' AS TEXT)', '''\x41''', '''''', '42', '58.0', '9e999', 'NULL', 'zeroblob(4)');

-- uuid: any spelling, or 16 bytes; guid_le for the order .NET writes.
SELECT * FROM helper.arrives('uuid', '', '''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''', '''A0EEBC999C0B4EF8BB6D6BB9BD380A11''', '''{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}''',
    '''urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''', 'x''a0eebc999c0b4ef8bb6d6bb9bd380a11''', 'x''a0eebc99''', '''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1''', '''''', '''not one''', '5',
    ''' a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''', '''{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''', '''a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11''');
SELECT * FROM helper.arrives('uuid', 'encoding ''guid_le''', 'x''99bceea00b9cf84ebb6d6bb9bd380a11''', '''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''');
SELECT * FROM helper.arrives('uuid', 'empty_as_null ''true''', '''''', 'x''''');

-- Other types through their own input functions: their message is part of ours.
SELECT * FROM helper.arrives('inet', '', '''10.0.0.0/8''', '''300.0.0.1''', '''''', '5');
SELECT * FROM helper.arrives('inet', 'on_error ''null''', '''300.0.0.1''');
SELECT * FROM helper.arrives('interval', '', '''1 day 02:00''', '''P1D''', '''one day''');
SELECT * FROM helper.arrives('xml', '', '''<a/>''', '''<a>''');
SELECT * FROM helper.arrives('point', '', '''(1,2)''', '''1''');
SELECT * FROM helper.arrives('int4range', '', '''[1,5)''', '''[5,1)''');
SELECT * FROM helper.arrives('regclass', '', '''pg_class''', '''no_such''');
CREATE TYPE helper.mood AS ENUM ('sad', 'ok');
SELECT * FROM helper.arrives('helper.mood', '', '''ok''', '''happy''');
SELECT * FROM helper.arrives('helper.mood', 'on_error ''null''', '''ok''', '''happy''');
-- Input functions that would cut, wrap or round without a word are not left to it.
SELECT * FROM helper.arrives('"char"', '', '''a''', '''ab''', '''''');
SELECT length(value), refused FROM helper.arrives('name', '', 'printf(''%.*c'', 63, ''x'')', 'printf(''%.*c'', 64, ''x'')');
SELECT * FROM helper.arrives('oid', '', '5', '-5', '4294967295', '4294967296');
SELECT * FROM helper.arrives('money', '', '''1.50''', '''1.500''', '''1.005''', '2.5');
SELECT * FROM helper.arrives('interval', '', '''0.123456 s''', '''0.1234560 s''', '''0.1234567 s''', '''00:00:01.1234567''');
SELECT * FROM helper.arrives('interval', '', '''1.5 years''', '''1.3333 years''', '''0.5 us''', '''1.5 ms''', '''0.0001 ms''', '''PT0.5M''', '''P0.01Y''');
SELECT * FROM helper.arrives('interval', 'excess_digits ''round''', '''1.3333 years''', '''0.5 us''');
SELECT * FROM helper.arrives('interval hour', '', '''1 day 02:00''', '''02:30''');
SELECT * FROM helper.arrives('interval(0)', '', '''1 s''', '''1.5 s''', '''1500 ms''');
SELECT * FROM helper.arrives('interval(0)', 'excess_digits ''round''', '''1.5 s''');
SELECT * FROM helper.arrives('interval(0)', 'excess_digits ''truncate''', '''1.5 s''');
SELECT * FROM helper.arrives('bit(3)', '', '''101''', '''1010''');
-- Domains: their constraints are checked.
CREATE DOMAIN helper.small AS integer CHECK (VALUE < 10);
CREATE DOMAIN helper.there AS text NOT NULL;
SELECT * FROM helper.arrives('helper.small', '', '5', '50', '''x''', 'NULL');
SELECT * FROM helper.arrives('helper.small', 'on_error ''null''', '5', '50', '''x''');
SELECT * FROM helper.arrives('helper.there', '', '''a''', 'NULL');
SELECT * FROM helper.arrives('helper.there', 'on_error ''null''', 'NULL', 'x''00''');
CREATE DOMAIN helper.code AS varchar(2);
SELECT * FROM helper.arrives('helper.code', '', '''ab''', '''abc''');
CREATE TYPE helper.pair AS (a integer, b text);
SELECT * FROM helper.arrives('helper.pair', '', '''(1,x)''', '''(x,1)''');
-- An error of a CHECK that does not speak of the value goes on, and who catches it finds the transaction as it
-- was: the next statement begins one of its own.
CREATE FUNCTION helper.broken() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
CREATE DOMAIN helper.unlucky AS text CHECK (helper.broken());
CREATE FOREIGN TABLE helper.unlucky_cell (v helper.unlucky OPTIONS (on_error 'null')) SERVER cells OPTIONS (query 'SELECT ''a'' AS v');
DO $$ BEGIN
    PERFORM v FROM helper.unlucky_cell;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'caught %', SQLSTATE;
END $$;
SELECT now() = statement_timestamp() AS a_new_transaction;
