// Queries on PostgreSQL's catalogs. A schema that stands in front of pg_catalog in the caller's search_path
// may hold an operator for just these types, whose function would run with the caller's rights.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg {

/// SPI_execute with no schema in sight but pg_catalog; what else is meant must be named with its schema.
inline int ExecuteOnCatalogs(const char* sql, bool read_only, long limit) {
    const int level = NewGUCNestLevel();
    set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
                      0, false);
    const int code = SPI_execute(sql, read_only, limit);
    AtEOXact_GUC(true, level);
    return code;
}

}  // namespace pgsqlite::pg
