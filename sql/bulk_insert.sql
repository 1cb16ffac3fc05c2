-- INSERT … SELECT from SQLite: whatever PostgreSQL promises of a row-by-row INSERT holds when rows are written
-- in bulk. Each statement runs both ways, with pg_sqlite.bulk_insert on and off, from the same state.
CREATE SCHEMA bulk;
\set data `echo "$PG_SQLITE_DATA"`
\set empty :data '/empty.db'
CREATE SERVER bulk FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database :'empty');
-- 2,500 rows: more than two buffers.
CREATE FOREIGN TABLE bulk.source (id integer, parent integer, name text, amount numeric) SERVER bulk OPTIONS (query $$
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
    SELECT i AS id, nullif(i / 2, 0) AS parent, 'name ' || (i % 100) AS name, i / 4.0 AS amount FROM n $$);
CREATE TABLE bulk.journal (at integer GENERATED ALWAYS AS IDENTITY, entry text);
CREATE TABLE bulk.target (id integer, parent integer, name text, amount numeric);

-- Whether the statement takes the bulk path.
CREATE FUNCTION bulk.path(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
        IF line LIKE '%Bulk Insert:%' THEN RETURN regexp_replace(line, '.*Bulk Insert: ', ''); END IF;
    END LOOP;
    RETURN 'not mentioned';
END $$;

-- What the statement did, and undo it: its error or count of rows, the target's rows and the journal's.
CREATE FUNCTION bulk.effect(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    done bigint;
    effect text;
    message text;
    detail text;
BEGIN
    PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'bulk'::regnamespace;
    TRUNCATE bulk.journal;
    EXECUTE statement;
    GET DIAGNOSTICS done = ROW_COUNT;
    SET CONSTRAINTS ALL IMMEDIATE;
    EXECUTE 'SELECT format(''%s rows, in the table %s, %s'', $1, count(*), md5(string_agg(t::text, '','' ORDER BY t::text))) FROM bulk.target AS t'
        INTO effect USING done;
    SELECT effect || coalesce('; journal ' || count(*) || ': ' || min(entry) || ' … ' || max(entry) || ' ' ||
                              md5(string_agg(entry, ',' ORDER BY at)), '')
      FROM bulk.journal HAVING count(*) > 0 UNION ALL SELECT effect LIMIT 1 INTO effect;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = effect;
EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN SQLERRM;
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
        RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''));
END $$;

CREATE FUNCTION bulk.both(statement text) RETURNS TABLE (path text, effect text, same boolean) LANGUAGE plpgsql AS $$
BEGIN
    path := bulk.path(statement);
    effect := bulk.effect(statement);
    SET LOCAL pg_sqlite.bulk_insert = off;
    same := bulk.effect(statement) = effect;
    SET LOCAL pg_sqlite.bulk_insert = on;
    RETURN NEXT;
END $$;

-- Plain, with filters, joins, expressions, aggregates; no rows; the same table twice.
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target (name, id) SELECT upper(name), id * 2 FROM bulk.source WHERE id % 3 = 0');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT s.id, p.id, p.name, s.amount + p.amount FROM bulk.source s JOIN bulk.source p ON p.id = s.parent ORDER BY s.id DESC');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT count(*), max(parent), name, sum(amount) FROM bulk.source GROUP BY name');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE id < 0');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source UNION ALL SELECT * FROM bulk.source LIMIT 3000 OFFSET 700');
SELECT * FROM bulk.both('WITH s AS MATERIALIZED (SELECT * FROM bulk.source) INSERT INTO bulk.target SELECT a.* FROM s a JOIN s b USING (id)');
-- A query that reads its own target sees it as it was before.
INSERT INTO bulk.target SELECT * FROM bulk.source WHERE id <= 10;
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT s.* FROM bulk.source s WHERE NOT EXISTS (SELECT FROM bulk.target t WHERE t.id = s.id)');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT s.id, (SELECT count(*) FROM bulk.target), s.name, 0 FROM bulk.source s');

