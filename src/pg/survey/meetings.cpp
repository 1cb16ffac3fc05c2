#include "pg/survey/meetings.hpp"

#include "core/plan/match_statements.hpp"
#include "core/spec/presets/presets.hpp"
#include "core/sqlite/identifier.hpp"
#include "pg/catalog_query.hpp"
#include "pg/run_sql.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "access/xlog.h"
}

namespace pgsqlite::pg {
namespace {

uint64 Number(int column) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);
    return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

/// Whether foreign keys of other tables lead to it.
bool IsReferredTo(const plan::ExistingRelation& relation) {
    SPI_connect();
    const char* sql = psprintf(
        "SELECT pg_catalog.count(*) FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = "
        "k.confrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND "
        "k.conrelid <> k.confrelid AND n.nspname = %s AND c.relname = %s",
        quote_literal_cstr(ToServerText(relation.schema)), quote_literal_cstr(ToServerText(relation.name)));
    if (ExecuteOnCatalogs(sql, false, 0) != SPI_OK_SELECT) elog(ERROR, "could not read foreign keys");
    const bool referred_to = Number(1) > 0;
    SPI_finish();
    return referred_to;
}

/// The same in SQLite, whose keys followed references are looked up by, too.
bool IsReferredToInSource(const plan::PlannedTable& table) {
    for (const plan::SourceTable& entry : table.source->tables)
        for (const sqlite::ForeignKey& key : entry.table.foreign_keys)
            if (&entry.table != &table.table() && sqlite::EqualNames(key.parent_table, table.table().name))
                return true;
    return false;
}

/// Runs the query of a meeting, and takes back what it needed. False where PostgreSQL refuses it.
bool Ask(const plan::Meeting& meeting, bool by_path, uint64 (&counts)[5], const char** shown) {
    MemoryContext context = CurrentMemoryContext;
    const ErrorData* error = RunAndTakeBack(
        [&] {
            XactReadOnly = false;  // nothing of it stays
            LookIntoCatalogFirst("pg_temp");
            RunTemporarySql(meeting.rows.make);
            SPI_connect();
            WithOwnNames(by_path, [&] {
                if (SPI_execute(ToServerText(meeting.count), false, 0) != SPI_OK_SELECT)
                    elog(ERROR, "could not compare rows");
            });
            for (int i = 0; i < (shown != nullptr ? 3 : 5); ++i)
                counts[i] = Number(i + 1);
            const char* text =
                shown != nullptr ? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4) : nullptr;
            if (text != nullptr) *shown = MemoryContextStrdup(context, text);
            SPI_finish();
        },
        &IsOwnFault);
    return error == nullptr;
}

/// The framework whose record a table is; null: of none.
const spec::Preset* RecorderOf(const plan::PlannedTable& table) {
    std::vector<const sqlite::Table*> tables;
    for (const plan::SourceTable& entry : table.source->tables)
        tables.push_back(&entry.table);
    const spec::Preset* preset = spec::FindPreset(tables);
    return preset != nullptr && sqlite::EqualNames(preset->records, table.table().name) ? preset : nullptr;
}

/// Whether rows of the target may be looked at, and there are some.
bool CanLook(const plan::PlannedTable& table, const assess::TableFacts& facts) {
    return table.not_migrated.empty() && table.existing != nullptr && !table.merged_into &&
           table.existing->has_rows && table.existing->runs_code_of.empty() && facts.failure.empty() &&
           !RecoveryInProgress();
}

}  // namespace

void ReadMeeting(const plan::PlannedTable& table, assess::TableFacts* facts) {
    if (!CanLook(table, *facts)) return;
    auto* meeting = NewIn<std::optional<plan::Meeting>>(CurrentMemoryContext);
    uint64 counts[5] = {};
    const char* shown = nullptr;
    const bool records = Guard([&] {
        const spec::Preset* preset = RecorderOf(table);
        if (preset != nullptr) *meeting = plan::CompareStates(table, preset->state);
        return preset != nullptr;
    });
    if (*meeting && Ask(**meeting, table.by_path, counts, &shown)) {
        const char* first = shown != nullptr ? ToUtf8(shown) : "";
        Guard([&] { facts->migrations = assess::MigrationFacts{counts[0], counts[1], counts[2], first}; });
    }
    if (records || table.settings.existing != spec::Existing::kError) return;
    Guard([&] { *meeting = plan::CompareRows(table); });
    if (!*meeting || !Ask(**meeting, table.by_path, counts, nullptr)) return;
    const bool referred_to = IsReferredTo(*table.existing);
    Guard([&] {
        facts->meeting = assess::MeetingFacts{(*meeting)->key,
                                              counts[0],
                                              counts[1],
                                              counts[2],
                                              counts[3],
                                              counts[4],
                                              referred_to || IsReferredToInSource(table)};
    });
}

}  // namespace pgsqlite::pg
