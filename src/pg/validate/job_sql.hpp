// The queries of a job's comparison: what is expected, what the target holds, what was put aside.
#pragma once

#include "pg/jobs/records/job_plan.hpp"

namespace pgsqlite::pg::validate {

/// The columns that a job wrote, in the order of comparison.
struct JobColumns {
    int count;
    int key_count;
    int* order;              ///< which of the task's columns
    AttrNumber* attributes;  ///< of the target
};

struct JobQuery {
    const jobs::JobPlan& plan;
    const jobs::PlannedLoad& load;
    const JobColumns& columns;
    Oid target;
    const char** names;     ///< of the columns, in the order of comparison
    const char* put_aside;  ///< SQL condition on sqlite.rejects AS r: whose rows are not expected
    const char* condition;  ///< on the rows of the load's source that are expected; null: all
    const char* xids;       ///< of the transactions that wrote its rows, "{1,2}"
    const char* clearing;   ///< of those that made NULL of references afterwards, or null
    bool merged;            ///< in other tables' rows, too, which the key tells apart
    const char* loaded;     ///< the temporary table that has the expected rows; null: they are computed
};

/// Whether the job made NULL of references without a parent, after the load.
bool HasOrphanSteps(const JobQuery& query);

/// The type that a load's value takes on in the target, without the length of a text.
const char* TargetType(Oid target, AttrNumber attribute);
/// What the job's load gives, in the target's types, less the rows that were put aside by their rowid.
const char* ExpectedQuery(const JobQuery& query);
/// @param xids transactions whose rows are meant, "{1,2}", and with an upsert those whose key the load gives;
/// null: all rows
const char* TargetQuery(const JobQuery& query, const char* xids);
/// Rows that were put aside in the target's own form: by a load from a query, or because they had no parent.
const char* AsideQuery(const JobQuery& query);

/// A name as the statements of a plan have it.
const char* QuotedAsPlanned(const char* name);

}  // namespace pgsqlite::pg::validate
