#include "pg/fdw/plan/relation.hpp"

#include <sqlite3.h>

#include "core/sqlite/statement.hpp"
#include "core/sqlite/statistics.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"

namespace pgsqlite::pg::fdw {

bool reads_tables_alone = false;

namespace {

/// A view or a query may give any number of rows; PostgreSQL takes as many for functions.
constexpr double kUnknownRows = 1000;

/// Option query without what may follow the statement; raises unless it is one SELECT.
char* CheckedQuery(sqlite::Database* database, const char* query) {
    const char* utf8 = ToUtf8(query);
    size_t size = std::strlen(utf8);
    CallSqlite(database, [&] { size = sqlite::Statement::PrepareUserQuery(*database, utf8)->sql().size(); });
    char* trimmed = ToServerText(std::string_view(utf8, size));
    size = std::strlen(trimmed);
    while (size > 0 &&
           (trimmed[size - 1] == ';' || std::isspace(static_cast<unsigned char>(trimmed[size - 1]))))
        trimmed[--size] = '\0';
    return trimmed;
}

bool IsRowidName(const char* name) noexcept {
    return pg_strcasecmp(name, "rowid") == 0 || pg_strcasecmp(name, "_rowid_") == 0 ||
           pg_strcasecmp(name, "oid") == 0;
}

/// Whose table it is may let it read another table of the file at any time, by its options and its columns'
/// names, so he must (still) be one who may see all of it. Raises 42501.
void CheckOwnerUsage(const SourceRelation& relation, Oid owner) {
    if (compat::HasServerUsage(relation.server_oid, owner)) return;
    const char* name = GetUserNameFromId(owner, false);
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("permission denied for foreign server %s", relation.server_name),
             errdetail("The owner \"%s\" of %s has no USAGE on it.", name, relation.qualified_name),
             errhint("GRANT USAGE ON FOREIGN SERVER to the owner, or give the table to a role that has "
                     "it.")));
}

/// The table's column of a name as SQLite compares them, or -1.
int FindColumn(const sqlite::Table& table, const char* name) noexcept {
    for (size_t i = 0; i < table.columns.size(); ++i)
        if (pg_strcasecmp(table.columns[i].name.c_str(), name) == 0) return static_cast<int>(i);
    return -1;
}

void SetShapes(const SourceRelation& relation, const sqlite::Table* table, bool stored, SourceFacts* facts) {
    const int rowid_alias = stored ? table->rowid_alias() : -1;
    auto* classes = NewIn<std::vector<schema::ClassSet>>(CurrentMemoryContext);
    if (stored) Guard([&] { *classes = schema::CheckedClasses(*table); });
    for (int i = 0; i < relation.attribute_count; ++i) {
        const SourceColumn& column = relation.columns[i];
        if (column.name == nullptr) continue;
        const char* name = ToUtf8(column.name);
        const int ordinal = stored ? FindColumn(*table, name) : -1;
        const bool is_rowid = stored && (ordinal >= 0 ? ordinal == rowid_alias
                                                      : facts->rowid_name[0] != '\0' && IsRowidName(name));
        facts->shapes[i] =
            ShapeOf(table, ordinal >= 0 ? &table->columns[static_cast<size_t>(ordinal)] : nullptr,
                    ordinal >= 0 ? (*classes)[static_cast<size_t>(ordinal)] : schema::kAnyClass, is_rowid,
                    stored && (ordinal >= 0 || is_rowid), column.type, column.typmod, column.options);
    }
}

/// The attribute that reads a column of SQLite's, or 0.
AttrNumber AttributeOf(const SourceRelation& relation, const char* name) {
    for (int i = 0; i < relation.attribute_count; ++i)
        if (relation.columns[i].name != nullptr && pg_strcasecmp(ToUtf8(relation.columns[i].name), name) == 0)
            return static_cast<AttrNumber>(i + 1);
    return 0;
}

/// WITHOUT ROWID tables list their primary key among the indexes. Partial ones serve no condition in general.
void SetIndexes(const SourceRelation& relation, const sqlite::Table& table, SourceFacts* facts) {
    facts->indexes =
        static_cast<IndexFacts*>(palloc0(sizeof(IndexFacts) * std::max<size_t>(1, table.indexes.size())));
    for (const sqlite::Index& index : table.indexes) {
        if (index.partial) continue;
        IndexFacts& known = facts->indexes[facts->index_count++];
        known.unique = index.unique;
        known.column_count = static_cast<int>(index.columns.size());
        known.columns =
            static_cast<AttrNumber*>(palloc0(sizeof(AttrNumber) * std::max<size_t>(1, index.columns.size())));
        for (size_t i = 0; i < index.columns.size(); ++i)
            if (index.columns[i].column >= 0)
                known.columns[i] = AttributeOf(relation, index.columns[i].name.c_str());
    }
}

}  // namespace

