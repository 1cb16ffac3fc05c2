#include "pg/jobs/records/follow_targets.hpp"

#include "core/job/follow_names.hpp"
#include "core/schema/keywords.hpp"
#include "pg/jobs/records/old_records.hpp"
#include "pg/jobs/records/statement.hpp"
#include "pg/load/collect.hpp"

extern "C" {
#include "access/xlog.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// Tables and schemas of the job $1 whose names are other ones now, if it is of this place ($2).
constexpr char kRenamedTables[] = R"(
SELECT n.was[1], n.was[2], n.schema, n.name
FROM (
    SELECT parse_ident(t.target) AS was, n.nspname::text AS schema, c.relname::text AS name
    FROM sqlite.jobs j JOIN sqlite.job_tables t ON t.job = j.job
        JOIN pg_class c ON c.oid = t.relation JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE j.job = $1 AND j.place = $2
) AS n
WHERE array_length(n.was, 1) = 2 AND n.was <> ARRAY[n.schema, n.name]
)";
constexpr char kRenamedSchemas[] = R"(
SELECT s.name, n.nspname
FROM sqlite.jobs j, jsonb_each_text(j.schemas) AS s (name, oid) JOIN pg_namespace n ON n.oid = s.oid::oid
WHERE j.job = $1 AND j.place = $2 AND n.nspname <> s.name::name
)";

constexpr char kTargetTexts[] =
    "SELECT table_no, target FROM sqlite.job_tables WHERE job = $1 ORDER BY table_no";
constexpr char kSetTargetTexts[] = R"(
UPDATE sqlite.job_tables SET target = $3, load = jsonb_set(load, '{target}', to_jsonb($3))
WHERE job = $1 AND table_no = $2
)";
constexpr char kFillTexts[] =
    "SELECT table_no, load ->> 'fill' FROM sqlite.job_tables WHERE job = $1 AND load ? 'fill' ORDER BY "
    "table_no";
constexpr char kSetFillTexts[] = R"(
UPDATE sqlite.job_tables SET load = jsonb_set(load, '{fill}', to_jsonb($3)) WHERE job = $1 AND table_no = $2
)";
constexpr char kStepTexts[] =
    "SELECT step, object, statement, undo, condition, CASE kind WHEN 'view' THEN name END"
    " FROM sqlite.job_steps WHERE job = $1 ORDER BY step";
constexpr char kSetStepTexts[] = R"(
UPDATE sqlite.job_steps SET object = $3, statement = $4, undo = $5, condition = $6, name = COALESCE($7, name)
WHERE job = $1 AND step = $2
)";

constexpr const char* kFollow[] = {
    R"(
UPDATE sqlite.rejects r SET target = t.target
FROM sqlite.job_tables t
WHERE r.job = $1 AND t.job = r.job AND t.table_no = r.table_no AND t.target <> r.target
)",
    R"(
UPDATE sqlite.job_steps s SET name = n.nspname
FROM sqlite.jobs j, pg_namespace n
WHERE j.job = $1 AND s.job = j.job AND s.kind = 'schema' AND n.oid = (j.schemas ->> s.name)::oid
)",
    R"(
UPDATE sqlite.jobs j SET
    target_schema = COALESCE((
        SELECT n.nspname FROM pg_namespace n WHERE n.oid = (j.schemas ->> j.target_schema)::oid), j.target_schema),
    schemas = COALESCE((
        SELECT jsonb_object_agg(n.nspname, s.oid)
        FROM jsonb_each_text(j.schemas) AS s (name, oid) JOIN pg_namespace n ON n.oid = s.oid::oid), '{}')
WHERE j.job = $1
)",
};

/// A schema that the job made and somebody dropped is not to be dropped again, whoever has its name now.
constexpr char kForgetDroppedSchemas[] = R"(
UPDATE sqlite.job_steps s SET undo = NULL
FROM sqlite.jobs j
WHERE j.job = $1 AND j.place = $2 AND s.job = j.job AND s.kind = 'schema'
    AND EXISTS (
        SELECT FROM jsonb_each_text(j.schemas) AS m (name, oid)
        WHERE m.name = s.name AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.oid = m.oid::oid))
)";

