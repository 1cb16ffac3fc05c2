// Functions of ours in SQLite's SQL: what its own can't tell about a cell.
#pragma once

struct sqlite3;

namespace pgsqlite::sqlite {

/// Registers, for statements but not for a database's own views and triggers:
///   pg_sqlite_is_text(x): 1 for NULL and for a text that is valid UTF-8 without NUL, else 0.
/// Returns SQLite's result code.
int RegisterFunctions(sqlite3* db) noexcept;

}  // namespace pgsqlite::sqlite
