#include "pg/load/batch.hpp"

#include <algorithm>

#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/load/batch_loader.hpp"
#include "pg/load/load.hpp"
#include "pg/load/query_row.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg::load {
namespace {

/// How BatchInsert calls the rows.
constexpr char kRelation[] = "pg_sqlite_batch";

/// Inserts rows [first, last) of the batch; the error where the target refuses one of them.
ErrorData* TryInsert(BatchLoader* loader, int first, int last) {
    Tuplestorestate* store = ShowRows(&loader->rows, first, last);
    uint64 written = 0;
    InsertCounts counts = {};
    SPIExecuteOptions options = {};
    options.dest = LoadReceiver();
    ErrorData* error = TryInSubtransaction(
        [&] {
            WithLoad(&RunningLoad::conflicts, &counts, [&] {
                if (SPI_execute_plan_extended(loader->insert, &options) < 0)
                    elog(ERROR, "could not insert a batch");
                written = SPI_processed;
            });
            loader->account->NoteTransaction();
        },
        &IsAboutRow);
    tuplestore_end(store);
    if (error == nullptr) {
        loader->account->written += static_cast<int64>(written);
        loader->account->skipped += (last - first) - static_cast<int64>(written);
        loader->account->updated += static_cast<int64>(counts.updated);
        loader->account->unchanged += static_cast<int64>(counts.unchanged);
    }
    return error;
}

/// Whether a row that the target refuses is put aside by what the spec says of less than the table: of a
/// foreign key's orphans, or of a column that is to blame.
bool IsRejectedByPart(const plan::LoadTask& task, const ErrorData* error, const List* columns) {
    const char* constraint = error->constraint_name != nullptr ? ToUtf8(error->constraint_name) : "";
    return Guard([&] {
        const auto& keys = task.rejecting_keys;
        if (error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION &&
            std::find(keys.begin(), keys.end(), constraint) != keys.end())
            return true;
        for (std::size_t i = 0; i < task.on_error.size(); ++i) {
            if (task.on_error[i] != value::OnError::kReject) continue;
            ListCell* cell;
            foreach (cell, columns)
                if (task.columns[i] == strVal(lfirst(cell))) return true;
        }
        return false;
    });
}

void RefuseRow(BatchLoader* loader, int index, ErrorData* error) {
    Datum* values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(loader->column_count)));
    bool* nulls = static_cast<bool*>(palloc(sizeof(bool) * static_cast<Size>(loader->column_count)));
    HeapTuple tuple = heap_tuple_from_minimal_tuple(loader->rows.tuples[index]);
    heap_deform_tuple(tuple, loader->rows.descriptor, values, nulls);
    const RowTrace& trace = loader->rows.traces[index];
    Reject reject = RejectOf(loader, trace, loader->rows.descriptor, values, nulls);
    const List* blamed = ColumnsToBlame(error);
    reject.failure = reject.failure && !IsRejectedByPart(*loader->task, error, blamed);
    reject.columns = NamesInSource(*loader->task, blamed);
    reject.category = ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION)
                          ? Category::kConversion
                          : Category::kInsertion;
    reject.sqlstate = error->sqlerrcode;
    reject.message =
        error->detail != nullptr ? psprintf("%s: %s", error->message, error->detail) : error->message;
    TakeBack(loader, trace);
    loader->account->Add(reject);
}

/// Halves what fails. Depth is the logarithm of a batch's rows.
void InsertRange(BatchLoader* loader, int first, int last) {
    CHECK_FOR_INTERRUPTS();
    ErrorData* error = TryInsert(loader, first, last);
    if (error == nullptr) return;
    if (last - first == 1) {
        RefuseRow(loader, first, error);
        MemoryContextReset(loader->scratch);
        return;
    }
    FreeErrorData(error);
    const int middle = first + (last - first) / 2;
    InsertRange(loader, first, middle);
    InsertRange(loader, middle, last);
}

void Flush(BatchLoader* loader) {
    MemoryContext previous = MemoryContextSwitchTo(loader->scratch);
    if (loader->rows.used > 0) InsertRange(loader, 0, loader->rows.used);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(loader->scratch);
    ForgetRows(&loader->rows);
    loader->account->Tick();
}

