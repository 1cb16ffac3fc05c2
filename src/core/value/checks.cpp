// Hand-written walks instead of regular expressions: one pass, no allocation, and the same answer under every
// locale.
#include "core/value/checks.hpp"

#include <array>

#include "core/base/cancel.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {
namespace {

constexpr std::size_t kMaxLabel = 63;

constexpr bool IsAlphanumeric(char c) noexcept {
    return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// atext of RFC 5322 or a point.
constexpr std::array<bool, 256> kLocal = [] {
    std::array<bool, 256> local = {};
    for (int c = 0; c < 128; ++c)
        local[static_cast<std::size_t>(c)] = IsAlphanumeric(static_cast<char>(c));
    for (const char c : Bytes(".!#$%&'*+/=?^_`{|}~-"))
        local[static_cast<unsigned char>(c)] = true;
    return local;
}();

bool IsLabel(Bytes label) noexcept {
    if (label.empty() || label.size() > kMaxLabel) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    for (const char c : label)
        if (!IsAlphanumeric(c) && c != '-') return false;
    return true;
}

bool AllDigits(Bytes text) noexcept {
    for (const char c : text)
        if (!IsDigit(c)) return false;
    return true;
}

}  // namespace

bool IsEmail(Bytes text) noexcept {
    const std::size_t at = text.find('@');
    if (at == Bytes::npos || at == 0) return false;
    for (const char c : text.substr(0, at))
        if (!kLocal[static_cast<unsigned char>(c)]) return false;
    Bytes domain = text.substr(at + 1);
    CancelTicks ticks;
    while (true) {
        if (ticks.Cancelled()) return false;
        const std::size_t point = domain.find('.');
        if (!IsLabel(domain.substr(0, point))) return false;
        if (point == Bytes::npos) return true;
        domain.remove_prefix(point + 1);
    }
}

bool IsUsZip(Bytes text) noexcept {
    if (text.size() == 5) return AllDigits(text);
    return text.size() == 10 && text[5] == '-' && AllDigits(text.substr(0, 5)) && AllDigits(text.substr(6));
}

}  // namespace pgsqlite::value
