// Catalog: what a database says of itself, read through sqlite_schema and the pragmas, as plain structures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/sqlite/database.hpp"

namespace pgsqlite::sqlite {

enum class TableKind : std::uint8_t { kTable, kView, kVirtual, kShadow };

struct Column {
    std::string name;
    std::string declared_type;  ///< as written; empty when there is none
    bool not_null = false;
    std::optional<std::string> default_sql;  ///< the expression's text as SQLite keeps it
    int primary_key_position = 0;            ///< from 1; 0 when not part of it
    enum class Hidden : std::uint8_t { kNo = 0, kHidden = 1, kGeneratedVirtual = 2, kGeneratedStored = 3 };
    Hidden hidden = Hidden::kNo;  ///< table_xinfo's numbers
    std::string collation;        ///< BINARY, NOCASE, RTRIM or an application's own; empty for views
    bool is_generated() const noexcept { return hidden >= Hidden::kGeneratedVirtual; }
};

struct IndexColumn {
    int column = -1;   ///< ordinal in Table::columns; -1 the rowid; -2 an expression
    std::string name;  ///< empty for an expression or the rowid
    bool descending = false;
    std::string collation;
};

struct Index {
    std::string name;
    bool unique = false;
    bool partial = false;
    enum class Origin : std::uint8_t { kCreateIndex, kUnique, kPrimaryKey };
    Origin origin = Origin::kCreateIndex;
    std::vector<IndexColumn> columns;  ///< key columns only
    std::string sql;                   ///< CREATE INDEX text; empty for automatic ones
    bool has_expression() const noexcept;
};

struct ForeignKey {
    int id = 0;
    std::string parent_table;  ///< in the parent's own spelling where it exists, as are its columns
    std::vector<std::string> columns;
    std::vector<std::string> parent_columns;  ///< implicit ones resolved to the parent's primary key
    bool parent_columns_implicit = false;
    bool parent_exists = true;                ///< as a table: views and virtual tables can't be referenced
    std::string on_update, on_delete, match;  ///< as the pragma gives them: "NO ACTION", "CASCADE", …
};

struct Trigger {
    std::string name;
    std::string table;
    std::string sql;
};

struct Table {
    std::string name;
    TableKind kind = TableKind::kTable;
    bool without_rowid = false;
    bool strict = false;
    std::string sql;                       ///< CREATE statement; empty for eponymous tables
    std::vector<Column> columns;           ///< hidden ones included, in SQLite's order
    std::vector<Index> indexes;            ///< in the order they were made
    std::vector<ForeignKey> foreign_keys;  ///< in the order of declaration
    std::string module;                    ///< kVirtual: fts5, rtree, …
    std::optional<std::string>
        unreadable;  ///< why SQLite can't read it (no such module, …); columns may be empty

    bool primary_key_index = false;  ///< the primary key has an index of its own, so it is no rowid alias
    bool autoincrement = false;

    /// The INTEGER PRIMARY KEY column's ordinal, which is the rowid itself; -1 without one. "INTEGER PRIMARY
    /// KEY DESC" is none (a quirk SQLite keeps), as is any other spelling of the type.
    int rowid_alias() const noexcept;
    /// A name that means the rowid here: rowid, _rowid_ or oid, whichever no column shadows; empty when there
    /// is none (views, virtual tables, WITHOUT ROWID, all three shadowed).
    std::string rowid_name() const;
    std::vector<int> primary_key() const;  ///< ordinals in key order
    /// What goes behind its name and alias in FROM, so that the table itself is read and none of its indexes,
    /// which may lie in a damaged file: " NOT INDEXED", or the key of rows without rowid, which is their
    /// table (where the catalog has read the indexes). Empty for views and virtual tables.
    std::string without_indexes() const;
};

struct CatalogOptions {
    bool indexes = true;
    bool foreign_keys = true;
    bool probe_readable = false;  ///< prepare a SELECT per table, so that `unreadable` is filled
};

class Catalog {
  public:
    /// Each Read… takes one snapshot for itself unless a read transaction is open. @throws Error (locked,
    /// interrupted, a schema SQLite can't parse, I/O).

    /// All tables, views and virtual tables of schema main, sqlite_% left out, in the order they were made.
    /// A single table whose pragmas fail is kept, with `unreadable` set; a schema that can't be parsed
    /// throws.
    static std::vector<Table> ReadTables(Database& db, const CatalogOptions& options = {});
    /// One table or view, its name compared as SQLite does (ASCII case-blind); nullopt when there is none.
    static std::optional<Table> ReadTable(Database& db, std::string_view name,
                                          const CatalogOptions& options = {});
    static std::vector<Trigger> ReadTriggers(Database& db);
    /// sqlite_sequence: the highest rowid an AUTOINCREMENT table ever had; nullopt without a row.
    static std::optional<std::int64_t> ReadSequence(Database& db, std::string_view table);
};

}  // namespace pgsqlite::sqlite
