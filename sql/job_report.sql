-- sqlite.report and sqlite.report_text over records written here by hand: what a person reads of a job in each of its
-- states, and which job is meant.
SET timezone = 'UTC';
-- As if no job had been run before.
TRUNCATE sqlite.jobs, sqlite.job_steps, sqlite.job_tables, sqlite.job_chunks, sqlite.job_log, sqlite.rejects;
ALTER TABLE sqlite.rejects ALTER COLUMN id RESTART;

-- No job yet, none named; none of that number.
\set VERBOSITY default
SELECT sqlite.report();
SELECT sqlite.report(1000);

\pset format unaligned
\pset tuples_only on
BEGIN;
-- A migration that went well, with all that a report can show.
INSERT INTO sqlite.jobs (job, kind, state, owner, servers, target_schema, transaction, on_error, started, finished)
    OVERRIDING SYSTEM VALUE
    VALUES (1001, 'migrate', 'done', current_user::regrole, '{shop,crm}', 'public', 'table', 'reject',
        '2026-03-01 10:00:00+00', '2026-03-01 10:00:12.5+00');
INSERT INTO sqlite.job_tables
    (job, table_no, server, table_name, target, created, state, expected, read, written, rejected, skipped, warned, changes,
        started, finished)
    VALUES
    (1001, 1, 'shop', 'user', 'public.customer', true, 'done', 1230000, 1230000, 1229990, 8, 2, 1, '{"excess_digits round": 12}',
        '2026-03-01 10:00:01+00', '2026-03-01 10:00:11+00'),
    (1001, 2, 'crm', 'Note', 'public."Note"', true, 'done', 7, 7, 7, 0, 0, 0,
        '{"excess_digits round": 3, "empty_as_null": 1}', '2026-03-01 10:00:11+00', '2026-03-01 10:00:11.5+00');
INSERT INTO sqlite.job_steps (job, step, section, kind, object, statement, undo, table_no, state)
    VALUES
    (1001, 1, 'pre-data', 'statement', 'public.customer', 'CREATE TABLE public.customer ()', 'DROP TABLE public.customer', 1, 'done'),
    (1001, 2, 'data', 'load', 'public.customer', 'INSERT …', NULL, 1, 'done'),
    (1001, 3, 'post-data', 'comment', 'shop, trigger touch', E'-- not translated: a trigger\n-- of SQLite', NULL, NULL, 'pending');
INSERT INTO sqlite.job_chunks (job, table_no, xids, read, written)
    VALUES (1001, 1, '{700}', 1230000, 1229990), (1001, 2, '{701}', 7, 7);
INSERT INTO sqlite.job_log (job, at, level, server, table_name, message)
    VALUES
    (1001, '2026-03-01 10:00:00+00', 'info', NULL, NULL, 'begun'),
    (1001, '2026-03-01 10:00:02+00', 'warning', 'shop', 'user', E'database is locked;\ntried again');
INSERT INTO sqlite.rejects (job, table_no, server, table_name, target, rowid, key, columns, category, sqlstate, message, row, state)
    SELECT 1001, 1, 'shop', 'user', 'public.customer', n, NULL, '{email}', 'validation', '23514',
        'rule "email" is broken: not-an-address', NULL, CASE n WHEN 19 THEN 'loaded' WHEN 18 THEN 'ignored' ELSE 'open' END
    FROM generate_series(13, 19) AS n;
INSERT INTO sqlite.rejects (job, table_no, server, table_name, target, rowid, key, columns, category, sqlstate, message, row)
    VALUES (1001, 1, 'shop', 'user', 'public.customer', NULL, '{"code": "x"}', '{}', 'insertion', '23505',
        E'duplicate key value violates\nunique constraint "customer_pkey"', NULL);
SELECT sqlite.report_text(1001);
SELECT jsonb_pretty(sqlite.report(1001) - 'owner');

-- It is for the session's own jobs that none needs to be named.
SAVEPOINT s;
SELECT sqlite.report_text();
ROLLBACK TO s;

-- Failed before anything was committed.
INSERT INTO sqlite.jobs (job, kind, state, owner, servers, target_schema, started, finished, error)
    OVERRIDING SYSTEM VALUE
    VALUES (1002, 'migrate', 'failed', current_user::regrole, '{shop}', 'public', '2026-03-01 10:00:00+00', '2026-03-01 10:00:00.1+00',
        '{"sqlstate": "22P02", "message": "2 rows do not fit their target", "detail": "user, rowid 3: one\nuser, rowid 4: two",
          "hint": "Settle them."}');
INSERT INTO sqlite.job_tables (job, table_no, server, table_name, target, created)
    VALUES (1002, 1, 'shop', 'user', 'public.customer', true);
INSERT INTO sqlite.rejects (job, table_no, server, table_name, target, rowid, columns, category, sqlstate, message)
    SELECT 1002, 1, 'shop', 'user', 'public.customer', n, ARRAY['c' || n, 'd'], 'conversion', '22P02', 'message ' || n
    FROM generate_series(1, 22) AS n;
SELECT sqlite.report_text(1002);

-- Failed behind a checkpoint.
UPDATE sqlite.jobs SET transaction = 'batch' WHERE job = 1002;
INSERT INTO sqlite.job_chunks (job, table_no, first_rowid, last_rowid, xids, read, written) VALUES (1002, 1, 1, 100, '{700}', 100, 99);
UPDATE sqlite.job_tables SET state = 'loading', read = 100, written = 99 WHERE job = 1002;
DELETE FROM sqlite.rejects WHERE job = 1002;
SELECT sqlite.report_text(1002);
SELECT sqlite.report(1002) -> 'checkpoint' AS checkpoint;

-- Running here; its backend is gone; taken back; a load, without tables yet.
UPDATE sqlite.jobs SET state = 'running', error = NULL, finished = NULL, backend = pg_backend_pid(),
    backend_started = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()) WHERE job = 1002;
SELECT r -> 'interrupted' AS interrupted, r -> 'next' AS next FROM sqlite.report(1002) AS r;
UPDATE sqlite.jobs SET backend_started = '2026-03-01 10:00:00+00' WHERE job = 1002;
SELECT r -> 'interrupted' AS interrupted, r -> 'next' AS next FROM sqlite.report(1002) AS r;
UPDATE sqlite.jobs SET state = 'rolled back', backend = NULL, backend_started = NULL WHERE job = 1002;
SELECT r -> 'interrupted' AS interrupted, r -> 'next' AS next FROM sqlite.report(1002) AS r;
INSERT INTO sqlite.jobs (job, kind, state, owner, started, finished)
    OVERRIDING SYSTEM VALUE
    VALUES (1003, 'load', 'failed', current_user::regrole, '2026-03-01 10:00:00+00', '2026-03-01 10:00:01+00');
SELECT sqlite.report_text(1003);

-- A table whose account does not balance is said aloud.
UPDATE sqlite.job_tables SET skipped = 0 WHERE job = 1001 AND table_no = 1;
SELECT line AS proof, sqlite.report(1001) #> '{totals,balanced}' AS balanced
FROM sqlite.report_text(1001) AS line WHERE line LIKE '%balance%';

-- Nothing is being done.
SELECT count(*) FROM sqlite.progress;
ROLLBACK;
