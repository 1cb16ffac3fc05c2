#include "core/value/time/interval.hpp"

#include <cstdint>
#include <string_view>

#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {
namespace {

using Wide = unsigned __int128;

constexpr std::uint64_t kSecond = 1000000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

/// What a unit is a multiple of: a month for the longer ones, else a microsecond; PostgreSQL takes a month
/// for thirty days where it has a fraction.
struct Unit {
    const char* names;  ///< as PostgreSQL knows them, of ten characters at most, between blanks
    std::uint64_t multiple;
    bool months;
};
constexpr Unit kUnits[] = {
    {" us usec usecs usecond useconds microsecon ", 1, false},
    {" ms msec msecs msecond mseconds millisecon ", 1000, false},
    {" s sec secs second seconds ", kSecond, false},
    {" m min mins minute minutes ", kMinute, false},
    {" h hr hrs hour hours ", kHour, false},
    {" d day days ", kDay, false},
    {" w week weeks ", 7 * kDay, false},
    {" mon mons month months ", 30 * kDay, false},
    {" y yr yrs year years ", 12, true},
    {" dec decs decade decades ", 120, true},
    {" c cent century centuries ", 1200, true},
    {" mil mils millennium millennia ", 12000, true},
};
constexpr Unit kSeconds = kUnits[2];
constexpr std::size_t kLongestName = 10;

constexpr bool IsLetter(char c) noexcept {
    return ToLower(c) >= 'a' && ToLower(c) <= 'z';
}

/// The unit of an ISO 8601 designator, P3Y6M4DT12H30M5S; null for none.
const Unit* DesignatedUnit(char designator, bool in_time) noexcept {
    switch (ToLower(designator)) {
        case 'y':
            return &kUnits[8];
        case 'm':
            return in_time ? &kUnits[3] : &kUnits[7];
        case 'w':
            return &kUnits[6];
        case 'd':
            return &kUnits[5];
        case 'h':
            return &kUnits[4];
        case 's':
            return &kSeconds;
        default:
            return nullptr;
    }
}

const Unit* NamedUnit(Bytes word) noexcept {
    char key[kLongestName + 2] = {' '};
    std::size_t size = 1;
    for (const char c : word.substr(0, kLongestName))
        key[size++] = ToLower(c);
    key[size++] = ' ';
    for (const Unit& unit : kUnits)
        if (std::string_view(unit.names).find(std::string_view(key, size)) != std::string_view::npos)
            return &unit;
    return nullptr;
}

/// Whether a fraction of so many digits, without zeros at its end, is exact in a unit.
bool IsExact(Bytes digits, const Unit& unit, int second_digits) noexcept {
    constexpr std::size_t kMostDigits = 18;
    if (digits.size() > kMostDigits) return false;
    Wide fraction = 0, scale = 1;
    for (const char c : digits) {
        fraction = fraction * 10 + static_cast<unsigned>(c - '0');
        scale *= 10;
    }
    if (!unit.months)
        for (int i = second_digits; i < 6; ++i)
            scale *= 10;
    return fraction * unit.multiple % scale == 0;
}

}  // namespace

bool IsExactInterval(Bytes text, int second_digits) noexcept {
    const std::size_t start = text.find_first_not_of(" \t\n\r+-");
    const bool designated = start != Bytes::npos && ToLower(text[start]) == 'p';
    bool in_time = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (designated && ToLower(text[at]) == 't') in_time = true;
        // ISO 8601's numbers go through strtod, exponents too.
        if (designated && ToLower(text[at]) == 'e') return false;
        if (text[at] != '.') continue;
        std::size_t end = at + 1, used = at + 1;
        for (; end < text.size() && IsDigit(text[end]); ++end)
            if (text[end] != '0') used = end + 1;
        const Bytes digits = text.substr(at + 1, used - (at + 1));
        at = end - 1;
        if (digits.empty()) continue;
        while (end < text.size() && (text[end] == ' ' || text[end] == '\t'))
            ++end;
        std::size_t behind = end;
        while (behind < text.size() && IsLetter(text[behind]))
            ++behind;
        // The end of a time, or a number of seconds; of days before a time, which keep more.
        const Unit* unit = behind == end ? &kSeconds
                           : designated  ? DesignatedUnit(text[end], in_time)
                                         : NamedUnit(text.substr(end, behind - end));
        if (unit == nullptr) unit = &kSeconds;
        if (!IsExact(digits, *unit, second_digits)) return false;
    }
    return true;
}

}  // namespace pgsqlite::value
