// CREATE TABLE and its constraints.
#include "core/schema/sql/parser.hpp"

namespace pgsqlite::schema::sql {

CreateTable Parser::ParseTable() {
    CreateTable table;
    Expect("CREATE");
    if (!Take("TEMP")) Take("TEMPORARY");
    Expect("TABLE");
    IfNotExists();
    table.name = Name();
    if (TakeOperator(".")) {
        table.schema = std::move(table.name);
        table.name = Name();
    }
    ExpectOperator("(");
    table.columns.push_back(Column());
    bool constraints = false;
    while (!AtOperator(")")) {
        const bool comma = TakeOperator(",");
        Constraint constraint;
        if (TableConstraint(constraint)) {
            constraints = true;
            table.constraints.push_back(std::move(constraint));
        } else if (comma && !constraints) {
            table.columns.push_back(Column());
        } else {
            Fail();
        }
    }
    ExpectOperator(")");
    if (AtName()) {
        do {
            if (Take("STRICT")) {
                table.strict = true;
            } else {
                Expect("WITHOUT");
                Expect("ROWID");
                table.without_rowid = true;
            }
        } while (TakeOperator(","));
    }
    return table;
}

ColumnDefinition Parser::Column() {
    ColumnDefinition column;
    column.name = Name();
    if ((token_.kind == Token::Kind::kWord && !token_.IsReserved() &&
         !(At("GENERATED") && Peek().Is("ALWAYS"))) ||
        token_.kind == Token::Kind::kString || token_.kind == Token::Kind::kQuoted)
        column.type = TypeName();
    Constraint constraint;
    while (ColumnConstraint(constraint)) {
        column.constraints.push_back(std::move(constraint));
        constraint = Constraint();
    }
    return column;
}

/// Words, then one or two signed numbers in parentheses.
std::string Parser::TypeName() {
    const std::size_t begin = token_.begin;
    while ((token_.kind == Token::Kind::kWord && !token_.IsReserved() &&
            !(At("GENERATED") && Peek().Is("ALWAYS"))) ||
           token_.kind == Token::Kind::kString || token_.kind == Token::Kind::kQuoted)
        Advance();
    if (last_end_ <= begin) return {};  // CAST(x AS)
    if (TakeOperator("(")) {
        do {
            if (!TakeOperator("+")) TakeOperator("-");
            // typename's argument may also be a word in old schemas: VARCHAR(MAX) is an error in SQLite, too.
            if (token_.kind != Token::Kind::kInteger && token_.kind != Token::Kind::kReal) Fail();
            Advance();
        } while (TakeOperator(","));
        ExpectOperator(")");
    }
    return Source(begin);
}

bool Parser::ColumnConstraint(Constraint& constraint) {
    using Kind = Constraint::Kind;
    const std::size_t begin = token_.begin;
    bool named = false;
    while (At("CONSTRAINT")) {
        Advance();
        constraint.name = Name();
        named = true;
    }
    if (Take("PRIMARY")) {
        Expect("KEY");
        constraint.kind = Kind::kPrimaryKey;
        constraint.descending = Take("DESC");
        if (!constraint.descending) Take("ASC");
        constraint.conflict = ConflictClause();
        constraint.autoincrement = Take("AUTOINCREMENT");
    } else if (At("NOT") && Peek().Is("DEFERRABLE")) {
        // A clause of its own in the grammar: it belongs to the last REFERENCES, if any.
        constraint.kind = Kind::kNull;
        DeferrableClause(constraint.reference);
    } else if (Take("NOT")) {
        Expect("NULL");
        constraint.kind = Kind::kNotNull;
        constraint.conflict = ConflictClause();
    } else if (Take("NULL")) {
        constraint.kind = Kind::kNull;
        constraint.conflict = ConflictClause();
    } else if (Take("UNIQUE")) {
        constraint.kind = Kind::kUnique;
        constraint.conflict = ConflictClause();
    } else if (Take("CHECK")) {
        constraint.kind = Kind::kCheck;
        constraint.expression = ExpressionInParentheses(constraint.text);
        constraint.conflict = ConflictClause();
    } else if (Take("DEFAULT")) {
        constraint.kind = Kind::kDefault;
        DefaultValue(constraint);
    } else if (Take("COLLATE")) {
        constraint.kind = Kind::kCollate;
        constraint.text = Identifier();
    } else if (At("REFERENCES")) {
        constraint.kind = Kind::kForeignKey;
        ReferenceClause(constraint.reference);
    } else if (At("DEFERRABLE")) {
        constraint.kind = Kind::kNull;
        DeferrableClause(constraint.reference);
    } else if (At("GENERATED") || At("AS")) {
        if (Take("GENERATED")) Expect("ALWAYS");
        Expect("AS");
        constraint.kind = Kind::kGenerated;
        constraint.expression = ExpressionInParentheses(constraint.text);
        if (AtName() && !At("CONSTRAINT")) {
            constraint.stored = At("STORED");
            if (!constraint.stored && !At("VIRTUAL")) Fail();
            Advance();
        }
    } else {
        if (named) constraint.kind = Kind::kNull;
        if (named) constraint.source = Source(begin);
        return named;  // CONSTRAINT name alone is allowed
    }
    constraint.source = Source(begin);
    return true;
}

void Parser::DefaultValue(Constraint& constraint) {
    const std::size_t begin = token_.begin;
    if (AtOperator("(")) {
        constraint.expression = ExpressionInParentheses(constraint.text);
        return;
    }
    if (AtOperator("+") || AtOperator("-")) {
        constraint.expression = New(Expression::Kind::kUnary, begin);
        constraint.expression->text = token_.raw;
        Advance();
        constraint.expression->operands.push_back(Primary());
        constraint.expression = Finish(std::move(constraint.expression));
    } else if (token_.kind == Token::Kind::kWord && !token_.IsReserved() && !At("CURRENT_TIME") &&
               !At("CURRENT_DATE") && !At("CURRENT_TIMESTAMP")) {
        // A bare word: TRUE, FALSE, or a string.
        const bool truth = At("TRUE") || At("FALSE");
        constraint.expression = New(truth ? Expression::Kind::kName : Expression::Kind::kString, begin);
        constraint.expression->text = token_.Text();
        Advance();
        constraint.expression = Finish(std::move(constraint.expression));
    } else if (token_.kind == Token::Kind::kQuoted) {
        constraint.expression = New(Expression::Kind::kString, begin);
        constraint.expression->text = token_.Text();
        Advance();
        constraint.expression = Finish(std::move(constraint.expression));
    } else {
        constraint.expression = Primary();
    }
    constraint.text = Source(begin);
}

ExpressionPtr Parser::ExpressionInParentheses(std::string& text) {
    ExpectOperator("(");
    const std::size_t begin = token_.begin;
    ExpressionPtr expression = ParseExpr();
    text = Source(begin);
    ExpectOperator(")");
    return expression;
}

std::string Parser::ConflictClause() {
    if (!At("ON") || !Peek().Is("CONFLICT")) return {};
    Advance();
    Advance();
    for (const char* word : {"ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"})
        if (Take(word)) return word;
    Fail();
}

void Parser::ReferenceClause(Reference& reference) {
    Expect("REFERENCES");
    reference.table = Name();
    if (AtOperator("(")) reference.columns = NameList();
    for (;;) {
        if (Take("MATCH")) {
            reference.match = Name();
            continue;
        }
        if (!At("ON") || Peek().Is("CONFLICT")) break;
        Advance();
        const bool on_delete = At("DELETE");
        std::string ignored;
        std::string& action = on_delete ? reference.on_delete : At("UPDATE") ? reference.on_update : ignored;
        if (!Take("DELETE") && !Take("UPDATE")) Expect("INSERT");
        if (Take("SET")) {
            action = Take("NULL") ? "SET NULL" : "SET DEFAULT";
            if (action == "SET DEFAULT") Expect("DEFAULT");
        } else if (Take("CASCADE")) {
            action = "CASCADE";
        } else if (Take("RESTRICT")) {
            action = "RESTRICT";
        } else {
            Expect("NO");
            Expect("ACTION");
            action = "NO ACTION";
        }
    }
    if (At("DEFERRABLE") || (At("NOT") && Peek().Is("DEFERRABLE"))) DeferrableClause(reference);
}

void Parser::DeferrableClause(Reference& reference) {
    reference.deferrable = !Take("NOT");
    Expect("DEFERRABLE");
    if (Take("INITIALLY")) {
        reference.initially_deferred = Take("DEFERRED");
        if (!reference.initially_deferred) Expect("IMMEDIATE");
    }
}

bool Parser::TableConstraint(Constraint& constraint) {
    using Kind = Constraint::Kind;
    const std::size_t begin = token_.begin;
    const bool named = At("CONSTRAINT");
    while (Take("CONSTRAINT"))
        constraint.name = Name();
    if (At("PRIMARY") || At("UNIQUE")) {
        constraint.kind = At("PRIMARY") ? Kind::kPrimaryKey : Kind::kUnique;
        Advance();
        if (constraint.kind == Kind::kPrimaryKey) Expect("KEY");
        ExpectOperator("(");
        do {
            constraint.key.push_back(OrderEntry());
        } while (TakeOperator(","));
        if (constraint.kind == Kind::kPrimaryKey) constraint.autoincrement = Take("AUTOINCREMENT");
        ExpectOperator(")");
        constraint.conflict = ConflictClause();
    } else if (Take("CHECK")) {
        constraint.kind = Kind::kCheck;
        constraint.expression = ExpressionInParentheses(constraint.text);
        constraint.conflict = ConflictClause();
    } else if (Take("FOREIGN")) {
        Expect("KEY");
        constraint.kind = Kind::kForeignKey;
        constraint.columns = NameList();
        ReferenceClause(constraint.reference);
    } else {
        if (named) constraint.kind = Kind::kNull;
        if (named) constraint.source = Source(begin);
        return named;
    }
    constraint.source = Source(begin);
    return true;
}

}  // namespace pgsqlite::schema::sql
