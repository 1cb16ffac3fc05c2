// Spelled forms: dates and times as RFC 5322, JavaScript's Date, Go's Time and C's ctime write them. No
// pattern reads them: they have parts that may be missing, comments, or a name of the zone behind its offset.
#pragma once

#include "core/base/bytes.hpp"
#include "core/value/rule.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {

/// Whether an encoding is one of these (kRfc2822 … kCtime).
bool IsSpelledForm(Encoding encoding) noexcept;

/// Reads a text under one of them:
///  - kRfc2822: [Tue, ]2 Jan 2024 03:04[:05] +0100 [(CET)]; the zone may be GMT, UTC, UT, Z, or one of the
///    American names of RFC 822 (EST … PDT);
///  - kJsDate: Tue Jan 02 2024 03:04:05 GMT+0100 [(Central European Standard Time)];
///  - kGoTime: 2024-01-02 03:04:05[.999999999] +0100 CET [m=+0.01];
///  - kCtime: Tue Jan  2 03:04:05 [CET ]2024, where the zone may be UTC or GMT alone.
/// The weekday has to be the date's (Written::impossible otherwise).
Status ReadSpelledForm(Encoding encoding, Bytes trimmed, Written& written) noexcept;

}  // namespace pgsqlite::value
