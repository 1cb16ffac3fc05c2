// Authorizer: what SQL may do on a connection. sqlite3_stmt_readonly() is not enough: it
// says yes to ATTACH, and to pragmas that change settings.
#pragma once

namespace pgsqlite::sqlite {

/// What the authorizer is told, and tells.
struct Authority {
    bool may_write = false;    ///< INSERT, UPDATE, DELETE and savepoints, too
    bool deny_select = false;  ///< SELECT is let through no longer
    bool computes = false;  ///< set where a statement calls a function that may take long over a huge value
};

/// For sqlite3_set_authorizer: lets through SELECT, reading, functions but the dangerous, transactions, and
/// the pragmas that describe a schema; what writes rows where that is allowed.
/// @param authority an Authority
int AuthorizeReading(void* authority, int action, const char* arg1, const char* arg2, const char* database,
                     const char* trigger) noexcept;

}  // namespace pgsqlite::sqlite
