#include "pg/fdw/plan/deparse_parts.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "optimizer/clauses.h"
}

namespace pgsqlite::pg::fdw {
namespace {

/// Parts of one pair of brackets in a chain.
constexpr int kChain = 50;

struct VarSearch {
    const DeparseContext* context;
};

bool FindRemoteVar(Node* node, void* argument) {
    if (node == nullptr) return false;
    const VarSearch* search = static_cast<const VarSearch*>(argument);
    if (IsA(node, Var)) {
        const Var* var = reinterpret_cast<const Var*>(node);
        return var->varlevelsup == 0 &&
               FindRelation(search->context, static_cast<Index>(var->varno)) != nullptr;
    }
    return compat::WalkExpression(node, &FindRemoteVar, argument);
}

}  // namespace

Fragment* MakeFragment(const char* sql, Form form) {
    if (std::strlen(sql) > kMaxFragment) return nullptr;
    return new (palloc(sizeof(Fragment))) Fragment{sql, form};
}

bool IsParameter(const DeparseContext* context, Expr* expr) {
    VarSearch search = {context};
    Node* node = reinterpret_cast<Node*>(expr);
    return !FindRemoteVar(node, &search) && !contain_volatile_functions(node) && !contain_subplans(node) &&
           !contain_agg_clause(node) && !contain_window_function(node);
}

Form FormOfParameter(Oid type) {
    switch (type) {
        case INT2OID:
        case INT4OID:
        case INT8OID:
            return Form::kInteger;
        case FLOAT8OID:
            return Form::kReal;
        case TEXTOID:
        case VARCHAROID:
            return Form::kText;
        case BYTEAOID:
            return Form::kBytes;
        case BOOLOID:
            return Form::kBoolean;
        default:
            return Form::kNone;
    }
}

const char* AddParameter(DeparseContext* context, Expr* expr, Binding binding) {
    context->parameters = lappend(context->parameters, expr);
    context->bindings = lappend_int(context->bindings, static_cast<int>(binding));
    return psprintf("?%d", context->first_parameter + list_length(context->parameters) - 1);
}

char* QuotedText(const char* text) {
    StringInfoData out;
    initStringInfo(&out);
    appendStringInfoChar(&out, '\'');
    for (const char* c = text; *c != '\0'; ++c) {
        if (*c == '\'') appendStringInfoChar(&out, '\'');
        appendStringInfoChar(&out, *c);
    }
    appendStringInfoChar(&out, '\'');
    return out.data;
}

const char* Literal(const Const* constant) {
    if (constant->constisnull) return "NULL";
    switch (constant->consttype) {
        case INT2OID:
            return psprintf("%d", DatumGetInt16(constant->constvalue));
        case INT4OID:
            return psprintf("%d", DatumGetInt32(constant->constvalue));
        case INT8OID:
            // Its digits alone would be a real: SQLite reads the sign apart.
            if (DatumGetInt64(constant->constvalue) == PG_INT64_MIN) return "(-9223372036854775807 - 1)";
            return psprintf(INT64_FORMAT, DatumGetInt64(constant->constvalue));
        case BOOLOID:
            return DatumGetBool(constant->constvalue) ? "1" : "0";
        case TEXTOID:
        case VARCHAROID: {
            const char* string = TextDatumGetCString(constant->constvalue);
            return std::strlen(string) <= kMaxLiteral ? QuotedText(string) : nullptr;
        }
        default:
            return nullptr;
    }
}

bool IsBytewise(Oid collation) {
    return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

void Escape(DeparseContext* context, char* condition) {
    context->escapes = lappend(context->escapes, makeString(condition));
}

bool DeparseOperands(DeparseContext* context, const List* arguments, Form form, const char** out) {
    for (Expr* argument : Each<Expr>(arguments)) {
        const Fragment* operand = DeparseValue(context, argument);
        if (operand == nullptr || operand->form != form) return false;
        *out++ = operand->sql;
    }
    return true;
}

const sqlite::StatementLimits& LimitsOf(const DeparseContext* context) {
    return context->relations[0].facts->limits;
}

bool FitsSqlite(const DeparseContext* context, const char* sql) {
    // What stands around an expression: the statement's own words, other conditions, a chunk's bounds.
    constexpr int kStatementStack = 20;
    const sqlite::StatementLimits& limits = LimitsOf(context);
    const size_t size = std::strlen(sql);
    if (size > static_cast<size_t>(limits.bytes) / 4 ||
        list_length(context->parameters) > limits.parameters / 2)
        return false;
    const sqlite::ExpressionSize needs = sqlite::MeasureExpression({sql, size});
    return needs.stack <= sqlite::StatementLimits::kParserStack - kStatementStack &&
           (limits.depth == 0 || needs.depth <= limits.depth / 2);
}

void AppendChain(StringInfo out, const char* const* parts, int count, const char* word) {
    if (count <= kChain) {
        for (int i = 0; i < count; ++i)
            appendStringInfo(out, "%s%s", i > 0 ? word : "", parts[i]);
        return;
    }
    appendStringInfoChar(out, '(');
    AppendChain(out, parts, count / 2, word);
    appendStringInfo(out, ")%s(", word);
    AppendChain(out, parts + count / 2, count - count / 2, word);
    appendStringInfoChar(out, ')');
}

bool OrdersAsBytes(const DeparseContext* context, Oid collation) {
    // PostgreSQL compares the server's bytes.
    if (GetDatabaseEncoding() != PG_UTF8 && GetDatabaseEncoding() != PG_SQL_ASCII) return false;
    for (int i = 0; i < context->relation_count; ++i)
        if (!context->relations[i].facts->utf8) return false;
    return OidIsValid(collation) && compat::ComparesBytes(collation);
}

const RemoteRelation* FindRelation(const DeparseContext* context, Index rti) {
    for (int i = 0; i < context->relation_count; ++i)
        if (context->relations[i].rti == rti) return &context->relations[i];
    return nullptr;
}

const ColumnShape* ShapeOfVar(const DeparseContext* context, const Var* var) {
    const RemoteRelation* relation = FindRelation(context, static_cast<Index>(var->varno));
    if (relation == nullptr || var->varlevelsup != 0 || var->varattno <= 0) return nullptr;
    return &relation->facts->shapes[var->varattno - 1];
}

Fragment* DeparseColumn(DeparseContext* context, const Var* var) {
    const ColumnShape* shape = ShapeOfVar(context, var);
    if (shape == nullptr || shape->form == Form::kNone) return nullptr;
    const RemoteRelation* relation = FindRelation(context, static_cast<Index>(var->varno));
    const char* sql = ColumnSql(*relation->relation, relation->alias, var->varattno);
    if (shape->form == Form::kText && !shape->binary) sql = psprintf("%s COLLATE BINARY", sql);
    context->used = lappend(context->used, const_cast<Var*>(var));
    return MakeFragment(sql, shape->form);
}

namespace {

Fragment* DeparseParameter(DeparseContext* context, Expr* expr) {
    const Form form = FormOfParameter(exprType(reinterpret_cast<Node*>(expr)));
    if (form == Form::kNone) return nullptr;
    if (IsA(expr, Const)) {
        const char* literal = Literal(reinterpret_cast<const Const*>(expr));
        if (literal != nullptr) return MakeFragment(literal, form);
    }
    return MakeFragment(AddParameter(context, expr, Binding::kValue), form);
}

Fragment* DeparseNode(DeparseContext* context, Expr* expr) {
    if (IsParameter(context, expr)) return DeparseParameter(context, expr);
    switch (nodeTag(expr)) {
        case T_Var: {
            const Var* var = reinterpret_cast<const Var*>(expr);
            Fragment* column = DeparseColumn(context, var);
            if (column == nullptr) return nullptr;
            // Words for booleans, decimals and dates have no one spelling.
            if (column->form == Form::kDecimal || column->form == Form::kMoment ||
                (column->form == Form::kBoolean && !ShapeOfVar(context, var)->pure))
                return nullptr;
            // The words for infinity and NaN are texts, which sort behind all numbers.
            if (column->form == Form::kReal && !ShapeOfVar(context, var)->pure)
                Escape(context, psprintf("%s >= ''", column->sql));
            return column;
        }
        case T_RelabelType:
            return DeparseValue(context, reinterpret_cast<const RelabelType*>(expr)->arg);
        case T_OpExpr: {
            const OpExpr* op = reinterpret_cast<const OpExpr*>(expr);
            // Parameters on the right: where PostgreSQL has put them depends on its version.
            const Oid commuted =
                list_length(op->args) == 2 && IsParameter(context, static_cast<Expr*>(linitial(op->args)))
                    ? get_commutator(op->opno)
                    : InvalidOid;
            List* args = OidIsValid(commuted) ? list_make2(lsecond(op->args), linitial(op->args)) : op->args;
            return DeparseCall(context, get_opcode(OidIsValid(commuted) ? commuted : op->opno),
                               op->opresulttype, args, op->inputcollid);
        }
        case T_FuncExpr: {
            const FuncExpr* call = reinterpret_cast<const FuncExpr*>(expr);
            return DeparseCall(context, call->funcid, call->funcresulttype, call->args, call->inputcollid);
        }
        case T_BoolExpr:
            return DeparseBool(context, reinterpret_cast<const BoolExpr*>(expr));
        case T_NullTest:
            return DeparseNullTest(context, reinterpret_cast<const NullTest*>(expr));
        case T_BooleanTest:
            return DeparseBooleanTest(context, reinterpret_cast<const BooleanTest*>(expr));
        case T_CaseExpr:
            return DeparseConditional(context, reinterpret_cast<const CaseExpr*>(expr));
        case T_CoalesceExpr:
            return DeparseCoalesce(context, reinterpret_cast<const CoalesceExpr*>(expr));
        case T_ScalarArrayOpExpr:
            return DeparseInList(context, reinterpret_cast<const ScalarArrayOpExpr*>(expr));
        case T_DistinctExpr: {
            const OpExpr* op = reinterpret_cast<const OpExpr*>(expr);
            const char* operands[2];
            Form form;
            if (!DeparseEqualSides(context, get_opcode(op->opno), op->args, op->inputcollid, operands, &form))
                return nullptr;
            return MakeFragment(psprintf("(%s IS NOT %s)", operands[0], operands[1]), Form::kBoolean);
        }
        case T_NullIfExpr: {
            const OpExpr* op = reinterpret_cast<const OpExpr*>(expr);
            const char* operands[2];
            Form form;
            if (!DeparseEqualSides(context, get_opcode(op->opno), op->args, op->inputcollid, operands, &form))
                return nullptr;
            return MakeFragment(psprintf("nullif(%s, %s)", operands[0], operands[1]), form);
        }
        default:
            return nullptr;
    }
}

}  // namespace

Fragment* DeparseValue(DeparseContext* context, Expr* expr) {
    if (context->nesting >= kMaxNesting) return nullptr;
    ++context->nesting;
    Fragment* fragment = DeparseNode(context, expr);
    --context->nesting;
    return fragment;
}

const char* DeparseAsParameter(DeparseContext* context, Expr* expr, Binding binding) {
    return IsParameter(context, expr) ? AddParameter(context, expr, binding) : nullptr;
}

}  // namespace pgsqlite::pg::fdw
