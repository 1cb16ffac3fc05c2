// Mapping: how the columns of two relations belong together, where their names don't say it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgsqlite::digest {

struct Mapping {
    /// Target column and the SQL expression over the source's columns that it must equal.
    std::vector<std::pair<std::string, std::string>> columns;
    std::vector<std::string> key;     ///< target columns; empty: the primary key, where there is one
    std::vector<std::string> ignore;  ///< columns of either side that are not compared
    std::string where;                ///< SQL condition over the source; empty: all rows
    std::string target_where;         ///< the same over the target

    bool Ignores(std::string_view column) const noexcept;
    /// Null when the mapping says nothing of the column.
    const std::string* Find(std::string_view column) const noexcept;
};

/// @throws Error 22023 for what it doesn't know, with the valid keys as hint
Mapping ParseMapping(std::string_view json);

}  // namespace pgsqlite::digest
