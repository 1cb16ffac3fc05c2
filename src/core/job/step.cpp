#include "core/job/step.hpp"

#include <iterator>

namespace pgsqlite::plan {
namespace {

// In the order of the enums. Kinds stand in the CHECK of sqlite.job_steps, too.
constexpr const char* kSections[] = {"pre-data", "data", "post-data"};
constexpr const char* kKinds[] = {
    "statement",   "schema",     "table", "partition", "drop foreign key", "truncate",
    "triggers",    "source",     "load",  "sequence",  "orphans",          "clear orphans",
    "primary key", "unique key", "check", "index",     "foreign key",      "view",
    "statistics",  "logged",     "hook",  "comment",
};
static_assert(std::size(kKinds) == static_cast<std::size_t>(StepKind::kComment) + 1);

}  // namespace

const char* SectionName(Section section) noexcept {
    return kSections[static_cast<std::size_t>(section)];
}

Section SectionNamed(std::string_view name) noexcept {
    for (std::size_t i = 0; i < std::size(kSections); ++i)
        if (name == kSections[i]) return static_cast<Section>(i);
    return Section::kPreData;
}

const char* StepKindName(StepKind kind) noexcept {
    return kKinds[static_cast<std::size_t>(kind)];
}

StepKind StepKindNamed(std::string_view name) noexcept {
    for (std::size_t i = 0; i < std::size(kKinds); ++i)
        if (name == kKinds[i]) return static_cast<StepKind>(i);
    return StepKind::kStatement;
}

}  // namespace pgsqlite::plan
