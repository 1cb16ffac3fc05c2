#include "pg/fdw/parameters.hpp"

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

/// The integer where it is one, else the nearest double (strtod rounds correctly, numeric's NaN is a word).
value::Cell NumberCell(Datum numeric) {
    const char* text = DatumGetCString(DirectFunctionCall1(numeric_out, numeric));
    constexpr size_t kSafeDigits = 18;
    const char* end = text;
    while (*end != '\0' && *end != '.')
        ++end;
    const char* rest = *end == '.' ? end + 1 : end;
    if (end - text <= static_cast<ptrdiff_t>(kSafeDigits) && std::strspn(rest, "0") == std::strlen(rest) &&
        (*text == '-' || (*text >= '0' && *text <= '9')) && text[std::strlen(text) - 1] != 'y')
        return value::Cell::Integer(std::strtoll(text, nullptr, 10));
    return RealCell(std::strtod(text, nullptr));
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
    if (binding == Binding::kElements)
        return TextCell(is_null ? "[null]" : TextDatumGetCString(DirectFunctionCall1(array_to_json, datum)));
    if (is_null) return value::Cell::Null();
    switch (binding) {
        case Binding::kNumber:
            return NumberCell(datum);
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
