#include "core/schema/checked_classes.hpp"

#include <optional>

#include "core/schema/sql/parse.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::schema {
namespace {

using sql::Expression;
using value::StorageClass;
using ExpressionKind = Expression::Kind;

/// What a condition says of one column; nothing where it says anything else.
struct Claim {
    std::size_t column;
    ClassSet classes;
};

/// SQLite's typeof() gives lower case, and a CHECK for anything else is never true.
ClassSet ClassNamed(const std::string& name) noexcept {
    if (name == "null") return ClassBit(StorageClass::kNull);
    if (name == "integer") return ClassBit(StorageClass::kInteger);
    if (name == "real") return ClassBit(StorageClass::kReal);
    if (name == "text") return ClassBit(StorageClass::kText);
    if (name == "blob") return ClassBit(StorageClass::kBlob);
    return 0;
}

class Reader {
  public:
    explicit Reader(const sqlite::Table& table) : table_(table), classes_(table.columns.size(), kAnyClass) {}

    void Read(const sql::Constraint& constraint) {
        if (constraint.kind == sql::Constraint::Kind::kCheck && constraint.expression != nullptr)
            ReadConjunct(*constraint.expression);
    }
    std::vector<ClassSet> Take() { return std::move(classes_); }

  private:
    void ReadConjunct(const Expression& condition) {
        if (condition.kind == ExpressionKind::kBinary && condition.text == "AND") {
            ReadConjunct(*condition.operands[0]);
            ReadConjunct(*condition.operands[1]);
        } else if (const auto claim = ClaimOf(condition)) {
            classes_[claim->column] &= claim->classes;
        }
    }

    std::optional<Claim> ClaimOf(const Expression& condition) const {
        if (condition.kind == ExpressionKind::kBinary && condition.text == "OR") {
            const auto one = ClaimOf(*condition.operands[0]);
            const auto two = ClaimOf(*condition.operands[1]);
            if (!one || !two || one->column != two->column) return std::nullopt;
            return Claim{one->column, static_cast<ClassSet>(one->classes | two->classes)};
        }
        const bool is_null = (condition.kind == ExpressionKind::kIsNull && !condition.negated) ||
                             (condition.kind == ExpressionKind::kBinary && condition.text == "IS" &&
                              condition.operands[1]->kind == ExpressionKind::kNull);
        if (is_null) {
            const auto column = ColumnOf(*condition.operands[0]);
            if (!column) return std::nullopt;
            return Claim{*column, ClassBit(StorageClass::kNull)};
        }
        const bool equal =
            condition.kind == ExpressionKind::kBinary && (condition.text == "=" || condition.text == "IS");
        const bool in = condition.kind == ExpressionKind::kIn && !condition.negated && !condition.in_table &&
                        condition.select == nullptr && condition.operands.size() > 1;
        if (!equal && !in) return std::nullopt;
        const auto column = TypeofOf(*condition.operands[0]);
        if (!column) return std::nullopt;
        Claim claim{*column, 0};
        for (std::size_t i = 1; i < condition.operands.size(); ++i) {
            const Expression& name = *condition.operands[i];
            if (name.kind != ExpressionKind::kString) return std::nullopt;
            claim.classes |= ClassNamed(name.text);
        }
        return claim;
    }

    std::optional<std::size_t> TypeofOf(const Expression& call) const {
        if (call.kind != ExpressionKind::kFunction || !sqlite::EqualNames(call.text, "typeof") ||
            call.operands.size() != 1)
            return std::nullopt;
        return ColumnOf(*call.operands[0]);
    }

    std::optional<std::size_t> ColumnOf(const Expression& name) const {
        if (name.kind != ExpressionKind::kName || !name.schema.empty()) return std::nullopt;
        if (!name.table.empty() && !sqlite::EqualNames(name.table, table_.name)) return std::nullopt;
        for (std::size_t i = 0; i < table_.columns.size(); ++i)
            if (sqlite::EqualNames(table_.columns[i].name, name.text)) return i;
        return std::nullopt;
    }

    const sqlite::Table& table_;
    std::vector<ClassSet> classes_;
};

}  // namespace

std::vector<ClassSet> CheckedClasses(const sqlite::Table& table) {
    Reader reader(table);
    // Most tables are not worth parsing while a query is planned.
    if (sqlite::NameKey(table.sql).find("typeof") == std::string::npos) return reader.Take();
    const auto parsed = sql::ParseCreateTable(table.sql);
    if (!parsed) return reader.Take();
    for (const sql::ColumnDefinition& column : parsed->columns)
        for (const sql::Constraint& constraint : column.constraints)
            reader.Read(constraint);
    for (const sql::Constraint& constraint : parsed->constraints)
        reader.Read(constraint);
    return reader.Take();
}

}  // namespace pgsqlite::schema
