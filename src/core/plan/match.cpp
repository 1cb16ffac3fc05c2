// Rows that find those which the target has already: by which key, what they keep, and who refers to them.
#include <algorithm>
#include <utility>

#include "core/plan/designer.hpp"
#include "core/plan/match_statements.hpp"
#include "core/schema/keywords.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {
namespace {

using value::Kind;

std::vector<std::string> InOrder(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
}

bool IsAmong(const std::vector<std::string>& names, const std::string& name) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool Fills(const PlannedTable& table, const std::string& name) noexcept {
    const PlannedColumn* column = table.FindTarget(name);
    return column != nullptr && column->written();
}

class MatchDesigner {
  public:
    explicit MatchDesigner(Designer& designer) : designer_(designer), tables_(designer.design.tables) {}

    void Run() {
        for (PlannedTable& table : tables_)
            if (table.not_migrated.empty() && table.existing != nullptr) Begin(table);
        for (PlannedTable& table : tables_)
            if (table.not_migrated.empty()) Follow(table);
        for (PlannedTable& table : tables_)
            if (table.match && table.match->usable && IsCircular(table, table, tables_.size()))
                Refuse(table,
                       "a column of " + ColumnList(table.match->on) + " refers to the table's own rows");
        // An upsert that nobody follows goes its way as before.
        for (std::size_t i = 0; i < tables_.size(); ++i)
            if (tables_[i].match && tables_[i].settings.existing == spec::Existing::kUpsert && !IsFollowed(i))
                tables_[i].match.reset();
    }

  private:
    void Begin(PlannedTable& table) {
        const ExistingRelation& target = *table.existing;
        PlannedMatch match;
        if (table.settings.existing == spec::Existing::kMatch) {
            match.on = table.settings.match_on.empty() ? NaturalKey(table) : table.settings.match_on;
            if (match.on.empty() && !target.has_rows) return;  // nothing is there to be found
            if (!target.HasUniqueKey(match.on))
                if (const ExpressionKey* key = target.FindExpressionKey(match.on))
                    match.elements = key->elements;
        } else if (table.settings.existing == spec::Existing::kUpsert) {
            match.on = UpsertKey(table);
            if (!target.HasUniqueKey(match.on) || InOrder(match.on) == InOrder(target.primary_key)) return;
        } else {
            return;
        }
        if (target.primary_key.size() == 1 && !IsAmong(match.on, target.primary_key[0]) &&
            Fills(table, target.primary_key[0])) {
            match.kept.push_back(target.primary_key[0]);
            match.has_primary = true;
            const Kind kind = table.FindTarget(target.primary_key[0])->type.kind;
            match.numbers =
                kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8 || kind == Kind::kNumeric;
        }
        table.match = std::move(match);
        if (table.match->on.empty())
            Refuse(table, target.primary_key.empty() ? "the target has no unique key"
                                                     : "the target has no unique key but its primary one");
        else if (table.match->elements.empty() && !target.HasUniqueKey(table.match->on))
            Refuse(table, "the target has no unique key over just " + ColumnList(table.match->on));
        else
            for (const std::string& name : table.match->on)
                if (!Fills(table, name)) Refuse(table, "nothing fills column \"" + name + "\"");
    }

    void Refuse(PlannedTable& table, const std::string& why) {
        if (!std::exchange(table.match->usable, false)) return;
        const bool upserts = table.settings.existing == spec::Existing::kUpsert;
        Finding& finding = designer_.Report(table, Severity::kBlocker,
                                            std::string(upserts ? "upsert" : "existing match") +
                                                " has no way to find the rows of target " +
                                                QualifiedName(table.target) + ": " + why);
        finding.suggestion = "name other columns as match_on, or say otherwise what becomes of these rows";
    }

    /// Which of a table's columns refer to rows that may be there under other keys.
    void Follow(PlannedTable& table) {
        if (table.settings.foreign_keys)
            for (const spec::ForeignKeySpec& key : *table.settings.foreign_keys) {
                spec::TargetName parent = key.references;
                if (parent.schema.empty()) parent.schema = designer_.design.target_schema;
                if (const auto place = FindFilling(table, parent.schema, parent.table))
                    FollowKey(table, *place, key.columns, key.referenced_columns);
            }
        if (table.existing != nullptr)
            for (const ExistingForeignKey& key : table.existing->foreign_keys)
                if (const auto place = FindFilling(table, key.parent_schema, key.parent))
                    FollowKey(table, *place, key.columns, key.parent_columns);
        for (const sqlite::ForeignKey& key : table.table().foreign_keys) {
            for (std::size_t i = 0; i < tables_.size(); ++i) {
                const PlannedTable& parent = tables_[i];
                if (parent.source != table.source || !parent.match ||
                    !sqlite::EqualNames(parent.table().name, key.parent_table) ||
                    key.columns.size() != key.parent_columns.size())
                    continue;
                std::vector<std::string> columns, parent_columns;
                for (std::size_t at = 0; at < key.columns.size(); ++at) {
                    const PlannedColumn* own = table.Find(key.columns[at]);
                    const PlannedColumn* theirs = parent.Find(key.parent_columns[at]);
                    if (own == nullptr || theirs == nullptr) break;
                    columns.push_back(own->name);
                    parent_columns.push_back(theirs->name);
                }
                if (columns.size() == key.columns.size()) FollowKey(table, i, columns, parent_columns);
            }
        }
    }

