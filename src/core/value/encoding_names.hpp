// What each type's cells can be encoded as: the names of encodings, and the errors that name them. Internal
// to encoding.cpp and encoding_list.cpp.
#pragma once

#include <string_view>

#include "core/value/encoding.hpp"

namespace pgsqlite::value {

/// Whether a type has encodings at all.
bool HasEncodings(Target target) noexcept;
/// Whether a type can have an encoding.
bool Takes(Target target, Encoding encoding) noexcept;
/// The encoding that a word is the name of, in any case; false where it is none of any type.
bool FindNamed(std::string_view word, Encoding& encoding) noexcept;
/// The known word nearest to `word` for this kind, or null.
const char* NearestEncoding(std::string_view word, Target kind);
/// "type date", "an array", …
const char* TypeName(Target target) noexcept;

[[noreturn]] void ThrowUnknown(std::string_view word, Target kind);
[[noreturn]] void ThrowUseless(std::string_view word, Target target);
/// @param what what is wrong with the list, as a sentence
[[noreturn]] void ThrowList(std::string_view option, Target kind, const char* what);

}  // namespace pgsqlite::value
