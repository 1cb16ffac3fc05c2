// SELECT: the columns that it gives, compounds, ORDER BY, LIMIT, WITH.
#include <algorithm>
#include <utility>

#include "core/schema/sql/restore.hpp"
#include "core/schema/sql/translator.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::schema::sql {

using ExpressionKind = Expression::Kind;
using PgKind = value::Kind;
using sqlite::EqualNames;

std::vector<ColumnTarget> Translator::OutputColumns(const std::vector<Term>& terms,
                                                    const std::vector<std::string>& names) {
    NameAllocator allocator(fold_, true);
    std::vector<ColumnTarget> columns;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        ColumnTarget column;
        const Term& term = terms[i];
        column.source_name = names[i];
        column.name = allocator.Take(names[i]).name;
        column.type = term.column != nullptr && !term.null && term.column->type.kind == term.kind
                          ? term.column->type
                          : PlainType(term.kind);
        column.affinity = term.has_affinity ? term.affinity : Affinity::kBlob;
        column.collation = term.collation.empty() ? "BINARY" : term.collation;
        column.not_null = term.not_null;
        columns.push_back(std::move(column));
    }
    return columns;
}

/// The result list as written, with output names; `cast` gives each its column's type, as compounds need.
std::string Translator::CoreText(const CoreOutput& core, const std::vector<ColumnTarget>& columns,
                                 bool cast) const {
    const auto item = [&](const Term& term, std::size_t i) {
        if (!cast || (term.column != nullptr && term.column->type.sql == columns[i].type.sql))
            return term.text;
        return term.Operand() + "::" + columns[i].type.sql;
    };
    std::string text;
    if (!core.rows.empty()) {
        for (const std::vector<Term>& row : core.rows) {
            text += text.empty() ? "VALUES (" : ", (";
            for (std::size_t i = 0; i < row.size(); ++i)
                text += (i > 0 ? ", " : "") + item(row[i], i);
            text += ")";
        }
        std::string names;
        for (const ColumnTarget& column : columns)
            names += (names.empty() ? "" : ", ") + QuotePgIdentifier(column.name);
        return "SELECT * FROM (" + text + ") AS \"values\" (" + names + ")";
    }
    for (std::size_t i = 0; i < core.terms.size(); ++i)
        text += (i > 0 ? ", " : "") + item(core.terms[i], i) + " AS " + QuotePgIdentifier(columns[i].name);
    return core.head + text + core.tail;
}

std::string Translator::OrderText(const Term& term, const OrderTerm& order) {
    if (term.kind == PgKind::kJson || term.kind == PgKind::kJsonb || term.kind == PgKind::kInput)
        throw Refused{"ORDER BY a value of type " + TypeName(term.kind)};
    std::string text = term.IsText() && term.collation != "nocase" ? Collated(term, term.collation, true)
                       : term.IsText()                             ? Collated(term, "nocase", false)
                                                                   : term.Operand();
    if (order.descending) text += " DESC";
    // NULL is the least value in SQLite and the greatest in PostgreSQL.
    const bool first = order.nulls == OrderTerm::Nulls::kDefault ? !order.descending
                                                                 : order.nulls == OrderTerm::Nulls::kFirst;
    if (first != order.descending && !term.not_null) text += first ? " NULLS FIRST" : " NULLS LAST";
    return text;
}

