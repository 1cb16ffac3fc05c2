// The face of the translation: defaults, CHECKs, generated columns, indexes and views; and the assignment of
// a value to a column of a type.
#include "core/schema/sql/translate.hpp"

#include <utility>

#include "core/base/scratch.hpp"
#include "core/schema/sql/parse.hpp"
#include "core/schema/sql/random_shape.hpp"
#include "core/schema/sql/translator.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::schema::sql {

using PgKind = value::Kind;

namespace {

std::string Hex(std::string_view bytes) {
    std::string hex;
    for (const unsigned char c : bytes) {
        hex += "0123456789abcdef"[c >> 4];
        hex += "0123456789abcdef"[c & 15];
    }
    return hex;
}

std::string Unhex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(value::HexDigit(hex[i]) * 16 + value::HexDigit(hex[i + 1]));
    return bytes;
}

/// Whether a text with that offset would lose it: PostgreSQL's types without zone skip one in silence.
bool HasOffset(std::string_view text) {
    return text.find('+') != std::string_view::npos || text.rfind('-') > 8;
}

/// A literal as SQLite would store it in the column and the column would arrive in PostgreSQL. @throws
/// Refused
std::string AssignLiteral(const Term& literal, const MappedType& type) {
    const bool number = literal.IsNumber();
    std::string bytes = literal.kind == PgKind::kBytea ? Unhex(literal.value) : literal.value;
    value::Cell cell = literal.kind == PgKind::kBytea ? value::Cell::Blob(bytes) : value::Cell::Text(bytes);
    if (literal.IsInteger()) cell = value::Cell::Integer(std::stoll(literal.value));
    if (literal.kind == PgKind::kFloat8) cell = value::Cell::Real(std::stod(literal.value));
    Scratch scratch;
    value::Value value;
    const Refused refused{literal.text + ", which is not a value of type " + type.sql};
    const bool fits = type.kind != PgKind::kArray && value::Convert(type.ToRule(), cell, scratch, value).ok();
    scratch.Verify();
    if (!fits) throw refused;
    switch (type.kind) {
        case PgKind::kBoolean:
            return value.boolean ? "TRUE" : "FALSE";
        case PgKind::kInt2:
        case PgKind::kInt4:
        case PgKind::kInt8:
            return value.integer == INT64_MIN ? "'-9223372036854775808'::bigint"
                                              : std::to_string(value.integer);
        case PgKind::kText:
            return QuotePgLiteral(value.bytes);
        case PgKind::kBytea:
            return "'\\x" + Hex(value.bytes) + "'::bytea";
        case PgKind::kFloat4:
        case PgKind::kFloat8:
        case PgKind::kNumeric:
            return number ? literal.value : QuotePgLiteral(value::TrimSpace(literal.value));
        case PgKind::kTimestamp:
        case PgKind::kDate:
        case PgKind::kTime:
            if (HasOffset(literal.value)) throw refused;
            return QuotePgLiteral(literal.value);
        case PgKind::kTimestamptz:
            if (HasOffset(literal.value) || literal.value.find('Z') != std::string::npos)
                return QuotePgLiteral(literal.value);
            return QuotePgLiteral(literal.value + "+00");
        default:
            if (!literal.IsText()) throw refused;
            return QuotePgLiteral(literal.value);
    }
}

bool IsImmutable(const std::string& text) {
    return text.find("to_char(") == std::string::npos;
}

Scope TableScope(const TableTarget& table) {
    Scope scope;
    NamedSource source;
    source.alias = table.source_name;
    source.columns = &table.columns;
    scope.sources.push_back(std::move(source));
    return scope;
}

template <typename Result, typename Make>
Result Guarded(Translator& translator, Make make) {
    Result result;
    try {
        result.text = make(result);
    } catch (const Refused& refused) {
        result = Result();
        result.reason = refused.reason;
        return result;
    }
    result.notes = translator.TakeNotes();
    return result;
}

}  // namespace

std::string Translator::Assign(Term term, const MappedType& type) {
    if (term.null) return "NULL";
    if (term.literal) return AssignLiteral(term, type);
    const PgKind kind = type.kind;
    const Refused refused{"a value of type " + TypeName(term.kind) + " in a column of type " + type.sql};
    if (kind == PgKind::kBoolean) {
        if (!term.IsBoolean()) throw refused;
        return term.text;
    }
    term = AsValue(std::move(term));
    if (term.IsBoolean()) term = AsNumber(std::move(term));
    switch (kind) {
        case PgKind::kInt2:
        case PgKind::kInt4:
        case PgKind::kInt8:
            if (term.IsText() && term.alternative_kind == PgKind::kInt8 && !term.alternative.empty())
                return term.alternative;
            if (!term.IsInteger()) throw refused;
            return term.text;
        case PgKind::kFloat8:
            if (!term.IsInteger() && term.kind != PgKind::kFloat8) throw refused;
            return term.text;
        case PgKind::kNumeric:
            if (!term.IsInteger() && term.kind != PgKind::kNumeric) throw refused;
            if (type.constrained && (term.scale < 0 || term.scale > type.scale))
                throw Refused{"a number that " + type.sql + " may have to round"};
            return term.text;
        case PgKind::kText:
            term = AsText(std::move(term));
            if (type.max_chars > 0)
                Note("a value of more than " + std::to_string(type.max_chars) + " characters is an error");
            return term.text;
        case PgKind::kTimestamptz:
            if (term.IsText() && term.alternative_kind == PgKind::kTimestamp && !term.alternative.empty())
                return term.alternative == "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"
                           ? "CURRENT_TIMESTAMP"
                           : "(" + term.alternative + ") AT TIME ZONE 'UTC'";
            break;
        case PgKind::kTimestamp:
            if (term.IsText() && term.alternative_kind == PgKind::kDate && !term.alternative.empty())
                return term.alternative + "::timestamp";
            break;
        default:
            break;
    }
    if (!term.alternative.empty() && term.alternative_kind == kind) return term.alternative;
    if (term.kind != kind || kind == PgKind::kInput || kind == PgKind::kArray) throw refused;
    return term.text;
}

