# The surface of the extension, as a stranger sees it: a row for each function and procedure, a kind for each of its
# arguments, and for each kind a value that makes sense and many that do not. t/053_hostile_calls.pl makes the calls.
package Calls;
use strict;
use warnings;

# Kinds of arguments: the first value makes sense to who owns server own, the rest does not or belongs to somebody else.
# DIR is the test's folder, JOB the owner's job, NEST a document nested 10,000 deep.
our $nest = q{((repeat('[', 10000) || repeat(']', 10000))::jsonb)};
my @jsonb = ('NULL::jsonb', q{'null'::jsonb}, q{'[]'::jsonb}, q{'{}'::jsonb}, q{'1'::jsonb}, q{'"text"'::jsonb}, q{'true'::jsonb}, q{'[null, [], {}]'::jsonb}, q{'{"": null}'::jsonb}, q{'{"a": {"a": {"a": []}}}'::jsonb}, $nest, q{(SELECT jsonb_object_agg('k' || i, i) FROM generate_series(1, 5000) i)});
my @names = ('NULL', q{''}, q{'nothing'}, q{'a"b''c; DROP TABLE x'}, q{repeat('x', 100000)}, q{E'\\u00e4\\n\\t'}, q{'..'}, q{'pg_authid'});
my @integers = ('NULL', '0', '-1', '1', '9223372036854775807', '-9223372036854775808');
my @relations = ('NULL::regclass', '99999999::oid::regclass', '0::oid::regclass', q{'pg_catalog.pg_authid'::regclass}, q{'pg_catalog.pg_class_oid_index'::regclass}, '(SELECT reltoastrelid::regclass FROM pg_class WHERE relname = \'pg_proc\')',
	"'sqlite.jobs'::regclass", "'sqlite.progress'::regclass", "'sqlite.rejects_id_seq'::regclass", map { "'things.$_'::regclass" } qw(hidden a_view a_composite a_sequence an_index a_matview partitioned elsewhere trapped));
