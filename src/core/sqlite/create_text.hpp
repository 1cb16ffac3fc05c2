// CREATE texts: the little that must be read out of sqlite_schema's SQL because no pragma tells it.
#pragma once

#include <string>
#include <string_view>

namespace pgsqlite::sqlite {

/// Module of a CREATE VIRTUAL TABLE text: "fts5". Empty when `sql` is no such text.
std::string VirtualTableModule(std::string_view sql);

}  // namespace pgsqlite::sqlite