Translation TranslateDefault(std::string_view default_sql, const MappedType& type) {
    Translation result;
    const auto parsed = ParseExpression(default_sql);
    if (!parsed) {
        result.reason = parsed.error;
        return result;
    }
    Translator translator(Translator::Use::kDefault);
    return Guarded<Translation>(translator, [&](Translation&) -> std::string {
        const Expression& e = **parsed;
        const RandomUuid uuid = RandomUuidOf(e);
        if (uuid != RandomUuid::kNone &&
            (type.kind == PgKind::kUuid || (type.kind == PgKind::kText && uuid != RandomUuid::kBytes &&
                                            (type.max_chars == 0 || type.max_chars >= 36) &&
                                            uuid != RandomUuid::kHex && uuid != RandomUuid::kUpperHex))) {
            translator.Note("every value is a version-4 UUID");
            if (type.kind == PgKind::kUuid) return "gen_random_uuid()";
            return uuid == RandomUuid::kText ? "gen_random_uuid()::text" : "upper(gen_random_uuid()::text)";
        }
        // A bare word is a string: no column is in sight.
        const bool word = e.kind == Expression::Kind::kName && e.table.empty();
        const std::string name = LowerAscii(e.text);
        const bool truth = word && e.quote == Expression::Quote::kNone && (name == "true" || name == "false");
        Term term = word && !truth ? Term::String(e.text) : translator.Translate(e);
        if (type.kind == PgKind::kText && type.max_chars > 0 && term.alternative_kind != PgKind::kText &&
            !term.alternative.empty() && type.max_chars < 24)
            throw Refused{"a time in a column of type " + type.sql};
        return translator.Assign(std::move(term), type);
    });
}

Translation TranslateCheck(const Expression& condition, const TableTarget& table) {
    Translator translator(Translator::Use::kCheck);
    const Scope scope = TableScope(table);
    translator.set_scope(&scope);
    return Guarded<Translation>(translator, [&](Translation& result) {
        const Term term = translator.Condition(condition);
        // Only where the whole condition is the one that the types guarantee.
        result.guaranteed =
            translator.guaranteed() &&
            (condition.kind == Expression::Kind::kIn || condition.kind == Expression::Kind::kFunction ||
             (condition.kind == Expression::Kind::kBinary && condition.text == "="));
        return term.text;
    });
}

Translation TranslateGenerated(const Expression& expression, const TableTarget& table,
                               const ColumnTarget& column) {
    Translator translator(Translator::Use::kGenerated);
    const Scope scope = TableScope(table);
    translator.set_scope(&scope);
    return Guarded<Translation>(translator, [&](Translation&) {
        std::string text = translator.Assign(translator.Translate(expression), column.type);
        if (!IsImmutable(text)) throw Refused{"to_char() is not immutable in PostgreSQL"};
        return text;
    });
}

IndexTranslation TranslateIndex(const CreateIndex& index, const TableTarget& table) {
    Translator translator(Translator::Use::kIndex);
    const Scope scope = TableScope(table);
    translator.set_scope(&scope);
    return Guarded<IndexTranslation>(translator, [&](IndexTranslation&) {
        std::string text = "(";
        for (const OrderTerm& entry : index.key) {
            // 'a' and "a" are names here where such a column exists.
            const Expression* e = entry.expression.get();
            Expression name;
            if (e->kind == Expression::Kind::kString) {
                name.kind = Expression::Kind::kName;
                name.text = e->text;
                e = &name;
            }
            Term term = AsValue(translator.Translate(*e));
            if (!term.alternative.empty()) {
                translator.Note("the index holds " + TypeName(term.alternative_kind) +
                                " instead of its text");
                term = Term::Of(term.alternative, term.alternative_kind);
            }
            if (term.kind == PgKind::kJson || term.kind == PgKind::kJsonb || term.kind == PgKind::kInput)
                throw Refused{"an ordered index on values of type " + TypeName(term.kind)};
            const std::string key = translator.SortKey(term);
            text += (text.size() > 1 ? ", " : "") + key + (entry.descending ? " DESC" : "");
            // NULLs lie where PostgreSQL's own order has them: SQLite's would serve no plain ORDER BY.
        }
        text += ")";
        if (index.where) text += " WHERE " + translator.Condition(*index.where).text;
        if (!IsImmutable(text)) throw Refused{"to_char() is not immutable in PostgreSQL"};
        return text;
    });
}

/// A column with its collation, or an expression in parentheses.
std::string Translator::SortKey(const Term& term) {
    if (term.column != nullptr && term.collation.empty()) return term.text;
    if (!term.IsText() || term.collation.empty() || term.collation == "binary")
        return term.column != nullptr ? term.text : "(" + term.text + ")";
    const std::string text = Collated(term, term.collation, false);
    return term.collation == "rtrim" || term.collation == "nocase" ? text : "(" + text + ")";
}

ViewTranslation TranslateView(const CreateView& view, const FindTable& find, FoldCase fold) {
    Translator translator(Translator::Use::kView);
    translator.set_find(&find, fold);
    ViewTranslation result = Guarded<ViewTranslation>(translator, [&](ViewTranslation& made) {
        Translator::Output output = translator.TranslateSelect(*view.select, view.columns);
        made.columns = std::move(output.columns);
        return std::move(output.text);
    });
    result.depends_on = translator.TakeDependencies();
    return result;
}

}  // namespace pgsqlite::schema::sql
