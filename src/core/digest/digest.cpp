#include "core/digest/digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace pgsqlite::digest {

void Digest::ToHex(char* out) const noexcept {
    static constexpr char kDigits[] = "0123456789abcdef";
    for (int i = 0; i < 32; ++i) {
        const std::uint64_t half = i < 16 ? high : low;
        out[i] = kDigits[half >> (60 - 4 * (i % 16)) & 15];
    }
}

Digest Hash(Bytes bytes, std::uint64_t seed) noexcept {
    const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
    return {hash.high64, hash.low64};
}

KeyParts& KeyParts::operator+=(const KeyParts& other) noexcept {
    for (std::size_t i = 0; i < kCount; ++i)
        parts_[i] += other.parts_[i];
    return *this;
}

RowSum KeyParts::Total() const noexcept {
    RowSum total;
    for (const RowSum& part : parts_)
        total += part;
    return total;
}

}  // namespace pgsqlite::digest
