// One pass over the text with a stack of its own instead of recursion, so that no document can exhaust the
// server's stack. The stack lies in the scratch buffer: a marker for each open array or object, and above an
// object's marker one entry for each of its keys so far (jsonb only). Keys are compared when the object
// closes: by hash, pair by pair, while they are few; sorted when they are many. A sort's comparisons fall
// back on the decoded keys, so that keys made to collide cost no more than a logarithm either.
#include <algorithm>
#include <climits>
#include <cstring>

#include "core/base/cancel.hpp"
#include "core/value/json/json.hpp"
#include "core/value/json/json_string.hpp"
#include "core/value/number/decimal.hpp"
#include "core/value/number/number.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {
namespace {

/// One stack entry: an object's key, or the marker of an open container.
struct Entry {
    std::uint64_t hash;      ///< key: hash of the decoded key; marker: index of the enclosing marker
    std::uint32_t position;  ///< key: offset of its body; marker: elements so far
    std::uint32_t size;      ///< key: size of the body, with kEscaped; marker: whether it is an object
};
static_assert(sizeof(Entry) == 16);

constexpr std::uint32_t kEscaped = 0x80000000;
constexpr std::uint64_t kNoMarker = ~std::uint64_t{0};
/// Up to so many keys, comparing all pairs of hashes is faster than sorting.
constexpr std::size_t kFewKeys = 16;
constexpr std::size_t kFirstCapacity = 64;
/// A number shorter than this and without an exponent is within numeric's limits.
constexpr std::size_t kSurelyNumeric = 1000;

constexpr bool IsJsonSpace(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

class Validator {
  public:
    Validator(Bytes text, JsonUse use, bool utf8_server, Scratch& scratch, bool in_scratch) noexcept
        : scratch_(scratch),
          text_used_(in_scratch ? (text.size() + 15) / 16 * 16 : 0),
          use_(use),
          utf8_server_(utf8_server),
          begin_(text.data()),
          end_(text.data() + text.size()) {}

    Status Run() noexcept {
        const char* p = begin_;
        while (true) {
            if (ticks_.Cancelled()) return Fault(Code::kOutOfMemory, p);
            // One value a turn; after a container's opening the turn starts again.
            SkipSpace(p);
            if (p == end_) return Fault(Code::kInvalidJson, p);
            bool opened = false;
            if (!Value(p, opened)) return fault_;
            if (opened) continue;
            if (!AfterValue(p)) return fault_;
            if (depth_ == 0) return p == end_ ? Status::Ok() : Fault(Code::kInvalidJson, p);
        }
    }

    /// Where the text is now: growing the stack may have moved it.
    Bytes text() const noexcept { return Bytes(begin_, static_cast<std::size_t>(end_ - begin_)); }

  private:
    Status Fault(Code code, const char* p) noexcept {
        fault_ = Status::Refused(code, static_cast<std::size_t>(p - begin_));
        return fault_;
    }
    bool Fail(Code code, const char* p) noexcept {
        Fault(code, p);
        return false;
    }

    void SkipSpace(const char*& p) const noexcept {
        while (p < end_ && IsJsonSpace(*p))
            ++p;
    }

    /// Reads a scalar or an empty container whole, or opens a container and reads up to its first value.
    bool Value(const char*& p, bool& opened) noexcept {
        switch (*p) {
            case '"': {
                Bytes body;
                bool escaped = false;
                return String(p, body, escaped);
            }
            case '{':
                if (!Open(p, true)) return false;
                SkipSpace(p);
                if (p < end_ && *p == '}') {
                    ++p;
                    return Close();
                }
                opened = true;
                return Key(p);
            case '[':
                if (!Open(p, false)) return false;
                SkipSpace(p);
                if (p < end_ && *p == ']') {
                    ++p;
                    return Close();
                }
                opened = true;
                return true;
            case 't':
                return Literal(p, "true");
            case 'f':
                return Literal(p, "false");
            case 'n':
                return Literal(p, "null");
            default:
                return Number(p);
        }
    }

    /// Closes what ends here, and steps over the comma (and the next key) when more follows. With depth 0
    /// left, p stands behind the document and its white space.
    bool AfterValue(const char*& p) noexcept {
        while (true) {
            SkipSpace(p);
            if (depth_ == 0) return true;
            if (p == end_) return Fail(Code::kInvalidJson, p);
            const bool object = entries_[marker_].size != 0;
            if (*p == ',') {
                ++p;
                if (object) {
                    SkipSpace(p);
                    return Key(p);
                }
                if (++entries_[marker_].position >= kMaxJsonbElements && use_ == JsonUse::kJsonb)
                    return Fail(Code::kTooLarge, p);
                return true;
            }
            if (*p != (object ? '}' : ']')) return Fail(Code::kInvalidJson, p);
            ++p;
            if (!Close()) return false;
        }
    }

    bool Open(const char*& p, bool object) noexcept {
        if (depth_ == kMaxJsonDepth) return Fail(Code::kJsonTooDeep, p);
        if (!Push({marker_, 0, object ? 1u : 0u}, p)) return false;
        marker_ = count_ - 1;
        ++depth_;
        ++p;
        return true;
    }

    bool Close() noexcept {
        Entry* const keys = entries_ + marker_ + 1;
        const std::size_t key_count = count_ - marker_ - 1;
        if (key_count > 1 && !KeysDiffer(keys, key_count)) return false;
        count_ = marker_;
        marker_ = entries_[marker_].hash;
        --depth_;
        return true;
    }

    /// Reads a key and the colon behind it.
    bool Key(const char*& p) noexcept {
        if (p == end_ || *p != '"') return Fail(Code::kInvalidJson, p);
        Bytes body;
        bool escaped = false;
        if (!String(p, body, escaped)) return false;
        if (use_ == JsonUse::kJsonb) {
            if (count_ - marker_ > kMaxJsonbPairs) return Fail(Code::kTooLarge, p);
            const auto position = static_cast<std::uint32_t>(body.data() - begin_);
            const auto size = static_cast<std::uint32_t>(body.size());
            if (!Push({HashString(body, escaped), position, escaped ? size | kEscaped : size}, p))
                return false;
        }
        SkipSpace(p);
        if (p == end_ || *p != ':') return Fail(Code::kInvalidJson, p);
        ++p;
        return true;
    }

    bool String(const char*& p, Bytes& body, bool& escaped) noexcept {
        const char* const start = ++p;
        while (true) {
            p = FindStringStop(p, end_);
            if (p == end_) return Fail(Code::kInvalidJson, p);
            if (*p == '"') break;
            if (*p != '\\') return Fail(Code::kInvalidJson, p);
            escaped = true;
            const Code code = SkipEscape(p, end_, use_, utf8_server_);
            if (code != Code::kOk) return Fail(code, p);
        }
        body = Bytes(start, static_cast<std::size_t>(p - start));
        if (body.size() > kMaxJsonbString && use_ == JsonUse::kJsonb && DecodedSize(body) > kMaxJsonbString)
            return Fail(Code::kTooLarge, start);
        ++p;
        return true;
    }

    bool Literal(const char*& p, Bytes word) noexcept {
        if (static_cast<std::size_t>(end_ - p) < word.size() || std::memcmp(p, word.data(), word.size()) != 0)
            return Fail(Code::kInvalidJson, p);
        p += word.size();
        return true;
    }

    bool Digits(const char*& p) noexcept {
        if (p == end_ || !IsDigit(*p)) return Fail(Code::kInvalidJson, p);
        while (p < end_ && IsDigit(*p))
            ++p;
        return true;
    }

    bool Number(const char*& p) noexcept {
        const char* const start = p;
        if (*p == '-') ++p;
        if (p < end_ && *p == '0') {
            ++p;
        } else if (!Digits(p)) {
            return false;
        }
        if (p < end_ && *p == '.') {
            ++p;
            if (!Digits(p)) return false;
        }
        bool has_exponent = false;
        if (p < end_ && (*p == 'e' || *p == 'E')) {
            has_exponent = true;
            ++p;
            if (p < end_ && (*p == '+' || *p == '-')) ++p;
            if (!Digits(p)) return false;
        }
        const auto size = static_cast<std::size_t>(p - start);
        if (use_ == JsonUse::kJsonb && (has_exponent || size >= kSurelyNumeric) &&
            !IsNumeric(Bytes(start, size)))
            return Fail(Code::kOutOfRange, start);
        return true;
    }

    /// Whether numeric_in takes the number. Unlike a numeric column of ours it is PostgreSQL that reads it,
    /// so zeros beyond the limits count as well (numeric.c, set_var_from_str and make_result).
    static bool IsNumeric(Bytes text) noexcept {
        NumberText number;
        if (!ScanNumber(text, number)) return false;
        constexpr std::int64_t kExponentEnd = INT_MAX / 2;
        return number.written_exponent < kExponentEnd && number.written_exponent > -kExponentEnd &&
               number.exponent < kMaxNumericWholeDigits && number.display_scale <= kMaxNumericScale;
    }

    bool Push(const Entry& entry, const char*& p) noexcept {
        if (count_ == capacity_ && !Grow(p)) return Fail(Code::kOutOfMemory, p);
        entries_[count_++] = entry;
        return true;
    }

    bool Grow(const char*& p) noexcept {
        const std::size_t wanted = capacity_ == 0 ? kFirstCapacity : capacity_ * 2;
        char* const base =
            scratch_.Grow(text_used_ + count_ * sizeof(Entry), text_used_ + wanted * sizeof(Entry));
        if (base == nullptr) return false;
        if (text_used_ != 0) {
            p = base + (p - begin_);
            end_ = base + (end_ - begin_);
            begin_ = base;
        }
        entries_ = reinterpret_cast<Entry*>(base + text_used_);
        capacity_ = wanted;
        return true;
    }

    Bytes Body(const Entry& key) const noexcept { return Bytes(begin_ + key.position, key.size & ~kEscaped); }

    int Compare(const Entry& a, const Entry& b) const noexcept {
        if (a.hash != b.hash) return a.hash < b.hash ? -1 : 1;
        return CompareStrings(Body(a), (a.size & kEscaped) != 0, Body(b), (b.size & kEscaped) != 0);
    }

    bool KeysDiffer(Entry* keys, std::size_t count) noexcept {
        if (count <= kFewKeys) {
            for (std::size_t i = 1; i < count; ++i)
                for (std::size_t j = 0; j < i; ++j)
                    if (keys[i].hash == keys[j].hash && Compare(keys[i], keys[j]) == 0)
                        return Fail(Code::kJsonDuplicateKey, begin_ + keys[i].position);
            return true;
        }
        try {
            std::sort(keys, keys + count, [this](const Entry& a, const Entry& b) {
                if (ticks_.Cancelled()) throw SortCancelled();
                const int order = Compare(a, b);
                return order != 0 ? order < 0 : a.position < b.position;
            });
        } catch (const SortCancelled&) {
            return Fail(Code::kOutOfMemory, begin_);
        }
        const Entry* first = nullptr;  // the duplicate that comes first in the text
        for (std::size_t i = 1; i < count; ++i)
            if (Compare(keys[i - 1], keys[i]) == 0 &&
                (first == nullptr || keys[i].position < first->position))
                first = &keys[i];
        return first == nullptr || Fail(Code::kJsonDuplicateKey, begin_ + first->position);
    }

    Scratch& scratch_;
    const std::size_t text_used_;  ///< bytes at the scratch buffer's start that belong to the text
    const JsonUse use_;
    const bool utf8_server_;
    const char* begin_;
    const char* end_;
    Entry* entries_ = nullptr;
    std::size_t count_ = 0;
    std::size_t capacity_ = 0;
    std::size_t marker_ = kNoMarker;  ///< index of the innermost open container
    std::uint32_t depth_ = 0;
    CancelTicks ticks_;
    Status fault_;
};

}  // namespace

Status ValidateJson(Bytes& text, JsonUse use, bool utf8_server, Scratch& scratch, bool in_scratch) noexcept {
    Validator validator(text, use, utf8_server, scratch, in_scratch);
    const Status status = validator.Run();
    text = validator.text();
    return status;
}

}  // namespace pgsqlite::value
