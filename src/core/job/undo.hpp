// Undo: what takes a job back, as one list of statements and checks made from its records. sqlite.rollback
// carries the list out and sqlite.rollback_sql writes it down, so that the two can't differ.
//
// Rows are known by their transactions: a row that is as a job wrote it bears, as xmin, one of the
// (sub)transactions that the job recorded. An UPDATE by anybody else gives the row another one, so counting
// tells whether a target has changed since.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/job/step.hpp"

namespace pgsqlite::plan {

/// A foreign key by which rows elsewhere would be deleted or changed together with a target's.
struct UndoReference {
    std::string child;                  ///< SQL: the table that refers
    std::string condition;              ///< SQL over the child as c and the target as p
    std::string fate;                   ///< of the child's rows: "deleted", "set to NULL"
    std::optional<std::size_t> target;  ///< the child's place among UndoJob::targets: the job's own rows are
                                        ///< none of those that would suffer
};

/// A table that a job has made or written to; several of its tables may have gone into it.
struct UndoTarget {
    std::string name;          ///< SQL: quoted where needed, with its schema
    bool created = false;      ///< by the job
    bool gone = false;         ///< there is no such relation any more
    bool overwritten = false;  ///< rows that were there have been updated (`existing` upsert)
    bool truncated = false;    ///< and those that were there before are gone (`existing` truncate)
    std::string unfit;         ///< why its rows can't be told from others, as "it is a view"; empty: they can
    std::int64_t written = 0;
    std::vector<std::uint32_t> xids;  ///< transactions that wrote its rows; in any order
    std::vector<UndoReference> references;
};

/// A step that was carried out, wholly or (a load) in part.
struct UndoStep {
    StepKind kind = StepKind::kStatement;
    std::string object;
    std::string undo;                   ///< empty: nothing
    std::optional<std::size_t> target;  ///< place among UndoJob::targets
};

struct UndoJob {
    std::int64_t number = 0;
    std::uint32_t last_xid = 0;  ///< the newest transaction that the job is known to have had
    std::vector<UndoTarget> targets;
    std::vector<UndoStep> steps;  ///< in the order in which they were done
};

struct UndoItem {
    enum class Kind : std::uint8_t {
        kRefusal,  ///< `sql` is why it can't be taken back
        kWarning,  ///< the same, with `force`: what stays as it is
        kCheck,    ///< a SELECT; each row it gives is a text that says what has changed
        kStatement,
        kDropSchema,  ///< the schema stays, where others have put something into it
    };
    Kind kind = Kind::kStatement;
    std::string object;  ///< what it is about, for messages and comments
    std::string sql;
    bool prepares = false;  ///< locks and the like: it may run before all checks have
};

/// @param force also where targets have changed: tables that the job made are dropped with whatever is in
/// them
///              and depends on them, and of the rows that it added those that are left are removed. What
///              can't be undone at all becomes a warning. Never more rows are removed from a table than the
///              job wrote.
std::vector<UndoItem> WriteUndo(const UndoJob& job, bool force);

/// The list as a script in one transaction, for psql. Checks are DO blocks that raise 55000.
std::string UndoScript(std::int64_t job, const std::vector<UndoItem>& items);

}  // namespace pgsqlite::plan
