// Record: a row as it lies in a page, "Database File Format" §2.1 (varints, serial types, record header).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/value/cell.hpp"

namespace pgsqlite::sqlite {

/// Reads a varint of one to nine bytes.
/// @return the byte behind it; null where it would reach beyond `end`
const unsigned char* ReadVarint(const unsigned char* at, const unsigned char* end,
                                std::uint64_t* value) noexcept;

/// What becomes of a record's field.
struct FieldUse {
    static constexpr int kUnused = -1;
    int cell = kUnused;  ///< which cell it fills
    bool real = false;   ///< its column has REAL affinity, for which SQLite stores 1.0 as the integer 1
};

struct RecordBytes {
    const unsigned char* data;
    std::size_t here;   ///< bytes of the record at `data`
    std::uint64_t all;  ///< bytes it has; the rest lies on overflow pages
};

struct RecordResult {
    enum class Kind : std::uint8_t { kDone, kNeedsMore, kMalformed };
    Kind kind;
    int fields;            ///< kDone: how many of the fields asked for the record has
    std::uint64_t needed;  ///< kNeedsMore: bytes of the record that must be at hand
};

/// Fills the cells of the first `count` fields. Text and blobs point into the record. A record may have fewer
/// fields than its table has columns by now; their cells stay as they are.
RecordResult ReadRecord(const RecordBytes& record, const FieldUse* fields, int count,
                        value::Cell* cells) noexcept;

}  // namespace pgsqlite::sqlite
