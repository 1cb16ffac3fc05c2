// sqlite.rehearse(servers, target_schema, spec): a migration, done in full and taken back within one
// statement.
#include "pg/backup/backup.hpp"
#include "pg/catalog_query.hpp"
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/job_plan.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/jobs/run/held_sequences.hpp"
#include "pg/jobs/run/migration.hpp"
#include "pg/jobs/run/run.hpp"
#include "pg/jobs/sources/sources.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// The migration as it is rehearsed: by one process, in one transaction that will not last.
Migration InOneTransaction(const Call* call, Migration migration) {
    spec::JobSettings* settings = NewIn<spec::JobSettings>(call->memory);
    const spec::JobSettings& asked = *migration.settings;
    Guard([&] {
        *settings = asked;
        settings->transaction = spec::Transaction::kSingle;
        settings->workers = 1;
        settings->backup.clear();
    });
    migration.settings = settings;
    return migration;
}

/// Says what of the spec waits for the migration.
void TellDifference(const spec::JobSettings& settings) {
    StringInfoData left_out;
    initStringInfo(&left_out);
    if (settings.transaction != spec::Transaction::kSingle)
        appendStringInfo(&left_out, ", transaction \"%s\"", TransactionName(settings.transaction));
    if (settings.workers > 1) appendStringInfo(&left_out, ", %d workers", settings.workers);
    if (!settings.backup.empty()) appendStringInfoString(&left_out, ", the backup");
    if (left_out.len == 0) return;
    ereport(NOTICE, (errmsg("the rehearsal runs in one transaction, by this session alone"),
                     errdetail("Left to sqlite.migrate: %s.", left_out.data + 2)));
}

void PutAccount(int64 job, ReturnSetInfo* result) {
    SPI_connect();
    const Rows rows = ReadAccount(job);
    for (uint64 i = 0; i < rows.count; ++i)
        tuplestore_puttuple(result->setResult, rows[i].tuple);
    SPI_finish();
}

/// What could not be held back: sequences that were moved on by code whose text does not name them.
void WarnOfSequences(const List* moved, const List* held, const List* before) {
    ListCell* cell;
    foreach (cell, moved) {
        const Oid sequence = lfirst_oid(cell);
        if (list_member_oid(held, sequence) || list_member_oid(before, sequence)) continue;
        const char* name = get_rel_name(sequence);
        if (name == nullptr) continue;  // it was new, and is gone
        ereport(
            WARNING,
            (errmsg("the rehearsal has moved sequence %s on",
                    quote_qualified_identifier(get_namespace_name(get_rel_namespace(sequence)), name)),
             errdetail("A trigger or a function has used it without naming it in its text. PostgreSQL takes "
                       "back no values of sequences.")));
    }
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite::pg;
using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_rehearse) {
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    Call* call = BeginCall(fcinfo);
    const Migration asked = ReadMigration(fcinfo, call);
    const Migration migration = InOneTransaction(call, asked);
    TellDifference(*asked.settings);
    if (!asked.settings->backup.empty()) backup::CheckDirectory(ToServerText(asked.settings->backup));
    const List *before = NIL, *held = NIL, *moved = NIL;
    RunAndTakeBack([&] {
        LookIntoCatalogFirst(nullptr);
        RunInBlock(call, [&] {
            before = MovedSequences();
            StartJob(call, RecordMigration(migration, PassingNumber()));
            PlanMigration(call, migration);
            held = HoldSequences(call->job, migration.spec_text);
            JobPlan* plan = ReadJobPlan(call->job);
            plan->transaction = migration.settings->transaction;
            plan->workers = migration.settings->workers;
            CarryOut(call, plan);
            ReleaseSources(call->job, false);
            PutAccount(call->job, result);
            moved = MovedSequences();
        });
    });
    WarnOfSequences(moved, held, before);
    EndActivity();
    SPI_finish();
    return static_cast<Datum>(0);
}
