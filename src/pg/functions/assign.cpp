// sqlite.assign(): a value as INSERT would assign it to a column, where what PostgreSQL does in silence
// (rounding, cutting, dropping a time of day) is an error, or is done under a policy and counted with the
// load at hand.
//
// Whether something is lost is asked in the same way for all types: what was assigned, cast back, must equal
// what there was.
#include "core/value/policy.hpp"
#include "pg/load/running_load.hpp"
#include "pg/seam.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "parser/parse_coerce.h"
#include "utils/fmgroids.h"
}

namespace pgsqlite::pg::functions {
namespace {

using value::Applied;

enum class Loss : uint8 {
    kDigits,  ///< policy excess_digits
    kLength,  ///< policy too_long
    kOther,   ///< no policy settles it
};

struct Assignment {
    Oid source;
    Oid target;
    int32 typmod;
    bool is_literal;  ///< of type unknown: it is read as the target's type first
    Loss loss;        ///< what it would be
    bool allowed;     ///< by policy
    int32 cut_to;     ///< excess_digits truncate: digits of a second that stay; -1: nothing to cut by hand
    ExprContext* context;
    ExprState* assign;
    ExprState* back;  ///< null: nothing to compare with
    FmgrInfo equal;
};

bool IsNumber(Oid type) noexcept {
    switch (type) {
        case INT2OID:
        case INT4OID:
        case INT8OID:
        case FLOAT4OID:
        case FLOAT8OID:
        case NUMERICOID:
        case MONEYOID:
            return true;
        default:
            return false;
    }
}

bool HasFractionOfSecond(Oid type) noexcept {
    switch (type) {
        case TIMEOID:
        case TIMETZOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
        case INTERVALOID:
            return true;
        default:
            return false;
    }
}

bool HasLength(Oid type) noexcept {
    return type == VARCHAROID || type == BPCHAROID || type == BITOID || type == VARBITOID;
}

Loss LossOf(Oid source, Oid target) noexcept {
    if (IsNumber(source) && IsNumber(target)) return Loss::kDigits;
    if (HasFractionOfSecond(target) && source == target) return Loss::kDigits;
    return HasLength(target) ? Loss::kLength : Loss::kOther;
}

/// Digits behind the point that a number of the type keeps; -1: not a fixed number.
int ScaleOf(Oid type, int32 typmod) noexcept {
    if (type == INT2OID || type == INT4OID || type == INT8OID) return 0;
    if (type != NUMERICOID || typmod < static_cast<int32>(VARHDRSZ)) return -1;
    // numeric.c: eleven bits with a sign, of which versions before 15 use the positive half.
    return ((((typmod - static_cast<int32>(VARHDRSZ)) & 0x7ff) ^ 1024) - 1024);
}

Node* Coerced(Node* value, Oid from, Oid to, int32 typmod, CoercionContext how) {
    return coerce_to_target_type(nullptr, value, from, to, typmod, how,
                                 how == COERCION_EXPLICIT ? COERCE_EXPLICIT_CAST : COERCE_IMPLICIT_CAST, -1);
}

Node* Placeholder(Oid type) {
    CaseTestExpr* value = makeNode(CaseTestExpr);
    value->typeId = type;
    value->typeMod = -1;
    value->collation = get_typcollation(type);
    return reinterpret_cast<Node*>(value);
}

ExprState* Prepare(Node* expression) {
    return ExecInitExpr(expression_planner(reinterpret_cast<Expr*>(expression)), nullptr);
}

/// A number without the digits that its target does not keep.
Node* CutDigits(Node* value, Oid source, int scale) {
    Node* number = Coerced(value, source, NUMERICOID, -1, COERCION_EXPLICIT);
    Node* digits = reinterpret_cast<Node*>(
        makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(scale), false, true));
    return reinterpret_cast<Node*>(makeFuncExpr(F_TRUNC_NUMERIC_INT4, NUMERICOID, list_make2(number, digits),
                                                InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

Node* AssignedBy(Assignment* plan, bool cuts_digits) {
    Node* value = Placeholder(plan->source);
    const Oid base = getBaseType(plan->target);
    if (cuts_digits && IsNumber(plan->source) && ScaleOf(base, plan->typmod) >= 0) {
        value = CutDigits(value, plan->source, ScaleOf(base, plan->typmod));
        return Coerced(value, NUMERICOID, plan->target, plan->typmod, COERCION_ASSIGNMENT);
    }
    if (cuts_digits && HasFractionOfSecond(base) && plan->typmod >= 0 && base != INTERVALOID)
        plan->cut_to = plan->typmod;
    const bool cuts_length = plan->loss == Loss::kLength && plan->allowed;
    return Coerced(value, plan->source, plan->target, plan->typmod,
                   cuts_length ? COERCION_EXPLICIT : COERCION_ASSIGNMENT);
}

/// An argument that is the same in all calls; null where it is NULL.
const char* Word(FunctionCallInfo fcinfo, int argument) {
    return PG_ARGISNULL(argument) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/// Place of a policy's word; -1: NULL or unknown.
int WordPlace(FunctionCallInfo fcinfo, int argument, const char* name, const char* words) {
    const char* word = Word(fcinfo, argument);
    const int place = word == nullptr ? -1 : value::WordIndex(words, word);
    if (place < 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("invalid value for argument \"%s\": %s", name,
                               word == nullptr ? "NULL" : quote_literal_cstr(word)),
                        errhint("Valid values are: %s.", words)));
    return place;
}

Assignment* PlanAssignment(FunctionCallInfo fcinfo) {
    FmgrInfo* call = fcinfo->flinfo;
    MemoryContext previous = MemoryContextSwitchTo(call->fn_mcxt);
    Assignment* plan = static_cast<Assignment*>(palloc0(sizeof(Assignment)));
    plan->source = get_fn_expr_argtype(call, 0);
    plan->target = get_fn_expr_argtype(call, 1);
    if (!OidIsValid(plan->source) || !OidIsValid(plan->target))
        ereport(ERROR,
                (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("sqlite.assign could not determine its types")));
    plan->typmod = -1;
    if (call->fn_expr != nullptr && IsA(call->fn_expr, FuncExpr))
        plan->typmod =
            exprTypmod(static_cast<Node*>(lsecond(reinterpret_cast<FuncExpr*>(call->fn_expr)->args)));
    const Oid base = getBaseTypeAndTypmod(plan->target, &plan->typmod);
    plan->is_literal = plan->source == UNKNOWNOID;
    if (plan->is_literal) plan->source = base;
    plan->loss = LossOf(getBaseType(plan->source), base);
    const int digits = WordPlace(fcinfo, 2, "excess_digits", "error round truncate");
    const int length = WordPlace(fcinfo, 3, "too_long", "error truncate");
    plan->allowed = plan->loss == Loss::kDigits ? digits > 0 : plan->loss == Loss::kLength && length > 0;
    plan->cut_to = -1;
    plan->context = CreateStandaloneExprContext();
    Node* assigned = AssignedBy(plan, digits == 2 && plan->loss == Loss::kDigits);
    if (assigned == nullptr)
        ereport(ERROR,
                (errcode(ERRCODE_DATATYPE_MISMATCH),
                 errmsg("a value of type %s cannot be assigned to type %s", format_type_be(plan->source),
                        format_type_with_typemod(plan->target, plan->typmod)),
                 errhint("Write the cast that is meant into the expression.")));
    plan->assign = Prepare(assigned);
    // Blanks at the end mean nothing to char(n).
    const TypeCacheEntry* type = lookup_type_cache(plan->source, TYPECACHE_EQ_OPR_FINFO);
    Node* back = OidIsValid(type->eq_opr_finfo.fn_oid) && base != BPCHAROID
                     ? Coerced(Placeholder(plan->target), plan->target, plan->source, -1, COERCION_EXPLICIT)
                     : nullptr;
    if (back != nullptr) {
        plan->back = Prepare(back);
        fmgr_info_cxt(type->eq_opr_finfo.fn_oid, &plan->equal, call->fn_mcxt);
    }
    MemoryContextSwitchTo(previous);
    call->fn_extra = plan;
    return plan;
}

Datum Evaluate(Assignment* plan, ExprState* state, Datum value, bool value_is_null = false) {
    plan->context->caseValue_datum = value;
    plan->context->caseValue_isNull = value_is_null;
    bool is_null;
    return ExecEvalExpr(state, plan->context, &is_null);
}

/// A time without what stands behind so many digits of its second, as on a clock that shows no more.
int64 CutTime(int64 microseconds, int32 digits) noexcept {
    int64 unit = 1;
    for (int32 i = digits; i < MAX_TIMESTAMP_PRECISION; ++i)
        unit *= 10;
    const int64 rest = microseconds % unit;
    return microseconds - (rest < 0 ? rest + unit : rest);
}

Datum CutSeconds(const Assignment* plan, Datum value) {
    const Oid type = getBaseType(plan->source);
    if (type != TIMETZOID) {
        const int64 moment = DatumGetInt64(value);
        const bool endless = type != TIMEOID && TIMESTAMP_NOT_FINITE(moment);
        return endless ? value : Int64GetDatum(CutTime(moment, plan->cut_to));
    }
    TimeTzADT* time = static_cast<TimeTzADT*>(palloc(sizeof(TimeTzADT)));
    *time = *DatumGetTimeTzADTP(value);
    time->time = CutTime(time->time, plan->cut_to);
    return TimeTzADTPGetDatum(time);
}

bool IsSame(Assignment* plan, Datum value, Datum assigned) {
    if (plan->back == nullptr) return true;
    const Datum back = Evaluate(plan, plan->back, assigned);
    const Oid collation = OidIsValid(get_typcollation(plan->source)) ? DEFAULT_COLLATION_OID : InvalidOid;
    return DatumGetBool(FunctionCall2Coll(&plan->equal, collation, value, back));
}

[[noreturn]] void RaiseLoss(const Assignment* plan, Datum value) {
    constexpr int kShownBytes = 100;
    Oid output;
    bool is_varlena;
    getTypeOutputInfo(plan->source, &output, &is_varlena);
    char* text = OidOutputFunctionCall(output, value);
    const int size = static_cast<int>(std::strlen(text));
    const int shown = pg_mbcliplen(text, size, kShownBytes);
    const char* more = shown < size ? "…" : "";
    text[shown] = '\0';
    const char* target = format_type_with_typemod(plan->target, plan->typmod);
    switch (plan->loss) {
        case Loss::kDigits:
            ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                            errmsg("%s%s has more digits than type %s keeps", text, more, target),
                            errhint("Set excess_digits to 'round' or 'truncate', or write the cast that is "
                                    "meant into convert.")));
        case Loss::kLength:
            ereport(ERROR,
                    (errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
                     errmsg("%s%s is longer than type %s allows", text, more, target),
                     errhint("Set too_long to 'truncate', or write the cast that is meant into convert.")));
        case Loss::kOther:
            break;
    }
    ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                    errmsg("%s%s of type %s is not the same value as type %s", text, more,
                           format_type_be(plan->source), target),
                    errhint("Write the cast that is meant into convert.")));
}

}  // namespace
}  // namespace pgsqlite::pg::functions

