-- What the other scripts use. They run after this one, in the same database: REGRESS="00_setup values_text".
\set data `echo "$PG_SQLITE_DATA"`
\set empty :data '/empty.db'
CREATE SCHEMA helper;
CREATE SERVER cells FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'empty');

-- A plan as all versions of PostgreSQL write it: 18 counts rows with decimals.
CREATE FUNCTION helper.explained(options text, query text) RETURNS TABLE (plan text) LANGUAGE plpgsql AS $$
BEGIN
    FOR plan IN EXECUTE format('EXPLAIN (COSTS OFF, %s) %s', options, query) LOOP
        plan := regexp_replace(plan, '(rows=\d+)\.00', '\1');
        RETURN NEXT;
    END LOOP;
END $$;

-- How each cell arrives in a column of type "type" with the column options "options". A cell is an expression
-- of SQLite, whose literals show its storage class: 5, 5.0, '5', x'35', NULL. Of a refusal it returns the
-- SQLSTATE and the message after "column … (type): ", and the hint without its usual second half.
CREATE FUNCTION helper.arrives(type text, options text, VARIADIC cells text[])
RETURNS TABLE (cell text, value text, refused text, hint text)
LANGUAGE plpgsql SET client_min_messages = warning SET datestyle = 'ISO, YMD' SET timezone = 'UTC'
SET intervalstyle = 'postgres' AS $$
DECLARE
    message text;
    state text;
BEGIN
    FOREACH cell IN ARRAY cells LOOP
        value := NULL; refused := NULL; hint := NULL;
        BEGIN
            EXECUTE format('CREATE FOREIGN TABLE helper.probe (v %s %s) SERVER cells OPTIONS (query %L)', type,
                           'OPTIONS (' || nullif(options, '') || ')', 'SELECT ' || cell || ' AS v');
            EXECUTE 'SELECT coalesce(v::text, ''NULL'') FROM helper.probe' INTO value;
            EXECUTE 'DROP FOREIGN TABLE helper.probe';
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE, hint = PG_EXCEPTION_HINT;
            refused := state || ' ' || regexp_replace(message, '^column "v" \(.*?\): ', '');
            hint := nullif(regexp_replace(hint, '(; c|C)olumn option on_error ''null'' reads every such value as NULL\.', ''), '');
        END;
        RETURN NEXT;
    END LOOP;
END $$;

-- The result of a statement, or its error with the directory of the databases taken out.
CREATE FUNCTION helper.outcome(statement text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
    message text;
    state text;
    detail text;
    hint text;
    directory text := (SELECT regexp_replace(split_part(o, '=', 2), '/empty\.db$', '')
                       FROM pg_foreign_server, unnest(srvoptions) o
                       WHERE srvname = 'cells' AND o LIKE 'database=%');
BEGIN
    RETURN QUERY EXECUTE statement;
EXCEPTION WHEN OTHERS OR assert_failure THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN NEXT replace(state || ' ' || message, directory, '$data');
    IF detail <> '' THEN RETURN NEXT replace('detail: ' || detail, directory, '$data'); END IF;
    IF hint <> '' THEN RETURN NEXT replace('hint: ' || hint, directory, '$data'); END IF;
END $$;
-- Whether a job takes longer than five seconds is the machine's business.
SELECT format('ALTER DATABASE %I SET pg_sqlite.progress = off', current_database()) AS quiet \gset
:quiet;
