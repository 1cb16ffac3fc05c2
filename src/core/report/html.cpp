#include "core/report/html.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/value/text/utf8.hpp"

namespace pgsqlite::report {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

std::string Hex(std::uint32_t number, std::size_t digits) {
    std::array<char, 8> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, 16).ptr;
    std::string hex(text.data(), end);
    for (char& digit : hex)
        if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
    return std::string(digits > hex.size() ? digits - hex.size() : 0, '0') + hex;
}

bool IsBetween(std::uint32_t code, std::uint32_t first, std::uint32_t last) noexcept {
    return code >= first && code <= last;
}

/// Whether a character can't be seen, or changes how others are seen. (U+200C and U+200D belong to the
/// spelling of several languages.)
bool IsHidden(std::uint32_t code) noexcept {
    return (code < 0x20 && code != '\n' && code != '\t') || IsBetween(code, 0x7F, 0x9F) || code == 0xAD ||
           code == 0x61C || code == 0x180E || code == 0x200B || IsBetween(code, 0x200E, 0x200F) ||
           IsBetween(code, 0x2028, 0x202E) || IsBetween(code, 0x2060, 0x206F) || code == 0xFEFF ||
           IsBetween(code, 0xFDD0, 0xFDEF) || (code & 0xFFFE) == 0xFFFE || IsBetween(code, 0xFFF9, 0xFFFB) ||
           IsBetween(code, 0xE0000, 0xE0FFF);
}

/// Takes the character at `p`.
std::uint32_t Decode(const char*& p, const char* end) noexcept {
    bool valid = false;
    const std::size_t length = value::Utf8Step(p, end, valid);
    const auto* bytes = reinterpret_cast<const unsigned char*>(p);
    p += length;
    if (!valid) return kReplacement;
    if (length == 1) return bytes[0];
    std::uint32_t code = bytes[0] & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        code = code << 6 | (bytes[i] & 0x3FU);
    return code;
}

/// @param mark what stands around the number of a hidden character
void Append(std::string* page, std::uint32_t code, std::string_view before, std::string_view after) {
    switch (code) {
        case '&':
            *page += "&amp;";
            return;
        case '<':
            *page += "&lt;";
            return;
        case '>':
            *page += "&gt;";
            return;
        case '"':
            *page += "&quot;";
            return;
        case '\'':
            *page += "&#39;";
            return;
        default:
            break;
    }
    if (IsHidden(code)) {
        page->append(before).append("U+").append(Hex(code, 4)).append(after);
    } else if (code < 0x80) {
        *page += static_cast<char>(code);
    } else {
        page->append("&#x").append(Hex(code, 0)).append(";");
    }
}

}  // namespace

Html& Html::Raw(std::string_view markup) {
    page_ += markup;
    return *this;
}

Html& Html::Text(std::string_view utf8, std::size_t most) {
    const char* p = utf8.data();
    const char* end = p + utf8.size();
    for (std::size_t count = 0; p < end; ++count) {
        if (count == most) {
            page_ += "&#x2026;";
            break;
        }
        Append(&page_, Decode(p, end), "<span class=\"hidden\">", "</span>");
    }
    return *this;
}

Html& Html::Attribute(std::string_view name, std::string_view utf8) {
    page_.append(" ").append(name).append("=\"");
    const char* p = utf8.data();
    const char* end = p + utf8.size();
    while (p < end) {
        const std::uint32_t code = Decode(p, end);
        Append(&page_, code == '\n' || code == '\t' ? ' ' : code, "[", "]");
    }
    page_ += '"';
    return *this;
}

Html& Html::Count(std::int64_t number) {
    return Raw(Grouped(number));
}

std::string Grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;)
        digits.insert(at -= 3, 1, ',');
    return digits;
}

}  // namespace pgsqlite::report
