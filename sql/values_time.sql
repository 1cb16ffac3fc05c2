-- Cells that become dates and times.
\pset null ''
-- SQLite's own formats. A date that does not exist is refused, never rolled over.
SELECT * FROM helper.arrives('date', '', '''2024-02-29''', '''2023-02-29''', '''2024-02-30''', '''0001-01-01''', '''9999-12-31''', '''2024-02-29 00:00:00''', '''2024-02-29T00:00Z''',
    '''2024-02-29 13:00''', '''2024-2-9''', '''20240229''', '''29.02.2024''', '''0000-00-00''', '''2024-00-10''', '''''', '''today''', '''infinity''', '1709164800', '2460369.5', 'x''32''', '''-4713-11-24''', '''12024-01-01''');
SELECT * FROM helper.arrives('timestamp', '', '''2024-02-29 23:59:59.999999''', '''2024-02-29T12:00:00''', '''2024-02-29 12:00''', '''2024-02-29''', '''2024-02-29 12:00:00.1234567''', '''2024-02-29 12:00:00.1234560''', '''2024-02-29 24:00:00''',
    '''2024-02-29 24:00:01''', '''2024-02-29 23:59:60''', '''2024-02-29 12:60''', '''12:00:00''', '''2024-02-29T12:00:00Z''', '''2024-02-29 12:00:00+02:00''', '''2024-02-29 12:00:00-05:30''', '''2024-02-29 12:00:00 +0200''',
    '''2024-02-29 12:00:00 UTC''', '''2024-02-29 12:00:00 CET''', '''0000-00-00 00:00:00''', '''now''', '1709208000', '1709208000.5', ''' 2024-02-29 12:00 ''', '''2024-02-29  12:00''', '''2024-02-29 1:00''', '''1709208000''');
SELECT * FROM helper.arrives('timestamptz', '', '''2024-02-29 12:00:00''', '''2024-02-29 12:00:00+02''', '''2024-02-29 12:00:00Z''', '''2024-02-29 12:00:00.5+05:30''', '''2024-02-29 00:30+14:00''', '''2024-02-29 00:30+25:00''');
SELECT * FROM helper.arrives('time', '', '''23:59:59.999999''', '''24:00:00''', '''12:00''', '''2024-02-29 12:00''', '''2024-02-29 12:00+02:00''', '''12:00+02:00''', '''25:00''', '''12:00:00.1234567''', '''1:00''', '''''', '43200', '0.5');
SELECT * FROM helper.arrives('timetz', '', '''12:00:00''', '''12:00:00+02:00''', '''12:00Z''', '''2024-02-29 12:00-05:30''');
-- Fractions beyond the type's digits.
SELECT * FROM helper.arrives('timestamp(0)', '', '''2024-02-29 12:00:00''', '''2024-02-29 12:00:00.0''', '''2024-02-29 12:00:00.5''');
SELECT * FROM helper.arrives('timestamp(0)', 'excess_digits ''round''', '''2024-02-29 23:59:59.5''', '''2024-02-29 12:00:00.4''');
SELECT * FROM helper.arrives('timestamp(3)', 'excess_digits ''truncate''', '''2024-02-29 23:59:59.9999''', '''1969-12-31 23:59:59.9999''');
SELECT * FROM helper.arrives('time(0)', 'excess_digits ''round''', '''23:59:59.5''');
SELECT * FROM helper.arrives('timestamp', 'excess_digits ''round''', '''2024-02-29 12:00:00.1234565''', '''2024-02-29 12:00:00.1234564999''');
SELECT * FROM helper.arrives('timestamp', 'empty_as_null ''true'', zero_date_as_null ''true''', '''''', '''0000-00-00''', '''0000-00-00 00:00:00''', '''0000-00-01''');
SELECT * FROM helper.arrives('date', 'zero_date_as_null ''true''', '''0000-00-00''', '''0000-00-00 00:00:00''', '0');

-- Encodings: what a number stands for. The same instant in each of them.
SELECT encoding, a.* FROM (VALUES
    ('unix', '1709208000'), ('unix', '1709208000.25'), ('unix', '''1709208000'''), ('unix', '''1709208000.25'''), ('unix', '''abc'''), ('unix', '-1'), ('unix', '''2024-02-29'''), ('unix', '9223372036854775807'), ('unix', '9e999'), ('unix', '1709208000.1234567'),
    ('unix', '9224318015999'), ('unix', '9224318016000'), ('unix', '-210866803200'), ('unix', '-210866803201'),
    ('unix_ms', '1709208000250'), ('unix_ms', '1709208000250.5'), ('unix_us', '1709208000250001'), ('unix_ns', '1709208000250001000'), ('unix_ns', '1709208000250001001'),
    ('julian', '2460370.0'), ('julian', '2460370'), ('julian', '0.0'), ('julian', '2460369.999988426'),
    ('excel', '45351.5'), ('excel', '60'), ('excel', '59'), ('excel', '61'), ('excel', '1'), ('excel', '0'),
    ('webkit', '13353681600250000'), ('cocoa', '730900800'), ('cocoa', '730900800.25'), ('dotnet_ticks', '638448048002500000'), ('dotnet_ticks', '638448048002500001')) AS c (encoding, literal),
    LATERAL helper.arrives('timestamp', format('encoding %L', encoding), literal) AS a;
