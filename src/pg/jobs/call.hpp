// Call: one CALL of a procedure that runs a job, and its units of work. Outside of a transaction block each
// unit is committed, or rolled back and recorded; inside of one everything is the caller's transaction.
#pragma once

#include "pg/jobs/records.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "tcop/pquery.h"
}

namespace pgsqlite::pg::jobs {

struct Call {
    bool atomic;           ///< inside of a transaction block: nothing may be committed
    MemoryContext memory;  ///< lives until the procedure returns, over commits
    int64 job;             ///< 0: not yet
    load::Account* account;
    bool resumable;     ///< a failure leaves what sqlite.resume needs
    const char* doing;  ///< the step at hand, for the context of errors; null: none
};

/// Connects to SPI. Everything allocated from now on outlives commits.
Call* BeginCall(FunctionCallInfo fcinfo);
/// Disconnects, and gives the procedure's result.
Datum EndCall(Call* call, FunctionCallInfo fcinfo);

/// The job that a call works for, from its first committed moment.
void StartJob(Call* call, int64 job);

void CommitUnit(Call* call);

/// After a unit failed: records what is known of the failure and raises the error.
[[noreturn]] void FailCall(Call* call, ErrorData* error);

/// Runs `code` as a unit of work and commits it. An error is recorded with its job and raised.
template <class Code>
void RunUnit(Call* call, Code&& code) {
    if (call->atomic) return code();
    EnsurePortalSnapshotExists();
    MemoryContextSwitchTo(call->memory);  // an error must outlive the rollback
    ErrorData* error = TryInSubtransaction(code, [](const ErrorData*) { return true; });
    if (error != nullptr) FailCall(call, error);
    CommitUnit(call);
}

}  // namespace pgsqlite::pg::jobs
