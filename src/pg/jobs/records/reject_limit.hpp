// max_rejects: how many rejected rows end a job.
#pragma once

#include "core/spec/settings.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

struct RejectLimit {
    int64 rows = -1;      ///< more than this many; -1: any number
    double percent = -1;  ///< more than this share of a table's rows; -1: any
};

/// 100, '100' or '2.5%'; null: no limit. Raises 22023 for anything else.
RejectLimit ParseRejectLimit(const char* text);

/// The spec's max_rejects as ParseRejectLimit takes it; null where there is none.
const char* RejectLimitText(const spec::JobSettings& settings);

}  // namespace pgsqlite::pg::jobs