SELECT encoding, a.* FROM (VALUES ('unix', '1709164800'), ('unix', '1709208000'), ('unix_ms', '1709164800000'), ('julian', '2460369.5'), ('excel', '45351'), ('excel', '45351.5')) AS c (encoding, literal),
    LATERAL helper.arrives('date', format('encoding %L', encoding), literal) AS a;
SELECT * FROM helper.arrives('time', 'encoding ''unix''', '43200', '86400', '86401', '-1');
SELECT * FROM helper.arrives('time', 'encoding ''excel''', '0.5', '0.75', '1.5');
SELECT * FROM helper.arrives('timestamptz', 'encoding ''unix_ms''', '1709208000250');
-- Several, tried in order.
SELECT * FROM helper.arrives('timestamp', 'encoding ''iso,unix_ms''', '''2024-02-29 12:00''', '1709208000250', '''1709208000250''', '''neither''', '''''');
SELECT * FROM helper.arrives('timestamp', 'encoding ''unix,DD/MM/YYYY HH24:MI,iso''', '''29/02/2024 12:00''', '''2024-02-29''', '1709208000');
-- excess digits under an encoding: of a text or integer they are seen; a real goes to the nearest microsecond.
SELECT * FROM helper.arrives('timestamp', 'encoding ''unix_ns'', excess_digits ''round''', '1709208000250001499', '1709208000250001500', '-1500');
SELECT * FROM helper.arrives('timestamp', 'encoding ''dotnet_ticks'', excess_digits ''truncate''', '638448048002500009');
-- column_type, as in the existing wrapper.
SELECT * FROM helper.arrives('timestamp', 'column_type ''INT''', '1709208000', '''2024-02-29''');
SELECT * FROM helper.arrives('timestamp', 'column_type ''TEXT''', '1709208000', '''2024-02-29''');
SELECT * FROM helper.arrives('uuid', 'column_type ''BLOB''', 'x''a0eebc999c0b4ef8bb6d6bb9bd380a11''');

-- Patterns. The whole text matches, or is refused.
SELECT pattern, a.* FROM (VALUES
    ('DD/MM/YYYY', '''29/02/2024'''), ('DD/MM/YYYY', '''9/2/2024'''), ('DD/MM/YYYY', '''30/02/2024'''), ('DD/MM/YYYY', '''29/02/24'''), ('DD/MM/YYYY', '''29/02/2024 '''), ('DD/MM/YYYY', '''29-02-2024'''), ('DD/MM/YYYY', '20240229'), ('DD/MM/YYYY', ''''''),
    ('YYYYMMDD', '''20240229'''), ('YYYYMMDD', '20240229'), ('YYYYMMDD', '''2024229'''), ('Mon DD, YYYY', '''Feb 29, 2024'''), ('Mon DD, YYYY', '''feb 29, 2024'''), ('FMMonth DD, YYYY', '''February 29, 2024'''), ('Dy, DD Mon YYYY', '''Thu, 29 Feb 2024'''), ('Dy, DD Mon YYYY', '''Fri, 29 Feb 2024'''),
    ('YYYY"W"DDD', '''2024W060'''), ('DD.MM.YY', '''29.02.24'''), ('DD.MM.YY', '''01.01.70'''), ('MM/YYYY', '''02/2024'''), ('YYYY-MM-DDX', '''2024-02-29X'''), ('dd/mm/yyyy', '''29/02/2024''')) AS c (pattern, literal),
    LATERAL helper.arrives('date', format('encoding %L', pattern), literal) AS a;
SELECT pattern, a.* FROM (VALUES
    ('DD/MM/YYYY HH24:MI', '''29/02/2024 23:59'''), ('DD/MM/YYYY HH24:MI', '''29/02/2024'''), ('DD/MM/YYYY HH12:MI AM', '''29/02/2024 12:30 AM'''), ('DD/MM/YYYY HH12:MI AM', '''29/02/2024 12:30 pm'''), ('DD/MM/YYYY HH12:MI AM', '''29/02/2024 13:30 pm'''),
    ('YYYY-MM-DD"T"HH24:MI:SS.MSOF', '''2024-02-29T12:00:00.250+02:00'''), ('YYYYMMDDHH24MISS', '''20240229120000'''), ('DD/MM/YYYY', '''29/02/2024'''), ('YYYY-MM-DD HH24:MI:SS.US', '''2024-02-29 12:00:00.25'''), ('YYYY-MM-DD SSSSS', '''2024-02-29 43200''')) AS c (pattern, literal),
    LATERAL helper.arrives('timestamp', format('encoding %L', pattern), literal) AS a;
-- What is wrong with an encoding is said when the column is read.
SELECT * FROM helper.arrives('date', 'encoding ''unixms''', '1');
SELECT * FROM helper.arrives('date', 'encoding ''guid_le''', '1');
SELECT * FROM helper.arrives('date', 'encoding ''unix,unix''', '1');
SELECT * FROM helper.arrives('date', 'encoding ''unix,''', '1');
SELECT * FROM helper.arrives('date', 'encoding ''HH24:MI''', '1');
SELECT * FROM helper.arrives('bigint', 'encoding ''unix''', '1');

