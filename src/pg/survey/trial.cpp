#include "pg/survey/trial.hpp"

#include <cstdlib>

#include "core/plan/data_statements.hpp"
#include "core/plan/statements.hpp"
#include "core/plan/trial.hpp"
#include "pg/catalog_query.hpp"
#include "pg/load/account.hpp"
#include "pg/load/load.hpp"
#include "pg/load/open_source.hpp"
#include "pg/owner_rights.hpp"
#include "pg/run_sql.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "access/xlog.h"
}

namespace pgsqlite::pg {
namespace {

using plan::Step;

/// One trial while it runs.
struct Trying {
    const plan::Design* real;
    plan::Trial* trial;
    std::vector<assess::TableFacts>* facts;
    std::vector<Step>* steps;
    MemoryContext memory;  ///< of what outlives the stand-ins
    size_t table;          ///< of the load at hand
};

assess::TrialFacts& FactsOf(const Trying& trying, size_t table) {
    return *(*trying.facts)[table].trial;
}

/// Whether an error is an answer: anything but a cancel and the like.
bool IsAnswer(const ErrorData* error) {
    return IsOwnFault(error) || error->sqlerrcode == ERRCODE_CONFIGURATION_LIMIT_EXCEEDED;
}

/// The same of a whole trial: it may need more locks or space than there is.
bool IsAnswerOfAll(const ErrorData* error) {
    return IsAnswer(error) ||
           ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES);
}

const char* StateName(int sqlstate) {
    return pstrdup(unpack_sql_state(sqlstate));
}

/// Adds a row to those that were refused for its reason.
void Count(assess::TrialFacts* facts, const load::Reject& reject) {
    const char* state = StateName(reject.sqlstate);
    const char* message = ToUtf8(reject.message);
    const char* example = reject.locator != nullptr ? ToUtf8(reject.locator) : "";
    List* columns = NIL;
    ListCell* cell;
    foreach (cell, reject.columns)
        columns = lappend(columns, const_cast<char*>(ToUtf8(strVal(lfirst(cell)))));
    Guard([&] {
        assess::Refusal refusal;
        foreach (cell, columns)
            refusal.columns.emplace_back(static_cast<const char*>(lfirst(cell)));
        refusal.sqlstate = state;
        refusal.conversion = reject.category == load::Category::kConversion;
        refusal.failure = reject.failure;
        for (assess::Refusal& known : facts->refusals) {
            if (known.columns != refusal.columns || known.sqlstate != refusal.sqlstate ||
                known.failure != refusal.failure)
                continue;
            ++known.rows;
            return;
        }
        refusal.rows = 1;
        refusal.message = message;
        refusal.example = example;
        facts->refusals.push_back(std::move(refusal));
    });
}

void PutReject(void* context, const load::Reject& reject) {
    const Trying* trying = static_cast<const Trying*>(context);
    Count(&FactsOf(*trying, trying->table), reject);
}

void Tick(void*, const load::Account&, int64) {}

void NoteFault(const Trying& trying, size_t table, const std::string& object, const ErrorData* error) {
    const char* message =
        ToUtf8(error->detail != nullptr ? psprintf("%s: %s", error->message, error->detail) : error->message);
    const char* state = StateName(error->sqlerrcode);
    Guard([&] {
        std::string named = object;
        const std::string stand_in = trying.trial->design.tables[table].SqlName();
        if (const std::size_t at = named.find(stand_in); at != std::string::npos)
            named.replace(at, stand_in.size(), trying.real->tables[table].SqlName());
        FactsOf(trying, table).faults.push_back({std::move(named), message, state});
    });
}

void Load(Trying* trying, size_t table) {
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite trial of a table", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(memory);
    trying->table = table;
    auto* task = NewIn<plan::LoadTask>(memory);
    Guard([&] { *task = plan::MakeLoadTask(trying->trial->design, trying->trial->design.tables[table]); });
    load::Account* account = load::Account::In(memory, &PutReject, &Tick, trying);
    account->hands_over_failures = true;
    account->BeginTable(1, ToServerText(task->target));
    const ErrorData* error = TryInSubtransaction(
        [&] {
            load::OpenSource(*task);
            load::Load(*task, nullptr, account);
            load::CloseSource(*task);
        },
        &IsAnswer);
    assess::TrialFacts& facts = FactsOf(*trying, table);
    facts.read = static_cast<uint64>(account->read);
    facts.written = static_cast<uint64>(account->written);
    facts.rejected = static_cast<uint64>(account->rejected);
    facts.skipped = static_cast<uint64>(account->skipped);
    facts.failures = static_cast<uint64>(account->failures);
    if (error != nullptr) NoteFault(*trying, table, trying->trial->design.tables[table].SqlName(), error);
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(memory);
}

/// Removals of orphans, one after the other until none is left.
void RemoveOrphans(Trying* trying, const std::vector<const Step*>& removals) {
    uint64 removed;
    do {
        removed = 0;
        for (const Step* step : removals) {
            CHECK_FOR_INTERRUPTS();
            uint64 rows = 0;
            const bool by_path = trying->real->tables[*step->table].by_path;
            const ErrorData* error = TryInSubtransaction(
                [&] { WithOwnNames(by_path, [&] { rows = RunSql(step->statement); }); }, &IsAnswer);
            if (error != nullptr) NoteFault(*trying, *step->table, step->object, error);
            (*trying->facts)[*step->table].orphans[*step->orphans_of].rows += rows;
            removed += rows;
        }
    } while (removed > 0);
}

/// Rows that the foreign key would find without a parent.
void CountOrphans(const Trying& trying, size_t table, size_t place) {
    const plan::PlannedTable& planned = trying.trial->design.tables[table];
    auto* sql = NewIn<std::string>(CurrentMemoryContext);
    Guard([&] { *sql = plan::CountOrphans(planned, planned.foreign_keys[place]); });
    const ErrorData* error = TryInSubtransaction(
        [&] {
            SPI_connect();
            // Not as one that only reads: it would not see what the trial has written.
            WithOwnNames(planned.by_path, [&] {
                if (SPI_execute(ToServerText(*sql), false, 0) != SPI_OK_SELECT)
                    elog(ERROR, "could not count orphans");
            });
            const char* count = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
            const char* shown = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
            const uint64 rows = std::strtoull(count, nullptr, 10);
            const char* example = shown != nullptr ? ToUtf8(shown) : "";
            Guard([&] {
                assess::OrphanFacts& orphans = (*trying.facts)[table].orphans[place];
                orphans.rows = rows;
                if (orphans.example.empty()) orphans.example = std::string(example).substr(0, 120);
            });
            SPI_finish();
        },
        &IsAnswer);
    if (error != nullptr) NoteFault(trying, table, planned.foreign_keys[place].name, error);
}

/// Whether a step has something to say here.
bool IsTried(const Trying& trying, const Step& step) {
    if (!step.table || !(*trying.facts)[*step.table].trial || step.kind == plan::StepKind::kComment ||
        step.kind == plan::StepKind::kSource)
        return false;
    return step.statement.compare(0, 8, "ANALYZE ") != 0;
}

void Prepare(const Trying& trying) {
    for (size_t i = 0; i < trying.trial->tables.size(); ++i) {
        const plan::TrialTable& table = trying.trial->tables[i];
        for (size_t j = 0; j < table.prepare.size() && table.unforeseen.empty(); ++j) {
            const ErrorData* error =
                TryInSubtransaction([&] { RunTemporarySql(table.prepare[j]); }, &IsAnswer);
            if (error == nullptr) continue;
            const char* message = ToUtf8(error->message);
            Guard([&] { trying.trial->tables[i].unforeseen = message; });
        }
    }
}

/// The steps that no load and no orphan is about.
void RunStep(const Trying& trying, const Step& step) {
    CHECK_FOR_INTERRUPTS();
    const plan::PlannedTable& table = trying.real->tables[*step.table];
    const bool ours =
        plan::IsInOurWords(step.kind) || (table.creates() && plan::IsInOurWordsOnNew(step.kind));
    const bool by_path = !ours || table.by_path;
    const ErrorData* error = TryInSubtransaction(
        [&] { WithOwnNames(by_path, [&] { RunTemporarySql(step.statement); }); }, &IsAnswer);
    // Rows without a parent are counted by themselves.
    if (error != nullptr && error->sqlerrcode != ERRCODE_FOREIGN_KEY_VIOLATION)
        NoteFault(trying, *step.table, step.object, error);
}

/// Which rows a parent gets decides what becomes of those that refer to them, and so on.
void PassOnToChildren(plan::Trial* trial) {
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < trial->tables.size(); ++i)
            for (const plan::PlannedForeignKey& key : trial->design.tables[i].foreign_keys) {
                if (!key.reason.empty() || key.doubtful() || !key.parent_planned ||
                    key.orphans == spec::Orphans::kKeep || !trial->tables[i].unforeseen.empty() ||
                    trial->tables[key.parent].unforeseen.empty())
                    continue;
                trial->tables[i].unforeseen = trial->tables[key.parent].unforeseen;
                more = true;
            }
    }
}

