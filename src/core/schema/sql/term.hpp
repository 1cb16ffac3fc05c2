// Term: a translated expression and what is known of its type, and the conversions between terms. Internal to
// the translation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/schema/declared_type.hpp"
#include "core/schema/sql/translate.hpp"

namespace pgsqlite::schema::sql {

/// Thrown inside the translation: why there is none.
struct Refused {
    std::string reason;
};

struct Term {
    std::string text;
    value::Kind kind = value::Kind::kText;
    bool null = false;      ///< the literal NULL, of any type
    bool compound = false;  ///< needs parentheses as an operand
    /// A condition: SQLite's value of it is 0 or 1. A column of type boolean is none.
    bool truth = false;
    bool literal = false;       ///< number, string or blob; value holds it
    std::string value;          ///< contents of a literal
    bool has_affinity = false;  ///< a column or CAST
    Affinity affinity = Affinity::kBlob;
    std::string collation;  ///< of a column or COLLATE; empty: none
    bool collate = false;   ///< explicit COLLATE
    bool not_null = false;
    int scale = -1;  ///< at most so many digits behind the point (int and numeric); -1: not known
    const ColumnTarget* column = nullptr;
    /// The same moment or number in a better type than SQLite's text: what datetime('now') and strftime('%s')
    /// give to a column of such a type.
    std::string alternative;
    value::Kind alternative_kind = value::Kind::kText;

    static Term Of(std::string text, value::Kind kind, bool compound = false);
    static Term Truth(std::string text, bool compound = true);
    static Term Null();
    static Term String(std::string contents);

    /// The text, in parentheses where it needs them as an operand.
    std::string Operand() const { return compound ? "(" + text + ")" : text; }
    bool IsNumber() const noexcept;
    bool IsInteger() const noexcept;
    bool IsText() const noexcept { return kind == value::Kind::kText && !null; }
    bool IsTemporal() const noexcept { return value::IsTemporal(kind) && !null; }
    bool IsBoolean() const noexcept { return kind == value::Kind::kBoolean && !null; }
};

/// PostgreSQL's name of a kind, for casts and reasons.
std::string TypeName(value::Kind kind);
/// Whether a column of that type takes this text, as a cell.
bool TextFits(std::string_view text, const MappedType& type);
bool TextFits(std::string_view text, value::Kind kind);

/// As a number: boolean becomes int, a string literal that is a number becomes it. @throws Refused
Term AsNumber(Term term);
/// As SQLite's text of it, where PostgreSQL writes the same. @throws Refused
Term AsText(Term term);
/// As the value in a result: a condition becomes 0 or 1.
Term AsValue(Term term);
/// As a condition: a number counts by <> 0. @throws Refused
Term AsTruth(Term term);
/// Brings terms that stand for one value (CASE, coalesce, compound SELECT) to one type, conditions to
/// integers.
/// @throws Refused
value::Kind Unify(std::vector<Term>& terms);

}  // namespace pgsqlite::schema::sql
