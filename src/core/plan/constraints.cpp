// CHECKs, keys and indexes of a new table.
#include <algorithm>

#include "core/base/cancel.hpp"
#include "core/plan/designer.hpp"
#include "core/schema/foreign_table.hpp"
#include "core/schema/keywords.hpp"
#include "core/schema/sql/parse.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {
namespace {

using schema::QuotePgIdentifierIfNeeded;

constexpr std::size_t kMostIndexColumns = 32;
constexpr const char* kTooManyColumns = "an index of PostgreSQL has at most 32 columns";

/// Whether SQLite compares more values of the index's columns as equal than PostgreSQL does.
bool HasLooseCollation(const sqlite::Index& index) noexcept {
    return std::any_of(index.columns.begin(), index.columns.end(), [](const sqlite::IndexColumn& column) {
        return !column.collation.empty() && !sqlite::EqualNames(column.collation, "BINARY");
    });
}

class ConstraintDesigner {
  public:
    ConstraintDesigner(Designer& designer, PlannedTable& table)
        : designer_(designer),
          table_(table),
          target_(table.ForTranslation()),
          names_(schema::FoldCase::kPreserve, false) {
        for (const PlannedColumn& column : table.columns) {
            if (column.source != nullptr) by_source_.emplace(sqlite::NameKey(column.source->name), &column);
            if (!column.skipped) by_target_.emplace(column.name, &column);
        }
    }

    void Run() {
        DesignPrimaryKey();
        if (table_.definition != nullptr) {
            for (const schema::sql::ColumnDefinition& column : table_.definition->columns)
                for (const schema::sql::Constraint& constraint : column.constraints)
                    AddCheck(constraint);
            for (const schema::sql::Constraint& constraint : table_.definition->constraints)
                AddCheck(constraint);
        }
        for (const PlannedColumn& column : table_.columns)
            AddTypeChecks(column);
        for (const sqlite::Index& index : table_.table().indexes)
            AddIndex(index);
        for (std::size_t i = 0; i < table_.settings.indexes.size(); ++i)
            AddSpecIndex(table_.settings.indexes[i],
                         std::string(table_.settings.sources.From("indexes")) + "/" + std::to_string(i));
    }

  private:
    /// As PlannedTable::Find and FindTarget, of which each index asks as often as it has columns.
    const PlannedColumn* Find(const std::string& source_column) const {
        const auto found = by_source_.find(sqlite::NameKey(source_column));
        return found != by_source_.end() ? found->second : nullptr;
    }
    const PlannedColumn* FindTarget(const std::string& name) const {
        const auto found = by_target_.find(name);
        return found != by_target_.end() ? found->second : nullptr;
    }

    void DesignPrimaryKey() {
        std::vector<std::string> columns;
        const PlannedColumn* skipped = nullptr;
        if (table_.settings.primary_key) {
            for (const std::string& name : *table_.settings.primary_key) {
                if (table_.FindTarget(name) == nullptr) return ReportNoColumn(name);
                columns.push_back(name);
            }
        } else {
            for (const int i : table_.table().primary_key()) {
                const PlannedColumn* column =
                    table_.Find(table_.table().columns[static_cast<std::size_t>(i)].name);
                if (column == nullptr) return;
                if (column->skipped) skipped = column;
                columns.push_back(column->name);
            }
        }
        if (columns.empty()) return;
        if (skipped != nullptr) return AddKeyWithout(*skipped, true, std::move(columns));
        if (HoldsNulls(columns)) return AddUniqueInstead(std::move(columns));
        for (PlannedColumn& column : table_.columns)
            if (std::find(columns.begin(), columns.end(), column.name) != columns.end())
                column.not_null = true;
        AddKey(TakeName(table_.target.table, "_pkey"), true, std::move(columns));
    }

    /// Whether SQLite's own primary key has NULLs in it, and `types` stored asks for what holds every row.
    bool HoldsNulls(const std::vector<std::string>& columns) const {
        if (table_.settings.primary_key || !table_.from->null_in_key) return false;
        return std::all_of(columns.begin(), columns.end(), [&](const std::string& name) {
            const PlannedColumn* column = table_.FindTarget(name);
            return column->settings.convert.empty() && !column->has_chosen_default();
        });
    }

    /// What SQLite's primary key is when NULL is allowed in it.
    void AddUniqueInstead(std::vector<std::string> columns) {
        Finding& finding =
            designer_.Report(table_, Severity::kWarning,
                             "primary key " + ColumnList(columns) +
                                 " becomes a unique key: rows have NULL in it, which PostgreSQL refuses");
        finding.suggestion = "go without this primary key, or give the column a default";
        AddKey(TakeName(table_.target.table, "_key"), false, std::move(columns));
    }

