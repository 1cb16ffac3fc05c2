// sqlite.assert_valid: an error unless a job is proven, for scripts that must not go on otherwise.
#include "pg/jobs/records/last_job.hpp"
#include "pg/jobs/records/proof_records.hpp"
#include "pg/validate/allowances.hpp"
#include "pg/validate/constraints.hpp"
#include "pg/validate/job_comparison.hpp"

namespace pgsqlite::pg::validate {
namespace {

/// The problems that nobody allowed.
struct Problems {
    Allowances allowed;
    int count;
    StringInfoData words;
};

void AddProblem(Problems* problems, const char* kind, const char* name, const char* words) {
    /// As many as a person reads.
    constexpr int kShown = 50;
    if (IsAllowed(problems->allowed, kind, name)) return;
    if (++problems->count <= kShown)
        appendStringInfo(&problems->words, "%s%s %s: %s", problems->count > 1 ? "\n" : "", kind, name, words);
    else if (problems->count == kShown + 1)
        appendStringInfoString(&problems->words, "\n…");
}

void TakeVerdict(void* context, const Verdict& verdict) {
    Problems* problems = static_cast<Problems*>(context);
    if (verdict.outcome == nullptr || std::strcmp(verdict.status, "cannot compare") == 0)
        return AddProblem(problems, "cannot compare", verdict.pair->target, verdict.reason);
    if (std::strcmp(verdict.status, "differs") == 0)
        AddProblem(
            problems, "difference", verdict.pair->target,
            psprintf("rows missing: " INT64_FORMAT ", extra: " INT64_FORMAT ", different: " INT64_FORMAT
                     "%s%s",
                     verdict.outcome->missing, verdict.outcome->extra, verdict.outcome->different,
                     verdict.reason != nullptr ? "; " : "", verdict.reason != nullptr ? verdict.reason : ""));
}

void TakeConstraint(void* context, const ConstraintVerdict& verdict) {
    if (std::strcmp(verdict.status, "holds") == 0) return;
    const char* rows = verdict.rows > 0 ? psprintf(", rows that break it: " INT64_FORMAT, verdict.rows) : "";
    AddProblem(static_cast<Problems*>(context), "constraint",
               psprintf("%s of %s", verdict.object, verdict.target),
               psprintf("%s, %s%s", verdict.kind, verdict.status, rows));
}

void ReadRecords(int64 job, Problems* problems) {
    SPI_connect();
    const jobs::Rows rows = jobs::ReadProblems(job);
    for (uint64 i = 0; i < rows.count; ++i)
        AddProblem(problems, rows[i].Text(1), rows[i].Text(2), rows[i].Text(3));
    SPI_finish();
}

}  // namespace
}  // namespace pgsqlite::pg::validate

using namespace pgsqlite::pg;
using namespace pgsqlite::pg::validate;

PG_SQLITE_FUNCTION(pg_sqlite_assert_valid) {
    if (PG_ARGISNULL(1))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("argument \"allow\" must not be null")));
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const jobs::ChosenJob chosen = jobs::ChooseJob(PG_ARGISNULL(0) ? nullptr : &named);
    const int64 job = chosen.job;
    Problems problems = {};
    problems.allowed = ReadAllowances(job, PG_GETARG_ARRAYTYPE_P(1));
    // What is found outlives the tables' own memory.
    problems.words = *makeStringInfo();
    jobs::AsRole(chosen.act_as, [&] {
        JudgeJob(job, nullptr, nullptr, {&TakeVerdict, &problems});
        JudgeConstraints(job, {&TakeConstraint, &problems});
        ReadRecords(job, &problems);
    });
    if (problems.count > 0)
        ereport(ERROR,
                (errcode(ERRCODE_ASSERT_FAILURE),
                 problems.count == 1
                     ? errmsg("job " INT64_FORMAT " is not valid: 1 problem", job)
                     : errmsg("job " INT64_FORMAT " is not valid: %d problems", job, problems.count),
                 errdetail_internal("%s", problems.words.data),
                 errhint("What is meant to be so can be allowed by its kind, its name, or both: allow => "
                         "'{reject, untranslated:view public.report}'.")));
    PG_RETURN_VOID();
}
