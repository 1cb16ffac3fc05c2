#include "pg/jobs/pinned_source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/new_file.hpp"
#include "core/sqlite/fingerprint.hpp"
#include "pg/fdw/redirect.hpp"
#include "pg/fdw/sqlite_call.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// <data directory>/pg_sqlite/<database>/<job>: of one job, not to be mixed up with others' of other
/// databases.
struct Paths {
    char root[MAXPGPATH];
    char database[MAXPGPATH];
    char job[MAXPGPATH];

    explicit Paths(int64 number) {
        snprintf(root, MAXPGPATH, "%s/pg_sqlite", DataDir);
        snprintf(database, MAXPGPATH, "%s/%u", root, MyDatabaseId);
        snprintf(job, MAXPGPATH, "%s/" INT64_FORMAT, database, number);
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

}  // namespace

int64 PinServer(int64 job, Oid server, const fdw::CopyProgress& progress) {
    const Paths paths(job);
    char path[MAXPGPATH], unfinished[MAXPGPATH];
    paths.Of(server, "", path);
    paths.Of(server, ".unfinished", unfinished);
    MakeDirectory(paths.root, DataDir);
    MakeDirectory(paths.database, paths.root);
    MakeDirectory(paths.job, paths.database);
    if (unlink(unfinished) != 0 && errno != ENOENT)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not remove file \"%s\": %m", unfinished)));

    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite source", ALLOCSET_SMALL_SIZES);
    const int64 bytes = fdw::CopyDatabase(fdw::Pin::Acquire(context, server), unfinished, true, progress);
    if (rename(unfinished, path) != 0)
        ereport(ERROR, (errcode_for_file_access(),
                        errmsg("could not rename file \"%s\" to \"%s\": %m", unfinished, path)));
    Sync(paths.job);
    MemoryContextDelete(context);
    fdw::ReadInstead(server, path);
    return bytes;
}

bool ReusePinned(int64 job, Oid server) {
    char path[MAXPGPATH];
    Paths(job).Of(server, "", path);
    if (!Exists(path)) return false;
    fdw::ReadInstead(server, path);
    return true;
}

void RemoveCopies(int64 job) {
    const Paths paths(job);
    if (!Exists(paths.job)) return;
    (void)rmtree(paths.job, true);  // gives the WARNINGs itself
    (void)rmdir(paths.database);    // stays while other jobs have copies
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
