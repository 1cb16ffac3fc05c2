// Digests: 128-bit hashes (xxHash's XXH3) of rows, and their sums. A sum does not depend on the order of the
// rows and counts duplicates, so two sides can be read in whatever order each of them likes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace pgsqlite::digest {

/// A hash, or a sum of hashes modulo 2^128.
struct Digest {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    Digest& operator+=(const Digest& other) noexcept {
        low += other.low;
        high += other.high + (low < other.low ? 1 : 0);
        return *this;
    }
    Digest& operator-=(const Digest& other) noexcept {
        high -= other.high + (low < other.low ? 1 : 0);
        low -= other.low;
        return *this;
    }
    friend bool operator==(const Digest&, const Digest&) = default;

    static constexpr std::size_t kHexSize = 32;
    /// Writes kHexSize lower-case digits; not terminated.
    void ToHex(char* out) const noexcept;
};

/// @param seed keeps hashes of different kinds of things apart
Digest Hash(Bytes bytes, std::uint64_t seed = 0) noexcept;

/// Rows and the sum of their hashes: two multisets of rows that agree in both are the same, but for a chance
/// of about 2^-128.
struct RowSum {
    std::uint64_t rows = 0;
    Digest sum;

    void Add(const Digest& row) noexcept {
        ++rows;
        sum += row;
    }
    RowSum& operator+=(const RowSum& other) noexcept {
        rows += other.rows;
        sum += other.sum;
        return *this;
    }
    RowSum& operator-=(const RowSum& other) noexcept {
        rows -= other.rows;
        sum -= other.sum;
        return *this;
    }
    friend bool operator==(const RowSum&, const RowSum&) = default;
};

/// The sums of one side by parts of the key: a row belongs to the part that the hash of its key says, so both
/// sides put it into the same one whatever their orders and collations. Parts that agree hold the same rows,
/// and only the others need be looked at again.
class KeyParts {
  public:
    /// With 2 million rows some 500 a part; 96 KB a side, so that the sums stay in the processor's cache.
    static constexpr std::size_t kCount = 4096;

    static std::size_t Of(const Digest& key) noexcept { return key.high % kCount; }
    void Add(const Digest& key, const Digest& row) noexcept { parts_[Of(key)].Add(row); }
    /// Adds what another reading has summed up, of other rows of the same side.
    KeyParts& operator+=(const KeyParts& other) noexcept;
    const RowSum& operator[](std::size_t part) const noexcept { return parts_[part]; }
    RowSum Total() const noexcept;

  private:
    RowSum parts_[kCount];
};

}  // namespace pgsqlite::digest
