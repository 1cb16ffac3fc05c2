#include "core/assess/stored_columns.hpp"

#include "core/assess/misfits.hpp"
#include "core/assess/table_reader.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::assess {

std::string StoredRule::Key() const {
    std::string key = naive_as_timestamptz ? "z" : "n";
    key += utf8_server ? 'u' : 'b';
    for (const value::Policies& one : policies)
        key += PolicyKey(one) + ';';
    return key;
}

std::vector<schema::StoredColumn> ReadStoredColumns(sqlite::Database& db, const sqlite::Table& table,
                                                    const StoredRule& rule) {
    std::vector<schema::StoredColumn> result(table.columns.size());
    std::vector<schema::StoredTyper::Input> inputs;
    std::vector<std::string> names;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const sqlite::Column& column = table.columns[i];
        result[i].type = schema::MapDeclaredType(column.declared_type, rule.naive_as_timestamptz);
        if (column.hidden == sqlite::Column::Hidden::kHidden) continue;
        inputs.push_back(
            {column.declared_type, static_cast<int>(i) == table.rowid_alias(), rule.policies[i]});
        names.push_back(column.name);
        places.push_back(i);
    }
    schema::StoredTyper typer(inputs, {}, rule.naive_as_timestamptz, rule.utf8_server);
    const ReadScope scope(db);
    const auto read_all = [&] {
        TableReader reader(db, table, names);
        while (reader.Next())
            typer.Add(reader.cells());
    };
    read_all();
    if (typer.NeedsSecondPass()) {
        typer.BeginSecondPass();
        read_all();
    }
    std::vector<schema::StoredColumn> types = typer.Result();
    for (std::size_t i = 0; i < places.size(); ++i)
        result[places[i]] = std::move(types[i]);
    return result;
}

bool HasNullInKey(sqlite::Database& db, const sqlite::Table& table) {
    if (table.without_rowid || table.rowid_alias() >= 0) return false;
    std::string nulls;
    for (const int i : table.primary_key()) {
        const sqlite::Column& column = table.columns[static_cast<std::size_t>(i)];
        if (!column.not_null)
            nulls += (nulls.empty() ? "" : " OR ") + sqlite::QuoteIdentifier(column.name) + " IS NULL";
    }
    if (nulls.empty()) return false;
    sqlite::Statement statement(db, "SELECT 1 FROM main." + sqlite::QuoteIdentifier(table.name) +
                                        table.without_indexes() + " WHERE " + nulls + " LIMIT 1");
    return statement.Fetch();
}

}  // namespace pgsqlite::assess
