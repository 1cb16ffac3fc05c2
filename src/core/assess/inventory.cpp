#include "core/assess/inventory.hpp"

#include "core/schema/declared_type.hpp"
#include "core/sqlite/create_text.hpp"
#include "core/sqlite/file.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"
#include "core/sqlite/system_table.hpp"

namespace pgsqlite::assess {
namespace {

using sqlite::Column;
using sqlite::Database;
using sqlite::Index;
using sqlite::Statement;
using sqlite::Table;
using sqlite::TableKind;

Field Number(std::optional<std::int64_t> number) {
    if (!number) return std::monostate();
    return *number;
}

Field Count(std::size_t count) {
    return static_cast<std::int64_t>(count);
}

Field Text(const std::optional<std::string>& text) {
    if (!text) return std::monostate();
    return TextField(*text);
}

TextList Clean(const std::vector<std::string>& names) {
    TextList list;
    for (const std::string& name : names)
        list.emplace_back(CleanText(name));
    return list;
}

const char* KindName(TableKind kind) noexcept {
    switch (kind) {
        case TableKind::kTable:
            return "table";
        case TableKind::kView:
            return "view";
        case TableKind::kVirtual:
            return "virtual";
        case TableKind::kShadow:
            return "shadow";
    }
    return "";
}

TextList ColumnNames(const Table& table) {
    TextList names;
    for (const Column& column : table.columns)
        if (column.hidden != Column::Hidden::kHidden) names.emplace_back(CleanText(column.name));
    return names;
}

TextList PrimaryKey(const Table& table) {
    TextList names;
    for (const int ordinal : table.primary_key())
        names.emplace_back(CleanText(table.columns[static_cast<std::size_t>(ordinal)].name));
    return names;
}

/// A strict table's ANY converts nothing (STRICT Tables §3), whatever the rules of affinity make of the word.
const char* AffinityOf(const Table& table, const Column& column) noexcept {
    if (table.strict && sqlite::EqualNames(column.declared_type, "ANY")) return "BLOB";
    return schema::AffinityName(schema::AffinityOf(column.declared_type));
}

const char* OriginName(Index::Origin origin) noexcept {
    switch (origin) {
        case Index::Origin::kCreateIndex:
            return "create index";
        case Index::Origin::kUnique:
            return "unique";
        case Index::Origin::kPrimaryKey:
            return "primary key";
    }
    return "";
}

/// An index's key columns by name; the text of an expression in its place, as far as it is known.
TextList IndexItems(const Index& index, const sqlite::IndexText& text) {
    TextList items;
    for (std::size_t i = 0; i < index.columns.size(); ++i) {
        const sqlite::IndexColumn& column = index.columns[i];
        if (column.column >= 0)
            items.emplace_back(CleanText(column.name));
        else if (column.column == -1)
            items.emplace_back("rowid");
        else if (text.items.size() == index.columns.size())
            items.emplace_back(CleanText(text.items[i]));
        else
            items.emplace_back(std::nullopt);
    }
    return items;
}

}  // namespace

Relation TablesRelation(const std::vector<Table>& tables, const Measures& measures) {
    Relation relation;
    relation.columns = {"table_name",    "kind",        "module",      "strict", "without_rowid",
                        "autoincrement", "columns",     "primary_key", "rows",   "rows_exact",
                        "size_bytes",    "index_bytes", "unreadable",  "sql"};
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const Table& table = tables[i];
        const TableSize& size = measures.tables[i];
        relation.rows.push_back(
            {TextField(table.name), KindName(table.kind), TextField(table.module, true), table.strict,
             table.without_rowid, table.autoincrement, Count(ColumnNames(table).size()), PrimaryKey(table),
             Number(size.rows), size.rows ? Field(size.rows_exact) : Field(), Number(size.bytes),
             Number(size.index_bytes), Text(table.unreadable ? table.unreadable : size.failure),
             TextField(table.sql, true)});
    }
    return relation;
}

Relation ColumnsRelation(const std::vector<Table>& tables, bool naive_as_timestamptz) {
    Relation relation;
    relation.columns = {"table_name",    "ordinal_position", "column_name",
                        "declared_type", "affinity",         "postgres_type",
                        "not_null",      "default_sql",      "primary_key_position",
                        "generated",     "hidden",           "collation_name"};
    for (const Table& table : tables) {
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const Column& column = table.columns[i];
            const bool hidden = column.hidden == Column::Hidden::kHidden;
            const char* generated = column.hidden == Column::Hidden::kGeneratedStored    ? "stored"
                                    : column.hidden == Column::Hidden::kGeneratedVirtual ? "virtual"
                                                                                         : "";
            relation.rows.push_back(
                {TextField(table.name), Count(i + 1), TextField(column.name),
                 TextField(column.declared_type, true), AffinityOf(table, column),
                 TextField(schema::MapDeclaredType(column.declared_type, naive_as_timestamptz).sql),
                 column.not_null, Text(column.default_sql),
                 column.primary_key_position > 0 ? Field(std::int64_t{column.primary_key_position}) : Field(),
                 TextField(generated, true), hidden, TextField(column.collation, true)});
        }
    }
    return relation;
}

