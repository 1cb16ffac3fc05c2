// Row writer: one prepared INSERT, UPDATE or DELETE of SQLite's, run for one row after the other.
#pragma once

#include "pg/fdw/modify/writable_table.hpp"
#include "pg/fdw/scan/row_source.hpp"

namespace pgsqlite::pg::fdw {

class RowWriter {
  public:
    struct Config {
        const WritableTable* table;
        CmdType operation;
        List* written;        ///< numbers of the attributes that get values, in the order of their parameters
        bool skip_conflicts;  ///< ON CONFLICT DO NOTHING
        bool returns;         ///< the row as SQLite has it then is wanted
    };

    /// The statement's text; everything lives in `context`.
    static RowWriter* In(MemoryContext context, const Config& config);

    /// Writes one row. @param values of the row's attributes, for INSERT and UPDATE @param identity the cells
    /// by which the row is found, for UPDATE and DELETE @param returned gets the row as SQLite has it, where
    /// it is wanted. @return false where nothing was written: a conflict that is to be skipped, a row that is
    /// gone. Raises what SQLite's constraints refuse (23502, 23503, 23505, 23514, 42804), and 22000 for a
    /// value that would not read back equal.
    bool Write(TupleTableSlot* values, const value::Cell* identity, TupleTableSlot* returned);

    /// An UPDATE of columns that are generated, and no other.
    bool writes_nothing() const noexcept { return config_.operation == CMD_UPDATE && config_.written == NIL; }
    const char* sql() const noexcept { return sql_; }

  private:
    explicit RowWriter(const Config& config) noexcept : config_(config) {}
    void RequireDistinct() const;
    value::Cell ReadCell(int item) const;
    void Build();
    void Prepare();
    void Bind(TupleTableSlot* values, const value::Cell* identity);
    void Compare(TupleTableSlot* values);
    void Return(TupleTableSlot* slot);
    [[noreturn]] void RaiseFailure();
    const WrittenColumn& ColumnOf(int attribute) const { return config_.table->columns[attribute - 1]; }

    Config config_;
    MemoryContext context_ = nullptr;      ///< of the statement
    MemoryContext row_context_ = nullptr;  ///< of what one row takes
    const char* sql_ = nullptr;            ///< in the server's encoding
    List* returning_ = NIL;                ///< attributes that SQLite gives back
    sqlite::Database* database_ = nullptr;
    Pin* pin_ = nullptr;
    Holder<sqlite::Statement>* statement_ = nullptr;
    RowConverter* converter_ = nullptr;  ///< of what it gives back
    ColumnConverter* readers_ = nullptr;

    template <class T, class... Args>
    friend T* pgsqlite::pg::NewIn(MemoryContext, Args&&...);
};

}  // namespace pgsqlite::pg::fdw
