-- Runs one query on the foreign tables and on the local copies, and says as JSON what each gave.
CREATE SCHEMA differential;

-- The rows as text (exact: float8 prints its shortest digits), and the values of the columns in keys, row by
-- row. A timeout counts as a failure of its own.
CREATE FUNCTION differential.run(query text, keys text[], OUT rows text[], OUT sequence text[], OUT failure text) LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    rows := '{}';
    sequence := '{}';
    FOR r IN EXECUTE query LOOP
        rows := array_append(rows, r::text);
        IF keys <> '{}' THEN
            sequence := array_append(sequence, (SELECT string_agg(coalesce(to_jsonb(r) ->> k, '\N'), '|' ORDER BY i) FROM unnest(keys) WITH ORDINALITY u (k, i)));
        END IF;
    END LOOP;
EXCEPTION
    WHEN query_canceled THEN
        failure := 'timeout';
    WHEN OTHERS THEN
        failure := SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE FUNCTION differential.explain(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan;
EXCEPTION
    WHEN OTHERS THEN
        RETURN SQLERRM;
END $$;

-- kind: declared or stored. preparation: a PREPARE statement, or ''. The rows come with the answer only where
-- they differ; whether that counts is for the caller to say.
CREATE FUNCTION differential.compare(number integer, kind text, preparation text, query text, keys text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    f record;
    l record;
    plan text;
    same boolean;
BEGIN
    PERFORM set_config('search_path', 'f_' || kind || ', pg_catalog', true);
    IF preparation <> '' THEN
        EXECUTE preparation;
    END IF;
    plan := differential.explain(query);
    SELECT * INTO f FROM differential.run(query, keys);
    IF preparation <> '' THEN
        DEALLOCATE ALL;
    END IF;
    PERFORM set_config('search_path', 'l_' || kind || ', pg_catalog', true);
    IF preparation <> '' AND f.failure IS DISTINCT FROM 'timeout' THEN
        EXECUTE preparation;
    END IF;
    IF f.failure IS DISTINCT FROM 'timeout' THEN
        SELECT * INTO l FROM differential.run(query, keys);
    ELSE
        l := f;
    END IF;
    IF preparation <> '' THEN
        DEALLOCATE ALL;
    END IF;
    same := (f.failure IS NULL) = (l.failure IS NULL)
        AND (f.failure IS NOT NULL
            OR (ARRAY(SELECT u COLLATE "C" FROM unnest(f.rows) u ORDER BY 1) = ARRAY(SELECT u COLLATE "C" FROM unnest(l.rows) u ORDER BY 1) AND f.sequence = l.sequence));
    RETURN jsonb_build_object('number', number, 'same', same, 'plan', plan, 'rows', cardinality(l.rows), 'foreign', f.failure, 'local', l.failure)
        || CASE WHEN same THEN '{}' ELSE jsonb_build_object('foreign_rows', f.rows, 'local_rows', l.rows, 'foreign_sequence', f.sequence, 'local_sequence', l.sequence) END;
EXCEPTION
    -- PREPARE itself failed: alike on both sides, as the types are.
    WHEN OTHERS THEN
        RETURN jsonb_build_object('number', number, 'same', true, 'plan', '', 'rows', 0, 'foreign', SQLSTATE || ' ' || SQLERRM, 'local', SQLSTATE || ' ' || SQLERRM);
END $$;