    void ReportNoColumn(const std::string& name) {
        Finding& finding =
            designer_.Report(table_, Severity::kBlocker,
                             "the spec's " + std::string(table_.settings.sources.From("primary_key")) +
                                 " names column \"" + name + "\", which the target does not have");
        finding.suggestion = "name columns as they are called in PostgreSQL";
    }

    /// The column among these of which indexes hold least; null where they hold the values of all.
    const PlannedColumn* LeastIndexed(const std::vector<std::string>& columns) const {
        const PlannedColumn* least = nullptr;
        for (const std::string& name : columns) {
            const PlannedColumn* column = FindTarget(name);
            if (column == nullptr || column->settings.index_as == spec::IndexAs::kValue) continue;
            if (least == nullptr || column->settings.index_as > least->settings.index_as) least = column;
        }
        return least;
    }

    static std::string LeftOut(const PlannedColumn& column) {
        return "the spec's " + std::string(column.settings.sources.From("index_as")) + " leaves it out";
    }

    /// (a, md5(b)): equal hashes of different values are refused, so that nothing is lost by one.
    std::string HashedTail(const std::vector<std::string>& columns) const {
        std::string tail = "(";
        for (const std::string& name : columns) {
            const PlannedColumn& column = *table_.FindTarget(name);
            std::string part = QuotePgIdentifierIfNeeded(name);
            if (column.settings.index_as == spec::IndexAs::kHash) {
                const bool plain =
                    column.type.kind == value::Kind::kText || column.type.kind == value::Kind::kBytea;
                part = "md5(" + part + (plain ? ")" : "::text)");
            }
            tail += (tail.size() == 1 ? "" : ", ") + part;
        }
        return tail + ")";
    }

    /// A key over a column that the target does not get.
    void AddKeyWithout(const PlannedColumn& skipped, bool primary, std::vector<std::string> columns) {
        PlannedKey key;
        key.name = TakeName(table_.target.table, primary ? "_pkey" : "_key");
        key.primary = primary;
        key.columns = std::move(columns);
        key.reason = "the spec leaves out column \"" + skipped.source_name() + "\"";
        table_.keys.push_back(std::move(key));
    }

    void AddKey(std::string name, bool primary, std::vector<std::string> columns) {
        const std::string list = ColumnList(columns);
        PlannedKey key;
        if (const PlannedColumn* least = LeastIndexed(columns)) {
            if (least->settings.index_as == spec::IndexAs::kNone) {
                key.reason = LeftOut(*least);
            } else {
                key.reason = "a unique index over a hash of column \"" + least->name + "\" stands in for it";
                PlannedIndex index;
                index.unique = index.hashed = true;
                index.name = name;
                index.tail.source = (primary ? "PRIMARY KEY " : "UNIQUE ") + list;
                index.tail.text = HashedTail(columns);
                Finish(std::move(index));
            }
        }
        key.name = std::move(name);
        key.primary = primary;
        key.columns = std::move(columns);
        if (key.columns.size() > kMostIndexColumns)
            key.reason = kTooManyColumns;
        else
            key.probe =
                "SELECT 1 FROM " + ProbeTable(table_, list) + " ORDER BY " + list.substr(1, list.size() - 2);
        table_.keys.push_back(std::move(key));
    }

    void AddCheck(const schema::sql::Constraint& constraint) {
        if (constraint.kind != schema::sql::Constraint::Kind::kCheck || constraint.expression == nullptr)
            return;
        StopIfCancelled();
        const schema::sql::Translation translation =
            schema::sql::TranslateCheck(*constraint.expression, target_);
        PlannedCheck check;
        check.condition.source = constraint.text;
        check.condition.text = translation.text;
        check.condition.reason = translation.reason;
        check.condition.notes = translation.notes;
        check.condition.guaranteed = translation.guaranteed;
        check.source_condition = constraint.text;
        check.name =
            ConstraintName(constraint.name.empty() ? table_.target.table + "_check" : constraint.name);
        AddProbed(std::move(check));
    }

    void AddProbed(PlannedCheck check) {
        if (check.condition.ok())
            check.condition.probe = "SELECT 1 FROM " + ProbeTable(table_, check.condition.text) + " WHERE (" +
                                    check.condition.text + ")";
        table_.checks.push_back(std::move(check));
    }

