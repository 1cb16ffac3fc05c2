#include "pg/fdw/scan/row_source.hpp"

#include "core/schema/declared_type.hpp"
#include "core/value/format.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/settings.hpp"

namespace pgsqlite::pg::fdw {

RowSource* RowSource::Open(MemoryContext context, const Config& config) {
    MemoryContext previous = MemoryContextSwitchTo(context);
    RowOrigin origin = {config.pin->server_name(), config.relation, config.source, &RowSource::Locate,
                        nullptr};
    Holder<RowSource>* holder = Holder<RowSource>::In(context);
    Holder<sqlite::Statement>* statement = Holder<sqlite::Statement>::In(context);
    Guard([&] { holder->Set(new RowSource(config, origin)); });
    RowSource* self = holder->get();
    self->converter_.SetLocatorContext(self);
    sqlite::Database* database = config.pin->database();
    config.pin->NoteRows();
    const char* utf8 = ToUtf8(config.sql);
    CallSqlite(database, [&] {
        statement->Set(config.user_sql ? sqlite::Statement::PrepareUserQuery(*database, utf8).release()
                                       : sqlite::Statement::Reuse(*database, utf8).release());
        statement->get()->ReadFirst(config.column_count);
    });
    self->statement_ = statement->get();
    self->owner_ = statement;
    self->cells_ = self->statement_->cells();
    if (config.page_columns != NIL && read_pages) self->OpenPages(context);
    MemoryContextSwitchTo(previous);
    return self;
}

void RowSource::OpenPages(MemoryContext context) {
    Holder<sqlite::PageRows>* holder = Holder<sqlite::PageRows>::In(context);
    const char* table = ToUtf8(config_.source);
    const char** names = static_cast<const char**>(
        palloc(sizeof(char*) * static_cast<Size>(list_length(config_.page_columns))));
    int count = 0;
    ListCell* cell;
    foreach (cell, config_.page_columns)
        names[count++] = ToUtf8(strVal(lfirst(cell)));
    sqlite::Database* database = config_.pin->database();
    CallSqlite(database, [&] {
        holder->Set(sqlite::PageRows::Open(*database, table, std::vector<std::string>(names, names + count),
                                           &schema::HasRealAffinity)
                        .release());
    });
    pages_ = holder->get();
    if (pages_ == nullptr) return;
    cells_ = pages_->cells();
    if (config_.chunks == nullptr) pages_->SetRange(PG_INT64_MIN, PG_INT64_MAX);
}

void RowSource::Close() noexcept {
    owner_->Set(nullptr);
    statement_ = nullptr;
}

bool RowSource::Step() {
    bool more;
    if (!TryStep(&more)) RaiseStepError();
    return more;
}

bool RowSource::TryStep(bool* more) {
    sqlite::Step step;
    do {
        CHECK_FOR_INTERRUPTS();
        step = StepOnce();
        // A parallel scan has no rows until its first chunk is claimed.
    } while (step == sqlite::Step::kDone && config_.chunks != nullptr && NextChunk());
    *more = step == sqlite::Step::kRow;
    if (likely(*more)) {
        ++row_number_;
        return true;
    }
    if (step == sqlite::Step::kError) {
        if (pages_ != nullptr || statement_->error_code() != sqlite::kGenericError) RaiseStepError();
        return false;
    }
    config_.pin->VerifyUnchanged();
    return true;
}

inline sqlite::Step RowSource::StepOnce() noexcept {
    if (pages_ != nullptr) return pages_->Next();
    EnterSqlite(config_.pin->database());
    const sqlite::Step step = statement_->Next();
    LeaveSqlite();
    return step;
}

bool RowSource::NextChunk() {
    sqlite::RowidChunk range;
    if (!config_.chunks->Advance(row_number_, &range)) return false;
    if (pages_ != nullptr)
        pages_->SetRange(range.first, range.last);
    else
        ChunkSource::Bind(statement_, &range);
    return true;
}

void RowSource::Convert(Datum* values, bool* nulls, const int* targets) {
    converter_.PushErrorContext();
    const value::Cell* cells = cells_;
    for (int i = 0; i < config_.column_count; ++i) {
        const int target = targets[i];
        converter_.Convert(i, cells[i], &values[target], &nulls[target]);
    }
    converter_.PopErrorContext();
}

void RowSource::Rewind() noexcept {
    statement_->Reset();
    row_number_ = 0;
    if (config_.chunks != nullptr) {
        config_.chunks->Rewind();
        ChunkSource::Bind(statement_, nullptr);
    }
    if (pages_ == nullptr) return;
    if (config_.chunks != nullptr)
        pages_->SetRange(0, -1);
    else
        pages_->SetRange(PG_INT64_MIN, PG_INT64_MAX);
}

void RowSource::RewindWith(int index, int64 value) {
    Rewind();
    if (!statement_->Bind(index, value::Cell::Integer(value)))
        ereport(ERROR, (errcode(ERRCODE_FDW_OUT_OF_MEMORY), errmsg("out of memory")));
}

void RowSource::RaiseStepError() {
    // A file without locks that changed under us may look damaged; say what really happened.
    config_.pin->VerifyUnchanged();
    const char* relation = ToUtf8(config_.relation);
    Guard([&] {
        const std::string doing = std::string("read ") + relation;
        if (pages_ != nullptr) pages_->ThrowLastError(doing);
        statement_->ThrowLastError(doing);
    });
    pg_unreachable();
}

char* RowSource::Locate(const void* context) {
    const RowSource* self = static_cast<const RowSource*>(context);
    StringInfoData words;
    initStringInfo(&words);
    if (self->config_.locator == Locator::kRowNumber) {
        appendStringInfo(&words, "row " UINT64_FORMAT, self->row_number_);
        return words.data;
    }
    appendStringInfoString(&words, self->config_.locator == Locator::kRowid ? "" : "key ");
    int column = self->config_.column_count;
    ListCell* cell;
    foreach (cell, self->config_.locator_columns) {
        char text[256];
        constexpr size_t kShownChars = 40;
        const size_t size = value::DescribeCell(self->CellAt(column), text, sizeof(text), kShownChars);
        appendStringInfo(&words, "%s%s %s", column > self->config_.column_count ? ", " : "",
                         strVal(lfirst(cell)), ToServerText(std::string_view(text, size)));
        ++column;
    }
    return words.data;
}

}  // namespace pgsqlite::pg::fdw
