#include "pg/memory_fault.hpp"

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
struct Watched {
    int signal;
    struct sigaction previous;
    bool watching;
};
Watched watched[] = {{SIGSEGV, {}, false}, {SIGBUS, {}, false}};

bool IsEndOfStack(const void* fault) noexcept {
    const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(fault);
    return at >= stack.end - std::min(stack.end, kBehind) && at < stack.end + kGap;
}

/// A page of a mapped file behind the file's end, rather than a broken address or broken memory.
bool IsCutFile(int signal, const siginfo_t& info) noexcept {
    return signal == SIGBUS && info.si_code == BUS_ADRERR;
}

[[noreturn]] void EndSession(bool end_of_stack) {
    if (end_of_stack)
        ereport(FATAL,
                (errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
                 errmsg("terminating connection because SQLite came to the end of the server's stack"),
                 errdetail("A function or a module of SQLite recursed over what it was given, deeper than "
                           "can be foreseen."),
                 errhint("Look for values or full-text queries that nest tens of thousands of levels "
                         "deep; a newer SQLite refuses more of them.")));
    ereport(FATAL, (errcode(ERRCODE_IO_ERROR),
                    errmsg("terminating connection because a file was cut while SQLite had it mapped"),
                    errdetail("Somebody has made the -shm file of a database in WAL mode shorter."),
                    errhint("Read such a database from a copy.")));
    pg_unreachable();
}

/// On the other stack. The instruction that failed was SQLite's own, or one of a function that it called: no
/// lock of PostgreSQL's is held (InterruptHoldoffCount), so the session can end as by any other FATAL error.
/// The statement can't go on: what SQLite was doing is half done.
void OnFault(int signal, siginfo_t* info, void* context) {
    const bool end_of_stack = signal == SIGSEGV && IsEndOfStack(info->si_addr);
    if (interrupt_detail::running != nullptr && (end_of_stack || IsCutFile(signal, *info)) &&
        InterruptHoldoffCount == 0 && CritSectionCount == 0) {
        interrupt_detail::running = nullptr;
        sqlite::abandoned = true;
        set_stack_base();
        EndSession(end_of_stack);
    }
    const struct sigaction& previous = watched[signal == SIGSEGV ? 0 : 1].previous;
    if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr)
        previous.sa_sigaction(signal, info, context);
    else
        sigaction(signal, &previous, nullptr);  // the instruction fails once more
}

/// A stack for the handler: there may be nothing left of the usual one.
bool HaveOtherStack() noexcept {
    stack_t other = {};
    if (sigaltstack(nullptr, &other) != 0) return false;
    if ((other.ss_flags & SS_DISABLE) == 0 && other.ss_size >= kOtherStackBytes) return true;
    void* memory = mmap(nullptr, kOtherStackBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return false;
    other = {};
    other.ss_sp = memory;
    other.ss_size = kOtherStackBytes;
    if (sigaltstack(&other, nullptr) == 0) return true;
    munmap(memory, kOtherStackBytes);
    return false;
}

}  // namespace

void WatchMemory() noexcept {
    stack = FindStack();
    if (!HaveOtherStack()) return;
    for (Watched& one : watched) {
        if (one.watching) continue;
        struct sigaction action = {};
        action.sa_sigaction = &OnFault;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        one.watching = sigaction(one.signal, &action, &one.previous) == 0;
    }
}

}  // namespace pgsqlite::pg
