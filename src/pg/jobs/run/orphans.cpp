#include "pg/jobs/run/orphans.hpp"

#include <algorithm>

#include "core/plan/data_statements.hpp"
#include "core/sqlite/row_json.hpp"
#include "pg/catalog_query.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/jobs/records/step_records.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/jobs/run/orphan_rowids.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/query_row.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// A deleted row.
struct Orphan {
    TupleDesc descriptor;
    Datum* values;
    bool* nulls;
    const int64* rowid;  ///< null: the target may hold it
};

/// An attribute of the row by its name, where it is an integer or text as SQLite has it. False otherwise.
bool CellOf(const Orphan& row, const char* name, value::Cell* cell) {
    const int place = SPI_fnumber(row.descriptor, name) - 1;
    if (place < 0 || row.nulls[place]) return false;
    const Datum value = row.values[place];
    switch (TupleDescAttr(row.descriptor, place)->atttypid) {
        case INT2OID:
            *cell = value::Cell::Integer(DatumGetInt16(value));
            return true;
        case INT4OID:
            *cell = value::Cell::Integer(DatumGetInt32(value));
            return true;
        case INT8OID:
            *cell = value::Cell::Integer(DatumGetInt64(value));
            return true;
        case TEXTOID:
        case VARCHAROID:
            *cell = value::Cell::Text(ToUtf8(TextDatumGetCString(value)));
            return true;
        default:
            return false;
    }
}

/// The target's column that holds a column of SQLite as it is, or null.
const char* TargetColumn(const plan::LoadTask& task, const std::string& source) {
    const auto at = std::find(task.source_columns.begin(), task.source_columns.end(), source);
    if (at == task.source_columns.end()) return nullptr;
    const auto place = static_cast<size_t>(at - task.source_columns.begin());
    // What the spec converts has a type that must be told.
    const bool converted = place < task.types.size() && !task.types[place].empty();
    return converted ? nullptr : ToServerText(task.columns[place]);
}

/// Finds rowid or key of the row, as far as the target has them, and by these the row in SQLite.
void Locate(const plan::LoadTask& task, const Orphan& row, load::Reject* reject) {
    value::Cell cell;
    if (row.rowid != nullptr) {
        reject->has_rowid = true;
        reject->rowid = *row.rowid;
    } else if (!task.rowid_target.empty()) {
        reject->has_rowid = CellOf(row, ToServerText(task.rowid_target), &cell) &&
                            cell.storage_class == value::StorageClass::kInteger;
        reject->rowid = reject->has_rowid ? cell.integer : 0;
    }
    auto* key = NewIn<std::vector<sqlite::KeyPart>>(CurrentMemoryContext);
    for (const std::string& name : task.key) {
        const char* column = TargetColumn(task, name);
        if (column != nullptr && CellOf(row, column, &cell)) Guard([&] { key->push_back({name, cell}); });
    }
    const bool has_key = !task.key.empty() && key->size() == task.key.size();
    if (!reject->has_rowid && !has_key) return;
    fdw::Pin* pin =
        fdw::Pin::Acquire(CurrentMemoryContext, get_foreign_server_oid(ToServerText(task.server), false));
    auto* json = NewIn<std::string>(CurrentMemoryContext);
    fdw::CallSqlite(pin->database(), [&] {
        *json = has_key
                    ? sqlite::StoredRowAsJson(*pin->database(), task.table, *key)
                    : sqlite::StoredRowAsJson(*pin->database(), task.table, task.rowid_name, reject->rowid);
    });
    pin->Release();
    if (json->empty()) {
        reject->has_rowid = false;
        return;
    }
    reject->row = ToServerText(*json);
    if (has_key && sqlite::IsWhole(*key))
        reject->key = load::SqlText([&] { return sqlite::KeyAsJson(*key); });
}

void PutOrphan(load::Account* account, const PlannedStep& step, const plan::LoadTask& task,
               const Orphan& row) {
    load::Reject reject = {};
    reject.server = ToServerText(task.server);
    reject.table = ToServerText(task.table);
    reject.category = load::Category::kInsertion;
    reject.sqlstate = ERRCODE_FOREIGN_KEY_VIOLATION;
    StringInfoData message;
    initStringInfo(&message);
    appendStringInfoString(&message, "the row has no parent by (");
    for (const std::string& name : step.columns) {
        char* column = ToServerText(name);
        if (reject.columns != NIL) appendStringInfoString(&message, ", ");
        appendStringInfoString(&message, column);
        reject.columns = lappend(reject.columns, makeString(column));
    }
    appendStringInfoChar(&message, ')');
    reject.message = message.data;
    Locate(task, row, &reject);
    if (reject.row == nullptr) reject.row = load::QueryRowAsJson(row.descriptor, row.values, row.nulls);
    account->Add(reject);
}

/// Which load wrote each of the rows that were removed.
struct Origins {
    const PlannedLoad** loads;
    int64** rowids;  ///< null: not known
};

