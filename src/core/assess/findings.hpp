// Findings: what a design and the facts come to, for sqlite.assess and sqlite.suggest_spec.
#pragma once

#include <string>
#include <vector>

#include "core/assess/facts.hpp"
#include "core/plan/finding.hpp"

namespace pgsqlite::assess {

/// "blocker", "warning", "note".
const char* SeverityName(plan::Severity severity) noexcept;

/// All findings about a design, in the order of its servers and tables, the severest of a table first.
/// @param facts by Design::tables; empty for a quick look, which reads no rows
std::vector<plan::Finding> FindAll(const plan::Design& design, const std::vector<TableFacts>& facts);

}  // namespace pgsqlite::assess
