// Writer files: which files SQLite may touch for the databases that are open for writing.
//
// A rollback journal may name a super-journal, which SQLite deletes when it has rolled back: whoever can make
// a file beside a database could have any file deleted that the server's user may delete. And such a
// journal's pages would be written into the database. So a writer looks at, opens and deletes the -journal
// and -wal of its own databases alone, and rolls back only what the server's user or the database's owner has
// left.
#pragma once

namespace pgsqlite::sqlite {

/// A main database file that is open for writing, as long as it lives.
struct WriterFile {
    const char* path = nullptr;  ///< SQLite's own copy; null: it is in no list
    WriterFile* next = nullptr;
};
void AddWriterFile(WriterFile* file, const char* path) noexcept;
/// No effect on one that is in no list.
void RemoveWriterFile(WriterFile* file) noexcept;

/// Whether the path is the -journal or the -wal of such a file.
bool IsSideFileOfWriter(const char* path) noexcept;

/// Whether a journal that is there may be rolled back: it is the server's user's own, or the database's
/// owner's.
bool MayRollBack(const char* journal) noexcept;

}  // namespace pgsqlite::sqlite
