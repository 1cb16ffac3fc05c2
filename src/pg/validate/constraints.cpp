#include "pg/validate/constraints.hpp"

#include "pg/catalog_query.hpp"
#include "pg/jobs/records/last_job.hpp"
#include "pg/jobs/records/proof_records.hpp"
#include "pg/survey/tied_sequences.hpp"

namespace pgsqlite::pg::validate {
namespace {

/// Rows that break it.
int64 Count(const char* sql) {
    SPI_connect();
    if (SPI_execute(sql, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
        elog(ERROR, "could not count rows: %s", sql);
    bool is_null;
    const int64 rows =
        DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    SPI_finish();
    return rows;
}

/// What the rows say of a subject.
const char* StatusOf(const char* status, int64 rows) noexcept {
    if (std::strcmp(status, "behind") == 0) return rows > 0 ? "behind" : "holds";
    return std::strcmp(status, "holds") == 0 && rows > 0 ? "broken" : status;
}

}  // namespace

void JudgeConstraints(int64 job, const ConstraintTaker& taker) {
    // Conditions of constraints are read as pg_get_expr writes them here.
    const int level = UseCatalogNames();
    SPI_connect();
    const jobs::Rows subjects = jobs::ReadSubjects(job, kTiedSequences);
    for (uint64 i = 0; i < subjects.count; ++i) {
        CHECK_FOR_INTERRUPTS();
        const jobs::Row row = subjects[i];
        ConstraintVerdict verdict = {row.Text(1), row.Text(2), row.Text(3), row.Text(4), -1};
        if (const char* query = row.Text(5)) {
            verdict.rows = Count(query);
            verdict.status = StatusOf(verdict.status, verdict.rows);
        }
        taker.take(taker.context, verdict);
    }
    SPI_finish();
    AtEOXact_GUC(true, level);
}

namespace {

void PutConstraint(void* context, const ConstraintVerdict& verdict) {
    ReturnSetInfo* result = static_cast<ReturnSetInfo*>(context);
    Datum values[] = {CStringGetTextDatum(verdict.target), CStringGetTextDatum(verdict.kind),
                      CStringGetTextDatum(verdict.object), CStringGetTextDatum(verdict.status),
                      Int64GetDatum(verdict.rows)};
    bool nulls[] = {false, false, false, false, verdict.rows < 0};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace
}  // namespace pgsqlite::pg::validate

using namespace pgsqlite::pg;

PG_SQLITE_FUNCTION(pg_sqlite_validate_constraints) {
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const jobs::ChosenJob chosen = jobs::ChooseJob(PG_ARGISNULL(0) ? nullptr : &named);
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    jobs::AsRole(chosen.act_as, [&] {
        validate::JudgeConstraints(chosen.job, {&validate::PutConstraint, result});
    });
    return static_cast<Datum>(0);
}
