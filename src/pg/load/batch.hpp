// Batches: rows that are gathered, asked for the rules they break, and inserted some thousands at a time,
// each batch in a subtransaction. One that fails is halved until the rows to blame are alone.
#pragma once

#include "core/plan/load_task.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::load {

/// As Load(), without the attempt to do it in one statement.
void LoadInBatches(const plan::LoadTask& task, const plan::RowidRange* range, Account* account);

}  // namespace pgsqlite::pg::load
