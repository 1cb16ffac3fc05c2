// Access VFS: SQLite's own unix VFS with two habits removed, for connections that must leave no trace.
//
// A stock read-only connection to a WAL database makes -wal and -shm files when there are none and leaves
// them behind, owned by the server's user, so that the application can no longer write. Through this VFS a
// -wal is only ever opened for reading, and with `private_index` the wal-index lives in this connection's
// memory instead of a -shm file. That is right only while nobody else writes ("at rest"): the caller holds
// SQLite's SHARED lock as always and watches the files for change. Nothing above SHARED is ever locked, no
// mmap.
//
// A third form serves parallel workers, which read a leader's snapshot under the leader's locks
// (snapshot.hpp): nothing is locked at all, and the -wal ends where the leader's does.
//
// A fourth form writes: it locks, makes side files and deletes them as any application does that uses SQLite.
// Its files pass the same gate (file_gate.hpp).
#pragma once

struct sqlite3_file;

namespace pgsqlite::sqlite {

/// Registered names; null when registration failed (out of memory).
struct AccessVfs {
    const char* shared_index;   ///< side files exist: SQLite's own -shm is used
    const char* private_index;  ///< at rest: the wal-index is private
    const char* follower;  ///< of a leader: no locks, a private wal-index that ends where the leader's does
    const char* writer;
};
const AccessVfs& GetAccessVfs() noexcept;

/// URI parameters of a follower's database: how many bytes of its -wal there are, and, where a wal-index is
/// shared, the header to read it by (48 bytes in lower-case hexadecimal).
inline constexpr char kWalBytesParameter[] = "pg_sqlite_wal_bytes";
inline constexpr char kIndexHeaderParameter[] = "pg_sqlite_wal_index_header";

/// What a connection's read transaction sees of the -wal.
struct WalView {
    int read_lock;                ///< number of the read mark; -1: no WAL is being read
    const unsigned char* header;  ///< 48 bytes: the wal-index header when it was locked
};
/// @param file a database file that one of these VFS opened
WalView WalViewOf(sqlite3_file* file) noexcept;

}  // namespace pgsqlite::sqlite
