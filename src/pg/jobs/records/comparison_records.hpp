// What the records of a table say to a comparison of what its load would give with what its target holds.
#pragma once

#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {

struct ComparedTable {
    const char* xids;    ///< of the transactions that wrote it, "{1,2}"
    bool shares_target;  ///< rows of others are in the target too
    int64 loaded_rejects;
    bool rolled_back;
    bool typed_rejects;       ///< rows were put aside in the target's form
    bool keyed_rejects;       ///< rows were put aside that are known by SQLite's key
    int64 unlocated_rejects;  ///< rows that don't fit, known by their number only
    bool keyed_retries;       ///< as keyed_rejects, of rows that were loaded later
    int64 unlocated_retries;  ///< as unlocated_rejects
    const char* clearing;     ///< of the transactions that made NULL of references in its target, or null
    bool merged;              ///< other tables of the job went into its target
    bool untold;              ///< rows were put aside that nothing tells from others
};
ComparedTable ReadComparedTable(int64 job, int32 table_no);

/// Rowids in their order, palloc'd.
struct Rowids {
    int64* rowids;
    uint64 count;
};
/// Of the rows that were put aside and are not in the target. @param with_retried also those that are by now
Rowids ReadAsideRowids(int64 job, int32 table_no, bool with_retried);
/// Columns of SQLite's key by which rows that were put aside are known: char *, in the server's encoding.
List* ReadAsideKey(int64 job, int32 table_no);

}  // namespace pgsqlite::pg::jobs
