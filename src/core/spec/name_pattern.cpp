#include "core/spec/name_pattern.hpp"

#include <cstddef>

#include "core/sqlite/identifier.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::spec {

void NamePattern::AddLiteral(char byte) {
    bytes_ += byte;
    wildcards_ += ' ';
    ++specificity_.literals;
}

void NamePattern::AddWildcard(char wildcard) {
    bytes_ += wildcard;
    wildcards_ += wildcard;
    specificity_.kind = 1;
    if (wildcard == '?') ++specificity_.singles;
}

std::string NamePattern::Canonical(bool fold) const {
    std::string result = (fold ? sqlite::NameKey(bytes_) : bytes_) + '\0';
    result += wildcards_;
    return result;
}

// Greedy with one step back to the last *, which is enough for these two wildcards: time is the product of
// the lengths at worst. A step is a whole character, so that ? never matches half of one.
bool NamePattern::Matches(std::string_view name, bool fold) const noexcept {
    if (exact()) return fold ? sqlite::EqualNames(bytes_, name) : bytes_ == name;
    const auto step = [name](std::size_t at) {
        bool valid;
        return value::Utf8Step(name.data() + at, name.data() + name.size(), valid);
    };
    std::size_t at = 0, in = 0;
    std::size_t star = std::string::npos, star_at = 0;
    while (at < name.size()) {
        if (in < bytes_.size() && wildcards_[in] == '*') {
            star = in++;
            star_at = at;
        } else if (in < bytes_.size() && wildcards_[in] == '?') {
            at += step(at);
            ++in;
        } else if (in < bytes_.size() && wildcards_[in] == ' ' &&
                   (bytes_[in] == name[at] ||
                    (fold && sqlite::FoldNameByte(bytes_[in]) == sqlite::FoldNameByte(name[at])))) {
            ++at;
            ++in;
        } else if (star != std::string::npos) {
            star_at += step(star_at);
            at = star_at;
            in = star + 1;
        } else {
            return false;
        }
    }
    while (in < bytes_.size() && wildcards_[in] == '*')
        ++in;
    return in == bytes_.size();
}

std::vector<NamePattern> ParseName(std::string_view text, std::string* fault) {
    std::vector<NamePattern> parts(1);
    bool empty = true;  // the part has neither a character nor quotes
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '.') {
            if (empty) break;
            parts.emplace_back();
            empty = true;
            continue;
        }
        empty = false;
        if (c == '*' || c == '?') {
            parts.back().AddWildcard(c);
        } else if (c != '"') {
            parts.back().AddLiteral(c);
        } else {
            for (++i;; ++i) {
                if (i >= text.size()) {
                    *fault = "a double quote that is not closed";
                    return {};
                }
                if (text[i] == '"') {
                    if (i + 1 >= text.size() || text[i + 1] != '"') break;
                    ++i;
                }
                parts.back().AddLiteral(text[i]);
            }
        }
    }
    if (empty) {
        *fault = text.empty() ? "an empty name" : "a name with an empty part";
        return {};
    }
    return parts;
}

std::string QuoteName(std::string_view name) {
    if (name.empty()) return "\"\"";
    const char* const end = name.data() + name.size();
    const bool plain =
        name.find_first_of(".*?\"") == std::string_view::npos && value::FindTextFault(name) == name.size();
    if (plain) return std::string(name);
    std::string result;
    bool quoted = false;
    for (const char* p = name.data(); p < end;) {
        bool valid;
        const std::size_t length = value::Utf8Step(p, end, valid);
        // NUL is valid UTF-8, but the spec's reader refuses it.
        valid = valid && *p != '\0';
        if (valid != quoted) {
            result += '"';
            quoted = valid;
        }
        if (!valid)
            result += '?';
        else if (*p == '"')
            result += "\"\"";
        else
            result.append(p, length);
        p += length;
    }
    if (quoted) result += '"';
    return result;
}

}  // namespace pgsqlite::spec
