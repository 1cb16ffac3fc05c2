#include "pg/load/batch.hpp"

#include <algorithm>

#include "core/sqlite/row_json.hpp"
#include "pg/fdw/sqlite_call.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/insert.hpp"
#include "pg/load/load.hpp"
#include "pg/load/query_row.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"
}

namespace pgsqlite::pg::load {
namespace {

/// Rows and bytes of a batch: enough that its subtransaction and statement do not count, few enough that the
/// subtransactions of a big table stay few and the halving of a bad batch short.
constexpr int kBatchRows = 10000;
constexpr Size kBatchBytes = 8 * 1024 * 1024;
/// Beyond this a tuplestore would go to disk.
constexpr int kStoreKilobytes = 64 * 1024;

/// How BatchInsert calls the rows.
constexpr char kRelation[] = "pg_sqlite_batch";

struct BatchLoader {
    DestReceiver receiver;  ///< must come first
    const plan::LoadTask* task;
    Account* account;
    const char* server;  ///< of the source; null: a query
    const char* table;
    Oid server_oid;
    const char* insert_sql;
    SPIPlanPtr insert;
    EphemeralNamedRelationData relation;
    TupleDesc descriptor;  ///< of the target's columns
    int first_column;      ///< in the source's rows, behind the rowid
    int column_count;
    int rule_count;
    MemoryContext memory;   ///< of the batch's rows
    MemoryContext scratch;  ///< of one row that is refused
    fdw::RowCollector* collector;
    MinimalTuple* rows;
    int64* rowids;
    value::Cell** keys;  ///< primary keys of rows without rowid, beside key_names; null where there is none
    List* key_names;     ///< String nodes: SQLite's names
    int used;
    Size bytes;
    bool started;
};

bool HasRowid(const BatchLoader* loader) noexcept {
    return loader->first_column == 1;
}

/// The primary key of the row that the source is at, in the current memory context; null where it has a
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
    for (int i = 0; i < count; ++i) {
        value::Cell cell = source->CellAt(source->column_count() + i);
        const bool has_bytes = cell.storage_class == value::StorageClass::kText ||
                               cell.storage_class == value::StorageClass::kBlob;
        if (has_bytes && cell.bytes.size > 0) {
            void* copy = palloc(cell.bytes.size);
            std::memcpy(copy, cell.bytes.data, cell.bytes.size);
            cell.bytes.data = static_cast<const char*>(copy);
            loader->bytes += cell.bytes.size;
        }
        cells[i] = cell;
    }
    return cells;
}

/// The whole row as it stands in SQLite, where it can be found again; else as the query gave it.
/// @param key or null
const char* RowJson(BatchLoader* loader, int64 rowid, const std::vector<sqlite::KeyPart>* key, Datum* values,
                    bool* nulls) {
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
    return QueryRowAsJson(loader->descriptor, values, nulls);
}

/// @param key_cells or null
Reject RejectOf(BatchLoader* loader, int64 rowid, const value::Cell* key_cells, Datum* values, bool* nulls) {
    Reject reject = {};
    const auto* key = key_cells != nullptr ? fdw::KeyParts(loader->key_names, key_cells) : nullptr;
    reject.server = loader->server;
    reject.table = loader->table;
    reject.has_rowid = HasRowid(loader);
    reject.rowid = rowid;
    if (reject.has_rowid) reject.locator = psprintf("rowid " INT64_FORMAT, rowid);
    if (key != nullptr) {
        reject.key = SqlText([&] { return sqlite::KeyAsJson(*key); });
        reject.locator = psprintf("key %s", reject.key);
    }
    reject.row = RowJson(loader, rowid, key, values, nulls);
    reject.failure = !loader->task->reject;
    return reject;
}

/// Inserts rows [first, last) of the batch; false with the error where the target refuses one of them.
ErrorData* TryInsert(BatchLoader* loader, int first, int last) {
    Tuplestorestate* store = tuplestore_begin_heap(false, false, kStoreKilobytes);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(loader->descriptor, &TTSOpsMinimalTuple);
    for (int i = first; i < last; ++i) {
        ExecStoreMinimalTuple(loader->rows[i], slot, false);
        tuplestore_puttupleslot(store, slot);
    }
    ExecDropSingleTupleTableSlot(slot);
    loader->relation.reldata = store;
    loader->relation.md.enrtuples = last - first;
    uint64 written = 0;
    ErrorData* error = TryInSubtransaction(
        [&] {
            bulk_candidate = loader->insert_sql;
            if (SPI_execute_plan(loader->insert, nullptr, nullptr, false, 0) < 0)
                elog(ERROR, "could not insert a batch");
            bulk_candidate = nullptr;
            written = SPI_processed;
            loader->account->NoteTransaction();
        },
        [&](const ErrorData* raised) {
            bulk_candidate = nullptr;
            return IsAboutRow(raised);
        });
    tuplestore_end(store);
    if (error == nullptr) {
        loader->account->written += static_cast<int64>(written);
        loader->account->skipped += (last - first) - static_cast<int64>(written);
    }
    return error;
}

void RefuseRow(BatchLoader* loader, int index, ErrorData* error) {
    Datum* values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(loader->column_count)));
    bool* nulls = static_cast<bool*>(palloc(sizeof(bool) * static_cast<Size>(loader->column_count)));
    HeapTuple tuple = heap_tuple_from_minimal_tuple(loader->rows[index]);
    heap_deform_tuple(tuple, loader->descriptor, values, nulls);
    Reject reject = RejectOf(loader, loader->rowids[index], loader->keys[index], values, nulls);
    reject.columns = NamesInSource(*loader->task, ColumnsToBlame(error));
    reject.category = ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION)
                          ? Category::kConversion
                          : Category::kInsertion;
    reject.sqlstate = error->sqlerrcode;
    reject.message =
        error->detail != nullptr ? psprintf("%s: %s", error->message, error->detail) : error->message;
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
    if (loader->used > 0) InsertRange(loader, 0, loader->used);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(loader->scratch);
    loader->used = 0;
    loader->bytes = 0;
    MemoryContextReset(loader->memory);
    loader->account->Tick();
}

