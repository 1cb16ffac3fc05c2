-- Cells that become integers, floating point and numeric.
\pset null ''
-- In full, once: what a refusal says.
CREATE FOREIGN TABLE refused (v integer) SERVER cells OPTIONS (query 'SELECT 3 AS v UNION ALL SELECT ''3x''');
SELECT * FROM refused;
DROP FOREIGN TABLE refused;

-- Integers keep all 64 bits, or are refused where the type is narrower; text counts when all of it is a number.
SELECT * FROM helper.arrives('bigint', '', '0', '-1', '9223372036854775807', '-9223372036854775808', 'NULL',
    '5.0', '5.5', '9223372036854775808.0', '-9223372036854775808.0', '1e300', '9e999', '-9e999', '-0.0',
    '''42''', ''' 42 ''', '''+42''', '''-0''', '''9223372036854775808''', '''4.0''', '''4.5''', '''4e2''', '''0x10''', '''1_000''', '''abc''',
    '''''', 'x''3432''', '''1'' || char(0)');
SELECT * FROM helper.arrives('integer', '', '2147483647', '2147483648', '-2147483648', '-2147483649', '1e12', '''2147483648''');
SELECT * FROM helper.arrives('smallint', '', '32767', '32768', '-32768', '-32769', '-32769.0');
SELECT * FROM helper.arrives('bigint', 'empty_as_null ''true''', '''''', ''' ''', 'x''''');
SELECT * FROM helper.arrives('bigint', 'on_error ''null''', '''abc''', '5.5', 'x''00''', '7');

-- double precision: bit for bit; an integer only where a double holds it.
SELECT * FROM helper.arrives('double precision', '', '0.1', '-0.0', '9e999', '-9e999', '5e-324', '1.7976931348623157e308',
    '9007199254740992', '9007199254740993', '9223372036854775807', '''0.1''', '''-0''', '''1e400''', '''9007199254740993''', '''NaN''', '''Infinity''', '''-inf''',
    '''1e-400''', '''0.1000000000000000055511151231257827''', '''1,5''', 'x''00''', '''''');
SELECT * FROM helper.arrives('double precision', 'excess_digits ''round''', '9007199254740993', '9223372036854775807');
SELECT * FROM helper.arrives('real', '', '0.5', '0.1', '1e39', '9e999', '16777216', '16777217', '''0.5''', '''0.1''');
SELECT * FROM helper.arrives('real', 'excess_digits ''round''', '0.1', '1e39', '16777217');

-- numeric: the shortest decimal that reads back to the same double.
SELECT * FROM helper.arrives('numeric', '', '0.1', '9007199254740993', '1e22', '1.0e23', '1e300', '5e-324', '-0.0', '58.0', '100.0', '9e999',
    '-9e999', '''12345678901234567890.123456789012345678901234567890''', '''1e-5''', '''1E+3''', '''.5''', '''5.''', '''-.5''', '''NaN''', '''Infinity''', '''1e200000''', '''-''', '''.''',
    '''1 2''', 'x''31''');
SELECT * FROM helper.arrives('numeric(6,2)', '', '1234.5', '12345', '0.125', '''0.120''', '''1.005''', '9999.99', '-9999.99', '9999.995', '''NaN''', '9e999');
SELECT * FROM helper.arrives('numeric(6,2)', 'excess_digits ''round''', '0.125', '0.135', '-0.125', '''1.005''', '9999.994', '9999.995');
SELECT * FROM helper.arrives('numeric(6,2)', 'excess_digits ''truncate''', '0.125', '-0.129', '''1.009''', '9999.999');
SELECT * FROM helper.arrives('numeric(3,-2)', '', '12300', '12345', '''100''', '99900', '100000');
SELECT * FROM helper.arrives('numeric(2,4)', '', '0.0012', '0.01', '0.00125');
-- Every digit of a decimal text is there.
SELECT value = repeat('9', 1000) || '.' || repeat('1', 1000) AS exact
FROM helper.arrives('numeric', '', '''' || repeat('9', 1000) || '.' || repeat('1', 1000) || '''');

-- boolean: 0 and 1, and the words PostgreSQL knows.
SELECT * FROM helper.arrives('boolean', '', '0', '1', '2', '-1', '1.0', '0.0', '0.5', '''t''', '''F''', '''TRUE''', '''false''', '''y''', '''N''', '''yes''', '''no''', '''on''',
    '''OFF''', '''1''', '''0''', ''' true ''', '''tr''', '''maybe''', '''''', 'x''01''');
SELECT * FROM helper.arrives('boolean', 'empty_as_null ''yes'', on_error ''null''', '''''', '''maybe''', '7', '''t''');
