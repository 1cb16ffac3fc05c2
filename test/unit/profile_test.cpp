// Profile: counts, extremes, lengths and first rows against SQLite's own answers for the same file, misfits
// against Convert cell by cell; suggestions by example; the cache against a file that changes.
#include "core/assess/profile.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <random>
#include <string>

#include "core/assess/profile_cache.hpp"
#include "core/assess/profile_json.hpp"
#include "core/assess/suggest.hpp"
#include "core/base/error.hpp"
#include "core/sqlite/statement.hpp"
#include "core/value/format.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::assess {
namespace {

using value::Cell;
using value::Code;
using value::Kind;
using value::StorageClass;

class ProfileTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "pg_sqlite_profile_XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern);
    }
    void TearDown() override {
        db_.reset();
        std::filesystem::remove_all(directory_);
    }
    /// Runs SQL in the file, as an application would, and opens it anew.
    void Make(const std::string& sql) {
        db_.reset();
        const std::string path = (directory_ / "test.db").string();
        sqlite3* raw = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
        sqlite3_exec(raw, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
        char* message = nullptr;
        EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK)
            << (message != nullptr ? message : "");
        sqlite3_free(message);
        sqlite3_close(raw);
        sqlite::OpenOptions options;
        options.path = path;
        db_ = sqlite::Database::Open(options);
    }
    sqlite::Table Table(const std::string& name = "t") {
        const auto table = sqlite::Catalog::ReadTable(*db_, name);
        EXPECT_TRUE(table.has_value());
        return *table;
    }
    TableProfile Read(const std::string& name = "t", bool duplicates = false) {
        return ReadProfile(*db_, Table(name), {duplicates});
    }
    /// SQLite's own answer: one number.
    std::uint64_t Ask(const std::string& sql) {
        sqlite::Statement statement(*db_, sql);
        EXPECT_TRUE(statement.Fetch()) << sql;
        return static_cast<std::uint64_t>(statement.Int(0));
    }
    std::string AskText(const std::string& sql) {
        sqlite::Statement statement(*db_, sql);
        EXPECT_TRUE(statement.Fetch()) << sql;
        return statement.Text(0);
    }
    /// One column c of a declared type, its values as a VALUES list.
    ColumnProfile Column(const std::string& declared, const std::string& values) {
        Make("DROP TABLE IF EXISTS t; CREATE TABLE t (c " + declared + "); INSERT INTO t VALUES " + values);
        return Read().columns.at(0);
    }
    std::string Suggested(const std::string& name, const std::string& declared, const std::string& values) {
        Make("DROP TABLE IF EXISTS t; CREATE TABLE t (\"" + name + "\" " + declared +
             "); INSERT INTO t VALUES " + values);
        const sqlite::Table table = Table();
        const TableProfile profile = ReadProfile(*db_, table);
        const Suggestion suggestion = SuggestAll(*db_, table, profile).at(0);
        return suggestion.type.sql + (suggestion.encoding.empty() ? "" : " as " + suggestion.encoding) +
               ", " + std::to_string(suggestion.against->rows) + " against";
    }

    std::filesystem::path directory_;
    std::unique_ptr<sqlite::Database> db_;
};

/// A random value as an SQLite expression.
std::string RandomValue(std::mt19937_64& random) {
    static const char* const kValues[] = {"NULL",
                                          "''",
                                          "x''",
                                          "0",
                                          "1",
                                          "-1",
                                          "300",
                                          "70000",
                                          "9007199254740993",
                                          "1700000000",
                                          "0.5",
                                          "1e300",
                                          "-0.0",
                                          "12.25",
                                          "9e999",
                                          "'a'",
                                          "'B'",
                                          "'12'",
                                          "'12.50'",
                                          "'2024-02-29'",
                                          "'2024-02-29 10:00:00'",
                                          "'10:00'",
                                          "'yes'",
                                          "'{\"a\":1}'",
                                          "'[1,2]'",
                                          "'n/a'",
                                          "'caf\xc3\xa9'",
                                          "'550e8400-e29b-41d4-a716-446655440000'",
                                          "x'00ff'",
                                          "x'550e8400e29b41d4a716446655440000'",
                                          "CAST(x'ff61' AS TEXT)",
                                          "char(97, 0, 98)",
                                          "'0000-00-00'",
                                          ("'a longer text, so long that what is kept of it for showing ends "
                                           "before the text itself does: ' || ")};
    const std::size_t i = random() % std::size(kValues);
    std::string value = kValues[i];
    if (i + 1 == std::size(kValues)) value += "hex(" + std::to_string(random() % 1000) + ")";
    return value;
}

