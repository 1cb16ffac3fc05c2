// LIKE and GLOB as SQLite matches them (patternCompare in func.c), but without recursion, and so that a match
// over a huge text can be stopped.
#pragma once

#include <cstdint>

namespace pgsqlite::sqlite {

struct LikeRules {
    std::uint32_t many;   ///< what stands for any characters: % or *; 0 for none
    std::uint32_t one;    ///< what stands for one: _ or ?; 0 for none
    std::uint32_t other;  ///< the escape character of a LIKE (0 for none), or [ with `sets`
    bool sets;            ///< [a-z] and [^a-z]
    bool any_case;        ///< the case of ASCII letters does not matter
};

enum class LikeResult : std::uint8_t { kNoMatch, kMatch, kStopped };

/// Reads a character as SQLite does, which takes malformed UTF-8 for something, and goes behind it. At a NUL
/// it returns 0.
std::uint32_t ReadCharacter(const unsigned char*& at) noexcept;

/// @param pattern, text end with a NUL
/// @param stop asked every few milliseconds
LikeResult MatchLike(const unsigned char* pattern, const unsigned char* text, const LikeRules& rules,
                     bool (*stop)() noexcept) noexcept;

}  // namespace pgsqlite::sqlite
