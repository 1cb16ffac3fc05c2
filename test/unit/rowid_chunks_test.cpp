// RowidChunks: every rowid is claimed once, at both ends of int64 too, and gaps cost nothing.
#include "core/sqlite/rowid_chunks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace pgsqlite::sqlite {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

struct Outcome {
    std::vector<std::int64_t> read;
    int claims = 0;
    std::uint64_t most_rows = 0;
};

/// Reads sorted rowids as one participant does.
Outcome ReadAll(const std::vector<std::int64_t>& rowids, std::int64_t rows) {
    Outcome outcome;
    RowidChunks chunks;
    if (rowids.empty()) {
        chunks.StartEmpty();
    } else {
        chunks.Start(rowids.front(), rowids.back(), rows);
    }
    RowidChunk range;
    while (chunks.Claim(&range)) {
        EXPECT_LE(range.first, range.last);
        const auto first = std::lower_bound(rowids.begin(), rowids.end(), range.first);
        const auto last = std::upper_bound(rowids.begin(), rowids.end(), range.last);
        outcome.read.insert(outcome.read.end(), first, last);
        const auto count = static_cast<std::uint64_t>(last - first);
        outcome.most_rows = std::max(outcome.most_rows, count);
        chunks.Report(range, count);
        if (count == 0) {
            if (last == rowids.end())
                chunks.Finish();
            else
                chunks.SkipTo(*last);
        }
        if (++outcome.claims > 100000) break;
    }
    EXPECT_EQ(outcome.read, rowids);
    return outcome;
}

std::vector<std::int64_t> Sequence(std::int64_t first, std::int64_t step, int count) {
    std::vector<std::int64_t> rowids = {first};
    while (--count > 0)
        rowids.push_back(rowids.back() + step);
    return rowids;
}

/// As a job's pieces do: nobody looks where the next rowid is.
TEST(RowidChunks, PiecesOfOneRowComeToAnEnd) {
    for (const std::int64_t rows : {1, 2, 3}) {
        const std::vector<std::int64_t> rowids = {kMin, -5, 0, 1, 2, 1000000, kMax};
        RowidChunks chunks;
        chunks.Start(kMin, kMax, rows);
        RowidChunk range;
        int claims = 0;
        std::uint64_t read = 0;
        while (claims < 10000 && chunks.Claim(&range)) {
            const auto count = std::count_if(rowids.begin(), rowids.end(), [&](std::int64_t rowid) {
                return rowid >= range.first && rowid <= range.last;
            });
            read += static_cast<std::uint64_t>(count);
            chunks.Report(range, static_cast<std::uint64_t>(count));
            ++claims;
        }
        EXPECT_LT(claims, 1000) << rows;
        EXPECT_EQ(read, rowids.size());
    }
}

TEST(RowidChunks, DenseTablesAreCutEvenly) {
    const Outcome outcome = ReadAll(Sequence(1, 1, 10000), 100);
    EXPECT_EQ(outcome.claims, 100);
    EXPECT_EQ(outcome.most_rows, 100u);
    EXPECT_EQ(ReadAll(Sequence(-5000, 1, 10000), 100).claims, 100);
}

TEST(RowidChunks, NothingAndOneRow) {
    EXPECT_EQ(ReadAll({}, 100).claims, 0);
    EXPECT_EQ(ReadAll({kMin}, 100).claims, 1);
    EXPECT_EQ(ReadAll({kMax}, 100).claims, 1);
    EXPECT_EQ(ReadAll({0}, 100).claims, 1);
}

TEST(RowidChunks, BothEndsOfTheRange) {
    EXPECT_LE(ReadAll({kMin, kMax}, 8192).claims, 3);
    EXPECT_LE(ReadAll({kMin, -1, 0, 1, kMax}, 1).claims, 20);
    ReadAll(Sequence(kMax - 999, 1, 1000), 64);
    ReadAll(Sequence(kMin, 1, 1000), 64);
    ReadAll(Sequence(kMax - 99, 1, 100), 100);
}

TEST(RowidChunks, GapsAreSkipped) {
    EXPECT_LE(ReadAll({1, 9000000000000000000}, 8192).claims, 3);
    std::vector<std::int64_t> clusters = Sequence(-5000000000000000000, 1, 10000);
    for (const std::int64_t first : {std::int64_t{1}, std::int64_t{4000000000000000000}})
        for (const std::int64_t rowid : Sequence(first, 1, 10000))
            clusters.push_back(rowid);
    EXPECT_LE(ReadAll(clusters, 100).claims, 320);
}

TEST(RowidChunks, SparseRowsWidenTheChunks) {
    const Outcome outcome = ReadAll(Sequence(kMin, 900000000000000, 20000), 64);
    EXPECT_LE(outcome.claims, 1200);
    EXPECT_LE(outcome.most_rows, 200u);
    // Dense again: narrow again, after some chunks that are too large.
    std::vector<std::int64_t> rowids = Sequence(0, 1000, 10000);
    for (const std::int64_t rowid : Sequence(10000000, 1, 1000000))
        rowids.push_back(rowid);
    EXPECT_LE(ReadAll(rowids, 64).most_rows, 100000u);
}

TEST(RowidChunks, StaleReportsChangeNothing) {
    RowidChunks chunks;
    chunks.Start(0, 1000000, 100);
    RowidChunk first, second, third, fourth;
    ASSERT_TRUE(chunks.Claim(&first));
    ASSERT_TRUE(chunks.Claim(&second));
    chunks.Report(first, 1);   // doubles
    chunks.Report(second, 1);  // of the former width
    ASSERT_TRUE(chunks.Claim(&third));
    EXPECT_EQ(third.last - third.first, 199);
    chunks.SkipTo(50);  // already claimed
    ASSERT_TRUE(chunks.Claim(&fourth));
    EXPECT_EQ(fourth.first, third.last + 1);
    chunks.SkipTo(-5);
    chunks.SkipTo(2000000);  // beyond the end
    EXPECT_FALSE(chunks.Claim(&first));
}

TEST(RowidChunks, RowsPerChunk) {
    EXPECT_EQ(RowidChunks::RowsPerChunk(0), 64);
    EXPECT_EQ(RowidChunks::RowsPerChunk(-1), 64);
    EXPECT_EQ(RowidChunks::RowsPerChunk(256000), 1000);
    EXPECT_EQ(RowidChunks::RowsPerChunk(1e300), 8192);
    EXPECT_EQ(RowidChunks::RowsPerChunk(std::numeric_limits<double>::quiet_NaN()), 64);
}

}  // namespace
}  // namespace pgsqlite::sqlite
