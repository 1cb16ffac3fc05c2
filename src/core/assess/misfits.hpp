// Misfits: how many rows a column's rule will refuse, for rules that a profile does not hold: types with
// modifiers, encodings, policies, zones. One pass for as many columns as are asked about.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/assess/profile.hpp"
#include "core/schema/declared_type.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/value/encoding.hpp"
#include "core/value/rule.hpp"

namespace pgsqlite::assess {

/// Text that is equal for equal policies, on_error left out.
std::string PolicyKey(const value::Policies& policies);

/// What one column is to become, as plain data: two equal ones give the same answer.
struct ColumnRule {
    std::string column;        ///< SQLite's name, or a name that means the rowid
    schema::MappedType type;   ///< kInput: what its input function will refuse is not known
    std::string encoding;      ///< option `encoding`; empty for none
    value::Policies policies;  ///< on_error is not applied: what it makes NULL is a misfit
    bool utf8_server = true;
    std::string zone_name = "UTC";
    value::Zone zone;  ///< of zone_name

    /// For Convert. @param encodings filled; what the rule points to
    /// @throws Error HV024 (an encoding that means nothing for the type)
    value::Rule Compile(value::Encodings* encodings) const;
    /// Text that is equal for equal rules: the cache's key.
    std::string Key() const;
};

/// What became of a column under a rule.
struct ColumnMisfits {
    std::uint64_t rows = 0;     ///< rows read
    std::uint64_t refused = 0;  ///< rows whose cell does not fit
    std::uint64_t longest = 0;  ///< bytes of the longest text or blob
    std::uint64_t nulls = 0;    ///< rows whose value is NULL once converted: NULL itself, '' by a policy
    Example first_null;
    std::array<Tally, static_cast<std::size_t>(value::Code::kCodeCount)> by_code;
    /// Rows whose cell a policy changed, by value::Applied.
    std::array<std::uint64_t, static_cast<std::size_t>(value::Applied::kAppliedCount)> applied{};

    /// The first refused cell of all; `any()` is false without one. Its code in `code`.
    const Example& First(value::Code* code = nullptr) const noexcept;
};

/// One answer a rule, in their order; several rules may concern one column.
/// @throws Error as ReadProfile, 42703 (no such column), HV024 (an encoding that means nothing for the type)
std::vector<ColumnMisfits> CountMisfits(sqlite::Database& db, const sqlite::Table& table,
                                        const std::vector<ColumnRule>& rules);

/// A column that may take its row along.
struct RowCondition {
    ColumnRule rule;
    bool refuses_misfits = false;  ///< a cell that does not fit
    bool refuses_nulls = false;    ///< NULL, and what becomes NULL
};

/// Rows with at least one refused cell, each counted once. @throws Error as CountMisfits
std::uint64_t CountRefusedRows(sqlite::Database& db, const sqlite::Table& table,
                               const std::vector<RowCondition>& conditions);

}  // namespace pgsqlite::assess
