// Storage classes proven by CHECKs: each table is made in SQLite, which is asked which classes it really
// takes.
#include "core/schema/checked_classes.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "core/sqlite/database.hpp"

namespace pgsqlite::schema {
namespace {

using value::StorageClass;

class CheckedClasses : public ::testing::Test {
  protected:
    void SetUp() override {
        path_ = std::filesystem::temp_directory_path() /
                ("checked_classes_" + std::to_string(::getpid()) + ".db");
        std::filesystem::remove(path_);
        ASSERT_EQ(sqlite3_open(path_.c_str(), &db_), SQLITE_OK);
    }
    void TearDown() override {
        sqlite3_close(db_);
        std::filesystem::remove(path_);
    }

    int Run(const std::string& sql) { return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr); }

    /// What CheckedClasses says of column a of a table with this CHECK; every class that SQLite takes is in
    /// it.
    ClassSet ClassesOf(const std::string& check) {
        Run("DROP TABLE IF EXISTS t");
        EXPECT_EQ(Run("CREATE TABLE t (a, b, " + check + ")"), SQLITE_OK) << check;
        auto database = sqlite::Database::Open({.path = path_.string()});
        const auto table = sqlite::Catalog::ReadTable(*database, "t");
        const ClassSet classes = schema::CheckedClasses(*table)[0];
        const std::pair<const char*, StorageClass> values[] = {{"1", StorageClass::kInteger},
                                                               {"1.5", StorageClass::kReal},
                                                               {"'a'", StorageClass::kText},
                                                               {"x'00'", StorageClass::kBlob},
                                                               {"NULL", StorageClass::kNull}};
        database.reset();
        for (const auto& [literal, storage_class] : values) {
            const bool taken = Run(std::string("INSERT INTO t VALUES (") + literal + ", 1)") == SQLITE_OK;
            EXPECT_TRUE(!taken || (classes & ClassBit(storage_class)) != 0) << check << " takes " << literal;
        }
        return classes;
    }

    std::filesystem::path path_;
    sqlite3* db_ = nullptr;
};

constexpr ClassSet kInteger = ClassBit(StorageClass::kInteger);
constexpr ClassSet kText = ClassBit(StorageClass::kText);
constexpr ClassSet kNull = ClassBit(StorageClass::kNull);

TEST_F(CheckedClasses, OfTypeof) {
    EXPECT_EQ(ClassesOf("CHECK (typeof(a) = 'integer')"), kInteger);
    EXPECT_EQ(ClassesOf("CHECK (TYPEOF(\"a\") == 'integer')"), kInteger);
    EXPECT_EQ(ClassesOf("CHECK (typeof(t.a) IS 'text')"), kText);
    EXPECT_EQ(ClassesOf("CHECK (typeof(a) IN ('integer', 'null'))"), kInteger | kNull);
    EXPECT_EQ(ClassesOf("CHECK (a IS NULL OR typeof(a) = 'integer')"), kInteger | kNull);
    EXPECT_EQ(ClassesOf("CHECK (typeof(a) = 'text' AND length(a) < 9)"), kText);
    EXPECT_EQ(
        ClassesOf(
            "CHECK (typeof(a) IN ('integer', 'text')), CHECK (typeof(a) <> 'x' AND typeof(a) = 'text')"),
        kText);
}

TEST_F(CheckedClasses, OfWhatProvesNothing) {
    for (const char* check :
         {"CHECK (a > 0)", "CHECK (typeof(a) <> 'text')", "CHECK (NOT typeof(a) = 'text')",
          "CHECK (typeof(a) = 'text' OR b = 1)", "CHECK (typeof(a) = 'text' OR typeof(b) = 'text')",
          "CHECK (typeof(b) = 'text')", "CHECK (typeof(a) NOT IN ('text'))",
          "CHECK (typeof(a) = 'text' COLLATE NOCASE)", "CHECK (typeof(a || '') = 'text')",
          "CHECK (typeof(a) = typeof(b))", "UNIQUE (a)"})
        EXPECT_EQ(ClassesOf(check), kAnyClass) << check;
}

}  // namespace
}  // namespace pgsqlite::schema
