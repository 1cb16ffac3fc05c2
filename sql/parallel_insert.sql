-- INSERT … SELECT whose rows parallel workers read: where PostgreSQL's rules for parallel mode allow it, the same
-- rows, counts and errors as without workers; where they don't, no workers.
\set data `echo "$PG_SQLITE_DATA"`
\set parallel :data '/parallel.db'
CREATE SERVER workers FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'parallel');
CREATE SCHEMA workers;
SET client_min_messages = warning;
IMPORT FOREIGN SCHEMA main LIMIT TO (dense, gaps, far, vacant, no_rowid) FROM SERVER workers INTO workers;
RESET client_min_messages;
CREATE FOREIGN TABLE workers.dirty (id bigint, n integer) SERVER workers;
CREATE FOREIGN TABLE workers.misfits (id bigint, v text, n bigint OPTIONS (on_error 'null')) SERVER workers;
CREATE TABLE workers.target (id bigint, grp bigint, v text);
CREATE TABLE workers.journal (entry text);

-- By default a small table is read by the session alone, as everywhere.
EXPLAIN (COSTS OFF) INSERT INTO workers.target SELECT * FROM workers.dense;
SET parallel_setup_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO workers.target SELECT * FROM workers.dense;
SET pg_sqlite.parallel_insert = off;
EXPLAIN (COSTS OFF) INSERT INTO workers.target SELECT * FROM workers.dense;
RESET pg_sqlite.parallel_insert;
SET pg_sqlite.bulk_insert = off;
EXPLAIN (COSTS OFF) INSERT INTO workers.target SELECT * FROM workers.dense;
RESET pg_sqlite.bulk_insert;

