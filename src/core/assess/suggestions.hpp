// Suggestions: the spec that sqlite.suggest_spec puts together over several looks. What one suggestion
// settles may lay open another: a table under its new name meets one that exists. So each spec is judged
// anew, until the judgement adds nothing.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/plan/finding.hpp"

namespace pgsqlite::assess {

class Suggestions {
  public:
    /// @param findings about the design under spec(), of the whole file
    /// @return whether spec() is another one now, and has to be judged
    bool Take(const std::vector<plan::Finding>& findings);
    /// Every setting that was suggested, as indented JSON; the later suggestion for a thing goes before the
    /// earlier.
    const std::string& spec() const noexcept { return spec_; }

  private:
    using Place = std::pair<std::string, std::string>;  ///< server and SQLite's table

    std::vector<plan::Finding> WithoutDear(const std::vector<plan::Finding>& findings) const;
    void FindCosts(const std::vector<plan::Finding>& findings);

    std::vector<plan::Finding> all_;
    std::string spec_ = "{}";
    bool first_ = true;
    std::set<std::string> not_carried_;  ///< what the first look has said of objects of the schema
    std::set<Place> dear_;               ///< tables where a type that is only better costs such an object
    std::set<Place> judged_;             ///< tables of which it is known whether that is so
};

}  // namespace pgsqlite::assess
