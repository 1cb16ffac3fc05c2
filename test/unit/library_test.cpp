// Which SQLite is taken and which is refused, and what is told of it.
#include "core/sqlite/library.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdio>
#include <set>
#include <string>

#include "core/base/error.hpp"
#include "core/sqlite/database.hpp"

namespace pgsqlite::sqlite {
namespace {

TEST(SqliteLibrary, OlderOnesAreRefusedByName) {
    try {
        RequireSqlite(3036000, "3.36.0");
        FAIL() << "3.36.0 was taken";
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), "0A000");
        EXPECT_EQ(error.message(), "pg_sqlite needs SQLite 3.37.0 or later, and SQLite 3.36.0 is loaded");
        EXPECT_NE(error.detail().find(CompiledVersion()), std::string::npos);
        EXPECT_FALSE(error.hint().empty());
    }
    EXPECT_THROW(RequireSqlite(3006023, "3.6.23"), Error);
}

TEST(SqliteLibrary, TheOldestAndNewerOnesAreTaken) {
    EXPECT_NO_THROW(RequireSqlite(kOldestSqlite, "3.37.0"));
    EXPECT_NO_THROW(RequireSqlite(3040001, "3.40.1"));
    EXPECT_NO_THROW(RequireSqlite(4000000, "4.0.0"));
    EXPECT_NO_THROW(RequireLoadedSqlite());
}

TEST(SqliteLibrary, EachCompileOptionIsToldOnce) {
    std::set<std::string> names;
    CompileOption option;
    int number = 0;
    for (; GetCompileOption(number, option); ++number) {
        EXPECT_EQ(option.name.rfind("SQLITE_", 0), 0u) << option.name;
        EXPECT_EQ(option.name.find('='), std::string::npos) << option.name;
        EXPECT_TRUE(names.insert(option.name).second) << option.name;
        EXPECT_TRUE(option.name != "SQLITE_THREADSAFE" || !option.value.empty());
    }
    EXPECT_TRUE(names.count("SQLITE_THREADSAFE"));
    EXPECT_FALSE(GetCompileOption(number + 1, option));
}

/// As a library does to each connection that was built with SQLITE_DQS=0.
int RefuseQuotedTexts(sqlite3* db, char**, const void*) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    return sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
}

TEST(SqliteLibrary, AFileIsReadAlikeWhateverALibraryTakesForText) {
    const std::string path = testing::TempDir() + "/quoted_texts.db";
    std::remove(path.c_str());
    sqlite3* writer = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &writer), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(writer, "CREATE VIEW v AS SELECT \"a text\" AS t", nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(writer);

    const auto refuse = reinterpret_cast<void (*)()>(&RefuseQuotedTexts);
    ASSERT_EQ(sqlite3_auto_extension(refuse), SQLITE_OK);
    OpenOptions options;
    options.path = path;
    const auto db = Database::Open(options);
    db->BeginRead();
    EXPECT_EQ(sqlite3_cancel_auto_extension(refuse), 1);
    EXPECT_EQ(sqlite3_exec(db->handle(), "SELECT t FROM v", nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db->handle());
    db->EndRead();
    std::remove(path.c_str());
}

}  // namespace
}  // namespace pgsqlite::sqlite
