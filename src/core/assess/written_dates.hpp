// Written dates: the ways in which people and programs write dates, and the patterns or encodings that read
// them. A form is a row of kDateForms; a text may have several ('03/04/2024'), and a time of day behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/value/rule.hpp"

namespace pgsqlite::assess {

enum class TimeForm : std::uint8_t {
    kNone,
    kMinutes,
    kSeconds,
    kFraction,
    kHalfDay,
    kHalfDaySeconds,
    kHalfDayTight,  ///< 3:04PM
    kHalfDaySecondsTight,
    kCount
};

/// Order of the parts of a date and what stands between them.
enum class DateShape : std::uint8_t {
    kDayFirst,
    kMonthFirst,
    kYearFirst,
    kDigits,
    kMonthName,
    kDayMonthName,
    kIsoWeek,
    kSpelled,  ///< an encoding with a name, which has its time in it
    kClock,    ///< a time of day alone
};

struct DateForm {
    const char* name;     ///< as sqlite.profile shows it
    const char* pattern;  ///< of the date; of kSpelled, the encoding's name
    DateShape shape;
    char separator;    ///< between the parts; '\0' for none
    bool long_month;   ///< whole name of the month
    bool comma;        ///< between day and year
    bool short_year;   ///< of two digits: its century is not written
    bool with_offset;  ///< names an instant
    value::Encoding encoding = value::Encoding::kPattern;
};

inline constexpr DateForm kDateForms[] = {
    {"us_date", "MM/DD/YYYY", DateShape::kMonthFirst, '/', false, false, false, false},
    {"eu_date", "DD/MM/YYYY", DateShape::kDayFirst, '/', false, false, false, false},
    {"dotted_date", "DD.MM.YYYY", DateShape::kDayFirst, '.', false, false, false, false},
    {"ymd_date", "YYYY/MM/DD", DateShape::kYearFirst, '/', false, false, false, false},
    {"us_dash_date", "MM-DD-YYYY", DateShape::kMonthFirst, '-', false, false, false, false},
    {"eu_dash_date", "DD-MM-YYYY", DateShape::kDayFirst, '-', false, false, false, false},
    {"ymd_dotted_date", "YYYY.MM.DD", DateShape::kYearFirst, '.', false, false, false, false},
    {"compact_date", "YYYYMMDD", DateShape::kDigits, '\0', false, false, false, false},
    {"mon_d_date", "Mon DD, YYYY", DateShape::kMonthName, ' ', false, true, false, false},
    {"month_d_date", "Month DD, YYYY", DateShape::kMonthName, ' ', true, true, false, false},
    {"mon_d_plain_date", "Mon DD YYYY", DateShape::kMonthName, ' ', false, false, false, false},
    {"month_d_plain_date", "Month DD YYYY", DateShape::kMonthName, ' ', true, false, false, false},
    {"d_mon_date", "DD Mon YYYY", DateShape::kDayMonthName, ' ', false, false, false, false},
    {"d_month_date", "DD Month YYYY", DateShape::kDayMonthName, ' ', true, false, false, false},
    {"d_mon_dash_date", "DD-Mon-YYYY", DateShape::kDayMonthName, '-', false, false, false, false},
    {"us_short_date", "MM/DD/YY", DateShape::kMonthFirst, '/', false, false, true, false},
    {"eu_short_date", "DD/MM/YY", DateShape::kDayFirst, '/', false, false, true, false},
    {"dotted_short_date", "DD.MM.YY", DateShape::kDayFirst, '.', false, false, true, false},
    {"ymd_short_date", "YY-MM-DD", DateShape::kYearFirst, '-', false, false, true, false},
    {"d_mon_short_date", "DD-Mon-YY", DateShape::kDayMonthName, '-', false, false, true, false},
    {"iso_week_date", "IYYY-\"W\"IW-ID", DateShape::kIsoWeek, '-', false, false, false, false},
    {"iso_week_compact_date", "IYYY\"W\"IWID", DateShape::kIsoWeek, '\0', false, false, false, false},
    {"half_day_time", "", DateShape::kClock, '\0', false, false, false, false},
    {"rfc2822", "rfc2822", DateShape::kSpelled, '\0', false, false, false, true, value::Encoding::kRfc2822},
    {"js_date", "js_date", DateShape::kSpelled, '\0', false, false, false, true, value::Encoding::kJsDate},
    {"go_time", "go_time", DateShape::kSpelled, '\0', false, false, false, true, value::Encoding::kGoTime},
    {"ctime", "ctime", DateShape::kSpelled, '\0', false, false, false, false, value::Encoding::kCtime},
};
inline constexpr std::size_t kDateFormCount = sizeof(kDateForms) / sizeof(kDateForms[0]);
static_assert(kDateFormCount <= 32);

/// Those that any number of eight digits may have.
inline constexpr std::uint32_t kDigitForms = 1u << 7;
static_assert(kDateForms[7].shape == DateShape::kDigits);
/// Those that versions and other numbers with points or hyphens may have.
inline constexpr std::uint32_t kChanceForms = kDigitForms | 1u << 17 | 1u << 18;
static_assert(kDateForms[17].short_year && kDateForms[18].short_year);

/// What a text is: a bit for each form under which it is a date that exists, and its time.
struct WrittenDate {
    std::uint32_t forms = 0;
    TimeForm time = TimeForm::kNone;
    char between = ' ';  ///< date and time: ' ', ',' (with a blank behind it) or 'T'
    bool brief = false;  ///< a day or month of one digit
    bool fine = false;   ///< a fraction with something below the microsecond

    bool any() const noexcept { return forms != 0; }
    friend bool operator==(const WrittenDate&, const WrittenDate&) = default;
};
WrittenDate ReadWrittenDate(Bytes trimmed) noexcept;

/// Whether 03/04/2024 may be read by both of two forms: day and month first, of one separator.
bool AreTwins(std::size_t one, std::size_t other) noexcept;

/// The pattern of a form with a time, as option `encoding` takes it.
std::string PatternOf(std::size_t form, const WrittenDate& date);

/// Cells that are alike in their written date.
struct WrittenCount {
    WrittenDate date;
    std::uint64_t rows = 0;
};

/// How a set of cells can be read, all of them.
struct WrittenPatterns {
    std::vector<std::string> patterns;  ///< in the order of the table; every cell matches one
    /// "DD/MM/YYYY or MM/DD/YYYY", where no cell tells which, or "MM/DD/YY for 1970 to 2069, …", where no
    /// century is written: nothing is chosen.
    std::vector<std::string> ambiguous;
    bool has_time = false;    ///< some cell has
    bool lacks_time = false;  ///< some cell has none
    bool has_date = false;
    bool lacks_date = false;
    bool has_offset = false;
    bool lacks_offset = false;
    bool fine = false;
    std::uint32_t forms = 0;  ///< those of the patterns
};
/// The least list of forms that holds all cells, where day and month are told apart by some of them.
WrittenPatterns ChoosePatterns(const std::vector<WrittenCount>& counts);

}  // namespace pgsqlite::assess
