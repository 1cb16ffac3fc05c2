#include "pg/jobs/run/staging.hpp"

#include "pg/jobs/records/staging_records.hpp"
#include "pg/list.hpp"
#include "pg/owner_rights.hpp"
#include "pg/run_sql.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "tcop/pquery.h"
#include "utils/guc.h"
}

namespace pgsqlite::pg::jobs {
namespace {

void RunAll(const List* statements) {
    for (const char* statement : Each<char>(statements))
        RunSql(statement);
}

}  // namespace

char* StagingName(int64 job, size_t place) {
    return place == 0 ? psprintf("sqlite_job_" INT64_FORMAT, job)
                      : psprintf("sqlite_job_" INT64_FORMAT "_%zu", job, place + 1);
}

void MoveIntoPlace(int64 job) {
    RunAll(MovesIntoPlace(job));
    ClearStaging(job);
}

bool DropStagedSchemas(int64 job) {
    const List* statements = DropsOfStaging(job);
    // Whoever sees them knows that they are the job's: no word of what goes with a schema.
    const int level = NewGUCNestLevel();
    (void)set_config_option("client_min_messages", "warning", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                            true, 0, false);
    RunAll(statements);
    AtEOXact_GUC(true, level);
    return statements != NIL;
}

void DropStaging(int64 job) {
    (void)DropStagedSchemas(job);
    if (!HasStaging(job)) return;
    ClearStaging(job);
    ResetToPending(job);
}

void DropStagingQuietly(int64 job, Oid act_as) {
    const auto any_error = [](const ErrorData*) { return true; };
    EnsurePortalSnapshotExists();
    const ErrorData* error =
        TryInSubtransaction([&] { WriteAsRole(act_as, [&] { (void)DropStagedSchemas(job); }); }, any_error);
    if (error == nullptr) {
        SPI_commit();
        EnsurePortalSnapshotExists();
        error = TryInSubtransaction([&] { WriteAsRole(act_as, [&] { DropStaging(job); }); }, any_error);
    }
    if (error != nullptr)
        ereport(
            WARNING,
            (errmsg("what job " INT64_FORMAT " had put aside could not be dropped: %s", job, error->message),
             errhint("The next sqlite.migrate or sqlite.resume tries it again; sqlite.jobs.staging names "
                     "the schemas.")));
    SPI_commit();
}

void DropAbandonedSchemas() {
    for (const int64* job : Each<int64>(LockAbandoned()))
        (void)DropStagedSchemas(*job);
}

void RecordAbandonedStaging() {
    for (const int64* job : Each<int64>(LockAbandoned())) {
        MarkAbandoned(*job);
        DropStaging(*job);
    }
}

}  // namespace pgsqlite::pg::jobs
