// The rules that find something, by what they look at. Seen by findings.cpp and the rules' own files only.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/assess/facts.hpp"
#include "core/plan/finding.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::assess {

/// The findings of one design, as they are made.
class Findings {
  public:
    plan::Finding& Add(const plan::PlannedTable& table, plan::Severity severity, std::string text,
                       const plan::PlannedColumn* column = nullptr);
    plan::Finding& AddForServer(const std::string& server, plan::Severity severity, std::string text);
    std::vector<plan::Finding>& list() noexcept { return list_; }

  private:
    std::vector<plan::Finding> list_;
};

/// @param facts null when no rows were read
void FindColumn(Findings& findings, const plan::PlannedTable& table, std::size_t index,
                const TableFacts* facts);
/// What settles a value that is too long for an entry of an index.
void SettleLongEntry(plan::Finding& finding);
/// Keys, indexes, CHECKs, foreign keys, width, what can't be read.
void FindTable(Findings& findings, const plan::PlannedTable& table, const TableFacts* facts);
/// What the trial of its rows came to.
void FindTrial(Findings& findings, const plan::PlannedTable& table, const TableFacts& facts);
/// One type for each key and all that refers to it, in what the findings about their columns suggest. After
/// them.
void FindFamilies(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts);
/// Which framework has made a database, and what is known of its habits. Last, since what it suggests for a
/// column takes the place of other suggestions.
void FindFrameworks(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts);
/// What the findings about targets that have rows suggest.
void ChooseExisting(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts);
/// Indexes in place of what full-text and R-tree tables do. Needs profiles.
void FindSearch(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts);
void FindViews(Findings& findings, const plan::Design& design);
void FindTriggers(Findings& findings, const plan::Design& design);

}  // namespace pgsqlite::assess
