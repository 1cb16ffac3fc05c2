#include "core/value/encoding_list.hpp"

#include <utility>

#include "core/value/json/json_string.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {

std::vector<std::string_view> SplitWords(std::string_view option) {
    std::vector<std::string_view> words;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < option.size(); ++i) {
        if (quoted && option[i] == '\\') {
            ++i;
        } else if (option[i] == '"') {
            quoted = !quoted;
        } else if (option[i] == ',' && !quoted) {
            words.push_back(TrimSpace(option.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    words.push_back(TrimSpace(option.substr(begin)));
    return words;
}

bool ReadJsonList(std::string_view option, std::vector<std::string>* words) {
    option = TrimSpace(option);
    if (option.size() < 2 || option.front() != '[' || option.back() != ']') return false;
    option = TrimSpace(option.substr(1, option.size() - 2));
    while (true) {
        if (option.empty() || option.front() != '"') return false;
        option.remove_prefix(1);
        const std::size_t end = [&] {
            std::size_t at = 0;
            while (at < option.size() && option[at] != '"')
                at += option[at] == '\\' ? 2 : 1;
            return at;
        }();
        if (end >= option.size()) return false;
        const std::string_view body = option.substr(0, end);
        std::string word(body.size(), '\0');
        word.resize(static_cast<std::size_t>(UnescapeJson(body, word.data()) - word.data()));
        words->push_back(std::move(word));
        option = TrimSpace(option.substr(end + 1));
        if (option.empty()) return true;
        if (option.front() != ',') return false;
        option = TrimSpace(option.substr(1));
    }
}

}  // namespace pgsqlite::value
