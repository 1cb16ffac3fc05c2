#include "pg/validate/job_comparison.hpp"

#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/redirect.hpp"
#include "pg/jobs/records/source_records.hpp"
#include "pg/jobs/sources/pinned_source.hpp"
#include "pg/run_sql.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg::validate {
namespace {

void Add(StringInfo reasons, const char* words) {
    if (words != nullptr) appendStringInfo(reasons, "%s%s", reasons->len > 0 ? "; " : "", words);
}

bool Differs(const Outcome& outcome) noexcept {
    return outcome.missing != 0 || outcome.extra != 0 || outcome.different != 0 || outcome.refused != 0;
}

/// Whether nothing is left to explain but the rows that were loaded later, which the pair does not expect.
bool OnlyRetried(const TablePair& pair, const Outcome& outcome) noexcept {
    if (outcome.missing != 0 || outcome.different != 0 || outcome.refused != 0) return false;
    return pair.scope == nullptr ? outcome.extra == pair.loaded_rejects
                                 : outcome.extra <= pair.loaded_rejects;
}

/// @param mended rows that have values of their own, where these explain all; else 0
const char* StatusOf(const TablePair& pair, const Outcome& outcome, int64 mended, StringInfo reasons) {
    if (mended > 0) {
        Add(reasons,
            psprintf("rows mended before they were loaded: " INT64_FORMAT "; all others are identical",
                     mended));
        return "cannot compare";
    }
    if (outcome.refused > 0)
        Add(reasons,
            outcome.refused <= pair.loaded_rejects
                ? psprintf("rows mended before they were loaded, and extra for that: " INT64_FORMAT,
                           outcome.refused)
                : psprintf("rows of the source that do not fit the target's types, and are not among "
                           "the rejects: " INT64_FORMAT,
                           outcome.refused));
    if (!Differs(outcome)) return "identical";
    if (pair.other_relations == nullptr) return "differs";
    Add(reasons, psprintf("what its load reads may have changed since: %s", pair.other_relations));
    return "cannot compare";
}

Outcome CompareSides(TablePair* pair, const DifferenceTaker* differences) {
    if (differences != nullptr) differences->begin(differences->context, *pair);
    Outcome outcome = Compare(&pair->source, &pair->sink, pair->aside, differences);
    outcome.refused -= std::min(outcome.refused, pair->unlocated_rejects);
    return outcome;
}

void Give(TablePair* pair, const Outcome* outcome, int64 mended, const char* note,
          const VerdictTaker& taker) {
    StringInfoData reasons;
    initStringInfo(&reasons);
    Add(&reasons, pair->obstacle);
    Verdict verdict = {pair, outcome, "cannot compare", nullptr};
    if (outcome != nullptr) {
        verdict.status = StatusOf(*pair, *outcome, mended, &reasons);
        Add(&reasons, pair->scope);
    }
    Add(&reasons, note);
    verdict.reason = reasons.len > 0 ? reasons.data : nullptr;
    taker.take(taker.context, verdict);
}

bool IsVerdict(const ErrorData* error) noexcept {
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    return category != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR);
}

/// How the live file differs from the one that the job read, or null.
const char* ChangeSince(int64 job, const char* server, Oid oid) {
    const char* before = jobs::RecordedFingerprint(job, server);
    if (before == nullptr) return "nothing is recorded of the file that the job has read";
    const char* change = jobs::FingerprintChange(before, jobs::FingerprintOf(oid));
    return change != nullptr ? psprintf("the file has changed since the job read it (%s)", change) : nullptr;
}

/// Turns a server to the job's copy, where there is one. Returns what is to be said of it, or null.
const char* OpenSource(int64 job, const char* server) {
    ForeignServer* found = GetForeignServerByName(server, true);
    if (found == nullptr) return nullptr;  // each of its tables will say so
    fdw::CheckServerUsage(found->serverid, server);
    if (jobs::ReusePinned(job, found->serverid)) return nullptr;
    return ChangeSince(job, server, found->serverid);
}

struct Notes {
    const char** servers;
    const char** notes;
    int count;
};

Notes OpenSources(const jobs::JobPlan& plan) {
    Notes notes = {};
    const Size count = plan.servers.size() + 1;
    notes.servers = static_cast<const char**>(palloc0(sizeof(char*) * count));
    notes.notes = static_cast<const char**>(palloc0(sizeof(char*) * count));
    for (const std::string& name : plan.servers) {
        const char* server = ToServerText(name);
        const int i = notes.count++;
        notes.servers[i] = server;
        ErrorData* error =
            TryInSubtransaction([&] { notes.notes[i] = OpenSource(plan.job, server); }, &IsVerdict);
        if (error != nullptr) notes.notes[i] = error->message;
    }
    return notes;
}

