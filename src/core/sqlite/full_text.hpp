// Full text: FTS5 walks over a query by recursion, a level for each NOT, and before SQLite 3.42 nothing
// bounds how many there are: 100,000 of them overflow a stack of 8 MB, without any memory taken on the way
// down. Later versions refuse more than 256 levels; here earlier ones do, too.
#pragma once

struct sqlite3;

namespace pgsqlite::sqlite {

/// Sees that full-text queries of the connection are refused (SQLITE_TOOBIG) beyond 256 NOTs, where SQLite
/// does not do it itself. There module fts5vocab is taken away, which shares state with what is put in FTS5's
/// place. Returns SQLite's result code.
int BoundFullText(sqlite3* db) noexcept;

}  // namespace pgsqlite::sqlite
