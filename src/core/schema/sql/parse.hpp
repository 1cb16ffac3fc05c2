// Parser of the texts that SQLite keeps in sqlite_schema, by the grammar of SQLite's parse.y up to 3.46. It
// takes what SQLite takes: keywords that fall back to names, "double-quoted" strings, [brackets],
// `backticks`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/schema/sql/ast.hpp"

namespace pgsqlite::schema::sql {

/// The tree, or why there is none.
template <typename T>
struct Parsed {
    std::optional<T> tree;
    std::string error;       ///< e.g. near "FROM": syntax error
    std::size_t offset = 0;  ///< of the byte at which it went wrong
    explicit operator bool() const noexcept { return tree.has_value(); }
    const T& operator*() const noexcept { return *tree; }
    const T* operator->() const noexcept { return &*tree; }
};

/// Each takes one whole statement; a semicolon may follow. None throws for any text (std::bad_alloc aside).
Parsed<CreateTable> ParseCreateTable(std::string_view sql);
Parsed<CreateIndex> ParseCreateIndex(std::string_view sql);
Parsed<CreateView> ParseCreateView(std::string_view sql);
/// The header; of the body only its text.
Parsed<CreateTrigger> ParseCreateTrigger(std::string_view sql);
Parsed<CreateVirtualTable> ParseCreateVirtualTable(std::string_view sql);
/// An expression alone, such as a default as PRAGMA table_xinfo gives it.
Parsed<ExpressionPtr> ParseExpression(std::string_view sql);
Parsed<SelectPtr> ParseSelect(std::string_view sql);

}  // namespace pgsqlite::schema::sql
