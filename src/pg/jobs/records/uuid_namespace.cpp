#include "pg/jobs/records/uuid_namespace.hpp"

#include "pg/jobs/records/records.hpp"

namespace pgsqlite::pg::jobs {

const char* KeptNamespace(const char* schema) {
    Arguments arguments;
    arguments.Text(schema);
    // Row security hides it from those who could not give the schema a table.
    if (SPI_execute_with_args(
            "SELECT u.namespace FROM sqlite.uuid_namespaces u JOIN pg_catalog.pg_namespace n ON n.nspname"
            " OPERATOR(pg_catalog.=) u.schema WHERE n.nspname OPERATOR(pg_catalog.=)"
            " $1::pg_catalog.name AND pg_catalog.has_schema_privilege(n.oid, 'CREATE')",
            1, arguments.types, arguments.values, arguments.nulls, true, 1) != SPI_OK_SELECT)
        elog(ERROR, "could not read sqlite.uuid_namespaces");
    return SPI_processed == 1 ? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) : nullptr;
}

void NoteNamespace(int64 job, const char* name_space) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(name_space);
    // One that was kept for a schema of that name which is gone is not the new schema's.
    RunOnRecords(
        "DELETE FROM sqlite.uuid_namespaces u USING sqlite.jobs j WHERE j.job OPERATOR(pg_catalog.=) $1"
        " AND u.schema OPERATOR(pg_catalog.=) j.target_schema::pg_catalog.name AND $2 IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) "
        "u.schema)",
        arguments);
    RunOnRecords(
        "UPDATE sqlite.jobs SET uuid_namespace = $2::pg_catalog.uuid WHERE job OPERATOR(pg_catalog.=) $1",
        arguments);
    SPI_finish();
}

void KeepNamespace(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job);
    RunOnRecords(
        "INSERT INTO sqlite.uuid_namespaces (schema, namespace) SELECT n.nspname,"
        " j.uuid_namespace FROM sqlite.jobs j JOIN pg_catalog.pg_namespace n ON n.nspname"
        " OPERATOR(pg_catalog.=) j.target_schema::pg_catalog.name WHERE j.job OPERATOR(pg_catalog.=) $1"
        " AND j.uuid_namespace IS NOT NULL ON CONFLICT (schema) DO NOTHING",
        arguments);
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
