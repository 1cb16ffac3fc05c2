#include "pg/stack_fault.hpp"

#include <signal.h>
#include <sys/mman.h>

#include "core/base/stack.hpp"
#include "core/sqlite/abandoned.hpp"
#include "pg/interrupt.hpp"
#include "pg/pg.hpp"

namespace pgsqlite::pg {
namespace {

/// Room for PostgreSQL to end the session in: it rolls back, drops temporary tables and tells the client.
constexpr std::size_t kOtherStackBytes = 1024 * 1024;
/// How far behind the stack's end a frame may reach at once, and the gap before it that the kernel keeps to
/// other memory (stack_guard_gap).
constexpr std::uintptr_t kBehind = 1024 * 1024;
constexpr std::uintptr_t kGap = 2 * 1024 * 1024;

StackRange stack;
struct sigaction previous;
bool watching = false;

bool IsEndOfStack(const void* fault) noexcept {
    const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(fault);
    return at >= stack.end - std::min(stack.end, kBehind) && at < stack.end + kGap;
}

/// On the other stack. The instruction that failed was SQLite's own, or one of a function that it called: no
/// lock of PostgreSQL's is held (InterruptHoldoffCount), so the session can end as by any other FATAL error.
/// The statement can't go on: what SQLite was doing is half done.
void OnFault(int signal, siginfo_t* info, void* context) {
    if (interrupt_detail::running != nullptr && IsEndOfStack(info->si_addr) && InterruptHoldoffCount == 0 &&
        CritSectionCount == 0) {
        interrupt_detail::running = nullptr;
        sqlite::abandoned = true;
        set_stack_base();
        ereport(FATAL,
                (errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
                 errmsg("terminating connection because SQLite came to the end of the server's stack"),
                 errdetail("A function or a module of SQLite recursed over what it was given, deeper than "
                           "can be foreseen."),
                 errhint("Look for values or full-text queries that nest tens of thousands of levels "
                         "deep; a newer SQLite refuses more of them.")));
    }
    if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr)
        previous.sa_sigaction(signal, info, context);
    else
        sigaction(signal, &previous, nullptr);  // the instruction fails once more
}

}  // namespace

void WatchStack() noexcept {
    if (watching) return;
    stack = FindStack();
    stack_t other = {};
    if (sigaltstack(nullptr, &other) != 0) return;
    if ((other.ss_flags & SS_DISABLE) != 0 || other.ss_size < kOtherStackBytes) {
        void* memory = mmap(nullptr, kOtherStackBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (memory == MAP_FAILED) return;
        other = {};
        other.ss_sp = memory;
        other.ss_size = kOtherStackBytes;
        if (sigaltstack(&other, nullptr) != 0) {
            munmap(memory, kOtherStackBytes);
            return;
        }
    }
    struct sigaction action = {};
    action.sa_sigaction = &OnFault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    watching = sigaction(SIGSEGV, &action, &previous) == 0;
}

}  // namespace pgsqlite::pg
