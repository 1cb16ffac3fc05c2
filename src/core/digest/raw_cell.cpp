#include "core/digest/raw_cell.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/digest/raw_time.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::digest {
namespace {

using value::Cell;
using value::Kind;
using value::Rule;
using value::StorageClass;

bool FitsInteger(Kind kind, std::int64_t value) noexcept {
    switch (kind) {
        case Kind::kInt2:
            return value >= INT16_MIN && value <= INT16_MAX;
        case Kind::kInt4:
            return value >= INT32_MIN && value <= INT32_MAX;
        default:
            return true;
    }
}

bool AppendReal(Kind kind, const Cell& cell, CanonicalRow* row) noexcept {
    double value;
    if (cell.storage_class == StorageClass::kReal) {
        value = cell.real;
    } else if (cell.storage_class == StorageClass::kInteger) {
        constexpr std::int64_t kExact = std::int64_t{1} << 53;
        if (cell.integer > kExact || cell.integer < -kExact) return false;
        value = static_cast<double>(cell.integer);
    } else {
        return false;
    }
    if (kind == Kind::kFloat4 && static_cast<double>(static_cast<float>(value)) != value) return false;
    row->Real(value);
    return true;
}

/// A number in plain notation: an optional minus, digits, and maybe a point between digits.
bool ScanPlain(Bytes text, NumberDigits* number) noexcept {
    if (!text.empty() && text[0] == '-') {
        number->negative = true;
        text.remove_prefix(1);
    }
    bool point = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.' && !point && i > 0 && i + 1 < text.size()) {
            point = true;
            number->point = static_cast<std::int64_t>(i);
        } else if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    /// Far below numeric's limits.
    constexpr std::size_t kMaxDigits = 1000;
    if (text.empty() || text.size() > kMaxDigits) return false;
    if (!point) number->point = static_cast<std::int64_t>(text.size());
    number->digits = text.data();
    number->size = text.size();
    return true;
}

/// Whether precision and scale take the number without a choice.
bool FitsNumeric(const Rule& rule, const NumberDigits& number) noexcept {
    if (!rule.constrained) return true;
    std::int64_t first = 0, last = 0, place = 0;  // places of digits that are not 0, behind the first digit
    bool any = false;
    for (std::size_t i = 0; i < number.size; ++i) {
        if (number.digits[i] == '.') continue;
        if (number.digits[i] != '0') {
            if (!any) first = place;
            last = place;
            any = true;
        }
        ++place;
    }
    if (!any) return true;
    return number.point - first <= rule.precision - rule.scale && last + 1 - number.point <= rule.scale;
}

bool AppendNumber(const Rule& rule, const NumberDigits& number, CanonicalRow* row) noexcept {
    if (!FitsNumeric(rule, number)) return false;
    row->Number(number);
    return true;
}

bool AppendNumeric(const Rule& rule, const Cell& cell, CanonicalRow* row) noexcept {
    char text[kRealDigits];
    NumberDigits number;
    switch (cell.storage_class) {
        case StorageClass::kInteger: {
            if (!rule.constrained) {
                row->NumberOf(cell.integer);
                return true;
            }
            const auto end = std::to_chars(text, text + sizeof(text), cell.integer);
            return ScanPlain(Bytes(text, static_cast<std::size_t>(end.ptr - text)), &number) &&
                   AppendNumber(rule, number, row);
        }
        case StorageClass::kReal: {
            if (!std::isfinite(cell.real)) return false;
            if (!rule.constrained) {
                row->NumberOf(cell.real);
                return true;
            }
            return AppendNumber(rule, ShortestDigits(cell.real, text), row);
        }
        case StorageClass::kText:
            return ScanPlain(cell.view(), &number) && AppendNumber(rule, number, row);
        default:
            return false;
    }
}

bool AppendText(const RawColumn& column, const Cell& cell, CanonicalRow* row) noexcept {
    const Rule& rule = *column.rule;
    char digits[24];
    Bytes text;
    if (cell.storage_class == StorageClass::kInteger) {
        if (rule.kind == Kind::kJson) return false;
        const auto end = std::to_chars(digits, digits + sizeof(digits), cell.integer);
        text = Bytes(digits, static_cast<std::size_t>(end.ptr - digits));
    } else if (cell.storage_class == StorageClass::kText) {
        text = cell.view();
        if (value::FindTextFault(text) != text.size()) return false;
        if (rule.kind == Kind::kJson && text.empty()) return false;
    } else {
        return false;
    }
    // No text has more characters than bytes.
    if (rule.max_chars > 0 && text.size() > static_cast<std::size_t>(rule.max_chars)) return false;
    if (column.form == Form::kPaddedText)
        row->PaddedText(text);
    else
        row->Text(text);
    return true;
}

