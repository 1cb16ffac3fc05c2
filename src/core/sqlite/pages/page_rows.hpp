// Page rows: the rows of a table with rowids, read from the file's pages without SQLite's virtual machine,
// which takes longer over a row than its conversion does. SQLite still locks the file, rolls back or reads
// its journals, and says what the schema is; where a row may lie elsewhere than in the file, in a -wal, it
// reads the rows, too.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/sqlite/catalog.hpp"
#include "core/sqlite/pages/added_default.hpp"
#include "core/sqlite/pages/table_cursor.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {

/// The database's file; none where a row may lie elsewhere, or only SQLite may read it. @throws Error
std::optional<PageFile> OpenPages(Database& db);
/// The page at which a table begins; 0 where it has none. @throws Error
std::uint32_t RootPage(Database& db, const std::string& table);

class PageRows {
  public:
    /// Whether a column of that declared type has REAL affinity.
    using IsReal = bool (*)(std::string_view declared_type) noexcept;

    /// @param db inside a read transaction, which this needs until its end
    /// @param columns what to read, as SQLite calls them
    /// @return null where SQLite must read the rows: no rowid table, a virtual generated column, a column
    ///   asked for twice, text that is not UTF-8, a -wal with frames of this snapshot
    /// @throws Error as Catalog does
    static std::unique_ptr<PageRows> Open(Database& db, const std::string& table,
                                          const std::vector<std::string>& columns, IsReal is_real);

    /// Starts anew, before the first row whose rowid lies in first … last. Until then there are none.
    void SetRange(std::int64_t first, std::int64_t last) noexcept { cursor_.Seek(first, last); }

    /// As Statement's.
    Step Next() noexcept;
    /// The columns' cells, then the rowid; text and blobs until Next.
    const value::Cell* cells() const noexcept { return cells_.data(); }
    [[noreturn]] void ThrowLastError(std::string_view doing) const;

  private:
    /// What a column holds in rows that were there before it was added; asked of SQLite when one comes.
    struct Missing {
        std::optional<Column> column;  ///< one with a default that is not known yet
        AddedDefault value;
    };

    PageRows(Database& db, PageFile file, std::uint32_t root)
        : db_(db), file_(std::move(file)), cursor_(&file_, root) {}
    bool MapColumns(const Table& table, const std::vector<std::string>& columns, IsReal is_real);
    bool FillMissing(int fields);

    Database& db_;
    PageFile file_;
    TableCursor cursor_;
    bool strict_ = false;
    std::vector<FieldUse> fields_;  ///< by place in the record, as far as any is used
    std::vector<int> rowid_cells_;
    std::vector<value::Cell> cells_;
    std::vector<Missing> missing_;  ///< by cell
    int error_code_ = 0;
};

}  // namespace pgsqlite::sqlite