my @paths = (q{NULL}, q{''}, q{'/'}, q{'..'}, q{'/etc/passwd'}, q{'/dev/zero'}, q{'/dev/stdin'}, q{'DIR/fifo'}, q{'DIR/vault.db'}, q{'DIR/open/../vault.db'}, q{'DIR/open/link.db'}, q{'global/pg_control'}, q{'open/own.db'}, q{'DIR/open'}, q{'DIR/open/own.db/'}, q{'file:DIR/vault.db?mode=rw'}, q{':memory:'}, q{repeat('/x', 10000)}, q{'/proc/self/environ'});
our %kinds = (
	server => [ "'own'", @names, "'vault'", "'foreigner'", "'fifo'" ],
	servers => [ "'{own}'", 'NULL::text[]', "'{}'", "'{NULL}'", "'{own,own}'", "'{{own,own}}'", "'{vault}'", "'{own,vault}'", "'{foreigner}'", "'{fifo}'", "'{nothing}'", "'{\"\"}'", "'[5:5]={own}'", "array_fill('own'::text, '{2000}')" ],
	schema => [ "'target'", @names, "'sqlite'", "'pg_catalog'", "'pg_toast'", "'pg_temp'", "'information_schema'", "'things'" ],
	table => [ "'item'", @names, "'sqlite_master'", "'target.item'", "'secret'" ],
	spec => [ q{'{}'::jsonb}, @jsonb, q{'{"tables": {"item": {"columns": {"name": {"convert": "things.loot(name)"}}}}}'}, q{'{"tables": {"item": {"target": "things.hidden", "existing": "append"}}}'}, q{'{"tables": {"item": {"target": "sqlite.jobs", "existing": "truncate"}}}'}, q{'{"tables": {"item": {"target": "pg_catalog.pg_authid"}}}'}, q{'{"backup": "/etc"}'}, q{'{"backup": "DIR/guarded"}'}, q{'{"workers": 1024}'}, q{'{"tables": {"item": {"indexes": ["(name); ALTER ROLE guest SUPERUSER"]}}}'}, q{'{"tables": {"item": {"where": "true); ALTER ROLE guest SUPERUSER; --"}}}'}, q{'{"tables": {"item": {"columns": {"name": {"convert": "set_config(''role'', ''none'', false) || things.loot(name)"}}}}}'}, q{'{"tables": {"item": {"columns": {"name": {"default_sql": "(SELECT value FROM things.hidden)"}}}}}'} ],
	job => [ 'JOB', @integers, '987654321' ],
	jobs => [ "'{}'::bigint[]", 'NULL::bigint[]', "'{NULL}'", "'{0,-1,9223372036854775807}'", "'{{1,2},{3,4}}'", "array_fill(1::bigint, '{2000}')" ],
	relation => [ "'target.item'::regclass", @relations ],
	path => [ "'DIR/open/new.db'", @paths, "'DIR/guarded/new.db'", "'DIR/open/own.db'" ],
	database => [ "'DIR/open/own.db'", @paths ],
	directory => [ "'DIR/open'", @paths, "'DIR/guarded'" ],
	manifest => [ "things.manifest()", @jsonb, (map { "things.manifest() || $_" } q{'{"file": "/etc/passwd"}'}, q{'{"file": "DIR/vault.db"}'}, q{'{"file": "DIR/fifo"}'}, q{'{"file": "/dev/zero"}'}, q{'{"file": null}'}, q{'{"file": 1}'}, q{'{"file": "../vault.db"}'}, q{'{"file": "DIR/open/link.db"}'}, q{'{"bytes": -1, "sha256": "x"}'}, q{'{"compressed": true}'}), q{jsonb_set(things.manifest(), '{source}', 'null')}, q{things.manifest() - 'tables'}, q{(SELECT jsonb_object_agg(key, NULL) FROM jsonb_each(things.manifest()))}, q{(SELECT jsonb_object_agg(key, '[]'::jsonb) FROM jsonb_each(things.manifest()))}, q{(SELECT jsonb_object_agg(key, 1e300) FROM jsonb_each(things.manifest()))} ],
	sql => [ "'SELECT id, name FROM item'", 'NULL', "''", "'SELECT 1; DROP TABLE item'", "'ATTACH ''DIR/vault.db'' AS v'", "'PRAGMA journal_mode = WAL'", "'SELECT readfile(''/etc/passwd'')'", "'SELECT load_extension(''x'')'", "'DELETE FROM item'", "'SELECT * FROM pragma_database_list'", "'SELECT length(zeroblob(900000000))'", "'SELECT ' || repeat('(', 20000) || '1' || repeat(')', 20000)", "'SELECT 1' || repeat('+1', 100000)", "'SELECT 1' || repeat(' UNION ALL SELECT 1', 2000)", "E'SELECT 1 --\\u00e4'", "'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n LIMIT 1'" ],
	pg_sql => [ "'SELECT id, name FROM things.source'", 'NULL', "''", "'SELECT 1; DROP TABLE things.hidden'", "'SELECT * FROM things.hidden'", "'DELETE FROM target.item RETURNING *'", "'SELECT things.loot(''x'')'", "'COPY things.source TO ''DIR/guarded/x'''", "'SELECT'", "'SELECT 1 AS a, 1 AS a'", "'BEGIN'", "'COMMIT'", "'SELECT pg_terminate_backend(pg_backend_pid()) WHERE false'" ],
	load_target => [ "'target.item'", @names, "'things.hidden'", "'things.a_view'", "'sqlite.jobs'", "'pg_catalog.pg_authid'", "'things.partitioned'", "'things.elsewhere'", "'things.trapped'" ],
	load_source => [ q{NULL::text}, q{'SELECT 1'::text}, q{1}, q{ARRAY[1]}, q{ROW(1)}, q{NULL::void}, q{'x'::unknown} ],
	queries => [ q{'{"q": "SELECT count(*) FROM item"}'::jsonb}, @jsonb, q{'{"q": "SELECT * FROM things.hidden"}'}, q{'{"q": {"sqlite": "DELETE FROM item", "postgres": "DELETE FROM target.item RETURNING 1"}}'}, q{'{"q": {"sqlite": "SELECT 1", "postgres": "SELECT things.loot(''x'')"}}'} ],
	tables => [ "'{item}'::text[]", 'NULL::text[]', "'{}'", "'{NULL}'", "'{{item,item}}'", "'{nothing}'", "'{sqlite.jobs}'", "'{things.hidden}'" ],
	columns => [ "'{id}'::text[]", 'NULL::text[]', "'{}'", "'{NULL}'", "'{{id,id}}'", "'{nothing}'", "'{ctid}'", "'{id,id}'", "array_fill('id'::text, '{2000}')" ],
	boolean => [ 'true', 'false', 'NULL' ],
	count => [ '1', @integers ],
	small => [ '1', 'NULL', '0', '-1', '2147483647', '-2147483648' ],
	interval => [ "'1 day'::interval", 'NULL::interval', "'-1 day'", "'178000000 years'", "'0'" ],
	types => [ "'declared'", @names, "'stored'" ],
	options => [ "'{snapshot=statement}'::text[]", 'NULL::text[]', "'{}'", "'{NULL}'", "'{=}'", "'{a}'", "'{{a=b,c=d}}'", "'{database=/etc/passwd}'", "'{database=}'", "array_fill('a=b'::text, '{2000}')" ],
	catalog => [ "'pg_catalog.pg_foreign_server'::regclass", 'NULL::oid', '0::oid', '99999999::oid', "'pg_catalog.pg_class'::regclass", "'pg_catalog.pg_attribute'::regclass", "'pg_catalog.pg_user_mapping'::regclass" ],
	# Of conversions.
	text => [ "'12'", 'NULL::text', "''", "'nothing'", "repeat('1', 100000)", "repeat('[', 100000)", "E'\\u00e4\\u0001'", "'9223372036854775808'", "'1e999'", "'-infinity'", "'{\"a\":' || repeat('[', 20000)" ],
	bytes => [ "'\\x00'::bytea", 'NULL::bytea', "''::bytea", "decode(repeat('ff', 100000), 'hex')", "'\\x61ff'::bytea" ],
	any => [ '12', 'NULL::bigint', 'NULL::text', "'x'::text", '1.5::numeric', "'NaN'::float8", "'\\x00'::bytea", 'ARRAY[1]', "'{}'::jsonb", "'2024-01-01'::date", "'infinity'::timestamptz", 'ROW(1)', "'things.hidden'::regclass", "'(1,2)'::point", "'9223372036854775807'::bigint" ],
	encoding => [ "'iso'", @names, "'unix'", "'excel'", "'YYYY'", "repeat('YYYY', 1000)", "'json'", "'guid_le'" ],
	zone => [ "'UTC'", @names, "'Europe/Berlin'", "'../../../etc/passwd'", "'+99'" ],
	mark => [ "','", @names ],
	percent => [ "'fraction'", "'number'", "'error'", @names ],
	ambiguous => [ "'earlier'", "'later'", "'error'", @names ],
	namespace => [ "'6b9c1c3e-1111-4222-8333-444455556666'::uuid", 'NULL::uuid' ],
	namespace_text => [ "'6b9c1c3e-1111-4222-8333-444455556666'::text", 'NULL::text', "''", "'nothing'" ]);

