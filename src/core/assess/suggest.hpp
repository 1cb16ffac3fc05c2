// Suggestions: which PostgreSQL type and encoding a column should get, judged from its profile, and which of
// its formats are worth telling.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/assess/misfits.hpp"
#include "core/assess/profile.hpp"

namespace pgsqlite::assess {

/// Formats that chance does not make (dates, UUIDs, JSON, e-mail addresses, …) are told from one row on; the
/// others (plain numbers in texts, hex, base64, numbers that could be dates, 0 and 1) only where nine tenths
/// of the cells of their class have them.
struct FoundFormat {
    const char* name;
    std::uint64_t rows;
};
std::vector<FoundFormat> FoundFormats(const ColumnProfile& column);

/// Types of extensions that the server has, as SQL names them.
struct ServerTypes {
    const char* geometry = "";  ///< PostGIS's; empty: it is not installed. Not owned
};

struct Suggestion {
    schema::MappedType type;
    std::string encoding;  ///< option `encoding`; empty when none is needed
    bool changes = false;  ///< differs from the declared mapping
    std::string reason;    ///< why, in words; empty unless it changes
    /// What the values could be as well, and by which setting, where that is not for us to choose: two
    /// readings, or one that would not come back as it is written. Empty where there is nothing to tell.
    std::string note;
    /// The rows against it. Nothing where the profile can't tell: ask CountMisfits with Rule().
    std::optional<Tally> against;

    ColumnRule Rule(const ColumnProfile& column) const;
};

/// The declared type, unless more than a tenth of the values do not fit it and another type holds them all,
/// or nine tenths of the values have a form that a narrower type or an encoding reads, and only one does:
///  - text that is UUIDs as uuid writes them, JSON, dates, times, both of boolean's own words → that type,
///  with the patterns it needs, where some of the values tell day from month;
///  - numbers in a column that is declared, or named, as a date → timestamp with the encoding under which
///  they are dates of the years that tell (value::kNumberEncodings), where one is;
///  - texts with a decimal comma or marks between thousands, where some of them tell which → numeric;
///  - integers 0 and 1 in a column named like a flag (is_…, has_…, …_flag, active, …) → boolean;
///  - blobs of 16 bytes with a UUID's version in one order of bytes → uuid; blobs in text columns that are
///  UTF-8 → encoding utf8.
/// Texts of digits stay text: what looks like a number may be a code. What has two readings is a note.
Suggestion Suggest(const ColumnProfile& column, const ServerTypes& types = {});

/// The nearest type that holds every value of the column as it is, which its declared type does not.
std::optional<schema::MappedType> NearestForAll(const ColumnProfile& column);

/// Suggest for all columns; where a profile can't tell what is against a suggestion, the table is read once
/// more for just those columns, so `against` is always set.
class ProfileCache;
std::vector<Suggestion> SuggestAll(sqlite::Database& db, const sqlite::Table& table,
                                   const TableProfile& profile, const ServerTypes& types = {},
                                   ProfileCache* cache = nullptr);

}  // namespace pgsqlite::assess
