// Pinned sources: a job reads one state of each file from its first row to its last. By default that is a
// private copy. With read_from live it is a snapshot held over commits (fdw/redirect.hpp) and a fingerprint
// of the file.
//
// Copies lie where PostgreSQL itself takes them away, and where neither pg_basebackup nor pg_checksums looks
// at them: all names begin as those of temporary files do. What a resumed job finds again is in the directory
// of its database, pgsql_tmp_pg_sqlite/<job>/<server>.db, and goes with it by DROP DATABASE. A job that does
// all or nothing keeps its copies in base/pgsql_tmp, from where they go when its session ends, or when the
// server starts again. What 0.1.0 has left in the data directory's pg_sqlite/<database>/<job> is found there.
#pragma once

#include "pg/fdw/connect/copy_database.hpp"

namespace pgsqlite::pg::jobs {

/// Copies the server's snapshot for the job and redirects the server's scans to the copy. Inside of a
/// transaction, whose own snapshot is the one where it has read the server. Raises as Pin::Acquire and
/// CopyDatabase do.
/// @param resumable whether the copy outlives the session and a crash, for sqlite.resume
/// @return size of the copy in bytes
int64 PinServer(int64 job, Oid server, bool resumable, const fdw::CopyProgress& progress = {});

/// Redirects the server to the job's complete copy of it. False where there is none. Inside or outside of a
/// transaction; in background workers of the job, too.
bool ReusePinned(int64 job, Oid server);

/// Deletes the job's copies, also unfinished ones. Connections that have them open keep reading. A file that
/// can't be deleted gives a WARNING.
void RemoveCopies(int64 job);

/// The jobs of this database that have copies for a resumption, int64 *, palloc'd.
List* JobsWithCopies();
/// Bytes of the copies that a job has for its resumption.
int64 BytesOfCopies(int64 job);

/// Fingerprint of the live file in the snapshot that this transaction has of the server (the held one, where
/// one is held). Palloc'd. Raises as Pin::Acquire does.
char* FingerprintOf(Oid server);
/// Null when both are the same, else what is not, such as "the file's size"; as it fits a message.
const char* FingerprintChange(const char* before, const char* now);

}  // namespace pgsqlite::pg::jobs
