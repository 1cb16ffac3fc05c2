// Constraints of a job's targets: they hold for the rows that are there, whatever was switched off while
// these came; and what the plan made is still there.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::validate {

struct ConstraintVerdict {
    const char* target;
    const char* kind;    ///< "foreign key", "check", "sequence", "index", …
    const char* object;  ///< its name
    const char* status;  ///< "holds", "broken", "not valid", "behind", "missing"
    int64 rows;          ///< that break it; -1: not counted
};

struct ConstraintTaker {
    void (*take)(void* context, const ConstraintVerdict& verdict);
    void* context;
};

/// Looks at the targets of a job with the caller's rights.
void JudgeConstraints(int64 job, const ConstraintTaker& taker);

}  // namespace pgsqlite::pg::validate
