// Partition steps: the grid that a width lays over a column's values, so that every partition begins where a
// calendar (or a round number) would have it, wherever the values do.
#pragma once

#include <cstdint>
#include <string>

#include "core/spec/every.hpp"
#include "core/value/rule.hpp"

namespace pgsqlite::plan {

class PartitionSteps {
  public:
    /// Why a width can't divide a type; empty: it can.
    static std::string Fault(const spec::Every& every, value::Kind kind);

    /// @param kind one that Fault lets pass with `every`
    PartitionSteps(const spec::Every& every, value::Kind kind) noexcept;

    /// The step that a value (value::Value::integer) falls into; steps follow each other without gaps.
    std::int64_t StepOf(std::int64_t value) const noexcept;
    /// Where a step begins, as FOR VALUES takes it: a literal, of timestamptz in UTC; MINVALUE or MAXVALUE
    /// beyond the type.
    std::string Begin(std::int64_t step) const { return Bound(StartOf(step, 0)); }
    /// Where the next one begins.
    std::string End(std::int64_t step) const { return Bound(StartOf(step, 1)); }
    /// Of the partition's name: _2024, _2024_01, _p1000000; years before 1 AD as _bc0044.
    std::string Suffix(std::int64_t step) const;

  private:
    struct Start {
        int beyond = 0;         ///< -1 and 1: below and above all values of the type
        std::int64_t year = 0;  ///< astronomical
        int month = 1, day = 1, minute = 0;
        std::int64_t number = 0;  ///< integers
    };
    /// Of the step that comes `further` after another.
    Start StartOf(std::int64_t step, int further) const noexcept;
    std::string Bound(const Start& start) const;

    value::Kind kind_;
    bool months_;
    bool integer_;
    std::int64_t width_;       ///< months, or what value::Value counts
    std::int64_t origin_ = 0;  ///< where a step begins
    spec::Every::Unit unit_;
};

}  // namespace pgsqlite::plan
