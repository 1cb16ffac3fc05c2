// Bulk insert: INSERT … SELECT from our scans goes into the table a thousand rows at a time, as COPY does,
// under the plain statement. The plan stays as it is: after ExecutorStart an eligible ModifyTable node gets
// another exec function, so EXPLAIN, command tag and result relations are PostgreSQL's own.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::load {

/// Installs the executor hook, and what the scans ask about INSERTs. Statements without a scan of ours are
/// never touched.
void InitBulkInsert();

/// Of the statement that has just raised an error: whether it did so before the row reached the target. True
/// also where that is not known.
bool FailedWhileReading() noexcept;

/// Why (or that) the statement a scan belongs to takes the bulk path; for EXPLAIN. Null where the statement
/// is no INSERT at its top.
const char* DescribeBulkInsert(const EState* estate);

}  // namespace pgsqlite::pg::load
