// Blobs that hold JSON in SQLite's binary form, or a geometry: what is taken is JSON to another parser, and
// every byte of what is made lies where it may be read.
#include <nlohmann/json.hpp>
#include <string>

#include "core/value/geometry/geometry.hpp"
#include "core/value/json/sqlite_jsonb.hpp"
#include "core/value/text/utf8.hpp"
#include "value_fuzz.hpp"

using namespace pgsqlite;
using namespace pgsqlite::value;
using namespace pgsqlite::value::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    Rule rule = RandomRule(Kind::kJson, input);
    const Cell cell = Cell::Blob(input.rest());
    static Scratch scratch;
    Value value;
    Rule strict = Strict(rule);
    strict.encodings.count = 0;
    if (Convert(strict, cell, scratch, value).ok() && !value.is_null &&
        FindTextFault(value.bytes) == value.bytes.size()) {
        const std::string made(value.bytes);
        Require(Convert(strict, Cell::Text(made), scratch, value).ok());
        // Numbers beyond a double and half surrogate pairs are PostgreSQL's to judge.
        if (made.find_first_of("eE\\") == std::string::npos && made.size() < 300)
            Require(nlohmann::json::accept(made));
    }
    Bytes text;
    Require(!IsSqliteJsonbContainer(cell.view()) ||
            TextOfSqliteJsonb(cell.view(), scratch, text).code != Code::kWrongClass);

    for (const Encoding encoding : {Encoding::kGpkg, Encoding::kSpatialite}) {
        Geometry geometry;
        if (!ReadGeometry(encoding, cell.view(), scratch, geometry).ok()) continue;
        std::size_t total = 0;
        for (const char c : geometry.wkb)
            total += static_cast<unsigned char>(c);
        Require(geometry.srid >= 0 && total <= 255 * geometry.wkb.size());
        EncodingList list;
        list.items[list.count++] = encoding;
        Require(FormatGeometry(list, cell.view(), scratch, text).ok());
        Require(text.size() >= 2 * 5);
    }
    return 0;
}
