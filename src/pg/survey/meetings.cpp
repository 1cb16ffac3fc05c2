#include "pg/survey/meetings.hpp"

#include "core/plan/match_statements.hpp"
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
    if (ExecuteOnCatalogs(sql, true, 0) != SPI_OK_SELECT) elog(ERROR, "could not read foreign keys");
    const bool referred_to = Number(1) > 0;
    SPI_finish();
    return referred_to;
}

}  // namespace

void ReadMeeting(const plan::PlannedTable& table, assess::TableFacts* facts) {
    const bool asked = table.not_migrated.empty() && table.existing != nullptr && !table.merged_into &&
                       table.existing->has_rows && table.settings.existing == spec::Existing::kError &&
                       table.existing->runs_code_of.empty() && facts->failure.empty();
    if (!asked || RecoveryInProgress()) return;
    auto* meeting = NewIn<std::optional<plan::Meeting>>(CurrentMemoryContext);
    Guard([&] { *meeting = plan::CompareRows(table); });
    if (!*meeting) return;
    uint64 found = 0, different = 0, taken = 0;
    const ErrorData* error = RunAndTakeBack(
        [&] {
            XactReadOnly = false;  // nothing of it stays
            LookIntoCatalogFirst("pg_temp");
            RunTemporarySql((*meeting)->rows.make);
            SPI_connect();
            if (SPI_execute(ToServerText((*meeting)->count), false, 0) != SPI_OK_SELECT)
                elog(ERROR, "could not compare rows");
            found = Number(1);
            different = Number(2);
            taken = Number(3);
            SPI_finish();
        },
        &IsOwnFault);
    if (error != nullptr) return;
    const bool referred_to = IsReferredTo(*table.existing);
    Guard([&] {
        assess::MeetingFacts& facts_of = facts->meeting.emplace();
        facts_of.key = (*meeting)->key;
        facts_of.found = found;
        facts_of.different = different;
        facts_of.taken = taken;
        facts_of.referred_to = referred_to;
    });
}

}  // namespace pgsqlite::pg