/// ": not-an-address": the values that a rule is about, trimmed.
void AppendValues(const BatchLoader* loader, const TupleTableSlot* slot, const plan::LoadRule& rule,
                  StringInfo message) {
    constexpr int kShownBytes = 60;
    const char* separator = ": ";
    for (int i = 0; i < loader->column_count; ++i) {
        const std::string& name = loader->task->columns[static_cast<size_t>(i)];
        if (std::find(rule.columns.begin(), rule.columns.end(), name) == rule.columns.end()) continue;
        const int place = loader->first_column + i;
        appendStringInfoString(message, separator);
        separator = ", ";
        if (slot->tts_isnull[place]) {
            appendStringInfoString(message, "NULL");
            continue;
        }
        Oid output;
        bool is_varlena;
        getTypeOutputInfo(TupleDescAttr(loader->descriptor, i)->atttypid, &output, &is_varlena);
        const char* text = OidOutputFunctionCall(output, slot->tts_values[place]);
        const int size = static_cast<int>(std::strlen(text));
        const int shown = pg_mbcliplen(text, size, kShownBytes);
        appendBinaryStringInfo(message, text, shown);
        if (shown < size) appendStringInfoString(message, "…");
    }
}

/// The rules that a row breaks: counts those that only warn, or have made NULLs. True where the row is to be
/// refused.
bool BreaksRules(BatchLoader* loader, TupleTableSlot* slot, Reject* reject, StringInfo message) {
    const int first_flag = loader->first_column + loader->column_count;
    bool refused = false;
    reject->failure = false;
    for (int i = 0; i < loader->rule_count; ++i) {
        if (slot->tts_isnull[first_flag + i] || !DatumGetBool(slot->tts_values[first_flag + i])) continue;
        const plan::LoadRule& rule = loader->task->rules[static_cast<size_t>(i)];
        if (rule.on_fail == spec::OnFail::kWarn) {
            ++loader->account->warned;
            continue;
        }
        if (rule.on_fail == spec::OnFail::kNull) {
            ++loader->account->changes[static_cast<size_t>(value::Applied::kOnErrorNull)];
            continue;
        }
        refused = true;
        for (const std::string& column : rule.columns)
            reject->columns = list_append_unique(reject->columns, makeString(ToServerText(column)));
        appendStringInfo(message, "%srule \"%s\" is broken", message->len > 0 ? "; " : "",
                         ToServerText(rule.name));
        AppendValues(loader, slot, rule, message);
        reject->failure = reject->failure || (rule.by_policy && !loader->task->reject);
    }
    return refused;
}

