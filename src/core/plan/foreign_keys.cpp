// Foreign keys: between which targets they go, and whether PostgreSQL can have them; and the order of tables
// that follows.
#include <algorithm>

#include "core/plan/designer.hpp"
#include "core/schema/keywords.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {
namespace {

using schema::MappedType;
using value::Kind;

/// Types whose values PostgreSQL's = compares in one btree operator family.
int ComparisonFamily(Kind kind) noexcept {
    switch (kind) {
        case Kind::kInt2:
        case Kind::kInt4:
        case Kind::kInt8:
            return 1;
        case Kind::kFloat4:
        case Kind::kFloat8:
            return 2;
        case Kind::kDate:
        case Kind::kTimestamp:
        case Kind::kTimestamptz:
            return 3;
        default:
            return 16 + static_cast<int>(kind);
    }
}

/// SQLite's clauses of the i-th foreign key, in the order of declaration.
const schema::sql::Reference* FindReference(const PlannedTable& table, std::size_t index) {
    if (table.definition == nullptr) return nullptr;
    std::size_t at = 0;
    const auto find =
        [&](const std::vector<schema::sql::Constraint>& constraints) -> const schema::sql::Reference* {
        for (const schema::sql::Constraint& constraint : constraints)
            if (constraint.kind == schema::sql::Constraint::Kind::kForeignKey && at++ == index)
                return &constraint.reference;
        return nullptr;
    };
    for (const schema::sql::ColumnDefinition& column : table.definition->columns)
        if (const auto* reference = find(column.constraints)) return reference;
    return find(table.definition->constraints);
}

std::string Action(const char* clause, const std::string& action) {
    return action.empty() || action == "NO ACTION" ? std::string() : std::string(clause) + action;
}

std::string Join(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names)
        list += (list.empty() ? "" : ", ") + name;
    return list;
}

class ForeignKeyDesigner {
  public:
    ForeignKeyDesigner(Designer& designer, PlannedTable& table)
        : designer_(designer), table_(table), names_(schema::FoldCase::kPreserve, false) {}

    void Run() {
        for (const PlannedKey& key : table_.keys)
            names_.Reserve(key.name);
        for (const PlannedCheck& check : table_.checks)
            names_.Reserve(check.name);
        if (table_.settings.foreign_keys) {
            for (const spec::ForeignKeySpec& key : *table_.settings.foreign_keys)
                AddFromSpec(key);
            return;
        }
        const std::vector<sqlite::ForeignKey>& keys = table_.table().foreign_keys;
        for (std::size_t i = 0; i < keys.size(); ++i)
            Add(keys[i], FindReference(table_, i));
    }

  private:
    void Add(const sqlite::ForeignKey& key, const schema::sql::Reference* reference) {
        PlannedForeignKey planned;
        planned.key = &key;
        planned.orphans = table_.settings.orphans;
        // A partitioned table takes no foreign key that is NOT VALID.
        planned.follows_rows = table_.settings.types == spec::Types::kStored &&
                               !table_.settings.sources.Has("orphans") && !table_.partitioning;
        planned.source = "FOREIGN KEY (" + Join(key.columns) + ") REFERENCES " + key.parent_table +
                         (key.parent_columns.empty() ? "" : " (" + Join(key.parent_columns) + ")");
        planned.actions = Action(" ON DELETE ", key.on_delete) + Action(" ON UPDATE ", key.on_update);
        if (reference != nullptr && reference->deferrable.value_or(false))
            planned.actions +=
                reference->initially_deferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
        for (const std::string& name : key.columns) {
            const PlannedColumn* column = table_.Find(name);
            if (column == nullptr || column->left_out)
                planned.reason = "column \"" + name + "\" is not migrated";
            planned.columns.push_back(column != nullptr ? column->name : name);
        }
        FindParent(planned, key);
        if (planned.reason.empty() && planned.parent_planned) CheckParent(planned);
        Finish(std::move(planned));
    }

    void FindParent(PlannedForeignKey& planned, const sqlite::ForeignKey& key) {
        const std::vector<PlannedTable>& tables = designer_.design.tables;
        for (std::size_t i = 0; i < tables.size(); ++i) {
            const PlannedTable& parent = tables[i];
            if (parent.source != table_.source || !sqlite::EqualNames(parent.table().name, key.parent_table))
                continue;
            planned.parent = i;
            planned.parent_planned = true;
            planned.references = parent.target;
            if (!parent.not_migrated.empty()) planned.reason = "its parent table is not migrated";
            for (const std::string& name : key.parent_columns) {
                const PlannedColumn* column = parent.Find(name);
                if (column == nullptr || column->skipped)
                    planned.reason = "its parent table has no column \"" + name + "\"";
                else
                    planned.parent_columns.push_back(column->name);
            }
            if (key.parent_columns.size() != key.columns.size())
                planned.reason = "its parent table has no primary key of " +
                                 std::to_string(key.columns.size()) +
                                 (key.columns.size() == 1 ? " column" : " columns");
            return;
        }
        planned.reason = key.parent_exists ? "its parent table \"" + key.parent_table + "\" is excluded"
                                           : "its parent table \"" + key.parent_table + "\" does not exist";
    }

