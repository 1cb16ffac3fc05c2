#include "pg/jobs/records/follow_targets.hpp"

#include "core/job/follow_names.hpp"
#include "core/schema/keywords.hpp"
#include "pg/jobs/records/records.hpp"
#include "pg/load/collect.hpp"

extern "C" {
#include "access/xlog.h"
}

namespace pgsqlite::pg::jobs {
namespace {

std::string CellOfRecord(uint64 row, int column) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
    return text != nullptr ? ToUtf8(text) : "";
}

/// Tables and schemas of the job whose names are other ones now.
void ReadRenames(const Arguments& job, plan::Renames* renames) {
    const uint64 tables = RunOnRecords(
        "SELECT (pg_catalog.parse_ident(t.target))[1], (pg_catalog.parse_ident(t.target))[2], n.nspname, "
        "c.relname"
        " FROM sqlite.jobs j JOIN sqlite.job_tables t ON t.job OPERATOR(pg_catalog.=) j.job"
        " JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relation"
        " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
        " WHERE j.job OPERATOR(pg_catalog.=) $1 AND j.place OPERATOR(pg_catalog.=) $2"
        " AND pg_catalog.array_length(pg_catalog.parse_ident(t.target), 1) OPERATOR(pg_catalog.=) 2"
        " AND pg_catalog.parse_ident(t.target) OPERATOR(pg_catalog.<>)"
        " ARRAY[n.nspname::pg_catalog.text, c.relname::pg_catalog.text]",
        job);
    for (uint64 i = 0; i < tables; ++i)
        Guard([&] {
            renames->relations[{CellOfRecord(i, 1), CellOfRecord(i, 2)}] = {CellOfRecord(i, 3),
                                                                            CellOfRecord(i, 4)};
        });
    const uint64 schemas = RunOnRecords(
        "SELECT s.name, n.nspname FROM sqlite.jobs j, pg_catalog.jsonb_each_text(j.schemas) AS s(name, oid)"
        " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) s.oid::pg_catalog.oid"
        " WHERE j.job OPERATOR(pg_catalog.=) $1 AND j.place OPERATOR(pg_catalog.=) $2"
        " AND n.nspname OPERATOR(pg_catalog.<>) s.name::pg_catalog.name",
        job);
    for (uint64 i = 0; i < schemas; ++i)
        Guard([&] { renames->schemas[CellOfRecord(i, 1)] = CellOfRecord(i, 2); });
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
    const uint64 count = RunOnRecords(select, which);
    const SPITupleTable* rows = SPI_tuptable;
    for (uint64 i = 0; i < count; ++i) {
        bool is_null, changed = false;
        Arguments arguments;
        arguments.Int8(job).Add(INT4OID, SPI_getbinval(rows->vals[i], rows->tupdesc, 1, &is_null));
        for (int column = 2; column < 2 + texts; ++column) {
            const char* before = SPI_getvalue(rows->vals[i], rows->tupdesc, column);
            const char* after = Follow(before, renames);
            changed = changed || (before != nullptr && std::strcmp(before, after) != 0);
            arguments.Text(after);
        }
        if (changed) RunOnRecords(update, arguments);
    }
}

void Rewrite(int64 job, const plan::Renames* renames) {
    FollowTexts(job, renames,
                "SELECT table_no, target FROM sqlite.job_tables WHERE job OPERATOR(pg_catalog.=) $1"
                " ORDER BY table_no",
                "UPDATE sqlite.job_tables SET target = $3, load = pg_catalog.jsonb_set(load, '{target}',"
                " pg_catalog.to_jsonb($3)) WHERE job OPERATOR(pg_catalog.=) $1"
                " AND table_no OPERATOR(pg_catalog.=) $2",
                1);
    FollowTexts(
        job, renames,
        "SELECT step, object, statement, undo FROM sqlite.job_steps WHERE job OPERATOR(pg_catalog.=) $1"
        " ORDER BY step",
        "UPDATE sqlite.job_steps SET object = $3, statement = $4, undo = $5"
        " WHERE job OPERATOR(pg_catalog.=) $1 AND step OPERATOR(pg_catalog.=) $2",
        3);
    Arguments which;
    which.Int8(job);
    RunOnRecords(
        "UPDATE sqlite.rejects r SET target = t.target FROM sqlite.job_tables t WHERE r.job"
        " OPERATOR(pg_catalog.=) $1 AND t.job OPERATOR(pg_catalog.=) r.job AND t.table_no"
        " OPERATOR(pg_catalog.=) r.table_no AND t.target OPERATOR(pg_catalog.<>) r.target",
        which);
    RunOnRecords(
        "UPDATE sqlite.jobs j SET target_schema = COALESCE((SELECT n.nspname FROM pg_catalog.pg_namespace n"
        " WHERE n.oid OPERATOR(pg_catalog.=) (j.schemas OPERATOR(pg_catalog.->>) "
        "j.target_schema)::pg_catalog.oid),"
        " j.target_schema), schemas = COALESCE((SELECT pg_catalog.jsonb_object_agg(n.nspname, s.oid) FROM"
        " pg_catalog.jsonb_each_text(j.schemas) AS s(name, oid) JOIN pg_catalog.pg_namespace n ON n.oid"
        " OPERATOR(pg_catalog.=) s.oid::pg_catalog.oid), '{}') WHERE j.job OPERATOR(pg_catalog.=) $1",
        which);
}

/// A schema that the job made and somebody dropped is not to be dropped again, whoever has its name now.
void ForgetDroppedSchemas(const Arguments& job) {
    RunOnRecords(
        "UPDATE sqlite.job_steps s SET undo = NULL FROM sqlite.jobs j WHERE j.job OPERATOR(pg_catalog.=) $1"
        " AND j.place OPERATOR(pg_catalog.=) $2 AND s.job OPERATOR(pg_catalog.=) j.job"
        " AND s.undo OPERATOR(pg_catalog.~~) 'DROP SCHEMA %' AND EXISTS (SELECT FROM"
        " pg_catalog.jsonb_each_text(j.schemas) AS m(name, oid) WHERE m.name OPERATOR(pg_catalog.=)"
        " (pg_catalog.parse_ident(pg_catalog.substr(s.undo, 13)))[1] AND NOT EXISTS (SELECT FROM"
        " pg_catalog.pg_namespace n WHERE n.oid OPERATOR(pg_catalog.=) m.oid::pg_catalog.oid))",
        job);
}

}  // namespace

