// Call: one CALL of a procedure that runs a job, and its units of work. Outside of a transaction block each
// unit is committed, or rolled back and recorded; inside of one everything is the caller's transaction.
#pragma once

#include "pg/jobs/workers/transient.hpp"
#include "pg/load/account.hpp"
#include "pg/owner_rights.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "tcop/pquery.h"
}

namespace pgsqlite::pg::jobs {

struct Call {
    bool atomic;           ///< inside of a transaction block: nothing may be committed
    MemoryContext memory;  ///< lives until the procedure returns, over commits
    int64 job;             ///< 0: not yet
    Oid act_as;            ///< whose rights its units have (AsRole); InvalidOid: the caller's
    load::Account* account;
    bool resumable;     ///< a failure leaves what sqlite.resume needs
    bool staged;        ///< tables are put aside, to be dropped at a failure
    const char* doing;  ///< the step at hand, for the context of errors; null: none
};

/// Connects to SPI. Everything allocated from now on outlives commits.
Call* BeginCall(FunctionCallInfo fcinfo);
/// Disconnects, and gives the procedure's result.
Datum EndCall(Call* call, FunctionCallInfo fcinfo);

/// The job that a call works for, from its first committed moment.
void StartJob(Call* call, int64 job);

void CommitUnit(Call* call);

/// An error leaves a call inside of a block: the session reads its servers as before.
void LeaveBlock(Call* call);

/// After a unit failed: records what is known of the failure and raises the error.
[[noreturn]] void FailCall(Call* call, ErrorData* error);

/// How often a unit is tried that fails for a transient reason.
inline constexpr int kUnitAttempts = 5;

/// Rolls back a unit that failed for a transient reason, logs it, and waits a little.
void PrepareRetry(Call* call, const load::Account::Mark& before, const ErrorData* error, int attempt);

/// Runs `code`, which may commit and leaves no subtransaction behind. An error is recorded with the job and
/// raised.
template <class Code>
void RunGuarded(Call* call, Code&& code) {
    ErrorData* volatile error = nullptr;
    PG_TRY();
    { code(); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(call->memory);  // the error must outlive the rollback
        error = CopyErrorData();
        FlushErrorState();
    }
    PG_END_TRY();
    if (error != nullptr) FailCall(call, error);
}

/// Runs `code` in the caller's transaction.
template <class Code>
void RunInBlock(Call* call, Code&& code) {
    PG_TRY();
    { WriteAsRole(call->act_as, code); }
    PG_CATCH();
    {
        LeaveBlock(call);
        PG_RE_THROW();
    }
    PG_END_TRY();
}

/// Runs `code` as a unit of work, at most so many times, and commits it. An error that is no transient one is
/// recorded with its job and raised. Inside of a transaction block it just runs.
template <class Code>
void RunUnit(Call* call, Code&& code, int attempts = kUnitAttempts) {
    if (call->atomic) return RunInBlock(call, code);
    RunGuarded(call, [&] {
        const load::Account::Mark before = call->account->TakeMark();
        for (int attempt = 1;; ++attempt) {
            EnsurePortalSnapshotExists();
            MemoryContextSwitchTo(call->memory);
            const ErrorData* error = TryInSubtransaction(
                [&] { WriteAsRole(call->act_as, code); },
                [&](const ErrorData* refused) { return attempt < attempts && IsTransient(refused); });
            if (error == nullptr) break;
            PrepareRetry(call, before, error, attempt);
        }
        CommitUnit(call);
    });
}

/// The same for a unit that is too long to be tried again by itself.
template <class Code>
void RunOnce(Call* call, Code&& code) {
    RunUnit(call, code, 1);
}

}  // namespace pgsqlite::pg::jobs