bool Receive(TupleTableSlot* slot, DestReceiver* receiver) {
    BatchLoader* loader = reinterpret_cast<BatchLoader*>(receiver);
    slot_getallattrs(slot);
    ++loader->account->read;
    MemoryContext previous = MemoryContextSwitchTo(loader->scratch);
    Datum* values = slot->tts_values + loader->first_column;
    bool* nulls = slot->tts_isnull + loader->first_column;
    const int64 rowid = HasRowid(loader) ? DatumGetInt64(slot->tts_values[0]) : 0;
    if (loader->rule_count > 0) {
        Reject verdict = {};
        StringInfoData message;
        initStringInfo(&message);
        if (BreaksRules(loader, slot, &verdict, &message)) {
            Reject reject = RejectOf(loader, rowid, PresentKey(loader), values, nulls);
            reject.columns = NamesInSource(*loader->task, verdict.columns);
            reject.category = Category::kValidation;
            reject.sqlstate = ERRCODE_CHECK_VIOLATION;
            reject.message = message.data;
            reject.failure = verdict.failure;
            loader->account->Add(reject);
            MemoryContextSwitchTo(previous);
            MemoryContextReset(loader->scratch);
            return true;
        }
        pfree(message.data);
    }
    MemoryContextSwitchTo(loader->memory);
    MinimalTuple row = compat::FormMinimalTuple(loader->descriptor, values, nulls);
    loader->rows[loader->used] = row;
    loader->rowids[loader->used] = rowid;
    loader->keys[loader->used] = PresentKey(loader);
    loader->bytes += row->t_len;
    ++loader->used;
    MemoryContextSwitchTo(previous);
    if (loader->used == kBatchRows || loader->bytes >= kBatchBytes) Flush(loader);
    return true;
}

/// Prepares the INSERT, now that the types of the source's columns are known.
void Startup(DestReceiver* receiver, int, TupleDesc source) {
    BatchLoader* loader = reinterpret_cast<BatchLoader*>(receiver);
    // What is made here is still used when the SELECT has ended and its memory is gone.
    MemoryContext previous = MemoryContextSwitchTo(GetMemoryChunkContext(loader));
    loader->descriptor = CreateTemplateTupleDesc(loader->column_count);
    for (int i = 0; i < loader->column_count; ++i)
        TupleDescCopyEntry(loader->descriptor, static_cast<AttrNumber>(i + 1), source,
                           static_cast<AttrNumber>(loader->first_column + i + 1));
    loader->relation.md.name = const_cast<char*>(kRelation);
    loader->relation.md.reliddesc = InvalidOid;
    loader->relation.md.tupdesc = loader->descriptor;
    loader->relation.md.enrtype = ENR_NAMED_TUPLESTORE;
    if (SPI_register_relation(&loader->relation) != SPI_OK_REL_REGISTER)
        elog(ERROR, "could not register a batch");
    loader->insert = SPI_prepare(loader->insert_sql, 0, nullptr);
    if (loader->insert == nullptr) elog(ERROR, "could not prepare a batch's insert");
    MemoryContextSwitchTo(previous);
}

void Shutdown(DestReceiver*) {}

}  // namespace

void LoadInBatches(const plan::LoadTask& task, const plan::RowidRange* range, Account* account) {
    SPI_connect();
    BatchLoader* loader = static_cast<BatchLoader*>(palloc0(sizeof(BatchLoader)));
    loader->receiver = {&Receive, &Startup, &Shutdown, &Shutdown, DestNone};
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
    loader->memory = AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite batch", ALLOCSET_DEFAULT_SIZES);
    loader->scratch =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite refused row", ALLOCSET_SMALL_SIZES);
    loader->rows = static_cast<MinimalTuple*>(palloc(sizeof(MinimalTuple) * kBatchRows));
    loader->rowids = static_cast<int64*>(palloc(sizeof(int64) * kBatchRows));
    loader->keys = static_cast<value::Cell**>(palloc(sizeof(value::Cell*) * kBatchRows));
    const char* sql = SqlText([&] { return plan::BatchSource(task, range); });
    fdw::RowCollector collector = CollectorFor(account);
    loader->collector = &collector;
    RunSelect(sql, &collector, &loader->receiver);
    Flush(loader);
    Settle(collector, account);
    SPI_finish();
}

}  // namespace pgsqlite::pg::load