/// Whether a row stands in a table of SQLite, by what the target holds of its key.
bool IsThere(const plan::LoadTask& task, const Orphan& row) {
    load::Reject reject = {};
    if (!task.key.empty()) Locate(task, row, &reject);
    return reject.row != nullptr;
}

/// Several tables fill one target: rows are looked for in one after the other, by their values, or by the key
/// of those without rowids. What is found in none belongs to the first.
void FindOrigins(JobPlan* plan, const PlannedLoad& first, const SPITupleTable* rows, uint64 count,
                 Orphan* row, Origins* origins) {
    bool* known = static_cast<bool*>(palloc0(count));
    for (const PlannedLoad& load : plan->tables) {
        if (load.target != first.target) continue;
        int64** found = FindRowids(load.task, rows, count, known);
        for (uint64 i = 0; i < count; ++i) {
            if (known[i]) continue;
            if (found[i] == nullptr) {
                heap_deform_tuple(rows->vals[i], row->descriptor, row->values, row->nulls);
                if (!load.task.rowid_column.empty() || !IsThere(load.task, *row)) continue;
            }
            known[i] = true;
            origins->loads[i] = &load;
            origins->rowids[i] = found[i];
        }
    }
}

bool SharesTarget(const JobPlan& plan, const PlannedLoad& table) {
    for (const PlannedLoad& other : plan.tables)
        if (&other != &table && other.target == table.target) return true;
    return false;
}

/// Puts aside those of the removed rows that a table has loaded. @return how many these are
uint64 PutOrphansOf(Call* call, const PlannedStep& step, const PlannedLoad& table, const Origins& origins,
                    const SPITupleTable* rows, uint64 count, Orphan* row) {
    load::Account* account = call->account;
    account->BeginTable(table.table_no, ToServerText(table.target));
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite orphan", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(memory);
    uint64 put = 0;
    for (uint64 i = 0; i < count; ++i) {
        if (origins.loads[i] != &table) continue;
        heap_deform_tuple(rows->vals[i], row->descriptor, row->values, row->nulls);
        row->rowid = origins.rowids[i];
        PutOrphan(account, step, table.task, *row);
        ++put;
        MemoryContextReset(memory);
    }
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(memory);
    account->written -= static_cast<int64>(put);
    return put;
}

/// @return how many rows it has put aside
uint64 Remove(Call* call, JobPlan* plan, const PlannedStep& step, const PlannedLoad& table) {
    SPI_connect();
    const char* remove =
        load::SqlText([&] { return plan::RemoveOrphans(table.target, step.condition) + "\nRETURNING c.*"; });
    WithOwnNames(plan->ByPath(step), [&] {
        if (SPI_execute(remove, false, 0) != SPI_OK_DELETE_RETURNING) elog(ERROR, "could not remove orphans");
    });
    const SPITupleTable* rows = SPI_tuptable;
    const uint64 count = SPI_processed;
    const Size columns = static_cast<Size>(rows->tupdesc->natts);
    Orphan row = {rows->tupdesc, static_cast<Datum*>(palloc(sizeof(Datum) * columns)),
                  static_cast<bool*>(palloc(sizeof(bool) * columns)), nullptr};
    Origins origins = {static_cast<const PlannedLoad**>(palloc(sizeof(void*) * (count + 1))),
                       static_cast<int64**>(palloc0(sizeof(int64*) * (count + 1)))};
    for (uint64 i = 0; i < count; ++i)
        origins.loads[i] = &table;
    if (count > 0 && SharesTarget(*plan, table))
        FindOrigins(plan, table, rows, count, &row, &origins);
    else if (count > 0 && table.task.rowid_target.empty())
        origins.rowids = FindRowids(table.task, rows, count, nullptr);
    for (const PlannedLoad& load : plan->tables) {
        if (load.target != table.target) continue;
        const uint64 put = PutOrphansOf(call, step, load, origins, rows, count, &row);
        if (put > 0) MoveToRejected(call->job, load.table_no, static_cast<int64>(put));
    }
    SPI_finish();
    return count;
}

}  // namespace

void RejectOrphans(Call* call, JobPlan* plan, size_t first, size_t last) {
    const TimestampTz began = GetCurrentTimestamp();
    uint64 removed;
    do {
        removed = 0;
        for (size_t i = first; i < last; ++i) {
            CHECK_FOR_INTERRUPTS();
            const PlannedStep& step = plan->steps[i];
            call->doing = psprintf("step %d: %s", step.number, ToServerText(step.object));
            removed += Remove(call, plan, step, plan->Table(step.table_no));
        }
    } while (removed > 0);
    for (size_t i = first; i < last; ++i) {
        for (const PlannedLoad& load : plan->tables)
            if (load.target == plan->Table(plan->steps[i].table_no).target)
                FinishTable(call->job, load.table_no, plan->max_percent);
        MarkStep(call->job, plan->steps[i].number, began);
    }
    CheckRejects(call->job, plan->max_rejects);
}

}  // namespace pgsqlite::pg::jobs
