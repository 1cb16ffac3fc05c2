// Redirects: what a job makes of the servers it reads, in this session alone and until StopRedirects(). All
// scans and functions follow, and so do their parallel workers. Commits and aborts leave redirects as they
// are.
#pragma once

#include "core/sqlite/snapshot.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

/// From now on the server's connections open that file: a private copy that nobody writes, so neither
/// pg_sqlite.allowed_directories nor the owner's rights are looked at. What reads the server at this moment
/// goes on with what it has. Inside or outside of a transaction. Raises 58P01 when there is no such file.
void ReadInstead(Oid server, const char* path);

/// Begins a snapshot of the server (or takes that of this transaction) and keeps it, over commits and aborts,
/// until StopRedirects(). Inside of a transaction. Raises as Pin::Acquire does.
void HoldSnapshot(Oid server);
/// The snapshot that HoldSnapshot keeps, for the job's workers. Raises 55000 when none is held.
sqlite::Snapshot HeldSnapshot(Oid server);

/// In a worker of a job: everything reads the snapshot that the leader holds. Nothing is locked here; so the
/// worker must know that its leader still held the snapshot when it commits. Inside or outside of a
/// transaction.
void FollowSnapshot(Oid server, const sqlite::Snapshot& leader);

/// Ends all of these. Connections that they concern are closed at once, or when their use ends.
void StopRedirects() noexcept;

/// What a connection that is to be opened goes by; plain data that can lie in shared memory.
struct Redirect {
    Oid server;
    bool follows;             ///< `leader` holds the snapshot, and the locks
    sqlite::Snapshot leader;  ///< where it follows
    char path[MAXPGPATH];     ///< of a private copy; empty: the server's own file
};
/// For connection.cpp. Null without one.
const Redirect* FindRedirect(Oid server) noexcept;

}  // namespace pgsqlite::pg::fdw
