// Conditions: where an exact answer can't be had, a superset is looked for: AND drops what SQLite can't
// answer, OR needs all its arms, and some comparisons (numeric, dates, booleans in words) have a wider form.
#include "pg/fdw/plan/deparse.hpp"
#include "pg/fdw/plan/rules.hpp"

extern "C" {
#include "catalog/pg_am.h"
}

namespace pgsqlite::pg::fdw {
namespace {

Verdict Wider(Verdict a, Verdict b) noexcept {
    return a < b ? a : b;
}

const Expr* WithoutLabels(const Expr* expr) {
    while (IsA(expr, RelabelType))
        expr = reinterpret_cast<const RelabelType*>(expr)->arg;
    return expr;
}

/// A column of the form, or null.
const Fragment* ColumnOf(DeparseContext* context, const Expr* expr, Form form) {
    expr = WithoutLabels(expr);
    if (!IsA(expr, Var)) return nullptr;
    const ColumnShape* shape = ShapeOfVar(context, reinterpret_cast<const Var*>(expr));
    if (shape == nullptr || shape->form != form) return nullptr;
    return DeparseColumn(context, reinterpret_cast<const Var*>(expr));
}

/// A number that is compared with a numeric: a numeric column, or an integer cast to numeric. `text_too`: its
/// cells may hold digits as text, which SQLite sorts behind all numbers.
const Fragment* NumberOf(DeparseContext* context, const Expr* expr, bool* text_too) {
    *text_too = true;
    const Fragment* column = ColumnOf(context, expr, Form::kDecimal);
    if (column != nullptr) return column;
    *text_too = false;
    if (!IsA(expr, FuncExpr)) return nullptr;
    const FuncExpr* cast = reinterpret_cast<const FuncExpr*>(expr);
    const FunctionRule* rule = FindRule(cast->funcid);
    if (rule == nullptr || rule->verb != Verb::kWiden || cast->funcresulttype != NUMERICOID) return nullptr;
    const Fragment* integer = DeparseValue(context, static_cast<Expr*>(linitial(cast->args)));
    return integer != nullptr && integer->form == Form::kInteger ? integer : nullptr;
}

bool DeparseDecimal(DeparseContext* context, const OpExpr* op, const char* sign, StringInfo out) {
    Expr* number = static_cast<Expr*>(linitial(op->args));
    Expr* bound = static_cast<Expr*>(lsecond(op->args));
    bool text_too;
    const Fragment* left = NumberOf(context, number, &text_too);
    if (left == nullptr) {
        std::swap(number, bound);
        sign = Commuted(sign);
        left = NumberOf(context, number, &text_too);
    }
    if (left == nullptr) return false;
    const char* low = sign[0] != '<' ? DeparseAsParameter(context, bound, Binding::kLow) : "";
    const char* high = sign[0] != '>' ? DeparseAsParameter(context, bound, Binding::kHigh) : "";
    if (low == nullptr || high == nullptr) return false;
    appendStringInfo(out, "(%s", left->sql);
    if (sign[0] == '=')
        appendStringInfo(out, " IN (%s, %s)", low, high);
    else
        appendStringInfo(out, " %c= %s", sign[0], sign[0] == '<' ? high : low);
    if (text_too && sign[0] != '>') appendStringInfo(out, " OR %s >= ''", left->sql);
    appendStringInfoChar(out, ')');
    return true;
}

/// By the first ten characters, where the text has the usual four-digit year; all others are kept.
bool DeparseMoment(DeparseContext* context, const OpExpr* op, const char* sign, StringInfo out) {
    Expr* moment = static_cast<Expr*>(linitial(op->args));
    Expr* bound = static_cast<Expr*>(lsecond(op->args));
    const Fragment* column = ColumnOf(context, moment, Form::kMoment);
    if (column == nullptr) {
        std::swap(moment, bound);
        sign = Commuted(sign);
        column = ColumnOf(context, moment, Form::kMoment);
    }
    if (column == nullptr) return false;
    const char* low = nullptr;
    const char* high = nullptr;
    if (sign[0] != '<') {
        low = DeparseAsParameter(context, bound, Binding::kDayLow);
        if (low == nullptr) return false;
    }
    if (sign[0] != '>') {
        high = DeparseAsParameter(context, bound, Binding::kDayHigh);
        if (high == nullptr) return false;
    }
    appendStringInfoString(out, "(");
    if (low != nullptr) appendStringInfo(out, "substr(%s, 1, 10) >= %s", column->sql, low);
    if (low != nullptr && high != nullptr) appendStringInfoString(out, " AND ");
    if (high != nullptr) appendStringInfo(out, "substr(%s, 1, 10) <= %s", column->sql, high);
    appendStringInfo(out, " OR substr(%s, 5, 1) <> '-')", column->sql);
    return true;
}

/// A boolean column that may hold words: true is 1 or a text, false is 0 or a text.
bool DeparseWordBoolean(DeparseContext* context, const Expr* expr, bool wanted, StringInfo out) {
    const Fragment* column = ColumnOf(context, expr, Form::kBoolean);
    if (column == nullptr) return false;
    appendStringInfo(out, "(%s = %d OR %s >= '')", column->sql, wanted ? 1 : 0, column->sql);
    return true;
}

bool DeparseSuperset(DeparseContext* context, Expr* clause, StringInfo out) {
    switch (nodeTag(clause)) {
        case T_Var:
            return DeparseWordBoolean(context, clause, true, out);
        case T_BooleanTest: {
            const BooleanTest* test = reinterpret_cast<const BooleanTest*>(clause);
            if (test->booltesttype != IS_TRUE && test->booltesttype != IS_FALSE) return false;
            return DeparseWordBoolean(context, test->arg, test->booltesttype == IS_TRUE, out);
        }
        case T_BoolExpr: {
            const BoolExpr* expr = reinterpret_cast<const BoolExpr*>(clause);
            return expr->boolop == NOT_EXPR &&
                   DeparseWordBoolean(context, static_cast<Expr*>(linitial(expr->args)), false, out);
        }
        case T_OpExpr: {
            const OpExpr* op = reinterpret_cast<const OpExpr*>(clause);
            const FunctionRule* rule = FindRule(get_opcode(op->opno));
            if (rule == nullptr) return false;
            if (rule->verb == Verb::kCompareDecimal) return DeparseDecimal(context, op, rule->sql, out);
            if (rule->verb == Verb::kCompareMoment) return DeparseMoment(context, op, rule->sql, out);
            return false;
        }
        default:
            return false;
    }
}

/// How long the context's lists are, to go back to where a condition turns out not to work.
struct Mark {
    int parameters;
    int used;
    List* escapes;
};

/// Leaves the context without escapes: those of a condition are its own.
Mark Begin(DeparseContext* context) {
    return {list_length(context->parameters), list_length(context->used),
            std::exchange(context->escapes, NIL)};
}

void GoBack(DeparseContext* context, const Mark& mark) {
    context->parameters = list_truncate(context->parameters, mark.parameters);
    context->bindings = list_truncate(context->bindings, mark.parameters);
    context->used = list_truncate(context->used, mark.used);
    context->escapes = NIL;
}

Verdict DeparseArms(DeparseContext* context, const BoolExpr* expr, StringInfo out) {
    const bool is_and = expr->boolop == AND_EXPR;
    const char** arms =
        static_cast<const char**>(palloc(sizeof(char*) * static_cast<Size>(list_length(expr->args))));
    int count = 0;
    Verdict verdict = Verdict::kExact;
    ListCell* cell;
    foreach (cell, expr->args) {
        StringInfoData arm;
        initStringInfo(&arm);
        const Verdict of_arm = DeparseCondition(context, static_cast<Expr*>(lfirst(cell)), &arm);
        if (of_arm == Verdict::kLocal) {
            if (!is_and) return Verdict::kLocal;
            verdict = Verdict::kSuperset;
            continue;
        }
        arms[count++] = arm.data;
        verdict = Wider(verdict, of_arm);
    }
    if (count == 0) return Verdict::kLocal;
    appendStringInfoChar(out, '(');
    AppendChain(out, arms, count, is_and ? " AND " : " OR ");
    appendStringInfoChar(out, ')');
    return verdict;
}

/// A condition or the rows that are kept anyhow.
void AppendWithEscapes(const DeparseContext* context, const char* sql, StringInfo out) {
    const char** alternatives = static_cast<const char**>(
        palloc(sizeof(char*) * static_cast<Size>(list_length(context->escapes) + 1)));
    int count = 0;
    alternatives[count++] = sql;
    ListCell* cell;
    foreach (cell, context->escapes)
        alternatives[count++] = strVal(lfirst(cell));
    appendStringInfoChar(out, '(');
    AppendChain(out, alternatives, count, " OR ");
    appendStringInfoChar(out, ')');
}

/// As DeparseCondition(), of any size, and what is appended for kLocal is the caller's to remove.
Verdict DeparseAnySize(DeparseContext* context, Expr* clause, StringInfo out) {
    const Mark mark = Begin(context);
    const Fragment* exact = DeparseValue(context, clause);
    if (exact != nullptr && exact->form == Form::kBoolean) {
        if (context->escapes == NIL) {
            appendStringInfoString(out, exact->sql);
            context->escapes = mark.escapes;
            return Verdict::kExact;
        }
        AppendWithEscapes(context, exact->sql, out);
        context->escapes = mark.escapes;
        return Verdict::kSuperset;
    }
    GoBack(context, mark);

    Verdict verdict = Verdict::kLocal;
    if (IsA(clause, BoolExpr) && reinterpret_cast<const BoolExpr*>(clause)->boolop != NOT_EXPR) {
        verdict = DeparseArms(context, reinterpret_cast<const BoolExpr*>(clause), out);
    } else {
        StringInfoData wider;
        initStringInfo(&wider);
        if (DeparseSuperset(context, clause, &wider)) {
            verdict = Verdict::kSuperset;
            if (context->escapes == NIL)
                appendStringInfoString(out, wider.data);
            else
                AppendWithEscapes(context, wider.data, out);
        }
    }
    context->escapes = mark.escapes;
    return verdict;
}

}  // namespace

Verdict DeparseCondition(DeparseContext* context, Expr* clause, StringInfo out) {
    if (context->nesting >= kMaxNesting) return Verdict::kLocal;
    const Mark mark = Begin(context);
    const int length = out->len;
    ++context->nesting;
    Verdict verdict = DeparseAnySize(context, clause, out);
    --context->nesting;
    if (verdict != Verdict::kLocal && !FitsSqlite(context, out->data + length)) verdict = Verdict::kLocal;
    if (verdict == Verdict::kLocal) {
        GoBack(context, mark);
        out->data[out->len = length] = '\0';
    }
    context->escapes = mark.escapes;
    return verdict;
}

Verdict DeparseConjunct(DeparseContext* context, Expr* clause, StringInfo out) {
    const sqlite::StatementLimits& limits = LimitsOf(context);
    const Mark mark = Begin(context);
    const int length = out->len;
    if (length > 0) appendStringInfoString(out, " AND ");
    Verdict verdict = DeparseCondition(context, clause, out);
    if (out->len > limits.bytes / 4 || (limits.depth != 0 && context->conjuncts >= limits.depth / 4))
        verdict = Verdict::kLocal;
    if (verdict == Verdict::kLocal) {
        GoBack(context, mark);
        out->data[out->len = length] = '\0';
    } else {
        ++context->conjuncts;
    }
    context->escapes = mark.escapes;
    return verdict;
}

bool DeparseSortTerm(DeparseContext* context, Expr* expr, Oid opfamily, Oid collation, bool descending,
                     bool nulls_first, StringInfo out) {
    // A constant (a column of a branch of UNION ALL) would read as the number of a column.
    if (!contain_var_clause(reinterpret_cast<Node*>(expr))) return false;
    const Mark mark = Begin(context);
    const Fragment* value = DeparseValue(context, expr);
    // The default family: that of the rules' comparisons.
    const Oid default_class = GetDefaultOpClass(exprType(reinterpret_cast<Node*>(expr)), BTREE_AM_OID);
    const bool sorts = value != nullptr && context->escapes == NIL && OidIsValid(default_class) &&
                       get_opclass_family(default_class) == opfamily &&
                       (value->form != Form::kText || OrdersAsBytes(context, collation)) &&
                       FitsSqlite(context, value->sql);
    if (!sorts) GoBack(context, mark);
    context->escapes = mark.escapes;
    if (!sorts) return false;
    appendStringInfo(out, "%s%s", value->sql, descending ? " DESC" : "");
    const Expr* bare = WithoutLabels(expr);
    const ColumnShape* shape =
        IsA(bare, Var) ? ShapeOfVar(context, reinterpret_cast<const Var*>(bare)) : nullptr;
    // SQLite sorts NULL first, and last when descending.
    if ((shape == nullptr || !shape->not_null) && nulls_first == descending)
        appendStringInfoString(out, nulls_first ? " NULLS FIRST" : " NULLS LAST");
    return true;
}

}  // namespace pgsqlite::pg::fdw
