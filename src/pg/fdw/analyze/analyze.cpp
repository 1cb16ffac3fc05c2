#include "pg/fdw/analyze/analyze.hpp"

#include "core/sqlite/sample.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/fdw/scan/row_source.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// A value over 1,024 bytes (analyze.c, WIDTH_THRESHOLD) counts by its width only, so the sample needs none
/// of its bytes: 30,000 rows with megabytes each would not fit in memory.
constexpr Size kKeptBytes = 2048;

struct SampledRow {
    uint64 position;  ///< in the source's order
    HeapTuple tuple;
    Bitmapset* refused;  ///< columns whose values do not fit
};

struct Sample {
    TupleDesc descriptor;
    const SourceRelation* relation;
    Pin* pin;
    RowSource* source;
    ColumnConverter* columns;
    int column_count;
    int* targets;        ///< attribute of each column, from 0
    Bitmapset* refused;  ///< of the current row
    Datum* values;
    bool* nulls;
    MemoryContext context;       ///< everything else that outlives a row
    MemoryContext rows_context;  ///< the caller's, where the sample goes
    MemoryContext row_context;   ///< what one row's conversion leaves
    SampledRow* rows;
    int row_count;
    double total_rows;
};

/// Statistics don't fail for a value that a scan would refuse: it counts as NULL, and is told at the end.
bool NoteRefusal(void* context, const RowConverter&, int column, const value::Cell&, value::Status,
                 const ErrorData*) {
    Sample* sample = static_cast<Sample*>(context);
    MemoryContext previous = MemoryContextSwitchTo(sample->context);
    sample->refused = bms_add_member(sample->refused, column);
    MemoryContextSwitchTo(previous);
    return true;
}

/// Seed of what core chooses; in line with setseed() as far as PostgreSQL's own sampling is.
uint64 RandomSeed() {
    return static_cast<uint64>(anl_random_fract() * 0x1p53);
}

/// Converters of all attributes. Domains are read as what they are over: their CHECKs may run any function,
/// and may not take the NULL that stands for a refused value.
void InitColumns(Sample* sample, const List* attributes, MemoryContext context) {
    const size_t count = static_cast<size_t>(std::max(1, list_length(attributes)));
    sample->column_count = list_length(attributes);
    sample->columns = static_cast<ColumnConverter*>(palloc0(sizeof(ColumnConverter) * count));
    sample->targets = static_cast<int*>(palloc0(sizeof(int) * count));
    ListCell* cell;
    int i = 0;
    foreach (cell, attributes) {
        const int attribute_index = lfirst_int(cell) - 1;
        const Form_pg_attribute attribute = TupleDescAttr(sample->descriptor, attribute_index);
        ColumnOptions options = sample->relation->columns[attribute_index].options;
        options.policies.on_error = value::OnError::kNull;
        int32 typmod = attribute->atttypmod;
        const Oid type = getBaseTypeAndTypmod(attribute->atttypid, &typmod);
        InitColumnConverter(&sample->columns[i], context, type, typmod, NameStr(attribute->attname), options,
                            sample->relation->server);
        sample->targets[i++] = attribute_index;
    }
}

/// A long value in few bytes. Text and bytes are cut, which leaves them too wide to be looked at; what has a
/// structure is compressed, so that it can still be read.
void Shorten(Sample* sample, int column) {
    const int attribute_index = sample->targets[column];
    const Form_pg_attribute attribute = TupleDescAttr(sample->descriptor, attribute_index);
    Datum* value = &sample->values[attribute_index];
    if (sample->nulls[attribute_index] || attribute->attlen != -1 ||
        VARSIZE_ANY(DatumGetPointer(*value)) <= kKeptBytes)
        return;
    const value::Kind kind = sample->columns[column].rule.kind;
    if (kind == value::Kind::kText || kind == value::Kind::kBytea) {
        const varlena* whole = reinterpret_cast<const varlena*>(DatumGetPointer(*value));
        int size = static_cast<int>(kKeptBytes - VARHDRSZ);
        if (kind == value::Kind::kText) size = pg_mbcliplen(VARDATA(whole), size, size);
        *value = PointerGetDatum(cstring_to_text_with_len(VARDATA(whole), size));
    } else if (attribute->attstorage != TYPSTORAGE_PLAIN) {
        const Datum compressed = toast_compress_datum(*value, TOAST_PGLZ_COMPRESSION);
        if (DatumGetPointer(compressed) != nullptr) *value = compressed;
    }
}