/// @param single the one core of a SELECT that is no compound, whose scope is in force
void Translator::OrderAndLimit(const Select& select, const CoreOutput* single,
                               const std::vector<ColumnTarget>& columns, std::string& text) {
    const bool wrap = single == nullptr || single->head == "SELECT DISTINCT " || !single->rows.empty();
    std::string order;
    for (const OrderTerm& entry : select.order) {
        const Expression* e = entry.expression.get();
        std::string collation;
        if (e->kind == ExpressionKind::kCollate) {
            collation = LowerAscii(e->text);
            e = e->operands[0].get();
        }
        std::size_t index = columns.size();
        if (const auto ordinal = IntegerOf(*e)) {
            if (*ordinal < 1 || static_cast<std::size_t>(*ordinal) > columns.size())
                throw Refused{"ORDER BY a number that is not a column"};
            index = static_cast<std::size_t>(*ordinal) - 1;
        } else if (e->kind == ExpressionKind::kName && e->table.empty()) {
            for (std::size_t i = columns.size(); i-- > 0;)
                if (EqualNames(columns[i].source_name, e->text)) index = i;
        }
        Term term;
        if (index < columns.size() && (wrap || single == nullptr)) {
            NamedSource result;
            result.name = "\"result\"";
            term = ColumnTerm(result, columns[index]);
        } else if (index < columns.size()) {
            term = single->terms[index];
            if (term.literal) continue;
        } else {
            if (single == nullptr) throw Refused{"ORDER BY of a compound SELECT by other than its columns"};
            Restore<bool> allowed(aggregates_, single->grouped);
            term = AsValue(Translate(*e));
            if (single->grouped || wrap) {
                std::vector<const Expression*> bare;
                const bool key =
                    std::find(single->keys.begin(), single->keys.end(), term.text) != single->keys.end();
                bool found = !wrap && (key || (BareColumns(*e, bare) && AreDetermined(bare, single->keys)));
                for (std::size_t i = 0; i < single->terms.size() && i < columns.size(); ++i) {
                    if (single->terms[i].text != term.text) continue;
                    NamedSource result;
                    result.name = "\"result\"";
                    if (wrap) term = ColumnTerm(result, columns[i]);
                    found = true;
                    break;
                }
                if (!found) throw Refused{"ORDER BY an expression that is not among the results"};
            }
        }
        if (!collation.empty()) term.collation = collation;
        order += (order.empty() ? "\nORDER BY " : ", ") + OrderText(term, entry);
    }
    if (!order.empty() && wrap) text = "SELECT * FROM (" + text + ") AS \"result\"";
    text += order;
    for (const bool limit : {true, false}) {
        const Expression* e = limit ? select.limit.get() : select.offset.get();
        if (e == nullptr) continue;
        const auto number = IntegerOf(*e);
        if (!number) throw Refused{"LIMIT or OFFSET that is not a constant"};
        if (*number >= 0) text += (limit ? "\nLIMIT " : "\nOFFSET ") + std::to_string(*number);
    }
}

std::string Translator::With(const Select& select) {
    std::string text;
    for (const CommonTable& table : select.with) {
        derived_.emplace_back();
        TableTarget& target = derived_.back();
        target.source_name = table.name;
        target.name = QuotePgIdentifier(aliases_->Take(table.name).name);
        // A table that reads itself: its first arms give the columns.
        bool recursive = false;
        if (select.recursive && table.select->cores.size() > 1 && table.select->order.empty()) {
            const auto& last = table.select->cores.back();
            const std::function<bool(const std::vector<FromItem>&)> reads =
                [&](const std::vector<FromItem>& items) {
                    return std::any_of(items.begin(), items.end(), [&](const FromItem& item) {
                        return EqualNames(item.table, table.name) || reads(item.nested);
                    });
                };
            recursive = reads(last.from);
        }
        if (recursive) {
            if (table.select->cores.size() != 2 || !table.select->with.empty())
                throw Refused{"a recursive WITH of more than two parts"};
            Scope scope;
            scope.outer = scope_;
            CoreOutput first = Core(table.select->cores[0], scope);
            const auto& names = table.columns.empty() ? first.names : table.columns;
            if (names.size() != first.terms.size()) throw Refused{"WITH with another number of columns"};
            for (Term& term : first.terms)
                if (term.IsInteger()) term.kind = PgKind::kInt8;
            for (Term& term : first.terms)
                term.not_null = false;
            target.columns = OutputColumns(first.terms, names);
        }
        if (recursive) with_.push_back(&target);
        Output output = TranslateSelect(*table.select, table.columns);
        if (recursive) {
            for (std::size_t i = 0; i < output.columns.size() && i < target.columns.size(); ++i)
                if (output.columns[i].type.kind != target.columns[i].type.kind)
                    throw Refused{"a recursive WITH whose parts differ in type"};
        } else {
            target.columns = std::move(output.columns);
            with_.push_back(&target);
        }
        text += text.empty() ? (select.recursive ? "WITH RECURSIVE " : "WITH ") : ", ";
        std::string list;
        for (const ColumnTarget& column : target.columns)
            list += (list.empty() ? "" : ", ") + QuotePgIdentifier(column.name);
        using Materialized = CommonTable::Materialized;
        text += target.name + " (" + list + ") AS " +
                (table.materialized == Materialized::kYes  ? "MATERIALIZED "
                 : table.materialized == Materialized::kNo ? "NOT MATERIALIZED "
                                                           : "") +
                "(" + output.text + ")";
    }
    return text.empty() ? text : text + "\n";
}