/// Orphans that nothing is said about end the job when the key is made; so they are counted, and the key left
/// out.
void CountAllOrphans(const Trying& trying) {
    Guard([&] { PassOnToChildren(trying.trial); });
    for (size_t i = 0; i < trying.trial->design.tables.size(); ++i) {
        if (!(*trying.facts)[i].trial) continue;
        const plan::PlannedTable& table = trying.trial->design.tables[i];
        const std::string* unforeseen = &trying.trial->tables[i].unforeseen;
        for (size_t j = 0; j < table.foreign_keys.size(); ++j) {
            const plan::PlannedForeignKey& key = table.foreign_keys[j];
            if (!key.reason.empty() || key.doubtful() || key.orphans != spec::Orphans::kError) continue;
            const bool known = !key.parent_planned || trying.trial->tables[key.parent].unforeseen.empty();
            if (unforeseen->empty() && known) CountOrphans(trying, i, j);
        }
    }
}

bool HasExistingTarget(const plan::Design& design) {
    return std::any_of(design.tables.begin(), design.tables.end(), [](const plan::PlannedTable& table) {
        return table.not_migrated.empty() && table.existing != nullptr;
    });
}

void RunSteps(Trying* trying) {
    Prepare(*trying);
    auto* removals = NewIn<std::vector<const Step*>>(CurrentMemoryContext);
    const std::vector<Step>& steps = *trying->steps;
    bool counted = false;
    for (const Step& step : steps) {
        if (step.section == plan::Section::kPostData && !std::exchange(counted, true)) {
            if (HasExistingTarget(trying->trial->design)) RunTemporarySql("SET CONSTRAINTS ALL IMMEDIATE");
            CountAllOrphans(*trying);
        }
        if (step.orphans_of || !step.repeated.empty()) {
            Guard([&] {
                if (step.repeated.empty()) removals->push_back(&step);
                for (const Step& removal : step.repeated)
                    removals->push_back(&removal);
            });
            const bool more = &step != &steps.back() && (&step + 1)->orphans_of;
            if (more) continue;
            RemoveOrphans(trying, *removals);
            removals->clear();
            continue;
        }
        if (!IsTried(*trying, step)) continue;
        if (step.kind == plan::StepKind::kLoad)
            Load(trying, *step.loads);
        else
            RunStep(*trying, step);
    }
}

