// Presets: each is known by its own table, and the one that tells most goes before others that give it that
// name.
#include "core/spec/presets/presets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace pgsqlite::spec {
namespace {

sqlite::Table TableOf(const std::string& name, const std::vector<std::string>& columns) {
    sqlite::Table table;
    table.name = name;
    for (const std::string& column : columns)
        table.columns.emplace_back().name = column;
    return table;
}

const Preset* Find(const std::vector<sqlite::Table>& tables) {
    std::vector<const sqlite::Table*> list;
    for (const sqlite::Table& table : tables)
        list.push_back(&table);
    return FindPreset(list);
}

TEST(Presets, EachIsKnownByItsTable) {
    std::set<std::string> names;
    for (const Preset& preset : AllPresets()) {
        EXPECT_TRUE(names.insert(preset.framework).second) << preset.framework;
        std::vector<sqlite::Table> tables = {TableOf("customer", {"id"}),
                                             TableOf(preset.records, preset.columns)};
        if (!preset.beside.empty()) tables.push_back(TableOf(preset.beside, {"id"}));
        const Preset* found = Find(tables);
        ASSERT_NE(found, nullptr) << preset.framework;
        EXPECT_EQ(found->framework, preset.framework);
        EXPECT_TRUE(IsBookkeeping(*found, preset.records));
        EXPECT_FALSE(IsBookkeeping(*found, "customer"));
        // What says which migrations were run is a column of that table.
        for (const std::string& column : preset.state)
            EXPECT_NE(std::find(preset.columns.begin(), preset.columns.end(), column), preset.columns.end())
                << column;
        EXPECT_FALSE(preset.state.empty());
    }
}

TEST(Presets, OneNameOfSeveral) {
    const sqlite::Table internal = TableOf("ar_internal_metadata", {"key", "value"});
    EXPECT_EQ(Find({TableOf("schema_migrations", {"version"}), internal})->framework, "Rails");
    EXPECT_EQ(Find({TableOf("schema_migrations", {"version"})})->framework, "dbmate");
    EXPECT_EQ(Find({TableOf("SCHEMA_MIGRATIONS", {"Version", "Dirty"})})->framework, "golang-migrate");
    EXPECT_EQ(Find({TableOf("schema_migrations", {"version", "inserted_at"})})->framework, "Ecto");
    EXPECT_EQ(Find({TableOf("migrations", {"id", "migration", "batch"})})->framework, "Laravel");
    EXPECT_EQ(Find({TableOf("migrations", {"id"})})->framework, "gormigrate");
    EXPECT_EQ(Find({TableOf("migrations", {"id", "name", "moved_at"})}), nullptr);
    EXPECT_EQ(Find({TableOf("schema_migrations", {"version", "note"})}), nullptr);
    EXPECT_EQ(Find({}), nullptr);
}

}  // namespace
}  // namespace pgsqlite::spec
