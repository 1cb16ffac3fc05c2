// Comparison of a job: its tables one after the other, read from the job's copy or from the live file.
#pragma once

#include "pg/validate/table_pair.hpp"

namespace pgsqlite::pg::validate {

/// What became of one table.
struct Verdict {
    const TablePair* pair;
    const Outcome* outcome;  ///< null: it was not compared
    const char* status;      ///< "identical", "differs", "cannot compare"
    const char* reason;      ///< what else there is to know, or null
};

struct VerdictTaker {
    void (*take)(void* context, const Verdict& verdict);
    void* context;
};

/// Compares a pair and judges.
/// @param note what is known of the source beforehand, or null
void JudgePair(TablePair* pair, const char* note, const DifferenceTaker* differences,
               const VerdictTaker& taker);

/// Judges a job's tables. What keeps one from being compared is its verdict; cancel and the like are raised.
/// @param table SQLite's name of the one that is wanted, or its target's; null: all
/// @throws 42P01 when the job has no such table
void JudgeJob(int64 job, const char* table, const DifferenceTaker* differences, const VerdictTaker& taker);

}  // namespace pgsqlite::pg::validate
