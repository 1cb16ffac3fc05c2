// Addresses and bit strings. Their input functions read a number's digits as if they were groups of an
// address (123456789012 becomes 12:34:56:78:90:12) and fill up what is missing, so only whole spellings pass.
#include <cstring>

#include "core/value/input/input.hpp"
#include "core/value/number/integer.hpp"
#include "core/value/number/number.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/text/text.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

/// Bytes in hexadecimal with a separator behind every `group` of them.
Status WriteBytes(const unsigned char* bytes, std::size_t count, std::size_t group, Scratch& scratch,
                  Value& out) noexcept {
    char* const text = scratch.Reserve(count * 3);
    if (text == nullptr) return Status::Refused(Code::kOutOfMemory);
    char* p = text;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0 && i % group == 0) *p++ = ':';
        *p++ = kHexDigits[bytes[i] >> 4];
        *p++ = kHexDigits[bytes[i] & 15];
    }
    out.bytes = Bytes(text, static_cast<std::size_t>(p - text));
    return Status::Ok();
}

Status WriteIpv4(const unsigned char* bytes, Scratch& scratch, Value& out) noexcept {
    char* const text = scratch.Reserve(16);
    if (text == nullptr) return Status::Refused(Code::kOutOfMemory);
    char* p = text;
    for (int i = 0; i < 4; ++i) {
        if (i > 0) *p++ = '.';
        const unsigned byte = bytes[i];
        if (byte >= 100) *p++ = static_cast<char>('0' + byte / 100);
        if (byte >= 10) *p++ = static_cast<char>('0' + byte / 10 % 10);
        *p++ = static_cast<char>('0' + byte % 10);
    }
    out.bytes = Bytes(text, static_cast<std::size_t>(p - text));
    return Status::Ok();
}

/// Binary digits of a number, with zeros in front up to `length`; without a length as many as it has.
Status WriteBits(std::uint64_t number, std::size_t length, Scratch& scratch, Value& out) noexcept {
    std::size_t needed = 1;
    while (needed < 64 && number >> needed != 0)
        ++needed;
    if (length == 0) length = needed;
    if (needed > length) return Status::Refused(Code::kOutOfRange);
    char* const text = scratch.Reserve(length);
    if (text == nullptr) return Status::Refused(Code::kOutOfMemory);
    for (std::size_t i = 0; i < length; ++i) {
        const std::size_t bit = length - 1 - i;
        text[i] = bit < 64 && (number >> bit & 1) != 0 ? '1' : '0';
    }
    out.bytes = Bytes(text, length);
    return Status::Ok();
}

/// Bytes that a type has as a number; 0 where it is no address.
std::size_t SizeOfNumber(InputType type) noexcept {
    switch (type) {
        case InputType::kMacaddr:
            return 6;
        case InputType::kMacaddr8:
            return 8;
        case InputType::kInet:
            return 4;  // a number names an IPv4 address
        default:
            return 0;
    }
}

Status FromInteger(const Rule& rule, std::int64_t integer, Scratch& scratch, Value& out) noexcept {
    if (integer < 0) return Status::Refused(Code::kOutOfRange);
    const auto number = static_cast<std::uint64_t>(integer);
    const std::size_t size = SizeOfNumber(rule.input);
    if (size == 0) {
        const auto length = rule.max_chars > 0 ? static_cast<std::size_t>(rule.max_chars) : 0;
        return WriteBits(number, rule.input == InputType::kBits ? length : 0, scratch, out);
    }
    if (size < 8 && number >> (8 * size) != 0) return Status::Refused(Code::kOutOfRange);
    unsigned char bytes[8];
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<unsigned char>(number >> 8 * (size - 1 - i));
    if (rule.input == InputType::kInet) return WriteIpv4(bytes, scratch, out);
    return WriteBytes(bytes, size, 1, scratch, out);
}

