// Limits: how large and how deep a statement or a schema's text may be here. SQLite walks expressions,
// subqueries and views by recursion, on the stack of PostgreSQL's backend, so what it is given is bounded
// before. One place for all: what opens connections, what looks at texts, and what writes statements.
#pragma once

#include <cstddef>
#include <cstdint>

struct sqlite3;

namespace pgsqlite::sqlite::limits {

/// Bytes of one statement (SQLITE_LIMIT_SQL_LENGTH).
inline constexpr int kSqlBytes = 1000 * 1000;
/// Bytes of one text in the schema, which SQLite parses before anybody can look at it.
inline constexpr int kSchemaBytes = 200 * 1000;
/// Levels of an expression's tree, as SQLite counts them (SQLITE_LIMIT_EXPR_DEPTH): a chain of ANDs, ORs or
/// additions has one a term. Its own default.
inline constexpr int kExpressionDepth = 1000;
/// Parentheses, calls and CASEs within each other. Before 3.46 SQLite's parser has a stack of 100 symbols, of
/// which each level takes up to three ("a + (b + (").
inline constexpr int kNesting = 30;
/// Members of a compound SELECT, columns of a result or of a table, tables of a join, arguments of a
/// function: SQLite's own defaults.
inline constexpr int kCompoundTerms = 500;
inline constexpr int kColumns = 2000;
inline constexpr int kJoinTables = 64;
inline constexpr int kFunctionArguments = 127;
/// Parameters (SQLITE_LIMIT_VARIABLE_NUMBER): what every SQLite since 3.32 allows.
inline constexpr int kParameters = 32766;
/// Triggers and foreign keys' actions that set off each other, of connections that write.
inline constexpr int kTriggerDepth = 100;
/// Bytes of a pattern of LIKE or GLOB.
inline constexpr int kPatternBytes = 50 * 1000;

/// Bytes of a value where a statement calls functions that walk over all of it without a look at any
/// interrupt: JSON of that size takes them up to a second. (SQLITE_LIMIT_LENGTH)
inline constexpr int kComputedBytes = 32 * 1024 * 1024;

/// What SQLite does not count: subqueries and parentheses within each other, common table expressions, and
/// views that stand upon views, all together.
inline constexpr std::size_t kTextLevels = 500;
/// The same of a view, so that a statement may be made of it.
inline constexpr std::size_t kViewLevels = 250;
/// COLLATEs upon one another. A chain of ORs with one in each term counts as well.
inline constexpr std::size_t kCollates = 2000;
/// SELECTs of a statement when the views that it reads are written out: each takes some 0.1 ms to prepare.
inline constexpr std::uint64_t kViewParts = 5000;

/// Sets those of them that SQLite can hold a connection to. None rises above what the library was built with.
void SetLimits(sqlite3* db) noexcept;

}  // namespace pgsqlite::sqlite::limits
