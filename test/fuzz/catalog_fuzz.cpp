// Any bytes as a database file: its catalog, inventory and what a migration would make of it are read and
// written down, or refused with an error that a user can be shown.
#include <nlohmann/json.hpp>

#include "core/assess/inventory.hpp"
#include "core/assess/table_reader.hpp"
#include "core/plan/design.hpp"
#include "core/plan/statements.hpp"
#include "core/schema/foreign_table.hpp"
#include "core/sqlite/catalog.hpp"
#include "image_fuzz.hpp"

namespace {

using namespace pgsqlite;
using fuzz::Require;

void CheckTable(const sqlite::Table& table) {
    const int columns = static_cast<int>(table.columns.size());
    Require(columns > 0 || table.unreadable);
    Require(table.rowid_alias() >= -1 && table.rowid_alias() < columns);
    for (const int ordinal : table.primary_key())
        Require(ordinal >= 0 && ordinal < columns);
    for (const sqlite::Index& index : table.indexes)
        for (const sqlite::IndexColumn& column : index.columns)
            Require(column.column >= -2 && column.column < columns);
    for (const sqlite::ForeignKey& key : table.foreign_keys) {
        Require(!key.columns.empty());
        Require(key.parent_columns_implicit || key.parent_columns.size() == key.columns.size());
    }

    schema::ImportOptions options;
    options.server = "s";
    options.import_default = options.import_rowid = true;
    std::vector<std::string> notices;
    const auto imported = schema::ImportColumns(table, options, false);
    Require(schema::CreateForeignTable(table, table.name, imported, options, notices).ends_with(")"));
}

void Plan(fuzz::ImageFile& image, sqlite::Database& db) {
    const spec::Spec spec = spec::Spec::Parse("{}");
    std::vector<plan::Source> sources;
    if (!fuzz::Try(image, [&] { sources.push_back(plan::ReadSource(db, "s", {}, spec)); })) return;
    plan::Existing existing;
    existing.target_schema = "target";
    const plan::Design design = plan::MakeDesign(sources, spec, existing);
    Require(design.tables.size() + design.views.size() <= sources[0].tables.size());
    for (const plan::Step& step : plan::WriteSteps(design))
        Require(step.statement.find('\0') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::ImageFile image;
    image.Write(data, size);
    std::unique_ptr<sqlite::Database> db;
    if (!fuzz::Try(image, [&] { db = image.Open(); })) return -1;
    std::vector<sqlite::Table> tables;
    sqlite::CatalogOptions options;
    options.probe_readable = true;
    // What is no database at all does not enter the corpus.
    if (!fuzz::Try(image, [&] { tables = sqlite::Catalog::ReadTables(*db, options); })) return -1;
    for (const sqlite::Table& table : tables) {
        CheckTable(table);
        fuzz::Try(image, [&] { Require(sqlite::Catalog::ReadTable(*db, table.name).has_value()); });
        fuzz::Try(image, [&] { sqlite::Catalog::ReadSequence(*db, table.name); });
    }
    fuzz::Try(image, [&] {
        const assess::ReadScope scope(*db);
        assess::InventoryOptions inventory;
        inventory.measure.exact = true;
        const std::string json = ToJson(assess::ReadInventory(*db, inventory), inventory);
        Require(nlohmann::json::accept(json));
    });
    Plan(image, *db);
    return 0;
}
