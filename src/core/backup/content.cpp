// What a copied database holds, counted.
#include "core/backup/manifest.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::backup {
namespace {

/// A file can be so damaged, or hold a function that only its application knows, that the check itself fails.
std::vector<std::string> CheckIntegrity(sqlite::Database& db) {
    std::vector<std::string> findings;
    try {
        sqlite::Statement check(db, "PRAGMA integrity_check(100)");
        while (check.Fetch())
            findings.push_back(assess::CleanText(check.Text(0)));
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
        findings.push_back(assess::CleanText(sqlite::SqliteReason(error)));
    }
    return findings;
}

std::optional<std::int64_t> CountRows(sqlite::Database& db, const std::string& table) {
    try {
        // Not by its smallest index, which SQLite would take: that may lie.
        sqlite::Statement count(
            db, "SELECT count(*) FROM main." + sqlite::QuoteIdentifier(table) + " NOT INDEXED");
        if (count.Fetch()) return count.Int(0);
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
    }
    return std::nullopt;
}

std::string RowsText(const std::optional<std::int64_t>& rows) {
    return rows ? std::to_string(*rows) : "an unknown number of";
}

}  // namespace

Content ReadContent(sqlite::Database& db) {
    Content content;
    const assess::FileFacts facts = assess::ReadFileFacts(db);
    content.page_size = facts.page_size;
    content.page_count = facts.page_count;
    content.encoding = facts.encoding;
    content.user_version = facts.user_version;
    content.application_id = facts.application_id;
    content.schema_version = facts.schema_version;
    content.integrity = CheckIntegrity(db);
    sqlite::CatalogOptions options;
    options.indexes = options.foreign_keys = false;
    // Virtual tables keep their rows in shadow tables, which are counted; those of other modules in no file.
    for (const sqlite::Table& table : sqlite::Catalog::ReadTables(db, options))
        if (table.kind == sqlite::TableKind::kTable || table.kind == sqlite::TableKind::kShadow)
            content.tables[assess::CleanText(table.name)] = CountRows(db, table.name);
    return content;
}

void CheckCounts(const Manifest& manifest, const Content& now) {
    const auto& before = manifest.content.tables;
    const auto refuse = [&](const std::string& detail) {
        throw Error(sqlstate::kDataCorrupted,
                    "backup \"" + manifest.file + "\" does not hold what its manifest says", detail);
    };
    for (const auto& [table, rows] : before) {
        const auto found = now.tables.find(table);
        if (found == now.tables.end()) refuse("There is no table \"" + table + "\".");
        if (found->second != rows)
            refuse("Table \"" + table + "\" has " + RowsText(found->second) + " rows instead of " +
                   RowsText(rows) + ".");
    }
    for (const auto& [table, rows] : now.tables)
        if (before.find(table) == before.end()) refuse("The manifest knows no table \"" + table + "\".");
}

}  // namespace pgsqlite::backup
