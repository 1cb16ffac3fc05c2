#!/usr/bin/env python3
"""Moves an application's rows into its own schema, both made from the DDL that the application ships.

    test/tools/into_application.py NAME --sqlite FILE … --postgres FILE … [--times …] [--leave TABLE …] [--spec JSON]

The SQLite file is made of the one, the schema public of a database app_NAME of the other, as an installer does; rows
are added to every table of the file (fill_database.py, which explains --times and --leave). Then sqlite.suggest_spec,
sqlite.assess, sqlite.migrate and sqlite.validate, and each sequence of the application is asked for its next number.
--spec is laid over the suggested spec: '{"transaction": "table", "workers": 2}'.

PGHOST, PGPORT and PGUSER name a cluster that has the extension and may be written to; its server must be able to read
$TMPDIR. Prints one line of a Markdown table, and what is not as it should be behind it. Ends with 1 then.
"""
import argparse
import contextlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

import fill_database

SETUP = """
CREATE EXTENSION pg_sqlite;
SELECT sqlite.attach(:'file', name => 'source') \\gset
"""
WORK = """
SET client_min_messages = error;
SELECT count(*) AS before FROM sqlite.assess('{source}', 'public') WHERE severity = 'blocker' \\gset
SELECT sqlite.suggest_spec('{source}', 'public') || :'spec'::jsonb AS spec \\gset
SELECT count(*) AS after FROM sqlite.assess('{source}', 'public', :'spec') WHERE severity = 'blocker' \\gset
CALL sqlite.migrate('{source}', 'public', :'spec') \\gset
SELECT json_build_object('spec', :'spec'::jsonb, 'before', :before, 'after', :after,
  'tables', (SELECT count(*) FROM sqlite.job_tables WHERE job = :job), 'rows', (SELECT sum(read) FROM sqlite.job_tables WHERE job = :job),
  'found', (SELECT sum(skipped + unchanged) FROM sqlite.job_tables WHERE job = :job),
  'lost', (SELECT json_agg(format('%s: read %s, written %s, there %s', table_name, read, written, skipped)) FROM sqlite.job_tables
    WHERE job = :job AND read <> written + skipped),
  'differ', (SELECT json_agg(format('%s: %s %s', table_name, status, reason)) FROM sqlite.validate(:job) WHERE status <> 'identical'),
  'broken', (SELECT json_agg(format('%s %s of %s: %s', kind, object, target, status)) FROM sqlite.validate_constraints(:job) WHERE status <> 'holds'),
  'policies', sqlite.report(:job) -> 'policies');
"""
# Columns that draw numbers, and whether the next one is behind all that are there.
SEQUENCES = """
SELECT format('SELECT %L, nextval(%L) > COALESCE(max(%I), 0) FROM %s', a.attrelid::regclass || '.' || a.attname,
    COALESCE(pg_get_serial_sequence(a.attrelid::regclass::text, a.attname), substring(pg_get_expr(d.adbin, d.adrelid) FROM '''([^'']+)''')),
    a.attname, a.attrelid::regclass)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped
    AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%') \\gexec
"""


def psql(database, script, *options, stop=True):
    command = ["psql", "-XqAt", "-d", database, "-v", f"ON_ERROR_STOP={int(stop)}", *options]
    result = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    if stop and result.returncode != 0:
        sys.exit(f"{database}: {result.stderr}")
    return result.stdout


def texts(paths):
    parts = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            parts.append(file.read())
    return "\n".join(parts)


def fill(path, options):
    """Rows in every table. Returns the tables that stayed empty."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        fill_database.fill(path, "public", options.rows, options.seed, options.times, options.leave)
    return [line.split("\t")[0] for line in told.getvalue().splitlines() if line.split("\t")[1] == "0"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("name")
    parser.add_argument("--sqlite", nargs="+", required=True)
    parser.add_argument("--postgres", nargs="+", required=True)
    parser.add_argument("--rows", type=int, default=5)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--times", choices=fill_database.TIMES, default="iso")
    parser.add_argument("--leave", nargs="*", default=())
    parser.add_argument("--spec", default="{}")
    options = parser.parse_args()
    database = "app_" + options.name
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, options.name + ".db")
        subprocess.run(["sqlite3", "-init", "/dev/null", path], input=texts(options.sqlite), text=True, capture_output=True, check=False)
        psql("postgres", f"DROP DATABASE IF EXISTS {database} WITH (FORCE);\nCREATE DATABASE {database};")
        psql(database, texts(options.postgres), stop=False)
        os.environ["PGDATABASE"] = database
        empty = fill(path, options)
        sqlite3.connect(path).close()
        os.chmod(path, 0o644)
        psql(database, SETUP, "-v", "file=" + path)
        answer = psql(database, WORK, "-v", "spec=" + options.spec)
        told = json.loads(answer.strip().splitlines()[-1])
        numbers = [line.split("|") for line in psql(database, SEQUENCES).splitlines()]
    behind = [name for name, is_behind in numbers if is_behind != "t"]
    faults = [f"empty: {name}" for name in empty] + (told["lost"] or []) + (told["differ"] or []) + (told["broken"] or [])
    faults += [f"{name} starts again" for name in behind]
    print(f"| {options.name} | {told['tables']} | {told['rows']} | {told['found']} | {told['before']} | {told['after']} "
          f"| {'no: ' + str(len(told['lost'])) + ' tables' if told['lost'] else 'yes'} "
          f"| {'no' if told['differ'] else 'identical'} | {len(numbers) - len(behind)} of {len(numbers)} |")
    for fault in faults:
        print("  " + fault)
    sys.exit(1 if faults or told["after"] else 0)


if __name__ == "__main__":
    main()
