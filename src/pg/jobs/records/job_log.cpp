#include "pg/jobs/records/job_log.hpp"

#include "pg/shortened.hpp"

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

constexpr char kLogOfTable[] = R"(
INSERT INTO sqlite.job_log (job, level, server, table_name, message)
SELECT t.job, 'warning', t.server, t.table_name, $3
FROM sqlite.job_tables t WHERE t.job = $1 AND t.table_no = $2
)";

bool IsOfRule(const load::PassedRow& row, const load::PassedRow& other) {
    return row.cleared == other.cleared && std::strcmp(row.rule, other.rule) == 0;
}

const load::PassedRow& PassedAt(const load::Account& account, int place) {
    return *static_cast<const load::PassedRow*>(list_nth(account.passed(), place));
}

}  // namespace

void LogPassed(int64 job, const load::Account& account, int first) {
    const int count = list_length(account.passed());
    for (int i = first; i < count; ++i) {
        const load::PassedRow& row = PassedAt(account, i);
        bool told = false;
        for (int j = first; j < i && !told; ++j)
            told = IsOfRule(PassedAt(account, j), row);
        if (told) continue;
        StringInfoData message;
        initStringInfo(&message);
        appendStringInfo(&message,
                         row.cleared ? "rule \"%s\" made columns NULL: %s" : "rule \"%s\" warns of: %s",
                         row.rule, row.locator);
        for (int j = i + 1; j < count; ++j)
            if (IsOfRule(PassedAt(account, j), row))
                appendStringInfo(&message, ", %s", PassedAt(account, j).locator);
        if (count - account.table_start.passed == load::kToldPassedRows)
            appendStringInfoString(&message, ", …");
        Arguments arguments;
        arguments.Int8(job).Int4(account.table_no()).Text(message.data);
        TouchRecords(kLogOfTable, arguments);
    }
}

void Log(int64 job, const char* level, const char* message, const char* server, const char* table) {
    Arguments arguments;
    arguments.Int8(job).Text(level).Text(Shortened(message)).Text(server).Text(table);
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
