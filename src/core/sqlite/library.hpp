// Which SQLite: the one that this was compiled with and the one that is loaded, and the oldest that will do.
#pragma once

#include <string>

namespace pgsqlite::sqlite {

/// The oldest SQLite that will do, as SQLITE_VERSION_NUMBER counts. What asks for it is PRAGMA table_list and
/// STRICT tables (https://www.sqlite.org/releaselog/3_37_0.html).
inline constexpr int kOldestSqlite = 3037000;

/// @param number as sqlite3_libversion_number() has it
/// @param version the same in words, for the message
/// @throws Error 0A000 when it is older than kOldestSqlite
void RequireSqlite(int number, const char* version);

/// RequireSqlite() of the library that is loaded.
void RequireLoadedSqlite();

/// The library that is loaded, e.g. "3.40.1", and that whose header this was compiled with.
const char* LoadedVersion() noexcept;
const char* CompiledVersion() noexcept;
/// The check-in that the library was made from: date, time and hash.
const char* LoadedSource() noexcept;

/// An option that the loaded library was compiled with.
struct CompileOption {
    std::string name;   ///< as SQLite documents it: "SQLITE_THREADSAFE"
    std::string value;  ///< "1"; empty where it is only defined
};

/// @param number counts from 0
/// @param option gets it
/// @return false behind the last one
bool GetCompileOption(int number, CompileOption& option);

}  // namespace pgsqlite::sqlite
