// Expressions. Operators bind as parse.y's %left and %right lines say.
#include <algorithm>

#include "core/schema/sql/parser.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::schema::sql {
namespace {

using ExpressionKind = Expression::Kind;

enum Precedence : int {
    kOr = 1,
    kAnd,
    kNot,
    kEquality,
    kRelation,
    kBits,
    kSum,
    kProduct,
    kConcat,
    kCollation,
    kUnarySign
};

int OperatorPrecedence(std::string_view op) noexcept {
    if (op == "=" || op == "==" || op == "<>" || op == "!=") return kEquality;
    if (op == "<" || op == "<=" || op == ">" || op == ">=") return kRelation;
    if (op == "&" || op == "|" || op == "<<" || op == ">>") return kBits;
    if (op == "+" || op == "-") return kSum;
    if (op == "*" || op == "/" || op == "%") return kProduct;
    if (op == "||" || op == "->" || op == "->>") return kConcat;
    return 0;
}

std::string Upper(std::string_view text) {
    std::string upper(text);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return upper;
}

}  // namespace

ExpressionPtr Parser::New(ExpressionKind kind, std::size_t begin) const {
    auto expression = std::make_unique<Expression>();
    expression->kind = kind;
    expression->begin = begin;
    return expression;
}

/// Sets end and height, and refuses a tree that is too high.
ExpressionPtr Parser::Finish(ExpressionPtr expression) {
    expression->end = last_end_;
    int height = 0;
    for (const ExpressionPtr& operand : expression->operands)
        height = std::max(height, operand->height);
    for (const OrderTerm& term : expression->order)
        height = std::max(height, term.expression->height);
    if (expression->filter) height = std::max(height, expression->filter->height);
    if (expression->select) height = std::max(height, expression->select->height);
    expression->height = height + 1;
    highest_ = std::max(highest_, expression->height);
    if (expression->height > kMaxDepth) Fail("expression tree is too large");
    return expression;
}

ExpressionPtr Parser::ParseExpr() {
    Enter nesting(*this);
    return Binary(kOr);
}

ExpressionPtr Parser::Binary(int lowest) {
    ExpressionPtr left = Prefix();
    for (bool done = false; !done;) {
        left = Postfix(std::move(left), lowest, done);
        if (done) left = Infix(std::move(left), lowest, done);
    }
    return left;
}

/// One binary operator of at least that precedence; `done` where there is none.
ExpressionPtr Parser::Infix(ExpressionPtr left, int lowest, bool& done) {
    int precedence = 0;
    std::string op;
    if (token_.kind == Token::Kind::kOperator) {
        precedence = OperatorPrecedence(token_.raw);
        op = token_.raw == "==" ? "=" : token_.raw == "!=" ? "<>" : std::string(token_.raw);
    } else if (At("AND") || At("OR")) {
        precedence = At("AND") ? kAnd : kOr;
        op = Upper(token_.raw);
    } else if (At("IS")) {
        precedence = kEquality;
        op = "IS";
    }
    done = precedence < lowest || precedence == 0;
    if (done) return left;
    Advance();
    if (op == "IS") {
        if (Take("NOT")) op = "IS NOT";
        if (At("DISTINCT") && Peek().Is("FROM")) {
            Advance();
            Advance();
            op = op == "IS" ? "IS NOT" : "IS";
        }
    }
    auto node = New(ExpressionKind::kBinary, left->begin);
    node->text = std::move(op);
    node->operands.push_back(std::move(left));
    node->operands.push_back(Binary(precedence + 1));
    return Finish(std::move(node));
}

