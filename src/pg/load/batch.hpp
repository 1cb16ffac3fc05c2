// Batches: rows that are gathered, asked for the rules they break, and inserted some thousands at a time,
// each batch in a subtransaction. One that fails is halved until the rows to blame are alone.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::load {

/// As Load(), without the attempt to do it in one statement.
/// @param converts rows are read as they are and converted behind that, so that an error of an expression or
/// a rule is found to be a row's
void LoadInBatches(const plan::LoadTask& task, const plan::RowidRange* range, bool converts,
                   Account* account);

}  // namespace pgsqlite::pg::load
