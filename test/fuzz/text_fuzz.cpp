// Text, bytea and messages: what leaves is valid for the server, whatever came in.
#include <string>

#include "core/value/format.hpp"
#include "core/value/text/utf8.hpp"
#include "value_fuzz.hpp"

using namespace pgsqlite;
using namespace pgsqlite::value;
using namespace pgsqlite::value::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    Rule rule = RandomRule(Kind::kText, input);
    const Cell cell = Cell::Text(input.rest());
    static Scratch scratch;
    Value value;

    // Byte by byte with the slow step, against the wide scan.
    const char* p = cell.bytes.data;
    const char* const end = p + cell.bytes.size;
    while (p < end && *p != '\0') {
        bool valid = false;
        const std::size_t length = Utf8Step(p, end, valid);
        Require(length >= 1 && length <= static_cast<std::size_t>(end - p));
        if (!valid) break;
        p += length;
    }
    Require(FindTextFault(cell.view()) == static_cast<std::size_t>(p - cell.bytes.data));

    const Status status = ConvertChecked(rule, cell, scratch, value);
    if (status.ok() && !value.is_null) {
        Require(value.bytes.find('\0') == Bytes::npos);
        if (rule.utf8_server) {
            Require(FindTextFault(value.bytes) == value.bytes.size());
            if (rule.max_chars > 0)
                Require(CountCharacters(value.bytes) <= static_cast<std::size_t>(rule.max_chars));
        }
        if (status.applied == Applied::kNone) Require(value.bytes == cell.view());
    } else if (!status.ok() && status.code != Code::kTooLong) {
        Require(status.offset < cell.bytes.size);
        Require((cell.view()[status.offset] == '\0') == (status.code == Code::kNulByte));
    }

    rule.kind = Kind::kBytea;
    Require(ConvertChecked(rule, cell, scratch, value).ok() && value.bytes == cell.view());
    rule.kind = Kind::kInput;
    ConvertChecked(rule, cell, scratch, value);

    for (const Cell& shown : {cell, Cell::Blob(cell.view())}) {
        char buffer[100];
        const std::size_t room = 64 + size % 36;
        const std::size_t used = DescribeCell(shown, buffer, room, size % 80);
        Require(used < room && buffer[used] == '\0' && FindTextFault(Bytes(buffer, used)) == used);
    }
    return 0;
}
