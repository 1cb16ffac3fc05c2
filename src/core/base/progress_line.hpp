// ProgressLine: how far a job is, as one line for a person: percent, rows, rate, time left. Written into a
// caller's buffer, so that a backend can say it in the middle of a load without allocating or throwing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pgsqlite {

struct ProgressLine {
    std::string_view what;  ///< "public.customer"
    std::string_view unit = "rows";
    std::int64_t total = -1;      ///< rows that are expected; -1: not known
    std::int64_t done = 0;        ///< rows read so far
    std::int64_t rejected = 0;    ///< of them
    std::int64_t elapsed_us = 0;  ///< since the first row was asked for
};

/// Room for any line whose `what` has up to 256 bytes.
inline constexpr std::size_t kProgressLineSize = 512;

/// Writes "public.customer: 42 %, 420,000 of 1,000,000 rows, 61,234 rows/s, 0:00:09 left", ended by NUL; a
/// longer line is cut. Parts that are not known are left out; more rows than expected leave out percent and
/// time left, because the total was an estimate then.
/// @return the line's length
std::size_t FormatProgress(const ProgressLine& line, char* buffer, std::size_t size) noexcept;

}  // namespace pgsqlite
