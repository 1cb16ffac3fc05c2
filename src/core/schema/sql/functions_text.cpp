// Functions on text and bytes. upper() and lower() fold ASCII letters only in SQLite, hence COLLATE "C".
#include <utility>

#include "core/schema/sql/translator.hpp"

namespace pgsqlite::schema::sql {

using PgKind = value::Kind;
using ExpressionKind = Expression::Kind;

namespace {

/// Whether an integer expression can't be negative, whatever the values.
bool IsNonNegative(const Expression& e) {
    if (const auto number = IntegerOf(e)) return *number >= 0;
    if (e.kind == ExpressionKind::kFunction) {
        const std::string name = LowerAscii(e.text);
        return name == "abs" || name == "length" || name == "instr";
    }
    if (e.kind == ExpressionKind::kBinary && e.text == "%") return IsNonNegative(*e.operands[0]);
    return e.kind == ExpressionKind::kBinary && (e.text == "+" || e.text == "*" || e.text == "/") &&
           IsNonNegative(*e.operands[0]) && IsNonNegative(*e.operands[1]);
}

Term TextOrBytes(Term term) {
    return term.kind == PgKind::kBytea ? term : AsText(std::move(term));
}

}  // namespace

/// The bytes of the one argument of hex().
Term Translator::Bytes(const Expression& call) {
    Term x = TextOrBytes(Arguments(call, 1, 1)[0]);
    if (x.null) throw Refused{"hex() of NULL"};
    if (x.kind == PgKind::kBytea) return x;
    RequireVolatileAllowed("hex() of text");
    Term bytes = Term::Of("convert_to(" + x.text + ", 'UTF8')", PgKind::kBytea);
    bytes.not_null = x.not_null;
    return bytes;
}

bool Translator::TextFunction(const std::string& name, const Expression& call, Term& result) {
    const auto text = [&](std::string sql, bool not_null) {
        result = Term::Of(std::move(sql), PgKind::kText);
        result.not_null = not_null;
        return true;
    };
    if (name == "upper" || name == "lower") {
        const Expression* inner = call.operands.size() == 1 ? call.operands[0].get() : nullptr;
        if (name == "lower" && inner != nullptr && inner->kind == ExpressionKind::kFunction &&
            LowerAscii(inner->text) == "hex") {
            const Term x = Bytes(*inner);
            // hex(NULL) is ''.
            return text(
                x.not_null ? "encode(" + x.text + ", 'hex')" : "COALESCE(encode(" + x.text + ", 'hex'), '')",
                true);
        }
        const Term x = AsText(Arguments(call, 1, 1)[0]);
        return text(name + "(" + x.Operand() + " COLLATE \"C\")", x.not_null);
    }
    if (name == "hex") {
        const Term x = Bytes(call);
        const std::string hex = "upper(encode(" + x.text + ", 'hex'))";
        return text(x.not_null ? hex : "COALESCE(" + hex + ", '')", true);
    }
    if (name == "length" || name == "octet_length") {
        const Term x = TextOrBytes(Arguments(call, 1, 1)[0]);
        if (name == "octet_length" && x.kind != PgKind::kBytea) throw Refused{"octet_length() of text"};
        result =
            Term::Of((x.kind == PgKind::kBytea ? "octet_length(" : "length(") + x.text + ")", PgKind::kInt4);
        result.not_null = x.not_null;
        result.scale = 0;
        return true;
    }
    if (name == "trim" || name == "ltrim" || name == "rtrim") {
        std::vector<Term> terms = Arguments(call, 1, 2);
        std::string list;
        bool not_null = true;
        for (Term& term : terms) {
            term = AsText(std::move(term));
            list += (list.empty() ? "" : ", ") + term.text;
            not_null = not_null && term.not_null;
        }
        return text((name == "trim" ? "btrim(" : name + "(") + list + ")", not_null);
    }
    if (name == "replace") {
        std::vector<Term> terms = Arguments(call, 3, 3);
        std::string list;
        bool not_null = true;
        for (Term& term : terms) {
            term = AsText(std::move(term));
            list += (list.empty() ? "" : ", ") + term.text;
            not_null = not_null && term.not_null;
        }
        return text("replace(" + list + ")", not_null);
    }
    if (name == "instr") {
        std::vector<Term> terms = Arguments(call, 2, 2);
        const Term x = TextOrBytes(std::move(terms[0]));
        const Term y = TextOrBytes(std::move(terms[1]));
        if (x.kind != y.kind) throw Refused{"instr() of text and bytes"};
        result = Term::Of(x.kind == PgKind::kBytea ? "position(" + y.Operand() + " IN " + x.Operand() + ")"
                                                   : "strpos(" + x.text + ", " + y.text + ")",
                          PgKind::kInt4);
        result.not_null = x.not_null && y.not_null;
        return true;
    }
    if (name == "substr" || name == "substring") {
        result = Substring(call);
        return true;
    }
    if (name == "unicode") {
        const Term x = AsText(Arguments(call, 1, 1)[0]);
        RequireVolatileAllowed("unicode(), whose answer depends on the encoding,");
        result = Term::Of("NULLIF(ascii(" + x.text + "), 0)", PgKind::kInt4);
        return true;
    }
    if (name == "char" && call.operands.size() == 1) {
        const auto code = IntegerOf(*call.operands[0]);
        if (!code || *code < 1 || *code > 127) throw Refused{"char() of other than a constant ASCII code"};
        result = Term::String(std::string(1, static_cast<char>(*code)));
        return true;
    }
    if (name == "printf" || name == "format") {
        result = Format(call);
        return true;
    }
    return false;
}

/// SQLite counts from the end for a negative start, and backwards for a negative length.
Term Translator::Substring(const Expression& call) {
    std::vector<Term> terms = Arguments(call, 2, 3);
    const Term x = TextOrBytes(std::move(terms[0]));
    const auto integer = [](Term& term) {
        term = AsNumber(std::move(term));
        if (!term.IsInteger()) throw Refused{"substr() with a position that is not an integer"};
        return term.kind == PgKind::kInt8 ? term.Operand() + "::int" : term.text;
    };
    const bool counted = terms.size() == 3;
    if (counted && !IsNonNegative(*call.operands[2]))
        throw Refused{"substr() with a length that may be negative"};
    std::string start = integer(terms[1]);
    const auto literal = IntegerOf(*call.operands[1]);
    if (literal && *literal < 0) {
        const std::string length = (x.kind == PgKind::kBytea ? "octet_length(" : "length(") + x.text + ")";
        // Without a length, a start before the beginning is the beginning.
        start = length + " - " + std::to_string(-*literal - 1);
        if (!counted) start = "GREATEST(" + start + ", 1)";
    } else if (!IsNonNegative(*call.operands[1])) {
        throw Refused{"substr() with a start that may be negative"};
    }
    // substr() of an empty blob is NULL.
    const std::string from = x.kind == PgKind::kBytea ? "NULLIF(" + x.text + ", ''::bytea)" : x.text;
    Term term =
        Term::Of("substr(" + from + ", " + start + (counted ? ", " + integer(terms[2]) : "") + ")", x.kind);
    term.not_null = x.IsText() && x.not_null && terms[1].not_null && (!counted || terms[2].not_null);
    return term;
}

/// printf() with %s, %d and %% only.
Term Translator::Format(const Expression& call) {
    std::vector<Term> terms = Arguments(call, 1, 100);
    if (!terms[0].literal || !terms[0].IsText())
        throw Refused{"printf() with a format that is not a constant"};
    RequireVolatileAllowed("format()");
    std::string format, list;
    std::size_t next = 1;
    const std::string& from = terms[0].value;
    for (std::size_t i = 0; i < from.size(); ++i) {
        format += from[i];
        if (from[i] != '%') continue;
        const char c = ++i < from.size() ? from[i] : '\0';
        if (c == '%') {
            format += '%';
            continue;
        }
        if ((c != 's' && c != 'd' && c != 'i') || next >= terms.size())
            throw Refused{"printf() with " + terms[0].text};
        format += 's';
        Term argument = std::move(terms[next++]);
        if (c == 's') {
            argument = AsText(std::move(argument));
        } else {
            argument = AsNumber(std::move(argument));
            if (!argument.IsInteger()) throw Refused{"printf('%d') of other than an integer"};
            if (!argument.not_null) argument.text = "COALESCE(" + argument.text + ", 0)";
        }
        list += ", " + argument.text;
    }
    Term term = Term::Of("format(" + QuotePgLiteral(format) + list + ")", PgKind::kText);
    term.not_null = true;
    return term;
}

}  // namespace pgsqlite::schema::sql
