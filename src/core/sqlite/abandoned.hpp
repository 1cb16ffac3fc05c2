// Abandoned: SQLite was left in the middle of a call, for ever, because the process is about to end. What is
// destroyed on the way out must not call it again: half of its work is done, on a stack that is no more.
#pragma once

namespace pgsqlite::sqlite {

/// Set once, by whoever ends the process; what owns connections and statements asks before it frees them.
inline bool abandoned = false;

}  // namespace pgsqlite::sqlite
