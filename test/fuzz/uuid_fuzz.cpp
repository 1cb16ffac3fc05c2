// UUID texts and blobs: what is accepted has 32 hexadecimal digits, and they are the value.
#include <cstring>
#include <string>

#include "core/value/text/ascii.hpp"
#include "value_fuzz.hpp"

using namespace pgsqlite;
using namespace pgsqlite::value;
using namespace pgsqlite::value::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    Rule rule = RandomRule(Kind::kUuid, input);
    if ((input.Byte() & 1) != 0) rule.encodings.items[rule.encodings.count++] = Encoding::kGuidLe;
    static Scratch scratch;
    Value value;
    if (ConvertChecked(rule, Cell::Text(input.rest()), scratch, value).ok() && !value.is_null) {
        std::string digits;
        Bytes rest = input.rest();
        const std::size_t colon = rest.rfind(':');
        if (colon != Bytes::npos) rest.remove_prefix(colon + 1);
        for (const char c : rest)
            if (HexDigit(c) >= 0) digits += ToLower(c);
        std::string shown;
        for (const std::uint8_t byte : value.uuid) {
            shown += "0123456789abcdef"[byte >> 4];
            shown += "0123456789abcdef"[byte & 15];
        }
        Require(digits == shown);
    }
    const Cell blob = Cell::Blob(input.rest());
    const bool accepted = ConvertChecked(rule, blob, scratch, value).ok();
    Require(accepted == (blob.bytes.size == 16));
    if (accepted) Require(std::memcmp(value.uuid + 8, blob.bytes.data + 8, 8) == 0);
    return 0;
}
