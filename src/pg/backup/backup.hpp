// Backups: a consistent copy of a server's file, with a manifest that says what it holds, and the way back.
#pragma once

#include "pg/fdw/connect/copy_database.hpp"

namespace pgsqlite::pg::backup {

/// Backs up a server's file into a directory: the database (compressed by gzip where asked), and beside it
/// the manifest as a .json file. Both survive a crash when this returns; a failure leaves nothing behind. A
/// damaged database is backed up as it is, with a WARNING. The snapshot is that of this transaction where it
/// has read the server; else it ends as soon as the copy is made.
///
/// Raises 42501 (no USAGE on the server, no privileges of pg_write_server_files, a directory that is not
/// allowed), 22023 and 58P01 (directory), 53100, 25006, 58030, and as Pin::Acquire and FileCopy do.
/// @return the manifest, a jsonb
Datum BackupServer(Oid server, const char* directory, bool compress, const fdw::CopyProgress& progress = {});

/// Raises what BackupServer would raise for the directory, and makes nothing.
void CheckDirectory(const char* directory);

}  // namespace pgsqlite::pg::backup
