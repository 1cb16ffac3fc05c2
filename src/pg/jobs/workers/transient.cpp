#include "pg/jobs/workers/transient.hpp"

extern "C" {
#include "storage/latch.h"
#include "utils/wait_event.h"
}

namespace pgsqlite::pg::jobs {
namespace {

constexpr long kFirstWaitMs = 100;
constexpr int kMostDoublings = 7;

}  // namespace

bool IsTransient(const ErrorData* error) noexcept {
    return error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED ||
           error->sqlerrcode == ERRCODE_T_R_SERIALIZATION_FAILURE ||
           error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
}

void BackOff(int attempt) {
    const int doublings = std::min(std::max(attempt - 1, 0), kMostDoublings);
    const TimestampTz until = GetCurrentTimestamp() + (kFirstWaitMs << doublings) * 1000;
    // A latch is set for many reasons, a timer of ours among them.
    while (true) {
        ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
        const long left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);
        if (left <= 0) return;
        (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left, PG_WAIT_EXTENSION);
    }
}

}  // namespace pgsqlite::pg::jobs
