// The entry points, the tokens' helpers, and the shorter statements: CREATE INDEX, VIEW, TRIGGER, VIRTUAL
// TABLE.
#include "core/schema/sql/parse.hpp"

#include <utility>

#include "core/schema/sql/parser.hpp"

namespace pgsqlite::schema::sql {
namespace {

template <typename T, typename Read>
Parsed<T> Guarded(std::string_view sql, Read read) {
    Parsed<T> parsed;
    try {
        Parser parser(sql);
        parsed.tree.emplace(read(parser));
        parser.ExpectEnd();
    } catch (const Parser::Failure& failure) {
        parsed.tree.reset();
        parsed.error = failure.message;
        parsed.offset = failure.offset;
    }
    return parsed;
}

}  // namespace

Expression::Expression() = default;
Expression::~Expression() = default;
FromItem::FromItem() = default;
FromItem::FromItem(FromItem&&) noexcept = default;
FromItem& FromItem::operator=(FromItem&&) noexcept = default;
FromItem::~FromItem() = default;

Parsed<CreateTable> ParseCreateTable(std::string_view sql) {
    return Guarded<CreateTable>(sql, [](Parser& parser) { return parser.ParseTable(); });
}
Parsed<CreateIndex> ParseCreateIndex(std::string_view sql) {
    return Guarded<CreateIndex>(sql, [](Parser& parser) { return parser.ParseIndex(); });
}
Parsed<CreateView> ParseCreateView(std::string_view sql) {
    return Guarded<CreateView>(sql, [](Parser& parser) { return parser.ParseView(); });
}
Parsed<CreateTrigger> ParseCreateTrigger(std::string_view sql) {
    return Guarded<CreateTrigger>(sql, [](Parser& parser) { return parser.ParseTrigger(); });
}
Parsed<CreateVirtualTable> ParseCreateVirtualTable(std::string_view sql) {
    return Guarded<CreateVirtualTable>(sql, [](Parser& parser) { return parser.ParseVirtual(); });
}
Parsed<ExpressionPtr> ParseExpression(std::string_view sql) {
    return Guarded<ExpressionPtr>(sql, [](Parser& parser) { return parser.ParseExpr(); });
}
Parsed<SelectPtr> ParseSelect(std::string_view sql) {
    return Guarded<SelectPtr>(sql, [](Parser& parser) { return parser.ParseSelectStatement(); });
}

void Parser::Fail() const {
    if (token_.kind == Token::Kind::kEnd) throw Failure{"incomplete input", token_.begin};
    const std::string near(token_.raw.substr(0, 40));
    throw Failure{(token_.kind == Token::Kind::kIllegal ? "unrecognized token: \"" : "syntax error near \"") +
                      near + "\"",
                  token_.begin};
}

void Parser::Fail(std::string message) const {
    throw Failure{std::move(message), token_.begin};
}

void Parser::Advance() {
    if (token_.kind == Token::Kind::kIllegal || token_.kind == Token::Kind::kEnd) Fail();
    last_end_ = token_.end;
    token_ = NextToken(sql_, token_.end);
}

bool Parser::Take(std::string_view word) {
    if (!At(word)) return false;
    Advance();
    return true;
}

bool Parser::TakeOperator(std::string_view text) {
    if (!AtOperator(text)) return false;
    Advance();
    return true;
}

void Parser::Expect(std::string_view word) {
    if (!Take(word)) Fail();
}

void Parser::ExpectOperator(std::string_view text) {
    if (!TakeOperator(text)) Fail();
}

void Parser::ExpectEnd() {
    TakeOperator(";");
    if (token_.kind != Token::Kind::kEnd) Fail();
}

bool Parser::AtName() const noexcept {
    return token_.kind == Token::Kind::kQuoted || token_.kind == Token::Kind::kString ||
           (token_.kind == Token::Kind::kWord && !token_.IsReserved());
}

std::string Parser::Name() {
    if (!AtName()) Fail();
    std::string name = token_.Text();
    Advance();
    return name;
}

std::string Parser::Identifier() {
    return Name();
}

std::string Parser::Source(std::size_t begin) const {
    return begin < last_end_ ? std::string(sql_.substr(begin, last_end_ - begin)) : std::string();
}

void Parser::IfNotExists() {
    if (!At("IF") || !Peek().Is("NOT")) return;
    Advance();
    Expect("NOT");
    Expect("EXISTS");
}

CreateIndex Parser::ParseIndex() {
    CreateIndex index;
    Expect("CREATE");
    index.unique = Take("UNIQUE");
    Expect("INDEX");
    IfNotExists();
    index.name = Name();
    if (TakeOperator(".")) index.name = Name();
    Expect("ON");
    index.table = Name();
    ExpectOperator("(");
    do {
        const std::size_t begin = token_.begin;
        index.key.push_back(OrderEntry());
        index.key_texts.push_back(Source(begin));
    } while (TakeOperator(","));
    ExpectOperator(")");
    if (Take("WHERE")) {
        const std::size_t begin = token_.begin;
        index.where = ParseExpr();
        index.where_text = Source(begin);
    }
    return index;
}

CreateView Parser::ParseView() {
    CreateView view;
    Expect("CREATE");
    if (!Take("TEMP")) Take("TEMPORARY");
    Expect("VIEW");
    IfNotExists();
    view.name = Name();
    if (TakeOperator(".")) view.name = Name();
    if (AtOperator("(")) view.columns = NameList();
    Expect("AS");
    const std::size_t begin = token_.begin;
    view.select = SelectBody();
    view.select_text = Source(begin);
    return view;
}

CreateTrigger Parser::ParseTrigger() {
    CreateTrigger trigger;
    Expect("CREATE");
    if (!Take("TEMP")) Take("TEMPORARY");
    Expect("TRIGGER");
    IfNotExists();
    trigger.name = Name();
    if (TakeOperator(".")) trigger.name = Name();
    if (Take("AFTER")) {
        trigger.time = CreateTrigger::Time::kAfter;
    } else if (Take("INSTEAD")) {
        Expect("OF");
        trigger.time = CreateTrigger::Time::kInsteadOf;
    } else {
        Take("BEFORE");
    }
    if (Take("DELETE")) {
        trigger.event = CreateTrigger::Event::kDelete;
    } else if (Take("UPDATE")) {
        trigger.event = CreateTrigger::Event::kUpdate;
        if (Take("OF")) {
            do {
                trigger.columns.push_back(Name());
            } while (TakeOperator(","));
        }
    } else {
        Expect("INSERT");
    }
    Expect("ON");
    trigger.table = Name();
    if (TakeOperator(".")) trigger.table = Name();
    if (Take("FOR")) {
        Expect("EACH");
        Expect("ROW");
    }
    if (Take("WHEN")) {
        const std::size_t begin = token_.begin;
        ParseExpr();
        trigger.when = Source(begin);
    }
    Expect("BEGIN");
    // The body ends with the last END; statements in it are not parsed, so only its tokens are checked.
    const std::size_t begin = token_.begin;
    std::size_t end = begin;
    bool closed = false;
    while (token_.kind != Token::Kind::kEnd) {
        closed = At("END") || (closed && AtOperator(";"));
        if (At("END")) end = last_end_;
        Advance();
    }
    if (!closed) Fail();
    if (end > begin) trigger.body = std::string(sql_.substr(begin, end - begin));
    return trigger;
}

CreateVirtualTable Parser::ParseVirtual() {
    CreateVirtualTable table;
    Expect("CREATE");
    Expect("VIRTUAL");
    Expect("TABLE");
    IfNotExists();
    table.name = Name();
    if (TakeOperator(".")) table.name = Name();
    Expect("USING");
    table.module = Name();
    if (!TakeOperator("(")) return table;
    for (std::size_t begin = token_.begin, depth = 0;;) {
        if (token_.kind == Token::Kind::kEnd) Fail();
        const bool last = depth == 0 && AtOperator(")");
        if (last || (depth == 0 && AtOperator(","))) {
            if (last_end_ > begin || !last || !table.arguments.empty())
                table.arguments.push_back(Source(begin));
            Advance();
            if (last) return table;
            begin = token_.begin;
            continue;
        }
        if (AtOperator("(")) ++depth;
        if (AtOperator(")")) --depth;
        // Modules read their arguments by rules of their own: any byte may stand there.
        if (token_.kind == Token::Kind::kIllegal) token_.kind = Token::Kind::kOperator;
        Advance();
    }
}

}  // namespace pgsqlite::schema::sql