PG_SQLITE_FUNCTION(pg_sqlite_assign) {
    namespace functions = pgsqlite::pg::functions;
    using functions::Loss;
    auto* plan = static_cast<functions::Assignment*>(fcinfo->flinfo->fn_extra);
    if (plan == nullptr) plan = functions::PlanAssignment(fcinfo);
    if (PG_ARGISNULL(0)) {
        // A domain may not take NULL.
        (void)functions::Evaluate(plan, plan->assign, static_cast<Datum>(0), true);
        PG_RETURN_NULL();
    }
    Datum value = PG_GETARG_DATUM(0);
    if (plan->is_literal) {
        Oid input, io_param;
        getTypeInputInfo(plan->source, &input, &io_param);
        value = OidInputFunctionCall(input, DatumGetCString(value), io_param, -1);
    }
    const Datum whole = value;
    if (plan->cut_to >= 0) value = functions::CutSeconds(plan, value);
    const Datum assigned = functions::Evaluate(plan, plan->assign, value);
    if (functions::IsSame(plan, whole, assigned)) return assigned;
    if (!plan->allowed) functions::RaiseLoss(plan, whole);
    if (pgsqlite::pg::load::running_load.changes != nullptr)
        ++pgsqlite::pg::load::running_load.changes[static_cast<size_t>(
            plan->loss == Loss::kDigits ? functions::Applied::kExcessDigits : functions::Applied::kTooLong)];
    return assigned;
}
