// Guarded: SQLite's functions that some arguments make overflow the stack, or run for hours without a look at
// any interrupt. Stand-ins look at the arguments first, refuse those, and leave the work to SQLite's own.
#pragma once

struct sqlite3;

namespace pgsqlite::sqlite {

/// Registers, for all statements of the connection, those of the database's own views included:
///   json_insert, json_replace, json_set, and their twins with jsonb_: a path of more than 1,000 steps is
///   refused (SQLite walks over it by recursion); json_patch: two documents whose numbers of members multiply
///   to more than 400 million (it looks through the one for each member of the other).
/// What is refused is SQLITE_TOOBIG. Returns SQLite's result code.
int RegisterGuarded(sqlite3* db) noexcept;

}  // namespace pgsqlite::sqlite
