// sqlite.digest: checksums of a relation by chunks of its key, to be kept or compared with those of another.
#include "pg/validate/table_pair.hpp"

namespace pgsqlite::pg::validate {
namespace {

/// The columns of a relation: those of the key in its order, for the chunks; then all of them by name, which
/// make a row's digest, so that relations whose columns stand in another order agree, and whatever their key
/// is.
struct DigestColumns {
    const char** names;
    Oid* types;
    int count;
    int key_count;
};

int CompareNames(const void* a, const void* b) {
    return std::strcmp(*static_cast<const char* const*>(a), *static_cast<const char* const*>(b));
}

List* KeyNames(FunctionCallInfo fcinfo, Oid relation) {
    List* names = NIL;
    if (PG_ARGISNULL(1)) {
        ListCell* cell;
        foreach (cell, PrimaryKey(relation))
            names = lappend(names, get_attname(relation, static_cast<AttrNumber>(lfirst_int(cell)), false));
        return names;
    }
    Datum* values;
    bool* nulls;
    int count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
    for (int i = 0; i < count; ++i) {
        const char* name = nulls[i] ? "" : TextDatumGetCString(values[i]);
        if (get_attnum(relation, name) <= 0)
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("key column \"%s\" does not exist in %s", name, RelationName(relation))));
        names = lappend(names, const_cast<char*>(name));
    }
    return names;
}

DigestColumns ReadColumns(Oid relid, const List* key) {
    Relation relation = table_open(relid, AccessShareLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    const Size most = static_cast<Size>(descriptor->natts + list_length(key) + 1);
    DigestColumns columns = {};
    columns.names = static_cast<const char**>(palloc(sizeof(char*) * most));
    columns.types = static_cast<Oid*>(palloc(sizeof(Oid) * most));
    ListCell* cell;
    foreach (cell, key)
        columns.names[columns.count++] = static_cast<const char*>(lfirst(cell));
    columns.key_count = columns.count;
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (!attribute->attisdropped) columns.names[columns.count++] = pstrdup(NameStr(attribute->attname));
    }
    table_close(relation, NoLock);
    qsort(columns.names + columns.key_count, static_cast<size_t>(columns.count - columns.key_count),
          sizeof(char*), &CompareNames);
    for (int i = 0; i < columns.count; ++i)
        columns.types[i] = get_atttype(relid, get_attnum(relid, columns.names[i]));
    return columns;
}

/// Texts are put into the order of their bytes, which is the same everywhere.
const char* DigestQuery(const DigestColumns& columns, Oid relation) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < columns.count; ++i)
        appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "SELECT ", quote_identifier(columns.names[i]));
    appendStringInfo(&sql, " FROM %s", RelationItem(relation));
    for (int i = 0; i < columns.key_count; ++i)
        appendStringInfo(&sql, "%s%s%s", i > 0 ? ", " : " ORDER BY ", quote_identifier(columns.names[i]),
                         OidIsValid(get_typcollation(columns.types[i])) ? " COLLATE pg_catalog.\"C\"" : "");
    return sql.data;
}

/// The chunk at hand.
class Chunks {
  public:
    Chunks(ReturnSetInfo* result, int key_count, int64 chunk_rows) noexcept
        : result_(result), key_count_(key_count), chunk_rows_(chunk_rows) {
        for (MemoryContext& memory : memory_)
            memory = AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite chunk key", ALLOCSET_SMALL_SIZES);
    }

    /// A chunk ends with a row, but never between rows of one key: their order is not known.
    void Add(const SideRow& row) {
        if (sum_.rows >= static_cast<uint64>(chunk_rows_) && row.key != last_ && key_count_ > 0) End();
        if (sum_.rows == 0) first_key_ = Key(row, memory_[0]);
        if (key_count_ > 0) last_key_ = Key(row, memory_[1]);
        last_ = row.key;
        sum_.Add(key_count_ > 0 ? digest::Hash(row.canonical.substr(row.ends[key_count_ - 1])) : row.row);
    }
    void End() {
        if (sum_.rows == 0) return;
        char hex[digest::Digest::kHexSize];
        sum_.sum.ToHex(hex);
        const bool keyless = key_count_ == 0;
        Datum values[] = {Int64GetDatum(++number_), first_key_, last_key_,
                          Int64GetDatum(static_cast<int64>(sum_.rows)),
                          PointerGetDatum(cstring_to_text_with_len(hex, sizeof(hex)))};
        bool nulls[] = {false, keyless, keyless, false, false};
        tuplestore_putvalues(result_->setResult, result_->setDesc, values, nulls);
        sum_ = {};
    }

  private:
    /// text[], in a context that holds it alone.
    Datum Key(const SideRow& row, MemoryContext memory) {
        MemoryContextReset(memory);
        MemoryContext previous = MemoryContextSwitchTo(memory);
        Datum values[INDEX_MAX_KEYS];
        bool nulls[INDEX_MAX_KEYS];
        int dimension = key_count_, lower = 1;
        for (int i = 0; i < key_count_; ++i) {
            const char* text = row.text(row, i);
            nulls[i] = text == nullptr;
            values[i] = text != nullptr ? CStringGetTextDatum(text) : static_cast<Datum>(0);
        }
        const Datum key = PointerGetDatum(
            construct_md_array(values, nulls, 1, &dimension, &lower, TEXTOID, -1, false, TYPALIGN_INT));
        MemoryContextSwitchTo(previous);
        return key;
    }

    ReturnSetInfo* result_;
    int key_count_;
    int64 chunk_rows_;
    int64 number_ = 0;
    digest::RowSum sum_;
    digest::Digest last_;
    MemoryContext memory_[2];
    Datum first_key_ = 0;
    Datum last_key_ = 0;
};

void AddToChunk(void* context, const SideRow& row) {
    static_cast<Chunks*>(context)->Add(row);
}

}  // namespace
}  // namespace pgsqlite::pg::validate

using namespace pgsqlite::pg;
using namespace pgsqlite::pg::validate;

PG_SQLITE_FUNCTION(pg_sqlite_digest) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("relation and chunk_rows must not be null")));
    const Oid relation = PG_GETARG_OID(0);
    const int64 chunk_rows = PG_GETARG_INT64(2);
    if (chunk_rows < 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("chunk_rows must be at least 1")));
    LockToRead(relation);
    const List* key = KeyNames(fcinfo, relation);
    if (list_length(key) > INDEX_MAX_KEYS)
        ereport(ERROR,
                (errcode(ERRCODE_TOO_MANY_COLUMNS), errmsg("a key has at most %d columns", INDEX_MAX_KEYS)));
    if (const char* hidden = HiddenRows(relation))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("%s", hidden)));
    const DigestColumns columns = ReadColumns(relation, key);
    if (columns.count == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s has no columns", RelationName(relation))));
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    Side side = {};
    side.column_count = columns.count;
    side.key_count = columns.key_count;
    side.forms = static_cast<DatumForm**>(palloc(sizeof(DatumForm*) * static_cast<Size>(columns.count)));
    for (int i = 0; i < columns.count; ++i)
        side.forms[i] = MakeDatumForm(columns.types[i]);
    side.query = DigestQuery(columns, relation);
    Chunks chunks(result, columns.key_count, chunk_rows);
    ReadSide(&side, {&AddToChunk, &chunks});
    chunks.End();
    if (side.refused > 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
                        errmsg("some rows of %s do not fit its types", RelationName(relation)),
                        errdetail("There are " INT64_FORMAT ".", side.refused),
                        errhint("SELECT from it to see the first of them.")));
    return static_cast<Datum>(0);
}
