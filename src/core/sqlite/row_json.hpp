// A stored row as JSON, each cell with its storage class, so that nothing is lost on the way: what is kept of
// a row that was rejected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/sqlite/cut_value.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {

/// The current row of a statement: {"id": {"class": "integer", "value": 5}, …}. Integers and reals are JSON
/// numbers, infinities strings; text is a string, or "hex" where it is not valid UTF-8 or holds NUL, which
/// jsonb can't; blobs are "hex"; NULL has its class alone. Of a value that is cut (cut_value.hpp):
/// {"class": "text", "bytes": 5000000, "begins": "abc…", "digest": "…"}, or "begins_hex".
/// @param columns how many of the statement's columns, from the first
/// @throws Error 57014 when cancelled
std::string RowAsJson(const Statement& statement, int columns);

/// The row of a table by its rowid; empty when there is none.
/// @param rowid_name a name that means the rowid in this table
std::string StoredRowAsJson(Database& db, std::string_view table, std::string_view rowid_name,
                            std::int64_t rowid);

/// A column of a primary key and its value in one row.
struct KeyPart {
    std::string column;
    value::Cell cell;
};

/// {"code": "a", "n": 5}: the type of a JSON value says which class a cell has. A blob, text that is not
/// valid UTF-8 or holds NUL, and what is no JSON number, are as in RowAsJson.
/// @param whole texts and blobs of more bytes are cut
std::string KeyAsJson(const std::vector<KeyPart>& key, std::size_t whole = kWholeValueBytes);

/// Bytes of a key's text or blob that words about a row show.
inline constexpr std::size_t kShownKeyBytes = 1000;

/// Whether KeyAsJson keeps all of it: another one finds no row again.
bool IsWhole(const std::vector<KeyPart>& key) noexcept;

/// The row of a table that has this key; empty when there is none.
std::string StoredRowAsJson(Database& db, std::string_view table, const std::vector<KeyPart>& key);

}  // namespace pgsqlite::sqlite
