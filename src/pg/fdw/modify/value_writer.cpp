#include "pg/fdw/modify/value_writer.hpp"

#include <cmath>

#include "core/value/time/number_encodings.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/uuid.h"
}

namespace pgsqlite::pg::fdw {
namespace {

using schema::Affinity;
using value::Cell;
using value::Encoding;
using value::Kind;

constexpr int64 kMicrosPerSecond = 1000000;

Cell TextCell(const char* text) {
    return Cell::Text(Bytes(text, std::strlen(text)));
}

Cell OutputCell(WrittenColumn* column, Datum value) {
    return TextCell(ToUtf8(OutputFunctionCall(&column->output, value)));
}

[[noreturn]] void RaiseUnwritable(const WrittenColumn& column, const char* why) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("column \"%s\" can't be written: %s", column.reader->name, why),
                    errhint("Import the column with a type and an encoding that can be written.")));
    pg_unreachable();
}

/// The encoding in which a value is written: the first that is read.
Encoding WrittenAs(const WrittenColumn& column) {
    const value::EncodingList& list = column.reader->rule.encodings;
    return list.count > 0 ? list.items[0] : Encoding::kIso;
}

/// Microseconds as a number, or as text.
Cell MomentCell(const WrittenColumn& column, int64 usec, bool with_zone, bool date_only) {
    const value::Zone& zone = column.reader->rule.zone;
    const Encoding encoding = WrittenAs(column);
    if (encoding == Encoding::kIso) {
        char* text = static_cast<char*>(palloc(64));
        size_t length = value::FormatTimestamp(usec, text);
        text[length] = '\0';
        if (date_only) {
            char* blank = std::strchr(text, ' ');
            if (blank != nullptr) *blank = '\0';
        } else if (with_zone && zone.offsets_at_local != nullptr) {
            std::memcpy(text + length, "+00:00", sizeof("+00:00"));
        }
        return TextCell(text);
    }
    const value::NumberEncoding* count = value::FindNumberEncoding(encoding);
    if (count == nullptr)
        RaiseUnwritable(column,
                        psprintf("nothing is written by the encoding \"%s\"", value::EncodingName(encoding)));
    // A naive time is the zone's; a number names an instant, or civil time.
    if (!with_zone && !count->naive && zone.offsets_at_local != nullptr) {
        int32 offsets[2] = {};
        const int instants = zone.offsets_at_local(zone.context, usec, offsets);
        const value::AmbiguousTime policy = column.reader->rule.policies.ambiguous_time;
        if (instants != 1 && policy == value::AmbiguousTime::kError)
            RaiseUnwritable(column, "its time zone has that local time twice, or not at all");
        usec -= offsets[policy == value::AmbiguousTime::kLater ? 1 : 0] * kMicrosPerSecond;
    }
    if (with_zone && count->naive && zone.offset_at_instant != nullptr)
        usec += zone.offset_at_instant(zone.context, usec) * kMicrosPerSecond;
    __int128 scaled = static_cast<__int128>(usec - count->epoch) * count->divisor;
    // Behind the day that never was (kExcelEpoch).
    if (encoding == Encoding::kExcel && scaled >= 60 * static_cast<__int128>(count->multiplier))
        scaled += count->multiplier;
    if (scaled % count->multiplier == 0) {
        const __int128 number = scaled / count->multiplier;
        if (number >= PG_INT64_MIN && number <= PG_INT64_MAX)
            return Cell::Integer(static_cast<int64>(number));
    }
    return Cell::Real(static_cast<double>(scaled) / static_cast<double>(count->multiplier));
}

Cell RealCell(const WrittenColumn& column, double value) {
    if (std::isnan(value))
        ereport(ERROR,
                (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                 errmsg("column \"%s\": SQLite has no NaN, and would store NULL", column.reader->name)));
    return Cell::Real(value);
}

/// Digits as text; where the column takes them as they are, a whole number as an integer.
Cell NumericCell(WrittenColumn* column, Datum value) {
    const char* digits = OutputFunctionCall(&column->output, value);
    if (column->affinity == Affinity::kText || std::strchr(digits, '.') != nullptr) return TextCell(digits);
    char* end = nullptr;
    errno = 0;
    const long long whole = std::strtoll(digits, &end, 10);
    return errno == 0 && *end == '\0' && end != digits ? Cell::Integer(whole) : TextCell(digits);
}

Cell TextualCell(const WrittenColumn& column, Datum value) {
    const text* packed = DatumGetTextPP(value);
    const char* data = VARDATA_ANY(packed);
    size_t size = static_cast<size_t>(VARSIZE_ANY_EXHDR(packed));
    if (GetDatabaseEncoding() != PG_UTF8 && GetDatabaseEncoding() != PG_SQL_ASCII) {
        data = pg_server_to_any(data, static_cast<int>(size), PG_UTF8);
        if (data != VARDATA_ANY(packed)) size = std::strlen(data);
    }
    // Those of char(n) mean nothing, and come again when it is read.
    while (column.base_type == BPCHAROID && size > 0 && data[size - 1] == ' ')
        --size;
    return column.reader->rule.encodings.Has(Encoding::kUtf8) ? Cell::Blob(Bytes(data, size))
                                                              : Cell::Text(Bytes(data, size));
}

