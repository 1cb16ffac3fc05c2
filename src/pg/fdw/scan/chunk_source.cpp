#include "pg/fdw/scan/chunk_source.hpp"

#include <limits>

#include "core/sqlite/pages/rowid_order.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"

namespace pgsqlite::pg::fdw {
namespace {

constexpr sqlite::RowidChunk kAllRowids = {std::numeric_limits<int64>::min(),
                                           std::numeric_limits<int64>::max()};

}  // namespace

ChunkSource* ChunkSource::In(MemoryContext context, Pin* pin, const char* probe, int chunk_rows,
                             const char* table) {
    ChunkSource* self = NewIn<ChunkSource>(context, pin, chunk_rows, table);
    Holder<sqlite::Statement>* holder = Holder<sqlite::Statement>::In(context);
    const char* utf8 = ToUtf8(probe);
    sqlite::Database* database = pin->database();
    CallSqlite(database, [&] { holder->Set(new sqlite::Statement(*database, utf8)); });
    self->probe_ = holder->get();
    return self;
}

void ChunkSource::Start(SharedChunks* shared) {
    SpinLockInit(&shared->mutex);
    shared_ = shared;
    has_range_ = false;
    if (!in_order_) {
        const char* table = ToUtf8(table_);
        CallSqlite(pin_->database(),
                   [&] { sqlite::RequireRowidOrder(*pin_->database(), table, &CancelPending); });
        in_order_ = true;
    }
    int64 first, last;
    if (Probe(kAllRowids.first, &first, &last))
        shared->chunks.Start(first, last, chunk_rows_);
    else
        shared->chunks.StartEmpty();
}

/// The first rowid from `from` on, and the last one. False when there is none.
bool ChunkSource::Probe(int64 from, int64* first, int64* last) {
    return CallSqlite(pin_->database(), [&] {
        probe_->Reset();
        probe_->Bind(1, value::Cell::Integer(from));
        if (probe_->Next() != sqlite::Step::kRow) probe_->ThrowLastError("look for the next rowid");
        const bool found = !probe_->IsNull(0);
        if (found) {
            *first = probe_->Int(0);
            *last = probe_->Int(1);
        }
        probe_->Reset();
        return found;
    });
}

/// Tells the others what this participant's range, now read, has taught it.
void ChunkSource::Settle(uint64 rows) {
    has_range_ = false;
    if (rows > rows_before_) {
        SpinLockAcquire(&shared_->mutex);
        shared_->chunks.Report(range_, rows - rows_before_);
        SpinLockRelease(&shared_->mutex);
        return;
    }
    int64 next = 0, last = 0;
    const bool more = range_.last < kAllRowids.last && Probe(range_.last + 1, &next, &last);
    SpinLockAcquire(&shared_->mutex);
    shared_->chunks.Report(range_, 0);
    if (more)
        shared_->chunks.SkipTo(next);
    else
        shared_->chunks.Finish();
    SpinLockRelease(&shared_->mutex);
}

void ChunkSource::Leave() noexcept {
    SpinLockAcquire(&shared_->mutex);
    shared_->chunks.Finish();
    SpinLockRelease(&shared_->mutex);
    shared_ = nullptr;
    has_range_ = true;
}

bool ChunkSource::Advance(uint64 rows, sqlite::RowidChunk* range) {
    CHECK_FOR_INTERRUPTS();
    bool claimed;
    if (shared_ == nullptr) {
        claimed = !has_range_;
        range_ = kAllRowids;
    } else {
        if (has_range_) Settle(rows);
        SpinLockAcquire(&shared_->mutex);
        claimed = shared_->chunks.Claim(&range_);
        SpinLockRelease(&shared_->mutex);
    }
    if (!claimed) return false;
    has_range_ = true;
    rows_before_ = rows;
    *range = range_;
    return true;
}

void ChunkSource::Rewind() noexcept {
    has_range_ = false;
    rows_before_ = 0;
}

void ChunkSource::Bind(sqlite::Statement* statement, const sqlite::RowidChunk* range) noexcept {
    statement->Reset();
    const int last = statement->parameter_count();
    statement->Bind(last - 1, range != nullptr ? value::Cell::Integer(range->first) : value::Cell::Null());
    statement->Bind(last, range != nullptr ? value::Cell::Integer(range->last) : value::Cell::Null());
}

}  // namespace pgsqlite::pg::fdw
