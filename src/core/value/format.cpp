// Number layout follows PostgreSQL's d2s.c output rules (plain notation while -5 < exponent < 15); the digits
// come from std::to_chars, which is exact and knows no locale.
#include "core/value/format.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

#include "core/value/text/utf8.hpp"

namespace pgsqlite::value {
namespace {

constexpr int kMinPlainExponent = -4;
constexpr int kMaxPlainExponent = 14;

std::size_t Copy(char* buffer, const char* word) noexcept {
    const std::size_t size = std::strlen(word);
    std::memcpy(buffer, word, size);
    return size;
}

template <class Real>
ShortDigits Shortest(Real value) noexcept {
    ShortDigits out;
    out.negative = std::signbit(value);
    char text[kNumberTextSize];
    const auto written =
        std::to_chars(text, text + sizeof text, std::fabs(value), std::chars_format::scientific);
    const char* p = text;
    for (; p < written.ptr && *p != 'e'; ++p)
        if (*p != '.') out.digits[out.count++] = *p;
    int exponent = 0;
    ++p;
    if (p < written.ptr && *p == '+') ++p;  // from_chars takes a minus only
    std::from_chars(p, written.ptr, exponent);
    out.exponent = static_cast<std::int16_t>(exponent);
    return out;
}

}  // namespace

ShortDigits ShortestDigits(double value) noexcept {
    return Shortest(value);
}

ShortDigits ShortestDigits(float value) noexcept {
    return Shortest(value);
}

char* WritePadded(char* out, std::uint64_t number, int width) noexcept {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (int i = count; i < width; ++i)
        *out++ = '0';
    while (count > 0)
        *out++ = digits[--count];
    return out;
}

std::size_t FormatInteger(std::int64_t value, char* buffer) noexcept {
    return static_cast<std::size_t>(std::to_chars(buffer, buffer + kNumberTextSize, value).ptr - buffer);
}

std::size_t FormatReal(double value, char* buffer) noexcept {
    if (std::isnan(value)) return Copy(buffer, "NaN");
    if (std::isinf(value)) return Copy(buffer, value < 0 ? "-Infinity" : "Infinity");

    const ShortDigits d = ShortestDigits(value);
    char* out = buffer;
    if (d.negative) *out++ = '-';
    if (d.exponent < kMinPlainExponent || d.exponent > kMaxPlainExponent) {
        *out++ = d.digits[0];
        if (d.count > 1) {
            *out++ = '.';
            std::memcpy(out, d.digits + 1, d.count - 1u);
            out += d.count - 1;
        }
        const int magnitude = d.exponent < 0 ? -d.exponent : d.exponent;
        *out++ = 'e';
        *out++ = d.exponent < 0 ? '-' : '+';
        if (magnitude < 10) *out++ = '0';
        out = std::to_chars(out, buffer + kNumberTextSize, magnitude).ptr;
    } else if (d.exponent < 0) {
        *out++ = '0';
        *out++ = '.';
        for (int i = d.exponent + 1; i < 0; ++i)
            *out++ = '0';
        std::memcpy(out, d.digits, d.count);
        out += d.count;
    } else {
        const int whole = d.exponent + 1;
        for (int i = 0; i < whole; ++i)
            *out++ = i < d.count ? d.digits[i] : '0';
        *out++ = '.';
        if (d.count <= whole) *out++ = '0';
        for (int i = whole; i < d.count; ++i)
            *out++ = d.digits[i];
    }
    return static_cast<std::size_t>(out - buffer);
}

namespace {

constexpr char kEllipsis[] = "\xE2\x80\xA6";
constexpr std::size_t kEllipsisSize = sizeof kEllipsis - 1;
constexpr char kHex[] = "0123456789abcdef";

/// Writes one source character (or one invalid byte) in its shown form; returns its size, at most 4.
std::size_t ShowCharacter(const char* p, std::size_t length, bool valid, char* piece) noexcept {
    const auto first = static_cast<unsigned char>(*p);
    // U+0080 to U+009F (C2 80 to C2 9F) steer terminals as the ASCII controls do.
    const bool c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(p[1]) < 0xA0;
    if (valid && !c1 && first >= 0x20 && first != 0x7F) {
        if (first == '\'' || first == '\\') {
            piece[0] = piece[1] = *p;
            return 2;
        }
        std::memcpy(piece, p, length);
        return length;
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(p[i]);
        piece[size++] = '\\';
        piece[size++] = 'x';
        piece[size++] = kHex[byte >> 4];
        piece[size++] = kHex[byte & 15];
    }
    return size;
}

std::size_t DescribeText(Bytes text, char* buffer, std::size_t size, std::size_t max_chars) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    const std::size_t room = size - kEllipsisSize - 2;  // closing quote and NUL
    std::size_t used = 0;
    buffer[used++] = '\'';
    for (std::size_t shown = 0; p < end; ++shown) {
        bool valid = false;
        const std::size_t length = Utf8Step(p, end, valid);
        char piece[16];
        const std::size_t piece_size = ShowCharacter(p, length, valid, piece);
        if (shown == max_chars || used + piece_size > room) {
            used += Copy(buffer + used, kEllipsis);
            break;
        }
        std::memcpy(buffer + used, piece, piece_size);
        used += piece_size;
        p += length;
    }
    buffer[used++] = '\'';
    return used;
}

std::size_t DescribeBlob(Bytes blob, char* buffer, std::size_t size, std::size_t max_chars) noexcept {
    // x'…'(length) and the NUL: 3 quotes and x, the ellipsis, two parentheses, up to 20 digits.
    const std::size_t room = size - 26 - kEllipsisSize;
    std::size_t used = 0;
    buffer[used++] = 'x';
    buffer[used++] = '\'';
    std::size_t shown = 0;
    for (; shown < blob.size() && shown * 2 + 2 <= max_chars && shown * 2 + 2 <= room; ++shown) {
        const auto byte = static_cast<unsigned char>(blob[shown]);
        buffer[used++] = kHex[byte >> 4];
        buffer[used++] = kHex[byte & 15];
    }
    if (shown < blob.size()) used += Copy(buffer + used, kEllipsis);
    buffer[used++] = '\'';
    buffer[used++] = '(';
    used = static_cast<std::size_t>(std::to_chars(buffer + used, buffer + size, blob.size()).ptr - buffer);
    buffer[used++] = ')';
    return used;
}

}  // namespace

std::size_t DescribeCell(const Cell& cell, char* buffer, std::size_t size, std::size_t max_chars) noexcept {
    std::size_t used = 0;
    switch (cell.storage_class) {
        case StorageClass::kInteger:
            used = FormatInteger(cell.integer, buffer);
            break;
        case StorageClass::kReal:
            used = FormatReal(cell.real, buffer);
            break;
        case StorageClass::kText:
            used = DescribeText(cell.view(), buffer, size, max_chars);
            break;
        case StorageClass::kBlob:
            used = DescribeBlob(cell.view(), buffer, size, max_chars);
            break;
        case StorageClass::kNull:
            used = Copy(buffer, "NULL");
            break;
    }
    buffer[used] = '\0';
    return used;
}

}  // namespace pgsqlite::value