TEST_F(ProfileTest, CountsAreSqlites) {
    std::mt19937_64 random(1);
    const char* const kTypes[] = {"",     "INTEGER", "TEXT", "REAL", "NUMERIC(6,1)", "VARCHAR(3)", "DATETIME",
                                  "DATE", "BOOLEAN", "JSON", "UUID", "BLOB",         "TIME"};
    std::string sql = "CREATE TABLE t (id INTEGER PRIMARY KEY";
    for (std::size_t i = 0; i < std::size(kTypes); ++i)
        sql += ", c" + std::to_string(i) + " " + kTypes[i];
    sql += ");";
    for (int row = 0; row < 400; ++row) {
        sql += "INSERT INTO t VALUES (" + std::to_string(row * 7 - 100);
        for (std::size_t i = 0; i < std::size(kTypes); ++i)
            sql += ", " + RandomValue(random);
        sql += ");";
    }
    Make(sql);
    const TableProfile profile = Read("t", true);
    EXPECT_EQ(profile.rows, 400u);
    ASSERT_EQ(profile.columns.size(), std::size(kTypes) + 1);
    for (const ColumnProfile& column : profile.columns) {
        SCOPED_TRACE(column.name + " " + column.declared_type);
        const std::string& c = column.name;
        for (const StorageClass k : {StorageClass::kInteger, StorageClass::kReal, StorageClass::kText,
                                     StorageClass::kBlob, StorageClass::kNull})
            EXPECT_EQ(column.Count(k), Ask("SELECT count(*) FROM t WHERE typeof(" + c + ") = '" +
                                           value::StorageClassName(k) + "'"));
        EXPECT_EQ(column.empty_texts, Ask("SELECT count(*) FROM t WHERE " + c + " = ''"));
        EXPECT_EQ(column.empty_blobs, Ask("SELECT count(*) FROM t WHERE " + c + " = x''"));
        EXPECT_EQ(column.nul_texts.rows, Ask("SELECT count(*) FROM t WHERE typeof(" + c +
                                             ") = 'text' AND instr(CAST(" + c + " AS BLOB), x'00') > 0"));
        EXPECT_EQ(column.invalid_texts.rows, Ask("SELECT count(*) FROM t WHERE typeof(" + c +
                                                 ") = 'text' AND CAST(" + c + " AS BLOB) = x'ff61'"));
        EXPECT_EQ(column.blob_bytes.max,
                  Ask("SELECT coalesce(max(length(" + c + ")), 0) FROM t WHERE typeof(" + c + ") = 'blob'"));
        // length() ends at a NUL, and a byte that is no character counts as one.
        const std::string clean = " FROM t WHERE typeof(" + c + ") = 'text'";
        EXPECT_EQ(column.text_chars.max, Ask("SELECT coalesce(max(length(" + c + ")), 0)" + clean));
        EXPECT_EQ(column.text_chars.min, Ask("SELECT coalesce(min(length(" + c + ")), 0)" + clean +
                                             " AND instr(CAST(" + c + " AS BLOB), x'00') = 0"));
        // The extremes, shown as any cell would be.
        sqlite::Statement extremes(
            *db_, "SELECT min(" + c + " COLLATE BINARY), max(" + c + " COLLATE BINARY) FROM t");
        ASSERT_TRUE(extremes.Fetch());
        char shown[256];
        value::DescribeCell(extremes.CellAt(0), shown, sizeof shown, kShownChars);
        ASSERT_NE(column.shown_min(), nullptr);
        EXPECT_EQ(*column.shown_min(), shown);
        value::DescribeCell(extremes.CellAt(1), shown, sizeof shown, kShownChars);
        EXPECT_EQ(*column.shown_max(), shown);
        // A rule read cell by cell.
        std::array<std::uint64_t, kCandidateCount> misfits{};
        std::array<std::int64_t, kCandidateCount> first{};
        std::uint64_t declared_misfits = 0;
        std::int64_t declared_first = 0;
        sqlite::Statement rows(*db_, "SELECT id, " + c + " FROM t ORDER BY id");
        Scratch scratch;
        value::Value out;
        while (rows.Fetch()) {
            const Cell cell = rows.CellAt(1);
            for (std::size_t k = 0; k < kCandidateCount; ++k) {
                value::Rule rule;
                rule.kind = kCandidates[k];
                if (!value::Convert(rule, cell, scratch, out).ok() && misfits[k]++ == 0)
                    first[k] = rows.Int(0);
            }
            if (!value::Convert(column.declared.ToRule(), cell, scratch, out).ok() && declared_misfits++ == 0)
                declared_first = rows.Int(0);
        }
        for (std::size_t k = 0; k < kCandidateCount; ++k) {
            EXPECT_EQ(column.misfits[k].rows, misfits[k]) << "candidate " << k;
            EXPECT_EQ(column.misfits[k].first.rowid.value_or(0), first[k]) << "candidate " << k;
        }
        EXPECT_EQ(column.DeclaredMisfits().rows, declared_misfits);
        EXPECT_EQ(column.DeclaredMisfits().first.rowid.value_or(0), declared_first);
    }
    EXPECT_EQ(profile.columns[0].duplicates, 0u);
}

