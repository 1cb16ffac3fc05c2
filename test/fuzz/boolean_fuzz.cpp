// Boolean texts: only the known words, whatever surrounds them.
#include <string>

#include "core/value/text/ascii.hpp"
#include "value_fuzz.hpp"

using namespace pgsqlite;
using namespace pgsqlite::value;
using namespace pgsqlite::value::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const Rule rule = RandomRule(Kind::kBoolean, input);
    static Scratch scratch;
    Value value;
    const Status status = ConvertChecked(rule, Cell::Text(input.rest()), scratch, value);
    std::string word;
    for (const char c : TrimSpace(input.rest()))
        word += ToLower(c);
    const std::string padded = " " + word + " ";
    const bool is_true = std::string(" 1 t true y yes on ").find(padded) != std::string::npos;
    const bool is_false = std::string(" 0 f false n no off ").find(padded) != std::string::npos;
    const bool is_word = !word.empty() && word.find(' ') == std::string::npos && (is_true || is_false);
    if (value.is_null) {
        Require(input.rest().empty());
    } else {
        Require(status.ok() == is_word);
        if (is_word) Require(value.boolean == is_true);
    }
    return 0;
}