/// LIKE, BETWEEN, IN, ISNULL, NOTNULL, NOT NULL and COLLATE; `done` where there is none.
ExpressionPtr Parser::Postfix(ExpressionPtr left, int lowest, bool& done) {
    const std::size_t begin = left->begin;
    done = false;
    if (At("COLLATE") && lowest <= kCollation) {
        Advance();
        auto node = New(ExpressionKind::kCollate, begin);
        node->text = Identifier();
        node->operands.push_back(std::move(left));
        return Finish(std::move(node));
    }
    done = lowest > kEquality || token_.kind != Token::Kind::kWord;
    if (done) return left;
    const bool negated = At("NOT");
    const Token word = negated ? Peek() : token_;
    const auto next = [&] {
        if (negated) Advance();
        Advance();
    };
    if (word.Is("ISNULL") || word.Is("NOTNULL") || word.Is("NULL")) {
        if (word.Is("NULL") != negated) {
            done = true;
            return left;
        }
        auto node = New(ExpressionKind::kIsNull, begin);
        node->negated = !word.Is("ISNULL");
        next();
        node->operands.push_back(std::move(left));
        return Finish(std::move(node));
    }
    if (word.Is("LIKE") || word.Is("GLOB") || word.Is("REGEXP") || word.Is("MATCH")) {
        next();
        auto node = New(ExpressionKind::kLike, begin);
        node->text = Upper(word.raw);
        node->negated = negated;
        node->operands.push_back(std::move(left));
        node->operands.push_back(Binary(kRelation));
        if (node->text != "MATCH" && Take("ESCAPE")) node->operands.push_back(Binary(kBits));
        return Finish(std::move(node));
    }
    if (word.Is("BETWEEN")) {
        next();
        auto node = New(ExpressionKind::kBetween, begin);
        node->negated = negated;
        node->operands.push_back(std::move(left));
        node->operands.push_back(Binary(kEquality));
        Expect("AND");
        node->operands.push_back(Binary(kRelation));
        return Finish(std::move(node));
    }
    if (word.Is("IN")) {
        next();
        return In(std::move(left), negated);
    }
    done = true;
    return left;
}

ExpressionPtr Parser::In(ExpressionPtr left, bool negated) {
    auto node = New(ExpressionKind::kIn, left->begin);
    node->negated = negated;
    node->operands.push_back(std::move(left));
    if (TakeOperator("(")) {
        if (At("SELECT") || At("VALUES") || At("WITH")) {
            node->select = SelectBody();
        } else if (!AtOperator(")")) {
            for (ExpressionPtr& entry : List())
                node->operands.push_back(std::move(entry));
        }
        ExpectOperator(")");
        return Finish(std::move(node));
    }
    node->in_table = true;
    node->text = Name();
    if (TakeOperator(".")) {
        node->schema = std::move(node->text);
        node->text = Name();
    }
    if (TakeOperator("(")) {
        if (!AtOperator(")"))
            for (ExpressionPtr& entry : List())
                node->operands.push_back(std::move(entry));
        ExpectOperator(")");
    }
    return Finish(std::move(node));
}

ExpressionPtr Parser::Prefix() {
    const std::size_t begin = token_.begin;
    if (At("NOT") && !Peek().Is("EXISTS")) {
        Enter nesting(*this);
        Advance();
        auto node = New(ExpressionKind::kUnary, begin);
        node->text = "NOT";
        node->operands.push_back(Binary(kNot));
        return Finish(std::move(node));
    }
    if (AtOperator("-") || AtOperator("+") || AtOperator("~")) {
        Enter nesting(*this);
        auto node = New(ExpressionKind::kUnary, begin);
        node->text = token_.raw;
        Advance();
        node->operands.push_back(Binary(kUnarySign));
        return Finish(std::move(node));
    }
    return Primary();
}

ExpressionPtr Parser::Primary() {
    const std::size_t begin = token_.begin;
    const auto literal = [&](ExpressionKind kind) {
        auto node = New(kind, begin);
        node->text = token_.Text();
        Advance();
        return Finish(std::move(node));
    };
    switch (token_.kind) {
        case Token::Kind::kInteger:
            return literal(ExpressionKind::kInteger);
        case Token::Kind::kReal:
            return literal(ExpressionKind::kReal);
        case Token::Kind::kBlob:
            return literal(ExpressionKind::kBlob);
        case Token::Kind::kVariable:
            return literal(ExpressionKind::kParameter);
        case Token::Kind::kString:
            return Peek().IsOperator(".") ? NameOrFunction() : literal(ExpressionKind::kString);
        case Token::Kind::kQuoted:
            return NameOrFunction();
        case Token::Kind::kOperator:
            if (AtOperator("(")) return Parenthesised();
            Fail();
        case Token::Kind::kWord:
            break;
        default:
            Fail();
    }
    if (At("NULL")) return literal(ExpressionKind::kNull);
    if (At("CURRENT_TIME") || At("CURRENT_DATE") || At("CURRENT_TIMESTAMP")) {
        auto node = literal(ExpressionKind::kTimeWord);
        node->text = Upper(node->text);
        return node;
    }
    if (At("CASE")) return Case();
    if (At("CAST") && Peek().IsOperator("(")) return Cast();
    if (At("RAISE") && Peek().IsOperator("(")) return Raise();
    if (At("EXISTS") || At("NOT")) {
        Enter nesting(*this);
        auto node = New(ExpressionKind::kExists, begin);
        node->negated = Take("NOT");
        Expect("EXISTS");
        ExpectOperator("(");
        node->select = SelectBody();
        ExpectOperator(")");
        return Finish(std::move(node));
    }
    return NameOrFunction();
}

