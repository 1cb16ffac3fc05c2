// Which tables go, and where to: the names of targets, conflicts between databases, targets that exist.
#include <algorithm>
#include <set>

#include "core/base/nearest.hpp"
#include "core/plan/designer.hpp"
#include "core/plan/trigger_statements.hpp"
#include "core/schema/foreign_table.hpp"
#include "core/schema/keywords.hpp"
#include "core/spec/name_pattern.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {
namespace {

/// The name a table would have if nothing stood in its way.
schema::Renamed WantedName(const Designer& designer, const std::string& table, const std::string& prefix) {
    schema::NameAllocator clean(designer.spec.job().fold_case, false);
    return clean.Take(prefix + table);
}

void TakeWanted(PlannedTable& table, const schema::Renamed& wanted) {
    table.target.table = wanted.name;
    table.renamed = wanted.shortened || wanted.replaced;
}

/// Why a table's rows can't go; empty when they can.
std::string Obstacle(const sqlite::Table& table) {
    if (table.kind == sqlite::TableKind::kShadow) return "it is a shadow table of a virtual table";
    if (table.unreadable) return "SQLite can't read it: " + *table.unreadable;
    std::size_t columns = 0;
    for (const sqlite::Column& column : table.columns)
        columns += column.hidden != sqlite::Column::Hidden::kHidden;
    if (columns > schema::kMaxColumns)
        return "it has " + std::to_string(columns) + " columns, and PostgreSQL takes at most 1600";
    // A job reads the rowid as one more column (data_statements.cpp), to name rows and to load ranges of
    // them.
    if (columns == schema::kMaxColumns && table.rowid_alias() < 0 && !table.rowid_name().empty())
        return "it has 1600 columns and a rowid, and PostgreSQL takes at most 1600 columns";
    return {};
}

/// What nobody can read is left out and listed. What can be read and has no place stops the migration, since
/// somebody must decide about its rows.
void ReportObstacle(Designer& designer, const PlannedTable& table) {
    const bool shadow = table.table().kind == sqlite::TableKind::kShadow;
    const bool unreadable = table.table().unreadable.has_value();
    const Severity severity = shadow ? Severity::kNote : unreadable ? Severity::kWarning : Severity::kBlocker;
    Finding& finding = designer.Report(
        table, severity,
        (shadow || unreadable ? "table is left out: " : "table can't be migrated: ") + table.not_migrated);
    if (shadow) return;
    finding.suggestion =
        unreadable ? "exclude it, or have its application write its rows into a table" : "leave it out";
    finding.settings.push_back(
        {"exclude", table.source->server + "." + table.table().name, Setting::Level::kJob});
}

/// Tables of several servers that want one name, by that name.
using Wanted = std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>;

void ReportConflict(Designer& designer, const std::vector<std::size_t>& group) {
    std::string servers;
    for (const std::size_t i : group)
        servers += (servers.empty() ? "" : ", ") + designer.design.tables[i].source->server;
    for (const std::size_t i : group) {
        PlannedTable& table = designer.design.tables[i];
        table.not_migrated =
            "servers " + servers + " each have a table of that name, and the spec's conflicts is error";
        Finding& finding = designer.Report(
            table, Severity::kBlocker,
            "name conflict: servers " + servers + " each have a table for " + QualifiedName(table.target));
        finding.suggestion = "set conflicts to prefix (or merge, where the rows belong together)";
        finding.settings.push_back({"conflicts", "prefix", Setting::Level::kJob});
    }
}

void SettleConflict(Designer& designer, const std::vector<std::size_t>& group) {
    std::vector<PlannedTable>& tables = designer.design.tables;
    bool chosen = true;
    for (const std::size_t i : group)
        chosen = chosen && tables[i].settings.target.has_value();
    const spec::Conflicts conflicts = designer.spec.job().conflicts;
    if (conflicts == spec::Conflicts::kMerge || chosen) {
        for (std::size_t i = 1; i < group.size(); ++i)
            tables[group[i]].merged_into = group[0];
        return;
    }
    if (conflicts == spec::Conflicts::kError) return ReportConflict(designer, group);
    for (const std::size_t i : group) {
        PlannedTable& table = tables[i];
        if (table.settings.target) continue;
        table.target.table = WantedName(designer, table.table().name, table.source->server + "_").name;
    }
}

/// A free name beside the target's, as a spec writes it.
std::string OtherTarget(const Designer& designer, const PlannedTable& table) {
    schema::NameAllocator names(schema::FoldCase::kPreserve, false);
    for (const ExistingRelation& relation : designer.existing.relations)
        if (relation.schema == table.target.schema) names.Reserve(sqlite::NameKey(relation.name));
    // In lower case: a target is looked for by any case.
    const std::string name = spec::QuoteName(names.Take(sqlite::NameKey(table.target.table)).name);
    return table.target.schema == designer.design.target_schema
               ? name
               : spec::QuoteName(table.target.schema) + "." + name;
}

/// What stands where a table is to go. A table written just as SQLite writes it goes before one of the name
/// that it would get, and this before one in other case; what takes no rows is met only where no table is.
const ExistingRelation* FindRelation(const Designer& designer, const PlannedTable& table) {
    const std::string& schema = table.target.schema;
    const auto find = [&](const std::string& name) -> const ExistingRelation* {
        for (const ExistingRelation& relation : designer.existing.relations)
            if (relation.takes_rows && relation.schema == schema && relation.name == name) return &relation;
        return nullptr;
    };
    if (!table.settings.target) {
        const std::string prefix = designer.spec.ForServer(table.source->server).prefix.value_or("");
        const std::string own = prefix + table.table().name;
        if (sqlite::EqualNames(own, table.target.table))
            if (const ExistingRelation* relation = find(own)) return relation;
    }
    if (const ExistingRelation* relation = find(table.target.table)) return relation;
    for (const ExistingRelation& relation : designer.existing.relations)
        if (relation.takes_rows && relation.schema == schema &&
            sqlite::EqualNames(relation.name, table.target.table))
            return &relation;
    return designer.existing.Find(schema, table.target.table);
}

/// Tables whose names differ by case alone: which one was taken.
void ReportTwins(Designer& designer, const PlannedTable& table) {
    std::string others;
    for (const ExistingRelation& relation : designer.existing.relations)
        if (relation.takes_rows && &relation != table.existing && relation.schema == table.target.schema &&
            sqlite::EqualNames(relation.name, table.target.table))
            others += (others.empty() ? "" : ", ") + QualifiedName({relation.schema, relation.name});
    if (others.empty()) return;
    const bool exact = table.settings.target || table.target.table == table.table().name;
    designer
        .Report(table, exact ? Severity::kNote : Severity::kWarning,
                "its rows go into " + QualifiedName(table.target) + "; " + others + " is there, too")
        .suggestion = "name the other one as the table's target where it is meant";
}

/// The target stands already: whether rows can go into it.
void MeetExisting(Designer& designer, PlannedTable& table, const ExistingRelation& relation) {
    if (!relation.takes_rows) {
        Finding& finding = designer.Report(table, Severity::kBlocker,
                                           "target " + QualifiedName({relation.schema, relation.name}) +
                                               " exists and is a " + relation.kind + ", which takes no rows");
        finding.suggestion = "give the table another target";
        finding.settings.push_back({"target", OtherTarget(designer, table), Setting::Level::kTable});
        return;
    }
    table.existing = &relation;
    table.target.table = relation.name;
    ReportTwins(designer, table);
    ReportLostNames(designer, table);
    if (relation.has_rows && table.settings.existing == spec::Existing::kError) {
        Finding& finding = designer.Report(table, Severity::kBlocker,
                                           "target " + QualifiedName(table.target) + " has rows already");
        finding.suggestion = "say what becomes of them: append, truncate, skip or upsert";
        finding.settings.push_back({"existing", "append", Setting::Level::kTable});
    }
}

/// A new table whose name is that of one which stands there but for its underscores: UserProfile,
/// user_profile.
/// @return whether there is one
bool ReportSpelledApart(Designer& designer, const PlannedTable& table,
                        const std::vector<const char*>& names) {
    for (const char* name : names) {
        if (schema::PlainName(name) != schema::PlainName(table.table().name)) continue;
        const bool snake = designer.spec.job().fold_case != schema::FoldCase::kSnake &&
                           schema::SnakeCase(table.table().name) == name;
        Finding& finding =
            designer.Report(table, Severity::kWarning,
                            "target " + QualifiedName(table.target) + " is made, beside table \"" + name +
                                "\", which is there already");
        if (snake) {
            finding.suggestion = "let names have underscores for capitals (fold_case snake)";
            finding.settings.push_back({"fold_case", "snake", Setting::Level::kJob});
        } else {
            finding.suggestion = std::string("its rows belong into \"") + name + "\"";
            finding.settings.push_back({"target", spec::QuoteName(name), Setting::Level::kTable});
        }
        return true;
    }
    return false;
}

/// A new table whose name is nearly that of one which stands there, and which nothing fills: a misspelt
/// target, or one in the plural.
void ReportNearMiss(Designer& designer, const PlannedTable& table) {
    std::vector<const char*> names;
    for (const ExistingRelation& relation : designer.existing.relations) {
        if (!relation.takes_rows || relation.schema != table.target.schema) continue;
        const auto fills = [&](const PlannedTable& other) { return other.existing == &relation; };
        const std::vector<PlannedTable>& tables = designer.design.tables;
        if (std::none_of(tables.begin(), tables.end(), fills)) names.push_back(relation.name.c_str());
    }
    if (!table.settings.target && ReportSpelledApart(designer, table, names)) return;
    const char* nearest = NearestWord(table.target.table, names);
    if (nearest == nullptr) return;
    designer
        .Report(table, table.settings.target ? Severity::kWarning : Severity::kNote,
                "target " + QualifiedName(table.target) + " is made, beside table \"" + nearest +
                    "\", which is there already")
        .suggestion = std::string("if its rows belong there, name \"") + nearest + "\" as its target";
}

void TakeTargets(Designer& designer) {
    std::vector<PlannedTable>& tables = designer.design.tables;
    // Those that exist first, so that no new table takes a number for one of them.
    for (PlannedTable& table : tables) {
        if (!table.not_migrated.empty() || table.merged_into) continue;
        if (const ExistingRelation* relation = FindRelation(designer, table))
            MeetExisting(designer, table, *relation);
    }
    for (PlannedTable& table : tables) {
        if (!table.creates()) continue;
        ReportNearMiss(designer, table);
        const schema::Renamed name = designer.TakeRelationName(table.target.schema, table.target.table);
        const std::string wanted = table.target.table;
        table.target.table = name.name;
        if (table.renamed || name.shortened || name.numbered || name.replaced)
            designer.Report(table, Severity::kNote,
                            "table is renamed to " + QualifiedName(table.target) +
                                (name.numbered ? ": the name is taken" : ": PostgreSQL can't have its name"));
        else if (const char* fault = schema::FaultWithoutQuotes(table.target.table))
            designer.Report(table, Severity::kNote,
                            "table name " + schema::QuotePgIdentifier(table.target.table) + " " + fault +
                                ": it needs its quotes in every statement");
    }
    for (PlannedTable& table : tables) {
        if (!table.merged_into) continue;
        const PlannedTable& first = tables[*table.merged_into];
        table.target = first.target;
        table.existing = first.existing;
        if (!first.not_migrated.empty()) table.not_migrated = first.not_migrated;
    }
}

}  // namespace

