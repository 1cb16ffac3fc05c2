// Row marks: how a row of a foreign table is found again when a row that it was joined with has changed
// meanwhile (EvalPlanQual: UPDATE … FROM, DELETE … USING, FOR UPDATE). By its rowid, which travels as ctid,
// so that a statement reads the columns it names and no other; the default copies whole rows.
#pragma once

#include "core/value/cell.hpp"
#include "pg/fdw/plan/relation.hpp"

namespace pgsqlite::pg::fdw {

/// By rowid where rows have one that fits a ctid's 48 bits, else by copy.
RowMarkType GetForeignRowMarkType(RangeTblEntry* entry, LockClauseStrength strength);

/// The row of a rowid in the snapshot that the statement reads, in `slot`. Columns that can't be read are
/// NULL: the scan has refused those that the statement looks at. Raises 40001 where the row can't be had
/// again.
void RefetchForeignRow(EState* estate, ExecRowMark* mark, Datum ctid, TupleTableSlot* slot, bool* updated);

/// A rowid as ctid. Those that need more than 48 bits become one that RefetchForeignRow refuses.
void SetRowidAsCtid(ItemPointer ctid, const value::Cell& rowid);

/// The rowid of a ctid. False for one that stands for those that need more bits.
bool RowidOfCtid(ItemPointer ctid, value::Cell* rowid);
}  // namespace pgsqlite::pg::fdw
