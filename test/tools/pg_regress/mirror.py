"""Schema f of the foreign session: its tables once more, over one SQLite file."""
import os
import re
import sqlite3

# What a cell is in SQLite; every other type goes as its text, which its input function reads.
BIG = {"tenk1", "tenk2", "onek", "onek2"}
NUMBERS = {"smallint", "integer", "bigint", "oid"}
REALS = {"double precision"}
TABLES = """
    SELECT c.oid, relname, relkind, string_agg(format('%I %s%s', attname, format_type(atttypid, atttypmod),
               CASE WHEN attcollation <> t.typcollation THEN ' COLLATE ' || attcollation::regcollation END),
               ', ' ORDER BY attnum) FILTER (WHERE attnum > 0),
           string_agg(quote_ident(attname) || ':' || format_type(atttypid, -1), ',' ORDER BY attnum),
           CASE WHEN relkind = 'p' THEN pg_get_partkeydef(c.oid) END, pg_get_expr(relpartbound, c.oid),
           (SELECT string_agg(p.relname, ',' ORDER BY inhseqno) FROM pg_inherits JOIN pg_class p ON p.oid =
            inhparent WHERE inhrelid = c.oid), CASE WHEN relpersistence = 't' THEN 'pg_temp' ELSE quote_ident(nspname) END,
           quote_ident(pg_get_userbyid(relowner)), relrowsecurity,
           (SELECT string_agg(format('GRANT %s ON f.%I TO %s', privilege_type, relname, CASE WHEN grantee = 0 THEN 'PUBLIC'
            ELSE quote_ident(pg_get_userbyid(grantee)) END), ';') FROM aclexplode(relacl)),
           (SELECT string_agg(format('CREATE POLICY %I ON f.%I AS %s FOR %s TO %s', polname, relname, CASE WHEN polpermissive
            THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN
            'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(
            pg_get_userbyid(r)) END, ', ') FROM unnest(polroles) r)) || coalesce(' USING (' || pg_get_expr(polqual, polrelid)
            || ')', '') || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ''), ';' ORDER BY polname)
            FROM pg_policy WHERE polrelid = c.oid), relforcerowsecurity
    FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE pg_table_is_visible(c.oid) AND nspname NOT IN ('pg_catalog', 'f') AND relkind IN ('r', 'p')
    GROUP BY c.oid, nspname
    ORDER BY relpersistence = 't', c.oid"""
VIEWS = """
    SELECT relname, pg_get_viewdef(c.oid), quote_ident(nspname), coalesce(array_to_string(reloptions, ', '), ''), quote_ident(pg_get_userbyid(relowner)),
           (SELECT string_agg(format('GRANT %s ON f.%I TO %s', privilege_type, relname, CASE WHEN grantee = 0 THEN 'PUBLIC'
            ELSE quote_ident(pg_get_userbyid(grantee)) END), ';') FROM aclexplode(relacl))
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE pg_table_is_visible(c.oid) AND nspname NOT IN ('pg_catalog', 'f') AND relkind = 'v' ORDER BY c.oid"""


