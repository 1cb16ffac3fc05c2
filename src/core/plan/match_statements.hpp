// `existing` match: rows find those that the target has already, by a key that says the same on both sides;
// and what refers to them follows. Keys are paired in a temporary table for each such table, made anew by
// whoever needs it: before the rows are there it tells which keys they will have, afterwards which they have.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/design.hpp"

namespace pgsqlite::plan {

struct MatchStatement {
    std::string make;
    std::string drop;  ///< empty: it makes nothing, but fills what was made
};

/// Whether a column's value is looked up among paired keys.
bool IsLookedUp(const PlannedTable& table, const PlannedColumn& column) noexcept;

/// What a written column gets, over the foreign table's columns and paired keys.
std::string WrittenExpression(const Design& design, const PlannedTable& table, const PlannedColumn& column);

/// Pairs the keys that the expressions of a table look up: first all that makes relations, then all that
/// fills them.
std::vector<MatchStatement> PrepareMatches(const Design& design, const PlannedTable& table);

/// The unique key of a target by which its rows can be found: the one beside the primary key that takes no
/// NULLs, where there is one. Else the primary key, unless it is one number or UUID, which says nothing of a
/// row.
std::vector<std::string> NaturalKey(const PlannedTable& table);

/// The columns of the target by which a table's rows find those that are there, under `existing` match and
/// upsert; empty where they don't.
std::vector<std::string> FindingKey(const PlannedTable& table);

/// How a table's rows meet those of its target.
struct Meeting {
    std::vector<std::string> key;  ///< by which they are compared
    MatchStatement rows;           ///< reads the source
    /// SELECT of how many are found by the key, how many of those differ, how many find another row under
    /// their primary key, how many of those that are found have another one there; and how many rows of the
    /// target none of the source's finds.
    std::string count;
};
/// Nothing where they can't be compared: the key holds references, or there is none.
std::optional<Meeting> CompareRows(const PlannedTable& table);

/// How two sides of a framework's record compare: SELECT of how many rows only the source has, only the
/// target, both, and one that one side only has. Nothing where a column is not there.
std::optional<Meeting> CompareStates(const PlannedTable& table, const std::vector<std::string>& state);

/// What has to be equal for a row to be found: its columns' values, or the elements of a unique index over
/// them.
/// @param value_of SQL of the value of a column, by its place
std::vector<std::string> WhatIsEqual(const std::vector<std::string>& columns,
                                     const std::vector<std::string>& elements,
                                     const std::function<std::string(std::size_t)>& value_of);

/// The temporary relations for a table that others look up, as SQL.
std::string KeysTableName(const PlannedTable& table);
std::string KeyRowsName(const PlannedTable& table);

}  // namespace pgsqlite::plan
