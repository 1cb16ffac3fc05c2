#include "core/assess/suggestions.hpp"

#include <algorithm>

#include "core/spec/builder.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::Setting;
using plan::Severity;

/// Takes what settles orphans out of the findings while columns have something to settle: orphans of rows
/// that another type will hold are none. @return whether they do
bool PostponeOrphans(std::vector<Finding>& findings) {
    const bool waits = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.severity == Severity::kBlocker && !finding.settings.empty() && !finding.column.empty();
    });
    if (!waits) return false;
    for (Finding& finding : findings)
        std::erase_if(finding.settings, [](const Setting& setting) { return setting.key == "orphans"; });
    return true;
}

/// A spec that holds every setting the findings suggest; the first one for a thing counts.
std::string SpecOf(const std::vector<Finding>& findings) {
    spec::Builder builder;
    std::vector<std::string> excluded;
    std::set<std::string> set;  // the first suggestion for a thing stands
    const auto value_of = [](const Setting& setting) -> spec::BuilderValue {
        if (setting.json) return spec::RawJson{setting.value};
        if (setting.value == "true") return true;
        return setting.value;
    };
    for (const Finding& finding : findings)
        for (const Setting& setting : finding.settings) {
            const bool column = setting.level == Setting::Level::kColumn;
            const bool job = setting.level == Setting::Level::kJob;
            if (job && setting.key == "exclude") {
                excluded.push_back(setting.value);
                continue;
            }
            std::string place = setting.key;
            if (!job) place += '\0' + finding.server + '\0' + finding.table;
            if (column) place += '\0' + finding.column;
            if (!set.insert(place).second) continue;
            if (job)
                builder.SetJob(setting.key, value_of(setting));
            else if (column)
                builder.SetColumn(finding.server, finding.table, finding.column, setting.key,
                                  value_of(setting));
            else
                builder.SetTable(finding.server, finding.table, setting.key, value_of(setting));
        }
    if (!excluded.empty()) builder.SetJob("exclude", std::move(excluded));
    return builder.ToJson();
}

/// A type that holds what the present one holds, too.
bool IsBetterType(const Finding& finding) {
    return finding.severity == Severity::kNote &&
           std::any_of(finding.settings.begin(), finding.settings.end(),
                       [](const Setting& setting) { return setting.key == "type"; });
}

/// The object of the schema that a finding says is not carried over; empty where it says something else.
std::string NotCarriedOver(const Finding& finding) {
    const std::size_t end = finding.text.find(" is not carried over");
    if (finding.severity != Severity::kWarning || end == std::string::npos) return {};
    return finding.server + '\0' + finding.table + '\0' + finding.column + '\0' + finding.text.substr(0, end);
}

/// How names are folded is settled before all else: expressions have them in them.
std::vector<Finding> NamesFirst(std::vector<Finding> findings) {
    const auto folds = [](const Setting& setting) { return setting.key == "fold_case"; };
    const bool waits = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
        return std::any_of(finding.settings.begin(), finding.settings.end(), folds);
    });
    if (!waits) return findings;
    for (Finding& finding : findings)
        std::erase_if(finding.settings, [&](const Setting& setting) { return !folds(setting); });
    return findings;
}

}  // namespace

std::vector<Finding> Suggestions::WithoutDear(const std::vector<Finding>& findings) const {
    std::vector<Finding> left = findings;
    std::erase_if(left, [&](const Finding& finding) {
        return IsBetterType(finding) && dear_.count({finding.server, finding.table}) > 0;
    });
    return left;
}

/// A default, CHECK, generated column, index or view is not given up for types that are only better. Where
/// one is lost all the same without them, they are not to blame.
void Suggestions::FindCosts(const std::vector<Finding>& findings) {
    std::set<Place> tables;
    std::set<std::string> servers;  // of lost views, which may read any table
    for (const Finding& finding : findings) {
        const std::string object = NotCarriedOver(finding);
        if (object.empty()) continue;
        if (first_)
            not_carried_.insert(object);
        else if (not_carried_.count(object) > 0)
            continue;
        else if (finding.text.starts_with("view "))
            servers.insert(finding.server);
        else
            tables.insert({finding.server, finding.table});
    }
    first_ = false;
    const auto loses = [&](const Place& place) {
        return tables.count(place) > 0 || servers.count(place.first) > 0;
    };
    std::erase_if(dear_, loses);
    for (const Finding& finding : all_) {
        const Place place = {finding.server, finding.table};
        if (IsBetterType(finding) && loses(place) && judged_.insert(place).second) dear_.insert(place);
    }
}

bool Suggestions::Take(const std::vector<Finding>& findings) {
    FindCosts(findings);
    all_ = WithoutDear(all_);
    const std::vector<Finding> every = NamesFirst(WithoutDear(findings));
    std::vector<Finding> settled = every;
    const bool waits = PostponeOrphans(settled);
    std::string next;
    for (const std::vector<Finding>* added : {static_cast<const std::vector<Finding>*>(&settled), &every}) {
        std::vector<Finding> with = all_;
        with.insert(with.begin(), added->begin(), added->end());
        next = SpecOf(with);
        if (waits && next == spec_ && added != &every) continue;
        all_ = std::move(with);
        break;
    }
    const bool differs = next != spec_;
    spec_ = std::move(next);
    return differs;
}

}  // namespace pgsqlite::assess
