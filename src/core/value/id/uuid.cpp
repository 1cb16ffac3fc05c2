// What PostgreSQL's uuid_in takes, a hyphen behind any four digits among it, and white space and urn:uuid:
// around it.
#include "core/value/id/uuid.hpp"

#include <array>
#include <cstring>

#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {
namespace {

constexpr std::size_t kUuidSize = 16;
constexpr std::size_t kPlainLength = 32;
constexpr std::size_t kHyphenLength = 36;
constexpr Bytes kUrnPrefix = "urn:uuid:";

/// Hexadecimal digits' values; 0x80 for anything else, so that one OR over all of them finds a stray one.
constexpr auto kHexValues = [] {
    std::array<std::uint8_t, 256> values{};
    for (std::uint8_t& value : values)
        value = 0x80;
    for (std::uint8_t i = 0; i < 10; ++i)
        values['0' + i] = i;
    for (std::uint8_t i = 0; i < 6; ++i)
        values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
    return values;
}();

/// The usual spelling, 8-4-4-4-12 with hyphens.
bool ParseHyphenated(const char* text, std::uint8_t uuid[16]) noexcept {
    constexpr std::uint8_t kPlaces[kUuidSize] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
    if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;
    std::uint8_t all = 0;
    for (std::size_t i = 0; i < kUuidSize; ++i) {
        const std::uint8_t high = kHexValues[static_cast<unsigned char>(text[kPlaces[i]])];
        const std::uint8_t low = kHexValues[static_cast<unsigned char>(text[kPlaces[i] + 1])];
        all |= high | low;
        uuid[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return all < 0x80;
}

}  // namespace

bool ParseUuid(Bytes text, std::uint8_t uuid[16]) noexcept {
    if (text.size() == kHyphenLength && ParseHyphenated(text.data(), uuid)) return true;
    text = TrimSpace(text);
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
        text = text.substr(1, text.size() - 2);
    } else if (EqualsWord(text.substr(0, kUrnPrefix.size()), kUrnPrefix)) {
        text.remove_prefix(kUrnPrefix.size());
    }
    if (text.size() < kPlainLength) return false;
    std::size_t at = 0;
    for (std::size_t i = 0; i < kUuidSize; ++i) {
        if (at + 2 > text.size()) return false;
        const int high = HexDigit(text[at]);
        const int low = HexDigit(text[at + 1]);
        if (high < 0 || low < 0) return false;
        uuid[i] = static_cast<std::uint8_t>(high << 4 | low);
        at += 2;
        // uuid.c, string_to_uuid: behind each four digits but the last.
        if (i % 2 == 1 && i + 1 < kUuidSize && at < text.size() && text[at] == '-') ++at;
    }
    return at == text.size();
}

Status ConvertUuid(const Rule& rule, const Cell& cell, Value& out) noexcept {
    std::uint8_t uuid[kUuidSize];
    if (cell.storage_class == StorageClass::kText) {
        if (!ParseUuid(cell.view(), uuid)) return Status::Refused(Code::kInvalidSyntax);
    } else if (cell.storage_class == StorageClass::kBlob) {
        if (cell.bytes.size != kUuidSize) return Status::Refused(Code::kInvalidSyntax);
        std::memcpy(uuid, cell.bytes.data, kUuidSize);
        if (rule.encodings.Has(Encoding::kGuidLe)) {
            constexpr std::uint8_t kOrder[] = {3, 2, 1, 0, 5, 4, 7, 6};
            for (std::size_t i = 0; i < sizeof kOrder; ++i)
                uuid[i] = static_cast<std::uint8_t>(cell.bytes.data[kOrder[i]]);
        }
    } else {
        return Status::Refused(Code::kWrongClass);
    }
    std::memcpy(out.uuid, uuid, kUuidSize);
    return Status::Ok();
}

}  // namespace pgsqlite::value
