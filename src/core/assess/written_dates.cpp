#include "core/assess/written_dates.hpp"

#include <algorithm>

#include "core/value/text/ascii.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::assess {
namespace {

using value::TextReader;

// English, as patterns take them.
constexpr Bytes kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                             "july",    "august",   "september", "october", "november", "december"};

bool Exists(std::int32_t year, std::int32_t month, std::int32_t day) noexcept {
    return month >= 1 && month <= 12 && day >= 1 && day <= value::DaysInMonth(year, month);
}

bool ReadTime(TextReader& reader, TimeForm* form) noexcept {
    std::int32_t hour = 0, minute = 0, second = 0;
    if (!reader.TakeNumber(1, 2, hour) || !reader.Take(':') || !reader.TakeNumber(2, 2, minute)) return false;
    *form = TimeForm::kMinutes;
    if (reader.Take(':')) {
        if (!reader.TakeNumber(2, 2, second)) return false;
        *form = TimeForm::kSeconds;
        if (reader.Take('.')) {
            if (reader.TakeDigits(Bytes::npos).empty()) return false;
            *form = TimeForm::kFraction;
        }
    }
    const bool parted = reader.TakeSpaces();
    if (reader.TakeWord("am") || reader.TakeWord("pm")) {
        if (!parted || *form == TimeForm::kFraction) return false;
        *form = *form == TimeForm::kSeconds ? TimeForm::kHalfDaySeconds : TimeForm::kHalfDay;
        return hour >= 1 && hour <= 12 && minute < 60 && second < 60;
    }
    return !parted && hour < 24 && minute < 60 && second < 60;
}

/// Nothing more, or one blank and a time.
bool ReadRest(TextReader& reader, TimeForm* form) noexcept {
    *form = TimeForm::kNone;
    return reader.AtEnd() || (reader.Take(' ') && ReadTime(reader, form) && reader.AtEnd());
}

std::uint32_t FormsOf(DateShape shape, char separator) noexcept {
    std::uint32_t forms = 0;
    for (std::size_t i = 0; i < kDateFormCount; ++i)
        if (kDateForms[i].shape == shape && kDateForms[i].separator == separator) forms |= 1u << i;
    return forms;
}

std::uint32_t MonthForms(DateShape shape, char separator, bool comma, bool whole, bool brief) noexcept {
    std::uint32_t forms = 0;
    for (std::size_t i = 0; i < kDateFormCount; ++i) {
        const DateForm& form = kDateForms[i];
        if (form.shape == shape && form.separator == separator && form.comma == comma &&
            (form.long_month ? whole : brief))
            forms |= 1u << i;
    }
    return forms;
}

/// A month's name in full or its first three letters; May is both.
bool TakeMonth(TextReader& reader, std::int32_t* month, bool* whole, bool* brief) noexcept {
    for (std::size_t i = 0; i < 12; ++i) {
        *whole = reader.TakeWord(kMonths[i]);
        *brief = !*whole && reader.TakeWord(kMonths[i].substr(0, 3));
        if (!*whole && !*brief) continue;
        if (kMonths[i].size() == 3) *whole = *brief = true;
        *month = static_cast<std::int32_t>(i) + 1;
        return true;
    }
    return false;
}

std::uint32_t ReadMonthFirst(TextReader& reader) noexcept {
    std::int32_t month = 0, day = 0, year = 0;
    bool whole = false, brief = false;
    if (!TakeMonth(reader, &month, &whole, &brief) || !reader.Take(' ') || !reader.TakeNumber(1, 2, day))
        return 0;
    const bool comma = reader.Take(',');
    if (!reader.Take(' ') || !reader.TakeNumber(4, 4, year) || !Exists(year, month, day)) return 0;
    return MonthForms(DateShape::kMonthName, ' ', comma, whole, brief);
}

std::uint32_t ReadCompact(TextReader& reader) noexcept {
    std::int32_t year = 0, month = 0, day = 0;
    if (!reader.TakeNumber(4, 4, year) || !reader.TakeNumber(2, 2, month) || !reader.TakeNumber(2, 2, day) ||
        year < 1000 || !Exists(year, month, day))
        return 0;
    return FormsOf(DateShape::kDigits, '\0');
}

