// Edit distance by dynamic programming over one row; words are short, so a fixed row is enough and nothing is
// allocated.
#include "core/base/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pgsqlite {
namespace {

// Longer than any option name (NAMEDATALEN - 1 is 63); what is longer is no misspelt name.
constexpr std::size_t kMaxWord = 64;

char FoldAscii(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t EditDistance(std::string_view a, std::string_view b) noexcept {
    std::array<std::size_t, kMaxWord + 1> row{};
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (FoldAscii(a[i - 1]) == FoldAscii(b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

const char* NearestWord(std::string_view word, std::span<const char* const> candidates) noexcept {
    if (word.size() > kMaxWord) return nullptr;
    const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
    const char* nearest = nullptr;
    std::size_t smallest = limit + 1;
    for (const char* candidate : candidates) {
        const std::string_view other(candidate);
        if (other.size() > kMaxWord) continue;
        const std::size_t distance = EditDistance(word, other);
        if (distance < smallest && distance < word.size()) {
            smallest = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace pgsqlite