/// What a hexadecimal digit means; -1: it is none.
constexpr std::array<std::int8_t, 256> kHexDigits = [] {
    std::array<std::int8_t, 256> digits{};
    digits.fill(-1);
    for (int i = 0; i < 10; ++i)
        digits[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
    for (int i = 0; i < 6; ++i)
        digits[static_cast<std::size_t>('a' + i)] = digits[static_cast<std::size_t>('A' + i)] =
            static_cast<std::int8_t>(10 + i);
    return digits;
}();

bool AppendUuid(const Cell& cell, CanonicalRow* row) noexcept {
    if (cell.storage_class == StorageClass::kBlob && cell.bytes.size == 16) {
        row->Uuid(cell.bytes.data);
        return true;
    }
    if (cell.storage_class != StorageClass::kText || cell.bytes.size != 36) return false;
    unsigned char uuid[16];
    int nibbles = 0;
    for (std::size_t i = 0; i < 36; ++i) {
        const char c = cell.bytes.data[i];
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-') return false;
            continue;
        }
        const int digit = kHexDigits[static_cast<unsigned char>(c)];
        if (digit < 0) return false;
        uuid[nibbles / 2] =
            static_cast<unsigned char>(nibbles % 2 == 0 ? digit << 4 : uuid[nibbles / 2] | digit);
        ++nibbles;
    }
    row->Uuid(uuid);
    return true;
}

bool AppendTime(const RawColumn& column, const Cell& cell, CanonicalRow* row) noexcept {
    std::int64_t moment;
    if (!ReadMoment(column.form, *column.rule, cell, &moment)) return false;
    row->Moment(column.form, moment);
    return true;
}

}  // namespace

RawColumn MakeRawColumn(Form form, const Rule& rule, bool utf8) noexcept {
    RawColumn column = {form, &rule, false};
    const bool temporal = value::IsTemporal(rule.kind);
    const bool text = rule.kind == Kind::kText || rule.kind == Kind::kJson || rule.kind == Kind::kJsonb;
    column.by_conversion = (rule.encodings.count > 0 && !temporal) || (text && !utf8) ||
                           form == Form::kArray || form == Form::kOther || rule.kind == Kind::kTimetz;
    // Members of one name are a fault to the policy, and not noticed here.
    if (form == Form::kJson && (rule.policies.invalid_json != value::InvalidJson::kError ||
                                rule.policies.on_error == value::OnError::kNull))
        column.by_conversion = true;
    // The text is asked whether it is JSON only when a policy depends on it.
    if (rule.kind == Kind::kJson && (rule.policies.invalid_json != value::InvalidJson::kError ||
                                     rule.policies.on_error != value::OnError::kError))
        column.by_conversion = true;
    return column;
}

bool RawCells::Append(const RawColumn& column, const Cell& cell, CanonicalRow* row) noexcept {
    if (cell.is_null()) {
        row->Null();
        return true;
    }
    if (column.by_conversion) return false;
    switch (column.form) {
        case Form::kBoolean:
            if (cell.storage_class != StorageClass::kInteger || (cell.integer & ~1) != 0) return false;
            row->Boolean(cell.integer != 0);
            return true;
        case Form::kInteger:
            if (cell.storage_class != StorageClass::kInteger || !FitsInteger(column.rule->kind, cell.integer))
                return false;
            row->Integer(cell.integer);
            return true;
        case Form::kNumeric:
            return AppendNumeric(*column.rule, cell, row);
        case Form::kReal:
            return AppendReal(column.rule->kind, cell, row);
        case Form::kText:
        case Form::kPaddedText:
            return AppendText(column, cell, row);
        case Form::kBytes:
            if (cell.storage_class != StorageClass::kBlob && cell.storage_class != StorageClass::kText)
                return false;
            row->Blob(cell.view());
            return true;
        case Form::kDate:
        case Form::kTime:
        case Form::kTimestamp:
            return AppendTime(column, cell, row);
        case Form::kUuid:
            return AppendUuid(cell, row);
        case Form::kJson: {
            Digest document;
            if (cell.storage_class != StorageClass::kText || !json_.Read(cell.view(), &document))
                return false;
            row->Json(document);
            return true;
        }
        default:
            return false;
    }
}

}  // namespace pgsqlite::digest
