// Durations: numbers and other notations as texts that interval's input function reads the same under every
// IntervalStyle, and a look at texts that it would read in its own way.
#include <cstring>

#include "core/value/format.hpp"
#include "core/value/input/input.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/time/temporal.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::value {
namespace {

constexpr bool IsLetter(char c) noexcept {
    return ToLower(c) >= 'a' && ToLower(c) <= 'z';
}

/// [±D days ]±HH:MM:SS.ffffff, a sign before each, so that no style carries one over to the next.
std::size_t Write(std::int64_t usec, bool in_days, char* buffer) noexcept {
    const char sign = usec < 0 ? '-' : '+';
    std::uint64_t rest = usec < 0 ? 0 - static_cast<std::uint64_t>(usec) : static_cast<std::uint64_t>(usec);
    char* out = buffer;
    if (in_days && rest >= kMicrosPerDay) {
        *out++ = sign;
        out = WritePadded(out, rest / kMicrosPerDay, 1);
        std::memcpy(out, " days ", 6);
        out += 6;
        rest %= kMicrosPerDay;
    }
    *out++ = sign;
    const std::uint64_t seconds = rest / kMicrosPerSecond;
    out = WritePadded(out, seconds / 3600, 2);
    *out++ = ':';
    out = WritePadded(out, seconds / 60 % 60, 2);
    *out++ = ':';
    out = WritePadded(out, seconds % 60, 2);
    *out++ = '.';
    out = WritePadded(out, rest % kMicrosPerSecond, 6);
    return static_cast<std::size_t>(out - buffer);
}

/// [-][d.]hh:mm:ss[.f…], the constant format of TimeSpan ("c").
bool ReadTimespan(Bytes text, Instant& span) noexcept {
    TextReader reader(text);
    const bool negative = reader.Take('-');
    std::int32_t first = 0, hours = 0, minutes = 0, seconds = 0;
    if (!reader.TakeNumber(1, 8, first)) return false;
    std::int64_t days = 0;
    if (reader.Take('.')) {
        days = first;
        if (!reader.TakeNumber(2, 2, hours)) return false;
    } else {
        hours = first;
    }
    if (!reader.Take(':') || !reader.TakeNumber(2, 2, minutes) || !reader.Take(':') ||
        !reader.TakeNumber(2, 2, seconds))
        return false;
    Bytes fraction;
    if (reader.Take('.')) {
        fraction = reader.TakeDigits(Bytes::npos);
        if (fraction.empty()) return false;
    }
    if (!reader.AtEnd() || hours > 23 || minutes > 59 || seconds > 59) return false;
    span = FractionInstant(fraction);
    span.usec += days * kMicrosPerDay + (hours * 3600 + minutes * 60 + seconds) * kMicrosPerSecond;
    if (!negative) return true;
    span.usec = -span.usec;
    if (span.tail == Tail::kNone) return true;
    --span.usec;
    if (span.tail != Tail::kHalf)
        span.tail = span.tail == Tail::kBelowHalf ? Tail::kAboveHalf : Tail::kBelowHalf;
    return true;
}

/// Reads a text in interval's own notation, number by number.
class IntervalReader {
  public:
    explicit IntervalReader(Bytes text) noexcept : p_(text.data()), end_(text.data() + text.size()) {}

    Code Check() noexcept {
        SkipSpaces();
        if (p_ < end_ && *p_ == '@') ++p_;
        for (SkipSpaces(); p_ < end_; SkipSpaces()) {
            if (IsLetter(*p_)) {  // "ago", or what the input function refuses
                while (p_ < end_ && IsLetter(*p_))
                    ++p_;
            } else if (const Code code = TakeField(first_); code != Code::kOk) {
                return code;
            }
            first_ = false;
        }
        // '-1 day 02:00' is 22 hours before nothing, or 26: IntervalStyle decides.
        return leading_minus_ && signs_ == 1 && fields_ > 1 ? Code::kInvalidSyntax : Code::kOk;
    }

  private:
    void SkipSpaces() noexcept {
        while (p_ < end_ && IsSpace(*p_))
            ++p_;
    }
    std::size_t TakeDigits() noexcept {
        const char* const begin = p_;
        while (p_ < end_ && IsDigit(*p_))
            ++p_;
        return static_cast<std::size_t>(p_ - begin);
    }
    bool Take(char c) noexcept {
        if (p_ == end_ || *p_ != c) return false;
        ++p_;
        return true;
    }

    /// :MM[:SS[.f]] at the end of the text, or before "ago".
    Code TakeTime() noexcept {
        if (!Take(':') || TakeDigits() != 2) return Code::kInvalidSyntax;
        if (Take(':')) {
            if (TakeDigits() != 2) return Code::kInvalidSyntax;
            if (Take('.') && TakeDigits() == 0) return Code::kInvalidSyntax;
        }
        SkipSpaces();
        return p_ == end_ || IsLetter(*p_) ? Code::kOk : Code::kInvalidSyntax;
    }

