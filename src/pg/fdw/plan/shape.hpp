// Shape: what a foreign column's cells are to SQLite, so far as its catalog proves it. Pushdown asks here
// which comparisons mean the same on both sides; a guess about the data never counts.
#pragma once

#include "core/schema/checked_classes.hpp"
#include "core/sqlite/catalog.hpp"
#include "pg/fdw/column/column.hpp"

namespace pgsqlite::pg::fdw {

/// How a PostgreSQL value and the SQLite cell it comes from correspond.
enum class Form : uint8 {
    kNone,     ///< not comparable in SQLite
    kInteger,  ///< the cell's integer is the value
    kReal,     ///< the cell's number is the value
    kText,     ///< the cell's bytes are the value
    kBytes,    ///< a blob
    kBoolean,  ///< 1 and 0; words too unless pure
    kDecimal,  ///< a number that reads as the numeric, or its digits as text
    kMoment,   ///< a date or timestamp in SQLite's text formats
};

struct ColumnShape {
    Form form;
    bool pure;           ///< no cell should be of another class than the form's (or NULL)
    bool sure;           ///< no cell can be refused, whatever bytes a file holds: the rowid
    bool not_null;       ///< declared so, or the rowid
    bool null_is_null;   ///< the value is NULL exactly where the cell is
    bool is_rowid;       ///< the rowid by another name
    bool binary;         ///< SQLite compares its text bytewise by default
    bool integral_only;  ///< kReal, kDecimal: affinity NUMERIC may have stored integers
    int64 least, most;   ///< kInteger: the PostgreSQL type's range
    int32 max_chars;     ///< kText: limit of the PostgreSQL type; 0 without
};

/// @param column SQLite's; null for the rowid under its own name
/// @param classes what the table's CHECKs prove of the column's cells
/// @param stored the source is a table whose columns apply their affinity (no view, query or virtual table)
ColumnShape ShapeOf(const sqlite::Table* table, const sqlite::Column* column, schema::ClassSet classes,
                    bool is_rowid, bool stored, Oid type, int32 typmod, const ColumnOptions& options);

}  // namespace pgsqlite::pg::fdw
