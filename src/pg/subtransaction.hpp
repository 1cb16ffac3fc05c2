// Subtransactions: code whose error is an answer, not the end of the statement.
#pragma once

#include "pg/seam.hpp"

extern "C" {
#include "utils/resowner.h"
}

namespace pgsqlite::pg {

/// Runs `code`, which may call anything, in a subtransaction that is kept when it ends well and rolled back
/// when it raises. Also before an error goes on: who catches it would take our subtransaction for theirs.
///
/// @param code as for PG_TRY: no object with a destructor may be alive in it
/// @param is_answer bool(const ErrorData*): whether the caller takes the error; any other is raised again
/// @return null when it ended well, else the error, in the current memory context
template <class Code, class IsAnswer>
ErrorData* TryInSubtransaction(Code&& code, IsAnswer&& is_answer) {
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    ErrorData* volatile error = nullptr;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    PG_TRY();
    {
        code();
        ReleaseCurrentSubTransaction();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    if (error != nullptr && !is_answer(error)) RaiseAgain(error);
    return error;
}

/// The same in a subtransaction that is rolled back however it ends.
template <class Code, class IsAnswer>
ErrorData* RunAndTakeBack(Code&& code, IsAnswer&& is_answer) {
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    ErrorData* volatile error = nullptr;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    PG_TRY();
    { code(); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
    }
    PG_END_TRY();
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    if (error != nullptr && !is_answer(error)) RaiseAgain(error);
    return error;
}

/// The same; any error is raised again.
template <class Code>
void RunAndTakeBack(Code&& code) {
    (void)RunAndTakeBack(code, [](const ErrorData*) { return false; });
}

}  // namespace pgsqlite::pg
