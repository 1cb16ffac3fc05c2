// SELECT: results and their names, GROUP BY, compounds, ORDER BY, LIMIT, WITH.
#include <algorithm>
#include <utility>

#include "core/schema/sql/translator.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::schema::sql {

using ExpressionKind = Expression::Kind;
using PgKind = value::Kind;
using sqlite::EqualNames;

namespace {

/// Restores what a SELECT changes when it is left, by an exception too.
template <typename T>
class Restore {
  public:
    Restore(T& place, T value) : place_(place), old_(std::exchange(place, std::move(value))) {}
    ~Restore() { place_ = std::move(old_); }
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;

  private:
    T& place_;
    T old_;
};

/// The columns that an expression reads outside of aggregates; false where it holds a subquery.
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

}  // namespace

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
                throw Refused{"ORDER BY a number that is no column"};
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
        if (!number) throw Refused{"LIMIT or OFFSET that is no constant"};
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