Cell UuidCell(WrittenColumn* column, Datum value) {
    const bool little_endian = column->reader->rule.encodings.Has(Encoding::kGuidLe);
    if (!little_endian && !column->blob_type) return OutputCell(column, value);
    const unsigned char* bytes = DatumGetUUIDP(value)->data;
    // RFC 4122's fields of 4, 2 and 2 bytes, in .NET's order.
    static constexpr int kLittle[UUID_LEN] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    char* blob = static_cast<char*>(palloc(UUID_LEN));
    for (int i = 0; i < UUID_LEN; ++i)
        blob[i] = static_cast<char>(bytes[little_endian ? kLittle[i] : i]);
    return Cell::Blob(Bytes(blob, UUID_LEN));
}

Cell ArrayCell(WrittenColumn* column, Datum value) {
    const value::EncodingList& list = column->reader->rule.encodings;
    if (list.count > 0 && list.items[0] == Encoding::kPg) return OutputCell(column, value);
    if (list.count > 0 && list.items[0] == Encoding::kDelimiter) {
        const char* mark = ToServerText(list.delimiter);
        const Datum joined = OidFunctionCall2Coll(F_ARRAY_TO_STRING_ANYARRAY_TEXT, DEFAULT_COLLATION_OID,
                                                  value, CStringGetTextDatum(mark));
        return TextCell(ToUtf8(TextDatumGetCString(joined)));
    }
    return TextCell(ToUtf8(TextDatumGetCString(OidFunctionCall1(F_ARRAY_TO_JSON_ANYARRAY, value))));
}

/// Whether what is written for any value of the type reads back equal.
bool IsExact(const WrittenColumn& column) {
    const ColumnConverter& reader = *column.reader;
    const Affinity affinity = column.affinity;
    const bool numbers_stay =
        affinity == Affinity::kInteger || affinity == Affinity::kNumeric || affinity == Affinity::kBlob;
    const bool text_stays = affinity == Affinity::kText || affinity == Affinity::kBlob;
    if (reader.is_domain || reader.rule.encodings.count > 0 || reader.rule.policies.empty_as_null)
        return false;
    switch (reader.rule.kind) {
        case Kind::kInt2:
        case Kind::kInt4:
        case Kind::kInt8:
            return numbers_stay;
        case Kind::kFloat4:
        case Kind::kFloat8:
            return affinity == Affinity::kReal || affinity == Affinity::kBlob;
        case Kind::kText:
            return text_stays && reader.pad_to == 0 && reader.rule.utf8_server;
        case Kind::kBytea:
            return true;
        default:
            return false;
    }
}

}  // namespace

void InitWrittenColumn(WrittenColumn* column, MemoryContext context) {
    column->base_type = getBaseType(column->reader->type);
    Oid output;
    bool is_varlena;
    getTypeOutputInfo(column->base_type, &output, &is_varlena);
    fmgr_info_cxt(output, &column->output, context);
    const TypeCacheEntry* type = lookup_type_cache(column->base_type, TYPECACHE_EQ_OPR_FINFO);
    column->equal.fn_oid = InvalidOid;
    if (OidIsValid(type->eq_opr_finfo.fn_oid))
        fmgr_info_cxt(type->eq_opr_finfo.fn_oid, &column->equal, context);
    // Bytewise, whatever the column's own collation takes for equal.
    column->collation = OidIsValid(type->typcollation) ? C_COLLATION_OID : InvalidOid;
    column->exact = IsExact(*column);
}

Cell CellOf(WrittenColumn* column, Datum value) {
    switch (column->reader->rule.kind) {
        case Kind::kBoolean:
            return Cell::Integer(DatumGetBool(value) ? 1 : 0);
        case Kind::kInt2:
            return Cell::Integer(DatumGetInt16(value));
        case Kind::kInt4:
            return Cell::Integer(DatumGetInt32(value));
        case Kind::kInt8:
            return Cell::Integer(DatumGetInt64(value));
        case Kind::kFloat4:
            return RealCell(*column, DatumGetFloat4(value));
        case Kind::kFloat8:
            return RealCell(*column, DatumGetFloat8(value));
        case Kind::kNumeric:
            return NumericCell(column, value);
        case Kind::kText:
            return TextualCell(*column, value);
        case Kind::kBytea: {
            const bytea* packed = DatumGetByteaPP(value);
            return Cell::Blob(Bytes(VARDATA_ANY(packed), static_cast<size_t>(VARSIZE_ANY_EXHDR(packed))));
        }
        case Kind::kDate:
            if (DATE_NOT_FINITE(DatumGetDateADT(value))) return OutputCell(column, value);
            return MomentCell(*column, DatumGetDateADT(value) * value::kMicrosPerDay, false, true);
        case Kind::kTimestamp:
        case Kind::kTimestamptz:
            if (TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value))) return OutputCell(column, value);
            return MomentCell(*column, DatumGetTimestamp(value),
                              column->reader->rule.kind == Kind::kTimestamptz, false);
        case Kind::kUuid:
            return UuidCell(column, value);
        case Kind::kArray:
            return ArrayCell(column, value);
        case Kind::kTime:
        case Kind::kTimetz:
        case Kind::kJson:
        case Kind::kJsonb:
        case Kind::kInput:
            break;
    }
    return OutputCell(column, value);
}

bool IsSameValue(WrittenColumn* column, Datum written, Datum read) {
    if (OidIsValid(column->equal.fn_oid))
        return DatumGetBool(FunctionCall2Coll(&column->equal, column->collation, written, read));
    return std::strcmp(OutputFunctionCall(&column->output, written),
                       OutputFunctionCall(&column->output, read)) == 0;
}

}  // namespace pgsqlite::pg::fdw
