// Loads as pieces: a table, or a range of its rowids, with an account of its own.
#include "pg/jobs/activity/progress.hpp"
#include "pg/jobs/records/reject_records.hpp"
#include "pg/jobs/records/table_records.hpp"
#include "pg/jobs/run/load_piece.hpp"
#include "pg/jobs/run/pieces.hpp"
#include "pg/jobs/workers/worker_pool.hpp"

extern "C" {
#include "postmaster/bgworker.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// Of the piece at hand, or the last one: its refused rows outlive its transaction.
MemoryContext memory = nullptr;
load::Account* account = nullptr;
/// Rows that were rejected before it, which count against the same limit.
int64 rejected_before = 0;

/// What this process has done of a table before the piece at hand, for those who watch.
struct Done {
    int64 job;
    int32 table_no;
    RowCounts rows;
};
Done done = {};

void WriteReject(void* context, const load::Reject& reject) {
    PutReject(*static_cast<const int64*>(context), reject);
}

void TickPiece(void*, const load::Account& so_far, int64 ahead) {
    const RowCounts rows = {so_far.read + ahead, so_far.written + ahead, so_far.rejected - rejected_before,
                            so_far.skipped};
    CountPieceRows(rows);
    RowCounts all = done.rows;
    all += rows;
    ReportRows(all.read, all.written, all.rejected, all.skipped);
}

void OpenAccount(const PieceContext& context) {
    if (memory == nullptr)
        memory = AllocSetContextCreate(TopMemoryContext, "pg_sqlite piece", ALLOCSET_DEFAULT_SIZES);
    MemoryContextReset(memory);
    account = nullptr;
    if (done.job != context.job || done.table_no != context.piece.number)
        done = {context.job, context.piece.number, {}};
    account = load::Account::In(memory, &WriteReject, &TickPiece, &done.job);
    const RejectsSoFar rejects = ReadRejects(context.job);
    account->max_rejects = rejects.most;
    account->rejected = rejected_before = rejects.rejected;
}

/// What stands in errors: which rows of which table.
struct PieceName {
    const char* target;
    const plan::Piece* piece;
};

void NamePiece(void* argument) {
    const auto* place = static_cast<const PieceName*>(argument);
    if (place->piece->split)
        errcontext("rowids " INT64_FORMAT " to " INT64_FORMAT " of table %s", place->piece->first,
                   place->piece->last, place->target);
    else
        errcontext("data of table %s", place->target);
}

}  // namespace

void RunLoad(const PieceContext& context, plan::PieceEnd* end) {
    OpenAccount(context);
    PlannedLoad* table = ReadPlannedLoad(context.job, context.piece.number);
    // One of several who load it can't say how far it is.
    if (context.piece.split && MyBgworkerEntry != nullptr) table->expected = -1;
    const plan::RowidRange range = {context.piece.first, context.piece.last};
    PieceName place = {ToServerText(table->target), &context.piece};
    ErrorContextCallback errors = {error_context_stack, &NamePiece, &place};
    error_context_stack = &errors;
    LoadPiece(context.job, *table, context.piece.split ? &range : nullptr, account);
    error_context_stack = errors.previous;
    account->RaiseFailures();
    const RowCounts rows = {account->read, account->written, account->rejected - rejected_before,
                            account->skipped};
    CountPieceRows(rows);
    done.rows += rows;
    // A piece of few rows has told nobody of them.
    ReportRows(done.rows.read, done.rows.written, done.rows.rejected, done.rows.skipped);
    end->rows = static_cast<uint64>(account->read);
}

void RecordFailedLoad(int64 job) {
    if (account == nullptr) return;
    for (int i = 0; i < account->kept_count(); ++i)
        PutReject(job, account->kept(i));
}

}  // namespace pgsqlite::pg::jobs
