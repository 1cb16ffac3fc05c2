// The arguments of sqlite.load, checked and made a load task.
#pragma once

#include "core/job/load_task.hpp"
#include "core/spec/settings.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

struct LoadArguments {
    plan::LoadTask* task;
    const char* target;  ///< as SQL, without a list of columns
    Oid target_oid;
    const char* on_error;
    int64 max_rejects;
    double max_percent;
    const char* max_rejects_text;  ///< as given, or null
    bool has_job;
    int64 job;
};

/// Of sqlite.load(target, query, on_error, max_rejects, rules, job). Raises 22004 (NULL), 22023 (on_error,
/// max_rejects, rules), 42601, 42P01 and what else PostgreSQL says of a target or a query.
LoadArguments ReadLoadArguments(FunctionCallInfo fcinfo);

/// plan::ToJson, palloc'd in the server's encoding.
char* LoadJson(const plan::LoadTask& task);

}  // namespace pgsqlite::pg::jobs
