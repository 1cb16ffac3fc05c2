// SQLite's result codes as SQLSTATEs: one table for every place that reports a SQLite failure.
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.hpp"

struct sqlite3;

namespace pgsqlite::sqlite {

/// An Error for an extended result code: SQLite's message, and as detail its symbolic code and the file.
/// @param doing reads as in "could not <doing>"
/// @param message SQLite's own; sqlite3_errstr(code) when empty
Error MakeError(int extended_code, std::string_view doing, std::string_view message, std::string_view path);

/// Symbolic name of a result code ("SQLITE_CORRUPT"), extended ones too where they have users.
std::string CodeName(int extended_code);

/// Whether a failure concerns one table (damaged pages, a module or function that is missing), so that the
/// file's other tables may still be read.
bool ConcernsTable(const Error& error) noexcept;

}  // namespace pgsqlite::sqlite