Relation IndexesRelation(const std::vector<Table>& tables, const Measures& measures) {
    Relation relation;
    relation.columns = {"table_name", "index_name", "is_unique", "is_partial", "origin", "columns",
                        "descending", "collations", "predicate", "size_bytes", "sql"};
    for (const Table& table : tables) {
        for (const Index& index : table.indexes) {
            const sqlite::IndexText text = sqlite::ReadIndexText(index.sql);
            FlagList descending;
            TextList collations;
            for (const sqlite::IndexColumn& column : index.columns) {
                descending.push_back(column.descending);
                collations.emplace_back(CleanText(column.collation));
            }
            const auto size = measures.index_bytes.find(sqlite::NameKey(index.name));
            relation.rows.push_back({TextField(table.name), TextField(index.name), index.unique,
                                     index.partial, OriginName(index.origin), IndexItems(index, text),
                                     descending, collations, TextField(text.predicate, true),
                                     size != measures.index_bytes.end() ? Field(size->second) : Field(),
                                     TextField(index.sql, true)});
        }
    }
    return relation;
}

Relation ForeignKeysRelation(const std::vector<Table>& tables) {
    Relation relation;
    relation.columns = {"table_name",    "columns",   "parent_table", "parent_columns", "implicit",
                        "parent_exists", "on_update", "on_delete",    "match"};
    for (const Table& table : tables)
        for (const sqlite::ForeignKey& key : table.foreign_keys)
            relation.rows.push_back({TextField(table.name), Clean(key.columns), TextField(key.parent_table),
                                     Clean(key.parent_columns), key.parent_columns_implicit,
                                     key.parent_exists, TextField(key.on_update), TextField(key.on_delete),
                                     TextField(key.match)});
    return relation;
}

Relation ViewsRelation(const std::vector<Table>& tables) {
    Relation relation;
    relation.columns = {"view_name", "columns", "unreadable", "sql"};
    for (const Table& table : tables)
        if (table.kind == TableKind::kView)
            relation.rows.push_back({TextField(table.name), ColumnNames(table), Text(table.unreadable),
                                     TextField(table.sql, true)});
    return relation;
}

Relation TriggersRelation(const std::vector<sqlite::Trigger>& triggers) {
    Relation relation;
    relation.columns = {"trigger_name", "table_name", "timing", "event", "update_columns", "sql"};
    for (const sqlite::Trigger& trigger : triggers) {
        const sqlite::TriggerHead head = sqlite::ReadTriggerHead(trigger.sql);
        relation.rows.push_back({TextField(trigger.name), TextField(trigger.table),
                                 TextField(head.timing, true), TextField(head.event, true),
                                 head.columns.empty() ? Field() : Field(Clean(head.columns)),
                                 TextField(trigger.sql, true)});
    }
    return relation;
}

std::vector<Sequence> ReadSequences(Database& db) {
    std::vector<Sequence> sequences;
    if (!sqlite::HasSystemTable(db, "sqlite_sequence")) return sequences;
    try {
        Statement rows(db,
                       "SELECT name, CASE typeof(seq) WHEN 'integer' THEN seq END FROM main.sqlite_sequence "
                       "NOT INDEXED ORDER BY rowid");
        while (rows.Fetch()) {
            Sequence sequence{rows.Text(0), std::nullopt};
            if (!rows.IsNull(1)) sequence.last = rows.Int(1);
            sequences.push_back(std::move(sequence));
        }
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
        sequences.clear();  // other columns than SQLite's, or a damaged page
    }
    return sequences;
}

FileFacts ReadFileFacts(Database& db) {
    const auto number = [&](const char* pragma) {
        Statement statement(db, std::string("PRAGMA main.") + pragma);
        return statement.Fetch() ? statement.Int(0) : 0;
    };
    const auto word = [&](const char* pragma) {
        Statement statement(db, std::string("PRAGMA main.") + pragma);
        return statement.Fetch() ? statement.Text(0) : std::string();
    };
    FileFacts facts;
    const sqlite::FileIdentity file = sqlite::Identify(db.path());
    facts.path = db.path();
    facts.bytes = file.size;
    facts.mtime_ns = file.mtime_ns;
    facts.wal_bytes = sqlite::Identify(db.path() + "-wal").size;
    facts.page_size = number("page_size");
    facts.page_count = number("page_count");
    facts.freelist_pages = number("freelist_count");
    facts.encoding = word("encoding");
    // Asked anew, because the application may have switched; but an immutable file has no journal to SQLite.
    const bool wal = db.access_mode() == sqlite::AccessMode::kImmutable ? db.header_says_wal()
                                                                        : word("journal_mode") == "wal";
    facts.journal_mode = wal ? "wal" : "rollback";
    const std::int64_t vacuum = number("auto_vacuum");
    facts.auto_vacuum = vacuum == 1 ? "full" : vacuum == 2 ? "incremental" : "none";
    facts.user_version = number("user_version");
    facts.application_id = number("application_id");
    facts.schema_version = number("schema_version");
    return facts;
}

Inventory ReadInventory(Database& db, const InventoryOptions& options) {
    Inventory inventory;
    inventory.file = ReadFileFacts(db);
    sqlite::CatalogOptions catalog;
    catalog.probe_readable = true;
    inventory.tables = sqlite::Catalog::ReadTables(db, catalog);
    inventory.measures = Measure(db, inventory.tables, options.measure);
    inventory.triggers = sqlite::Catalog::ReadTriggers(db);
    inventory.sequences = ReadSequences(db);
    return inventory;
}

}  // namespace pgsqlite::assess
