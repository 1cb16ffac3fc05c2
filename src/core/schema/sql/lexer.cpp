#include "core/schema/sql/lexer.hpp"

#include <algorithm>
#include <array>

#include "core/sqlite/identifier.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::schema::sql {
namespace {

using value::HexDigit;
using value::IsDigit;

/// Keywords without %fallback in parse.y.
constexpr std::array<std::string_view, 58> kReserved = {
    "ADD",      "ALL",     "ALTER",       "AND",        "AS",        "AUTOINCREMENT", "BETWEEN",    "CASE",
    "CHECK",    "COLLATE", "COMMIT",      "CONSTRAINT", "CREATE",    "DEFAULT",       "DEFERRABLE", "DELETE",
    "DISTINCT", "DROP",    "ELSE",        "ESCAPE",     "EXCEPT",    "EXISTS",        "FOREIGN",    "FROM",
    "GROUP",    "HAVING",  "IN",          "INDEX",      "INSERT",    "INTERSECT",     "INTO",       "IS",
    "ISNULL",   "JOIN",    "LIMIT",       "NOT",        "NOTHING",   "NOTNULL",       "NULL",       "ON",
    "OR",       "ORDER",   "PRIMARY",     "REFERENCES", "RETURNING", "SELECT",        "SET",        "TABLE",
    "THEN",     "TO",      "TRANSACTION", "UNION",      "UNIQUE",    "UPDATE",        "USING",      "VALUES",
    "WHEN",     "WHERE"};

constexpr std::array<std::string_view, 7> kJoinWords = {"CROSS",   "FULL",  "INNER", "LEFT",
                                                        "NATURAL", "OUTER", "RIGHT"};

template <std::size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N>& list) noexcept {
    return std::any_of(list.begin(), list.end(),
                       [&](std::string_view entry) { return sqlite::EqualNames(word, entry); });
}

/// IdChar of tokenize.c: bytes of multi-byte characters are parts of names.
bool IsWordByte(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool IsBlank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

std::size_t SkipBlank(std::string_view sql, std::size_t at) noexcept {
    while (at < sql.size()) {
        if (IsBlank(sql[at])) {
            ++at;
        } else if (sql.substr(at, 2) == "--") {
            const std::size_t end = sql.find('\n', at);
            at = end == std::string_view::npos ? sql.size() : end + 1;
        } else if (sql.substr(at, 2) == "/*" && at + 2 < sql.size()) {
            const std::size_t end = sql.find("*/", at + 2);
            at = end == std::string_view::npos ? sql.size() : end + 2;
        } else {
            break;
        }
    }
    return at;
}

/// The end of what is quoted from `at` on, or npos where it is not closed.
std::size_t QuotedEnd(std::string_view sql, std::size_t at) noexcept {
    const char close = sql[at] == '[' ? ']' : sql[at];
    for (++at; at < sql.size(); ++at) {
        if (sql[at] != close) continue;
        if (close != ']' && at + 1 < sql.size() && sql[at + 1] == close) {
            ++at;
            continue;
        }
        return at + 1;
    }
    return std::string_view::npos;
}

std::size_t SkipDigits(std::string_view sql, std::size_t at, bool hex) noexcept {
    const auto digit = [&](std::size_t i) {
        return i < sql.size() && (hex ? HexDigit(sql[i]) >= 0 : IsDigit(sql[i]));
    };
    // Underscores between digits came with 3.46.
    while (digit(at) || (at < sql.size() && sql[at] == '_' && at > 0 && digit(at - 1) && digit(at + 1)))
        ++at;
    return at;
}

Token::Kind Number(std::string_view sql, std::size_t at, std::size_t& end) noexcept {
    Token::Kind kind = Token::Kind::kInteger;
    if (sql[at] == '0' && at + 2 < sql.size() && (sql[at + 1] == 'x' || sql[at + 1] == 'X') &&
        HexDigit(sql[at + 2]) >= 0) {
        end = SkipDigits(sql, at + 2, true);
    } else {
        end = SkipDigits(sql, at, false);
        if (end < sql.size() && sql[end] == '.') {
            end = SkipDigits(sql, end + 1, false);
            kind = Token::Kind::kReal;
        }
        if (end < sql.size() && (sql[end] == 'e' || sql[end] == 'E')) {
            std::size_t digits = end + 1;
            if (digits < sql.size() && (sql[digits] == '+' || sql[digits] == '-')) ++digits;
            if (digits < sql.size() && IsDigit(sql[digits])) {
                end = SkipDigits(sql, digits, false);
                kind = Token::Kind::kReal;
            }
        }
    }
    while (end < sql.size() && IsWordByte(sql[end])) {
        kind = Token::Kind::kIllegal;
        ++end;
    }
    return kind;
}

std::size_t OperatorLength(std::string_view rest) noexcept {
    for (std::string_view longer : {"->>", "->", "||", "<=", "<>", "<<", ">=", ">>", "==", "!="})
        if (rest.substr(0, longer.size()) == longer) return longer.size();
    return std::string_view("()+-*/%,;.&|~<>=").find(rest.front()) == std::string_view::npos ? 0 : 1;
}

}  // namespace

