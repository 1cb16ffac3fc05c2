#include "number.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace corpus {
namespace {

bool IsBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
bool IsDigit(char c) {
    return c >= '0' && c <= '9';
}

std::string Scientific(double value, int digits_after_point) {
    std::string text(static_cast<std::size_t>(digits_after_point) + 32, '\0');
    const int size = std::snprintf(text.data(), text.size(), "%.*e", digits_after_point, value);
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace

std::optional<DecimalParts> SplitDecimal(std::string_view text) {
    while (!text.empty() && IsBlank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && IsBlank(text.back()))
        text.remove_suffix(1);
    DecimalParts parts;
    std::size_t i = 0;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) parts.negative = text[i++] == '-';
    bool any = false, point = false;
    for (; i < text.size() && (IsDigit(text[i]) || (text[i] == '.' && !point)); ++i) {
        if (text[i] == '.') {
            point = true;
            continue;
        }
        any = true;
        if (point) --parts.exponent;
        if (text[i] != '0' || !parts.digits.empty()) parts.digits += text[i];
    }
    if (!any) return std::nullopt;
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        const std::string exponent(text.substr(i + 1));
        std::size_t digit = !exponent.empty() && (exponent[0] == '+' || exponent[0] == '-') ? 1 : 0;
        if (digit == exponent.size() || exponent.size() > 9) return std::nullopt;
        for (; digit < exponent.size(); ++digit)
            if (!IsDigit(exponent[digit])) return std::nullopt;
        parts.exponent += std::strtol(exponent.c_str(), nullptr, 10);
        i = text.size();
    }
    if (i != text.size()) return std::nullopt;
    while (!parts.digits.empty() && parts.digits.back() == '0') {
        parts.digits.pop_back();
        ++parts.exponent;
    }
    return parts;
}

std::optional<std::string> NormalDecimal(std::string_view text) {
    const auto parts = SplitDecimal(text);
    if (!parts) return std::nullopt;
    if (parts->digits.empty()) return "0";
    return (parts->negative ? "-" : "") + parts->digits + "e" + std::to_string(parts->exponent);
}

std::string ShortestScientific(double value) {
    for (int digits = 0; digits < 17; ++digits) {
        std::string text = Scientific(value, digits);
        if (std::strtod(text.c_str(), nullptr) == value) return text;
    }
    return Scientific(value, 17);
}

std::string RealText(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    const std::string scientific = ShortestScientific(value);
    const long exponent = std::strtol(scientific.c_str() + scientific.find('e') + 1, nullptr, 10);
    if (exponent < -4 || exponent > 14) return scientific;
    const std::size_t mantissa_digits = scientific.find('e') - (std::signbit(value) ? 1 : 0);
    const long significant = mantissa_digits == 1 ? 1 : static_cast<long>(mantissa_digits) - 1;
    const long after_point = std::max(1L, significant - 1 - exponent);
    char plain[64];
    std::snprintf(plain, sizeof plain, "%.*f", static_cast<int>(after_point), value);
    return plain;
}

std::optional<double> DoubleOfText(const std::string& text) {
    const auto parts = SplitDecimal(text);
    if (!parts) return std::nullopt;
    const std::string normal = NormalDecimal(text).value_or("");
    const double value = std::strtod((normal == "0" && parts->negative ? "-0" : normal).c_str(), nullptr);
    if (!std::isfinite(value)) return std::nullopt;
    if (normal == "0") return value;
    const int after_point = static_cast<int>(parts->digits.size()) - 1;
    if (NormalDecimal(Scientific(value, after_point)).value_or("") == normal) return value;
    if (NormalDecimal(ShortestScientific(value)).value_or("") == normal) return value;
    return std::nullopt;
}

}  // namespace corpus