/// The source's current row, converted.
SampledRow CurrentRow(Sample* sample, uint64 position) {
    sample->refused = nullptr;
    MemoryContext previous = MemoryContextSwitchTo(sample->row_context);
    sample->source->Convert(sample->values, sample->nulls, sample->targets);
    for (int i = 0; i < sample->column_count; ++i)
        Shorten(sample, i);
    MemoryContextSwitchTo(sample->rows_context);
    HeapTuple tuple = heap_form_tuple(sample->descriptor, sample->values, sample->nulls);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(sample->row_context);
    return {position, tuple, sample->refused};
}

/// A table with rowids: the rows are chosen before any is read.
void ReadChosenRows(Sample* sample, const SourceFacts& facts, int target) {
    sqlite::Database* database = sample->pin->database();
    const char* table = ToUtf8(sample->relation->table.table);
    Holder<sqlite::RowSample>* chosen = Holder<sqlite::RowSample>::In(CurrentMemoryContext);
    sqlite::SampleOptions options;
    options.target = static_cast<size_t>(target);
    options.seed = RandomSeed();
    options.cancelled = &CancelPending;
    CallSqlite(database, [&] {
        chosen->Set(new sqlite::RowSample(sqlite::SampleRowids(*database, table, facts.rowid_name, options)));
    });
    sample->total_rows = chosen->get()->total_rows;
    const size_t count = chosen->get()->rowids.size();
    for (size_t i = 0; i < count; ++i) {
        CHECK_FOR_INTERRUPTS();
        sample->source->RewindWith(1, chosen->get()->rowids[i]);
        // In a damaged file an index may name a row that the table has not.
        if (!sample->source->Step()) continue;
        sample->rows[sample->row_count++] = CurrentRow(sample, i);
    }
}

/// Any other source gives its rows in a stream; those that are not taken are not converted.
void ReadStream(Sample* sample, int target) {
    sqlite::Reservoir reservoir(static_cast<size_t>(target), RandomSeed());
    static_assert(std::is_trivially_destructible_v<sqlite::Reservoir>);
    while (sample->source->Step()) {
        CHECK_FOR_INTERRUPTS();
        const int place = static_cast<int>(reservoir.Offer());
        if (place == target) continue;
        if (place < sample->row_count) {
            heap_freetuple(sample->rows[place].tuple);
            bms_free(sample->rows[place].refused);
        } else {
            ++sample->row_count;
        }
        sample->rows[place] = CurrentRow(sample, reservoir.seen());
    }
    sample->total_rows = static_cast<double>(reservoir.seen());
    // The order of the rows tells how a column's values correlate with it.
    std::sort(sample->rows, sample->rows + sample->row_count,
              [](const SampledRow& a, const SampledRow& b) { return a.position < b.position; });
}

/// Values left out of the statistics, unless the user has them read as NULL anyway.
void WarnOfRefusals(const Sample* sample) {
    int total = 0;
    StringInfoData columns;
    initStringInfo(&columns);
    for (int i = 0; i < sample->column_count; ++i) {
        const SourceColumn& column = sample->relation->columns[sample->targets[i]];
        if (column.options.policies.on_error == value::OnError::kNull) continue;
        int refused = 0;
        for (int row = 0; row < sample->row_count; ++row)
            refused += bms_is_member(i, sample->rows[row].refused);
        if (refused == 0) continue;
        appendStringInfo(&columns, "%s\"%s\" (%d)", total > 0 ? ", " : "", sample->columns[i].name, refused);
        total += refused;
    }
    if (total > 0)
        ereport(WARNING,
                (errmsg_plural("%s: %d value does not fit and was left out of the statistics",
                               "%s: %d values do not fit and were left out of the statistics",
                               static_cast<unsigned long>(total), sample->relation->qualified_name, total),
                 errdetail("In the sample of %d rows, by column: %s.", sample->row_count, columns.data),
                 errhint("Reading them raises an error that says more.")));
}

