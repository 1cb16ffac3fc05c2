#include "pg/fdw/modify/row_writer.hpp"

#include <sqlite3.h>

#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/list.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// SQLite's constraints by PostgreSQL's SQLSTATEs.
int SqlstateOf(int code) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return ERRCODE_UNIQUE_VIOLATION;
        case SQLITE_CONSTRAINT_NOTNULL:
            return ERRCODE_NOT_NULL_VIOLATION;
        case SQLITE_CONSTRAINT_CHECK:
            return ERRCODE_CHECK_VIOLATION;
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return ERRCODE_FOREIGN_KEY_VIOLATION;
        case SQLITE_CONSTRAINT_TRIGGER:
            return ERRCODE_RAISE_EXCEPTION;
        case SQLITE_CONSTRAINT_DATATYPE:
        case SQLITE_MISMATCH:
            return ERRCODE_DATATYPE_MISMATCH;
        default:
            return 0;
    }
}

const char* VerbOf(CmdType operation) {
    return operation == CMD_INSERT ? "insert into" : operation == CMD_UPDATE ? "update" : "delete from";
}

/// A value that SQLite gave back and that reads as none, or as an error.
bool NoteRefusal(void*, const RowConverter& row, int column, const value::Cell&, value::Status,
                 const ErrorData*) {
    ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                    errmsg("column \"%s\" of %s can't hold the value", row.column(column).name,
                           row.origin().relation),
                    errdetail("What SQLite would store for it is not a value of the column's type.")));
    pg_unreachable();
}

char* NoPlace(const void*) {
    return pstrdup("the new row");
}

}  // namespace

RowWriter* RowWriter::In(MemoryContext context, const Config& config) {
    MemoryContext previous = MemoryContextSwitchTo(context);
    RowWriter* self = NewIn<RowWriter>(context, config);
    self->context_ = context;
    self->row_context_ = AllocSetContextCreate(context, "pg_sqlite written row", ALLOCSET_DEFAULT_SIZES);
    self->Build();
    MemoryContextSwitchTo(previous);
    return self;
}

/// Two columns of the foreign table may stand for one of SQLite's, which would keep one of two values.
void RowWriter::RequireDistinct() const {
    const RowIdentity& identity = config_.table->identity;
    const auto is_rowid = [&](int attribute) {
        return identity.rowid_name != nullptr && list_member_int(identity.attributes, attribute);
    };
    for (int first : EachInt(config_.written))
        for (int second : EachInt(config_.written)) {
            const bool same = pg_strcasecmp(ColumnOf(first).name, ColumnOf(second).name) == 0;
            if (first >= second || (!same && !(is_rowid(first) && is_rowid(second)))) continue;
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("column \"%s\" of table \"%s\" can't be written by two columns of %s",
                                   ColumnOf(first).name, config_.table->relation->source_name(),
                                   config_.table->relation->qualified_name),
                            errhint("Name one of them in INSERT's list of columns.")));
        }
}

