// Reader VFS: SQLite's own unix VFS with two habits removed, for connections that must leave no trace.
//
// A stock read-only connection to a WAL database makes -wal and -shm files when there are none and leaves
// them behind, owned by the server's user, so that the application can no longer write. Through this VFS a
// -wal is only ever opened for reading, and with `private_index` the wal-index lives in this connection's
// memory instead of a -shm file. That is right only while nobody else writes ("at rest"): the caller holds
// SQLite's SHARED lock as always and watches the files for change. Nothing above SHARED is ever locked, no
// mmap.
#pragma once

namespace pgsqlite::sqlite {

/// Registered names; null when registration failed (out of memory).
struct ReaderVfs {
    const char* shared_index;   ///< side files exist: SQLite's own -shm is used
    const char* private_index;  ///< at rest: the wal-index is private
};
const ReaderVfs& GetReaderVfs() noexcept;

}  // namespace pgsqlite::sqlite
