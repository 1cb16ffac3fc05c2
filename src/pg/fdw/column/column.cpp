// Building converters: what a column's type, options and policies come to.
#include "pg/fdw/column/column.hpp"

#include "core/schema/declared_type.hpp"
#include "core/value/input/input.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// value::Zone::offsets_at_local: looks at all offsets that the zone has around the local time.
int OffsetsAtLocal(const void* context, std::int64_t local_usec, std::int32_t offsets[2]) noexcept {
    constexpr pg_time_t kWidest = 16 * SECS_PER_HOUR;  // no offset reaches so far
    constexpr pg_time_t kEpoch =
        static_cast<pg_time_t>(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
    const pg_tz* zone = static_cast<const pg_tz*>(context);
    const pg_time_t local = kEpoch + local_usec / USECS_PER_SEC - (local_usec % USECS_PER_SEC < 0 ? 1 : 0);
    const pg_time_t end = local + kWidest;
    int count = 0;
    pg_time_t from = local - kWidest;
    bool bounded = false;  // whether `from` is where an offset begins
    int32 before_gap = 0, after_gap = 0;
    bool has_gap = false;
    while (true) {
        long before = 0, after = 0;
        int before_isdst = 0, after_isdst = 0;
        pg_time_t boundary = 0;
        const int found =
            pg_next_dst_boundary(&from, &before, &before_isdst, &boundary, &after, &after_isdst, zone);
        if (found < 0) return offsets[0] = offsets[1] = 0, 1;  // outside of what zones are defined for
        const bool last = found == 0 || boundary > end;
        const pg_time_t instant = local - before;
        if ((!bounded || instant >= from) && (last || instant < boundary)) {
            if (count < 2) offsets[count] = static_cast<int32>(before);
            ++count;
        }
        if (last) break;
        if (instant >= boundary && local - after < boundary) {
            has_gap = true;
            before_gap = static_cast<int32>(before);
            after_gap = static_cast<int32>(after);
        }
        from = boundary;
        bounded = true;
    }
    if (count == 1) offsets[1] = offsets[0];
    if (count == 0) {
        offsets[0] = has_gap ? after_gap : 0;
        offsets[1] = has_gap ? before_gap : 0;
    }
    return count > 2 ? 2 : count;
}

std::int32_t OffsetAtInstant(const void* zone, std::int64_t utc_usec) noexcept {
    struct pg_tm tm;
    fsec_t fraction;
    int seconds_west = 0;
    if (timestamp2tm(utc_usec, &seconds_west, &tm, &fraction, nullptr,
                     static_cast<pg_tz*>(const_cast<void*>(zone))) != 0)
        return 0;
    return -seconds_west;
}

/// The existing wrapper's option column_type: an integer affinity on a date or time means unix seconds, and
/// so on.
const char* EncodingOfColumnType(const char* column_type, value::Kind kind) {
    const schema::Affinity affinity = schema::AffinityOf(column_type);
    if (value::IsTemporal(kind) && affinity == schema::Affinity::kInteger) return "iso,unix";
    return nullptr;
}

void ReadTypmod(value::Rule* rule, Oid type, int32 typmod, int32* pad_to) {
    if (typmod < 0) return;
    switch (type) {
        case NUMERICOID: {
            // numeric.c: make_numeric_typmod; the scale is an 11-bit signed number from 15 on.
            const int32 bits = typmod - static_cast<int32>(VARHDRSZ);
            rule->constrained = true;
            rule->precision = static_cast<int16>((bits >> 16) & 0xffff);
            rule->scale = static_cast<int16>(((bits & 0x7ff) ^ 1024) - 1024);
            break;
        }
        case VARCHAROID:
        case BPCHAROID:
            rule->max_chars = typmod - static_cast<int32>(VARHDRSZ);
            if (type == BPCHAROID) *pad_to = rule->max_chars;
            break;
        case BITOID:
            rule->max_chars = typmod;
            break;
        case TIMEOID:
        case TIMETZOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
            rule->fraction_digits = static_cast<int8>(typmod);
            break;
        default:
            break;
    }
}

/// What a type without a kind of its own takes beside texts.
value::InputType InputTypeOf(Oid type) {
    using value::InputType;
    switch (type) {
        case INTERVALOID:
            return InputType::kInterval;
        case MACADDROID:
            return InputType::kMacaddr;
        case MACADDR8OID:
            return InputType::kMacaddr8;
        case INETOID:
        case CIDROID:
            return InputType::kInet;
        case BITOID:
            return InputType::kBits;
        case VARBITOID:
            return InputType::kVaryingBits;
        case MONEYOID:
            return InputType::kMoney;
        case OIDOID:
        case XIDOID:
        case CIDOID:
            return InputType::kOid;
        case XID8OID:
            return InputType::kXid8;
        case CHAROID:
            return InputType::kOther;  // 5 is a digit, and a byte
        default:
            break;
    }
    // No other extension calls a type so.
    const char* name = type < FirstNormalObjectId ? nullptr : format_type_extended(type, -1, 0);
    if (name != nullptr && value::InputTypeOfName(name) == InputType::kGeometry) return InputType::kGeometry;
    char category;
    bool preferred;
    get_type_category_preferred(type, &category, &preferred);
    return category == TYPCATEGORY_STRING    ? InputType::kText
           : category == TYPCATEGORY_NUMERIC ? InputType::kNumber
                                             : InputType::kOther;
}

void InitType(ColumnConverter* column, value::Rule* rule, Oid type, int32 typmod) {
    column->type = type;
    column->typmod = typmod;
    int32 base_typmod = typmod;
    const Oid base = getBaseTypeAndTypmod(type, &base_typmod);
    column->is_domain = base != type;
    column->is_builtin = !column->is_domain && base < FirstNormalObjectId;
    column->typmod = base_typmod;
    rule->kind = KindOfType(base);
    rule->utf8_server = GetDatabaseEncoding() != PG_SQL_ASCII;
    if (rule->kind == value::Kind::kInput) rule->input = InputTypeOf(base);
    ReadTypmod(rule, base, base_typmod, &column->pad_to);
    if (rule->kind == value::Kind::kInput || rule->kind == value::Kind::kJsonb) {
        Oid function;
        getTypeInputInfo(base, &function, &column->io_param);
        fmgr_info_cxt(function, &column->input, column->context);
    }
}

}  // namespace

