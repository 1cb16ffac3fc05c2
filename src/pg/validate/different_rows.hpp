// Different rows: those that are shown are known by their hashes first, and then looked for on both sides.
#pragma once

#include "pg/validate/compare.hpp"

namespace pgsqlite::pg::validate {

class DifferentRows {
  public:
    static DifferentRows* In(MemoryContext context, const DifferenceTaker& taker);

    /// Rows of one key, alike among themselves, that are on one side only. @param side 0: source
    void Want(int side, const digest::Digest& row, int64 count);
    /// All rows of the key are told: those of both sides make pairs.
    void EndKey();
    /// Reads both sides once more and gives the rows to the taker.
    void Show(Side* const sides[2]);

  private:
    struct Wanted {
        digest::Digest row;
        int pair;
        bool found;
    };
    struct Pair {
        char** texts[2];  ///< of each column
        char* canonical[2];
        Size* ends[2];
    };
    struct Search;
    static void Look(void* context, const SideRow& row);
    void Found(const SideRow& row, int side, Wanted* wanted, int columns);
    void Give(const Pair& pair, int columns);
    bool Differs(const Pair& pair, int column) const noexcept;

    MemoryContext memory_;
    DifferenceTaker taker_;
    Pair* pairs_;
    int pair_count_;
    int key_start_;  ///< first pair of the present key
    int used_[2];    ///< pairs of the present key that have a row of the side
    Wanted* wanted_[2];
    int wanted_count_[2];
};

}  // namespace pgsqlite::pg::validate
