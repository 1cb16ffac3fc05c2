// Converting: the expressions of a spec over rows as they were read, so that an error in one of them is found
// to be a row's, and its column's. Many rows in one statement; where that fails, halves, down to the row;
// then each column by itself.
#include "pg/load/batch_loader.hpp"
#include "pg/load/load.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "utils/datum.h"
#include "utils/plancache.h"
}

namespace pgsqlite::pg::load {
namespace {

/// How the statements call the rows: as they are read, and one that was converted column by column.
constexpr char kSourceRows[] = "pg_sqlite_rows";
constexpr char kConvertedRow[] = "pg_sqlite_row";

/// Keeps the converted rows of one statement until all of them are known to be there.
struct Results {
    DestReceiver receiver;  ///< must come first
    BatchLoader* loader;
    WaitingRows* rows;
    const RowTrace* traces;                        ///< of the rows that are converted
    int count;                                     ///< of them
    uint64 seen[fdw::RowConverter::kChangeKinds];  ///< what had been counted before the latest row
};

}  // namespace

struct ConvertStage {
    const plan::LoadTask* task;  ///< over kSourceRows
    WaitingRows source;
    WaitingRows converted;  ///< only as a place: with the rowid and the rules' flags
    SPIPlanPtr all;
    SPIPlanPtr* one;  ///< by column; null until it is needed
    WaitingRows repaired;
    SPIPlanPtr rules;  ///< over kConvertedRow; null until it is needed
    MemoryContext scratch;
    MemoryContext row;  ///< one that fails
};

namespace {

SPIPlanPtr Prepare(const char* sql) {
    SPIPlanPtr plan = SPI_prepare(sql, 0, nullptr);
    if (plan == nullptr) elog(ERROR, "could not prepare a conversion");
    return plan;
}

TupleDesc ResultOf(SPIPlanPtr plan) {
    return static_cast<CachedPlanSource*>(linitial(SPI_plan_get_plan_sources(plan)))->resultDesc;
}

/// What policies have changed in the row's source, and in its expressions since the row before.
uint64* AllChanges(Results* results, const RowTrace& trace) {
    const uint64* now = results->loader->account->changes;
    if (std::memcmp(now, results->seen, sizeof(results->seen)) == 0) return trace.changes;
    uint64* changes = static_cast<uint64*>(palloc0(sizeof(results->seen)));
    for (size_t i = 0; i < fdw::RowConverter::kChangeKinds; ++i)
        changes[i] = now[i] - results->seen[i] + (trace.changes != nullptr ? trace.changes[i] : 0);
    std::memcpy(results->seen, now, sizeof(results->seen));
    return changes;
}

bool Keep(TupleTableSlot* slot, DestReceiver* receiver) {
    Results* results = reinterpret_cast<Results*>(receiver);
    WaitingRows* rows = results->rows;
    if (rows->used == results->count)
        ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
                        errmsg("an expression of the spec gives more than one row")));
    slot_getallattrs(slot);
    MemoryContext previous = MemoryContextSwitchTo(rows->memory);
    RowTrace trace = results->traces[rows->used];
    trace.changes = AllChanges(results, trace);
    MemoryContextSwitchTo(previous);
    PutRow(rows, slot->tts_values, slot->tts_isnull, trace);
    return true;
}

void Start(DestReceiver*, int, TupleDesc) {}
void Stop(DestReceiver*) {}

/// Runs a statement in the snapshot of the source's.
void Run(SPIPlanPtr plan, DestReceiver* receiver) {
    SPIExecuteOptions options = {};
    options.read_only = true;
    options.dest = receiver;
    if (SPI_execute_plan_extended(plan, &options) < 0) elog(ERROR, "could not convert rows");
}

