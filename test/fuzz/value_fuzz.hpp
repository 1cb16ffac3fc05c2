// What the value fuzz targets share: a rule made from the first bytes of the input, and invariants that hold
// for every conversion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/value/number/decimal.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value::fuzz {

/// Stops the run: libFuzzer keeps the input.
inline void Require(bool condition) noexcept {
    if (!condition) std::abort();
}

/// Bytes taken from the front of the input; zeros once it is used up.
class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) noexcept
        : rest_(reinterpret_cast<const char*>(data), size) {}
    std::uint8_t Byte() noexcept {
        if (rest_.empty()) return 0;
        const auto byte = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return byte;
    }
    Bytes rest() const noexcept { return rest_; }

  private:
    Bytes rest_;
};

/// Policies and modifiers of a rule, two bytes.
inline Rule RandomRule(Kind kind, Input& input) noexcept {
    Rule rule;
    rule.kind = kind;
    const std::uint8_t a = input.Byte();
    const std::uint8_t b = input.Byte();
    rule.policies.excess_digits = static_cast<ExcessDigits>(a % 3);
    rule.policies.invalid_text = static_cast<InvalidText>(a / 3 % 3);
    rule.policies.nul_bytes = static_cast<NulBytes>(a / 9 % 3);
    rule.policies.invalid_json = static_cast<InvalidJson>(a / 27 % 3);
    rule.policies.empty_as_null = a / 81 % 2 != 0;
    rule.policies.too_long = static_cast<TooLong>(b & 1);
    rule.utf8_server = (b & 2) == 0;
    rule.max_chars = (b >> 2 & 1) != 0 ? b >> 3 : 0;
    return rule;
}

/// The rule with every policy at its default.
inline Rule Strict(const Rule& rule) noexcept {
    Rule strict = rule;
    strict.policies = Policies();
    return strict;
}

/// Converts twice, into a used and into a fresh buffer: the outcome must not depend on it. And whatever
/// strict policies accept, other policies must not change.
inline Status ConvertChecked(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    Scratch fresh;
    Value again;
    const Status status = Convert(rule, cell, scratch, out);
    const Status repeated = Convert(rule, cell, fresh, again);
    Require(status.code == repeated.code && status.applied == repeated.applied &&
            status.offset == repeated.offset);
    Require(status.ok() || status.applied == Applied::kNone);
    if (status.ok()) Require(out.is_null == again.is_null);
    const Status strict = Convert(Strict(rule), cell, fresh, again);
    if (strict.ok()) Require(status.ok() && status.applied == Applied::kNone);
    if (status.ok() && status.applied == Applied::kNone) Require(strict.ok());
    return status;
}

inline std::string DecimalText(const Decimal& decimal) {
    std::string text(DecimalTextSize(decimal), '\0');
    const std::size_t size = FormatDecimal(decimal, text.data());
    Require(size <= text.size());
    text.resize(size);
    return text;
}

}  // namespace pgsqlite::value::fuzz
