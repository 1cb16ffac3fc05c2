// A cell as stock SQLite gives it, and how reports show it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace corpus {

enum class Class : std::uint8_t { kNull, kInteger, kReal, kText, kBlob };

struct Cell {
    Class storage = Class::kNull;
    std::int64_t integer = 0;
    double real = 0;
    std::string bytes;  ///< text (UTF-8) or blob
};

inline Cell ReadCell(sqlite3_stmt* statement, int column) {
    Cell cell;
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            cell.storage = Class::kInteger;
            cell.integer = sqlite3_column_int64(statement, column);
            break;
        case SQLITE_FLOAT:
            cell.storage = Class::kReal;
            cell.real = sqlite3_column_double(statement, column);
            break;
        case SQLITE_TEXT: {
            cell.storage = Class::kText;
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
            cell.bytes.assign(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
            break;
        }
        case SQLITE_BLOB: {
            cell.storage = Class::kBlob;
            const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement, column));
            const int size = sqlite3_column_bytes(statement, column);
            if (blob != nullptr) cell.bytes.assign(blob, static_cast<std::size_t>(size));
            break;
        }
        default:
            break;
    }
    return cell;
}

/// Printable, at most `limit` bytes of the value.
std::string Printable(const std::string& bytes, std::size_t limit = 80);
std::string Describe(const Cell& cell);

}  // namespace corpus
