#!/usr/bin/env python3
"""Runs PostgreSQL's own regression scripts with their tables as foreign tables of pg_sqlite.

    PG_SOURCE=/path/of/postgresql-15 test/tools/pg_regress_foreign.py [--workers] [--all] [script ...]

PGHOST, PGPORT and PGUSER name a cluster that has the extension and may be written to; its server must be able to
read $TMPDIR. Two databases are made anew: in regress_local every statement runs as it stands and is the oracle; in
regress_foreign the tables stand in schema f once more, as foreign tables over one SQLite file, with the same parents,
children, partitions and views. There every query runs with schema f first in its search_path, so it reads SQLite.
Statements that write have their target in PostgreSQL, read the others from SQLite, and the file is brought up to date
before the next query. Cursors are declared SCROLL in both, since a foreign scan runs backward only then; those that
WHERE CURRENT OF names read PostgreSQL's tables. What EXPLAIN
is asked about is run, too. Answers are compared line by line, and each difference is classified (pg_regress/verdict.py).

--workers: parallel plans are forced in both databases (whose names end in _workers then), and partitionwise joins and
aggregates are on. --all: prints each difference, not only what no class explains.

Prints a table. Ends with 1 when a server went down or something stayed unexplained.
"""
import os
import re
import subprocess
import sys
import tempfile

from pg_regress.mirror import Mirror
from pg_regress.psql import Session, bare, masked, statements
from pg_regress.translate import CATALOGS, DEFINES, foreign_form, is_query, scrolling, stale_after
from pg_regress.verdict import CLASSES, Judge, normal

SCRIPTS = ("select select_distinct select_distinct_on select_having select_implicit case join join_hash aggregates "
           "groupingsets inherit subselect union window with portals prepare limit misc tsrf rangefuncs incremental_sort "
           "partition_join partition_aggregate partition_prune update delete merge updatable_views returning arrays strings "
           "boolean int2 int4 int8 float4 float8 numeric text varchar char date time timetz timestamp timestamptz interval "
           "uuid json jsonb bit inet enum domain rowtypes random expressions equivclass memoize tidscan plancache").split()
DATABASES = ("regress_local", "regress_foreign")
# What these need of the scripts that PostgreSQL runs before them.
MISC = {"misc", "inherit", "union", "join"}