# signature => kinds of its arguments, in their order. `pair` and others say how a call is written.
our %functions = (
	'pg_sqlite_handler()' => [],
	'pg_sqlite_validator(text[],oid)' => [ 'options', 'catalog' ],
	'version()' => [],
	'attach(text,text,text)' => [ 'database', 'server', 'types' ],
	'detach(text)' => ['server'],
	'query(text,text)' => [ 'server', 'sql' ],
	'connections()' => [],
	'disconnect(text)' => ['server'],
	'disconnect_all()' => [],
	'tables(text,boolean)' => [ 'server', 'boolean' ],
	(map { ("$_(text)" => ['server']) } qw(columns foreign_keys views triggers)),
	'indexes(text,boolean)' => [ 'server', 'boolean' ],
	'inventory(text,boolean)' => [ 'server', 'boolean' ],
	'conflicts(text[])' => ['servers'],
	(map { ("${_}parse_timestamp(text,text,text)" => [qw(text encoding zone)], "${_}parse_timestamp(anyelement,text,text)" => [qw(any encoding zone)], "${_}parse_timestamptz(text,text,text)" => [qw(text encoding zone)], "${_}parse_timestamptz(anyelement,text,text)" => [qw(any encoding zone)],
		"${_}parse_timestamptz(text,text,text,text)" => [qw(text encoding zone ambiguous)], "${_}parse_timestamptz(anyelement,text,text,text)" => [qw(any encoding zone ambiguous)], "${_}parse_numeric(text,text,text,text,text)" => [qw(text mark mark mark percent)],
		"${_}parse_date(text,text)" => [qw(text encoding)], "${_}parse_date(anyelement,text)" => [qw(any encoding)], "${_}parse_time(text,text)" => [qw(text encoding)], "${_}parse_time(anyelement,text)" => [qw(any encoding)],
		"${_}parse_boolean(text)" => ['text'], "${_}parse_boolean(anyelement)" => ['any'], "${_}parse_numeric(text,text,text)" => [qw(text mark mark)], "${_}parse_numeric(anyelement)" => ['any'],
		"${_}parse_uuid(text)" => ['text'], "${_}parse_uuid(bytea)" => ['bytes'], "${_}parse_uuid(bytea,text)" => [qw(bytes encoding)], "${_}parse_jsonb(text)" => ['text'], "${_}parse_jsonb(anyelement)" => ['any'], "${_}parse_jsonb(bytea,text)" => [qw(bytes encoding)], "${_}parse_text_array(text,text)" => [qw(text encoding)]) } '', 'try_'),
	'try_cast(text,anyelement)' => [ 'text', 'any' ],
	'assign("any",anyelement,text,text)' => [qw(any any text text)],
	'unmatched(anyelement,boolean,text)' => [qw(any boolean text)],
	'uuid_for(uuid,text)' => [ 'namespace', 'text' ],
	'uuid_for(uuid,anyelement)' => [ 'namespace', 'any' ],
	'uuid_for(text,text)' => [ 'namespace_text', 'text' ],
	'uuid_for(text,anyelement)' => [ 'namespace_text', 'any' ],
	'is_email(text)' => ['text'],
	'is_us_zip(text)' => ['text'],
	'reset_sequences(text)' => ['schema'],
	'profile(text,text,boolean)' => [qw(server table boolean)],
	'assess(text[],text,jsonb,boolean)' => [qw(servers schema spec boolean)],
	'suggest_spec(text[],text)' => [qw(servers schema)],
	'plan(text[],text,jsonb)' => [qw(servers schema spec)],
	'backup(text,text,boolean)' => [qw(server directory boolean)],
	'verify_backup(jsonb)' => ['manifest'],
	'restore_backup(jsonb,text)' => [qw(manifest path)],
	'load(text,text,text,"any",jsonb,bigint)' => [qw(load_target pg_sql text load_source spec job)],
	'migrate(text[],text,jsonb,bigint)' => [qw(servers schema spec job)],
	'rehearse(text[],text,jsonb)' => [qw(servers schema spec)],
	'resume(bigint)' => ['job'],
	'retry_rejects(bigint,bigint[],jsonb,boolean,bigint,bigint)' => [qw(job jobs spec boolean job job)],
	'check_reject()' => [],
	'rollback(bigint,text[],boolean)' => [qw(job tables boolean)],
	'rollback_sql(bigint)' => ['job'],
	'forget(bigint,interval)' => [qw(job interval)],
	(map { ("$_(bigint)" => ['job']) } qw(job_or_last report report_text validate_constraints)),
	'report_html(bigint,boolean)' => [qw(job boolean)],
	'progress()' => [],
	'validate(bigint)' => ['job'],
	'validate(regclass,regclass,jsonb)' => [qw(relation relation spec)],
	'differences(bigint,text,integer)' => [qw(job table small)],
	'differences(regclass,regclass,jsonb,integer)' => [qw(relation relation spec small)],
	'digest(regclass,text[],bigint)' => [qw(relation columns count)],
	'assert_valid(bigint,text[])' => [qw(job tables)],
	'validate_queries(text,text,jsonb,integer)' => [qw(server schema queries small)]);

