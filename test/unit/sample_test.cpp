// Sample: reservoirs and rowid samples are even. Seeds are fixed, so each bound either holds always or never;
// the bounds are those of a fair sample (five standard deviations or more).
#include "core/sqlite/sample.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <string>

#include "core/base/error.hpp"
#include "core/sqlite/statistics.hpp"

namespace pgsqlite::sqlite {
namespace {

TEST(ReservoirTest, KeepsAllOfAShortStream) {
    Reservoir reservoir(5, 1);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(reservoir.Offer(), i);
    EXPECT_EQ(reservoir.seen(), 5u);
}

TEST(ReservoirTest, TakesEveryRowEquallyOften) {
    constexpr std::size_t kCapacity = 10, kRows = 100, kRuns = 20000;
    std::vector<int> taken(kRows);
    for (std::size_t run = 0; run < kRuns; ++run) {
        Reservoir reservoir(kCapacity, run);
        std::vector<std::size_t> sample(kCapacity);
        for (std::size_t row = 0; row < kRows; ++row) {
            const std::size_t place = reservoir.Offer();
            ASSERT_LE(place, kCapacity);
            if (place < kCapacity) sample[place] = row;
        }
        for (const std::size_t row : sample)
            ++taken[row];
    }
    constexpr double kExpected = 1.0 * kRuns * kCapacity / kRows;
    double chi_square = 0;
    for (const int count : taken)
        chi_square += (count - kExpected) * (count - kExpected) / kExpected;
    EXPECT_LT(chi_square, kRows + 5 * std::sqrt(2.0 * kRows));
}

TEST(ReservoirTest, CapacityOneAndLongStreams) {
    Reservoir reservoir(1, 7);
    std::uint64_t last = 0;
    for (std::uint64_t row = 0; row < 10'000'000; ++row)
        if (reservoir.Offer() == 0) last = row;
    EXPECT_GT(last, 0u);
    EXPECT_EQ(reservoir.seen(), 10'000'000u);
}

class SampleTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "pg_sqlite_sample_XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern);
    }
    void TearDown() override {
        db_.reset();
        std::filesystem::remove_all(directory_);
    }
    void Make(const std::string& sql) {
        const std::string path = (directory_ / "test.db").string();
        sqlite3* raw = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
        char* message = nullptr;
        EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK)
            << (message != nullptr ? message : "");
        sqlite3_free(message);
        sqlite3_close(raw);
        OpenOptions options;
        options.path = path;
        db_ = Database::Open(options);
    }
    /// A table t whose rowids are the numbers that `rowid` makes of i = 0 … count - 1.
    void MakeTable(const std::string& rowid, int count) {
        Make(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v); WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL "
            "SELECT i + 1 FROM n WHERE i < " +
            std::to_string(count - 1) + ") INSERT INTO t SELECT " + rowid + ", NULL FROM n");
    }
    RowSample Take(std::size_t target, std::uint64_t seed = 1) {
        SampleOptions options;
        options.target = target;
        options.seed = seed;
        RowSample sample = SampleRowids(*db_, "t", "id", options);
        EXPECT_LE(sample.rowids.size(), target);
        EXPECT_TRUE(std::is_sorted(sample.rowids.begin(), sample.rowids.end()));
        EXPECT_EQ(std::adjacent_find(sample.rowids.begin(), sample.rowids.end()), sample.rowids.end());
        return sample;
    }
    /// Share of the sample's rowids below `limit`.
    static double Below(const RowSample& sample, std::int64_t limit) {
        const auto end = std::lower_bound(sample.rowids.begin(), sample.rowids.end(), limit);
        return static_cast<double>(end - sample.rowids.begin()) / static_cast<double>(sample.rowids.size());
    }

    std::filesystem::path directory_;
    std::unique_ptr<Database> db_;
};

