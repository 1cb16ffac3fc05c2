// Identifiers as SQLite compares them: bytes, but for the case of ASCII letters (sqlite3_stricmp).
#pragma once

#include <string>
#include <string_view>

namespace pgsqlite::sqlite {

constexpr char FoldNameByte(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool EqualNames(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (FoldNameByte(a[i]) != FoldNameByte(b[i])) return false;
    return true;
}

/// Key under which names that SQLite takes for equal meet in a map.
inline std::string NameKey(std::string_view name) {
    std::string key(name);
    for (char& c : key)
        c = FoldNameByte(c);
    return key;
}

}  // namespace pgsqlite::sqlite
