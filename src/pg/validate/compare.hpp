// Comparison of two sides: all rows, all columns, in bounded memory. Each side is read once; only where parts
// of the key differ both are read again, to sort the hashes of those rows, and once more for the values of
// the few that are shown.
#pragma once

#include "pg/validate/side.hpp"

namespace pgsqlite::pg::validate {

struct Outcome {
    digest::RowSum source;  ///< without the rows that were put aside
    digest::RowSum target;
    int64 refused;  ///< rows of the source that don't fit the target's types, not among the sums
    int64 missing;  ///< rows whose key the target lacks
    int64 extra;    ///< rows whose key the source lacks
    int64 different;
};

enum class Difference : uint8 { kMissing, kExtra, kChanged };

/// A column of a row that is on one side only, or that differs.
struct DifferentRow {
    Difference kind;
    char** source;        ///< of each column, null for NULL; null: the source lacks the row
    char** target;        ///< the same
    const bool* differs;  ///< kChanged: which columns do
};

struct TablePair;

/// Takes the rows that differ.
struct DifferenceTaker {
    /// Called before the first row of a pair; the pair outlives its rows.
    void (*begin)(void* context, const TablePair& pair);
    void (*take)(void* context, const DifferentRow& row);
    void* context;
    int limit;  ///< rows at most
};

/// Compares sides with as many columns, whose keys are alike.
/// @param aside rows that were kept out of the target, in the target's form; null without
/// @param differences null: they are counted only
Outcome Compare(Side* source, Side* target, Side* aside, const DifferenceTaker* differences);

}  // namespace pgsqlite::pg::validate
