#include "pg/jobs/records/uuid_namespace.hpp"

#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {
namespace {

constexpr char kKept[] = R"(
SELECT u.namespace
FROM sqlite.uuid_namespaces u JOIN pg_namespace n ON n.nspname = u.schema
WHERE n.nspname = $1::name AND has_schema_privilege(n.oid, 'CREATE')
)";

/// One that was kept for a schema of that name which is gone is not the new schema's.
constexpr char kForgetGone[] = R"(
DELETE FROM sqlite.uuid_namespaces u USING sqlite.jobs j
WHERE j.job = $1 AND u.schema = j.target_schema::name AND $2 IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = u.schema)
)";
constexpr char kNoteNamespace[] = "UPDATE sqlite.jobs SET uuid_namespace = $2::uuid WHERE job = $1";

constexpr char kKeepNamespace[] = R"(
INSERT INTO sqlite.uuid_namespaces (schema, namespace)
SELECT n.nspname, j.uuid_namespace
FROM sqlite.jobs j JOIN pg_namespace n ON n.nspname = j.target_schema::name
WHERE j.job = $1 AND j.uuid_namespace IS NOT NULL
ON CONFLICT (schema) DO NOTHING
)";

}  // namespace

const char* KeptNamespace(const char* schema) {
    Arguments arguments;
    arguments.Text(schema);
    // Row security hides it from those who could not give the schema a table.
    const Rows rows = ReadAsCaller(kKept, arguments, true);
    return rows.count == 1 ? rows[0].Text(1) : nullptr;
}

void NoteNamespace(int64 job, const char* name_space) {
    Arguments arguments;
    arguments.Int8(job).Text(name_space);
    TouchRecords(kForgetGone, arguments);
    TouchRecords(kNoteNamespace, arguments);
}

void KeepNamespace(int64 job) {
    Arguments arguments;
    arguments.Int8(job);
    TouchRecords(kKeepNamespace, arguments);
}

}  // namespace pgsqlite::pg::jobs
