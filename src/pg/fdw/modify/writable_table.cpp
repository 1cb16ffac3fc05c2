#include "pg/fdw/modify/writable_table.hpp"

#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// What SQLite says of the columns.
struct Declared {
    std::vector<sqlite::Column> columns;
    bool strict = false;
    bool is_view = false;
};

const sqlite::Column* FindColumn(const Declared& declared, const char* utf8) noexcept {
    for (const sqlite::Column& column : declared.columns)
        if (pg_strcasecmp(column.name.c_str(), utf8) == 0) return &column;
    return nullptr;
}

void InitColumn(const SourceRelation& relation, int index, const Declared& declared, WrittenColumn* column) {
    const SourceColumn& source = relation.columns[index];
    if (source.name == nullptr) return;
    column->attribute = static_cast<AttrNumber>(index + 1);
    column->name = source.name;
    column->reader = static_cast<ColumnConverter*>(palloc0(sizeof(ColumnConverter)));
    InitColumnConverter(column->reader, CurrentMemoryContext, source.type, source.typmod, source.attribute,
                        source.options, relation.server);
    const sqlite::Column* found = FindColumn(declared, ToUtf8(source.name));
    // The rowid under its own name.
    column->affinity = schema::Affinity::kInteger;
    if (found != nullptr) {
        const std::string& type = found->declared_type;
        // STRICT tables know this one, which keeps what it is given (SQLite, "STRICT Tables" §2).
        const bool any = declared.strict && pg_strcasecmp(type.c_str(), "ANY") == 0;
        column->affinity = any ? schema::Affinity::kBlob : schema::AffinityOf(type);
        column->blob_type = column->affinity == schema::Affinity::kBlob && !type.empty() && !any;
        column->generated = found->is_generated();
    }
    InitWrittenColumn(column, CurrentMemoryContext);
}

bool IsWhole(const SourceColumn& column) {
    return (column.type == INT8OID || column.type == INT4OID || column.type == INT2OID) &&
           column.options.encoding == nullptr;
}

[[noreturn]] void RaiseMayNot(const SourceRelation& relation, const char* whose, Oid role) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission denied to write to %s", relation.qualified_name),
                    errdetail("The %s's owner \"%s\" has no privileges of the \"%s\" role.", whose,
                              GetUserNameFromId(role, false), "pg_write_server_files")));
    pg_unreachable();
}

Oid OwnerOf(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

}  // namespace

bool IsUpdatable(const SourceRelation& relation) {
    return relation.table.updatable == Choice::kYes && !relation.server.force_readonly &&
           !relation.server.immutable && relation.table.query == nullptr;
}

bool MayWrite(const SourceRelation& relation) {
    return IsUpdatable(relation) && MayWriteServerFiles(GetForeignServer(relation.server_oid)->owner) &&
           (relation.server.updatable == Choice::kYes || MayWriteServerFiles(OwnerOf(relation.relid)));
}

void CheckMayWrite(const SourceRelation& relation) {
    if (!IsUpdatable(relation))
        ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
                        errmsg("%s can't be written to", relation.qualified_name),
                        errhint("Set option updatable to true, of the server or the table; force_readonly, "
                                "immutable and option query stand against it.")));
    const ForeignServer* server = GetForeignServer(relation.server_oid);
    if (!MayWriteServerFiles(server->owner)) RaiseMayNot(relation, "server", server->owner);
    // The server's owner has not said that others may.
    const Oid owner = OwnerOf(relation.relid);
    if (relation.server.updatable != Choice::kYes && !MayWriteServerFiles(owner))
        RaiseMayNot(relation, "foreign table", owner);
}

WritableTable* ReadWritableTable(const SourceRelation& relation, Pin* pin) {
    WritableTable* table = static_cast<WritableTable*>(palloc0(sizeof(WritableTable)));
    table->relation = &relation;
    const SourceFacts* facts = ReadSourceFacts(relation, pin);
    table->identity = IdentityOf(relation, *facts);
    auto* declared = NewIn<Declared>(CurrentMemoryContext);
    const char* name = ToUtf8(relation.source_name());
    sqlite::Database* database = pin->database();
    CallSqlite(database, [&] {
        sqlite::CatalogOptions options;
        options.foreign_keys = options.indexes = false;
        std::optional<sqlite::Table> found = sqlite::Catalog::ReadTable(*database, name, options);
        if (!found) return;
        declared->columns = std::move(found->columns);
        declared->strict = found->strict;
        declared->is_view = found->kind == sqlite::TableKind::kView;
    });
    table->is_view = declared->is_view;
    table->columns = static_cast<WrittenColumn*>(
        palloc0(sizeof(WrittenColumn) * static_cast<size_t>(std::max(1, relation.attribute_count))));
    for (int i = 0; i < relation.attribute_count; ++i)
        InitColumn(relation, i, *declared, &table->columns[i]);
    return table;
}

RowIdentity IdentityOf(const SourceRelation& relation, const SourceFacts& facts) {
    RowIdentity identity = {};
    if (facts.rowid_name[0] != '\0') {
        identity.rowid_name = pstrdup(facts.rowid_name);
        for (int i = 0; i < relation.attribute_count && identity.attributes == NIL; ++i)
            if (relation.columns[i].name != nullptr && facts.shapes[i].is_rowid &&
                IsWhole(relation.columns[i]))
                identity.attributes = list_make1_int(i + 1);
        identity.by_ctid = identity.attributes == NIL;
        return identity;
    }
    ListCell* cell;
    foreach (cell, facts.key_columns) {
        int attribute = 0;
        for (int i = 0; i < relation.attribute_count && attribute == 0; ++i)
            if (relation.columns[i].name != nullptr &&
                pg_strcasecmp(relation.columns[i].name, strVal(lfirst(cell))) == 0)
                attribute = i + 1;
        if (attribute == 0)
            ereport(ERROR,
                    (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                     errmsg("rows of %s can't be found again", relation.qualified_name),
                     errdetail("Column \"%s\" of SQLite's primary key is not a column of the foreign table.",
                               strVal(lfirst(cell)))));
        identity.attributes = lappend_int(identity.attributes, attribute);
    }
    return identity;
}

}  // namespace pgsqlite::pg::fdw
