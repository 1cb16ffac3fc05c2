#!/usr/bin/env python3
"""Puts a few rows into every table of a SQLite database, such as its application could have written.

    test/tools/fill_database.py FILE [--schema SCHEMA] [--rows N] [--seed N] [--times go|chrono|iso|seconds]
                                   [--leave TABLE …]

FILE is a database that has the application's tables and nothing else, or the rows that its installer puts in.
--schema names the application's schema in the PostgreSQL database that PGHOST, PGPORT, PGUSER and PGDATABASE lead to:
where a column's type there says more than SQLite's declaration (uuid, jsonb, boolean, varchar(36)), the value fits it,
and foreign keys that only PostgreSQL has are respected, too. --times says how dates and times are written: as Go's
drivers do (2024-03-01 10:20:30.123456789+00:00), as Rust's chrono does (the same without a zone), by ISO 8601 with
milliseconds, or with whole seconds. --leave names tables that only the application itself writes.

Prints a line a table: how many rows it has now, and how many could not be made to fit its constraints. Ends with 1 when a
table stayed empty.
"""
import argparse
import json
import random
import re
import sqlite3
import subprocess
import sys
import uuid

TIMES = ("go", "chrono", "iso", "seconds")
TARGET_COLUMNS = """
SELECT coalesce(json_agg(json_build_array(c.relname, a.attname, format_type(t.base, a.atttypmod), a.attnotnull)), '[]')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
    LATERAL (SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END AS base FROM pg_type t WHERE t.oid = a.atttypid) t
WHERE n.nspname = :'schema' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"""
TARGET_KEYS = """
SELECT coalesce(json_agg(json_build_array(c.relname, p.relname,
    (SELECT json_agg(json_build_array(a.attname, b.attname)) FROM unnest(k.conkey, k.confkey) u (x, y)
     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = y))), '[]')
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND n.nspname = :'schema'"""
TARGET_CHECKS = """
SELECT coalesce(json_agg(json_build_array(c.relname, pg_get_constraintdef(k.oid))), '[]')
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND n.nspname = :'schema'"""


def asked(query, schema):
    """The JSON that the query gives about the schema."""
    result = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-v", f"schema={schema}"], input=query + ";",
                            capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Table:
    def __init__(self, name):
        self.name = name
        self.columns = []  # (name, declared type, NOT NULL, place in the primary key)
        self.keys = []     # (parent's name, ((column, parent's column), …))
        self.checks = ""   # every text in which a condition may stand