    /// What PostgreSQL asks of the parent: a key over just these columns, of types that compare.
    void CheckParent(PlannedForeignKey& planned) const {
        const PlannedTable& parent = designer_.design.tables[planned.parent];
        for (std::size_t i = 0; i < planned.columns.size(); ++i) {
            const PlannedColumn* child_column = table_.FindTarget(planned.columns[i]);
            const PlannedColumn* parent_column = parent.FindTarget(planned.parent_columns[i]);
            if (child_column == nullptr || parent_column == nullptr) continue;
            CheckTypes(planned, *child_column, parent_column->name, parent_column->type);
        }
        if (!planned.reason.empty()) return;
        if (parent.existing != nullptr)
            CheckExistingParent(planned, *parent.existing);
        else
            CheckKeys(planned, parent);
    }

    void CheckExistingParent(PlannedForeignKey& planned, const ExistingRelation& parent) const {
        const bool lasts = table_.existing == nullptr || table_.existing->permanent;
        if (!parent.HasUniqueKey(planned.parent_columns))
            planned.reason = "no key of the parent is over just (" + Join(planned.parent_columns) + ")";
        else if (lasts && !parent.permanent)
            planned.reason = QualifiedName({parent.schema, parent.name}) +
                             " is unlogged or temporary: rows that last can't refer to it";
    }

  public:
    /// Of a new parent.
    static void CheckKeys(PlannedForeignKey& planned, const PlannedTable& parent) {
        std::vector<std::string> wanted = planned.parent_columns;
        std::sort(wanted.begin(), wanted.end());
        for (const PlannedKey& key : parent.keys) {
            std::vector<std::string> columns = key.columns;
            std::sort(columns.begin(), columns.end());
            if (key.reason.empty() && columns == wanted) return;
        }
        if (HasUniqueIndex(parent, wanted)) return;
        planned.reason = "no key of the parent is over just (" + Join(planned.parent_columns) + ")";
    }

  private:
    static void CheckTypes(PlannedForeignKey& planned, const PlannedColumn& child,
                           const std::string& parent_column, const MappedType& parent_type) {
        if (Comparable(child.type, parent_type)) return;
        planned.types_differ = true;
        planned.reason = "the types differ: \"" + child.name + "\" is " + child.type.sql + ", and \"" +
                         parent_column + "\" of the parent is " + parent_type.sql;
    }

    /// Whether the index becomes one over the columns as they are.
    static bool IsMade(const PlannedTable& parent, const std::string& name) {
        return std::any_of(parent.indexes.begin(), parent.indexes.end(), [&](const PlannedIndex& index) {
            return index.source_name == name && index.tail.ok() && !index.hashed;
        });
    }

    static bool HasUniqueIndex(const PlannedTable& parent, const std::vector<std::string>& wanted) {
        if (parent.partitioning &&
            std::find(wanted.begin(), wanted.end(), parent.partitioning->column) == wanted.end())
            return false;
        for (const sqlite::Index& index : parent.table().indexes) {
            if (!index.unique || index.partial || index.has_expression()) continue;
            std::vector<std::string> columns;
            bool binary = true;
            for (const sqlite::IndexColumn& part : index.columns) {
                const PlannedColumn* column = parent.Find(part.name);
                if (column != nullptr) columns.push_back(column->name);
                binary = binary && (part.collation.empty() || sqlite::EqualNames(part.collation, "BINARY"));
            }
            std::sort(columns.begin(), columns.end());
            if (binary && columns == wanted) return IsMade(parent, index.name);
        }
        return false;
    }