/// Values that the targets compute otherwise than SQLite holds them.
void CompareComputed(const Trying& trying) {
    for (size_t i = 0; i < trying.trial->tables.size(); ++i) {
        const auto& comparisons = trying.trial->tables[i].comparisons;
        for (size_t j = 0; j < comparisons.size(); ++j)
            (void)TryInSubtransaction(
                [&] {
                    SPI_connect();
                    // Not as one that only reads: it would not see what the trial has written.
                    WithOwnNames(trying.real->tables[i].by_path, [&] {
                        if (SPI_execute(ToServerText(comparisons[j].count), false, 0) != SPI_OK_SELECT)
                            elog(ERROR, "could not compare a column");
                    });
                    const char* count = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
                    const char* shown = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
                    const uint64 rows = std::strtoull(count, nullptr, 10);
                    const char* example = shown != nullptr ? ToUtf8(shown) : "";
                    Guard([&] {
                        (*trying.facts)[i].columns[comparisons[j].column].different = {rows, example};
                    });
                    SPI_finish();
                },
                &IsAnswer);
    }
}

/// What a trial can't tell, and why.
void NoteUnforeseen(const Trying& trying) {
    Guard([&] { PassOnToChildren(trying.trial); });
    for (size_t i = 0; i < trying.trial->tables.size(); ++i)
        if ((*trying.facts)[i].trial)
            Guard([&] { FactsOf(trying, i).unforeseen = trying.trial->tables[i].unforeseen; });
}

