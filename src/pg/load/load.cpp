#include "pg/load/load.hpp"

#include "pg/load/batch.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/insert.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg::load {
namespace {

/// The plain statement.
void LoadDirectly(const char* sql, Account* account) {
    fdw::RowCollector collector = CollectorFor(account);
    const InsertCounts counts = RunInsert(sql, &collector);
    account->read += static_cast<int64>(counts.read);
    account->written += static_cast<int64>(counts.written);
    account->skipped += static_cast<int64>(counts.read - counts.written);
    Settle(collector, account);
    account->NoteTransaction();
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
            return true;
        default:
            return false;
    }
}

void Load(const plan::LoadTask& task, const plan::RowidRange* range, Account* account) {
    if (!task.rules.empty()) return LoadInBatches(task, range, account);
    const char* sql = SqlText([&] { return plan::DirectInsert(task, range); });
    const Account::Mark mark = account->TakeMark();
    ErrorData* error =
        TryInSubtransaction([&] { LoadDirectly(sql, account); },
                            [&](const ErrorData* raised) { return !account->ended && IsAboutRow(raised); });
    if (error == nullptr) return;
    FreeErrorData(error);
    account->ReturnTo(mark);
    LoadInBatches(task, range, account);
}

}  // namespace pgsqlite::pg::load
