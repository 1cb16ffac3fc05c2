// The statements of a load task. Rules need the converted row under the target's names, so with rules the
// conversion moves into a subquery; without, the statement is the plain INSERT … SELECT.
#include "core/job/load_task.hpp"

#include <algorithm>

#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {
namespace {

using schema::QuotePgIdentifierIfNeeded;

std::string List(const std::vector<std::string>& items) {
    std::string list;
    for (const std::string& item : items)
        list += (list.empty() ? "" : ", ") + item;
    return list;
}

std::vector<std::string> QuotedColumns(const LoadTask& task) {
    std::vector<std::string> names;
    for (const std::string& column : task.columns)
        names.push_back(QuotePgIdentifierIfNeeded(column));
    return names;
}

/// INT64_MIN has no literal of its own: a minus before a number that is too big.
std::string Number(std::int64_t value) {
    return value < 0 ? "'" + std::to_string(value) + "'::bigint" : std::to_string(value);
}

/// FROM and WHERE: the rows of the source that are asked for.
std::string FromWhere(const LoadTask& task, const RowidRange* range, const char* line) {
    std::vector<std::string> conditions;
    if (!task.where.empty()) conditions.push_back("(" + task.where + ")");
    if (range != nullptr && range->first != INT64_MIN)
        conditions.push_back(task.rowid_column + " >= " + Number(range->first));
    if (range != nullptr && range->last != INT64_MAX)
        conditions.push_back(task.rowid_column + " <= " + Number(range->last));
    std::string sql = line + ("FROM " + task.source);
    const char* word = "WHERE ";
    for (const std::string& condition : conditions) {
        sql += line + (word + condition);
        word = "AND ";
    }
    return sql;
}

std::string InsertInto(const LoadTask& task) {
    return "INSERT INTO " + task.target + " (" + List(QuotedColumns(task)) + ")" +
           (task.overriding ? " OVERRIDING SYSTEM VALUE" : "") + "\n";
}

std::string OnConflict(const LoadTask& task) {
    return task.conflict.empty() ? std::string() : "\n" + task.conflict;
}

/// An expression where nothing else gives it its type: a bare 'x' would be text for good.
std::string Typed(const LoadTask& task, std::size_t i) {
    if (i >= task.types.size() || task.types[i].empty()) return task.expressions[i];
    return "CAST(" + task.expressions[i] + " AS " + task.types[i] + ")";
}

bool Has(const LoadTask& task, spec::OnFail on_fail) noexcept {
    return std::any_of(task.rules.begin(), task.rules.end(),
                       [&](const LoadRule& rule) { return rule.on_fail == on_fail; });
}

/// An item of a select list, `AS name` only where it says something.
std::string Item(const std::string& expression, const std::string& name) {
    return expression == name ? name : expression + " AS " + name;
}

std::string Broken(const LoadRule& rule) {
    return "(" + rule.condition + ") IS FALSE";
}

/// A column, or NULL where one of the rules that clear it is broken.
std::string Cleared(const LoadTask& task, const std::string& column) {
    std::string broken;
    for (const LoadRule& rule : task.rules)
        if (rule.on_fail == spec::OnFail::kNull &&
            std::find(rule.columns.begin(), rule.columns.end(), column) != rule.columns.end())
            broken += (broken.empty() ? "" : " OR ") + Broken(rule);
    const std::string name = QuotePgIdentifierIfNeeded(column);
    return broken.empty() ? name : "CASE WHEN " + broken + " THEN NULL ELSE " + name + " END";
}

/// Names beside the columns that no column has.
class Names {
  public:
    explicit Names(const LoadTask& task) : names_(schema::FoldCase::kPreserve, false) {
        for (const std::string& column : task.columns)
            names_.Reserve(column);
    }
    std::string Take(const std::string& wanted) {
        return QuotePgIdentifierIfNeeded(names_.Take(wanted).name);
    }

  private:
    schema::NameAllocator names_;
};

/// The converted rows under the target's names, for rules to look at. Its alias is the target's own name, so
/// that a rule may write customer.age as a CHECK may.
/// @param rowid name for the rowid, or empty
std::string ConvertedRows(const LoadTask& task, const RowidRange* range, const std::string& rowid) {
    std::vector<std::string> items;
    if (!rowid.empty()) items.push_back(Item(task.rowid_column, rowid));
    for (std::size_t i = 0; i < task.columns.size(); ++i)
        items.push_back(Item(Typed(task, i), QuotePgIdentifierIfNeeded(task.columns[i])));
    return "(SELECT " + List(items) + FromWhere(task, range, "\n    ") + ")";
}

/// " AS " and what stands behind the last point outside of quotes: a relation without its schema; of a query,
/// the alias that it has.
std::string AliasOf(const std::string& relation) {
    if (relation.front() == '(') return relation.substr(relation.rfind("\n) AS ") + 2);
    std::size_t begin = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < relation.size(); ++i) {
        if (relation[i] == '"') quoted = !quoted;
        if (relation[i] == '.' && !quoted) begin = i + 1;
    }
    return " AS " + relation.substr(begin);
}

std::string Alias(const LoadTask& task) {
    return AliasOf(task.target);
}

/// What SourceRows calls the rowid, beside all columns of the source.
constexpr char kRowidOfRows[] = "pg_sqlite_rowid";

