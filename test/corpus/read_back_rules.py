"""What a cell of SQLite means as a value of a PostgreSQL type, and what the text of such a value means: both as plain Python
values, equal where the cell was read as it should be. Written from the documentation of types and encodings, not from the code."""
import datetime
import decimal
import json
import re
import struct
import uuid
from fractions import Fraction

TEXTS = ("text", "character varying", "character", "citext", "name")
DAY = 86_400_000_000  # microseconds
EPOCHS = {  # encoding: (microseconds of one unit, its zero)
    "unix": (1_000_000, (1970, 1, 1)), "unix_ms": (1000, (1970, 1, 1)), "unix_us": (1, (1970, 1, 1)),
    "unix_ns": (Fraction(1, 1000), (1970, 1, 1)), "excel": (DAY, (1899, 12, 30)), "webkit": (1, (1601, 1, 1)),
    "cocoa": (1_000_000, (2001, 1, 1)), "cocoa_ns": (Fraction(1, 1000), (2001, 1, 1)),
    "filetime": (Fraction(1, 10), (1601, 1, 1)), "dotnet_ticks": (Fraction(1, 10), (1, 1, 1)),
    "julian": (DAY, None),
}
MONTHS = "january february march april may june july august september october november december".split()


class NotThatType(Exception):
    pass


