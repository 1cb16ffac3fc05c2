// Value policies by name: one table for the options of the foreign data wrapper and the keys of the migration
// spec, so that both take the same words.
#pragma once

#include <span>
#include <string_view>

#include "core/value/rule.hpp"

namespace pgsqlite::value {

struct PolicyOption {
    const char* name;
    const char* words;  ///< valid ones, separated by blanks, in the order of the enum; null: a Boolean
};

/// on_error, excess_digits, invalid_text, nul_bytes, invalid_json, too_long, empty_as_null,
/// zero_date_as_null, ambiguous_time: in the order of Policies.
inline constexpr PolicyOption kPolicyOptions[] = {
    {"on_error", "error null reject"},
    {"excess_digits", "error round truncate"},
    {"invalid_text", "error replace null"},
    {"nul_bytes", "error strip null"},
    {"invalid_json", "error null string"},
    {"too_long", "error truncate"},
    {"empty_as_null", nullptr},
    {"zero_date_as_null", nullptr},
    {"ambiguous_time", "error earlier later"},
};

/// The policy of that name, or null.
const PolicyOption* FindPolicy(std::string_view name) noexcept;

/// Position of `word` among blank-separated words, ASCII case-blind; -1 when it is none of them.
int WordIndex(std::string_view words, std::string_view word) noexcept;

/// Sets one policy.
///
/// @param option an element of kPolicyOptions
/// @param choice the position of its word; for a Boolean 0 or 1
void SetPolicy(const PolicyOption& option, int choice, Policies* policies) noexcept;

}  // namespace pgsqlite::value
