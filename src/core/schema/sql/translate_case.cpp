// CASE and CAST.
#include <algorithm>
#include <utility>

#include "core/schema/sql/translator.hpp"

namespace pgsqlite::schema::sql {

using PgKind = value::Kind;

Term Translator::Case(const Expression& e) {
    std::size_t at = 0;
    std::optional<Term> base;
    if (e.has_base) base = Translate(*e.operands[at++]);
    std::vector<std::string> conditions;
    std::vector<Term> results;
    for (; at + 1 < e.operands.size(); at += 2) {
        Term condition = base ? Compare("=", *base, Translate(*e.operands[at])) : Condition(*e.operands[at]);
        conditions.push_back(condition.text);
        results.push_back(Translate(*e.operands[at + 1]));
    }
    if (e.has_else) results.push_back(Translate(*e.operands.back()));
    const PgKind kind = Unify(results);
    std::string text = "CASE";
    for (std::size_t i = 0; i < conditions.size(); ++i)
        text += " WHEN " + conditions[i] + " THEN " + results[i].text;
    if (e.has_else) text += " ELSE " + results.back().text;
    Term term = Term::Of(text + " END", kind);
    term.scale = results[0].scale;
    term.not_null = e.has_else;
    for (const Term& result : results) {
        term.not_null = term.not_null && result.not_null && !result.null;
        term.scale = std::min(term.scale, result.scale) < 0 ? -1 : std::max(term.scale, result.scale);
    }
    return term;
}

Term Translator::Cast(const Expression& e) {
    Term operand = AsValue(Translate(*e.operands[0]));
    const Affinity affinity = AffinityOf(e.text);
    Term term;
    const auto finish = [&](std::string text, PgKind kind, bool compound) {
        term = Term::Of(std::move(text), kind, compound);
        term.has_affinity = true;
        term.affinity = affinity;
        term.not_null = operand.not_null;
        if (term.IsInteger()) term.scale = 0;
        return term;
    };
    if (operand.null) return operand;
    switch (affinity) {
        case Affinity::kText:
            operand = AsText(std::move(operand));
            return finish(operand.text, PgKind::kText, operand.compound);
        case Affinity::kInteger:
        case Affinity::kNumeric:
            if (operand.IsText() && !operand.alternative.empty() && operand.alternative_kind == PgKind::kInt8)
                return finish(operand.alternative, PgKind::kInt8, false);
            if (operand.literal && operand.IsText() && TextFits(operand.value, PgKind::kInt8))
                return finish(operand.text + "::bigint", PgKind::kInt8, false);
            if (operand.IsBoolean() || operand.IsInteger()) {
                operand = AsNumber(std::move(operand));
                return finish(operand.text, operand.kind, operand.compound);
            }
            if (affinity == Affinity::kNumeric && operand.kind == PgKind::kNumeric)
                return finish(operand.text, operand.kind, operand.compound);
            if (affinity == Affinity::kInteger && operand.IsNumber()) {
                Note("a number beyond 64 bits is an error in CAST; SQLite takes the nearest integer");
                const bool literal = operand.literal && operand.kind == PgKind::kFloat8;
                return finish(
                    "trunc(" + operand.Operand() + (literal ? "::double precision" : "") + ")::bigint",
                    PgKind::kInt8, false);
            }
            break;
        case Affinity::kReal:
            if (operand.IsBoolean()) operand = AsNumber(std::move(operand));
            if (operand.IsNumber())
                return finish(operand.Operand() + "::double precision", PgKind::kFloat8, false);
            break;
        case Affinity::kBlob:
            if (operand.kind == PgKind::kBytea) return finish(operand.text, PgKind::kBytea, operand.compound);
            if (operand.IsText()) {
                RequireVolatileAllowed("CAST of text AS BLOB");
                return finish("convert_to(" + operand.text + ", 'UTF8')", PgKind::kBytea, false);
            }
            break;
    }
    throw Refused{"CAST of a value of type " + TypeName(operand.kind) + " AS " + e.text};
}

}  // namespace pgsqlite::schema::sql
