// Worker pool: background workers that do the pieces of a job side by side, each piece in a transaction of
// its own, with the caller's identity, settings and pinned sources. The leader only watches over them: it
// raises what one of them raised, and when its CALL ends, is cancelled or dies, so do they.
//
// Built like PostgreSQL's parallel query (access/transam/parallel.c), whose workers can't write and live in
// their leader's transaction: shared memory of the job's own, and an error slot instead of a message queue.
#pragma once

#include "core/job/task_queue.hpp"
#include "core/sqlite/snapshot.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Rows, as in sqlite.job_tables.
struct RowCounts {
    int64 read = 0;
    int64 written = 0;
    int64 rejected = 0;
    int64 skipped = 0;

    RowCounts& operator+=(const RowCounts& more) noexcept {
        read += more.read;
        written += more.written;
        rejected += more.rejected;
        skipped += more.skipped;
        return *this;
    }
};

/// A server that the job has pinned (pinned_source.hpp, redirect.hpp), so that workers read the same.
struct PoolSource {
    Oid server;
    bool live;  ///< the leader holds `snapshot`; else the job's own copy is read
    sqlite::Snapshot snapshot;
};

struct PoolProgress {
    RowCounts rows;  ///< of pieces that are committed and those being worked on
    int32 tasks_done;
    int32 tasks;
    int32 workers;  ///< running; 0: the leader does it itself
};

struct PoolRequest {
    int64 job;
    Oid act_as;   ///< as in PieceContext
    int workers;  ///< background workers to start, no more than there is work for; 0: the leader does it
                  ///< itself
    const plan::Task* tasks;  ///< kinds are PieceKind (pieces.hpp)
    int task_count;
    const plan::TaskOrder* orders;
    int order_count;
    const PoolSource* sources;
    int source_count;
    /// Called in the leader, about twice a second and at the end. May be null. May call SPI, also SPI_commit.
    void (*on_progress)(const PoolProgress& progress, void* argument);
    /// Called in the leader once for every task soon after it is done, with the rows of its pieces. May be
    /// null. May call SPI, also SPI_commit.
    void (*on_task_done)(int32 task, const RowCounts& rows, void* argument);
    void* argument;
};

/// Does all tasks and returns when they are committed; then no worker of the job is alive, also after an
/// error.
///
/// To be called in a procedure that may commit (SPI_connect_ext with SPI_OPT_NONATOMIC), outside of any
/// subtransaction, with nothing uncommitted and no lock held that a piece needs: a worker would wait for it,
/// and no deadlock would be found. Everything that `request` points to must outlive commits.
///
/// Fewer workers than asked for give a NOTICE where worker_limits.hpp allows no more, and a WARNING where the
/// server has no place for them (max_worker_processes, max_parallel_workers); when none can be had, the
/// leader does the pieces itself, a commit after each.
///
/// The first error of a piece stops all workers and is raised here with its SQLSTATE, message, detail, hint,
/// names and context; pieces committed before stay. A piece that failed for a transient reason (deadlock,
/// serialization failure, lock timeout, a busy file) is tried again up to kPieceAttempts times in all.
void RunInWorkers(const PoolRequest& request);

inline constexpr int kPieceAttempts = 5;

/// Says how many rows of the present piece are done, counted from its beginning. Cheap. Does nothing in a
/// process that works for no pool.
void CountPieceRows(const RowCounts& rows) noexcept;

}  // namespace pgsqlite::pg::jobs
