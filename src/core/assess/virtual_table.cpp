#include "core/assess/virtual_table.hpp"

#include "core/value/text/ascii.hpp"

namespace pgsqlite::assess {
namespace {

/// The arguments, parted by commas outside quotes and parentheses.
std::vector<std::string_view> SplitArguments(std::string_view text) {
    std::vector<std::string_view> arguments;
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos) return arguments;
    std::size_t begin = open + 1;
    int depth = 0;
    char quote = '\0';
    for (std::size_t i = begin; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if (c == '\'' || c == '"' || c == '`' || c == '[') {
            quote = c == '[' ? ']' : c;
        } else if (c == '(') {
            ++depth;
        } else if ((c == ',' && depth == 0) || (c == ')' && depth-- == 0)) {
            arguments.push_back(value::TrimSpace(text.substr(begin, i - begin)));
            begin = i + 1;
            if (c == ')') break;
        }
    }
    return arguments;
}

/// A word without its quotes, which are doubled within.
std::string Unquote(std::string_view word) {
    if (word.size() < 2) return std::string(word);
    const char open = word.front(), close = open == '[' ? ']' : open;
    if ((open != '\'' && open != '"' && open != '`' && open != '[') || word.back() != close)
        return std::string(word);
    std::string plain;
    for (std::size_t i = 1; i + 1 < word.size(); ++i) {
        plain += word[i];
        if (word[i] == close && word[i + 1] == close && i + 2 < word.size()) ++i;
    }
    return plain;
}

}  // namespace

VirtualArguments ReadVirtualArguments(std::string_view create_text) {
    constexpr std::string_view kUnindexed = "unindexed";
    VirtualArguments result;
    for (const std::string_view argument : SplitArguments(create_text)) {
        if (argument.starts_with('+')) {
            ++result.auxiliary;
            continue;
        }
        const std::size_t equals = argument.find('=');
        const bool quoted =
            !argument.empty() && (argument[0] == '"' || argument[0] == '[' || argument[0] == '`');
        if (equals == std::string_view::npos || quoted) {
            const std::size_t blank = argument.find_last_of(" \t\r\n");
            if (blank != std::string_view::npos && value::EqualsWord(argument.substr(blank + 1), kUnindexed))
                result.unindexed.push_back(Unquote(value::TrimSpace(argument.substr(0, blank))));
            continue;
        }
        const std::string_view key = value::TrimSpace(argument.substr(0, equals));
        const std::string word = Unquote(value::TrimSpace(argument.substr(equals + 1)));
        if (value::EqualsWord(key, "content")) {
            result.content = word;
            result.contentless = word.empty();
        } else if (value::EqualsWord(key, "tokenize")) {
            result.stems = word.find("porter") != std::string::npos;
        } else if (value::EqualsWord(key, "notindexed")) {
            result.unindexed.push_back(word);
        }
    }
    return result;
}

}  // namespace pgsqlite::assess
