// From values to Datums, and what happens to those that don't fit.
#include "core/value/format.hpp"
#include "core/value/image.hpp"
#include "core/value/text/utf8.hpp"
#include "pg/fdw/column/column.hpp"
#include "pg/fdw/column/input_loss.hpp"

namespace pgsqlite::pg::fdw {
namespace {

using value::Code;
using value::Kind;
using value::Status;
using value::Value;

/// Far below the limits of a value; what is longer gets a closer look.
constexpr size_t kMaxUsualText = 1 << 20;

Datum BytesDatum(Bytes bytes) {
    const Size size = VARHDRSZ + bytes.size();
    text* result = static_cast<text*>(palloc(size));
    SET_VARSIZE(result, size);
    std::memcpy(VARDATA(result), bytes.data(), bytes.size());
    return PointerGetDatum(result);
}

bool IsAscii(Bytes bytes) noexcept {
    for (const char c : bytes)
        if (IS_HIGHBIT_SET(c)) return false;
    return true;
}

/// Valid UTF-8 in the server's encoding. False, with the offset, at a character it lacks.
bool ToServerEncoding(Bytes* bytes, Status* status) {
    const int encoding = GetDatabaseEncoding();
    if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || IsAscii(*bytes)) return true;
    const Oid conversion = FindDefaultConversionProc(PG_UTF8, encoding);
    if (!OidIsValid(conversion)) {
        *status = Status::Refused(Code::kUntranslatable);
        return false;
    }
    const Size size = bytes->size() * MAX_CONVERSION_GROWTH + 1;
    if (size > MaxAllocHugeSize / 2 || size > PG_INT32_MAX) {
        *status = Status::Refused(Code::kTooLarge);
        return false;
    }
    char* source = const_cast<char*>(bytes->data());
    char* target = static_cast<char*>(palloc_extended(size, MCXT_ALLOC_HUGE));
    const int length = static_cast<int>(bytes->size());
    const int done = pg_do_encoding_conversion_buf(
        conversion, PG_UTF8, encoding, reinterpret_cast<unsigned char*>(source), length,
        reinterpret_cast<unsigned char*>(target), static_cast<int>(size), true);
    if (done < length) {
        *status = Status::Refused(Code::kUntranslatable, static_cast<size_t>(done));
        return false;
    }
    *bytes = Bytes(target, std::strlen(target));
    return true;
}

/// char(n) holds blanks up to n characters.
Datum PaddedDatum(Bytes bytes, int32 characters) {
    const int present = pg_mbstrlen_with_len(bytes.data(), static_cast<int>(bytes.size()));
    const int missing = std::max(0, characters - present);
    const Size size = VARHDRSZ + bytes.size() + static_cast<Size>(missing);
    text* result = static_cast<text*>(palloc(size));
    SET_VARSIZE(result, size);
    std::memcpy(VARDATA(result), bytes.data(), bytes.size());
    std::memset(VARDATA(result) + bytes.size(), ' ', static_cast<size_t>(missing));
    return PointerGetDatum(result);
}

Datum NumericDatum(const value::Decimal& decimal) {
    char* image = static_cast<char*>(palloc(value::NumericImageSize(decimal)));
    value::WriteNumericImage(decimal, image);
    return PointerGetDatum(image);
}

// The layouts that core writes are those of this server's headers.
static_assert(value::jsonb::kLengthMask == JENTRY_OFFLENMASK && value::jsonb::kHasOffset == JENTRY_HAS_OFF);
static_assert(value::jsonb::kString == JENTRY_ISSTRING && value::jsonb::kNumeric == JENTRY_ISNUMERIC &&
              value::jsonb::kFalse == JENTRY_ISBOOL_FALSE && value::jsonb::kTrue == JENTRY_ISBOOL_TRUE &&
              value::jsonb::kNull == JENTRY_ISNULL && value::jsonb::kContainer == JENTRY_ISCONTAINER);
static_assert(value::jsonb::kScalar == JB_FSCALAR && value::jsonb::kObject == JB_FOBJECT &&
              value::jsonb::kArray == JB_FARRAY && value::jsonb::kOffsetStride == JB_OFFSET_STRIDE);

/// Classes of SQLSTATE that speak of the value: data exception, integrity (a domain's CHECK), a limit.
bool SpeaksOfValue(int sqlstate) noexcept {
    const int category = ERRCODE_TO_CATEGORY(sqlstate);
    return category == ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_PROGRAM_LIMIT_EXCEEDED) ||
           sqlstate == ERRCODE_STATEMENT_TOO_COMPLEX;
}

}  // namespace

