#include "pg/survey/duplicates.hpp"

#include "core/plan/match_statements.hpp"
#include "core/schema/names.hpp"
#include "core/sqlite/identifier.hpp"
#include "pg/catalog_query.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg {
namespace {

using assess::ColumnProfile;
using plan::PlannedColumn;
using plan::PlannedTable;
using value::StorageClass;

/// Whether two values that SQLite keeps apart may be one in PostgreSQL: two spellings of a date, 1 and '1'.
bool MayCoincide(const PlannedColumn& column, const ColumnProfile& profile) {
    const std::uint64_t texts = profile.Count(StorageClass::kText);
    const std::uint64_t blobs = profile.Count(StorageClass::kBlob);
    const std::uint64_t numbers = profile.non_null() - texts - blobs;
    const bool mixed = (texts > 0) + (blobs > 0) + (numbers > 0) > 1;
    if (value::IsTextLike(column.type.kind)) return mixed;
    return mixed || texts > 0;
}

struct Key {
    std::string name;
    std::vector<std::string> columns;          ///< the target's
    std::vector<const PlannedTable*> sources;  ///< the tables whose rows meet under it
    bool finds = false;                        ///< rows of the target are found by it
    std::vector<std::string> elements;         ///< expressions over the columns that decide; empty: these do
};

/// The source columns of a key; empty where one of them is not read as it is.
std::vector<const PlannedColumn*> ColumnsOf(const PlannedTable& table,
                                            const std::vector<std::string>& names) {
    std::vector<const PlannedColumn*> columns;
    for (const std::string& name : names) {
        const PlannedColumn* column = table.FindTarget(name);
        if (column == nullptr || column->source == nullptr || !column->written() ||
            !column->settings.convert.empty())
            return {};
        columns.push_back(column);
    }
    return columns;
}

/// Whether one table's own values may meet under a key.
bool IsSuspect(const PlannedTable& table, const assess::TableFacts& facts, const Key& key) {
    for (const PlannedColumn* column : ColumnsOf(table, key.columns)) {
        const ColumnProfile* profile =
            facts.columns[static_cast<std::size_t>(column - table.columns.data())].profile;
        if (profile != nullptr && MayCoincide(*column, *profile)) return true;
    }
    return false;
}

std::string Words(const std::vector<std::string>& columns) {
    std::string list;
    for (const std::string& column : columns)
        list += (list.empty() ? "" : ", ") + column;
    return list;
}

/// Whether the types are free of other roles' code, which must not run beforehand.
bool MayMake(const Survey& survey, const PlannedTable& table, const std::vector<std::string>& columns) {
    return std::none_of(columns.begin(), columns.end(), [&](const std::string& name) {
        const PlannedColumn* column = table.FindTarget(name);
        return column != nullptr && survey.existing.code_of_types.count(column->type.sql) > 0;
    });
}

/// The keys of a new table that are worth asking about.
std::vector<Key> SuspectKeys(const Survey& survey, const PlannedTable& table,
                             const assess::TableFacts& facts) {
    const plan::Design& design = survey.design;
    std::vector<const PlannedTable*> sources{&table};
    const std::size_t place = static_cast<std::size_t>(&table - design.tables.data());
    for (const PlannedTable& other : design.tables)
        if (other.merged_into == place && other.not_migrated.empty()) sources.push_back(&other);
    std::vector<Key> keys;
    if (table.keys_first) return keys;  // rows that meet are skipped or updated
    for (const plan::PlannedKey& planned : table.keys) {
        if (!planned.reason.empty()) continue;
        Key key;
        key.name =
            std::string(planned.primary ? "primary key (" : "unique key (") + Words(planned.columns) + ")";
        key.columns = planned.columns;
        bool readable = MayMake(survey, table, key.columns);
        for (const PlannedTable* source : sources)
            readable = readable && !ColumnsOf(*source, key.columns).empty();
        if (!readable || (sources.size() == 1 && !IsSuspect(table, facts, key))) continue;
        key.sources = sources;
        keys.push_back(std::move(key));
    }
    return keys;
}

/// Whether SQLite keeps rows apart by some of these columns, and PostgreSQL does, whatever they hold.
bool IsUnique(const PlannedTable& table, const Key& key) {
    for (const PlannedColumn* column : ColumnsOf(table, key.columns))
        if (!assess::KeepsApart(*column)) return false;
    const auto among = [&](const std::string& name) {
        const PlannedColumn* column = table.Find(name);
        return column != nullptr &&
               std::find(key.columns.begin(), key.columns.end(), column->name) != key.columns.end();
    };
    const std::vector<int> primary = table.table().primary_key();
    if (!primary.empty() && std::all_of(primary.begin(), primary.end(), [&](int i) {
            return among(table.table().columns[static_cast<std::size_t>(i)].name);
        }))
        return true;
    return std::any_of(
        table.table().indexes.begin(), table.table().indexes.end(), [&](const sqlite::Index& index) {
            return index.unique && !index.partial && !index.has_expression() &&
                   std::all_of(index.columns.begin(), index.columns.end(),
                               [&](const sqlite::IndexColumn& part) { return among(part.name); });
        });
}

/// The key by which rows find those of a target that exists, where the source may have some of them twice.
/// What `where` leaves out is not known here.
std::vector<Key> FindingKeys(const Survey& survey, const PlannedTable& table) {
    Key key;
    key.columns = plan::FindingKey(table);
    key.name = "the key by which rows of the target are found (" + Words(key.columns) + ")";
    key.sources = {&table};
    key.finds = true;
    if (table.existing == nullptr || key.columns.empty() || table.filter ||
        !MayMake(survey, table, key.columns) || ColumnsOf(table, key.columns).empty())
        return {};
    if (!table.existing->HasUniqueKey(key.columns))
        if (const plan::ExpressionKey* found = table.existing->FindExpressionKey(key.columns))
            key.elements = found->elements;
    // What is one under lower() need not be one in SQLite.
    if (key.elements.empty() ? IsUnique(table, key) : !table.existing->runs_code_of.empty()) return {};
    return {key};
}

/// Groups of equal keys, and one of them, as columns of one row.
std::string QueryOf(const SurveyHandle& handle, const PlannedTable& table, const Key& key) {
    std::string rows, group, present, shown;
    const auto name_of = [](std::size_t i) { return "k" + std::to_string(i); };
    for (const std::string& value : plan::WhatIsEqual(key.columns, key.elements, name_of))
        group += (group.empty() ? "" : ", ") + value;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const std::string name = name_of(i);
        present += (i > 0 ? " AND " : "") + name + " IS NOT NULL";
        shown += ", pg_catalog.min(" + name + "::pg_catalog.text)";
    }
    for (const PlannedTable* source : key.sources) {
        std::string select = "SELECT ", list;
        const std::vector<const PlannedColumn*> columns = ColumnsOf(*source, key.columns);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            select += (i > 0 ? ", " : "") + sqlite::QuoteIdentifier(columns[i]->source->name);
            list +=
                (i > 0 ? ", k" : "k") + std::to_string(i) + " " + table.FindTarget(key.columns[i])->type.sql;
        }
        select +=
            " FROM main." + sqlite::QuoteIdentifier(source->table().name) + source->table().without_indexes();
        rows += (rows.empty() ? "SELECT * FROM sqlite.query(" : " UNION ALL SELECT * FROM sqlite.query(") +
                schema::QuotePgLiteral(ServerOf(handle, *source).name) + ", " +
                schema::QuotePgLiteral(select) + ") AS q(" + list + ")";
    }
    return "SELECT pg_catalog.count(*), pg_catalog.min(shown) FROM (SELECT pg_catalog.concat_ws(', '" +
           shown + ") AS shown FROM (" + rows + ") AS r WHERE " + present + " GROUP BY " + group +
           " HAVING pg_catalog.count(*) > 1) AS d";
}

