// One SELECT without what stands around it: results and their names, FROM, WHERE, GROUP BY, HAVING.
#include <algorithm>
#include <utility>

#include "core/schema/sql/restore.hpp"
#include "core/schema/sql/translator.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::schema::sql {

using ExpressionKind = Expression::Kind;
using PgKind = value::Kind;
using sqlite::EqualNames;

bool BareColumns(const Expression& e, std::vector<const Expression*>& names) {
    if (e.select) return false;
    if (e.kind == ExpressionKind::kName) names.push_back(&e);
    const std::string name = e.kind == ExpressionKind::kFunction ? LowerAscii(e.text) : std::string();
    const bool aggregate = !e.over && (name == "count" || name == "sum" || name == "total" || name == "avg" ||
                                       name == "group_concat" || name == "string_agg" ||
                                       ((name == "min" || name == "max") && e.operands.size() == 1));
    if (aggregate) return true;
    bool plain = true;
    for (const ExpressionPtr& operand : e.operands)
        plain = BareColumns(*operand, names) && plain;
    return plain;
}

void Translator::Results(const SelectCore& core, CoreOutput& output) {
    for (const ResultColumn& column : core.columns) {
        if (column.expression->kind == ExpressionKind::kStar) {
            ExpandStar(*column.expression, output);
            continue;
        }
        Term term = AsValue(Translate(*column.expression));
        if (term.literal && term.IsText()) term.has_affinity = false;
        output.terms.push_back(std::move(term));
        output.names.push_back(!column.alias.empty()                              ? column.alias
                               : column.expression->kind == ExpressionKind::kName ? column.expression->text
                                                                                  : column.text);
    }
}

/// Whether a GROUP BY names all columns of the source's primary key.
bool Translator::HasGroupedKey(const NamedSource& source, const std::vector<std::string>& keys) const {
    if (source.primary_key == nullptr || source.primary_key->empty()) return false;
    for (const std::string& key : *source.primary_key)
        for (const ColumnTarget& column : *source.columns)
            if (EqualNames(column.source_name, key) &&
                std::find(keys.begin(), keys.end(), ColumnTerm(source, column).text) == keys.end())
                return false;
    return true;
}

void Translator::GroupBy(const SelectCore& core, CoreOutput& output) {
    std::vector<std::string> keys;
    for (const ExpressionPtr& entry : core.group_by) {
        Term term;
        const auto ordinal = IntegerOf(*entry);
        if (ordinal && *ordinal >= 1 && static_cast<std::size_t>(*ordinal) <= output.terms.size()) {
            term = output.terms[static_cast<std::size_t>(*ordinal) - 1];
        } else {
            // A column of that name goes before a result's alias.
            const ResultColumn* alias = nullptr;
            if (entry->kind == ExpressionKind::kName && entry->table.empty())
                for (const ResultColumn& column : core.columns)
                    if (EqualNames(column.alias, entry->text)) alias = &column;
            try {
                Restore<bool> none(aggregates_, false);
                if (alias != nullptr && entry->quote == Expression::Quote::kDouble) throw Refused{};
                term = AsValue(Translate(*entry));
            } catch (const Refused&) {
                if (alias == nullptr) throw;
                term = AsValue(Translate(*alias->expression));
            }
        }
        if (term.literal) throw Refused{"GROUP BY a constant"};
        CheckEquality(term, "GROUP BY");
        keys.push_back(term.text);
        output.tail += (keys.size() == 1 ? "\nGROUP BY " : ", ") + term.text;
    }
    // PostgreSQL lets the columns of a table stand alone whose primary key is grouped by.
    std::vector<const NamedSource*> determined;
    for (const NamedSource& source : scope_->sources) {
        if (!HasGroupedKey(source, keys)) continue;
        determined.push_back(&source);
        for (const ColumnTarget& column : *source.columns) {
            if (!source.keyless) break;
            const Term term = ColumnTerm(source, column);
            const PgKind kind = column.type.kind;
            if (kind == PgKind::kJson || kind == PgKind::kInput ||
                std::find(keys.begin(), keys.end(), term.text) != keys.end())
                continue;
            output.tail += ", " + term.text;
        }
    }
    output.keys = keys;
    const auto grouped = [&](const std::string& text) {
        return std::find(keys.begin(), keys.end(), text) != keys.end();
    };
    const auto check = [&](const Expression& e, const std::string& whole) {
        if (grouped(whole)) return;
        std::vector<const Expression*> names;
        if (!BareColumns(e, names)) throw Refused{"a subquery in a grouped SELECT"};
        for (const Expression* name : names) {
            const Term term = Translate(*name);
            if (term.column == nullptr || grouped(term.text)) continue;
            const bool depends = std::any_of(
                determined.begin(), determined.end(),
                [&](const NamedSource* source) { return term.text.rfind(source->name + ".", 0) == 0; });
            if (!depends)
                throw Refused{"column " + name->text + " stands outside of GROUP BY and aggregates"};
        }
    };
    std::size_t at = 0;
    for (const ResultColumn& column : core.columns) {
        if (column.expression->kind == ExpressionKind::kStar) {
            CoreOutput star;
            ExpandStar(*column.expression, star);
            for (const std::string& name : star.names) {
                Expression e;
                e.kind = ExpressionKind::kName;
                e.text = name;
                const std::string text = output.terms[at++].text;
                if (grouped(text)) continue;
                for (const NamedSource& source : scope_->sources)
                    if (text.rfind(source.name + ".", 0) == 0) e.table = source.alias;
                e.quote = Expression::Quote::kOther;
                check(e, text);
            }
            continue;
        }
        check(*column.expression, output.terms[at].text);
        ++at;
    }
    if (!core.having) return;
    const Term having = Condition(*core.having);
    check(*core.having, having.text);
    output.tail += "\nHAVING " + having.text;
}

