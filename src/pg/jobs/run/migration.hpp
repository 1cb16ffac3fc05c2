// Migration: what a job of sqlite.migrate was asked for, and its way from there to its end; sqlite.resume
// goes the same.
#pragma once

#include "core/spec/settings.hpp"
#include "pg/jobs/run/call.hpp"

namespace pgsqlite::pg::jobs {

/// All of it outlives commits.
struct Migration {
    ArrayType* servers;
    const char* target_schema;
    Jsonb* spec;
    const char* spec_text;
    const spec::JobSettings* settings;
};

/// @param servers, target_schema, spec in the call's memory. Raises 22023 for a bad spec.
Migration MakeMigration(const Call* call, ArrayType* servers, const char* target_schema, Jsonb* spec);

/// The same from the first three arguments of a function. Raises 22004 where one is null.
Migration ReadMigration(FunctionCallInfo fcinfo, const Call* call);

/// Its row in sqlite.jobs. @param rehearsal as NewJob has it. @return the job's number
int64 RecordMigration(const Migration& migration, int64 rehearsal);

/// As the spec has it.
const char* TransactionName(spec::Transaction transaction) noexcept;

/// Raises 25001 for what can't be done inside of a transaction block, where nothing can be committed before
/// the block is.
void CheckBlock(const Call* call, const spec::JobSettings& settings);

/// Pins the sources, and writes down what is to be done: one unit.
void PlanMigration(Call* call, const Migration& migration);

/// Carries out what is left of the recorded plan, and lets go of the sources.
void RunMigration(Call* call);

}  // namespace pgsqlite::pg::jobs
