#include "pg/seam.hpp"

namespace pgsqlite::pg {
namespace {

/// Copies what fits, cut at a character's end.
template <std::size_t N>
void CopyText(char (&to)[N], std::string_view from) noexcept {
    std::size_t size = from.size() < N - 1 ? from.size() : N - 1;
    while (size > 0 && size < from.size() && (static_cast<unsigned char>(from[size]) & 0xc0) == 0x80)
        --size;
    std::memcpy(to, from.data(), size);
    to[size] = '\0';
}

void Fill(PendingError& error, const char* sqlstate, std::string_view message) noexcept {
    CopyText(error.sqlstate, sqlstate);
    CopyText(error.message, message);
    error.detail[0] = error.hint[0] = '\0';
}

}  // namespace

void CaptureException(PendingError& error) noexcept {
    try {
        throw;
    } catch (const Error& e) {
        Fill(error, e.sqlstate(), e.message());
        CopyText(error.detail, e.detail());
        CopyText(error.hint, e.hint());
    } catch (const std::bad_alloc&) {
        Fill(error, sqlstate::kOutOfMemory, "out of memory");
    } catch (const std::exception& e) {
        Fill(error, sqlstate::kInternalError, e.what());
    } catch (...) {
        Fill(error, sqlstate::kInternalError, "unexpected C++ exception");
    }
}

void RaisePending(const PendingError& error) {
    // A cancelled wait or an interrupted step shows as SQLite's error; the reason for it comes first.
    CHECK_FOR_INTERRUPTS();
    const char* code = error.sqlstate;
    ereport(ERROR, (errcode(MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4])),
                    errmsg("%s", ToServerText(error.message)),
                    error.detail[0] != '\0' ? errdetail("%s", ToServerText(error.detail)) : 0,
                    error.hint[0] != '\0' ? errhint("%s", ToServerText(error.hint)) : 0));
    pg_unreachable();
}

bool IsOurs(const ErrorData& error) noexcept {
    return error.domain != nullptr && std::strcmp(error.domain, TEXTDOMAIN) == 0;
}

void RaiseAgain(ErrorData* error) {
    const auto keep = [](const char** text) {
        if (*text != nullptr) *text = MemoryContextStrdup(ErrorContext, *text);
    };
    keep(&error->filename);
    keep(&error->funcname);
    keep(&error->domain);
    keep(&error->context_domain);
    keep(&error->message_id);
    ReThrowError(error);
    pg_unreachable();
}

char* ToServerText(std::string_view utf8) {
    char* copy = pnstrdup(utf8.data(), utf8.size());
    const int length = static_cast<int>(std::strlen(copy));
    if (!pg_verify_mbstr(PG_UTF8, copy, length, true)) {
        for (char* c = copy; *c != '\0'; ++c)
            if (IS_HIGHBIT_SET(*c)) *c = '?';
        return copy;
    }
    if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII) return copy;
    const Oid conversion =
        IsTransactionState() ? FindDefaultConversionProc(PG_UTF8, GetDatabaseEncoding()) : InvalidOid;
    const int size = length * MAX_CONVERSION_GROWTH + 1;
    char* converted = static_cast<char*>(palloc(size));
    if (OidIsValid(conversion) &&
        pg_do_encoding_conversion_buf(conversion, PG_UTF8, GetDatabaseEncoding(),
                                      reinterpret_cast<unsigned char*>(copy), length,
                                      reinterpret_cast<unsigned char*>(converted), size, true) == length)
        return converted;
    for (char* c = copy; *c != '\0'; ++c)
        if (IS_HIGHBIT_SET(*c)) *c = '?';
    return copy;
}

bool FitsServerEncoding(std::string_view utf8) {
    return utf8 == ToUtf8(ToServerText(utf8));
}

char* ToUtf8(const char* server_text) {
    return pg_server_to_any(server_text, static_cast<int>(std::strlen(server_text)), PG_UTF8);
}

}  // namespace pgsqlite::pg
