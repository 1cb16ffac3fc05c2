// The inventory as one JSON document. Apart from the rest for nlohmann/json's sake.
#include <array>

#include "core/assess/inventory.hpp"
#include "core/assess/relation_json.hpp"
#include "core/base/instant.hpp"

namespace pgsqlite::assess {
namespace {

Json FileJson(const FileFacts& file) {
    Json json;
    json["path"] = CleanText(file.path);
    json["size_bytes"] = file.bytes;
    json["wal_bytes"] = file.wal_bytes;
    json["modified"] = IsoInstant(file.mtime_ns);
    json["page_size"] = file.page_size;
    json["page_count"] = file.page_count;
    json["freelist_pages"] = file.freelist_pages;
    json["encoding"] = CleanText(file.encoding);
    json["journal_mode"] = file.journal_mode;
    json["auto_vacuum"] = file.auto_vacuum;
    json["user_version"] = file.user_version;
    json["application_id"] = file.application_id;
    json["schema_version"] = file.schema_version;
    return json;
}

Json CountsJson(const Inventory& inventory, const Json& indexes, const Json& foreign_keys) {
    std::array<std::int64_t, 4> kinds{};
    std::int64_t unreadable = 0;
    for (std::size_t i = 0; i < inventory.tables.size(); ++i) {
        ++kinds.at(static_cast<std::size_t>(inventory.tables[i].kind));
        unreadable += inventory.tables[i].unreadable || inventory.measures.tables[i].failure;
    }
    Json json;
    json["tables"] = kinds[static_cast<std::size_t>(sqlite::TableKind::kTable)];
    json["views"] = kinds[static_cast<std::size_t>(sqlite::TableKind::kView)];
    json["virtual_tables"] = kinds[static_cast<std::size_t>(sqlite::TableKind::kVirtual)];
    json["shadow_tables"] = kinds[static_cast<std::size_t>(sqlite::TableKind::kShadow)];
    json["unreadable"] = unreadable;
    json["indexes"] = indexes.size();
    json["foreign_keys"] = foreign_keys.size();
    json["triggers"] = inventory.triggers.size();
    return json;
}

}  // namespace

std::string ToJson(const Inventory& inventory, const InventoryOptions& options) {
    const std::vector<sqlite::Table>& tables = inventory.tables;
    Json indexes = JsonOf(IndexesRelation(tables, inventory.measures));
    Json foreign_keys = JsonOf(ForeignKeysRelation(tables));
    Json json;
    json["file"] = FileJson(inventory.file);
    json["counts"] = CountsJson(inventory, indexes, foreign_keys);
    json["tables"] = JsonOf(TablesRelation(tables, inventory.measures));
    json["columns"] = JsonOf(ColumnsRelation(tables, options.naive_as_timestamptz));
    json["indexes"] = std::move(indexes);
    json["foreign_keys"] = std::move(foreign_keys);
    json["views"] = JsonOf(ViewsRelation(tables));
    json["triggers"] = JsonOf(TriggersRelation(inventory.triggers));
    Json& sequences = json["sqlite_sequence"] = Json::array();
    for (const Sequence& sequence : inventory.sequences)
        sequences.push_back({{"table_name", CleanText(sequence.table)},
                             {"last", sequence.last ? Json(*sequence.last) : Json(nullptr)}});
    return json.dump();
}

}  // namespace pgsqlite::assess
