// sqlite.verify_backup(manifest) and sqlite.restore_backup(manifest, path).
#include "core/base/gzip.hpp"
#include "core/sqlite/copy.hpp"
#include "core/sqlite/raw_file.hpp"
#include "pg/backup/content.hpp"
#include "pg/backup/transfer.hpp"
#include "pg/fdw/connect/access.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "common/file_utils.h"
#include "storage/fd.h"
}

namespace pgsqlite::pg::backup {
namespace {

using pgsqlite::backup::Content;
using pgsqlite::backup::Manifest;

/// A backup that was asked for, in a memory context of its own.
struct Asked {
    MemoryContext context;
    Manifest* manifest;
    const char* path;  ///< of the backup, resolved and allowed
};

Asked Open(MemoryContext context, Jsonb* json) {
    fdw::CheckMayReadFiles("read a backup");
    Asked asked = {context, NewIn<Manifest>(context), nullptr};
    const char* text = ToUtf8(JsonbToCString(nullptr, &json->root, VARSIZE(json)));
    Guard([&] { *asked.manifest = pgsqlite::backup::ManifestFromJson(text); });
    asked.path = fdw::ResolveAllowedFile(ToServerText(asked.manifest->file));
    return asked;
}

/// Raises XX001 unless the bytes are those that the manifest describes.
/// @param what reads as in "backup "x" <what> what its manifest says"
void CheckDigest(const Asked& asked, const Passed& found, const pgsqlite::backup::Digest& wanted,
                 const char* what) {
    const bool same_size = found.bytes == wanted.bytes;
    if (same_size && pg_strcasecmp(found.sha256, wanted.sha256.c_str()) == 0) return;
    ereport(
        ERROR,
        (errcode(ERRCODE_DATA_CORRUPTED), errmsg("backup \"%s\" %s what its manifest says", asked.path, what),
         !same_size ? errdetail("There are " INT64_FORMAT " bytes instead of " INT64_FORMAT ".", found.bytes,
                                wanted.bytes)
                    : errdetail("Its SHA-256 is %s instead of %s.", found.sha256, wanted.sha256.c_str()),
         errhint("The file has been damaged or replaced since. Use another backup.")));
}

/// The database that the backup holds, to be read once.
ByteSource* Plain(const Asked& asked) {
    if (!asked.manifest->compressed) return NewIn<sqlite::RawFile>(asked.context, asked.path);
    auto* holder = Holder<Gunzip>::In(asked.context);
    Guard([&] { holder->Set(new Gunzip(std::make_unique<sqlite::RawFile>(asked.path), asked.path)); });
    return holder->get();
}

/// Writes the database to a new file. Raises XX001 when it is not what the manifest says; then there is none.
/// No more is written than the manifest says: a few bytes may unpack to any number.
void Unpack(const Asked& asked, const char* path, bool sync) {
    const int64 bytes = asked.manifest->plain.bytes;
    Guard([&] {
        CheckRoomFor(bytes, std::string("the database of backup \"") + asked.path + "\"", path,
                     MaxCopyBytes(), "pg_sqlite.max_copy_size");
    });
    ByteSink* file = NewIn<FileSink>(asked.context, path);
    const Passed plain = Transfer(Plain(asked), file, bytes);
    CheckDigest(asked, plain, asked.manifest->plain, "does not hold");
    Guard([&] { file->Finish(sync); });
}

/// A file of this name is removed when the server starts, should we not come to it (RemovePgTempFiles, fd.c).
char* TemporaryPath() {
    static int64 number = 0;
    char* directory = psprintf("%s/base/%s", DataDir, PG_TEMP_FILES_DIR);
    if (MakePGDirectory(directory) != 0 && errno != EEXIST)
        ereport(ERROR,
                (errcode_for_file_access(), errmsg("could not create directory \"%s\": %m", directory)));
    const char* path =
        psprintf("%s/%s%d.pg_sqlite" INT64_FORMAT, directory, PG_TEMP_FILE_PREFIX, MyProcPid, ++number);
    char* resolved = static_cast<char*>(palloc(MAXPGPATH));
    // SQLite is told to follow no symbolic link, and one may lie on the way to the data directory.
    Guard([&] { strlcpy(resolved, ResolveNewPath(path).c_str(), MAXPGPATH); });
    return resolved;
}

void Verify(const Asked& asked) {
    const Passed packed = HashFile(asked.path);
    CheckDigest(asked, packed, asked.manifest->packed, "is not");
    const char* database = asked.path;
    if (!asked.manifest->compressed) {
        CheckDigest(asked, packed, asked.manifest->plain, "does not hold");
    } else {
        // As fd.c says it of its own.
        if (temp_file_limit >= 0 && asked.manifest->plain.bytes > int64{temp_file_limit} * 1024)
            ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
                            errmsg("temporary file size exceeds temp_file_limit (%dkB)", temp_file_limit),
                            errdetail("Backup \"%s\" is unpacked to " INT64_FORMAT " bytes.", asked.path,
                                      asked.manifest->plain.bytes)));
        database = TemporaryPath();
        NewIn<Removal>(asked.context, database);
        Unpack(asked, database, false);
    }
    auto* content = NewIn<Content>(asked.context);
    ReadContentOf(database, content);
    Guard([&] { pgsqlite::backup::CheckCounts(*asked.manifest, *content); });
    if (asked.manifest->content.is_sound() && !content->is_sound())
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("backup \"%s\" is damaged", asked.path),
                        errdetail("integrity_check finds: %s", content->integrity.empty()
                                                                   ? "nothing at all"
                                                                   : ToServerText(content->integrity[0]))));
}

/// Runs `code` with a context that goes at once, also after an error: unfinished files go with it.
template <class Code>
void InContext(Code&& code) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite restore", ALLOCSET_DEFAULT_SIZES);
    PG_TRY();
    { code(context); }
    PG_FINALLY();
    { MemoryContextDelete(context); }
    PG_END_TRY();
}

}  // namespace
}  // namespace pgsqlite::pg::backup

namespace backup = pgsqlite::pg::backup;
namespace fdw = pgsqlite::pg::fdw;

PG_SQLITE_FUNCTION(pg_sqlite_verify_backup) {
    Jsonb* manifest = PG_GETARG_JSONB_P(0);
    backup::InContext([&](MemoryContext context) { backup::Verify(backup::Open(context, manifest)); });
    PG_RETURN_BOOL(true);
}

PG_SQLITE_FUNCTION(pg_sqlite_restore_backup) {
    Jsonb* manifest = PG_GETARG_JSONB_P(0);
    const char* path = text_to_cstring(PG_GETARG_TEXT_PP(1));
    fdw::CheckMayWriteFiles("restore a backup");
    const char* resolved = fdw::ResolveAllowedNewFile(path);
    pgsqlite::pg::Guard([&] { pgsqlite::sqlite::CheckIsNew(resolved); });
    backup::InContext([&](MemoryContext context) {
        const backup::Asked asked = backup::Open(context, manifest);
        backup::CheckDigest(asked, backup::HashFile(asked.path), asked.manifest->packed, "is not");
        backup::Unpack(asked, resolved, true);
    });
    PG_RETURN_TEXT_P(cstring_to_text(resolved));
}
