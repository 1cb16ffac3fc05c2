// Which tables must be tried. For the others what SQLite holds tells all: their values go through the core's
// own conversions into types that keep apart what SQLite keeps apart.
#include <algorithm>

#include "core/assess/facts.hpp"
#include "core/plan/trial.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::assess {
namespace {

using plan::PlannedColumn;
using plan::PlannedForeignKey;
using plan::PlannedTable;
using value::Kind;

bool IsInteger(Kind kind) noexcept {
    return kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8;
}

bool IsAskedOfServer(const plan::Existing& existing, const PlannedColumn& column) {
    if (!column.written()) return false;
    if (column.source == nullptr || column.conversion || column.follows ||
        !column.settings.default_sql.empty())
        return true;
    const Kind kind = column.read_type.kind;
    return kind == Kind::kArray || kind == Kind::kInput || existing.domains.count(column.read_type.sql) > 0;
}

/// Bytes that an entry of a btree index has room for whatever else is in it.
constexpr std::uint64_t kSmallEntry = 1000;

bool IsLong(const PlannedTable& table, const TableFacts& facts, const PlannedColumn& column) {
    const ColumnFacts& own = facts.columns[static_cast<std::size_t>(&column - table.columns.data())];
    return own.misfits != nullptr && own.misfits->longest > kSmallEntry;
}

bool HasDoubtfulIndex(const PlannedTable& table, const TableFacts& facts) {
    bool indexed = false;
    for (const plan::PlannedKey& key : table.keys) {
        if (!key.reason.empty()) continue;
        indexed = true;
        if (key.primary && table.settings.primary_key) return true;
        for (const std::string& name : key.columns)
            if (const PlannedColumn* column = table.FindTarget(name);
                column == nullptr || !KeepsApart(*column))
                return true;
    }
    for (const plan::PlannedIndex& index : table.indexes) {
        if (!index.tail.ok()) continue;
        indexed = true;
        // What it computes of a value may fail.
        if (index.unique || index.tail.written != plan::SpecSql::kNone ||
            index.tail.text.find('(', 1) != std::string::npos)
            return true;
    }
    return indexed && std::any_of(table.columns.begin(), table.columns.end(),
                                  [&](const PlannedColumn& column) { return IsLong(table, facts, column); });
}

bool HasDoubtfulKey(const plan::Design& design, const PlannedTable& table,
                    const std::vector<TableFacts>& facts) {
    const TableFacts& own = facts[static_cast<std::size_t>(&table - design.tables.data())];
    for (const PlannedForeignKey& key : table.foreign_keys) {
        if (!key.reason.empty() || key.orphans == spec::Orphans::kKeep || key.follows_rows) continue;
        // An orphan may be a row that does not come in.
        if (own.refused_rows > 0) return true;
        if (!key.parent_planned || key.orphans == spec::Orphans::kReject) return true;
        const PlannedTable& parent = design.tables[key.parent];
        if (parent.existing != nullptr || parent.source != table.source) return true;
        if (facts[key.parent].refused_rows > 0) return true;
        for (const std::string& name : key.columns)
            if (const PlannedColumn* column = table.FindTarget(name);
                column == nullptr || !KeepsApart(*column))
                return true;
        for (const std::string& name : key.parent_columns)
            if (const PlannedColumn* column = parent.FindTarget(name);
                column == nullptr || !KeepsApart(*column))
                return true;
    }
    return false;
}

bool NeedsTrial(const plan::Design& design, const plan::Existing& existing, const PlannedTable& table,
                const std::vector<TableFacts>& facts) {
    if (table.existing != nullptr || table.merged_into || table.filter || !table.rules.empty() ||
        table.partitioning)
        return true;
    for (const PlannedColumn& column : table.columns)
        if (IsAskedOfServer(existing, column) || (column.generated && column.generated->ok())) return true;
    for (const plan::PlannedCheck& check : table.checks)
        if (check.condition.ok() && !check.condition.guaranteed && !check.violated) return true;
    return HasDoubtfulIndex(table, facts[static_cast<std::size_t>(&table - design.tables.data())]) ||
           HasDoubtfulKey(design, table, facts);
}

/// A role that has written some of what runs when rows come into a table's target; empty: nobody else.
std::string CodeOf(const plan::Existing& existing, const PlannedTable& table) {
    if (table.existing != nullptr && !table.existing->runs_code_of.empty())
        return table.existing->runs_code_of;
    for (const PlannedColumn& column : table.columns)
        for (const schema::MappedType* type : {&column.type, &column.read_type})
            if (const auto role = existing.code_of_types.find(type->sql);
                !column.skipped && role != existing.code_of_types.end())
                return role->second;
    return {};
}

/// A text of the spec that can't be used is a blocker by itself, and never run.
bool MustNotRun(const PlannedTable& table) {
    const auto refused = [](const plan::Translated& text) {
        return !text.ok() && text.written != plan::SpecSql::kNone;
    };
    for (const PlannedColumn& column : table.columns)
        if ((column.conversion && !column.conversion->ok()) ||
            (column.has_chosen_default() && column.default_value && !column.default_value->ok()))
            return true;
    for (const plan::PlannedRule& rule : table.rules)
        if (!rule.condition.ok()) return true;
    for (const plan::PlannedCheck& check : table.checks)
        if (refused(check.condition)) return true;
    for (const plan::PlannedIndex& index : table.indexes)
        if (refused(index.tail)) return true;
    return table.filter && !table.filter->ok();
}

}  // namespace

bool KeepsApart(const PlannedColumn& column) {
    if (column.source == nullptr || !column.settings.convert.empty() || !column.settings.encoding.empty() ||
        column.has_chosen_default())
        return false;
    value::Policies policies = column.settings.policies, none;
    policies.on_error = none.on_error;
    policies.empty_as_null = none.empty_as_null;
    if (!(policies == none)) return false;
    const Kind kind = column.type.kind;
    switch (schema::AffinityOf(column.source->declared_type)) {
        case schema::Affinity::kText:
            return kind == Kind::kText;
        case schema::Affinity::kInteger:
        case schema::Affinity::kNumeric:
            return IsInteger(kind) || kind == Kind::kNumeric || kind == Kind::kText;
        case schema::Affinity::kReal:
            return kind == Kind::kFloat8;
        default:
            return false;
    }
}

TrialNeed NeedTrial(const plan::Design& design, const plan::Existing& existing,
                    const std::vector<TableFacts>& facts) {
    const std::size_t count = design.tables.size();
    TrialNeed need = {std::vector<bool>(count), std::vector<std::string>(count)};
    std::vector<bool> kept(count);  // what must not run, and what such tables refer to, or are referred to by
    std::string others;
    for (std::size_t i = 0; i < count; ++i) {
        const PlannedTable& table = design.tables[i];
        need.tried[i] = table.not_migrated.empty() && NeedsTrial(design, existing, table, facts);
        if (!table.not_migrated.empty()) continue;
        const std::string role = CodeOf(existing, table);
        kept[i] = !role.empty() || MustNotRun(table);
        if (!role.empty()) others = role;
    }
    plan::TryRelatives(design, need.tried);
    plan::TryRelatives(design, kept);
    for (std::size_t i = 0; i < count; ++i) {
        if (!need.tried[i] || !kept[i]) continue;
        need.tried[i] = false;
        if (!others.empty())
            need.unforeseen[i] =
                "functions of role \"" + others + "\" decide, which are not run by your rights beforehand";
    }
    return need;
}

}  // namespace pgsqlite::assess
