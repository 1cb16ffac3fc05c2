// Names, literals and operators that compute.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "core/schema/sql/translator.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::schema::sql {

using ExpressionKind = Expression::Kind;
using PgKind = value::Kind;
using sqlite::EqualNames;

std::string LowerAscii(std::string_view text) {
    return sqlite::NameKey(text);
}

void Translator::Note(std::string note) {
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(std::move(note));
}

/// What PostgreSQL marks STABLE or VOLATILE can't stand in generated columns and indexes.
void Translator::RequireVolatileAllowed(const std::string& what) const {
    if (use_ == Use::kGenerated || use_ == Use::kIndex)
        throw Refused{what + " is not immutable in PostgreSQL"};
}

/// PostgreSQL computes what is constant in a generated column before it knows any collation, and then refuses
/// the CREATE TABLE (42P22), whatever COLLATE says.
void Translator::RefuseConstantText(const Expression& e, unsigned columns, unsigned texts) const {
    if (use_ != Use::kGenerated || columns_ != columns || texts_ == texts) return;
    switch (e.kind) {
        case ExpressionKind::kBinary:
            if (e.text == "||") return;
            break;
        case ExpressionKind::kFunction:
        case ExpressionKind::kLike:
        case ExpressionKind::kBetween:
        case ExpressionKind::kIn:
        case ExpressionKind::kCase:
        case ExpressionKind::kCast:
            break;
        default:
            return;
    }
    throw Refused{"a constant that PostgreSQL would have to compute from text"};
}

Term Translator::Translate(const Expression& e) {
    if (e.height > kMaxTranslatedHeight) throw Refused{"an expression nested too deeply"};
    const unsigned columns = columns_, texts = texts_;
    Term term;
    switch (e.kind) {
        case ExpressionKind::kNull:
        case ExpressionKind::kInteger:
        case ExpressionKind::kReal:
        case ExpressionKind::kString:
        case ExpressionKind::kBlob:
            term = Literal(e);
            break;
        case ExpressionKind::kTimeWord:
            term = TimeWord(e.text);
            break;
        case ExpressionKind::kName:
            term = Name(e);
            break;
        case ExpressionKind::kUnary:
            term = Unary(e);
            break;
        case ExpressionKind::kBinary:
            term = Binary(e);
            break;
        case ExpressionKind::kLike:
            term = e.text == "GLOB" ? Glob(e) : Like(e);
            break;
        case ExpressionKind::kBetween:
            term = Between(e);
            break;
        case ExpressionKind::kIn:
            term = In(e);
            break;
        case ExpressionKind::kIsNull:
            term = IsNull(e);
            break;
        case ExpressionKind::kCase:
            term = Case(e);
            break;
        case ExpressionKind::kCast:
            term = Cast(e);
            break;
        case ExpressionKind::kCollate:
            term = Translate(*e.operands[0]);
            term.collation = LowerAscii(e.text);
            term.collate = true;
            break;
        case ExpressionKind::kFunction:
            term = Function(e);
            break;
        case ExpressionKind::kSubquery:
        case ExpressionKind::kExists: {
            if (use_ != Use::kView) throw Refused{"a subquery"};
            const bool exists = e.kind == ExpressionKind::kExists;
            const bool aggregates = std::exchange(aggregates_, false);
            const bool inside = std::exchange(in_aggregate_, false);
            const bool had = std::exchange(has_aggregate_, false);
            Output output = TranslateSelect(*e.select, {});
            aggregates_ = aggregates;
            in_aggregate_ = inside;
            // Without GROUP BY an aggregate gives one row; any other subquery may give more, of which SQLite
            // takes the first.
            const bool single =
                e.select->limit != nullptr ||
                (e.select->cores.size() == 1 && e.select->cores[0].group_by.empty() && has_aggregate_);
            has_aggregate_ = had;
            if (exists) {
                term = Term::Truth((e.negated ? "NOT EXISTS (" : "EXISTS (") + output.text + ")", false);
                break;
            }
            if (output.columns.size() != 1) throw Refused{"a subquery of several columns used as a value"};
            term = Term::Of("(" + output.text + (single ? ")" : "\nLIMIT 1)"), output.columns[0].type.kind);
            if (!single) Note("of several rows a subquery takes one, as in SQLite without an order");
            break;
        }
        case ExpressionKind::kRow:
            throw Refused{"a row value"};
        case ExpressionKind::kParameter:
            throw Refused{"a parameter"};
        case ExpressionKind::kRaise:
            throw Refused{"RAISE"};
        case ExpressionKind::kStar:
            throw Refused{"* outside of a result list"};
    }
    if (term.text.size() > kMaxText) throw Refused{"the expression grows too long in PostgreSQL"};
    if (term.IsText()) ++texts_;
    RefuseConstantText(e, columns, texts);
    return term;
}

