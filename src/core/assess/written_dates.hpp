// Written dates: the ways in which people write dates, and the patterns that read them. A form is a row of
// kDateForms; a text may have several ('03/04/2024'), and a time of day behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"

namespace pgsqlite::assess {

enum class TimeForm : std::uint8_t {
    kNone,
    kMinutes,
    kSeconds,
    kFraction,
    kHalfDay,
    kHalfDaySeconds,
    kCount
};

/// Order of the parts of a date and what stands between them.
enum class DateShape : std::uint8_t {
    kDayFirst,
    kMonthFirst,
    kYearFirst,
    kDigits,
    kMonthName,
    kDayMonthName
};

struct DateForm {
    const char* name;     ///< as sqlite.profile shows it
    const char* pattern;  ///< of the date
    DateShape shape;
    char separator;   ///< between the parts; '\0' for none
    bool long_month;  ///< whole name of the month
    bool comma;       ///< between day and year
};

inline constexpr DateForm kDateForms[] = {
    {"us_date", "MM/DD/YYYY", DateShape::kMonthFirst, '/', false, false},
    {"eu_date", "DD/MM/YYYY", DateShape::kDayFirst, '/', false, false},
    {"dotted_date", "DD.MM.YYYY", DateShape::kDayFirst, '.', false, false},
    {"ymd_date", "YYYY/MM/DD", DateShape::kYearFirst, '/', false, false},
    {"us_dash_date", "MM-DD-YYYY", DateShape::kMonthFirst, '-', false, false},
    {"eu_dash_date", "DD-MM-YYYY", DateShape::kDayFirst, '-', false, false},
    {"ymd_dotted_date", "YYYY.MM.DD", DateShape::kYearFirst, '.', false, false},
    {"compact_date", "YYYYMMDD", DateShape::kDigits, '\0', false, false},
    {"mon_d_date", "Mon DD, YYYY", DateShape::kMonthName, ' ', false, true},
    {"month_d_date", "Month DD, YYYY", DateShape::kMonthName, ' ', true, true},
    {"mon_d_plain_date", "Mon DD YYYY", DateShape::kMonthName, ' ', false, false},
    {"month_d_plain_date", "Month DD YYYY", DateShape::kMonthName, ' ', true, false},
    {"d_mon_date", "DD Mon YYYY", DateShape::kDayMonthName, ' ', false, false},
    {"d_month_date", "DD Month YYYY", DateShape::kDayMonthName, ' ', true, false},
    {"d_mon_dash_date", "DD-Mon-YYYY", DateShape::kDayMonthName, '-', false, false},
};
inline constexpr std::size_t kDateFormCount = sizeof(kDateForms) / sizeof(kDateForms[0]);

/// Those that any number of eight digits may have.
inline constexpr std::uint32_t kDigitForms = 1u << 7;
static_assert(kDateForms[7].shape == DateShape::kDigits);

/// What a text is: a bit for each form under which it is a date that exists, and its time.
struct WrittenDate {
    std::uint32_t forms = 0;
    TimeForm time = TimeForm::kNone;

    bool any() const noexcept { return forms != 0; }
    friend bool operator==(const WrittenDate&, const WrittenDate&) = default;
};
WrittenDate ReadWrittenDate(Bytes trimmed) noexcept;

/// Whether 03/04/2024 may be read by both of two forms: day and month first, of one separator.
bool AreTwins(std::size_t one, std::size_t other) noexcept;

/// The pattern of a form with a time, as option `encoding` takes it.
std::string PatternOf(std::size_t form, TimeForm time);

/// Cells that are alike in their written date.
struct WrittenCount {
    WrittenDate date;
    std::uint64_t rows = 0;
};

/// How a set of cells can be read, all of them.
struct WrittenPatterns {
    std::vector<std::string> patterns;  ///< in the order of the table; every cell matches one
    std::vector<std::string>
        ambiguous;  ///< "DD/MM/YYYY or MM/DD/YYYY", where no cell tells which: nothing is chosen
    bool has_time = false;
};
/// The least list of forms that holds all cells, where day and month are told apart by some of them.
WrittenPatterns ChoosePatterns(const std::vector<WrittenCount>& counts);

}  // namespace pgsqlite::assess
