#include "core/digest/mapping.hpp"

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"

namespace pgsqlite::digest {
namespace {

/// Not an ordered one, which looks through all its members for each that comes.
using nlohmann::json;

[[noreturn]] void Refuse(const std::string& message) {
    throw Error(
        sqlstate::kInvalidParameterValue, message, {},
        "It is {\"columns\": {\"target column\": \"source expression\"}, \"key\": [\"target column\"], "
        "\"ignore\": [\"column\"], \"where\": \"condition on the source\", "
        "\"target_where\": \"condition on the target\"}; each may be missing.");
}

std::string TextOf(const json& value, const std::string& key) {
    if (!value.is_string()) Refuse("\"" + key + "\" of the mapping holds something that is not a text");
    return value.get<std::string>();
}

std::vector<std::string> TextsOf(const json& value, const std::string& key) {
    if (!value.is_array()) Refuse("\"" + key + "\" of the mapping is not an array");
    std::vector<std::string> texts;
    for (const json& item : value)
        texts.push_back(TextOf(item, key));
    return texts;
}

}  // namespace

bool Mapping::Ignores(std::string_view column) const {
    return ignore.contains(std::string(column));
}

const std::string* Mapping::Find(std::string_view column) const {
    const auto found = columns.find(std::string(column));
    return found != columns.end() ? &found->second : nullptr;
}

Mapping ParseMapping(std::string_view text) {
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object()) Refuse("the mapping is no JSON object");
    Mapping mapping;
    for (const auto& [key, value] : document.items()) {
        if (key == "columns") {
            if (!value.is_object()) Refuse("\"columns\" of the mapping is not an object");
            for (const auto& [column, expression] : value.items())
                mapping.columns.emplace(column, TextOf(expression, key));
        } else if (key == "key") {
            mapping.key = TextsOf(value, key);
        } else if (key == "ignore") {
            for (std::string& column : TextsOf(value, key))
                mapping.ignore.insert(std::move(column));
        } else if (key == "where") {
            mapping.where = TextOf(value, key);
        } else if (key == "target_where") {
            mapping.target_where = TextOf(value, key);
        } else {
            Refuse("the mapping does not know \"" + key + "\"");
        }
    }
    return mapping;
}

}  // namespace pgsqlite::digest