def sqlite_text(cell):
    """CAST(cell AS TEXT), but for reals, whose fifteen digits are not all of them: the shortest that read back."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        digits = repr(cell)
        if cell in (float("inf"), float("-inf")):
            return "Inf" if cell > 0 else "-Inf"
        if "e" not in digits and abs(cell) >= 1e15:
            sign, digits, exponent = decimal.Decimal(digits).normalize().as_tuple()
            figures = "".join(map(str, digits))
            digits = f"{'-' if sign else ''}{figures[0]}.{figures[1:] or '0'}e+{exponent + len(figures) - 1:02}"
        elif "e" in digits and "." not in digits:
            digits = digits.replace("e", ".0e")
        return digits
    if isinstance(cell, bytes):
        return "\\x" + cell.hex()
    return str(cell)


def from_sqlite(cell, kind, keys):
    """@param keys what the spec says of the column"""
    encodings = keys.get("encoding", [])
    if isinstance(encodings, str):
        encodings = split_list(encodings, kind)
    if cell == "" and keys.get("empty_as_null"):
        return None
    if kind.endswith("[]"):
        if cell.startswith("["):
            return [None if e is None else from_sqlite(e, kind[:-2], {}) for e in json.loads(cell)]
        return [from_sqlite(e, kind[:-2], {}) for e in cell.split(encodings[-1])]
    base = re.sub(r"\(.*?\)", "", kind)
    if base in TEXTS:
        if isinstance(cell, bytes) and "utf8" in encodings:
            return cell.decode()
        if isinstance(cell, bytes):
            raise NotThatType(f"a blob in {kind}")
        # character(n) is shown with blanks, and compared without.
        text = sqlite_text(cell)
        return text.rstrip(" ") if base == "character" else text
    if base == "bytea":
        return cell if isinstance(cell, bytes) else sqlite_text(cell).encode()
    if base in ("smallint", "integer", "bigint", "oid"):
        return written_number(cell, encodings, lambda text: exact_integer(text))
    if base in ("double precision", "real"):
        value = written_number(cell, encodings, float)
        return struct.unpack("f", struct.pack("f", value))[0] if base == "real" else float(value)
    if base == "numeric":
        return written_number(cell, encodings, decimal.Decimal)
    if base == "boolean":
        words = {"1": True, "0": False, "t": True, "f": False, "true": True, "false": False, "y": True, "n": False, "yes": True,
                 "no": False, "on": True, "off": False}
        return words[str(cell).strip().lower()]
    if base == "uuid":
        if isinstance(cell, bytes):
            return uuid.UUID(bytes_le=cell) if "guid_le" in encodings else uuid.UUID(bytes=cell)
        return uuid.UUID(cell.strip())
    if base in ("json", "jsonb"):
        if isinstance(cell, bytes):
            return binary_document(cell)
        return document(sqlite_text(cell))
    if base.startswith("timestamp") or base.startswith("time") or base == "date":
        return moment(cell, base, encodings)
    if base == "interval":
        return duration(cell, encodings)
    return sqlite_text(cell)


def from_postgresql(text, kind):
    if kind.endswith("[]"):
        return [None if e is None else from_postgresql(e, kind[:-2]) for e in array(text)]
    base = re.sub(r"\(.*?\)", "", kind)
    if base == "bytea":
        return bytes.fromhex(text[2:])
    if base in ("smallint", "integer", "bigint", "oid"):
        return int(text)
    if base in ("double precision", "real"):
        return float(text)
    if base == "numeric":
        return decimal.Decimal(text)
    if base == "boolean":
        return text == "t"
    if base == "uuid":
        return uuid.UUID(text)
    if base in ("json", "jsonb"):
        return document(text)
    if base == "character":
        return text.rstrip(" ")
    if base.startswith("timestamp") or base.startswith("time") or base == "date":
        return moment(text, base, ["iso"])
    if base == "interval":
        return duration(text, ["pg"])
    return text


def split_list(text, kind):
    if text.startswith("["):
        return json.loads(text)
    if kind.endswith("[]"):
        return [text]
    words = [word.strip().strip('"') for word in text.split(",")]
    # A comma may be a part of a pattern, whose other half names no year.
    whole = all("YY" in word or re.fullmatch("[a-z_0-9]+", word) for word in words)
    return words if whole else [text]


def exact_integer(text):
    number = decimal.Decimal(text)
    if number != int(number):
        raise NotThatType(f"{text} is not whole")
    return int(number)


def written_number(cell, encodings, read):
    if isinstance(cell, bytes):
        raise NotThatType("a blob as a number")
    if isinstance(cell, float):
        return read(repr(cell))
    text = str(cell).strip()
    if isinstance(cell, str) and "decimal_comma" in encodings:
        text = text.replace(".", "").replace(",", ".")
    elif isinstance(cell, str) and "grouped" in encodings:
        text = text.replace(",", "")
    return read(text)


def document(text):
    def pairs(items):
        return ("object", frozenset((key, freeze(value)) for key, value in dict(items).items()))

    def freeze(value):
        return ("array", tuple(map(freeze, value))) if isinstance(value, list) else (type(value).__name__, value)
    return freeze(json.loads(text, object_pairs_hook=pairs, parse_float=decimal.Decimal, parse_int=decimal.Decimal))


def binary_document(blob):
    """SQLite's JSONB."""
    def element(at):
        kind, size, at = blob[at] & 15, blob[at] >> 4, at + 1
        if size >= 12:
            width = 1 << (size - 12)
            size, at = int.from_bytes(blob[at:at + width], "big"), at + width
        payload, end = blob[at:at + size], at + size
        if kind <= 2:
            return ((None, True, False)[kind]), end
        if kind <= 6:
            text = payload.decode()
            return decimal.Decimal(int(text, 16) if "x" in text.lower() else text), end
        if kind <= 10:
            return payload.decode() if kind in (7, 10) else json.loads('"' + payload.decode().replace("\\'", "'") + '"'), end
        items, inner = [], at
        while inner < end:
            item, inner = element(inner)
            items.append(item)
        return items if kind == 11 else dict(zip(items[::2], items[1::2])), end

    def freeze(value):
        if isinstance(value, list):
            return ("array", tuple(map(freeze, value)))
        if isinstance(value, dict):
            return ("object", frozenset((key, freeze(item)) for key, item in value.items()))
        return (type(value).__name__, value)
    return freeze(element(0)[0])


def array(text):
    """PostgreSQL's {a,"b c",NULL}, of one dimension."""
    for quoted, plain in re.findall(r'"((?:[^"\\]|\\.)*)"|([^{},"]+)', text):
        yield None if plain == "NULL" else re.sub(r"\\(.)", r"\1", quoted) if not plain else plain


