// The option `encoding` taken apart: words between commas, or the texts of a JSON array.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::value {

/// The list's words: slices between commas that do not stand in double quotes, white space around them cut
/// off.
std::vector<std::string_view> SplitWords(std::string_view option);

/// The texts of a JSON array of texts; false where the option is not one.
bool ReadJsonList(std::string_view option, std::vector<std::string>* words);

}  // namespace pgsqlite::value
