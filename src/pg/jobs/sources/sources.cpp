#include "pg/jobs/sources/sources.hpp"

#include "core/sqlite/statement.hpp"
#include "pg/backup/backup.hpp"
#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/redirect.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/jobs/records/records.hpp"
#include "pg/jobs/records/restart.hpp"
#include "pg/jobs/run/progress.hpp"
#include "pg/jobs/sources/pinned_source.hpp"
#include "pg/settings.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg::jobs {
namespace {

void NoteFile(int64 job, const char* server, const char* path, const char* fingerprint, Datum backup) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(server).Text(path).Text(fingerprint).Add(JSONBOID, backup, backup == 0);
    RunOnRecords(
        "UPDATE sqlite.jobs SET files = files OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object("
        "'server', $2, 'path', $3, 'fingerprint', $4),"
        " backups = CASE WHEN $5 IS NULL THEN backups ELSE backups OPERATOR(pg_catalog.||) $5 END"
        " WHERE job OPERATOR(pg_catalog.=) $1",
        arguments);
    SPI_finish();
}

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
    ListCell* cell;
    foreach (cell, JobsWithCopies()) {
        const int64 job = *static_cast<int64*>(lfirst(cell));
        SPI_connect();
        Arguments arguments;
        arguments.Int8(job).Add(REGROLEOID, ObjectIdGetDatum(GetUserId()));
        const bool own = RunOnRecords(
                             "SELECT FROM sqlite.jobs WHERE job OPERATOR(pg_catalog.=) $1"
                             " AND owner OPERATOR(pg_catalog.=) $2",
                             arguments) > 0;
        SPI_finish();
        if (own) bytes += BytesOfCopies(job);
    }
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

/// The fingerprint that the job's records have of a server's file; palloc'd, null without one.
char* RecordedFingerprint(int64 job, const char* server) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(server);
    RunOnRecords(
        "SELECT pg_catalog.jsonb_extract_path_text(f.file, 'fingerprint') FROM sqlite.jobs j,"
        " pg_catalog.jsonb_array_elements(j.files) AS f(file) WHERE j.job OPERATOR(pg_catalog.=) $1"
        " AND pg_catalog.jsonb_extract_path_text(f.file, 'server') OPERATOR(pg_catalog.=) $2",
        arguments);
    char* text = SPI_processed > 0 ? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) : nullptr;
    char* copy = text != nullptr ? static_cast<char*>(SPI_palloc(strlen(text) + 1)) : nullptr;
    if (copy != nullptr) strcpy(copy, text);
    SPI_finish();
    return copy;
}

void ForgetFile(int64 job, const char* server) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(server);
    RunOnRecords(
        "UPDATE sqlite.jobs SET files = COALESCE((SELECT pg_catalog.jsonb_agg(f.file) FROM"
        " pg_catalog.jsonb_array_elements(files) AS f(file) WHERE"
        " pg_catalog.jsonb_extract_path_text(f.file, 'server') OPERATOR(pg_catalog.<>) $2), '[]')"
        " WHERE job OPERATOR(pg_catalog.=) $1",
        arguments);
    SPI_finish();
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
    ListCell* cell;
    foreach (cell, JobsWithCopies()) {
        const int64 job = *static_cast<int64*>(lfirst(cell));
        SPI_connect();
        Arguments arguments;
        arguments.Int8(job);
        const bool wanted = RunOnRecords(
                                "SELECT FROM sqlite.jobs WHERE job OPERATOR(pg_catalog.=) $1"
                                " AND state OPERATOR(pg_catalog.=) ANY ('{running,failed}')",
                                arguments) > 0;
        SPI_finish();
        if (!wanted) RemoveCopies(job);
    }
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
