#include "core/assess/name_hints.hpp"

#include <initializer_list>

#include "core/value/text/ascii.hpp"

namespace pgsqlite::assess {
namespace {

/// Words of a name, in lower case and parted by '_', with one in front and behind: createdAt → _created_at_.
std::string WordsOf(std::string_view name) {
    std::string words = "_";
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z') words += '_';
        words += c == ' ' || c == '-' ? '_' : value::ToLower(c);
    }
    return words + '_';
}

bool HasWord(std::string_view words, std::initializer_list<const char*> list) {
    for (const char* word : list)
        if (words.find("_" + std::string(word) + "_") != std::string_view::npos) return true;
    return false;
}

bool StartsWithWord(std::string_view words, std::initializer_list<const char*> list) {
    for (const char* word : list)
        if (words.rfind("_" + std::string(word) + "_", 0) == 0) return true;
    return false;
}

}  // namespace

bool IsCoreDataName(std::string_view name) noexcept {
    return name.size() > 1 && name[0] == 'Z' && name[1] >= 'A' && name[1] <= 'Z';
}

bool SoundsLikeDate(const std::string& name) {
    if (IsCoreDataName(name) &&
        (name.find("DATE") != std::string::npos || name.find("TIME") != std::string::npos))
        return true;
    return HasWord(WordsOf(name), {"at", "on", "date", "time", "datetime", "timestamp", "ts", "created",
                                   "updated", "modified", "deleted", "expires", "expiry", "birthday", "mtime",
                                   "ctime", "atime", "utc"});
}

bool SoundsLikeFlag(const std::string& name) {
    const std::string words = WordsOf(name);
    return StartsWithWord(
               words, {"is", "has", "can", "allow", "allows", "should", "was", "use", "enable", "show"}) ||
           HasWord(words, {"flag", "active", "enabled", "disabled", "deleted", "hidden", "visible",
                           "archived", "verified", "confirmed", "published", "locked", "bool"});
}

}  // namespace pgsqlite::assess
