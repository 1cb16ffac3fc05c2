#include "core/sqlite/limits.hpp"

#include <sqlite3.h>

namespace pgsqlite::sqlite::limits {

void SetLimits(sqlite3* db) noexcept {
    struct Limit {
        int id;
        int value;
    };
    // SQLITE_LIMIT_LENGTH is each statement's own (Database::LimitValues): every value that PostgreSQL can
    // hold is to arrive where it is only read. Columns and arguments stay as well, for files that a library
    // with higher limits made.
    constexpr Limit kLimits[] = {
        {SQLITE_LIMIT_SQL_LENGTH, kSqlBytes},
        {SQLITE_LIMIT_EXPR_DEPTH, kExpressionDepth},
        {SQLITE_LIMIT_COMPOUND_SELECT, kCompoundTerms},
        {SQLITE_LIMIT_VARIABLE_NUMBER, kParameters},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, kPatternBytes},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},  // none is run
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (const Limit& limit : kLimits)
        if (sqlite3_limit(db, limit.id, -1) > limit.value) sqlite3_limit(db, limit.id, limit.value);
}

}  // namespace pgsqlite::sqlite::limits
