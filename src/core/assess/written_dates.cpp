#include "core/assess/written_dates.hpp"

#include <algorithm>

#include "core/value/text/ascii.hpp"
#include "core/value/time/calendar_names.hpp"
#include "core/value/time/spelled_forms.hpp"
#include "core/value/time/temporal_parts.hpp"

namespace pgsqlite::assess {
namespace {

using value::TextReader;

bool Exists(std::int32_t year, std::int32_t month, std::int32_t day) noexcept {
    return month >= 1 && month <= 12 && day >= 1 && day <= value::DaysInMonth(year, month);
}

/// Whether digits of a fraction say something below the microsecond.
bool IsFine(Bytes digits) noexcept {
    return digits.size() > 6 && digits.substr(6).find_first_not_of('0') != Bytes::npos;
}

bool ReadTime(TextReader& reader, WrittenDate* date) noexcept {
    std::int32_t hour = 0, minute = 0, second = 0;
    if (!reader.TakeNumber(1, 2, hour) || !reader.Take(':') || !reader.TakeNumber(2, 2, minute)) return false;
    date->time = TimeForm::kMinutes;
    if (reader.Take(':')) {
        if (!reader.TakeNumber(2, 2, second)) return false;
        date->time = TimeForm::kSeconds;
        if (reader.Take('.')) {
            const Bytes digits = reader.TakeDigits(Bytes::npos);
            if (digits.empty()) return false;
            date->time = TimeForm::kFraction;
            date->fine = IsFine(digits);
        }
    }
    const bool parted = reader.TakeSpaces();
    if (reader.TakeWord("am") || reader.TakeWord("pm")) {
        if (date->time == TimeForm::kFraction) return false;
        const bool seconds = date->time == TimeForm::kSeconds;
        date->time = parted ? (seconds ? TimeForm::kHalfDaySeconds : TimeForm::kHalfDay)
                            : (seconds ? TimeForm::kHalfDaySecondsTight : TimeForm::kHalfDayTight);
        return hour >= 1 && hour <= 12 && minute < 60 && second < 60;
    }
    return !parted && hour < 24 && minute < 60 && second < 60;
}

/// Nothing more, or a time behind a blank, a comma and a blank, or T.
bool ReadRest(TextReader& reader, WrittenDate* date) noexcept {
    if (reader.AtEnd()) return true;
    if (reader.Take('T'))
        date->between = 'T';
    else if (reader.Take(','))
        date->between = ',';
    if (date->between != 'T' && !reader.Take(' ')) return false;
    return ReadTime(reader, date) && reader.AtEnd();
}

std::uint32_t FormsOf(DateShape shape, char separator, bool short_year) noexcept {
    std::uint32_t forms = 0;
    for (std::size_t i = 0; i < kDateFormCount; ++i) {
        const DateForm& form = kDateForms[i];
        if (form.shape == shape && form.separator == separator && form.short_year == short_year)
            forms |= 1u << i;
    }
    return forms;
}

std::uint32_t MonthForms(DateShape shape, char separator, bool comma, bool short_year, bool whole,
                         bool brief) noexcept {
    std::uint32_t forms = 0;
    for (std::size_t i = 0; i < kDateFormCount; ++i) {
        const DateForm& form = kDateForms[i];
        if (form.shape == shape && form.separator == separator && form.comma == comma &&
            form.short_year == short_year && (form.long_month ? whole : brief))
            forms |= 1u << i;
    }
    return forms;
}

/// A month's name in full or its first three letters; May is both.
bool TakeMonth(TextReader& reader, std::int32_t* month, bool* whole, bool* brief) noexcept {
    for (std::size_t i = 0; i < 12; ++i) {
        *whole = reader.TakeWord(value::kMonthNames[i]);
        *brief = !*whole && reader.TakeWord(value::kMonthNames[i].substr(0, 3));
        if (!*whole && !*brief) continue;
        if (value::kMonthNames[i].size() == 3) *whole = *brief = true;
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
    return MonthForms(DateShape::kMonthName, ' ', comma, false, whole, brief);
}

std::uint32_t ReadCompact(TextReader& reader) noexcept {
    std::int32_t year = 0, month = 0, day = 0;
    if (!reader.TakeNumber(4, 4, year) || !reader.TakeNumber(2, 2, month) || !reader.TakeNumber(2, 2, day) ||
        year < 1000 || !Exists(year, month, day))
        return 0;
    return FormsOf(DateShape::kDigits, '\0', false);
}

/// 2024-W05-3 or 2024W053. The pattern itself says whether the year has that week.
std::uint32_t ReadIsoWeek(TextReader& reader) noexcept {
    std::int32_t year = 0, week = 0, day = 0;
    if (!reader.TakeNumber(4, 4, year)) return 0;
    const bool hyphens = reader.Take('-');
    if (!reader.Take('W') || !reader.TakeNumber(2, 2, week) || (hyphens && !reader.Take('-')) ||
        !reader.TakeNumber(1, 1, day) || week < 1 || week > 53 || day < 1 || day > 7)
        return 0;
    return FormsOf(DateShape::kIsoWeek, hyphens ? '-' : '\0', false);
}

/// @param numbers how many digits each of the three has
std::uint32_t FormsOfNumbers(char separator, const std::int32_t (&number)[3],
                             const std::size_t (&digits)[3]) noexcept {
    if (digits[0] == 4)
        return Exists(number[0], number[1], number[2]) ? FormsOf(DateShape::kYearFirst, separator, false) : 0;
    const bool short_year = digits[2] == 2;
    if (!short_year && digits[2] != 4) return 0;
    // Of leap years each century has the same, but for the first year of most.
    const std::int32_t year = short_year ? 2000 + number[2] : number[2];
    std::uint32_t forms = 0;
    if (Exists(year, number[0], number[1])) forms |= FormsOf(DateShape::kMonthFirst, separator, short_year);
    if (Exists(year, number[1], number[0])) forms |= FormsOf(DateShape::kDayFirst, separator, short_year);
    if (short_year && digits[0] == 2 && Exists(2000 + number[0], number[1], number[2]))
        forms |= FormsOf(DateShape::kYearFirst, separator, true);
    return forms;
}

std::uint32_t ReadNumbersFirst(TextReader& reader, bool* brief) noexcept {
    std::int32_t number[3] = {};
    std::size_t digits[3] = {};
    const auto take = [&](std::size_t i, int most) noexcept {
        TextReader ahead = reader;
        digits[i] = ahead.TakeDigits(static_cast<std::size_t>(most)).size();
        return reader.TakeNumber(1, most, number[i]);
    };
    if (!take(0, 4) || digits[0] == 3) return 0;
    const char separator = reader.Peek();
    if (separator != '/' && separator != '.' && separator != '-' && separator != ' ') return 0;
    reader.Take(separator);
    if (!reader.PeekDigit()) {
        bool whole = false, short_name = false;
        if (digits[0] > 2 || !TakeMonth(reader, &number[1], &whole, &short_name) || !reader.Take(separator) ||
            !take(2, 4) || (digits[2] != 4 && digits[2] != 2))
            return 0;
        const bool short_year = digits[2] == 2;
        if (!Exists(short_year ? 2000 + number[2] : number[2], number[1], number[0])) return 0;
        return MonthForms(DateShape::kDayMonthName, separator, false, short_year, whole, short_name);
    }
    if (!take(1, 2) || !reader.Take(separator) || !take(2, digits[0] == 4 ? 2 : 4)) return 0;
    *brief = digits[0] == 1 || digits[1] == 1 || digits[2] == 1;
    return FormsOfNumbers(separator, number, digits);
}

/// One of the encodings that have a name.
WrittenDate ReadSpelled(Bytes text) noexcept {
    WrittenDate date;
    for (std::size_t i = 0; i < kDateFormCount; ++i) {
        if (kDateForms[i].shape != DateShape::kSpelled) continue;
        value::Written written;
        if (!value::ReadSpelledForm(kDateForms[i].encoding, text, written).ok() || written.impossible ||
            !Exists(written.year, written.month, written.day) || written.hour > 23 || written.minute > 59 ||
            written.second > 59)
            continue;
        date.forms |= 1u << i;
        date.time = TimeForm::kSeconds;
        date.fine = IsFine(written.fraction);
    }
    return date;
}

}  // namespace

WrittenDate ReadWrittenDate(Bytes text) noexcept {
    constexpr std::size_t kShortest = 6, kLongest = 100;
    WrittenDate date;
    if (text.size() < kShortest || text.size() > kLongest) return date;
    TextReader reader(text);
    if (!reader.PeekDigit()) {
        date.forms = ReadMonthFirst(reader);
    } else if (text.size() > 5 && (text[4] == 'W' || text[5] == 'W')) {
        date.forms = ReadIsoWeek(reader);
    } else if (text[1] == ':' || text[2] == ':') {
        const bool read = ReadTime(reader, &date) && reader.AtEnd() && date.time >= TimeForm::kHalfDay;
        if (!read) return {};
        date.forms = FormsOf(DateShape::kClock, '\0', false);
        return date;
    } else if (text.find_first_not_of("0123456789") == 8 || text.size() == 8) {
        date.forms = ReadCompact(reader);
        if (date.forms == 0) {
            reader = TextReader(text);
            date.forms = ReadNumbersFirst(reader, &date.brief);
        }
    } else {
        date.forms = ReadNumbersFirst(reader, &date.brief);
    }
    if (date.forms != 0 && ReadRest(reader, &date)) return date;
    return ReadSpelled(text);
}

bool AreTwins(std::size_t one, std::size_t other) noexcept {
    const DateForm &a = kDateForms[one], &b = kDateForms[other];
    const bool orders = (a.shape == DateShape::kDayFirst && b.shape == DateShape::kMonthFirst) ||
                        (a.shape == DateShape::kMonthFirst && b.shape == DateShape::kDayFirst);
    return orders && a.separator == b.separator && a.short_year == b.short_year;
}

std::string PatternOf(std::size_t form, const WrittenDate& date) {
    static constexpr const char* kTimes[] = {
        "",           "HH24:MI",       "HH24:MI:SS", "HH24:MI:SS.FMUS",
        "HH12:MI AM", "HH12:MI:SS AM", "HH12:MIAM",  "HH12:MI:SSAM",
    };
    const DateShape shape = kDateForms[form].shape;
    const std::string time = kTimes[static_cast<std::size_t>(date.time)];
    if (shape == DateShape::kSpelled) return kDateForms[form].pattern;
    if (shape == DateShape::kClock || date.time == TimeForm::kNone) return kDateForms[form].pattern + time;
    return kDateForms[form].pattern +
           std::string(date.between == ','   ? ", "
                       : date.between == 'T' ? "T"
                                             : " ") +
           time;
}

namespace {

/// What ChoosePatterns has found so far.
class Chosen {
  public:
    explicit Chosen(WrittenPatterns* patterns) : patterns_(*patterns) {}

