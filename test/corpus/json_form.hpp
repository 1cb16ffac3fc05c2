// JSON documents in one spelling, by nlohmann's parser: numbers as exact decimals, keys in order.
#pragma once

#include <optional>
#include <string>

namespace corpus {

struct JsonForm {
    std::string text;             ///< keys sorted, numbers as NormalDecimal writes them
    bool duplicate_keys = false;  ///< some object has a key twice, which jsonb would drop
    bool nul_escape = false;      ///< some string holds U+0000, which jsonb does not take
};
/// nullopt when the text is not JSON.
std::optional<JsonForm> ParseJson(const std::string& text);

}  // namespace corpus
