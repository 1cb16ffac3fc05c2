// The reader of partition widths.
#include "core/spec/every.hpp"

#include <charconv>

#include "core/value/text/ascii.hpp"

namespace pgsqlite::spec {
namespace {

struct UnitName {
    std::string_view name;
    Every::Unit unit;
    std::int64_t times;
};
constexpr UnitName kUnits[] = {
    {"minute", Every::Unit::kMinute, 1}, {"hour", Every::Unit::kHour, 1},
    {"day", Every::Unit::kDay, 1},       {"week", Every::Unit::kWeek, 1},
    {"month", Every::Unit::kMonth, 1},   {"quarter", Every::Unit::kMonth, 3},
    {"year", Every::Unit::kMonth, 12},
};

/// Of units with a calendar: a hundred thousand years in the smallest of them.
constexpr std::int64_t kMostUnits = 100000LL * 366 * 24 * 60;

}  // namespace

std::optional<Every> ParseEvery(std::string_view text) noexcept {
    text = value::TrimSpace(text);
    Every every;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), every.count);
    const bool counted = error == std::errc();
    if (error == std::errc::result_out_of_range || (counted && every.count < 1)) return std::nullopt;
    std::string_view word = text;
    if (counted) word = value::TrimSpace(text.substr(static_cast<std::size_t>(end - text.data())));
    if (word.empty()) return counted ? std::optional(every) : std::nullopt;
    for (const UnitName& unit : kUnits) {
        const bool plural = word.size() == unit.name.size() + 1 && value::ToLower(word.back()) == 's' &&
                            value::EqualsWord(word.substr(0, unit.name.size()), unit.name);
        if (!plural && !value::EqualsWord(word, unit.name)) continue;
        if (every.count > kMostUnits / unit.times) return std::nullopt;
        every.count *= unit.times;
        every.unit = unit.unit;
        return every;
    }
    return std::nullopt;
}

}  // namespace pgsqlite::spec
