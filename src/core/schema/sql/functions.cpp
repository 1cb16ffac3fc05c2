// Scalar functions: the dispatch, and those on numbers and on any type. Text, JSON, time, random and
// aggregate functions have files of their own. A function that no table names is not translated.
#include <algorithm>
#include <utility>

#include "core/schema/sql/translator.hpp"

namespace pgsqlite::schema::sql {

using PgKind = value::Kind;

std::vector<Term> Translator::Arguments(const Expression& call, std::size_t least, std::size_t most) {
    if (call.operands.size() < least || call.operands.size() > most || call.star)
        throw Refused{"function " + call.text + "() with " + std::to_string(call.operands.size()) +
                      " arguments"};
    std::vector<Term> terms;
    for (const ExpressionPtr& operand : call.operands)
        terms.push_back(AsValue(Translate(*operand)));
    return terms;
}

Term Translator::Function(const Expression& call) {
    const std::string name = LowerAscii(call.text);
    Term term;
    if (AggregateFunction(name, call, term)) return term;
    if (call.over || call.filter || call.distinct || call.star || !call.order.empty())
        throw Refused{"function " + name + "() as an aggregate or window function"};
    if (name == "coalesce" || name == "ifnull") {
        std::vector<Term> terms = Arguments(call, 2, name == "ifnull" ? 2 : 100);
        const PgKind kind = Unify(terms);
        std::string text;
        for (const Term& argument : terms) {
            text += (text.empty() ? "" : ", ") + argument.text;
            term.not_null = term.not_null || (argument.not_null && !argument.null);
        }
        const bool not_null = term.not_null;
        term = Term::Of("COALESCE(" + text + ")", kind);
        term.not_null = not_null;
        term.collation = terms[0].collation;
        int scale = 0;
        for (const Term& argument : terms)
            scale = argument.null                     ? scale
                    : argument.scale < 0 || scale < 0 ? -1
                                                      : std::max(scale, argument.scale);
        term.scale = scale;
        return term;
    }
    if (name == "nullif") {
        std::vector<Term> terms = Arguments(call, 2, 2);
        const Term equal = Compare("=", terms[0], terms[1]);
        term =
            Term::Of("CASE WHEN " + equal.text + " THEN NULL ELSE " + terms[0].text + " END", terms[0].kind);
        term.scale = terms[0].scale;
        return term;
    }
    if (name == "iif" || name == "if") {
        if (call.operands.size() < 2 || call.operands.size() > 3)
            throw Refused{"iif() of more than one condition"};
        const Term condition = Condition(*call.operands[0]);
        std::vector<Term> terms;
        for (std::size_t i = 1; i < call.operands.size(); ++i)
            terms.push_back(Translate(*call.operands[i]));
        const PgKind kind = Unify(terms);
        term = Term::Of("CASE WHEN " + condition.text + " THEN " + terms[0].text +
                            (terms.size() > 1 ? " ELSE " + terms[1].text : "") + " END",
                        kind);
        term.not_null = terms.size() > 1 && terms[0].not_null && terms[1].not_null;
        return term;
    }
    if (name == "min" || name == "max") return Extreme(call, name == "min");
    if (name == "abs" || name == "sign" || name == "ceil" || name == "ceiling" || name == "floor" ||
        name == "trunc") {
        Term x = AsNumber(Arguments(call, 1, 1)[0]);
        if (x.null) return x;
        if (x.IsInteger() && name != "abs" && name != "sign") return x;
        std::string operand = x.Operand();
        if (x.IsInteger()) operand += x.kind == PgKind::kInt8 ? "" : "::bigint";
        if (x.literal && x.kind == PgKind::kFloat8) operand += "::double precision";
        const PgKind kind = x.IsInteger() ? PgKind::kInt8 : x.kind;
        if (name == "sign") {
            term = Term::Of("sign(" + operand + ")::int", PgKind::kInt4);
        } else {
            term = Term::Of((name == "ceiling" ? "ceil" : name) + "(" + operand + ")", kind);
            term.scale = x.scale;
        }
        term.not_null = x.not_null;
        return term;
    }
    if (name == "round") return Round(call);
    if (name == "typeof") return TypeOf(call);
    if (name == "likely" || name == "unlikely" || name == "likelihood") return Arguments(call, 1, 2)[0];
    if (TextFunction(name, call, term) || RandomFunction(name, call, term) ||
        TimeFunction(name, call, term) || JsonFunction(name, call, term))
        return term;
    throw Refused{"function " + name + "() has no equivalent"};
}

/// min(a, b, …) and max(a, b, …), which are NULL when any argument is; least() and greatest() leave NULLs
/// out.
Term Translator::Extreme(const Expression& call, bool least) {
    std::vector<Term> terms = Arguments(call, 2, 100);
    PgKind kind = Unify(terms);
    if (kind == PgKind::kBoolean) {
        for (Term& term : terms)
            term = AsNumber(std::move(term));
        kind = PgKind::kInt4;
    }
    CheckEquality(terms[0], least ? "min()" : "max()");
    if (!terms[0].collation.empty()) throw Refused{"min() or max() under collation " + terms[0].collation};
    std::string list, nulls;
    for (const Term& term : terms) {
        list += (list.empty() ? "" : ", ") + (term.IsText() ? Collated(term, "", true) : term.text);
        if (!term.not_null) nulls += (nulls.empty() ? "" : " OR ") + term.Operand() + " IS NULL";
    }
    const std::string text = (least ? "LEAST(" : "GREATEST(") + list + ")";
    Term term =
        Term::Of(nulls.empty() ? text : "CASE WHEN " + nulls + " THEN NULL ELSE " + text + " END", kind);
    term.not_null = nulls.empty();
    return term;
}

Term Translator::Round(const Expression& call) {
    Term x = AsNumber(Arguments(call, 1, 2)[0]);
    long long digits = 0;
    if (call.operands.size() == 2) {
        const auto literal = IntegerOf(*call.operands[1]);
        if (!literal || *literal > 30) throw Refused{"round() to a number of digits that is not a constant"};
        digits = *literal < 0 ? 0 : *literal;
    }
    if (x.null) return x;
    Term term;
    if (x.IsInteger()) {
        term = Term::Of(x.Operand() + "::double precision", PgKind::kFloat8);
    } else {
        Note("round() of a value half-way between two results may differ in the last digit");
        const bool real = x.kind == PgKind::kFloat8 && !x.literal;
        term =
            Term::Of("round(" + x.Operand() + (real ? "::numeric" : "") + ", " + std::to_string(digits) + ")",
                     PgKind::kNumeric);
        if (x.kind == PgKind::kFloat8) {
            term.text += "::double precision";
            term.kind = PgKind::kFloat8;
        } else {
            term.scale = static_cast<int>(digits);
        }
    }
    term.not_null = x.not_null;
    return term;
}

Term Translator::TypeOf(const Expression& call) {
    const Term x = Arguments(call, 1, 1)[0];
    const char* name = nullptr;
    if (x.IsInteger() || x.IsBoolean())
        name = "integer";
    else if (x.kind == PgKind::kFloat8 && (!x.has_affinity || x.affinity == Affinity::kReal))
        name = "real";
    else if (x.IsText() && (!x.has_affinity || x.affinity == Affinity::kText))
        name = "text";
    else if (x.kind == PgKind::kBytea && x.affinity == Affinity::kBlob)
        name = "blob";
    if (x.null) return Term::String("null");
    if (name == nullptr) throw Refused{"typeof() of a value of type " + TypeName(x.kind)};
    if (x.not_null) return Term::String(name);
    Term term =
        Term::Of("CASE WHEN " + x.Operand() + " IS NULL THEN 'null' ELSE '" + name + "' END", PgKind::kText);
    term.not_null = true;
    return term;
}

// ---------------------------------------------------------------------------------------------------- JSON

/// '$.a.b[0]' as {a,b,0}, for #> and #>>.
std::optional<std::string> JsonPathOf(std::string_view path) {
    if (path.empty() || path.front() != '$') return std::nullopt;
    std::string steps;
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    for (std::size_t i = 1; i < path.size();) {
        const bool index = path[i] == '[';
        if (!index && path[i] != '.') return std::nullopt;
        const std::size_t begin = ++i;
        while (i < path.size() && (index ? path[i] >= '0' && path[i] <= '9' : plain(path[i])))
            ++i;
        if (i == begin) return std::nullopt;
        const std::string step(path.substr(begin, i - begin));
        // PostgreSQL would read a number as an array's index, and NULL as no element.
        if (!index && step.find_first_not_of("0123456789") == std::string::npos) return std::nullopt;
        if (index && (i >= path.size() || path[i++] != ']')) return std::nullopt;
        steps += (steps.empty() ? "" : ",") + (LowerAscii(step) == "null" ? "\"" + step + "\"" : step);
    }
    return "'{" + steps + "}'";
}

Term Translator::JsonPath(const Expression& value, const Expression& path, bool as_json) {
    const Term document = Translate(value);
    if (document.kind != PgKind::kJson && document.kind != PgKind::kJsonb)
        throw Refused{"a JSON path into a value of type " + TypeName(document.kind)};
    std::optional<std::string> steps;
    if (const auto index = IntegerOf(path)) {
        if (*index >= 0) steps = "'{" + std::to_string(*index) + "}'";
    } else if (path.kind == Expression::Kind::kString) {
        steps = path.text.rfind("$", 0) == 0 ? JsonPathOf(path.text) : JsonPathOf("$." + path.text);
    }
    if (!steps) throw Refused{"a JSON path that is more than members and indexes"};
    const std::string operand = document.Operand();
    if (as_json) return Term::Of(operand + " #> " + *steps, document.kind, true);
    Note("a value out of JSON is text in PostgreSQL; SQLite gives numbers, and 1 or 0 for true or false");
    return Term::Of(operand + " #>> " + *steps, PgKind::kText, true);
}

bool Translator::JsonFunction(const std::string& name, const Expression& call, Term& result) {
    if (name == "json_extract" && call.operands.size() == 2) {
        result = JsonPath(*call.operands[0], *call.operands[1], false);
        return true;
    }
    if (name == "json_valid" && call.operands.size() == 1) {
        const Term x = Translate(*call.operands[0]);
        if (x.kind != PgKind::kJson && x.kind != PgKind::kJsonb)
            throw Refused{"json_valid() of a value of type " + TypeName(x.kind)};
        Note("json_valid() is guaranteed by the type " + TypeName(x.kind));
        if (!x.not_null) Note("json_valid(NULL) is NULL, as in SQLite from 3.45 on; it was 0 before");
        guaranteed_ = true;
        result = Term::Truth(x.not_null ? "TRUE" : "CASE WHEN " + x.Operand() + " IS NOT NULL THEN TRUE END",
                             false);
        result.not_null = x.not_null;
        return true;
    }
    if (name == "json_array_length" && call.operands.size() == 1) {
        const Term x = Translate(*call.operands[0]);
        if (x.kind != PgKind::kJson && x.kind != PgKind::kJsonb)
            throw Refused{"json_array_length() of a value of type " + TypeName(x.kind)};
        const std::string prefix = TypeName(x.kind);
        result = Term::Of("CASE WHEN " + prefix + "_typeof(" + x.text + ") = 'array' THEN " + prefix +
                              "_array_length(" + x.text + ") WHEN " + x.Operand() + " IS NOT NULL THEN 0 END",
                          PgKind::kInt4);
        return true;
    }
    return false;
}

}  // namespace pgsqlite::schema::sql
