// Statements: a design written down as the SQL that carries it out, in sections like pg_dump's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/design.hpp"

namespace pgsqlite::plan {

enum class Section : std::uint8_t { kPreData, kData, kPostData };
/// "pre-data", "data", "post-data".
const char* SectionName(Section section) noexcept;

enum class StepKind : std::uint8_t {
    kStatement,
    kSource,      ///< makes or drops the foreign table around a load; a job does it by the load task
    kLoad,        ///< INSERT … SELECT of the table that `loads` tells; a job does it by the load task
    kKey,         ///< adds a primary or unique key
    kIndex,       ///< builds an index, also beside others of the table; behind its keys
    kStatistics,  ///< ANALYZE
    kComment,     ///< runs nothing
};

struct Step {
    Section section = Section::kPreData;
    StepKind kind = StepKind::kStatement;
    std::string object;     ///< e.g. table public.customer
    std::string statement;  ///< without a semicolon; comments only where something is not translated
    /// Takes back what this statement made, and only that: never with CASCADE, so that what was built upon it
    /// since is not lost in silence. Empty where it made nothing that outlives its table. Undone in reverse
    /// order.
    std::string undo;
    /// Place among Design::tables of the table that it belongs to.
    std::optional<std::size_t> table;
    /// INSERT … SELECT: the same.
    std::optional<std::size_t> loads;
    /// Of `loads`: the foreign key whose orphans this statement removes instead of loading rows.
    std::optional<std::size_t> orphans_of;
    /// The same: its columns by SQLite's names, or the target's where SQLite has none.
    std::vector<std::string> orphan_columns;
    /// Removals of orphans that this statement repeats until none is left; who keeps an account does it by
    /// them.
    std::vector<Step> repeated;
};

/// Every statement in the order in which it must run, each complete by itself.
std::vector<Step> WriteSteps(const Design& design);

}  // namespace pgsqlite::plan
