// Relation: what a foreign table stands for in SQLite: a table or a query, its columns, and how a row of it
// is told from the others. Shared by planning, scanning and import.
#pragma once

#include "core/sqlite/catalog.hpp"
#include "core/sqlite/statement_size.hpp"
#include "pg/fdw/column/column.hpp"
#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/plan/shape.hpp"

namespace pgsqlite::pg::fdw {

struct SourceColumn {
    const char* name;  ///< SQLite's; null for a dropped attribute
    const char* attribute;
    Oid type;
    int32 typmod;
    Oid collation;
    ColumnOptions options;
};

struct SourceRelation {
    Oid relid;
    Oid server_oid;
    const char* server_name;
    const char* qualified_name;  ///< foreign table, as psql would write it
    ServerOptions server;
    TableOptions table;
    int attribute_count;
    SourceColumn* columns;  ///< by attribute number - 1
    const char* source_name() const noexcept { return table.table; }
};

/// Reads the catalogs of PostgreSQL only. Everything lies in the current memory context.
/// @param attributes the numbers of those whose columns are wanted; NIL: all
SourceRelation* ReadSourceRelation(Oid relid, const List* attributes = NIL);

/// How rows are named in messages: by rowid, by key, or by their number.
enum class Locator : int { kRowNumber = 0, kRowid = 1, kKey = 2 };

/// An index of SQLite's, by the attributes that its columns are; for costs alone.
struct IndexFacts {
    int column_count;
    AttrNumber* columns;  ///< 0: an expression, or a column that the foreign table hasn't
    bool unique;
};

/// Set while a statement of a job or a comparison is planned: what it reads are the tables of SQLite
/// themselves. An index can lack rows in a damaged file, which nobody would notice, and no index or
/// constraint of SQLite's is believed.
extern bool reads_tables_alone;

/// Runs code with it set, whatever happens.
template <class Code>
void ReadingTablesAlone(Code&& code) {
    const bool outer = reads_tables_alone;
    PG_TRY();
    {
        reads_tables_alone = true;
        code();
    }
    PG_FINALLY();
    { reads_tables_alone = outer; }
    PG_END_TRY();
}

/// What SQLite knows of the source: asked once while planning.
struct SourceFacts {
    char* query;          ///< option query without what follows the statement; null for a table
    const char* access;   ///< what SQLite is told of indexes, behind the table's alias; empty for nothing
    char rowid_name[16];  ///< a name that means the rowid; empty when rows have none
    List* key_columns;    ///< String nodes: the primary key's, where rows have no rowid
    double rows;          ///< estimate
    bool shareable;       ///< parallel workers can read it: rows have rowids, the path leads to the open file
    bool utf8;            ///< the file's text encoding
    bool known;           ///< false: see UnknownFacts
    bool stored;  ///< a table of SQLite's: nothing of the schema's is put into a statement that reads it
    sqlite::StatementLimits limits;
    ColumnShape* shapes;  ///< by attribute number - 1
    IndexFacts* indexes;
    int index_count;
};

/// Whether SQLite prepares a statement. What a view or a query of the user's adds to it can't be measured.
/// Raises what is not the statement's fault (a cancel, no memory).
bool TakesStatement(Pin* pin, const char* sql);

/// Facts of a source that can't be looked at now: nothing goes to SQLite but the names of the columns.
SourceFacts* UnknownFacts(const SourceRelation& relation);

/// Raises HV00R when the table does not exist, and what Statement::PrepareUserQuery raises for option query.
SourceFacts* ReadSourceFacts(const SourceRelation& relation, Pin* pin);

/// The statement that reads the wanted attributes, and how its rows are located.
struct ScanQuery {
    char* sql;         ///< in the server's encoding
    List* attributes;  ///< attribute numbers, in the order of the result columns
    Locator locator;
    List* locator_columns;  ///< String nodes: the result columns behind the attributes
};

/// What a scan's statement has beside its columns; null for what it hasn't.
struct ScanClauses {
    const char* where = nullptr;
    const char* order_by = nullptr;
    double limit = -1;  ///< rows; negative for all
    /// For a parallel scan: of the rowids between two parameters behind all others (chunk_source.hpp).
    bool chunked = false;
    bool rowid = false;  ///< wanted even where no column is
};

/// Builds it. The source's alias is r.
ScanQuery BuildScanQuery(const SourceRelation& relation, const SourceFacts& facts,
                         const Bitmapset* attributes, const ScanClauses& clauses = {});

/// alias."column", palloc'd.
const char* ColumnSql(const SourceRelation& relation, const char* alias, AttrNumber attribute);

/// FROM's item: main."table", or the query in parentheses, under that alias.
void AppendSource(StringInfo sql, const SourceRelation& relation, const SourceFacts& facts,
                  const char* alias);

/// Appends an identifier quoted for SQLite.
void AppendSqliteIdentifier(StringInfo sql, const char* name);

}  // namespace pgsqlite::pg::fdw
