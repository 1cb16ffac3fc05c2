#include "pg/fdw/plan/deparse.hpp"

#include "pg/fdw/plan/rules.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "optimizer/clauses.h"
}

namespace pgsqlite::pg::fdw {
namespace {

/// Longer texts are bound instead of written into the statement.
constexpr int kMaxLiteral = 1000;
/// More elements than this go as one JSON parameter.
constexpr int kMaxListed = 100;
/// Arguments of one call, although SQLite takes more.
constexpr int kMaxArguments = 100;
/// Longer texts are not built: some rules name an operand twice.
constexpr size_t kMaxFragment = 100000;
/// Parts of one pair of brackets in a chain.
constexpr int kChain = 50;

/// Null where it is too long.
Fragment* MakeFragment(const char* sql, Form form) {
    if (std::strlen(sql) > kMaxFragment) return nullptr;
    Fragment* fragment = static_cast<Fragment*>(palloc(sizeof(Fragment)));
    fragment->sql = sql;
    fragment->form = form;
    return fragment;
}

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

/// PostgreSQL can evaluate it before the scan starts: no column of ours, nothing volatile.
bool IsParameter(const DeparseContext* context, Expr* expr) {
    VarSearch search = {context};
    Node* node = reinterpret_cast<Node*>(expr);
    return !FindRemoteVar(node, &search) && !contain_volatile_functions(node) && !contain_subplans(node) &&
           !contain_agg_clause(node) && !contain_window_function(node);
}

/// Form of a type's values as parameters; kNone for what can't be bound as it is.
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

/// A constant that reads the same in SQLite's SQL, or null.
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

Fragment* DeparseParameter(DeparseContext* context, Expr* expr) {
    const Form form = FormOfParameter(exprType(reinterpret_cast<Node*>(expr)));
    if (form == Form::kNone) return nullptr;
    if (IsA(expr, Const)) {
        const char* literal = Literal(reinterpret_cast<const Const*>(expr));
        if (literal != nullptr) return MakeFragment(literal, form);
    }
    return MakeFragment(AddParameter(context, expr, Binding::kValue), form);
}

/// Whether bytes decide equality. No collation: the type has none.
bool IsBytewise(Oid collation) {
    return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

/// Whether functions of texts count alike: SQL_ASCII counts bytes, and in some encodings of several bytes a
/// character can be two code points.
bool CharactersAreCodePoints() {
    return GetDatabaseEncoding() == PG_UTF8 ||
           (GetDatabaseEncoding() != PG_SQL_ASCII && pg_database_encoding_max_length() == 1);
}

void Escape(DeparseContext* context, char* condition) {
    context->escapes = lappend(context->escapes, makeString(condition));
}

/// The operands of a call, all of one form.
bool DeparseOperands(DeparseContext* context, const List* arguments, Form form, const char** out) {
    ListCell* cell;
    foreach (cell, arguments) {
        const Fragment* operand = DeparseValue(context, static_cast<Expr*>(lfirst(cell)));
        if (operand == nullptr || operand->form != form) return false;
        *out++ = operand->sql;
    }
    return true;
}

/// What PostgreSQL raises "out of range" for, as the result of integer arithmetic.
void EscapeOverflow(DeparseContext* context, Oid type, const char* sql) {
    if (type == INT8OID)
        Escape(context, psprintf("typeof(%s) = 'real'", sql));
    else if (type == INT4OID)
        Escape(context,
               psprintf("typeof(%s) = 'real' OR %s NOT BETWEEN -2147483648 AND 2147483647", sql, sql));
    else
        Escape(context, psprintf("typeof(%s) = 'real' OR %s NOT BETWEEN -32768 AND 32767", sql, sql));
}

/// The character behind `c`, where its bytes sort behind those of `c` in UTF-8 and in UTF-16 of either order
/// (the surrogates begin behind D7FF); 0 where they don't, or where there is none.
pg_wchar NextCharacter(pg_wchar c) {
    if (c == 0x7f || (c & 0xff) == 0xff || c >= 0xfffd) return 0;
    return c + 1;
}

/// A constant pattern of LIKE for SQLite.
struct GlobPattern {
    const char* sql;     ///< as a GLOB pattern; null where PostgreSQL refuses it or it is too long
    const char* prefix;  ///< what a match begins with; empty where that is nothing
    const char* beyond;  ///< a text behind all that begin so; empty where there is none
};

GlobPattern ReadLikePattern(const DeparseContext* context, const Expr* pattern) {
    GlobPattern result = {};
    if (!IsA(pattern, Const)) return result;
    const Const* constant = reinterpret_cast<const Const*>(pattern);
    if (constant->constisnull) return result;
    const char* like = TextDatumGetCString(constant->constvalue);
    if (std::strlen(like) > kMaxLiteral) return result;
    const bool utf8 = GetDatabaseEncoding() == PG_UTF8;
    StringInfoData glob;
    StringInfoData prefix;
    initStringInfo(&glob);
    initStringInfo(&prefix);
    bool in_prefix = true;
    result.beyond = "";
    int size = 1;
    for (const char* c = like; *c != '\0'; c += size) {
        size = 1;
        if (*c == '%' || *c == '_') {
            appendStringInfoChar(&glob, *c == '%' ? '*' : '?');
            in_prefix = false;
            continue;
        }
        if (*c == '\\' && *++c == '\0') return {};
        const auto* bytes = reinterpret_cast<const unsigned char*>(c);
        if (utf8) size = pg_utf_mblen(bytes);
        if (*c == '*' || *c == '?' || *c == '[')
            appendStringInfo(&glob, "[%c]", *c);
        else
            appendBinaryStringInfo(&glob, c, size);
        // Of other encodings ASCII alone.
        in_prefix = in_prefix && (utf8 || !IS_HIGHBIT_SET(*c));
        if (!in_prefix) continue;
        const pg_wchar next = NextCharacter(utf8 ? utf8_to_unicode(bytes) : *bytes);
        unsigned char last[MAX_MULTIBYTE_CHAR_LEN + 1] = {};
        // Without one, the bound of what stands before it remains.
        if (next != 0)
            result.beyond = QuotedText(
                psprintf("%s%s", prefix.data, reinterpret_cast<char*>(unicode_to_utf8(next, last))));
        appendBinaryStringInfo(&prefix, c, size);
    }
    if (glob.len > LimitsOf(context).pattern) return {};
    result.sql = QuotedText(glob.data);
    result.prefix = prefix.len > 0 ? QuotedText(prefix.data) : "";
    return result;
}

/// Whether SQLite may look up an expression in an index: a column.
bool IsColumn(const Expr* expr) {
    if (IsA(expr, RelabelType)) expr = reinterpret_cast<const RelabelType*>(expr)->arg;
    return IsA(expr, Var);
}

bool IsNonzero(const Expr* expr) {
    if (!IsA(expr, Const) || reinterpret_cast<const Const*>(expr)->constisnull) return false;
    return std::strcmp(Literal(reinterpret_cast<const Const*>(expr)), "0") != 0;
}

/// The value of an integer constant, if it is one and not negative.
int32 CountOf(const Expr* expr) {
    if (!IsA(expr, Const) || reinterpret_cast<const Const*>(expr)->constisnull) return -1;
    return DatumGetInt32(reinterpret_cast<const Const*>(expr)->constvalue);
}

Fragment* DeparseCall(DeparseContext* context, Oid function, Oid result_type, const List* arguments,
                      Oid collation) {
    const FunctionRule* rule = FindRule(function);
    if (rule == nullptr) return nullptr;
    const int count = list_length(arguments);
    const char* operands[3] = {};
    if (count > 3) return nullptr;
    const bool compares = rule->verb == Verb::kCompare || rule->verb == Verb::kOrder;
    if (rule->form == Form::kText && (!IsBytewise(collation) || (!compares && !CharactersAreCodePoints())))
        return nullptr;
    Expr* second = count > 1 ? static_cast<Expr*>(lsecond(arguments)) : nullptr;

    switch (rule->verb) {
        case Verb::kOrder:
            if (rule->form == Form::kText && !OrdersAsBytes(context, collation)) return nullptr;
            [[fallthrough]];
        case Verb::kCompare:
            if (!DeparseOperands(context, arguments, rule->form, operands)) return nullptr;
            return MakeFragment(psprintf("(%s %s %s)", operands[0], rule->sql, operands[1]), rule->result);
        case Verb::kDivide:
        case Verb::kArithmetic: {
            if (!DeparseOperands(context, arguments, rule->form, operands)) return nullptr;
            const char* sql = psprintf("(%s %s %s)", operands[0], rule->sql, operands[1]);
            if (rule->verb == Verb::kDivide && !IsNonzero(second))
                Escape(context, psprintf("%s = 0", operands[1]));
            if (rule->form == Form::kInteger) EscapeOverflow(context, result_type, sql);
            return MakeFragment(sql, rule->result);
        }
        case Verb::kWiden: {
            Fragment* operand = DeparseValue(context, static_cast<Expr*>(linitial(arguments)));
            // An integer as numeric is compared by kCompareDecimal only.
            return operand != nullptr && operand->form == rule->form && result_type != NUMERICOID ? operand
                                                                                                  : nullptr;
        }
        case Verb::kToReal:
            if (!DeparseOperands(context, arguments, rule->form, operands)) return nullptr;
            return MakeFragment(psprintf("CAST(%s AS REAL)", operands[0]), rule->result);
        case Verb::kCallC:
            if (!OidIsValid(collation) || !compat::FoldsAsciiOnly(collation)) return nullptr;
            [[fallthrough]];
        case Verb::kCall: {
            if (!DeparseOperands(context, arguments, rule->form, operands)) return nullptr;
            StringInfoData sql;
            initStringInfo(&sql);
            appendStringInfo(&sql, "%s(", rule->sql);
            for (int i = 0; i < count; ++i)
                appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "", operands[i]);
            appendStringInfoChar(&sql, ')');
            return MakeFragment(sql.data, rule->result);
        }
        case Verb::kSubstring: {
            // PostgreSQL counts positions before the first, SQLite from the end: only plain ones are the
            // same.
            const int32 start = CountOf(second);
            const int32 length = CountOf(static_cast<Expr*>(lthird(arguments)));
            const Fragment* text = DeparseValue(context, static_cast<Expr*>(linitial(arguments)));
            if (start < 1 || length < 0 || text == nullptr || text->form != Form::kText) return nullptr;
            return MakeFragment(psprintf("substr(%s, %d, %d)", text->sql, start, length), Form::kText);
        }
        case Verb::kLeft: {
            const int32 length = CountOf(second);
            const Fragment* text = DeparseValue(context, static_cast<Expr*>(linitial(arguments)));
            if (length < 0 || text == nullptr || text->form != Form::kText) return nullptr;
            return MakeFragment(psprintf("substr(%s, 1, %d)", text->sql, length), Form::kText);
        }
        case Verb::kStartsWith:
            if (!DeparseOperands(context, arguments, Form::kText, operands)) return nullptr;
            return MakeFragment(
                psprintf("(substr(%s, 1, length(%s)) = %s)", operands[0], operands[1], operands[1]),
                Form::kBoolean);
        case Verb::kLike: {
            Expr* first = static_cast<Expr*>(linitial(arguments));
            const GlobPattern pattern = ReadLikePattern(context, second);
            const Fragment* text = DeparseValue(context, first);
            if (pattern.sql == nullptr || text == nullptr || text->form != Form::kText) return nullptr;
            // GLOB is a function of ours on the connection, for which SQLite looks into no index.
            const char* range = "";
            if (std::strcmp(rule->sql, "GLOB") == 0 && *pattern.prefix != '\0' && IsColumn(first)) {
                range = psprintf(" AND %s >= %s", text->sql, pattern.prefix);
                if (*pattern.beyond != '\0')
                    range = psprintf("%s AND %s < %s", range, text->sql, pattern.beyond);
            }
            return MakeFragment(psprintf("(%s %s %s%s)", text->sql, rule->sql, pattern.sql, range),
                                Form::kBoolean);
        }
        case Verb::kCompareDecimal:
        case Verb::kCompareMoment:
            return nullptr;
    }
    return nullptr;
}

Fragment* DeparseBool(DeparseContext* context, const BoolExpr* expr) {
    const char** arguments =
        static_cast<const char**>(palloc(sizeof(char*) * static_cast<Size>(list_length(expr->args))));
    size_t size = 0;
    int count = 0;
    ListCell* cell;
    foreach (cell, expr->args) {
        const Fragment* argument = DeparseValue(context, static_cast<Expr*>(lfirst(cell)));
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

/// x IS [NOT] NULL. Of a column it is enough that NULLs are NULLs.
Fragment* DeparseNullTest(DeparseContext* context, const NullTest* test) {
    if (test->argisrow) return nullptr;
    const char* operand = nullptr;
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

/// IS DISTINCT FROM, NULLIF: an equality operator's rule without its own text.
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
    ListCell* cell;
    foreach (cell, expr->args) {
        const CaseWhen* when = static_cast<const CaseWhen*>(lfirst(cell));
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
    ListCell* cell;
    foreach (cell, expr->args) {
        const Fragment* value = DeparseValue(context, static_cast<Expr*>(lfirst(cell)));
        if (value == nullptr || (form != Form::kNone && form != value->form)) return nullptr;
        appendStringInfo(&sql, "%s%s", form != Form::kNone ? ", " : "", value->sql);
        form = value->form;
    }
    appendStringInfoChar(&sql, ')');
    return MakeFragment(sql.data, form);
}

/// x = ANY (array) and x <> ALL (array).
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

}  // namespace

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
