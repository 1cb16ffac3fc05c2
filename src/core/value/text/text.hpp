// Text and bytes: checking, the invalid_text, nul_bytes and too_long policies, and the text of numbers.
#pragma once

#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"
#include "core/value/max_size.hpp"
#include "core/value/rule.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// What CheckText made of a text.
struct CheckedText {
    Status status;            ///< not ok: the text is refused
    bool is_null = false;     ///< a policy turned it into NULL (status.applied says which)
    bool in_scratch = false;  ///< the text was changed and now stands at the start of the scratch buffer
    Bytes text;
};

/// Checks a text for the server: well-formed UTF-8 (unless SQL_ASCII), no NUL, not too large; and applies
/// invalid_text and nul_bytes where it is not so. The first fault that is an error or makes NULL decides;
/// when both policies changed something, `applied` names the first one that did.
CheckedText CheckText(const Rule& rule, Bytes text, Scratch& scratch) noexcept;

/// The text of an integer or real cell, in the scratch buffer; null data when memory is exhausted.
Bytes NumberCellText(const Cell& cell, Scratch& scratch) noexcept;

/// Whether a cell counts as text: a text cell, or a blob under encoding utf8.
inline bool HoldsText(const Rule& rule, const Cell& cell) noexcept {
    return cell.storage_class == StorageClass::kText ||
           (cell.storage_class == StorageClass::kBlob && rule.encodings.Has(Encoding::kUtf8));
}

/// kText, with rule.max_chars (characters; bytes in SQL_ASCII, where the server counts bytes too).
Status ConvertText(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;
/// kBytea: blobs and the raw bytes of texts as they are, numbers as their text.
Status ConvertBytea(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;

}  // namespace pgsqlite::value
