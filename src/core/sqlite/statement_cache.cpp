#include "core/sqlite/statement_cache.hpp"

#include <sqlite3.h>

#include "core/sqlite/abandoned.hpp"

namespace pgsqlite::sqlite {
namespace {

/// Statements of a handful of tables; each keeps some kilobytes.
constexpr std::size_t kMaxUnused = 16;

}  // namespace

StatementCache::StatementCache() {
    unused_.reserve(kMaxUnused + 1);
}

StatementCache::~StatementCache() {
    Close();
}

sqlite3_stmt* StatementCache::Take(std::string_view sql, bool* computes) noexcept {
    for (auto at = unused_.begin(); at != unused_.end(); ++at) {
        if (sql != sqlite3_sql(at->statement)) continue;
        sqlite3_stmt* statement = at->statement;
        if (computes != nullptr) *computes = at->computes;
        unused_.erase(at);
        return statement;
    }
    return nullptr;
}

void StatementCache::Give(sqlite3_stmt* statement, bool computes) noexcept {
    if (abandoned) return;
    if (closed_) {
        sqlite3_finalize(statement);
        return;
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    unused_.push_back({statement, computes});
    if (unused_.size() <= kMaxUnused) return;
    sqlite3_finalize(unused_.front().statement);
    unused_.erase(unused_.begin());
}

void StatementCache::Close() noexcept {
    closed_ = true;
    if (abandoned) return;
    for (const Unused& unused : unused_)
        sqlite3_finalize(unused.statement);
    unused_.clear();
}

}  // namespace pgsqlite::sqlite
