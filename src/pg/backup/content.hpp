// What a copy of a database holds, read through SQLite, cancellable.
#pragma once

#include "core/backup/manifest.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::backup {

/// @param path of a database that nobody writes. Raises as Database::Open and BeginRead do.
void ReadContentOf(const char* path, pgsqlite::backup::Content* content);

}  // namespace pgsqlite::pg::backup
