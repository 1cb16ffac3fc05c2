// Rules: which PostgreSQL functions and operators SQLite answers, how, and why that is the same answer (or a
// superset that is checked again). One table; what is not in it stays in PostgreSQL.
#pragma once

#include "pg/fdw/plan/shape.hpp"

namespace pgsqlite::pg::fdw {

enum class Verb : uint8 {
    kCompare,         ///< operand op operand, both of the rule's form: exact
    kOrder,           ///< the same for <, <=, >, >=
    kCompareDecimal,  ///< number against numeric: superset
    kCompareMoment,   ///< date or timestamp: superset by the day
    kArithmetic,      ///< exact, or kept where PostgreSQL would raise
    kDivide,          ///< the same, with a divisor of 0
    kCall,            ///< function of texts
    kCallC,           ///< function of texts, where the collation folds ASCII only
    kLike,
    kSubstring,
    kLeft,
    kStartsWith,
    kWiden,   ///< a cast that keeps the cell
    kToReal,  ///< a cast from integer to double precision
};

struct FunctionRule {
    Oid function;
    Verb verb;
    Form form;        ///< of the operands
    Form result;      ///< of the result; comparisons give kBoolean
    const char* sql;  ///< SQLite's operator or function
};

/// The rule of a function (an operator's is its function's), or null.
const FunctionRule* FindRule(Oid function);

/// The operator with its sides exchanged: "<" for ">".
const char* Commuted(const char* op);

}  // namespace pgsqlite::pg::fdw
