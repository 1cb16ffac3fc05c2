#include "core/schema/constant_default.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/scratch.hpp"
#include "core/schema/names.hpp"
#include "core/schema/sql/parse.hpp"
#include "core/sqlite/stored_default.hpp"
#include "core/value/format.hpp"
#include "core/value/number/decimal.hpp"
#include "core/value/time/temporal.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::schema {
namespace {

using sql::Expression;
using value::Kind;

/// Functions that give the same for the same arguments, and little of it.
constexpr const char* kFunctions[] = {"json",  "json_array", "json_object", "json_quote", "abs",
                                      "char",  "coalesce",   "hex",         "ifnull",     "length",
                                      "lower", "ltrim",      "nullif",      "replace",    "round",
                                      "rtrim", "substr",     "substring",   "trim",       "upper"};

bool IsConstant(const Expression& e) {
    switch (e.kind) {
        case Expression::Kind::kNull:
        case Expression::Kind::kInteger:
        case Expression::Kind::kReal:
        case Expression::Kind::kString:
        case Expression::Kind::kBlob:
            return true;
        case Expression::Kind::kUnary:
        case Expression::Kind::kBinary:
        case Expression::Kind::kCast:
            break;
        case Expression::Kind::kFunction: {
            std::string name = e.text;
            for (char& c : name)
                c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            const bool known = std::any_of(std::begin(kFunctions), std::end(kFunctions),
                                           [&](const char* function) { return name == function; });
            if (!known || e.distinct || e.star || e.filter != nullptr || e.over != nullptr ||
                !e.order.empty())
                return false;
            break;
        }
        default:
            return false;
    }
    return std::all_of(e.operands.begin(), e.operands.end(),
                       [](const sql::ExpressionPtr& operand) { return IsConstant(*operand); });
}

std::string Moment(std::int64_t usec) {
    char text[48];
    return std::string(text, value::FormatTimestamp(usec, text));
}

/// A value as a literal; nothing for what has no plain one.
std::optional<std::string> LiteralOf(const value::Rule& rule, const value::Value& value) {
    // Years of four digits are written alike by everybody.
    const std::int64_t first = value::DaysFromCivil(1, 1, 1) * value::kMicrosPerDay;
    const std::int64_t end = value::DaysFromCivil(10000, 1, 1) * value::kMicrosPerDay;
    const auto moment = [&](std::int64_t usec, const char* zone) -> std::optional<std::string> {
        if (usec < first || usec >= end) return std::nullopt;
        return QuotePgLiteral(Moment(usec) + zone);
    };
    char number[value::kNumberTextSize];
    switch (rule.kind) {
        case Kind::kBoolean:
            return value.boolean ? "TRUE" : "FALSE";
        case Kind::kInt2:
        case Kind::kInt4:
        case Kind::kInt8:
            return QuotePgLiteral(std::to_string(value.integer));
        case Kind::kFloat4:
        case Kind::kFloat8:
            return QuotePgLiteral(Bytes(number, value::FormatReal(value.real, number)));
        case Kind::kNumeric: {
            std::string digits(value::DecimalTextSize(value.decimal), '\0');
            digits.resize(value::FormatDecimal(value.decimal, digits.data()));
            return QuotePgLiteral(digits);
        }
        case Kind::kText:
        case Kind::kJson:
        case Kind::kJsonb:
            return QuotePgLiteral(value.bytes);
        case Kind::kDate: {
            const auto day = moment(value.integer * value::kMicrosPerDay, "");
            return day ? std::optional<std::string>(
                             QuotePgLiteral(Moment(value.integer * value::kMicrosPerDay).substr(0, 10)))
                       : std::nullopt;
        }
        case Kind::kTime:
            if (value.integer >= value::kMicrosPerDay) return std::nullopt;
            return QuotePgLiteral(Moment(value.integer).substr(11));
        case Kind::kTimestamp:
            return moment(value.integer, "");
        case Kind::kTimestamptz:
            return moment(value.integer, "+00");
        default:
            return std::nullopt;
    }
}

/// Whether the default is a number in a column of text affinity, whose digits are SQLite's to write.
bool IsNumberAsText(std::string_view default_sql, Affinity affinity) {
    if (affinity != Affinity::kText) return false;
    const auto parsed = sql::ParseExpression(default_sql);
    if (!parsed) return false;
    const Expression* e = &**parsed;
    while (e->kind == Expression::Kind::kUnary && e->operands.size() == 1)
        e = e->operands[0].get();
    return e->kind == Expression::Kind::kReal;
}

}  // namespace

std::optional<std::string> ConstantDefault(std::string_view default_sql, Affinity affinity,
                                           const value::Rule& rule) {
    const auto parsed = sql::ParseExpression(default_sql);
    if (!parsed || !IsConstant(**parsed)) return std::nullopt;
    const auto stored = sqlite::StoredDefault(default_sql, AffinityName(affinity));
    if (!stored) return std::nullopt;
    Scratch scratch;
    value::Value value;
    const value::Status status = value::Convert(rule, stored->cell(), scratch, value);
    scratch.Verify();
    if (!status.ok() || status.applied != value::Applied::kNone) return std::nullopt;
    return value.is_null ? std::string("NULL") : LiteralOf(rule, value);
}

sql::Translation TranslateColumnDefault(std::string_view default_sql, std::string_view declared_type,
                                        const MappedType& type) {
    const Affinity affinity = AffinityOf(declared_type);
    sql::Translation usual = sql::TranslateDefault(default_sql, type);
    const bool as_text = type.kind == Kind::kText && IsNumberAsText(default_sql, affinity);
    if (usual && !as_text) return usual;
    std::optional<std::string> literal = ConstantDefault(default_sql, affinity, type.ToRule());
    if (!literal) return usual;
    sql::Translation stored;
    stored.text = std::move(*literal);
    return stored;
}

}  // namespace pgsqlite::schema