    void Add(std::size_t form, const WrittenDate& date) {
        const DateForm& row = kDateForms[form];
        const bool clock = row.shape == DateShape::kClock;
        (date.time == TimeForm::kNone ? patterns_.lacks_time : patterns_.has_time) = true;
        (clock ? patterns_.lacks_date : patterns_.has_date) = true;
        (row.with_offset ? patterns_.has_offset : patterns_.lacks_offset) = true;
        if (row.short_year) return Tell(PatternOf(form, date) + " for 1970 to 2069, or another century");
        patterns_.forms |= 1u << form;
        AddOnce(&patterns_.patterns, PatternOf(form, date));
    }
    void Tell(std::string words) { AddOnce(&patterns_.ambiguous, std::move(words)); }

  private:
    static void AddOnce(std::vector<std::string>* list, std::string words) {
        if (std::find(list->begin(), list->end(), words) == list->end()) list->push_back(std::move(words));
    }

    WrittenPatterns& patterns_;
};

}  // namespace

WrittenPatterns ChoosePatterns(const std::vector<WrittenCount>& counts) {
    WrittenPatterns patterns;
    Chosen chosen(&patterns);
    // Cells that only one form reads say which forms there are.
    std::uint32_t sure = 0;
    for (const WrittenCount& count : counts) {
        if ((count.date.forms & (count.date.forms - 1)) == 0) sure |= count.date.forms;
        patterns.fine = patterns.fine || count.date.fine;
    }
    for (std::size_t form = 0; form < kDateFormCount; ++form)
        for (const WrittenCount& count : counts)
            if (count.date.forms == 1u << form) chosen.Add(form, count.date);
    for (const WrittenCount& count : counts) {
        const std::uint32_t forms = count.date.forms;
        if ((forms & (forms - 1)) == 0) continue;
        const std::uint32_t known = forms & sure;
        // Of two orders that both occur, or that no cell tells apart, none is chosen.
        std::vector<std::size_t> list;
        for (std::size_t form = 0; form < kDateFormCount; ++form)
            if (((known != 0 ? known : forms) >> form & 1) != 0) list.push_back(form);
        if (list.size() >= 2 && AreTwins(list[0], list[1])) {
            chosen.Tell(PatternOf(list[1], count.date) + " or " + PatternOf(list[0], count.date));
        } else {
            chosen.Add(list.front(), count.date);
        }
    }
    return patterns;
}

}  // namespace pgsqlite::assess
