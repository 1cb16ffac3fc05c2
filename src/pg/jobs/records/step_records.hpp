// sqlite.job_steps: the plan that a job carries out, and how far it is.
#pragma once

#include "core/job/step.hpp"
#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {

/// See plan::Step.
struct NewStep {
    int32 step;
    plan::Section section;
    plan::StepKind kind;
    const char* object;
    const char* statement;
    const char* staged;     ///< the same over the staged table, or null
    const char* undo;       ///< or null
    const char* name;       ///< or null
    const List* columns;    ///< String nodes
    const char* condition;  ///< or null
    int32 table_no;         ///< 0: none
    int32 parent_no;        ///< of a foreign key; 0: none
};
void AddStep(int64 job, const NewStep& step);
/// A step is done; sqlite.job_log gets a line of it.
/// @param began when the step did; 0: of a load, when that of its table did
void MarkStep(int64 job, int32 step, TimestampTz began);

/// What one step does, over the staged table where there is one. Texts are palloc'd.
struct StepStatement {
    const char* statement;
    const char* object;
    bool by_path;  ///< see plan::PlannedTable
};
StepStatement ReadStepStatement(int64 job, int32 step);

/// Whether any of a job's steps or rows is committed.
bool HasBegun(int64 job);
/// Whether something of its plan is to be done: tables of a job that is done were taken back.
bool HasPendingSteps(int64 job);

}  // namespace pgsqlite::pg::jobs
