#include "core/job/task_queue.hpp"

#include <algorithm>
#include <new>
#include <type_traits>
#include <vector>

#include "core/base/error.hpp"

namespace pgsqlite::plan {

std::size_t TaskQueue::Bytes(std::size_t tasks, std::size_t orders) noexcept {
    static_assert(alignof(TaskQueue) <= 8 && sizeof(TaskQueue) % 8 == 0 && alignof(Entry) <= 8);
    static_assert(std::is_trivially_copyable_v<Entry> && std::is_trivially_copyable_v<TaskQueue>);
    const std::size_t bytes = sizeof(TaskQueue) + tasks * sizeof(Entry) + orders * sizeof(std::int32_t);
    return (bytes + 7) / 8 * 8;
}

TaskQueue* TaskQueue::Build(void* memory, std::span<const Task> tasks, std::span<const TaskOrder> orders) {
    TaskQueue* queue = new (memory) TaskQueue(static_cast<std::int32_t>(tasks.size()));
    for (std::size_t i = 0; i < tasks.size(); i++) {
        Entry* entry = new (queue->entries() + i) Entry;
        entry->task = tasks[i];
        if (!entry->task.split) continue;
        entry->chunks.Start(entry->task.first, entry->task.last, entry->task.piece_rows);
        entry->exhausted = entry->chunks.exhausted();
    }
    queue->SetOrders(orders);
    queue->RefuseCircles();
    for (std::int32_t i = 0; i < queue->task_count_; i++) {
        const Entry& entry = queue->entries()[i];
        if (entry.exhausted && entry.waits_for == 0 && !entry.done) queue->SetDone(i);
    }
    return queue;
}

/// Sorts the orders by the task that comes first.
void TaskQueue::SetOrders(std::span<const TaskOrder> orders) {
    const auto exists = [this](std::int32_t task) { return task >= 0 && task < task_count_; };
    for (const TaskOrder& order : orders) {
        if (!exists(order.before) || !exists(order.after))
            throw Error(sqlstate::kInternalError, "order of tasks names a task that does not exist");
        entries()[order.before].after_count++;
        entries()[order.after].waits_for++;
    }
    std::int32_t position = 0;
    for (std::int32_t i = 0; i < task_count_; i++) {
        entries()[i].first_after = position;
        position += entries()[i].after_count;
        entries()[i].after_count = 0;
    }
    for (const TaskOrder& order : orders) {
        Entry& entry = entries()[order.before];
        new (after() + entry.first_after + entry.after_count++) std::int32_t(order.after);
    }
}

/// Tasks that wait for each other would let everybody wait for ever.
void TaskQueue::RefuseCircles() {
    std::vector<std::int32_t> waits, ready;
    for (std::int32_t i = 0; i < task_count_; i++) {
        waits.push_back(entries()[i].waits_for);
        if (waits.back() == 0) ready.push_back(i);
    }
    std::int32_t reached = 0;
    while (!ready.empty()) {
        const Entry& entry = entries()[ready.back()];
        ready.pop_back();
        reached++;
        for (std::int32_t i = 0; i < entry.after_count; i++) {
            const std::int32_t next = after()[entry.first_after + i];
            if (--waits[static_cast<std::size_t>(next)] == 0) ready.push_back(next);
        }
    }
    if (reached != task_count_)
        throw Error(sqlstate::kInternalError, "tasks of a job wait for each other in a circle");
}

void TaskQueue::Take(std::int32_t index, Piece* piece) noexcept {
    Entry& entry = entries()[index];
    sqlite::RowidChunk range = {entry.task.first, entry.task.last};
    if (entry.task.split) {
        entry.chunks.Claim(&range);
        entry.exhausted = entry.chunks.exhausted();
    } else {
        entry.exhausted = true;
    }
    entry.working++;
    *piece = {index, entry.task.kind, entry.task.number, entry.task.split, range.first, range.last};
}

Claim TaskQueue::ClaimPiece(std::int32_t previous, Piece* piece) noexcept {
    if (previous >= 0 && !entries()[previous].exhausted) {
        Take(previous, piece);
        return Claim::kPiece;
    }
    while (first_open_ < task_count_ && entries()[first_open_].exhausted)
        first_open_++;
    std::int32_t best = -1;
    bool waits = false;
    for (std::int32_t i = static_cast<std::int32_t>(first_open_); i < task_count_; i++) {
        const Entry& entry = entries()[i];
        if (entry.exhausted) continue;
        if (entry.waits_for > 0) {
            waits = true;
            continue;
        }
        if (best < 0 || entry.working < entries()[best].working) best = i;
        if (entry.working == 0) break;
    }
    if (best < 0) return waits ? Claim::kWait : Claim::kNone;
    Take(best, piece);
    return Claim::kPiece;
}

bool TaskQueue::Finish(const Piece& piece, const PieceEnd& end) noexcept {
    Entry& entry = entries()[piece.task];
    entry.working--;
    if (entry.task.split) {
        entry.chunks.Report({piece.first, piece.last}, end.rows);
        if (end.looked && end.more) entry.chunks.SkipTo(end.next);
        if (end.looked && !end.more) entry.chunks.Finish();
        entry.exhausted = entry.chunks.exhausted();
    }
    if (!entry.exhausted || entry.working > 0) return false;
    SetDone(piece.task);
    return true;
}

/// Also those behind it that have no piece of their own.
void TaskQueue::SetDone(std::int32_t index) noexcept {
    std::int32_t next = index;
    while (next >= 0) {
        Entry& entry = entries()[next];
        next = entry.link;
        entry.done = true;
        done_++;
        for (std::int32_t i = 0; i < entry.after_count; i++) {
            const std::int32_t behind = after()[entry.first_after + i];
            Entry& waiting = entries()[behind];
            if (--waiting.waits_for > 0 || !waiting.exhausted) continue;
            waiting.link = next;
            next = behind;
        }
    }
}

int TaskQueue::HelpersWanted(int limit) const noexcept {
    std::int64_t wanted = 0;
    for (std::int32_t i = 0; i < task_count_ && wanted < limit; i++) {
        const Entry& entry = entries()[i];
        if (entry.done) continue;
        wanted += entry.task.split
                      ? std::max<std::int64_t>(
                            1, entry.task.rows / std::max<std::int64_t>(1, entry.task.piece_rows))
                      : 1;
    }
    return static_cast<int>(std::min<std::int64_t>(wanted, std::max(limit, 0)));
}

}  // namespace pgsqlite::plan
