// IMPORT FOREIGN SCHEMA: foreign tables for all of a database. `types 'declared'` is quick and never wrong;
// `types 'stored'` reads every row and gives tables that read to the end.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

/// List of CREATE FOREIGN TABLE commands. Tables that SQLite can't read are skipped with a WARNING.
List* ImportForeignSchema(ImportForeignSchemaStmt* statement, Oid server_oid);

}  // namespace pgsqlite::pg::fdw
