// Stricter than PostgreSQL's uuid_in about hyphens (it takes them after any four digits): a hyphen elsewhere
// is a sign of damage, and the type cannot show it afterwards.
#include "core/value/uuid.hpp"

#include <cstring>

#include "core/value/ascii.hpp"

namespace pgsqlite::value {
namespace {

constexpr std::size_t kUuidSize = 16;
constexpr std::size_t kPlainLength = 32;
constexpr std::size_t kHyphenLength = 36;
constexpr Bytes kUrnPrefix = "urn:uuid:";

bool IsHyphenPlace(std::size_t i) noexcept {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

bool ParseUuid(Bytes text, std::uint8_t uuid[16]) noexcept {
    text = TrimSpace(text);
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
        text = text.substr(1, text.size() - 2);
    } else if (EqualsWord(text.substr(0, kUrnPrefix.size()), kUrnPrefix)) {
        text.remove_prefix(kUrnPrefix.size());
    }
    const bool hyphens = text.size() == kHyphenLength;
    if (!hyphens && text.size() != kPlainLength) return false;

    std::size_t i = 0;
    for (std::size_t byte = 0; byte < kUuidSize; ++byte) {
        if (hyphens && IsHyphenPlace(i) && text[i++] != '-') return false;
        const int high = HexDigit(text[i]);
        const int low = HexDigit(text[i + 1]);
        if (high < 0 || low < 0) return false;
        uuid[byte] = static_cast<std::uint8_t>(high << 4 | low);
        i += 2;
    }
    return true;
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