def days(year, month, day):
    """Since 2000-01-01, of any astronomical year."""
    cycles = (year - 2000) // 400
    return datetime.date(year - cycles * 400, month, day).toordinal() + cycles * 146097 - datetime.date(2000, 1, 1).toordinal()


def moment(cell, base, encodings):
    zoned = base.endswith("with time zone")
    for encoding in encodings or ["iso"]:
        if encoding in EPOCHS:
            try:
                number = Fraction(cell if not isinstance(cell, str) else decimal.Decimal(cell))
            except (ValueError, decimal.InvalidOperation):
                continue
            unit, zero = EPOCHS[encoding]
            start = days(*zero) * DAY if zero else (days(-4713, 11, 24) * DAY + DAY // 2)
            micros = number * unit + start
            if isinstance(cell, float):
                micros = round(micros)
            return place(micros, base)
        if not isinstance(cell, (str, int)):
            continue
        text = str(cell).strip()
        found = (match_iso(text) if encoding == "iso" else match_spelled(text, encoding) if encoding in SPELLED
                 else match_pattern(text, encoding))
        if found is not None:
            return place(found, base)
    raise NotThatType(f"{cell!r} under {encodings}")


def place(micros, base):
    if base == "date":
        if micros % DAY:
            raise NotThatType("a time in a date")
        return micros // DAY
    if micros != int(micros):
        raise NotThatType("digits below the microsecond")
    return int(micros)


def clock(hour, minute, second, fraction, zone):
    micros = (int(hour or 0) * 3600 + int(minute or 0) * 60 + int(second or 0)) * 1_000_000
    micros += Fraction(int(fraction or 0) * 1_000_000, 10 ** len(fraction or ""))
    if zone and zone[0] in "+-":
        digits = (zone[1:].replace(":", "") + "0000")[:6]
        east = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:6] or 0)
        micros -= (-east if zone[0] == "-" else east) * 1_000_000
    return micros


def match_iso(text):
    before = text.endswith(" BC")
    text = text.removesuffix(" BC")
    m = re.fullmatch(r"(?:([-+]?\d{4,6})-(\d\d)-(\d\d))?(?:[ T]*(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*"
                     r"(Z|UTC|GMT|[-+]\d\d(?::?\d\d(?::\d\d)?)?)?(?: UTC| GMT)?", text, re.I)
    if not m:
        return None
    day = 0
    if m[1]:
        year = int(m[1])
        day = days(1 - year if before else year, int(m[2]), int(m[3]))
    return day * DAY + clock(m[4], m[5], m[6], m[7], m[8])


# Dates as programs write them: weekday, comment and zone's name say nothing more.
SPELLED = {
    "rfc2822": r"(?:[A-Z]\w\w,\s+)?(?P<d>\d\d?)\s+(?P<b>\w{3})\s+(?P<Y>\d{4})\s+(?P<H>\d\d):(?P<M>\d\d)(?::(?P<S>\d\d))?\s+"
               r"(?P<z>[-+]\d{4}|GMT|UTC|UT|Z)(?:\s+\(.*\))?",
    "js_date": r"[A-Z]\w\w (?P<b>\w{3}) (?P<d>\d\d) (?P<Y>\d{4}) (?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d) GMT(?P<z>[-+]\d{4})(?: \(.*\))?",
    "go_time": r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d) (?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)(?:\.(?P<f>\d+))? (?P<z>[-+]\d{4}) \S+(?: m=\S+)?",
    "ctime": r"[A-Z]\w\w (?P<b>\w{3}) [ \d]?(?P<d>\d) (?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)(?: UTC| GMT)? (?P<Y>\d{4})",
}


