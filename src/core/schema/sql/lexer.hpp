// Tokens of SQLite's SQL (tokenize.c), for the parser beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pgsqlite::schema::sql {

struct Token {
    enum class Kind : std::uint8_t {
        kEnd,
        kWord,      ///< a name without quotes, or a keyword
        kQuoted,    ///< "a", `a` or [a]
        kString,    ///< 'a'
        kBlob,      ///< x'00'
        kInteger,   ///< 12, 0x1F
        kReal,      ///< 1.5, 1e3
        kVariable,  ///< ?1, :a, @a, $a
        kOperator,
        kIllegal,
    };
    Kind kind = Kind::kEnd;
    std::size_t begin = 0, end = 0;  ///< place in the text
    std::string_view raw;            ///< as written

    /// An unquoted word, compared without ASCII case. @param upper the word in upper case
    bool Is(std::string_view upper) const noexcept;
    bool IsOperator(std::string_view text) const noexcept { return kind == Kind::kOperator && raw == text; }
    /// The name, string, digits of a blob, or number without quotes, doubled quotes and underscores.
    std::string Text() const;
    /// An unquoted word that SQLite never takes for a name (it has no fallback to ID in parse.y).
    bool IsReserved() const noexcept;
    /// JOIN_KW of parse.y: words that are names, but no aliases without AS.
    bool IsJoinWord() const noexcept;
};

/// The token at `at` or behind the white space and comments there. An unterminated comment reaches to the
/// end, as in SQLite; an unterminated string is kIllegal.
Token NextToken(std::string_view sql, std::size_t at) noexcept;

}  // namespace pgsqlite::schema::sql
