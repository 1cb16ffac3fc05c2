// The module: magic block, settings, callbacks.
#include "core/sqlite/library.hpp"
#include "pg/fdw/connection.hpp"
#include "pg/fdw/temp_files.hpp"
#include "pg/load/bulk_insert.hpp"
#include "pg/seam.hpp"
#include "pg/settings.hpp"

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);
}

void _PG_init(void) {
    pgsqlite::pg::Guard([] { pgsqlite::sqlite::RequireLoadedSqlite(); });
    pgsqlite::pg::DefineSettings();
    pgsqlite::pg::fdw::InitConnections();
    pgsqlite::pg::fdw::InitTempFiles();
    pgsqlite::pg::load::InitBulkInsert();
}
