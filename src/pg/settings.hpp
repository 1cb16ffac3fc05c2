// Settings (GUCs) under pg_sqlite.*; documented in docs/reference/settings.md.
#pragma once

#include <cstdint>

namespace pgsqlite::pg {

/// pg_sqlite.allowed_directories: comma-separated directories that database files must lie in; empty allows
/// all.
extern char* allowed_directories;

/// pg_sqlite.bulk_insert: INSERT … SELECT from our scans writes many rows at a time.
extern bool bulk_insert;

/// pg_sqlite.parallel_insert: parallel workers read what INSERT … SELECT writes.
extern bool parallel_insert;

/// pg_sqlite.read_pages: whole tables are read from the file's pages where that is possible.
extern bool read_pages;

/// pg_sqlite.max_copy_size in bytes: how large a copy of a database may be that a migration, a backup or a
/// restoration makes; negative: as large as there is room.
std::int64_t MaxCopyBytes() noexcept;

/// pg_sqlite.progress: load and migrate say by NOTICEs how far they are.
extern bool progress;

/// pg_sqlite.max_workers_per_job: background workers that one job may have, whatever its spec asks for.
extern int max_workers_per_job;

void DefineSettings();

}  // namespace pgsqlite::pg
