// Relation: rows of a report, as plain fields. Each function that looks at a database fills one; the same
// rows become tuples of an SQL function and objects of a JSON document, so that both always say the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"

namespace pgsqlite::assess {

using TextList = std::vector<std::optional<std::string>>;
/// A type of its own, because libstdc++ 12 takes a variant of nothing but strings, vectors and plain data for
/// one that always has a value, and crashes when memory runs out while one is copied.
struct FlagList : std::vector<bool> {
    using std::vector<bool>::vector;
};

/// A field; std::monostate is NULL.
using Field = std::variant<std::monostate, bool, std::int64_t, std::string, TextList, FlagList>;

struct Relation {
    std::vector<const char*> columns;  ///< names, as many as each row has fields
    std::vector<std::vector<Field>> rows;
};

/// Room for CleanText's result.
constexpr std::size_t CleanTextBound(std::size_t size) noexcept {
    return 3 * size;
}

/// Text that PostgreSQL and JSON can hold: U+FFFD in the place of each NUL and each ill-formed sequence of
/// bytes; all else as it is. SQLite takes any bytes as a name.
/// @param out room for CleanTextBound(text.size()) bytes
/// @return the bytes written
std::size_t CleanText(Bytes text, char* out) noexcept;
std::string CleanText(Bytes text);

/// A text field; NULL for an empty text where `empty_is_null`.
Field TextField(std::string_view text, bool empty_is_null = false);

}  // namespace pgsqlite::assess
