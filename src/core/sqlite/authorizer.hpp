// Authorizer: what SQL may do on a connection. sqlite3_stmt_readonly() is not enough: it
// says yes to ATTACH, and to pragmas that change settings.
#pragma once

namespace pgsqlite::sqlite {

/// For sqlite3_set_authorizer: lets through SELECT, reading, functions but the dangerous, transactions, and
/// the pragmas that describe a schema.
/// @param deny_select a bool: whether SELECT is let through no longer
int AuthorizeReading(void* deny_select, int action, const char* arg1, const char* arg2, const char* database,
                     const char* trigger) noexcept;

}  // namespace pgsqlite::sqlite
