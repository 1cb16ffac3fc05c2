// The module: magic block, settings, callbacks.
#include "core/base/cancel.hpp"
#include "core/sqlite/checkpoint.hpp"
#include "core/sqlite/library.hpp"
#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/connect/temp_files.hpp"
#include "pg/interrupt.hpp"
#include "pg/jobs/sources/copies_at_commit.hpp"
#include "pg/load/bulk_insert.hpp"
#include "pg/memory_fault.hpp"
#include "pg/seam.hpp"
#include "pg/settings.hpp"

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);
}

void _PG_init(void) {
    pgsqlite::pg::Guard([] { pgsqlite::sqlite::RequireLoadedSqlite(); });
    // Before the settings, which initialize SQLite. Where another library has done so, texts are looked at
    // all the same before SQLite sees them.
    pgsqlite::cancel_asked = &pgsqlite::pg::CancelPending;
    pgsqlite::sqlite::InstallCheckpoints(&pgsqlite::pg::CancelPending);
    pgsqlite::pg::WatchMemory();
    pgsqlite::pg::DefineSettings();
    pgsqlite::pg::fdw::InitConnections();
    pgsqlite::pg::fdw::InitTempFiles();
    pgsqlite::pg::jobs::InitCopiesAtCommit();
    pgsqlite::pg::load::InitBulkInsert();
}
