#include "core/sqlite/create_text.hpp"

#include "core/sqlite/identifier.hpp"

namespace pgsqlite::sqlite {
namespace {

/// Reads SQLite tokens: words, quoted names and single other characters; white space and comments are
/// skipped.
class Tokens {
  public:
    explicit Tokens(std::string_view sql) : sql_(sql) {}

    struct Token {
        std::string text;  ///< unquoted
        bool quoted = false;
        bool Is(std::string_view keyword) const noexcept { return !quoted && EqualNames(text, keyword); }
    };

    /// An empty unquoted token at the end.
    Token Next() {
        SkipBlank();
        Token token;
        if (at_ >= sql_.size()) return token;
        const char c = sql_[at_];
        if (c == '"' || c == '\'' || c == '`' || c == '[') return Quoted(c == '[' ? ']' : c);
        const std::size_t begin = at_;
        while (at_ < sql_.size() && IsWord(sql_[at_]))
            ++at_;
        if (at_ == begin) ++at_;
        token.text = sql_.substr(begin, at_ - begin);
        return token;
    }

  private:
    // Bytes of multi-byte characters are parts of names in SQLite.
    static bool IsWord(char c) noexcept {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '$' || static_cast<unsigned char>(c) >= 0x80;
    }

    void SkipBlank() noexcept {
        while (at_ < sql_.size()) {
            const char c = sql_[at_];
            if (c == ' ' || (c >= '\t' && c <= '\r')) {
                ++at_;
            } else if (sql_.substr(at_, 2) == "--") {
                const std::size_t end = sql_.find('\n', at_);
                at_ = end == std::string_view::npos ? sql_.size() : end + 1;
            } else if (sql_.substr(at_, 2) == "/*") {
                const std::size_t end = sql_.find("*/", at_ + 2);
                at_ = end == std::string_view::npos ? sql_.size() : end + 2;
            } else {
                return;
            }
        }
    }

    Token Quoted(char close) {
        Token token;
        token.quoted = true;
        for (++at_; at_ < sql_.size(); ++at_) {
            if (sql_[at_] == close) {
                ++at_;
                if (close == ']' || at_ >= sql_.size() || sql_[at_] != close) return token;
            }
            token.text += sql_[at_];
        }
        return token;
    }

    std::string_view sql_;
    std::size_t at_ = 0;
};

}  // namespace

std::string VirtualTableModule(std::string_view sql) {
    Tokens tokens(sql);
    if (!tokens.Next().Is("CREATE") || !tokens.Next().Is("VIRTUAL") || !tokens.Next().Is("TABLE")) return {};
    tokens.Next();  // the name; sqlite_schema keeps neither IF NOT EXISTS nor the schema's name
    if (!tokens.Next().Is("USING")) return {};
    return tokens.Next().text;
}

}  // namespace pgsqlite::sqlite
