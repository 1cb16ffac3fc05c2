// The arguments of sqlite.load, checked and made a load task.
#pragma once

#include "core/job/load_task.hpp"
#include "core/spec/settings.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// How many rejected rows end a job.
struct RejectLimit {
    int64 rows = -1;      ///< more than this many; -1: any number
    double percent = -1;  ///< more than this share of a table's rows; -1: any
};

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

/// 100, '100' or '2.5%'. Raises 22023 for anything else.
RejectLimit ParseRejectLimit(const char* text);

/// The spec's max_rejects as ParseRejectLimit takes it; null where there is none.
const char* RejectLimitText(const spec::JobSettings& settings);

/// plan::ToJson, palloc'd in the server's encoding.
char* LoadJson(const plan::LoadTask& task);

/// The number of the next table of a job of the caller's own. Raises 42704 where there is no such job.
int32 NextTableNo(int64 job);

}  // namespace pgsqlite::pg::jobs