TEST_F(SampleTest, EmptyTable) {
    Make("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    const RowSample sample = Take(100);
    EXPECT_TRUE(sample.rowids.empty());
    EXPECT_EQ(sample.total_rows, 0);
}

TEST_F(SampleTest, SmallTableIsTakenWhole) {
    MakeTable("i * 3 - 50", 100);
    const RowSample sample = Take(100);
    EXPECT_TRUE(sample.counted);
    EXPECT_EQ(sample.total_rows, 100);
    ASSERT_EQ(sample.rowids.size(), 100u);
    EXPECT_EQ(sample.rowids.front(), -50);
    EXPECT_EQ(sample.rowids.back(), 247);
}

TEST_F(SampleTest, DenseTableIsDrawn) {
    MakeTable("i + 1", 20000);
    const RowSample sample = Take(1000);
    EXPECT_FALSE(sample.counted);
    EXPECT_EQ(sample.total_rows, 20000);
    ASSERT_EQ(sample.rowids.size(), 1000u);
    EXPECT_NEAR(Below(sample, 5000), 0.25, 0.07);
    EXPECT_NEAR(Below(sample, 15000), 0.75, 0.07);
}

TEST_F(SampleTest, HolesAreNotFavoured) {
    // 10,000 rows at every fifth rowid, then 10,000 at every one: half of the rows, a sixth of the range.
    MakeTable("CASE WHEN i < 10000 THEN i * 5 ELSE 40000 + i END", 20000);
    const RowSample sample = Take(2000);
    EXPECT_FALSE(sample.counted);
    EXPECT_NEAR(sample.total_rows, 20000, 1500);
    EXPECT_GT(sample.rowids.size(), 1800u);
    EXPECT_NEAR(Below(sample, 50000), 0.5, 0.06);
}

TEST_F(SampleTest, SecondDrawFillsTheSample) {
    // More rows are wanted than the first draw can hit: a third of the rowids exists.
    MakeTable("i * 3", 100000);
    const RowSample sample = Take(20000);
    EXPECT_FALSE(sample.counted);
    EXPECT_GT(sample.rowids.size(), 18000u);
    EXPECT_NEAR(sample.total_rows, 100000, 3000);
    EXPECT_NEAR(Below(sample, 150000), 0.5, 0.02);
    for (const std::int64_t rowid : sample.rowids)
        ASSERT_EQ(rowid % 3, 0);
}

TEST_F(SampleTest, WideGapMeansAFullCount) {
    MakeTable("CASE WHEN i < 15000 THEN i ELSE 1000000000000 + i * 1000000 END", 20000);
    const RowSample sample = Take(1000);
    EXPECT_TRUE(sample.counted);
    EXPECT_EQ(sample.total_rows, 20000);
    ASSERT_EQ(sample.rowids.size(), 1000u);
    EXPECT_NEAR(Below(sample, 15000), 0.75, 0.07);
}

TEST_F(SampleTest, SparseTableIsFoundByTheDraw) {
    // Too few hits, though the file could hold more: rows are wide.
    Make(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v); WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 "
        "FROM n WHERE i < 4999) INSERT INTO t SELECT i * 20, zeroblob(300) FROM n");
    const RowSample sample = Take(500);
    EXPECT_TRUE(sample.counted);
    EXPECT_EQ(sample.total_rows, 5000);
    EXPECT_NEAR(Below(sample, 50000), 0.5, 0.12);
}

TEST_F(SampleTest, IndexOrderDoesNotShow) {
    Make(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE INDEX v ON t (v); WITH RECURSIVE n(i) AS (SELECT "
        "0 "
        "UNION ALL SELECT i + 1 FROM n WHERE i < 999) INSERT INTO t SELECT i, (i * 7919) % 1000 FROM n");
    EXPECT_EQ(Take(1000).rowids.size(), 1000u);
}

TEST_F(SampleTest, RangeOfAllRowids) {
    Make(
        "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (-9223372036854775808), (0), "
        "(9223372036854775807)");
    const RowSample sample = Take(2);
    EXPECT_TRUE(sample.counted);
    EXPECT_EQ(sample.total_rows, 3);
    EXPECT_EQ(sample.rowids.size(), 2u);
}

TEST_F(SampleTest, NearTheLastRowid) {
    MakeTable("9223372036854775807 - i", 20000);
    const RowSample sample = Take(1000);
    ASSERT_EQ(sample.rowids.size(), 1000u);
    EXPECT_GT(sample.rowids.front(), std::numeric_limits<std::int64_t>::max() - 20000);
}

TEST_F(SampleTest, CanBeCancelled) {
    SampleOptions options;
    options.target = 100;
    options.cancelled = []() noexcept { return true; };
    for (const char* rowid : {"i", "i * 1000000"}) {
        MakeTable(rowid, 20000);
        try {
            SampleRowids(*db_, "t", "id", options);
            ADD_FAILURE() << "not cancelled: " << rowid;
        } catch (const Error& error) {
            EXPECT_STREQ(error.sqlstate(), sqlstate::kQueryCanceled);
        }
        db_.reset();
        std::filesystem::remove(directory_ / "test.db");
    }
}

TEST_F(SampleTest, RowidsOutOfOrder) {
    Make("PRAGMA page_size = 512; VACUUM");
    MakeTable("i", 200);
    EXPECT_EQ(ReadRowidRange(*db_, "t", "id")->last, 199);
    db_.reset();
    // The table's root, page 2, is an interior page: its first child changes places with its last one.
    std::fstream file(directory_ / "test.db", std::ios::in | std::ios::out | std::ios::binary);
    std::string page(512, '\0');
    file.seekg(512);
    file.read(page.data(), 512);
    ASSERT_EQ(page[0], 5);
    const std::size_t cell =
        static_cast<unsigned char>(page[12]) * 256u + static_cast<unsigned char>(page[13]);
    std::swap_ranges(page.begin() + 8, page.begin() + 12, page.begin() + static_cast<std::ptrdiff_t>(cell));
    file.seekp(512);
    file.write(page.data(), 512);
    file.close();
    OpenOptions options;
    options.path = (directory_ / "test.db").string();
    db_ = Database::Open(options);
    try {
        ReadRowidRange(*db_, "t", "id");
        FAIL();
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), sqlstate::kDataCorrupted);
    }
}

}  // namespace
}  // namespace pgsqlite::sqlite
