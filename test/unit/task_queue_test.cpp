// TaskQueue: every task once, after those it waits for; a table's rowids once, by as many as want to.
#include "core/job/task_queue.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <vector>

#include "core/base/error.hpp"

namespace pgsqlite::plan {
namespace {

/// A queue in memory of its own, copied there to show that it holds no pointers.
class Queue {
  public:
    explicit Queue(const std::vector<Task>& tasks, const std::vector<TaskOrder>& orders = {})
        : memory_(TaskQueue::Bytes(tasks.size(), orders.size()) / 8) {
        std::vector<std::uint64_t> first(memory_.size());
        TaskQueue::Build(first.data(), tasks, orders);
        memory_ = first;
    }
    TaskQueue* operator->() { return reinterpret_cast<TaskQueue*>(memory_.data()); }

  private:
    std::vector<std::uint64_t> memory_;
};

Task Step(std::int32_t number) {
    Task task;
    task.number = number;
    return task;
}

Task Table(std::int64_t first, std::int64_t last, std::int64_t piece_rows) {
    Task task;
    task.kind = 1;
    task.split = true;
    task.first = first;
    task.last = last;
    task.piece_rows = piece_rows;
    task.rows = last - first + 1;
    return task;
}

TEST(TaskQueue, HandsOutStepsInOrder) {
    Queue queue({Step(7), Step(8)});
    Piece first, second, third;
    ASSERT_EQ(queue->ClaimPiece(-1, &first), Claim::kPiece);
    ASSERT_EQ(queue->ClaimPiece(-1, &second), Claim::kPiece);
    EXPECT_EQ(first.number, 7);
    EXPECT_EQ(second.number, 8);
    EXPECT_EQ(queue->ClaimPiece(-1, &third), Claim::kNone);
    EXPECT_TRUE(queue->Finish(second, {}));
    EXPECT_FALSE(queue->AllDone());
    EXPECT_TRUE(queue->IsDone(1));
    EXPECT_TRUE(queue->Finish(first, {}));
    EXPECT_TRUE(queue->AllDone());
}

TEST(TaskQueue, EmptyQueueIsDone) {
    Queue queue({});
    Piece piece;
    EXPECT_TRUE(queue->AllDone());
    EXPECT_EQ(queue->ClaimPiece(-1, &piece), Claim::kNone);
    EXPECT_EQ(queue->HelpersWanted(4), 0);
}

TEST(TaskQueue, WaitsForWhatComesBefore) {
    Queue queue({Step(0), Step(1), Step(2)}, {{0, 2}, {1, 2}});
    Piece a, b, c;
    ASSERT_EQ(queue->ClaimPiece(-1, &a), Claim::kPiece);
    ASSERT_EQ(queue->ClaimPiece(-1, &b), Claim::kPiece);
    EXPECT_EQ(queue->ClaimPiece(-1, &c), Claim::kWait);
    queue->Finish(b, {});
    EXPECT_EQ(queue->ClaimPiece(-1, &c), Claim::kWait);
    queue->Finish(a, {});
    ASSERT_EQ(queue->ClaimPiece(-1, &c), Claim::kPiece);
    EXPECT_EQ(c.task, 2);
}

TEST(TaskQueue, TableIsDoneWithItsLastRange) {
    Queue queue({Table(1, 20, 10), Step(1)}, {{0, 1}});
    Piece a, b, c;
    ASSERT_EQ(queue->ClaimPiece(-1, &a), Claim::kPiece);
    ASSERT_EQ(queue->ClaimPiece(-1, &b), Claim::kPiece);
    EXPECT_EQ(a.first, 1);
    EXPECT_EQ(a.last, 10);
    EXPECT_EQ(b.first, 11);
    EXPECT_EQ(b.last, 20);
    EXPECT_FALSE(queue->Finish(b, {10}));
    EXPECT_EQ(queue->ClaimPiece(-1, &c), Claim::kWait);
    EXPECT_TRUE(queue->Finish(a, {10}));
    EXPECT_EQ(queue->ClaimPiece(-1, &c), Claim::kPiece);
}

TEST(TaskQueue, StaysWithItsTableAndPrefersOneOfItsOwn) {
    Queue queue({Table(1, 100, 10), Table(1, 100, 10)});
    Piece a, b, c, d;
    queue->ClaimPiece(-1, &a);
    queue->ClaimPiece(-1, &b);
    EXPECT_EQ(a.task, 0);
    EXPECT_EQ(b.task, 1);
    queue->ClaimPiece(a.task, &c);
    EXPECT_EQ(c.task, 0);
    queue->Finish(a, {10});
    queue->Finish(c, {10});
    queue->ClaimPiece(-1, &d);
    EXPECT_EQ(d.task, 0);
}

TEST(TaskQueue, TablesWithoutRowsAreDoneAlsoInARow) {
    Queue queue({Step(0), Table(1, 0, 10), Table(1, 0, 10), Step(3)}, {{0, 1}, {1, 2}, {2, 3}});
    Piece piece;
    EXPECT_EQ(queue->tasks_done(), 0);
    ASSERT_EQ(queue->ClaimPiece(-1, &piece), Claim::kPiece);
    queue->Finish(piece, {});
    EXPECT_EQ(queue->tasks_done(), 3);
    ASSERT_EQ(queue->ClaimPiece(-1, &piece), Claim::kPiece);
    EXPECT_EQ(piece.task, 3);

    Queue empty({Table(1, 0, 10), Table(1, 0, 10)}, {{0, 1}});
    EXPECT_TRUE(empty->AllDone());
}

TEST(TaskQueue, SkipsAGapThatSomebodyLookedBehind) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    Queue queue({Table(1, kMost, 10)});
    Piece piece;
    queue->ClaimPiece(-1, &piece);
    queue->Finish(piece, {0, true, true, kMost});
    ASSERT_EQ(queue->ClaimPiece(0, &piece), Claim::kPiece);
    EXPECT_EQ(piece.first, kMost);
    EXPECT_EQ(piece.last, kMost);
    EXPECT_TRUE(queue->Finish(piece, {1}));

