#include "pg/jobs/sources/sources.hpp"

#include "core/sqlite/statement.hpp"
#include "pg/backup/backup.hpp"
#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/redirect.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/job_log.hpp"
#include "pg/jobs/records/job_records.hpp"
#include "pg/jobs/records/restart.hpp"
#include "pg/jobs/records/source_records.hpp"
#include "pg/jobs/sources/pinned_source.hpp"
#include "pg/list.hpp"
#include "pg/settings.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg::jobs {
namespace {

const char* PathOf(const ForeignServer* server) {
    const fdw::ServerOptions options = fdw::ReadServerOptions(server->options);
    return options.database != nullptr ? options.database : "";
}

ForeignServer* UsableServer(const char* name) {
    ForeignServer* server = GetForeignServerByName(name, false);
    fdw::CheckIsSqlite(server);
    fdw::CheckServerUsage(server->serverid, name);
    return server;
}

/// Bytes of the copies that this database has for jobs of the present role, this one among them.
int64 BytesTaken() {
    int64 bytes = 0;
    for (const int64* job : Each<int64>(JobsWithCopies()))
        if (IsOwnJob(*job)) bytes += BytesOfCopies(*job);
    return bytes;
}

/// What nobody resumes or forgets stays, so the limit is for all copies of a role. Raises 53400.
void CheckCopies(Oid server) {
    if (MaxCopyBytes() < 0) return;
    const int64 taken = BytesTaken();
    if (taken == 0) return;  // the copy itself is measured when it is made
    fdw::Pin* pin = fdw::Pin::Acquire(CurrentMemoryContext, server);
    sqlite::Database* database = pin->database();
    const int64 bytes = fdw::CallSqlite(database, [&] {
        const auto number = [&](const char* pragma) {
            sqlite::Statement statement(*database, pragma);
            return statement.Fetch() ? statement.Int(0) : 0;
        };
        return number("PRAGMA page_count") * number("PRAGMA page_size");
    });
    pin->Release();
    if (bytes <= MaxCopyBytes() - taken) return;
    ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
                    errmsg("a copy of the database of server \"%s\" is too large beside those that are there",
                           GetForeignServer(server)->servername),
                    errdetail("It takes " INT64_FORMAT
                              " bytes, and copies for failed jobs of yours take " INT64_FORMAT
                              "; setting pg_sqlite.max_copy_size allows " INT64_FORMAT " together.",
                              bytes, taken, static_cast<int64>(MaxCopyBytes())),
                    errhint("CALL sqlite.resume or sqlite.forget for those jobs, or have a superuser raise "
                            "pg_sqlite.max_copy_size.")));
}

void Pin(int64 job, Oid server, const spec::JobSettings& settings) {
    if (settings.read_from != spec::ReadFrom::kCopy) return fdw::HoldSnapshot(server);
    CheckCopies(server);
    PinServer(job, server, settings.transaction != spec::Transaction::kSingle);
}

void PinSource(int64 job, const char* name, const spec::JobSettings& settings) {
    const ForeignServer* server = UsableServer(name);
    PublishActivity({job, Phase::kCopying, 0, InvalidOid, -1, name});
    Datum manifest = 0;
    if (!settings.backup.empty())
        manifest = backup::BackupServer(server->serverid, ToServerText(settings.backup), false);
    const char* fingerprint = FingerprintOf(server->serverid);
    Pin(job, server->serverid, settings);
    NoteFile(job, name, PathOf(server), fingerprint, manifest);
}

void PinSourceAgain(int64 job, const char* name, const spec::JobSettings& settings) {
    const ForeignServer* server = UsableServer(name);
    if (settings.read_from == spec::ReadFrom::kCopy && ReusePinned(job, server->serverid)) return;
    const char* before = RecordedFingerprint(job, name);
    const char* now = FingerprintOf(server->serverid);
    const char* change = before == nullptr ? "its fingerprint" : FingerprintChange(before, now);
    if (change != nullptr && WasCompleted(job)) {
        const char* message = psprintf(
            "the file of server \"%s\" has changed since the job read it (%s): what is loaded now is as the "
            "file is now",
            name, change);
        ereport(WARNING, (errmsg_internal("%s", message)));
        Log(job, "warning", message, name);
    } else if (change != nullptr) {
        RestartTables(job, name, change);
        ForgetFile(job, name);
        NoteFile(job, name, PathOf(server), now, 0);
    }
    PublishActivity({job, Phase::kCopying, 0, InvalidOid, -1, name});
    Pin(job, server->serverid, settings);
}

/// Copies of jobs that nothing is known of any more: their records went with the extension, or in the crash
/// that they fell into. Their own sessions have recorded them before they make a copy.
void RemoveStrayCopies() {
    // Records that came later than this transaction's snapshot are not seen.
    if (IsolationUsesXactSnapshot()) return;
    for (const int64* job : Each<int64>(JobsWithCopies()))
        if (!NeedsCopies(*job)) RemoveCopies(*job);
}

/// @param pin void(int64 job, const char* server, const spec::JobSettings&)
template <class Function>
void ForEachServer(int64 job, ArrayType* servers, const spec::JobSettings& settings, Function pin) {
    fdw::StopRedirects();  // of an attempt before
    Datum* names;
    bool* nulls;
    int count;
    deconstruct_array(servers, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
    for (int i = 0; i < count; ++i)
        if (!nulls[i]) pin(job, TextDatumGetCString(names[i]), settings);
}

}  // namespace

void PinSources(int64 job, ArrayType* servers, const spec::JobSettings& settings) {
    int count;
    (void)ServerNames(servers, &count);  // before any file is copied
    RemoveStrayCopies();
    ForEachServer(job, servers, settings, &PinSource);
}

void PinSourcesAgain(int64 job, ArrayType* servers, const spec::JobSettings& settings) {
    ForEachServer(job, servers, settings, &PinSourceAgain);
}

void ReleaseSources(int64 job, bool keep_copies) {
    fdw::StopRedirects();
    if (!keep_copies) RemoveCopies(job);
}

}  // namespace pgsqlite::pg::jobs
