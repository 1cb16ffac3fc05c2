#include "core/spec/presets/presets.hpp"

#include <algorithm>

#include "core/spec/json_tree.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::spec {
namespace {

constexpr std::string_view kPresets[] = {
#include "core/spec/presets/aerich.inc"
    ,
#include "core/spec/presets/alembic.inc"
    ,
#include "core/spec/presets/dbmate.inc"
    ,
#include "core/spec/presets/diesel.inc"
    ,
#include "core/spec/presets/django.inc"
    ,
#include "core/spec/presets/doctrine.inc"
    ,
#include "core/spec/presets/drizzle.inc"
    ,
#include "core/spec/presets/ecto.inc"
    ,
#include "core/spec/presets/ef_core.inc"
    ,
#include "core/spec/presets/flyway.inc"
    ,
#include "core/spec/presets/golang_migrate.inc"
    ,
#include "core/spec/presets/goose.inc"
    ,
#include "core/spec/presets/gormigrate.inc"
    ,
#include "core/spec/presets/knex.inc"
    ,
#include "core/spec/presets/laravel.inc"
    ,
#include "core/spec/presets/liquibase.inc"
    ,
#include "core/spec/presets/peewee.inc"
    ,
#include "core/spec/presets/phinx.inc"
    ,
#include "core/spec/presets/pop.inc"
    ,
#include "core/spec/presets/prisma.inc"
    ,
#include "core/spec/presets/rails.inc"
    ,
#include "core/spec/presets/refinery.inc"
    ,
#include "core/spec/presets/sea_orm.inc"
    ,
#include "core/spec/presets/sequelize.inc"
    ,
#include "core/spec/presets/sqlx.inc"
    ,
#include "core/spec/presets/typeorm.inc"
    ,
};

std::string TextOf(const Json& object, std::string_view name) {
    const Json* member = object.Find(name);
    return member != nullptr ? member->text : std::string();
}

std::vector<std::string> TextsOf(const Json& object, std::string_view name) {
    std::vector<std::string> texts;
    if (const Json* member = object.Find(name))
        for (const Json& item : member->items)
            texts.push_back(item.text);
    return texts;
}

Preset ReadPreset(std::string_view text) {
    Problems problems;
    const Json json = ParseJson(text, problems);
    problems.ThrowIfAny();
    Preset preset{TextOf(json, "framework"),
                  TextOf(json, "records"),
                  TextsOf(json, "columns"),
                  json.Find("only") != nullptr,
                  TextOf(json, "beside"),
                  TextsOf(json, "state"),
                  {}};
    for (const Json& item : json.Find("habits")->items) {
        Habit habit{TextOf(item, "declared"),
                    TextOf(item, "target"),
                    TextOf(item, "holds"),
                    {},
                    TextOf(item, "because")};
        const Json& settings = *item.Find("set");
        for (std::size_t i = 0; i < settings.names.size(); ++i)
            habit.settings.emplace_back(settings.names[i], settings.items[i].text);
        preset.habits.push_back(std::move(habit));
    }
    return preset;
}

const sqlite::Table* FindTable(const std::vector<const sqlite::Table*>& tables, std::string_view name) {
    const auto found = std::find_if(tables.begin(), tables.end(), [&](const sqlite::Table* table) {
        return sqlite::EqualNames(table->name, name);
    });
    return found == tables.end() ? nullptr : *found;
}

bool HasColumns(const sqlite::Table& table, const std::vector<std::string>& names, bool no_others) {
    if (no_others && table.columns.size() != names.size()) return false;
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return std::any_of(table.columns.begin(), table.columns.end(), [&](const sqlite::Column& column) {
            return sqlite::EqualNames(column.name, name);
        });
    });
}

}  // namespace

std::span<const Preset> AllPresets() {
    static const std::vector<Preset> presets = [] {
        std::vector<Preset> all;
        for (const std::string_view text : kPresets)
            all.push_back(ReadPreset(text));
        return all;
    }();
    return presets;
}

const Preset* FindPreset(const std::vector<const sqlite::Table*>& tables) {
    // Several give that table one name: the one of which most is there.
    const auto tells = [](const Preset& preset) {
        return preset.columns.size() + (preset.beside.empty() ? 0 : 100);
    };
    const Preset* found = nullptr;
    for (const Preset& preset : AllPresets()) {
        const sqlite::Table* records = FindTable(tables, preset.records);
        if (records != nullptr && HasColumns(*records, preset.columns, preset.no_others) &&
            (preset.beside.empty() || FindTable(tables, preset.beside) != nullptr) &&
            (found == nullptr || tells(preset) > tells(*found)))
            found = &preset;
    }
    return found;
}

bool IsBookkeeping(const Preset& preset, std::string_view table) noexcept {
    return sqlite::EqualNames(table, preset.records) ||
           (!preset.beside.empty() && sqlite::EqualNames(table, preset.beside));
}

}  // namespace pgsqlite::spec
