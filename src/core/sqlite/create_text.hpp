// CREATE texts: the little that must be read out of sqlite_schema's SQL because no pragma tells it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::sqlite {

/// Module of a CREATE VIRTUAL TABLE text: "fts5". Empty when `sql` is no such text.
std::string VirtualTableModule(std::string_view sql);

/// What CREATE INDEX says beyond the pragmas. Empty members where `sql` is no such text.
struct IndexText {
    std::vector<std::string> items;  ///< the list's items as written, without ASC or DESC
    std::string predicate;           ///< of a partial index, as written
};
IndexText ReadIndexText(std::string_view sql);

/// When a trigger fires. Empty members where `sql` is no CREATE TRIGGER text.
struct TriggerHead {
    std::string timing;                ///< BEFORE (also when nothing is said), AFTER, INSTEAD OF
    std::string event;                 ///< INSERT, UPDATE, DELETE
    std::vector<std::string> columns;  ///< UPDATE OF these
};
TriggerHead ReadTriggerHead(std::string_view sql);

}  // namespace pgsqlite::sqlite