ExpressionPtr Parser::Parenthesised() {
    const std::size_t begin = token_.begin;
    Enter nesting(*this);
    ExpectOperator("(");
    if (At("SELECT") || At("VALUES") || At("WITH")) {
        auto node = New(ExpressionKind::kSubquery, begin);
        node->select = SelectBody();
        ExpectOperator(")");
        return Finish(std::move(node));
    }
    ExpressionPtr first = Binary(kOr);
    if (AtOperator(",")) {
        auto node = New(ExpressionKind::kRow, begin);
        node->operands.push_back(std::move(first));
        while (TakeOperator(","))
            node->operands.push_back(ParseExpr());
        ExpectOperator(")");
        return Finish(std::move(node));
    }
    ExpectOperator(")");
    first->begin = begin;
    first->end = last_end_;
    return first;
}

ExpressionPtr Parser::NameOrFunction() {
    if (Peek().IsOperator("(") && token_.kind != Token::Kind::kString) return Function();
    auto node = New(ExpressionKind::kName, token_.begin);
    node->quote = token_.kind != Token::Kind::kQuoted ? Expression::Quote::kNone
                  : token_.raw.front() == '"'         ? Expression::Quote::kDouble
                                                      : Expression::Quote::kOther;
    node->text = Name();
    for (int part = 0; part < 2 && AtOperator("."); ++part) {
        Advance();
        node->schema = std::move(node->table);
        node->table = std::move(node->text);
        node->text = Name();
        node->quote = Expression::Quote::kOther;  // a qualified name is never a string
    }
    return Finish(std::move(node));
}

ExpressionPtr Parser::Function() {
    Enter nesting(*this);
    auto node = New(ExpressionKind::kFunction, token_.begin);
    node->text = Name();
    ExpectOperator("(");
    if (TakeOperator("*")) {
        node->star = true;
    } else if (!AtOperator(")")) {
        node->distinct = Take("DISTINCT");
        if (!node->distinct) Take("ALL");
        node->operands = List();
        if (At("ORDER")) node->order = OrderList();
    }
    ExpectOperator(")");
    if (At("FILTER") && Peek().IsOperator("(")) {
        Advance();
        Advance();
        Expect("WHERE");
        node->filter = ParseExpr();
        ExpectOperator(")");
    }
    // "over" may also be an alias, as in SELECT f(x) over FROM t.
    if (At("OVER")) {
        const Token next = Peek();
        const bool name =
            next.kind == Token::Kind::kQuoted || (next.kind == Token::Kind::kWord && !next.IsReserved());
        if (next.IsOperator("(") || name) node->over = std::make_unique<Window>(OverClause());
    }
    return Finish(std::move(node));
}

ExpressionPtr Parser::Case() {
    Enter nesting(*this);
    auto node = New(ExpressionKind::kCase, token_.begin);
    Expect("CASE");
    node->has_base = !At("WHEN");
    if (node->has_base) node->operands.push_back(ParseExpr());
    do {
        Expect("WHEN");
        node->operands.push_back(ParseExpr());
        Expect("THEN");
        node->operands.push_back(ParseExpr());
    } while (At("WHEN"));
    node->has_else = Take("ELSE");
    if (node->has_else) node->operands.push_back(ParseExpr());
    Expect("END");
    return Finish(std::move(node));
}

ExpressionPtr Parser::Cast() {
    Enter nesting(*this);
    auto node = New(ExpressionKind::kCast, token_.begin);
    Expect("CAST");
    ExpectOperator("(");
    node->operands.push_back(ParseExpr());
    Expect("AS");
    node->text = TypeName();
    ExpectOperator(")");
    return Finish(std::move(node));
}

ExpressionPtr Parser::Raise() {
    auto node = New(ExpressionKind::kRaise, token_.begin);
    Expect("RAISE");
    ExpectOperator("(");
    if (!Take("IGNORE")) {
        if (!Take("ROLLBACK") && !Take("ABORT")) Expect("FAIL");
        ExpectOperator(",");
        node->operands.push_back(ParseExpr());
    }
    ExpectOperator(")");
    return Finish(std::move(node));
}

std::vector<ExpressionPtr> Parser::List() {
    std::vector<ExpressionPtr> list;
    do {
        list.push_back(ParseExpr());
    } while (TakeOperator(","));
    return list;
}

}  // namespace pgsqlite::schema::sql
