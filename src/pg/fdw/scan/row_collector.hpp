// Row collector: where the scans of one statement leave the rows they can't convert, instead of ending it. A
// load sets one for its own statement; scans of triggers and functions below it are not concerned.
#pragma once

#include "core/sqlite/row_json.hpp"
#include "pg/fdw/scan/row_source.hpp"

namespace pgsqlite::pg::fdw {

/// A row that does not fit, with all the columns that do not.
struct RefusedRow {
    const char* server;
    const char* table;    ///< SQLite's; null for a query
    const char* locator;  ///< words such as "rowid 17"
    bool has_rowid;
    int64 rowid;
    List* columns;        ///< String nodes: SQLite's names
    int sqlstate;         ///< of the first
    const char* message;  ///< of all, separated by "; "
    const char* key;      ///< its primary key where it has no rowid, or null; see core/sqlite/row_json.hpp
    const char* json;     ///< the row in SQLite, as there
    bool rejectable;      ///< on_error is reject for all the columns
};

struct RowCollector {
    const EState* estate;  ///< of the statement whose scans it serves
    /// Takes a row; what it points to lives until the return. Null: such rows raise errors, and who takes the
    /// scans' rows calls Tick.
    void (*put)(void* context, const RefusedRow& row);
    /// Called about every thousand rows with the number read so far.
    void (*tick)(void* context, uint64 rows);
    void* context;
    /// The scan that gave the latest row and still stands at it; null before the first.
    const RowSource* current;
    uint64 rows;                                 ///< read by the scans, the refused ones among them
    uint64 changes[RowConverter::kChangeKinds];  ///< values changed by policies

    static constexpr uint64 kTickRows = 1024;
    void Tick(uint64 rows_so_far) {
        if (unlikely(rows_so_far % kTickRows == 0)) tick(context, rows_so_far);
    }
};

/// The collector of new scans, or null. Who sets one takes it back, also after an error.
extern RowCollector* row_collector;

/// A row's primary key in words for core. @param names String nodes @param cells beside them
/// @return lives as long as the current memory context and the cells' bytes
const std::vector<sqlite::KeyPart>* KeyParts(const List* names, const value::Cell* cells);

/// The refusals of one scan's present row.
class RowRefusals {
  public:
    /// @param rowid_name how the table's rowid is called; null: rows have none
    RowRefusals(RowCollector* collector, const char* rowid_name) noexcept
        : collector_(collector), rowid_name_(rowid_name) {}
    /// For RowSource::Config.
    static bool Sink(void* self, const RowConverter& row, int column, const value::Cell& cell,
                     value::Status status, const ErrorData* cause);
    /// Counts the row that was just converted. True where it was refused: the collector has it, and the next
    /// row is to be read.
    bool Take(RowSource* rows) {
        if (unlikely(collector_->put == nullptr)) return false;
        collector_->current = rows;
        if (likely(!repeats_)) collector_->Tick(++collector_->rows);
        if (likely(columns_ == NIL)) return false;
        Put(rows);
        return true;
    }
    /// The same rows come once more: neither they nor what policies change in them are counted again.
    /// @param changes so far
    void Repeat(const uint64* changes) noexcept;
    /// @param changes at the scan's end
    void AddChanges(const uint64* changes) noexcept;

  private:
    void Put(RowSource* rows);

    RowCollector* collector_;
    const char* rowid_name_;
    MemoryContext context_ = nullptr;
    List* columns_ = NIL;
    StringInfoData messages_ = {};
    int sqlstate_ = 0;
    bool rejectable_ = true;
    bool repeats_ = false;
    uint64 first_changes_[RowConverter::kChangeKinds] = {};  ///< before rows were repeated
};

}  // namespace pgsqlite::pg::fdw