TEST_F(ProfileTest, ManyKindsOfCellsOverflowNothing) {
    // More combinations than a column keeps counters for at once.
    std::mt19937_64 random(5);
    std::string sql = "CREATE TABLE t (c);";
    for (int i = 0; i < 2000; ++i)
        sql += "INSERT INTO t VALUES (" + RandomValue(random) + ");";
    for (int bit = 0; bit < 63; ++bit)
        sql += "INSERT INTO t VALUES (1 << " + std::to_string(bit) + "), ((1 << " + std::to_string(bit) +
               ") * 1.0), (CAST(1 << " + std::to_string(bit) + " AS TEXT));";
    Make(sql);
    const ColumnProfile column = Read().columns.at(0);
    std::uint64_t all = 0;
    for (const std::uint64_t count : column.classes)
        all += count;
    EXPECT_EQ(all, Ask("SELECT count(*) FROM t"));
    EXPECT_EQ(column.Count(StorageClass::kInteger),
              Ask("SELECT count(*) FROM t WHERE typeof(c) = 'integer'"));
    EXPECT_EQ(column.Count(Format::kZeroOne),
              Ask("SELECT count(*) FROM t WHERE typeof(c) = 'integer' AND c IN (0, 1)"));
}

TEST_F(ProfileTest, NumbersAreOrderedExactly) {
    // As doubles the two are equal.
    const ColumnProfile column = Column("", "(9007199254740993), (9007199254740992.0), (9007199254740994)");
    EXPECT_EQ(*column.shown_min(), "9.007199254740992e+15");
    EXPECT_EQ(*column.shown_max(), "9007199254740994");
    const ColumnProfile ends = Column("", "(9223372036854775807), (9223372036854775808.0), (-9e999)");
    EXPECT_EQ(*ends.shown_min(), "-Infinity");
    EXPECT_EQ(*ends.shown_max(), AskText("SELECT '9.223372036854776e+18'"));
}

