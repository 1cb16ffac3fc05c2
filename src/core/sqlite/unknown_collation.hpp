// Unknown collations: those that an application registers in its own connections (unicase, ICU's), which are
// not in the file. SQLite prepares nothing over a table whose key or index has one, although reading such a
// table from end to end compares nothing. So a stand-in is registered that keeps an account: what needed an
// order gets no answer.
#pragma once

#include <string>

struct sqlite3;

namespace pgsqlite::sqlite {

class UnknownCollations {
  public:
    /// For the life of the connection. @return SQLite's result code
    int Register(sqlite3* db) noexcept;

    /// Before a step.
    void Forget() noexcept { asked_ = nullptr; }
    /// The collation that was asked for an order since; null for none.
    const char* asked() const noexcept { return asked_; }

  private:
    struct Collation;
    static void OnNeeded(void* self, sqlite3* db, int encoding, const char* name) noexcept;
    static int Compare(void* collation, int size_a, const void* a, int size_b, const void* b) noexcept;
    static void Free(void* collation) noexcept;

    const char* asked_ = nullptr;  ///< lives as long as the connection
};

}  // namespace pgsqlite::sqlite
