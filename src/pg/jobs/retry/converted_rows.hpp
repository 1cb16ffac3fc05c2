// Converted rows: rejected rows that PostgreSQL had made already, back from their JSON into a temporary
// table.
#pragma once

#include "core/job/load_task.hpp"
#include "core/sqlite/rejected_row.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

struct ConvertedRows;

/// Makes the table, with the types that the first row names.
/// @param memory where it lives
/// @throws 22023 where the row lacks a column of the task's; 42704 for a type that does not exist
ConvertedRows* BeginConvertedRows(const plan::LoadTask& task, const sqlite::RejectedRow& first,
                                  MemoryContext memory);
/// @throws 22023 where its types are others, and what the types' input functions raise
void PutConvertedRow(ConvertedRows* rows, int64 reject, const sqlite::RejectedRow& row);

}  // namespace pgsqlite::pg::jobs
