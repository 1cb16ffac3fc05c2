// Memory that isn't there, met by SQLite: ends the session instead of the server.
//
// The end of the stack (SIGSEGV): SQLite's modules and functions recurse over what files and callers give
// them: full-text queries, JSON in binary form, paths. What is known of that is refused before
// (core/sqlite/guarded.*, full_text.*), and wherever memory is taken on the way down the allocator stops it
// (core/sqlite/checkpoint.*). This is for what neither knows of, and for processes in which another library
// came before the allocator.
//
// A file that was cut (SIGBUS): SQLite maps the -shm file of a WAL database, and whoever can write the file
// can shorten it under its readers.
#pragma once

namespace pgsqlite::pg {

/// Once a process, before SQLite runs.
void WatchMemory() noexcept;

}  // namespace pgsqlite::pg
