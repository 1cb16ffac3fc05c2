#include "pg/jobs/chunks.hpp"

#include "core/plan/rowid_gaps.hpp"
#include "core/sqlite/statistics.hpp"
#include "pg/fdw/connection.hpp"
#include "pg/fdw/sqlite_call.hpp"

namespace pgsqlite::pg::jobs {

bool ChunkWalk::Claim(plan::RowidRange* range) {
    while (true) {
        if (!in_gap_) {
            if (gap_ == gaps_.size()) return false;
            chunks_.Start(gaps_[gap_].first, gaps_[gap_].last, rows_);
            ++gap_;
            in_gap_ = true;
        }
        if (chunks_.Claim(&last_)) {
            *range = {last_.first, last_.last};
            return true;
        }
        in_gap_ = false;
    }
}

void ChunkWalk::Report(int64 rows) noexcept {
    chunks_.Report(last_, static_cast<uint64>(rows));
}

ChunkWalk* WalkChunks(MemoryContext context, const PlannedLoad& table, int64 rows) {
    const char* server = ToServerText(table.task.server);
    fdw::Pin* pin = fdw::Pin::Acquire(CurrentMemoryContext, get_foreign_server_oid(server, false));
    ChunkWalk* walk = NewIn<ChunkWalk>(context);
    fdw::CallSqlite(pin->database(), [&] {
        walk->rows_ = rows > 0 ? rows : kCommitRows;
        const auto range = sqlite::ReadRowidRange(*pin->database(), table.task.table, table.task.rowid_name);
        if (range) walk->gaps_ = plan::FindGaps(range->first, range->last, table.committed);
    });
    pin->Release();
    return walk;
}

}  // namespace pgsqlite::pg::jobs
