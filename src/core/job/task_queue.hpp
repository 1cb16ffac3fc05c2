// Task queue: the work of a job as tasks that several processes claim piece by piece. Plain data without
// pointers and without a lock, because it lies in shared memory; the caller holds a lock around each call,
// and each takes about as long as looking at every task once.
//
// A task is one piece (create this index), or a table whose rowids are claimed in ranges, so that many can
// work at one big table. It can wait for other tasks. Who has a range of a table goes on with that table; who
// needs another task takes one that nobody works at, and only when there is none helps with one that others
// have begun: inserts into one table hinder each other more than inserts into two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/sqlite/rowid_chunks.hpp"

namespace pgsqlite::plan {

struct Task {
    std::int32_t kind = 0;    ///< for who runs it
    std::int32_t number = 0;  ///< of a step or a table; for who runs it
    bool split = false;       ///< claimed in ranges of rowids
    std::int64_t first = 0;   ///< rowids, both included; only for who runs it where the task isn't split
    std::int64_t last = 0;
    std::int64_t piece_rows = 1;  ///< rows that a range should have; more where rowids turn dense suddenly
    std::int64_t rows = 0;        ///< about how many rows there are; only for HelpersWanted
};

/// Task `after` begins when all of task `before` is done. Indexes of tasks.
struct TaskOrder {
    std::int32_t before;
    std::int32_t after;
};

/// What somebody has claimed.
struct Piece {
    std::int32_t task;  ///< index
    std::int32_t kind;
    std::int32_t number;
    bool split;          ///< a range; other pieces of the task are elsewhere
    std::int64_t first;  ///< rowids, both included
    std::int64_t last;
};

/// What was learned about rowids while a piece was worked on, for the ranges still to come.
struct PieceEnd {
    std::uint64_t rows = 0;  ///< rows the range had
    bool looked = false;     ///< whether the next rowid behind the range was looked for
    bool more = true;        ///< looked: there is one
    std::int64_t next = 0;   ///< looked, more: that rowid
};

enum class Claim : std::uint8_t {
    kPiece,
    kWait,  ///< what is left waits for what others work at; ask again after the next Finish
    kNone,  ///< nothing is left to begin
};

class TaskQueue {
  public:
    /// Bytes that Build needs; a multiple of 8.
    static std::size_t Bytes(std::size_t tasks, std::size_t orders) noexcept;
    /// Builds a queue in memory of Bytes() bytes, aligned to 8. Tasks are handed out in the order given, as
    /// far as they need not wait. A split task without rowids (last < first) is done from the start.
    /// @throws Error XX000 when tasks wait for each other in a circle
    static TaskQueue* Build(void* memory, std::span<const Task> tasks, std::span<const TaskOrder> orders);

    /// Claims a piece.
    /// @param previous the task that this claimant's last piece was of, or -1
    Claim ClaimPiece(std::int32_t previous, Piece* piece) noexcept;
    /// A claimed piece is done.
    /// @return whether with it a task is done, so that those who were told to wait may ask again
    bool Finish(const Piece& piece, const PieceEnd& end) noexcept;

    std::int32_t tasks() const noexcept { return task_count_; }
    std::int32_t tasks_done() const noexcept { return done_; }
    bool AllDone() const noexcept { return done_ == task_count_; }
    bool IsDone(std::int32_t task) const noexcept { return entries()[task].done; }
    const Task& task(std::int32_t task) const noexcept { return entries()[task].task; }

    /// How many claimants could have something to do at once, at most `limit`; tasks that wait count too.
    int HelpersWanted(int limit) const noexcept;

  private:
    struct Entry {
        Task task;
        sqlite::RowidChunks chunks;
        std::int32_t waits_for = 0;    ///< tasks before it that are not done
        std::int32_t working = 0;      ///< pieces that are claimed and not finished
        std::int32_t first_after = 0;  ///< those that wait for it: into after()
        std::int32_t after_count = 0;
        std::int32_t link = -1;  ///< for SetDone
        bool exhausted = false;  ///< there is nothing left to claim of it
        bool done = false;
    };

    explicit TaskQueue(std::int32_t tasks) noexcept : task_count_(tasks) {}
    Entry* entries() noexcept { return reinterpret_cast<Entry*>(this + 1); }
    const Entry* entries() const noexcept { return reinterpret_cast<const Entry*>(this + 1); }
    std::int32_t* after() noexcept { return reinterpret_cast<std::int32_t*>(entries() + task_count_); }

    void SetOrders(std::span<const TaskOrder> orders);
    void RefuseCircles();
    void Take(std::int32_t index, Piece* piece) noexcept;
    void SetDone(std::int32_t index) noexcept;

    std::int32_t task_count_;
    std::int32_t done_ = 0;
    std::int64_t first_open_ = 0;  ///< all tasks before it are exhausted
};

}  // namespace pgsqlite::plan