Translator::CoreOutput Translator::Core(const SelectCore& core, Scope& scope) {
    CoreOutput output;
    Restore<const Scope*> in_scope(scope_, &scope);
    if (!core.values.empty()) {
        const std::size_t width = core.values[0].size();
        for (const auto& row : core.values) {
            if (row.size() != width) throw Refused{"VALUES of several widths"};
            std::vector<Term> terms;
            for (const ExpressionPtr& entry : row)
                terms.push_back(AsValue(Translate(*entry)));
            output.rows.push_back(std::move(terms));
        }
        for (std::size_t i = 0; i < width; ++i) {
            std::vector<Term> column;
            for (const auto& row : output.rows)
                column.push_back(row[i]);
            const PgKind kind = Unify(column);
            for (std::size_t r = 0; r < column.size(); ++r)
                output.rows[r][i] = column[r];
            Term term = Term::Of("", kind);
            output.terms.push_back(std::move(term));
            output.names.push_back("column" + std::to_string(i + 1));
        }
        return output;
    }
    output.head = core.distinct ? "SELECT DISTINCT " : "SELECT ";
    std::string from;
    if (!core.from.empty()) from = "\nFROM " + From(core.from, scope);
    {
        Restore<bool> allowed(aggregates_, true);
        Restore<const std::vector<Window>*> windows(windows_, &core.windows);
        Restore<bool> inside(in_aggregate_, false);
        has_aggregate_ = false;
        Results(core, output);
        {
            Restore<bool> none(aggregates_, false);
            output.tail = from;
            if (core.where) output.tail += "\nWHERE " + Condition(*core.where).text;
        }
        output.grouped = !core.group_by.empty() || has_aggregate_ || core.having != nullptr;
        const bool aggregate = has_aggregate_;
        if (output.grouped) GroupBy(core, output);
        has_aggregate_ = aggregate;
    }
    if (core.distinct)
        for (const Term& term : output.terms)
            CheckEquality(term, "DISTINCT");
    return output;
}

/// Whether a grouped SELECT has one value of each of these columns for a group.
bool Translator::AreDetermined(const std::vector<const Expression*>& names,
                               const std::vector<std::string>& keys) {
    return std::all_of(names.begin(), names.end(), [&](const Expression* name) {
        const std::string text = Translate(*name).text;
        return std::any_of(scope_->sources.begin(), scope_->sources.end(), [&](const NamedSource& source) {
            return text.rfind(source.name + ".", 0) == 0 && HasGroupedKey(source, keys);
        });
    });
}

}  // namespace pgsqlite::schema::sql
