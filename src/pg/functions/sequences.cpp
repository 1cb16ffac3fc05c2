// sqlite.reset_sequences(): after rows were loaded with keys of their own, the sequences of identity and
// serial columns must go on behind the greatest key. They are never set back, and stay in step with their
// increment.
#include "pg/catalog_query.hpp"
#include "pg/seam.hpp"

extern "C" {
#include "storage/lmgr.h"
#include "utils/rls.h"
}

namespace pgsqlite::pg::functions {
namespace {

/// A column with a sequence of its own.
struct SequenceColumn {
    Oid table;
    const char* table_name;  ///< quoted and qualified
    const char* name;
    Oid type;  ///< base type
    Oid sequence;
    const char* sequence_name;  ///< quoted and qualified
    int64 increment;
};

/// Where a sequence stands.
struct Position {
    int64 last;
    bool is_called;  ///< false: `last` is yet to be given out
};

void Select(const char* sql) {
    const int rc = ExecuteOnCatalogs(sql, false, 0);
    if (rc != SPI_OK_SELECT) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
}

Datum Field(uint64 row, int column, bool* is_null) {
    return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, is_null);
}

const char* QualifiedName(Oid relation) {
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
                                      get_rel_name(relation));
}

/// The columns of a schema that own a sequence or are identity columns, by table and column number.
SequenceColumn* ListColumns(Oid schema, uint64* count) {
    Select(psprintf(
        "SELECT c.oid, a.attname, a.atttypid, s.seqrelid, s.seqincrement "
        "FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass "
        "AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid "
        "AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i') "
        "JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid "
        "WHERE c.relnamespace = %u AND c.relkind IN ('r', 'p') ORDER BY c.relname, a.attnum, s.seqrelid",
        schema));
    *count = SPI_processed;
    SequenceColumn* columns = static_cast<SequenceColumn*>(palloc0(sizeof(SequenceColumn) * (*count + 1)));
    for (uint64 i = 0; i < *count; ++i) {
        bool is_null;
        SequenceColumn* column = &columns[i];
        column->table = DatumGetObjectId(Field(i, 1, &is_null));
        column->name = pstrdup(NameStr(*DatumGetName(Field(i, 2, &is_null))));
        column->type = getBaseType(DatumGetObjectId(Field(i, 3, &is_null)));
        column->sequence = DatumGetObjectId(Field(i, 4, &is_null));
        column->increment = DatumGetInt64(Field(i, 5, &is_null));
        column->table_name = QualifiedName(column->table);
        column->sequence_name = QualifiedName(column->sequence);
    }
    return columns;
}

/// The key nearest to the sequence's end: the greatest, or the least of one that counts down. False when the
/// table is empty.
bool FarthestKey(const SequenceColumn& column, int64* key) {
    // Policies would hide rows from the caller, and the sequence would run into their keys.
    if (check_enable_rls(column.table, InvalidOid, true) == RLS_ENABLED)
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("row-level security hides rows of table %s", column.table_name),
                        errhint("Call the function as the table's owner or as a role with BYPASSRLS.")));
    const bool down = column.increment < 0;
    const char* extreme = psprintf("pg_catalog.%s(%s)", down ? "min" : "max", quote_identifier(column.name));
    if (column.type == NUMERICOID) extreme = psprintf("pg_catalog.%s(%s)", down ? "floor" : "ceil", extreme);
    Select(psprintf("SELECT %s::pg_catalog.int8 FROM %s", extreme, column.table_name));
    bool is_null;
    *key = DatumGetInt64(Field(0, 1, &is_null));
    return !is_null;
}

Position Read(const SequenceColumn& column) {
    Select(psprintf("SELECT last_value, is_called FROM %s", column.sequence_name));
    bool is_null;
    return {DatumGetInt64(Field(0, 1, &is_null)), DatumGetBool(Field(0, 2, &is_null))};
}

using Int128 = __int128;

/// The value to give out next.
Int128 NextOf(const SequenceColumn& column, Position position) noexcept {
    return position.is_called ? Int128{position.last} + column.increment : Int128{position.last};
}

/// Whether the sequence would give out `key` or has it still before it.
bool IsBehind(const SequenceColumn& column, Position position, int64 key) noexcept {
    const Int128 next = NextOf(column, position);
    return column.increment > 0 ? next <= key : next >= key;
}

void CheckMaySet(const SequenceColumn& column) {
    const AclResult result = pg_class_aclcheck(column.sequence, GetUserId(), ACL_UPDATE);
    if (result != ACLCHECK_OK) aclcheck_error(result, OBJECT_SEQUENCE, column.sequence_name);
}

/// Brings the sequence behind the table's keys where it is not. Returns where it stands then.
Position Reset(const SequenceColumn& column) {
    Position position = Read(column);
    int64 key;
    if (!FarthestKey(column, &key) || !IsBehind(column, position, key)) return position;
    CheckMaySet(column);
    // As ALTER SEQUENCE does: nextval() of other sessions waits, so none can get ahead between the look and
    // the setting, and the sequence is not set back.
    LockRelationOid(column.sequence, ShareRowExclusiveLock);
    position = Read(column);
    if (!IsBehind(column, position, key)) return position;
    // In whole steps: sequences that share out keys (1, 3, 5 … and 2, 4, 6 …) must stay apart.
    const Int128 next = NextOf(column, position);
    const Int128 steps = (Int128{key} - next) / column.increment;
    position = {static_cast<int64>(next + steps * column.increment), true};
    DirectFunctionCall3(setval3_oid, ObjectIdGetDatum(column.sequence), Int64GetDatum(position.last),
                        BoolGetDatum(true));
    return position;
}

bool HasNumberType(const SequenceColumn& column) {
    switch (column.type) {
        case INT2OID:
        case INT4OID:
        case INT8OID:
        case NUMERICOID:
            return true;
        default:
            ereport(WARNING,
                    (errcode(ERRCODE_DATATYPE_MISMATCH),
                     errmsg("sequence %s is left as it is", column.sequence_name),
                     errdetail("Column \"%s\" of table %s has type %s, which has no greatest number.",
                               column.name, column.table_name, format_type_be(column.type))));
            return false;
    }
}

}  // namespace
}  // namespace pgsqlite::pg::functions

PG_SQLITE_FUNCTION(pg_sqlite_reset_sequences) {
    namespace functions = pgsqlite::pg::functions;
    const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    ReturnSetInfo* result = pgsqlite::pg::BeginMaterialized(fcinfo);
    const Oid schema = LookupExplicitNamespace(name, false);
    SPI_connect();
    uint64 count;
    const functions::SequenceColumn* columns = functions::ListColumns(schema, &count);
    for (uint64 i = 0; i < count; ++i) {
        const functions::SequenceColumn& column = columns[i];
        if (!functions::HasNumberType(column)) continue;
        const functions::Position position = functions::Reset(column);
        Datum values[4] = {ObjectIdGetDatum(column.table), CStringGetTextDatum(column.name),
                           ObjectIdGetDatum(column.sequence), Int64GetDatum(position.last)};
        bool nulls[4] = {false, false, false, !position.is_called};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_finish();
    return static_cast<Datum>(0);
}
