// Steps as pieces: a statement of a job's plan, run as the caller and recorded as the extension's owner.
#include "pg/catalog_query.hpp"
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/step_records.hpp"
#include "pg/jobs/run/pieces.hpp"
#include "pg/run_sql.hpp"

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
    const StepStatement what = ReadStepStatement(context.job, step);
    PublishActivity({context.job, Phase::kPostData, 0, InvalidOid, -1, what.object});
    const TimestampTz began = GetCurrentTimestamp();
    StepName place = {step, what.object};
    ErrorContextCallback errors = {error_context_stack, &NameStep, &place};
    error_context_stack = &errors;
    WithOwnNames(what.by_path, [&] { RunSql(what.statement); });
    error_context_stack = errors.previous;
    MarkStep(context.job, step, began);
}

}  // namespace pgsqlite::pg::jobs
