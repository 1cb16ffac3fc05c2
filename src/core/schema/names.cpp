#include "core/schema/names.hpp"

#include <array>
#include <cstdint>

namespace pgsqlite::schema {
namespace {

/// Columns every PostgreSQL table has (SystemAttributeDefs, heap.c).
constexpr std::array<std::string_view, 6> kSystemColumns = {"ctid", "xmin", "cmin",
                                                            "xmax", "cmax", "tableoid"};

bool IsSystemColumn(std::string_view name) noexcept {
    for (std::string_view system : kSystemColumns)
        if (name == system) return true;
    return false;
}

bool IsTail(unsigned char c) noexcept {
    return (c & 0xC0) == 0x80;
}

/// Length of the valid UTF-8 character at the start of `text`, 0 when there is none (RFC 3629, table 3-7 of
/// the Unicode Standard: no overlongs, no surrogates, nothing beyond U+10FFFF).
std::size_t CharacterLength(std::string_view text) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char c = at(0);
    if (c < 0x80) return 1;
    if (c >= 0xC2 && c <= 0xDF) return text.size() >= 2 && IsTail(at(1)) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF) {
        if (text.size() < 3 || !IsTail(at(1)) || !IsTail(at(2))) return 0;
        if ((c == 0xE0 && at(1) < 0xA0) || (c == 0xED && at(1) > 0x9F)) return 0;
        return 3;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        if (text.size() < 4 || !IsTail(at(1)) || !IsTail(at(2)) || !IsTail(at(3))) return 0;
        if ((c == 0xF0 && at(1) < 0x90) || (c == 0xF4 && at(1) > 0x8F)) return 0;
        return 4;
    }
    return 0;
}

}  // namespace

std::string_view CutName(std::string_view name, std::size_t limit) noexcept {
    if (name.size() <= limit) return name;
    while (limit > 0 && IsTail(static_cast<unsigned char>(name[limit])))
        --limit;
    return name.substr(0, limit);
}

namespace {

constexpr bool IsCapital(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}

/// Whether a word of a name in camel case begins at a place behind its first.
bool BeginsWord(std::string_view name, std::size_t at) noexcept {
    if (at == 0 || !IsCapital(name[at])) return false;
    const char before = name[at - 1];
    if ((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9')) return true;
    return IsCapital(before) && at + 1 < name.size() && name[at + 1] >= 'a' && name[at + 1] <= 'z';
}

}  // namespace

Renamed NameAllocator::Take(std::string_view source) {
    Renamed result;
    std::string clean;
    clean.reserve(source.size());
    for (std::size_t i = 0; i < source.size();) {
        const std::size_t length = CharacterLength(source.substr(i));
        const unsigned char c = static_cast<unsigned char>(source[i]);
        if (length == 0 || c < 0x20 || c == 0x7F) {
            clean += '_';
            result.replaced = true;
            ++i;
            continue;
        }
        if (fold_ == FoldCase::kSnake && BeginsWord(source, i)) clean += '_';
        if (fold_ != FoldCase::kPreserve && c >= 'A' && c <= 'Z') {
            clean += static_cast<char>(c - 'A' + 'a');
            result.folded = true;
        } else {
            clean.append(source.substr(i, length));
        }
        i += length;
    }
    if (clean.empty()) {
        clean = columns_ ? "column" : "table";
        result.replaced = true;
    }
    std::string base(CutName(clean, kMaxNameBytes));
    result.shortened = base.size() < clean.size();
    const bool system = columns_ && IsSystemColumn(base);
    if (!system && taken_.insert(base).second) {
        result.name = std::move(base);
        return result;
    }
    result.replaced |= system;
    result.numbered = true;
    for (unsigned& number = next_[base];;) {
        const std::string suffix = '_' + std::to_string(++number);
        const std::string_view stem = CutName(base, kMaxNameBytes - suffix.size());
        std::string name(stem);
        name += suffix;
        if (!taken_.insert(name).second) continue;
        result.shortened |= stem.size() < base.size();
        result.name = std::move(name);
        return result;
    }
}

std::string SnakeCase(std::string_view name) {
    return NameAllocator(FoldCase::kSnake, false).Take(name).name;
}

std::string PlainName(std::string_view name) {
    std::string plain;
    for (const char c : name)
        if (c != '_') plain += IsCapital(c) ? static_cast<char>(c - 'A' + 'a') : c;
    return plain;
}

std::string QuotePgIdentifier(std::string_view name) {
    std::string quoted = "\"";
    for (char c : name) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    quoted += '"';
    return quoted;
}

std::string QuotePgLiteral(std::string_view text) {
    // E'' with doubled backslashes reads the same whatever standard_conforming_strings is.
    std::string quoted = text.find('\\') == std::string_view::npos ? "'" : "E'";
    for (char c : text) {
        if (c == '\'' || c == '\\') quoted += c;
        quoted += c;
    }
    quoted += '\'';
    return quoted;
}

}  // namespace pgsqlite::schema