TEST_F(ProfileTest, TextsAreOrderedBeyondTheFirstBytes) {
    const ColumnProfile column = Column("TEXT",
                                        "('customer 20'), ('customer 1'), ('customer 100'), ('customer'), "
                                        "('customer' || char(0)), ('d')");
    EXPECT_EQ(*column.shown_min(), "'customer'");
    EXPECT_EQ(*column.shown_max(), "'d'");
    EXPECT_TRUE(column.Misfits(Kind::kText)->rows == 1 && column.nul_texts.rows == 1);
}

TEST_F(ProfileTest, FaultsByKind) {
    const ColumnProfile column = Column(
        "DATETIME", "('2024-01-31'), (1700000000), ('n/a'), ('2024-02-30'), (1700000001), (''), (NULL)");
    EXPECT_EQ(
        FaultsJson(column.declared_faults),
        "[{\"fault\": \"needs_encoding\", \"rows\": 2, \"row\": \"2\", \"class\": \"integer\", \"value\": "
        "\"1700000000\"}, "
        "{\"fault\": \"invalid_syntax\", \"rows\": 1, \"row\": \"3\", \"class\": \"text\", \"value\": "
        "\"'n/a'\"}, "
        "{\"fault\": \"empty_text\", \"rows\": 1, \"row\": \"6\", \"class\": \"text\", \"value\": \"''\"}, "
        "{\"fault\": \"invalid_date\", \"rows\": 1, \"row\": \"4\", \"class\": \"text\", \"value\": "
        "\"'2024-02-30'\"}]");
    EXPECT_EQ(column.DeclaredMisfits().rows, 5u);
    EXPECT_EQ(column.DeclaredMisfits().first.at, "2");
    EXPECT_EQ(column.first_null.at, "7");
}

TEST_F(ProfileTest, RowsWithoutRowidAreNamed) {
    Make(
        "CREATE TABLE w (a INTEGER, b TEXT, v INTEGER, PRIMARY KEY (b, a)) WITHOUT ROWID;"
        "INSERT INTO w VALUES (1, 'x', 5), (2, 'it''s', 'bad');"
        "CREATE VIEW u AS SELECT v FROM w ORDER BY v;"
        "CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f VALUES ('one');");
    EXPECT_EQ(Read("w").columns[2].DeclaredMisfits().first.at, "('it''s', 2)");
    EXPECT_EQ(Read("u").columns[0].Misfits(Kind::kInt8)->first.at, "row 2");
    EXPECT_EQ(Read("f").rows, 1u);
}

TEST_F(ProfileTest, OddTables) {
    Make(
        "CREATE TABLE empty (a, b);"
        "CREATE TABLE \"odd \"\" name\" (\"select\", rowid, _rowid_, oid); INSERT INTO \"odd \"\" name\" "
        "VALUES (1, 2, 3, 4);"
        "CREATE TABLE g (a INTEGER, b AS (a * 2) VIRTUAL, c TEXT AS (a || 'x') STORED); INSERT INTO g VALUES "
        "(4)");
    EXPECT_EQ(Read("empty").columns[0].shown_min(), nullptr);
    EXPECT_EQ(Read("empty").columns[0].duplicates, 0u);
    EXPECT_EQ(Read("odd \" name").columns.size(), 4u);
    EXPECT_EQ(Read("odd \" name").columns[1].Misfits(Kind::kBoolean)->first.at, "row 1");
    EXPECT_EQ(*Read("g").columns[2].shown_min(), "'4x'");
}

