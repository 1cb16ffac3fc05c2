#include "pg/interrupt.hpp"

#include "pg/seam.hpp"

namespace pgsqlite::pg {

namespace interrupt_detail {
sqlite::Database* volatile running = nullptr;
volatile bool ticking = false;
}  // namespace interrupt_detail

namespace {

/// A quarter of the 100 ms that a cancel may take.
constexpr int kTickMs = 25;

/// PostgreSQL's SIGALRM handler itself holds interrupts off while it calls us (handle_sig_alarm, timeout.c).
constexpr uint32 kHeldByHandler = 1;

TimeoutId timeout_id;
int registered_pid = 0;

bool CancelPendingWith(uint32 holdoffs) noexcept {
    // InterruptPending alone is set for harmless things too (a barrier, a catch-up), which must stop no
    // query.
    return InterruptPending && (QueryCancelPending || ProcDiePending || ClientConnectionLost) &&
           InterruptHoldoffCount <= holdoffs && CritSectionCount == 0;
}

/// Runs in the SIGALRM handler.
void OnTick() {
    const int saved_errno = errno;
    sqlite::Database* db = interrupt_detail::running;
    if (db == nullptr) {
        interrupt_detail::ticking = false;
    } else {
        if (CancelPendingWith(kHeldByHandler)) db->Interrupt();
        enable_timeout_after(timeout_id, kTickMs);
    }
    errno = saved_errno;
}

}  // namespace

void interrupt_detail::StartTicking() noexcept(false) {
    // Registered by the process that uses it: InitializeTimeouts() forgets what the postmaster registered.
    if (registered_pid != MyProcPid) {
        timeout_id = RegisterTimeout(USER_TIMEOUT, &OnTick);
        registered_pid = MyProcPid;
    }
    ticking = true;
    enable_timeout_after(timeout_id, kTickMs);
}

bool CancelPending() noexcept {
    return CancelPendingWith(0);
}

void ForgetTicking() noexcept {
    interrupt_detail::running = nullptr;
    interrupt_detail::ticking = false;
}

}  // namespace pgsqlite::pg
