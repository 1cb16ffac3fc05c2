// Statement cache: prepared statements between uses, so that a lookup that runs again and again is parsed
// once.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

struct sqlite3_stmt;

namespace pgsqlite::sqlite {

/// Owned by a connection and by the statements that came from it, because either may go first.
class StatementCache {
  public:
    StatementCache();
    ~StatementCache();
    StatementCache(const StatementCache&) = delete;
    StatementCache& operator=(const StatementCache&) = delete;

    /// A statement of exactly this text that nobody uses, or null.
    /// @param computes gets what Give was told of it; may be null
    sqlite3_stmt* Take(std::string_view sql, bool* computes = nullptr) noexcept;
    /// Resets it and keeps it, in place of the one that was unused for longest.
    void Give(sqlite3_stmt* statement, bool computes = false) noexcept;
    /// The connection closes: nothing is kept any more.
    void Close() noexcept;

  private:
    struct Unused {
        sqlite3_stmt* statement;
        bool computes;  ///< over values that may be huge (limits::kComputedBytes)
    };
    std::vector<Unused> unused_;  ///< oldest first
    bool closed_ = false;
};

}  // namespace pgsqlite::sqlite
