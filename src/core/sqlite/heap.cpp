#include "core/sqlite/heap.hpp"

#include <sqlite3.h>

namespace pgsqlite::sqlite {

void SetHeapLimits(std::int64_t soft, std::int64_t hard) noexcept {
    // The hard one first: SQLite lowers the soft one to it, and does not raise it again when the hard one
    // goes.
    sqlite3_hard_heap_limit64(hard);
    sqlite3_soft_heap_limit64(soft);
}

}  // namespace pgsqlite::sqlite
