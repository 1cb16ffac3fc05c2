#include "pg/jobs/records/source_records.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kNoteFile[] = R"(
UPDATE sqlite.jobs SET files = files || jsonb_build_object('server', $2, 'path', $3, 'fingerprint', $4),
    backups = CASE WHEN $5 IS NULL THEN backups ELSE backups || $5 END
WHERE job = $1
)";

constexpr char kFingerprint[] = R"(
SELECT f.file ->> 'fingerprint' FROM sqlite.jobs j, jsonb_array_elements(j.files) AS f (file)
WHERE j.job = $1 AND f.file ->> 'server' = $2
)";

constexpr char kForgetFile[] = R"(
UPDATE sqlite.jobs SET files = COALESCE((
    SELECT jsonb_agg(f.file) FROM jsonb_array_elements(files) AS f (file) WHERE f.file ->> 'server' <> $2), '[]')
WHERE job = $1
)";

}  // namespace

void NoteFile(int64 job, const char* server, const char* path, const char* fingerprint, Datum backup) {
    Arguments arguments;
    arguments.Int8(job).Text(server).Text(path).Text(fingerprint).Add(JSONBOID, backup, backup == 0);
    TouchRecords(kNoteFile, arguments);
}

char* RecordedFingerprint(int64 job, const char* server) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(server);
    const Rows rows = RunOnRecords(kFingerprint, arguments);
    char* fingerprint = rows.count > 0 ? Keep(rows[0].Text(1)) : nullptr;
    SPI_finish();
    return fingerprint;
}

void ForgetFile(int64 job, const char* server) {
    Arguments arguments;
    arguments.Int8(job).Text(server);
    TouchRecords(kForgetFile, arguments);
}

}  // namespace pgsqlite::pg::jobs
