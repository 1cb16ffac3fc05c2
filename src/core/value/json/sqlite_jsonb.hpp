// SQLite's JSONB (https://sqlite.org/jsonb.html): the binary form in which jsonb() and its kin, from
// SQLite 3.45 on, store JSON in blobs. Read here, so that older libraries do as well.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/scratch.hpp"
#include "core/value/status.hpp"

namespace pgsqlite::value {

/// The document as JSON text, at the start of the scratch buffer; JSON5's numbers and strings as RFC 8259
/// spells them. The blob may not lie in the scratch buffer.
/// @return kOk; kWrongClass for a blob that is no whole JSONB element with all in it; kOutOfRange for a
///         hexadecimal number of more than 64 bits; kTooLarge, kOutOfMemory
Status TextOfSqliteJsonb(Bytes blob, Scratch& scratch, Bytes& text) noexcept;

/// Whether a blob is a JSONB array or object. Others are found in any bytes: x'0131' is a number.
bool IsSqliteJsonbContainer(Bytes blob) noexcept;

}  // namespace pgsqlite::value
