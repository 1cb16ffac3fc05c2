#include "pg/jobs/sources.hpp"

#include "pg/backup/backup.hpp"
#include "pg/fdw/access.hpp"
#include "pg/fdw/redirect.hpp"
#include "pg/jobs/pinned_source.hpp"
#include "pg/jobs/progress.hpp"
#include "pg/jobs/records.hpp"

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

void PinSource(int64 job, const char* name, const spec::JobSettings& settings) {
    ForeignServer* server = GetForeignServerByName(name, false);
    fdw::CheckIsSqlite(server);
    fdw::CheckServerUsage(server->serverid, name);
    PublishActivity({job, Phase::kCopying, 0, InvalidOid, -1, name});
    Datum manifest = 0;
    if (!settings.backup.empty())
        manifest = backup::BackupServer(server->serverid, ToServerText(settings.backup), false);
    const char* fingerprint = FingerprintOf(server->serverid);
    if (settings.read_from == spec::ReadFrom::kCopy)
        PinServer(job, server->serverid);
    else
        fdw::HoldSnapshot(server->serverid);
    NoteFile(job, name, PathOf(server), fingerprint, manifest);
}

}  // namespace

void PinSources(int64 job, ArrayType* servers, const spec::JobSettings& settings) {
    Datum* names;
    bool* nulls;
    int count;
    deconstruct_array(servers, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
    for (int i = 0; i < count; ++i)
        if (!nulls[i]) PinSource(job, TextDatumGetCString(names[i]), settings);
}

void ReleaseSources(int64 job, bool keep_copies) {
    fdw::StopRedirects();
    if (!keep_copies) RemoveCopies(job);
}

}  // namespace pgsqlite::pg::jobs
