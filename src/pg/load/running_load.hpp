// The load at hand: what a load's statement leaves for code that PostgreSQL calls below it: the executor's
// hooks, the planner's callbacks, functions of ours.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::load {

struct InsertCounts {
    uint64 read;       ///< rows that the source gave
    uint64 written;    ///< rows inserted or updated
    uint64 updated;    ///< of these: rows that were there
    uint64 unchanged;  ///< of the others: rows that were there as they are
};

struct RunningLoad {
    /// Where values count that its expressions change under a policy (sqlite.assign), by value::Applied; null
    /// while none runs.
    uint64* changes;
    /// Where rows count that its INSERT has met; null: the statement is counted by who runs it.
    InsertCounts* conflicts;
    bool plans_serially;  ///< its statement is planned without workers
    bool ran_parallel;    ///< the latest RunInsert or RunSelect had a plan for workers
};
extern RunningLoad running_load;

/// Sets a member as long as `code` runs, and takes it back whatever happens.
template <class T, class Code>
void WithLoad(T RunningLoad::*member, T value, Code&& code) {
    const T outer = running_load.*member;
    PG_TRY();
    {
        running_load.*member = value;
        code();
    }
    PG_FINALLY();
    { running_load.*member = outer; }
    PG_END_TRY();
}

}  // namespace pgsqlite::pg::load