std::string WithRules(const LoadTask& task, const RowidRange* range) {
    const std::string alias = Alias(task);
    std::vector<std::string> cleared, items;
    for (const std::string& column : task.columns) {
        const std::string name = QuotePgIdentifierIfNeeded(column);
        const std::string value = Cleared(task, column);
        cleared.push_back(value);
        items.push_back(Item(value, name));
    }
    std::string rows = ConvertedRows(task, range, {}) + alias;
    if (!Has(task, spec::OnFail::kReject)) return "SELECT " + List(cleared) + "\nFROM " + rows;
    if (Has(task, spec::OnFail::kNull)) rows = "(SELECT " + List(items) + "\nFROM " + rows + ")" + alias;
    std::string sql = "SELECT " + List(QuotedColumns(task)) + "\nFROM " + rows;
    const char* word = "\nWHERE ";
    for (const LoadRule& rule : task.rules) {
        if (rule.on_fail != spec::OnFail::kReject) continue;
        sql += word + ("(" + rule.condition + ") IS NOT FALSE");
        word = "\nAND ";
    }
    return sql;
}

}  // namespace

std::string NameInSource(const LoadTask& task, const std::string& column) {
    const auto at = std::find(task.columns.begin(), task.columns.end(), column);
    const auto place = static_cast<std::size_t>(at - task.columns.begin());
    const bool known = place < task.source_columns.size() && !task.source_columns[place].empty();
    return known ? task.source_columns[place] : column;
}

std::string PlainInsert(const LoadTask& task) {
    return DirectInsert(task, nullptr);
}

std::string DirectInsert(const LoadTask& task, const RowidRange* range) {
    const bool ruled = Has(task, spec::OnFail::kReject) || Has(task, spec::OnFail::kNull);
    return InsertInto(task) +
           (ruled ? WithRules(task, range)
                  : "SELECT " + List(task.expressions) + FromWhere(task, range, "\n")) +
           OnConflict(task);
}

std::string BatchSource(const LoadTask& task, const RowidRange* range) {
    Names names(task);
    const std::string rowid = task.rowid_column.empty() ? std::string() : names.Take("rowid");
    const std::string converted = ConvertedRows(task, range, rowid);
    if (task.rules.empty()) return converted.substr(1, converted.size() - 2);

    const std::string alias = Alias(task);
    // Flags of rules that clear columns come from below, where the columns are still there.
    std::vector<std::string> below, top, flags;
    if (!rowid.empty()) {
        below.push_back(rowid);
        top.push_back(rowid);
    }
    for (const std::string& column : task.columns) {
        const std::string name = QuotePgIdentifierIfNeeded(column);
        below.push_back(Item(Cleared(task, column), name));
        top.push_back(name);
    }
    for (const LoadRule& rule : task.rules) {
        const std::string flag = names.Take("broken_" + std::to_string(flags.size() + 1));
        flags.push_back(flag);
        if (rule.on_fail == spec::OnFail::kNull) {
            below.push_back(Broken(rule) + " AS " + flag);
            top.push_back(flag);
        } else {
            top.push_back(Broken(rule) + " AS " + flag);
        }
    }
    std::string rows = converted + alias;
    if (Has(task, spec::OnFail::kNull)) rows = "(SELECT " + List(below) + "\nFROM " + rows + ")" + alias;
    return "SELECT " + List(top) + "\nFROM " + rows;
}

bool IsComputed(const LoadTask& task, std::size_t column) {
    const std::string& text = task.expressions[column];
    if (text.size() > 1 && text.front() == '"') return text.find('"', 1) != text.size() - 1;
    return QuotePgIdentifierIfNeeded(text) != text;
}

bool Computes(const LoadTask& task) {
    for (std::size_t i = 0; i < task.columns.size(); ++i)
        if (IsComputed(task, i)) return true;
    return false;
}

std::string SourceRows(const LoadTask& task, const RowidRange* range) {
    const std::string rowid =
        task.rowid_column.empty() ? std::string() : Item(task.rowid_column, kRowidOfRows) + ", ";
    return "SELECT " + rowid + "*" + FromWhere(task, range, "\n");
}

LoadTask OfSourceRows(const LoadTask& task, const std::string& relation) {
    LoadTask rows = task;
    rows.source = relation + AliasOf(task.source);
    rows.create_source.clear();
    rows.drop_source.clear();
    rows.where.clear();
    if (!rows.rowid_column.empty()) rows.rowid_column = kRowidOfRows;
    return rows;
}

std::string OneValue(const LoadTask& task, std::size_t column) {
    return "SELECT " + Typed(task, column) + FromWhere(task, nullptr, "\n");
}

LoadTask OfConvertedRows(const LoadTask& task, std::string relation, std::string rowid) {
    LoadTask converted = task;
    converted.server.clear();
    converted.table.clear();
    converted.expressions = QuotedColumns(task);
    converted.types.clear();
    converted.source = std::move(relation);
    converted.prepare.clear();
    converted.fill.clear();
    converted.clean_up.clear();
    converted.create_source.clear();
    converted.drop_source.clear();
    converted.rowid_name.clear();
    converted.rowid_column = std::move(rowid);
    converted.where.clear();
    return converted;
}

std::string RowidsAndValues(const LoadTask& task, const std::vector<std::string>& types) {
    Names names(task);
    std::vector<std::string> items{names.Take("rowid")};  // as BatchSource calls it
    for (std::size_t i = 0; i < task.columns.size(); ++i)
        items.push_back("CAST(" + QuotePgIdentifierIfNeeded(task.columns[i]) + " AS " + types[i] + ")");
    return "SELECT " + List(items) + "\nFROM (" + BatchSource(task, nullptr) + ") AS stored";
}

std::string BatchInsert(const LoadTask& task, std::string_view relation) {
    return InsertInto(task) + "SELECT * FROM " + std::string(relation) + OnConflict(task);
}

}  // namespace pgsqlite::plan
