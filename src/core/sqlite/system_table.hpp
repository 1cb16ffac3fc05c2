// System tables: what SQLite keeps in tables of its own, sqlite_stat1 and sqlite_sequence.
#pragma once

namespace pgsqlite::sqlite {

class Database;

/// Whether the database has that table as SQLite makes it, with rowids. Whoever edits a schema can put a view
/// that never ends, or a virtual table, in its place, at which SQLite itself doesn't look either.
/// @throws Error as Statement does
bool HasSystemTable(Database& db, const char* name);

}  // namespace pgsqlite::sqlite
