#!/usr/bin/env python3
"""Runs PostgreSQL's own regression scripts with their tables as foreign tables of pg_sqlite.

    PG_SOURCE=/path/of/postgresql-15 test/tools/pg_regress_foreign.py [--workers] [script ...]

PGHOST, PGPORT and PGUSER name a cluster that has the extension and may be written to; its server must be able to
read $TMPDIR. Two databases are made anew: in regress_local every statement runs as it stands and is the oracle; in
regress_foreign the tables of schema public stand in schema f once more, as foreign tables over one SQLite file, with
the same parents, children and partitions. There every query runs with search_path f, public, so it reads SQLite.
Statements that write have their target in public, read the others from SQLite, and the file is brought up to date
before the next query. Answers are compared line by line; plans and psql's own commands are not.

--workers: parallel plans are forced in both databases (whose names end in _workers then), and partitionwise joins and
aggregates are on.

Ends with 1 when a server went down. What differs is printed, for a person to explain: docs/reliability.md has the
table of what is known.
"""
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

SCRIPTS = ("select select_distinct select_distinct_on select_having select_implicit case join aggregates groupingsets "
           "inherit subselect union window with portals prepare limit misc partition_join partition_aggregate").split()
DATABASES = ("regress_local", "regress_foreign")
# What a cell is in SQLite; every other type goes as its text, which its input function reads.
BIG = {"tenk1", "tenk2", "onek", "onek2"}
NUMBERS = {"smallint", "integer", "bigint", "oid"}
REALS = {"double precision"}
READS = re.compile(r"(SELECT|VALUES|TABLE|WITH|DECLARE|FETCH|MOVE|CLOSE|EXECUTE|PREPARE|DEALLOCATE|EXPLAIN|\()", re.I)
WRITES = re.compile(r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s+(?:ONLY\s+)?([a-z_0-9]+)\b", re.I)
CREATES_AS = re.compile(r"^(CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?)([a-z_0-9]+)(\s.*?\bAS\b)", re.I | re.S)


def statements(text):
    """psql's view of a script: statements with their COPY data, and lines that are psql's own."""
    at, start, depth = 0, 0, 0
    while at < len(text):
        c = text[at]
        if text.startswith("--", at):
            at = text.find("\n", at)
            at = len(text) if at < 0 else at
        elif text.startswith("/*", at):
            at = text.find("*/", at) + 2
        elif c in "'\"":
            escapes = c == "'" and text[at - 1:at] in ("e", "E")
            at += 1
            while text[at] != c:
                at += 2 if escapes and text[at] == "\\" else 1
            at += 1
        elif c == "$" and (tag := re.match(r"\$[A-Za-z_0-9]*\$", text[at:])):
            at = text.index(tag.group(), at + len(tag.group())) + len(tag.group())
        elif c == "\\" and depth == 0:
            end = text.find("\n", at)
            yield text[start:end + 1]
            at = start = end + 1
        elif c == ";" and depth == 0:
            at += 1
            statement = text[start:at]
            if re.match(r"\s*(--.*\n\s*)*copy\s.*from\s+stdin", statement, re.I):
                end = text.index("\n\\.", at) + 4
                statement, at = text[start:end], end
            yield statement
            start = at
        else:
            depth += {"(": 1, ")": -1}.get(c, 0)
            at += 1


def bare(statement):
    """A statement without the comments before it."""
    return re.sub(r"^(\s|--[^\n]*\n|/\*.*?\*/)*", "", statement, flags=re.S)


class Session:
    def __init__(self, database, options):
        environment = dict(os.environ, PGDATABASE=database, PGOPTIONS=options, PGCLIENTENCODING="UTF8",
                           PGTZ="PST8PDT", PGDATESTYLE="Postgres, MDY")
        self.psql = subprocess.Popen(["stdbuf", "-oL", "psql", "-Xq"], env=environment,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.count = 0

    def run(self, text):
        """The lines that psql prints for it."""
        self.count += 1
        mark = f"===end {self.count}==="
        self.psql.stdin.write(f"{text}\n\\echo '{mark}'\n".encode())
        self.psql.stdin.flush()
        lines = []
        while True:
            line = self.psql.stdout.readline().decode("utf-8", "replace")
            if not line:
                raise ConnectionError("\n".join(lines[-5:]))
            if line.rstrip("\n") == mark:
                break
            lines.append(line.rstrip("\n"))
        if any("server closed the connection" in line for line in lines):
            raise ConnectionError("\n".join(lines[-5:]))
        return lines

    def rows(self, query):
        """A query's rows of texts; None for NULL. Formats are psql's own, so that nothing else is changed."""
        lines = self.run("\\copy (" + " ".join(query.split()) + ") to stdout")
        if any("ERROR" in line for line in lines):
            return None
        codes = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
        unescape = lambda v: None if v == "\\N" else re.sub(r"\\(.)", lambda m: codes.get(m[1], m[1]), v)
        return [[unescape(value) for value in line.split("\t")] for line in lines]


class Mirror:
    """Schema f over one SQLite file, kept equal to schema public."""

    def __init__(self, session, path):
        self.session, self.path = session, path
        self.since = ""  # the statements after the last sync
        self.shapes, self.contents, self.views = {}, {}, {}
        self.sqlite = sqlite3.connect(path, timeout=0.2, isolation_level=None)
        self.sqlite.execute("CREATE TABLE IF NOT EXISTS no_table(a)")
        os.chmod(path, 0o644)
        session.run(f"""CREATE EXTENSION pg_sqlite; CREATE SCHEMA f;
            CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '{path}', snapshot 'statement');""")

    def sync(self):
        """Brings f up to date. Does nothing in an aborted transaction."""
        self.session.run("SET search_path = public;")
        tables = self.session.rows("""
            SELECT c.oid, relname, relkind, string_agg(format('%I %s%s', attname, format_type(atttypid, atttypmod),
                       CASE WHEN attcollation <> t.typcollation THEN ' COLLATE ' || attcollation::regcollation END),
                       ', ' ORDER BY attnum) FILTER (WHERE attnum > 0),
                   string_agg(quote_ident(attname) || ':' || format_type(atttypid, -1), ',' ORDER BY attnum),
                   CASE WHEN relkind = 'p' THEN pg_get_partkeydef(c.oid) END, pg_get_expr(relpartbound, c.oid),
                   (SELECT string_agg(p.relname, ',' ORDER BY inhseqno) FROM pg_inherits JOIN pg_class p ON p.oid =
                    inhparent WHERE inhrelid = c.oid), CASE WHEN relpersistence = 't' THEN 'pg_temp' ELSE 'public' END
            FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
            JOIN pg_type t ON t.oid = atttypid
            WHERE relnamespace IN ('public'::regnamespace, pg_my_temp_schema()) AND relkind IN ('r', 'p')
            GROUP BY c.oid ORDER BY relpersistence = 't', c.oid""")
        if tables is None:
            return
        shapes = {t[1]: t[1:] for t in tables}
        if shapes != self.shapes:
            for name, shape in self.shapes.items():
                kind = "TABLE" if shape[1] == "p" else "FOREIGN TABLE"
                self.session.run("SET client_min_messages = error;"
                                 f"DROP {kind} IF EXISTS f.\"{name}\" CASCADE; RESET client_min_messages;")
            self.contents = {name: content for name, content in self.contents.items()
                             if name in shapes and shapes[name][3] == self.shapes[name][3]}
            self.views = {}
            for name, shape in shapes.items():
                self.create(name, shape)
            for name, shape in shapes.items():
                self.inherit(name, shape)
            self.shapes = shapes
        for name, shape in shapes.items():
            if shape[1] == "r":
                self.fill(name, shape)
        views = dict(self.session.rows("""SELECT relname, pg_get_viewdef(oid) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' ORDER BY oid""") or [])
        for name, text in views.items():
            if self.views.get(name) != text:
                # By name, so that it reads f.
                self.session.run("SET search_path = f, public, pg_temp; SET client_min_messages = error;"
                                 f"DROP VIEW IF EXISTS f.\"{name}\"; CREATE VIEW f.\"{name}\" AS {text};"
                                 "RESET client_min_messages;")
        for name in set(self.views) - set(views):
            self.session.run(f"DROP VIEW IF EXISTS f.\"{name}\" CASCADE;")
        self.views, self.since = views, ""

    def create(self, name, shape):
        _, kind, columns, _, key, _, _, _ = shape
        if kind == "p":
            self.session.run(f"CREATE TABLE f.\"{name}\" ({columns}) PARTITION BY {key};")
        else:
            self.session.run(f"CREATE FOREIGN TABLE f.\"{name}\" ({columns}) SERVER s;")

    def inherit(self, name, shape):
        _, kind, _, _, _, bound, parents, _ = shape
        if bound:
            self.session.run(f"ALTER TABLE f.\"{parents}\" ATTACH PARTITION f.\"{name}\" {bound};")
        elif parents:
            for parent in parents.split(","):
                self.session.run(f"ALTER FOREIGN TABLE f.\"{name}\" INHERIT f.\"{parent}\";")

    def fill(self, name, shape):
        columns = [column.rsplit(":", 1) for column in shape[3].split(",") if ":" in column]
        names = ", ".join(c[0] for c in columns)
        # Whether they changed costs much to ask.
        if name in BIG and name in self.contents and not re.search(rf"\b({name}|rollback|abort)\b", self.since, re.I):
            return
        signature = self.session.rows(f"SELECT count(*), sum(hashtextextended(t::text, 0)) "
                                      f"FROM (SELECT {names} FROM ONLY {shape[7]}.\"{name}\") t")
        if signature is None or self.contents.get(name) == signature:
            return
        exported = ", ".join(f"array_to_json({c[0]})" if c[1].endswith("[]") else c[0] for c in columns)
        self.session.run("SET datestyle = 'ISO, MDY';")
        rows = self.session.rows(f"SELECT {exported} FROM ONLY {shape[7]}.\"{name}\"")
        self.session.run("SET datestyle = 'Postgres, MDY';")
        if rows is None:
            return
        affinity = lambda t: "INTEGER" if t in NUMBERS else "REAL" if t in REALS else "BLOB" if t == "bytea" else "TEXT"
        convert = {"INTEGER": int, "REAL": float, "TEXT": str, "BLOB": lambda v: bytes.fromhex(v[2:])}
        kinds = [affinity(c[1]) for c in columns]
        special = ("NaN", "Infinity", "-Infinity")
        cells = [[None if v is None else v if k == "REAL" and v in special else convert[k](v) for v, k in zip(row, kinds)]
                 for row in rows]
        definition = ", ".join(f"{c[0]} {k}" for c, k in zip(columns, kinds))
        try:
            self.sqlite.execute("BEGIN IMMEDIATE")
            self.sqlite.execute(f"DROP TABLE IF EXISTS \"{name}\"")
            self.sqlite.execute(f"CREATE TABLE \"{name}\" ({definition})")
            self.sqlite.executemany(f"INSERT INTO \"{name}\" VALUES ({', '.join('?' * len(columns))})", cells)
            if cells and len(cells) > 500 and kinds[0] == "INTEGER":
                self.sqlite.execute(f"CREATE INDEX \"{name} index\" ON \"{name}\" ({columns[0][0]})")
            self.sqlite.execute("COMMIT")
            self.contents[name] = signature
        except sqlite3.OperationalError:  # an open cursor reads
            if self.sqlite.in_transaction:
                self.sqlite.execute("ROLLBACK")


def is_query(statement):
    return READS.match(statement) is not None and not re.search(r"\bSELECT\b[^;]*\bINTO\s+(TEMP|TABLE|\w+\s+FROM)",
                                                                 statement, re.I)


def foreign_form(statement, tables):
    """How a statement runs in regress_foreign, and with which search_path."""
    target = WRITES.search(statement)
    if target and target.group(2) in tables:
        # Only the target is local.
        schema = tables[target.group(2)][7]
        return (f"{statement[:target.start(2)]}{schema}.{statement[target.start(2):]}", "f, public, pg_temp")
    created = CREATES_AS.match(statement)
    if created:
        return (statement[:created.start(2)] + "public." + statement[created.start(2):], "f, public, pg_temp")
    # The catalogs know of both schemas.
    catalogs = re.search(r"\bpg_(class|constraint|inherits|attribute|get_viewdef|cursors|prepared_statements)", statement)
    return (statement, "f, public, pg_temp" if is_query(statement) and not target and not catalogs else "public")


def normal(lines):
    """Without what may differ: the schema's name, how a table is called in messages, where an error stands."""
    out = []
    for line in lines:
        if re.match(r"(LINE \d+:|\s*\^\s*$|CONTEXT:|psql:)", line):
            line = re.sub(r"^psql:[^ ]* ", "", line) if line.startswith("psql:") else ""
        line = re.sub(r"\b(public|f)\.", "", line)
        if line:
            out.append(line)
    return out


def main():
    source = os.path.join(os.environ["PG_SOURCE"], "src/test/regress")
    arguments = sys.argv[1:]
    workers = "--workers" in arguments
    scripts = [a for a in arguments if not a.startswith("-")] or SCRIPTS
    os.environ.update(PG_ABS_SRCDIR=source, PG_LIBDIR="none", PG_DLSUFFIX=".so")
    options = "-c intervalstyle=postgres_verbose -c statement_timeout=120s -c client_min_messages=warning"
    if workers:
        options += (" -c force_parallel_mode=regress -c min_parallel_table_scan_size=0 -c parallel_setup_cost=0"
                    " -c parallel_tuple_cost=0 -c enable_partitionwise_join=on -c enable_partitionwise_aggregate=on")
    databases = [name + "_workers" * workers for name in DATABASES]
    totals, down = {}, False
    for script in scripts:
        for database in databases:
            subprocess.run(["psql", "-Xq", "-d", "postgres", "-c", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)",
                            "-c", f"CREATE DATABASE {database} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"], check=True)
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            local, foreign = (Session(database, options) for database in databases)
            text = lambda name: open(os.path.join(source, "sql", name + ".sql"), encoding="utf-8").read()
            mirror = Mirror(foreign, os.path.join(folder, "regress.db"))
            needs = ["test_setup", "create_misc"] if script in ("misc", "inherit", "union", "join") else ["test_setup"]
            for name in needs:
                for statement in statements(text(name)):
                    foreign.run("SET search_path = public;")
                    local.run(statement)
                    foreign.run(statement)
            stale = False
            counts = dict(statements=0, same=0, order=0, plan=0, different=0)
            try:
                mirror.sync()
                foreign.run("SELECT format('ANALYZE %s', oid::regclass) FROM pg_class WHERE relkind = 'f' \\gexec")
                for statement in statements(text(script)):
                    content = bare(statement)
                    if not content.strip():
                        continue
                    if content.startswith("\\"):
                        if re.match(r"\\(set|pset|a\b|t\b|getenv|unset|if|else|endif|g)", content):
                            local.run(statement), foreign.run(statement)
                        continue
                    if stale and (is_query(content) or WRITES.search(content) or CREATES_AS.match(content)):
                        mirror.sync()
                        stale = False
                    written, path = foreign_form(content, mirror.shapes)
                    mirror.since += content
                    stale = stale or not is_query(content) or WRITES.search(content) is not None
                    foreign.run(f"SET search_path = {path};")
                    expected, answer = normal(local.run(content)), normal(foreign.run(written))
                    counts["statements"] += 1
                    if expected == answer:
                        counts["same"] += 1
                    elif content[:7].upper() == "EXPLAIN":
                        counts["plan"] += 1
                    elif sorted(expected) == sorted(answer):
                        counts["order"] += 1
                    else:
                        counts["different"] += 1
                        show = lambda lines: "\n".join("    " + line for line in lines[:12])
                        print(f"--- {script}: {content.strip()[:600]}\n  local:\n{show(expected)}\n  foreign:\n{show(answer)}",
                              flush=True)
            except ConnectionError as error:
                down = True
                print(f"--- {script}: SERVER DOWN at: {content[:600]}\n{error}", flush=True)
            for session in (local, foreign):
                session.psql.stdin.close()
                session.psql.wait()
        totals[script] = counts
        print(f"{script}: {counts}", flush=True)
    for key in ("statements", "same", "order", "plan", "different"):
        print(key, sum(counts[key] for counts in totals.values()))
    sys.exit(1 if down else 0)


if __name__ == "__main__":
    main()
