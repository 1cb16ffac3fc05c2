#include "core/schema/spelled_type.hpp"

#include <charconv>

namespace pgsqlite::schema {
namespace {

// SQLite's own idea of white space (sqlite3Isspace), which has the vertical tab but no locale.
bool IsSpace(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char Upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string_view Trim(std::string_view text) noexcept {
    while (!text.empty() && IsSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && IsSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

/// A type that is one quoted token as a whole, without its quotes; doubled quotes inside become single ones.
/// SQLite takes off the quotes of a type's first token only, so "[varchar](50)" arrives as "varchar](50".
std::string Unquote(std::string_view text) {
    text = Trim(text);
    if (text.size() < 2) return std::string(text);
    const char open = text.front();
    const char close = open == '[' ? ']' : open;
    if ((open != '"' && open != '\'' && open != '`' && open != '[') || text.back() != close)
        return std::string(text);
    std::string inner;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == close) {
            // Two tokens ("double" "precision"): left to the reader, which takes quotes for blanks.
            if (open == '[' || text[i + 1] != close || i + 2 >= text.size()) return std::string(text);
            ++i;
        }
        inner += text[i];
    }
    return inner;
}

/// End of the comment that begins at `i`, or `i` when none does.
std::size_t SkipComment(std::string_view text, std::size_t i) noexcept {
    if (text.substr(i, 2) == "--") {
        const std::size_t end = text.find('\n', i);
        return end == std::string_view::npos ? text.size() : end + 1;
    }
    if (text.substr(i, 2) == "/*") {
        const std::size_t end = text.find("*/", i + 2);
        return end == std::string_view::npos ? text.size() : end + 2;
    }
    return i;
}

/// Reads one argument list from behind its opening parenthesis; returns the place behind the closing one.
std::size_t ReadArguments(std::string_view text, std::size_t i, std::vector<std::string>& args) {
    std::string current;
    int depth = 1;
    char quote = 0;
    while (i < text.size()) {
        const char c = text[i];
        if (quote != 0) {
            if (c == quote) quote = 0;  // a doubled quote closes and opens again, which comes to the same
        } else if (const std::size_t end = SkipComment(text, i); end != i) {
            current += ' ';
            i = end;
            continue;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')') {
            if (--depth == 0) {
                ++i;
                break;
            }
        } else if (c == ',' && depth == 1) {
            args.emplace_back(Trim(current));
            current.clear();
            ++i;
            continue;
        }
        current += c;
        ++i;
    }
    if (!Trim(current).empty() || !args.empty()) args.emplace_back(Trim(current));
    return i;
}

std::vector<std::string> SplitWords(std::string_view text) {
    std::vector<std::string> words;
    std::size_t i = 0;
    while (i < text.size()) {
        std::size_t end = i;
        while (end < text.size() && text[end] != ' ')
            ++end;
        if (end > i) words.emplace_back(text.substr(i, end - i));
        i = end + 1;
    }
    return words;
}

}  // namespace

SpelledType SpellType(std::string_view declared) {
    SpelledType spelled;
    const std::string text = Unquote(declared);
    std::string flat;
    bool have_arguments = false;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (const std::size_t end = SkipComment(text, i); end != i) {
            flat += ' ';
            i = end;
        } else if (c == '(') {
            std::vector<std::string> args;
            i = ReadArguments(text, i + 1, args);
            if (!have_arguments) spelled.args = std::move(args);
            have_arguments = true;
            flat += ' ';
        } else {
            const bool blank =
                IsSpace(c) || c == '"' || c == '\'' || c == '`' || c == '[' || c == ']' || c == ')';
            flat += blank ? ' ' : Upper(c);
            ++i;
        }
    }
    std::vector<std::string> words = SplitWords(flat);
    if (words.size() >= 2 && words.back() == "ALWAYS" && words[words.size() - 2] == "GENERATED")
        words.resize(words.size() - 2);
    for (const std::string& word : words) {
        if (word == "UNSIGNED") {
            spelled.is_unsigned = true;
        } else if (word != "SIGNED" && word != "ZEROFILL") {
            if (!spelled.words.empty()) spelled.words += ' ';
            spelled.words += word;
        }
    }
    return spelled;
}

std::optional<std::int64_t> SpelledType::Number(std::size_t index) const noexcept {
    if (index >= args.size()) return std::nullopt;
    std::string_view text = args[index];
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
        if (!text.empty() && text.front() == '-') return std::nullopt;
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::vector<std::string> SpelledType::Labels() const {
    std::vector<std::string> labels;
    for (const std::string& arg : args) {
        const char quote = arg.empty() ? '\0' : arg.front();
        if (arg.size() < 2 || (quote != '\'' && quote != '"') || arg.back() != quote) return {};
        std::string label;
        for (std::size_t i = 1; i + 1 < arg.size(); ++i) {
            if (arg[i] == quote) {
                if (arg[i + 1] != quote || i + 2 >= arg.size()) return {};
                ++i;
            }
            label += arg[i];
        }
        labels.push_back(std::move(label));
    }
    return labels;
}

}  // namespace pgsqlite::schema