void RowWriter::Build() {
    const WritableTable& table = *config_.table;
    RequireDistinct();
    if (config_.returns) {
        for (int i = 1; i <= table.relation->attribute_count; ++i)
            if (ColumnOf(i).name != nullptr) returning_ = lappend_int(returning_, i);
    } else {
        ListCell* cell;
        foreach (cell, config_.written)
            if (!ColumnOf(lfirst_int(cell)).exact) returning_ = lappend_int(returning_, lfirst_int(cell));
    }
    StringInfoData sql;
    initStringInfo(&sql);
    ListCell* cell;
    int parameter = 0;
    if (config_.operation == CMD_INSERT) {
        appendStringInfoString(&sql, "INSERT INTO main.");
        AppendSqliteIdentifier(&sql, table.relation->source_name());
        if (config_.written == NIL) {
            appendStringInfoString(&sql, " DEFAULT VALUES");
        } else {
            foreach (cell, config_.written) {
                appendStringInfoString(&sql, parameter++ == 0 ? " (" : ", ");
                AppendSqliteIdentifier(&sql, ColumnOf(lfirst_int(cell)).name);
            }
            for (int i = 1; i <= parameter; ++i)
                appendStringInfo(&sql, "%s?%d", i == 1 ? ") VALUES (" : ", ", i);
            appendStringInfoChar(&sql, ')');
            if (config_.skip_conflicts) appendStringInfoString(&sql, " ON CONFLICT DO NOTHING");
        }
    } else {
        appendStringInfoString(&sql, config_.operation == CMD_UPDATE ? "UPDATE main." : "DELETE FROM main.");
        AppendSqliteIdentifier(&sql, table.relation->source_name());
        foreach (cell, config_.written) {
            appendStringInfoString(&sql, parameter++ == 0 ? " SET " : ", ");
            AppendSqliteIdentifier(&sql, ColumnOf(lfirst_int(cell)).name);
            appendStringInfo(&sql, " = ?%d", parameter);
        }
        const char* word = " WHERE ";
        if (table.identity.rowid_name != nullptr) {
            appendStringInfo(&sql, "%s%s = ?%d", word, table.identity.rowid_name, ++parameter);
        } else {
            foreach (cell, table.identity.attributes) {
                appendStringInfoString(&sql, word);
                AppendSqliteIdentifier(&sql, ColumnOf(lfirst_int(cell)).name);
                appendStringInfo(&sql, " IS ?%d", ++parameter);
                word = " AND ";
            }
        }
    }
    const char* word = " RETURNING ";
    foreach (cell, returning_) {
        appendStringInfoString(&sql, word);
        AppendSqliteIdentifier(&sql, ColumnOf(lfirst_int(cell)).name);
        word = ", ";
    }
    sql_ = sql.data;
}

/// Before each row: the transaction may have been rolled back to before its first write, and another
/// subtransaction may be open.
void RowWriter::Prepare() {
    sqlite::Database* database = DatabaseToWrite(config_.table->relation->server_oid);
    if (database == database_) return;
    MemoryContext previous = MemoryContextSwitchTo(context_);
    if (pin_ == nullptr) pin_ = Pin::Acquire(context_, config_.table->relation->server_oid);
    statement_ = Holder<sqlite::Statement>::In(context_);
    const char* utf8 = ToUtf8(sql_);
    CallSqlite(database, [&] { statement_->Set(sqlite::Statement::Reuse(*database, utf8).release()); });
    if (returning_ != NIL) {
        const int count = list_length(returning_);
        readers_ =
            static_cast<ColumnConverter*>(palloc0(sizeof(ColumnConverter) * static_cast<size_t>(count)));
        for (int i = 0; i < count; ++i)
            readers_[i] = *ColumnOf(list_nth_int(returning_, i)).reader;
        const RowOrigin origin = {config_.table->relation->server_name,
                                  config_.table->relation->qualified_name,
                                  config_.table->relation->source_name(), &NoPlace, nullptr};
        converter_ = NewIn<RowConverter>(context_, readers_, origin, &NoteRefusal);
        converter_->CollectErrors();
    }
    database_ = database;
    MemoryContextSwitchTo(previous);
}

void RowWriter::Bind(TupleTableSlot* values, const value::Cell* identity) {
    int parameter = 0;
    ListCell* cell;
    foreach (cell, config_.written) {
        const int attribute = lfirst_int(cell);
        bool is_null;
        const Datum value = slot_getattr(values, attribute, &is_null);
        WrittenColumn* column = &config_.table->columns[attribute - 1];
        const value::Cell bound = is_null ? value::Cell::Null() : CellOf(column, value);
        if (!statement_->get()->Bind(++parameter, bound)) RaiseFailure();
    }
    if (config_.operation == CMD_INSERT) return;
    const RowIdentity& by = config_.table->identity;
    const int count = by.rowid_name != nullptr ? 1 : list_length(by.attributes);
    for (int i = 0; i < count; ++i)
        if (!statement_->get()->Bind(++parameter, identity[i])) RaiseFailure();
}

