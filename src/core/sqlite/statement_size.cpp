#include "core/sqlite/statement_size.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <climits>

namespace pgsqlite::sqlite {
namespace {

/// Binding strength of SQLite's operators, from its grammar (parse.y).
constexpr int kOr = 1;
constexpr int kAnd = 2;
constexpr int kNot = 3;
constexpr int kEquality = 4;
constexpr int kOrder = 5;
constexpr int kSum = 7;
constexpr int kProduct = 8;
constexpr int kConcat = 9;
constexpr int kStrengths = 10;

/// Symbols before the first item of a pair of brackets: "(" alone; a call's or IN's name, "(", DISTINCT, the
/// items so far and a comma; a subselect's words up to WHERE; CASE, its WHENs so far, WHEN and THEN.
constexpr int kBracket = 1;
constexpr int kCall = 5;
constexpr int kSelect = 14;
constexpr int kCase = 6;

/// One pair of brackets, or CASE … END, that is open.
struct Group {
    int symbols = 0;       ///< on the parser's stack before its present item
    int operators = 0;     ///< in its present item
    int child = 0;         ///< deepest group within its present item
    int depth = 0;         ///< of its deepest item so far
    unsigned waiting = 0;  ///< strengths of operators whose right side is being read, as bits
    bool between = false;  ///< the next AND belongs to BETWEEN
    bool select = false;   ///< a subselect

    int Depth() const noexcept { return std::max(depth, operators + child + 1); }
    void NextItem() noexcept {
        depth = Depth();
        operators = child = 0;
        waiting = 0;
        between = false;
    }
    int Pending() const noexcept { return symbols + 2 * __builtin_popcount(waiting) + (between ? 2 : 0); }
};

bool IsWordChar(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '?' || c == '$' || (c & 0x80) != 0;
}

class Measure {
  public:
    explicit Measure(std::string_view sql) noexcept : sql_(sql) {}

    ExpressionSize Run() noexcept {
        while (at_ < sql_.size() && open_ > 0)
            Token();
        if (open_ != 1) return {INT_MAX, INT_MAX};
        return {groups_[0].Depth(), stack_};
    }

  private:
    Group& Top() noexcept { return groups_[static_cast<std::size_t>(open_ - 1)]; }

    void Token() noexcept {
        const char c = sql_[at_];
        if (c == ' ' || c == '\n' || c == '\t') {
            ++at_;
        } else if (c == '"' || c == '\'') {
            Quoted(c);
            word_ = {};
        } else if (IsWordChar(c)) {
            const std::size_t start = at_;
            while (at_ < sql_.size() && IsWordChar(sql_[at_]))
                ++at_;
            Word(sql_.substr(start, at_ - start));
        } else if (c == '(') {
            ++at_;
            Open(word_.empty() ? kBracket : kCall);
        } else if (c == ')') {
            ++at_;
            Close();
        } else if (c == ',') {
            ++at_;
            Top().NextItem();
            word_ = {};
        } else {
            Symbol();
        }
    }

    void Quoted(char quote) noexcept {
        ++at_;
        while (at_ < sql_.size() && (sql_[at_] != quote || (at_ + 1 < sql_.size() && sql_[at_ + 1] == quote)))
            at_ += sql_[at_] == quote ? 2 : 1;
        ++at_;
    }

    /// Names count as operators: r."a" is a node over two others.
    void Word(std::string_view word) noexcept {
        Group& top = Top();
        word_ = {};
        if (word == "AND") {
            if (top.between)
                top.between = false, Operator(kEquality);
            else
                Operator(kAnd);
        } else if (word == "OR") {
            Operator(kOr);
        } else if (word == "NOT") {
            // IS NOT waits as one operator of three symbols.
            ++top.operators;
            top.waiting |= 1u << kNot;
            Note();
        } else if (word == "IS" || word == "LIKE" || word == "GLOB") {
            Operator(kEquality);
        } else if (word == "BETWEEN") {
            Operator(kEquality);
            Top().between = true;
        } else if (word == "IN") {
            Operator(kEquality);
            word_ = word;
        } else if (word == "CASE") {
            Open(kCase);
        } else if (word == "WHEN" || word == "THEN" || word == "ELSE") {
            top.NextItem();
        } else if (word == "END") {
            Close();
        } else if (word == "SELECT") {
            top.symbols += kSelect;
            top.select = true;
            ++top.operators;
        } else if (word == "FROM" || word == "WHERE") {
            top.NextItem();
        } else {
            ++top.operators;
            word_ = word;
        }
    }

    void Symbol() noexcept {
        const char c = sql_[at_++];
        const char next = at_ < sql_.size() ? sql_[at_] : '\0';
        word_ = {};
        switch (c) {
            case '.':
                ++Top().operators;
                return;
            case '+':
            case '-':
                return Operator(kSum);
            case '*':
            case '/':
            case '%':
                return Operator(kProduct);
            case '|':
                if (next == '|') ++at_;
                return Operator(kConcat);
            case '=':
                return Operator(kEquality);
            case '<':
                if (next == '>' || next == '=') ++at_;
                return Operator(next == '>' ? kEquality : kOrder);
            case '>':
                if (next == '=') ++at_;
                return Operator(kOrder);
            default:
                return Operator(kEquality);
        }
    }

    /// What binds as strongly on the left is a whole by now.
    void Operator(int strength) noexcept {
        Group& top = Top();
        ++top.operators;
        top.waiting &= (1u << strength) - 1;
        top.waiting |= 1u << strength;
        Note();
    }

    void Open(int symbols) noexcept {
        word_ = {};
        if (static_cast<std::size_t>(open_) == groups_.size()) {
            open_ = 0;
            return;
        }
        pending_ += Top().Pending();
        groups_[static_cast<std::size_t>(open_++)] = Group{.symbols = symbols};
        Note();
    }

    void Close() noexcept {
        word_ = {};
        if (open_ <= 1) {
            open_ = 0;
            return;
        }
        // A subselect's expressions are counted once more below those that it stands in.
        const int depth = Top().Depth() * (Top().select ? 2 : 1);
        --open_;
        pending_ -= Top().Pending();
        Top().child = std::max(Top().child, depth);
    }

    void Note() noexcept { stack_ = std::max(stack_, pending_ + Top().Pending() + kTransient); }

    /// Symbols that are reduced as soon as the next is seen: a name's parts, COLLATE and its name.
    static constexpr int kTransient = 4;
    static_assert(kConcat < kStrengths);

    std::string_view sql_;
    std::string_view word_;  ///< just before this place, where it may be a call's name
    std::size_t at_ = 0;
    int pending_ = 0;  ///< symbols of the groups around the present one
    int stack_ = kTransient;
    int open_ = 1;
    std::array<Group, StatementLimits::kParserStack> groups_ = {};
};

}  // namespace

StatementLimits StatementLimits::Of(sqlite3* database) noexcept {
    const auto limit = [database](int id) { return sqlite3_limit(database, id, -1); };
    return {limit(SQLITE_LIMIT_SQL_LENGTH),      limit(SQLITE_LIMIT_EXPR_DEPTH),
            limit(SQLITE_LIMIT_VARIABLE_NUMBER), limit(SQLITE_LIMIT_COLUMN),
            limit(SQLITE_LIMIT_FUNCTION_ARG),    limit(SQLITE_LIMIT_LIKE_PATTERN_LENGTH)};
}

ExpressionSize MeasureExpression(std::string_view sql) noexcept {
    return Measure(sql).Run();
}

}  // namespace pgsqlite::sqlite
