// Interruptible: SQLite's functions whose work grows with the product of their arguments' lengths, in place
// of its own. One call of instr() over some hundred megabytes takes hours there, and SQLite looks at no
// interrupt meanwhile. These give the same answers, byte for byte, mostly in linear time, and end when the
// statement is cancelled.
#pragma once

struct sqlite3;

namespace pgsqlite::sqlite {

/// Registers instr, replace, trim, ltrim, rtrim, like, glob, upper, lower, hex and randomblob for all
/// statements of the connection, those of the database's own views included. Returns SQLite's result code.
/// @param stop asked every few milliseconds of work; true ends the call with SQLITE_INTERRUPT. May be null
int RegisterInterruptible(sqlite3* db, bool (*stop)() noexcept) noexcept;

}  // namespace pgsqlite::sqlite
