#include "pg/fdw/relation.hpp"

#include "core/sqlite/statement.hpp"
#include "core/sqlite/statistics.hpp"
#include "pg/fdw/sqlite_call.hpp"

namespace pgsqlite::pg::fdw {
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

}  // namespace

void AppendSqliteIdentifier(StringInfo sql, const char* name) {
    appendStringInfoChar(sql, '"');
    for (const char* c = name; *c != '\0'; ++c) {
        if (*c == '"') appendStringInfoChar(sql, '"');
        appendStringInfoChar(sql, *c);
    }
    appendStringInfoChar(sql, '"');
}

SourceRelation* ReadSourceRelation(Oid relid) {
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

    Relation rel = table_open(relid, NoLock);
    TupleDesc descriptor = RelationGetDescr(rel);
    relation->attribute_count = descriptor->natts;
    relation->columns = static_cast<SourceColumn*>(
        palloc0(sizeof(SourceColumn) * static_cast<size_t>(std::max(1, descriptor->natts))));
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped) continue;
        SourceColumn& column = relation->columns[i];
        column.options = ReadColumnOptions(GetForeignColumnOptions(relid, static_cast<AttrNumber>(i + 1)),
                                           relation->table);
        column.name = column.options.column_name != nullptr ? column.options.column_name
                                                            : pstrdup(NameStr(attribute->attname));
    }
    table_close(rel, NoLock);
    return relation;
}

SourceFacts* ReadSourceFacts(const SourceRelation& relation, Pin* pin) {
    SourceFacts* facts = static_cast<SourceFacts*>(palloc0(sizeof(SourceFacts)));
    sqlite::Database* database = pin->database();
    facts->rows = kUnknownRows;
    if (relation.table.query != nullptr) {
        facts->query = CheckedQuery(database, relation.table.query);
        return facts;
    }
    const char* utf8 = ToUtf8(relation.table.table);
    Holder<std::optional<sqlite::Table>>* holder =
        Holder<std::optional<sqlite::Table>>::In(CurrentMemoryContext);
    CallSqlite(database, [&] {
        sqlite::CatalogOptions options;
        options.indexes = false;
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
    if (stored) {
        CallSqlite(database, [&] {
            const std::string rowid = table.rowid_name();
            std::memcpy(facts->rowid_name, rowid.c_str(), rowid.size() + 1);
            facts->rows = sqlite::EstimateRows(*database, table.name, rowid);
        });
        if (facts->rowid_name[0] == '\0')
            for (size_t position = 1; position <= table.columns.size(); ++position)
                for (const sqlite::Column& column : table.columns)
                    if (column.primary_key_position == static_cast<int>(position))
                        facts->key_columns =
                            lappend(facts->key_columns, makeString(ToServerText(column.name)));
    }
    holder->Set(nullptr);
    return facts;
}

ScanQuery BuildScanQuery(const SourceRelation& relation, const SourceFacts& facts,
                         const Bitmapset* attributes) {
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
    // Names are always qualified: SQLite takes an unknown bare "name" for a string.
    for (int i = 0; i < relation.attribute_count; ++i) {
        if (relation.columns[i].name == nullptr || !bms_is_member(i + 1, attributes)) continue;
        appendStringInfoString(&sql, query.attributes != NIL ? ", r." : "r.");
        AppendSqliteIdentifier(&sql, relation.columns[i].name);
        query.attributes = lappend_int(query.attributes, i + 1);
    }
    if (query.attributes == NIL) {
        // Nothing is wanted but the number of rows, and nothing can be refused.
        appendStringInfoString(&sql, "NULL");
        query.locator = Locator::kRowNumber;
        query.locator_columns = NIL;
    } else if (query.locator == Locator::kRowid) {
        appendStringInfo(&sql, ", r.%s", facts.rowid_name);
        query.locator_columns = list_make1(makeString(const_cast<char*>("rowid")));
    } else {
        ListCell* cell;
        foreach (cell, query.locator_columns) {
            appendStringInfoString(&sql, ", r.");
            AppendSqliteIdentifier(&sql, strVal(lfirst(cell)));
        }
    }
    appendStringInfoString(&sql, " FROM ");
    if (facts.query != nullptr) {
        // The line break ends a comment that the query may end with.
        appendStringInfo(&sql, "(%s\n)", facts.query);
    } else {
        appendStringInfoString(&sql, "main.");
        AppendSqliteIdentifier(&sql, relation.table.table);
    }
    appendStringInfoString(&sql, " AS r");
    query.sql = sql.data;
    return query;
}

}  // namespace pgsqlite::pg::fdw