void AppendSqliteIdentifier(StringInfo sql, const char* name) {
    appendStringInfoChar(sql, '"');
    for (const char* c = name; *c != '\0'; ++c) {
        if (*c == '"') appendStringInfoChar(sql, '"');
        appendStringInfoChar(sql, *c);
    }
    appendStringInfoChar(sql, '"');
}

SourceRelation* ReadSourceRelation(Oid relid, const List* attributes) {
    SourceRelation* relation = static_cast<SourceRelation*>(palloc0(sizeof(SourceRelation)));
    ForeignTable* table = GetForeignTable(relid);
    ForeignServer* server = GetForeignServer(table->serverid);
    const char* name = get_rel_name(relid);
    relation->relid = relid;
    relation->server_oid = table->serverid;
    relation->server_name = server->servername;
    relation->qualified_name =
        psprintf("foreign table \"%s.%s\"", get_namespace_name(get_rel_namespace(relid)), name);
    relation->server = ReadServerOptions(server->options);
    relation->table = ReadTableOptions(table->options, relation->server);
    if (relation->table.table == nullptr && relation->table.query == nullptr) relation->table.table = name;

    // Held already, but by a parallel worker.
    Relation rel = table_open(relid, AccessShareLock);
    CheckOwnerUsage(*relation, rel->rd_rel->relowner);
    TupleDesc descriptor = RelationGetDescr(rel);
    relation->attribute_count = descriptor->natts;
    relation->columns = static_cast<SourceColumn*>(
        palloc0(sizeof(SourceColumn) * static_cast<size_t>(std::max(1, descriptor->natts))));
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped || (attributes != NIL && !list_member_int(attributes, i + 1))) continue;
        SourceColumn& column = relation->columns[i];
        column.type = attribute->atttypid;
        column.typmod = attribute->atttypmod;
        column.collation = attribute->attcollation;
        column.options = ReadColumnOptions(GetForeignColumnOptions(relid, static_cast<AttrNumber>(i + 1)),
                                           relation->table);
        column.attribute = pstrdup(NameStr(attribute->attname));
        column.name = column.options.column_name != nullptr ? column.options.column_name : column.attribute;
    }
    table_close(rel, NoLock);
    return relation;
}

bool TakesStatement(Pin* pin, const char* sql) {
    sqlite::Database* database = pin->database();
    const char* utf8 = ToUtf8(sql);
    return CallSqlite(database, [&] {
        try {
            sqlite::Statement statement(*database, utf8);
            return true;
        } catch (const Error& error) {
            const int code = error.sqlite_code() & 0xff;
            if (code != SQLITE_ERROR && code != SQLITE_TOOBIG) throw;
            return false;
        }
    });
}

SourceFacts* UnknownFacts(const SourceRelation& relation) {
    SourceFacts* facts = static_cast<SourceFacts*>(palloc0(sizeof(SourceFacts)));
    facts->rows = kUnknownRows;
    facts->access = "";
    facts->shapes = static_cast<ColumnShape*>(
        palloc0(sizeof(ColumnShape) * static_cast<size_t>(std::max(1, relation.attribute_count))));
    return facts;
}

SourceFacts* ReadSourceFacts(const SourceRelation& relation, Pin* pin) {
    SourceFacts* facts = UnknownFacts(relation);
    sqlite::Database* database = pin->database();
    facts->known = true;
    facts->utf8 = database->utf8();
    facts->limits = sqlite::StatementLimits::Of(database->handle());
    if (relation.table.query != nullptr) {
        facts->query = CheckedQuery(database, relation.table.query);
        SetShapes(relation, nullptr, false, facts);
        return facts;
    }
    const char* utf8 = ToUtf8(relation.table.table);
    Holder<std::optional<sqlite::Table>>* holder =
        Holder<std::optional<sqlite::Table>>::In(CurrentMemoryContext);
    CallSqlite(database, [&] {
        sqlite::CatalogOptions options;
        options.foreign_keys = false;
        holder->Set(new std::optional<sqlite::Table>(sqlite::Catalog::ReadTable(*database, utf8, options)));
    });
    if (!holder->get()->has_value())
        ereport(ERROR,
                (errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
                 errmsg("SQLite table \"%s\" of %s does not exist", relation.table.table,
                        relation.qualified_name),
                 errdetail("Server \"%s\" reads \"%s\".", relation.server_name, relation.server.database),
                 errhint("Set table option \"table\" to the name it has in SQLite, or import the schema "
                         "again.")));

    const sqlite::Table& table = **holder->get();
    const bool stored = table.kind == sqlite::TableKind::kTable || table.kind == sqlite::TableKind::kShadow;
    facts->stored = stored;
    if (stored) {
        CallSqlite(database, [&] {
            const std::string rowid = table.rowid_name();
            std::memcpy(facts->rowid_name, rowid.c_str(), rowid.size() + 1);
            facts->rows = sqlite::EstimateRows(*database, table.name, rowid);
            facts->shareable = !rowid.empty() && !database->IsReplaced();
        });
        if (reads_tables_alone) {
            auto* access = NewIn<std::string>(CurrentMemoryContext);
            Guard([&] { *access = table.without_indexes(); });
            facts->access = ToServerText(*access);
        } else {
            SetIndexes(relation, table, facts);
        }
        if (facts->rowid_name[0] == '\0')
            for (size_t position = 1; position <= table.columns.size(); ++position)
                for (const sqlite::Column& column : table.columns)
                    if (column.primary_key_position == static_cast<int>(position))
                        facts->key_columns =
                            lappend(facts->key_columns, makeString(ToServerText(column.name)));
    }
    SetShapes(relation, &table, stored, facts);
    holder->Set(nullptr);
    return facts;
}