-- Constraints. Errors name the same row and leave nothing behind.
ALTER TABLE bulk.target ADD CONSTRAINT small CHECK (amount < 600);
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE id < 2400');
TRUNCATE bulk.target;
ALTER TABLE bulk.target DROP CONSTRAINT small, ALTER parent SET NOT NULL;
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source ORDER BY id DESC');
ALTER TABLE bulk.target ALTER parent DROP NOT NULL;
ALTER TABLE bulk.target ADD PRIMARY KEY (id);
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT id % 2000, parent, name, amount FROM bulk.source');
ALTER TABLE bulk.target ADD UNIQUE (name) DEFERRABLE;
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT id, parent, name || id, amount FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
ALTER TABLE bulk.target DROP CONSTRAINT target_name_key;
ALTER TABLE bulk.target ADD EXCLUDE USING btree (amount WITH =);
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT id, parent, name, id % 2400 FROM bulk.source');
ALTER TABLE bulk.target DROP CONSTRAINT target_amount_excl;
CREATE INDEX ON bulk.target ((length(name)), amount) WHERE parent IS NOT NULL;
CREATE INDEX ON bulk.target USING gin (string_to_array(name, ' '));
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');

-- A foreign key into the table itself, whose parents come in the same statement.
ALTER TABLE bulk.target ADD FOREIGN KEY (parent) REFERENCES bulk.target;
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source ORDER BY id DESC');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE id <> 17');
ALTER TABLE bulk.target ALTER CONSTRAINT target_parent_fkey DEFERRABLE INITIALLY DEFERRED;
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE id <> 17');
ALTER TABLE bulk.target DROP CONSTRAINT target_parent_fkey;

-- Defaults, identity, generated and dropped columns, domains.
ALTER TABLE bulk.target DROP COLUMN parent, ADD number integer GENERATED ALWAYS AS IDENTITY,
    ADD twice numeric GENERATED ALWAYS AS (amount * 2) STORED, ADD note text DEFAULT 'none', ADD day date DEFAULT current_date;
SELECT path, same FROM bulk.both('INSERT INTO bulk.target (id, name, amount) SELECT id, name, amount FROM bulk.source');
CREATE DOMAIN bulk.positive AS integer CHECK (VALUE > 0);
CREATE TABLE bulk.positives (n bulk.positive);
SELECT bulk.effect('INSERT INTO bulk.positives SELECT id - 1200 FROM bulk.source ORDER BY id DESC');

-- Triggers: for each row after, for each statement, with transition tables. The journal shows their order.
DROP TABLE bulk.target;
CREATE TABLE bulk.target (id integer, parent integer, name text, amount numeric);
CREATE FUNCTION bulk.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bulk.journal (entry) SELECT concat_ws(' ', TG_NAME, TG_WHEN, TG_LEVEL, NEW.id, (SELECT count(*) FROM bulk.target));
    RETURN NEW;
END $$;
CREATE FUNCTION bulk.note_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bulk.journal (entry) SELECT concat_ws(' ', TG_NAME, count(*), sum(id)) FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER before_all BEFORE INSERT ON bulk.target EXECUTE FUNCTION bulk.note();
CREATE TRIGGER after_all AFTER INSERT ON bulk.target EXECUTE FUNCTION bulk.note();
CREATE TRIGGER after_row AFTER INSERT ON bulk.target FOR EACH ROW WHEN (NEW.id % 500 = 0) EXECUTE FUNCTION bulk.note();
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
CREATE TRIGGER added AFTER INSERT ON bulk.target REFERENCING NEW TABLE AS added EXECUTE FUNCTION bulk.note_all();
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE false');
-- A trigger that itself moves rows from SQLite.
CREATE TABLE bulk.copy (LIKE bulk.target);
CREATE FUNCTION bulk.copy_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bulk.copy SELECT * FROM bulk.source WHERE id > 2000;
    INSERT INTO bulk.journal (entry) SELECT 'copy ' || count(*) FROM bulk.copy;
    RETURN NULL;
END $$;
CREATE TRIGGER copies AFTER INSERT ON bulk.target FOR EACH ROW WHEN (NEW.id IN (1, 2400)) EXECUTE FUNCTION bulk.copy_again();
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');