TEST_F(ProfileTest, Duplicates) {
    Make(
        "CREATE TABLE t (id TEXT, u TEXT UNIQUE, rising INTEGER, other TEXT, code TEXT COLLATE NOCASE);"
        "INSERT INTO t VALUES ('b', 'p', 1, 'x', 'k'), ('a', 'q', 2, 'x', 'K'), ('b', NULL, 3, 'x', 'k'), "
        "('b', 'r', 9, NULL, NULL)");
    const TableProfile plain = Read();
    EXPECT_FALSE(plain.columns[0].duplicates.has_value());  // would need a sort
    EXPECT_EQ(plain.columns[1].duplicates, 0u);
    EXPECT_EQ(plain.columns[2].duplicates, 0u);
    EXPECT_FALSE(plain.columns[3].duplicates.has_value());
    const TableProfile asked = Read("t", true);
    EXPECT_EQ(asked.columns[0].duplicates, Ask("SELECT count(id) - count(DISTINCT id) FROM t"));
    EXPECT_EQ(asked.columns[0].duplicates, 2u);
    EXPECT_EQ(asked.columns[4].duplicates, 1u);             // 'k' and 'K' are two
    EXPECT_FALSE(asked.columns[3].duplicates.has_value());  // no key by its looks
    Make("CREATE INDEX t_id ON t (id)");
    EXPECT_EQ(Read().columns[0].duplicates, 2u);
}

