// Finding: one thing that a user should know before a row moves: what, where, how many rows, an example, and
// the settings that would settle it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgsqlite::plan {

enum class Severity : std::uint8_t {
    kBlocker,  ///< the migration would fail
    kWarning,  ///< it would run, but something would be missing or behave differently
    kNote,     ///< it would run; worth knowing
};

/// A piece of a spec.
struct Setting {
    enum class Level : std::uint8_t { kJob, kTable, kColumn };
    std::string key;
    std::string value;             ///< plain text, or JSON where `json`
    Level level = Level::kColumn;  ///< of the finding's own table or column
    bool json = false;
};

struct Finding {
    Severity severity = Severity::kNote;
    std::string server;
    std::string table;   ///< SQLite's name; empty: about the database as a whole
    std::string column;  ///< SQLite's name; empty: about the table as a whole
    std::string text;    ///< a sentence without a full stop
    std::optional<std::uint64_t> rows;
    std::string example;
    std::string suggestion;         ///< what to do, in words
    std::vector<Setting> settings;  ///< the same for the spec; empty where nothing there settles it
};

}  // namespace pgsqlite::plan
