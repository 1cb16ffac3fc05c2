// Access: who may read which file of the server. Checked when a path is set and again when the file is
// opened, because roles and symbolic links change in between.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

/// Raises 42501 unless `role` may read server files (superuser or member of pg_read_server_files).
void CheckMaySetPath(Oid role, const char* option);

/// Resolves the path of a server's database, checks it against pg_sqlite.allowed_directories and returns the
/// resolved path, palloc'd. Raises as ResolveDatabasePath, and 42501.
/// @param owner the server's owner, who must (still) have the right to read server files
char* ResolvePathFor(const char* path, Oid owner, const char* server_name);

/// Raise 42501 unless the current user may read, or write, files of the server. @param doing reads as in
/// "permission denied to <doing>"
void CheckMayReadFiles(const char* doing);
void CheckMayWriteFiles(const char* doing);

/// Whether a role may write files of the server (superuser or member of pg_write_server_files).
bool MayWriteServerFiles(Oid role);

/// Resolves the path of a file that is to be read, checks it against pg_sqlite.allowed_directories, and
/// returns it palloc'd. Raises as ResolveDatabasePath, and 42501.
char* ResolveAllowedFile(const char* path);
/// The same for a file that is to be made. Raises 22023, 58P01, 42501.
char* ResolveAllowedNewFile(const char* path);

/// Whether a server belongs to this foreign-data wrapper.
bool IsSqlite(const ForeignServer* server);
/// Raises 42809 for a server of another foreign-data wrapper, whose options mean something else.
void CheckIsSqlite(const ForeignServer* server);

/// Raises 42501 unless the current user has USAGE on the server.
void CheckServerUsage(Oid server, const char* server_name);

}  // namespace pgsqlite::pg::fdw
