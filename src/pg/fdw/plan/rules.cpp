#include "pg/fdw/plan/rules.hpp"

extern "C" {
#include "utils/fmgroids.h"
}

namespace pgsqlite::pg::fdw {
namespace {

constexpr Form kInt = Form::kInteger;
constexpr Form kTxt = Form::kText;
constexpr Form kBool = Form::kBoolean;

// Six comparisons of a type, or of two.
#define PG_SQLITE_COMPARE(prefix, verb_equal, verb_order, form)                                  \
    {prefix##EQ, verb_equal, form, kBool, "="}, {prefix##NE, verb_equal, form, kBool, "<>"},     \
        {prefix##LT, verb_order, form, kBool, "<"}, {prefix##LE, verb_order, form, kBool, "<="}, \
        {prefix##GT, verb_order, form, kBool, ">"}, {                                            \
        prefix##GE, verb_order, form, kBool, ">="                                                \
    }
#define PG_SQLITE_COMPARE_MOMENT(type, other)                                      \
    {F_##type##_EQ##other, Verb::kCompareMoment, Form::kMoment, kBool, "="},       \
        {F_##type##_LT##other, Verb::kCompareMoment, Form::kMoment, kBool, "<"},   \
        {F_##type##_LE##other, Verb::kCompareMoment, Form::kMoment, kBool, "<="},  \
        {F_##type##_GT##other, Verb::kCompareMoment, Form::kMoment, kBool, ">"}, { \
        F_##type##_GE##other, Verb::kCompareMoment, Form::kMoment, kBool, ">="     \
    }
#define PG_SQLITE_ARITHMETIC(type)                                                                          \
    {F_##type##PL, Verb::kArithmetic, kInt, kInt, "+"}, {F_##type##MI, Verb::kArithmetic, kInt, kInt, "-"}, \
        {F_##type##MUL, Verb::kArithmetic, kInt, kInt, "*"}, {                                              \
        F_##type##DIV, Verb::kDivide, kInt, kInt, "/"                                                       \
    }

const FunctionRule kRules[] = {
    // Integers of any width compare by value on both sides; SQLite compares an integer with a real exactly,
    // too.
    PG_SQLITE_COMPARE(F_INT2, Verb::kCompare, Verb::kOrder, kInt),
    PG_SQLITE_COMPARE(F_INT4, Verb::kCompare, Verb::kOrder, kInt),
    PG_SQLITE_COMPARE(F_INT8, Verb::kCompare, Verb::kOrder, kInt),
    PG_SQLITE_COMPARE(F_INT24, Verb::kCompare, Verb::kOrder, kInt),
    PG_SQLITE_COMPARE(F_INT42, Verb::kCompare, Verb::kOrder, kInt),
    PG_SQLITE_COMPARE(F_INT28, Verb::kCompare, Verb::kOrder, kInt),
    PG_SQLITE_COMPARE(F_INT82, Verb::kCompare, Verb::kOrder, kInt),
    PG_SQLITE_COMPARE(F_INT48, Verb::kCompare, Verb::kOrder, kInt),
    PG_SQLITE_COMPARE(F_INT84, Verb::kCompare, Verb::kOrder, kInt),

    // -0.0 equals 0.0 on both sides. SQLite stores no NaN, but a cell may hold the word, or Infinity's: it is
    // kept, but for STRICT tables, which have none. A NaN as parameter is bound as a blob, which sorts behind
    // all numbers as PostgreSQL's NaN does.
    PG_SQLITE_COMPARE(F_FLOAT8, Verb::kCompare, Verb::kOrder, Form::kReal),

    // Bytes decide equality under every deterministic collation, and the order under "C". The column's own
    // collation in SQLite (NOCASE, RTRIM) is overruled by COLLATE BINARY.
    {F_TEXTEQ, Verb::kCompare, kTxt, kBool, "="},
    {F_TEXTNE, Verb::kCompare, kTxt, kBool, "<>"},
    {F_TEXT_LT, Verb::kOrder, kTxt, kBool, "<"},
    {F_TEXT_LE, Verb::kOrder, kTxt, kBool, "<="},
    {F_TEXT_GT, Verb::kOrder, kTxt, kBool, ">"},
    {F_TEXT_GE, Verb::kOrder, kTxt, kBool, ">="},
    PG_SQLITE_COMPARE(F_BYTEA, Verb::kCompare, Verb::kOrder, Form::kBytes),
    {F_BOOLEQ, Verb::kCompare, kBool, kBool, "="},
    {F_BOOLNE, Verb::kCompare, kBool, kBool, "<>"},

    // numeric is wider than a double: the nearest double and, where doubles are sparser than integers, the
    // integer bound it, inclusive, and PostgreSQL checks again.
    {F_NUMERIC_EQ, Verb::kCompareDecimal, Form::kDecimal, kBool, "="},
    {F_NUMERIC_LT, Verb::kCompareDecimal, Form::kDecimal, kBool, "<"},
    {F_NUMERIC_LE, Verb::kCompareDecimal, Form::kDecimal, kBool, "<="},
    {F_NUMERIC_GT, Verb::kCompareDecimal, Form::kDecimal, kBool, ">"},
    {F_NUMERIC_GE, Verb::kCompareDecimal, Form::kDecimal, kBool, ">="},
    {F_NUMERIC_INT2, Verb::kWiden, kInt, kInt, ""},
    {F_NUMERIC_INT4, Verb::kWiden, kInt, kInt, ""},
    {F_NUMERIC_INT8, Verb::kWiden, kInt, kInt, ""},

    // Texts of one instant differ (T, fraction, offset): the day, give or take two, bounds them all.
    PG_SQLITE_COMPARE_MOMENT(DATE, ),
    PG_SQLITE_COMPARE_MOMENT(TIMESTAMP, ),
    PG_SQLITE_COMPARE_MOMENT(TIMESTAMPTZ, ),
    PG_SQLITE_COMPARE_MOMENT(DATE, _TIMESTAMP),
    PG_SQLITE_COMPARE_MOMENT(DATE, _TIMESTAMPTZ),
    PG_SQLITE_COMPARE_MOMENT(TIMESTAMP, _DATE),
    PG_SQLITE_COMPARE_MOMENT(TIMESTAMP, _TIMESTAMPTZ),
    PG_SQLITE_COMPARE_MOMENT(TIMESTAMPTZ, _DATE),
    PG_SQLITE_COMPARE_MOMENT(TIMESTAMPTZ, _TIMESTAMP),

    // Both divide towards zero and give % the dividend's sign. Where PostgreSQL raises (overflow, division by
    // zero) the row is kept, so that it does.
    PG_SQLITE_ARITHMETIC(INT2),
    PG_SQLITE_ARITHMETIC(INT4),
    PG_SQLITE_ARITHMETIC(INT8),
    PG_SQLITE_ARITHMETIC(INT24),
    PG_SQLITE_ARITHMETIC(INT42),
    PG_SQLITE_ARITHMETIC(INT28),
    PG_SQLITE_ARITHMETIC(INT82),
    PG_SQLITE_ARITHMETIC(INT48),
    PG_SQLITE_ARITHMETIC(INT84),
    {F_INT2MOD, Verb::kDivide, kInt, kInt, "%"},
    {F_INT4MOD, Verb::kDivide, kInt, kInt, "%"},
    {F_INT8MOD, Verb::kDivide, kInt, kInt, "%"},
    {F_INT4_INT2, Verb::kWiden, kInt, kInt, ""},
    {F_INT8_INT2, Verb::kWiden, kInt, kInt, ""},
    {F_INT8_INT4, Verb::kWiden, kInt, kInt, ""},
    {F_FLOAT8_INT2, Verb::kToReal, kInt, Form::kReal, ""},
    {F_FLOAT8_INT4, Verb::kToReal, kInt, Form::kReal, ""},
    {F_FLOAT8_INT8, Verb::kToReal, kInt, Form::kReal, ""},

    // Characters are code points on both sides; NULL in gives NULL out. lower and upper fold ASCII only in
    // SQLite, which PostgreSQL does under "C".
    {F_LENGTH_TEXT, Verb::kCall, kTxt, kInt, "length"},
    {F_CHAR_LENGTH_TEXT, Verb::kCall, kTxt, kInt, "length"},
    {F_CHARACTER_LENGTH_TEXT, Verb::kCall, kTxt, kInt, "length"},
    {F_LOWER_TEXT, Verb::kCallC, kTxt, kTxt, "lower"},
    {F_UPPER_TEXT, Verb::kCallC, kTxt, kTxt, "upper"},
    {F_BTRIM_TEXT, Verb::kCall, kTxt, kTxt, "trim"},
    {F_LTRIM_TEXT, Verb::kCall, kTxt, kTxt, "ltrim"},
    {F_RTRIM_TEXT, Verb::kCall, kTxt, kTxt, "rtrim"},
    {F_REPLACE, Verb::kCall, kTxt, kTxt, "replace"},
    {F_STRPOS, Verb::kCall, kTxt, kInt, "instr"},
    {F_TEXTCAT, Verb::kArithmetic, kTxt, kTxt, "||"},
    {F_SUBSTR_TEXT_INT4_INT4, Verb::kSubstring, kTxt, kTxt, "substr"},
    {F_SUBSTRING_TEXT_INT4_INT4, Verb::kSubstring, kTxt, kTxt, "substr"},
    {F_LEFT, Verb::kLeft, kTxt, kTxt, "substr"},
    {F_STARTS_WITH, Verb::kStartsWith, kTxt, kBool, ""},
    // SQLite's LIKE ignores the case of ASCII letters; GLOB doesn't, and takes a pattern of its own.
    {F_TEXTLIKE, Verb::kLike, kTxt, kBool, "GLOB"},
    {F_TEXTNLIKE, Verb::kLike, kTxt, kBool, "NOT GLOB"},
};

}  // namespace

const FunctionRule* FindRule(Oid function) {
    for (const FunctionRule& rule : kRules)
        if (rule.function == function) return &rule;
    return nullptr;
}

const char* Commuted(const char* op) {
    if (op[0] == '<' && op[1] != '>') return op[1] == '=' ? ">=" : ">";
    if (op[0] == '>') return op[1] == '=' ? "<=" : "<";
    return op;
}

}  // namespace pgsqlite::pg::fdw
