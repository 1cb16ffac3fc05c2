#include "pg/load/load.hpp"

#include "pg/load/batch.hpp"
#include "pg/load/bulk_insert.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/insert.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg::load {
namespace {

/// The plain statement.
void LoadDirectly(const char* sql, Readers readers, Account* account) {
    fdw::RowCollector collector = CollectorFor(account);
    InsertCounts counts = {};
    WithLoad(&RunningLoad::changes, &account->changes[0],
             [&] { counts = RunInsert(sql, readers, &collector); });
    account->read += static_cast<int64>(counts.read);
    account->written += static_cast<int64>(counts.written);
    account->skipped += static_cast<int64>(counts.read - counts.written);
    account->updated += static_cast<int64>(counts.updated);
    account->unchanged += static_cast<int64>(counts.unchanged);
    Settle(collector, account);
    account->NoteTransaction();
}

enum class Outcome : uint8 { kLoaded, kRefused, kWorkersFailed };

/// Whatever workers could not do, a row to convert or the start of it, the session tries by itself.
bool IsWorkersFailure(const ErrorData* error) noexcept {
    return running_load.ran_parallel && FailedWhileReading() &&
           ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION);
}

/// Unless the rows are loaded, nothing has happened.
Outcome TryDirectly(const char* sql, Readers readers, Account* account) {
    const Account::Mark mark = account->TakeMark();
    ErrorData* error =
        TryInSubtransaction([&] { LoadDirectly(sql, readers, account); },
                            [&](const ErrorData* raised) {
                                return !account->ended && (IsAboutRow(raised) || IsWorkersFailure(raised));
                            });
    if (error == nullptr) return Outcome::kLoaded;
    const Outcome outcome = IsWorkersFailure(error) ? Outcome::kWorkersFailed : Outcome::kRefused;
    FreeErrorData(error);
    account->ReturnTo(mark);
    return outcome;
}

/// Rules are asked in the statement that reads; only where that meets an error of a row, of converted rows.
void LoadByRules(const plan::LoadTask& task, const plan::RowidRange* range, Account* account) {
    if (plan::Computes(task)) return LoadInBatches(task, range, true, account);
    const Account::Mark mark = account->TakeMark();
    ErrorData* error =
        TryInSubtransaction([&] { LoadInBatches(task, range, false, account); },
                            [&](const ErrorData* raised) { return !account->ended && IsAboutRow(raised); });
    if (error == nullptr) return;
    FreeErrorData(error);
    account->ReturnTo(mark);
    LoadInBatches(task, range, true, account);
}

/// SQLSTATEs of classes that PostgreSQL does not have are a trigger's own: '45000', 'SHOP1'.
bool IsOwnClass(int sqlstate) noexcept {
    static constexpr const char* kClasses =
        "00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 "
        "53 "
        "54 55 57 58 72 F0 HV P0 XX";
    const char* code = unpack_sql_state(sqlstate);
    for (const char* known = kClasses;; known += 3) {
        if (known[0] == code[0] && known[1] == code[1]) return false;
        if (known[2] == '\0') return true;
    }
}

}  // namespace

bool IsAboutRow(const ErrorData* error) noexcept {
    switch (ERRCODE_TO_CATEGORY(error->sqlerrcode)) {
        case ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION):
        case ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION):
        case ERRCODE_TO_CATEGORY(ERRCODE_CARDINALITY_VIOLATION):  // ON CONFLICT DO UPDATE met a row twice
        case ERRCODE_TO_CATEGORY(ERRCODE_WITH_CHECK_OPTION_VIOLATION):
        case ERRCODE_TO_CATEGORY(ERRCODE_PROGRAM_LIMIT_EXCEEDED):  // an index entry too long
        case ERRCODE_TO_CATEGORY(ERRCODE_PLPGSQL_ERROR):
        case ERRCODE_TO_CATEGORY(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION):
        case ERRCODE_TO_CATEGORY(ERRCODE_EXTERNAL_ROUTINE_INVOCATION_EXCEPTION):
        case ERRCODE_TO_CATEGORY(ERRCODE_TRIGGERED_ACTION_EXCEPTION):
        case ERRCODE_TO_CATEGORY(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION):
            return true;
        default:
            return IsOwnClass(error->sqlerrcode);
    }
}

void Load(const plan::LoadTask& task, const plan::RowidRange* range, Account* account) {
    if (!task.rules.empty()) return LoadByRules(task, range, account);
    const char* sql = SqlText([&] { return plan::DirectInsert(task, range); });
    // A job's own workers share its tables out already.
    const bool alone = range == nullptr && MyBgworkerEntry == nullptr;
    Outcome outcome = TryDirectly(sql, alone ? Readers::kWorkers : Readers::kSession, account);
    if (outcome == Outcome::kWorkersFailed) outcome = TryDirectly(sql, Readers::kSession, account);
    if (outcome != Outcome::kLoaded) LoadInBatches(task, range, plan::Computes(task), account);
}

}  // namespace pgsqlite::pg::load
