#include "temporal.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <regex>
#include <stdexcept>

namespace corpus {
namespace {

constexpr std::int64_t kMicros = 1000000;
/// std::regex recurses over its input; no date is as long.
constexpr std::size_t kLongest = 100;

/// Microseconds of ".123"; nullopt when digits below the microsecond matter.
std::optional<std::int64_t> Fraction(const std::string& text) {
    std::int64_t micros = 0;
    for (std::size_t i = 1; i < std::max<std::size_t>(text.size(), 7); ++i) {
        const int digit = i < text.size() ? text[i] - '0' : 0;
        if (i <= 6)
            micros = micros * 10 + digit;
        else if (digit != 0)
            return std::nullopt;
    }
    return micros;
}

}  // namespace

TemporalOracle::TemporalOracle() {
    // Without a modifier strftime() repeats an impossible date instead of rolling it over.
    if (sqlite3_open(":memory:", &database_) != SQLITE_OK ||
        sqlite3_prepare_v2(database_, "SELECT strftime(?1, ?2, '+0 days')", -1, &strftime_, nullptr) !=
            SQLITE_OK)
        throw std::runtime_error("can't open an SQLite database in memory");
}

TemporalOracle::~TemporalOracle() {
    sqlite3_finalize(strftime_);
    sqlite3_close(database_);
}

std::optional<std::string> TemporalOracle::Ask(const char* format, const std::string& text) {
    sqlite3_bind_text(strftime_, 1, format, -1, SQLITE_STATIC);
    sqlite3_bind_text(strftime_, 2, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    std::optional<std::string> answer;
    if (sqlite3_step(strftime_) == SQLITE_ROW && sqlite3_column_type(strftime_, 0) == SQLITE_TEXT)
        answer = reinterpret_cast<const char*>(sqlite3_column_text(strftime_, 0));
    sqlite3_reset(strftime_);
    return answer;
}

std::optional<std::int64_t> TemporalOracle::Instant(const std::string& text) {
    static const std::regex kForm(
        R"(\s*(\d{4}-\d\d-\d\d)(?:(?:[Tt]| +)(\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|z|UTC|[-+]\d\d(?::?\d\d)?)?(?: UTC)?)?\s*)");
    std::smatch match;
    if (text.size() > kLongest || !std::regex_match(text, match, kForm)) return std::nullopt;
    const std::string date = match[1], time = match[2];
    std::string zone = match[4];
    if (Ask("%Y-%m-%d", date) != date || time.starts_with("24")) return std::nullopt;
    if (zone == "UTC") zone = "Z";
    if (zone.size() == 3) zone += ":00";
    if (zone.size() == 5) zone.insert(3, ":");
    const auto seconds = Ask("%s", time.empty() ? date : date + " " + time + zone);
    const auto fraction = Fraction(match[3]);
    if (!seconds || !fraction) return std::nullopt;
    return std::strtoll(seconds->c_str(), nullptr, 10) * kMicros + *fraction;
}

std::optional<std::int64_t> TemporalOracle::TimeOfDay(const std::string& text) {
    static const std::regex kForm(R"(\s*(\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*)");
    std::smatch match;
    if (text.size() > kLongest || !std::regex_match(text, match, kForm)) return std::nullopt;
    const auto seconds = Ask("%s", "1970-01-01 " + match[1].str());
    const auto fraction = Fraction(match[2]);
    if (!seconds || !fraction) return std::nullopt;
    return std::strtoll(seconds->c_str(), nullptr, 10) * kMicros + *fraction;
}

std::optional<std::int64_t> ParsePgTime(const std::string& text) {
    int hour = 0, minute = 0, second = 0, used = 0;
    if (std::sscanf(text.c_str(), "%2d:%2d:%2d%n", &hour, &minute, &second, &used) != 3) return std::nullopt;
    const std::string fraction = text.substr(static_cast<std::size_t>(used));
    if (fraction.find_first_not_of(".0123456789") != std::string::npos) return std::nullopt;
    return (hour * 3600LL + minute * 60 + second) * kMicros + *Fraction(fraction);
}

std::optional<std::int64_t> ParsePgInstant(const std::string& text) {
    using namespace std::chrono;
    static const std::regex kForm(
        R"((\d{4,6})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00)?)?( BC)?)");
    std::smatch match;
    if (text.size() > kLongest || !std::regex_match(text, match, kForm)) return std::nullopt;
    int written = std::stoi(match[1]);
    if (match[5].matched) written = 1 - written;
    // std::chrono::year ends at 32767; the calendar repeats every 400 years of 146097 days.
    const int cycles = written > 30000 ? (written - 2000) / 400 : 0;
    const year_month_day date{year(written - cycles * 400), month(static_cast<unsigned>(std::stoi(match[2]))),
                              day(static_cast<unsigned>(std::stoi(match[3])))};
    const std::int64_t days = sys_days(date).time_since_epoch().count() + cycles * 146097LL;
    const auto time = match[4].matched ? ParsePgTime(match[4]) : std::optional<std::int64_t>(0);
    if (!time) return std::nullopt;
    return days * 86400 * kMicros + *time;
}

}  // namespace corpus
