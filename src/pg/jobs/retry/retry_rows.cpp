#include "pg/jobs/retry/retry_rows.hpp"

#include "core/sqlite/row_finder.hpp"
#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/jobs/records/reject_records.hpp"
#include "pg/jobs/retry/converted_rows.hpp"
#include "pg/list.hpp"
#include "pg/run_sql.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "storage/fd.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// Rows of sqlite.rejects in memory at once, each of which may have some 20 MB of JSON.
constexpr long kFetched = 10;

/// What lives on the C++ side, destroyed with its memory context.
struct Stored {
    std::vector<std::string> columns;
    std::unique_ptr<sqlite::RowsFile> file;
    std::unique_ptr<sqlite::RowFinder> finder;
    sqlite::RejectedRow row;
    std::string json;
};

struct Gatherer {
    const RetryChoice* choice;
    const plan::LoadTask* task;
    RetryRows rows;
    Stored* stored;
    Oid server;
    fdw::Pin* pin;    ///< of the source; null: not read yet
    bool unreadable;  ///< the source, when what is cut was looked for
    ConvertedRows* converted;
    MemoryContext memory;
};

struct StoredReject {
    int64 id;
    bool has_rowid;
    int64 rowid;
    const char* key;  ///< JSON in UTF-8, or null
    const char* row;  ///< JSON in UTF-8, or null
    bool mended;
};

/// The columns of SQLite's that the task's foreign table reads, but for the rowid under a name of its own.
void ListColumns(Gatherer* gatherer) {
    const Oid relid = RelationNamed(gatherer->task->source, AccessShareLock, false);
    Relation relation = table_open(relid, NoLock);
    TupleDesc descriptor = RelationGetDescr(relation);
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped) continue;
        const char* name = NameStr(attribute->attname);
        for (DefElem* option : Each<DefElem>(GetForeignColumnOptions(relid, static_cast<AttrNumber>(i + 1))))
            if (strcmp(option->defname, "column_name") == 0) name = defGetString(option);
        const char* utf8 = ToUtf8(name);
        Guard([&] {
            if (gatherer->task->rowid_name != utf8) gatherer->stored->columns.emplace_back(utf8);
        });
    }
    table_close(relation, NoLock);
}

/// A file that goes at the end of the transaction, also after an error.
void BeginFile(Gatherer* gatherer) {
    if (gatherer->stored->file != nullptr) return;
    gatherer->rows.descriptor = OpenTemporaryFile(false);
    const char* name = FilePathName(gatherer->rows.descriptor);
    const char* path = is_absolute_path(name) ? name : psprintf("%s/%s", DataDir, name);
    gatherer->rows.file = MemoryContextStrdup(gatherer->memory, path);
    Guard([&] {
        gatherer->stored->file = std::make_unique<sqlite::RowsFile>(
            path, gatherer->task->table, gatherer->stored->columns, gatherer->task->rowid_name);
    });
    gatherer->rows.rowid = gatherer->stored->file->rowid_name().c_str();
}

/// Names the reject in errors about its row.
void NameReject(void* reject) {
    errcontext("reject " INT64_FORMAT, static_cast<const StoredReject*>(reject)->id);
}

void OpenFinder(Gatherer* gatherer) {
    if (gatherer->pin != nullptr) return;
    gatherer->pin = fdw::Pin::Acquire(gatherer->memory, gatherer->server);
    Guard([&] {
        gatherer->stored->finder =
            std::make_unique<sqlite::RowFinder>(*gatherer->pin->database(), gatherer->task->table,
                                                gatherer->task->rowid_name, gatherer->stored->columns);
    });
}

bool IsByRowid(const Gatherer* gatherer, const StoredReject& reject) noexcept {
    return reject.has_rowid && !gatherer->task->rowid_name.empty();
}

/// Whether something tells which row of the source it was.
bool IsNamed(const Gatherer* gatherer, const StoredReject& reject) noexcept {
    return !gatherer->task->server.empty() && (IsByRowid(gatherer, reject) || reject.key != nullptr);
}

/// Behind the seam.
bool Find(const Gatherer* gatherer, const StoredReject& reject) {
    sqlite::RowFinder* finder = gatherer->stored->finder.get();
    return IsByRowid(gatherer, reject) ? finder->FindRowid(reject.rowid)
                                       : finder->FindKey(sqlite::RejectedRow::ParseKey(reject.key));
}

/// Looks for the source's row that has the values of the stored one that are cut. False where it is gone, has
/// other values by now, or can't be read.
bool FindWhole(Gatherer* gatherer, const StoredReject& reject) {
    if (!IsNamed(gatherer, reject) || gatherer->unreadable) return false;
    if (gatherer->pin == nullptr) {
        // All other rows can do without the file.
        const auto probe = [&] { fdw::Pin::Acquire(CurrentMemoryContext, gatherer->server)->Release(); };
        const ErrorData* error = TryInSubtransaction(probe, [](const ErrorData* why) {
            const int category = ERRCODE_TO_CATEGORY(why->sqlerrcode);
            return category != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) &&
                   category != ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES);
        });
        gatherer->unreadable = error != nullptr;
        if (gatherer->unreadable) return false;
    }
    OpenFinder(gatherer);
    const Stored* stored = gatherer->stored;
    return fdw::CallSqlite(gatherer->pin->database(), [&] {
        if (!Find(gatherer, reject)) return false;
        for (std::size_t i = 0; i < stored->columns.size(); ++i) {
            const auto* member = stored->row.Find(stored->columns[i]);
            if (member != nullptr && member->is_cut() && !member->IsOf(stored->finder->CellAt(i)))
                return false;
        }
        return true;
    });
}

