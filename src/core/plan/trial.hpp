// Trial: a design over stand-ins of its targets, temporary tables that are alike, so that PostgreSQL can be
// asked what becomes of every row before one moves. What a stand-in can't have (triggers, rules, row
// security, partitions that exist) is not foreseen.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/plan/design.hpp"

namespace pgsqlite::plan {

/// How one table is tried.
struct TrialTable {
    /// Why the trial can't tell what becomes of its rows; empty where it can. The table itself is tried all
    /// the same, since others may refer to it.
    std::string unforeseen;
    /// What makes the stand-in of a target that exists, in this order.
    std::vector<std::string> prepare;
    /// Of columns that the target computes: how many of the table's rows get another value than SQLite holds,
    /// and one of them.
    struct Comparison {
        std::size_t column;  ///< place among PlannedTable::columns
        std::string count;   ///< SELECT count(*), text
    };
    std::vector<Comparison> comparisons;
};

struct Trial {
    Design design;                        ///< its targets are stand-ins; what is not tried has not_migrated
    std::vector<TrialTable> tables;       ///< by Design::tables
    std::deque<ExistingForeignKey> keys;  ///< of the stand-ins; `design` points into them
};

/// @param which by Design::tables: those to be tried. What they refer to must be among them.
Trial MakeTrial(const Design& design, const std::vector<bool>& which);

/// The tables that are to be tried where these are: all that they refer to, and all that refer to them.
void TryRelatives(const Design& design, std::vector<bool>& which);

}  // namespace pgsqlite::plan
