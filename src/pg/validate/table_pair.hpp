// Table pair: two sides made ready to be compared, or the reason why they can't be.
#pragma once

#include "core/digest/mapping.hpp"
#include "core/job/load_task.hpp"
#include "pg/jobs/records/job_plan.hpp"
#include "pg/validate/compare.hpp"

namespace pgsqlite::pg::validate {

struct TablePair {
    const char* server;  ///< of the source, or null
    const char* table;   ///< source, in SQLite's words where it is SQLite's
    const char* target;
    const char* obstacle;  ///< why there is nothing to compare; null: there is
    const char* drop;      ///< statement for when it is over, or null
    const char** names;    ///< of the columns, in the target
    Side source;
    Side sink;                ///< the target
    Side* aside;              ///< rows that the job put aside after they were in the target; null without
    const char* scope;        ///< which rows of the target are compared; null: all
    int64 unlocated_rejects;  ///< rows that don't fit and were put aside, without a rowid to know them by
    int64 loaded_rejects;     ///< rows that were put aside and loaded later
    /// Relations beside the source that the job's load read, in words, whose rows may be others by now; null:
    /// none.
    const char* other_relations;
};

/// What of a job's table is expected.
struct Expectation {
    bool without_retried;  ///< not the rows that were put aside and loaded later, with values of their own
    /// What the job's load gives when it is run again, into a temporary table, instead of its query: where an
    /// expression fails that on_error makes NULL of.
    bool by_load;
};

/// Two relations, their columns paired by name and by the mapping.
TablePair* PairRelations(Oid source, Oid target, const digest::Mapping& mapping);

/// A table of a job: what its load would give now, and what the target holds. May create a temporary foreign
/// table. Raises what the load's source raises.
TablePair* PairOfJob(const jobs::JobPlan& plan, const jobs::PlannedLoad& load,
                     const Expectation& expectation);

// What both ways share.

/// Locks a relation that a caller has named by its OID, before anything else of it is asked.
/// @throws 42P01 where there is none; 42501 where the caller may read nothing of it; 42809 where it is
///         something that can't be selected from
void LockToRead(Oid relation);
/// Relation, schema and name as psql would write it.
const char* RelationName(Oid relation);
/// FROM's item for a relation: what is stored in it, and for a partitioned one in its partitions.
const char* RelationItem(Oid relation);
/// Why not all of a relation's rows can be seen, or null.
const char* HiddenRows(Oid relation);
/// The primary key's columns, as attribute numbers; NIL without one.
List* PrimaryKey(Oid relation);

}  // namespace pgsqlite::pg::validate