class Mirror:
    """Schema f over one SQLite file, kept equal to what the script's search_path shows."""

    def __init__(self, session, path):
        self.session, self.path = session, path
        self.since = ""  # the statements after the last sync
        self.script_path = "public"
        self.shapes, self.contents, self.views, self.homes = {}, {}, {}, {}
        self.sqlite = sqlite3.connect(path, timeout=0.2, isolation_level=None)
        self.sqlite.execute("CREATE TABLE IF NOT EXISTS no_table(a)")
        os.chmod(path, 0o644)
        session.run(f"""CREATE EXTENSION pg_sqlite; CREATE SCHEMA f; GRANT USAGE ON SCHEMA f TO PUBLIC;
            CREATE SERVER s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '{path}', snapshot 'statement');""")

    def sync(self):
        """Brings f up to date. Does nothing in an aborted transaction, and ends none by an error of its own."""
        self.as_superuser(self.bring_up_to_date)

    def as_superuser(self, code):
        self.session.run("\\set ON_ERROR_ROLLBACK on")
        who = self.session.rows("SELECT quote_ident(session_user), current_setting('role')")
        self.session.run("SET SESSION AUTHORIZATION DEFAULT;")
        code()
        if who:
            self.session.run(f"SET SESSION AUTHORIZATION {who[0][0]};" + (f"SET ROLE {who[0][1]};" if who[0][1] != "none" else ""))
        self.session.run("\\set ON_ERROR_ROLLBACK off")

    def bring_up_to_date(self):
        self.session.run(f"SET search_path = {self.script_path};")
        tables = self.session.rows(TABLES)
        if tables is None:
            return
        shapes = {t[1]: t[1:] for t in tables}
        if shapes != self.shapes:
            self.quiet("DROP SCHEMA f CASCADE; CREATE SCHEMA f; GRANT USAGE ON SCHEMA f TO PUBLIC;")
            self.contents = {name: content for name, content in self.contents.items()
                             if name in shapes and shapes[name][3] == content[0]}
            self.views = {}
            for name, shape in shapes.items():
                self.create(name, shape)
            for name, shape in shapes.items():
                self.inherit(name, shape)
            for name, shape in shapes.items():
                self.secure(name, shape)
            self.shapes = shapes
        for name, shape in shapes.items():
            if shape[1] == "r":
                self.fill(name, shape)
        views = {v[0]: v[1:] for v in self.session.rows(VIEWS) or []}
        for name in set(self.views) - set(views):
            self.quiet(f"DROP VIEW IF EXISTS f.\"{name}\" CASCADE;")
        if views != self.views:  # a view may stand on another
            for name in reversed(views):
                self.quiet(f"DROP VIEW IF EXISTS f.\"{name}\" CASCADE;")
            for name, (text, _, options, owner, rights) in views.items():
                # By name, so that it reads f.
                options = re.sub(r"check_option=\w+(, )?", "", options).strip(", ")
                options = f"WITH ({options})" if options else ""
                self.session.run(f"SET search_path = f, {self.script_path}, pg_temp;")
                self.quiet(f"CREATE VIEW f.\"{name}\" {options} AS {text}; ALTER VIEW f.\"{name}\" OWNER TO {owner}; {rights or ''};")
        self.views, self.since = views, ""
        self.homes = {name: shape[7] for name, shape in shapes.items()} | {name: view[1] for name, view in views.items()}

    def hide(self):
        """Takes f away until the next sync: for statements about what is in the catalogs, or in nobody's way."""
        self.as_superuser(lambda: self.quiet("DROP SCHEMA f CASCADE; CREATE SCHEMA f; GRANT USAGE ON SCHEMA f TO PUBLIC;"))
        gone = self.session.rows("SELECT FROM pg_class WHERE relnamespace = 'f'::regnamespace")
        if gone == []:
            self.shapes, self.views = {}, {}

    def quiet(self, text):
        self.session.run(f"SET client_min_messages = error; {text} SET client_min_messages = warning;")

    def create(self, name, shape):
        kind, columns, key, secured = shape[1], shape[2], shape[4], shape[9] == "t"
        if kind == "r" and secured and shape[5]:  # a partition can't have children that inherit
            first = shape[3].split(",")[0].rsplit(":", 1)[0]
            self.session.run(f"CREATE TABLE f.\"{name}\" ({columns}) PARTITION BY LIST ({first}); CREATE FOREIGN TABLE "
                             f"f.\"rows of {name}\" PARTITION OF f.\"{name}\" DEFAULT SERVER s OPTIONS (table '{name}');")
        elif kind == "r" and secured:  # foreign tables have no row security, but their parents have
            self.session.run(f"CREATE TABLE f.\"{name}\" ({columns}); CREATE FOREIGN TABLE f.\"rows of {name}\" ({columns}) "
                             f"INHERITS (f.\"{name}\") SERVER s OPTIONS (table '{name}');")
        elif kind == "p":
            self.session.run(f"CREATE TABLE f.\"{name}\" ({columns}) PARTITION BY {key};")
        else:
            self.session.run(f"CREATE FOREIGN TABLE f.\"{name}\" ({columns}) SERVER s;")

    def inherit(self, name, shape):
        bound, parents = shape[5], shape[6]
        if bound:
            self.session.run(f"ALTER TABLE f.\"{parents}\" ATTACH PARTITION f.\"{name}\" {bound};")
        elif parents:
            for parent in parents.split(","):
                self.session.run(f"ALTER TABLE f.\"{name}\" INHERIT f.\"{parent}\";")

    def secure(self, name, shape):
        """Owner, rights and policies; these read f."""
        owner, secured, rights, policies, forced = shape[8:13]
        self.session.run(f"SET search_path = f, {self.script_path}, pg_temp;")
        self.session.run(f"ALTER TABLE f.\"{name}\" OWNER TO {owner}; {rights or ''};")
        if secured == "t":
            self.session.run(f"{policies or ''}; ALTER TABLE f.\"{name}\" ENABLE ROW LEVEL SECURITY;"
                             + (f"ALTER TABLE f.\"{name}\" FORCE ROW LEVEL SECURITY;" if forced == "t" else ""))
        self.session.run(f"SET search_path = {self.script_path};")

    def fill(self, name, shape):
        columns = [column.rsplit(":", 1) for column in shape[3].split(",") if ":" in column]
        names = ", ".join(c[0] for c in columns)
        # Whether they changed costs much to ask.
        if name in BIG and name in self.contents and not re.search(rf"\b({name}|rollback|abort)\b", self.since, re.I):
            return
        signature = self.session.rows(f"SELECT count(*), sum(hashtextextended(t::text, 0)) "
                                      f"FROM (SELECT {names} FROM ONLY {shape[7]}.\"{name}\") t")
        if signature is None or self.contents.get(name) == (shape[3], signature):
            return
        exported = ", ".join(f"array_to_json({c[0]})" if c[1].endswith("[]") else c[0] for c in columns)
        style = self.session.rows("SELECT current_setting('datestyle'), current_setting('intervalstyle')")
        self.session.run("SET datestyle = 'ISO, MDY'; SET intervalstyle = postgres;")
        rows = self.session.rows(f"SELECT {exported} FROM ONLY {shape[7]}.\"{name}\"")
        if style:
            self.session.run(f"SET datestyle = '{style[0][0]}'; SET intervalstyle = '{style[0][1]}';")
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
            self.contents[name] = (shape[3], signature)
        except sqlite3.OperationalError:  # an open cursor reads
            if self.sqlite.in_transaction:
                self.sqlite.execute("ROLLBACK")
