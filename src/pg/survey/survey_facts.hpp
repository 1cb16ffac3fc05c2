// The stored facts behind a survey, read table by table.
#pragma once

#include "core/assess/facts.hpp"
#include "pg/survey/survey.hpp"

namespace pgsqlite::pg {

enum class FactsFor : uint8 {
    kMigration,   ///< only what changes the design: CHECKs that rows break, orphans that are kept
    kJudgement,   ///< also all that says what becomes of every row
    kSuggestion,  ///< also what suggestions are made of
    kAssessment,  ///< also what SQLite's integrity check finds
};

/// Facts by Design::tables. Cancellable between rows; raises what concerns no table alone.
/// @return lives as long as the current memory context
const std::vector<assess::TableFacts>* ReadFacts(const SurveyHandle& handle, FactsFor purpose);

/// What stands in the way of a design, and what else is worth knowing: the one judgement of sqlite.assess and
/// sqlite.migrate. @param facts by Design::tables, as ReadFacts gives them; null: by the schemas alone
/// @return lives as long as the current memory context
std::vector<plan::Finding>* Judge(const SurveyHandle& handle, const std::vector<assess::TableFacts>* facts);

/// The zones that a design's columns name, ready for use, in the current memory context. Raises 22023 for one
/// that does not exist.
const std::unordered_map<std::string, value::Zone>* ReadZones(const plan::Design& design);

}  // namespace pgsqlite::pg
