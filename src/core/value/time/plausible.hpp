// Plausible: under which encodings numbers are dates of the years that tell (number_encodings.hpp). A number
// alone rarely says what it counts, so all of them are named, each with what it would give.
#pragma once

#include <string>
#include <vector>

#include "core/value/cell.hpp"
#include "core/value/rule.hpp"

namespace pgsqlite::value {

struct PlausibleReading {
    Encoding encoding;
    std::string first, last;  ///< days, as in 1992-04-17
};

/// @param min, max the least and the greatest number (integer, real, or numeric text)
std::vector<PlausibleReading> PlausibleReadings(const Cell& min, const Cell& max);

/// "unix (1992-04-17 to 1992-04-18), cocoa (2023-04-18 to 2023-04-19)"; one day stands once. Empty where no
/// encoding fits.
std::string DescribeReadings(const std::vector<PlausibleReading>& readings);

}  // namespace pgsqlite::value
