#include "core/sqlite/library.hpp"

#include <sqlite3.h>

#include <string_view>

#include "core/base/error.hpp"

namespace pgsqlite::sqlite {

static_assert(SQLITE_VERSION_NUMBER >= kOldestSqlite, "pg_sqlite needs SQLite 3.37.0 or later");

void RequireSqlite(int number, const char* version) {
    if (number >= kOldestSqlite) return;
    throw Error(sqlstate::kFeatureNotSupported,
                "pg_sqlite needs SQLite 3.37.0 or later, and SQLite " + std::string(version) + " is loaded",
                "It was compiled with SQLite " SQLITE_VERSION ".",
                "Install a newer libsqlite3, and see that no older one is found before it.");
}

void RequireLoadedSqlite() {
    RequireSqlite(sqlite3_libversion_number(), sqlite3_libversion());
}

const char* LoadedVersion() noexcept {
    return sqlite3_libversion();
}
const char* CompiledVersion() noexcept {
    return SQLITE_VERSION;
}
const char* LoadedSource() noexcept {
    return sqlite3_sourceid();
}

bool GetCompileOption(int number, CompileOption& option) {
    const char* const text = sqlite3_compileoption_get(number);
    if (text == nullptr) return false;
    const std::string_view words = text;
    const std::size_t equals = words.find('=');
    option.name = "SQLITE_" + std::string(words.substr(0, equals));
    option.value = equals == std::string_view::npos ? "" : words.substr(equals + 1);
    return true;
}

}  // namespace pgsqlite::sqlite
