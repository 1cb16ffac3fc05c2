#include "core/value/text/utf16.hpp"

#include "core/value/text/utf8.hpp"

namespace pgsqlite::value {
namespace {

constexpr std::uint32_t kHigh = 0xd800, kLow = 0xdc00, kBehindSurrogates = 0xe000;

char* AppendSurrogate(std::uint32_t unit, char* out) noexcept {
    *out++ = static_cast<char>(0xe0 | unit >> 12);
    *out++ = static_cast<char>(0x80 | (unit >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (unit & 0x3f));
    return out;
}

}  // namespace

char* Utf16ToUtf8(Bytes text, bool big_endian, char* out) noexcept {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const std::size_t even = text.size() & ~std::size_t{1};
    const auto unit_at = [&](std::size_t at) {
        return big_endian ? std::uint32_t{bytes[at]} << 8 | bytes[at + 1]
                          : std::uint32_t{bytes[at + 1]} << 8 | bytes[at];
    };
    for (std::size_t at = 0; at < even; at += 2) {
        const std::uint32_t unit = unit_at(at);
        if (unit < 0x80) {
            *out++ = static_cast<char>(unit);
            continue;
        }
        if (unit < kHigh || unit >= kBehindSurrogates) {
            out = AppendUtf8(unit, out);
            continue;
        }
        const std::uint32_t next = unit < kLow && at + 2 < even ? unit_at(at + 2) : 0;
        if (next < kLow || next >= kBehindSurrogates) {
            out = AppendSurrogate(unit, out);
            continue;
        }
        out = AppendUtf8(0x10000 + ((unit - kHigh) << 10) + (next - kLow), out);
        at += 2;
    }
    if (even == text.size()) return out;
    *out++ = static_cast<char>(0xff);
    *out++ = static_cast<char>(0x80 | bytes[even] >> 4);
    *out++ = static_cast<char>(0x80 | (bytes[even] & 0x0f));
    return out;
}

}  // namespace pgsqlite::value
