// One guarded call into SQLite: cancellable, exceptions turned into errors.
#pragma once

#include "pg/interrupt.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

/// Guard() for code that makes SQLite work on `database`, so that a cancel interrupts it.
template <class Code>
auto CallSqlite(sqlite::Database* database, Code&& code) {
    EnterSqlite(database);
    return Guard([&] {
        struct Leave {
            ~Leave() { LeaveSqlite(); }
        } leave;
        return code();
    });
}

}  // namespace pgsqlite::pg::fdw
