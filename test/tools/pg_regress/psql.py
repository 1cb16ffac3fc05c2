"""psql as a co-process, its view of a script, and what its tables say."""
import os
import re
import subprocess


def masked(text):
    """As long as text; without comments, and with an x for each character of constants and quoted names."""
    out, at = [], 0
    while at < len(text):
        start, filler, c = at, " ", text[at]
        if text.startswith("--", at):
            at = text.find("\n", at)
            at = len(text) if at < 0 else at
        elif text.startswith("/*", at):
            at = text.find("*/", at) + 2
        elif c in "'\"":
            escapes = c == "'" and text[at - 1:at] in ("e", "E")
            at += 1
            while at < len(text) and text[at] != c:
                at += 2 if escapes and text[at] == "\\" else 1
            at, filler = at + 1, "x"
        elif c == "$" and (tag := re.match(r"\$[A-Za-z_0-9]*\$", text[at:])):
            end = text.find(tag.group(), at + len(tag.group()))
            at, filler = (len(text) if end < 0 else end + len(tag.group())), "x"
        else:
            at, filler = at + 1, None
        out.append(c if filler is None else filler * (at - start))
    return "".join(out)


def statements(text):
    """psql's view of a script: statements with their COPY data, and lines that are psql's own."""
    plain = masked(text)
    at, start, depth, atomic = 0, 0, 0, False
    while at < len(text):
        c = plain[at]
        if c == "\\" and depth == 0:
            end = text.find("\n", at)
            yield text[start:end + 1]
            at = start = end + 1
        elif c == ";" and depth == 0 and not (atomic := bool(re.search(r"\bBEGIN\s+ATOMIC\b(?!.*\bEND\s*$)", plain[start:at],
                                                                      re.I | re.S))):
            at += 1
            statement = text[start:at]
            end = text.find("\n\\.", at) + 4
            # Where an error comes first there are no data, but another statement.
            if re.match(r"\s*copy\s.*from\s+stdin", plain[start:at], re.I) and end > 3 and \
                    not re.search(r";\s*(--.*)?$", text[at:end].partition("\n")[2], re.M):
                statement, at = text[start:end], end
                plain = plain[:at] + masked(text[at:])  # data may hold quotes
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

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


def table(lines):
    """The one aligned table that psql printed, as names and rows of cells; None where it printed anything else."""
    if len(lines) < 2 or not re.fullmatch(r"-+(\+-+)*", lines[1]) or not re.fullmatch(r"\(\d+ rows?\)", lines[-1]):
        return None
    ends = [m.start() for m in re.finditer(r"\+", lines[1])] + [None]
    cut = lambda line: [line[0 if i == 0 else ends[i - 1] + 1:end].strip() for i, end in enumerate(ends)]
    return cut(lines[0]), [cut(line) for line in lines[2:-1]]