bool RowWriter::Write(TupleTableSlot* values, const value::Cell* identity, TupleTableSlot* returned) {
    Prepare();
    MemoryContextReset(row_context_);
    MemoryContext previous = MemoryContextSwitchTo(row_context_);
    Bind(values, identity);
    sqlite::Statement* statement = statement_->get();
    EnterSqlite(database_);
    sqlite::Step step = statement->Next();
    LeaveSqlite();
    if (step == sqlite::Step::kError) RaiseFailure();
    bool written = step == sqlite::Step::kRow;
    if (written) {
        if (values != nullptr) Compare(values);
        MemoryContextSwitchTo(previous);
        if (returned != nullptr && config_.returns) Return(returned);
        MemoryContextSwitchTo(row_context_);
        EnterSqlite(database_);
        step = statement->Next();
        LeaveSqlite();
        if (step == sqlite::Step::kError) RaiseFailure();
    } else {
        // What INSTEAD OF triggers do with a view's row is not counted ("sqlite3_changes").
        written = returning_ == NIL && (config_.table->is_view || sqlite3_changes(database_->handle()) > 0);
    }
    statement->Reset();
    MemoryContextSwitchTo(previous);
    return written;
}

/// A cell of RETURNING as a scan reads it: SQLite keeps whole numbers of REAL columns as integers, and shows
/// these here.
value::Cell RowWriter::ReadCell(int item) const {
    const value::Cell& cell = statement_->get()->cells()[item];
    if (ColumnOf(list_nth_int(returning_, item)).affinity != schema::Affinity::kReal ||
        cell.storage_class != value::StorageClass::kInteger)
        return cell;
    return value::Cell::Real(static_cast<double>(cell.integer));
}

/// What was written, as SQLite gives it back.
void RowWriter::Compare(TupleTableSlot* values) {
    for (int i = 0; i < list_length(returning_); ++i) {
        const int attribute = list_nth_int(returning_, i);
        WrittenColumn* column = &config_.table->columns[attribute - 1];
        if (column->exact || !list_member_int(config_.written, attribute)) continue;
        bool is_null;
        const Datum wanted = slot_getattr(values, attribute, &is_null);
        Datum stored = 0;
        bool stored_null = true;
        const value::Cell cell = ReadCell(i);
        converter_->Convert(i, cell, &stored, &stored_null);
        if (is_null == stored_null && (is_null || IsSameValue(column, wanted, stored))) continue;
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                        errmsg("column \"%s\" of %s can't hold the value %s", column->reader->name,
                               config_.table->relation->qualified_name,
                               is_null ? "NULL" : OutputFunctionCall(&column->output, wanted)),
                        errdetail("SQLite would store it as another value (%s), which reads as %s.",
                                  value::StorageClassName(cell.storage_class),
                                  stored_null ? "NULL" : OutputFunctionCall(&column->output, stored)),
                        errhint("The affinity of its column in SQLite is %s.",
                                schema::AffinityName(column->affinity))));
    }
}

/// The row as SQLite has it now, in the slot.
void RowWriter::Return(TupleTableSlot* slot) {
    const int natts = slot->tts_tupleDescriptor->natts;
    ExecClearTuple(slot);
    std::memset(slot->tts_isnull, true, static_cast<size_t>(natts));
    MemoryContext previous = MemoryContextSwitchTo(row_context_);
    for (int i = 0; i < list_length(returning_); ++i) {
        const int place = list_nth_int(returning_, i) - 1;
        converter_->Convert(i, ReadCell(i), &slot->tts_values[place], &slot->tts_isnull[place]);
    }
    MemoryContextSwitchTo(previous);
    ExecStoreVirtualTuple(slot);
    ExecMaterializeSlot(slot);
}

void RowWriter::RaiseFailure() {
    const int code = statement_->get()->error_code();
    const int sqlstate = SqlstateOf(code);
    const WritableTable& table = *config_.table;
    if (sqlstate == 0) {
        const char* doing = psprintf("%s \"%s\"", VerbOf(config_.operation), table.relation->source_name());
        const char* utf8 = ToUtf8(doing);
        sqlite::Statement* statement = statement_->get();
        Guard([&] { statement->ThrowLastError(utf8); });
    }
    const char* message = ToServerText(sqlite3_errmsg(database_->handle()));
    ereport(ERROR, (errcode(sqlstate),
                    errmsg("could not %s %s: %s", VerbOf(config_.operation), table.relation->qualified_name,
                           message),
                    errdetail("SQLite table \"%s\" of server \"%s\" refuses the row.",
                              table.relation->source_name(), table.relation->server_name)));
    pg_unreachable();
}

}  // namespace pgsqlite::pg::fdw
