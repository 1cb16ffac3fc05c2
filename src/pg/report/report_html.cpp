// sqlite.report_html(job, proof): what is known of a job, gathered by its reader's rights, as a page.
#include "core/report/page.hpp"
#include "pg/jobs/records/last_job.hpp"
#include "pg/jobs/records/statement.hpp"
#include "pg/owner_rights.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "utils/json.h"
}

namespace pgsqlite::pg::report {
namespace {

/// The records, and who asks for them. A step without a beginning of its own began where the one before it
/// ended.
constexpr char kFacts[] = R"(
SELECT jsonb_build_object(
    'report', sqlite.report($1),
    'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
    'started', to_char(j.started AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
    'finished', to_char(j.finished AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
    'database', current_database(),
    'postgres', current_setting('server_version'),
    'user', session_user,
    'columns', COALESCE((
        SELECT jsonb_object_agg(t.table_no, t.load -> 'source_columns') FROM sqlite.job_tables t WHERE t.job = j.job), '{}'),
    'steps', COALESCE((
        SELECT jsonb_agg(jsonb_build_object('object', s.object, 'section', s.section, 'state', s.state,
            'begin', extract(epoch FROM s.began - j.started), 'seconds', extract(epoch FROM s.finished - s.began))
            ORDER BY s.step)
        FROM (
            SELECT s.step, s.object, s.section, s.state, s.finished,
                COALESCE(s.started, t.started, lag(s.finished) OVER (ORDER BY s.finished, s.step), j.started) AS began
            FROM sqlite.job_steps s
                LEFT JOIN sqlite.job_tables t ON t.job = s.job AND t.table_no = s.table_no AND s.kind = 'load'
            WHERE s.job = j.job AND s.kind <> 'comment'
        ) AS s), '[]'))
FROM sqlite.jobs j WHERE j.job = $1
)";

constexpr char kProof[] = R"(
SELECT jsonb_build_object(
    'rows', COALESCE((SELECT jsonb_agg(to_jsonb(v)) FROM sqlite.validate($1) AS v), '[]'),
    'holding', count(*) FILTER (WHERE c.status = 'holds'),
    'constraints', COALESCE(jsonb_agg(to_jsonb(c)) FILTER (WHERE c.status <> 'holds'), '[]'))
FROM sqlite.validate_constraints($1) AS c
)";

/// What was found in the sources without a spec; open is what is found with it as well. The job's own tables
/// must not be in sight, so it is judged for a schema that is not there.
constexpr char kFindings[] = R"(
WITH wanted AS MATERIALIZED (
    SELECT j.servers, j.spec, 'sqlite_report_' || j.job AS schema, quote_ident(j.target_schema) AS target_schema
    FROM sqlite.jobs j WHERE j.job = $1
), found AS MATERIALIZED (
    SELECT f.* FROM wanted w, sqlite.assess(w.servers, w.schema) WITH ORDINALITY AS f (severity, server,
        table_name, column_name, finding, rows, example, suggestion, place)
), left_over AS MATERIALIZED (
    SELECT f.* FROM wanted w, sqlite.assess(w.servers, w.schema, w.spec) AS f
)
SELECT jsonb_build_object('rows', COALESCE(jsonb_agg(
    to_jsonb(f) || jsonb_build_object(
        'finding', replace(f.finding, w.schema, COALESCE(w.target_schema, '')),
        'open', EXISTS (
            SELECT FROM left_over AS l
            WHERE (l.server, l.table_name, l.column_name, l.finding)
                IS NOT DISTINCT FROM (f.server, f.table_name, f.column_name, f.finding)))
    ORDER BY array_position('{blocker,warning,note}', f.severity), f.place), '[]'))
FROM found f, wanted w
)";

/// The one value of a query over a job, palloc'd; null where there is none.
char* ValueOf(const char* sql, int64 job) {
    MemoryContext caller = CurrentMemoryContext;
    jobs::Arguments arguments;
    arguments.Int8(job);
    SPI_connect();
    const jobs::Rows rows = jobs::ReadAsCaller(sql, arguments, false);
    const char* found = rows.count > 0 ? rows[0].Text(1) : nullptr;
    char* value = found != nullptr ? MemoryContextStrdup(caller, found) : nullptr;
    SPI_finish();
    return value;
}

/// Whether a part of the page is missing for this reason, or the page as a whole can't be made.
bool IsReason(const ErrorData* error) noexcept {
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    return error->sqlerrcode != ERRCODE_QUERY_CANCELED && category != ERRCODE_OPERATOR_INTERVENTION &&
           category != ERRCODE_INSUFFICIENT_RESOURCES && category != ERRCODE_INTERNAL_ERROR;
}

/// A part whose reading runs code of the job: as the job's owner, as far as the caller may. An error is the
/// part's answer.
const char* PartOf(const char* sql, int64 job) {
    const char* part = "null";
    const ErrorData* error = TryInSubtransaction(
        [&] {
            const jobs::ChosenJob chosen = jobs::ChooseJob(&job);
            jobs::AsRole(chosen.act_as, [&] { part = ValueOf(sql, job); });
        },
        &IsReason);
    if (error == nullptr) return part;
    StringInfoData reason;
    initStringInfo(&reason);
    appendStringInfoString(&reason, "{\"error\": ");
    escape_json(&reason, error->message);
    appendStringInfoChar(&reason, '}');
    return reason.data;
}

/// Whether a job has servers, and whether it is done.
void LookAt(int64 job, bool* has_servers, bool* is_done) {
    const char* looks = ValueOf(
        "SELECT (servers <> '{}')::int::text || (state = 'done')::int FROM sqlite.jobs WHERE job = $1", job);
    *has_servers = looks != nullptr && looks[0] == '1';
    *is_done = looks != nullptr && looks[1] == '1';
}

}  // namespace
}  // namespace pgsqlite::pg::report

using namespace pgsqlite;
using namespace pgsqlite::pg;

PG_SQLITE_FUNCTION(pg_sqlite_report_html) {
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const int64 job = jobs::JobOrLast(PG_ARGISNULL(0) ? nullptr : &named);
    const bool proof = PG_ARGISNULL(1) || PG_GETARG_BOOL(1);
    bool has_servers, is_done;
    pg::report::LookAt(job, &has_servers, &is_done);
    const char* findings = proof && has_servers ? pg::report::PartOf(pg::report::kFindings, job) : "null";
    const char* proven = proof && is_done ? pg::report::PartOf(pg::report::kProof, job) : "null";
    char* facts = pg::report::ValueOf(pg::report::kFacts, job);
    if (facts == nullptr) elog(ERROR, "job " INT64_FORMAT " is gone", job);
    facts[std::strlen(facts) - 1] = '\0';  // its closing brace
    const char* all =
        ToUtf8(psprintf("%s, \"findings\": %s, \"proof\": %s}", facts,
                        findings != nullptr ? findings : "null", proven != nullptr ? proven : "null"));
    auto* page = NewIn<std::string>(CurrentMemoryContext);
    Guard([&] { *page = pgsqlite::report::WritePage(all); });
    PG_RETURN_TEXT_P(cstring_to_text_with_len(page->data(), static_cast<int>(page->size())));
}
