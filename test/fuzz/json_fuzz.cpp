// JSON: what jsonb accepts another parser accepts too, with the same keys; what is refused as no JSON it
// refuses; quoted texts read back.
#include <nlohmann/json.hpp>
#include <string>

#include "core/value/json/json.hpp"
#include "core/value/text/utf8.hpp"
#include "value_fuzz.hpp"

using namespace pgsqlite;
using namespace pgsqlite::value;
using namespace pgsqlite::value::fuzz;

namespace {

/// Only grammar and strings matter: nlohmann refuses numbers beyond a double, PostgreSQL takes them.
struct Listener : nlohmann::json_sax<nlohmann::json> {
    bool huge_number = false;
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
        huge_number = error.id == 406;  // out_of_range: number overflow
        return false;
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    Rule rule = RandomRule(Kind::kJsonb, input);
    const Cell cell = Cell::Text(input.rest());
    static Scratch scratch;
    Value value;

    Rule strict = Strict(rule);
    const Status jsonb = Convert(strict, cell, scratch, value);
    strict.kind = Kind::kJson;
    const Status json = Convert(strict, cell, scratch, value);
    if (jsonb.ok()) Require(json.ok() && value.bytes == cell.view());
    if (!jsonb.ok() && jsonb.code != Code::kEmptyText && jsonb.code != Code::kTooLarge)
        Require(jsonb.offset <= cell.bytes.size);

    // nlohmann skips a byte order mark; PostgreSQL does not.
    if (rule.utf8_server && !cell.view().starts_with("\xEF\xBB\xBF") &&
        FindTextFault(cell.view()) == cell.bytes.size && !cell.view().empty()) {
        Listener listener;
        const bool accepted = nlohmann::json::sax_parse(cell.view(), &listener);
        if (!listener.huge_number && jsonb.code != Code::kJsonTooDeep) {
            if (jsonb.ok()) Require(accepted);
            if (jsonb.code == Code::kInvalidJson) Require(!accepted);
        }
    }

    const Status status = ConvertChecked(rule, cell, scratch, value);
    if (status.ok() && !value.is_null && status.applied != Applied::kNone) {
        const std::string made(value.bytes);
        Require(Convert(Strict(rule), Cell::Text(made), scratch, value).ok());
    }

    rule.kind = Kind::kArray;
    if (ConvertChecked(rule, cell, scratch, value).ok() && !value.is_null) {
        std::size_t total = 0;
        for (std::uint32_t i = 0; i < value.element_count; ++i) {
            const Cell& element = value.elements[i];
            // Sanitizers see a pointer that has been left behind.
            if (element.storage_class == StorageClass::kText)
                for (const char c : element.view())
                    total += static_cast<unsigned char>(c);
        }
        Require(total <= 255 * 4 * size + 1);
    }
    return 0;
}