int AcquireSampleRows(Relation relation, int elevel, HeapTuple* rows, int target, double* total_rows,
                      double* total_dead_rows) {
    MemoryContext rows_context = CurrentMemoryContext;
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite analyze", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(context);

    Sample* sample = static_cast<Sample*>(palloc0(sizeof(Sample)));
    sample->descriptor = RelationGetDescr(relation);
    sample->relation = ReadSourceRelation(RelationGetRelid(relation));
    sample->context = context;
    sample->rows_context = rows_context;
    sample->row_context = AllocSetContextCreate(context, "pg_sqlite analyze row", ALLOCSET_DEFAULT_SIZES);
    sample->pin = Pin::Acquire(context, sample->relation->server_oid);
    sample->rows = static_cast<SampledRow*>(
        palloc_extended(sizeof(SampledRow) * static_cast<Size>(target), MCXT_ALLOC_HUGE));
    const size_t attributes = static_cast<size_t>(std::max(1, sample->descriptor->natts));
    sample->values = static_cast<Datum*>(palloc0(sizeof(Datum) * attributes));
    sample->nulls = static_cast<bool*>(palloc(sizeof(bool) * attributes));
    std::memset(sample->nulls, true, attributes);  // dropped attributes stay so

    const SourceFacts* facts = ReadSourceFacts(*sample->relation, sample->pin);
    Bitmapset* all = nullptr;
    for (int i = 1; i <= sample->relation->attribute_count; ++i)
        all = bms_add_member(all, i);
    const ScanQuery query = BuildScanQuery(*sample->relation, *facts, all);
    InitColumns(sample, query.attributes, context);
    const bool by_rowid = facts->rowid_name[0] != '\0';
    RowSource::Config config = {};
    config.pin = sample->pin;
    config.sql = by_rowid ? psprintf("%s WHERE r.%s = ?1", query.sql, facts->rowid_name) : query.sql;
    config.columns = sample->columns;
    config.column_count = sample->column_count;
    config.relation = sample->relation->qualified_name;
    config.source = sample->relation->source_name();
    config.locator = query.locator;
    config.locator_columns = query.locator_columns;
    config.sink = &NoteRefusal;
    config.sink_context = sample;
    sample->source = RowSource::Open(context, config);

    if (by_rowid)
        ReadChosenRows(sample, *facts, target);
    else
        ReadStream(sample, target);
    sample->source->Rewind();
    sample->pin->VerifyUnchanged();
    WarnOfRefusals(sample);

    const int count = sample->row_count;
    for (int i = 0; i < count; ++i)
        rows[i] = sample->rows[i].tuple;
    *total_rows = sample->total_rows;
    *total_dead_rows = 0;
    ereport(elevel, (errmsg("%s: %.0f rows, %d of them in the sample", sample->relation->qualified_name,
                            *total_rows, count)));
    MemoryContextSwitchTo(rows_context);
    MemoryContextDelete(context);
    return count;
}

/// Bytes that a heap table would need for a row of this shape.
double HeapRowBytes(Relation relation) {
    double bytes = sizeof(ItemIdData) + MAXALIGN(SizeofHeapTupleHeader);
    const TupleDesc descriptor = RelationGetDescr(relation);
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped) continue;
        const int32 seen = get_attavgwidth(RelationGetRelid(relation), attribute->attnum);
        bytes += seen > 0 ? seen : get_typavgwidth(attribute->atttypid, attribute->atttypmod);
    }
    return bytes;
}

}  // namespace

bool AnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc* function, BlockNumber* total_pages) {
    const SourceRelation* source = ReadSourceRelation(RelationGetRelid(relation));
    Pin* pin = Pin::Acquire(CurrentMemoryContext, source->server_oid);
    const SourceFacts* facts = ReadSourceFacts(*source, pin);
    pin->Release();
    // What an earlier ANALYZE found is better than what the file alone tells, above all where rowids have
    // gaps.
    const double rows = relation->rd_rel->reltuples >= 0 ? relation->rd_rel->reltuples : facts->rows;
    const double pages = std::ceil(rows * HeapRowBytes(relation) / BLCKSZ);
    // With none, a parent's ANALYZE would pass over a table that was empty once.
    *total_pages = static_cast<BlockNumber>(std::clamp(pages, 1.0, static_cast<double>(MaxBlockNumber)));
    *function = &AcquireSampleRows;
    return true;
}

}  // namespace pgsqlite::pg::fdw
