// Convert: what is common to all targets (NULL, empty text), then one call by kind.
#include "core/value/array.hpp"
#include "core/value/boolean.hpp"
#include "core/value/id/uuid.hpp"
#include "core/value/input/input.hpp"
#include "core/value/json/json.hpp"
#include "core/value/number/decimal.hpp"
#include "core/value/number/integer.hpp"
#include "core/value/number/real.hpp"
#include "core/value/number/written_number.hpp"
#include "core/value/text/text.hpp"
#include "core/value/time/temporal.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {
namespace {

bool IsEmptyText(const Rule& rule, const Cell& cell) noexcept {
    const bool has_bytes =
        cell.storage_class == StorageClass::kText || cell.storage_class == StorageClass::kBlob;
    return has_bytes && cell.bytes.size == 0 && HoldsText(rule, cell);
}

Status ConvertPlainNumber(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    if (rule.kind == Kind::kNumeric) return ConvertNumeric(rule, cell, scratch, out);
    const bool real = rule.kind == Kind::kFloat4 || rule.kind == Kind::kFloat8;
    return real ? ConvertReal(rule, cell, out) : ConvertInteger(rule, cell, out);
}

Status ConvertNumber(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    if (rule.encodings.count == 0) return ConvertPlainNumber(rule, cell, scratch, out);
    char buffer[kWrittenNumberSize];
    Cell plain;
    const Status status = ReadWrittenNumber(rule.encodings, cell, buffer, plain);
    return status.ok() ? ConvertPlainNumber(rule, plain, scratch, out) : status;
}

}  // namespace

Status Convert(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    out.is_null = false;
    if (cell.is_null()) {
        out.is_null = true;
        return Status::Ok();
    }
    if (!IsTextLike(rule.kind) && IsEmptyText(rule, cell)) {
        if (rule.policies.empty_as_null) {
            out.is_null = true;
            return Status::Ok(Applied::kEmptyAsNull);
        }
        // Split at a delimiter, '' is the array without elements.
        const bool is_empty_list = rule.kind == Kind::kArray && rule.encodings.Has(Encoding::kDelimiter);
        if (!is_empty_list) return Status::Refused(Code::kEmptyText);
    }
    switch (rule.kind) {
        case Kind::kBoolean:
            return ConvertBoolean(cell, out);
        case Kind::kInt2:
        case Kind::kInt4:
        case Kind::kInt8:
        case Kind::kFloat4:
        case Kind::kFloat8:
        case Kind::kNumeric:
            return ConvertNumber(rule, cell, scratch, out);
        case Kind::kText:
            return ConvertText(rule, cell, scratch, out);
        case Kind::kBytea:
            return ConvertBytea(rule, cell, scratch, out);
        case Kind::kDate:
        case Kind::kTime:
        case Kind::kTimetz:
        case Kind::kTimestamp:
        case Kind::kTimestamptz:
            return ConvertTemporal(rule, cell, scratch, out);
        case Kind::kUuid:
            return ConvertUuid(rule, cell, out);
        case Kind::kJson:
        case Kind::kJsonb:
            return ConvertJson(rule, cell, scratch, out);
        case Kind::kArray:
            return ConvertArray(rule, cell, scratch, out);
        case Kind::kInput:
            return ConvertInput(rule, cell, scratch, out);
    }
    return Status::Refused(Code::kWrongClass);
}

}  // namespace pgsqlite::value
