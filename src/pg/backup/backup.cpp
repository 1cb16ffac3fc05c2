// sqlite.backup(server, directory, compress).
#include "pg/backup/backup.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

#include "core/backup/manifest.hpp"
#include "core/base/gzip.hpp"
#include "core/base/instant.hpp"
#include "core/sqlite/raw_file.hpp"
#include "pg/backup/content.hpp"
#include "pg/backup/transfer.hpp"
#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"

namespace pgsqlite::pg::backup {
namespace {

using pgsqlite::backup::Manifest;

/// What is being made; all of it lives in the backup's memory context.
struct Making {
    MemoryContext context;
    Manifest* manifest;
    const char* plain;   ///< path of the database
    const char* packed;  ///< of its compressed form; null without
};

void SetDigest(pgsqlite::backup::Digest* digest, const Passed& passed) {
    Guard([&] { *digest = {passed.bytes, passed.sha256}; });
}

/// The paths that the backup's files get.
void Name(Making* making, const char* directory, bool compress) {
    char* plain = static_cast<char*>(MemoryContextAllocZero(making->context, MAXPGPATH));
    Guard([&] {
        Manifest& manifest = *making->manifest;
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        manifest.created = IsoInstant(static_cast<int64>(now.tv_sec) * 1000000000 + now.tv_nsec);
        manifest.compressed = compress;
        manifest.sqlite_version = sqlite3_libversion();
        manifest.pg_sqlite_version = PG_SQLITE_VERSION;
        const std::string name = pgsqlite::backup::BackupName(manifest.server, manifest.created, false);
        const std::string path = std::string(directory) + "/" + name;
        if (path.size() + sizeof(".gz.json") > MAXPGPATH) throw FileError(ENAMETOOLONG, "create file", path);
        strlcpy(plain, path.c_str(), MAXPGPATH);
    });
    making->plain = fdw::ResolveAllowedNewFile(plain);
    making->packed = compress ? psprintf("%s.gz", making->plain) : nullptr;
    const char* file = ToUtf8(compress ? making->packed : making->plain);
    Guard([&] { making->manifest->file = file; });
}

/// Copies the server's snapshot, and lets the server go.
void Copy(const Making& making, Oid server, const fdw::CopyProgress& progress) {
    fdw::Pin* pin = fdw::Pin::Acquire(making.context, server);
    fdw::CallSqlite(pin->database(),
                    [&] { making.manifest->source = assess::ReadFileFacts(*pin->database()); });
    fdw::CopyDatabase(pin, making.plain, making.packed == nullptr, progress);
    pin->ReleaseSnapshot();
}

/// Takes the digests, and compresses where asked: then only the compressed file remains.
void Pack(const Making& making, Removal* plain, Removal** packed) {
    Manifest* manifest = making.manifest;
    if (making.packed == nullptr) {
        SetDigest(&manifest->plain, HashFile(making.plain));
        Guard([&] { manifest->packed = manifest->plain; });
        *packed = plain;
        return;
    }
    ByteSink* gzip = NewIn<Gzip>(making.context, making.packed);
    SetDigest(&manifest->plain, Transfer(NewIn<sqlite::RawFile>(making.context, making.plain), gzip));
    Guard([&] { gzip->Finish(true); });
    *packed = NewIn<Removal>(making.context, making.packed);
    SetDigest(&manifest->packed, HashFile(making.packed));
}

Datum Make(const Making& making, Oid server, const fdw::CopyProgress& progress) {
    Copy(making, server, progress);
    Removal* plain = NewIn<Removal>(making.context, making.plain);
    ReadContentOf(making.plain, &making.manifest->content);
    Removal* kept = nullptr;
    Pack(making, plain, &kept);

    auto* json = NewIn<std::string>(making.context);
    Guard([&] { *json = pgsqlite::backup::ToJson(*making.manifest); });
    const Datum manifest = DirectFunctionCall1(jsonb_in, CStringGetDatum(ToServerText(*json)));
    Guard([&] {
        NewFile file(std::string(making.packed != nullptr ? making.packed : making.plain) + ".json");
        *json += '\n';
        file.Write(json->data(), json->size());
        file.Keep(true);
        kept->Cancel();
    });
    return manifest;
}

}  // namespace

void CheckDirectory(const char* directory) {
    fdw::CheckMayWriteFiles("make a backup");
    (void)fdw::ResolveAllowedNewFile(psprintf("%s/x", directory));
    struct stat found;
    if (stat(directory, &found) != 0)
        ereport(ERROR,
                (errcode_for_file_access(), errmsg("could not look at directory \"%s\": %m", directory)));
    if (!S_ISDIR(found.st_mode))
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a directory", directory)));
    if (access(directory, W_OK | X_OK) != 0)
        ereport(ERROR,
                (errcode_for_file_access(), errmsg("could not write into directory \"%s\": %m", directory)));
}

Datum BackupServer(Oid server_oid, const char* directory, bool compress, const fdw::CopyProgress& progress) {
    const ForeignServer* server = GetForeignServer(server_oid);
    fdw::CheckIsSqlite(server);
    fdw::CheckServerUsage(server_oid, server->servername);
    fdw::CheckMayWriteFiles("make a backup");
    const char* server_name = ToUtf8(server->servername);

    Making making = {};
    making.context = AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite backup", ALLOCSET_DEFAULT_SIZES);
    volatile Datum result = 0;
    bool sound = true;
    // Unfinished files go with the context: now, not when somebody has dealt with the error.
    PG_TRY();
    {
        making.manifest = NewIn<Manifest>(making.context);
        Guard([&] { making.manifest->server = server_name; });
        Name(&making, directory, compress);
        result = Make(making, server_oid, progress);
        sound = making.manifest->content.is_sound();
    }
    PG_FINALLY();
    { MemoryContextDelete(making.context); }
    PG_END_TRY();
    if (!sound)
        ereport(WARNING,
                (errmsg("the database of server \"%s\" is damaged, and so is its backup", server->servername),
                 errdetail("The manifest says under \"integrity\" what integrity_check finds.")));
    return result;
}

}  // namespace pgsqlite::pg::backup

PG_SQLITE_FUNCTION(pg_sqlite_backup) {
    const ForeignServer* server = GetForeignServerByName(text_to_cstring(PG_GETARG_TEXT_PP(0)), false);
    PG_RETURN_DATUM(pgsqlite::pg::backup::BackupServer(
        server->serverid, text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_BOOL(2)));
}
