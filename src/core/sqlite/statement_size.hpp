// Statement size: what SQLite takes of one statement, and how much of it a text needs. Asked before a text
// goes to SQLite, so that what it would refuse stays with PostgreSQL.
#pragma once

#include <cstddef>
#include <string_view>

struct sqlite3;

namespace pgsqlite::sqlite {

/// A connection's limits, as it has them at this moment; the only place that reads them.
struct StatementLimits {
    /// Tables that one FROM joins: the bits of a 64-bit mask, fixed in SQLite's code.
    static constexpr int kTables = 64;
    /// Symbols on the parser's stack: YYSTACKDEPTH as it is compiled everywhere, until 3.46 made it grow.
    static constexpr int kParserStack = 100;

    int bytes;       ///< of the statement's text (SQLITE_LIMIT_SQL_LENGTH)
    int depth;       ///< of an expression's tree (SQLITE_LIMIT_EXPR_DEPTH); 0: any
    int parameters;  ///< the highest number of one (SQLITE_LIMIT_VARIABLE_NUMBER)
    int columns;     ///< of the result, terms of GROUP BY and ORDER BY (SQLITE_LIMIT_COLUMN)
    int arguments;   ///< of a function (SQLITE_LIMIT_FUNCTION_ARG)
    int pattern;     ///< bytes of LIKE's and GLOB's (SQLITE_LIMIT_LIKE_PATTERN_LENGTH)

    static StatementLimits Of(sqlite3* database) noexcept;
};

/// Upper bounds of what an expression needs.
struct ExpressionSize {
    int depth;  ///< of its tree
    int stack;  ///< symbols on the parser's stack
};

/// Measures an expression in the words that this extension writes: quoted names and texts, numbers, ?1,
/// operators, calls, CASE, IN, EXISTS (SELECT …). Never too low; exact bounds don't matter. Takes no memory
/// that grows with the text: nesting deeper than kParserStack is said to need more than that.
ExpressionSize MeasureExpression(std::string_view sql) noexcept;

}  // namespace pgsqlite::sqlite
