#!/usr/bin/env python3
"""Does a suggested spec read every value as what it is?

    test/corpus/read_back.py [-v | -c] FILE...

PGHOST, PGPORT and PGUSER name a cluster of a superuser that has the extension; its server must be able to read $TMPDIR. Of each
file a copy is migrated by the spec that sqlite.suggest_spec writes. Then each cell of SQLite is compared with the one that
PostgreSQL has: it is the same text, or it is equal under a rule, which the column's declared type says, or the spec by a type or
an encoding. Nothing of the extension has a part in that: Python's sqlite3 reads the file, psql the tables, and the rules are
written down here once more (read_back_rules.py).

-v: shows each column whose spec names a type or an encoding, with its first values on both sides, to be judged by reading.

-c: checks the checker. In each table one value is changed behind the migration, and has to be found.

Prints a line for each value that reads otherwise and, at last, the figures. Ends with 1 where there is such a value.
"""
import collections
import contextlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from read_back_rules import NotThatType, from_postgresql, from_sqlite, sqlite_text


class Figures(collections.Counter):
    ORDER = ("files", "files not migrated", "tables", "rows", "cells", "same text", "by the declared type", "by the spec",
             "suggestions", "read otherwise", "changed", "changes not found")

    def show(self):
        for name in self.ORDER:
            print(f"{self[name]:>10}  {name}")


class Psql:
    """A database of its own in the cluster."""

    def __init__(self, database):
        self.database = database
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)', "postgres")
        self.run(f"CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", "postgres")
        self.run("CREATE EXTENSION pg_sqlite")

    def run(self, sql, database=None):
        settings = "-c client_min_messages=error -c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex"
        done = subprocess.run(["psql", "-XAqt", "-v", "ON_ERROR_STOP=1", "-d", database or self.database, "-f", "-"],
                              input=sql.encode(), capture_output=True, env=os.environ | {"PGOPTIONS": settings})
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace").strip())
        return done.stdout.decode()

    def rows(self, query):
        escapes = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
        for line in self.run(f"COPY ({query}) TO STDOUT").split("\n")[:-1]:
            yield tuple(None if field == r"\N" else re.sub(r"\\(.)", lambda m: escapes.get(m[1], m[1]), field)
                        for field in line.split("\t"))


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def settings_of(spec, table, column):
    """What the spec says of a column by name. suggest_spec writes whole names, of tables and of servers."""
    found = {}
    for place in [spec, *spec.get("servers", {}).values()]:
        for name, keys in place.get("tables", {}).items():
            if name == table:
                found |= keys.get("columns", {}).get(column, {})
                found |= {"types": keys["types"]} if "types" in keys else {}
        found |= place.get("columns", {}).get(f"{table}.{column}", {})
    return found


# What makes another value of one, by type.
CHANGES = {"smallint": "{0} # 1", "integer": "{0} # 1", "bigint": "{0} # 1", "numeric": "{0} + 0.5", "double precision": "{0} * 2 + 1",
           "text": "{0} || 'x'", "character varying": "{0} || 'x'", "boolean": "NOT {0}", "bytea": "{0} || '\\x00'", "date": "{0} + 1",
           "timestamp without time zone": "{0} + interval '1 microsecond'", "timestamp with time zone": "{0} + interval '1 microsecond'",
           "time without time zone": "{0} + interval '1 microsecond'", "uuid": "gen_random_uuid()", "jsonb": "jsonb_build_array({0})"}


def change_one(psql, target, columns, kinds, chosen):
    """One value of a table. @return whether it could be: keys, lengths and CHECKs may refuse it"""
    for i in range(len(columns)):
        at = (i + chosen) % len(columns)
        change = CHANGES.get(re.sub(r"\(.*?\)", "", kinds[at]))
        if change is None:
            continue
        name = identifier(columns[at])
        try:
            done = psql.run(f"UPDATE {target} SET {name} = {change.format(name)} WHERE ctid = (SELECT ctid FROM {target} "
                            f"WHERE {name} IS NOT NULL AND {name} IS DISTINCT FROM {change.format(name)} LIMIT 1) RETURNING 'changed'")
        except RuntimeError:
            continue
        if done:
            return True
    return False


