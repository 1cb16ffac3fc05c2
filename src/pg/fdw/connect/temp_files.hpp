// SQLite's temporary files are PostgreSQL's: in its directory of temporary files, where a crash leaves none,
// counted against temp_file_limit, told by log_temp_files and in pg_stat_database.
#pragma once

namespace pgsqlite::pg::fdw {

/// From now on in this process.
void InitTempFiles();

}  // namespace pgsqlite::pg::fdw
