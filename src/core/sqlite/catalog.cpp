// Pragmas are run as statements, never as table-valued functions: a hostile file may hold a table that is
// called pragma_table_xinfo, and that one would be read. Every step is one look-up by name, so that ten
// thousand tables take linear time. Needs SQLite 3.37 (table_list).
#include "core/sqlite/catalog.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/error.hpp"
#include "core/sqlite/create_text.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"
#include "core/sqlite/system_table.hpp"

namespace pgsqlite::sqlite {
namespace {

/// One view of the file for all the statements a catalog needs.
class ReadScope {
  public:
    explicit ReadScope(Database& db) : db_(db.in_read() ? nullptr : &db) {
        if (db_ != nullptr) db_->BeginRead();
    }
    ~ReadScope() {
        if (db_ != nullptr) db_->EndRead();
    }
    ReadScope(const ReadScope&) = delete;
    ReadScope& operator=(const ReadScope&) = delete;

  private:
    Database* db_;
};

/// One row of PRAGMA table_list.
struct Listed {
    std::string name;
    TableKind kind = TableKind::kTable;
    bool without_rowid = false;
    bool strict = false;
};

struct SchemaObject {
    std::string name;
    std::string sql;
    std::size_t order = 0;
    bool derived = false;  ///< view or virtual table: has no pages of its own
};

/// Rows of sqlite_schema by NameKey. Tables and views share a namespace with indexes.
using Schema = std::unordered_map<std::string, SchemaObject>;

/// What a foreign key has to know of the table it refers to.
struct Parent {
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::string> primary_key;
};

std::string Pragma(const char* pragma, std::string_view argument) {
    return std::string("PRAGMA main.") + pragma + '(' + QuoteIdentifier(argument) + ')';
}

bool IsInternal(std::string_view name) noexcept {
    return EqualNames(name.substr(0, 7), "sqlite_");
}

std::vector<Listed> ReadTableList(Database& db, const std::string& pragma) {
    // The pragma prepares a SELECT for each view whose columns are not known by then: those that are refused.
    struct Denied {
        explicit Denied(Database& db) : db(db) { db.DenySelect(!db.schema_check().refused().empty()); }
        ~Denied() { db.DenySelect(false); }
        Database& db;
    } const denied(db);
    std::vector<Listed> listed;
    Statement rows(db, pragma);  // schema, name, type, ncol, wr, strict
    while (rows.Fetch()) {
        Listed entry;
        entry.name = rows.Text(1);
        const std::string type = rows.Text(2);
        entry.kind = type == "view"      ? TableKind::kView
                     : type == "virtual" ? TableKind::kVirtual
                     : type == "shadow"  ? TableKind::kShadow
                                         : TableKind::kTable;
        entry.without_rowid = rows.Int(4) != 0;
        entry.strict = rows.Int(5) != 0;
        listed.push_back(std::move(entry));
    }
    return listed;
}

/// Tables, views and indexes of the whole schema, or of one table.
Schema ReadSchema(Database& db, const std::string* table) {
    std::string sql =
        "SELECT name, sql, rootpage FROM main.sqlite_schema WHERE type IN ('table', 'view', 'index')";
    if (table != nullptr) sql += " AND tbl_name = ?1 COLLATE NOCASE";
    Statement rows(db, sql + " ORDER BY rowid");
    if (table != nullptr && !rows.Bind(1, value::Cell::Text(*table))) rows.ThrowLastError("read the schema");
    Schema schema;
    while (rows.Fetch()) {
        SchemaObject object{rows.Text(0), rows.Text(1), schema.size(), rows.Int(2) == 0};
        std::string key = NameKey(object.name);
        schema.emplace(std::move(key), std::move(object));
    }
    return schema;
}

/// Has SQLite work out the columns of views and virtual tables. table_list does it too, but starts its walk
/// over all tables anew after each one, which is quadratic: 3 s for ten thousand views.
void ResolveDerived(Database& db, const Schema& schema) {
    for (const auto& [key, object] : schema) {
        if (!object.derived) continue;
        try {
            Statement resolved(db, Pragma("table_xinfo", object.name));
        } catch (const Error& error) {
            if (!IsObjectsOwnFault(error)) throw;  // its own fault comes up again when it is read
        }
    }
}

std::vector<Column> ReadColumns(Database& db, std::string_view table) {
    std::vector<Column> columns;
    Statement rows(db, Pragma("table_xinfo", table));  // cid, name, type, notnull, dflt_value, pk, hidden
    while (rows.Fetch()) {
        Column column;
        column.name = rows.Text(1);
        column.declared_type = rows.Text(2);
        column.not_null = rows.Int(3) != 0;
        if (!rows.IsNull(4)) column.default_sql = rows.Text(4);
        column.primary_key_position = static_cast<int>(rows.Int(5));
        const std::int64_t hidden = rows.Int(6);
        if (hidden > 0 && hidden <= 3) column.hidden = static_cast<Column::Hidden>(hidden);
        columns.push_back(std::move(column));
    }
    return columns;
}

/// Collations, and whether the key is AUTOINCREMENT: both have no pragma.
void ReadColumnMetadata(Database& db, Table& table) {
    for (Column& column : table.columns) {
        const char* type = nullptr;
        const char* collation = nullptr;
        int not_null = 0;
        int primary_key = 0;
        int autoincrement = 0;
        const int rc =
            sqlite3_table_column_metadata(db.handle(), "main", table.name.c_str(), column.name.c_str(), &type,
                                          &collation, &not_null, &primary_key, &autoincrement);
        if (rc == SQLITE_NOMEM) db.Throw(rc, "read the database's catalog");
        if (rc != SQLITE_OK) continue;
        if (collation != nullptr) column.collation = collation;
        table.autoincrement |= autoincrement != 0;
    }
}

/// Fills indexes (when wanted) and primary_key_index.
void ReadIndexes(Database& db, const Schema& schema, bool wanted, Table& table) {
    std::vector<std::pair<std::size_t, Index>> found;
    Statement list(db, Pragma("index_list", table.name));  // seq, name, unique, origin, partial
    while (list.Fetch()) {
        Index index;
        index.name = list.Text(1);
        index.unique = list.Int(2) != 0;
        const std::string origin = list.Text(3);
        index.origin = origin == "pk"  ? Index::Origin::kPrimaryKey
                       : origin == "u" ? Index::Origin::kUnique
                                       : Index::Origin::kCreateIndex;
        index.partial = list.Int(4) != 0;
        table.primary_key_index |= index.origin == Index::Origin::kPrimaryKey;
        if (!wanted) continue;
        std::size_t order =
            0;  // a WITHOUT ROWID table's key has no row in sqlite_schema: the table is the index
        if (const auto object = schema.find(NameKey(index.name)); object != schema.end()) {
            index.sql = object->second.sql;
            order = object->second.order;
        }
        Statement rows(db, Pragma("index_xinfo", index.name));  // seqno, cid, name, desc, coll, key
        while (rows.Fetch()) {
            if (rows.Int(5) == 0) continue;
            IndexColumn column;
            column.column = static_cast<int>(rows.Int(1));
            column.name = rows.Text(2);
            column.descending = rows.Int(3) != 0;
            column.collation = rows.Text(4);
            index.columns.push_back(std::move(column));
        }
        found.emplace_back(order, std::move(index));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [order, index] : found)
        table.indexes.push_back(std::move(index));
}

void ReadForeignKeys(Database& db, Table& table) {
    // id, seq, table, from, to, on_update, on_delete, match. SQLite numbers from the last declared to the
    // first.
    Statement rows(db, Pragma("foreign_key_list", table.name));
    while (rows.Fetch()) {
        const int id = static_cast<int>(rows.Int(0));
        if (table.foreign_keys.empty() || table.foreign_keys.back().id != id) {
            ForeignKey key;
            key.id = id;
            key.parent_table = rows.Text(2);
            key.parent_columns_implicit = rows.IsNull(4);
            key.on_update = rows.Text(5);
            key.on_delete = rows.Text(6);
            key.match = rows.Text(7);
            table.foreign_keys.push_back(std::move(key));
        }
        ForeignKey& key = table.foreign_keys.back();
        key.columns.push_back(rows.Text(3));
        if (!key.parent_columns_implicit) key.parent_columns.push_back(rows.Text(4));
    }
    std::reverse(table.foreign_keys.begin(), table.foreign_keys.end());
}

Parent ParentOf(std::string name, const std::vector<Column>& columns) {
    Parent parent;
    parent.name = std::move(name);
    std::vector<const Column*> key;
    for (const Column& column : columns) {
        parent.columns.push_back(column.name);
        if (column.primary_key_position > 0) key.push_back(&column);
    }
    std::sort(key.begin(), key.end(), [](const Column* a, const Column* b) {
        return a->primary_key_position < b->primary_key_position;
    });
    for (const Column* column : key)
        parent.primary_key.push_back(column->name);
    return parent;
}

/// @param parent null when there is no such table
void ResolveParent(ForeignKey& key, const Parent* parent) {
    key.parent_exists = parent != nullptr;
    if (parent == nullptr) return;
    key.parent_table = parent->name;
    if (key.parent_columns_implicit) {
        key.parent_columns = parent->primary_key;
        return;
    }
    for (std::string& name : key.parent_columns) {
        const auto own = std::find_if(parent->columns.begin(), parent->columns.end(),
                                      [&](const std::string& c) { return EqualNames(c, name); });
        if (own != parent->columns.end()) name = *own;
    }
}

/// The reason why SQLite can't even prepare to read all columns; nullopt when it can.
std::optional<std::string> ProbeReading(Database& db, std::string_view table) {
    try {
        Statement probe(db, "SELECT * FROM main." + QuoteIdentifier(table));
    } catch (const Error& error) {
        if (!IsObjectsOwnFault(error)) throw;
        return SqliteReason(error);
    }
    return std::nullopt;
}

/// A table or view that SQLite was not given.
Table Unread(const SchemaCheck::Object& object) {
    Table table;
    table.name = object.name;
    table.kind = object.type == "view" ? TableKind::kView : TableKind::kTable;
    table.sql = object.sql;
    table.unreadable = object.reason;
    return table;
}

/// An index that SQLite was not given, so that it is not forgotten: of its columns nothing is known.
void AddUnreadIndexes(Database& db, Table& table) {
    for (const SchemaCheck::Object& object : db.schema_check().refused()) {
        if (object.type != "index" || !EqualNames(object.table, table.name)) continue;
        Index index;
        index.name = object.name;
        index.sql = object.sql;
        index.columns.emplace_back().column = -2;
        table.indexes.push_back(std::move(index));
    }
}

/// Everything of one table but the parents of its foreign keys.
Table ReadListed(Database& db, Listed listed, const Schema& schema, const CatalogOptions& options) {
    Table table;
    table.name = std::move(listed.name);
    table.kind = listed.kind;
    table.without_rowid = listed.without_rowid;
    table.strict = listed.strict;
    if (const auto object = schema.find(NameKey(table.name)); object != schema.end())
        table.sql = object->second.sql;
    if (table.kind == TableKind::kVirtual) table.module = VirtualTableModule(table.sql);
    const bool stored = table.kind == TableKind::kTable || table.kind == TableKind::kShadow;
    try {
        table.columns = ReadColumns(db, table.name);
        if (table.kind != TableKind::kView) ReadColumnMetadata(db, table);
        if (stored) {
            const auto is_key = [](const Column& c) { return c.primary_key_position > 0; };
            const bool has_key = std::any_of(table.columns.begin(), table.columns.end(), is_key);
            if (options.indexes || has_key) ReadIndexes(db, schema, options.indexes, table);
            if (options.indexes) AddUnreadIndexes(db, table);
            if (options.foreign_keys) ReadForeignKeys(db, table);
        }
    } catch (const Error& error) {
        if (!IsObjectsOwnFault(error)) throw;
        table.unreadable = SqliteReason(error);
    }
    if (!table.unreadable && (options.probe_readable || table.columns.empty())) {
        table.unreadable = ProbeReading(db, table.name);
        if (!table.unreadable && table.columns.empty()) table.unreadable = "the table has no columns";
    }
    return table;
}

/// Tables and views that SQLite was not given, or that it left out beside them since it can't parse their
/// texts.
void AddUnread(Database& db, std::vector<Table>& tables) {
    if (db.schema_check().refused().empty()) return;
    std::unordered_set<std::string> present;
    for (const Table& table : tables)
        present.insert(NameKey(table.name));
    for (const SchemaCheck::Object& object : db.schema_check().refused())
        if ((object.type == "table" || object.type == "view") && present.insert(NameKey(object.name)).second)
            tables.push_back(Unread(object));
    Statement rows(db, "SELECT type, name, sql FROM main.sqlite_schema WHERE type IN ('table', 'view')");
    while (rows.Fetch()) {
        SchemaCheck::Object object{rows.Text(0), rows.Text(1), {}, rows.Text(2)};
        if (IsInternal(object.name) || !present.insert(NameKey(object.name)).second) continue;
        object.reason = "malformed text in the schema";
        tables.push_back(Unread(object));
    }
}

/// A parent by its name, for a table that is read alone.
std::optional<Parent> ReadParent(Database& db, const std::string& name) {
    Statement rows(db,
                   "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 "
                   "AND name = ?1 COLLATE NOCASE");
    if (!rows.Bind(1, value::Cell::Text(name))) rows.ThrowLastError("read the schema");
    if (!rows.Fetch()) return std::nullopt;
    return ParentOf(rows.Text(0), ReadColumns(db, name));
}

}  // namespace

std::vector<Table> Catalog::ReadTables(Database& db, const CatalogOptions& options) {
    const ReadScope scope(db);
    const Schema schema = ReadSchema(db, nullptr);
    ResolveDerived(db, schema);
    std::vector<Listed> listed = ReadTableList(db, "PRAGMA main.table_list");
    std::erase_if(listed, [](const Listed& entry) { return IsInternal(entry.name); });
    std::vector<Table> tables;
    tables.reserve(listed.size());
    for (Listed& entry : listed)
        if (db.schema_check().Find(entry.name) == nullptr)
            tables.push_back(ReadListed(db, std::move(entry), schema, options));
    AddUnread(db, tables);
    const auto order = [&](const Table& table) {
        const auto object = schema.find(NameKey(table.name));
        return object != schema.end() ? object->second.order : schema.size();
    };
    std::stable_sort(tables.begin(), tables.end(),
                     [&](const Table& a, const Table& b) { return order(a) < order(b); });

    if (options.foreign_keys) {
        std::unordered_map<std::string, Parent> parents;
        for (const Table& table : tables)
            if (table.kind == TableKind::kTable || table.kind == TableKind::kShadow)
                parents.emplace(NameKey(table.name), ParentOf(table.name, table.columns));
        for (Table& table : tables) {
            for (ForeignKey& key : table.foreign_keys) {
                const auto parent = parents.find(NameKey(key.parent_table));
                ResolveParent(key, parent != parents.end() ? &parent->second : nullptr);
            }
        }
    }
    return tables;
}

std::optional<Table> Catalog::ReadTable(Database& db, std::string_view name, const CatalogOptions& options) {
    const ReadScope scope(db);
    if (const auto* refused = db.schema_check().Find(name); refused != nullptr) return Unread(*refused);
    std::vector<Listed> listed = ReadTableList(db, Pragma("table_list", name));
    if (listed.empty()) return std::nullopt;
    const Schema schema = ReadSchema(db, &listed.front().name);
    Table table = ReadListed(db, std::move(listed.front()), schema, options);
    for (ForeignKey& key : table.foreign_keys) {
        const std::optional<Parent> parent = ReadParent(db, key.parent_table);
        ResolveParent(key, parent ? &*parent : nullptr);
    }
    return table;
}

std::vector<Trigger> Catalog::ReadTriggers(Database& db) {
    const ReadScope scope(db);
    std::vector<Trigger> triggers;
    Statement rows(
        db, "SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY rowid");
    while (rows.Fetch())
        triggers.push_back({rows.Text(0), rows.Text(1), rows.Text(2)});
    return triggers;
}

std::optional<std::int64_t> Catalog::ReadSequence(Database& db, std::string_view table) {
    const ReadScope scope(db);
    // Made with the first AUTOINCREMENT table only.
    if (!HasSystemTable(db, "sqlite_sequence")) return std::nullopt;
    try {
        // An ordinary table to its users: rows may be doubled, and seq may hold anything.
        Statement rows(db,
                       "SELECT max(seq) FROM main.sqlite_sequence NOT INDEXED "
                       "WHERE name = ?1 COLLATE NOCASE AND typeof(seq) = 'integer'");
        if (!rows.Bind(1, value::Cell::Text(table))) rows.ThrowLastError("read sqlite_sequence");
        if (!rows.Fetch() || rows.IsNull(0)) return std::nullopt;
        return rows.Int(0);
    } catch (const Error& error) {
        if ((error.sqlite_code() & 0xff) != SQLITE_ERROR) throw;
        return std::nullopt;  // other columns than SQLite's
    }
}

}  // namespace pgsqlite::sqlite
