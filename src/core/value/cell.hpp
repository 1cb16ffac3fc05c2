// Cell: one value as SQLite stores it: a storage class and plain data. Text and blob bytes belong to the
// cursor and live until its next step.
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"

namespace pgsqlite::value {

/// SQLite's storage classes, with SQLite's own numbers (SQLITE_INTEGER … SQLITE_NULL).
enum class StorageClass : std::uint8_t { kInteger = 1, kReal = 2, kText = 3, kBlob = 4, kNull = 5 };

/// Lower-case SQL name of a class as SQLite's typeof() says it: integer, real, text, blob, null.
const char* StorageClassName(StorageClass storage_class) noexcept;

struct Cell {
    StorageClass storage_class = StorageClass::kNull;
    union {
        std::int64_t integer;
        double real;
        struct {
            const char* data;
            std::size_t size;
        } bytes;
    };

    Cell() noexcept : integer(0) {}
    static Cell Null() noexcept { return Cell(); }
    static Cell Integer(std::int64_t v) noexcept {
        Cell c;
        c.storage_class = StorageClass::kInteger;
        c.integer = v;
        return c;
    }
    static Cell Real(double v) noexcept {
        Cell c;
        c.storage_class = StorageClass::kReal;
        c.real = v;
        return c;
    }
    /// UTF-8 by SQLite's word only: it may be invalid and may hold NUL.
    static Cell Text(Bytes v) noexcept {
        Cell c;
        c.storage_class = StorageClass::kText;
        c.bytes = {v.data(), v.size()};
        return c;
    }
    static Cell Blob(Bytes v) noexcept {
        Cell c = Text(v);
        c.storage_class = StorageClass::kBlob;
        return c;
    }

    bool is_null() const noexcept { return storage_class == StorageClass::kNull; }
    /// The bytes of a text or blob cell.
    Bytes view() const noexcept { return Bytes(bytes.data, bytes.size); }
};

}  // namespace pgsqlite::value