Term Translator::Literal(const Expression& e) {
    Term term;
    term.literal = true;
    term.not_null = true;
    if (e.kind == ExpressionKind::kNull) return Term::Null();
    if (e.kind == ExpressionKind::kString) return Term::String(e.text);
    if (e.kind == ExpressionKind::kBlob) {
        term = Term::Of("'\\x" + LowerAscii(e.text) + "'::bytea", PgKind::kBytea);
        term.literal = term.not_null = true;
        term.value = LowerAscii(e.text);
        return term;
    }
    const char* begin = e.text.data();
    const char* end = begin + e.text.size();
    if (e.kind == ExpressionKind::kInteger) {
        long long number = 0;
        std::from_chars_result read{};
        if (e.text.size() > 2 && (e.text[1] == 'x' || e.text[1] == 'X')) {
            unsigned long long bits = 0;  // two's complement
            read = std::from_chars(begin + 2, end, bits, 16);
            number = static_cast<long long>(bits);
            if (read.ec != std::errc()) throw Refused{"a hexadecimal number of more than 64 bits"};
        } else {
            read = std::from_chars(begin, end, number);
        }
        if (read.ec == std::errc()) {
            term.text = term.value = std::to_string(number);
            term.compound = number < 0;
            term.kind = number >= -2147483647 && number <= 2147483647 ? PgKind::kInt4 : PgKind::kInt8;
            if (number == std::numeric_limits<long long>::min()) {
                term.text = "'" + term.value + "'::bigint";
                term.compound = false;
            }
            term.scale = 0;
            return term;
        }
    }
    double real = 0;
    if (std::from_chars(begin, end, real).ec != std::errc() || !std::isfinite(real))
        throw Refused{"the number " + e.text + ", which no double precision holds"};
    term.text = term.value = e.text;
    term.kind = PgKind::kFloat8;
    return term;
}

Term Translator::ColumnTerm(const NamedSource& source, const ColumnTarget& column) const {
    ++columns_;
    Term term = Term::Of((source.name.empty() ? "" : source.name + ".") + QuotePgIdentifier(column.name),
                         column.type.kind);
    term.column = &column;
    term.has_affinity = true;
    term.affinity = column.affinity;
    term.collation = LowerAscii(column.collation);
    if (term.collation == "binary") term.collation.clear();
    term.not_null = column.not_null && !source.nullable;
    if (term.IsInteger()) term.scale = 0;
    if (column.type.kind == PgKind::kNumeric && column.type.constrained) term.scale = column.type.scale;
    return term;
}

Term Translator::Name(const Expression& e) {
    if (!e.schema.empty() && !EqualNames(e.schema, "main")) throw Refused{"a name of schema " + e.schema};
    for (const Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
        const NamedSource* found = nullptr;
        const ColumnTarget* column = nullptr;
        for (const NamedSource& source : scope->sources) {
            if (!e.table.empty() && !EqualNames(e.table, source.alias)) continue;
            for (const ColumnTarget& candidate : *source.columns) {
                if (!EqualNames(candidate.source_name, e.text)) continue;
                const bool merged = e.table.empty() &&
                                    std::any_of(source.merged.begin(), source.merged.end(),
                                                [&](const std::string& m) { return EqualNames(m, e.text); });
                if (merged) break;
                if (found != nullptr) throw Refused{"ambiguous column name: " + e.text};
                found = &source;
                column = &candidate;
                break;
            }
        }
        const bool rowid = e.quote == Expression::Quote::kNone || !e.table.empty();
        if (found == nullptr && rowid &&
            (EqualNames(e.text, "rowid") || EqualNames(e.text, "_rowid_") || EqualNames(e.text, "oid"))) {
            for (const NamedSource& source : scope->sources) {
                if (!e.table.empty() && !EqualNames(e.table, source.alias)) continue;
                for (const ColumnTarget& candidate : *source.columns) {
                    if (!candidate.rowid) continue;
                    if (found != nullptr) throw Refused{"ambiguous column name: " + e.text};
                    found = &source;
                    column = &candidate;
                }
            }
            if (found == nullptr && !scope->sources.empty())
                throw Refused{"the rowid, which is not a column in PostgreSQL"};
        }
        if (found == nullptr) continue;
        if (use_ == Use::kGenerated && column->generated)
            throw Refused{"it refers to another generated column, " + column->source_name};
        if (use_ == Use::kIndex && column->generated)
            Note("refers to generated column " + column->source_name);
        return ColumnTerm(*found, *column);
    }
    if (e.table.empty() && e.quote == Expression::Quote::kDouble) {
        Note("\"" + e.text + "\" names no column, so SQLite takes it for a string");
        return Term::String(e.text);
    }
    if (e.table.empty() && e.quote == Expression::Quote::kNone &&
        (EqualNames(e.text, "true") || EqualNames(e.text, "false"))) {
        Term term = Term::Of(EqualNames(e.text, "true") ? "1" : "0", PgKind::kInt4);
        term.literal = term.not_null = true;
        term.value = term.text;
        term.scale = 0;
        return term;
    }
    throw Refused{"no such column: " + (e.table.empty() ? "" : e.table + ".") + e.text};
}

