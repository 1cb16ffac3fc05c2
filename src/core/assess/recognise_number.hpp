// What the recognisers of numbers and of texts that are numbers share.
#pragma once

#include <cstdint>

namespace pgsqlite::assess {

/// The numeric date formats a number has.
std::uint64_t DateFormats(double number) noexcept;
/// The candidates that take an integer cell.
std::uint32_t FitsOfInteger(std::int64_t integer) noexcept;

}  // namespace pgsqlite::assess
