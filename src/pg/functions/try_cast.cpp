// sqlite.try_cast(): any type's input function, where a value that the type refuses becomes NULL.
//
// PostgreSQL 16 and later let input functions return such a refusal. Before, and for input functions that do
// not know how to, the error is caught. An error caught without a subtransaction must have left nothing
// behind (pins, references, changes of state): true of PostgreSQL's own scalar types, arrays of them and
// enums, which raise before they have acquired anything. A domain's CHECK, a composite type's columns and the
// types of other extensions may run any code, so those are tried in a subtransaction, which costs about a
// microsecond.
#include "pg/seam.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg::functions {
namespace {

struct Cast {
    FmgrInfo input;
    Oid io_param;
    int32 typmod;
    bool leaves_nothing;  ///< an error of the input function needs no subtransaction
};

bool LeavesNothing(Oid type) {
    const Oid element = get_element_type(type);
    if (OidIsValid(element)) return LeavesNothing(element);
    const char kind = get_typtype(type);
    if (kind == TYPTYPE_ENUM) return true;
    return kind == TYPTYPE_BASE && type < FirstNormalObjectId;
}

Cast* CastOf(FunctionCallInfo fcinfo) {
    FmgrInfo* call = fcinfo->flinfo;
    if (call->fn_extra != nullptr) return static_cast<Cast*>(call->fn_extra);
    const Oid type = get_fn_expr_argtype(call, 1);
    if (!OidIsValid(type))
        ereport(ERROR,
                (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("sqlite.try_cast could not determine its type")));
    Cast* cast = static_cast<Cast*>(MemoryContextAllocZero(call->fn_mcxt, sizeof(Cast)));
    Oid function;
    getTypeInputInfo(type, &function, &cast->io_param);
    fmgr_info_cxt(function, &cast->input, call->fn_mcxt);
    // NULL::varchar(3) carries the length with it.
    cast->typmod = -1;
    if (call->fn_expr != nullptr && IsA(call->fn_expr, FuncExpr))
        cast->typmod =
            exprTypmod(static_cast<Node*>(lsecond(reinterpret_cast<FuncExpr*>(call->fn_expr)->args)));
    cast->leaves_nothing = LeavesNothing(type);
    call->fn_extra = cast;
    return cast;
}

/// Whether an error speaks of the value: a data exception, or a constraint (a domain's CHECK).
bool IsAboutValue(int sqlstate) noexcept {
    const int category = ERRCODE_TO_CATEGORY(sqlstate);
    return category == ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION);
}

/// The same for an input function of PostgreSQL's own, which runs nobody else's code: 'a &'::tsquery is a
/// syntax error to it, 'nowhere'::regclass an undefined table. From 16 on it returns these like all others.
bool IsAboutValueOfBuiltin(int sqlstate) noexcept {
    return IsAboutValue(sqlstate) || sqlstate == ERRCODE_PROGRAM_LIMIT_EXCEEDED ||
           sqlstate == ERRCODE_UNDEFINED_SCHEMA ||
           (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(ERRCODE_SYNTAX_ERROR) &&
            sqlstate != ERRCODE_INSUFFICIENT_PRIVILEGE);
}

bool CatchInput(Cast* cast, char* text, Datum* result) {
    MemoryContext context = CurrentMemoryContext;
    volatile bool fits = false;
    PG_TRY();
    { fits = compat::InputCall(&cast->input, text, cast->io_param, cast->typmod, result); }
    PG_CATCH();
    {
        if (!IsAboutValueOfBuiltin(geterrcode())) PG_RE_THROW();
        MemoryContextSwitchTo(context);
        FlushErrorState();
    }
    PG_END_TRY();
    return fits;
}

bool CatchInputInSubtransaction(Cast* cast, char* text, Datum* result) {
    bool fits = false;
    ErrorData* error = TryInSubtransaction(
        [&] { fits = compat::InputCall(&cast->input, text, cast->io_param, cast->typmod, result); },
        [](const ErrorData* raised) { return IsAboutValue(raised->sqlerrcode); });
    if (error == nullptr) return fits;
    FreeErrorData(error);
    return false;
}

}  // namespace
}  // namespace pgsqlite::pg::functions

PG_SQLITE_LASTING_FUNCTION(pg_sqlite_try_cast) {
    namespace functions = pgsqlite::pg::functions;
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    functions::Cast* cast = functions::CastOf(fcinfo);
    char* words = text_to_cstring(PG_GETARG_TEXT_PP(0));
    Datum result = static_cast<Datum>(0);
    bool fits;
    if (!cast->leaves_nothing)
        fits = functions::CatchInputInSubtransaction(cast, words, &result);
    else if (pgsqlite::pg::compat::kInputReturnsRefusals)
        fits = pgsqlite::pg::compat::InputCall(&cast->input, words, cast->io_param, cast->typmod, &result);
    else
        fits = functions::CatchInput(cast, words, &result);
    if (!fits) PG_RETURN_NULL();
    return result;
}