class Writer:
    def __init__(self, path, schema, rows, seed, times):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA foreign_keys = ON")
        self.rows, self.times = rows, times
        self.random = random.Random(seed)
        self.types, self.required, self.tables = {}, set(), {}
        self.read_source()
        if schema:
            self.read_target(schema)

    def read_source(self):
        listed = self.db.execute("PRAGMA table_list").fetchall()
        names = [row[1] for row in listed if row[0] == "main" and row[2] == "table" and not row[1].startswith("sqlite_")]
        for name in names:
            table = self.tables[name.lower()] = Table(name)
            for row in self.db.execute(f"PRAGMA table_xinfo({quoted(name)})"):
                if row[6] == 0:
                    table.columns.append((row[1], row[2], bool(row[3]), row[5]))
            keys = {}
            for row in self.db.execute(f"PRAGMA foreign_key_list({quoted(name)})"):
                keys.setdefault(row[0], (row[2], []))[1].append((row[3], row[4]))
            for parent, pairs in keys.values():
                if any(to is None for _, to in pairs):
                    primary = sorted((p, c) for _, c, _, _, _, p in self.db.execute(f"PRAGMA table_info({quoted(parent)})") if p)
                    pairs = [(column, to) for (column, _), (_, to) in zip(pairs, primary)]
                table.keys.append((parent, tuple(pairs)))
            table.checks = self.db.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (name,)).fetchone()[0]

    def read_target(self, schema):
        for name, column, kind, required in asked(TARGET_COLUMNS, schema):
            self.types[name.lower(), column.lower()] = kind
            if required:
                self.required.add((name.lower(), column.lower()))
        for name, parent, pairs in asked(TARGET_KEYS, schema):
            table = self.tables.get(name.lower())
            if table is None or parent.lower() not in self.tables:
                continue
            known = {tuple(sorted((a.lower(), b.lower()) for a, b in key)) for _, key in table.keys}
            if tuple(sorted((a.lower(), b.lower()) for a, b in pairs)) not in known:
                table.keys.append((parent, tuple(map(tuple, pairs))))
        for name, text in asked(TARGET_CHECKS, schema):
            if name.lower() in self.tables:
                self.tables[name.lower()].checks += "\n" + text

    def in_order(self):
        """Parents first; where tables refer to each other, as they come."""
        done, order = set(), []

        def visit(name, path):
            if name in done or name in path or name not in self.tables:
                return
            for parent, _ in self.tables[name].keys:
                visit(parent.lower(), path | {name})
            done.add(name)
            order.append(self.tables[name])

        for name in self.tables:
            visit(name, frozenset())
        return order

    def moment(self):
        day = f"{self.random.randint(2019, 2025)}-{self.random.randint(1, 12):02}-{self.random.randint(1, 28):02}"
        clock = f"{self.random.randint(0, 23):02}:{self.random.randint(0, 59):02}:{self.random.randint(0, 59):02}"
        digits = self.random.randint(1, 999_999_999)
        return day, {"go": f"{clock}.{digits:09}+00:00", "chrono": f"{clock}.{digits:09}", "iso": f"{clock}.{digits % 1000:03}",
                     "seconds": clock}[self.times]

    def literals(self, table, column):
        """What conditions that name the column compare it with."""
        found = []
        for match in re.finditer(r"\b" + re.escape(column) + r"\b\"?\s*(?:\)?::[\w ]+\)?)?\s*(?:=|IN\b)\s*(?:ANY\s*)?\(*(?:ARRAY\[)?([^\n]*)", table.checks, re.I):
            said = match[1].split(")")[0]
            found += re.findall(r"'([^']+)'", said) or re.findall(r"^\s*(\d+)\b", said)
        return found

    def text(self, column, limit, serial):
        name = column.lower()
        if "email" in name or name.endswith("mail"):
            text = f"person{serial}@example.org"
        elif "url" in name or "uri" in name:
            text = f"https://example.org/{serial}"
        elif name in ("ip", "remote_ip", "ip_address", "client_ip"):
            text = f"192.0.2.{serial % 250 + 1}"
        elif name.endswith(("uuid", "guid")):
            text = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        else:
            text = f"{column} {serial} " + self.random.choice(["", "Größe", "naïve ☃", "it's", '"x"', "a\\b"])
        return text[:limit].strip() if limit else text.strip()

    def value(self, table, column, declared, serial):
        kind = self.types.get((table.name.lower(), column.lower()), "")
        words = self.literals(table, column)
        length = re.search(r"char\w*(?: varying)?\s*\((\d+)\)", kind or declared, re.I)
        limit = int(length[1]) if length else None
        what, said = kind.lower(), declared.lower()
        numeric_said = bool(re.search(r"int|real|floa|doub|num|dec", said))
        if what == "boolean" or (not what and re.match(r"bool", said)):
            return self.random.randint(0, 1)
        if what == "uuid" or (not what and said in ("uuid", "char(36)")):
            return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        if what in ("json", "jsonb") or (not what and said.startswith("json")):
            return json.dumps({"n": serial, "text": "ä 'quoted'", "list": [1, None, True]})
        if what.startswith("timestamp") or (not what and re.match(r"timestamp|datetime", said)):
            if numeric_said:
                return 1_600_000_000 + self.random.randint(0, 10**8)
            return " ".join(self.moment())
        if what == "date" or (not what and said == "date"):
            return self.moment()[0]
        if what == "bytea" or (not what and re.search(r"blob|bytea|binary", said)):
            return bytes(self.random.getrandbits(8) for _ in range(12))
        if what in ("inet", "cidr"):
            return f"192.0.2.{serial % 250 + 1}"
        if what in ("smallint", "integer", "bigint") or (not what and "int" in said):
            if words and all(re.fullmatch(r"\d+", word) for word in words):
                return int(self.random.choice(words))
            return self.random.randint(0, 1) if what == "smallint" else self.random.randint(1, 1000) + serial
        if re.match(r"numeric|double|real", what) or (not what and numeric_said):
            return round(self.random.uniform(0, 100), 2)
        if words:
            return self.random.choice(words)
        text = self.text(column, limit, serial)
        return text.lower() if re.search(r"lower\(\W*" + re.escape(column), table.checks, re.I) else text

    def row(self, table, serial):
        values = {}
        primary = [c for c in table.columns if c[3]]
        for name, declared, not_null, place in table.columns:
            if place and len(primary) == 1 and declared.upper() == "INTEGER":
                continue  # the next rowid
            may_lack = not not_null and not place and (table.name.lower(), name.lower()) not in self.required
            if may_lack and self.random.random() < 0.2:
                values[name] = None
            else:
                values[name] = self.value(table, name, declared, serial)
        for parent, pairs in table.keys:
            columns = ", ".join(quoted(to) for _, to in pairs)
            present = " AND ".join(f"{quoted(to)} IS NOT NULL" for _, to in pairs)
            found = self.db.execute(f"SELECT {columns} FROM {quoted(parent)} WHERE {present} ORDER BY random() LIMIT 1").fetchone()
            names = {c[0].lower(): c[0] for c in table.columns}
            for i, (column, _) in enumerate(pairs):
                own = names[column.lower()]
                if found is None or values.get(own, 0) is not None:
                    values[own] = found[i] if found else None
        return values

    def fill(self, table):
        made = failed = serial = 0
        while made < self.rows and failed < self.rows * 30:
            serial += 1
            values = self.row(table, serial)
            names = ", ".join(quoted(name) for name in values)
            marks = ", ".join("?" for _ in values)
            into = f"INSERT INTO {quoted(table.name)} " + (f"({names}) VALUES ({marks})" if values else "DEFAULT VALUES")
            try:
                self.db.execute(into, list(values.values()))
                made += 1
            except sqlite3.IntegrityError as error:
                failed += 1
                self.last = str(error)
        count = self.db.execute(f"SELECT count(*) FROM {quoted(table.name)}").fetchone()[0]
        print(f"{table.name}\t{count}\t{failed}" + (f"\t{self.last}" if made == 0 and failed else ""))
        return count


def fill(path, schema, rows, seed, times, leave):
    """Fills the tables of a file. Returns whether each has rows."""
    writer = Writer(path, schema, rows, seed, times)
    return all([writer.fill(table) for table in writer.in_order() if table.name not in leave])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("file")
    parser.add_argument("--schema")
    parser.add_argument("--rows", type=int, default=5)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--times", choices=TIMES, default="iso")
    parser.add_argument("--leave", nargs="*", default=())
    options = parser.parse_args()
    sys.exit(0 if fill(options.file, options.schema, options.rows, options.seed, options.times, options.leave) else 1)


if __name__ == "__main__":
    main()
