#include "core/sqlite/pages/record.hpp"

#include <cmath>
#include <cstring>

namespace pgsqlite::sqlite {
namespace {

constexpr std::uint64_t kFirstBytes = 12;  // even serial types from here on are blobs, odd ones text

/// A big-endian two's complement integer.
template <int kBytes>
std::int64_t ReadInteger(const unsigned char* at) noexcept {
    std::uint64_t value = at[0] >= 0x80 ? ~std::uint64_t{0} : 0;
    for (int i = 0; i < kBytes; ++i)
        value = value << 8 | at[i];
    return static_cast<std::int64_t>(value);
}

std::uint64_t SizeOf(std::uint64_t type) noexcept {
    static constexpr unsigned char kSizes[kFirstBytes] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < kFirstBytes ? kSizes[type] : (type - kFirstBytes) / 2;
}

std::int64_t IntegerOf(std::uint64_t type, const unsigned char* at) noexcept {
    switch (type) {
        case 1:
            return ReadInteger<1>(at);
        case 2:
            return ReadInteger<2>(at);
        case 3:
            return ReadInteger<3>(at);
        case 4:
            return ReadInteger<4>(at);
        case 5:
            return ReadInteger<6>(at);
        case 6:
            return ReadInteger<8>(at);
        default:
            return static_cast<std::int64_t>(type) - 8;  // 8 and 9 are the constants 0 and 1
    }
}

/// NaN is NULL to SQLite, and so are the types that only its memory knows (10 and 11).
value::Cell CellOf(std::uint64_t type, const unsigned char* at, bool real) noexcept {
    if (type >= kFirstBytes) {
        const Bytes bytes(reinterpret_cast<const char*>(at), SizeOf(type));
        return type % 2 == 0 ? value::Cell::Blob(bytes) : value::Cell::Text(bytes);
    }
    if (type == 0 || type >= 10) return value::Cell::Null();
    if (type == 7) {
        const std::int64_t bits = ReadInteger<8>(at);
        double number;
        std::memcpy(&number, &bits, sizeof(number));
        return std::isnan(number) ? value::Cell::Null() : value::Cell::Real(number);
    }
    const std::int64_t integer = IntegerOf(type, at);
    return real ? value::Cell::Real(static_cast<double>(integer)) : value::Cell::Integer(integer);
}

constexpr RecordResult kMalformed = {RecordResult::Kind::kMalformed, 0, 0};

RecordResult NeedsMore(std::uint64_t needed) noexcept {
    return {RecordResult::Kind::kNeedsMore, 0, needed};
}

}  // namespace

const unsigned char* ReadVarint(const unsigned char* at, const unsigned char* end,
                                std::uint64_t* value) noexcept {
    std::uint64_t result = 0;
    for (int i = 0; i < 8; ++i) {
        if (at >= end) return nullptr;
        result = result << 7 | (*at & 0x7f);
        if (*at++ < 0x80) {
            *value = result;
            return at;
        }
    }
    if (at >= end) return nullptr;
    *value = result << 8 | *at;
    return at + 1;
}

RecordResult ReadRecord(const RecordBytes& record, const FieldUse* fields, int count,
                        value::Cell* cells) noexcept {
    // Of no bytes: a row of a table whose only column is the rowid may be such.
    if (record.all == 0) return {RecordResult::Kind::kDone, 0, 0};
    const unsigned char* const end = record.data + record.here;
    std::uint64_t header_size;
    const unsigned char* at = ReadVarint(record.data, end, &header_size);
    if (at == nullptr || header_size > record.all) return kMalformed;
    if (header_size > record.here) return NeedsMore(header_size);
    const unsigned char* const header_end = record.data + header_size;
    std::uint64_t offset = header_size;
    int field = 0;
    for (; field < count && at < header_end; ++field) {
        std::uint64_t type;
        at = ReadVarint(at, header_end, &type);
        if (at == nullptr) return kMalformed;
        const std::uint64_t size = SizeOf(type);
        if (size > record.all - offset) return kMalformed;
        const FieldUse& use = fields[field];
        if (use.cell != FieldUse::kUnused) {
            if (offset + size > record.here) return NeedsMore(offset + size);
            cells[use.cell] = CellOf(type, record.data + offset, use.real);
        }
        offset += size;
    }
    return {RecordResult::Kind::kDone, field, 0};
}

}  // namespace pgsqlite::sqlite
