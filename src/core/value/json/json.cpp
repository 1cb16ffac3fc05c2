// json and jsonb columns: check, then pass the text on as it is; and the invalid_json policy.
#include "core/value/json/json.hpp"

#include <cmath>
#include <cstring>

#include "core/value/json/sqlite_jsonb.hpp"
#include "core/value/text/text.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::value {
namespace {

/// Writes one byte of a JSON string; returns its size (6 at most). With out null only measures.
std::size_t EscapeByte(char c, char* out) noexcept {
    static constexpr char kHex[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    char piece[6] = {'\\', c, '0', '0', 0, 0};
    std::size_t size = 2;
    switch (c) {
        case '"':
        case '\\':
            break;
        case '\b':
            piece[1] = 'b';
            break;
        case '\f':
            piece[1] = 'f';
            break;
        case '\n':
            piece[1] = 'n';
            break;
        case '\r':
            piece[1] = 'r';
            break;
        case '\t':
            piece[1] = 't';
            break;
        default:
            if (byte >= 0x20) {
                piece[0] = c;
                size = 1;
            } else {
                piece[1] = 'u';
                piece[4] = kHex[byte >> 4];
                piece[5] = kHex[byte & 15];
                size = 6;
            }
            break;
    }
    if (out != nullptr) std::memcpy(out, piece, size);
    return size;
}

/// The text as a JSON string, in the scratch buffer (behind the text when that lies there too).
Status QuoteJson(Bytes text, JsonUse use, Scratch& scratch, bool in_scratch, Bytes& quoted) noexcept {
    std::size_t size = 2;
    for (const char c : text)
        size += EscapeByte(c, nullptr);
    if (size > kMaxValueSize || (use == JsonUse::kJsonb && text.size() > kMaxJsonbString))
        return Status::Refused(Code::kTooLarge);
    const std::size_t used = in_scratch ? text.size() : 0;
    char* const base = scratch.Grow(used, used + size);
    if (base == nullptr) return Status::Refused(Code::kOutOfMemory);
    if (in_scratch) text = Bytes(base, text.size());

    char* out = base + used;
    *out++ = '"';
    for (const char c : text)
        out += EscapeByte(c, out);
    *out = '"';
    quoted = Bytes(base + used, size);
    return Status::Ok();
}

}  // namespace

Status ConvertJson(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept {
    const JsonUse use = rule.kind == Kind::kJsonb ? JsonUse::kJsonb : JsonUse::kJson;
    CheckedText checked;
    Status status;
    if (HoldsText(rule, cell)) {
        checked = CheckText(rule, cell.view(), scratch);
        if (!checked.status.ok()) return checked.status;
        if (checked.is_null) {
            out.is_null = true;
            return checked.status;
        }
        status = ValidateJson(checked.text, use, rule.utf8_server, scratch, checked.in_scratch);
    } else if (cell.storage_class == StorageClass::kBlob) {
        // What json() and jsonb columns of SQLite 3.45 and later hold.
        status = TextOfSqliteJsonb(cell.view(), scratch, checked.text);
        if (!status.ok()) return status;
        if (FindTextFault(checked.text) != checked.text.size()) return Status::Refused(Code::kWrongClass);
        status = ValidateJson(checked.text, use, rule.utf8_server, scratch, true);
        if (!status.ok()) return status;
    } else {
        checked.text = NumberCellText(cell, scratch);
        checked.in_scratch = true;
        if (checked.text.data() == nullptr) return Status::Refused(Code::kOutOfMemory);
        // JSON has no infinities.
        if (cell.storage_class == StorageClass::kReal && !std::isfinite(cell.real))
            status = Status::Refused(Code::kInvalidJson);
    }

    Applied applied = checked.status.applied;
    if (status.code == Code::kInvalidJson && rule.policies.invalid_json != InvalidJson::kError) {
        if (rule.policies.invalid_json == InvalidJson::kNull) {
            out.is_null = true;
            return Status::Ok(Applied::kInvalidJson);
        }
        status = QuoteJson(checked.text, use, scratch, checked.in_scratch, checked.text);
        if (applied == Applied::kNone) applied = Applied::kInvalidJson;
    }
    if (!status.ok()) return status;
    out.bytes = checked.text;
    return Status::Ok(applied);
}

}  // namespace pgsqlite::value
