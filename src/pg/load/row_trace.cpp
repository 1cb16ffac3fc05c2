// Where a row comes from, what policies have changed in it, and what is told of it where it does not fit.
#include "core/sqlite/row_json.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/list.hpp"
#include "pg/load/batch_loader.hpp"
#include "pg/load/query_row.hpp"

namespace pgsqlite::pg::load {
namespace {

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

}  // namespace

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

const char* PlaceOf(const BatchLoader* loader, const RowTrace& trace) {
    if (HasRowid(loader)) return psprintf("rowid " INT64_FORMAT, trace.rowid);
    if (trace.key == nullptr) return nullptr;
    const std::vector<sqlite::KeyPart>* key = fdw::KeyParts(loader->key_names, trace.key);
    return SqlText([&] { return "key " + sqlite::KeyAsJson(*key, sqlite::kShownKeyBytes); });
}

}  // namespace pgsqlite::pg::load
