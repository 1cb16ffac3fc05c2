// Frameworks: which one has made a database, whether both sides stand at the same migration, and how it
// writes values that SQLite has no type for.
#include <algorithm>

#include "core/assess/finding_rules.hpp"
#include "core/schema/keywords.hpp"
#include "core/spec/presets/presets.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::PlannedColumn;
using plan::PlannedTable;
using plan::Setting;
using plan::Severity;
using value::StorageClass;

/// Without blanks, in lower case.
std::string Plain(std::string_view type) {
    std::string plain;
    for (const char c : type)
        if (c != ' ') plain += value::ToLower(c);
    return plain;
}

bool Holds(const std::string& what, const ColumnProfile* profile) {
    if (what.empty()) return true;
    if (profile == nullptr || profile->non_null() == 0) return false;
    if (what == "integer") return profile->Count(StorageClass::kInteger) > 0;
    const auto fits = [&](value::Kind kind) {
        const Tally* misfits = profile->Misfits(kind);
        return misfits != nullptr && misfits->rows == 0;
    };
    if (what == "dated") return fits(value::Kind::kTimestamp) && !fits(value::Kind::kTime);
    return what == "uuid" && fits(value::Kind::kUuid);
}

bool Applies(const spec::Habit& habit, const PlannedTable& table, const PlannedColumn& column,
             const ColumnProfile* profile) {
    if (column.source == nullptr || !column.written() || !column.settings.convert.empty()) return false;
    if (Plain(column.source->declared_type) != Plain(habit.declared)) return false;
    if (habit.target == "new" && !table.creates()) return false;
    if (!habit.target.empty() && habit.target != "new" &&
        (column.existing == nullptr || column.existing->type.sql != habit.target))
        return false;
    for (const auto& [key, value] : habit.settings)
        if (column.settings.sources.Has(key)) return false;
    return Holds(habit.holds, profile);
}

void FindHabits(Findings& findings, const spec::Preset& preset, const PlannedTable& table,
                const TableFacts* facts) {
    for (const PlannedColumn& column : table.columns) {
        const auto place = static_cast<std::size_t>(&column - table.columns.data());
        const ColumnProfile* profile =
            facts != nullptr && place < facts->columns.size() ? facts->columns[place].profile : nullptr;
        for (const spec::Habit& habit : preset.habits) {
            if (!Applies(habit, table, column, profile)) continue;
            for (Finding& other : findings.list())
                if (other.server == table.source->server && other.table == table.table().name &&
                    other.column == column.source->name)
                    other.settings.clear();
            Finding& finding = findings.Add(table, Severity::kNote, habit.because, &column);
            finding.suggestion = "read them so";
            for (auto [key, value] : habit.settings) {
                const std::string name = schema::QuotePgIdentifierIfNeeded(column.foreign_name);
                for (std::size_t at = value.find("{column}"); at != std::string::npos;
                     at = value.find("{column}", at + name.size()))
                    value.replace(at, 8, name);
                finding.settings.push_back({key, value, Setting::Level::kColumn});
            }
            break;
        }
    }
}

/// Its record of what it has done to the target stands there already.
void FindBookkeeping(Findings& findings, const spec::Preset& preset, const PlannedTable& table,
                     const TableFacts* facts) {
    for (Finding& finding : findings.list()) {
        if (finding.server != table.source->server || finding.table != table.table().name) continue;
        const bool whole =
            finding.settings.size() == 1 && finding.settings[0].level == Setting::Level::kTable;
        const bool is_there = table.existing != nullptr && table.existing->has_rows;
        if (is_there && !whole) finding.settings.clear();
        if (!whole || !is_there) continue;
        finding.settings = {
            {"exclude", table.source->server + "." + table.table().name, Setting::Level::kJob}};
        finding.suggestion = "it is what " + preset.framework + " has recorded of the target: leave it out";
    }
    if (facts == nullptr || !facts->migrations) return;
    const MigrationFacts& migrations = *facts->migrations;
    if (migrations.only_source + migrations.only_target == 0) {
        findings.Add(table, Severity::kNote, "source and target stand at the same migration").rows =
            migrations.both;
        return;
    }
    Finding& finding =
        findings.Add(table, Severity::kWarning,
                     "source and target do not stand at the same migration: the source alone has " +
                         std::to_string(migrations.only_source) + ", the target alone " +
                         std::to_string(migrations.only_target));
    finding.example = migrations.first;
    finding.suggestion = "bring both to the same version of the application first";
}

}  // namespace

void FindFrameworks(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts) {
    std::vector<const plan::Source*> sources;
    for (const PlannedTable& table : design.tables)
        if (std::find(sources.begin(), sources.end(), table.source) == sources.end())
            sources.push_back(table.source);
    for (const plan::Source* source : sources) {
        std::vector<const sqlite::Table*> tables;
        for (const plan::SourceTable& entry : source->tables)
            tables.push_back(&entry.table);
        const spec::Preset* preset = spec::FindPreset(tables);
        if (preset == nullptr) continue;
        findings.AddForServer(source->server, Severity::kNote,
                              "made by " + preset->framework + ", which records its migrations in table \"" +
                                  preset->records + "\"");
        for (std::size_t i = 0; i < design.tables.size(); ++i) {
            const PlannedTable& table = design.tables[i];
            if (table.source != source || !table.not_migrated.empty()) continue;
            const TableFacts* own = i < facts.size() ? &facts[i] : nullptr;
            if (spec::IsBookkeeping(*preset, table.table().name))
                FindBookkeeping(findings, *preset, table, own);
            else
                FindHabits(findings, *preset, table, own);
        }
    }
}

}  // namespace pgsqlite::assess
