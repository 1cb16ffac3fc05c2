// Foreign tables: the CREATE FOREIGN TABLE text for one SQLite table, and what a user must be told about it.
// Pure text, so that every odd name and default is testable without a server.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/schema/declared_type.hpp"
#include "core/schema/names.hpp"
#include "core/sqlite/catalog.hpp"

namespace pgsqlite::schema {

/// PostgreSQL's MaxHeapAttributeNumber.
inline constexpr std::size_t kMaxColumns = 1600;

/// What of a table is imported, and how its names are folded.
struct ImportChoices {
    FoldCase fold = FoldCase::kLower;
    bool import_default = false;
    bool import_not_null = true;
    bool import_generated = true;
    bool import_rowid = false;
};
struct ImportOptions : ImportChoices {
    std::string server;
};

/// One column of the foreign table to be.
struct ImportColumn {
    std::string source_name;  ///< column_name: SQLite's name, or rowid
    Renamed name;             ///< PostgreSQL's
    std::string declared_type;
    MappedType type;
    bool key = false;
    bool declared_not_null = false;
    bool proved_not_null = false;  ///< every row was read
    bool rowid = false;            ///< the rowid itself: import_rowid, or INTEGER PRIMARY KEY
    std::optional<std::string> default_sql;
};

/// The columns that are imported, named but not yet typed beyond their declaration: hidden ones are left out,
/// generated ones on request; the rowid goes first when asked for.
std::vector<ImportColumn> ImportColumns(const sqlite::Table& table, const ImportOptions& options,
                                        bool naive_as_timestamptz);

/// The SELECT list of the columns, "r."-qualified: SELECT r."a", r."b" FROM main."t" AS r.
std::string SelectColumns(const sqlite::Table& table, const std::vector<ImportColumn>& columns);

/// The CREATE FOREIGN TABLE statement, its table unqualified as IMPORT FOREIGN SCHEMA wants it.
/// @param[out] notices defaults that could not be taken over
std::string CreateForeignTable(const sqlite::Table& table, const std::string& name,
                               const std::vector<ImportColumn>& columns, const ImportOptions& options,
                               std::vector<std::string>& notices);

}  // namespace pgsqlite::schema