const char* ThisPlace() {
    return psprintf(UINT64_FORMAT "/%u", GetSystemIdentifier(), MyDatabaseId);
}

void NoteTargets(int64 job) {
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(ThisPlace());
    // What has been noted in another place means nothing here.
    RunOnRecords(
        "UPDATE sqlite.job_tables t SET relation = pg_catalog.to_regclass(t.target)::pg_catalog.oid"
        " FROM sqlite.jobs j WHERE j.job OPERATOR(pg_catalog.=) $1 AND t.job OPERATOR(pg_catalog.=) j.job"
        " AND (t.relation IS NULL OR j.place OPERATOR(pg_catalog.<>) $2)",
        arguments);
    RunOnRecords(
        "UPDATE sqlite.jobs j SET place = $2, schemas = COALESCE((SELECT "
        "pg_catalog.jsonb_object_agg(n.nspname,"
        " n.oid) FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) "
        "j.target_schema::pg_catalog.name"
        " OR n.oid OPERATOR(pg_catalog.=) ANY (SELECT c.relnamespace FROM sqlite.job_tables t JOIN"
        " pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relation WHERE t.job "
        "OPERATOR(pg_catalog.=) $1)), '{}')"
        " WHERE j.job OPERATOR(pg_catalog.=) $1",
        arguments);
    SPI_finish();
}

void FollowTargets(int64 job) {
    if (XactReadOnly) return;
    SPI_connect();
    Arguments arguments;
    arguments.Int8(job).Text(ThisPlace());
    auto* renames = NewIn<plan::Renames>(CurrentMemoryContext);
    ForgetDroppedSchemas(arguments);
    ReadRenames(arguments, renames);
    if (!renames->empty()) Rewrite(job, renames);
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