Term Translator::Unary(const Expression& e) {
    Term operand = Translate(*e.operands[0]);
    if (e.text == "NOT") {
        operand = AsTruth(std::move(operand));
        Term term = Term::Truth("NOT " + operand.Operand());
        term.not_null = operand.not_null;
        return term;
    }
    if (e.text == "+") {
        operand.has_affinity = false;
        return operand;
    }
    if (operand.literal && operand.IsNumber() && e.text == "-") {
        if (operand.value == "9223372036854775808") {
            operand.text = "'-9223372036854775808'::bigint";
            operand.value = "-9223372036854775808";
            operand.kind = PgKind::kInt8;
            return operand;
        }
        if (operand.value.front() != '-' && operand.value != "0") {
            operand.text = operand.value = "-" + operand.value;
            operand.compound = true;
            return operand;
        }
    }
    operand = AsNumber(AsValue(std::move(operand)));
    if (operand.null) return operand;
    if (e.text == "~") {
        if (!operand.IsInteger()) throw Refused{"~ on a value of type " + TypeName(operand.kind)};
        return Term::Of("~ " + operand.Operand() + "::bigint", PgKind::kInt8, true);
    }
    Term term = Term::Of("- " + operand.Operand() + (operand.kind == PgKind::kInt2 ? "::bigint" : ""),
                         operand.kind == PgKind::kInt2 ? PgKind::kInt8 : operand.kind, true);
    term.scale = operand.scale;
    term.not_null = operand.not_null;
    return term;
}

Term Translator::Binary(const Expression& e) {
    if (e.text == "AND" || e.text == "OR") {
        Term left = Condition(*e.operands[0]);
        Term right = Condition(*e.operands[1]);
        Term term = Term::Truth(left.Operand() + " " + e.text + " " + right.Operand());
        term.not_null = left.not_null && right.not_null;
        return term;
    }
    if (e.text == "->" || e.text == "->>") return JsonPath(*e.operands[0], *e.operands[1], e.text == "->");
    const bool is = e.text == "IS" || e.text == "IS NOT";
    if (is && e.operands[1]->kind == ExpressionKind::kName &&
        e.operands[1]->quote == Expression::Quote::kNone && e.operands[1]->table.empty() &&
        (EqualNames(e.operands[1]->text, "true") || EqualNames(e.operands[1]->text, "false"))) {
        Term truth = Condition(*e.operands[0]);
        Term term = Term::Truth(truth.Operand() + " " + e.text + " " +
                                (EqualNames(e.operands[1]->text, "true") ? "TRUE" : "FALSE"));
        term.not_null = true;
        return term;
    }
    if (is || e.text == "=" || e.text == "<>" || e.text == "<" || e.text == "<=" || e.text == ">" ||
        e.text == ">=") {
        if (e.text == "=" || e.text == "<>" || is) {
            if (auto test = TypeTest(e.text, *e.operands[0], {e.operands[1].get()})) return *test;
            if (auto test = TypeTest(e.text, *e.operands[1], {e.operands[0].get()})) return *test;
        }
        return Compare(e.text, Translate(*e.operands[0]), Translate(*e.operands[1]));
    }
    Term left = AsValue(Translate(*e.operands[0]));
    Term right = AsValue(Translate(*e.operands[1]));
    if (e.text == "||") return Concat(std::move(left), std::move(right));
    if (e.text == "&" || e.text == "|" || e.text == "<<" || e.text == ">>")
        return Bits(e.text, std::move(left), std::move(right));
    return Arithmetic(e.text, std::move(left), std::move(right));
}

namespace {

bool IsFloat(const Term& term) noexcept {
    return !term.null && (term.kind == PgKind::kFloat8 || term.kind == PgKind::kFloat4);
}

}  // namespace

