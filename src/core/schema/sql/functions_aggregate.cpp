// Aggregates and window functions.
#include <algorithm>
#include <utility>

#include "core/schema/sql/translator.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::schema::sql {

using PgKind = value::Kind;

/// What GROUP BY, DISTINCT, min() and the like need: types that PostgreSQL can compare, and whose equality is
/// SQLite's.
void Translator::CheckEquality(const Term& term, const char* where) const {
    if (term.null) return;
    if (term.kind == PgKind::kJson || term.kind == PgKind::kJsonb || term.kind == PgKind::kInput ||
        term.kind == PgKind::kArray)
        throw Refused{std::string(where) + " over values of type " + TypeName(term.kind)};
    if (term.IsText() && !term.collation.empty() && term.collation != "binary")
        throw Refused{std::string(where) + " under collation " + term.collation};
}

bool Translator::AggregateFunction(const std::string& name, const Expression& call, Term& result) {
    static constexpr const char* kAggregates[] = {"count", "sum", "total",        "avg",
                                                  "min",   "max", "group_concat", "string_agg"};
    static constexpr const char* kWindows[] = {"row_number",  "rank",      "dense_rank", "percent_rank",
                                               "cume_dist",   "ntile",     "lag",        "lead",
                                               "first_value", "last_value"};
    const auto is_name = [&](const char* known) { return name == known; };
    const bool window = std::any_of(std::begin(kWindows), std::end(kWindows), is_name);
    const bool aggregate = std::any_of(std::begin(kAggregates), std::end(kAggregates), is_name) &&
                           !((name == "min" || name == "max") && call.operands.size() > 1);
    if (!window && !aggregate) return false;
    if (window && !call.over) throw Refused{"window function " + name + "() without OVER"};
    if (!aggregates_ || in_aggregate_) throw Refused{"aggregate function " + name + "() in this place"};
    if (!call.order.empty()) throw Refused{"ORDER BY inside of " + name + "()"};
    if (!call.over) has_aggregate_ = true;
    const bool was_inside = std::exchange(in_aggregate_, true);
    std::vector<Term> terms;
    for (const ExpressionPtr& operand : call.operands)
        terms.push_back(AsValue(Translate(*operand)));
    std::string suffix;
    if (call.filter) suffix += " FILTER (WHERE " + Condition(*call.filter).text + ")";
    in_aggregate_ = was_inside;
    if (call.over) suffix += " OVER " + Over(*call.over);
    const std::string distinct = call.distinct ? "DISTINCT " : "";
    if (call.distinct && !terms.empty()) CheckEquality(terms[0], "DISTINCT");
    const auto need = [&](std::size_t least, std::size_t most) {
        if (terms.size() < least || terms.size() > most) throw Refused{name + "() with so many arguments"};
    };
    if (name == "count") {
        need(0, 1);
        result =
            Term::Of("count(" + (terms.empty() ? std::string("*") : distinct + terms[0].text) + ")" + suffix,
                     PgKind::kInt8);
        result.not_null = true;
    } else if (name == "sum" || name == "total" || name == "avg") {
        need(1, 1);
        const Term x = AsNumber(terms[0]);
        const bool real = x.kind == PgKind::kFloat8;
        if (name == "sum" && x.IsInteger()) {
            result = Term::Of("sum(" + distinct + x.Operand() + ")" + suffix, PgKind::kInt8);
            result.text = suffix.empty() ? result.text + "::bigint" : "(" + result.text + ")::bigint";
        } else if (name == "sum" && !real) {
            Note("numeric is computed in decimal; SQLite computes in binary floating point");
            result = Term::Of("sum(" + distinct + x.text + ")" + suffix, PgKind::kNumeric);
            result.scale = x.scale;
        } else {
            if (name != "sum" || !real) Note("sums of numbers may differ in the last digits");
            const std::string cast = real && !x.literal ? x.text : x.Operand() + "::double precision";
            result = Term::Of((name == "total" ? "sum(" : name + "(") + distinct + cast + ")" + suffix,
                              PgKind::kFloat8);
            if (name == "total") result.text = "COALESCE(" + result.text + ", 0)";
        }
    } else if (name == "min" || name == "max") {
        need(1, 1);
        Term x = terms[0].IsBoolean() ? AsNumber(terms[0]) : terms[0];
        CheckEquality(x, (name + "()").c_str());
        if (x.kind == PgKind::kUuid || x.kind == PgKind::kBytea)
            throw Refused{name + "() of values of type " + TypeName(x.kind) + ", which PostgreSQL 14 lacks"};
        result = Term::Of(name + "(" + (x.IsText() ? Collated(x, "", true) : x.text) + ")" + suffix, x.kind);
        result.scale = x.scale;
    } else if (name == "group_concat" || name == "string_agg") {
        need(1, 2);
        const Term x = AsText(terms[0]);
        const Term separator = terms.size() > 1 ? AsText(terms[1]) : Term::String(",");
        Note("the order within " + name + "() is not defined");
        result =
            Term::Of("string_agg(" + distinct + x.text + ", " + separator.text + ")" + suffix, PgKind::kText);
    } else {
        std::string list;
        for (std::size_t i = 0; i < terms.size(); ++i) {
            const bool count = i == 1 && (name == "lag" || name == "lead");
            if ((count || name == "ntile") && !IntegerOf(*call.operands[i]))
                throw Refused{name + "() with a number that is not a constant"};
            list += (i > 0 ? ", " : "") + terms[i].text;
        }
        const bool value = !terms.empty() && name != "ntile";
        if (value) need(1, 2);
        const bool real = name == "percent_rank" || name == "cume_dist";
        result = Term::Of(name + "(" + list + ")" + suffix, value  ? terms[0].kind
                                                            : real ? PgKind::kFloat8
                                                                   : PgKind::kInt8);
        if (value && terms[0].IsText() && terms[0].literal) result.text = "(" + result.text + ")::text";
        if (name == "ntile") result.kind = PgKind::kInt4;
    }
    return true;
}

/// The window of OVER, definitions of the WINDOW clause written out.
std::string Translator::Over(const Window& window) {
    if (!window.base.empty()) throw Refused{"a window built upon another"};
    if (!window.name.empty() && windows_ != nullptr)
        for (const Window& definition : *windows_)
            if (sqlite::EqualNames(definition.name, window.name)) return WindowText(definition);
    if (!window.name.empty()) throw Refused{"no such window: " + window.name};
    return WindowText(window);
}

std::string Translator::WindowText(const Window& window) {
    if (!window.base.empty()) throw Refused{"a window built upon another"};
    std::string text;
    for (const ExpressionPtr& entry : window.partition) {
        const Term term = AsValue(Translate(*entry));
        CheckEquality(term, "PARTITION BY");
        text += (text.empty() ? "PARTITION BY " : ", ") + term.text;
    }
    bool first = true;
    for (const OrderTerm& order : window.order) {
        const Term term = AsValue(Translate(*order.expression));
        text += (first ? (text.empty() ? "ORDER BY " : " ORDER BY ") : ", ") + OrderText(term, order);
        first = false;
    }
    if (!window.frame.empty()) {
        // Words and numbers mean the same; anything else would have to be translated.
        for (char c : window.frame)
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' '))
                throw Refused{"the window frame " + window.frame};
        text += (text.empty() ? "" : " ") + window.frame;
    }
    return "(" + text + ")";
}

}  // namespace pgsqlite::schema::sql
