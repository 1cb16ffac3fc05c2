#include "pg/load/account.hpp"

#include "pg/shortened.hpp"

namespace pgsqlite::pg::load {
namespace {

/// Rows of many megabytes must not fill the memory while they wait to be told.
/// Beyond this a failure is told without its row.
constexpr Size kKeptBytes = 16 * 1024 * 1024;
/// Refused rows that an error message shows.
constexpr int kShownRejects = 10;

/// Rows are the job's owner's to see; his function may be called by somebody who is not.
bool CallerSeesRows() {
    return GetOuterUserId() == GetUserId() || has_privs_of_role(GetOuterUserId(), GetUserId());
}

char* CopyText(const char* text) {
    return text != nullptr ? pstrdup(text) : nullptr;
}

}  // namespace

const char* CategoryName(Category category) noexcept {
    static constexpr const char* kNames[] = {"conversion", "validation", "insertion"};
    return kNames[static_cast<size_t>(category)];
}

Account* Account::In(MemoryContext context, Writer writer, Ticker ticker, void* callback_context) {
    MemoryContext previous = MemoryContextSwitchTo(context);
    Account* account = new (palloc(sizeof(Account))) Account();
    account->memory_ = AllocSetContextCreate(context, "pg_sqlite kept rejects", ALLOCSET_DEFAULT_SIZES);
    account->writer_ = writer;
    account->ticker_ = ticker;
    account->context_ = callback_context;
    account->kept_ = static_cast<Reject*>(palloc(sizeof(Reject) * 2 * kKeptRejects));
    MemoryContextSwitchTo(previous);
    return account;
}

/// Half the places are for failures, all of which are to be told.
void Account::Keep(const Reject& reject) {
    if ((reject.failure ? kept_failures_ : kept_count_ - kept_failures_) == kKeptRejects) return;
    const Size size = (reject.row != nullptr ? std::strlen(reject.row) : 0) +
                      (reject.key != nullptr ? std::strlen(reject.key) : 0) + std::strlen(reject.message);
    const bool fits = kept_count_ == 0 || kept_bytes_ + size <= kKeptBytes;
    if (!fits && !reject.failure) return;
    MemoryContext previous = MemoryContextSwitchTo(memory_);
    Reject* copy = &kept_[kept_count_++];
    *copy = reject;
    copy->target = CopyText(reject.target);
    copy->server = CopyText(reject.server);
    copy->table = CopyText(reject.table);
    copy->locator = CopyText(reject.locator);
    copy->columns = static_cast<List*>(copyObjectImpl(reject.columns));
    copy->message = CopyText(reject.message);
    copy->key = fits ? CopyText(reject.key) : nullptr;
    copy->row = fits ? CopyText(reject.row) : nullptr;
    if (fits) kept_bytes_ += size;
    if (reject.failure) ++kept_failures_;
    MemoryContextSwitchTo(previous);
}

void Account::Add(const Reject& refused) {
    Reject reject = refused;
    reject.message = Shortened(refused.message);
    reject.table_no = table_no_;
    reject.target = target_;
    ++rejected;
    Keep(reject);
    if (reject.failure) {
        ++failures;
        if (failures >= kKeptRejects && !hands_over_failures) RaiseFailures();
        if (!hands_over_failures) return;
    }
    writer_(context_, reject);
    if (max_rejects >= 0 && rejected > max_rejects) {
        ended = true;
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("more than " INT64_FORMAT " rows were rejected", max_rejects),
                 CallerSeesRows() ? errdetail("The last one: %s.", reject.message) : 0,
                 errhint("Raise max_rejects, or settle what is wrong with them: see sqlite.rejects.")));
    }
}

void Account::RaiseFailures() {
    if (failures == 0) return;
    ended = true;
    StringInfoData detail;
    initStringInfo(&detail);
    int sqlstate = 0, shown = 0;
    const bool shows = CallerSeesRows();
    for (int i = 0; i < kept_count_ && shown < kShownRejects; ++i) {
        const Reject& reject = kept_[i];
        if (!reject.failure) continue;
        if (shown++ == 0) sqlstate = reject.sqlstate;
        if (!shows) continue;
        appendStringInfo(&detail, "%s%s%s%s%s", detail.len > 0 ? "\n" : "",
                         reject.table != nullptr ? reject.table : "query",
                         reject.locator != nullptr ? ", " : "",
                         reject.locator != nullptr ? reject.locator : "", ": ");
        appendStringInfoString(&detail, reject.message);
    }
    if (!shows)
        appendStringInfo(&detail, "They are not shown: only role \"%s\" may see them.",
                         GetUserNameFromId(GetUserId(), false));
    else if (failures > shown)
        appendStringInfo(&detail, "\n… and " INT64_FORMAT " more", failures - shown);
    ereport(ERROR,
            (errcode(sqlstate != 0 ? sqlstate : ERRCODE_DATA_EXCEPTION),
             failures >= kKeptRejects
                 ? errmsg(INT64_FORMAT " rows do not fit their target, and the scan ended there", failures)
             : failures == 1 ? errmsg("1 row does not fit its target")
                             : errmsg(INT64_FORMAT " rows do not fit their target", failures),
             errdetail_internal("%s", detail.data),
             errhint("sqlite.rejects has them all. Settle them by a value policy or convert, or put them "
                     "aside with on_error 'reject'.")));
}

void Account::ForgetKept() noexcept {
    kept_count_ = kept_failures_ = 0;
    kept_bytes_ = 0;
    MemoryContextReset(memory_);
}

Account::Mark Account::TakeMark() const noexcept {
    Mark mark = {
        read,     written, rejected,          skipped,     warned,         updated,     unchanged,
        failures, {},      list_length(xids), kept_count_, kept_failures_, kept_bytes_, list_length(passed_)};
    std::memcpy(mark.changes, changes, sizeof(changes));
    return mark;
}

void Account::ReturnTo(const Mark& mark) noexcept {
    read = mark.read;
    written = mark.written;
    rejected = mark.rejected;
    skipped = mark.skipped;
    warned = mark.warned;
    updated = mark.updated;
    unchanged = mark.unchanged;
    failures = mark.failures;
    std::memcpy(changes, mark.changes, sizeof(changes));
    xids = list_truncate(xids, mark.xids);
    kept_count_ = mark.kept_count;
    kept_failures_ = mark.kept_failures;
    kept_bytes_ = mark.kept_bytes;
    passed_ = list_truncate(passed_, mark.passed);
}

void Account::NotePassed(const PassedRow& row) {
    if (list_length(passed_) - table_start.passed >= kToldPassedRows) return;
    MemoryContext previous = MemoryContextSwitchTo(GetMemoryChunkContext(this));
    PassedRow* copy = static_cast<PassedRow*>(palloc(sizeof(PassedRow)));
    *copy = {pstrdup(row.rule), row.cleared, pstrdup(row.locator)};
    passed_ = lappend(passed_, copy);
    MemoryContextSwitchTo(previous);
}

void Account::NoteTransaction() {
    const FullTransactionId xid = GetCurrentFullTransactionIdIfAny();
    if (!FullTransactionIdIsValid(xid)) return;
    MemoryContext previous = MemoryContextSwitchTo(GetMemoryChunkContext(this));
    uint64* copy = static_cast<uint64*>(palloc(sizeof(uint64)));
    *copy = U64FromFullTransactionId(xid);
    xids = lappend(xids, copy);
    MemoryContextSwitchTo(previous);
}

}  // namespace pgsqlite::pg::load
