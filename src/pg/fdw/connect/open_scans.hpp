// Open scans: what still reads a server when something is about to be written to it. PostgreSQL's statements
// and cursors see the state that they began with; SQLite's statement that goes on beside a write of its own
// connection may see the one or the other. So they are read to their end first.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

/// What is asked of scans.
enum class Before : uint8 {
    kLock,  ///< the transaction becomes one that writes: statements of SQLite's that run must end
    kWrite  ///< a row is written: what is read from now on may see it
};

/// A scan, from its beginning until its memory context goes or Forget() is called.
class OpenScan {
  public:
    /// @return whether SQLite is not asked for the scan's rows any more. May raise
    using Settle = bool (*)(void* scan, Before before);

    /// @param context of the scan's query
    static OpenScan* In(MemoryContext context, Oid server, Settle settle, void* scan);
    void Forget() noexcept;

  private:
    friend void SettleScans(Oid server, Before before);
    static void OnReset(void* self) noexcept;

    Oid server_;
    Settle settle_;
    void* scan_;
    MemoryContextCallback callback_;
};

/// Has every scan of a server that is open read its rows, as far as is needed. Raises what they meet.
void SettleScans(Oid server, Before before);

}  // namespace pgsqlite::pg::fdw
