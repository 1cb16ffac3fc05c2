// Open scans: what still reads a server when something is about to be written to it. PostgreSQL's statements
// and cursors see the state that they began with; SQLite's statement that goes on beside a write of its own
// connection may see the one or the other. So they are read to their end first.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

/// A scan, from its beginning until its memory context goes or Forget() is called.
class OpenScan {
  public:
    /// @param context of the scan's query
    /// @param read reads all rows of the scan, so that SQLite is not asked for them any more; may raise
    static OpenScan* In(MemoryContext context, Oid server, void (*read)(void* scan), void* scan);
    void Forget() noexcept;

  private:
    friend void ReadToEnd(Oid server);
    static void OnReset(void* self) noexcept;

    Oid server_;
    void (*read_)(void* scan);
    void* scan_;
    MemoryContextCallback callback_;
};

/// Every scan of a server that is open. Raises what they meet.
void ReadToEnd(Oid server);

}  // namespace pgsqlite::pg::fdw
