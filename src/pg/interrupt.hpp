// Cancelling SQLite: cancel, statement_timeout and termination act within 100 ms inside any SQLite call.
//
// SQLite's progress handler is not called in long stretches (a count(*), integrity_check), so a periodic
// PostgreSQL timeout calls sqlite3_interrupt() when an interrupt is pending. It ticks only while SQLite runs.
#pragma once

#include "core/sqlite/database.hpp"

namespace pgsqlite::pg {

namespace interrupt_detail {
extern sqlite::Database* volatile running;
extern volatile bool ticking;
void StartTicking() noexcept(false);
}  // namespace interrupt_detail

/// Called before SQLite runs on `db`. May raise (the first time only), so call it outside C++ scopes.
inline void EnterSqlite(sqlite::Database* db) {
    interrupt_detail::running = db;
    if (!interrupt_detail::ticking) interrupt_detail::StartTicking();
}
inline void LeaveSqlite() noexcept {
    interrupt_detail::running = nullptr;
}

/// Whether a cancel or a termination is pending; for SQLite's busy handler.
bool CancelPending() noexcept;

/// At a transaction's end PostgreSQL may have switched all timeouts off, ours too.
void ForgetTicking() noexcept;

}  // namespace pgsqlite::pg
