// Rows read from pages: what SQLite reads, for tables made at random; and no rows where only SQLite may read.
#include "core/sqlite/pages/page_rows.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

#include "core/base/error.hpp"
#include "core/schema/declared_type.hpp"
#include "core/sqlite/pages/rowid_order.hpp"

namespace pgsqlite::sqlite {
namespace {

constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

std::string Describe(const value::Cell& cell) {
    switch (cell.storage_class) {
        case value::StorageClass::kInteger:
            return "i" + std::to_string(cell.integer);
        case value::StorageClass::kReal: {
            std::uint64_t bits;
            std::memcpy(&bits, &cell.real, sizeof(bits));
            return "r" + std::to_string(bits);
        }
        case value::StorageClass::kText:
            return "t" + std::string(cell.view());
        case value::StorageClass::kBlob:
            return "b" + std::string(cell.view());
        case value::StorageClass::kNull:
            break;
    }
    return "n";
}

std::string Describe(const value::Cell* cells, std::size_t count) {
    std::string row;
    for (std::size_t i = 0; i < count; ++i)
        row += Describe(cells[i]) + '|';
    return row;
}

class PageRowsTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "pagesXXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern).string();
    }
    void TearDown() override {
        Close();
        std::filesystem::remove_all(directory_);
    }

