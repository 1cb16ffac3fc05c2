// Patch: a spec changed for rows that are loaded again, when what it made stands already: only what says how
// values and rows are converted and judged may change.
#pragma once

#include <string>
#include <string_view>

namespace pgsqlite::spec {

struct PatchedSpec {
    std::string spec;  ///< `changes` merged over the spec as RFC 7396 says: objects by key, null removes
    /// The same, with `existing` append wherever it is neither match nor upsert: rows go to tables that are
    /// there.
    std::string append;
};

/// @param spec of the job: checked when it ran
/// @param changes a spec for itself
/// @throws Error 22023 where `changes` is no valid spec, changes something that can't be changed any more, or
/// makes no valid spec together with `spec`
PatchedSpec PatchSpec(std::string_view spec, std::string_view changes);

}  // namespace pgsqlite::spec
