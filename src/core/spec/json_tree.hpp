// JsonTree: a JSON document as read: members in order, numbers as written, duplicate keys found. A tree of
// nlohmann's own keeps the last of two equal keys and rounds numbers, so only its parser is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/problems.hpp"

namespace pgsqlite::spec {

struct Json {
    enum class Kind : std::uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };
    Kind kind = Kind::kNull;
    bool boolean = false;
    std::string text;                ///< the string, or the number as written
    std::vector<std::string> names;  ///< kObject: one for each item
    std::vector<Json> items;         ///< kArray, kObject

    /// "a string", "a number", …: for messages.
    const char* KindName() const noexcept;
    /// The member of that name, or null.
    const Json* Find(std::string_view name) const noexcept;
    /// Compact JSON text of it.
    std::string ToText() const;
};

/// Far deeper than a spec goes (7, and a default's own); what recurses over the tree relies on it.
inline constexpr std::size_t kMaxDepth = 64;

/// Room for some hundred thousand tables; what is read in the time that a cancel may take.
inline constexpr std::size_t kMaxSpecBytes = 16 * 1024 * 1024;

/// @param problems gets duplicate keys and NUL characters, with their pointers
/// @throws Error 22023 with line and column when it is no JSON, 54000 when it is too deep or too long, 57014
Json ParseJson(std::string_view text, Problems& problems);

}  // namespace pgsqlite::spec
