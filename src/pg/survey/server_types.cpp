#include "pg/survey/server_types.hpp"

#include "pg/catalog_query.hpp"
#include "pg/pg.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace pgsqlite::pg {
namespace {

/// With pg_catalog alone in sight, format_type names every other schema.
constexpr const char* kGeometry =
    "SELECT format_type(t.oid, NULL)"
    " FROM pg_type AS t"
    " JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'"
    " JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass"
    " WHERE e.extname = 'postgis' AND t.typname = 'geometry'";

}  // namespace

const char* FindGeometryType() {
    MemoryContext caller = CurrentMemoryContext;
    const char* name = "";
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "could not connect to SPI");
    if (ExecuteOnCatalogs(kGeometry, true, 1) == SPI_OK_SELECT && SPI_processed == 1) {
        const char* found = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
        MemoryContext inner = MemoryContextSwitchTo(caller);
        name = ToUtf8(pstrdup(found));
        MemoryContextSwitchTo(inner);
    }
    SPI_finish();
    return name;
}

}  // namespace pgsqlite::pg