/// Runs a statement over rows [first, last); its results go to stage->converted. The error where one of them
/// fails.
ErrorData* TryRun(BatchLoader* loader, SPIPlanPtr plan, WaitingRows* rows, int first, int last) {
    ConvertStage* stage = loader->convert;
    ForgetRows(&stage->converted);
    Results results = {};
    results.receiver = {&Keep, &Start, &Stop, &Stop, DestNone};
    results.loader = loader;
    results.rows = &stage->converted;
    results.traces = rows->traces + first;
    results.count = last - first;
    std::memcpy(results.seen, loader->account->changes, sizeof(results.seen));
    uint64 before[fdw::RowConverter::kChangeKinds];
    std::memcpy(before, loader->account->changes, sizeof(before));
    Tuplestorestate* store = ShowRows(rows, first, last);
    ErrorData* error = TryInSubtransaction(
        [&] {
            WithLoad(&RunningLoad::changes, loader->account->changes, [&] { Run(plan, &results.receiver); });
            if (stage->converted.used != last - first)
                ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
                                errmsg("an expression of the spec gives no row")));
        },
        &IsAboutRow);
    tuplestore_end(store);
    if (error != nullptr) std::memcpy(loader->account->changes, before, sizeof(before));
    return error;
}

/// Hands the results on.
void TakeResults(BatchLoader* loader) {
    ConvertStage* stage = loader->convert;
    const int natts = stage->converted.descriptor->natts;
    Datum* values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(natts)));
    bool* nulls = static_cast<bool*>(palloc(sizeof(bool) * static_cast<Size>(natts)));
    MemoryContext previous = MemoryContextSwitchTo(loader->scratch);
    for (int i = 0; i < stage->converted.used; ++i) {
        HeapTuple tuple = heap_tuple_from_minimal_tuple(stage->converted.tuples[i]);
        heap_deform_tuple(tuple, stage->converted.descriptor, values, nulls);
        TakeConverted(loader, values + loader->first_column, nulls + loader->first_column,
                      stage->converted.traces[i]);
        MemoryContextReset(loader->scratch);
    }
    MemoryContextSwitchTo(previous);
}

/// Takes the one value of a statement.
struct OneValue {
    DestReceiver receiver;  ///< must come first
    MemoryContext memory;
    Datum value;
    bool is_null;
};

bool KeepValue(TupleTableSlot* slot, DestReceiver* receiver) {
    OneValue* one = reinterpret_cast<OneValue*>(receiver);
    one->value = slot_getattr(slot, 1, &one->is_null);
    const Form_pg_attribute attribute = TupleDescAttr(slot->tts_tupleDescriptor, 0);
    if (one->is_null) return true;
    MemoryContext previous = MemoryContextSwitchTo(one->memory);
    one->value = datumCopy(one->value, attribute->attbyval, attribute->attlen);
    MemoryContextSwitchTo(previous);
    return true;
}

value::OnError OnErrorOf(const plan::LoadTask& task, size_t column) {
    if (column < task.on_error.size()) return task.on_error[column];
    return task.reject ? value::OnError::kReject : value::OnError::kError;
}

/// A row some of whose columns fail: what is told of it, or NULLs in their place.
struct RowFaults {
    Reject reject;
    StringInfoData message;
    uint64 nulls;
    bool refused;
};

void AddFault(RowFaults* faults, const plan::LoadTask& task, size_t column, const ErrorData* error) {
    const char* name = ToServerText(plan::NameInSource(task, task.columns[column]));
    const value::OnError on_error = OnErrorOf(task, column);
    if (on_error == value::OnError::kNull) {
        ++faults->nulls;
        return;
    }
    if (!faults->refused) {
        faults->reject.sqlstate = error->sqlerrcode;
        faults->reject.failure = false;
    }
    faults->refused = true;
    appendStringInfo(&faults->message, "%scolumn \"%s\": %s", faults->message.len > 0 ? "; " : "", name,
                     error->message);
    faults->reject.columns = lappend(faults->reject.columns, makeString(pstrdup(name)));
    faults->reject.failure = faults->reject.failure || on_error == value::OnError::kError;
}

