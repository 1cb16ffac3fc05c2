#include "pg/fdw/plan/deparse_parts.hpp"
#include "pg/fdw/plan/rules.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// More elements than this go as one JSON parameter.
constexpr int kMaxListed = 100;

}  // namespace

Fragment* DeparseBool(DeparseContext* context, const BoolExpr* expr) {
    const char** arguments = PallocArray<const char*>(list_length(expr->args));
    size_t size = 0;
    int count = 0;
    for (Expr* part : Each<Expr>(expr->args)) {
        const Fragment* argument = DeparseValue(context, part);
        if (argument == nullptr || argument->form != Form::kBoolean) return nullptr;
        size += std::strlen(argument->sql);
        if (size > kMaxFragment) return nullptr;
        arguments[count++] = argument->sql;
    }
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, expr->boolop == NOT_EXPR ? "(NOT " : "(");
    AppendChain(&sql, arguments, count, expr->boolop == AND_EXPR ? " AND " : " OR ");
    appendStringInfoChar(&sql, ')');
    return MakeFragment(sql.data, Form::kBoolean);
}

Fragment* DeparseNullTest(DeparseContext* context, const NullTest* test) {
    if (test->argisrow) return nullptr;
    const char* operand = nullptr;
    // Of a column it is enough that NULLs are NULLs.
    if (IsA(test->arg, Var)) {
        const Var* var = reinterpret_cast<const Var*>(test->arg);
        const ColumnShape* shape = ShapeOfVar(context, var);
        if (shape != nullptr && shape->null_is_null) {
            const RemoteRelation* relation = FindRelation(context, static_cast<Index>(var->varno));
            operand = ColumnSql(*relation->relation, relation->alias, var->varattno);
            context->used = lappend(context->used, const_cast<Var*>(var));
            // SQLite does not look whether a column is NULL that is declared NOT NULL.
            if (shape->not_null && !shape->is_rowid)
                return MakeFragment(
                    psprintf("(typeof(%s) %s 'null')", operand, test->nulltesttype == IS_NULL ? "=" : "<>"),
                    Form::kBoolean);
        }
    }
    if (operand == nullptr) {
        const Fragment* value = DeparseValue(context, test->arg);
        if (value == nullptr) return nullptr;
        operand = value->sql;
    }
    return MakeFragment(psprintf("(%s IS %sNULL)", operand, test->nulltesttype == IS_NULL ? "" : "NOT "),
                        Form::kBoolean);
}

Fragment* DeparseBooleanTest(DeparseContext* context, const BooleanTest* test) {
    const Fragment* value = DeparseValue(context, test->arg);
    if (value == nullptr || value->form != Form::kBoolean) return nullptr;
    const char* pattern = "";
    switch (test->booltesttype) {
        case IS_TRUE:
            pattern = "(%s IS TRUE)";
            break;
        case IS_NOT_TRUE:
            pattern = "(%s IS NOT TRUE)";
            break;
        case IS_FALSE:
            pattern = "(%s IS FALSE)";
            break;
        case IS_NOT_FALSE:
            pattern = "(%s IS NOT FALSE)";
            break;
        case IS_UNKNOWN:
            pattern = "(%s IS NULL)";
            break;
        case IS_NOT_UNKNOWN:
            pattern = "(%s IS NOT NULL)";
            break;
    }
    StringInfoData sql;
    initStringInfo(&sql);
    for (const char* c = pattern; *c != '\0'; ++c)
        if (*c == '%')
            appendStringInfoString(&sql, (++c, value->sql));
        else
            appendStringInfoChar(&sql, *c);
    return MakeFragment(sql.data, Form::kBoolean);
}

bool DeparseEqualSides(DeparseContext* context, Oid function, const List* arguments, Oid collation,
                       const char** operands, Form* form) {
    const FunctionRule* rule = FindRule(function);
    if (rule == nullptr || rule->verb != Verb::kCompare) return false;
    if (rule->form == Form::kText && !IsBytewise(collation)) return false;
    *form = rule->form;
    return DeparseOperands(context, arguments, rule->form, operands);
}

