// A clean text is passed on where it lies; only a text that a policy changes is copied, into the scratch
// buffer.
#include "core/value/text/text.hpp"

#include "core/value/geometry/geometry.hpp"

#include <cstring>

#include "core/value/format.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::value {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kReplacementSize = sizeof kReplacement - 1;

CheckedText Refuse(Code code, std::size_t offset = 0) noexcept {
    CheckedText result;
    result.status = Status::Refused(code, offset);
    return result;
}

CheckedText MakeNull(Applied applied) noexcept {
    CheckedText result;
    result.status = Status::Ok(applied);
    result.is_null = true;
    return result;
}

std::size_t FindFault(const Rule& rule, Bytes text) noexcept {
    if (rule.utf8_server) return FindTextFault(text);
    const std::size_t nul = text.find('\0');
    return nul == Bytes::npos ? text.size() : nul;
}

/// Applies the policies from the first fault on.
CheckedText Clean(const Rule& rule, Bytes text, std::size_t fault, Scratch& scratch) noexcept {
    Applied applied = Applied::kNone;
    char* out = nullptr;
    std::size_t used = 0;
    std::size_t copied = 0;  // source bytes dealt with
    while (true) {
        const bool is_nul = fault < text.size() && text[fault] == '\0';
        if (fault < text.size()) {
            if (is_nul) {
                if (rule.policies.nul_bytes == NulBytes::kError) return Refuse(Code::kNulByte, fault);
                if (rule.policies.nul_bytes == NulBytes::kNull) return MakeNull(Applied::kNulBytes);
            } else {
                if (rule.policies.invalid_text == InvalidText::kError)
                    return Refuse(Code::kInvalidText, fault);
                if (rule.policies.invalid_text == InvalidText::kNull) return MakeNull(Applied::kInvalidText);
            }
            if (applied == Applied::kNone) applied = is_nul ? Applied::kNulBytes : Applied::kInvalidText;
        }

        const std::size_t run = fault - copied;
        if (used + run > kMaxValueSize) return Refuse(Code::kTooLarge);
        out = scratch.Grow(used, used + run + kReplacementSize);
        if (out == nullptr) return Refuse(Code::kOutOfMemory);
        std::memcpy(out + used, text.data() + copied, run);
        used += run;
        if (fault == text.size()) break;

        std::size_t skip = 1;
        if (!is_nul) {
            bool valid = false;
            skip = Utf8Step(text.data() + fault, text.data() + text.size(), valid);
            std::memcpy(out + used, kReplacement, kReplacementSize);
            used += kReplacementSize;
        }
        copied = fault + skip;
        fault = copied + FindFault(rule, text.substr(copied));
    }
    if (used > kMaxValueSize) return Refuse(Code::kTooLarge);

    CheckedText result;
    result.status = Status::Ok(applied);
    result.in_scratch = true;
    result.text = Bytes(out, used);
    return result;
}

/// Text of a cell of any class for kText and kInput.
CheckedText TextOf(const Rule& rule, const Cell& cell, Scratch& scratch) noexcept {
    if (HoldsText(rule, cell)) return CheckText(rule, cell.view(), scratch);
    if (cell.storage_class == StorageClass::kBlob) return Refuse(Code::kWrongClass);
    CheckedText result;
    result.in_scratch = true;
    result.text = NumberCellText(cell, scratch);
    if (result.text.data() == nullptr) return Refuse(Code::kOutOfMemory);
    return result;
}

}  // namespace

CheckedText CheckText(const Rule& rule, Bytes text, Scratch& scratch) noexcept {
    const std::size_t fault = FindFault(rule, text);
    if (fault < text.size()) return Clean(rule, text, fault, scratch);
    if (text.size() > kMaxValueSize) return Refuse(Code::kTooLarge);
    CheckedText result;
    result.text = text;
    return result;
}

Bytes NumberCellText(const Cell& cell, Scratch& scratch) noexcept {
    char* buffer = scratch.Reserve(kNumberTextSize);
    if (buffer == nullptr) return Bytes();
    const std::size_t size = cell.storage_class == StorageClass::kInteger
                                 ? FormatInteger(cell.integer, buffer)
                                 : FormatReal(cell.real, buffer);
    return Bytes(buffer, size);
}

Status ConvertText(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    const CheckedText checked = TextOf(rule, cell, scratch);
    if (!checked.status.ok()) return checked.status;
    out.is_null = checked.is_null;
    if (checked.is_null) return checked.status;

    Bytes text = checked.text;
    Applied applied = checked.status.applied;
    const auto limit = static_cast<std::size_t>(rule.max_chars > 0 ? rule.max_chars : 0);
    // A text has no more characters than bytes, so most need no counting.
    if (limit != 0 && text.size() > limit && (!rule.utf8_server || CountCharacters(text) > limit)) {
        if (rule.policies.too_long == TooLong::kError) return Status::Refused(Code::kTooLong);
        text = rule.utf8_server ? FirstCharacters(text, limit) : text.substr(0, limit);
        if (applied == Applied::kNone) applied = Applied::kTooLong;
    }
    out.bytes = text;
    return Status::Ok(applied);
}

namespace {

/// A geometry's WKB, under the first encoding that reads it.
Status ConvertWkb(const EncodingList& encodings, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    Status status = Status::Refused(Code::kWrongClass);
    if (cell.storage_class != StorageClass::kBlob) return status;
    Geometry geometry;
    for (std::size_t i = 0; i < encodings.count && !status.ok(); ++i)
        status = ReadGeometry(encodings.items[i], cell.view(), scratch, geometry);
    if (status.ok()) out.bytes = geometry.wkb;
    return status;
}

}  // namespace

Status ConvertBytea(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    if (rule.encodings.count > 0) return ConvertWkb(rule.encodings, cell, scratch, out);
    Bytes bytes;
    if (cell.storage_class == StorageClass::kText || cell.storage_class == StorageClass::kBlob) {
        bytes = cell.view();
        if (bytes.size() > kMaxValueSize) return Status::Refused(Code::kTooLarge);
    } else {
        bytes = NumberCellText(cell, scratch);
        if (bytes.data() == nullptr) return Status::Refused(Code::kOutOfMemory);
    }
    out.bytes = bytes;
    return Status::Ok();
}

}  // namespace pgsqlite::value
