#include "core/sqlite/like_match.hpp"

#include <cstddef>

namespace pgsqlite::sqlite {
namespace {

/// Bytes, of the text and of sets, between two questions.
constexpr std::ptrdiff_t kMatchStride = 1 << 20;

std::uint32_t Lower(std::uint32_t c) noexcept {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}
std::uint32_t Upper(std::uint32_t c) noexcept {
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/// Behind one character of a set, [ excluded: whether `c` is in it. False in `closed` for a set without an
/// end.
bool IsInSet(const unsigned char*& pattern, std::uint32_t c, bool* closed) noexcept {
    std::uint32_t prior = 0;
    bool seen = false;
    bool invert = false;
    std::uint32_t member = ReadCharacter(pattern);
    if (member == '^') {
        invert = true;
        member = ReadCharacter(pattern);
    }
    if (member == ']') {
        seen = c == ']';
        member = ReadCharacter(pattern);
    }
    while (member != 0 && member != ']') {
        if (member == '-' && pattern[0] != ']' && pattern[0] != 0 && prior > 0) {
            member = ReadCharacter(pattern);
            if (c >= prior && c <= member) seen = true;
            prior = 0;
        } else {
            if (c == member) seen = true;
            prior = member;
        }
        member = ReadCharacter(pattern);
    }
    *closed = member != 0;
    return seen != invert;
}

class Matcher {
  public:
    Matcher(const unsigned char* pattern, const unsigned char* text, const LikeRules& rules,
            bool (*stop)() noexcept) noexcept
        : pattern_(pattern), text_(text), rules_(rules), stop_(stop) {}

    /// A wildcard that has found its place is never moved again: if what follows it can't be matched from
    /// here on, no later place will help. So one place to go back to is enough.
    LikeResult Run() noexcept {
        while (true) {
            if (Stopped()) return LikeResult::kStopped;
            const std::uint32_t c = ReadCharacter(pattern_);
            if (c == 0) {
                if (*text_ == 0) return LikeResult::kMatch;
            } else if (rules_.many != 0 && c == rules_.many) {
                bool matched = false;
                if (!TakeWildcard(&matched)) return matched ? LikeResult::kMatch : LikeResult::kNoMatch;
                if (!Advance()) return stopped_ ? LikeResult::kStopped : LikeResult::kNoMatch;
                continue;
            } else if (MatchOne(c)) {
                continue;
            }
            if (!has_wildcard_ || !Advance()) return stopped_ ? LikeResult::kStopped : LikeResult::kNoMatch;
        }
    }

  private:
    bool Stopped() noexcept {
        if (--left_ > 0) return false;
        left_ = kMatchStride;
        stopped_ = stop_ != nullptr && stop_();
        return stopped_;
    }

    /// A character of the text. Malformed ones have any number of bytes.
    std::uint32_t ReadText(const unsigned char*& at) noexcept {
        const unsigned char* from = at;
        const std::uint32_t c = ReadCharacter(at);
        left_ -= at - from;
        return c;
    }

    /// Behind a wildcard: remembers what has to follow it. False where that decides the match.
    bool TakeWildcard(bool* matched) noexcept {
        std::uint32_t c = ReadCharacter(pattern_);
        for (; (c == rules_.many) || (rules_.one != 0 && c == rules_.one); c = ReadCharacter(pattern_))
            if (c == rules_.one && ReadText(text_) == 0) return false;
        if (c == 0) {
            *matched = true;
            return false;
        }
        set_ = nullptr;
        if (rules_.other != 0 && c == rules_.other) {
            if (rules_.sets) {
                set_ = pattern_ - 1;
            } else {
                c = ReadCharacter(pattern_);
                if (c == 0) return false;
            }
        }
        has_wildcard_ = true;
        first_ = c;
        rest_ = pattern_;
        from_ = text_;
        return true;
    }

    /// Goes to the next place in the text where what follows the wildcard may begin. False where there is
    /// none.
    bool Advance() noexcept {
        if (set_ != nullptr) {
            if (*from_ == 0) return false;
            pattern_ = set_;
            text_ = from_;
            ReadText(from_);
            return true;
        }
        if (first_ < 0x80) {
            const std::uint32_t low = rules_.any_case ? Lower(first_) : first_;
            const std::uint32_t high = rules_.any_case ? Upper(first_) : first_;
            for (; *from_ != low && *from_ != high; ++from_)
                if (*from_ == 0 || Stopped()) return false;
            ++from_;
        } else {
            std::uint32_t c = ReadText(from_);
            for (; c != first_; c = ReadText(from_))
                if (c == 0 || Stopped()) return false;
        }
        pattern_ = rest_;
        text_ = from_;
        return true;
    }

    bool MatchOne(std::uint32_t c) noexcept {
        bool escaped = false;
        if (rules_.other != 0 && c == rules_.other) {
            if (rules_.sets) {
                const std::uint32_t character = ReadText(text_);
                const unsigned char* set = pattern_;
                bool closed = false;
                const bool matched = character != 0 && IsInSet(pattern_, character, &closed) && closed;
                left_ -= pattern_ - set;
                return matched;
            }
            c = ReadCharacter(pattern_);
            if (c == 0) return false;
            escaped = true;
        }
        const std::uint32_t character = ReadText(text_);
        if (c == character) return true;
        if (rules_.any_case && c < 0x80 && character < 0x80 && Lower(c) == Lower(character)) return true;
        return rules_.one != 0 && c == rules_.one && !escaped && character != 0;
    }

    const unsigned char* pattern_;
    const unsigned char* text_;
    const LikeRules& rules_;
    bool (*stop_)() noexcept;
    std::ptrdiff_t left_ = kMatchStride;
    bool stopped_ = false;

    // The last wildcard: what follows it, and how far it has been looked for.
    bool has_wildcard_ = false;
    std::uint32_t first_ = 0;
    const unsigned char* rest_ = nullptr;
    const unsigned char* set_ = nullptr;  ///< a set follows it: where that begins
    const unsigned char* from_ = nullptr;
};

}  // namespace

std::uint32_t ReadCharacter(const unsigned char*& at) noexcept {
    std::uint32_t c = *at;
    if (c == 0) return 0;
    ++at;
    if (c < 0xc0) return c;
    // The lead byte's own bits, by SQLite's table.
    c = c < 0xe0   ? c & 0x1f
        : c < 0xf0 ? c & 0x0f
        : c < 0xf8 ? c & 0x07
        : c < 0xfc ? c & 0x03
        : c < 0xfe ? c & 0x01
                   : 0;
    while ((*at & 0xc0) == 0x80)
        c = (c << 6) + (0x3fU & *at++);
    if (c < 0x80 || (c & 0xfffff800U) == 0xd800 || (c & 0xfffffffeU) == 0xfffe) c = 0xfffd;
    return c;
}

LikeResult MatchLike(const unsigned char* pattern, const unsigned char* text, const LikeRules& rules,
                     bool (*stop)() noexcept) noexcept {
    return Matcher(pattern, text, rules, stop).Run();
}

}  // namespace pgsqlite::sqlite
