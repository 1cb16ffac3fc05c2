// FROM: tables, subqueries and joins, and what * stands for. Every source gets an alias and every column is
// qualified, so that no name can be taken for another one.
#include <algorithm>
#include <utility>

#include "core/schema/sql/translator.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::schema::sql {

using sqlite::EqualNames;

void Translator::AddSource(Scope& scope, const std::string& alias, const std::vector<ColumnTarget>& columns,
                           const std::vector<std::string>* primary_key) {
    for (const NamedSource& other : scope.sources)
        if (EqualNames(other.alias, alias)) throw Refused{"two tables of one name in FROM: " + alias};
    NamedSource source;
    source.alias = alias;
    source.name = QuotePgIdentifier(aliases_->Take(alias).name);
    source.columns = &columns;
    source.primary_key = primary_key;
    scope.sources.push_back(std::move(source));
}

std::string Translator::FromTerm(const FromItem& item, Scope& scope) {
    if (item.is_function) throw Refused{"table-valued function " + item.table + "()"};
    if (!item.nested.empty()) {
        if (!item.alias.empty()) throw Refused{"an alias of a join in parentheses"};
        return "(" + From(item.nested, scope) + ")";
    }
    if (item.select) {
        Output output;
        {
            const bool aggregates = aggregates_, inside = in_aggregate_, had = has_aggregate_;
            const Scope* current = std::exchange(scope_, scope.outer);
            output = TranslateSelect(*item.select, {});
            scope_ = current;
            aggregates_ = aggregates;
            in_aggregate_ = inside;
            has_aggregate_ = had;
        }
        TableTarget table;
        table.columns = std::move(output.columns);
        derived_.push_back(std::move(table));
        const std::string alias = item.alias.empty() ? "subquery_" + std::to_string(++unnamed_) : item.alias;
        AddSource(scope, alias, derived_.back().columns, nullptr);
        return "(" + output.text + ") AS " + scope.sources.back().name;
    }
    if (!item.schema.empty() && !EqualNames(item.schema, "main"))
        throw Refused{"a table of schema " + item.schema};
    const std::string& alias = item.alias.empty() ? item.table : item.alias;
    for (auto with = with_.rbegin(); with != with_.rend(); ++with)
        if (item.schema.empty() && EqualNames((*with)->source_name, item.table)) {
            AddSource(scope, alias, (*with)->columns, nullptr);
            return (*with)->name + " AS " + scope.sources.back().name;
        }
    const TableTarget* table = (*find_)(item.table);
    if (table == nullptr) throw Refused{"no such table, or one that is not translated: " + item.table};
    if (std::find(depends_on_.begin(), depends_on_.end(), table->source_name) == depends_on_.end())
        depends_on_.push_back(table->source_name);
    AddSource(scope, alias, table->columns, &table->primary_key);
    scope.sources.back().keyless = table->keyless;
    return table->name + " AS " + scope.sources.back().name;
}

std::string Translator::From(const std::vector<FromItem>& items, Scope& scope) {
    using Join = FromItem::Join;
    std::string text;
    const std::size_t first = scope.sources.size();
    for (const FromItem& item : items) {
        const std::size_t before = scope.sources.size();
        std::string term = FromTerm(item, scope);
        if (item.join == Join::kFirst) {
            text = std::move(term);
            continue;
        }
        const bool left = item.join == Join::kLeft || item.join == Join::kFull;
        const bool right = item.join == Join::kRight || item.join == Join::kFull;
        // From here on, and before the condition is read, which sees both sides as they are: only NOT NULL is
        // lost.
        for (std::size_t i = first; i < scope.sources.size(); ++i)
            if ((i < before && right) || (i >= before && left)) scope.sources[i].nullable = true;
        if ((right || left) && right && (item.natural || !item.using_columns.empty()))
            throw Refused{"RIGHT or FULL JOIN with USING"};
        // A comma binds as tightly as JOIN in SQLite, and looser in PostgreSQL.
        const std::string condition = JoinCondition(item, scope, before);
        const char* word = left && right ? "FULL JOIN" : left ? "LEFT JOIN" : right ? "RIGHT JOIN" : "JOIN";
        if (condition.empty() && !left && !right)
            text += "\nCROSS JOIN " + term;
        else
            text += "\n" + std::string(word) + " " + term + " ON " + (condition.empty() ? "TRUE" : condition);
    }
    return text;
}

std::string Translator::JoinCondition(const FromItem& item, Scope& scope, std::size_t first_right) {
    const Scope* current = std::exchange(scope_, &scope);
    std::string text;
    if (item.on) text = Condition(*item.on).text;
    std::vector<std::string> names = item.using_columns;
    const auto find = [&](std::size_t from, std::size_t to, const std::string& name, NamedSource*& source) {
        for (std::size_t i = from; i < to; ++i)
            for (const ColumnTarget& column : *scope.sources[i].columns)
                if (EqualNames(column.source_name, name)) {
                    source = &scope.sources[i];
                    return &column;
                }
        return static_cast<const ColumnTarget*>(nullptr);
    };
    NamedSource *left = nullptr, *right = nullptr;
    if (item.natural)
        for (std::size_t i = first_right; i < scope.sources.size(); ++i)
            for (const ColumnTarget& column : *scope.sources[i].columns)
                if (find(0, first_right, column.source_name, left) != nullptr)
                    names.push_back(column.source_name);
    for (const std::string& name : names) {
        const ColumnTarget* one = find(0, first_right, name, left);
        const ColumnTarget* other = find(first_right, scope.sources.size(), name, right);
        if (one == nullptr || other == nullptr) throw Refused{"no such column in USING: " + name};
        const Term equal = Compare("=", ColumnTerm(*left, *one), ColumnTerm(*right, *other));
        text += (text.empty() ? "" : " AND ") + equal.text;
        right->merged.push_back(name);
    }
    scope_ = current;
    return text;
}

void Translator::ExpandStar(const Expression& star, CoreOutput& output) {
    bool found = false;
    for (const NamedSource& source : scope_->sources) {
        if (!star.table.empty() && !EqualNames(star.table, source.alias)) continue;
        found = true;
        for (const ColumnTarget& column : *source.columns) {
            const bool merged =
                star.table.empty() &&
                std::any_of(source.merged.begin(), source.merged.end(),
                            [&](const std::string& name) { return EqualNames(name, column.source_name); });
            if (merged) continue;
            output.terms.push_back(ColumnTerm(source, column));
            output.names.push_back(column.source_name);
        }
    }
    if (!found) throw Refused{star.table.empty() ? "* without tables" : "no such table: " + star.table};
}

}  // namespace pgsqlite::schema::sql
