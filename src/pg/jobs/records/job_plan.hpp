// Job plan: what a job has to do and how far it is, as its records say. A job is carried out from them alone,
// so that one that was cut short needs nothing else to go on.
#pragma once

#include <string>
#include <vector>

#include "core/job/load_task.hpp"
#include "core/job/step.hpp"
#include "core/spec/settings.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

using plan::Section;
using plan::StepKind;

struct PlannedStep {
    int32 number;
    Section section;
    StepKind kind;
    std::string object;
    std::string statement;
    std::string staged;  ///< the same over the staged table; empty: it waits until that is in place
    int32 table_no;      ///< 0: none
    std::vector<std::string> columns;  ///< as plan::Step has them
    std::string condition;             ///< the same
    bool done;
};

struct PlannedLoad {
    int32 table_no;
    plan::LoadTask task;  ///< its target is where the rows go: the staged table, where there is one
    std::string target;   ///< where they are in the end
    bool staged;
    bool created;    ///< the job makes the target
    bool dropped;    ///< the target that the job wrote is gone, whatever has its name now
    int64 expected;  ///< rows; -1: not known
    bool started;    ///< some of it is committed
    bool done;
    bool loaded;                              ///< all rows are committed, though it may not be noted as done
    std::vector<plan::RowidRange> committed;  ///< ranges, where it goes in batches
    std::vector<int32> parents;               ///< tables that must be loaded before
};

struct JobPlan {
    int64 job = 0;
    spec::Transaction transaction = spec::Transaction::kSingle;
    int64 commit_rows = 0;
    int32 workers = 1;
    bool parallel_index = false;
    spec::ReadFrom read_from = spec::ReadFrom::kCopy;
    std::string backup;  ///< directory, or empty
    std::string target_schema;
    int64 max_rejects = -1;
    double max_percent = -1;
    std::vector<std::string> servers;
    std::vector<PlannedStep> steps;   ///< by number
    std::vector<PlannedLoad> tables;  ///< by table_no

    /// Workers put new tables aside, and one transaction moves them into place.
    bool staged = false;

    /// Whether names in a step's statement are looked for in the search_path; see plan::PlannedTable.
    bool ByPath(const PlannedStep& step) const noexcept;

    PlannedLoad& Table(int32 table_no) { return tables[static_cast<size_t>(table_no - 1)]; }
};

struct RejectsSoFar {
    int64 most;  ///< that may be rejected; -1: any number
    int64 rejected;
};

/// Reads a job's records, in the server's encoding turned to UTF-8. @return lives in the current memory
/// context
JobPlan* ReadJobPlan(int64 job);
/// One table of it, without `loaded` and `committed`.
PlannedLoad* ReadPlannedLoad(int64 job, int32 table_no);
/// A limit in percent is for FinishTable.
RejectsSoFar ReadRejects(int64 job);

}  // namespace pgsqlite::pg::jobs
