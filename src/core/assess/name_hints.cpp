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

bool EndsWithWord(std::string_view words, std::initializer_list<const char*> list) {
    for (const char* word : list)
        if (words.ends_with("_" + std::string(word) + "_")) return true;
    return false;
}

/// Says how long something takes, not when it was.
bool IsDuration(std::string_view words) {
    return HasWord(words, {"duration", "length",  "elapsed", "took",     "lap",        "run",     "running",
                           "play",     "playing", "total",   "response", "processing", "wait",    "cpu",
                           "lead",     "up",      "down",    "loading",  "uptime",     "runtime", "playtime",
                           "downtime", "timeout", "ttl",     "interval"});
}

}  // namespace

bool IsCoreDataName(std::string_view name) noexcept {
    return name.size() > 1 && name[0] == 'Z' && name[1] >= 'A' && name[1] <= 'Z';
}

bool SoundsLikeDate(const std::string& name) {
    if (IsCoreDataName(name) &&
        (name.find("DATE") != std::string::npos || name.find("TIME") != std::string::npos))
        return true;
    const std::string words = WordsOf(name);
    // date_id counts something else, and run_time says how long.
    if (EndsWithWord(words, {"id", "ids", "key", "no", "num", "count", "code", "index", "seq", "version",
                             "zone", "format", "type", "by", "ref"}) ||
        IsDuration(words))
        return false;
    return HasWord(
        words, {"at", "on", "date", "time", "datetime", "timestamp", "ts", "created", "updated", "modified",
                "deleted", "expires", "expiry", "birthday", "mtime", "ctime", "atime", "utc"});
}

bool SaysDay(const std::string& name) {
    return HasWord(WordsOf(name), {"date", "day", "datum", "birthday", "datetime"});
}

bool SoundsLikeTimeOfDay(const std::string& name) {
    const std::string words = WordsOf(name);
    return !IsDuration(words) && HasWord(words, {"at", "time", "clock", "opens", "closes", "opening",
                                                 "closing", "start", "starts", "begin", "begins", "end",
                                                 "ends", "departure", "arrival", "uhrzeit", "hora", "heure"});
}

bool SoundsLikeAmount(const std::string& name) {
    return HasWord(WordsOf(name),
                   {"price",   "preis",   "prix",       "preco",  "precio",  "amount", "betrag",
                    "montant", "valor",   "value",      "wert",   "total",   "sum",    "summe",
                    "saldo",   "balance", "cost",       "costs",  "kosten",  "fee",    "tax",
                    "salary",  "revenue", "population", "weight", "gewicht", "rate",   "umsatz"});
}

bool SoundsLikeFlag(const std::string& name) {
    const std::string words = WordsOf(name);
    return StartsWithWord(
               words, {"is", "has", "can", "allow", "allows", "should", "was", "use", "enable", "show"}) ||
           HasWord(words, {"flag", "active", "enabled", "disabled", "deleted", "hidden", "visible",
                           "archived", "verified", "confirmed", "published", "locked", "bool"});
}

}  // namespace pgsqlite::assess
