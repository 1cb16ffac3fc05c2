#include "pg/fdw/scan/row_marks.hpp"

#include "core/sqlite/statement.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/fdw/plan/plan.hpp"
#include "pg/fdw/scan/row_source.hpp"

extern "C" {
#include "access/sysattr.h"
}

namespace pgsqlite::pg::fdw {
namespace {

/// The highest value of 48 bits stands for all rowids that need more, negative ones among them: they may come
/// between planning and reading.
constexpr int64 kNoRowid = (INT64CONST(1) << 48) - 1;

int64 RowidOf(const ItemPointerData& ctid) {
    return (static_cast<int64>(ItemPointerGetBlockNumberNoCheck(&ctid)) << 16) |
           ItemPointerGetOffsetNumberNoCheck(&ctid);
}

[[noreturn]] void RaiseNotAgain(const SourceRelation& relation) {
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                    errmsg("could not read a row of %s again", relation.qualified_name),
                    errdetail("A row that it was joined with has been changed meanwhile."),
                    errhint("Run the statement again.")));
    pg_unreachable();
}

/// Whether all rowids that are there now can be ctids: two lookups.
bool RowidsFit(const SourceRelation& relation, const SourceFacts& facts) {
    StringInfoData source;
    initStringInfo(&source);
    AppendSource(&source, relation, facts, "r");
    const char* utf8 = ToUtf8(psprintf("SELECT (SELECT min(r.%s) FROM %s), (SELECT max(r.%s) FROM %s)",
                                       facts.rowid_name, source.data, facts.rowid_name, source.data));
    Pin* pin = Pin::Acquire(CurrentMemoryContext, relation.server_oid);
    sqlite::Database* database = pin->database();
    const bool fit = CallSqlite(database, [&] {
        sqlite::Statement statement(*database, utf8);
        return statement.Fetch() && statement.Int(0) >= 0 && statement.Int(1) < kNoRowid;
    });
    pin->Release();
    return fit;
}

/// A value that is refused was not looked at: NULL stands for it, also where its domain takes none.
bool LeaveOut(void*, const RowConverter&, int, const value::Cell&, value::Status, const ErrorData*) {
    return false;
}

}  // namespace

RowMarkType GetForeignRowMarkType(RangeTblEntry* entry, LockClauseStrength) {
    const SourceRelation* relation = ReadSourceRelation(entry->relid);
    const SourceFacts* facts = LookAtSource(*relation);
    return facts->rowid_name[0] != '\0' && RowidsFit(*relation, *facts) ? ROW_MARK_REFERENCE : ROW_MARK_COPY;
}

void SetRowidAsCtid(ItemPointer ctid, const value::Cell& rowid) {
    const int64 number = rowid.integer >= 0 && rowid.integer < kNoRowid ? rowid.integer : kNoRowid;
    ItemPointerSet(ctid, static_cast<BlockNumber>(number >> 16), static_cast<OffsetNumber>(number & 0xffff));
}

bool RowidOfCtid(ItemPointer ctid, value::Cell* rowid) {
    *rowid = value::Cell::Integer(RowidOf(*ctid));
    return rowid->integer != kNoRowid;
}

void RefetchForeignRow(EState*, ExecRowMark* mark, Datum ctid, TupleTableSlot* slot, bool* updated) {
    *updated = false;
    ItemPointerData place = *reinterpret_cast<ItemPointer>(DatumGetPointer(ctid));
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite row again", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);
    const SourceRelation* relation = ReadSourceRelation(mark->relid);
    const int64 rowid = RowidOf(place);
    if (rowid == kNoRowid) RaiseNotAgain(*relation);
    Pin* pin = Pin::Acquire(context, relation->server_oid);
    const SourceFacts* facts = ReadSourceFacts(*relation, pin);
    if (facts->rowid_name[0] == '\0') RaiseNotAgain(*relation);
    Bitmapset* all = nullptr;
    for (int i = 1; i <= relation->attribute_count; ++i)
        all = bms_add_member(all, i);
    const ScanQuery query = BuildScanQuery(*relation, *facts, all);
    const TupleDesc descriptor = slot->tts_tupleDescriptor;
    const size_t natts = static_cast<size_t>(std::max(1, descriptor->natts));
    Datum* values = static_cast<Datum*>(palloc0(sizeof(Datum) * natts));
    bool* nulls = static_cast<bool*>(palloc(sizeof(bool) * natts));
    std::memset(nulls, true, natts);
    const int count = list_length(query.attributes);
    int* targets = static_cast<int*>(palloc(sizeof(int) * static_cast<size_t>(count + 1)));
    ColumnConverter* converters = static_cast<ColumnConverter*>(
        palloc0(sizeof(ColumnConverter) * static_cast<size_t>(std::max(1, count))));
    for (int i = 0; i < count; ++i) {
        targets[i] = list_nth_int(query.attributes, i) - 1;
        const SourceColumn& column = relation->columns[targets[i]];
        InitColumnConverter(&converters[i], context, column.type, column.typmod, column.attribute,
                            column.options, relation->server);
    }
    RowSource::Config config = {};
    config.pin = pin;
    config.sql = psprintf("%s WHERE r.%s = ?1", query.sql, facts->rowid_name);
    config.columns = converters;
    config.column_count = count;
    config.relation = relation->qualified_name;
    config.source = relation->source_name();
    config.locator = query.locator;
    config.locator_columns = query.locator_columns;
    config.sink = &LeaveOut;
    RowSource* rows = RowSource::Open(context, config);
    rows->converter().CollectErrors();
    rows->RewindWith(1, rowid);
    if (!rows->Next(values, nulls, targets)) RaiseNotAgain(*relation);
    MemoryContextSwitchTo(previous);
    HeapTuple tuple = heap_form_tuple(descriptor, values, nulls);
    tuple->t_self = place;
    tuple->t_tableOid = mark->relid;
    ExecForceStoreHeapTuple(tuple, slot, true);
    rows->Close();
    pin->VerifyUnchanged();
    pin->Release();
    MemoryContextDelete(context);
}

}  // namespace pgsqlite::pg::fdw
