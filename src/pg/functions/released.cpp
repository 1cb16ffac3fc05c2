// C functions that only install scripts of earlier versions name. They stay in the library for good: CREATE
// FUNCTION looks for its symbol, and CREATE EXTENSION VERSION, a restored dump and pg_upgrade run the
// statements of the version that they have.
#include "pg/seam.hpp"

#define PG_SQLITE_RELEASED(name)             \
    PG_SQLITE_LASTING_FUNCTION(name) {       \
        ::pgsqlite::pg::RaiseOtherVersion(); \
    }

// 0.1.0: version() was one text.
PG_SQLITE_RELEASED(pg_sqlite_version)