bool Receive(TupleTableSlot* slot, DestReceiver* receiver) {
    BatchLoader* loader = reinterpret_cast<BatchLoader*>(receiver);
    slot_getallattrs(slot);
    ++loader->account->read;
    const int64 rowid = HasRowid(loader) ? DatumGetInt64(slot->tts_values[0]) : 0;
    MemoryContext previous = MemoryContextSwitchTo(loader->scratch);
    const RowTrace trace = TraceOf(loader, rowid);
    if (loader->convert != nullptr)
        TakeSourceRow(loader, slot->tts_values, slot->tts_isnull, trace);
    else
        TakeConverted(loader, slot->tts_values + loader->first_column,
                      slot->tts_isnull + loader->first_column, trace);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(loader->scratch);
    return true;
}

/// Prepares the statements, now that the types of the source's columns are known.
void Startup(DestReceiver* receiver, int, TupleDesc source) {
    BatchLoader* loader = reinterpret_cast<BatchLoader*>(receiver);
    // What is made here is still used when the SELECT has ended and its memory is gone.
    MemoryContext previous = MemoryContextSwitchTo(GetMemoryChunkContext(loader));
    if (loader->converts)
        BeginConverting(loader, source);
    else
        PrepareInsert(loader, source);
    MemoryContextSwitchTo(previous);
}

/// The source has no more rows; what is asked about those that wait is asked in its snapshot.
void Shutdown(DestReceiver* receiver) {
    BatchLoader* loader = reinterpret_cast<BatchLoader*>(receiver);
    if (loader->convert != nullptr) EndConverting(loader);
}

void Destroy(DestReceiver*) {}

}  // namespace

void TakeConverted(BatchLoader* loader, Datum* values, bool* nulls, const RowTrace& trace) {
    if (loader->rule_count > 0 && RefuseByRules(loader, values, nulls, trace)) return;
    PutRow(&loader->rows, values, nulls, CopyTrace(loader, trace, loader->rows.memory));
    if (IsFull(loader->rows)) Flush(loader);
}

void PrepareInsert(BatchLoader* loader, TupleDesc source) {
    TupleDesc descriptor = CreateTemplateTupleDesc(loader->column_count);
    for (int i = 0; i < loader->column_count; ++i)
        TupleDescCopyEntry(descriptor, static_cast<AttrNumber>(i + 1), source,
                           static_cast<AttrNumber>(loader->first_column + i + 1));
    InitWaitingRows(&loader->rows, kRelation, descriptor);
    loader->insert = SPI_prepare(loader->insert_sql, 0, nullptr);
    if (loader->insert == nullptr) elog(ERROR, "could not prepare a batch's insert");
}

void LoadInBatches(const plan::LoadTask& task, const plan::RowidRange* range, bool converts,
                   Account* account) {
    SPI_connect();
    BatchLoader* loader = static_cast<BatchLoader*>(palloc0(sizeof(BatchLoader)));
    loader->receiver = {&Receive, &Startup, &Shutdown, &Destroy, DestNone};
    loader->task = &task;
    loader->account = account;
    loader->column_count = static_cast<int>(task.columns.size());
    loader->rule_count = static_cast<int>(task.rules.size());
    if (!task.server.empty()) {
        loader->server = ToServerText(task.server);
        loader->table = ToServerText(task.table);
        loader->server_oid = get_foreign_server_oid(loader->server, false);
    }
    loader->first_column = task.rowid_column.empty() ? 0 : 1;
    loader->insert_sql = SqlText([&] { return plan::BatchInsert(task, kRelation); });
    loader->scratch =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite refused row", ALLOCSET_SMALL_SIZES);
    loader->converts = converts;
    const char* sql =
        SqlText([&] { return converts ? plan::SourceRows(task, range) : plan::BatchSource(task, range); });
    fdw::RowCollector collector = CollectorFor(account);
    loader->collector = &collector;
    RunSelect(sql, &collector, &loader->receiver);
    Flush(loader);
    Settle(collector, account);
    SPI_finish();
}

}  // namespace pgsqlite::pg::load
