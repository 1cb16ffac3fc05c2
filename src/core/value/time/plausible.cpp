#include "core/value/time/plausible.hpp"

#include "core/value/time/number_encodings.hpp"

namespace pgsqlite::value {
namespace {

bool Decode(Encoding encoding, const Cell& number, std::int64_t* usec) noexcept {
    Applied applied = Applied::kNone;
    return DecodeNumber(encoding, number, ExcessDigits::kRound, *usec, applied).ok();
}

std::string DayOf(std::int64_t usec) {
    constexpr std::size_t kDateLength = 10;  // of years 1000 to 9999
    char text[48];
    FormatTimestamp(usec, text);
    return std::string(text, kDateLength);
}

}  // namespace

std::vector<PlausibleReading> PlausibleReadings(const Cell& min, const Cell& max) {
    std::vector<PlausibleReading> readings;
    for (const NumberEncoding& row : kNumberEncodings) {
        std::int64_t first = 0, last = 0;
        if (!Decode(row.encoding, min, &first) || !Decode(row.encoding, max, &last)) continue;
        const auto begin_of = [](int year) { return DaysFromCivil(year, 1, 1) * kMicrosPerDay; };
        // The least one may be a zero that stands for no date.
        if (first < begin_of(row.first_year - 1) || last < begin_of(row.first_year) ||
            last >= begin_of(row.end_year))
            continue;
        readings.push_back({row.encoding, DayOf(first), DayOf(last)});
    }
    return readings;
}

std::string DescribeReadings(const std::vector<PlausibleReading>& readings) {
    std::string list;
    for (const PlausibleReading& reading : readings) {
        list += list.empty() ? "" : ", ";
        list += FindNumberEncoding(reading.encoding)->name + (" (" + reading.first);
        list += (reading.first == reading.last ? "" : " to " + reading.last) + ')';
    }
    return list;
}

}  // namespace pgsqlite::value
