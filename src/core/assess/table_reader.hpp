// TableReader: all rows of a table, view or virtual table, with what names each row. Shared by whatever reads
// a table from end to end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/assess/column_profiler.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::assess {

/// A read transaction for as long as it lives, unless one was open already.
class ReadScope {
  public:
    explicit ReadScope(sqlite::Database& db);
    ~ReadScope();
    ReadScope(const ReadScope&) = delete;
    ReadScope& operator=(const ReadScope&) = delete;

  private:
    sqlite::Database& db_;
    bool ours_;
};

class TableReader {
  public:
    /// @param columns SQLite's names (of columns, or meaning the rowid), in the order of cells()
    /// @throws Error naming the table
    TableReader(sqlite::Database& db, const sqlite::Table& table, const std::vector<std::string>& columns);

    /// False at the end. @throws Error naming the table, after which nothing more can be read
    bool Next() {
        if (statement_->Next() != sqlite::Step::kRow) return AtEnd();
        ++name_.row;
        return true;
    }
    const value::Cell* cells() const noexcept { return statement_->cells(); }
    const RowName& name() noexcept {
        name_.cells = statement_->cells();
        if (rowid_ >= 0) name_.rowid = name_.cells + rowid_;
        return name_;
    }
    std::uint64_t rows() const noexcept { return name_.row; }

  private:
    bool AtEnd();

    sqlite::Database& db_;
    std::string doing_;
    std::unique_ptr<sqlite::Statement> statement_;
    std::vector<int> key_;
    int rowid_ = -1;
    RowName name_;
};

}  // namespace pgsqlite::assess