/// The value of one column of source row `index`; the error where it has none.
ErrorData* TryColumn(BatchLoader* loader, int index, size_t column, Datum* value, bool* is_null) {
    ConvertStage* stage = loader->convert;
    if (stage->one[column] == nullptr) {
        MemoryContext previous = MemoryContextSwitchTo(GetMemoryChunkContext(stage));
        stage->one[column] = Prepare(SqlText([&] { return plan::OneValue(*stage->task, column); }));
        MemoryContextSwitchTo(previous);
    }
    OneValue one = {};
    one.receiver = {&KeepValue, &Start, &Stop, &Stop, DestNone};
    one.memory = CurrentMemoryContext;
    one.is_null = true;
    Tuplestorestate* store = ShowRows(&stage->source, index, index + 1);
    ErrorData* error = TryInSubtransaction(
        [&] {
            WithLoad(&RunningLoad::changes, loader->account->changes,
                     [&] { Run(stage->one[column], &one.receiver); });
        },
        &IsAboutRow);
    tuplestore_end(store);
    *value = one.value;
    *is_null = one.is_null;
    return error;
}

/// @param trace of the row, with what was counted of it
void Refuse(BatchLoader* loader, int index, const RowTrace& trace, const RowFaults& faults,
            Category category) {
    WaitingRows* source = &loader->convert->source;
    const TupleDesc descriptor = source->descriptor;
    Datum* values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(descriptor->natts)));
    bool* nulls = static_cast<bool*>(palloc(sizeof(bool) * static_cast<Size>(descriptor->natts)));
    heap_deform_tuple(heap_tuple_from_minimal_tuple(source->tuples[index]), descriptor, values, nulls);
    Reject reject = RejectOf(loader, trace, descriptor, values, nulls);
    reject.columns = faults.reject.columns;
    reject.category = category;
    reject.sqlstate = faults.reject.sqlstate;
    reject.message = faults.message.data;
    reject.failure = faults.reject.failure && !loader->account->rejects_conversions;
    TakeBack(loader, trace);
    loader->account->Add(reject);
}

/// A row that was converted column by column meets the rules.
void TakeRepaired(BatchLoader* loader, int index, const RowTrace& trace, Datum* values, bool* nulls,
                  RowFaults* faults) {
    ConvertStage* stage = loader->convert;
    if (stage->rules == nullptr) {
        MemoryContext previous = MemoryContextSwitchTo(GetMemoryChunkContext(stage));
        TupleDesc descriptor = CreateTemplateTupleDesc(loader->first_column + loader->column_count);
        for (int i = 0; i < descriptor->natts; ++i)
            TupleDescCopyEntry(descriptor, static_cast<AttrNumber>(i + 1), stage->converted.descriptor,
                               static_cast<AttrNumber>(i + 1));
        InitWaitingRows(&stage->repaired, kConvertedRow, descriptor);
        stage->rules = Prepare(SqlText([&] {
            std::string rowid;
            if (loader->first_column == 1) rowid = NameStr(TupleDescAttr(descriptor, 0)->attname);
            return plan::BatchSource(plan::OfConvertedRows(*stage->task, kConvertedRow, rowid), nullptr);
        }));
        MemoryContextSwitchTo(previous);
    }
    ForgetRows(&stage->repaired);
    PutRow(&stage->repaired, values, nulls, trace);
    ErrorData* error = TryRun(loader, stage->rules, &stage->repaired, 0, 1);
    if (error == nullptr) return TakeResults(loader);
    faults->reject.sqlstate = error->sqlerrcode;
    faults->reject.failure = !loader->task->reject;
    appendStringInfo(&faults->message, "a rule fails: %s", error->message);
    Refuse(loader, index, trace, *faults, Category::kValidation);
}

