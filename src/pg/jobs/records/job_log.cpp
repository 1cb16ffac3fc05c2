#include "pg/jobs/records/job_log.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kLog[] =
    "INSERT INTO sqlite.job_log (job, level, message, server, table_name) VALUES ($1, $2, $3, $4, $5)";

constexpr char kLogTable[] = R"(
INSERT INTO sqlite.job_log (job, level, server, table_name, message)
SELECT t.job, 'info', t.server, t.table_name,
    format('%s: %s rows read, %s written, %s rejected, %s skipped, in %s s', t.target, t.read, t.written, t.rejected,
        t.skipped, round(extract(epoch FROM t.finished - t.started)::numeric, 3))
FROM sqlite.job_tables t WHERE t.job = $1 AND t.table_no = $2
)";

}  // namespace

void Log(int64 job, const char* level, const char* message, const char* server, const char* table) {
    Arguments arguments;
    arguments.Int8(job).Text(level).Text(message).Text(server).Text(table);
    TouchRecords(kLog, arguments);
}

void LogRetry(int64 job, int attempt, const char* error) {
    Log(job, "warning", psprintf("attempt %d failed and is repeated: %s", attempt, error));
}

void LogTable(int64 job, int32 table_no) {
    Arguments arguments;
    arguments.Int8(job).Int4(table_no);
    TouchRecords(kLogTable, arguments);
}

}  // namespace pgsqlite::pg::jobs