std::uint32_t ReadNumbersFirst(TextReader& reader) noexcept {
    std::int32_t first = 0, second = 0, third = 0;
    if (!reader.TakeNumber(1, 4, first)) return 0;
    const char separator = reader.Peek();
    if (separator != '/' && separator != '.' && separator != '-' && separator != ' ') return 0;
    reader.Take(separator);
    if (!reader.PeekDigit()) {
        bool whole = false, brief = false;
        if (first > 31 || !TakeMonth(reader, &second, &whole, &brief) || !reader.Take(separator) ||
            !reader.TakeNumber(4, 4, third) || !Exists(third, second, first))
            return 0;
        return MonthForms(DateShape::kDayMonthName, separator, false, whole, brief);
    }
    if (!reader.TakeNumber(1, 2, second) || !reader.Take(separator)) return 0;
    if (first > 999) {
        if (!reader.TakeNumber(1, 2, third) || !Exists(first, second, third)) return 0;
        return FormsOf(DateShape::kYearFirst, separator);
    }
    if (first > 31 || !reader.TakeNumber(4, 4, third)) return 0;
    return (Exists(third, first, second) ? FormsOf(DateShape::kMonthFirst, separator) : 0) |
           (Exists(third, second, first) ? FormsOf(DateShape::kDayFirst, separator) : 0);
}

}  // namespace

WrittenDate ReadWrittenDate(Bytes text) noexcept {
    constexpr std::size_t kShortest = 8, kLongest = 40;
    WrittenDate date;
    if (text.size() < kShortest || text.size() > kLongest) return date;
    TextReader reader(text);
    if (!reader.PeekDigit()) {
        date.forms = ReadMonthFirst(reader);
    } else if (text.find_first_not_of("0123456789") == 8 || text.size() == 8) {
        date.forms = ReadCompact(reader);
        if (date.forms == 0) {
            reader = TextReader(text);
            date.forms = ReadNumbersFirst(reader);
        }
    } else {
        date.forms = ReadNumbersFirst(reader);
    }
    if (date.forms != 0 && !ReadRest(reader, &date.time)) date = {};
    return date;
}

bool AreTwins(std::size_t one, std::size_t other) noexcept {
    const DateForm &a = kDateForms[one], &b = kDateForms[other];
    const bool orders = (a.shape == DateShape::kDayFirst && b.shape == DateShape::kMonthFirst) ||
                        (a.shape == DateShape::kMonthFirst && b.shape == DateShape::kDayFirst);
    return orders && a.separator == b.separator;
}

std::string PatternOf(std::size_t form, TimeForm time) {
    static constexpr const char* kTimes[] = {
        "", " HH24:MI", " HH24:MI:SS", " HH24:MI:SS.FMUS", " HH12:MI AM", " HH12:MI:SS AM"};
    return std::string(kDateForms[form].pattern) + kTimes[static_cast<std::size_t>(time)];
}

WrittenPatterns ChoosePatterns(const std::vector<WrittenCount>& counts) {
    WrittenPatterns chosen;
    // Cells that only one form reads say which forms there are.
    std::uint32_t sure = 0;
    for (const WrittenCount& count : counts)
        if ((count.date.forms & (count.date.forms - 1)) == 0) sure |= count.date.forms;
    const auto add = [&](std::size_t form, TimeForm time) {
        std::string pattern = PatternOf(form, time);
        if (std::find(chosen.patterns.begin(), chosen.patterns.end(), pattern) == chosen.patterns.end())
            chosen.patterns.push_back(std::move(pattern));
        chosen.has_time = chosen.has_time || time != TimeForm::kNone;
    };
    for (std::size_t form = 0; form < kDateFormCount; ++form)
        for (const WrittenCount& count : counts)
            if (count.date.forms == 1u << form) add(form, count.date.time);
    for (const WrittenCount& count : counts) {
        const std::uint32_t forms = count.date.forms;
        if ((forms & (forms - 1)) == 0) continue;
        const std::uint32_t known = forms & sure;
        // Of two orders that both occur, or that no cell tells apart, none is chosen.
        std::vector<std::size_t> list;
        for (std::size_t form = 0; form < kDateFormCount; ++form)
            if (((known != 0 ? known : forms) >> form & 1) != 0) list.push_back(form);
        if (list.size() == 2 && AreTwins(list[0], list[1])) {
            std::string words =
                PatternOf(list[1], count.date.time) + " or " + PatternOf(list[0], count.date.time);
            if (std::find(chosen.ambiguous.begin(), chosen.ambiguous.end(), words) == chosen.ambiguous.end())
                chosen.ambiguous.push_back(std::move(words));
        } else {
            add(list.front(), count.date.time);
        }
    }
    return chosen;
}

}  // namespace pgsqlite::assess
