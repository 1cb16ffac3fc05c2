// Spelled types: a declared type taken apart into words and arguments. SQLite keeps what stood in the CREATE
// statement, so quotes, brackets, comments and line breaks occur.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::schema {

struct SpelledType {
    std::string words;              ///< upper case (ASCII), one blank between two: "DOUBLE PRECISION"
    std::vector<std::string> args;  ///< as written, trimmed: "10", "2", "'small'"
    bool is_unsigned = false;       ///< UNSIGNED, taken out of words; SIGNED and ZEROFILL go silently

    /// Argument `index` as a whole number; nullopt when there is none or it is anything else.
    std::optional<std::int64_t> Number(std::size_t index) const noexcept;
    /// The arguments as quoted labels, unquoted: ENUM('a','b'). Empty unless all are quoted.
    std::vector<std::string> Labels() const;
};

/// Takes any bytes. A trailing GENERATED ALWAYS, which older SQLite libraries leave in the type, is dropped.
SpelledType SpellType(std::string_view declared);

}  // namespace pgsqlite::schema
