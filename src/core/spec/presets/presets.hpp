// Presets: what is known of frameworks that make databases: the table in which they record their migrations,
// and how they write values that SQLite has no type for. One file each beside this one, as data;
// docs/reference/look-first.md says what stands in one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sqlite/catalog.hpp"

namespace pgsqlite::spec {

/// How a framework writes some kind of column.
struct Habit {
    std::string declared;  ///< as SQLite has the type, in any case
    std::string target;    ///< the type of a target that exists; "new": of a new table; empty: any
    std::string holds;     ///< what its values are: "integer", "uuid", "dated"; empty: anything
    std::vector<std::pair<std::string, std::string>> settings;  ///< of the column; {column} is its name
    std::string because;                                        ///< a sentence without a full stop
};

struct Preset {
    std::string framework;
    std::string records;               ///< the table of its migrations
    std::vector<std::string> columns;  ///< which that table has
    bool no_others = false;            ///< and it has no others
    std::string beside;                ///< another table that is there; empty: none need be
    std::vector<std::string> state;    ///< columns of `records` that say which migrations have been run
    std::vector<Habit> habits;
};

std::span<const Preset> AllPresets();

/// The framework that made a database; null where none is known to have. @param tables all of its tables
const Preset* FindPreset(const std::vector<const sqlite::Table*>& tables);

/// Whether a table is a preset's record of what it has done, and no data.
bool IsBookkeeping(const Preset& preset, std::string_view table) noexcept;

}  // namespace pgsqlite::spec
