// The functions that are guarded give SQLite's answers, which are asked for on a plain connection, and refuse
// what would overflow the stack there or take hours.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <random>
#include <string>

#include "core/sqlite/guarded.hpp"

namespace pgsqlite::sqlite {
namespace {

class Connection {
  public:
    explicit Connection(bool guarded, const char* encoding = "UTF-8") {
        sqlite3_open(":memory:", &db_);
        const std::string pragma = std::string("PRAGMA encoding = \"") + encoding + "\"; CREATE TABLE t(a)";
        sqlite3_exec(db_, pragma.c_str(), nullptr, nullptr, nullptr);
        if (guarded) {
            EXPECT_EQ(RegisterGuarded(db_), SQLITE_OK);
        }
    }
    ~Connection() { sqlite3_close(db_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Class and bytes, or the error.
    std::string Ask(const std::string& expression) const {
        sqlite3_stmt* statement = nullptr;
        std::string answer = "error ";
        if (sqlite3_prepare_v2(db_, ("SELECT " + expression).c_str(), -1, &statement, nullptr) != SQLITE_OK ||
            sqlite3_step(statement) != SQLITE_ROW)
            answer += sqlite3_errmsg(db_);
        else
            answer = std::to_string(sqlite3_column_type(statement, 0)) + ":";
        if (answer.size() == 2 && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
            answer.append(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
        }
        sqlite3_finalize(statement);
        return answer;
    }

  private:
    sqlite3* db_ = nullptr;
};

constexpr std::array kDocuments = {"NULL",
                                   "'{}'",
                                   "'[]'",
                                   R"('{"a":{"b":[1,2]},"c":"é"}')",
                                   R"('[1,{"a":null},"x"]')",
                                   "'{'",
                                   "7",
                                   "1.5",
                                   "x'01'",
                                   "json('[1]')",
                                   R"(json('{"a":2}'))",
                                   R"(json_patch('{"a":1}', '{"b":2}'))"};
constexpr std::array kPaths = {"'$'",       "'$.a'", "'$.a.b[1]'", "'$[1]'", "'$[#]'", "'$.\"a.b\"'",
                               "'$.c.d.e'", "NULL",  "'x'",        "''",     "5"};
constexpr std::array kArguments = {"NULL", "0", "3", "-2", "1234567", "0.1", "'text'", "'é''\"'", "x'6100'"};

void CompareAll(const char* encoding, unsigned seed) {
    const Connection plain(false, encoding);
    const Connection ours(true, encoding);
    std::mt19937 random(seed);
    const auto one = [&](const auto& of) { return std::string(of[random() % of.size()]); };
    for (int i = 0; i < 6000; ++i) {
        std::string call;
        if (random() % 3 == 0) {
            call = "json_patch(" + one(kDocuments) + ", " + one(kDocuments);
        } else {
            static constexpr std::array kNames = {"json_set(", "json_insert(", "json_replace("};
            call = one(kNames) + one(kDocuments);
            for (auto n = random() % 3; n > 0; --n)
                call += ", " + one(kPaths) + ", " + (random() % 2 == 0 ? one(kDocuments) : one(kArguments));
            if (random() % 20 == 0) call += ", " + one(kPaths);
        }
        call += ")";
        ASSERT_EQ(ours.Ask(call), plain.Ask(call)) << call << " seed " << seed;
        // What is JSON stays so.
        call = "json_array(" + call + ")";
        ASSERT_EQ(ours.Ask(call), plain.Ask(call)) << call << " seed " << seed;
    }
    for (const char* call : {"json_set()", "json_patch('{}')"})
        EXPECT_EQ(ours.Ask(call), plain.Ask(call)) << call;
}

TEST(Guarded, AnswersAsSqliteDoes) {
    CompareAll("UTF-8", 1);
    CompareAll("UTF-16le", 2);
}

TEST(Guarded, RefusesPathsThatOverflowTheStack) {
    const Connection ours(true);
    for (const char* step : {".a", "[0]", ".\"a\""}) {
        const std::string deep = std::string("replace(hex(zeroblob(1000000)), '00', '") + step + "')";
        for (const char* name :
             {"json_set", "json_insert", "json_replace", "jsonb_set", "jsonb_insert", "jsonb_replace"}) {
            if (std::string_view(name).starts_with("jsonb") && sqlite3_libversion_number() < 3045000)
                continue;
            EXPECT_EQ(ours.Ask(std::string(name) + "('{}', '$' || " + deep + ", 1)"),
                      "error string or blob too big");
            EXPECT_EQ(ours.Ask(std::string(name) + "('{}', '$.x', 1, '$' || " + deep + ", 1)"),
                      "error string or blob too big");
        }
    }
    EXPECT_EQ(ours.Ask("length(json_set('{}', '$' || replace(hex(zeroblob(1000)), '00', '.a'), 1))"),
              "1:6001");
}

/// Hours with SQLite's own.
TEST(Guarded, RefusesWhatDoesNotEnd) {
    const Connection ours(true);
    const char* call =
        "json_patch(o, o) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
        "FROM n LIMIT 100000) "
        "SELECT json_group_object('k' || i, i) AS o FROM n)";
    EXPECT_EQ(ours.Ask(call), "error string or blob too big") << call;
    if (sqlite3_libversion_number() < 3045000) return;
    for (const char* name : {"json_patch", "jsonb_patch"}) {
        const std::string binary = std::string(name) +
                                   "(o, o) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                                   "FROM n LIMIT 100000) "
                                   "SELECT jsonb_object('in', jsonb_group_object('k' || i, i)) AS o FROM n)";
        EXPECT_EQ(ours.Ask(binary), "error string or blob too big") << binary;
    }
    // Long is not many: neither an array nor a text is compared.
    EXPECT_EQ(ours.Ask("length(json_patch(o, o)) > 100000 FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                       "SELECT i + 1 FROM n LIMIT 100000) "
                       "SELECT jsonb_object('in', jsonb_group_array('k' || i)) AS o FROM n)"),
              "1:1");
}

}  // namespace
}  // namespace pgsqlite::sqlite
