// SELECT: WITH, cores, joins, compounds, windows.
#include <algorithm>
#include <utility>

#include "core/schema/sql/parser.hpp"

namespace pgsqlite::schema::sql {

SelectPtr Parser::ParseSelectStatement() {
    return SelectBody();
}

SelectPtr Parser::SelectBody() {
    Enter nesting(*this);
    auto select = std::make_unique<Select>();
    const int outer = std::exchange(highest_, 0);
    if (Take("WITH")) {
        select->recursive = At("RECURSIVE") && !Peek().Is("AS") && !Peek().IsOperator("(");
        if (select->recursive) Advance();
        do {
            CommonTable table;
            table.name = Name();
            if (AtOperator("(")) table.columns = NameList();
            Expect("AS");
            if (At("NOT")) {
                Advance();
                Expect("MATERIALIZED");
                table.materialized = CommonTable::Materialized::kNo;
            } else if (Take("MATERIALIZED")) {
                table.materialized = CommonTable::Materialized::kYes;
            }
            ExpectOperator("(");
            table.select = SelectBody();
            ExpectOperator(")");
            select->with.push_back(std::move(table));
        } while (TakeOperator(","));
    }
    select->cores.push_back(Core());
    for (;;) {
        SelectCore::Compound compound;
        if (Take("UNION"))
            compound = Take("ALL") ? SelectCore::Compound::kUnionAll : SelectCore::Compound::kUnion;
        else if (Take("INTERSECT"))
            compound = SelectCore::Compound::kIntersect;
        else if (Take("EXCEPT"))
            compound = SelectCore::Compound::kExcept;
        else
            break;
        select->cores.push_back(Core());
        select->cores.back().compound = compound;
        if (select->cores.size() > 500) Fail("too many terms in compound SELECT");
    }
    if (At("ORDER")) select->order = OrderList();
    if (Take("LIMIT")) {
        select->limit = ParseExpr();
        if (Take("OFFSET")) {
            select->offset = ParseExpr();
        } else if (TakeOperator(",")) {
            select->offset = std::move(select->limit);
            select->limit = ParseExpr();
        }
    }
    select->height = highest_;
    highest_ = std::max(highest_, outer);
    return select;
}

SelectCore Parser::Core() {
    SelectCore core;
    if (Take("VALUES")) {
        do {
            ExpectOperator("(");
            core.values.push_back(List());
            ExpectOperator(")");
        } while (TakeOperator(","));
        return core;
    }
    Expect("SELECT");
    core.distinct = Take("DISTINCT");
    if (!core.distinct) Take("ALL");
    core.columns = ResultColumns();
    if (Take("FROM")) core.from = From();
    if (Take("WHERE")) core.where = ParseExpr();
    if (At("GROUP")) {
        Advance();
        Expect("BY");
        core.group_by = List();
    }
    if (Take("HAVING")) core.having = ParseExpr();
    if (At("WINDOW")) {
        Advance();
        do {
            const std::string name = Name();
            Expect("AS");
            core.windows.push_back(WindowBody());
            core.windows.back().name = name;
        } while (TakeOperator(","));
    }
    return core;
}

std::vector<ResultColumn> Parser::ResultColumns() {
    std::vector<ResultColumn> columns;
    do {
        ResultColumn column;
        const std::size_t begin = token_.begin;
        if (AtOperator("*")) {
            Advance();
            column.expression = Finish(New(Expression::Kind::kStar, begin));
        } else if (const Token dot = Peek();
                   AtName() && dot.IsOperator(".") && NextToken(sql_, dot.end).IsOperator("*")) {
            column.expression = New(Expression::Kind::kStar, begin);
            column.expression->table = Name();
            Advance();
            Advance();
            column.expression = Finish(std::move(column.expression));
        } else {
            column.expression = ParseExpr();
            column.text = Source(begin);
            column.alias = Alias();
        }
        columns.push_back(std::move(column));
    } while (TakeOperator(","));
    return columns;
}

/// [AS] name, or nothing.
std::string Parser::Alias() {
    if (Take("AS")) return Name();
    if (token_.kind == Token::Kind::kString || token_.kind == Token::Kind::kQuoted) return Identifier();
    if (token_.kind != Token::Kind::kWord || token_.IsReserved() || token_.IsJoinWord()) return {};
    if (At("INDEXED")) return {};
    // WINDOW is a name unless a definition follows.
    if (At("WINDOW") && NextToken(sql_, Peek().end).Is("AS")) return {};
    return Identifier();
}

std::vector<FromItem> Parser::From() {
    std::vector<FromItem> items;
    items.push_back(FromTerm());
    for (;;) {
        FromItem joined;
        if (!JoinOperator(joined)) return items;
        FromItem item = FromTerm();
        item.join = joined.join;
        item.natural = joined.natural;
        if (Take("ON"))
            item.on = ParseExpr();
        else if (At("USING"))
            Advance(), item.using_columns = NameList();
        items.push_back(std::move(item));
    }
}

bool Parser::JoinOperator(FromItem& item) {
    using Join = FromItem::Join;
    if (TakeOperator(",")) {
        item.join = Join::kComma;
        return true;
    }
    bool left = false, right = false, cross = false, any = false;
    while (token_.IsJoinWord()) {
        any = true;
        item.natural |= At("NATURAL");
        left |= At("LEFT") || At("FULL");
        right |= At("RIGHT") || At("FULL");
        cross |= At("CROSS");
        Advance();
    }
    if (!any && !At("JOIN")) return false;
    Expect("JOIN");
    item.join = left && right ? Join::kFull
                : left        ? Join::kLeft
                : right       ? Join::kRight
                : cross       ? Join::kCross
                              : Join::kInner;
    return true;
}

FromItem Parser::FromTerm() {
    Enter nesting(*this);
    FromItem item;
    if (TakeOperator("(")) {
        if (At("SELECT") || At("VALUES") || At("WITH"))
            item.select = SelectBody();
        else
            item.nested = From();
        ExpectOperator(")");
        item.alias = Alias();
        return item;
    }
    item.table = Name();
    if (TakeOperator(".")) {
        item.schema = std::move(item.table);
        item.table = Name();
    }
    if (TakeOperator("(")) {
        item.is_function = true;
        if (!AtOperator(")")) item.arguments = List();
        ExpectOperator(")");
    }
    item.alias = Alias();
    // INDEXED BY only steers SQLite's planner.
    if (Take("INDEXED")) {
        Expect("BY");
        Name();
    } else if (At("NOT") && Peek().Is("INDEXED")) {
        Advance();
        Advance();
    }
    return item;
}

/// ORDER BY terms.
std::vector<OrderTerm> Parser::OrderList() {
    Expect("ORDER");
    Expect("BY");
    std::vector<OrderTerm> terms;
    do {
        terms.push_back(OrderEntry());
    } while (TakeOperator(","));
    return terms;
}

OrderTerm Parser::OrderEntry() {
    OrderTerm term;
    term.expression = ParseExpr();
    term.descending = Take("DESC");
    if (!term.descending) Take("ASC");
    if (At("NULLS")) {
        Advance();
        if (Take("FIRST")) {
            term.nulls = OrderTerm::Nulls::kFirst;
        } else {
            Expect("LAST");
            term.nulls = OrderTerm::Nulls::kLast;
        }
    }
    return term;
}

Window Parser::OverClause() {
    Expect("OVER");
    if (AtOperator("(")) return WindowBody();
    Window window;
    window.name = Name();
    return window;
}

Window Parser::WindowBody() {
    Window window;
    ExpectOperator("(");
    if (AtName() && !At("PARTITION") && !At("ORDER") && !At("ROWS") && !At("RANGE") && !At("GROUPS"))
        window.base = Name();
    if (Take("PARTITION")) {
        Expect("BY");
        window.partition = List();
    }
    if (At("ORDER")) window.order = OrderList();
    if (At("ROWS") || At("RANGE") || At("GROUPS")) {
        const std::size_t begin = token_.begin;
        for (int depth = 0; depth > 0 || !AtOperator(")");) {
            if (token_.kind == Token::Kind::kEnd) Fail();
            depth += AtOperator("(") ? 1 : AtOperator(")") ? -1 : 0;
            Advance();
        }
        window.frame = Source(begin);
    }
    ExpectOperator(")");
    return window;
}

std::vector<std::string> Parser::NameList() {
    std::vector<std::string> names;
    ExpectOperator("(");
    do {
        names.push_back(Name());
        // eidlist of old schemas: SQLite takes and ignores COLLATE and the direction there.
        if (Take("COLLATE")) Identifier();
        if (!Take("ASC")) Take("DESC");
    } while (TakeOperator(","));
    ExpectOperator(")");
    return names;
}

}  // namespace pgsqlite::schema::sql
