// Rows file: some rows of one table as a SQLite database of their own, so that what reads the table reads
// just these rows, by the same path and with the same conversions. Its columns have no declared types, so
// that no affinity changes a storage class.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/value/cell.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace pgsqlite::sqlite {

class RowsFile {
  public:
    /// Makes the table in an empty file of ours, which nobody else opens before Finish.
    ///
    /// @param columns at least one; names as they are
    /// @param rowid_name what the table's rowid is to be called; empty: whatever no column shadows
    /// @throws Error 0A000 where columns shadow each name of the rowid, 58030
    RowsFile(const std::string& path, std::string_view table, const std::vector<std::string>& columns,
             std::string_view rowid_name);
    ~RowsFile();
    RowsFile(const RowsFile&) = delete;
    RowsFile& operator=(const RowsFile&) = delete;

    const std::string& rowid_name() const noexcept { return rowid_name_; }
    /// Adds a row. @param cells one for each column. @throws Error 58030, 53100
    void Put(std::int64_t rowid, const std::vector<value::Cell>& cells);
    /// Commits and closes it. @throws Error
    void Finish();

  private:
    void Run(const std::string& sql);
    void Check(int code) const;
    void Close() noexcept;

    std::string path_;
    std::string rowid_name_;
    sqlite3* db_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
};

}  // namespace pgsqlite::sqlite
