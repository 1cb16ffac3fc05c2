#include "pg/survey/tied_sequences.hpp"

#include "pg/catalog_query.hpp"

extern "C" {
#include "storage/lmgr.h"
#include "utils/rls.h"
}

namespace pgsqlite::pg {

// A default that is nextval() alone, whatever casts stand around it; its text is as pg_get_expr() writes it.
const char kTiedSequences[] = R"(
    SELECT d.refobjid AS relation, d.refobjsubid::int2 AS attnum, d.objid AS sequence, 'owned' AS tie, true AS plain
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = d.classid AND d.refobjsubid > 0
        AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT f.adrelid, f.adnum, s.oid, 'default',
        pg_get_expr(f.adbin, f.adrelid) ~ '^[(]*nextval[(]''([^'']|'''')*''::regclass[)]+(::[a-z]+)?$'
    FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
        AND d.refclassid = 'pg_class'::regclass JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
    WHERE NOT EXISTS (
        SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = s.oid
            AND o.refclassid = o.classid AND o.refobjid = f.adrelid AND o.refobjsubid = f.adnum
            AND o.deptype IN ('a', 'i'))
    UNION ALL
    SELECT f.adrelid, f.adnum, s.oid, 'text',
        f.expression ~ '^[(]*nextval[(]+''([^'']|'''')*''::text[)]*(::regclass)?[)]+(::[a-z]+)?$'
    FROM (
        SELECT a.adrelid, a.adnum, pg_get_expr(a.adbin, a.adrelid) AS expression,
            replace(substring(pg_get_expr(a.adbin, a.adrelid) FROM 'nextval[(]+''((?:[^'']|'''')*)''::text'), '''''', '''') AS name
        FROM pg_attrdef a
    ) AS f CROSS JOIN LATERAL (
        SELECT CASE WHEN f.name ~ '^("[^".]+"|[A-Za-z_][A-Za-z0-9_$]*)([.]("[^".]+"|[A-Za-z_][A-Za-z0-9_$]*))?$'
            THEN parse_ident(f.name) END AS path
    ) AS l JOIN pg_class c ON c.oid = f.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_class s ON s.relkind = 'S' AND s.relname = l.path[cardinality(l.path)]
        JOIN pg_namespace m ON m.oid = s.relnamespace
            AND m.nspname = CASE cardinality(l.path) WHEN 1 THEN n.nspname::text ELSE l.path[1] END
    UNION ALL
    SELECT k.conrelid, k.conkey[1], s.oid, 'name', true
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] AND a.attidentity = '' AND NOT a.atthasdef
            AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
        JOIN pg_class s ON s.relnamespace = c.relnamespace AND s.relkind = 'S' AND lower(s.relname) IN (
            lower(c.relname || '_' || a.attname || '_seq'), lower(c.relname || '_id_seq'), lower(c.relname || '_seq'))
    WHERE k.contype = 'p' AND cardinality(k.conkey) = 1
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid
            AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
            AND d.classid = 'pg_attrdef'::regclass)
)";

namespace {

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

/// The key nearest to the sequence's end: the greatest, or the least of one that counts down. False when the
/// table is empty.
bool FarthestKey(const TiedSequence& sequence, int64* key) {
    // Policies would hide rows from the caller, and the sequence would run into their keys.
    if (check_enable_rls(sequence.table, InvalidOid, true) == RLS_ENABLED)
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("row-level security hides rows of table %s", sequence.table_name),
                        errhint("Call the function as the table's owner or as a role with BYPASSRLS.")));
    const bool down = sequence.increment < 0;
    const char* extreme =
        psprintf("pg_catalog.%s(%s)", down ? "min" : "max", quote_identifier(sequence.column));
    if (sequence.type == NUMERICOID)
        extreme = psprintf("pg_catalog.%s(%s)", down ? "floor" : "ceil", extreme);
    Select(psprintf("SELECT %s::pg_catalog.int8 FROM %s", extreme, sequence.table_name));
    bool is_null;
    *key = DatumGetInt64(Field(0, 1, &is_null));
    return !is_null;
}