void TakeStored(Gatherer* gatherer, StoredReject* reject) {
    if (reject->row == nullptr) {
        ++gatherer->rows.unnamed;
        return;
    }
    Stored* stored = gatherer->stored;
    Guard([&] { stored->row = sqlite::RejectedRow::Parse(reject->row); });
    if (stored->row.form() == sqlite::RejectedRow::Form::kConverted) {
        if (stored->row.FindCut() != nullptr) {
            ++gatherer->rows.cut;
            return;
        }
        if (gatherer->converted == nullptr)
            gatherer->converted = BeginConvertedRows(*gatherer->task, stored->row, gatherer->memory);
        PutConvertedRow(gatherer->converted, reject->id, stored->row);
        ++gatherer->rows.converted;
        return RejectFound(reject->id, nullptr);
    }
    if (gatherer->task->server.empty()) {
        ++gatherer->rows.foreign;
        return;
    }
    if (stored->row.FindCut() != nullptr && !FindWhole(gatherer, *reject)) {
        ++gatherer->rows.cut;
        return;
    }
    BeginFile(gatherer);
    Guard([&] {
        std::vector<value::Cell> cells;
        for (std::size_t i = 0; i < stored->columns.size(); ++i) {
            const std::string& column = stored->columns[i];
            const auto* member = stored->row.Find(column);
            if (member == nullptr && gatherer->choice->replanned)
                throw Error(sqlstate::kInvalidParameterValue,
                            "the row of a reject lacks column \"" + column + "\"",
                            "The job did not read it, and the spec changes what is read.",
                            "Leave from_stored away: then the source is read again.");
            if (member != nullptr && member->is_cut())
                cells.push_back(stored->finder->CellAt(i));
            else
                cells.push_back(member != nullptr ? member->cell() : value::Cell::Null());
        }
        stored->file->Put(reject->id, cells);
    });
    ++gatherer->rows.stored;
    RejectFound(reject->id, nullptr);
}

void TakeLive(Gatherer* gatherer, const StoredReject& reject) {
    if (!IsNamed(gatherer, reject)) {
        ++gatherer->rows.unnamed;
        return;
    }
    Stored* stored = gatherer->stored;
    OpenFinder(gatherer);
    BeginFile(gatherer);
    const bool found = fdw::CallSqlite(gatherer->pin->database(), [&] {
        if (!Find(gatherer, reject)) return false;
        stored->json = stored->finder->Json();
        stored->finder->CopyTo(stored->file.get(), reject.id);
        return true;
    });
    if (!found) {
        ++gatherer->rows.gone;
        return RejectGone(
            reject.id, psprintf("the row is not in the source any more: server \"%s\", SQLite table \"%s\"",
                                ToServerText(gatherer->task->server), ToServerText(gatherer->task->table)));
    }
    ++gatherer->rows.stored;
    RejectFound(reject.id, ToServerText(stored->json));
}

void Take(Gatherer* gatherer, const Row& row) {
    StoredReject reject = {row.Int8(1), !row.IsNull(2), row.Int8(2), row.Utf8(3), row.Utf8(4), row.Bool(5)};
    ErrorContextCallback context = {error_context_stack, &NameReject, &reject};
    error_context_stack = &context;
    if (gatherer->choice->from_stored || reject.mended)
        TakeStored(gatherer, &reject);
    else
        TakeLive(gatherer, reject);
    error_context_stack = context.previous;
}

}  // namespace

void CloseRows(const RetryRows& rows) {
    if (rows.descriptor != 0) FileClose(rows.descriptor);
}

RetryRows GatherRows(const RetryChoice& choice, int32 table_no, const plan::LoadTask& task) {
    MemoryContext caller = CurrentMemoryContext;
    SPI_connect();
    Gatherer gatherer = {};
    gatherer.choice = &choice;
    gatherer.task = &task;
    gatherer.memory = CurrentMemoryContext;
    gatherer.stored = NewIn<Stored>(gatherer.memory);
    if (!task.server.empty()) {
        gatherer.server = get_foreign_server_oid(ToServerText(task.server), false);
        ListColumns(&gatherer);
    }
    MemoryContext scratch =
        AllocSetContextCreate(gatherer.memory, "pg_sqlite rejects", ALLOCSET_DEFAULT_SIZES);
    Portal portal = OpenRejects(choice, table_no);
    while (true) {
        SPI_cursor_fetch(portal, true, kFetched);
        SPITupleTable* fetched = SPI_tuptable;
        const uint64 count = SPI_processed;
        if (count == 0) break;
        for (uint64 i = 0; i < count; ++i) {
            CHECK_FOR_INTERRUPTS();
            MemoryContext previous = MemoryContextSwitchTo(scratch);
            Take(&gatherer, {fetched->vals[i], fetched->tupdesc});
            MemoryContextSwitchTo(previous);
            MemoryContextReset(scratch);
        }
        SPI_freetuptable(fetched);
    }
    SPI_cursor_close(portal);
    Stored* stored = gatherer.stored;
    if (gatherer.pin != nullptr) {
        gatherer.pin->VerifyUnchanged();
        Guard([&] { stored->finder.reset(); });
        gatherer.pin->Release();
    }
    if (stored->file != nullptr) Guard([&] { stored->file->Finish(); });
    RetryRows rows = gatherer.rows;
    if (rows.file != nullptr) {
        rows.file = MemoryContextStrdup(caller, rows.file);
        rows.rowid = MemoryContextStrdup(caller, rows.rowid);
    }
    SPI_finish();
    return rows;
}

}  // namespace pgsqlite::pg::jobs
