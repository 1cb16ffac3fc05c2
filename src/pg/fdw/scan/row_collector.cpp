#include "pg/fdw/scan/row_collector.hpp"

#include "pg/fdw/connect/sqlite_call.hpp"

namespace pgsqlite::pg::fdw {

RowCollector* row_collector = nullptr;

const std::vector<sqlite::KeyPart>* KeyParts(const List* names, const value::Cell* cells) {
    auto* key = NewIn<std::vector<sqlite::KeyPart>>(CurrentMemoryContext);
    for (int i = 0; i < list_length(names); ++i) {
        const char* name = ToUtf8(strVal(list_nth(names, i)));
        Guard([&] { key->push_back({name, cells[i]}); });
    }
    return key;
}

namespace {

/// Null where a scan's rows have a rowid, or no key.
const std::vector<sqlite::KeyPart>* PresentKey(const RowSource* rows) {
    const int count = list_length(rows->key_columns());
    if (count == 0) return nullptr;
    auto* cells = static_cast<value::Cell*>(palloc(sizeof(value::Cell) * static_cast<Size>(count)));
    for (int i = 0; i < count; ++i)
        cells[i] = rows->CellAt(rows->column_count() + i);
    return KeyParts(rows->key_columns(), cells);
}

}  // namespace

bool RowRefusals::Sink(void* context, const RowConverter& row, int index, const value::Cell& cell,
                       value::Status status, const ErrorData* cause) {
    RowRefusals* self = static_cast<RowRefusals*>(context);
    const ColumnConverter& column = row.column(index);
    const value::OnError on_error = column.rule.policies.on_error;
    if (on_error == value::OnError::kNull) return true;
    if (self->context_ == nullptr)
        self->context_ = AllocSetContextCreate(column.context, "pg_sqlite refused row", ALLOCSET_SMALL_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(self->context_);
    if (self->columns_ == NIL) {
        initStringInfo(&self->messages_);
        self->sqlstate_ = RefusalSqlstate(status, cause);
        self->rejectable_ = true;
    }
    if (self->columns_ != NIL) appendStringInfoString(&self->messages_, "; ");
    appendStringInfoString(&self->messages_,
                           RefusalMessage(row, index, column.source_name, cell, status, cause));
    self->columns_ = lappend(self->columns_, makeString(pstrdup(column.source_name)));
    self->rejectable_ = self->rejectable_ && on_error == value::OnError::kReject;
    MemoryContextSwitchTo(previous);
    return false;
}

void RowRefusals::Put(RowSource* rows) {
    MemoryContext previous = MemoryContextSwitchTo(context_);
    const RowOrigin& origin = rows->converter().origin();
    sqlite::Statement* statement = rows->statement();
    const int columns = rows->column_count();
    RefusedRow row = {};
    row.server = origin.server;
    row.table = origin.source;
    row.locator = origin.locate(origin.context);
    row.has_rowid = rowid_name_ != nullptr;
    if (row.has_rowid) row.rowid = rows->CellAt(columns).integer;
    row.columns = columns_;
    row.sqlstate = sqlstate_;
    row.message = messages_.data;
    row.rejectable = rejectable_;
    auto* json = NewIn<std::string>(context_);
    auto* key_json = NewIn<std::string>(context_);
    sqlite::Database* database = rows->pin()->database();
    const std::vector<sqlite::KeyPart>* key = PresentKey(rows);
    CallSqlite(database, [&] {
        if (row.has_rowid) *json = sqlite::StoredRowAsJson(*database, row.table, rowid_name_, row.rowid);
        if (key != nullptr && sqlite::IsWhole(*key)) *key_json = sqlite::KeyAsJson(*key);
        if (key != nullptr && row.table != nullptr)
            *json = sqlite::StoredRowAsJson(*database, row.table, *key);
        if (json->empty()) *json = sqlite::RowAsJson(*statement, columns);
    });
    row.json = ToServerText(*json);
    if (!key_json->empty()) row.key = ToServerText(*key_json);
    if (!repeats_) collector_->put(collector_->context, row);
    columns_ = NIL;
    MemoryContextSwitchTo(previous);
    MemoryContextReset(context_);
}

void RowRefusals::Repeat(const uint64* changes) noexcept {
    if (!repeats_) std::memcpy(first_changes_, changes, sizeof(first_changes_));
    repeats_ = true;
}

void RowRefusals::AddChanges(const uint64* changes) noexcept {
    const uint64* counted = repeats_ ? first_changes_ : changes;
    for (size_t i = 0; i < RowConverter::kChangeKinds; ++i)
        collector_->changes[i] += counted[i];
}

}  // namespace pgsqlite::pg::fdw
