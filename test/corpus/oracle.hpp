// Stock SQLite on a read-only connection: the truth that the server's answers are held against.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cell.hpp"

namespace corpus {

class Oracle {
  public:
    explicit Oracle(const std::string& path);
    ~Oracle();
    Oracle(const Oracle&) = delete;
    Oracle& operator=(const Oracle&) = delete;

    /// Why SQLite can't read the file's schema; nullopt when it can.
    const std::optional<std::string>& failure() const { return failure_; }
    /// Tables and views, also virtual and shadow ones, but not sqlite_*.
    const std::vector<std::string>& tables() const { return tables_; }

    /// Why `SELECT *` can't be read to its end; nullopt when it can.
    std::optional<std::string> Unreadable(const std::string& table);
    /// Columns that `SELECT *` gives, generated ones included.
    std::vector<std::string> Columns(const std::string& table);

    /// Reads these columns of all rows. `row` gets the rowid where there is one ("" else).
    /// @return what went wrong, if anything
    using RowFunction = std::function<void(const std::string& rowid, const std::vector<Cell>& cells)>;
    std::optional<std::string> Scan(const std::string& table, const std::vector<std::string>& columns,
                                    const RowFunction& row);

  private:
    std::optional<std::string> Query(const std::string& sql, const std::function<void(sqlite3_stmt*)>& row);

    sqlite3* database_ = nullptr;
    std::optional<std::string> failure_;
    std::vector<std::string> tables_;
};

}  // namespace corpus
