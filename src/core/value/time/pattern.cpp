// Compiling patterns: fields, what they determine, and what must not go together. Matching is
// pattern_match.cpp.
#include "core/value/time/pattern.hpp"

#include <cstddef>
#include <utility>

#include "core/base/error.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {
namespace {

/// What a field determines. No two fields of a pattern may determine the same.
enum Part : unsigned {
    kPartYear = 1u << 0,
    kPartMonth = 1u << 1,
    kPartDay = 1u << 2,
    kPartWeekday = 1u << 3,
    kPartHour = 1u << 4,
    kPartMinute = 1u << 5,
    kPartSecond = 1u << 6,
    kPartFraction = 1u << 7,
    kPartMeridiem = 1u << 8,
    kPartZone = 1u << 9,
    kPartZoneMinute = 1u << 10,
};
constexpr unsigned kDateParts = kPartYear | kPartMonth | kPartDay;
constexpr unsigned kClockParts = kPartHour | kPartMinute | kPartSecond;

struct FieldWord {
    std::string_view word;  // lower case
    PatternField field;
    std::uint8_t digits;  // 0: no number
    unsigned parts;
};

// A word that starts with another one stands before it.
constexpr FieldWord kFields[] = {
    {"yyyy", PatternField::kYear, 4, kPartYear},
    {"iyyy", PatternField::kIsoYear, 4, kPartYear},
    {"iw", PatternField::kIsoWeek, 2, kPartMonth},
    {"id", PatternField::kIsoDay, 1, kPartDay},
    {"yy", PatternField::kYearOfCentury, 2, kPartYear},
    {"month", PatternField::kMonthLong, 0, kPartMonth},
    {"mon", PatternField::kMonthShort, 0, kPartMonth},
    {"mm", PatternField::kMonth, 2, kPartMonth},
    {"mi", PatternField::kMinute, 2, kPartMinute},
    {"ms", PatternField::kFraction, 3, kPartFraction},
    {"ddd", PatternField::kDayOfYear, 3, kPartMonth | kPartDay},
    {"dd", PatternField::kDay, 2, kPartDay},
    {"day", PatternField::kWeekdayLong, 0, kPartWeekday},
    {"dy", PatternField::kWeekdayShort, 0, kPartWeekday},
    {"hh24", PatternField::kHour, 2, kPartHour},
    {"hh12", PatternField::kHour12, 2, kPartHour},
    {"hh", PatternField::kHour12, 2, kPartHour},
    {"sssss", PatternField::kSecondOfDay, 5, kClockParts},
    {"ss", PatternField::kSecond, 2, kPartSecond},
    {"us", PatternField::kFraction, 6, kPartFraction},
    {"ff1", PatternField::kFraction, 1, kPartFraction},
    {"ff2", PatternField::kFraction, 2, kPartFraction},
    {"ff3", PatternField::kFraction, 3, kPartFraction},
    {"ff4", PatternField::kFraction, 4, kPartFraction},
    {"ff5", PatternField::kFraction, 5, kPartFraction},
    {"ff6", PatternField::kFraction, 6, kPartFraction},
    {"a.m.", PatternField::kMeridiemDots, 0, kPartMeridiem},
    {"p.m.", PatternField::kMeridiemDots, 0, kPartMeridiem},
    {"am", PatternField::kMeridiem, 0, kPartMeridiem},
    {"pm", PatternField::kMeridiem, 0, kPartMeridiem},
    {"tzh", PatternField::kZoneHour, 0, kPartZone},
    {"tzm", PatternField::kZoneMinute, 0, kPartZoneMinute},
    {"tz", PatternField::kZone, 0, kPartZone | kPartZoneMinute},
    {"of", PatternField::kZoneOffset, 0, kPartZone | kPartZoneMinute},
};

constexpr const char* kFieldList =
    "Fields are YYYY, YY, IYYY, IW, ID, MM, Mon, Month, DD, DDD, Dy, Day, HH24, HH12, MI, SS, SSSSS, MS, US, "
    "FF1 to FF6, "
    "AM, PM, "
    "A.M., P.M., TZ, OF, TZH, TZM, and FM before a field; other letters stand in double quotes.";

// Longer than any sensible way to write a date, and small enough for the 16-bit slices of a token.
constexpr std::size_t kMaxPattern = 255;

/// A letter that has to be quoted: it may be meant as a field of to_char's that is none here (D, Y, W …). The
/// T of ISO 8601 is none of them, and everybody writes it bare.
bool IsUnquotedLetter(char c) noexcept {
    const char lower = ToLower(c);
    return lower >= 'a' && lower <= 'z' && c != 'T';
}

/// The field at the start of `rest`, or null.
const FieldWord* FindField(std::string_view rest) noexcept {
    for (const FieldWord& field : kFields)
        if (EqualsWord(rest.substr(0, field.word.size()), field.word)) return &field;
    return nullptr;
}

bool HasModifier(std::string_view rest) noexcept {
    return EqualsWord(rest.substr(0, 2), "fm") && FindField(rest.substr(2)) != nullptr;
}

/// Length of the quoted text at the start of `rest`, quotes included; 0 when it is not closed.
std::size_t QuotedSize(std::string_view rest) noexcept {
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '\\')
            ++i;
        else if (rest[i] == '"')
            return i + 1;
    }
    return 0;
}

