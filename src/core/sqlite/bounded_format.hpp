// Bounded format: SQLite's printf() and format(), except that the widths and precisions of one call have a
// sum. SQLite fills them up character by character, also beyond the length that a text may have, so that one
// call with some of 900 million takes minutes, in which it neither takes memory nor looks at an interrupt.
#pragma once

struct sqlite3;

namespace pgsqlite::sqlite {

/// What the widths, precisions and the bytes of a format may come to. SQLite takes a third of a second for
/// it.
inline constexpr long long kMaxFormatWork = 50 * 1000 * 1000;

/// Registers printf and, where SQLite has it, format. A call beyond kMaxFormatWork, or whose arguments are
/// longer together than a text may be, ends with SQLITE_TOOBIG. Returns SQLite's result code.
int RegisterBoundedFormat(sqlite3* db) noexcept;

}  // namespace pgsqlite::sqlite
