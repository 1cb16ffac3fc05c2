// Row rules: the spec's `required` and `rules` as conditions over the target's columns, with the question
// that decides whether PostgreSQL takes them.
#include <algorithm>

#include "core/base/nearest.hpp"
#include "core/plan/designer.hpp"
#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {
namespace {

using schema::QuotePgIdentifierIfNeeded;

/// The converted row as a FROM item: what INSERT writes and nothing else, since what the target makes itself
/// is not known before.
std::string ConvertedRow(const PlannedTable& table) {
    std::string sql = "(SELECT ";
    const char* separator = "";
    for (const PlannedColumn& column : table.columns) {
        if (!column.written()) continue;
        sql += separator + ("NULL::" + column.type.sql) + " AS " + QuotePgIdentifierIfNeeded(column.name);
        separator = ", ";
    }
    return sql + ") AS " + QuotePgIdentifierIfNeeded(table.target.table);
}

PlannedColumn* FindWritten(PlannedTable& table, const std::string& name) noexcept {
    for (PlannedColumn& column : table.columns)
        if (column.name == name && column.written()) return &column;
    return nullptr;
}

/// Why a name that the spec gives is no use.
std::string NoSuchColumn(const PlannedTable& table, const std::string& name) {
    std::vector<const char*> names;
    for (const PlannedColumn& column : table.columns)
        if (column.written()) names.push_back(column.name.c_str());
    const char* nearest = NearestWord(name, names);
    return "no column \"" + name + "\" of " + table.SqlName() + " is written" +
           (nearest == nullptr ? "" : std::string(" (did you mean \"") + nearest + "\"?)");
}

/// Texts count '' as missing. Types that only the server knows are asked as text, since not each compares,
/// and varchar since an operator of its own may stand in the search_path.
std::string PresentCondition(const PlannedColumn& column) {
    const std::string name = QuotePgIdentifierIfNeeded(column.name);
    const std::string present = name + " IS NOT NULL";
    if (column.type.sql == "text") return present + " AND " + name + " <> ''";
    if (column.type.kind == value::Kind::kText || column.type.kind == value::Kind::kInput)
        return present + " AND " + name + "::text <> ''";
    return present;
}

/// A name that no constraint of the table has.
std::string FreeName(const PlannedTable& table, const std::string& wanted) {
    schema::NameAllocator names(schema::FoldCase::kPreserve, false);
    for (const PlannedCheck& check : table.checks)
        names.Reserve(check.name);
    for (const PlannedKey& key : table.keys)
        names.Reserve(key.name);
    for (const PlannedForeignKey& key : table.foreign_keys)
        names.Reserve(key.name);
    return names.Take(wanted).name;
}

/// The rule as a CHECK. Rows that break it and go all the same come before a CHECK that is not valid.
void AddCheck(PlannedTable& table, const PlannedRule& rule) {
    PlannedCheck check;
    check.name = FreeName(table, rule.name);
    check.condition.source = check.condition.text = rule.condition.text;
    check.condition.pointer = rule.condition.pointer;
    check.condition.written = SpecSql::kCheck;
    check.condition.probe = "SELECT 1 FROM " + ConvertedRow(table) + " WHERE (" + check.condition.text + ")";
    check.violated = rule.on_fail == spec::OnFail::kWarn;
    table.checks.push_back(std::move(check));
}

/// Whether a value that every row has may go later: cleared by a rule, for want of a parent, or with it.
bool MayBeCleared(const PlannedTable& table, const std::string& name) {
    const auto names = [&](const std::vector<std::string>& columns) {
        return std::find(columns.begin(), columns.end(), name) != columns.end();
    };
    for (const PlannedRule& rule : table.rules)
        if (rule.on_fail == spec::OnFail::kNull && (rule.columns.empty() || names(rule.columns))) return true;
    return std::any_of(
        table.foreign_keys.begin(), table.foreign_keys.end(), [&](const PlannedForeignKey& key) {
            return names(key.columns) &&
                   (key.orphans == spec::Orphans::kNull || key.actions.find(" SET ") != std::string::npos);
        });
}

}  // namespace

void RequireColumns(Design& design) {
    for (std::size_t i = 0; i < design.tables.size(); ++i) {
        PlannedTable& table = design.tables[i];
        const bool shared = std::any_of(design.tables.begin(), design.tables.end(),
                                        [&](const PlannedTable& other) { return other.merged_into == i; });
        if (!table.creates() || shared) continue;
        for (PlannedColumn& column : table.columns)
            if (column.required && !MayBeCleared(table, column.name)) column.not_null = true;
    }
}

void DesignRules(PlannedTable& table) {
    for (const std::string& name : table.settings.required) {
        PlannedRule rule;
        rule.name = "required: " + name;
        rule.columns = {name};
        rule.condition.source = name;
        rule.condition.pointer = table.settings.sources.From("required");
        if (PlannedColumn* column = FindWritten(table, name)) {
            column->required = true;
            rule.condition.text = PresentCondition(*column);
        } else {
            rule.condition.text = QuotePgIdentifierIfNeeded(name) + " IS NOT NULL";
            rule.condition.reason = NoSuchColumn(table, name);
        }
        table.rules.push_back(std::move(rule));
    }
    for (const spec::RowRule& asked : table.settings.rules) {
        PlannedRule rule;
        rule.name = asked.name;
        rule.on_fail = asked.on_fail;
        rule.columns = asked.columns;
        rule.condition.source = rule.condition.text = asked.condition;
        rule.condition.pointer = asked.pointer;
        rule.condition.written = SpecSql::kExpression;
        rule.check = asked.check;
        for (const std::string& name : asked.columns)
            if (FindWritten(table, name) == nullptr) rule.condition.reason = NoSuchColumn(table, name);
        table.rules.push_back(std::move(rule));
    }
    for (PlannedRule& rule : table.rules) {
        rule.condition.probe =
            "SELECT 1 FROM " + ConvertedRow(table) + " WHERE (" + rule.condition.text + ")";
        if (rule.check && table.creates()) AddCheck(table, rule);
    }
}

}  // namespace pgsqlite::plan
