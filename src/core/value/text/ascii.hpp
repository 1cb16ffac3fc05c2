// ASCII helpers that depend on no locale: SQLite's and PostgreSQL's keywords and numbers are ASCII, and a
// server's LC_CTYPE must not change what a migration accepts.
#pragma once

#include <cstddef>

#include "core/base/bytes.hpp"

namespace pgsqlite::value {

/// White space as isspace() knows it in the C locale: blank, \t, \n, \v, \f, \r.
constexpr bool IsSpace(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr bool IsDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr char ToLower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Value of a hexadecimal digit, or -1.
constexpr int HexDigit(char c) noexcept {
    if (IsDigit(c)) return c - '0';
    const char lower = ToLower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The text without the white space around it.
constexpr Bytes TrimSpace(Bytes text) noexcept {
    while (!text.empty() && IsSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && IsSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

/// @param lower the word in lower case
constexpr bool EqualsWord(Bytes text, Bytes lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (ToLower(text[i]) != lower[i]) return false;
    return true;
}

}  // namespace pgsqlite::value