void RowConverter::Convert(int index, const value::Cell& cell, Datum* datum, bool* is_null) {
    const ColumnConverter& column = columns_[index];
    if (column.plain && UsualDatum(column, cell, datum)) {
        *is_null = false;
        return;
    }
    Value& value = value_;
    Status status = value::Convert(column.rule, cell, scratch_, value);
    if (!status.ok()) {
        Refuse(index, cell, status, nullptr, datum, is_null);
        return;
    }
    if (status.applied != value::Applied::kNone) ++changes_[static_cast<size_t>(status.applied)];
    *is_null = value.is_null;
    if (value.is_null && !column.is_domain) {
        *datum = static_cast<Datum>(0);
        return;
    }
    current_cell_ = &cell;
    current_column_ = index;
    ErrorData* cause = nullptr;
    const bool may_raise = column.is_domain || column.rule.kind == Kind::kInput ||
                           column.rule.kind == Kind::kJsonb || column.rule.kind == Kind::kArray;
    const bool built = may_raise && (collects_ || column.rule.policies.on_error != value::OnError::kError)
                           ? TryBuild(index, value, datum, &status, &cause)
                           : Build(column, value, datum, &status);
    current_column_ = -1;
    if (!built) Refuse(index, cell, status, cause, datum, is_null);
}

/// The class that nearly all cells of a type have, without the detour over Value. False leaves the cell to
/// value::Convert, whose answer for it would be the same or a refusal.
bool RowConverter::UsualDatum(const ColumnConverter& column, const value::Cell& cell, Datum* datum) {
    switch (column.rule.kind) {
        case Kind::kInt8:
            if (cell.storage_class != value::StorageClass::kInteger) return false;
            *datum = Int64GetDatum(cell.integer);
            return true;
        case Kind::kFloat8:
            if (cell.storage_class != value::StorageClass::kReal) return false;
            *datum = Float8GetDatum(cell.real);
            return true;
        case Kind::kText:
            if (cell.storage_class != value::StorageClass::kText || cell.bytes.size > kMaxUsualText ||
                value::FindTextFault(cell.view()) != cell.bytes.size)
                return false;
            *datum = BytesDatum(cell.view());
            return true;
        case Kind::kJsonb:
            // Most JSON is plain and valid: one pass makes it a Datum.
            return cell.storage_class == value::StorageClass::kText && JsonbDatum(cell.view(), datum);
        default:
            return false;
    }
}