    /// The table whose rows go to a target and find those that are there: that of the same database, where
    /// several do.
    std::optional<std::size_t> FindFilling(const PlannedTable& table, const std::string& schema,
                                           const std::string& name) const {
        std::optional<std::size_t> found;
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            const PlannedTable& parent = tables_[i];
            if (!parent.match || parent.target.schema != schema || parent.target.table != name) continue;
            if (parent.source == table.source) return i;
            if (!found) found = i;
        }
        return found;
    }

    void FollowKey(PlannedTable& table, std::size_t place, const std::vector<std::string>& columns,
                   const std::vector<std::string>& referenced) {
        PlannedTable& parent = tables_[place];
        const std::vector<std::string>& theirs =
            referenced.empty() ? parent.existing->primary_key : referenced;
        if (theirs.size() != columns.size()) return;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            std::vector<std::string>& kept = parent.match->kept;
            if (IsAmong(parent.match->on, theirs[i])) continue;
            auto at = std::find(kept.begin(), kept.end(), theirs[i]);
            if (at == kept.end()) {
                if (!parent.existing->HasUniqueKey({theirs[i]}) || !Fills(parent, theirs[i])) continue;
                kept.push_back(theirs[i]);
                at = std::prev(kept.end());
            }
            for (PlannedColumn& column : table.columns)
                if (column.name == columns[i] && column.written() && !column.follows)
                    column.follows = {place, static_cast<std::size_t>(at - kept.begin())};
        }
    }

    /// Whether what tells rows of a table apart depends on keys of `of`.
    bool IsCircular(const PlannedTable& table, const PlannedTable& of, std::size_t depth) const {
        if (depth == 0) return false;
        for (const std::vector<std::string>* names : {&table.match->on, &table.match->kept})
            for (const std::string& name : *names) {
                const PlannedColumn* column = table.FindTarget(name);
                if (column == nullptr || !column->follows) continue;
                const PlannedTable& parent = tables_[column->follows->table];
                if (&parent == &of || (parent.match && IsCircular(parent, of, depth - 1))) return true;
            }
        return false;
    }

    bool IsFollowed(std::size_t place) const {
        return std::any_of(tables_.begin(), tables_.end(), [&](const PlannedTable& table) {
            return std::any_of(table.columns.begin(), table.columns.end(), [&](const PlannedColumn& column) {
                return column.follows && column.follows->table == place;
            });
        });
    }

    Designer& designer_;
    std::vector<PlannedTable>& tables_;
};

}  // namespace

std::vector<std::string> NaturalKey(const PlannedTable& table) {
    const ExistingRelation& target = *table.existing;
    const std::vector<std::string> primary = InOrder(target.primary_key);
    const std::vector<std::string>* found = nullptr;
    bool found_whole = false;
    const auto look_at = [&](const std::vector<std::string>& key) {
        if (key == primary) return;
        bool whole = true, written = true;
        for (const std::string& name : key) {
            const ExistingColumn* column = target.FindExactly(name);
            whole = whole && column != nullptr && column->not_null;
            written = written && Fills(table, name);
        }
        if (!written || (found != nullptr && found_whole >= whole)) return;
        found = &key;
        found_whole = whole;
    };
    for (const std::vector<std::string>& key : target.unique_keys)
        look_at(key);
    for (const ExpressionKey& key : target.expression_keys)
        if (!key.columns.empty()) look_at(key.columns);
    if (found != nullptr) return *found;
    const PlannedColumn* only =
        target.primary_key.size() == 1 ? table.FindTarget(target.primary_key[0]) : nullptr;
    bool speaks = only == nullptr || only->type.kind == Kind::kText;
    for (const ExistingForeignKey& key : target.foreign_keys)
        speaks = speaks || (only != nullptr && IsAmong(key.columns, only->name));
    return speaks ? target.primary_key : std::vector<std::string>();
}

void DesignMatches(Designer& designer) {
    MatchDesigner(designer).Run();
}

std::vector<std::string> FindingKey(const PlannedTable& table) {
    if (table.match) return table.match->usable ? table.match->on : std::vector<std::string>();
    const bool upserts = table.settings.existing == spec::Existing::kUpsert && table.existing != nullptr;
    return upserts ? UpsertKey(table) : std::vector<std::string>();
}

}  // namespace pgsqlite::plan
