// Load: one INSERT … SELECT that keeps the account. First as the plain statement, whole; where the target
// refuses a row of it, or rules are to be asked, in batches, each a subtransaction, halved until the rows to
// blame are found.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::load {

/// Moves the rows of a task, or those of a range of it, within the present transaction. The task's source
/// must be there.
///
/// What conversion, rules and target refuse goes to the account; anything else is raised, and so is what the
/// account raises. With failures in the account nothing of the load is to be kept; its caller calls
/// RaiseFailures when it has seen enough.
/// @param task lives until the return
/// @param range null: all rows
void Load(const plan::LoadTask& task, const plan::RowidRange* range, Account* account);

/// Whether an error speaks of the row that was written, so that another row may pass.
bool IsAboutRow(const ErrorData* error) noexcept;

}  // namespace pgsqlite::pg::load
