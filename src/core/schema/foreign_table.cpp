#include "core/schema/foreign_table.hpp"

#include "core/schema/constant_default.hpp"

namespace pgsqlite::schema {
namespace {

std::string Option(const std::string& name, const std::string& value) {
    return name + " " + QuotePgLiteral(value);
}

}  // namespace

std::vector<ImportColumn> ImportColumns(const sqlite::Table& table, const ImportOptions& options,
                                        bool naive_as_timestamptz) {
    std::vector<ImportColumn> columns;
    NameAllocator names(options.fold, true);
    const int alias = table.rowid_alias();
    if (options.import_rowid && alias < 0 && !table.rowid_name().empty()) {
        ImportColumn rowid;
        rowid.source_name = table.rowid_name();
        rowid.name = names.Take(rowid.source_name);
        rowid.declared_type = "INTEGER";
        rowid.type = PlainType(value::Kind::kInt8);
        rowid.rowid = true;
        columns.push_back(std::move(rowid));
    }
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const sqlite::Column& source = table.columns[i];
        if (source.hidden == sqlite::Column::Hidden::kHidden) continue;
        if (source.is_generated() && !options.import_generated) continue;
        ImportColumn column;
        column.source_name = source.name;
        column.name = names.Take(source.name);
        column.declared_type = source.declared_type;
        column.type = MapDeclaredType(source.declared_type, naive_as_timestamptz);
        column.key = source.primary_key_position > 0;
        column.declared_not_null = source.not_null;
        column.default_sql = source.default_sql;
        column.rowid = static_cast<int>(i) == alias;
        columns.push_back(std::move(column));
    }
    return columns;
}

std::string SelectColumns(const sqlite::Table& table, const std::vector<ImportColumn>& columns) {
    std::string sql = "SELECT ";
    for (const ImportColumn& column : columns) {
        if (&column != &columns.front()) sql += ", ";
        sql += "r." + sqlite::QuoteIdentifier(column.source_name);
    }
    if (columns.empty()) sql += "NULL";
    return sql + " FROM main." + sqlite::QuoteIdentifier(table.name) + " AS r" + table.without_indexes();
}

std::string CreateForeignTable(const sqlite::Table& table, const std::string& name,
                               const std::vector<ImportColumn>& columns, const ImportOptions& options,
                               std::vector<std::string>& notices) {
    std::string sql = "CREATE FOREIGN TABLE " + QuotePgIdentifier(name) + " (";
    for (const ImportColumn& column : columns) {
        sql += &column == &columns.front() ? "\n    " : ",\n    ";
        sql += QuotePgIdentifier(column.name.name) + " " + column.type.sql;
        // Always, so that renaming the PostgreSQL column later breaks nothing.
        sql += " OPTIONS (" + Option("column_name", column.source_name);
        if (column.key) sql += ", key 'true'";
        sql += ")";
        if (options.import_default && column.default_sql) {
            const sql::Translation translated =
                TranslateColumnDefault(*column.default_sql, column.declared_type, column.type);
            if (translated)
                sql += " DEFAULT " + translated.text;
            else
                notices.push_back("default " + *column.default_sql + " of column " +
                                  QuotePgIdentifier(column.name.name) + " of foreign table " +
                                  QuotePgIdentifier(name) + " is left out: " + translated.reason);
        }
        if (options.import_not_null && column.declared_not_null && column.proved_not_null) sql += " NOT NULL";
    }
    sql += "\n) SERVER " + QuotePgIdentifier(options.server) + " OPTIONS (" +
           Option("\"table\"", table.name) + ")";
    return sql;
}

}  // namespace pgsqlite::schema
