// Any bytes as a database file: the rows of its tables are read and each cell converted to every kind, by the
// declared type and by the stored one, or refused with an error that a user can be shown.
#include "core/assess/profile.hpp"
#include "core/assess/table_reader.hpp"
#include "core/schema/stored_type.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/copy.hpp"
#include "core/sqlite/sample.hpp"
#include "core/sqlite/statistics.hpp"
#include "image_fuzz.hpp"
#include "value_fuzz.hpp"

namespace {

using namespace pgsqlite;
using fuzz::Require;

/// A table's rows that are read: a page that leads back to itself gives them again and again.
constexpr int kRows = 200;

/// A plain sum of what a conversion gave, so that every byte of it is touched.
unsigned Touch(const value::Value& value) noexcept {
    unsigned sum = 0;
    for (const char byte : value.bytes)
        sum += static_cast<unsigned char>(byte);
    for (int i = 0; i < value.decimal.digit_count; ++i)
        sum += static_cast<unsigned>(value.decimal.digits[i]);
    return sum;
}

void ReadRows(sqlite::Database& db, const sqlite::Table& table) {
    std::vector<std::string> names;
    std::vector<value::Rule> declared;
    std::vector<schema::StoredTyper::Input> inputs;
    for (const sqlite::Column& column : table.columns) {
        if (column.hidden == sqlite::Column::Hidden::kHidden) continue;
        names.push_back(column.name);
        declared.push_back(schema::MapDeclaredType(column.declared_type).ToRule());
        inputs.push_back({column.declared_type, false, {}});
    }
    if (names.empty()) return;
    schema::Promotions promotions;
    promotions.uuid = promotions.jsonb = promotions.timestamp = promotions.boolean = promotions.integer =
        true;
    schema::StoredTyper typer(inputs, promotions, false);
    Scratch scratch;
    static volatile unsigned sum;
    const auto convert = [&](const value::Rule& rule, const value::Cell& cell) {
        value::Value out;  // what it held for another kind lies nowhere any more
        if (value::fuzz::ConvertChecked(rule, cell, scratch, out).ok()) sum = sum + Touch(out);
    };
    for (int pass = 0; pass < 2; ++pass) {
        assess::TableReader reader(db, table, names);
        for (int row = 0; row < kRows && reader.Next(); ++row) {
            typer.Add(reader.cells());
            for (std::size_t i = 0; i < names.size() && pass == 0; ++i) {
                const value::Cell& cell = reader.cells()[i];
                convert(declared[i], cell);
                for (const value::Kind kind : assess::kCandidates) {
                    value::Rule rule;
                    rule.kind = kind;
                    convert(rule, cell);
                }
            }
        }
        if (!typer.NeedsSecondPass()) break;
        typer.BeginSecondPass();
    }
    Require(typer.Result().size() == names.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::ImageFile image;
    image.Write(data, size);
    std::unique_ptr<sqlite::Database> db;
    std::vector<sqlite::Table> tables;
    if (!fuzz::Try(image, [&] { db = image.Open(); })) return -1;
    if (!fuzz::Try(image, [&] { tables = sqlite::Catalog::ReadTables(*db); })) return -1;
    for (const sqlite::Table& table : tables) {
        if (table.unreadable) continue;
        fuzz::Try(image, [&] { ReadRows(*db, table); });
        fuzz::Try(image, [&] { assess::ReadProfile(*db, table, {.duplicates = true}); });
        if (table.rowid_name().empty()) continue;
        fuzz::Try(image, [&] { Require(sqlite::EstimateRows(*db, table.name, table.rowid_name()) >= 0); });
        fuzz::Try(image, [&] {
            sqlite::SampleOptions sample;
            sample.target = 10;
            Require(sqlite::SampleRowids(*db, table.name, table.rowid_name(), sample).rowids.size() <= 10);
        });
    }
    fuzz::Try(image, [&] {
        const assess::ReadScope scope(*db);
        const std::string path = db->path() + ".copy";
        sqlite::FileCopy copy(*db, path);
        copy.Finish(false);
        unlink(path.c_str());
    });
    return 0;
}