/// One value as a Datum in the current context. False when the server can't hold it (status says why); may
/// raise for kInput, kJsonb, arrays and domains.
bool RowConverter::Build(const ColumnConverter& column, const Value& value, Datum* datum, Status* status) {
    if (value.is_null) {
        *datum = static_cast<Datum>(0);
        if (column.is_domain)
            domain_check(*datum, true, column.type, const_cast<void**>(&column.domain_cache), column.context);
        return true;
    }
    switch (column.rule.kind) {
        case Kind::kBoolean:
            *datum = BoolGetDatum(value.boolean);
            break;
        case Kind::kInt2:
            *datum = Int16GetDatum(static_cast<int16>(value.integer));
            break;
        case Kind::kInt4:
            *datum = Int32GetDatum(static_cast<int32>(value.integer));
            break;
        case Kind::kInt8:
            *datum = Int64GetDatum(value.integer);
            break;
        case Kind::kFloat4:
            *datum = Float4GetDatum(static_cast<float4>(value.real));
            break;
        case Kind::kFloat8:
            *datum = Float8GetDatum(value.real);
            break;
        case Kind::kNumeric:
            *datum = NumericDatum(value.decimal);
            break;
        case Kind::kText: {
            Bytes bytes = value.bytes;
            if (!ToServerEncoding(&bytes, status)) return false;
            *datum = column.pad_to > 0 ? PaddedDatum(bytes, column.pad_to) : BytesDatum(bytes);
            break;
        }
        case Kind::kBytea:
            *datum = BytesDatum(value.bytes);
            break;
        case Kind::kJson: {
            Bytes bytes = value.bytes;
            if (!ToServerEncoding(&bytes, status)) return false;
            *datum = BytesDatum(bytes);
            break;
        }
        case Kind::kDate:
            *datum = DateADTGetDatum(static_cast<DateADT>(value.integer));
            break;
        case Kind::kTime:
            *datum = TimeADTGetDatum(value.integer);
            break;
        case Kind::kTimetz: {
            TimeTzADT* time = static_cast<TimeTzADT*>(palloc(sizeof(TimeTzADT)));
            time->time = value.integer;
            time->zone = -value.zone_seconds_east;
            *datum = TimeTzADTPGetDatum(time);
            break;
        }
        case Kind::kTimestamp:
        case Kind::kTimestamptz:
            *datum = TimestampGetDatum(value.integer);
            break;
        case Kind::kUuid: {
            pg_uuid_t* uuid = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
            std::memcpy(uuid->data, value.uuid, UUID_LEN);
            *datum = UUIDPGetDatum(uuid);
            break;
        }
        case Kind::kArray:
            if (!BuildArray(column, value, datum, status)) return false;
            break;
        case Kind::kJsonb:
            if (!(utf8_server_ && JsonbDatum(value.bytes, datum)) &&
                !BuildByInput(column, value.bytes, false, datum, status))
                return false;
            break;
        case Kind::kInput:
            if (!BuildByInput(column, value.bytes, value.is_number, datum, status)) return false;
            break;
    }
    if (column.is_domain)
        domain_check(*datum, false, column.type, const_cast<void**>(&column.domain_cache), column.context);
    return true;
}

/// JSON text as jsonb without its input function. False for what that must look at: another server encoding
/// than UTF-8, deep documents, anything invalid.
bool RowConverter::JsonbDatum(Bytes json, Datum* datum) {
    const Bytes image = jsonb_image_.Build(json);
    if (image.empty()) {
        CHECK_FOR_INTERRUPTS();  // which the input function never does
        return false;
    }
    char* copy = static_cast<char*>(palloc(image.size()));
    std::memcpy(copy, image.data(), image.size());
    *datum = PointerGetDatum(copy);
    return true;
}

/// Through the type's input function.
bool RowConverter::BuildByInput(const ColumnConverter& column, Bytes bytes, bool is_number, Datum* datum,
                                Status* status) {
    if (!ToServerEncoding(&bytes, status)) return false;
    if (is_number && column.input.fn_oid == F_CASH_IN) {
        *status = MoneyOfNumber(bytes, column.rule.policies, datum);
        if (status->applied != value::Applied::kNone) ++changes_[static_cast<size_t>(status->applied)];
        return status->ok();
    }
    const Status loss = LossOfInput(column.input.fn_oid, column.typmod, column.rule.policies, bytes);
    if (loss.applied != value::Applied::kNone) ++changes_[static_cast<size_t>(loss.applied)];
    if (!loss.ok()) {
        *status = loss;
        return false;
    }
    char* text = static_cast<char*>(palloc(bytes.size() + 1));
    std::memcpy(text, bytes.data(), bytes.size());
    text[bytes.size()] = '\0';
    FmgrInfo* input = const_cast<FmgrInfo*>(&column.input);
    *datum = InputFunctionCall(input, text, column.io_param, column.typmod);
    if (!ModifierMayChange(input->fn_oid, column.typmod) || loss.applied != value::Applied::kNone)
        return true;
    const Datum unmodified = InputFunctionCall(input, text, column.io_param, -1);
    const Status cut = LossOfModifier(input->fn_oid, *datum, unmodified, column.rule.policies);
    if (cut.applied != value::Applied::kNone) ++changes_[static_cast<size_t>(cut.applied)];
    if (!cut.ok()) *status = cut;
    return cut.ok();
}

