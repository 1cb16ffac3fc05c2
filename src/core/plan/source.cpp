#include "core/plan/source.hpp"

#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {

const SourceTable* Source::Find(std::string_view table) const noexcept {
    for (const SourceTable& candidate : tables)
        if (sqlite::EqualNames(candidate.table.name, table)) return &candidate;
    return nullptr;
}

Source ReadSource(sqlite::Database& db, std::string server, const spec::Base& base, const spec::Spec& spec) {
    Source source;
    source.server = std::move(server);
    source.base = base;
    sqlite::CatalogOptions options;
    options.probe_readable = true;
    for (sqlite::Table& table : sqlite::Catalog::ReadTables(db, options)) {
        SourceTable entry;
        entry.included = spec.Included(source.server, table.name);
        if (table.autoincrement) entry.sequence = sqlite::Catalog::ReadSequence(db, table.name);
        entry.table = std::move(table);
        source.tables.push_back(std::move(entry));
    }
    source.triggers = sqlite::Catalog::ReadTriggers(db);
    return source;
}

}  // namespace pgsqlite::plan
