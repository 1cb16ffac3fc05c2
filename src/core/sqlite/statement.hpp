// Statement: one prepared statement, and its rows as cells.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/scratch.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/statement_cache.hpp"
#include "core/value/cell.hpp"

struct sqlite3_stmt;

namespace pgsqlite::sqlite {

enum class Step : std::uint8_t { kRow, kDone, kError };

/// SQLITE_ERROR: what functions and aggregates raise, an integer overflow among them.
inline constexpr int kGenericError = 1;

/// Whether this library knows FULL JOIN (3.39).
bool HasFullJoin() noexcept;

class Statement {
  public:
    /// Prepares our own SQL. @throws Error with SQLite's message
    Statement(Database& db, std::string_view sql);
    /// The same for a statement that comes again: it is taken from the connection's cache, and goes back
    /// there.
    static std::unique_ptr<Statement> Reuse(Database& db, std::string_view sql);
    /// Prepares a user's SQL: exactly one statement that reads, with at least one column.
    /// @throws Error 42601 (syntax, more than one statement, no column), 25006 (it writes), 42501 (forbidden)
    static std::unique_ptr<Statement> PrepareUserQuery(Database& db, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    int column_count() const noexcept { return column_count_; }
    /// The statement's own text: without what follows its semicolon.
    std::string_view sql() const noexcept;
    std::string column_name(int column) const;
    /// Declared type of a result column that is a table's column; empty otherwise.
    std::string column_declared_type(int column) const;
    int parameter_count() const noexcept;

    /// Binds parameter `index` (from 1). Bytes are copied. False on out of memory or a bad index.
    bool Bind(int index, const value::Cell& cell) noexcept;

    /// Goes to the next row and, for kRow, fills cells(). Never throws; after kError ask error_code().
    Step Next() noexcept;
    /// The row's cells, valid until Next or Reset. No allocation per row: they point into SQLite's memory.
    const value::Cell* cells() const noexcept { return cells_.data(); }
    /// One cell beyond the first `n` set by ReadOnly; see ReadFirst.
    value::Cell CellAt(int column) const noexcept;
    /// From now on Next fills only the first `count` cells; the rest are for CellAt (a rowid for messages).
    void ReadFirst(int count) noexcept { read_count_ = count; }

    void Reset() noexcept;
    /// SQLite's extended result code of the last failed step.
    int error_code() const noexcept { return error_code_; }
    /// @throws Error for the last failed step; `doing` as in Database::Throw
    [[noreturn]] void ThrowLastError(std::string_view doing) const;

    /// Next for set-up code: true for a row, false at the end. @throws Error
    bool Fetch();
    std::int64_t Int(int column) const noexcept;  ///< 0 for NULL
    std::string Text(
        int column) const;  ///< "" for NULL; in UTF-8 as SQLite itself reads the database's schema
    bool IsNull(int column) const noexcept;

    sqlite3_stmt* handle() const noexcept { return stmt_; }

  private:
    explicit Statement(Database& db) : db_(&db) {}
    void Prepare(std::string_view sql, const char** tail);
    void MakeRoom();
    bool ReadUtf16(int column, value::Cell& cell) const noexcept;
    bool Read(int column, value::Cell& cell) const noexcept;

    Database* db_;
    std::shared_ptr<StatementCache> cache_;  ///< where it goes back to; null for most
    sqlite3_stmt* stmt_ = nullptr;
    int column_count_ = 0;
    int read_count_ = 0;
    int error_code_ = 0;
    bool computes_ = false;  ///< over values that may be huge (limits::kComputedBytes)
    std::vector<value::Cell> cells_;
    mutable std::unique_ptr<Scratch[]> texts_;  ///< by column: text that was UTF-16
};

}  // namespace pgsqlite::sqlite
