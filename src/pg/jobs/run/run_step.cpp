// Steps as pieces: a statement of a job's plan, run as the caller and recorded as the extension's owner.
#include "pg/jobs/records/records.hpp"
#include "pg/jobs/run/pieces.hpp"
#include "pg/jobs/run/progress.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// What stands in errors.
struct StepName {
    int32 step;
    const char* object;
};

void NameStep(void* argument) {
    const auto* place = static_cast<const StepName*>(argument);
    errcontext("step %d: %s", place->step, place->object);
}

}  // namespace

void RunStep(const PieceContext& context) {
    const int32 step = context.piece.number;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(context.job).Int4(step);
    RunOnRecord(context.job,
                "SELECT COALESCE(staged, statement), object FROM sqlite.job_steps"
                " WHERE job OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2",
                arguments);
    const char* statement = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    const char* object = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
    PublishActivity({context.job, Phase::kPostData, 0, InvalidOid, -1, object});
    const TimestampTz began = GetCurrentTimestamp();
    StepName place = {step, object};
    ErrorContextCallback errors = {error_context_stack, &NameStep, &place};
    error_context_stack = &errors;
    if (SPI_execute(statement, false, 0) < 0)
        elog(ERROR, "could not run step %d of job " INT64_FORMAT, step, context.job);
    error_context_stack = errors.previous;
    SPI_finish();
    MarkStep(context.job, step, began);
}

}  // namespace pgsqlite::pg::jobs