def check_changed(psql, source, spec, table, load, figures):
    """A change has to be found."""
    found = Figures()
    types = dict(psql.rows("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                           f"WHERE attrelid = '{load['target'].replace(chr(39), chr(39) * 2)}'::regclass AND attnum > 0"))
    figures["tables"] += 1
    if not change_one(psql, load["target"], load["columns"], [types[name] for name in load["columns"]], figures["tables"]):
        return
    figures["changed"] += 1
    with contextlib.redirect_stdout(io.StringIO()):
        check_table(psql, source, spec, table, load, found, False)
    if not found["read otherwise"]:
        figures["changes not found"] += 1
        print(f"  {table}: a change was not found")


def check_table(psql, source, spec, table, load, figures, verbose):
    # What an expression of the spec makes is not a value of SQLite's.
    named = {name: settings_of(spec, table, name) for name in load["source_columns"]}
    pairs = [pair for pair in zip(load["source_columns"], load["columns"]) if pair[0] and "convert" not in named[pair[0]]]
    target, sources, columns = load["target"], [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    named = [named[name] for name in sources]
    types = dict(psql.rows("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                           f"WHERE attrelid = '{target.replace(chr(39), chr(39) * 2)}'::regclass AND attnum > 0"))
    kinds = [types[name] for name in columns]
    there = collections.defaultdict(list)
    for row in psql.rows(f"SELECT {', '.join(map(identifier, columns))} FROM {target}"):
        key = tuple(None if value is None else from_postgresql(value, kind) for value, kind in zip(row, kinds))
        there[key].append(row)
    examples = [[] for _ in columns]
    figures["tables"] += 1
    for row in source.execute(f"SELECT {', '.join(map(identifier, sources))} FROM {identifier(table)}"):
        figures["rows"] += 1
        key = []
        for cell, kind, keys in zip(row, kinds, named):
            try:
                key.append(None if cell is None else from_sqlite(cell, kind, keys))
            except (NotThatType, ValueError, ArithmeticError) as error:
                key.append(f"{error!r}")
        came = there.get(tuple(key))
        if not came:
            figures["read otherwise"] += 1
            print(f"  {table} -> {target}: no row like {row!r}, as {key!r}"[:1000])
            continue
        came = came.pop()
        for i, (cell, value) in enumerate(zip(row, came)):
            figures["cells"] += 1
            by_spec = any(word in named[i] for word in ("type", "encoding"))
            same = value == sqlite_text(cell)
            figures["same text" if same else "by the spec" if by_spec else "by the declared type"] += 1
            if cell is not None and len(examples[i]) < 3:
                examples[i].append((cell, value))
    left = [row for rows in there.values() for row in rows]
    if left:
        figures["read otherwise"] += len(left)
        print(f"  {table} -> {target}: rows that SQLite does not have, {left[0]!r}"[:1000])
    for name, kind, keys, example in zip(sources, kinds, named, examples):
        if not any(word in keys for word in ("type", "encoding")):
            continue
        figures["suggestions"] += 1
        if verbose:
            shown = "; ".join(f"{str(cell)[:50]!r} = {value[:50]}" for cell, value in example if value is not None)
            print(f"  {table}.{name}: {kind}{' by ' + str(keys['encoding']) if 'encoding' in keys else ''}: {shown}")


def check_file(path, folder, figures, verbose, change):
    copy = os.path.join(folder, "file.db")
    for end in ("", "-wal", "-journal"):
        if os.path.exists(copy + end):
            os.unlink(copy + end)
        if os.path.exists(path + end):
            shutil.copy(path + end, copy + end)
            os.chmod(copy + end, 0o666)
    psql = Psql("read_back")
    quoted = copy.replace("'", "''")
    psql.run(f"CREATE SERVER f FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '{quoted}')")
    name = os.path.basename(path)
    try:
        spec = psql.run("SELECT sqlite.suggest_spec('{f}', 'app')")
        quoted = spec.strip().replace("'", "''")
        psql.run(f"CALL sqlite.migrate('{{f}}', 'app', '{quoted}')")
    except RuntimeError as error:
        figures["files not migrated"] += 1
        print(f"{name}: {error}")
        return
    figures["files"] += 1
    print(name)
    if spec.strip() != "{}" and verbose:
        print("  " + re.sub(r"\s+", " ", spec)[:2000])
    source = sqlite3.connect(copy)
    source.text_factory = lambda value: value.decode("utf-8", "surrogateescape")
    for server, table, load in psql.rows("SELECT server, table_name, load FROM sqlite.job_tables WHERE load IS NOT NULL"):
        try:
            if change:
                check_changed(psql, source, json.loads(spec), table, json.loads(load), figures)
            else:
                check_table(psql, source, json.loads(spec), table, json.loads(load), figures, verbose)
        except sqlite3.Error as error:
            print(f"  {table}: this SQLite can't read it: {error}")
    source.close()


def main():
    arguments = sys.argv[1:]
    verbose, change = arguments[:1] == ["-v"], arguments[:1] == ["-c"]
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="read_back.") as folder:
        os.chmod(folder, 0o777)
        for path in arguments[1 if verbose or change else 0:]:
            with open(path, "rb") as file:
                if file.read(16) == b"SQLite format 3\0":
                    check_file(path, folder, figures, verbose, change)
    figures.show()
    sys.exit(1 if figures["read otherwise"] or figures["changes not found"] else 0)


if __name__ == "__main__":
    main()