const char* ColumnSql(const SourceRelation& relation, const char* alias, AttrNumber attribute) {
    StringInfoData sql;
    initStringInfo(&sql);
    // Always qualified: SQLite takes an unknown bare "name" for a string.
    appendStringInfo(&sql, "%s.", alias);
    AppendSqliteIdentifier(&sql, relation.columns[attribute - 1].name);
    return sql.data;
}

void AppendSource(StringInfo sql, const SourceRelation& relation, const SourceFacts& facts,
                  const char* alias) {
    if (facts.query != nullptr) {
        // The line break ends a comment that the query may end with.
        appendStringInfo(sql, "(%s\n) AS %s", facts.query, alias);
    } else {
        appendStringInfoString(sql, "main.");
        AppendSqliteIdentifier(sql, relation.table.table);
        appendStringInfo(sql, " AS %s%s", alias, facts.access);
    }
}

ScanQuery BuildScanQuery(const SourceRelation& relation, const SourceFacts& facts,
                         const Bitmapset* attributes, const ScanClauses& clauses) {
    ScanQuery query = {nullptr, NIL, Locator::kRowNumber, NIL};
    if (facts.rowid_name[0] != '\0') {
        query.locator = Locator::kRowid;
    } else if (facts.key_columns != NIL) {
        query.locator = Locator::kKey;
        query.locator_columns = facts.key_columns;
    }

    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    for (int i = 0; i < relation.attribute_count; ++i) {
        if (relation.columns[i].name == nullptr || !bms_is_member(i + 1, attributes)) continue;
        if (query.attributes != NIL) appendStringInfoString(&sql, ", ");
        appendStringInfoString(&sql, ColumnSql(relation, "r", static_cast<AttrNumber>(i + 1)));
        query.attributes = lappend_int(query.attributes, i + 1);
    }
    if (query.attributes == NIL && !clauses.rowid) {
        // Nothing is wanted but the number of rows, and nothing can be refused.
        appendStringInfoString(&sql, "NULL");
        query.locator = Locator::kRowNumber;
        query.locator_columns = NIL;
    } else if (query.locator == Locator::kRowid) {
        appendStringInfo(&sql, "%sr.%s", query.attributes != NIL ? ", " : "", facts.rowid_name);
        query.locator_columns = list_make1(makeString(pstrdup(facts.rowid_name)));
    } else {
        ListCell* cell;
        foreach (cell, query.locator_columns) {
            appendStringInfoString(&sql, ", r.");
            AppendSqliteIdentifier(&sql, strVal(lfirst(cell)));
        }
    }
    appendStringInfoString(&sql, " FROM ");
    AppendSource(&sql, relation, facts, "r");
    // Each chunk would go through all of an index.
    if (clauses.chunked && facts.access[0] == '\0') appendStringInfoString(&sql, " NOT INDEXED");
    if (clauses.where != nullptr) appendStringInfo(&sql, " WHERE %s", clauses.where);
    if (clauses.chunked)
        appendStringInfo(&sql, " %s r.%s BETWEEN ? AND ?", clauses.where != nullptr ? "AND" : "WHERE",
                         facts.rowid_name);
    if (clauses.order_by != nullptr) appendStringInfo(&sql, " ORDER BY %s", clauses.order_by);
    if (clauses.limit >= 0) appendStringInfo(&sql, " LIMIT %.0f", clauses.limit);
    query.sql = sql.data;
    return query;
}

}  // namespace pgsqlite::pg::fdw