# Names of relations; of each, what is tried with every privilege.
our @relations_there = qw(jobs job_steps job_tables job_chunks job_log rejects uuid_namespaces progress);

# setting => values; each is tried by every role, also from where a session begins.
our %settings = (
	'pg_sqlite.allowed_directories' => [ '', '/', '..', '/etc', 'x' x 100000, '/a,,/b', '"', "/a\n" ],
	(map { ("pg_sqlite.$_" => [ 'on', 'off', '', 'x', '2' ]) } qw(bulk_insert parallel_insert progress read_pages)),
	(map { ("pg_sqlite.$_" => [ '0', '1', '-1', '64MB', '9223372036854775807', 'x', '' ]) } qw(hard_heap_limit soft_heap_limit)),
	'pg_sqlite.max_copy_size' => [ '-1', '0', '1', '64MB', '9223372036854775807', 'x', '' ],
	'pg_sqlite.max_workers_per_job' => [ '0', '1', '-1', '1024', '1025', 'x', '' ]);

# Options by what has them; every value is tried with every option.
our %options = (
	server => [qw(database updatable force_readonly busy_timeout immutable snapshot timezone timestamp_type keep_connections batch_size truncatable foreign_keys fdw_startup_cost fdw_tuple_cost on_error excess_digits invalid_text nul_bytes invalid_json too_long empty_as_null zero_date_as_null ambiguous_time)],
	table => [qw(updatable batch_size truncatable table query on_error excess_digits invalid_text nul_bytes invalid_json too_long empty_as_null zero_date_as_null ambiguous_time)],
	column => [qw(timezone column_name key encoding column_type on_error excess_digits invalid_text nul_bytes invalid_json too_long empty_as_null zero_date_as_null ambiguous_time)],
	import => [qw(types promote import_default import_not_null import_generated import_rowid fold_case timestamp_type probe_rows)]);
our @option_values = ('', ' ', 'true', 'false', '0', '-1', '1e308', 'NaN', '9223372036854775808', 'x' x 5000, "a'b\"c", '/etc/passwd', '..', 'item', 'nothing', 'SELECT name FROM secret', 'sqlite_master', 'UTC', 'error', 'null', 'round', 'unix', 'json', "\x01");

1;
