#include "core/value/input/input.hpp"

#include <charconv>

#include "core/value/geometry/geometry.hpp"
#include "core/value/number/integer.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/text/text.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

struct NamedType {
    std::string_view name;
    InputType type;
};
constexpr NamedType kNamedTypes[] = {
    {"interval", InputType::kInterval},
    {"macaddr", InputType::kMacaddr},
    {"macaddr8", InputType::kMacaddr8},
    {"inet", InputType::kInet},
    {"cidr", InputType::kInet},
    {"bit", InputType::kBits},
    {"bit varying", InputType::kVaryingBits},
    {"varbit", InputType::kVaryingBits},
    {"money", InputType::kMoney},
    {"oid", InputType::kOid},
    {"xid", InputType::kOid},
    {"cid", InputType::kOid},
    {"xid8", InputType::kXid8},
    {"\"char\"", InputType::kOther},
    {"xml", InputType::kOther},
    {"tsvector", InputType::kOther},
    {"tsquery", InputType::kOther},
    {"point", InputType::kOther},
    {"line", InputType::kOther},
    {"lseg", InputType::kOther},
    {"box", InputType::kOther},
    {"path", InputType::kOther},
    {"polygon", InputType::kOther},
    {"circle", InputType::kOther},
    {"pg_lsn", InputType::kOther},
    {"geometry", InputType::kGeometry},
    {"geography", InputType::kGeometry},
    {"int4range", InputType::kOther},
    {"int8range", InputType::kOther},
    {"numrange", InputType::kOther},
    {"daterange", InputType::kOther},
    {"tsrange", InputType::kOther},
    {"tstzrange", InputType::kOther},
};

/// The name without a length, and without the fields of an interval.
std::string_view BareName(std::string_view name) noexcept {
    constexpr std::string_view kInterval = "interval ";
    if (name.starts_with(kInterval)) return kInterval.substr(0, kInterval.size() - 1);
    name = name.substr(0, name.find('('));
    // PostGIS's types may stand in any schema.
    const std::size_t point = name.rfind('.');
    const std::string_view bare = point == std::string_view::npos ? name : name.substr(point + 1);
    return bare == "geometry" || bare == "geography" ? bare : name;
}

bool IsNumber(const Cell& cell) noexcept {
    return cell.storage_class == StorageClass::kInteger || cell.storage_class == StorageClass::kReal;
}

/// A text, or a blob that holds one, as it is.
Status PassText(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    const CheckedText checked = CheckText(rule, cell.view(), scratch);
    if (!checked.status.ok()) return checked.status;
    out.is_null = checked.is_null;
    out.bytes = checked.text;
    return checked.status;
}

Status PassNumber(const Cell& cell, Scratch& scratch, Value& out) noexcept {
    out.bytes = NumberCellText(cell, scratch);
    out.is_number = true;
    return out.bytes.data() == nullptr ? Status::Refused(Code::kOutOfMemory) : Status::Ok();
}

constexpr std::int64_t kMaxOid = 0xffffffff;

Status ConvertOid(InputType type, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    std::int64_t integer = 0;
    if (cell.storage_class == StorageClass::kInteger)
        integer = cell.integer;
    else if (const Code code = IntegerFromReal(cell.real, integer); code != Code::kOk)
        return Status::Refused(code);
    if (integer < 0 || (type == InputType::kOid && integer > kMaxOid))
        return Status::Refused(Code::kOutOfRange);
    return PassNumber(Cell::Integer(integer), scratch, out);
}

/// Digits within the range. Their input functions make 4294967295 of -1, and before version 16 xid's 0 of
/// abc.
Code CheckOidText(InputType type, Bytes text) noexcept {
    text = TrimSpace(text);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) return Code::kOutOfRange;
    if (error != std::errc() || end != text.data() + text.size()) return Code::kInvalidSyntax;
    return type == InputType::kOid && number > std::uint64_t{kMaxOid} ? Code::kOutOfRange : Code::kOk;
}

/// Whether the list says how texts are written; without such a word they are as PostgreSQL writes them.
bool TakesOwnText(const EncodingList& encodings) noexcept {
    return encodings.count == 0 || encodings.Has(Encoding::kPg) ||
           (encodings.count == 1 && encodings.Has(Encoding::kUtf8));
}

Status ConvertInterval(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    const bool is_text = HoldsText(rule, cell);
    if (!is_text && !IsNumber(cell)) return Status::Refused(Code::kWrongClass);
    Status refusal = Status::Refused(is_text ? Code::kInvalidSyntax : Code::kNeedsUnit);
    for (std::size_t i = 0; i < rule.encodings.count; ++i) {
        const Encoding encoding = rule.encodings.items[i];
        if (encoding == Encoding::kUtf8 || encoding == Encoding::kPg) continue;
        if (encoding == Encoding::kIso8601) {
            if (is_text && IsIso8601Duration(TrimSpace(cell.view())))
                return PassText(rule, cell, scratch, out);
            continue;
        }
        char text[kIntervalTextSize];
        std::size_t size = 0;
        const Status status =
            FormatDuration(encoding, rule, is_text ? Cell::Text(cell.view()) : cell, text, size);
        if (!status.ok()) {
            if (status.code != Code::kInvalidSyntax) refusal = status;
            continue;
        }
        char* const copy = scratch.Reserve(size);
        if (copy == nullptr) return Status::Refused(Code::kOutOfMemory);
        for (std::size_t k = 0; k < size; ++k)
            copy[k] = text[k];
        out.bytes = Bytes(copy, size);
        return status;
    }
    if (!is_text || !TakesOwnText(rule.encodings)) return refusal;
    const Code code = CheckIntervalText(cell.view());
    return code == Code::kOk ? PassText(rule, cell, scratch, out) : Status::Refused(code);
}

}  // namespace

InputType InputTypeOfName(std::string_view name) noexcept {
    const std::string_view bare = BareName(name);
    for (const NamedType& named : kNamedTypes)
        if (bare == named.name) return named.type;
    return InputType::kText;
}

std::int32_t LengthOfName(std::string_view name) noexcept {
    const std::size_t open = name.find('(');
    std::int32_t length = 0;
    if (open != std::string_view::npos)
        std::from_chars(name.data() + open + 1, name.data() + name.size(), length);
    return length;
}

Status ConvertInput(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    out.is_number = false;
    switch (rule.input) {
        case InputType::kInterval:
            return ConvertInterval(rule, cell, scratch, out);
        case InputType::kMacaddr:
        case InputType::kMacaddr8:
        case InputType::kInet:
        case InputType::kBits:
        case InputType::kVaryingBits:
            return ConvertAddress(rule, cell, scratch, out);
        case InputType::kGeometry:
            if (cell.storage_class == StorageClass::kBlob)
                return FormatGeometry(rule.encodings, cell.view(), scratch, out.bytes);
            break;
        default:
            break;
    }
    const bool is_oid = rule.input == InputType::kOid || rule.input == InputType::kXid8;
    if (HoldsText(rule, cell)) {
        const Code code = is_oid ? CheckOidText(rule.input, cell.view()) : Code::kOk;
        return code == Code::kOk ? PassText(rule, cell, scratch, out) : Status::Refused(code);
    }
    if (!IsNumber(cell) || !TakesNumbers(rule.input)) return Status::Refused(Code::kWrongClass);
    return is_oid ? ConvertOid(rule.input, cell, scratch, out) : PassNumber(cell, scratch, out);
}

}  // namespace pgsqlite::value