/// Runs the query; false where a value can't be converted, which is a finding of its own.
bool Ask(const char* sql, uint64* groups, char** example) {
    MemoryContext context = CurrentMemoryContext;
    const ErrorData* error = TryInSubtransaction(
        [&] {
            SPI_connect();
            // Values are grouped by their types' own equality, whatever the search_path.
            if (ExecuteOnCatalogs(sql, true, 0) != SPI_OK_SELECT)
                elog(ERROR, "could not look for duplicates");
            const char* count = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
            const char* shown = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
            *groups = std::strtoull(count, nullptr, 10);
            *example = shown == nullptr ? nullptr : MemoryContextStrdup(context, shown);
            SPI_finish();
        },
        &IsOwnFault);
    return error == nullptr;
}

}  // namespace

void FindDuplicates(const SurveyHandle& handle, const PlannedTable& table, assess::TableFacts* facts) {
    if (!facts->failure.empty() || !table.not_migrated.empty()) return;
    auto* keys = NewIn<std::vector<Key>>(CurrentMemoryContext);
    auto* sql = NewIn<std::string>(CurrentMemoryContext);
    Guard([&] {
        *keys =
            table.creates() ? SuspectKeys(*handle.survey, table, *facts) : FindingKeys(*handle.survey, table);
    });
    for (size_t i = 0; i < keys->size(); ++i) {
        const Key& key = (*keys)[i];
        Guard([&] { *sql = QueryOf(handle, table, key); });
        uint64 groups = 0;
        char* example = nullptr;
        if (!Ask(ToServerText(*sql), &groups, &example) || groups == 0) continue;
        const char* shown = example == nullptr ? "" : ToUtf8(example);
        Guard([&] {
            assess::DuplicateFacts duplicates;
            duplicates.key = key.name;
            duplicates.column = table.FindTarget(key.columns.front())->source->name;
            duplicates.groups = groups;
            duplicates.example = shown;
            duplicates.merged = key.sources.size() > 1;
            duplicates.finds = key.finds;
            facts->duplicates.push_back(std::move(duplicates));
        });
    }
}

}  // namespace pgsqlite::pg
