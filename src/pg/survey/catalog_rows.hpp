// Rows of the catalogs, as what reads a survey's targets has them.
#pragma once

#include "pg/catalog_query.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg {

/// A query on the catalogs, as they are now: in older minor versions (16.2) a procedure that a function
/// calls runs in the snapshot of the statement that called the function. Definitions name tables with their
/// schemas.
inline void SelectCatalog(const char* sql) {
    const int rc = ExecuteOnCatalogs(sql, false, 0);
    if (rc != SPI_OK_SELECT) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
}

/// A value of the last query's rows; NULL is empty.
inline const char* CatalogText(uint64 row, int column) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
    return text == nullptr ? "" : ToUtf8(text);
}
inline bool CatalogFlag(uint64 row, int column) {
    return CatalogText(row, column)[0] == 't';
}
inline Oid CatalogOid(uint64 row, int column) {
    return static_cast<Oid>(std::strtoul(CatalogText(row, column), nullptr, 10));
}

/// The relation that the first two columns of a row name.
inline plan::ExistingRelation* RelationAt(Survey* survey, uint64 row) {
    const char* schema = CatalogText(row, 1);
    const char* name = CatalogText(row, 2);
    return Guard([&] { return const_cast<plan::ExistingRelation*>(survey->existing.Find(schema, name)); });
}

/// Keys, sequences and references of the relations of these schemas ('a', 'b').
void ReadKeysOfExisting(Survey* survey, const char* schemas);

/// What runs, or decides, when rows come into them: triggers, row security.
/// @param path see PathSchemas
void ReadCodeOfExisting(Survey* survey, const char* schemas, const char* path);

/// OIDs of the schemas of the search_path that functions of triggers will run under: "0, 11, 2200".
const char* PathSchemas();

}  // namespace pgsqlite::pg
