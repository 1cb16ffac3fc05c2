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
    Format format;
    std::uint64_t rows;
};
std::vector<FoundFormat> FoundFormats(const ColumnProfile& column);

struct Suggestion {
    schema::MappedType type;
    std::string encoding;  ///< option `encoding`; empty when none is needed
    bool changes = false;  ///< differs from the declared mapping
    std::string reason;    ///< why, in words; empty unless it changes
    /// The rows against it. Nothing where the profile can't tell: ask CountMisfits with Rule().
    std::optional<Tally> against;

    ColumnRule Rule(const ColumnProfile& column) const;
};

/// The declared type, unless more than a tenth of the values do not fit it and another type holds them all,
/// or nine tenths of the values have a form that a narrower type or an encoding reads:
///  - text that is UUIDs, JSON, dates, times, booleans in words → that type, with a pattern where it needs
///  one;
///  - numbers in a column that is declared, or named, as a date → timestamp with the one encoding under which
///    they are dates of 1971 to 2099 (unix before cocoa, unless the name is one of Core Data's);
///  - integers 0 and 1 in a column named like a flag (is_…, has_…, …_flag, active, …) → boolean;
///  - blobs of 16 bytes with a UUID's version → uuid; blobs in text columns that are UTF-8 → encoding utf8.
/// Texts of digits stay text: what looks like a number may be a code.
Suggestion Suggest(const ColumnProfile& column);

/// The nearest type that holds every value of the column as it is, which its declared type does not.
std::optional<schema::MappedType> NearestForAll(const ColumnProfile& column);

/// Suggest for all columns; where a profile can't tell what is against a suggestion, the table is read once
/// more for just those columns, so `against` is always set.
class ProfileCache;
std::vector<Suggestion> SuggestAll(sqlite::Database& db, const sqlite::Table& table,
                                   const TableProfile& profile, ProfileCache* cache = nullptr);

}  // namespace pgsqlite::assess
