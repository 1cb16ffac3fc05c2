// Comparisons under SQLite's rules of affinity and collation: =, <, IS, BETWEEN, IN, LIKE, GLOB, IS NULL.
//
// Text: SQLite compares bytes, so what orders text gets COLLATE "C"; NOCASE folds ASCII letters only, which
// is what lower(x COLLATE "C") does, and ILIKE under "C".
#include <algorithm>
#include <utility>

#include "core/schema/sql/translator.hpp"

namespace pgsqlite::schema::sql {

using ExpressionKind = Expression::Kind;
using PgKind = value::Kind;

namespace {

constexpr const char* kAsInstant =
    "dates and times are compared as such; SQLite compares the texts as written";

bool IsNumeric(Affinity affinity) noexcept {
    return affinity == Affinity::kNumeric || affinity == Affinity::kInteger || affinity == Affinity::kReal;
}

bool HasTime(std::string_view text) noexcept {
    return text.find(':') != std::string_view::npos;
}

}  // namespace

std::string Translator::Collated(const Term& term, std::string_view collation, bool ordered) const {
    if (!term.IsText()) return term.Operand();
    if (collation.empty() || collation == "binary")
        return ordered ? term.Operand() + " COLLATE \"C\"" : term.Operand();
    if (collation == "nocase") {
        if (term.literal) return QuotePgLiteral(LowerAscii(term.value)) + (ordered ? " COLLATE \"C\"" : "");
        return "lower(" + term.Operand() + " COLLATE \"C\")";
    }
    if (collation == "rtrim") return "rtrim(" + term.text + ", ' ')" + (ordered ? " COLLATE \"C\"" : "");
    throw Refused{"collation " + std::string(collation) + ", which the application defines"};
}

/// One side is a date or time, the other a text: the text as that type, where that is the same.
bool Translator::AlignTemporal(Term& temporal, Term& text) {
    const std::string type = TypeName(temporal.kind);
    if (text.literal) {
        if (temporal.kind == PgKind::kTimetz || !TextFits(text.value, temporal.kind)) return false;
        if (temporal.kind == PgKind::kDate && HasTime(text.value)) return false;
        std::string literal = text.value;
        if (temporal.kind == PgKind::kTimestamptz && literal.find_first_of("Z+") == std::string::npos) {
            literal += "+00";
            Note("times without a zone are read in UTC");
        }
        Note(kAsInstant);
        text = Term::Of(QuotePgLiteral(literal) + "::" + type, temporal.kind);
        text.not_null = true;
        return true;
    }
    if (text.alternative.empty()) return false;
    const PgKind other = text.alternative_kind;
    std::string moment = text.alternative;
    if (temporal.kind == PgKind::kTimestamptz && other == PgKind::kTimestamp)
        moment = "(" + moment + ") AT TIME ZONE 'UTC'";
    else if (temporal.kind != other && !(temporal.kind == PgKind::kTimestamp && other == PgKind::kDate) &&
             !(temporal.kind == PgKind::kDate && other == PgKind::kTimestamp))
        return false;
    Note(kAsInstant);
    if (temporal.kind != other && temporal.kind != PgKind::kTimestamptz &&
        (use_ == Use::kGenerated || use_ == Use::kIndex))
        temporal = Term::Of(temporal.Operand() + "::timestamp", PgKind::kTimestamp);
    text = Term::Of(moment, temporal.kind, true);
    return true;
}

/// Brings both sides of a comparison to types that PostgreSQL compares as SQLite would. @throws Refused
void Translator::Align(Term& left, Term& right) {
    if (left.null || right.null) return;
    if (left.IsBoolean() && right.IsBoolean()) return;
    const auto number_and_text = [&](Term& number, Term& text) {
        // NUMERIC affinity of the column is applied to the text.
        if (text.literal && number.has_affinity && IsNumeric(number.affinity) && number.column != nullptr &&
            TextFits(text.value, PgKind::kNumeric) && !text.value.empty()) {
            text.kind = number.IsInteger() || number.IsBoolean() ? PgKind::kInt8 : PgKind::kNumeric;
            if (text.kind == PgKind::kInt8 && !TextFits(text.value, PgKind::kInt8)) return false;
            text.text += "::" + TypeName(text.kind);
            if (number.IsBoolean()) number = AsNumber(std::move(number));
            return true;
        }
        // TEXT affinity of the column is applied to the number.
        if (number.literal && number.IsInteger() && text.has_affinity && text.affinity == Affinity::kText) {
            number = Term::String(number.value);
            return true;
        }
        if (!text.alternative.empty() && text.alternative_kind == PgKind::kInt8 && number.has_affinity &&
            IsNumeric(number.affinity)) {
            text = Term::Of(text.alternative, PgKind::kInt8);
            return true;
        }
        return false;
    };
    if ((left.IsBoolean() || left.IsNumber()) && (right.IsBoolean() || right.IsNumber())) {
        left = AsNumber(std::move(left));
        right = AsNumber(std::move(right));
        const auto real = [](const Term& t) { return t.kind == PgKind::kFloat8 && !t.literal; };
        if ((real(left) && right.kind == PgKind::kInt8 && !right.literal) ||
            (real(right) && left.kind == PgKind::kInt8 && !left.literal))
            Note("integers beyond 2^53 are compared with floating point numbers inexactly");
        return;
    }
    const auto is_number = [](const Term& t) { return t.IsNumber() || t.IsBoolean(); };
    if (left.IsText() && right.IsText()) return;
    if (is_number(left) && right.IsText() && number_and_text(left, right)) return;
    if (is_number(right) && left.IsText() && number_and_text(right, left)) return;
    if (left.IsTemporal() && right.IsText() && AlignTemporal(left, right)) return;
    if (right.IsTemporal() && left.IsText() && AlignTemporal(right, left)) return;
    const auto uuid = [&](Term& id, Term& text) {
        if (id.kind != PgKind::kUuid || !text.IsText() || !text.literal ||
            !TextFits(text.value, PgKind::kUuid))
            return false;
        Note("UUIDs are compared by value; SQLite compares the texts as written");
        text = Term::Of(text.text + "::uuid", PgKind::kUuid);
        return true;
    };
    if (uuid(left, right) || uuid(right, left)) return;
    const bool comparable = left.kind == PgKind::kBytea || left.kind == PgKind::kUuid || left.IsTemporal();
    if (left.kind == right.kind && comparable) return;
    throw Refused{"a comparison of " + TypeName(left.kind) + " with " + TypeName(right.kind)};
}

Term Translator::Compare(const std::string& op, Term left, Term right) {
    const bool is = op == "IS" || op == "IS NOT";
    if (is && right.null) {
        Term term = Term::Truth(left.Operand() + " " + op + " NULL");
        term.not_null = true;
        return term;
    }
    // boolean = 1 is the column itself.
    for (Term* side : {&left, &right}) {
        const Term& other = side == &left ? right : left;
        if (other.IsBoolean() && side->literal && side->IsInteger() && (op == "=" || op == "<>") &&
            (side->value == "0" || side->value == "1")) {
            const bool positive = (side->value == "1") == (op == "=");
            Term term = other;
            term.truth = true;
            if (!positive) term = Term::Truth("NOT " + other.Operand());
            term.not_null = other.not_null;
            term.column = nullptr;
            term.has_affinity = false;
            return term;
        }
    }
    const std::string collation = left.collate                                        ? left.collation
                                  : right.collate                                     ? right.collation
                                  : !left.collation.empty() || left.column != nullptr ? left.collation
                                                                                      : right.collation;
    Align(left, right);
    const bool ordered = op.front() == '<' ? op != "<>" : op.front() == '>';
    std::string left_text = Collated(left, collation, ordered);
    const bool nocase = collation == "nocase" || collation == "rtrim";
    const std::string right_text = nocase ? Collated(right, collation, ordered) : right.Operand();
    const std::string pg = op == "IS" ? "IS NOT DISTINCT FROM" : op == "IS NOT" ? "IS DISTINCT FROM" : op;
    Term term = Term::Truth(left_text + " " + pg + " " + right_text);
    term.not_null = is || (left.not_null && right.not_null);
    return term;
}

Term Translator::Between(const Expression& e) {
    const Term value = Translate(*e.operands[0]);
    const Term low = Compare(">=", value, Translate(*e.operands[1]));
    const Term high = Compare("<=", value, Translate(*e.operands[2]));
    Term term = Term::Truth(low.Operand() + " AND " + high.Operand());
    if (e.negated) term.text = "NOT (" + term.text + ")";
    term.not_null = low.not_null && high.not_null;
    return term;
}

Term Translator::In(const Expression& e) {
    if (e.in_table) throw Refused{"IN with a table instead of a list"};
    const std::string in = e.negated ? " NOT IN (" : " IN (";
    if (e.select) {
        if (use_ != Use::kView) throw Refused{"a subquery"};
        Term value = AsValue(Translate(*e.operands[0]));
        const bool aggregates = std::exchange(aggregates_, false);
        const bool had = has_aggregate_;
        Output output = TranslateSelect(*e.select, {});
        aggregates_ = aggregates;
        has_aggregate_ = had;
        if (output.columns.size() != 1) throw Refused{"IN with a subquery of several columns"};
        Term other = Term::Of("x", output.columns[0].type.kind);
        const std::string before = value.text;
        Align(value, other);
        if (value.text != before || other.text != "x" || value.null ||
            (value.IsText() && !value.collation.empty()))
            throw Refused{"IN with a subquery of another type or collation"};
        return Term::Truth(value.Operand() + in + output.text + ")");
    }
    if (e.operands.size() == 1) return Term::Truth(e.negated ? "TRUE" : "FALSE", false);
    std::vector<const Expression*> entries;
    for (std::size_t i = 1; i < e.operands.size(); ++i)
        entries.push_back(e.operands[i].get());
    if (auto test = TypeTest(e.negated ? "<>" : "=", *e.operands[0], entries)) return *test;
    const Term value = AsValue(Translate(*e.operands[0]));
    bool all_bits = value.IsBoolean(), zero = false, one = false;
    std::string left_text, list;
    bool not_null = value.not_null;
    for (const Expression* entry : entries) {
        Term left = value;
        Term right = AsValue(Translate(*entry));
        all_bits = all_bits && right.literal && (right.value == "0" || right.value == "1");
        zero |= right.literal && right.value == "0";
        one |= right.literal && right.value == "1";
        not_null = not_null && right.not_null;
        Align(left, right);
        const bool folded = value.collation == "nocase" || value.collation == "rtrim";
        const std::string text = Collated(left, value.collation, false);
        if (!left_text.empty() && text != left_text) throw Refused{"IN with a list of several types"};
        left_text = text;
        list += (list.empty() ? "" : ", ") + (folded ? Collated(right, value.collation, false) : right.text);
    }
    if (all_bits && zero && one && !e.negated) {
        Note("guaranteed by the type boolean");
        guaranteed_ = true;
    }
    Term term = Term::Truth(left_text + in + list + ")");
    term.not_null = not_null;
    return term;
}

Term Translator::IsNull(const Expression& e) {
    // -> gives NULL where ->> does, but for JSON's own null, so look at the value itself.
    Term operand = e.operands[0]->kind == ExpressionKind::kBinary && e.operands[0]->text == "->"
                       ? JsonPath(*e.operands[0]->operands[0], *e.operands[0]->operands[1], true)
                       : Translate(*e.operands[0]);
    Term term = Term::Truth(operand.Operand() + (e.negated ? " IS NOT NULL" : " IS NULL"));
    term.not_null = true;
    return term;
}

Term Translator::Like(const Expression& e) {
    if (e.text != "LIKE") throw Refused{e.text + ", which the application defines"};
    Term value = AsText(AsValue(Translate(*e.operands[0])));
    Term pattern = AsText(AsValue(Translate(*e.operands[1])));
    if (value.null || pattern.null) return Term::Truth("NULL::boolean", false);
    std::string escape;
    if (e.operands.size() == 3) {
        const Term character = Translate(*e.operands[2]);
        if (!character.literal || !character.IsText() || character.value.size() != 1 || !pattern.literal ||
            (!pattern.value.empty() && pattern.value.back() == character.value[0]) ||
            character.value == "%" || character.value == "_")
            throw Refused{"LIKE … ESCAPE with other than constants"};
        escape = " ESCAPE " + QuotePgLiteral(character.value);
    } else if (!pattern.literal || pattern.value.find('\\') != std::string::npos) {
        escape = " ESCAPE ''";  // SQLite has no escape character by default
    }
    Term term = Term::Truth(value.Operand() + " COLLATE \"C\" " + (e.negated ? "NOT ILIKE " : "ILIKE ") +
                            pattern.Operand() + escape);
    term.not_null = value.not_null && pattern.not_null;
    return term;
}

namespace {

/// A GLOB pattern as a regular expression of PostgreSQL; nullopt for an unclosed bracket, which matches
/// nothing.
std::optional<std::string> GlobToRegex(std::string_view glob) {
    const auto literal = [](std::string& out, char c) {
        if (std::string_view("\\^$.|?*+()[]{}-").find(c) != std::string_view::npos) out += '\\';
        out += c;
    };
    std::string regex = "^";
    for (std::size_t i = 0; i < glob.size(); ++i) {
        const char c = glob[i];
        if (c == '*') {
            if (regex.size() < 2 || regex.substr(regex.size() - 2) != ".*") regex += ".*";
        } else if (c == '?') {
            regex += '.';
        } else if (c != '[') {
            literal(regex, c);
        } else {
            std::string set = "[";
            if (++i < glob.size() && glob[i] == '^') {
                set += '^';
                ++i;
            }
            const std::size_t first = i;
            for (; i < glob.size() && (glob[i] != ']' || i == first); ++i) {
                // A multi-byte character or a reversed range would need more than its bytes.
                const bool range = glob[i] == '-' && i > first && i + 1 < glob.size() && glob[i + 1] != ']';
                if (range && (glob[i - 1] < 0 || glob[i + 1] < 0 || glob[i - 1] > glob[i + 1]))
                    return std::nullopt;
                if (range)
                    set += '-';
                else
                    literal(set, glob[i]);
            }
            if (i >= glob.size()) return std::nullopt;
            regex += set + "]";
        }
    }
    return regex + "$";
}

}  // namespace

Term Translator::Glob(const Expression& e) {
    Term value = AsText(AsValue(Translate(*e.operands[0])));
    const Term pattern = Translate(*e.operands[1]);
    if (!pattern.literal || !pattern.IsText() || e.operands.size() != 2)
        throw Refused{"GLOB with a pattern that is not a constant"};
    const auto regex = GlobToRegex(pattern.value);
    if (!regex) throw Refused{"the GLOB pattern " + pattern.text};
    Term term = Term::Truth(value.Operand() + " COLLATE \"C\" " + (e.negated ? "!~ " : "~ ") +
                            QuotePgLiteral(*regex));
    term.not_null = value.not_null;
    return term;
}

/// typeof(column) = 'text', or IN a list: what the column's type says of it. nullopt when it is something
/// else.
std::optional<Term> Translator::TypeTest(const std::string& op, const Expression& left,
                                         const std::vector<const Expression*>& classes) {
    if (left.kind != ExpressionKind::kFunction || LowerAscii(left.text) != "typeof" ||
        left.operands.size() != 1)
        return std::nullopt;
    const Term value = Translate(*left.operands[0]);
    if (value.column == nullptr) return std::nullopt;
    std::vector<std::string> wanted;
    for (const Expression* entry : classes) {
        if (entry->kind != ExpressionKind::kString &&
            !(entry->kind == ExpressionKind::kName && entry->quote == Expression::Quote::kDouble))
            return std::nullopt;
        wanted.push_back(entry->text);
    }
    const auto asks = [&](const char* name) {
        return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    };
    std::vector<const char*> possible;
    if (value.IsInteger() || value.IsBoolean())
        possible = {"integer"};
    else if (value.kind == PgKind::kFloat8 && value.affinity == Affinity::kReal)
        possible = {"real"};
    else if (value.IsNumber())
        possible = {"integer", "real"};
    else if (value.IsText() && value.affinity == Affinity::kText)
        possible = {"text"};
    else if (value.kind == PgKind::kBytea)
        possible = {"blob"};
    else if (value.kind == PgKind::kJson || value.kind == PgKind::kJsonb || value.kind == PgKind::kUuid)
        possible = {"text"};
    else if (value.IsTemporal())  // text, or a number under an encoding: the condition itself says which
        possible = {asks("integer") ? "integer" : asks("real") ? "real" : "text"};
    else
        throw Refused{"typeof() of a column that holds values of several classes"};
    const bool negated = op == "<>" || op == "IS NOT";
    const bool all = std::all_of(possible.begin(), possible.end(), asks);
    const bool any = std::any_of(possible.begin(), possible.end(), asks);
    if (all != any) throw Refused{"typeof() that tells integers from reals in one column"};
    std::string text;
    if (all && asks("null"))
        text = negated ? "FALSE" : "TRUE";
    else if (all)
        text = value.text + (negated ? " IS NULL" : " IS NOT NULL");
    else if (asks("null"))
        text = value.text + (negated ? " IS NOT NULL" : " IS NULL");
    else
        text = negated ? "TRUE" : "FALSE";
    if (!negated && !all && !asks("null"))
        throw Refused{"typeof() that no value of type " + TypeName(value.kind) + " has"};
    Note("typeof(" + value.column->source_name + ") is guaranteed by the type " + value.column->type.sql);
    if (all && !negated && (asks("null") || value.not_null)) guaranteed_ = true;
    Term term = Term::Truth(text, text.find(' ') != std::string::npos);
    term.not_null = true;
    return term;
}

}  // namespace pgsqlite::schema::sql
