// Conditions: where an exact answer can't be had, a superset is looked for: AND drops what SQLite can't
// answer, OR needs all its arms, and some comparisons (numeric, dates, booleans in words) have a wider form.
#include "pg/fdw/deparse.hpp"
#include "pg/fdw/rules.hpp"

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

/// The context's lists, to go back to where a condition turns out not to work.
struct Mark {
    List* parameters;
    List* bindings;
    List* used;
    List* escapes;
};

Mark MarkOf(const DeparseContext* context) {
    return {list_copy(context->parameters), list_copy(context->bindings), list_copy(context->used),
            list_copy(context->escapes)};
}

void GoBack(DeparseContext* context, const Mark& mark) {
    context->parameters = mark.parameters;
    context->bindings = mark.bindings;
    context->used = mark.used;
    context->escapes = mark.escapes;
}

Verdict DeparseArms(DeparseContext* context, const BoolExpr* expr, StringInfo out) {
    const bool is_and = expr->boolop == AND_EXPR;
    StringInfoData arms;
    initStringInfo(&arms);
    Verdict verdict = Verdict::kExact;
    ListCell* cell;
    foreach (cell, expr->args) {
        const int length = arms.len;
        if (length > 0) appendStringInfoString(&arms, is_and ? " AND " : " OR ");
        const Verdict arm = DeparseCondition(context, static_cast<Expr*>(lfirst(cell)), &arms);
        if (arm == Verdict::kLocal) {
            if (!is_and) return Verdict::kLocal;
            arms.data[arms.len = length] = '\0';
            verdict = Verdict::kSuperset;
            continue;
        }
        verdict = Wider(verdict, arm);
    }
    if (arms.len == 0) return Verdict::kLocal;
    appendStringInfo(out, "(%s)", arms.data);
    return verdict;
}

}  // namespace

Verdict DeparseCondition(DeparseContext* context, Expr* clause, StringInfo out) {
    const Mark mark = MarkOf(context);
    context->escapes = NIL;
    const Fragment* exact = DeparseValue(context, clause);
    if (exact != nullptr && exact->form == Form::kBoolean) {
        List* escapes = context->escapes;
        context->escapes = mark.escapes;
        if (escapes == NIL) {
            appendStringInfoString(out, exact->sql);
            return Verdict::kExact;
        }
        appendStringInfo(out, "(%s", exact->sql);
        ListCell* cell;
        foreach (cell, escapes)
            appendStringInfo(out, " OR %s", strVal(lfirst(cell)));
        appendStringInfoChar(out, ')');
        return Verdict::kSuperset;
    }
    GoBack(context, mark);

    const Mark again = MarkOf(context);
    if (IsA(clause, BoolExpr) && reinterpret_cast<const BoolExpr*>(clause)->boolop != NOT_EXPR) {
        const Verdict verdict = DeparseArms(context, reinterpret_cast<const BoolExpr*>(clause), out);
        if (verdict != Verdict::kLocal) return verdict;
    } else {
        const int length = out->len;
        if (DeparseSuperset(context, clause, out)) return Verdict::kSuperset;
        out->data[out->len = length] = '\0';
    }
    GoBack(context, again);
    return Verdict::kLocal;
}

bool DeparseSortTerm(DeparseContext* context, Expr* expr, Oid opfamily, Oid collation, bool descending,
                     bool nulls_first, StringInfo out) {
    const Mark mark = MarkOf(context);
    context->escapes = NIL;
    const Fragment* value = DeparseValue(context, expr);
    // The default family: that of the rules' comparisons.
    const Oid default_class = GetDefaultOpClass(exprType(reinterpret_cast<Node*>(expr)), BTREE_AM_OID);
    const bool sorts = value != nullptr && context->escapes == NIL && OidIsValid(default_class) &&
                       get_opclass_family(default_class) == opfamily &&
                       (value->form != Form::kText || OrdersAsBytes(context, collation));
    if (!sorts) {
        GoBack(context, mark);
        return false;
    }
    context->escapes = mark.escapes;
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
