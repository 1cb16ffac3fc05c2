#include "pg/load/batch.hpp"

#include <algorithm>

#include "core/sqlite/row_json.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/load/batch_loader.hpp"
#include "pg/load/load.hpp"
#include "pg/load/query_row.hpp"
#include "pg/subtransaction.hpp"

namespace pgsqlite::pg::load {
namespace {

/// Beyond this a tuplestore would go to disk.
constexpr int kStoreKilobytes = 64 * 1024;

/// How BatchInsert calls the rows.
constexpr char kRelation[] = "pg_sqlite_batch";

bool HasRowid(const BatchLoader* loader) noexcept {
    return loader->first_column == 1;
}

/// @param cells or null @return in the current memory context, with their bytes
value::Cell* CopyKey(BatchLoader* loader, const value::Cell* cells) {
    if (cells == nullptr) return nullptr;
    const int count = list_length(loader->key_names);
    auto* copies = static_cast<value::Cell*>(palloc(sizeof(value::Cell) * static_cast<Size>(count)));
    for (int i = 0; i < count; ++i) {
        copies[i] = cells[i];
        const bool has_bytes = cells[i].storage_class == value::StorageClass::kText ||
                               cells[i].storage_class == value::StorageClass::kBlob;
        if (!has_bytes || cells[i].bytes.size == 0) continue;
        void* bytes = palloc(cells[i].bytes.size);
        std::memcpy(bytes, cells[i].bytes.data, cells[i].bytes.size);
        copies[i].bytes.data = static_cast<const char*>(bytes);
        loader->rows.bytes += cells[i].bytes.size;
    }
    return copies;
}

/// The primary key of the row that the source is at, whose bytes live until the next; null where it has a
/// rowid, or none.
value::Cell* PresentKey(BatchLoader* loader) {
    const fdw::RowSource* source = loader->collector->current;
    if (loader->server == nullptr || HasRowid(loader) || source == nullptr) return nullptr;
    const int count = list_length(source->key_columns());
    if (count == 0) return nullptr;
    if (loader->key_names == NIL) {
        MemoryContext previous = MemoryContextSwitchTo(GetMemoryChunkContext(loader));
        loader->key_names = static_cast<List*>(copyObjectImpl(source->key_columns()));
        MemoryContextSwitchTo(previous);
    }
    auto* cells = static_cast<value::Cell*>(palloc(sizeof(value::Cell) * static_cast<Size>(count)));
    for (int i = 0; i < count; ++i)
        cells[i] = source->CellAt(source->column_count() + i);
    return cells;
}

/// The whole row as it stands in SQLite, where it can be found again; else as the query gave it.
/// @param key or null
const char* RowJson(BatchLoader* loader, int64 rowid, const std::vector<sqlite::KeyPart>* key,
                    TupleDesc descriptor, Datum* values, bool* nulls) {
    if (OidIsValid(loader->server_oid) && (HasRowid(loader) || key != nullptr)) {
        fdw::Pin* pin = fdw::Pin::Acquire(CurrentMemoryContext, loader->server_oid);
        auto* json = NewIn<std::string>(CurrentMemoryContext);
        const plan::LoadTask& task = *loader->task;
        fdw::CallSqlite(pin->database(), [&] {
            *json = key != nullptr
                        ? sqlite::StoredRowAsJson(*pin->database(), task.table, *key)
                        : sqlite::StoredRowAsJson(*pin->database(), task.table, task.rowid_name, rowid);
        });
        pin->Release();
        if (!json->empty()) return ToServerText(*json);
    }
    return QueryRowAsJson(descriptor, values, nulls);
}

/// What policies have changed in the row that the source is at; null: nothing.
uint64* PresentChanges(BatchLoader* loader) {
    const fdw::RowSource* source = loader->collector->current;
    if (source == nullptr) return nullptr;
    if (source != loader->counted) {
        std::memset(loader->seen, 0, sizeof(loader->seen));
        loader->counted = source;
    }
    const uint64* now = source->converter().changes();
    if (likely(std::memcmp(now, loader->seen, sizeof(loader->seen)) == 0)) return nullptr;
    uint64* changes = static_cast<uint64*>(palloc(sizeof(loader->seen)));
    for (size_t i = 0; i < fdw::RowConverter::kChangeKinds; ++i)
        changes[i] = now[i] - loader->seen[i];
    std::memcpy(loader->seen, now, sizeof(loader->seen));
    return changes;
}

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

/// ": not-an-address": the values that a rule is about, trimmed.
void AppendValues(const BatchLoader* loader, const Datum* values, const bool* nulls,
                  const plan::LoadRule& rule, StringInfo message) {
    constexpr int kShownBytes = 60;
    const char* separator = ": ";
    for (int i = 0; i < loader->column_count; ++i) {
        const std::string& name = loader->task->columns[static_cast<size_t>(i)];
        if (std::find(rule.columns.begin(), rule.columns.end(), name) == rule.columns.end()) continue;
        appendStringInfoString(message, separator);
        separator = ", ";
        if (nulls[i]) {
            appendStringInfoString(message, "NULL");
            continue;
        }
        Oid output;
        bool is_varlena;
        getTypeOutputInfo(TupleDescAttr(loader->rows.descriptor, i)->atttypid, &output, &is_varlena);
        const char* text = OidOutputFunctionCall(output, values[i]);
        const int size = static_cast<int>(std::strlen(text));
        const int shown = pg_mbcliplen(text, size, kShownBytes);
        appendBinaryStringInfo(message, text, shown);
        if (shown < size) appendStringInfoString(message, "…");
    }
}

/// What rules that let a row pass say of it.
struct RuleCounts {
    int64 warned;
    uint64 nulls;
    List* rules;  ///< const plan::LoadRule *
};

/// The rules that a row breaks. True where the row is to be refused.
bool BreaksRules(BatchLoader* loader, const Datum* values, const bool* nulls, Reject* reject,
                 StringInfo message, RuleCounts* counts) {
    bool refused = false;
    reject->failure = false;
    for (int i = 0; i < loader->rule_count; ++i) {
        const int flag = loader->column_count + i;
        if (nulls[flag] || !DatumGetBool(values[flag])) continue;
        const plan::LoadRule& rule = loader->task->rules[static_cast<size_t>(i)];
        if (rule.on_fail == spec::OnFail::kWarn) {
            ++counts->warned;
            counts->rules = lappend(counts->rules, const_cast<plan::LoadRule*>(&rule));
            continue;
        }
        if (rule.on_fail == spec::OnFail::kNull) {
            ++counts->nulls;
            counts->rules = lappend(counts->rules, const_cast<plan::LoadRule*>(&rule));
            continue;
        }
        refused = true;
        for (const std::string& column : rule.columns)
            reject->columns = list_append_unique(reject->columns, makeString(ToServerText(column)));
        appendStringInfo(message, "%srule \"%s\" is broken", message->len > 0 ? "; " : "",
                         ToServerText(rule.name));
        AppendValues(loader, values, nulls, rule, message);
        reject->failure = reject->failure || (rule.by_policy && !loader->task->reject);
    }
    return refused;
}

/// What names a row in sqlite.job_log; null: nothing does.
const char* PlaceOf(const BatchLoader* loader, const RowTrace& trace) {
    if (HasRowid(loader)) return psprintf("rowid " INT64_FORMAT, trace.rowid);
    if (trace.key == nullptr) return nullptr;
    const std::vector<sqlite::KeyPart>* key = fdw::KeyParts(loader->key_names, trace.key);
    return SqlText([&] { return "key " + sqlite::KeyAsJson(*key, sqlite::kShownKeyBytes); });
}

void NotePassed(const BatchLoader* loader, const RowTrace& trace, const List* rules) {
    const char* place = rules != NIL ? PlaceOf(loader, trace) : nullptr;
    if (place == nullptr) return;
    ListCell* cell;
    foreach (cell, rules) {
        const auto* rule = static_cast<const plan::LoadRule*>(lfirst(cell));
        loader->account->NotePassed({ToServerText(rule->name), rule->on_fail == spec::OnFail::kNull, place});
    }
}

/// Refuses the row where rules say so; else counts what they say of it.
bool RefuseByRules(BatchLoader* loader, Datum* values, bool* nulls, const RowTrace& trace) {
    Reject verdict = {};
    RuleCounts counts = {};
    StringInfoData message;
    initStringInfo(&message);
    if (!BreaksRules(loader, values, nulls, &verdict, &message, &counts)) {
        pfree(message.data);
        loader->account->warned += counts.warned;
        NotePassed(loader, trace, counts.rules);
        loader->account->changes[static_cast<size_t>(value::Applied::kOnErrorNull)] += counts.nulls;
        return false;
    }
    Reject reject = RejectOf(loader, trace, loader->rows.descriptor, values, nulls);
    reject.columns = NamesInSource(*loader->task, verdict.columns);
    reject.category = Category::kValidation;
    reject.sqlstate = ERRCODE_CHECK_VIOLATION;
    reject.message = message.data;
    reject.failure = verdict.failure;
    TakeBack(loader, trace);
    loader->account->Add(reject);
    return true;
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

void InitWaitingRows(WaitingRows* rows, const char* name, TupleDesc descriptor) {
    rows->descriptor = descriptor;
    rows->relation.md.name = const_cast<char*>(name);
    rows->relation.md.reliddesc = InvalidOid;
    rows->relation.md.tupdesc = descriptor;
    rows->relation.md.enrtype = ENR_NAMED_TUPLESTORE;
    if (SPI_register_relation(&rows->relation) != SPI_OK_REL_REGISTER)
        elog(ERROR, "could not register a batch");
    rows->memory = AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite batch", ALLOCSET_DEFAULT_SIZES);
    rows->tuples = static_cast<MinimalTuple*>(palloc(sizeof(MinimalTuple) * kBatchRows));
    rows->traces = static_cast<RowTrace*>(palloc(sizeof(RowTrace) * kBatchRows));
}

Tuplestorestate* ShowRows(WaitingRows* rows, int first, int last) {
    Tuplestorestate* store = tuplestore_begin_heap(false, false, kStoreKilobytes);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(rows->descriptor, &TTSOpsMinimalTuple);
    for (int i = first; i < last; ++i) {
        ExecStoreMinimalTuple(rows->tuples[i], slot, false);
        tuplestore_puttupleslot(store, slot);
    }
    ExecDropSingleTupleTableSlot(slot);
    rows->relation.reldata = store;
    rows->relation.md.enrtuples = last - first;
    return store;
}

void PutRow(WaitingRows* rows, Datum* values, bool* nulls, const RowTrace& trace) {
    MemoryContext previous = MemoryContextSwitchTo(rows->memory);
    MinimalTuple row = compat::FormMinimalTuple(rows->descriptor, values, nulls);
    rows->tuples[rows->used] = row;
    rows->traces[rows->used] = trace;
    rows->bytes += row->t_len;
    ++rows->used;
    MemoryContextSwitchTo(previous);
}

void ForgetRows(WaitingRows* rows) {
    rows->used = 0;
    rows->bytes = 0;
    MemoryContextReset(rows->memory);
}

RowTrace TraceOf(BatchLoader* loader, int64 rowid) {
    return {rowid, PresentKey(loader), PresentChanges(loader)};
}

RowTrace CopyTrace(BatchLoader* loader, const RowTrace& trace, MemoryContext context) {
    MemoryContext previous = MemoryContextSwitchTo(context);
    RowTrace copy = {trace.rowid, CopyKey(loader, trace.key), trace.changes};
    if (trace.changes != nullptr) {
        copy.changes = static_cast<uint64*>(palloc(sizeof(loader->seen)));
        std::memcpy(copy.changes, trace.changes, sizeof(loader->seen));
    }
    MemoryContextSwitchTo(previous);
    return copy;
}

void TakeBack(BatchLoader* loader, const RowTrace& trace) noexcept {
    if (trace.changes == nullptr) return;
    for (size_t i = 0; i < fdw::RowConverter::kChangeKinds; ++i)
        loader->account->changes[i] -= trace.changes[i];
}

Reject RejectOf(BatchLoader* loader, const RowTrace& trace, TupleDesc descriptor, Datum* values,
                bool* nulls) {
    Reject reject = {};
    const auto* key = trace.key != nullptr ? fdw::KeyParts(loader->key_names, trace.key) : nullptr;
    reject.server = loader->server;
    reject.table = loader->table;
    reject.has_rowid = HasRowid(loader);
    reject.rowid = trace.rowid;
    if (reject.has_rowid) reject.locator = psprintf("rowid " INT64_FORMAT, trace.rowid);
    if (key != nullptr) {
        if (sqlite::IsWhole(*key)) reject.key = SqlText([&] { return sqlite::KeyAsJson(*key); });
        reject.locator = PlaceOf(loader, trace);
    }
    reject.row = RowJson(loader, trace.rowid, key, descriptor, values, nulls);
    reject.failure = !loader->task->reject;
    return reject;
}

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