    void AddFromSpec(const spec::ForeignKeySpec& key) {
        static constexpr const char* kActions[] = {"", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"};
        PlannedForeignKey planned;
        planned.orphans = key.orphans.value_or(table_.settings.orphans);
        planned.source = key.pointer;
        planned.references = key.references;
        if (planned.references.schema.empty()) planned.references.schema = designer_.design.target_schema;
        planned.parent_columns = key.referenced_columns;
        planned.actions = Action(" ON DELETE ", kActions[static_cast<std::size_t>(key.on_delete)]) +
                          Action(" ON UPDATE ", kActions[static_cast<std::size_t>(key.on_update)]);
        if (key.deferrable != spec::Deferrable::kNo)
            planned.actions += key.deferrable == spec::Deferrable::kDeferred
                                   ? " DEFERRABLE INITIALLY DEFERRED"
                                   : " DEFERRABLE";
        planned.columns = key.columns;
        for (const std::string& name : key.columns)
            if (table_.FindTarget(name) == nullptr)
                planned.reason = "the target has no column \"" + name + "\"";
        const std::vector<PlannedTable>& tables = designer_.design.tables;
        for (std::size_t i = 0; i < tables.size() && !planned.parent_planned; ++i)
            if (tables[i].not_migrated.empty() && tables[i].target == planned.references &&
                !tables[i].merged_into) {
                planned.parent = i;
                planned.parent_planned = true;
            }
        const ExistingRelation* existing =
            planned.parent_planned ? tables[planned.parent].existing : FindExisting(planned.references);
        if (existing != nullptr)
            FindParentColumns(planned, *existing);
        else if (planned.parent_planned)
            FindParentColumns(planned);
        else
            planned.reason = "there is no table " + QualifiedName(planned.references);
        planned.name = key.name;
        Finish(std::move(planned));
    }

    /// By just that name: the spec's names are PostgreSQL's.
    const ExistingRelation* FindExisting(const spec::TargetName& name) const noexcept {
        const ExistingRelation* found = designer_.existing.Find(name.schema, name.table);
        return found != nullptr && found->name == name.table ? found : nullptr;
    }

    /// Of a foreign key of the spec: the parent's primary key where no columns are named. What is left
    /// without a reason has as many of the parent's columns as of its own.
    void FindParentColumns(PlannedForeignKey& planned) const {
        const PlannedTable& parent = designer_.design.tables[planned.parent];
        if (planned.parent_columns.empty())
            for (const PlannedKey& key : parent.keys)
                if (key.primary && key.reason.empty()) planned.parent_columns = key.columns;
        for (const std::string& name : planned.parent_columns)
            if (parent.FindTarget(name) == nullptr)
                planned.reason = "the parent has no column \"" + name + "\"";
        CheckCount(planned);
        if (planned.reason.empty()) CheckParent(planned);
    }

    /// The same where the parent exists, in the plan or not.
    void FindParentColumns(PlannedForeignKey& planned, const ExistingRelation& parent) const {
        planned.references = {parent.schema, parent.name};
        if (!parent.takes_rows) {
            planned.reason = QualifiedName(planned.references) + " is a " + parent.kind +
                             ": a foreign key refers to a table";
            return;
        }
        if (planned.parent_columns.empty()) planned.parent_columns = parent.primary_key;
        for (const std::string& name : planned.parent_columns)
            if (parent.FindExactly(name) == nullptr)
                planned.reason = "the parent has no column \"" + name + "\"";
        CheckCount(planned);
        if (!planned.reason.empty()) return;
        for (std::size_t i = 0; i < planned.columns.size(); ++i) {
            const PlannedColumn* child = table_.FindTarget(planned.columns[i]);
            if (child != nullptr)
                CheckTypes(planned, *child, planned.parent_columns[i],
                           parent.FindExactly(planned.parent_columns[i])->type);
        }
        if (planned.reason.empty()) CheckExistingParent(planned, parent);
    }

    static void CheckCount(PlannedForeignKey& planned) {
        if (!planned.reason.empty() || planned.parent_columns.size() == planned.columns.size()) return;
        planned.reason = planned.parent_columns.empty() ? "the parent has no primary key"
                                                        : "the parent's key has not as many columns";
    }

    void Finish(PlannedForeignKey planned) {
        if (planned.reason.empty() && table_.partitioning && planned.orphans == spec::Orphans::kKeep)
            planned.reason =
                "orphans keep: a partitioned table takes no foreign key that is NOT VALID (reject and null "
                "do)";
        if (planned.name.empty()) {
            std::string stem = table_.target.table;
            for (const std::string& column : planned.columns)
                stem += "_" + column;
            planned.name = stem + "_fkey";
        }
        planned.name = names_.Take(planned.name).name;
        table_.foreign_keys.push_back(std::move(planned));
    }

    Designer& designer_;
    PlannedTable& table_;
    schema::NameAllocator names_;
};

}  // namespace

