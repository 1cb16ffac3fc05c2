#include "core/sqlite/text_shape.hpp"

#include <algorithm>
#include <utility>

#include "core/sqlite/identifier.hpp"

namespace pgsqlite::sqlite {
namespace {

enum class Kind { kEnd, kWord, kQuoted, kOpen, kClose, kComma, kSemicolon, kDot, kOther };

struct Token {
    Kind kind = Kind::kEnd;
    std::string_view text;  ///< with its quotes
};

bool IsSpace(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
/// As SQLite's IdChar: letters, digits, _, $ and everything beyond ASCII.
bool IsWordByte(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

/// SQLite's tokens (tokenize.c), as far as they matter here.
class Lexer {
  public:
    explicit Lexer(std::string_view sql) noexcept : sql_(sql) {}

    Token Next() noexcept {
        SkipBlank();
        // SQLite reads a text up to its first NUL.
        if (at_ >= sql_.size() || sql_[at_] == '\0') return {};
        const std::size_t from = at_;
        const char c = sql_[at_];
        switch (c) {
            case '\'':
            case '"':
            case '`':
                SkipQuoted(c);
                return {Kind::kQuoted, sql_.substr(from, at_ - from)};
            case '[':
                at_ = std::min(sql_.find(']', at_), sql_.size() - 1) + 1;
                return {Kind::kQuoted, sql_.substr(from, at_ - from)};
            case '(':
                return One(Kind::kOpen);
            case ')':
                return One(Kind::kClose);
            case ',':
                return One(Kind::kComma);
            case ';':
                return One(Kind::kSemicolon);
            case '.':
                return One(Kind::kDot);
            default:
                break;
        }
        if (!IsWordByte(c)) return One(Kind::kOther);
        while (at_ < sql_.size() && IsWordByte(sql_[at_]))
            ++at_;
        return {Kind::kWord, sql_.substr(from, at_ - from)};
    }

  private:
    Token One(Kind kind) noexcept { return {kind, sql_.substr(at_++, 1)}; }

    bool Follows(char a, char b) const noexcept {
        return at_ + 1 < sql_.size() && sql_[at_] == a && sql_[at_ + 1] == b;
    }
    void SkipBlank() noexcept {
        while (at_ < sql_.size()) {
            if (IsSpace(sql_[at_])) {
                ++at_;
            } else if (Follows('-', '-')) {
                at_ = std::min(sql_.find('\n', at_), sql_.size());
            } else if (Follows('/', '*')) {
                const std::size_t end = sql_.find("*/", at_ + 2);
                at_ = end == std::string_view::npos ? sql_.size() : end + 2;
            } else {
                return;
            }
        }
    }
    void SkipQuoted(char quote) noexcept {
        for (++at_; at_ < sql_.size(); ++at_) {
            if (sql_[at_] != quote) continue;
            ++at_;
            if (at_ >= sql_.size() || sql_[at_] != quote) return;
        }
    }

    std::string_view sql_;
    std::size_t at_ = 0;
};

std::string Unquote(const Token& token) {
    if (token.kind != Kind::kQuoted) return std::string(token.text);
    const char quote = token.text.front();
    std::string name;
    for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
        name += token.text[i];
        if (quote != '[' && token.text[i] == quote) ++i;
    }
    return name;
}

template <std::size_t N>
bool IsOneOf(const char* const (&words)[N], std::string_view word) noexcept {
    for (const char* candidate : words)
        if (EqualNames(candidate, word)) return true;
    return false;
}

/// What one pair of parentheses holds.
struct Level {
    std::size_t collates = 0;  ///< since the last comma
    std::size_t inner = 0;     ///< those of what stands in parentheses since then
    std::size_t most = 0;      ///< of all that came before that
    bool from = false;         ///< in a FROM clause
    bool on = false;           ///< in a join's condition

    std::size_t Highest() const noexcept { return std::max(most, collates + inner); }
    void Separate() noexcept {
        most = Highest();
        collates = inner = 0;
    }
};

/// Where we are behind an IN that a table may follow: [schema .] name.
enum class AfterIn { kNone, kWord, kName };

class ShapeReader {
  public:
    explicit ShapeReader(std::string_view sql) : lexer_(sql) {}

    TextShape Read() {
        for (Token token = lexer_.Next(); token.kind != Kind::kEnd; token = lexer_.Next())
            Take(token);
        while (levels_.size() > 1)
            Close();
        shape_.collates = levels_.back().Highest();
        shape_.levels = deepest_ + expressions_;
        return std::move(shape_);
    }

  private:
    void Take(const Token& token) {
        Level& level = levels_.back();
        const bool in_with = after_as_ && token.kind == Kind::kOpen;
        const bool materialized = after_as_ && token.kind == Kind::kWord &&
                                  (EqualNames(token.text, "NOT") || EqualNames(token.text, "MATERIALIZED"));
        if (!materialized) after_as_ = false;
        switch (token.kind) {
            case Kind::kDot:
                after_in_ = after_in_ == AfterIn::kName ? AfterIn::kWord : AfterIn::kNone;
                return;
            case Kind::kOpen:
                if (in_with && with_) ++expressions_;
                if (in_with && !with_) shape_.computed = true;
                Open();
                break;
            case Kind::kClose:
                if (levels_.size() > 1) Close();
                break;
            case Kind::kComma:
                level.Separate();
                level.on = false;
                break;
            case Kind::kSemicolon:
                level.Separate();
                level.from = level.on = false;
                break;
            case Kind::kWord:
            case Kind::kQuoted:
                TakeName(token, level);
                return;
            default:
                break;
        }
        first_ = false;
        after_in_ = AfterIn::kNone;
    }

    void TakeName(const Token& token, Level& level) {
        const bool is_first = std::exchange(first_, false);
        const bool in_operand = after_in_ == AfterIn::kWord;
        after_in_ = in_operand ? AfterIn::kName : AfterIn::kNone;
        const bool may_be_table = pragma_ || in_operand || (level.from && !level.on);
        if (token.kind == Kind::kWord && TakeKeyword(token.text, is_first, level)) return;
        if (may_be_table) shape_.names.push_back(Unquote(token));
    }

    /// False for words that may be names, too.
    bool TakeKeyword(std::string_view word, bool is_first, Level& level) noexcept {
        static constexpr const char* kEndsFrom[] = {"SELECT", "WHERE",     "GROUP", "HAVING",
                                                    "ORDER",  "LIMIT",     "UNION", "EXCEPT",
                                                    "VALUES", "INTERSECT", "SET"};
        if (EqualNames(word, "COLLATE")) {
            ++level.collates;
        } else if (EqualNames(word, "FROM") || EqualNames(word, "JOIN")) {
            level.from = true;
            level.on = false;
        } else if (EqualNames(word, "ON") || EqualNames(word, "USING")) {
            level.on = true;
        } else if (EqualNames(word, "WITH")) {
            with_ = true;
            return false;
        } else if (EqualNames(word, "AS")) {
            after_as_ = true;
        } else if (EqualNames(word, "IN")) {
            after_in_ = AfterIn::kWord;
        } else if (is_first && EqualNames(word, "PRAGMA")) {
            pragma_ = true;
        } else if (IsOneOf(kEndsFrom, word)) {
            level.from = level.on = false;
        } else {
            return false;
        }
        return true;
    }

    void Open() {
        Level inner;
        inner.from = levels_.back().from && !levels_.back().on;
        levels_.push_back(inner);
        deepest_ = std::max(deepest_, levels_.size() - 1);
    }
    void Close() {
        const std::size_t highest = levels_.back().Highest();
        levels_.pop_back();
        levels_.back().inner = std::max(levels_.back().inner, highest);
    }

    Lexer lexer_;
    TextShape shape_;
    std::vector<Level> levels_ = std::vector<Level>(1);
    std::size_t deepest_ = 0;
    std::size_t expressions_ = 0;  ///< common table expressions
    bool first_ = true;
    bool pragma_ = false;
    bool with_ = false;
    bool after_as_ = false;
    AfterIn after_in_ = AfterIn::kNone;
};

}  // namespace

TextShape ReadTextShape(std::string_view sql) {
    return ShapeReader(sql).Read();
}

}  // namespace pgsqlite::sqlite