/// The source row that a statement over it alone has failed for.
void ConvertByColumns(BatchLoader* loader, int index) {
    ConvertStage* stage = loader->convert;
    const plan::LoadTask& task = *stage->task;
    const RowTrace& trace = stage->source.traces[index];
    const auto count = static_cast<size_t>(loader->first_column + loader->column_count);
    Datum* values = static_cast<Datum*>(palloc0(sizeof(Datum) * count));
    bool* nulls = static_cast<bool*>(palloc0(sizeof(bool) * count));
    values[0] = Int64GetDatum(trace.rowid);  // where rows have one; else the first column comes here
    RowFaults faults = {};
    initStringInfo(&faults.message);
    uint64 before[fdw::RowConverter::kChangeKinds];
    std::memcpy(before, loader->account->changes, sizeof(before));
    for (size_t i = 0; i < task.columns.size(); ++i) {
        const size_t place = static_cast<size_t>(loader->first_column) + i;
        const ErrorData* error = TryColumn(loader, index, i, &values[place], &nulls[place]);
        if (error == nullptr) continue;
        nulls[place] = true;
        AddFault(&faults, task, i, error);
    }
    if (faults.refused) {
        std::memcpy(loader->account->changes, before, sizeof(before));
        return Refuse(loader, index, trace, faults, Category::kConversion);
    }
    loader->account->changes[static_cast<size_t>(value::Applied::kOnErrorNull)] += faults.nulls;
    uint64 changes[fdw::RowConverter::kChangeKinds];
    for (size_t i = 0; i < fdw::RowConverter::kChangeKinds; ++i)
        changes[i] =
            loader->account->changes[i] - before[i] + (trace.changes != nullptr ? trace.changes[i] : 0);
    TakeRepaired(loader, index, {trace.rowid, trace.key, changes}, values, nulls, &faults);
}

void ConvertRange(BatchLoader* loader, int first, int last) {
    CHECK_FOR_INTERRUPTS();
    ConvertStage* stage = loader->convert;
    ErrorData* error = TryRun(loader, stage->all, &stage->source, first, last);
    if (error == nullptr) return TakeResults(loader);
    FreeErrorData(error);
    if (last - first == 1) {
        MemoryContext previous = MemoryContextSwitchTo(stage->row);
        ConvertByColumns(loader, first);
        MemoryContextSwitchTo(previous);
        return MemoryContextReset(stage->row);
    }
    const int middle = first + (last - first) / 2;
    ConvertRange(loader, first, middle);
    ConvertRange(loader, middle, last);
}

}  // namespace

void BeginConverting(BatchLoader* loader, TupleDesc source) {
    ConvertStage* stage = static_cast<ConvertStage*>(palloc0(sizeof(ConvertStage)));
    auto* task = NewIn<plan::LoadTask>(CurrentMemoryContext);
    Guard([&] { *task = plan::OfSourceRows(*loader->task, kSourceRows); });
    stage->task = task;
    InitWaitingRows(&stage->source, kSourceRows, CreateTupleDescCopy(source));
    stage->one =
        static_cast<SPIPlanPtr*>(palloc0(sizeof(SPIPlanPtr) * static_cast<Size>(loader->column_count)));
    stage->all = Prepare(SqlText([&] { return plan::BatchSource(*task, nullptr); }));
    stage->converted.descriptor = CreateTupleDescCopy(ResultOf(stage->all));
    stage->converted.memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite converted rows", ALLOCSET_DEFAULT_SIZES);
    stage->converted.tuples = static_cast<MinimalTuple*>(palloc(sizeof(MinimalTuple) * kBatchRows));
    stage->converted.traces = static_cast<RowTrace*>(palloc(sizeof(RowTrace) * kBatchRows));
    stage->scratch =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite conversion", ALLOCSET_DEFAULT_SIZES);
    stage->row = AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite refused row", ALLOCSET_SMALL_SIZES);
    loader->convert = stage;
    PrepareInsert(loader, stage->converted.descriptor);
}

void TakeSourceRow(BatchLoader* loader, Datum* values, bool* nulls, const RowTrace& trace) {
    WaitingRows* source = &loader->convert->source;
    PutRow(source, values, nulls, CopyTrace(loader, trace, source->memory));
    if (IsFull(*source)) EndConverting(loader);
}

void EndConverting(BatchLoader* loader) {
    ConvertStage* stage = loader->convert;
    MemoryContext previous = MemoryContextSwitchTo(stage->scratch);
    if (stage->source.used > 0) ConvertRange(loader, 0, stage->source.used);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(stage->scratch);
    ForgetRows(&stage->source);
}

}  // namespace pgsqlite::pg::load
