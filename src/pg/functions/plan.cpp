// sqlite.plan(servers, target_schema, spec): the statements of a migration, none of them run.
#include "core/plan/statements.hpp"
#include "pg/survey/survey.hpp"
#include "pg/survey/survey_facts.hpp"

namespace pgsqlite::pg {
namespace {

enum Column { kStep, kSection, kObject, kStatement, kRows, kPredictedRejects, kColumns };

/// Whether it is known what becomes of a table's rows.
bool IsForeseen(const assess::TableFacts& facts) {
    return facts.read() && (!facts.trial || facts.trial->unforeseen.empty());
}

/// Rows that a step puts aside; nothing where that is not foreseen.
std::optional<std::uint64_t> Rejects(const plan::Step& step, const std::vector<assess::TableFacts>& facts) {
    if (!step.repeated.empty()) {
        std::uint64_t rows = 0;
        for (const plan::Step& removal : step.repeated) {
            const std::optional<std::uint64_t> removed = Rejects(removal, facts);
            if (!removed) return std::nullopt;
            rows += *removed;
        }
        return rows;
    }
    if (!step.loads || !IsForeseen(facts[*step.loads])) return std::nullopt;
    const assess::TableFacts& own = facts[*step.loads];
    return step.orphans_of ? own.orphans[*step.orphans_of].rows : own.rejected_rows();
}

void AddStep(ReturnSetInfo* result, size_t number, const plan::Step& step,
             const std::vector<assess::TableFacts>& facts) {
    Datum values[kColumns] = {};
    bool nulls[kColumns] = {};
    values[kStep] = Int32GetDatum(static_cast<int32>(number));
    values[kSection] = CStringGetTextDatum(plan::SectionName(step.section));
    values[kObject] = CStringGetTextDatum(ToServerText(step.object));
    values[kStatement] = CStringGetTextDatum(ToServerText(step.statement));
    const bool reads = step.loads && !step.orphans_of && facts[*step.loads].read();
    nulls[kRows] = !reads;
    if (reads) values[kRows] = Int64GetDatum(static_cast<int64>(facts[*step.loads].rows()));
    const std::optional<std::uint64_t> rejects = Rejects(step, facts);
    nulls[kPredictedRejects] = !rejects;
    if (rejects) values[kPredictedRejects] = Int64GetDatum(static_cast<int64>(*rejects));
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
        AddStep(result, i + 1, step, *facts);
    }
    return static_cast<Datum>(0);
}
