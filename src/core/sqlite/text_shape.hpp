// Text shape: how deep SQLite would recurse over a text of SQL, found without SQLite and without recursion,
// from its tokens alone. SQLite's parser has its own idea of depth (SQLITE_LIMIT_EXPR_DEPTH), but neither
// COLLATE nor subqueries in FROM nor common table expressions count in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::sqlite {

struct TextShape {
    std::size_t levels = 0;          ///< parentheses within each other, and common table expressions
    std::size_t collates = 0;        ///< COLLATEs upon one another, at most
    std::vector<std::string> names;  ///< what may be tables or views that it reads, once for each mention
    bool computed = false;           ///< AS ( outside of WITH: a generated column, in the text of a table
};

/// Never refuses a text: where it is not SQL, SQLite says so. Finds more rather than less: parentheses of
/// calls count as those of subqueries, and an alias counts as a table.
TextShape ReadTextShape(std::string_view sql);

}  // namespace pgsqlite::sqlite
