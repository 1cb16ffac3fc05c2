// Which SQLite is taken and which is refused, and what is told of it.
#include "core/sqlite/library.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/base/error.hpp"

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

}  // namespace
}  // namespace pgsqlite::sqlite