SequencePosition Read(const TiedSequence& sequence) {
    Select(psprintf("SELECT last_value, is_called FROM %s", sequence.sequence_name));
    bool is_null;
    return {DatumGetInt64(Field(0, 1, &is_null)), DatumGetBool(Field(0, 2, &is_null))};
}

using Int128 = __int128;

/// The value to give out next.
Int128 NextOf(const TiedSequence& sequence, SequencePosition position) noexcept {
    return position.is_called ? Int128{position.last} + sequence.increment : Int128{position.last};
}

/// Whether the sequence would give out `key` or has it still before it.
bool IsBehind(const TiedSequence& sequence, SequencePosition position, int64 key) noexcept {
    const Int128 next = NextOf(sequence, position);
    return sequence.increment > 0 ? next <= key : next >= key;
}

void CheckMaySet(const TiedSequence& sequence) {
    const AclResult result = pg_class_aclcheck(sequence.sequence, GetUserId(), ACL_UPDATE);
    if (result != ACLCHECK_OK) aclcheck_error(result, OBJECT_SEQUENCE, sequence.sequence_name);
}

}  // namespace

TiedSequence* ListTiedSequences(const char* condition, uint64* count) {
    Select(
        psprintf("SELECT c.oid, a.attname, a.atttypid, s.seqrelid, s.seqincrement, t.plain "
                 "FROM (%s) AS t JOIN pg_catalog.pg_class c ON c.oid = t.relation "
                 "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = t.attnum "
                 "AND NOT a.attisdropped JOIN pg_catalog.pg_sequence s ON s.seqrelid = t.sequence "
                 "WHERE c.relkind IN ('r', 'p') AND (%s) ORDER BY c.relname, a.attnum, s.seqrelid",
                 kTiedSequences, condition));
    *count = SPI_processed;
    TiedSequence* sequences = static_cast<TiedSequence*>(palloc0(sizeof(TiedSequence) * (*count + 1)));
    for (uint64 i = 0; i < *count; ++i) {
        bool is_null;
        TiedSequence* sequence = &sequences[i];
        sequence->table = DatumGetObjectId(Field(i, 1, &is_null));
        sequence->column = pstrdup(NameStr(*DatumGetName(Field(i, 2, &is_null))));
        sequence->type = getBaseType(DatumGetObjectId(Field(i, 3, &is_null)));
        sequence->sequence = DatumGetObjectId(Field(i, 4, &is_null));
        sequence->increment = DatumGetInt64(Field(i, 5, &is_null));
        sequence->plain = DatumGetBool(Field(i, 6, &is_null));
        sequence->table_name = QualifiedName(sequence->table);
        sequence->sequence_name = QualifiedName(sequence->sequence);
    }
    return sequences;
}

bool HasNumbers(const TiedSequence& sequence) {
    switch (sequence.type) {
        case INT2OID:
        case INT4OID:
        case INT8OID:
        case NUMERICOID:
            return sequence.plain;
        default:
            return false;
    }
}

SequencePosition BringBehind(const TiedSequence& sequence) {
    SequencePosition position = Read(sequence);
    int64 key;
    if (!FarthestKey(sequence, &key) || !IsBehind(sequence, position, key)) return position;
    CheckMaySet(sequence);
    // As ALTER SEQUENCE does: nextval() of other sessions waits, so none can get ahead between the look and
    // the setting, and the sequence is not set back.
    LockRelationOid(sequence.sequence, ShareRowExclusiveLock);
    position = Read(sequence);
    if (!IsBehind(sequence, position, key)) return position;
    // In whole steps: sequences that share out keys (1, 3, 5 … and 2, 4, 6 …) must stay apart.
    const Int128 next = NextOf(sequence, position);
    const Int128 steps = (Int128{key} - next) / sequence.increment;
    position = {static_cast<int64>(next + steps * sequence.increment), true};
    DirectFunctionCall3(setval3_oid, ObjectIdGetDatum(sequence.sequence), Int64GetDatum(position.last),
                        BoolGetDatum(true));
    return position;
}

}  // namespace pgsqlite::pg
