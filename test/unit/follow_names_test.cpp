// Names in recorded statements after their relations and schemas were renamed.
#include <gtest/gtest.h>

#include "core/job/follow_names.hpp"

namespace pgsqlite::plan::test {
namespace {

Renames Swapped() {
    Renames renames;
    renames.relations[{"app", "t"}] = {"app_blue", "t"};
    renames.relations[{"app", "My Table"}] = {"app_blue", "Order"};
    renames.schemas["app"] = "app_blue";
    return renames;
}

std::string Follow(std::string_view sql) {
    return FollowNames(sql, Swapped());
}

TEST(FollowNames, QualifiedNames) {
    EXPECT_EQ(Follow("DROP TABLE app.t"), "DROP TABLE app_blue.t");
    EXPECT_EQ(Follow("DROP TABLE app.\"My Table\""), "DROP TABLE app_blue.\"Order\"");
    EXPECT_EQ(Follow("DROP VIEW APP.V"), "DROP VIEW app_blue.v");
    EXPECT_EQ(Follow("SELECT app.t.id FROM app.t, app_other.t, other.t, myapp.t, t"),
              "SELECT app_blue.t.id FROM app_blue.t, app_other.t, other.t, myapp.t, t");
    EXPECT_EQ(Follow("x.app.t, \"App\".t, app2.t, 1app.t, $1"), "x.app.t, \"App\".t, app2.t, 1app.t, $1");
}

TEST(FollowNames, Schemas) {
    EXPECT_EQ(Follow("CREATE SCHEMA IF NOT EXISTS app"), "CREATE SCHEMA IF NOT EXISTS app_blue");
    EXPECT_EQ(Follow("DROP SCHEMA app"), "DROP SCHEMA app_blue");
    EXPECT_EQ(Follow("schema app"), "schema app_blue");
    EXPECT_EQ(Follow("SELECT app FROM app"), "SELECT app FROM app");
}

TEST(FollowNames, LiteralsAndComments) {
    EXPECT_EQ(Follow("SELECT pg_get_serial_sequence('app.t', 'id'), 'app.t'::regclass"),
              "SELECT pg_get_serial_sequence('app_blue.t', 'id'), 'app_blue.t'::regclass");
    EXPECT_EQ(Follow("SELECT 'see app.t', 'it''s app.t', E'\\'app.t', 'app'"),
              "SELECT 'see app.t', 'it''s app.t', E'\\'app.t', 'app'");
    EXPECT_EQ(Follow("-- app.t\n/* app.t /* app.t */ */ app.t"),
              "-- app.t\n/* app.t /* app.t */ */ app_blue.t");
    EXPECT_EQ(Follow("DO $fit$ BEGIN DELETE FROM app.t AS c; END $fit$"),
              "DO $fit$ BEGIN DELETE FROM app_blue.t AS c; END $fit$");
    EXPECT_EQ(Follow("a$b$app.t"), "a$b$app.t");
}

TEST(FollowNames, UnfinishedTextsStay) {
    for (const char* text : {"", "'app.t", "\"app", "$x$ app", "/* app.t", "app.", ".app", "e'\\", "app.\""})
        EXPECT_NO_THROW((void)Follow(text)) << text;
    EXPECT_EQ(Follow("app."), "app.");
}

}  // namespace
}  // namespace pgsqlite::plan::test