/// The foreign key can only be checked where PostgreSQL has an index for it: integers refer to numeric too.
bool Comparable(const MappedType& child, const MappedType& parent) noexcept {
    if (child.kind == Kind::kInput || parent.kind == Kind::kInput || child.kind == Kind::kArray ||
        parent.kind == Kind::kArray)
        return child.sql == parent.sql;
    if (parent.kind == Kind::kNumeric && ComparisonFamily(child.kind) == ComparisonFamily(Kind::kInt8))
        return true;
    return ComparisonFamily(child.kind) == ComparisonFamily(parent.kind);
}

void RecheckReferences(Design& design) {
    for (PlannedTable& table : design.tables)
        for (PlannedForeignKey& key : table.foreign_keys) {
            if (!key.reason.empty() || !key.parent_planned || !design.tables[key.parent].creates()) continue;
            ForeignKeyDesigner::CheckKeys(key, design.tables[key.parent]);
        }
}

void DesignForeignKeys(Designer& designer, PlannedTable& table) {
    ForeignKeyDesigner(designer, table).Run();
}

bool RefersTo(const ExistingForeignKey& key, const PlannedTable& table) noexcept {
    return table.target.schema == key.parent_schema && table.target.table == key.parent;
}

void FindParents(Designer& designer, PlannedTable& table) {
    const std::vector<PlannedTable>& tables = designer.design.tables;
    const auto add = [&](std::size_t parent) {
        if (tables[parent].not_migrated.empty() && &tables[parent] != &table) table.parents.push_back(parent);
    };
    if (table.merged_into) add(*table.merged_into);
    for (const PlannedForeignKey& key : table.foreign_keys)
        if (key.parent_planned && key.reason.empty()) add(key.parent);
    for (const PlannedColumn& column : table.columns)
        if (column.follows) add(column.follows->table);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        // The keys of a target that exists hold already while rows come in. Those of SQLite may be its
        // too, by names that are not seen here: a trigger, a rule.
        if (table.existing == nullptr) break;
        bool refers = false;
        for (const ExistingForeignKey& key : table.existing->foreign_keys)
            refers = refers || RefersTo(key, tables[i]);
        for (const sqlite::ForeignKey& key : table.table().foreign_keys)
            refers = refers || (tables[i].source == table.source &&
                                sqlite::EqualNames(tables[i].table().name, key.parent_table));
        if (refers) add(i);
    }
    // A child of a target waits for all tables that fill it; those that fill one target don't for each other.
    for (std::size_t i = 0, count = table.parents.size(); i < count; ++i)
        for (std::size_t j = 0; j < tables.size(); ++j)
            if (tables[j].merged_into == table.parents[i] && table.merged_into != table.parents[i]) add(j);
}

void OrderTables(Design& design) {
    // Depth-first over parents, in the order of the catalog; an edge back into the path at hand is a cycle
    // and is not followed.
    const std::size_t count = design.tables.size();
    enum class Mark : std::uint8_t { kNew, kOpen, kDone };
    std::vector<Mark> marks(count, Mark::kNew);
    std::vector<std::size_t> order;
    order.reserve(count);
    std::vector<std::pair<std::size_t, std::size_t>> path;  // table, next edge
    for (std::size_t root = 0; root < count; ++root) {
        if (marks[root] != Mark::kNew) continue;
        marks[root] = Mark::kOpen;
        path.emplace_back(root, 0);
        while (!path.empty()) {
            auto& [table, next] = path.back();
            const std::vector<std::size_t>& parents = design.tables[table].parents;
            if (next == parents.size()) {
                marks[table] = Mark::kDone;
                order.push_back(table);
                path.pop_back();
                continue;
            }
            const std::size_t parent = parents[next++];
            if (marks[parent] != Mark::kNew) continue;
            marks[parent] = Mark::kOpen;
            path.emplace_back(parent, 0);
        }
    }
    std::vector<std::size_t> place(count);
    std::vector<PlannedTable> sorted;
    sorted.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        place[order[i]] = i;
        sorted.push_back(std::move(design.tables[order[i]]));
    }
    for (std::size_t i = 0; i < count; ++i) {
        PlannedTable& table = sorted[i];
        if (table.merged_into) table.merged_into = place[*table.merged_into];
        for (std::size_t& parent : table.parents)
            parent = place[parent];
        // Those of a cycle: workers would wait for each other.
        std::erase_if(table.parents, [&](std::size_t parent) { return parent > i; });
        for (PlannedForeignKey& key : table.foreign_keys)
            key.parent = place[key.parent];
        for (PlannedColumn& column : table.columns)
            if (column.follows) column.follows->table = place[column.follows->table];
    }
    design.tables = std::move(sorted);
}

}  // namespace pgsqlite::plan
