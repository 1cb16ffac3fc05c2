#include "core/sqlite/file_gate.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/base/new_file.hpp"

namespace pgsqlite::sqlite {
namespace {

using OpenCall = int (*)(const char*, int, int);
using StatCall = int (*)(const char*, struct stat*);
using ModeCall = int (*)(int, mode_t);
using OwnerCall = int (*)(int, uid_t, gid_t);

struct Gate {
    OpenCall open = nullptr;
    StatCall stat = nullptr;
    ModeCall mode = nullptr;
    OwnerCall owner = nullptr;
    bool built = false;
};
Gate gate;
thread_local Pass pass = Pass::kOthers;
thread_local Refusal refusal = Refusal::kNone;

/// Opens just that file which an O_PATH descriptor is of. @param flags what a writer asks for
int Reopen(int descriptor, int flags) noexcept {
    char name[32];
    std::snprintf(name, sizeof(name), "/proc/self/fd/%d", descriptor);
    if (pass == Pass::kReader) return open(name, O_RDONLY | O_CLOEXEC);
    return open(name, (flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW)) | O_CLOEXEC);
}

/// A file that isn't there, made where it was asked for: a directory on the way may have been exchanged for a
/// link.
int MakeNew(const char* path, int flags, int mode) noexcept {
    const int descriptor = gate.open(path, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0 || LiesAt(descriptor, path)) return descriptor;
    refusal = Refusal::kElsewhere;
    unlink(path);
    close(descriptor);
    errno = ELOOP;
    return -1;
}

/// @return an O_PATH descriptor of what lies at the path, or -1 with errno; `refusal` says whether it is what
/// may be opened
int LookAt(const char* path, struct stat* st) noexcept {
    const int descriptor = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) return -1;
    if (fstat(descriptor, st) != 0) {
        const int error = errno;
        close(descriptor);
        errno = error;
        return -1;
    }
    refusal = !S_ISREG(st->st_mode)       ? Refusal::kNotRegular
              : !LiesAt(descriptor, path) ? Refusal::kElsewhere
                                          : Refusal::kNone;
    return descriptor;
}

/// @param flags what SQLite asks for, which is for writing where it makes a -shm
int OpenAtGate(const char* path, int flags, int mode) {
    if (pass == Pass::kOthers) return gate.open(path, flags, mode);
    refusal = Refusal::kNone;
    struct stat st;
    const int look = LookAt(path, &st);
    if (look < 0 && pass == Pass::kWriter && errno == ENOENT && (flags & O_CREAT) != 0)
        return MakeNew(path, flags, mode);
    if (look < 0) return -1;
    int descriptor = -1;
    errno = ELOOP;
    if (refusal == Refusal::kNone) descriptor = Reopen(look, flags);
    const int error = errno;
    close(look);
    errno = error;
    return descriptor;
}

/// What may not be opened is there all the same: whoever opens it then hears so.
int StatAtGate(const char* path, struct stat* st) {
    if (pass == Pass::kOthers) return gate.stat(path, st);
    const int look = LookAt(path, st);
    if (look < 0) return -1;
    close(look);
    if (refusal == Refusal::kElsewhere) {
        *st = {};
        st->st_mode = S_IFLNK;
    }
    return 0;
}

int SetModeAtGate(int descriptor, mode_t mode) {
    return pass == Pass::kReader ? 0 : gate.mode(descriptor, mode);
}
/// SQLite gives what it opens as root to the database's owner, somebody else's journal, too. Servers are not
/// root.
int SetOwnerAtGate(int descriptor, uid_t user, gid_t group) {
    return pass == Pass::kOthers ? gate.owner(descriptor, user, group) : 0;
}

template <class Call>
bool Replace(sqlite3_vfs* vfs, const char* name, Call* original, Call replacement) noexcept {
    *original = reinterpret_cast<Call>(vfs->xGetSystemCall(vfs, name));
    return *original != nullptr &&
           vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(replacement)) == SQLITE_OK;
}

}  // namespace

bool BuildGate(sqlite3_vfs* vfs) noexcept {
    if (gate.open != nullptr) return gate.built;
    if (vfs->iVersion < 3 || vfs->xSetSystemCall == nullptr || vfs->xGetSystemCall == nullptr) return false;
    gate.built = Replace(vfs, "open", &gate.open, OpenCall{OpenAtGate}) &&
                 Replace(vfs, "stat", &gate.stat, StatCall{StatAtGate}) &&
                 Replace(vfs, "fchmod", &gate.mode, ModeCall{SetModeAtGate}) &&
                 Replace(vfs, "fchown", &gate.owner, OwnerCall{SetOwnerAtGate});
    return gate.built;
}

GateClosed::GateClosed(Pass of) noexcept : before_(pass) {
    pass = of;
}
GateClosed::~GateClosed() {
    pass = before_;
}

Refusal LastRefusal() noexcept {
    return refusal;
}

}  // namespace pgsqlite::sqlite