def match_spelled(text, encoding):
    m = re.fullmatch(SPELLED[encoding], text)
    if not m:
        return None
    f = collections_of(m)
    if encoding == "ctime":
        f["d"] = text[8:10]
    month = int(f["m"]) if "m" in f else 1 + [name[:3] for name in MONTHS].index(f["b"].lower())
    return days(int(f["Y"]), month, int(f["d"])) * DAY + clock(f["H"], f["M"], f.get("S"), f.get("f"), f.get("z"))


FIELDS = (("YYYY", r"(?P<Y>\d{4})"), ("YY", r"(?P<y>\d\d)"), ("Month", r"(?P<B>[A-Za-z]+)"), ("Mon", r"(?P<b>[A-Za-z]{3})"),
          ("MM", r"(?P<m>\d\d?)"), ("MI", r"(?P<M>\d\d)"), ("Day", r"(?P<A>[A-Za-z]+)"), ("Dy", r"(?P<a>[A-Za-z]{3})"),
          ("DD", r"(?P<d>\d\d?)"), ("HH24", r"(?P<H>\d\d?)"), ("HH12", r"(?P<I>\d\d?)"), ("SS", r"(?P<S>\d\d)"),
          ("FMUS", r"(?P<f>\d+)"), ("US", r"(?P<f>\d{1,6})"), ("MS", r"(?P<f>\d{1,3})"), ("AM", r"(?P<p>[AaPp][Mm])"),
          ("TZ", r"(?P<z>Z|UTC|GMT|[-+]\d\d:?\d\d)"), ("OF", r"(?P<z>[-+]\d\d(?::\d\d)?)"),
          ("IYYY", r"(?P<G>\d{4})"), ("IW", r"(?P<V>\d\d?)"), ("ID", r"(?P<u>[1-7])"))


def match_pattern(text, pattern):
    expression, at = "", 0
    while at < len(pattern):
        for word, part in sorted(FIELDS, key=lambda field: -len(field[0])):
            if pattern.startswith(word, at):
                expression, at = expression + part, at + len(word)
                break
        else:
            if pattern[at] == '"':
                end = pattern.index('"', at + 1)
                expression, at = expression + re.escape(pattern[at + 1:end]), end + 1
            else:
                expression, at = expression + re.escape(pattern[at]), at + 1
    m = re.fullmatch(expression, text)
    if not m:
        return None
    f = collections_of(m)
    if "G" in f:
        date = datetime.date.fromisocalendar(int(f["G"]), int(f["V"]), int(f.get("u", 1)))
        day = (date - datetime.date(2000, 1, 1)).days
    else:
        month = f.get("m") or 1 + [name[:3] for name in MONTHS].index((f.get("b") or f.get("B") or "jan").lower()[:3])
        year = int(f["Y"]) if "Y" in f else int(f.get("y", 0)) + (2000 if int(f.get("y", 0)) < 70 else 1900)
        try:
            day = days(year, int(month), int(f.get("d", 1)))
        except ValueError:
            return None
    hour = int(f.get("H", 0))
    if "I" in f:
        hour = int(f["I"]) % 12 + (12 if f["p"].lower() == "pm" else 0)
    return day * DAY + clock(hour, f.get("M"), f.get("S"), f.get("f"), f.get("z"))


def collections_of(match):
    return {name: text for name, text in match.groupdict().items() if text is not None}


def duration(cell, encodings):
    units = {"s": 1_000_000, "ms": 1000, "us": 1, "ns": Fraction(1, 1000)}
    for encoding in encodings or ["pg"]:
        if encoding in units and not isinstance(cell, str):
            return Fraction(cell) * units[encoding]
        if isinstance(cell, str) and encoding in ("pg", "dotnet_timespan"):
            m = re.fullmatch(r"(?:(-?\d+)(?: days? ?|\.))?(?:(-)?(\d+):(\d\d):(\d\d)(?:\.(\d+))?)?", cell)
            if m:
                time = clock(m[3], m[4], m[5], m[6], None)
                return int(m[1] or 0) * DAY + (-time if m[2] or (encoding != "pg" and (m[1] or "").startswith("-")) else time)
    raise NotThatType(f"{cell!r} as an interval")
