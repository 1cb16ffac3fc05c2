// Numbers from text for numeric, integer and float targets: the three must agree with each other and with the
// C library.
#include <bit>
#include <cmath>
#include <cstdlib>
#include <string>

#include "value_fuzz.hpp"

using namespace pgsqlite;
using namespace pgsqlite::value;
using namespace pgsqlite::value::fuzz;

namespace {

void CheckLayout(const Decimal& d) {
    if (d.digit_count == 0) {
        Require(!d.negative && d.weight == 0);
        return;
    }
    Require(d.digits[0] != 0 && d.digits[d.digit_count - 1] != 0);
    for (int i = 0; i < d.digit_count; ++i)
        Require(d.digits[i] >= 0 && d.digits[i] < 10000);
    Require(d.display_scale <= kMaxNumericScale);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    Rule rule = RandomRule(Kind::kNumeric, input);
    rule.constrained = (input.Byte() & 1) != 0;
    rule.precision = static_cast<std::int16_t>(1 + input.Byte() * 4 % 1000);
    rule.scale = static_cast<std::int16_t>(input.Byte() - 128);
    const Cell cell = Cell::Text(input.rest());

    static Scratch scratch;
    Value value;
    const Status status = ConvertChecked(rule, cell, scratch, value);
    if (status.ok() && !value.is_null && value.decimal.form == Decimal::Form::kFinite) {
        CheckLayout(value.decimal);
        const std::string text = DecimalText(value.decimal);
        // The printed value, under the same rule, is itself.
        Value again;
        Require(Convert(rule, Cell::Text(text), scratch, again).applied == Applied::kNone);
        Require(DecimalText(again.decimal) == text);
        if (status.applied == Applied::kNone) {
            Rule plain;
            plain.kind = Kind::kFloat8;
            plain.policies.excess_digits = ExcessDigits::kRound;
            Value real;
            if (Convert(plain, cell, scratch, real).ok()) {
                Require(real.real == std::strtod(text.c_str(), nullptr));
            }
            plain.kind = Kind::kInt8;
            Value integer;
            if (Convert(plain, cell, scratch, integer).ok()) {
                Require(text.substr(0, text.find('.')) == std::to_string(integer.integer));
            }
        }
    }

    // Floats: what strict rules accept is what the C library reads.
    for (const Kind kind : {Kind::kFloat8, Kind::kFloat4}) {
        rule.kind = kind;
        if (!ConvertChecked(rule, cell, scratch, value).ok() || value.is_null) continue;
        const std::string text(input.rest());
        const double expected =
            kind == Kind::kFloat8 ? std::strtod(text.c_str(), nullptr) : std::strtof(text.c_str(), nullptr);
        Require(std::isnan(value.real)
                    ? std::isnan(expected)
                    : std::bit_cast<std::uint64_t>(value.real) == std::bit_cast<std::uint64_t>(expected));
    }
    for (const Kind kind : {Kind::kInt2, Kind::kInt4, Kind::kInt8}) {
        rule.kind = kind;
        ConvertChecked(rule, cell, scratch, value);
    }
    return 0;
}