/// @param which those to be tried, by Design::tables
void Try(const SurveyHandle& handle, std::vector<bool>* which, std::vector<assess::TableFacts>* facts) {
    Survey* survey = handle.survey;
    auto* before = NewIn<std::vector<assess::TableFacts>>(CurrentMemoryContext);
    Guard([&] { *before = *facts; });
    Trying trying = {&survey->design,
                     NewIn<plan::Trial>(CurrentMemoryContext),
                     facts,
                     NewIn<std::vector<Step>>(CurrentMemoryContext),
                     CurrentMemoryContext,
                     0};
    const bool any = Guard([&] {
        for (std::size_t i = 0; i < which->size(); ++i) {
            if (!(*which)[i] || !(*facts)[i].failure.empty()) (*which)[i] = false;
            if (!(*which)[i]) continue;
            (*facts)[i].trial.emplace();
            (*facts)[i].orphans.resize(survey->design.tables[i].foreign_keys.size());
            for (assess::OrphanFacts& orphans : (*facts)[i].orphans)
                orphans.rows = 0;
        }
        if (std::find(which->begin(), which->end(), true) == which->end()) return false;
        *trying.trial = plan::MakeTrial(survey->design, *which);
        *trying.steps = plan::WriteSteps(trying.trial->design);
        return true;
    });
    if (!any) return;
    const char* obstacle = RecoveryInProgress() ? "the server is a standby" : nullptr;
    if (obstacle == nullptr) {
        MemoryContext work =
            AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite trial", ALLOCSET_DEFAULT_SIZES);
        MemoryContext caller = MemoryContextSwitchTo(work);
        const ErrorData* error = RunAndTakeBack(
            [&] {
                // Nothing of it stays, so that a transaction which only reads may do it. It is as before when
                // the subtransaction is over.
                XactReadOnly = false;
                // A stand-in must not stand before a type or a table that an expression means: one may be
                // called text.
                LookIntoCatalogFirst("pg_temp");
                RunSteps(&trying);
                CompareComputed(trying);
            },
            &IsAnswerOfAll);
        MemoryContextSwitchTo(caller);
        if (error != nullptr) {
            const char* message = ToUtf8(error->message);
            Guard([&] {
                for (plan::TrialTable& table : trying.trial->tables)
                    if (table.unforeseen.empty()) table.unforeseen = message;
            });
        }
        MemoryContextDelete(work);
    } else {
        Guard([&] {
            for (plan::TrialTable& table : trying.trial->tables)
                table.unforeseen = obstacle;
        });
    }
    NoteUnforeseen(trying);
    // Rows that end the job leave orphans in the trial which are none once they are settled.
    const bool fails = std::any_of(facts->begin(), facts->end(), [](const assess::TableFacts& table) {
        return table.trial && table.trial->failures > 0;
    });
    if (!fails) return;
    Guard([&] {
        for (std::size_t i = 0; i < facts->size(); ++i)
            (*facts)[i].orphans = (*before)[i].orphans;
    });
}

}  // namespace

void TryTables(const SurveyHandle& handle, std::vector<assess::TableFacts>* facts) {
    auto* need = NewIn<assess::TrialNeed>(CurrentMemoryContext);
    Guard([&] { *need = assess::NeedTrial(handle.survey->design, handle.survey->existing, *facts); });
    Try(handle, &need->tried, facts);
    Guard([&] {
        for (std::size_t i = 0; i < facts->size(); ++i)
            if (!need->unforeseen[i].empty()) (*facts)[i].trial.emplace().unforeseen = need->unforeseen[i];
    });
}

}  // namespace pgsqlite::pg