-- How many workers a plan has, what the statement does, and whether it is the same without them.
CREATE FUNCTION workers.planned(statement text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
        IF line LIKE '%Workers Planned:%' THEN RETURN regexp_replace(line, '\D', '', 'g'); END IF;
    END LOOP;
    RETURN 0;
END $$;
CREATE FUNCTION workers.effect(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    done bigint;
    effect text;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS done = ROW_COUNT;
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT format('%s rows, in the table %s %s, journal %s %s', done, count(*), md5(string_agg(t::text, ',' ORDER BY t::text)), (SELECT count(*) FROM workers.journal),
                  (SELECT md5(string_agg(entry, ',' ORDER BY entry)) FROM workers.journal)) INTO effect FROM workers.target AS t;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = effect;
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN SQLERRM;
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION workers.both(statement text) RETURNS TABLE (workers integer, effect text, same boolean) LANGUAGE plpgsql AS $$
BEGIN
    workers := workers.planned(statement);
    effect := workers.effect(statement);
    SET LOCAL pg_sqlite.parallel_insert = off;
    same := workers.effect(statement) = effect;
    SET LOCAL pg_sqlite.parallel_insert = on;
    RETURN NEXT;
END $$;

-- Plain, with gaps, filters, expressions, joins; no rows. Order, LIMIT and groups are left to the session.
SELECT * FROM workers.both('INSERT INTO workers.target SELECT * FROM workers.dense');
SELECT * FROM workers.both('INSERT INTO workers.target (v, id) SELECT v, id FROM workers.gaps');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT id, 0, v FROM workers.far');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT id, 0, v FROM workers.vacant');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT id * 2, grp, upper(v) FROM workers.dense WHERE grp % 2 = 0 AND v LIKE ''%7%''');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT d.id, g.id, g.v FROM workers.dense d JOIN workers.gaps g ON g.v = d.v');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT d.id, i, d.v FROM workers.dense d JOIN generate_series(1, 96, 5) i ON i = d.grp');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT * FROM workers.dense WHERE grp = (SELECT max(grp) FROM workers.dense)');
SELECT * FROM workers.both('WITH g AS (SELECT DISTINCT grp FROM workers.dense WHERE grp < 10) INSERT INTO workers.target SELECT d.* FROM workers.dense d JOIN g USING (grp)');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT * FROM workers.dense ORDER BY v');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT * FROM workers.dense ORDER BY id LIMIT 10');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT count(*), grp, max(v) FROM workers.dense GROUP BY grp');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT * FROM workers.dense UNION ALL SELECT * FROM workers.dense');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT id, 0, v FROM workers.no_rowid');
-- A query that reads its own target sees it as it was before.
INSERT INTO workers.target SELECT * FROM workers.dense WHERE id <= 10;
SELECT effect, same FROM workers.both('INSERT INTO workers.target SELECT d.* FROM workers.dense d WHERE NOT EXISTS (SELECT FROM workers.target t WHERE t.id = d.id)');
TRUNCATE workers.target;

-- What is written is checked by the session: constraints, generated columns, foreign keys, AFTER triggers.
CREATE TABLE workers.parent (grp bigint PRIMARY KEY);
INSERT INTO workers.parent SELECT generate_series(0, 96);
CREATE FUNCTION workers.note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    INSERT INTO workers.journal VALUES (concat_ws(' ', TG_NAME, TG_WHEN, TG_OP, new.id));
    RETURN new;
END$$;
CREATE FUNCTION workers.note_all() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    INSERT INTO workers.journal SELECT concat_ws(' ', TG_NAME, count(*), sum(id)) FROM added;
    RETURN NULL;
END$$;
ALTER TABLE workers.target ADD PRIMARY KEY (id), ADD FOREIGN KEY (grp) REFERENCES workers.parent, ADD CHECK (id > 0), ADD twice bigint GENERATED ALWAYS AS (id * 2) STORED;
CREATE INDEX ON workers.target (lower(v)) WHERE grp > 5;
CREATE TRIGGER rows AFTER INSERT ON workers.target FOR EACH ROW WHEN (new.id % 1000 = 0) EXECUTE FUNCTION workers.note();
CREATE TRIGGER added AFTER INSERT ON workers.target REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION workers.note_all();
SELECT * FROM workers.both('INSERT INTO workers.target SELECT * FROM workers.dense');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT id / 20001, grp, v FROM workers.dense');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT nullif(id, 15000), grp, v FROM workers.dense');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT 1, grp, v FROM workers.dense');
SELECT * FROM workers.both('INSERT INTO workers.target SELECT id, CASE WHEN id = 19999 THEN 97 ELSE grp END, v FROM workers.dense');
DROP TRIGGER rows ON workers.target;
DROP TRIGGER added ON workers.target;
ALTER TABLE workers.target DROP twice;

-- A value that does not fit, met by a worker or by the session; values changed by policies are counted.
SELECT * FROM workers.both('INSERT INTO workers.target SELECT id, n % 97, ''x'' FROM workers.dirty');
BEGIN;
INSERT INTO workers.target SELECT id, n % 97, v FROM workers.misfits;
SELECT count(*), count(grp) FROM workers.target;
ROLLBACK;
SELECT * FROM helper.explained('ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF', 'INSERT INTO workers.target SELECT * FROM workers.dense WHERE id < 0');

-- Whatever parallel mode forbids in the session keeps the workers away.
CREATE FUNCTION workers.unsafe(bigint) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$BEGIN
    BEGIN RETURN 1 / $1 >= 0; EXCEPTION WHEN division_by_zero THEN RETURN true; END;
END$$;
CREATE FUNCTION workers.attempt(change text, statement text DEFAULT 'INSERT INTO workers.target SELECT * FROM workers.dense')
    RETURNS TABLE (workers integer, effect text) LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE change;
        workers := workers.planned(statement);
        effect := split_part(workers.effect(statement), ',', 1);
        RAISE EXCEPTION USING ERRCODE = 'UNDO2';
    EXCEPTION WHEN SQLSTATE 'UNDO2' THEN RETURN NEXT;
    END;
END $$;
CREATE FUNCTION workers.safe(bigint) RETURNS boolean IMMUTABLE PARALLEL SAFE LANGUAGE sql AS 'SELECT $1 >= 0';
SELECT * FROM workers.attempt('ALTER TABLE workers.target ADD CHECK (workers.safe(grp))');
SELECT * FROM workers.attempt('ALTER TABLE workers.target ADD CHECK (workers.unsafe(grp))');
SELECT * FROM workers.attempt('ALTER TABLE workers.target ADD ok boolean GENERATED ALWAYS AS (workers.unsafe(grp)) STORED', 'INSERT INTO workers.target (id, grp, v) SELECT * FROM workers.dense');
SELECT * FROM workers.attempt('CREATE INDEX ON workers.target (workers.unsafe(grp))');
SELECT * FROM workers.attempt('CREATE INDEX ON workers.target (v) WHERE workers.unsafe(grp)');
SELECT * FROM workers.attempt('CREATE DOMAIN workers.doubtful AS bigint CHECK (workers.unsafe(VALUE)); ALTER TABLE workers.target ALTER grp TYPE workers.doubtful');
SELECT * FROM workers.attempt('CREATE TRIGGER t AFTER INSERT ON workers.target FOR EACH ROW WHEN (workers.unsafe(new.grp)) EXECUTE FUNCTION workers.note()');
SELECT * FROM workers.attempt('CREATE TRIGGER t BEFORE INSERT ON workers.target FOR EACH ROW EXECUTE FUNCTION workers.note()');
SELECT * FROM workers.attempt('CREATE FUNCTION workers.first() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN INSERT INTO workers.journal VALUES (1); RETURN NULL; END$f$;
    CREATE TRIGGER t BEFORE INSERT ON workers.target EXECUTE FUNCTION workers.first()');
SELECT * FROM workers.attempt('ALTER TABLE workers.target ADD number bigserial', 'INSERT INTO workers.target (id, grp, v) SELECT * FROM workers.dense');
SELECT * FROM workers.attempt('ALTER TABLE workers.target ADD number bigint GENERATED ALWAYS AS IDENTITY', 'INSERT INTO workers.target (id, grp, v) SELECT * FROM workers.dense');
SELECT * FROM workers.attempt('SELECT 1', 'INSERT INTO workers.target SELECT id, grp, v FROM workers.dense WHERE workers.unsafe(grp)');
SELECT * FROM workers.attempt('SELECT 1', 'INSERT INTO workers.target SELECT id, grp, (SELECT max(p.grp)::text FROM workers.parent p WHERE workers.unsafe(p.grp)) FROM workers.dense');
SELECT * FROM workers.attempt('SELECT 1', 'INSERT INTO workers.target SELECT * FROM workers.dense ON CONFLICT DO NOTHING');
SELECT * FROM workers.attempt('SELECT 1', 'WITH i AS (INSERT INTO workers.journal VALUES (1)) INSERT INTO workers.target SELECT * FROM workers.dense');
SELECT * FROM workers.attempt('CREATE POLICY p ON workers.target FOR INSERT WITH CHECK (grp >= 0); CREATE ROLE workers_anna; GRANT ALL ON SCHEMA workers TO workers_anna; GRANT ALL ON ALL TABLES IN SCHEMA workers TO workers_anna; ALTER TABLE workers.target ENABLE ROW LEVEL SECURITY; SET ROLE workers_anna');
-- A domain of the source whose misfits become NULL is tried in subtransactions.
SELECT count(*) FROM workers.attempt('CREATE DOMAIN workers.few AS bigint CHECK (VALUE < 50); ALTER FOREIGN TABLE workers.dense ALTER grp TYPE workers.few, ALTER grp OPTIONS (ADD on_error ''null'')') WHERE effect = '20000 rows';

-- Within functions, subtransactions and prepared statements; into partitions, temporary and unlogged tables.
CREATE FUNCTION workers.fill() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    done bigint;
BEGIN
    BEGIN INSERT INTO workers.target SELECT id / 20001, grp, v FROM workers.dense; EXCEPTION WHEN check_violation THEN NULL; END;
    INSERT INTO workers.target SELECT * FROM workers.dense;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END$$;
BEGIN;
SAVEPOINT s;
SELECT workers.fill();
ROLLBACK TO s;
SELECT workers.fill(), count(*) FROM workers.target;
SELECT count(*) FROM workers.target;
ROLLBACK;
CREATE TEMPORARY TABLE target_of_session (LIKE workers.target);
INSERT INTO target_of_session SELECT * FROM workers.dense;
SELECT count(*), count(DISTINCT id) FROM target_of_session;
DROP TABLE workers.target;
CREATE TABLE workers.target (id bigint, grp bigint, v text) PARTITION BY RANGE (id);
CREATE TABLE workers.low PARTITION OF workers.target FOR VALUES FROM (MINVALUE) TO (7000);
CREATE TABLE workers.high PARTITION OF workers.target FOR VALUES FROM (7000) TO (MAXVALUE);
SELECT * FROM workers.both('INSERT INTO workers.target SELECT * FROM workers.dense');
PREPARE fill AS INSERT INTO workers.target SELECT * FROM workers.dense WHERE id > $1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE fill (15000);
EXECUTE fill (15000);
-- What is unsafe in a partition is seen when the plan runs, also when that was made before.
ALTER TABLE workers.high ADD CHECK (workers.unsafe(grp));
SELECT workers.planned('INSERT INTO workers.target SELECT * FROM workers.dense');
EXECUTE fill (5000);
SELECT tableoid::regclass, count(*) FROM workers.target GROUP BY 1 ORDER BY 1;

-- A load: rows that don't fit are read once more by the session, which keeps them.
CREATE TABLE workers.clean (id bigint PRIMARY KEY, n integer);
CREATE TABLE workers.scarce (id bigint PRIMARY KEY, grp bigint CHECK (id <> 12345), v text);
CALL sqlite.load('workers.clean', 'SELECT * FROM workers.dirty', 'reject') \gset
SELECT target, read, written, rejected, skipped FROM sqlite.job_tables WHERE job = :job;
SELECT rowid, sqlstate, message FROM sqlite.rejects WHERE job = :job;
CALL sqlite.load('workers.scarce', 'SELECT * FROM workers.dense', 'reject') \gset
SELECT read, written, rejected, skipped FROM sqlite.job_tables WHERE job = :job;
SELECT columns, message FROM sqlite.rejects WHERE job = :job;
CREATE SCHEMA workers_moved;
CALL sqlite.migrate('{workers}', 'workers_moved', '{"include": ["dense", "gaps", "misfits"], "types": "stored"}') \gset
SELECT table_name, read, written, rejected, skipped FROM sqlite.job_tables WHERE job = :job ORDER BY 1;
SELECT status, count(*) FROM sqlite.validate(:job) GROUP BY 1;

SET client_min_messages = warning;
DELETE FROM sqlite.rejects;
DROP SCHEMA workers, workers_moved CASCADE;
DROP SERVER workers CASCADE;
