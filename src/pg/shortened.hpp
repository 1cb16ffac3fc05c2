// Shortened: texts of errors, which may quote a value of a gigabyte, cut for records.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg {

/// Bytes of a text that is kept whole.
inline constexpr int kRecordedBytes = 64 * 1024;

/// The text itself, or a palloc'd copy of its beginning with "…". Null for null.
/// @param text in the server's encoding
const char* Shortened(const char* text, int most = kRecordedBytes);

}  // namespace pgsqlite::pg