    Code TakeField(bool first) noexcept {
        ++fields_;
        if (*p_ == '+' || *p_ == '-') {
            ++signs_;
            leading_minus_ = leading_minus_ || (first && *p_ == '-');
            ++p_;
            SkipSpaces();
        }
        const std::size_t digits = TakeDigits();
        if (p_ < end_ && *p_ == ':') return digits == 0 ? Code::kInvalidSyntax : TakeTime();
        // Years and months, 1-2.
        if (p_ < end_ && *p_ == '-' && digits > 0) {
            ++p_;
            const std::size_t months = TakeDigits();
            const bool ends = p_ == end_ || IsSpace(*p_);
            return first && months > 0 && months < 3 && ends ? Code::kOk : Code::kInvalidSyntax;
        }
        bool whole = true;
        std::size_t fraction = 0;
        if (Take('.')) {
            whole = false;
            fraction = TakeDigits();
        }
        if (digits + fraction == 0) return Code::kInvalidSyntax;
        // 1.02:03:04 is .NET's, and 36 hours and more to PostgreSQL.
        if (p_ < end_ && !IsSpace(*p_) && !IsLetter(*p_)) return Code::kInvalidSyntax;
        SkipSpaces();
        if (p_ == end_) return fields_ == 1 ? Code::kNeedsUnit : Code::kInvalidSyntax;
        if (IsLetter(*p_)) {
            if (IsAgo()) return Code::kNeedsUnit;
            while (p_ < end_ && IsLetter(*p_))
                ++p_;
            return Code::kOk;
        }
        // Days before a time, which is the last thing.
        if (!whole) return Code::kInvalidSyntax;
        ++fields_;
        if (*p_ == '+' || *p_ == '-') {
            ++signs_;
            ++p_;
        }
        return TakeDigits() > 0 ? TakeTime() : Code::kInvalidSyntax;
    }

    bool IsAgo() const noexcept {
        const Bytes rest(p_, static_cast<std::size_t>(end_ - p_));
        return EqualsWord(TrimSpace(rest), "ago");
    }

    const char* p_;
    const char* end_;
    bool first_ = true;
    bool leading_minus_ = false;
    int signs_ = 0;
    int fields_ = 0;
};

/// One number with its designator. @param order the designators, in the order in which they may come
bool TakeDesignated(TextReader& reader, Bytes order, std::size_t& place) noexcept {
    if (!reader.Take('-')) reader.Take('+');
    if (reader.TakeDigits(Bytes::npos).empty()) return false;
    if (reader.Take('.') && reader.TakeDigits(Bytes::npos).empty()) return false;
    for (; place < order.size(); ++place) {
        if (ToLower(reader.Peek()) != order[place]) continue;
        reader.Take(reader.Peek());
        ++place;
        return true;
    }
    return false;
}

}  // namespace

Status FormatDuration(Encoding encoding, const Rule& rule, const Cell& cell, char* buffer,
                      std::size_t& size) noexcept {
    Instant span;
    const bool in_days = encoding == Encoding::kDotnetTimespan;
    if (!in_days || cell.storage_class != StorageClass::kText || IsPlainNumber(TrimSpace(cell.view()))) {
        const Status status = DecodeDuration(encoding, cell, span);
        if (!status.ok()) return status;
    } else if (!ReadTimespan(TrimSpace(cell.view()), span)) {
        return Status::Refused(Code::kInvalidSyntax);
    }
    std::int64_t usec = 0;
    const Status status = FitFraction(span, rule.fraction_digits, rule.policies.excess_digits, usec);
    if (status.ok()) size = Write(usec, in_days, buffer);
    return status;
}

bool IsIso8601Duration(Bytes text) noexcept {
    TextReader reader(text);
    if (!reader.Take('P') && !reader.Take('p')) return false;
    bool any = false;
    std::size_t place = 0;
    while (!reader.AtEnd() && ToLower(reader.Peek()) != 't') {
        if (!TakeDesignated(reader, "ymwd", place)) return false;
        any = true;
    }
    if (reader.AtEnd()) return any;
    reader.Take(reader.Peek());
    place = 0;
    do {
        if (!TakeDesignated(reader, "hms", place)) return false;
    } while (!reader.AtEnd());
    return true;
}

Code CheckIntervalText(Bytes text) noexcept {
    const Bytes trimmed = TrimSpace(text);
    if (!trimmed.empty() && ToLower(trimmed.front()) == 'p')
        return IsIso8601Duration(trimmed) ? Code::kOk : Code::kInvalidSyntax;
    return IntervalReader(trimmed).Check();
}

}  // namespace pgsqlite::value
