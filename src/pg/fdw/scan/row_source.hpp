// Row source: a running SQLite statement whose rows become Datums. Serves foreign scans and sqlite.query().
#pragma once

#include "core/sqlite/pages/page_rows.hpp"
#include "core/sqlite/statement.hpp"
#include "pg/fdw/column/column.hpp"
#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/plan/relation.hpp"
#include "pg/fdw/scan/chunk_source.hpp"
#include "pg/interrupt.hpp"

namespace pgsqlite::pg::fdw {

class RowSource {
  public:
    struct Config {
        Pin* pin;
        const char* sql;  ///< server encoding
        bool user_sql;    ///< check that it is one SELECT
        ColumnConverter* columns;
        int column_count;
        const char* relation;  ///< for messages: foreign table "s"."t"
        const char* source;    ///< SQLite table or null
        Locator locator;
        List* locator_columns;
        RefusalSink sink;  ///< null: RaiseOrNull
        void* sink_context;
        ChunkSource* chunks;  ///< of a parallel scan's statement; null otherwise
        /// String nodes: SQLite's names of the columns, where the statement reads all rows of `source` and no
        /// more than the rowid behind them, so that the file's pages may be read instead; NIL otherwise.
        List* page_columns;
    };

    /// Prepares the statement. Everything lives in `context` and ends with it.
    static RowSource* Open(MemoryContext context, const Config& config);

    /// Goes to the next row and converts its cells. False at the end.
    /// @param columns where each column's Datum goes: values[targets[i]]
    bool Next(Datum* values, bool* nulls, const int* targets) {
        if (!Step()) return false;
        Convert(values, nulls, targets);
        return true;
    }
    /// The halves of Next, for who does not want every row converted.
    bool Step();
    /// Step() for a statement that may fail in a way that settles nothing (an overflow): false then.
    /// @param more whether there is a row
    bool TryStep(bool* more);
    void Convert(Datum* values, bool* nulls, const int* targets);
    /// No more rows are wanted: the statement is free for the next who wants it.
    void Close() noexcept;
    /// Starts anew.
    void Rewind() noexcept;
    /// Starts anew with an integer as the statement's parameter `index` (from 1).
    void RewindWith(int index, int64 value);

    Pin* pin() const noexcept { return config_.pin; }
    int column_count() const noexcept { return config_.column_count; }
    /// SQLite's names of the primary key, whose cells stand behind the columns'; NIL where rows are not told
    /// apart by one.
    List* key_columns() const noexcept {
        return config_.locator == Locator::kKey ? config_.locator_columns : NIL;
    }
    ChunkSource* chunks() const noexcept { return config_.chunks; }
    RowConverter& converter() noexcept { return converter_; }
    const RowConverter& converter() const noexcept { return converter_; }
    sqlite::Statement* statement() const noexcept { return statement_; }
    /// A cell of the present row: a column's, or one of the locator's behind them.
    value::Cell CellAt(int column) const noexcept {
        return pages_ != nullptr ? cells_[column] : statement_->CellAt(column);
    }
    const value::Cell* cells() const noexcept { return cells_; }
    bool reads_pages() const noexcept { return pages_ != nullptr; }

  private:
    RowSource(const Config& config, const RowOrigin& origin) noexcept
        : config_(config),
          converter_(config.columns, origin, config.sink != nullptr ? config.sink : &RaiseOrNull,
                     config.sink_context) {}
    static char* Locate(const void* self);
    [[noreturn]] void RaiseStepError();
    void OpenPages(MemoryContext context);
    sqlite::Step StepOnce() noexcept;
    bool NextChunk();

    Config config_;
    RowConverter converter_;
    sqlite::Statement* statement_ = nullptr;
    Holder<sqlite::Statement>* owner_ = nullptr;
    sqlite::PageRows* pages_ = nullptr;
    const value::Cell* cells_ = nullptr;
    uint64 row_number_ = 0;

    template <class T, class... Args>
    friend T* pgsqlite::pg::NewIn(MemoryContext, Args&&...);
};

}  // namespace pgsqlite::pg::fdw
