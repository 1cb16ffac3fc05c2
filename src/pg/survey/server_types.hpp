// Types of extensions that suggestions may use, where the server has them.
#pragma once

namespace pgsqlite::pg {

/// PostGIS's geometry with its schema, as SQL names it, in UTF-8 and the current memory context; "" where the
/// extension is not in this database. Runs a query on the catalogs.
const char* FindGeometryType();

}  // namespace pgsqlite::pg
