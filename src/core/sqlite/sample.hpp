// Sample: which rows of a source represent it in statistics. Every row is equally likely to be taken; the
// head of a table, its tail and the rows behind a gap in its rowids are neither favoured nor forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "core/sqlite/database.hpp"

namespace pgsqlite::sqlite {

/// Keeps a random sample of a stream of unknown length: Algorithm L (K.-H. Li, "Reservoir-Sampling Algorithms
/// of Time Complexity O(n(1+log(N/n)))", ACM TOMS 20, 1994). Plain data: allocates nothing.
class Reservoir {
  public:
    /// @param capacity rows to keep, at least 1
    Reservoir(std::size_t capacity, std::uint64_t seed) noexcept : capacity_(capacity), random_(seed) {}

    /// Takes notice of the stream's next row.
    /// @return the place it takes in the sample, below capacity; capacity when it is not wanted
    std::size_t Offer() noexcept;
    /// Rows offered so far.
    std::uint64_t seen() const noexcept { return seen_; }

  private:
    double Fraction() noexcept;
    void ChooseNext() noexcept;

    std::size_t capacity_;
    std::mt19937_64 random_;
    std::uint64_t seen_ = 0;
    std::uint64_t next_ = 0;  ///< number of the next row to take, once the sample is full
    double weight_ = 1;
};

/// Rows chosen by their rowids.
struct RowSample {
    std::vector<std::int64_t> rowids;  ///< ascending, without duplicates
    double total_rows = 0;             ///< of the table: counted, or estimated from the draws
    bool counted = false;              ///< the whole table was read, so that total_rows is exact
};

struct SampleOptions {
    std::size_t target = 0;  ///< rows wanted, at least 1
    std::uint64_t seed = 0;
    /// Asked now and then; true ends the work with Error 57014. May be null.
    bool (*cancelled)() noexcept = nullptr;
};

/// Chooses rows of a table that has rowids.
///
/// A big table whose rowids are dense is not read: rowids are drawn evenly from [min, max], and those that
/// exist are the sample. A draw that hits a gap is dropped instead of being moved to the next row, which
/// would favour the rows behind gaps; so the sample is even whatever the gaps, and the share of hits times
/// the width of the range estimates the row count (standard error below 3 % at the lowest density that is
/// accepted). Otherwise all rowids are read (not the rows: SQLite takes the smallest index, which holds them
/// too), and the count is exact. Then a reservoir chooses.
/// @param rowid_name a name that means the rowid
/// @throws Error where SQLite can't read the table; 57014 when cancelled
RowSample SampleRowids(Database& db, std::string_view table, std::string_view rowid_name,
                       const SampleOptions& options);

}  // namespace pgsqlite::sqlite
