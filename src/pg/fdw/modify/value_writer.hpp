// Value writer: from one Datum to the cell that stands for it in SQLite. The law is that what is written
// reads back equal: where the column's type, affinity and encoding do not prove it, the row is read back
// (row_writer.hpp), and a value that is another then is refused.
#pragma once

#include "core/schema/declared_type.hpp"
#include "pg/fdw/column/column.hpp"

namespace pgsqlite::pg::fdw {

struct WrittenColumn {
    AttrNumber attribute;
    const char* name;         ///< SQLite's, in the server's encoding
    ColumnConverter* reader;  ///< how a scan reads the column
    schema::Affinity affinity;
    bool blob_type;  ///< declared as BLOB, rather than without a type
    bool generated;  ///< by SQLite, which takes no value for it
    bool exact;      ///< a written value reads back equal, whatever it is
    Oid base_type;   ///< the attribute's, without domains
    FmgrInfo output;
    FmgrInfo equal;  ///< of base_type; fn_oid is invalid where the type has none
    Oid collation;
};

/// Fills what writing needs, after `reader`, `affinity` and `blob_type` are set.
void InitWrittenColumn(WrittenColumn* column, MemoryContext context);

/// The cell of a value that is not NULL. Its bytes lie in the current memory context, or in the value. Raises
/// 22003 for NaN, 0A000 for an encoding in which nothing can be written.
value::Cell CellOf(WrittenColumn* column, Datum value);

/// Whether a value that was read back is the one that was written.
bool IsSameValue(WrittenColumn* column, Datum written, Datum read);

}  // namespace pgsqlite::pg::fdw
