#include "pg/fdw/plan/deparse_parts.hpp"
#include "pg/fdw/plan/like_pattern.hpp"
#include "pg/fdw/plan/rules.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// Whether functions of texts count alike: SQL_ASCII counts bytes, and in some encodings of several bytes a
/// character can be two code points.
bool CharactersAreCodePoints() {
    return GetDatabaseEncoding() == PG_UTF8 ||
           (GetDatabaseEncoding() != PG_SQL_ASCII && pg_database_encoding_max_length() == 1);
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

}  // namespace

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

}  // namespace pgsqlite::pg::fdw
