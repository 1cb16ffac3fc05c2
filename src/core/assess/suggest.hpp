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

/// The declared type as long as the column's values do not say otherwise; never a type that fits fewer than
/// nine tenths of the values where another holds them all.
Suggestion Suggest(const ColumnProfile& column, const TableProfile& table);

/// The same for all columns; where a profile can't tell what is against a suggestion, the table is read once
/// more for just those columns, so `against` is always set.
class ProfileCache;
std::vector<Suggestion> SuggestAll(sqlite::Database& db, const sqlite::Table& table,
                                   const TableProfile& profile, ProfileCache* cache = nullptr);

}  // namespace pgsqlite::assess
