// What becomes of rows that a target has already: the choice that loses nothing and does not collide.
#include <algorithm>

#include "core/assess/finding_rules.hpp"
#include "core/plan/match_statements.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::PlannedTable;
using plan::Setting;
using plan::Severity;

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
    // Over expressions both sides have an index, or none tells: what they say is not compared.
    const bool by_expression = !table.existing->HasUniqueKey(columns);
    return std::any_of(source.indexes.begin(), source.indexes.end(), [&](const sqlite::Index& index) {
        return index.unique && !index.partial && (by_expression || !index.has_expression()) &&
               std::all_of(index.columns.begin(), index.columns.end(), [&](const sqlite::IndexColumn& part) {
                   return part.name.empty() || among(part.name);
               });
    });
}

/// The source's rows in place of those that are there.
void Replace(Finding& finding, const MeetingFacts& meeting, std::string why) {
    const std::string others = std::to_string(meeting.others);
    if (meeting.others > 0)
        why +=
            "; of those that go, " + others + (meeting.others == 1 ? " is not" : " are not") + " among them";
    Choose(finding, "existing", "truncate", false, std::move(why) + " (truncate)");
    if (meeting.others > 0)
        finding.settings.push_back({"comment",
                                    "rows of the target that the source does not have go: " + others,
                                    Setting::Level::kTable});
}

void ChooseWithoutKey(Finding& finding, const MeetingFacts& meeting) {
    finding.rows = meeting.found;
    if (meeting.others == 0)
        Replace(finding, meeting, "each of them is among the source's rows: let these take the place of all");
    else
        finding.suggestion = "some of the source's rows are among them, and would be there twice (append)";
}

void Choose(Finding& finding, const PlannedTable& table, const MeetingFacts* meeting) {
    const std::vector<std::string> natural = plan::NaturalKey(table);
    // Rows that are equal under it would find each other.
    const bool tells = natural.empty() || KeepsRowsApart(table, natural);
    const std::string list = natural.empty() ? std::string() : JsonOf(natural);
    if (meeting == nullptr) {
        if (!natural.empty() && tells)
            Choose(finding, "match_on", list, true, "keep them, and map the source's rows onto them (match)");
        return;
    }
    if (tells && meeting->found == 0 && meeting->taken == 0) {
        finding.suggestion = "none of the source's rows is among them: add these (append)";
        return;
    }
    if (meeting->key.empty()) return ChooseWithoutKey(finding, *meeting);
    // Without a foreign key nothing tells what holds their keys, and must follow.
    if (!natural.empty() && !meeting->referred_to && meeting->taken + meeting->moved > 0) {
        finding.rows = meeting->taken + meeting->moved;
        return Replace(
            finding, *meeting,
            "some have other keys in the source, and no foreign key tells what would have to follow: let the "
            "source's rows take the place of all");
    }
    if (!tells) {
        // What refers to a row that is put aside for its key would refer to the other row.
        if (meeting->taken + meeting->moved > 0)
            Replace(
                finding, *meeting,
                "some of their keys mean other rows in the source: let the source's take the place of all");
        return;
    }
    if (meeting->different == 0)
        return Choose(finding, "match_on", natural.empty() ? JsonOf(meeting->key) : list, true,
                      "those that the source has are the same: keep them, and let references follow (match)");
    finding.rows = meeting->different;
    if (!natural.empty() && !table.existing->HasUniqueKey(natural))
        return Choose(
            finding, "match_on", list, true,
            "some that the source has say otherwise, and stay as they are in the target: keep them, and let "
            "references follow (match)");
    if (!natural.empty())
        return Choose(finding, "upsert", "{\"key\": " + list + "}", true,
                      "some that the source has say otherwise: write the source's values into them, let them "
                      "keep their keys, and let references follow (upsert)");
    if (meeting->referred_to)
        return Choose(
            finding, "existing", "upsert", false,
            "some of their keys mean other rows in the source: let the source's take their place (upsert)");
    Replace(finding, *meeting,
            "some of their keys mean other rows in the source: let the source's take the place of all");
}

/// Columns that refer to rows of whatever table another column names, without a foreign key: record_type,
/// record_id.
std::string FindPolymorphic(const plan::Design& design) {
    for (const PlannedTable& table : design.tables)
        for (const sqlite::Column& column : table.table().columns) {
            if (!column.name.ends_with("_id")) continue;
            const std::string type = column.name.substr(0, column.name.size() - 2) + "type";
            const auto named = [](const std::string& name) {
                return [&name](const auto& other) { return sqlite::EqualNames(other, name); };
            };
            const auto& columns = table.table().columns;
            if (std::none_of(columns.begin(), columns.end(), [&](const sqlite::Column& other) {
                    return sqlite::EqualNames(other.name, type);
                }))
                continue;
            const auto& keys = table.table().foreign_keys;
            if (std::any_of(keys.begin(), keys.end(), [&](const sqlite::ForeignKey& key) {
                    return std::any_of(key.columns.begin(), key.columns.end(), named(column.name));
                }))
                continue;
            return "(" + type + ", " + column.name + ") of table \"" + table.table().name + "\"";
        }
    return {};
}

/// Rows get other keys, and something may refer to them that does not follow.
void WarnOfPolymorphic(Findings& findings, const plan::Design& design, const PlannedTable& table) {
    findings
        .Add(table, Severity::kWarning,
             "rows get other keys than in SQLite, and " + FindPolymorphic(design) +
                 " refers to rows of any table without a foreign key: such references do not follow")
        .suggestion =
        "let the source's rows take the place of all (existing truncate), or change these columns, too";
}

}  // namespace

void ChooseExisting(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts) {
    std::vector<const PlannedTable*> moved;
    for (Finding& finding : findings.list()) {
        if (finding.settings.size() != 1 || finding.settings[0].key != "existing") continue;
        for (std::size_t i = 0; i < design.tables.size(); ++i) {
            const PlannedTable& table = design.tables[i];
            if (table.existing == nullptr || table.source->server != finding.server ||
                table.table().name != finding.table)
                continue;
            const MeetingFacts* meeting = i < facts.size() && facts[i].meeting ? &*facts[i].meeting : nullptr;
            Choose(finding, table, meeting);
            const bool follows = !finding.settings.empty() && finding.settings[0].key != "existing";
            if (meeting == nullptr || !follows || meeting->taken + meeting->moved == 0) continue;
            const std::string columns = FindPolymorphic(design);
            if (columns.empty()) continue;
            finding.settings.push_back({"comment",
                                        columns + " refers to rows of any table: it does not follow rows "
                                                  "that get other keys",
                                        Setting::Level::kTable});
            moved.push_back(&table);
        }
    }
    for (const PlannedTable* table : moved)
        WarnOfPolymorphic(findings, design, *table);
}

}  // namespace pgsqlite::assess