value::Zone ZoneOf(const char* name) {
    value::Zone zone;
    pg_tz* tz = pg_tzset(name);
    long fixed_offset = 0;
    if (tz == nullptr || (pg_get_timezone_offset(tz, &fixed_offset) && fixed_offset == 0)) return zone;
    zone.offsets_at_local = &OffsetsAtLocal;
    zone.offset_at_instant = &OffsetAtInstant;
    zone.context = tz;
    return zone;
}

value::Kind KindOfType(Oid type) {
    using value::Kind;
    switch (type) {
        case BOOLOID:
            return Kind::kBoolean;
        case INT2OID:
            return Kind::kInt2;
        case INT4OID:
            return Kind::kInt4;
        case INT8OID:
            return Kind::kInt8;
        case FLOAT4OID:
            return Kind::kFloat4;
        case FLOAT8OID:
            return Kind::kFloat8;
        case NUMERICOID:
            return Kind::kNumeric;
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID:
            return Kind::kText;
        case BYTEAOID:
            return Kind::kBytea;
        case DATEOID:
            return Kind::kDate;
        case TIMEOID:
            return Kind::kTime;
        case TIMETZOID:
            return Kind::kTimetz;
        case TIMESTAMPOID:
            return Kind::kTimestamp;
        case TIMESTAMPTZOID:
            return Kind::kTimestamptz;
        case UUIDOID:
            return Kind::kUuid;
        case JSONOID:
            return Kind::kJson;
        case JSONBOID:
            return Kind::kJsonb;
        default:
            return type_is_array(type) ? Kind::kArray : Kind::kInput;
    }
}

void InitColumnConverter(ColumnConverter* column, MemoryContext context, Oid type, int32 typmod,
                         const char* name, const ColumnOptions& options, const ServerOptions& server) {
    std::memset(static_cast<void*>(column), 0, sizeof(*column));
    column->rule = value::Rule();
    column->element_rule = value::Rule();
    column->context = context;
    column->name = name;
    column->source_name = options.column_name != nullptr ? options.column_name : name;
    InitType(column, &column->rule, type, typmod);
    value::Rule* rule = &column->rule;
    rule->policies = options.policies;
    rule->zone = ZoneOf(options.timezone != nullptr ? options.timezone : server.timezone);

    const char* encoding = options.encoding;
    if (encoding == nullptr && options.column_type != nullptr)
        encoding = EncodingOfColumnType(options.column_type, rule->kind);
    if (encoding != nullptr) {
        Holder<value::Encodings>* holder = Holder<value::Encodings>::In(context);
        const char* utf8 = ToUtf8(encoding);
        const value::Target kind(*rule);
        Guard([&] { holder->Set(new value::Encodings(value::Encodings::Parse(utf8, kind))); });
        rule->encodings = holder->get()->list();
    }

    column->plain =
        !column->is_domain && rule->max_chars == 0 && encoding == nullptr && GetDatabaseEncoding() == PG_UTF8;

    if (rule->kind == value::Kind::kArray) {
        column->element_type = get_base_element_type(getBaseType(type));
        get_typlenbyvalalign(column->element_type, &column->element_length, &column->element_by_value,
                             &column->element_align);
        ColumnConverter* element =
            static_cast<ColumnConverter*>(MemoryContextAllocZero(context, sizeof(*element)));
        element->context = context;
        element->name = name;
        InitType(element, &column->element_rule, column->element_type, column->typmod);
        column->element_rule.policies = rule->policies;
        column->element_rule.zone = rule->zone;
        element->rule = column->element_rule;
        column->element = element;
        rule->element = &column->element_rule;
    }
}

}  // namespace pgsqlite::pg::fdw
