// sqlite.plan(servers, target_schema, spec): the statements of a migration, none of them run.
#include "core/plan/statements.hpp"
#include "pg/survey/survey.hpp"
#include "pg/survey/survey_facts.hpp"

namespace pgsqlite::pg {
namespace {

enum Column { kStep, kSection, kObject, kStatement, kRows, kPredictedRejects, kColumns };

void AddStep(ReturnSetInfo* result, size_t number, const plan::Step& step, const assess::TableFacts* facts) {
    Datum values[kColumns] = {};
    bool nulls[kColumns] = {};
    values[kStep] = Int32GetDatum(static_cast<int32>(number));
    values[kSection] = CStringGetTextDatum(plan::SectionName(step.section));
    values[kObject] = CStringGetTextDatum(ToServerText(step.object));
    values[kStatement] = CStringGetTextDatum(ToServerText(step.statement));
    const bool known = facts != nullptr && facts->read();
    const bool foreseen = known && (!facts->trial || facts->trial->unforeseen.empty());
    nulls[kRows] = !known || step.orphans_of.has_value();
    nulls[kPredictedRejects] = !foreseen;
    if (!nulls[kRows]) values[kRows] = Int64GetDatum(static_cast<int64>(facts->rows()));
    if (foreseen)
        values[kPredictedRejects] = Int64GetDatum(static_cast<int64>(
            step.orphans_of ? facts->orphans[*step.orphans_of].rows : facts->rejected_rows()));
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace
}  // namespace pgsqlite::pg

using namespace pgsqlite::pg;

PG_SQLITE_FUNCTION(pg_sqlite_plan) {
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    const SurveyHandle handle =
        MakeSurvey(PG_GETARG_ARRAYTYPE_P(0), text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_JSONB_P(2));
    const auto* facts = ReadFacts(handle, FactsFor::kJudgement);
    auto* steps = NewIn<std::vector<pgsqlite::plan::Step>>(CurrentMemoryContext);
    Guard([&] { *steps = pgsqlite::plan::WriteSteps(handle.survey->design); });
    for (size_t i = 0; i < steps->size(); ++i) {
        const pgsqlite::plan::Step& step = (*steps)[i];
        AddStep(result, i + 1, step, step.loads ? &(*facts)[*step.loads] : nullptr);
    }
    return static_cast<Datum>(0);
}
