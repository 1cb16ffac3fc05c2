// Option `keys` uuid: integer primary keys become version 5 UUIDs, and so do the columns that refer to them,
// by the same formula, so that no mapping table is needed.
#include <algorithm>

#include "core/plan/designer.hpp"
#include "core/schema/keywords.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {
namespace {

class UuidKeyDesigner {
  public:
    explicit UuidKeyDesigner(Designer& designer)
        : designer_(designer), tables_(designer.design.tables), keys_(tables_.size(), nullptr) {}

    void Run() {
        for (std::size_t i = 0; i < tables_.size(); ++i)
            keys_[i] = KeyOf(tables_[i]);
        // Names are settled first: a key that refers to another table's key takes that table's formula.
        std::vector<std::pair<PlannedColumn*, std::string>> rewrites;
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            if (keys_[i] != nullptr) rewrites.emplace_back(keys_[i], RootName(RootOf(i)));
            for (PlannedColumn& column : tables_[i].columns) {
                if (&column == keys_[i] || !CanBecomeUuid(tables_[i], column)) continue;
                if (const auto parent = ParentOf(tables_[i], column))
                    rewrites.emplace_back(&column, RootName(RootOf(*parent)));
                else if (const SourceTable* other = ParentLeftOut(tables_[i], column))
                    rewrites.emplace_back(&column, NameOf(*tables_[i].source, *other));
            }
        }
        for (const auto& [column, root] : rewrites)
            Rewrite(*column, root);
        for (PlannedColumn* key : keys_) {
            if (key == nullptr) continue;
            key->identity = false;
            key->default_value =
                Translated{"keys uuid", "gen_random_uuid()", {}, {}, false, {}, false, {}, {}};
        }
    }

  private:
    static bool CanBecomeUuid(const PlannedTable& table, const PlannedColumn& column) {
        return table.not_migrated.empty() && column.source != nullptr && !column.skipped &&
               column.settings.convert.empty() && column.settings.type.empty() &&
               (column.existing == nullptr || column.existing->type.kind == value::Kind::kUuid);
    }

    /// The integer primary key, where it becomes a UUID.
    static PlannedColumn* KeyOf(PlannedTable& table) {
        const int alias = table.table().rowid_alias();
        if (alias < 0) return nullptr;
        for (PlannedColumn& column : table.columns)
            if (column.source == &table.table().columns[static_cast<std::size_t>(alias)])
                return CanBecomeUuid(table, column) ? &column : nullptr;
        return nullptr;
    }

    /// The table whose rewritten key this column refers to, by a foreign key of the spec or of the target,
    /// which may lead to another database, or of SQLite.
    std::optional<std::size_t> ParentOf(const PlannedTable& table, const PlannedColumn& column) const {
        if (table.settings.foreign_keys)
            for (const spec::ForeignKeySpec& key : *table.settings.foreign_keys) {
                if (key.columns.size() != 1 || key.columns[0] != column.name) continue;
                if (const auto parent = TargetOf(key)) return parent;
            }
        if (table.existing != nullptr)
            for (const ExistingForeignKey& key : table.existing->foreign_keys)
                for (std::size_t at = 0; at < key.columns.size(); ++at) {
                    if (key.columns[at] != column.name) continue;
                    if (const auto parent = TargetOf(table, key, at)) return parent;
                }
        for (const sqlite::ForeignKey& key : table.table().foreign_keys) {
            if (key.columns.size() != key.parent_columns.size()) continue;
            for (std::size_t at = 0; at < key.columns.size(); ++at) {
                if (!sqlite::EqualNames(key.columns[at], column.source->name)) continue;
                for (std::size_t i = 0; i < tables_.size(); ++i)
                    if (keys_[i] != nullptr && tables_[i].source == table.source &&
                        sqlite::EqualNames(tables_[i].table().name, key.parent_table) &&
                        sqlite::EqualNames(keys_[i]->source->name, key.parent_columns[at]))
                        return i;
            }
        }
        return std::nullopt;
    }