bool Token::Is(std::string_view upper) const noexcept {
    return kind == Kind::kWord && sqlite::EqualNames(raw, upper);
}

bool Token::IsReserved() const noexcept {
    return kind == Kind::kWord && IsOneOf(raw, kReserved);
}

bool Token::IsJoinWord() const noexcept {
    return kind == Kind::kWord && IsOneOf(raw, kJoinWords);
}

std::string Token::Text() const {
    std::string text;
    switch (kind) {
        case Kind::kQuoted:
        case Kind::kString: {
            const char close = raw.front() == '[' ? ']' : raw.front();
            for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
                text += raw[i];
                if (raw[i] == close) ++i;  // doubled
            }
            return text;
        }
        case Kind::kBlob:
            return std::string(raw.substr(2, raw.size() - 3));
        case Kind::kInteger:
        case Kind::kReal:
            for (char c : raw)
                if (c != '_') text += c;
            return text;
        default:
            return std::string(raw);
    }
}

Token NextToken(std::string_view sql, std::size_t at) noexcept {
    Token token;
    at = SkipBlank(sql, at);
    token.begin = token.end = at;
    if (at >= sql.size()) return token;
    const char c = sql[at];
    std::size_t end = at + 1;
    if (c == '\'' || c == '"' || c == '`' || c == '[') {
        end = QuotedEnd(sql, at);
        token.kind = c == '\'' ? Token::Kind::kString : Token::Kind::kQuoted;
        if (end == std::string_view::npos) {
            token.kind = Token::Kind::kIllegal;
            end = sql.size();
        }
    } else if (IsDigit(c) || (c == '.' && at + 1 < sql.size() && IsDigit(sql[at + 1]))) {
        token.kind = Number(sql, at, end);
    } else if ((c == 'x' || c == 'X') && at + 1 < sql.size() && sql[at + 1] == '\'') {
        end = at + 2;
        while (end < sql.size() && HexDigit(sql[end]) >= 0)
            ++end;
        const bool good = end < sql.size() && sql[end] == '\'' && (end - at) % 2 == 0;
        token.kind = good ? Token::Kind::kBlob : Token::Kind::kIllegal;
        end = std::min(end + 1, sql.size());
    } else if (c == '?' || c == ':' || c == '@' || c == '#' || c == '$') {
        while (end < sql.size() && IsWordByte(sql[end]))
            ++end;
        token.kind = c == '?' || end > at + 1 ? Token::Kind::kVariable : Token::Kind::kIllegal;
    } else if (IsWordByte(c)) {
        while (end < sql.size() && IsWordByte(sql[end]))
            ++end;
        token.kind = Token::Kind::kWord;
    } else if (const std::size_t length = OperatorLength(sql.substr(at)); length > 0) {
        token.kind = Token::Kind::kOperator;
        end = at + length;
    } else {
        token.kind = Token::Kind::kIllegal;
    }
    token.end = end;
    token.raw = sql.substr(at, end - at);
    return token;
}

}  // namespace pgsqlite::schema::sql
