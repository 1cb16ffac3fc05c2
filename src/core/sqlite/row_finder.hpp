// Row finder: rows of a table one by one, by rowid or by primary key, as they are in the file now.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/sqlite/rejected_row.hpp"
#include "core/sqlite/rows_file.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {

class RowFinder {
  public:
    /// @param rowid_name empty: rows have no rowid
    /// @param columns those that are copied. @throws Error 42703 when a row has none of that name
    RowFinder(Database& db, std::string_view table, std::string_view rowid_name,
              std::vector<std::string> columns)
        : db_(db), table_(table), rowid_name_(rowid_name), columns_(std::move(columns)) {}

    /// False when there is no such row. @throws Error as Statement
    bool FindRowid(std::int64_t rowid);
    /// @param key at least one column
    bool FindKey(const RejectedRow& key);

    /// Of the row found: RowAsJson.
    std::string Json() const;
    /// Of column `i` of the columns; its bytes live until the next row is looked for.
    value::Cell CellAt(std::size_t i) const noexcept { return statement_->CellAt(places_[i]); }
    void CopyTo(RowsFile* file, std::int64_t rowid) const;

  private:
    void Prepare(const std::string& condition);

    Database& db_;
    std::string table_;
    std::string rowid_name_;
    std::vector<std::string> columns_;
    std::string condition_;  ///< of `statement_`
    std::unique_ptr<Statement> statement_;
    std::vector<int> places_;  ///< of `columns_` in the statement's row
};

}  // namespace pgsqlite::sqlite