-- Server option timezone: where naive texts of a timestamptz column, and offsets of a timestamp column, are read.
-- The session's zone has no part in it.
ALTER SERVER cells OPTIONS (ADD timezone 'Europe/Vienna');
SET timezone = 'Asia/Tokyo';
SELECT * FROM helper.arrives('timestamptz', '', '''2024-02-29 12:00:00''', '''2024-07-01 12:00:00''', '''2024-03-31 02:30:00''', '''2024-10-27 02:30:00''', '''2024-02-29 12:00:00Z''', '''2024-02-29''');
SELECT * FROM helper.arrives('timestamp', '', '''2024-02-29 12:00:00''', '''2024-07-01 12:00:00Z''', '''2024-07-01 12:00:00+02:00''');
SELECT * FROM helper.arrives('timestamp', 'encoding ''unix''', '1709208000');
SELECT * FROM helper.arrives('timestamptz', 'encoding ''unix''', '1709208000');
SELECT * FROM helper.arrives('date', 'encoding ''unix''', '1709161200', '1709164800');
SELECT * FROM helper.arrives('date', '', '''2024-02-28T23:00:00Z''', '''2024-02-29T00:00:00Z''');
RESET timezone;
ALTER SERVER cells OPTIONS (DROP timezone);

-- Dates and times as mail, JavaScript, Go and C write them, and weeks of ISO 8601.
SET timezone = 'UTC';
SELECT * FROM helper.arrives('timestamptz', 'encoding ''rfc2822''', '''Tue, 02 Jan 2024 03:04:05 +0100''', '''2 Jan 2024 03:04 GMT''', '''Tue, 2 Jan 2024 03:04:05 EST (Eastern)''', '''Wed, 02 Jan 2024 03:04:05 +0100''', '''Fri, 30 Feb 2024 03:04:05 GMT''', '''02 Jan 24 03:04:05 GMT''', '''2 Jan 2024''', '''2 Jan 2024 03:04 CET''');
SELECT * FROM helper.arrives('timestamptz', 'encoding ''js_date''', '''Tue Jan 02 2024 03:04:05 GMT+0100 (Central European Standard Time)''', '''Tue Jan 02 2024 03:04:05 GMT-0000''', '''Mon Jan 02 2024 03:04:05 GMT+0100''', '''Invalid Date''');
SELECT * FROM helper.arrives('timestamptz', 'encoding ''go_time''', '''2024-01-02 03:04:05.678 +0100 CET''', '''2024-01-02 03:04:05 +0000 UTC m=+0.001''', '''2024-01-02 03:04:05 -0300 -03''', '''2024-01-02 03:04:05.123456789 +0100 CET''', '''2024-01-02 03:04:05''');
SELECT * FROM helper.arrives('timestamptz', 'encoding ''go_time'', excess_digits ''round''', '''2024-01-02 03:04:05.123456789 +0100 CET''');
SELECT * FROM helper.arrives('timestamp', 'encoding ''ctime''', '''Tue Jan  2 03:04:05 2024''', '''Fri Jan 12 03:04:05 UTC 2024''', '''Tue Jan 2 03:04:05 2024''', '''Mon Jan  2 03:04:05 2024''');
SELECT * FROM helper.arrives('date', 'encoding ''rfc2822,IYYY-"W"IW-ID''', '''Tue, 02 Jan 2024 00:00:00 GMT''', '''Tue, 02 Jan 2024 03:04:05 GMT''', '''2020-W53-7''', '''2021-W53-1''', '''2024-W01-1''', '''2024-W00-1''', '''2024-W01-8''', '''0001-W01-1''');
-- PostgreSQL's own reading of each week and day.
SELECT bool_and(sqlite.parse_date(to_char(d, 'IYYY"W"IWID'), 'IYYY"W"IWID') = d AND sqlite.parse_date(to_char(d, 'IYYY-"W"IW-ID'), 'IYYY-"W"IW-ID') = d) AS as_to_char, count(*)
FROM (SELECT DATE '1899-12-20' + 3 * i AS d FROM generate_series(0, 40000) AS i) AS days;
SELECT bool_and(sqlite.parse_timestamptz(to_char(t AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "+0000"'), 'rfc2822') = t
    AND sqlite.parse_timestamptz(to_char(t AT TIME ZONE 'UTC', 'Dy Mon DD YYYY HH24:MI:SS "GMT+0000"'), 'js_date') = t) AS as_to_char
FROM (SELECT TIMESTAMPTZ '1901-01-01 00:00:00+00' + i * INTERVAL '1234567 seconds' AS t FROM generate_series(0, 5000) AS i) AS moments;
SELECT * FROM helper.arrives('date', 'encoding ''IYYY-IW''', '''2024-01''');
SELECT * FROM helper.arrives('date', 'encoding ''IYYY-IW-DD''', '''2024-01-01''');
