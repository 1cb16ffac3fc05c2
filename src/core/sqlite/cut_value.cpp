#include "core/sqlite/cut_value.hpp"

#include <algorithm>

#include "core/digest/digest.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::sqlite {

Bytes BeginningOf(Bytes text) noexcept {
    constexpr std::size_t kLongestCharacter = 4;
    const Bytes beginning = text.substr(0, kBeginningBytes);
    const std::size_t valid = value::FindTextFault(beginning);
    // The last character may be cut itself.
    return beginning.size() - valid < kLongestCharacter ? beginning.substr(0, valid) : Bytes();
}

std::string DigestText(Bytes bytes) {
    char text[digest::Digest::kHexSize];
    digest::Hash(bytes).ToHex(text);
    return {text, sizeof(text)};
}

}  // namespace pgsqlite::sqlite
