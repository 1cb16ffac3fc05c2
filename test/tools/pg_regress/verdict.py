"""What a difference between the two answers is. Whatever no class explains is "unexplained": a bug, of the tool at least.

Each class is asked of the machine, not guessed from the text:
  same         the same lines in the same order
  free order   the same lines in another order, of a statement that asks for none
  ties         the same lines in another order, and the keys of the statement's ORDER BY are in the same one
  limit        other rows, but the keys of the ORDER BY are the same ones, and without LIMIT so are the rows
  undecided    other rows, and PostgreSQL itself gives others when its own tables have their rows in another order, or
               other plans: the statement does not say which (frames of windows, DISTINCT ON, array_agg … over ties)
  plan         EXPLAIN
  row type     a function that takes rows of PostgreSQL's table does not take the foreign table's, which are of another type
  write        refused: foreign tables can't be written to, or WHERE CURRENT OF one
  known        reasons.py has the reason, which a person wrote
"""
import re

from pg_regress.psql import table
from pg_regress.reasons import REASONS
from pg_regress.translate import is_query, keyed, order_keys, without_limit, writes

CLASSES = "same free_order ties limit undecided plan row_type write known unexplained".split()
PLANS = ["enable_hashagg", "enable_sort", "enable_hashjoin", "enable_mergejoin", "enable_nestloop", "enable_seqscan",
         "enable_indexscan, enable_bitmapscan, enable_indexonlyscan", "enable_hashjoin, enable_hashagg, enable_mergejoin"]


def normal(lines):
    """Without what may differ: the schema's name, how a table is called in messages, where an error stands."""
    out = []
    for line in lines:
        if re.match(r"(LINE \d+:|\s*\^\s*$|CONTEXT:|psql:)", line):
            line = re.sub(r"^psql:[^ ]* ", "", line) if line.startswith("psql:") else ""
        line = re.sub(r"\b(public|f)\.", "", line)
        line = re.sub(r"^(ERROR:  permission denied for) foreign table", r"\1 table", line)
        if line:
            out.append(line)
    return out


class Judge:
    """Compares answers; asks both sessions further questions where they differ."""

    def __init__(self, local, foreign, mirror):
        self.local, self.foreign, self.mirror = local, foreign, mirror

    def of(self, script, statement, written, path, expected, answer):
        """The class of one pair of answers (after normal())."""
        if expected == answer:
            return "same"
        error = next((line for line in answer if line.startswith("ERROR:")), "")
        failed = error and not any(line.startswith("ERROR:") for line in expected)
        for where, pattern, found, _ in REASONS:
            if (where == "*" or script in where.split()) and re.search(pattern, statement, re.I | re.S) and \
                    re.search(found, "\n".join(answer)):
                return "known"
        if re.match(r"ERROR:  (cannot (insert into|update|delete from|change|truncate) foreign table|cannot execute MERGE on|"
                    r"cursor \".*\" is not a simply updatable scan|WHERE CURRENT OF is not supported)", error):
            return "write"
        taken = re.match(r"ERROR:  function \w+\((\w+)\) does not exist", error)
        if failed and taken and taken[1] in self.mirror.shapes:
            return "row_type"
        if re.search(r"\bexplain", statement, re.I) and not failed:
            return "plan"
        if failed or not is_query(statement) or writes(statement):
            return "unexplained"
        if sorted(expected) == sorted(answer):
            keys = order_keys(statement)
            if not keys:
                return "free_order"
            return "ties" if self.same_keys(statement, written, path, keys, expected, answer) else "unexplained"
        return self.other_rows(statement, written, path, expected, answer)

    def ask(self, statement, written, path):
        """A statement once more, in both sessions; nothing stays of it."""
        self.foreign.run(f"SET search_path = {path};")
        return normal(self.local.run(statement)), normal(self.foreign.run(written))

    def same_keys(self, statement, written, path, keys, expected, answer):
        """Whether the keys of the order come in the same order from both."""
        first, second = table(expected), table(answer)
        if first is None or second is None:
            return False
        form, other = keyed(statement, keys, first[0]), keyed(written, order_keys(written), first[0])
        if form is None or other is None:
            return False
        if form[0] != statement:
            first, second = map(table, self.ask(form[0], other[0], path))
            if first is None or second is None:
                return False
        pick = lambda rows: [[row[i] for i in form[1]] for row in rows]
        return pick(first[1]) == pick(second[1])

    def other_rows(self, statement, written, path, expected, answer):
        whole = without_limit(statement)
        if whole and len(expected) == len(answer):
            keys = order_keys(statement)
            if not keys or self.same_keys(statement, written, path, keys, expected, answer):
                one, two = self.ask(whole, without_limit(written), path)
                if sorted(one) == sorted(two):
                    return "limit"
        return "undecided" if self.undecided(statement, expected) else "unexplained"

    def undecided(self, statement, expected):
        """Whether PostgreSQL gives other rows itself, over its own tables: by other plans, or with rows in another order."""
        if re.search(r"\b(nextval|setval|random|FETCH|EXECUTE|MOVE)\b", statement, re.I):
            return False
        script_path = self.mirror.script_path
        begin = "SAVEPOINT tool;" if not any("ERROR" in line for line in self.local.run("SAVEPOINT tool;")) else "BEGIN;"
        end = "ROLLBACK TO tool;" if begin.startswith("SAVE") else "ROLLBACK;"
        other = lambda lines: sorted(normal(lines)) != sorted(expected) and not any("ERROR" in line for line in lines)
        named = [name for name, shape in self.mirror.shapes.items()
                 if shape[1] == "r" and not shape[5] and not shape[6] and re.search(rf"\b{re.escape(name)}\b", statement, re.I)]
        for order in ("ctid DESC", "hashtext(ctid::text)"):
            shuffled = " ".join(f"CREATE TEMP TABLE \"{name}\" ON COMMIT DROP AS SELECT * FROM ONLY {self.mirror.homes[name]}."
                                f"\"{name}\" ORDER BY {order};" for name in named if self.mirror.homes[name] != "pg_temp")
            self.local.run(f"{begin} {shuffled} SET LOCAL search_path = pg_temp, {script_path};")
            lines = self.local.run(statement)
            self.local.run(end)
            if other(lines):
                return True
        for plan in PLANS:
            self.local.run(begin + " ".join(f"SET LOCAL {name.strip()} = off;" for name in plan.split(",")))
            lines = self.local.run(statement)
            self.local.run(end)
            if other(lines):
                return True
        return False
