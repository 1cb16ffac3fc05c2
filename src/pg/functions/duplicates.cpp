#include "pg/functions/duplicates.hpp"

#include "core/schema/names.hpp"
#include "core/sqlite/identifier.hpp"

extern "C" {
#include "utils/resowner.h"
}

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
    std::vector<const PlannedColumn*> columns;
};

/// The keys and unique indexes of a new table that are worth asking about.
std::vector<Key> SuspectKeys(const PlannedTable& table, const assess::TableFacts& facts) {
    std::vector<Key> keys;
    const auto profile_of = [&](const PlannedColumn* column) {
        return facts.columns[static_cast<std::size_t>(column - table.columns.data())].profile;
    };
    for (const sqlite::Index& index : table.table().indexes) {
        if (!index.unique || index.partial || index.has_expression()) continue;
        Key key;
        key.name = "unique key";
        bool suspect = false;
        for (const sqlite::IndexColumn& part : index.columns) {
            const PlannedColumn* column = table.Find(part.name);
            if (column == nullptr || !column->written() || !column->settings.convert.empty()) return keys;
            const ColumnProfile* profile = profile_of(column);
            if (profile == nullptr) return keys;
            suspect = suspect || MayCoincide(*column, *profile);
            key.name += (key.columns.empty() ? " (" : ", ") + column->name;
            key.columns.push_back(column);
        }
        key.name += ")";
        if (suspect) keys.push_back(std::move(key));
    }
    return keys;
}

/// Groups of equal keys, and one of them, as columns of one row.
std::string QueryOf(const SurveyedServer& server, const PlannedTable& table, const Key& key) {
    std::string source = "SELECT ", list, group, present, shown;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const PlannedColumn* column = key.columns[i];
        const std::string name = "k" + std::to_string(i);
        const char* comma = i > 0 ? ", " : "";
        source += comma + sqlite::QuoteIdentifier(column->source->name);
        list += comma + name + " " + column->type.sql;
        group += comma + name;
        present += (i > 0 ? " AND " : "") + name + " IS NOT NULL";
        shown += ", pg_catalog.min(" + name + "::pg_catalog.text)";
    }
    source += " FROM main." + sqlite::QuoteIdentifier(table.table().name);
    return "SELECT pg_catalog.count(*), pg_catalog.min(shown) FROM (SELECT pg_catalog.concat_ws(', '" +
           shown + ") AS shown FROM sqlite.query(" + schema::QuotePgLiteral(server.name) + ", " +
           schema::QuotePgLiteral(source) + ") AS q(" + list + ") WHERE " + present + " GROUP BY " + group +
           " HAVING pg_catalog.count(*) > 1) AS d";
}

/// Runs the query; false where a value can't be converted, which is a finding of its own.
bool Ask(const char* sql, uint64* groups, char** example) {
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    volatile bool answered = false;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    PG_TRY();
    {
        SPI_connect();
        if (SPI_execute(sql, true, 0) != SPI_OK_SELECT) elog(ERROR, "could not look for duplicates");
        const char* count = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
        const char* shown = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
        *groups = std::strtoull(count, nullptr, 10);
        *example = shown == nullptr ? nullptr : MemoryContextStrdup(context, shown);
        SPI_finish();
        answered = true;
        ReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = owner;
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        ErrorData* error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = owner;
        if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION) ReThrowError(error);
    }
    PG_END_TRY();
    return answered;
}

}  // namespace

void FindDuplicates(const SurveyedServer& server, const PlannedTable& table, assess::TableFacts* facts) {
    if (!table.creates() || !facts->failure.empty() || facts->rows() == 0) return;
    auto* keys = NewIn<std::vector<Key>>(CurrentMemoryContext);
    auto* sql = NewIn<std::string>(CurrentMemoryContext);
    Guard([&] { *keys = SuspectKeys(table, *facts); });
    for (size_t i = 0; i < keys->size(); ++i) {
        const Key& key = (*keys)[i];
        Guard([&] { *sql = QueryOf(server, table, key); });
        uint64 groups = 0;
        char* example = nullptr;
        if (!Ask(ToServerText(*sql), &groups, &example) || groups == 0) continue;
        const char* shown = example == nullptr ? "" : ToUtf8(example);
        Guard([&] {
            facts->duplicates.push_back({key.name, key.columns.front()->source->name, groups, shown});
        });
    }
}

}  // namespace pgsqlite::pg
