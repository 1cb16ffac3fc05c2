#include "core/sqlite/create_text.hpp"

#include <utility>

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
        std::size_t begin = 0;  ///< where it stands in the text
        std::size_t end = 0;
        bool AtEnd() const noexcept { return begin == end; }
        bool Is(std::string_view keyword) const noexcept { return !quoted && EqualNames(text, keyword); }
    };

    /// An empty unquoted token at the end.
    Token Next() {
        SkipBlank();
        const std::size_t begin = at_;
        Token token;
        if (at_ < sql_.size()) {
            const char c = sql_[at_];
            if (c == '"' || c == '\'' || c == '`' || c == '[')
                token = Quoted(c == '[' ? ']' : c);
            else
                token.text = Plain();
        }
        token.begin = begin;
        token.end = at_;
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

    std::string_view Plain() noexcept {
        const std::size_t begin = at_;
        while (at_ < sql_.size() && IsWord(sql_[at_]))
            ++at_;
        if (at_ == begin) ++at_;
        return sql_.substr(begin, at_ - begin);
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

IndexText ReadIndexText(std::string_view sql) {
    IndexText index;
    Tokens tokens(sql);
    if (!tokens.Next().Is("CREATE")) return index;
    Tokens::Token token = tokens.Next();
    if (token.Is("UNIQUE")) token = tokens.Next();
    if (!token.Is("INDEX")) return index;
    tokens.Next();  // the name
    if (!tokens.Next().Is("ON")) return index;
    tokens.Next();  // the table
    if (!tokens.Next().Is("(")) return index;

    std::size_t begin = sql.size();  // of the item at hand
    std::size_t end = 0;             // of its last token that counts
    for (int depth = 1; depth > 0;) {
        token = tokens.Next();
        if (token.AtEnd()) return {};
        if (token.Is("(")) ++depth;
        if (token.Is(")")) --depth;
        if (depth == 0 || (depth == 1 && token.Is(","))) {
            index.items.emplace_back(begin < end ? sql.substr(begin, end - begin) : std::string_view());
            begin = sql.size();
            end = 0;
            continue;
        }
        if (begin == sql.size()) begin = token.begin;
        // An expression never ends with one of these words: they are reserved for this place.
        if (depth > 1 || (!token.Is("ASC") && !token.Is("DESC"))) end = token.end;
    }
    if (!tokens.Next().Is("WHERE")) return index;
    token = tokens.Next();
    begin = token.begin;
    for (end = begin; !token.AtEnd(); token = tokens.Next())
        end = token.end;
    index.predicate = sql.substr(begin, end - begin);
    return index;
}

TriggerHead ReadTriggerHead(std::string_view sql) {
    TriggerHead head;
    Tokens tokens(sql);
    if (!tokens.Next().Is("CREATE") || !tokens.Next().Is("TRIGGER")) return head;
    tokens.Next();  // the name; sqlite_schema keeps neither IF NOT EXISTS nor the schema's name
    Tokens::Token token = tokens.Next();
    std::string timing = "BEFORE";
    if (token.Is("INSTEAD")) {
        timing = "INSTEAD OF";
        tokens.Next();
        token = tokens.Next();
    } else if (token.Is("BEFORE") || token.Is("AFTER")) {
        timing = token.Is("AFTER") ? "AFTER" : "BEFORE";
        token = tokens.Next();
    }
    const char* event = token.Is("INSERT")   ? "INSERT"
                        : token.Is("UPDATE") ? "UPDATE"
                        : token.Is("DELETE") ? "DELETE"
                                             : nullptr;
    if (event == nullptr) return head;
    head.timing = std::move(timing);
    head.event = event;
    if (!tokens.Next().Is("OF")) return head;
    do
        head.columns.push_back(tokens.Next().text);
    while (tokens.Next().Is(","));
    return head;
}

}  // namespace pgsqlite::sqlite
