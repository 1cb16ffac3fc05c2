#include "pg/jobs/sources/pinned_source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include "core/base/new_file.hpp"
#include "core/sqlite/fingerprint.hpp"
#include "pg/fdw/connect/redirect.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"

extern "C" {
#include "common/file_utils.h"
#include "storage/fd.h"
#include "storage/ipc.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// SQLite is told to follow no symbolic link, and one may lie on the way to the data directory.
/// @param resolved of MAXPGPATH bytes
void Resolve(const char* directory, char* resolved) {
    char real[PATH_MAX];
    if (realpath(directory, real) == nullptr)
        ereport(ERROR,
                (errcode_for_file_access(), errmsg("could not resolve directory \"%s\": %m", directory)));
    strlcpy(resolved, real, MAXPGPATH);
}

enum class Kept : uint8 {
    kWithDatabase,  ///< for sqlite.resume
    kWithSession,
    kBy010,  ///< as kWithDatabase, where 0.1.0 put them
};
constexpr Kept kAnywhere[] = {Kept::kWithDatabase, Kept::kWithSession, Kept::kBy010};
constexpr Kept kForResumption[] = {Kept::kWithDatabase, Kept::kBy010};

/// Where the copies of a job are, with the directory above them.
struct Paths {
    char root[MAXPGPATH];
    char job[MAXPGPATH];

    Paths(int64 number, Kept kept) {
        char data[MAXPGPATH];
        Resolve(DataDir, data);
        if (kept == Kept::kWithSession) {
            snprintf(root, MAXPGPATH, "%s/base/%s", data, PG_TEMP_FILES_DIR);
            snprintf(job, MAXPGPATH, "%s/%s_pg_sqlite.%u." INT64_FORMAT, root, PG_TEMP_FILE_PREFIX,
                     MyDatabaseId, number);
            return;
        }
        if (kept == Kept::kWithDatabase) {
            char database[MAXPGPATH];
            snprintf(database, MAXPGPATH, "%s/%s", data, DatabasePath);
            Resolve(database, root);  // it may be in a tablespace
            strlcat(root, "/" PG_TEMP_FILE_PREFIX "_pg_sqlite", MAXPGPATH);
        } else {
            snprintf(root, MAXPGPATH, "%s/pg_sqlite/%u", data, MyDatabaseId);
        }
        snprintf(job, MAXPGPATH, "%s/" INT64_FORMAT, root, number);
    }
    void Of(Oid server, const char* suffix, char* path) const {
        snprintf(path, MAXPGPATH, "%s/%u.db%s", job, server, suffix);
    }
};

void Sync(const char* directory) {
    Guard([&] { SyncDirectory(directory); });
}

/// @param parent holds its entry
void MakeDirectory(const char* path, const char* parent) {
    if (mkdir(path, S_IRWXU) == 0) return Sync(parent);
    if (errno != EEXIST)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not create directory \"%s\": %m", path)));
}

bool Exists(const char* path) {
    struct stat st;
    return lstat(path, &st) == 0;
}

/// Of this session, whose end is that of their copies: int64 *, in TopMemoryContext; 0 where one is done.
List* passing_jobs = NIL;

void Remove(int64 job, Kept kept) {
    Paths paths(job, kept);
    if (!Exists(paths.job)) return;
    (void)rmtree(paths.job, true);  // gives the WARNINGs itself
    if (kept == Kept::kWithSession) return;
    (void)rmdir(paths.root);  // stays while other jobs have copies
    if (kept != Kept::kBy010) return;
    get_parent_directory(paths.root);
    (void)rmdir(paths.root);
}

void RemoveAtExit(int, Datum) {
    ListCell* cell;
    foreach (cell, passing_jobs)
        Remove(*static_cast<int64*>(lfirst(cell)), Kept::kWithSession);
}

