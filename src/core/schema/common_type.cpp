// CommonType: the order of PostgreSQL's types by what they hold, as far as a merge may rely on it.
#include "core/schema/common_type.hpp"

#include <algorithm>
#include <string>

namespace pgsqlite::schema {
namespace {

using value::Kind;

/// Digits before the point that an integer type's largest value has; 0 for other types.
int IntegerDigits(Kind kind) noexcept {
    switch (kind) {
        case Kind::kInt2:
            return 5;
        case Kind::kInt4:
            return 10;
        case Kind::kInt8:
            return 19;
        default:
            return 0;
    }
}

/// PostgreSQL's limit on numeric's precision.
constexpr int kMaxPrecision = 1000;

MappedType Numeric(int integer_digits, int scale) {
    MappedType type = PlainType(Kind::kNumeric);
    if (integer_digits + scale > kMaxPrecision) return type;
    type.constrained = true;
    type.precision = static_cast<std::int16_t>(integer_digits + scale);
    type.scale = static_cast<std::int16_t>(scale);
    type.sql = "numeric(" + std::to_string(type.precision) + "," + std::to_string(scale) + ")";
    return type;
}

std::optional<MappedType> CommonNumeric(const MappedType& a, const MappedType& b) {
    for (const MappedType* type : {&a, &b})
        if (type->kind == Kind::kNumeric && !type->constrained) return *type;
    const auto digits = [](const MappedType& type) {
        return type.kind == Kind::kNumeric ? type.precision - type.scale : IntegerDigits(type.kind);
    };
    const auto scale = [](const MappedType& type) {
        return type.kind == Kind::kNumeric ? std::max<int>(type.scale, 0) : 0;
    };
    return Numeric(std::max(digits(a), digits(b)), std::max(scale(a), scale(b)));
}

/// Types whose values SQLite keeps as text, and which a text column takes as they are.
bool IsWrittenAsText(Kind kind) noexcept {
    return kind == Kind::kUuid || kind == Kind::kJson || kind == Kind::kJsonb || kind == Kind::kInput;
}

/// `a` and `b` in one order or the other.
template <class Test>
bool Either(Kind a, Kind b, Test test) {
    return test(a, b) || test(b, a);
}

}  // namespace

std::optional<MappedType> CommonType(const MappedType& a, const MappedType& b) {
    if (a.sql == b.sql) return a;
    const int a_digits = IntegerDigits(a.kind);
    const int b_digits = IntegerDigits(b.kind);
    if (a_digits > 0 && b_digits > 0) return a_digits > b_digits ? a : b;
    if ((a_digits > 0 || a.kind == Kind::kNumeric) && (b_digits > 0 || b.kind == Kind::kNumeric))
        return CommonNumeric(a, b);

    // A double holds each integer up to 2^53, so smallint and integer, but not bigint.
    const auto fits_double = [](Kind narrow, Kind wide) {
        return wide == Kind::kFloat8 &&
               (narrow == Kind::kFloat4 || narrow == Kind::kInt2 || narrow == Kind::kInt4);
    };
    if (Either(a.kind, b.kind, fits_double)) return a.kind == Kind::kFloat8 ? a : b;

    if (a.kind == Kind::kText && b.kind == Kind::kText) {
        if (a.max_chars == 0 || b.max_chars == 0) return a.max_chars == 0 ? a : b;
        return a.max_chars > b.max_chars ? a : b;
    }
    const auto text_takes = [](Kind narrow, Kind wide) {
        return wide == Kind::kText && IsWrittenAsText(narrow);
    };
    if (Either(a.kind, b.kind, text_takes)) {
        const MappedType& text = a.kind == Kind::kText ? a : b;
        return text.max_chars == 0 ? text : PlainType(Kind::kText);
    }
    // json keeps what jsonb would rewrite or refuse.
    if (Either(a.kind, b.kind, [](Kind x, Kind y) { return x == Kind::kJsonb && y == Kind::kJson; }))
        return a.kind == Kind::kJson ? a : b;
    // A timestamp tells a date's midnight, too.
    if (Either(a.kind, b.kind, [](Kind x, Kind y) { return x == Kind::kDate && y == Kind::kTimestamp; }))
        return a.kind == Kind::kTimestamp ? a : b;
    if (a.kind == b.kind && value::IsTemporal(a.kind)) return a.fraction_digits >= b.fraction_digits ? a : b;
    return std::nullopt;
}

}  // namespace pgsqlite::schema