-- Statements that can't be written in bulk, and why.
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source RETURNING id');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source ON CONFLICT DO NOTHING');
SELECT path, same FROM bulk.both('WITH gone AS (DELETE FROM bulk.copy RETURNING id) INSERT INTO bulk.target SELECT s.* FROM bulk.source s WHERE id NOT IN (SELECT id FROM gone)');
CREATE FUNCTION bulk.seen() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT count(*) FROM bulk.target';
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT id, bulk.seen(), name, amount FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE bulk.seen() = id - 1');
CREATE FUNCTION bulk.change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN CASE WHEN NEW.id % 2 = 0 THEN NEW END; END $$;
CREATE TRIGGER change BEFORE INSERT ON bulk.target FOR EACH ROW EXECUTE FUNCTION bulk.change();
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
DROP TABLE bulk.target;
CREATE TABLE bulk.target (id integer, parent integer, name text, amount numeric) PARTITION BY RANGE (id);
CREATE TABLE bulk.low PARTITION OF bulk.target FOR VALUES FROM (0) TO (1000);
CREATE TABLE bulk.high PARTITION OF bulk.target FOR VALUES FROM (1000) TO (2400);
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE id < 2400');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.low SELECT * FROM bulk.source');
DROP TABLE bulk.target;

-- Partitions: below partitions, with columns elsewhere, keys, CHECKs and defaults of their own; more than keep a buffer.
CREATE TABLE bulk.target (id integer, parent integer, name text, amount numeric, twice numeric GENERATED ALWAYS AS (amount * 2) STORED) PARTITION BY RANGE (id);
CREATE TABLE bulk.low (gone date, twice numeric GENERATED ALWAYS AS (amount * 2) STORED, name text, id integer NOT NULL CHECK (id > 0), amount numeric, parent integer);
ALTER TABLE bulk.low DROP COLUMN gone;
ALTER TABLE bulk.target ATTACH PARTITION bulk.low FOR VALUES FROM (0) TO (700);
CREATE TABLE bulk.middle PARTITION OF bulk.target FOR VALUES FROM (700) TO (2000) PARTITION BY HASH (name);
SELECT format('CREATE TABLE bulk.middle_%s PARTITION OF bulk.middle FOR VALUES WITH (MODULUS 100, REMAINDER %s)', i, i) FROM generate_series(0, 99) i \gexec
CREATE TABLE bulk.others PARTITION OF bulk.target (CHECK (amount < 10000)) DEFAULT;
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target (name, id) SELECT repeat(name, 100), id FROM bulk.source ORDER BY md5(name)');
SELECT * FROM bulk.both('INSERT INTO bulk.middle (id, name) SELECT id, name FROM bulk.source WHERE id BETWEEN 700 AND 1999');
SELECT * FROM bulk.both('INSERT INTO bulk.middle (id, name) SELECT id, name FROM bulk.source WHERE id BETWEEN 700 AND 2000');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source UNION ALL SELECT 3000, 1, ''x'', 10000');
ALTER TABLE bulk.target ADD PRIMARY KEY (id, name);
CREATE INDEX ON bulk.middle_7 ((amount + id));
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source UNION ALL SELECT 1, 1, ''name 1'', 1');
CREATE TABLE bulk.parent AS SELECT DISTINCT name FROM bulk.source WHERE name <> 'name 99';
ALTER TABLE bulk.parent ADD PRIMARY KEY (name);
ALTER TABLE bulk.target ADD FOREIGN KEY (name) REFERENCES bulk.parent;
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE name <> ''name 99''');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
-- Triggers of partitions and of the whole, and their order over partitions; rows that a trigger leaves out or moves.
CREATE TRIGGER after_row AFTER INSERT ON bulk.target FOR EACH ROW EXECUTE FUNCTION bulk.note();
CREATE TRIGGER added AFTER INSERT ON bulk.target REFERENCING NEW TABLE AS added EXECUTE FUNCTION bulk.note_all();
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE name <> ''name 99'' AND id % 10 = 0 ORDER BY md5(name || id)');
DROP TRIGGER added ON bulk.target;
DROP TRIGGER after_row ON bulk.target;
CREATE TRIGGER low AFTER INSERT ON bulk.low FOR EACH ROW EXECUTE FUNCTION bulk.note();
CREATE TRIGGER others AFTER INSERT ON bulk.others FOR EACH ROW EXECUTE FUNCTION bulk.note();
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE name <> ''name 99'' AND id % 10 = 0 ORDER BY md5(name || id)');
CREATE TRIGGER change BEFORE INSERT ON bulk.low FOR EACH ROW EXECUTE FUNCTION bulk.change();
CREATE TRIGGER before_row BEFORE INSERT ON bulk.others FOR EACH ROW WHEN (NEW.id % 100 = 0) EXECUTE FUNCTION bulk.note();
ALTER TABLE bulk.target DROP CONSTRAINT target_name_fkey;
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
CREATE FUNCTION bulk.move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := NEW.id + 10; RETURN NEW; END $$;
CREATE TRIGGER move BEFORE INSERT ON bulk.low FOR EACH ROW EXECUTE FUNCTION bulk.move();
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source WHERE id < 650');
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
DROP TRIGGER move ON bulk.low;
ALTER TABLE bulk.others ADD CHECK (bulk.seen() < 2300);
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
ALTER TABLE bulk.target DROP CONSTRAINT target_pkey;
CREATE FOREIGN TABLE bulk.far PARTITION OF bulk.target FOR VALUES FROM (5000) TO (6000) SERVER bulk OPTIONS (table 'far');
SELECT path, same FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
DROP FOREIGN TABLE bulk.far;
CREATE TRIGGER change_all BEFORE INSERT ON bulk.target FOR EACH ROW EXECUTE FUNCTION bulk.change();
SELECT path, same FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
DROP TABLE bulk.target;
CREATE TABLE bulk.target (id integer, parent integer, name text, amount numeric);
CREATE VIEW bulk.few AS SELECT * FROM bulk.target WHERE id < 2000 WITH CHECK OPTION;
SELECT * FROM bulk.both('INSERT INTO bulk.few SELECT * FROM bulk.source');
CREATE RULE also AS ON INSERT TO bulk.target DO ALSO INSERT INTO bulk.journal (entry) VALUES (NEW.id);
SELECT * FROM bulk.both('INSERT INTO bulk.target SELECT * FROM bulk.source');
DROP RULE also ON bulk.target;
SELECT bulk.path('INSERT INTO bulk.target SELECT 1, 2, ''x'', 3');

-- In a transaction: the command's own rows, savepoints, a cursor on the target, prepared statements.
BEGIN;
CREATE TEMP TABLE fresh (LIKE bulk.target);
INSERT INTO fresh SELECT * FROM bulk.source;
SELECT count(*), sum(id) FROM fresh;
SAVEPOINT s;
INSERT INTO fresh SELECT * FROM bulk.source WHERE id > 1000;
INSERT INTO fresh SELECT id / (2400 - id), parent, name, amount FROM bulk.source;
ROLLBACK TO s;
SELECT count(*) FROM fresh;
DECLARE c CURSOR FOR SELECT id FROM fresh;
FETCH 2 FROM c;
INSERT INTO fresh SELECT * FROM bulk.source;
MOVE FORWARD ALL FROM c;
SELECT count(*) FROM fresh;
PREPARE again(integer) AS INSERT INTO fresh SELECT * FROM bulk.source WHERE id > $1;
EXECUTE again(2000);
EXECUTE again(2499);
SELECT count(*) FROM fresh;
SELECT * FROM helper.explained('ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF', 'INSERT INTO fresh SELECT * FROM bulk.source');
COMMIT;
-- Values stored out of line.
CREATE TABLE bulk.long (id integer, body text);
INSERT INTO bulk.long SELECT id, repeat(md5(id::text), 400) || (SELECT string_agg(md5((s.id * i)::text), '') FROM generate_series(1, 200) i) FROM bulk.source s WHERE id < 300;
SELECT count(*), count(DISTINCT body), sum(length(body)), pg_relation_size('bulk.long') < 10000000 FROM bulk.long;
VACUUM (ANALYZE) bulk.long;
SET client_min_messages = warning;
DROP SCHEMA bulk CASCADE;
DROP SERVER bulk CASCADE;