void RemoveWithSession(int64 job) {
    if (passing_jobs == NIL) on_proc_exit(&RemoveAtExit, 0);
    ListCell* cell;
    foreach (cell, passing_jobs) {
        int64* place = static_cast<int64*>(lfirst(cell));
        if (*place != 0) continue;
        *place = job;
        return;
    }
    MemoryContext previous = MemoryContextSwitchTo(TopMemoryContext);
    int64* number = static_cast<int64*>(palloc(sizeof(int64)));
    *number = job;
    passing_jobs = lappend(passing_jobs, number);
    MemoryContextSwitchTo(previous);
}

}  // namespace

int64 PinServer(int64 job, Oid server, bool resumable, const fdw::CopyProgress& progress) {
    const Paths paths(job, resumable ? Kept::kWithDatabase : Kept::kWithSession);
    char path[MAXPGPATH], unfinished[MAXPGPATH];
    paths.Of(server, "", path);
    paths.Of(server, ".unfinished", unfinished);
    MakeDirectory(paths.root, DataDir);
    if (!resumable && !Exists(paths.job)) RemoveWithSession(job);
    MakeDirectory(paths.job, paths.root);
    if (unlink(unfinished) != 0 && errno != ENOENT)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not remove file \"%s\": %m", unfinished)));

    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite source", ALLOCSET_SMALL_SIZES);
    const int64 bytes =
        fdw::CopyDatabase(fdw::Pin::Acquire(context, server), unfinished, resumable, progress);
    if (rename(unfinished, path) != 0)
        ereport(ERROR, (errcode_for_file_access(),
                        errmsg("could not rename file \"%s\" to \"%s\": %m", unfinished, path)));
    if (resumable) Sync(paths.job);
    MemoryContextDelete(context);
    fdw::ReadInstead(server, path);
    return bytes;
}

bool ReusePinned(int64 job, Oid server) {
    char path[MAXPGPATH];
    for (const Kept kept : kAnywhere) {
        Paths(job, kept).Of(server, "", path);
        if (!Exists(path)) continue;
        fdw::ReadInstead(server, path);
        return true;
    }
    return false;
}

void RemoveCopies(int64 job) {
    for (const Kept kept : kAnywhere)
        Remove(job, kept);
    ListCell* cell;
    foreach (cell, passing_jobs)
        if (*static_cast<int64*>(lfirst(cell)) == job) *static_cast<int64*>(lfirst(cell)) = 0;
}

List* JobsWithCopies() {
    List* jobs = NIL;
    for (const Kept kept : kForResumption) {
        const Paths paths(0, kept);
        if (!Exists(paths.root)) continue;
        DIR* directory = AllocateDir(paths.root);
        struct dirent* entry;
        while ((entry = ReadDirExtended(directory, paths.root, WARNING)) != nullptr) {
            char* end = nullptr;
            const int64 number = strtoll(entry->d_name, &end, 10);
            if (number <= 0 || *end != '\0') continue;
            int64* job = static_cast<int64*>(palloc(sizeof(int64)));
            *job = number;
            jobs = lappend(jobs, job);
        }
        FreeDir(directory);
    }
    return jobs;
}

int64 BytesOfCopies(int64 job) {
    int64 bytes = 0;
    for (const Kept kept : kForResumption) {
        const Paths paths(job, kept);
        if (!Exists(paths.job)) continue;
        DIR* directory = AllocateDir(paths.job);
        struct dirent* entry;
        while ((entry = ReadDirExtended(directory, paths.job, WARNING)) != nullptr) {
            struct stat st;
            if (lstat(psprintf("%s/%s", paths.job, entry->d_name), &st) == 0 && S_ISREG(st.st_mode))
                bytes += st.st_size;
        }
        FreeDir(directory);
    }
    return bytes;
}

char* FingerprintOf(Oid server) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite fingerprint", ALLOCSET_SMALL_SIZES);
    sqlite::Database* database = fdw::Pin::Acquire(context, server)->database();
    char text[512];
    fdw::CallSqlite(database, [&] { strlcpy(text, sqlite::Fingerprint(*database).c_str(), sizeof(text)); });
    MemoryContextDelete(context);
    return pstrdup(text);
}

const char* FingerprintChange(const char* before, const char* now) {
    return sqlite::FingerprintChange(before, now);
}

}  // namespace pgsqlite::pg::jobs