const char* NoteOf(const Notes& notes, const plan::LoadTask& task) {
    for (int i = 0; i < notes.count; ++i)
        if (task.server == notes.servers[i]) return notes.notes[i];
    return nullptr;
}

void DropSource(const TablePair& pair) {
    if (pair.drop != nullptr) RunSql(pair.drop);
}

/// How many rows that were put aside were loaded later with values of their own, where these explain all that
/// differs; else 0.
int64 CountMended(const jobs::JobPlan& plan, const jobs::PlannedLoad& load, bool by_load,
                  const Outcome& outcome) {
    TablePair* others = PairOfJob(plan, load, {true, by_load});
    const bool explains = others->obstacle == nullptr && OnlyRetried(*others, CompareSides(others, nullptr));
    DropSource(*others);
    return explains ? outcome.different + outcome.extra : 0;
}

void TryTable(const jobs::JobPlan& plan, const jobs::PlannedLoad& load, bool by_load, const char* note,
              const DifferenceTaker* differences, const VerdictTaker& taker) {
    TablePair* pair = PairOfJob(plan, load, {false, by_load});
    Outcome outcome = {};
    int64 mended = 0;
    if (pair->obstacle == nullptr) outcome = CompareSides(pair, differences);
    DropSource(*pair);
    if (differences == nullptr && pair->obstacle == nullptr && pair->loaded_rejects > 0 && Differs(outcome))
        mended = CountMended(plan, load, by_load, outcome);
    Give(pair, pair->obstacle == nullptr ? &outcome : nullptr, mended, note, taker);
}

void JudgeTable(const jobs::JobPlan& plan, const jobs::PlannedLoad& load, const Notes& notes,
                const DifferenceTaker* differences, const VerdictTaker& taker) {
    const char* note = NoteOf(notes, load.task);
    const ErrorData* error =
        TryInSubtransaction([&] { TryTable(plan, load, false, note, differences, taker); }, &IsVerdict);
    if (error == nullptr) return;
    // An expression that fails for a row is no obstacle to a load.
    const bool computes =
        !load.task.computed_columns.empty() || Guard([&] { return plan::Computes(load.task); });
    if (!load.task.create_source.empty() && computes &&
        TryInSubtransaction([&] { TryTable(plan, load, true, note, differences, taker); }, &IsVerdict) ==
            nullptr)
        return;
    TablePair pair = {};
    pair.server = load.task.server.empty() ? nullptr : ToServerText(load.task.server);
    pair.table = load.task.table.empty() ? nullptr : ToServerText(load.task.table);
    pair.target = ToServerText(load.target);
    pair.obstacle = error->message;
    Give(&pair, nullptr, 0, note, taker);
}

bool IsWanted(const jobs::PlannedLoad& load, const char* table) {
    return table == nullptr || load.task.table == table || load.target == table;
}

void JudgeTables(const jobs::JobPlan& plan, const char* table, const DifferenceTaker* differences,
                 const VerdictTaker& taker) {
    const Notes notes = OpenSources(plan);
    bool any = false;
    for (const jobs::PlannedLoad& load : plan.tables) {
        CHECK_FOR_INTERRUPTS();
        if (!IsWanted(load, table)) continue;
        any = true;
        MemoryContext memory =
            AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite table", ALLOCSET_DEFAULT_SIZES);
        MemoryContext previous = MemoryContextSwitchTo(memory);
        JudgeTable(plan, load, notes, differences, taker);
        MemoryContextSwitchTo(previous);
        MemoryContextDelete(memory);
    }
    if (table != nullptr && !any)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("job " INT64_FORMAT " has no table \"%s\"", plan.job, table),
                        errhint("Name it as sqlite.job_tables does: by table_name, or by target.")));
}

}  // namespace

void JudgePair(TablePair* pair, const char* note, const DifferenceTaker* differences,
               const VerdictTaker& taker) {
    Outcome outcome = {};
    if (pair->obstacle == nullptr) outcome = CompareSides(pair, differences);
    Give(pair, pair->obstacle == nullptr ? &outcome : nullptr, 0, note, taker);
}

void JudgeJob(int64 job, const char* table, const DifferenceTaker* differences, const VerdictTaker& taker) {
    const jobs::JobPlan* plan = jobs::ReadJobPlan(job);
    PG_TRY();
    { JudgeTables(*plan, table, differences, taker); }
    PG_FINALLY();
    { fdw::StopRedirects(); }
    PG_END_TRY();
}

}  // namespace pgsqlite::pg::validate