constexpr const char* kNoteTargets[] = {
    // What has been noted in another place means nothing here.
    R"(
UPDATE sqlite.job_tables t SET relation = to_regclass(t.target)::oid
FROM sqlite.jobs j
WHERE j.job = $1 AND t.job = j.job AND (t.relation IS NULL OR j.place <> $2)
)",
    R"(
UPDATE sqlite.jobs j SET place = $2,
    schemas = COALESCE((
        SELECT jsonb_object_agg(n.nspname, n.oid)
        FROM pg_namespace n
        WHERE n.nspname = j.target_schema::name
            OR n.oid IN (
                SELECT c.relnamespace FROM sqlite.job_tables t JOIN pg_class c ON c.oid = t.relation WHERE t.job = $1)
        ), '{}')
WHERE j.job = $1
)",
};

/// Tables and schemas of the job whose names are other ones now.
void ReadRenames(const Arguments& job, plan::Renames* renames) {
    const Rows tables = RunOnRecords(kRenamedTables, job);
    for (uint64 i = 0; i < tables.count; ++i) {
        const Row row = tables[i];
        const char *schema = row.Utf8(1), *table = row.Utf8(2), *new_schema = row.Utf8(3),
                   *name = row.Utf8(4);
        Guard([&] { renames->relations[{schema, table}] = {new_schema, name}; });
    }
    const Rows schemas = RunOnRecords(kRenamedSchemas, job);
    for (uint64 i = 0; i < schemas.count; ++i) {
        const char *was = schemas[i].Utf8(1), *name = schemas[i].Utf8(2);
        Guard([&] { renames->schemas[was] = name; });
    }
}

const char* Follow(const char* text, const plan::Renames* renames) {
    if (text == nullptr) return nullptr;
    const char* utf8 = ToUtf8(text);
    return load::SqlText([&] { return plan::FollowNames(utf8, *renames); });
}

/// Texts of a table of records, under the new names.
/// @param select gives what tells the row apart, then its texts; `update` sets them for it ($1: job)
void FollowTexts(int64 job, const plan::Renames* renames, const char* select, const char* update, int texts) {
    Arguments which;
    which.Int8(job);
    const Rows rows = RunOnRecords(select, which);
    for (uint64 i = 0; i < rows.count; ++i) {
        bool changed = false;
        Arguments arguments;
        arguments.Int8(job).Int4(rows[i].Int4(1));
        for (int column = 2; column < 2 + texts; ++column) {
            const char* before = rows[i].Text(column);
            const char* after = Follow(before, renames);
            changed = changed || (before != nullptr && std::strcmp(before, after) != 0);
            arguments.Text(after);
        }
        if (changed) RunOnRecords(update, arguments);
    }
}

void Rewrite(int64 job, const plan::Renames* renames) {
    FollowTexts(job, renames, kTargetTexts, kSetTargetTexts, 1);
    FollowTexts(job, renames, kFillTexts, kSetFillTexts, 1);
    FollowTexts(job, renames, kStepTexts, kSetStepTexts, 5);
    Arguments which;
    which.Int8(job);
    for (const char* statement : kFollow)
        RunOnRecords(statement, which);
}

}  // namespace

const char* ThisPlace() {
    return psprintf(UINT64_FORMAT "/%u", GetSystemIdentifier(), MyDatabaseId);
}

void NoteTargets(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(ThisPlace());
    for (const char* statement : kNoteTargets)
        RunOnRecords(statement, arguments);
    SPI_finish();
}

void FollowTargets(int64 job) {
    if (XactReadOnly) return;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(ThisPlace());
    auto* renames = NewIn<plan::Renames>(CurrentMemoryContext);
    RenewRecords(job);
    RunOnRecords(kForgetDroppedSchemas, arguments);
    ReadRenames(arguments, renames);
    if (!renames->empty()) Rewrite(job, renames);
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