Status FromBlob(const Rule& rule, Bytes blob, Scratch& scratch, Value& out) noexcept {
    constexpr std::size_t kIpv6 = 16;
    const auto* bytes = reinterpret_cast<const unsigned char*>(blob.data());
    const std::size_t size = SizeOfNumber(rule.input);
    if (size == 0) return Status::Refused(Code::kWrongClass);
    if (rule.input == InputType::kInet && blob.size() == kIpv6)
        return WriteBytes(bytes, kIpv6, 2, scratch, out);
    if (blob.size() != size) return Status::Refused(Code::kInvalidSyntax);
    if (rule.input == InputType::kInet) return WriteIpv4(bytes, scratch, out);
    return WriteBytes(bytes, size, 1, scratch, out);
}

/// Groups of hexadecimal digits that are whole: bytes of one or two digits apart, or all digits of larger
/// groups.
/// @param bytes in the address
bool IsHardwareAddress(Bytes text, std::size_t bytes) noexcept {
    std::size_t groups = 1, digits = 0, least = Bytes::npos, most = 0;
    char separator = '\0';
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const char c = i < text.size() ? text[i] : separator;
        if (i < text.size() && HexDigit(c) >= 0) {
            ++digits;
            continue;
        }
        if (digits < least) least = digits;
        if (digits > most) most = digits;
        if (i == text.size()) break;
        if ((c != ':' && c != '-' && c != '.') || (separator != '\0' && c != separator)) return false;
        separator = c;
        ++groups;
        digits = 0;
    }
    if (groups == bytes) return least >= 1 && most <= 2;
    return least == most && least * groups == 2 * bytes && groups <= bytes / 2;
}

/// Texts that the input function would fill up or take apart.
Code CheckText(const Rule& rule, Bytes text) noexcept {
    const Bytes trimmed = TrimSpace(text);
    switch (rule.input) {
        case InputType::kMacaddr:
            return IsHardwareAddress(trimmed, 6) ? Code::kOk : Code::kInvalidSyntax;
        case InputType::kMacaddr8:
            // Of six bytes macaddr8 makes eight by a rule of its own, which nobody has written down here.
            return IsHardwareAddress(trimmed, 8) ? Code::kOk : Code::kInvalidSyntax;
        case InputType::kInet:
            // cidr takes 10 for 10.0.0.0/8, and 1.5 for 1.5.0.0/16.
            return IsPlainNumber(trimmed) ? Code::kNeedsInteger : Code::kOk;
        default:
            return Code::kOk;
    }
}

}  // namespace

Status ConvertAddress(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    const bool as_integer = rule.encodings.Has(Encoding::kInteger);
    const bool own_text = rule.encodings.count == 0 || rule.encodings.Has(Encoding::kPg) ||
                          (rule.encodings.count == 1 && rule.encodings.Has(Encoding::kUtf8));
    std::int64_t integer = 0;
    if (cell.storage_class == StorageClass::kInteger || cell.storage_class == StorageClass::kReal) {
        if (!as_integer) return Status::Refused(Code::kNeedsInteger);
        const Code code =
            cell.storage_class == StorageClass::kInteger ? Code::kOk : IntegerFromReal(cell.real, integer);
        if (code != Code::kOk) return Status::Refused(code);
        return FromInteger(rule, cell.storage_class == StorageClass::kInteger ? cell.integer : integer,
                           scratch, out);
    }
    if (!HoldsText(rule, cell)) return FromBlob(rule, cell.view(), scratch, out);
    NumberText number;
    if (as_integer && IsPlainNumber(TrimSpace(cell.view())) && ScanNumber(cell.view(), number)) {
        // '1010' is a number and a bit string: with both in the list there is no telling.
        if (own_text && SizeOfNumber(rule.input) == 0) return Status::Refused(Code::kInvalidSyntax);
        const Code code = IntegerFromText(number, integer);
        return code == Code::kOk ? FromInteger(rule, integer, scratch, out) : Status::Refused(code);
    }
    if (!own_text) return Status::Refused(Code::kInvalidSyntax);
    const CheckedText checked = value::CheckText(rule, cell.view(), scratch);
    if (!checked.status.ok()) return checked.status;
    out.is_null = checked.is_null;
    out.bytes = checked.text;
    if (checked.is_null) return checked.status;
    const Code code = CheckText(rule, checked.text);
    return code == Code::kOk ? checked.status : Status::Refused(code);
}

}  // namespace pgsqlite::value