    void Close() {
        database_.reset();
        sqlite3_close(writer_);
        writer_ = nullptr;
    }
    void StartAnew() {
        Close();
        path_ = directory_ + "/" + std::to_string(++files_) + ".db";
        ASSERT_EQ(sqlite3_open(path_.c_str(), &writer_), SQLITE_OK);
        Write("PRAGMA synchronous = OFF");
    }
    void Write(const std::string& sql) {
        ASSERT_EQ(sqlite3_exec(writer_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sql << ": " << sqlite3_errmsg(writer_);
    }
    Database& Open() {
        OpenOptions options;
        options.path = path_;
        database_ = Database::Open(options);
        database_->BeginRead();
        return *database_;
    }
    std::unique_ptr<PageRows> Rows(const std::vector<std::string>& columns, const std::string& table = "t") {
        return PageRows::Open(Open(), table, columns, &schema::HasRealAffinity);
    }

    /// Compares rows first … last with SQLite's. Says how many there were.
    int Compare(const std::vector<std::string>& columns, PageRows* rows, std::int64_t first = kFirst,
                std::int64_t last = kLast) {
        std::string sql = "SELECT ";
        for (const std::string& column : columns)
            sql += QuoteIdentifier(column) + ", ";
        Statement statement(
            *database_, sql + "_rowid_ FROM t NOT INDEXED WHERE _rowid_ BETWEEN ?1 AND ?2 ORDER BY _rowid_");
        statement.Bind(1, value::Cell::Integer(first));
        statement.Bind(2, value::Cell::Integer(last));
        rows->SetRange(first, last);
        int count = 0;
        while (statement.Next() == Step::kRow) {
            EXPECT_EQ(rows->Next(), Step::kRow);
            const std::string expected = Describe(statement.cells(), columns.size() + 1);
            const std::string got = Describe(rows->cells(), columns.size() + 1);
            EXPECT_EQ(got, expected);
            if (got != expected) return count;
            ++count;
        }
        EXPECT_EQ(rows->Next(), Step::kDone);
        return count;
    }

    std::string directory_, path_;
    sqlite3* writer_ = nullptr;
    std::unique_ptr<Database> database_;
    int files_ = 0;
};

constexpr char kEveryType[] =
    "CASE abs(random()) % 20 WHEN 0 THEN NULL WHEN 1 THEN 0 WHEN 2 THEN 1 WHEN 3 THEN random() % 128 "
    "WHEN 4 THEN random() % 32768 WHEN 5 THEN random() % 8388608 WHEN 6 THEN random() % 2147483648 "
    "WHEN 7 THEN random() % 140737488355328 WHEN 8 THEN random() WHEN 9 THEN random() / 7.0 WHEN 10 THEN 3.0 "
    "WHEN 11 THEN -9223372036854775808 WHEN 12 THEN '' WHEN 13 THEN x'' WHEN 14 THEN 9e999 "
    "WHEN 15 THEN printf('%.*c', abs(random()) % 9000, 'x') WHEN 16 THEN randomblob(abs(random()) % 40000) "
    "WHEN 17 THEN hex(randomblob(abs(random()) % 200)) ELSE printf('text %d', random() % 1000) END";

TEST_F(PageRowsTest, AgreeWithSqlite) {
    std::mt19937 random(20261121);
    const auto up_to = [&](unsigned most) { return random() % (most + 1); };
    int rows = 0;
    for (int round = 0; round < 25; ++round) {
        StartAnew();
        Write("PRAGMA page_size = " + std::to_string(512u << up_to(7)));
        if (up_to(2) == 0) Write("PRAGMA auto_vacuum = " + std::to_string(1 + up_to(1)));
        static constexpr const char* kTypes[] = {"INTEGER", "REAL", "TEXT",   "BLOB",
                                                 "NUMERIC", "",     "DOUBLE", "ANY"};
        const unsigned columns = 1 + up_to(30);
        std::vector<std::string> names;
        std::string definition, values;
        const bool alias = up_to(1) == 0;
        if (alias) {
            names.push_back("id");
            definition = "id INTEGER PRIMARY KEY, ";
            values = std::string(up_to(1) ? "i" : "i * 92233720368547 - 4611686018427387904") + ", ";
        }
        for (unsigned i = 0; i < columns; ++i) {
            names.push_back("c" + std::to_string(i));
            definition += names.back() + " " + kTypes[up_to(7)] + ", ";
            values += std::string(kEveryType) + ", ";
        }
        const auto trim = [](const std::string& list) { return list.substr(0, list.size() - 2); };
        Write("CREATE TABLE t (" + trim(definition) + ")");
        const std::string count = std::to_string(up_to(up_to(3) == 0 ? 4000 : 300));
        Write("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + count +
              ") INSERT INTO t SELECT " + trim(values) + " FROM n");
        if (up_to(1)) Write("DELETE FROM t WHERE abs(random()) % 3 = 0");
        // Rows that are shorter than the table by now.
        static constexpr const char* kDefaults[] = {
            "", " DEFAULT 7", " DEFAULT '1.50'", " DEFAULT x'0102'", " DEFAULT -2.5e3", " DEFAULT (1 + 1)"};
        for (unsigned i = up_to(2); i > 0; --i) {
            names.push_back("added" + std::to_string(i));
            Write("ALTER TABLE t ADD " + names.back() + " " + kTypes[up_to(7)] + kDefaults[up_to(4)]);
        }
        Write("INSERT INTO t DEFAULT VALUES");
        std::shuffle(names.begin(), names.end(), random);
        if (up_to(1)) names.resize(1 + up_to(static_cast<unsigned>(names.size()) - 1));
        const auto read = Rows(names);
        ASSERT_NE(read, nullptr);
        rows += Compare(names, read.get());
        Compare(names, read.get());  // once more
        EXPECT_NO_THROW(RequireRowidOrder(*database_, "t", nullptr));
        Statement ends(*database_, "SELECT _rowid_ FROM t ORDER BY random() LIMIT 12");
        std::vector<std::int64_t> rowids;
        while (ends.Fetch())
            rowids.push_back(ends.Int(0));
        for (std::size_t i = 1; i < rowids.size(); ++i)
            Compare(names, read.get(), std::min(rowids[i - 1], rowids[i]) + (i % 3 == 0),
                    std::max(rowids[i - 1], rowids[i]));
        Compare(names, read.get(), 5, 4);
    }
    EXPECT_GT(rows, 3000);
}

TEST_F(PageRowsTest, NothingBeforeARangeIsSet) {
    StartAnew();
    Write("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    EXPECT_EQ(Rows({"a"})->Next(), Step::kDone);
}

/// Rows that are shorter than the table have a column's default only where SQLite takes it for a constant.
TEST_F(PageRowsTest, DefaultsOfEveryKind) {
    static constexpr const char* kDefaults[] = {"7",
                                                "-7",
                                                "+7",
                                                "- 2.5",
                                                "1e400",
                                                "'1.50'",
                                                "'it''s'",
                                                "x'0102'",
                                                "x''",
                                                "''",
                                                "NULL",
                                                "true",
                                                "abc",
                                                "\"a b\"",
                                                "[a b]",
                                                "`a`",
                                                "\"\"",
                                                "CURRENT_TIMESTAMP",
                                                "(1)",
                                                "((1))",
                                                "(1 + 1)",
                                                "('a' || 'b')",
                                                "(abs(-1))",
                                                "(no_such(1))",
                                                "(CAST('5' AS INTEGER))",
                                                "(1 NOT NULL)",
                                                "(NULL IS NULL)",
                                                "(-'5')",
                                                "(x'31')",
                                                "(1 -- one\n)",
                                                "(/* two */ 2)",
                                                "9223372036854775808",
                                                "0x10",
                                                "(random())",
                                                "1_000"};
    for (const char* strict : {"", " STRICT"})
        for (const char* type :
             {"", "INTEGER", "REAL", "TEXT", "BLOB", "NUMERIC", "VARCHAR(10)", "ANY", "\"odd type\""})
            for (const char* value : kDefaults) {
                const std::string kind = type;
                if (*strict != 0 && (kind.empty() || kind == "NUMERIC" || kind[0] == 'V' || kind[0] == '"'))
                    continue;
                StartAnew();
                Write(std::string("CREATE TABLE t (a TEXT)") + strict +
                      "; INSERT INTO t VALUES ('x'), ('y')");
                const std::string sql =
                    "CREATE TABLE t (a TEXT, added " + kind + " DEFAULT " + value + ")" + strict;
                std::string quoted;
                for (const char c : sql)
                    quoted += c == '\'' ? std::string("''") : std::string(1, c);
                Write("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '" + quoted + "'");
                Close();
                try {
                    const auto read = Rows({"a", "added"});
                    ASSERT_NE(read, nullptr) << sql;
                    Compare({"a", "added"}, read.get());
                } catch (const Error& error) {
                    // What is not SQL of this version is not read by either.
                    EXPECT_THROW(Statement(*database_, "SELECT added FROM t"), Error) << sql << error.what();
                }
            }
}

/// A default is never taken from another row, though a search finds that one: here rowid 2 comes twice.
TEST_F(PageRowsTest, DefaultsAndRowidsThatComeTwice) {
    StartAnew();
    Write(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (2, 'short');"
        "ALTER TABLE t ADD d TEXT DEFAULT 'default'; INSERT INTO t VALUES (3, 'LONG3', 'own'), (4, 'LONG4', "
        "'own')");
    Close();
    std::FILE* file = std::fopen(path_.c_str(), "r+b");
    ASSERT_NE(file, nullptr);
    std::string bytes(1 << 16, '\0');
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    const std::size_t at = bytes.find("LONG3own");
    ASSERT_NE(at, std::string::npos);
    // Before the values: the record's header of 4 bytes, before that the rowid.
    std::fseek(file, static_cast<long>(at) - 5, SEEK_SET);
    ASSERT_EQ(std::fputc(2, file), 2);
    std::fclose(file);
    const auto read = Rows({"a", "d"});
    ASSERT_NE(read, nullptr);
    Compare({"a", "d"}, read.get());
}

/// Found by fuzzing: SQLite reads a record of no bytes where only the rowid is asked for.
TEST_F(PageRowsTest, RecordOfNoBytes) {
    StartAnew();
    Write("PRAGMA page_size = 512; CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
    Close();
    // Page 2 ends with the row's cell: payload 2, rowid 1, header of 2 bytes, NULL.
    std::FILE* file = std::fopen(path_.c_str(), "r+b");
    ASSERT_NE(file, nullptr);
    std::fseek(file, 1024 - 4, SEEK_SET);
    ASSERT_EQ(std::fputc(0, file), 0);
    std::fclose(file);
    const auto rows = Rows({"id"});
    ASSERT_NE(rows, nullptr);
    EXPECT_EQ(Compare({"id"}, rows.get()), 1);
}

TEST_F(PageRowsTest, GeneratedColumns) {
    StartAnew();
    Write("CREATE TABLE t (v AS (a + 1), a, s AS (a * 2) STORED, b); INSERT INTO t VALUES (1, 2), (3, NULL)");
    EXPECT_EQ(Rows({"a", "v"}), nullptr);
    const auto rows = Rows({"b", "s", "a"});
    ASSERT_NE(rows, nullptr);
    EXPECT_EQ(Compare({"b", "s", "a"}, rows.get()), 2);
}

TEST_F(PageRowsTest, LeftToSqlite) {
    StartAnew();
    Write(
        "CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID; CREATE TABLE u (a, b); CREATE VIEW v AS SELECT * "
        "FROM u");
    EXPECT_EQ(Rows({"a"}), nullptr) << "WITHOUT ROWID";
    EXPECT_EQ(Rows({"a"}, "v"), nullptr) << "a view";
    EXPECT_EQ(Rows({"a", "a"}, "u"), nullptr) << "a column twice";
    EXPECT_EQ(Rows({"c"}, "u"), nullptr) << "no such column";
    EXPECT_EQ(Rows({"a"}, "w"), nullptr) << "no such table";
    EXPECT_NE(Rows({"A"}, "U"), nullptr);
    StartAnew();
    Write("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a); INSERT INTO t VALUES ('x')");
    EXPECT_EQ(Rows({"a"}), nullptr) << "UTF-16";
}

/// Rows may lie in the -wal alone.
TEST_F(PageRowsTest, WriteAheadLog) {
    StartAnew();
    Write("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
    EXPECT_EQ(Rows({"a"}), nullptr) << "frames";
    database_.reset();
    Write("PRAGMA wal_checkpoint(TRUNCATE)");
    auto rows = Rows({"a"});
    ASSERT_NE(rows, nullptr);
    EXPECT_EQ(Compare({"a"}, rows.get()), 2);
    // What is committed now, and copied into the file as far as readers let it, is not in this snapshot.
    Write("INSERT INTO t VALUES (3); PRAGMA wal_checkpoint");
    EXPECT_EQ(Compare({"a"}, rows.get()), 2);
    rows.reset();
    Close();
    ASSERT_EQ(sqlite3_open(path_.c_str(), &writer_), SQLITE_OK);
    rows = Rows({"a"});
    ASSERT_NE(rows, nullptr) << "at rest";
    EXPECT_EQ(Compare({"a"}, rows.get()), 3);
}

/// A tree whose pages lead in a circle, or out of the file, ends in an error.
TEST_F(PageRowsTest, DamagedTrees) {
    StartAnew();
    Write(
        "PRAGMA page_size = 512; CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
        "FROM n "
        "WHERE i < 3000) INSERT INTO t SELECT randomblob(i % 900) FROM n");
    Close();
    std::mt19937 random(7);
    const std::string original = path_;
    int errors = 0;
    for (int round = 0; round < 150; ++round) {
        path_ = directory_ + "/damaged.db";
        std::filesystem::copy_file(original, path_, std::filesystem::copy_options::overwrite_existing);
        {
            std::FILE* file = std::fopen(path_.c_str(), "r+b");
            ASSERT_NE(file, nullptr);
            const long pages = static_cast<long>(std::filesystem::file_size(path_)) / 512;
            for (int change = 0; change < 20; ++change) {
                const long page = 1 + static_cast<long>(random() % static_cast<unsigned>(pages - 1));
                std::fseek(file, page * 512 + static_cast<long>(random() % (round % 2 ? 512 : 16)), SEEK_SET);
                std::fputc(static_cast<int>(random() % 256), file);
            }
            std::fclose(file);
        }
        std::unique_ptr<PageRows> rows;
        try {
            rows = Rows({"a"});
        } catch (const Error&) {
            continue;
        }
        if (rows == nullptr) continue;
        rows->SetRange(kFirst, kLast);
        Step step;
        int count = 0;
        do {
            step = rows->Next();
        } while (step == Step::kRow && ++count < 1000000);
        EXPECT_LT(count, 1000000);
        if (step == Step::kError) {
            EXPECT_THROW(rows->ThrowLastError("read"), Error);
            ++errors;
        }
    }
    EXPECT_GT(errors, 50);
}

/// Ranges of rowids give the rows that the whole table has, or the table is refused: places of cells are
/// exchanged on leaves and between them, as are the pages below an interior page, and its keys are changed.
TEST_F(PageRowsTest, RangesLoseNoRow) {
    std::mt19937 random(11);
    const auto below = [&](unsigned end) { return random() % end; };
    int refused = 0, accepted = 0;
    for (const char* encoding : {"UTF-8", "UTF-16le"}) {
        StartAnew();
        Write(
            std::string("PRAGMA encoding = '") + encoding +
            "'; PRAGMA page_size = 512; CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
            "SELECT i + 1 FROM n WHERE i < 900) INSERT INTO t (rowid, a) SELECT i * 3, 'value ' || i FROM n");
        Close();
        const std::string original = path_;
        const bool pages_are_read = std::strcmp(encoding, "UTF-8") == 0;
        for (int round = 0; round < 150; ++round) {
            path_ = directory_ + "/damaged.db";
            std::filesystem::copy_file(original, path_, std::filesystem::copy_options::overwrite_existing);
            std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
            const auto pages = static_cast<unsigned>(std::filesystem::file_size(path_) / 512);
            const unsigned page = 512 * (1 + below(pages - 1));
            std::string bytes(512, '\0');
            file.seekg(page);
            file.read(bytes.data(), 512);
            const bool leaf = bytes[0] == 13;
            // Without its pages, keys between them are not seen.
            if ((!leaf && (bytes[0] != 5 || !pages_are_read))) continue;
            const unsigned cells =
                static_cast<unsigned char>(bytes[4]) + 256u * static_cast<unsigned char>(bytes[3]);
            const unsigned pointers = leaf ? 8 : 12;
            const auto first = bytes.begin() + pointers + 2 * below(cells);
            const auto second = bytes.begin() + pointers + 2 * below(cells);
            const bool change_key = !leaf && below(2) == 0;
            if (change_key) {
                const unsigned cell =
                    256u * static_cast<unsigned char>(*first) + static_cast<unsigned char>(first[1]);
                bytes[cell + 5] = static_cast<char>(below(128));
            } else {
                std::swap_ranges(first, first + 2, second);
            }
            file.seekp(page);
            file.write(bytes.data(), 512);
            file.close();
            Database& db = Open();
            try {
                RequireRowidOrder(db, "t", nullptr);
            } catch (const Error& error) {
                EXPECT_STREQ(error.sqlstate(), sqlstate::kDataCorrupted);
                ++refused;
                continue;
            }
            ++accepted;
            std::vector<std::int64_t> whole, parts;
            for (Statement all(db, "SELECT rowid FROM t NOT INDEXED"); all.Fetch();)
                whole.push_back(all.Int(0));
            for (std::int64_t from = 0; from <= 2700; from += 50) {
                Statement part(db, "SELECT rowid FROM t WHERE rowid BETWEEN ?1 AND ?1 + 49");
                part.Bind(1, value::Cell::Integer(from));
                while (part.Fetch())
                    parts.push_back(part.Int(0));
            }
            EXPECT_EQ(whole, parts);
        }
    }
    EXPECT_GT(refused, 100);
    EXPECT_GT(accepted, 0);
}

TEST_F(PageRowsTest, OrderIsForTablesWithRowids) {
    StartAnew();
    Write("CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID; CREATE VIEW v AS SELECT 1; CREATE TABLE e (a)");
    Database& db = Open();
    for (const char* name : {"t", "v", "e", "none"})
        EXPECT_NO_THROW(RequireRowidOrder(db, name, nullptr)) << name;
    database_.reset();
    Write("INSERT INTO e VALUES (1)");
    try {
        RequireRowidOrder(Open(), "e", []() noexcept { return true; });
        ADD_FAILURE() << "not cancelled";
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), sqlstate::kQueryCanceled);
    }
}

}  // namespace
}  // namespace pgsqlite::sqlite
