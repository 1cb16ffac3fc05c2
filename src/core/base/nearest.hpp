// NearestWord: the word a user probably meant, for "Perhaps you meant …" hints of options and encodings.
#pragma once

#include <span>
#include <string_view>

namespace pgsqlite {

/// The candidate with the smallest edit distance (insertions, deletions, substitutions; ASCII case ignored)
/// from `word`; the first one on a tie.
///
/// @return null when nothing is near: a distance over max(2, length / 3), or one that leaves no character of
/// the
///         word in place
const char* NearestWord(std::string_view word, std::span<const char* const> candidates) noexcept;

}  // namespace pgsqlite
