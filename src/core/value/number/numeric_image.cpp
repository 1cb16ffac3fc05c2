#include <bit>
#include <cstring>

#include "core/value/image.hpp"

namespace pgsqlite::value {
namespace {

// numeric.c: NUMERIC_SHORT and its fields, NUMERIC_NEG, NUMERIC_NAN, …
constexpr std::uint16_t kShort = 0x8000;
constexpr std::uint16_t kShortNegative = 0x2000;
constexpr int kShortScaleShift = 7;
constexpr int kShortScaleMax = 0x3f;
constexpr std::uint16_t kShortWeightSign = 0x0040;
constexpr int kShortWeightMax = 63;
constexpr int kShortWeightMin = -64;
constexpr std::uint16_t kNegative = 0x4000;
constexpr std::uint16_t kScaleMask = 0x3fff;
constexpr std::uint16_t kNan = 0xc000;
constexpr std::uint16_t kInfinity = 0xd000;
constexpr std::uint16_t kNegativeInfinity = 0xf000;
constexpr std::size_t kLengthWord = 4;

bool IsShort(const Decimal& decimal) noexcept {
    return decimal.display_scale <= kShortScaleMax && decimal.weight <= kShortWeightMax &&
           decimal.weight >= kShortWeightMin;
}

template <class T>
char* Put(char* out, T v) noexcept {
    std::memcpy(out, &v, sizeof(v));
    return out + sizeof(v);
}

/// varatt.h, SET_VARSIZE_4B.
std::uint32_t LengthWord(std::size_t size) noexcept {
    const auto length = static_cast<std::uint32_t>(size);
    return std::endian::native == std::endian::little ? length << 2 : length & 0x3fffffff;
}

}  // namespace

std::size_t NumericImageSize(const Decimal& decimal) noexcept {
    if (decimal.form != Decimal::Form::kFinite) return kLengthWord + 2;
    return kLengthWord + (IsShort(decimal) ? 2 : 4) + 2 * static_cast<std::size_t>(decimal.digit_count);
}

void WriteNumericImage(const Decimal& decimal, char* out) noexcept {
    out = Put(out, LengthWord(NumericImageSize(decimal)));
    switch (decimal.form) {
        case Decimal::Form::kFinite:
            break;
        case Decimal::Form::kNan:
            Put(out, kNan);
            return;
        case Decimal::Form::kInfinity:
            Put(out, kInfinity);
            return;
        case Decimal::Form::kNegativeInfinity:
            Put(out, kNegativeInfinity);
            return;
    }
    const bool zero = decimal.digit_count == 0;
    const bool negative = decimal.negative && !zero;
    const int weight = zero ? 0 : decimal.weight;
    if (IsShort(decimal)) {
        const int header = kShort | (negative ? kShortNegative : 0) |
                           decimal.display_scale << kShortScaleShift | (weight < 0 ? kShortWeightSign : 0) |
                           (weight & kShortWeightMax);
        out = Put(out, static_cast<std::uint16_t>(header));
    } else {
        out = Put(out, static_cast<std::uint16_t>((negative ? kNegative : 0) |
                                                  (decimal.display_scale & kScaleMask)));
        out = Put(out, static_cast<std::int16_t>(weight));
    }
    std::memcpy(out, decimal.digits, 2 * static_cast<std::size_t>(decimal.digit_count));
}

}  // namespace pgsqlite::value
