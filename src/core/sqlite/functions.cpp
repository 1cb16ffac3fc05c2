#include "core/sqlite/functions.hpp"

#include <sqlite3.h>

#include <iterator>
#include <memory>
#include <new>

#include "core/base/bytes.hpp"
#include "core/sqlite/database.hpp"
#include "core/value/text/utf16.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::sqlite {
namespace {

/// Of the database that the function is registered for; SQLite takes that of the text's own encoding.
constexpr TextEncoding kEncodings[] = {TextEncoding::kUtf8, TextEncoding::kUtf16le, TextEncoding::kUtf16be};

/// Whether a scan would take it: no NUL, and no bytes that are no character.
bool IsWellFormed(sqlite3_context* context, Bytes text) {
    const TextEncoding encoding = *static_cast<const TextEncoding*>(sqlite3_user_data(context));
    if (encoding == TextEncoding::kUtf8) return value::FindTextFault(text) == text.size();
    const bool big_endian = encoding == TextEncoding::kUtf16be;
    const std::unique_ptr<char[]> utf8(new (std::nothrow) char[value::Utf8SizeOf(text.size())]);
    if (utf8 == nullptr) {
        sqlite3_result_error_nomem(context);
        return false;
    }
    const auto size = static_cast<std::size_t>(value::Utf16ToUtf8(text, big_endian, utf8.get()) - utf8.get());
    return value::FindTextFault(Bytes(utf8.get(), size)) == size;
}

void IsText(sqlite3_context* context, int, sqlite3_value** arguments) noexcept {
    sqlite3_value* value = arguments[0];
    const int type = sqlite3_value_type(value);
    if (type != SQLITE_TEXT) {
        sqlite3_result_int(context, type == SQLITE_NULL ? 1 : 0);
        return;
    }
    const auto* data = static_cast<const char*>(sqlite3_value_blob(value));
    const int size = sqlite3_value_bytes(value);
    if (data == nullptr && size > 0) return sqlite3_result_error_nomem(context);
    const Bytes text(data != nullptr ? data : "", static_cast<std::size_t>(size));
    // Where there was no memory, that stands.
    sqlite3_result_int(context, IsWellFormed(context, text) ? 1 : 0);
}

}  // namespace

int RegisterFunctions(sqlite3* db) noexcept {
    constexpr int kNumbers[] = {SQLITE_UTF8, SQLITE_UTF16LE, SQLITE_UTF16BE};
    for (std::size_t i = 0; i < std::size(kEncodings); ++i) {
        const int rc = sqlite3_create_function_v2(
            db, "pg_sqlite_is_text", 1, kNumbers[i] | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
            const_cast<TextEncoding*>(&kEncodings[i]), &IsText, nullptr, nullptr, nullptr);
        if (rc != SQLITE_OK) return rc;
    }
    return SQLITE_OK;
}

}  // namespace pgsqlite::sqlite
