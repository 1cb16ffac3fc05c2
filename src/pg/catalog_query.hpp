// Queries on PostgreSQL's catalogs. A schema that stands in front of pg_catalog in the caller's search_path
// may hold an operator for just these types, whose function would run with the caller's rights.
#pragma once

#include "pg/seam.hpp"

extern "C" {
#include "catalog/namespace.h"
}

namespace pgsqlite::pg {

/// Makes names without a schema PostgreSQL's own, until AtEOXact_GUC(true, level). No code is generated
/// there: a query that is run once takes longer to compile than to run, where the planner guesses at rows of
/// recursion and of functions. @return the level
inline int UseCatalogNames() {
    const int level = NewGUCNestLevel();
    (void)set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                            true, 0, false);
    return level;
}

/// Runs code with no schema in sight but pg_catalog and that of temporary objects, unless `by_path`: then as
/// it is. Triggers and functions of somebody's must not be among what it runs: they may need theirs.
template <class Code>
void WithOwnNames(bool by_path, Code&& code) {
    if (by_path) return code();
    const int level = NewGUCNestLevel();
    (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                            true, 0, false);
    code();
    AtEOXact_GUC(true, level);
}

/// Until the transaction, or the subtransaction at hand, ends: names without a schema are pg_catalog's first,
/// then what the caller's search_path makes of them, and last what `last` does (or null).
inline void LookIntoCatalogFirst(const char* last) {
    const bool empty = namespace_search_path[0] == '\0';
    const char* path = psprintf("pg_catalog%s%s%s%s", empty ? "" : ", ", namespace_search_path,
                                last != nullptr ? ", " : "", last != nullptr ? last : "");
    (void)set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                            false);
}

/// SPI_execute with no schema in sight but pg_catalog; what else is meant must be named with its schema.
inline int ExecuteOnCatalogs(const char* sql, bool read_only, long limit) {
    const int level = UseCatalogNames();
    const int code = SPI_execute(sql, read_only, limit);
    AtEOXact_GUC(true, level);
    return code;
}

}  // namespace pgsqlite::pg
