// The parser behind parse.hpp: recursive descent over the tokens, by precedence for operators. It throws
// Failure inside; parse.hpp's functions catch it. Depth is bounded: nesting by Enter, height of trees by
// Finish.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/schema/sql/ast.hpp"
#include "core/schema/sql/lexer.hpp"

namespace pgsqlite::schema::sql {

/// Parentheses, CASE, functions and subqueries in each other. SQLite's own parser stack held 100 entries
/// until 3.46.
inline constexpr int kMaxNesting = 200;

class Parser {
  public:
    struct Failure {
        std::string message;
        std::size_t offset;
    };

    explicit Parser(std::string_view sql) : sql_(sql) { token_ = NextToken(sql_, 0); }

    CreateTable ParseTable();
    CreateIndex ParseIndex();
    CreateView ParseView();
    CreateTrigger ParseTrigger();
    CreateVirtualTable ParseVirtual();
    ExpressionPtr ParseExpr();
    SelectPtr ParseSelectStatement();
    /// Throws unless only a semicolon is left.
    void ExpectEnd();

  private:
    class Enter;

    // Tokens
    [[noreturn]] void Fail() const;
    [[noreturn]] void Fail(std::string message) const;
    void Advance();
    Token Peek() const noexcept { return NextToken(sql_, token_.end); }
    bool At(std::string_view word) const noexcept { return token_.Is(word); }
    bool AtOperator(std::string_view text) const noexcept { return token_.IsOperator(text); }
    bool Take(std::string_view word);
    bool TakeOperator(std::string_view text);
    void Expect(std::string_view word);
    void ExpectOperator(std::string_view text);
    bool AtName() const noexcept;
    std::string Name();                           // nm
    std::string Identifier();                     // ids: a name or a string
    std::string Source(std::size_t begin) const;  // from there to the last token taken
    void IfNotExists();

    // Expressions
    ExpressionPtr New(Expression::Kind kind, std::size_t begin) const;
    ExpressionPtr Finish(ExpressionPtr expression);
    ExpressionPtr Binary(int lowest);
    ExpressionPtr Infix(ExpressionPtr left, int lowest, bool& done);
    ExpressionPtr Postfix(ExpressionPtr left, int lowest, bool& done);
    ExpressionPtr In(ExpressionPtr left, bool negated);
    ExpressionPtr Prefix();
    ExpressionPtr Primary();
    ExpressionPtr Parenthesised();
    ExpressionPtr NameOrFunction();
    ExpressionPtr Function();
    ExpressionPtr Case();
    ExpressionPtr Cast();
    ExpressionPtr Raise();
    std::vector<ExpressionPtr> List();
    std::string TypeName();
    Window OverClause();
    Window WindowBody();

    // SELECT
    SelectPtr SelectBody();
    SelectCore Core();
    std::vector<ResultColumn> ResultColumns();
    std::vector<FromItem> From();
    FromItem FromTerm();
    bool JoinOperator(FromItem& item);
    std::vector<OrderTerm> OrderList();
    OrderTerm OrderEntry();
    std::string Alias();
    std::vector<std::string> NameList();

    // DDL
    ColumnDefinition Column();
    bool ColumnConstraint(Constraint& constraint);
    bool TableConstraint(Constraint& constraint);
    void DefaultValue(Constraint& constraint);
    void CheckCondition(Constraint& constraint);
    void ReferenceClause(Reference& reference);
    void DeferrableClause(Reference& reference);
    std::string ConflictClause();
    ExpressionPtr ExpressionInParentheses(std::string& text);

    std::string_view sql_;
    Token token_;
    std::size_t last_end_ = 0;  // of the last token taken
    int nesting_ = 0;
    int highest_ = 0;  // of the expressions of the SELECT being read
};

/// Counts nesting for the time of a scope.
class Parser::Enter {
  public:
    explicit Enter(Parser& parser) : parser_(parser) {
        if (parser_.nesting_ >= kMaxNesting) parser_.Fail("nested too deeply");
        ++parser_.nesting_;
    }
    ~Enter() { --parser_.nesting_; }
    Enter(const Enter&) = delete;
    Enter& operator=(const Enter&) = delete;

  private:
    Parser& parser_;
};

}  // namespace pgsqlite::schema::sql