Fragment* DeparseConditional(DeparseContext* context, const CaseExpr* expr) {
    if (expr->arg != nullptr) return nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "CASE");
    Form form = Form::kNone;
    for (const CaseWhen* when : Each<CaseWhen>(expr->args)) {
        const Fragment* condition = DeparseValue(context, when->expr);
        const Fragment* result = DeparseValue(context, when->result);
        if (condition == nullptr || condition->form != Form::kBoolean || result == nullptr ||
            (form != Form::kNone && form != result->form))
            return nullptr;
        form = result->form;
        appendStringInfo(&sql, " WHEN %s THEN %s", condition->sql, result->sql);
        if (static_cast<size_t>(sql.len) > kMaxFragment) return nullptr;
    }
    if (expr->defresult != nullptr) {
        const Fragment* result = DeparseValue(context, expr->defresult);
        if (result == nullptr || result->form != form) return nullptr;
        appendStringInfo(&sql, " ELSE %s", result->sql);
    }
    appendStringInfoString(&sql, " END");
    return MakeFragment(psprintf("(%s)", sql.data), form);
}

Fragment* DeparseCoalesce(DeparseContext* context, const CoalesceExpr* expr) {
    if (list_length(expr->args) < 2 ||
        list_length(expr->args) > std::min(kMaxArguments, LimitsOf(context).arguments))
        return nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "coalesce(");
    Form form = Form::kNone;
    for (Expr* argument : Each<Expr>(expr->args)) {
        const Fragment* value = DeparseValue(context, argument);
        if (value == nullptr || (form != Form::kNone && form != value->form)) return nullptr;
        appendStringInfo(&sql, "%s%s", form != Form::kNone ? ", " : "", value->sql);
        form = value->form;
    }
    appendStringInfoChar(&sql, ')');
    return MakeFragment(sql.data, form);
}

Fragment* DeparseInList(DeparseContext* context, const ScalarArrayOpExpr* expr) {
    const FunctionRule* rule = FindRule(get_opcode(expr->opno));
    if (rule == nullptr || rule->verb != Verb::kCompare) return nullptr;
    const bool equal = std::strcmp(rule->sql, "=") == 0;
    if (equal != expr->useOr || (rule->form != Form::kInteger && rule->form != Form::kText)) return nullptr;
    if (rule->form == Form::kText && !IsBytewise(expr->inputcollid)) return nullptr;
    const Fragment* left = DeparseValue(context, static_cast<Expr*>(linitial(expr->args)));
    Expr* array = static_cast<Expr*>(lsecond(expr->args));
    if (left == nullptr || left->form != rule->form || !IsParameter(context, array)) return nullptr;
    const Oid element = get_element_type(exprType(reinterpret_cast<Node*>(array)));
    if (FormOfParameter(element) != rule->form) return nullptr;
    const char* op = equal ? "IN" : "NOT IN";

    if (IsA(array, Const)) {
        const Const* constant = reinterpret_cast<const Const*>(array);
        if (constant->constisnull) return nullptr;
        int16 length;
        bool by_value;
        char align;
        get_typlenbyvalalign(element, &length, &by_value, &align);
        Datum* values;
        bool* nulls;
        int count;
        deconstruct_array(DatumGetArrayTypeP(constant->constvalue), element, length, by_value, align, &values,
                          &nulls, &count);
        StringInfoData list;
        initStringInfo(&list);
        bool all = count <= kMaxListed && count > 0;
        for (int i = 0; all && i < count; ++i) {
            const char* literal =
                Literal(makeConst(element, -1, InvalidOid, length, values[i], nulls[i], by_value));
            all = literal != nullptr;
            if (all) appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", literal);
        }
        if (all) return MakeFragment(psprintf("(%s %s (%s))", left->sql, op, list.data), Form::kBoolean);
    }
    const char* parameter = AddParameter(context, array, Binding::kElements);
    return MakeFragment(psprintf("(%s %s (SELECT value FROM json_each(%s)))", left->sql, op, parameter),
                        Form::kBoolean);
}

}  // namespace pgsqlite::pg::fdw