class Compiler {
  public:
    Compiler(std::string_view text, Kind target) : text_(text), target_(target) {}

    Pattern Compile() {
        if (text_.size() > kMaxPattern) Fail("is too long");
        std::string_view rest = text_;
        while (!rest.empty())
            rest.remove_prefix(TakeOne(rest));
        CheckParts();
        SetWidths();
        pattern_.has_date = (parts_ & kDateParts) != 0;
        pattern_.has_time = (parts_ & kPartHour) != 0;
        return std::move(pattern_);
    }

  private:
    [[noreturn]] void Fail(const std::string& what) const {
        throw Error(sqlstate::kInvalidAttributeValue, "invalid date pattern \"" + std::string(text_) + "\"",
                    "The pattern " + what + ".", kFieldList);
    }

    std::size_t TakeOne(std::string_view rest) {
        const std::size_t modifier = HasModifier(rest) ? 2 : 0;
        if (const FieldWord* field = FindField(rest.substr(modifier))) {
            AddField(*field, modifier != 0);
            return modifier + field->word.size();
        }
        if (rest[0] == '"') {
            const std::size_t size = QuotedSize(rest);
            if (size == 0) Fail("has a double quote that is not closed");
            for (std::size_t i = 1; i + 1 < size; ++i) {
                if (rest[i] == '\\') ++i;
                AddLiteral(rest[i]);
            }
            return size;
        }
        if (IsUnquotedLetter(rest[0]))
            Fail("has the letter \"" + std::string(1, rest[0]) +
                 "\", which is neither a field nor in double quotes");
        AddLiteral(rest[0]);
        return 1;
    }

    void AddField(const FieldWord& field, bool variable) {
        if ((parts_ & field.parts) != 0)
            Fail("determines one part of the date or time twice, the second time by " +
                 std::string(field.word));
        parts_ |= field.parts;
        PatternToken token;
        token.field = field.field;
        token.max_digits = field.digits;
        token.min_digits = field.digits;
        if (variable && field.digits != 0) {
            token.min_digits = 1;
            if (field.field == PatternField::kFraction) token.max_digits = 255;
            if (field.field == PatternField::kYear) token.max_digits = 6;
        }
        pattern_.tokens.push_back(token);
    }

    void AddLiteral(char c) {
        if (pattern_.tokens.empty() || pattern_.tokens.back().field != PatternField::kLiteral) {
            PatternToken token;
            token.literal_begin = static_cast<std::uint16_t>(pattern_.literals.size());
            pattern_.tokens.push_back(token);
        }
        pattern_.literals.push_back(c);
        ++pattern_.tokens.back().literal_size;
    }

    bool Has(unsigned parts) const noexcept { return (parts_ & parts) == parts; }

    bool HasField(PatternField field) const noexcept {
        for (const PatternToken& token : pattern_.tokens)
            if (token.field == field) return true;
        return false;
    }

