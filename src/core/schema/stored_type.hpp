// Stored types: the type that holds every row of a column exactly, found by reading every row. Where all rows
// fit the declared mapping it stays; otherwise the nearest wider type that holds them all. Never a guess:
// numbers in a date column stay numbers, and the plausible encodings are only named.
//
// Two passes, so that the usual case costs one conversion a cell: the first tests the declared mapping (and
// the promotions), the second tests all wider types for those columns only that failed the first.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/scratch.hpp"
#include "core/schema/declared_type.hpp"
#include "core/value/cell.hpp"

namespace pgsqlite::schema {

/// Which promotions are wanted: option promote. uuid, jsonb (objects and arrays), timestamp (date where no
/// text has a time) and boolean (0/1, t/f, true/false) take TEXT columns; boolean (0/1) and integer take
/// bigint ones.
struct Promotions {
    bool uuid = false, jsonb = false, timestamp = false, boolean = false, integer = false;
    bool any() const noexcept { return uuid || jsonb || timestamp || boolean || integer; }
};

struct StoredColumn {
    MappedType type;       ///< what the column becomes
    bool widened = false;  ///< differs from the declared mapping
    bool promoted = false;
    std::string reason;               ///< why it was widened: the first cell that did not fit, in words
    std::string plausible_encodings;  ///< e.g. "unix (1992-03-31 to 1994-…), cocoa (…)"; empty when none
    bool all_not_null = false;        ///< no NULL in any row (of at least one)
};

/// Feeds on every row of one table, column by column; Add never throws and allocates nothing per row.
class StoredTyper {
  public:
    struct Input {
        std::string declared_type;
        bool integer_primary_key = false;
        value::Policies policies;
    };
    StoredTyper(const std::vector<Input>& columns, const Promotions& promotions, bool naive_as_timestamptz,
                bool utf8_server = true);
    ~StoredTyper();
    StoredTyper(const StoredTyper&) = delete;
    StoredTyper& operator=(const StoredTyper&) = delete;

    /// One row; `cells` holds as many as there are columns.
    void Add(const value::Cell* cells) noexcept;

    /// After all rows: whether some column needs them once more to find its type.
    bool NeedsSecondPass() const noexcept;
    /// Add now expects the same rows again, in any order.
    void BeginSecondPass() noexcept;

    /// What the columns become. A column that needed a second pass and got none becomes bytea, which holds
    /// anything. @throws std::bad_alloc also for an allocation that failed in between
    std::vector<StoredColumn> Result() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pgsqlite::schema
