// printf() and format() give SQLite's answers, which are asked for on a plain connection, for random formats
// and arguments of all classes, in databases of all encodings. What would take minutes is refused.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "core/sqlite/bounded_format.hpp"

namespace pgsqlite::sqlite {
namespace {

class Connection {
  public:
    explicit Connection(const std::string& encoding = "UTF-8") {
        sqlite3_open(":memory:", &db_);
        const std::string sql = "PRAGMA encoding = \"" + encoding + "\"; CREATE TABLE t(a)";
        sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    }
    ~Connection() { sqlite3_close(db_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    sqlite3* get() const { return db_; }

    /// Class and bytes of the answer.
    std::string Ask(const std::string& expression) const {
        sqlite3_stmt* statement = nullptr;
        const std::string sql = "SELECT " + expression;
        if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
            return sqlite3_errmsg(db_);
        std::string answer;
        if (sqlite3_step(statement) == SQLITE_ROW) {
            answer = std::to_string(sqlite3_column_type(statement, 0)) + ":";
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
            if (text != nullptr)
                answer.append(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
        } else {
            answer = std::string("error ") + sqlite3_errmsg(db_);
        }
        sqlite3_finalize(statement);
        return answer;
    }

  private:
    sqlite3* db_ = nullptr;
};

class Random {
  public:
    explicit Random(unsigned seed) : random_(seed) {}
    const std::string& Of(const std::vector<std::string>& list) { return list[random_() % list.size()]; }
    std::size_t Below(std::size_t end) { return random_() % end; }

    /// A call of printf with a random format, quoted, and up to 20 arguments: too many, too few.
    std::string Call() {
        static const std::vector<std::string> kFlags = {"",  "",  "-", "+", " ",  "0",
                                                        "#", "!", ",", "l", "ll", "-0"};
        static const std::vector<std::string> kWidths = {"", "", "5", "12", "*", "0", "101"};
        static const std::vector<std::string> kPrecisions = {"",  "",     ".3", ".0", ".*",
                                                             ".", ".120", ".l", ".3l"};
        static const std::vector<std::string> kKinds = {"d", "i", "u", "s", "q", "Q", "w", "c", "f",
                                                        "e", "g", "G", "E", "x", "X", "o", "%", "n",
                                                        "z", "p", "y", "S", "T", "r", "",  "é"};
        std::string format;
        for (std::size_t n = Below(5); n > 0; --n)
            format +=
                Of({"", "a", "é", "-", "''"}) + "%" + Of(kFlags) + Of(kWidths) + Of(kPrecisions) + Of(kKinds);
        std::string call = Of({"printf('", "format('"}) + format + "'";
        const std::size_t count = Below(10) == 0 ? 20 : Below(6);
        for (std::size_t n = count; n > 0; --n)
            call += ", " + Of({"NULL", "1", "-7", "12", "9223372036854775807", "1.5", "-2.5e300", "9e999",
                               "'abc'", "'12'", "'é€😀'", "x'6162c3a9'", "x'00'", "zeroblob(3)", "''",
                               "'it''s'", "CAST(x'ff80c3' AS TEXT)", "char(0, 97)"});
        return call + ")";
    }

  private:
    std::mt19937 random_;
};

TEST(BoundedFormat, AnswersAsSqliteDoes) {
    unsigned seed = 0;
    for (const char* encoding : {"UTF-8", "UTF-16le", "UTF-16be"}) {
        const Connection plain(encoding);
        const Connection ours(encoding);
        ASSERT_EQ(RegisterBoundedFormat(ours.get()), SQLITE_OK);
        Random random(++seed);
        for (int i = 0; i < 5000; ++i) {
            const std::string call = random.Call();
            ASSERT_EQ(ours.Ask(call), plain.Ask(call)) << encoding << " " << call;
        }
        for (const char* call :
             {"printf()", "printf(NULL)", "printf(NULL, 1)", "printf(x'2564', 1)", "printf(12)",
              "printf('%*d', -2147483648, 1)", "length(printf('%.*c', 1000000, 'é'))"})
            EXPECT_EQ(ours.Ask(call), plain.Ask(call)) << encoding << " " << call;
    }
}

/// Minutes with SQLite's own.
TEST(BoundedFormat, RefusesWhatWouldTakeMinutes) {
    const Connection ours;
    ASSERT_EQ(RegisterBoundedFormat(ours.get()), SQLITE_OK);
    for (const char* call :
         {"printf('%.*c', 900000000, 'x')", "printf('%0900000000d', 1)", "printf('%-900000000s', 'a')",
          "printf('%*d', -2000000000, 1)", "printf('%.900000000c')", "printf('%!,.*f', -900000000, 1.5)",
          "printf('%d %*d', 1, 900000000, 1)", "printf('%-05.999999999lc', 'x')",
          "printf(replace(hex(zeroblob(1000)), '00', '%5.*c'), 2147483647, 'x')",
          "printf('%%%n%*d', 900000000, 1)", "printf('%5.900000000ld', 1)",
          "printf(replace(hex(zeroblob(1000)), '0', '%.100000c'))",
          "printf(replace(hex(zeroblob(10000000)), '0', '%%%'))"})
        EXPECT_EQ(ours.Ask(std::string("length(") + call + ")"), "error string or blob too big") << call;
    // A number that is an argument, but neither width nor precision.
    EXPECT_EQ(ours.Ask("printf('%d %s', 900000000, '%*d')"), "3:900000000 %*d");
    EXPECT_EQ(ours.Ask("length(printf('%s%s', hex(zeroblob(30000000)), 'a'))"), "1:60000001");
}

}  // namespace
}  // namespace pgsqlite::sqlite