void NameTables(Designer& designer) {
    std::vector<PlannedTable>& tables = designer.design.tables;
    for (const Source& source : designer.sources) {
        const spec::ServerSettings server = designer.spec.ForServer(source.server);
        for (const SourceTable& from : source.tables) {
            if (!from.included) continue;
            PlannedTable table;
            table.source = &source;
            table.from = &from;
            table.settings = designer.spec.ForTable(source.server, from.table.name, source.base);
            if (from.table.kind == sqlite::TableKind::kView && table.settings.view == spec::ViewAs::kView)
                continue;
            if (table.settings.target)
                table.target = *table.settings.target;
            else
                TakeWanted(table, WantedName(designer, from.table.name, server.prefix.value_or("")));
            if (table.target.schema.empty()) table.target.schema = designer.design.target_schema;
            table.not_migrated = Obstacle(from.table);
            if (!table.not_migrated.empty()) ReportObstacle(designer, table);
            tables.push_back(std::move(table));
        }
    }
    Wanted wanted;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (!tables[i].not_migrated.empty()) continue;
        // Two tables that exist, of names that differ by case, are two targets.
        const ExistingRelation* relation = FindRelation(designer, tables[i]);
        const bool there = relation != nullptr && relation->takes_rows;
        wanted[{tables[i].target.schema, there ? relation->name : sqlite::NameKey(tables[i].target.table)}]
            .push_back(i);
    }
    for (const auto& [name, group] : wanted) {
        std::set<const Source*> sources;
        bool all_chosen = true;
        for (const std::size_t i : group) {
            sources.insert(tables[i].source);
            all_chosen = all_chosen && tables[i].settings.target.has_value();
        }
        // Two tables of one database meet only by cleaning odd names: the second gets a number.
        if (sources.size() > 1 || (group.size() > 1 && all_chosen)) SettleConflict(designer, group);
    }
    TakeTargets(designer);
}

}  // namespace pgsqlite::plan
