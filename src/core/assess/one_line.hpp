// OneLine: a text that may be long and have lines, as a cell of a listing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pgsqlite::assess {

/// Each run of blanks, line ends and other controls becomes one blank, none at either end; what is longer
/// than `most` characters ends there with an ellipsis in the last one's place.
///
/// @param text UTF-8
std::string OneLine(std::string_view text, std::size_t most);

}  // namespace pgsqlite::assess
