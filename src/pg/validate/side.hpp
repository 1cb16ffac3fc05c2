// A side of a comparison: where its rows come from, and how each becomes a pair of hashes. The target and
// most other relations are read by queries of PostgreSQL's (query_side.hpp); SQLite tables that came over
// column by column are read from their raw cells (raw_side.hpp). Workers can share both (shared_side.hpp).
#pragma once

#include "pg/validate/datum_form.hpp"

namespace pgsqlite::pg::validate {

struct RawTable;

struct Side {
    int column_count;
    int key_count;      ///< the first columns are the key; 0: the whole row
    DatumForm** forms;  ///< of the columns

    const char* query;      ///< gives the columns in their order
    RawTable* raw;          ///< reads cells instead of `queries`; null without
    const int64* left_out;  ///< ascending: rowids of rows that don't count
    int left_out_count;

    int64 refused;  ///< rows that can't be converted, counted by the last reading
};

/// The row at hand.
struct SideRow {
    digest::Digest key;
    digest::Digest row;
    Bytes canonical;
    const Size* ends;  ///< of each column in `canonical`
    /// A value for people, palloc'd in the current context; null for NULL.
    char* (*text)(const SideRow& row, int column);
    void* context;
};

/// Takes the rows one by one, in a memory context that is reset after each.
struct RowTaker {
    void (*take)(void* context, const SideRow& row);
    void* context;
};

/// Reads all rows of a side.
void ReadSide(Side* side, const RowTaker& taker);

/// Builds canonical rows; shared by the ways to read.
class RowHasher {
  public:
    /// @param side lives as long
    static RowHasher* In(MemoryContext context, const Side* side);

    digest::CanonicalRow* canonical() noexcept { return &canonical_; }
    void Begin() noexcept { canonical_.Clear(); }
    void EndColumn(int column) noexcept { ends_[column] = canonical_.size(); }
    /// Gives the row to the taker.
    void Finish(const RowTaker& taker, char* (*text)(const SideRow& row, int column), void* context);

  private:
    const Side* side_ = nullptr;
    Size* ends_ = nullptr;
    digest::CanonicalRow canonical_;
};

/// Whether a row doesn't count.
bool IsLeftOut(const Side& side, int64 rowid) noexcept;

}  // namespace pgsqlite::pg::validate
