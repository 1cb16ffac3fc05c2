#include "core/schema/sql/term.hpp"

#include <algorithm>
#include <utility>

#include "core/base/scratch.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::schema::sql {

using value::Kind;

Term Term::Of(std::string text, Kind kind, bool compound) {
    Term term;
    term.text = std::move(text);
    term.kind = kind;
    term.compound = compound;
    return term;
}

Term Term::Truth(std::string text, bool compound) {
    Term term = Of(std::move(text), Kind::kBoolean, compound);
    term.truth = true;
    return term;
}

Term Term::Null() {
    Term term = Of("NULL", Kind::kText);
    term.null = true;
    return term;
}

Term Term::String(std::string contents) {
    if (contents.find('\0') != std::string::npos) throw Refused{"a string holds a NUL character"};
    Term term = Of(QuotePgLiteral(contents), Kind::kText);
    term.literal = true;
    term.not_null = true;
    term.value = std::move(contents);
    return term;
}

bool Term::IsInteger() const noexcept {
    return !null && (kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8);
}

bool Term::IsNumber() const noexcept {
    return IsInteger() ||
           (!null && (kind == Kind::kFloat8 || kind == Kind::kFloat4 || kind == Kind::kNumeric));
}

std::string TypeName(Kind kind) {
    switch (kind) {
        case Kind::kInput:
            return "a type of its own";
        case Kind::kArray:
            return "an array";
        default:
            return PlainType(kind).sql;
    }
}

bool TextFits(std::string_view text, const MappedType& type) {
    Scratch scratch;
    value::Value value;
    const bool fits = type.kind != Kind::kArray &&
                      value::Convert(type.ToRule(), value::Cell::Text(text), scratch, value).ok();
    scratch.Verify();
    return fits;
}

bool TextFits(std::string_view text, Kind kind) {
    return TextFits(text, PlainType(kind));
}

Term AsNumber(Term term) {
    if (term.null || term.IsNumber()) return term;
    if (term.IsBoolean()) {
        Term number = Term::Of(term.Operand() + "::int", Kind::kInt4);
        number.not_null = term.not_null;
        number.scale = 0;
        return number;
    }
    if (!term.alternative.empty() && term.alternative_kind == Kind::kInt8)
        return Term::Of(term.alternative, Kind::kInt8);
    throw Refused{"arithmetic on " + TypeName(term.kind)};
}

Term AsText(Term term) {
    if (term.null || term.IsText()) return term;
    if (term.literal && term.kind != Kind::kFloat8 && term.IsNumber()) return Term::String(term.value);
    if (term.IsBoolean()) term = AsNumber(std::move(term));
    if (term.IsInteger()) {
        Term text = Term::Of(term.Operand() + "::text", Kind::kText);
        text.not_null = term.not_null;
        return text;
    }
    throw Refused{"text of a value of type " + TypeName(term.kind) + ", which PostgreSQL writes differently"};
}

Term AsValue(Term term) {
    return term.truth ? AsNumber(std::move(term)) : term;
}

Term AsTruth(Term term) {
    if (term.IsBoolean()) return term;
    if (term.null) return Term::Truth("NULL::boolean", false);
    if (term.literal && term.IsInteger()) return Term::Truth(term.value == "0" ? "FALSE" : "TRUE", false);
    if (!term.IsNumber()) throw Refused{"a value of type " + TypeName(term.kind) + " used as a condition"};
    Term truth = Term::Truth(term.Operand() + " <> 0");
    truth.not_null = term.not_null;
    return truth;
}

namespace {

/// Rank of number types: the higher one holds the lower.
int Rank(const Term& term) noexcept {
    switch (term.kind) {
        case Kind::kFloat4:
        case Kind::kFloat8:
            return 3;
        case Kind::kNumeric:
            return 2;
        default:
            return 1;
    }
}

bool IsZeroOrOne(const Term& term) noexcept {
    return term.literal && term.IsInteger() && (term.value == "0" || term.value == "1");
}

Kind UnifyNumbers(std::vector<Term>& terms) {
    int rank = 0;
    bool boolean = true;
    for (const Term& term : terms) {
        if (term.null) continue;
        boolean = boolean && (term.IsBoolean() || IsZeroOrOne(term));
        if (term.IsNumber()) rank = std::max(rank, Rank(term));
    }
    const bool columns = std::any_of(terms.begin(), terms.end(), [](const Term& t) { return t.IsBoolean(); });
    if (boolean && columns) {
        for (Term& term : terms)
            if (IsZeroOrOne(term)) term = Term::Of(term.value == "1" ? "TRUE" : "FALSE", Kind::kBoolean);
        return Kind::kBoolean;
    }
    for (Term& term : terms)
        if (term.IsBoolean()) term = AsNumber(std::move(term));
    rank = std::max(rank, 1);
    return rank == 3 ? Kind::kFloat8 : rank == 2 ? Kind::kNumeric : Kind::kInt8;
}

}  // namespace

Kind Unify(std::vector<Term>& terms) {
    const Term* typed = nullptr;
    for (Term& term : terms) {
        term = AsValue(std::move(term));
        if (!term.null && (typed == nullptr || (typed->literal && typed->IsText()))) typed = &term;
    }
    if (typed == nullptr) return Kind::kText;
    if (typed->IsNumber() || typed->IsBoolean()) {
        for (const Term& term : terms)
            if (!term.null && !term.IsNumber() && !term.IsBoolean())
                throw Refused{"values of several types: " + TypeName(typed->kind) + " and " +
                              TypeName(term.kind)};
        return UnifyNumbers(terms);
    }
    const Kind kind = typed->kind;
    for (Term& term : terms) {
        if (term.null || term.kind == kind) continue;
        if (term.literal && term.IsText() && (value::IsTemporal(kind) || kind == Kind::kUuid) &&
            TextFits(term.value, kind)) {
            term = Term::Of(term.text + "::" + TypeName(kind), kind);
            continue;
        }
        if (!term.alternative.empty() && term.alternative_kind == kind) {
            term = Term::Of(term.alternative, kind);
            continue;
        }
        throw Refused{"values of several types: " + TypeName(kind) + " and " + TypeName(term.kind)};
    }
    if (kind == Kind::kInput || kind == Kind::kArray) {
        for (const Term& term : terms)
            if (!term.null && term.column == nullptr) throw Refused{"values of " + TypeName(kind)};
    }
    return kind;
}

}  // namespace pgsqlite::schema::sql
