// Mapping: how the columns of two relations belong together, where their names don't say it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::digest {

struct Mapping {
    /// Target column and the SQL expression over the source's columns that it must equal.
    std::map<std::string, std::string> columns;
    std::vector<std::string> key;  ///< target columns; empty: the primary key, where there is one
    std::set<std::string> ignore;  ///< columns of either side that are not compared
    std::string where;             ///< SQL condition over the source; empty: all rows
    std::string target_where;      ///< the same over the target

    bool Ignores(std::string_view column) const;
    /// Null when the mapping says nothing of the column.
    const std::string* Find(std::string_view column) const;
};

/// @throws Error 22023 for what it doesn't know, with the valid keys as hint
Mapping ParseMapping(std::string_view text);

}  // namespace pgsqlite::digest
