// What becomes of rows that a target has already: the choice that loses nothing and does not collide.
#include <algorithm>

#include "core/assess/finding_rules.hpp"
#include "core/plan/match_statements.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::PlannedTable;
using plan::Setting;

std::string JsonOf(const std::vector<std::string>& names) {
    std::string json = "[";
    for (const std::string& name : names) {
        json += json.size() > 1 ? ", \"" : "\"";
        for (const char c : name) {
            if (c == '"' || c == '\\') json += '\\';
            json += c;
        }
        json += '"';
    }
    return json + "]";
}

void Choose(Finding& finding, std::string key, std::string value, bool json, std::string why) {
    finding.settings.clear();
    finding.settings.push_back({std::move(key), std::move(value), Setting::Level::kTable, json});
    finding.suggestion = std::move(why);
}

/// Whether no two rows of the source are equal in these columns of the target: SQLite has a unique key over
/// them, or over some.
bool KeepsRowsApart(const PlannedTable& table, const std::vector<std::string>& columns) {
    const sqlite::Table& source = table.table();
    const auto among = [&](const std::string& name) {
        const plan::PlannedColumn* column = table.Find(name);
        return column != nullptr && std::find(columns.begin(), columns.end(), column->name) != columns.end();
    };
    const std::vector<int> primary = source.primary_key();
    if (!primary.empty() && std::all_of(primary.begin(), primary.end(), [&](int i) {
            return among(source.columns[static_cast<std::size_t>(i)].name);
        }))
        return true;
    return std::any_of(source.indexes.begin(), source.indexes.end(), [&](const sqlite::Index& index) {
        return index.unique && !index.partial && !index.has_expression() &&
               std::all_of(index.columns.begin(), index.columns.end(),
                           [&](const sqlite::IndexColumn& part) { return among(part.name); });
    });
}

void Choose(Finding& finding, const PlannedTable& table, const MeetingFacts* meeting) {
    const std::vector<std::string> natural = plan::NaturalKey(table);
    // Rows that are equal under it would find each other.
    if (!natural.empty() && !KeepsRowsApart(table, natural)) return;
    const std::string list = natural.empty() ? std::string() : JsonOf(natural);
    if (meeting == nullptr) {
        if (!natural.empty())
            Choose(finding, "match_on", list, true, "keep them, and map the source's rows onto them (match)");
        return;
    }
    if (meeting->found == 0 && meeting->taken == 0) {
        finding.suggestion = "none of the source's rows is among them: add these (append)";
        return;
    }
    if (natural.empty() && meeting->key.empty()) return;
    if (meeting->different == 0)
        return Choose(finding, "match_on", natural.empty() ? JsonOf(meeting->key) : list, true,
                      "those that the source has are the same: keep them, and let references follow (match)");
    finding.rows = meeting->different;
    if (!natural.empty())
        return Choose(finding, "upsert", "{\"key\": " + list + "}", true,
                      "some that the source has say otherwise: write the source's values into them, let them "
                      "keep their keys, and let references follow (upsert)");
    if (meeting->referred_to)
        return Choose(
            finding, "existing", "upsert", false,
            "some of their keys mean other rows in the source: let the source's take their place (upsert)");
    Choose(finding, "existing", "truncate", false,
           "some of their keys mean other rows in the source: let the source's take the place of all "
           "(truncate)");
}

}  // namespace

void ChooseExisting(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts) {
    for (Finding& finding : findings.list()) {
        if (finding.settings.size() != 1 || finding.settings[0].key != "existing") continue;
        for (std::size_t i = 0; i < design.tables.size(); ++i) {
            const PlannedTable& table = design.tables[i];
            if (table.existing == nullptr || table.source->server != finding.server ||
                table.table().name != finding.table)
                continue;
            Choose(finding, table, i < facts.size() && facts[i].meeting ? &*facts[i].meeting : nullptr);
        }
    }
}

}  // namespace pgsqlite::assess