    Queue ended({Table(1, kMost, 10)});
    ended->ClaimPiece(-1, &piece);
    EXPECT_TRUE(ended->Finish(piece, {3, true, false, 0}));
    EXPECT_TRUE(ended->AllDone());
}

TEST(TaskQueue, RefusesCirclesAndUnknownTasks) {
    EXPECT_THROW(Queue({Step(0), Step(1)}, {{0, 1}, {1, 0}}), Error);
    EXPECT_THROW(Queue({Step(0)}, {{0, 0}}), Error);
    EXPECT_THROW(Queue({Step(0)}, {{0, 1}}), Error);
    EXPECT_THROW(Queue({Step(0)}, {{-1, 0}}), Error);
}

TEST(TaskQueue, WantsNoMoreHelpersThanThereAreRanges) {
    EXPECT_EQ(Queue({Step(0), Step(1)})->HelpersWanted(8), 2);
    EXPECT_EQ(Queue({Table(1, 5, 10)})->HelpersWanted(8), 1);
    EXPECT_EQ(Queue({Table(1, 35, 10)})->HelpersWanted(8), 3);
    EXPECT_EQ(Queue({Table(1, 1000, 10)})->HelpersWanted(8), 8);
}

TEST(TaskQueue, RandomWorkIsDoneOnceAndInOrder) {
    std::mt19937 random(20261121);
    const auto pick = [&](std::int64_t from, std::int64_t to) {
        return std::uniform_int_distribution<std::int64_t>(from, to)(random);
    };
    for (int round = 0; round < 300; round++) {
        const auto count = static_cast<std::int32_t>(pick(1, 12));
        std::vector<Task> tasks;
        for (std::int32_t i = 0; i < count; i++) {
            const std::int64_t first = pick(-50, 50);
            tasks.push_back(pick(0, 1) == 0 ? Step(i) : Table(first, first + pick(-1, 60), pick(1, 9)));
        }
        std::vector<TaskOrder> orders;
        for (std::int32_t i = 1; i < count; i++)
            if (pick(0, 1) == 0) orders.push_back({static_cast<std::int32_t>(pick(0, i - 1)), i});
        Queue queue(tasks, orders);

        std::map<std::int32_t, std::map<std::int64_t, int>> seen;
        std::vector<Piece> working;
        std::int32_t previous = -1;
        while (!queue->AllDone()) {
            Piece piece;
            const Claim claim = pick(0, 2) > 0 ? queue->ClaimPiece(previous, &piece) : Claim::kWait;
            if (claim == Claim::kPiece) {
                for (const TaskOrder& order : orders) {
                    ASSERT_TRUE(order.after != piece.task || queue->IsDone(order.before));
                }
                for (std::int64_t rowid = piece.first; rowid <= piece.last; rowid++)
                    seen[piece.task][rowid]++;
                working.push_back(piece);
                previous = piece.task;
            } else if (!working.empty()) {
                const auto at = working.begin() + pick(0, static_cast<std::int64_t>(working.size()) - 1);
                const std::int64_t rows = at->last - at->first + 1;
                queue->Finish(*at, {static_cast<std::uint64_t>(pick(0, rows))});
                if (previous == at->task) previous = -1;
                working.erase(at);
            }
        }
        EXPECT_TRUE(working.empty());
        for (std::int32_t i = 0; i < count; i++) {
            const Task& task = tasks[static_cast<std::size_t>(i)];
            const auto rows = static_cast<std::size_t>(std::max<std::int64_t>(0, task.last - task.first + 1));
            EXPECT_EQ(seen[i].size(), task.split ? rows : 1U);
            for (const auto& [rowid, times] : seen[i])
                EXPECT_EQ(times, 1);
        }
    }
}

}  // namespace
}  // namespace pgsqlite::plan
