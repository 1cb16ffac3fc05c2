// Raw side: a SQLite table as it stands in the file. Plain cells are taken by digest::RawCells, which
// shares no code with the conversion that moved them; the others are converted, as the table's types,
// encodings and policies say.
#pragma once

#include "core/digest/raw_cell.hpp"
#include "pg/fdw/connect/redirect.hpp"
#include "pg/fdw/scan/row_source.hpp"
#include "pg/validate/side.hpp"

namespace pgsqlite::pg::validate {

struct RawTable {
    Oid relid;
    AttrNumber* attributes;  ///< of the columns
};

/// Prepares the reading of a foreign table's raw cells.
///
/// @param relation a foreign table of ours
/// @param attributes of the columns, in the side's order
/// @return null where some column has another form than the side's
RawTable* MakeRawTable(Oid relation, const AttrNumber* attributes, const Side& side);

/// What the participants of a shared reading go by. Lies in shared memory.
struct SharedRaw {
    fdw::SharedChunks chunks;
    fdw::Redirect leader;
};

/// One reading of a side's table, in one session or shared by several: then each reads the chunks of rowids
/// that it claims, in the leader's snapshot.
class RawReading {
  public:
    /// Pins the snapshot of the session, or the leader's.
    static RawReading* Open(MemoryContext context, Side* side, const fdw::Redirect* leader = nullptr);

    /// How many workers the table is worth, by PostgreSQL's rules; 0 where it can't be shared.
    int Workers() const;
    /// Whether the leader may read it while workers run.
    bool RunsBesideWorkers() const;

    /// Starts the reading as the one who shares the table, or as one who takes a share.
    void Lead(SharedRaw* shared);
    void Join(SharedRaw* shared);
    /// Reads all rows, or a share of them.
    void Read(const RowTaker& taker);
    /// Before the leader's, all workers must be gone.
    void Close() noexcept;

  private:
    static bool Refuse(void* context, const fdw::RowConverter& row, int column, const value::Cell&,
                       value::Status, const ErrorData*);
    static char* CellText(const SideRow& row, int column);
    void OpenRows(bool chunked);
    void AddColumn(fdw::ColumnConverter* converter, int place, int attribute);
    bool AppendRow();

    MemoryContext memory_ = nullptr;
    Side* side_ = nullptr;
    const fdw::SourceRelation* relation_ = nullptr;
    const fdw::SourceFacts* facts_ = nullptr;
    fdw::Pin* pin_ = nullptr;
    fdw::RowSource* rows_ = nullptr;
    RowHasher* hasher_ = nullptr;
    digest::RawColumn* columns_ = nullptr;  ///< in the order of the statement's
    int* places_ = nullptr;                 ///< of the side's columns among the statement's
    digest::RawCells cells_;
    bool refused_ = false;  ///< the present row has a cell that does not fit
    bool has_rowid_ = false;
};

/// Reads all rows, in this session alone.
void ReadRawTable(Side* side, const RowTaker& taker);

}  // namespace pgsqlite::pg::validate
