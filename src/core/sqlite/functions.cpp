#include "core/sqlite/functions.hpp"

#include <sqlite3.h>

#include "core/base/bytes.hpp"
#include "core/value/utf8.hpp"

namespace pgsqlite::sqlite {
namespace {

void IsText(sqlite3_context* context, int, sqlite3_value** arguments) noexcept {
    sqlite3_value* value = arguments[0];
    const int type = sqlite3_value_type(value);
    if (type != SQLITE_TEXT) {
        sqlite3_result_int(context, type == SQLITE_NULL ? 1 : 0);
        return;
    }
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
    if (text == nullptr) {
        sqlite3_result_error_nomem(context);
        return;
    }
    const Bytes bytes(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
    sqlite3_result_int(context, value::FindTextFault(bytes) == Bytes::npos ? 1 : 0);
}

}  // namespace

int RegisterFunctions(sqlite3* db) noexcept {
    constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    return sqlite3_create_function_v2(db, "pg_sqlite_is_text", 1, kFlags, nullptr, &IsText, nullptr, nullptr,
                                      nullptr);
}

}  // namespace pgsqlite::sqlite
