// Helpers of the value tests: rules in one expression, results as plain text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/value/number/decimal.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value::test {

inline Rule RuleOf(Kind kind) {
    Rule rule;
    rule.kind = kind;
    return rule;
}

inline Rule NumericRule(int precision, int scale, ExcessDigits excess = ExcessDigits::kError) {
    Rule rule = RuleOf(Kind::kNumeric);
    rule.constrained = true;
    rule.precision = static_cast<std::int16_t>(precision);
    rule.scale = static_cast<std::int16_t>(scale);
    rule.policies.excess_digits = excess;
    return rule;
}

inline Rule WithEncoding(Kind kind, Encoding encoding) {
    Rule rule = RuleOf(kind);
    rule.encodings.items[rule.encodings.count++] = encoding;
    return rule;
}

/// Name of a code, for readable comparisons.
inline std::string CodeName(Code code) {
    static const char* const kNames[] = {"ok",
                                         "wrong class",
                                         "syntax",
                                         "empty",
                                         "out of range",
                                         "not integral",
                                         "inexact",
                                         "excess",
                                         "invalid text",
                                         "nul",
                                         "untranslatable",
                                         "too long",
                                         "too large",
                                         "invalid json",
                                         "duplicate key",
                                         "nul escape",
                                         "too deep",
                                         "invalid date",
                                         "zero date",
                                         "time in date",
                                         "needs encoding",
                                         "skipped time",
                                         "repeated time",
                                         "needs unit",
                                         "needs integer",
                                         "out of memory",
                                         "input function"};
    static_assert(sizeof kNames / sizeof *kNames == static_cast<std::size_t>(Code::kCodeCount));
    return kNames[static_cast<std::size_t>(code)];
}

inline std::string DecimalText(const Decimal& decimal) {
    std::string text(DecimalTextSize(decimal), '\0');
    text.resize(FormatDecimal(decimal, text.data()));
    return text;
}

/// A converted value as text, "NULL", or the refusal's name behind '!'; an applied policy behind " by ".
/// Refusals with an offset carry it behind '@'.
inline std::string Show(const Rule& rule, const Cell& cell, Scratch& scratch) {
    Value value;
    const Status status = Convert(rule, cell, scratch, value);
    if (!status.ok()) {
        std::string text = "!" + CodeName(status.code);
        if (Explain(status.code).has_offset) text += "@" + std::to_string(status.offset);
        return text;
    }
    std::string text;
    if (value.is_null) {
        text = "NULL";
    } else {
        switch (rule.kind) {
            case Kind::kBoolean:
                text = value.boolean ? "true" : "false";
                break;
            case Kind::kInt2:
            case Kind::kInt4:
            case Kind::kInt8:
                text = std::to_string(value.integer);
                break;
            case Kind::kFloat4:
            case Kind::kFloat8: {
                char buffer[40];
                std::snprintf(buffer, sizeof buffer, "%.17g", value.real);
                text = buffer;
                break;
            }
            case Kind::kNumeric:
                text = DecimalText(value.decimal);
                break;
            case Kind::kUuid: {
                char buffer[3];
                for (const std::uint8_t byte : value.uuid) {
                    std::snprintf(buffer, sizeof buffer, "%02x", byte);
                    text += buffer;
                }
                break;
            }
            case Kind::kArray:
                for (std::uint32_t i = 0; i < value.element_count; ++i) {
                    const Cell& element = value.elements[i];
                    if (i > 0) text += '|';
                    if (element.storage_class == StorageClass::kInteger)
                        text += "i:" + std::to_string(element.integer);
                    else if (element.is_null())
                        text += "null";
                    else
                        text += "t:" + std::string(element.view());
                }
                break;
            default:
                text = std::string(value.bytes);
                break;
        }
    }
    if (status.applied != Applied::kNone) text += std::string(" by ") + AppliedName(status.applied);
    return text;
}

inline std::string Show(const Rule& rule, const Cell& cell) {
    Scratch scratch;
    return Show(rule, cell, scratch);
}
inline std::string ShowText(const Rule& rule, std::string_view text) {
    return Show(rule, Cell::Text(text));
}
inline std::string ShowText(Kind kind, std::string_view text) {
    return Show(RuleOf(kind), Cell::Text(text));
}

}  // namespace pgsqlite::value::test