    /// What a type says in SQLite and PostgreSQL's does not: UNSIGNED, ENUM.
    void AddTypeChecks(const PlannedColumn& column) {
        StopIfCancelled();
        if (column.source == nullptr || column.skipped) return;
        const schema::MappedType declared = schema::MapDeclaredType(column.source->declared_type);
        const std::string name = QuotePgIdentifierIfNeeded(column.name);
        PlannedCheck check;
        check.condition.source = "type " + column.source->declared_type;
        const bool number =
            column.type.kind == value::Kind::kInt2 || column.type.kind == value::Kind::kInt4 ||
            column.type.kind == value::Kind::kInt8 || column.type.kind == value::Kind::kNumeric ||
            column.type.kind == value::Kind::kFloat8;
        if (!declared.is_unsigned && declared.enum_labels.empty()) return;
        check.name = ConstraintName(table_.target.table + "_" + column.name + "_check");
        if (!column.settings.convert.empty()) {
            check.condition.reason = "the spec converts the column";
        } else if (declared.is_unsigned && number) {
            check.condition.text = name + " >= 0";
            check.source_condition = sqlite::QuoteIdentifier(column.source->name) + " >= 0";
        } else if (!declared.enum_labels.empty() && column.type.kind == value::Kind::kText) {
            std::string labels, quoted;
            for (const std::string& label : declared.enum_labels) {
                labels += (labels.empty() ? "" : ", ") + schema::QuotePgLiteral(label);
                quoted += (quoted.empty() ? "" : ", ") + sqlite::QuoteLiteral(label);
            }
            check.condition.text = name + " IN (" + labels + ")";
            check.source_condition = sqlite::QuoteIdentifier(column.source->name) + " IN (" + quoted + ")";
        } else {
            check.condition.reason = "the column is of type " + column.type.sql;
        }
        AddProbed(std::move(check));
    }

    void AddIndex(const sqlite::Index& index) {
        StopIfCancelled();
        const bool loose = HasLooseCollation(index);
        if (index.origin == sqlite::Index::Origin::kCreateIndex) return AddCreatedIndex(index);
        const bool primary = index.origin == sqlite::Index::Origin::kPrimaryKey;
        if (primary && !loose) return;  // the primary key
        if (!loose && !index.has_expression() && !index.partial) {
            std::vector<std::string> columns;
            std::string stem = table_.target.table;
            const PlannedColumn* skipped = nullptr;
            for (const sqlite::IndexColumn& part : index.columns) {
                const PlannedColumn* column = Find(part.name);
                if (column == nullptr) return;
                if (column->skipped) skipped = column;
                columns.push_back(column->name);
                stem += "_" + column->name;
            }
            if (skipped != nullptr) return AddKeyWithout(*skipped, false, std::move(columns));
            return AddKey(TakeName(stem, "_key"), false, std::move(columns));
        }
        // SQLite's own index for UNIQUE (… COLLATE NOCASE): an expression index says the same.
        schema::sql::CreateIndex definition;
        definition.name = index.name;
        definition.table = table_.table().name;
        definition.unique = true;
        std::string stem = table_.target.table;
        for (const sqlite::IndexColumn& part : index.columns) {
            schema::sql::OrderTerm term;
            auto name = std::make_unique<schema::sql::Expression>();
            name->kind = schema::sql::Expression::Kind::kName;
            name->text = part.name;
            auto collate = std::make_unique<schema::sql::Expression>();
            collate->kind = schema::sql::Expression::Kind::kCollate;
            collate->text = part.collation;
            collate->height = 2;
            collate->operands.push_back(std::move(name));
            term.expression = std::move(collate);
            definition.key.push_back(std::move(term));
            definition.key_texts.push_back(part.name + " COLLATE " + part.collation);
            stem += "_" + part.name;
        }
        PlannedIndex planned;
        planned.name = stem + "_key";
        planned.source_name = index.name;
        planned.unique = true;
        std::vector<std::string> columns;
        for (const sqlite::IndexColumn& part : index.columns)
            if (const PlannedColumn* column = Find(part.name)) columns.push_back(column->name);
        if (const PlannedColumn* least = LeastIndexed(columns))
            TranslateHashed(index, std::move(columns), *least, planned);
        else
            Translate(definition, planned);
        planned.tail.source = primary ? "PRIMARY KEY" : "UNIQUE";
        for (std::size_t i = 0; i < definition.key_texts.size(); ++i)
            planned.tail.source += (i == 0 ? " (" : ", ") + definition.key_texts[i];
        planned.tail.source += ")";
        Finish(std::move(planned));
    }

