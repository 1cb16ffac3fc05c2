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

struct Step {
    Section section = Section::kPreData;
    std::string object;     ///< e.g. table public.customer
    std::string statement;  ///< without a semicolon; comments only where something is not translated
    /// INSERT … SELECT: place of the table among Design::tables.
    std::optional<std::size_t> loads;
    /// Of `loads`: the foreign key whose orphans this statement removes instead of loading rows.
    std::optional<std::size_t> orphans_of;
};

/// Every statement in the order in which it must run, each complete by itself.
std::vector<Step> WriteSteps(const Design& design);

}  // namespace pgsqlite::plan
