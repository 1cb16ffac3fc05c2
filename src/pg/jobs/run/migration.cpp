#include "pg/jobs/run/migration.hpp"

#include "core/spec/spec.hpp"
#include "pg/backup/backup.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/reject_limit.hpp"
#include "pg/jobs/run/load_arguments.hpp"
#include "pg/jobs/run/run.hpp"
#include "pg/jobs/run/write_plan.hpp"
#include "pg/jobs/sources/sources.hpp"

namespace pgsqlite::pg::jobs {

Migration MakeMigration(const Call* call, ArrayType* servers, const char* target_schema, Jsonb* spec) {
    const char* text = JsonbToCString(nullptr, &spec->root, VARSIZE(spec));
    spec::Spec* parsed = NewIn<spec::Spec>(call->memory);
    const char* utf8 = ToUtf8(text);
    Guard([&] { *parsed = spec::Spec::Parse(utf8); });
    return {servers, target_schema, spec, text, &parsed->job()};
}

Migration ReadMigration(FunctionCallInfo fcinfo, const Call* call) {
    static constexpr const char* kNames[] = {"servers", "target_schema", "spec"};
    for (int i = 0; i < 3; ++i)
        if (PG_ARGISNULL(i))
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("argument \"%s\" must not be null", kNames[i])));
    // All of it must outlive commits.
    return MakeMigration(call, PG_GETARG_ARRAYTYPE_P_COPY(0), text_to_cstring(PG_GETARG_TEXT_PP(1)),
                         PG_GETARG_JSONB_P_COPY(2));
}

int64 RecordMigration(const Migration& migration, int64 rehearsal) {
    NewJob job = {};
    job.kind = "migrate";
    job.servers = PointerGetDatum(migration.servers);
    job.schema = migration.target_schema;
    job.spec = migration.spec_text;
    job.transaction = TransactionName(migration.settings->transaction);
    job.workers = migration.settings->workers;
    job.read_from = migration.settings->read_from == spec::ReadFrom::kCopy ? "copy" : "live";
    job.max_rejects = RejectLimitText(*migration.settings);
    job.rehearsal = rehearsal;
    return CreateJob(job);
}

const char* TransactionName(spec::Transaction transaction) noexcept {
    static constexpr const char* kNames[] = {"single", "table", "batch"};
    return kNames[static_cast<size_t>(transaction)];
}

void CheckBlock(const Call* call, const spec::JobSettings& settings) {
    if (!call->atomic) return;
    const bool single = settings.transaction == spec::Transaction::kSingle;
    if (single && settings.workers == 1) return;
    ereport(ERROR,
            (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
             single ? errmsg("a migration with %d workers cannot run inside a transaction block",
                             settings.workers)
                    : errmsg("a migration with transaction \"%s\" cannot run inside a transaction block",
                             TransactionName(settings.transaction)),
             errhint("CALL it outside of BEGIN … COMMIT, functions and DO, or with transaction "
                     "\"single\" and one worker.")));
}

void PlanMigration(Call* call, const Migration& migration) {
    RunUnit(call, [&] {
        if (!migration.settings->backup.empty())
            backup::CheckDirectory(ToServerText(migration.settings->backup));
        PinSources(call->job, migration.servers, *migration.settings);
        WritePlan(call, migration);
    });
    // From here on something of it may be committed.
    const bool single = migration.settings->transaction == spec::Transaction::kSingle;
    call->resumable = !single;
    call->staged = single && migration.settings->workers > 1;
}

void RunMigration(Call* call) {
    JobPlan* plan = nullptr;
    RunUnit(call, [&] { plan = ReadJobPlan(call->job); });
    CarryOut(call, plan);
    ReleaseSources(call->job, false);
}

}  // namespace pgsqlite::pg::jobs