TEST_F(ProfileTest, Suggestions) {
    EXPECT_EQ(Suggested("a", "INTEGER", "(1), (2)"), "bigint, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('550e8400-e29b-41d4-a716-446655440000')"), "uuid, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('{}'), ('[1]')"), "jsonb, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('2024-01-31'), ('')"), "date, 1 against");
    // A day and its midnight are not the same, unless the column is one of dates.
    EXPECT_EQ(Suggested("a", "TEXT", "('2024-01-31 10:00'), ('2024-01-31')"), "text, 0 against");
    EXPECT_EQ(Suggested("created_at", "TEXT", "('2024-01-31 10:00'), ('2024-01-31')"),
              "timestamp without time zone, 0 against");
    EXPECT_EQ(Suggested("date_id", "INTEGER", "(1600000000), (1600000001)"), "bigint, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('04:35'), ('12:00')"), "text, 0 against");
    EXPECT_EQ(Suggested("start_time", "TEXT", "('04:35'), ('12:00')"), "time without time zone, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('1,2'), ('3,14')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('1.001,2'), ('3,14')"), "numeric as decimal_comma, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('2024.4.2'), ('2023.12.1')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('2024-01-31T10:00:00Z')"), "timestamp with time zone, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('yes'), ('no')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('NO'), ('NO')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('f'), ('f')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('t'), ('f')"), "boolean, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('true'), ('false')"), "boolean, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('550E8400-E29B-41D4-A716-446655440000')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('550e8400e29b41d4a716446655440000')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('1.234,56'), ('7,5')"), "numeric as decimal_comma, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('1,234.5'), ('7')"), "numeric as grouped, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('1,234'), ('5,678')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('1.234,5'), ('1,234.5')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('31/01/2024'), ('03/04/2024')"), "date as DD/MM/YYYY, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('1/31/2024 10:05'), ('3/4/2024 23:00')"),
              "timestamp without time zone as MM/DD/YYYY HH24:MI, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('03/04/2024')"), "text, 0 against");  // either way
    EXPECT_EQ(Suggested("a", "TEXT", "('03/04/2024'), ('31/12/2024'), ('12/31/2024')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "DATE",
                        "('2020-01-31'), ('31/12/2020'), ('31.12.2021'), ('20220131'), ('Jan 5, 2023')"),
              "date as [\"iso\", \"DD/MM/YYYY\", \"DD.MM.YYYY\", \"YYYYMMDD\", \"Mon DD, YYYY\"], 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('20220131')"), "text, 0 against");
    EXPECT_EQ(Suggested("birthday", "INTEGER", "(20220131), (19991231)"), "date as YYYYMMDD, 0 against");
    EXPECT_EQ(Suggested("start_date", "REAL", "(703502100.0)"),
              "double precision, 0 against");  // 1992 or 2023
    EXPECT_EQ(Suggested("at", "DATETIME", "(703502100)"), "bigint, 0 against");
    EXPECT_EQ(Suggested("read_at", "INTEGER", "(588813210539900000)"), "bigint, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('12'), ('13')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "('Ada'), ('Alan')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "TEXT", "(x'636166c3a9')"), "text as utf8, 0 against");
    EXPECT_EQ(Suggested("a", "BLOB", "(x'550e8400e29b41d4a716446655440000')"), "uuid, 0 against");
    EXPECT_EQ(Suggested("a", "DATETIME", "(1700000000), (1600000000)"),
              "timestamp without time zone as unix, 0 against");
    EXPECT_EQ(Suggested("a", "DATETIME", "(1700000000000), ('2024-01-31')"),
              "timestamp without time zone as iso,unix_ms, 0 against");
    EXPECT_EQ(Suggested("a", "DATE", "(1700000000)"), "timestamp without time zone as unix, 0 against");
    EXPECT_EQ(Suggested("created_at", "INTEGER", "(1700000000000)"),
              "timestamp with time zone as unix_ms, 0 against");
    EXPECT_EQ(Suggested("amount", "INTEGER", "(1700000000000)"), "bigint, 0 against");
    EXPECT_EQ(Suggested("ZCREATIONDATE", "TIMESTAMP", "(702917147.73)"),
              "timestamp without time zone as cocoa, 0 against");
    EXPECT_EQ(Suggested("is_paid", "INTEGER", "(0), (1)"), "boolean, 0 against");
    EXPECT_EQ(Suggested("count", "INTEGER", "(0), (1)"), "bigint, 0 against");
    EXPECT_EQ(Suggested("a", "INTEGER", "(1), ('x')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "INTEGER", "(1), (1.5)"), "double precision, 0 against");
    EXPECT_EQ(Suggested("a", "VARCHAR(2)", "('abc'), ('ab')"), "text, 0 against");
    EXPECT_EQ(Suggested("a", "", "(1), (2)"), "bigint, 0 against");
    EXPECT_EQ(Suggested("a", "", "('a'), (1), (x'ff')"), "bytea, 0 against");
    EXPECT_EQ(Suggested("a", "INTEGER", "(NULL)"), "bigint, 0 against");
    // One in twenty is an outlier, not another type.
    std::string values = "('n/a')";
    for (int i = 0; i < 19; ++i)
        values += ", (" + std::to_string(i) + ")";
    EXPECT_EQ(Suggested("a", "INTEGER", values), "bigint, 1 against");
}

TEST_F(ProfileTest, MisfitsOfAnyRule) {
    Make(
        "CREATE TABLE t (c TEXT, n); INSERT INTO t VALUES ('', 1), ('abc', 1700000000), ('abcdef', 'x'), "
        "(NULL, NULL)");
    ColumnRule varchar;
    varchar.column = "c";
    varchar.type = schema::MapDeclaredType("VARCHAR(4)");
    ColumnRule cut = varchar;
    cut.policies.too_long = value::TooLong::kTruncate;
    ColumnRule unix_time;
    unix_time.column = "n";
    unix_time.type = schema::PlainType(Kind::kTimestamptz);
    unix_time.encoding = "unix";
    const auto counted = CountMisfits(*db_, Table(), {varchar, cut, unix_time});
    ASSERT_EQ(counted.size(), 3u);
    EXPECT_EQ(counted[0].rows, 4u);
    EXPECT_EQ(counted[0].refused, 1u);
    Code code = Code::kOk;
    EXPECT_EQ(counted[0].First(&code).value, "'abcdef'");
    EXPECT_EQ(code, Code::kTooLong);
    EXPECT_EQ(counted[1].refused, 0u);
    EXPECT_EQ(counted[1].applied[static_cast<std::size_t>(value::Applied::kTooLong)], 1u);
    EXPECT_EQ(counted[2].refused, 1u);
    EXPECT_EQ(counted[2].First().rowid, 3);
    EXPECT_NE(varchar.Key(), cut.Key());
    varchar.column = "none";
    EXPECT_THROW(CountMisfits(*db_, Table(), {varchar}), Error);
}

TEST_F(ProfileTest, CacheLastsAsLongAsTheFile) {
    Make("CREATE TABLE t (c); INSERT INTO t VALUES (1); CREATE TABLE u (c);");
    ProfileCache cache;
    const auto first = cache.Profile(*db_, Table());
    EXPECT_EQ(cache.Profile(*db_, Table()), first);
    EXPECT_NE(cache.Profile(*db_, Table("u")), first);
    EXPECT_EQ(cache.size(), 2u);
    const auto with_duplicates = cache.Profile(*db_, Table(), {true});
    EXPECT_NE(with_duplicates, first);
    EXPECT_EQ(cache.Profile(*db_, Table()), with_duplicates);
    ColumnRule rule;
    rule.column = "c";
    rule.type = schema::PlainType(Kind::kDate);
    const auto misfits = cache.Misfits(*db_, Table(), {rule});
    EXPECT_EQ(cache.Misfits(*db_, Table(), {rule}), misfits);

    Make("INSERT INTO t VALUES (2)");
    const auto second = cache.Profile(*db_, Table());
    EXPECT_EQ(second->rows, 2u);
    EXPECT_EQ(first->rows, 1u);
    EXPECT_EQ(cache.Misfits(*db_, Table(), {rule})[0]->refused, 2u);
    EXPECT_EQ(cache.size(), 2u);  // what was read from the older state is gone
    EXPECT_GT(cache.bytes(), 0u);

    Make("PRAGMA journal_mode = wal; INSERT INTO t VALUES (3)");
    EXPECT_EQ(cache.Profile(*db_, Table())->rows, 3u);
}

TEST_F(ProfileTest, CacheSeesCommitsOfOthersInTheWal) {
    Make("PRAGMA journal_mode = wal; CREATE TABLE t (c); INSERT INTO t VALUES (1)");
    const std::string path = (directory_ / "test.db").string();
    sqlite3* writer = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &writer), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(writer, "INSERT INTO t VALUES (2)", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite::OpenOptions options;
    options.path = path;
    db_ = sqlite::Database::Open(options);
    ProfileCache cache;
    const auto before = cache.Profile(*db_, Table());
    EXPECT_EQ(before->rows, 2u);
    EXPECT_EQ(cache.Profile(*db_, Table()), before);
    ASSERT_EQ(sqlite3_exec(writer, "INSERT INTO t VALUES (3)", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_EQ(cache.Profile(*db_, Table())->rows, 3u);
    sqlite3_close(writer);
}

TEST_F(ProfileTest, CacheIsBounded) {
    std::string sql;
    for (int i = 0; i < 20; ++i)
        sql += "CREATE TABLE t" + std::to_string(i) + " (a, b);";
    Make(sql);
    ProfileCache cache(60000);
    for (int i = 0; i < 20; ++i) {
        cache.Profile(*db_, Table("t" + std::to_string(i)));
        EXPECT_LE(cache.bytes(), 60000u);
    }
    EXPECT_GT(cache.size(), 1u);
    EXPECT_LT(cache.size(), 20u);
    ProfileCache nothing(0);
    EXPECT_EQ(nothing.Profile(*db_, Table("t1"))->columns.size(), 2u);
    EXPECT_EQ(nothing.size(), 0u);
}

TEST_F(ProfileTest, ErrorsNameTheTable) {
    Make("CREATE TABLE t (c); CREATE VIEW bad AS SELECT nowhere FROM t;");
    sqlite::Table view;
    view.name = "bad";
    view.kind = sqlite::TableKind::kView;
    view.columns.emplace_back();
    view.columns[0].name = "nowhere";
    try {
        ReadProfile(*db_, view);
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(error.message().find("\"bad\""), std::string::npos) << error.message();
    }
    EXPECT_FALSE(db_->in_read());
}

}  // namespace
}  // namespace pgsqlite::assess