    /// The table whose rewritten key the column at a place of a foreign key of the target refers to: that of
    /// the same database, where several fill the parent.
    std::optional<std::size_t> TargetOf(const PlannedTable& table, const ExistingForeignKey& key,
                                        std::size_t at) const {
        std::optional<std::size_t> found;
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            if (keys_[i] == nullptr || !RefersTo(key, tables_[i]) || keys_[i]->name != key.parent_columns[at])
                continue;
            if (tables_[i].source == table.source) return i;
            if (!found) found = i;
        }
        return found;
    }

    /// The table that makes the target a foreign key of the spec refers to, where it refers to its rewritten
    /// key.
    std::optional<std::size_t> TargetOf(const spec::ForeignKeySpec& key) const {
        spec::TargetName wanted = key.references;
        if (wanted.schema.empty()) wanted.schema = designer_.design.target_schema;
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            if (keys_[i] == nullptr || tables_[i].merged_into || tables_[i].target != wanted) continue;
            if (key.referenced_columns.empty() ||
                (key.referenced_columns.size() == 1 && key.referenced_columns[0] == keys_[i]->name))
                return i;
        }
        return std::nullopt;
    }

    /// The table at the end of a chain of keys that are foreign keys themselves.
    std::size_t RootOf(std::size_t table) const {
        for (std::size_t steps = 0; steps < tables_.size(); ++steps) {
            const auto parent = ParentOf(tables_[table], *keys_[table]);
            if (!parent || *parent == table) break;
            table = *parent;
        }
        return table;
    }

    /// The same by the foreign keys of the target as well.
    const SourceTable* ParentLeftOut(const PlannedTable& table, const PlannedColumn& column) const {
        if (table.existing != nullptr)
            for (const ExistingForeignKey& key : table.existing->foreign_keys) {
                const auto at = std::find(key.columns.begin(), key.columns.end(), column.name);
                if (at == key.columns.end()) continue;
                const std::string& wanted =
                    key.parent_columns[static_cast<std::size_t>(at - key.columns.begin())];
                for (const SourceTable& parent : table.source->tables) {
                    if (parent.included || parent.table.rowid_alias() < 0) continue;
                    const auto alias = static_cast<std::size_t>(parent.table.rowid_alias());
                    if (sqlite::EqualNames(parent.table.columns[alias].name, wanted) &&
                        IsTarget(*table.source, parent, key))
                        return &parent;
                }
            }
        return ParentLeftOut(*table.source, *table.from, *column.source);
    }

    /// Whether a table that the spec leaves out would go to the parent of a foreign key.
    bool IsTarget(const Source& source, const SourceTable& table, const ExistingForeignKey& key) const {
        const spec::TableSettings settings =
            designer_.spec.ForTable(source.server, table.table.name, source.base);
        spec::TargetName target;
        if (settings.target)
            target = *settings.target;
        else
            target.table = designer_.spec.ForServer(source.server).prefix.value_or("") + table.table.name;
        if (target.schema.empty()) target.schema = designer_.design.target_schema;
        return target.schema == key.parent_schema && sqlite::EqualNames(target.table, key.parent);
    }

    /// The table that a column refers to by its integer key, where the spec leaves that table out: another
    /// job moves it, with the same keys.
    static const SourceTable* ParentLeftOut(const Source& source, const SourceTable& table,
                                            const sqlite::Column& column) noexcept {
        for (const sqlite::ForeignKey& key : table.table.foreign_keys) {
            if (key.columns.size() != 1 || key.parent_columns.size() != 1) continue;
            if (!sqlite::EqualNames(key.columns[0], column.name)) continue;
            const SourceTable* parent = source.Find(key.parent_table);
            if (parent == nullptr || parent->included || parent->table.rowid_alias() < 0) continue;
            const auto alias = static_cast<std::size_t>(parent->table.rowid_alias());
            if (sqlite::EqualNames(parent->table.columns[alias].name, key.parent_columns[0])) return parent;
        }
        return nullptr;
    }

    /// How the formula names a table that is left out, or the one at the end of its chain of such tables.
    static std::string NameOf(const Source& source, const SourceTable& table) {
        const SourceTable* root = &table;
        for (std::size_t steps = 0; steps < source.tables.size(); ++steps) {
            const auto alias = static_cast<std::size_t>(root->table.rowid_alias());
            const SourceTable* parent = ParentLeftOut(source, *root, root->table.columns[alias]);
            if (parent == nullptr || parent == root) break;
            root = parent;
        }
        return source.server + "." + root->table.name;
    }

    std::string RootName(std::size_t place) const {
        const PlannedTable& root = tables_[place];
        const SourceTable* beyond = ParentLeftOut(*root.source, *root.from, *keys_[place]->source);
        return NameOf(*root.source, beyond != nullptr ? *beyond : *root.from);
    }

    void Rewrite(PlannedColumn& column, const std::string& root) const {
        column.read_type = schema::PlainType(value::Kind::kInt8);
        column.type = schema::PlainType(value::Kind::kUuid);
        column.bare_type = column.type.sql;
        column.settings.convert = "sqlite.uuid_for(sqlite.uuid_for('" + designer_.existing.uuid_namespace +
                                  "'::uuid, " + schema::QuotePgLiteral(root) + "), " +
                                  schema::QuotePgIdentifierIfNeeded(column.foreign_name) + ")";
    }

    Designer& designer_;
    std::vector<PlannedTable>& tables_;
    std::vector<PlannedColumn*> keys_;
};

}  // namespace

void DesignUuidKeys(Designer& designer) {
    UuidKeyDesigner(designer).Run();
}

}  // namespace pgsqlite::plan
