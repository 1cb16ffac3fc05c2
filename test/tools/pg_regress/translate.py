"""How a statement of PostgreSQL's scripts runs over foreign tables, and what its text says about the order of its rows."""
import re

from pg_regress.psql import masked

READS = re.compile(r"(SELECT|VALUES|TABLE|WITH|DECLARE|FETCH|MOVE|CLOSE|EXECUTE|PREPARE|DEALLOCATE|EXPLAIN|\()", re.I)
WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s+(?:ONLY\s+)?([a-z_0-9]+)\b",
                    re.I)
CREATES_AS = re.compile(r"(CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?)([a-z_0-9]+)(\s.*?\bAS\b)", re.I | re.S)
DEFINES = re.compile(r"(CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE|DO|TRUNCATE|ANALYZE|VACUUM)\b", re.I)
SELECTS_INTO = re.compile(r"\bSELECT\b[^;]*?\bINTO\s+(?:TEMP|TABLE|UNLOGGED|\w+)", re.I)
CATALOGS = re.compile(r"\b(pg_(class|constraint|inherits|attribute\w*|get_viewdef|get_ruledef|cursors|prepared_statements|stats\w*|"
                      r"views|rules|policies|policy|trigger|index\w*|depend|relation_\w+|partition_\w+|stat_\w+)|information_schema|"
                      r"has_\w+_privilege|regclass|row_security_active)\b", re.I)
CURSOR = re.compile(r"(DECLARE\s+\w+\s+(?:BINARY\s+|INSENSITIVE\s+|ASENSITIVE\s+)*)(CURSOR\b)", re.I)


def is_query(statement):
    plain = masked(statement)
    return READS.match(plain) is not None and not SELECTS_INTO.search(plain)


def writes(statement):
    """Where the names of what a statement writes to stand in it."""
    # FOR UPDATE OF, ON CONFLICT DO UPDATE SET, WHEN MATCHED THEN UPDATE SET name no table there.
    return [m for m in WRITES.finditer(masked(statement)) if m[1].lower() not in ("set", "of", "skip", "nowait", "on")]


def stale_after(statement, functions):
    """Whether tables may be others, or have other rows, afterwards. functions: those of the script, which may write."""
    return not is_query(statement) or bool(writes(statement)) or bool(re.match(r"\s*EXECUTE\b", statement, re.I)) or \
        any(name in functions for name in re.findall(r"\b(\w+)\s*\(", masked(statement)))


def scrolling(statement):
    """A cursor that may run backward; PostgreSQL's own may do so without SCROLL where its plan is simple."""
    if re.search(r"\bFOR\s+(UPDATE|SHARE|NO\s+KEY|KEY)\b", masked(statement), re.I):
        return statement
    return CURSOR.sub(r"\1SCROLL \2", statement, count=1) if CURSOR.match(statement) else statement


def foreign_form(statement, homes, path):
    """A statement over foreign tables, and its search_path: only what it writes to (homes: schema by name) is local."""
    if DEFINES.match(statement) and not CREATES_AS.match(masked(statement)):
        return statement, path
    targets = [m for m in writes(statement) if m[1].lower() in homes]
    for target in reversed(targets):
        statement = f"{statement[:target.start(1)]}{homes[target[1].lower()]}.{statement[target.start(1):]}"
    foreign = f"f, {path}, pg_temp"
    created = CREATES_AS.match(masked(statement))
    if created:
        home = path.split(",")[0].strip()
        return f"{statement[:created.start(2)]}{home}.{statement[created.start(2):]}", foreign
    # The catalogs know of both schemas.
    local = CATALOGS.search(masked(statement)) or not is_query(statement) and not targets
    return statement, path if local else foreign


def top(statement):
    """As long as statement; masked, and blank inside parentheses."""
    out, depth = [], 0
    for c in masked(statement):
        depth -= c == ")"
        out.append(c if depth == 0 else " ")
        depth += c == "("
    return "".join(out)


def order_keys(statement):
    """The items of the ORDER BY that orders the whole statement, each with where it stands; none: the order is free."""
    plain = top(statement)
    found = list(re.finditer(r"\bORDER\s+BY\b", plain, re.I))
    if not found:
        return []
    start = found[-1].end()
    end = re.compile(r"\b(LIMIT|OFFSET|FETCH|FOR)\b|;|$", re.I).search(plain, start).start()
    commas = [start - 1] + [i for i in range(start, end) if plain[i] == ","] + [end]
    keys = []
    for a, b in zip(commas, commas[1:]):
        text = re.sub(r"(\s+(ASC|DESC|USING\s+[<>=~*]+|NULLS\s+(FIRST|LAST)))+\s*$", "", masked_end(statement[a + 1:b]), flags=re.I)
        keys.append((text.strip(), a + 1, b))
    return keys


def masked_end(text):
    """Text without its comments."""
    plain = masked(text)
    return "".join(c if m == "x" or m == c else " " for c, m in zip(text, plain))


def without_limit(statement):
    """The statement without its LIMIT, OFFSET and FETCH FIRST; None where it has none."""
    plain = top(statement)
    found = re.compile(r"\b(LIMIT|OFFSET|FETCH)\b", re.I).search(plain)
    if not found or found.start() < max((m.start() for m in re.finditer(r"\bFROM\b", plain, re.I)), default=0):
        return None
    return statement[:found.start()] + ";"


def keyed(statement, keys, names):
    """The statement with its order's keys in front of its columns, and how many; None where they can't be put there.

    names: of its columns. Keys that are columns stay where they are.
    """
    plain = top(statement)
    select = re.search(r"\bSELECT\b", plain, re.I)
    single = lambda text: re.fullmatch(r'\d+|"[^"]+"|[a-z_]\w*', text, re.I)
    columns, others = [], []
    for text, a, b in keys:
        name = text.strip('"') if text.startswith('"') else text.lower()
        if text.isdigit():
            columns.append(int(text) - 1)
        elif single(text) and names.count(name) == 1:
            columns.append(names.index(name))
        else:
            others.append(text)
    if not others:
        return statement, columns
    free = select and not re.match(r"\s+(DISTINCT|ALL)\b", plain[select.end():], re.I) and \
        not re.search(r"\b(UNION|INTERSECT|EXCEPT)\b", plain, re.I) and \
        not any(text.isdigit() for text, _, _ in keys) and not re.search(r"\bGROUP\s+BY\s+[\d, ]+(\s|;|$)", plain, re.I)
    if not free:
        return None
    put = ", ".join(f"({text}) AS order_key_{i}" for i, text in enumerate(others))
    return (f"{statement[:select.end()]} {put}, {statement[select.end():]}",
            list(range(len(others))) + [c + len(others) for c in columns])