    void CheckParts() const {
        if (parts_ == 0) Fail("has no field");
        const bool is_time = target_ == Kind::kTime || target_ == Kind::kTimetz;
        if (is_time && (parts_ & (kDateParts | kPartWeekday)) != 0)
            Fail("has a date, but the column is a time");
        if (is_time && !Has(kPartHour)) Fail("has no hour");
        if (target_ == Kind::kTime && Has(kPartZone))
            Fail("has a time zone, but the column is a time without one");
        if (!is_time && !Has(kDateParts))
            Fail("lacks a part of the date: it needs a year, a month and a day");

        const int iso = HasField(PatternField::kIsoYear) + HasField(PatternField::kIsoWeek) +
                        HasField(PatternField::kIsoDay);
        if (iso != 0 && iso != 3) Fail("has a part of an ISO week date, which is IYYY, IW and ID together");

        const unsigned below_hour = kPartMinute | kPartSecond | kPartFraction | kPartMeridiem | kPartZone;
        if (!Has(kPartHour) && (parts_ & below_hour) != 0) Fail("has a part of a time, but no hour");
        if (Has(kPartSecond) && !Has(kPartMinute)) Fail("has seconds, but no minutes");
        if (Has(kPartFraction) && !Has(kPartSecond)) Fail("has a fraction, but no seconds");
        if (Has(kPartZoneMinute) && !Has(kPartZone)) Fail("has TZM, but no TZH");
        const bool twelve = HasField(PatternField::kHour12);
        if (twelve && !Has(kPartMeridiem))
            Fail("has hours up to 12, but no AM or PM; HH24 is the hour of the day");
        if (!twelve && Has(kPartMeridiem)) Fail("has AM or PM, but no hours up to 12 (HH12)");
        if (HasField(PatternField::kZoneMinute)) CheckZoneOrder();
    }

    // The sign of TZH holds for TZM too, so it must be known by then.
    void CheckZoneOrder() const {
        for (const PatternToken& token : pattern_.tokens) {
            if (token.field == PatternField::kZoneHour) return;
            if (token.field == PatternField::kZoneMinute) Fail("has TZM before TZH");
        }
    }

    bool EndsWithDigit(const PatternToken& token) const noexcept {
        if (token.field == PatternField::kLiteral)
            return IsDigit(pattern_.literals[token.literal_begin + token.literal_size - 1u]);
        return token.max_digits != 0 || token.field == PatternField::kZoneHour ||
               token.field == PatternField::kZoneMinute || token.field == PatternField::kZoneOffset ||
               token.field == PatternField::kZone;
    }

    bool StartsWithDigit(const PatternToken& token) const noexcept {
        if (token.field == PatternField::kLiteral) return IsDigit(pattern_.literals[token.literal_begin]);
        return token.max_digits != 0 || token.field == PatternField::kZoneMinute;
    }

    // Where numbers touch, only their widths part them: all are fixed then, and a variable one is an error. A
    // year never gives up digits: 1/2/24 under DD/MM/YYYY is more likely 2024 than the year 24.
    void SetWidths() {
        for (std::size_t i = 0; i < pattern_.tokens.size(); ++i) {
            PatternToken& token = pattern_.tokens[i];
            const bool touches_next =
                i + 1 < pattern_.tokens.size() && StartsWithDigit(pattern_.tokens[i + 1]);
            const bool touches_last = i > 0 && EndsWithDigit(pattern_.tokens[i - 1]);
            if (touches_next && token.field == PatternField::kZone)
                Fail("has digits right after TZ, whose width varies");
            if (touches_next && token.field == PatternField::kZoneOffset)
                Fail("has digits right after OF, whose width varies");
            if (token.max_digits == 0) continue;
            const bool variable = token.min_digits != token.max_digits;
            if (variable && touches_next) Fail("has FM on a number right before other digits");
            const bool is_year = token.field == PatternField::kYear ||
                                 token.field == PatternField::kYearOfCentury ||
                                 token.field == PatternField::kIsoYear;
            if (!touches_next && !touches_last && !is_year) token.min_digits = 1;
        }
    }

    std::string_view text_;
    Kind target_;
    unsigned parts_ = 0;
    Pattern pattern_;
};

}  // namespace

PatternShape ReadPatternShape(std::string_view text) noexcept {
    PatternShape shape;
    while (!text.empty()) {
        const std::size_t modifier = HasModifier(text) ? 2 : 0;
        std::size_t size = 1;
        if (const FieldWord* field = FindField(text.substr(modifier))) {
            shape.has_field = true;
            size = modifier + field->word.size();
        } else if (text[0] == '"') {
            size = QuotedSize(text);
            if (size == 0) size = text.size();
        } else if (IsUnquotedLetter(text[0])) {
            shape.has_letter = true;
        }
        text.remove_prefix(size);
    }
    return shape;
}

Pattern CompilePattern(std::string_view text, Kind target) {
    return Compiler(text, target).Compile();
}

}  // namespace pgsqlite::value