Term Translator::Arithmetic(const std::string& op, Term left, Term right) {
    left = AsNumber(std::move(left));
    right = AsNumber(std::move(right));
    if (left.null || right.null) {
        const Term& typed = left.null ? right : left;
        return Term::Of("NULL::" + TypeName(typed.null ? PgKind::kInt8 : typed.kind),
                        typed.null ? PgKind::kInt8 : typed.kind);
    }
    const bool real = IsFloat(left) || IsFloat(right);
    const bool numeric = !real && (left.kind == PgKind::kNumeric || right.kind == PgKind::kNumeric);
    if (op == "%" && (real || numeric)) throw Refused{"% on numbers that are not integers"};
    if (op == "/" && numeric)
        throw Refused{"a division whose operands may be integers or decimals: SQLite decides by each value"};
    PgKind kind = real ? PgKind::kFloat8 : numeric ? PgKind::kNumeric : PgKind::kInt8;
    std::string left_text = left.Operand();
    std::string right_text = right.Operand();
    if (real) {
        // A literal alone would be numeric; beside a double precision column PostgreSQL makes it one itself.
        const bool column = (IsFloat(left) && !left.literal) || (IsFloat(right) && !right.literal);
        if (!column) (IsFloat(left) ? left_text : right_text) += "::double precision";
    } else if (!numeric && left.kind != PgKind::kInt8 && right.kind != PgKind::kInt8) {
        left_text += "::bigint";
    }
    if (numeric) Note("numeric is computed in decimal; SQLite computes in binary floating point");
    if (!real && !numeric && !(left.literal && right.literal))
        Note("an integer overflow is an error; SQLite goes on in floating point");
    bool divisor = false;
    if (op == "/" || op == "%") {
        divisor = right.literal && right.value.find_first_of("123456789") != std::string::npos;
        if (!divisor) right_text = "NULLIF(" + right.text + ", 0)";
    }
    Term term = Term::Of(left_text + " " + op + " " + right_text, kind, true);
    term.not_null = left.not_null && right.not_null && (divisor || (op != "/" && op != "%"));
    if (kind == PgKind::kInt8) term.scale = 0;
    if (numeric && left.scale >= 0 && right.scale >= 0)
        term.scale = op == "*" ? left.scale + right.scale : std::max(left.scale, right.scale);
    return term;
}

Term Translator::Bits(const std::string& op, Term left, Term right) {
    left = AsNumber(std::move(left));
    right = AsNumber(std::move(right));
    if (left.null || right.null) return Term::Of("NULL::bigint", PgKind::kInt8);
    if (!left.IsInteger() || !right.IsInteger()) throw Refused{op + " on numbers that are not integers"};
    Term term = Term::Of(left.Operand() + "::bigint " + op + " " + right.Operand(), PgKind::kInt8, true);
    term.not_null = left.not_null && right.not_null;
    term.scale = 0;
    if (op == "&" || op == "|") {
        term.text += "::bigint";
        return term;
    }
    if (!right.literal || right.value.front() == '-' || right.value.size() > 2 || std::stoi(right.value) > 63)
        throw Refused{op + " by a number of bits that is not a constant from 0 to 63"};
    return term;
}

Term Translator::Concat(Term left, Term right) {
    left = AsText(std::move(left));
    right = AsText(std::move(right));
    if (left.null || right.null) return Term::Of("NULL::text", PgKind::kText);
    Term term = Term::Of(left.Operand() + " || " + right.Operand(), PgKind::kText, true);
    // a || b || c needs no parentheses around a || b.
    if (left.compound && left.text.find("||") != std::string::npos && left.value == "||")
        term.text = left.text + " || " + right.Operand();
    term.value = "||";  // marks a chain; the term is no literal
    term.not_null = left.not_null && right.not_null;
    return term;
}

std::optional<long long> IntegerOf(const Expression& e) {
    const bool negative = e.kind == ExpressionKind::kUnary && e.text == "-";
    if (e.kind == ExpressionKind::kUnary && (negative || e.text == "+")) {
        const auto inner = IntegerOf(*e.operands[0]);
        if (!inner || *inner < 0) return std::nullopt;
        return negative ? -*inner : *inner;
    }
    if (e.kind != ExpressionKind::kInteger) return std::nullopt;
    long long number = 0;
    const auto read = std::from_chars(e.text.data(), e.text.data() + e.text.size(), number);
    if (read.ec != std::errc() || read.ptr != e.text.data() + e.text.size()) return std::nullopt;
    return number;
}

}  // namespace pgsqlite::schema::sql
