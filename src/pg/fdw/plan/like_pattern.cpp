#include "pg/fdw/plan/like_pattern.hpp"

#include "pg/fdw/plan/deparse_parts.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// The character behind `c`, where its bytes sort behind those of `c` in UTF-8 and in UTF-16 of either order
/// (the surrogates begin behind D7FF); 0 where they don't, or where there is none.
pg_wchar NextCharacter(pg_wchar c) {
    if (c == 0x7f || (c & 0xff) == 0xff || c >= 0xfffd) return 0;
    return c + 1;
}

}  // namespace

GlobPattern ReadLikePattern(const DeparseContext* context, const Expr* pattern) {
    GlobPattern result = {};
    if (!IsA(pattern, Const)) return result;
    const Const* constant = reinterpret_cast<const Const*>(pattern);
    if (constant->constisnull) return result;
    const char* like = TextDatumGetCString(constant->constvalue);
    if (std::strlen(like) > kMaxLiteral) return result;
    const bool utf8 = GetDatabaseEncoding() == PG_UTF8;
    StringInfoData glob;
    StringInfoData prefix;
    initStringInfo(&glob);
    initStringInfo(&prefix);
    bool in_prefix = true;
    result.beyond = "";
    int size = 1;
    for (const char* c = like; *c != '\0'; c += size) {
        size = 1;
        if (*c == '%' || *c == '_') {
            appendStringInfoChar(&glob, *c == '%' ? '*' : '?');
            in_prefix = false;
            continue;
        }
        if (*c == '\\' && *++c == '\0') return {};
        const auto* bytes = reinterpret_cast<const unsigned char*>(c);
        if (utf8) size = pg_utf_mblen(bytes);
        if (*c == '*' || *c == '?' || *c == '[')
            appendStringInfo(&glob, "[%c]", *c);
        else
            appendBinaryStringInfo(&glob, c, size);
        // Of other encodings ASCII alone.
        in_prefix = in_prefix && (utf8 || !IS_HIGHBIT_SET(*c));
        if (!in_prefix) continue;
        const pg_wchar next = NextCharacter(utf8 ? utf8_to_unicode(bytes) : *bytes);
        unsigned char last[MAX_MULTIBYTE_CHAR_LEN + 1] = {};
        // Without one, the bound of what stands before it remains.
        if (next != 0)
            result.beyond = QuotedText(
                psprintf("%s%s", prefix.data, reinterpret_cast<char*>(unicode_to_utf8(next, last))));
        appendBinaryStringInfo(&prefix, c, size);
    }
    if (glob.len > LimitsOf(context).pattern) return {};
    result.sql = QuotedText(glob.data);
    result.prefix = prefix.len > 0 ? QuotedText(prefix.data) : "";
    return result;
}

}  // namespace pgsqlite::pg::fdw
