#include "core/digest/canonical.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace pgsqlite::digest {
namespace {

constexpr int kBase = 10000;

template <class T>
Bytes BytesOf(const T& value) noexcept {
    return Bytes(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::int16_t ReadShort(const char* from) noexcept {
    std::int16_t value;
    std::memcpy(&value, from, sizeof(value));
    return value;
}

}  // namespace

bool CanonicalRow::Room(std::size_t more) noexcept {
    if (size_ + more <= capacity_) return true;
    char* grown = scratch_.Grow(size_, (size_ + more) * 2);
    if (grown == nullptr) return ok_ = false;
    data_ = grown;
    capacity_ = (size_ + more) * 2;
    return true;
}

void CanonicalRow::Put(Tag tag, Bytes bytes) noexcept {
    if (!Room(1 + bytes.size())) return;
    data_[size_++] = static_cast<char>(tag);
    if (!bytes.empty()) std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

void CanonicalRow::Long(Tag tag, Bytes bytes) noexcept {
    const std::uint64_t length = bytes.size();
    Put(tag, BytesOf(length));
    if (bytes.size() > kLongest) {
        const Digest digest = Hash(bytes);
        if (!Room(sizeof(digest))) return;
        std::memcpy(data_ + size_, &digest, sizeof(digest));
        size_ += sizeof(digest);
        return;
    }
    if (bytes.empty() || !Room(bytes.size())) return;
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

void CanonicalRow::Boolean(bool value) noexcept {
    const char byte = value ? 1 : 0;
    Put(Tag::kBoolean, BytesOf(byte));
}

void CanonicalRow::Integer(std::int64_t value) noexcept {
    Put(Tag::kInteger, BytesOf(value));
}

void CanonicalRow::Real(double value) noexcept {
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    Put(Tag::kReal, BytesOf(value));
}

void CanonicalRow::PaddedText(Bytes value) noexcept {
    while (!value.empty() && value.back() == ' ')
        value.remove_suffix(1);
    Text(value);
}

void CanonicalRow::Moment(Form form, std::int64_t value) noexcept {
    char bytes[1 + sizeof(value)];
    bytes[0] = static_cast<char>(form);
    std::memcpy(bytes + 1, &value, sizeof(value));
    Put(Tag::kMoment, Bytes(bytes, sizeof(bytes)));
}

void CanonicalRow::Uuid(const void* bytes) noexcept {
    Put(Tag::kUuid, Bytes(static_cast<const char*>(bytes), 16));
}

void CanonicalRow::Json(const Digest& document) noexcept {
    Put(Tag::kJson, BytesOf(document));
}

void CanonicalRow::Array(const std::int32_t* sizes, const std::int32_t* lower_bounds,
                         int dimensions) noexcept {
    Put(Tag::kArray, BytesOf(dimensions));
    for (int i = 0; i < dimensions; ++i) {
        Integer(sizes[i]);
        Integer(lower_bounds[i]);
    }
}

void CanonicalRow::Numeric(bool negative, int weight, const std::int16_t* digits,
                           std::size_t count) noexcept {
    while (count > 0 && digits[count - 1] == 0)
        --count;
    while (count > 0 && digits[0] == 0) {
        ++digits;
        --count;
        --weight;
    }
    if (count == 0) {
        negative = false;
        weight = 0;
    }
    const std::int32_t head[] = {negative ? 1 : 0, weight, static_cast<std::int32_t>(count)};
    Put(Tag::kNumeric, Bytes(reinterpret_cast<const char*>(head), sizeof(head)));
    const std::size_t size = count * sizeof(*digits);
    if (size == 0 || !Room(size)) return;
    std::memcpy(data_ + size_, digits, size);
    size_ += size;
}

void CanonicalRow::Number(const NumberDigits& number) noexcept {
    // Places of `digits` are grouped by four, counted from the point.
    const std::int64_t groups = number.point >= 0 ? (number.point + 3) / 4 : -(-number.point / 4);
    const int lead = static_cast<int>(groups * 4 - number.point);
    auto* out =
        reinterpret_cast<std::int16_t*>(digits_.Reserve((number.size / 4 + 2) * sizeof(std::int16_t)));
    if (out == nullptr) {
        ok_ = false;
        return;
    }
    std::size_t count = 0;
    int group = 0;
    int places = lead;
    for (std::size_t i = 0; i < number.size; ++i) {
        if (number.digits[i] == '.') continue;
        group = group * 10 + (number.digits[i] - '0');
        if (++places < 4) continue;
        out[count++] = static_cast<std::int16_t>(group);
        group = places = 0;
    }
    if (places > 0) {
        for (; places < 4; ++places)
            group *= 10;
        out[count++] = static_cast<std::int16_t>(group);
    }
    Numeric(number.negative, static_cast<int>(groups - 1), out, count);
}

void CanonicalRow::NumberOf(std::int64_t value) noexcept {
    std::int16_t digits[5];
    std::size_t at = 5;
    std::uint64_t rest =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    for (; rest > 0; rest /= kBase)
        digits[--at] = static_cast<std::int16_t>(rest % kBase);
    Numeric(value < 0, static_cast<int>(4 - at), digits + at, 5 - at);
}

void CanonicalRow::NumberOf(double value) noexcept {
    if (!std::isfinite(value)) {
        const char kind = std::isnan(value) ? 'n' : value > 0 ? '+' : '-';
        return Put(Tag::kSpecial, BytesOf(kind));
    }
    char text[kRealDigits];
    Number(ShortestDigits(value, text));
}

NumberDigits ShortestDigits(double value, char* buffer) noexcept {
    const auto end =
        std::to_chars(buffer, buffer + kRealDigits, std::fabs(value), std::chars_format::scientific);
    const auto* exponent =
        static_cast<const char*>(std::memchr(buffer, 'e', static_cast<std::size_t>(end.ptr - buffer)));
    int power = 0;
    std::from_chars(exponent[1] == '+' ? exponent + 2 : exponent + 1, end.ptr, power);
    return {std::signbit(value), buffer, static_cast<std::size_t>(exponent - buffer), power + 1};
}

void CanonicalRow::NumberOfImage(Bytes image) noexcept {
    const auto header = static_cast<std::uint16_t>(ReadShort(image.data()));
    if ((header & 0xC000) == 0xC000) {
        const char kind = (header & 0xF000) == 0xC000 ? 'n' : (header & 0xF000) == 0xD000 ? '+' : '-';
        return Put(Tag::kSpecial, BytesOf(kind));
    }
    const bool is_short = (header & 0x8000) != 0;
    const bool negative = is_short ? (header & 0x2000) != 0 : (header & 0x4000) != 0;
    const int weight = is_short ? (header & 0x3F) - (header & 0x40) : ReadShort(image.data() + 2);
    image.remove_prefix(is_short ? 2 : 4);
    const std::size_t count = image.size() / sizeof(std::int16_t);
    // The image may lie at an odd address.
    auto* digits = reinterpret_cast<std::int16_t*>(digits_.Reserve((count + 1) * sizeof(std::int16_t)));
    if (digits == nullptr) {
        ok_ = false;
        return;
    }
    if (count > 0) std::memcpy(digits, image.data(), count * sizeof(std::int16_t));
    Numeric(negative, weight, digits, count);
}

}  // namespace pgsqlite::digest
