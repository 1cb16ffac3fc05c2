#include "core/value/policy.hpp"

#include <cstddef>

#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {

const PolicyOption* FindPolicy(std::string_view name) noexcept {
    for (const PolicyOption& option : kPolicyOptions)
        if (name == option.name) return &option;
    return nullptr;
}

int WordIndex(std::string_view words, std::string_view word) noexcept {
    for (int index = 0; !words.empty(); ++index) {
        const std::size_t end = words.find(' ');
        const std::string_view candidate = words.substr(0, end);
        if (EqualsWord(word, candidate)) return index;
        words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
    return -1;
}

void SetPolicy(const PolicyOption& option, int choice, Policies* policies) noexcept {
    switch (&option - kPolicyOptions) {
        case 0:
            policies->on_error = static_cast<OnError>(choice);
            break;
        case 1:
            policies->excess_digits = static_cast<ExcessDigits>(choice);
            break;
        case 2:
            policies->invalid_text = static_cast<InvalidText>(choice);
            break;
        case 3:
            policies->nul_bytes = static_cast<NulBytes>(choice);
            break;
        case 4:
            policies->invalid_json = static_cast<InvalidJson>(choice);
            break;
        case 5:
            policies->too_long = static_cast<TooLong>(choice);
            break;
        case 6:
            policies->empty_as_null = choice != 0;
            break;
        case 7:
            policies->zero_date_as_null = choice != 0;
            break;
        case 8:
            policies->ambiguous_time = static_cast<AmbiguousTime>(choice);
            break;
    }
}

}  // namespace pgsqlite::value