    void AddCreatedIndex(const sqlite::Index& index) {
        PlannedIndex planned;
        planned.source_name = index.name;
        planned.name = schema::NameAllocator(designer_.spec.job().fold_case, false).Take(index.name).name;
        planned.unique = index.unique;
        std::vector<std::string> columns;
        for (const sqlite::IndexColumn& part : index.columns)
            if (const PlannedColumn* column = Find(part.name)) columns.push_back(column->name);
        const PlannedColumn* least = LeastIndexed(columns);
        const auto parsed = schema::sql::ParseCreateIndex(index.sql);
        if (parsed && least != nullptr)
            TranslateHashed(index, std::move(columns), *least, planned);
        else if (parsed)
            Translate(*parsed, planned);
        else
            planned.tail.reason = "its text can't be parsed: " + parsed.error;
        planned.tail.source = index.sql;
        Finish(std::move(planned));
    }

    /// Of an index over a column that indexes do not hold as it is.
    void TranslateHashed(const sqlite::Index& index, std::vector<std::string> columns,
                         const PlannedColumn& least, PlannedIndex& planned) const {
        if (least.settings.index_as == spec::IndexAs::kNone) {
            planned.tail.reason = LeftOut(least);
        } else if (index.partial || columns.size() != index.columns.size() || HasLooseCollation(index)) {
            planned.tail.reason = "no index over a hash of column \"" + least.name + "\" says the same";
        } else if (index.unique) {
            planned.hashed = true;
            planned.tail.text = HashedTail(columns);
        } else if (columns.size() == 1) {
            planned.tail.text = "USING hash " + ColumnList(columns);
        } else {
            planned.tail.reason = "it serves no search by a hash of column \"" + least.name + "\"";
        }
    }

    void Translate(const schema::sql::CreateIndex& definition, PlannedIndex& planned) const {
        if (definition.key.size() > kMostIndexColumns) {
            planned.tail.reason = kTooManyColumns;
            return;
        }
        const schema::sql::IndexTranslation translation = schema::sql::TranslateIndex(definition, target_);
        planned.tail.text = translation.text;
        planned.tail.reason = translation.reason;
        planned.tail.notes = translation.notes;
    }

    void AddSpecIndex(const std::string& tail, std::string pointer) {
        PlannedIndex planned;
        StopIfCancelled();
        planned.tail.source = "the spec";
        planned.tail.text = tail;
        planned.tail.pointer = std::move(pointer);
        planned.tail.written = SpecSql::kIndex;
        planned.tail.immutable = true;
        planned.tail.probe = "SELECT 1 FROM " + ProbeTable(table_);
        planned.name = TakeName(table_.target.table, "_idx");
        table_.indexes.push_back(std::move(planned));
    }

    void Finish(PlannedIndex planned) {
        planned.name = TakeName(planned.name, "");
        if (planned.tail.ok()) {
            planned.tail.immutable = true;
            planned.tail.probe = ProbeOfTail(planned.tail.text);
        }
        table_.indexes.push_back(std::move(planned));
    }

    /// "(a DESC, lower(b)) WHERE c" as a query that needs the same operators: a sort.
    std::string ProbeOfTail(const std::string& tail) const {
        std::size_t depth = 0, at = 0;
        char quote = 0;
        for (; at < tail.size(); ++at) {
            const char c = tail[at];
            if (quote != 0) {
                quote = c == quote ? static_cast<char>(0) : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(') {
                ++depth;
            } else if (c == ')' && --depth == 0) {
                break;
            }
        }
        if (tail.empty() || tail.front() != '(' || at >= tail.size()) return {};
        return "SELECT 1 FROM " + ProbeTable(table_, tail) + tail.substr(at + 1) + " ORDER BY " +
               tail.substr(1, at - 1);
    }

    /// Constraints' names are unique in their table; those with an index also in the schema.
    std::string ConstraintName(const std::string& wanted) { return names_.Take(wanted).name; }
    std::string TakeName(std::string_view stem, std::string_view suffix) {
        std::string name = designer_.TakeRelationName(table_.target.schema, stem, suffix).name;
        // Until it is free in both places: each may answer with another name.
        for (;;) {
            const std::string free = ConstraintName(name);
            if (free == name) return name;
            name = designer_.TakeRelationName(table_.target.schema, free).name;
            if (free == name) return name;
        }
    }

    Designer& designer_;
    PlannedTable& table_;
    const schema::sql::TableTarget target_;
    schema::NameAllocator names_;
    std::unordered_map<std::string, const PlannedColumn*> by_source_, by_target_;
};

}  // namespace

void DesignConstraints(Designer& designer, PlannedTable& table) {
    ConstraintDesigner(designer, table).Run();
}

}  // namespace pgsqlite::plan