def fresh_database(name):
    subprocess.run(["psql", "-Xq", "-d", "postgres", "-c", "SET client_min_messages = error",
                    "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                    "-c", f"CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"], check=True)


class Run:
    """One script in two sessions."""

    def __init__(self, script, source, databases, options, folder, verbose):
        self.script, self.source, self.verbose = script, source, verbose
        self.local, self.foreign = (Session(database, options) for database in databases)
        self.mirror = Mirror(self.foreign, os.path.join(folder, "regress.db"))
        self.judge = Judge(self.local, self.foreign, self.mirror)
        self.counts = dict.fromkeys(CLASSES, 0)
        self.stale = True
        self.own_cursors = set()

    def text(self, name):
        with open(os.path.join(self.source, "sql", name + ".sql"), encoding="utf-8") as file:
            return file.read()

    def prepare(self):
        for name in ["test_setup", "create_misc"] if self.script in MISC else ["test_setup"]:
            for statement in statements(self.text(name)):
                self.foreign.run("SET search_path = public;")
                self.local.run(statement)
                self.foreign.run(statement)
        self.mirror.sync()
        self.foreign.run("SELECT format('ANALYZE %s', oid::regclass) FROM pg_class WHERE relkind = 'f' \\gexec")
        self.functions = set(re.findall(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\s+(\w+)", self.text(self.script), re.I))
        # Roles are one another's in a cluster.
        self.roles = set(re.findall(r"\bCREATE\s+(?:ROLE|USER)\s+(\w+)", self.text(self.script), re.I))

    def run(self):
        script = [content for content in map(bare, statements(self.text(self.script))) if content.strip()]
        for place, content in enumerate(script):
            self.note_cursor(content, script[place + 1:])
            if content.startswith("\\"):
                if re.match(r"\\(set|pset|a\b|t\b|getenv|unset|if|else|endif|g)", content):
                    self.local.run(content)
                    self.foreign.run(content)
                continue
            self.compare(content)
            if re.match(r"EXPLAIN\b", content, re.I):
                query = re.sub(r"EXPLAIN\s*(\([^)]*\)|(ANALYZE|VERBOSE)\b)?\s*(VERBOSE\b)?\s*", "", content, count=1, flags=re.I)
                if is_query(query) and not re.search(r"\bANALYZE\b", content[:60], re.I) and not query.upper().startswith("DECLARE"):
                    self.compare(query)

    def note_cursor(self, content, following):
        """WHERE CURRENT OF asks for a cursor over PostgreSQL's own table: until it is closed, it is one."""
        declared = re.match(r"DECLARE\s+(\w+)", content, re.I)
        if declared:
            name = declared[1].lower()
            self.own_cursors.discard(name)
            for later in following:
                if re.search(rf"\bCURRENT\s+OF\s+{name}\b", later, re.I):
                    self.own_cursors.add(name)
                if re.match(rf"(COMMIT|ROLLBACK|END|ABORT)\s*;|DECLARE\s+{name}\b|CLOSE\s+{name}\b", later, re.I):
                    break

    def compare(self, content):
        content = scrolling(content)
        plain = masked(content)
        if DEFINES.match(content) or CATALOGS.search(plain):
            if self.mirror.shapes:
                self.mirror.hide()
            self.stale = True
        elif self.stale and (is_query(content) or re.search(r"\b(INSERT|UPDATE|DELETE|MERGE|AS)\b", plain, re.I)):
            self.mirror.sync()
            self.stale = False
        written, path = foreign_form(content, self.mirror.homes, self.mirror.script_path)
        if any(re.search(rf"\b{name}\b", content, re.I) for name in self.own_cursors):
            written, path = content, self.mirror.script_path
        self.mirror.since += content
        self.stale = self.stale or stale_after(content, self.functions)
        self.foreign.run(f"SET search_path = {path};")
        expected = normal(self.local.run(content))
        failed = lambda lines: any(line.startswith("ERROR:") for line in lines)
        # An error that only foreign tables give shall not end a transaction that goes on.
        keep = not failed(expected) and (is_query(content) or path.startswith("f,"))
        self.foreign.run(f"\\set ON_ERROR_ROLLBACK {'on' if keep else 'off'}")
        answer = normal(self.foreign.run(written))
        self.foreign.run("\\set ON_ERROR_ROLLBACK off")
        if re.search(r"\bsearch_path\b", content):
            self.mirror.script_path = (self.local.rows("SELECT current_setting('search_path')") or [["public"]])[0][0]
        verdict = "same"
        if re.match(r"(CREATE|DROP)\s+(ROLE|USER)\b(?!\s+MAPPING)", content, re.I):  # the first database has it done
            expected = answer
        else:
            verdict = self.judge.of(self.script, content, written, path, expected, answer)
        if keep and failed(answer):  # in step again, whatever it would have changed
            self.foreign.run(f"\\set ON_ERROR_ROLLBACK on\nSET search_path = {self.mirror.script_path}; {content}\n"
                             "\\set ON_ERROR_ROLLBACK off")
            self.stale = True
        self.counts[verdict] += 1
        if verdict == "unexplained" or self.verbose and verdict != "same":
            show = lambda lines: "\n".join("    " + line for line in lines[:12])
            print(f"--- {self.script}, {verdict}: {content.strip()[:600]}\n  local:\n{show(expected)}\n  foreign:\n{show(answer)}",
                  flush=True)


def main():
    source = os.path.join(os.environ["PG_SOURCE"], "src/test/regress")
    arguments = sys.argv[1:]
    workers, verbose = "--workers" in arguments, "--all" in arguments
    scripts = [a for a in arguments if not a.startswith("-")] or SCRIPTS
    os.environ.update(PG_ABS_SRCDIR=source, PG_LIBDIR="none", PG_DLSUFFIX=".so")
    options = "-c intervalstyle=postgres_verbose -c statement_timeout=60s -c client_min_messages=warning"
    if workers:
        version = int(subprocess.run(["psql", "-XAtd", "postgres", "-c", "SHOW server_version_num"], check=True,
                                     capture_output=True).stdout)
        options += (f" -c {'debug_parallel_query' if version >= 160000 else 'force_parallel_mode'}=regress"
                    " -c min_parallel_table_scan_size=0 -c parallel_setup_cost=0 -c parallel_tuple_cost=0"
                    " -c enable_partitionwise_join=on -c enable_partitionwise_aggregate=on")
    databases = [name + "_workers" * workers for name in DATABASES]
    totals, down = {}, False
    for script in scripts:
        for database in databases:
            fresh_database(database)
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            run = Run(script, source, databases, options, folder, verbose)
            try:
                run.prepare()
                run.run()
            except ConnectionError as error:
                down = True
                print(f"--- {script}: SERVER DOWN\n{error}", flush=True)
            run.local.close()
            run.foreign.close()
            for database in databases:  # also what roles of the script own
                fresh_database(database)
            for role in run.roles:
                subprocess.run(["psql", "-Xq", "-d", "postgres", "-c", "SET client_min_messages = error",
                                "-c", f"DROP ROLE IF EXISTS {role}"], check=False)
        totals[script] = run.counts
        print(f"{script}: {sum(run.counts.values())} statements, "
              + ", ".join(f"{n} {name}" for name, n in run.counts.items() if n), flush=True)
    print("\n| script | statements | " + " | ".join(name.replace("_", " ") for name in CLASSES) + " |")
    print("|---" * (len(CLASSES) + 2) + "|")
    for script, counts in [*totals.items(), ("all", {c: sum(t[c] for t in totals.values()) for c in CLASSES})]:
        print(f"| {script} | {sum(counts.values())} | " + " | ".join(str(n) for n in counts.values()) + " |")
    sys.exit(1 if down or any(counts["unexplained"] for counts in totals.values()) else 0)


if __name__ == "__main__":
    main()
