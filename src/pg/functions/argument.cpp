#include "pg/functions/argument.hpp"

#include <charconv>

#include "core/value/format.hpp"

namespace pgsqlite::pg::functions {
namespace {

value::Cell TextCell(const char* text) {
    return value::Cell::Text(Bytes(text, std::strlen(text)));
}

/// Without a fraction and in 64 bits an integer, else the digits as numeric shows them.
value::Cell NumericCell(Datum datum) {
    const char* digits = DatumGetCString(DirectFunctionCall1(numeric_out, datum));
    const char* end = digits + std::strlen(digits);
    std::int64_t integer = 0;
    const auto read = std::from_chars(digits, end, integer);
    if (read.ec != std::errc()) return TextCell(digits);
    // 5.00 is the number 5: numeric keeps how many digits were written, an integer has none.
    const char* rest = read.ptr;
    if (rest < end && *rest == '.') do {
            ++rest;
        } while (rest < end && *rest == '0');
    return rest == end ? value::Cell::Integer(integer) : TextCell(digits);
}

/// The shortest digits that read back to the same float4: 0.1, not 0.10000000149011612.
value::Cell Float4Cell(float4 number) {
    char* digits = static_cast<char*>(palloc(value::kNumberTextSize));
    if (std::isnan(number) || std::isinf(number))
        strlcpy(digits,
                std::isnan(number) ? "NaN"
                : number < 0       ? "-Infinity"
                                   : "Infinity",
                value::kNumberTextSize);
    else
        *std::to_chars(digits, digits + value::kNumberTextSize - 1, number).ptr = '\0';
    return TextCell(digits);
}

}  // namespace

Oid ArgumentType(FunctionCallInfo fcinfo, int index) {
    Oid type = get_fn_expr_argtype(fcinfo->flinfo, index);
    if (!OidIsValid(type)) {  // called without an expression: as declared
        Oid* declared = nullptr;
        int count = 0;
        (void)get_func_signature(fcinfo->flinfo->fn_oid, &declared, &count);
        type = index < count ? declared[index] : InvalidOid;
    }
    return OidIsValid(type) ? getBaseType(type) : InvalidOid;
}

ArgumentKind KindOfArgument(Oid type) {
    switch (type) {
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID:
            return ArgumentKind::kText;
        case INT2OID:
            return ArgumentKind::kInt2;
        case INT4OID:
            return ArgumentKind::kInt4;
        case INT8OID:
            return ArgumentKind::kInt8;
        case FLOAT4OID:
            return ArgumentKind::kFloat4;
        case FLOAT8OID:
            return ArgumentKind::kFloat8;
        case NUMERICOID:
            return ArgumentKind::kNumeric;
        case BYTEAOID:
            return ArgumentKind::kBytea;
        case BOOLOID:
            return ArgumentKind::kBoolean;
        case UUIDOID:
            return ArgumentKind::kUuid;
        case JSONOID:
            return ArgumentKind::kJson;
        default:
            return ArgumentKind::kNone;
    }
}

Bytes TextArgument(Datum datum) {
    const text* value = DatumGetTextPP(datum);
    const char* data = VARDATA_ANY(value);
    const int size = static_cast<int>(VARSIZE_ANY_EXHDR(value));
    if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII)
        return Bytes(data, static_cast<size_t>(size));
    const char* utf8 = pg_server_to_any(data, size, PG_UTF8);
    return utf8 == data ? Bytes(data, static_cast<size_t>(size)) : Bytes(utf8, std::strlen(utf8));
}

value::Cell CellOf(ArgumentKind kind, Datum datum) {
    switch (kind) {
        case ArgumentKind::kText:
        case ArgumentKind::kJson:
            return value::Cell::Text(TextArgument(datum));
        case ArgumentKind::kInt2:
            return value::Cell::Integer(DatumGetInt16(datum));
        case ArgumentKind::kInt4:
            return value::Cell::Integer(DatumGetInt32(datum));
        case ArgumentKind::kInt8:
            return value::Cell::Integer(DatumGetInt64(datum));
        case ArgumentKind::kFloat4:
            return Float4Cell(DatumGetFloat4(datum));
        case ArgumentKind::kFloat8:
            return value::Cell::Real(DatumGetFloat8(datum));
        case ArgumentKind::kNumeric:
            return NumericCell(datum);
        case ArgumentKind::kBytea: {
            const bytea* bytes = DatumGetByteaPP(datum);
            return value::Cell::Blob(Bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)));
        }
        case ArgumentKind::kBoolean:
            return value::Cell::Integer(DatumGetBool(datum) ? 1 : 0);
        case ArgumentKind::kUuid:
            return TextCell(DatumGetCString(DirectFunctionCall1(uuid_out, datum)));
        case ArgumentKind::kNone:
            break;
    }
    return value::Cell::Null();
}

char* DescribeArgument(Oid type, const value::Cell& cell) {
    char shown[512];
    constexpr size_t kShownChars = 80;
    const size_t size = value::DescribeCell(cell, shown, sizeof(shown), kShownChars);
    return psprintf("%s value %s", format_type_be(type), ToServerText(std::string_view(shown, size)));
}

void RaiseNullArgument(const char* function, const char* argument) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("argument \"%s\" of %s must not be null", argument, function)));
    pg_unreachable();
}

}  // namespace pgsqlite::pg::functions