Translator::Output Translator::TranslateSelect(const Select& select, const std::vector<std::string>& names) {
    if (select.height > kMaxTranslatedHeight) throw Refused{"an expression nested too deeply"};
    const std::size_t with_count = with_.size();
    NameAllocator aliases(FoldCase::kPreserve, false);
    aliases.Reserve("result");
    aliases.Reserve("values");
    Restore<NameAllocator*> own_aliases(aliases_, &aliases);
    Restore<bool> inside(in_aggregate_, false);
    Output output;
    const std::string with = With(select);
    std::deque<Scope> scopes;
    std::vector<CoreOutput> cores;
    bool aggregate = false;
    for (const SelectCore& core : select.cores) {
        scopes.emplace_back();
        scopes.back().outer = scope_;
        // Sources of different cores never meet.
        NameAllocator own(FoldCase::kPreserve, false);
        own.Reserve("result");
        Restore<NameAllocator*> in_core(aliases_, &own);
        cores.push_back(Core(core, scopes.back()));
        aggregate = has_aggregate_;
    }
    const std::size_t width = cores[0].terms.size();
    if (!names.empty() && names.size() != width) throw Refused{"another number of columns than names"};
    if (width == 0) throw Refused{"a SELECT without columns"};
    const std::vector<std::string>& final_names = names.empty() ? cores[0].names : names;
    if (cores.size() == 1) {
        Restore<const Scope*> in_scope(scope_, &scopes[0]);
        output.columns = OutputColumns(cores[0].terms, final_names);
        output.text = CoreText(cores[0], output.columns, !cores[0].rows.empty());
        OrderAndLimit(select, &cores[0], output.columns, output.text);
    } else {
        std::vector<Term> heads;
        for (std::size_t i = 0; i < width; ++i) {
            std::vector<Term> column;
            for (const CoreOutput& core : cores) {
                if (core.terms.size() != width) throw Refused{"a compound SELECT of several widths"};
                column.push_back(core.terms[i]);
            }
            const PgKind kind = Unify(column);
            Term head = column[0];
            head.kind = kind;
            head.null = false;
            for (std::size_t c = 0; c < cores.size(); ++c) {
                cores[c].terms[i] = column[c];
                head.not_null = head.not_null && column[c].not_null;
                const auto& other = column[c].column;
                if (other == nullptr || head.column == nullptr || other->type.sql != head.column->type.sql)
                    head.column = nullptr;
            }
            heads.push_back(std::move(head));
        }
        output.columns = OutputColumns(heads, final_names);
        for (std::size_t c = 0; c < cores.size(); ++c) {
            const std::string text = CoreText(cores[c], output.columns, true);
            using Compound = SelectCore::Compound;
            const Compound compound = select.cores[c].compound;
            if (c == 0) {
                output.text = text;
                continue;
            }
            if (compound != Compound::kUnionAll)
                for (const Term& head : heads)
                    CheckEquality(head, "UNION, INTERSECT or EXCEPT");
            const char* word = compound == Compound::kUnion       ? "\nUNION\n"
                               : compound == Compound::kUnionAll  ? "\nUNION ALL\n"
                               : compound == Compound::kIntersect ? "\nINTERSECT\n"
                                                                  : "\nEXCEPT\n";
            // All bind alike from the left in SQLite; INTERSECT binds tighter in PostgreSQL.
            if (c > 1) output.text = "(" + output.text + ")";
            output.text += word + text;
        }
        OrderAndLimit(select, nullptr, output.columns, output.text);
        aggregate = false;
    }
    has_aggregate_ = aggregate;
    output.text = with + output.text;
    with_.resize(with_count);
    if (output.text.size() > kMaxText) throw Refused{"the SELECT grows too long in PostgreSQL"};
    return output;
}

}  // namespace pgsqlite::schema::sql
