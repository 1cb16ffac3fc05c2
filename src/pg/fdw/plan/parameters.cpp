#include "pg/fdw/plan/parameters.hpp"

namespace pgsqlite::pg::fdw {
namespace {

value::Cell TextCell(const char* server_text) {
    const char* utf8 = ToUtf8(server_text);
    return value::Cell::Text(Bytes(utf8, std::strlen(utf8)));
}

/// Behind every number and every text in SQLite's order.
value::Cell LastCell() noexcept {
    return value::Cell::Blob(Bytes("", 0));
}

value::Cell RealCell(double real) noexcept {
    return std::isnan(real) ? LastCell() : value::Cell::Real(real);
}

value::Cell ValueCell(Datum datum, Oid type) {
    switch (type) {
        case BOOLOID:
            return value::Cell::Integer(DatumGetBool(datum) ? 1 : 0);
        case INT2OID:
            return value::Cell::Integer(DatumGetInt16(datum));
        case INT4OID:
            return value::Cell::Integer(DatumGetInt32(datum));
        case INT8OID:
            return value::Cell::Integer(DatumGetInt64(datum));
        case FLOAT8OID:
            return RealCell(DatumGetFloat8(datum));
        case BYTEAOID: {
            const bytea* bytes = DatumGetByteaPP(datum);
            return value::Cell::Blob(Bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)));
        }
        default:
            return TextCell(TextDatumGetCString(datum));
    }
}

/// Bound of the numbers that read as a numeric or as a lower (higher) one. Up to 2^53 that is the nearest
/// double (strtod rounds correctly, numeric's NaN is a word): no integer lies between the two. Beyond, cells
/// may be integers, which compare with the digits, and reals, whose shortest digits are the double's.
value::Cell NumberCell(Datum numeric, bool low) {
    constexpr double kExact = 9007199254740992.0;
    const char* text = DatumGetCString(DirectFunctionCall1(numeric_out, numeric));
    const double nearest = std::strtod(text, nullptr);
    if (!(std::fabs(nearest) >= kExact) || std::isinf(nearest)) return RealCell(nearest);
    errno = 0;
    const int64 integer = std::strtoll(text, nullptr, 10);
    if (errno != 0) return RealCell(nearest);
    // The digits fit 64 bits, so the double is at most 2^63.
    if (nearest >= 0x1p63) return low ? value::Cell::Integer(integer) : RealCell(nearest);
    const int64 rounded = static_cast<int64>(nearest);
    return value::Cell::Integer(low ? std::min(integer, rounded) : std::max(integer, rounded));
}

/// The elements as a JSON array, which array_to_json() nests as deep as the array has dimensions.
value::Cell ElementsCell(Datum datum) {
    ArrayType* array = DatumGetArrayTypeP(datum);
    if (ARR_NDIM(array) > 1) {
        int16 length;
        bool by_value;
        char align;
        get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
        Datum* values;
        bool* nulls;
        int count;
        int lower = 1;
        deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align, &values, &nulls, &count);
        array = construct_md_array(values, nulls, 1, &count, &lower, ARR_ELEMTYPE(array), length, by_value,
                                   align);
    }
    return TextCell(TextDatumGetCString(DirectFunctionCall1(array_to_json, PointerGetDatum(array))));
}

/// YYYY-MM-DD two days before or after: more than any two zones and the session's differ. Outside the years
/// that have four digits nothing is bounded.
value::Cell DayCell(Datum datum, Oid type, bool low) {
    constexpr int64 kSlackDays = 2;
    constexpr int64 kFarDays = 4000000;
    int64 days;
    if (type == DATEOID) {
        days = DatumGetDateADT(datum);
    } else {
        const Timestamp usec = DatumGetTimestamp(datum);
        days = usec / USECS_PER_DAY - (usec % USECS_PER_DAY < 0 ? 1 : 0);
    }
    if (days > -kFarDays && days < kFarDays) {
        days += low ? -kSlackDays : kSlackDays;
        int year, month, day;
        j2date(static_cast<int>(days) + POSTGRES_EPOCH_JDATE, &year, &month, &day);
        if (year >= 1 && year <= 9999) return TextCell(psprintf("%04d-%02d-%02d", year, month, day));
    }
    return low ? TextCell("") : LastCell();
}

value::Cell BoundCell(Datum datum, bool is_null, Oid type, Binding binding) {
    // No element equals NULL, and none differs from it: an array that is NULL is one of a NULL.
    if (binding == Binding::kElements) return is_null ? TextCell("[null]") : ElementsCell(datum);
    if (is_null) return value::Cell::Null();
    switch (binding) {
        case Binding::kLow:
            return NumberCell(datum, true);
        case Binding::kHigh:
            return NumberCell(datum, false);
        case Binding::kDayLow:
            return DayCell(datum, type, true);
        case Binding::kDayHigh:
            return DayCell(datum, type, false);
        default:
            return ValueCell(datum, type);
    }
}

}  // namespace

ScanParameters* InitParameters(List* expressions, List* bindings, PlanState* parent) {
    ScanParameters* parameters = static_cast<ScanParameters*>(palloc0(sizeof(ScanParameters)));
    const size_t count = static_cast<size_t>(list_length(expressions));
    parameters->count = list_length(expressions);
    parameters->states = static_cast<ExprState**>(palloc0(sizeof(ExprState*) * (count + 1)));
    parameters->types = static_cast<Oid*>(palloc0(sizeof(Oid) * (count + 1)));
    parameters->bindings = static_cast<Binding*>(palloc0(sizeof(Binding) * (count + 1)));
    ListCell* expression;
    ListCell* binding;
    int i = 0;
    forboth(expression, expressions, binding, bindings) {
        Expr* expr = static_cast<Expr*>(lfirst(expression));
        parameters->states[i] = ExecInitExpr(expr, parent);
        parameters->types[i] = getBaseType(exprType(reinterpret_cast<Node*>(expr)));
        parameters->bindings[i] = static_cast<Binding>(lfirst_int(binding));
        ++i;
    }
    return parameters;
}

void BindParameters(const ScanParameters& parameters, ExprContext* context, sqlite::Statement* statement,
                    int first) {
    if (parameters.count == 0) return;
    MemoryContext previous = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
    for (int i = 0; i < parameters.count; ++i) {
        bool is_null;
        const Datum datum = ExecEvalExpr(parameters.states[i], context, &is_null);
        const value::Cell cell = BoundCell(datum, is_null, parameters.types[i], parameters.bindings[i]);
        if (!statement->Bind(first + i, cell))
            ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
                            errmsg("could not bind a parameter of the SQLite query")));
    }
    MemoryContextSwitchTo(previous);
}

}  // namespace pgsqlite::pg::fdw