bool RowConverter::BuildArray(const ColumnConverter& column, const Value& value, Datum* datum,
                              Status* status) {
    const uint32 count = value.element_count;
    if (count == 0) {
        *datum = PointerGetDatum(construct_empty_array(column.element_type));
        return true;
    }
    Datum* elements = static_cast<Datum*>(palloc(sizeof(Datum) * count));
    bool* nulls = static_cast<bool*>(palloc(sizeof(bool) * count));
    for (uint32 i = 0; i < count; ++i) {
        CHECK_FOR_INTERRUPTS();
        Value element;
        *status = value::Convert(column.element_rule, value.elements[i], element_scratch_, element);
        if (!status->ok()) return false;
        if (status->applied != value::Applied::kNone) ++changes_[static_cast<size_t>(status->applied)];
        nulls[i] = element.is_null;
        if (!Build(*column.element, element, &elements[i], status)) return false;
    }
    int dimensions[1] = {static_cast<int>(count)};
    int lower_bounds[1] = {1};
    *datum = PointerGetDatum(construct_md_array(elements, nulls, 1, dimensions, lower_bounds,
                                                column.element_type, column.element_length,
                                                column.element_by_value, column.element_align));
    return true;
}

/// Build where an error must not end the statement: it is caught and becomes a refusal. PostgreSQL's own
/// input functions leave nothing behind when they raise; anything else (a domain's CHECK may run any
/// function) gets a subtransaction.
bool RowConverter::TryBuild(int index, const Value& value, Datum* datum, Status* status, ErrorData** cause) {
    const ColumnConverter& column = columns_[index];
    const bool subtransaction = !column.is_builtin || (column.rule.kind == Kind::kArray &&
                                                       column.element_type >= FirstNormalObjectId);
    // volatile: what is read after a longjmp must not have lived in a register.
    MemoryContext volatile context = CurrentMemoryContext;
    ResourceOwner volatile owner = CurrentResourceOwner;
    volatile bool built = false;
    if (subtransaction) {
        BeginInternalSubTransaction(nullptr);
        MemoryContextSwitchTo(context);
    }
    PG_TRY();
    {
        built = Build(column, value, datum, status);
        if (subtransaction) {
            ReleaseCurrentSubTransaction();
            MemoryContextSwitchTo(context);
            CurrentResourceOwner = owner;
        }
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        ErrorData* error = CopyErrorData();
        FlushErrorState();
        // Also before an error goes on: who catches it would take our subtransaction for theirs.
        if (subtransaction) {
            RollbackAndReleaseCurrentSubTransaction();
            MemoryContextSwitchTo(context);
            CurrentResourceOwner = owner;
        }
        if (!SpeaksOfValue(error->sqlerrcode)) RaiseAgain(error);
        *cause = error;
        *status = Status::Refused(Code::kInputFunction);
        built = false;
    }
    PG_END_TRY();
    return built;
}

void RowConverter::Refuse(int index, const value::Cell& cell, Status status, const ErrorData* cause,
                          Datum* datum, bool* is_null) {
    if (status.code == Code::kOutOfMemory) CHECK_FOR_INTERRUPTS();  // core may have given up for it
    *datum = static_cast<Datum>(0);
    *is_null = true;
    if (!sink_(sink_context_, *this, index, cell, status, cause)) return;
    ++changes_[static_cast<size_t>(value::Applied::kOnErrorNull)];
    const ColumnConverter& column = columns_[index];
    if (column.is_domain)  // which may not take NULL
        domain_check(*datum, true, column.type, const_cast<void**>(&column.domain_cache), column.context);
}

uint64 RowConverter::total_changes() const noexcept {
    uint64 total = 0;
    for (size_t i = 0; i < kChangeKinds; ++i)
        total += changes_[i];
    return total;
}

void RowConverter::AddChanges(const uint64* changes) noexcept {
    for (size_t i = 0; i < kChangeKinds; ++i)
        changes_[i] += changes[i];
}

char* RowConverter::DescribeChanges() const {
    StringInfoData words;
    initStringInfo(&words);
    for (size_t i = 0; i < kChangeKinds; ++i)
        if (changes_[i] > 0)
            appendStringInfo(&words, "%s" UINT64_FORMAT " by %s", words.len > 0 ? ", " : "", changes_[i],
                             value::AppliedName(static_cast<value::Applied>(i)));
    return words.data;
}

void RowConverter::PushErrorContext() noexcept {
    error_context_.callback = &RowConverter::OnErrorContext;
    error_context_.arg = this;
    error_context_.previous = error_context_stack;
    error_context_stack = &error_context_;
}

void RowConverter::PopErrorContext() noexcept {
    error_context_stack = error_context_.previous;
}

}  // namespace pgsqlite::pg::fdw
