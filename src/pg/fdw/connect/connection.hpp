// Connections: one SQLite connection a server and session, kept between statements. Each holds at most one
// read transaction, which is the snapshot: for the PostgreSQL transaction, or for one statement.
#pragma once

#include "core/sqlite/database.hpp"
#include "pg/fdw/connect/options.hpp"

namespace pgsqlite::pg::fdw {

class Connection;
struct Redirect;

/// A use of a connection by one scan or function. Lives in a memory context, so that an error ends the use.
class Pin {
  public:
    /// Pins the server's connection, opened where need be, in its snapshot. The pin is released when
    /// `context` goes, or by Release(). Raises as Database::Open and BeginRead do, and 42501.
    static Pin* Acquire(MemoryContext context, Oid server_oid);

    /// In a parallel worker: pins a connection that reads the leader's snapshot. Raises 40001 where it can't,
    /// and as Acquire does.
    static Pin* Follow(MemoryContext context, const Redirect& leader);
    /// What parallel workers go by to read what this pin reads. Raises 58030.
    void Lead(Redirect* leader) const;

    sqlite::Database* database() const noexcept;
    const char* server_name() const noexcept;
    /// Rows are read by a statement: where the transaction writes later, it must be to the file as it is now.
    void NoteRows() const noexcept;
    /// Before rows are trusted: raises 40001 when a file without locks changed meanwhile.
    void VerifyUnchanged() const;
    void Release() noexcept;
    /// Releases it, and ends the snapshot now where this pin began it, so that the file is not locked for the
    /// rest of the transaction.
    void ReleaseSnapshot() noexcept;

    ~Pin() noexcept { Release(); }

  private:
    Connection* connection_ = nullptr;
    bool began_snapshot_ = false;
};

/// What sqlite.connections() shows.
struct ConnectionInfo {
    Oid server;
    const char* path;
    const char* mode;  ///< how the file is read: "locked", "at rest", "immutable", "writable"
    bool valid;        ///< false: closed at the end of the transaction
    bool in_use;
    TimestampTz snapshot_since;  ///< 0 without a snapshot
    bool writes;                 ///< its transaction holds SQLite's lock of the one that writes
};
/// Calls back for each connection of this session.
void ForEachConnection(void (*callback)(const ConnectionInfo& info, void* context), void* context);

/// Closes a server's connection, all with InvalidOid. False when there was none to close; one in use is left
/// open, with a WARNING.
bool Disconnect(Oid server_oid);

/// Keeps the read transaction of a connection until LetGo, over commits and aborts.
void Hold(Oid server_oid);
/// The database of the connection that is held; null without.
sqlite::Database* HeldDatabase(Oid server_oid) noexcept;
/// Closes a server's connections, those that are held too; in use, they go when their use ends, and nobody
/// else uses them. InvalidOid: all that are held or redirected. The state that a transaction block has read
/// is put aside instead, and there again after LetGo(InvalidOid).
void LetGo(Oid server_oid) noexcept;

/// Rolls back what a writer that died has left beside a server's file that is open, which only one who may
/// write can do: the caller has looked whether it may. No effect where the session is reading the file.
/// @return whether there was something, and it is rolled back
bool RollBackHotJournal(Oid server_oid);

/// @throws 55000 where this transaction has written to the server: what is looked at for a migration is
/// committed
void RequireCommitted(const Pin* pin);

/// Makes the server's connection one whose transaction writes, once a hot journal is rolled back, with
/// savepoints for the subtransactions that are open. It lasts until the transaction ends, which commits or
/// rolls back in SQLite too. Statements of SQLite's that run on it end; their scans have read the rest of
/// their rows (open_scans.hpp). Raises as Database::Open and BeginWrite do, 42501 where the server's owner
/// may not read server files, 55000 amid a job that reads the server.
void BeginWriting(Oid server_oid);
/// Before each row: the same, and all scans that are open on the server have read theirs. Gives the database.
sqlite::Database* DatabaseToWrite(Oid server_oid);

/// Registers transaction and invalidation callbacks.
void InitConnections();

}  // namespace pgsqlite::pg::fdw
