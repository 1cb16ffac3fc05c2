// The functions that stand in for SQLite's own give its answers, which are asked for on a plain connection,
// for random arguments of all classes: short ones of few characters, so that what is looked for is there,
// malformed UTF-8 and NULs among them. And they end when they are told to.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "core/sqlite/interruptible.hpp"
#include "core/sqlite/like_match.hpp"

namespace pgsqlite::sqlite {
namespace {

class Connection {
  public:
    explicit Connection(const char* encoding = "UTF-8") {
        sqlite3_open(":memory:", &db_);
        const std::string pragma = std::string("PRAGMA encoding = \"") + encoding + "\"; CREATE TABLE t(a)";
        sqlite3_exec(db_, pragma.c_str(), nullptr, nullptr, nullptr);
    }
    ~Connection() { sqlite3_close(db_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    sqlite3* get() const { return db_; }

    std::string Ask(const std::string& sql) const {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
            return sqlite3_errmsg(db_);
        const int rc = sqlite3_step(statement);
        std::string answer;
        if (rc == SQLITE_ROW) {
            answer = std::to_string(sqlite3_column_type(statement, 0)) + ":";
            const int type = sqlite3_column_type(statement, 0);
            const void* bytes = type == SQLITE_TEXT
                                    ? static_cast<const void*>(sqlite3_column_text(statement, 0))
                                    : sqlite3_column_blob(statement, 0);
            if (bytes != nullptr)
                answer.append(static_cast<const char*>(bytes),
                              static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
        } else {
            answer = std::string("error ") + sqlite3_errmsg(db_);
        }
        sqlite3_finalize(statement);
        return answer;
    }

  private:
    sqlite3* db_ = nullptr;
};

std::string Hex(const std::string& bytes) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string hex = "x'";
    for (const char c : bytes) {
        hex += kDigits[static_cast<unsigned char>(c) >> 4];
        hex += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return hex + "'";
}

class Random {
  public:
    explicit Random(unsigned seed) : random_(seed) {}
    std::size_t Below(std::size_t end) { return random_() % end; }

    std::string Bytes(std::size_t most) {
        static const std::vector<std::string> kPieces = {"a",
                                                         "b",
                                                         "A",
                                                         "B",
                                                         "%",
                                                         "_",
                                                         "aa",
                                                         "ab",
                                                         " ",
                                                         "*",
                                                         "?",
                                                         "[",
                                                         "]",
                                                         "^",
                                                         "-",
                                                         "\xc3\xa9",
                                                         "\xc3",
                                                         "\xa9",
                                                         "\xe2\x82\xac",
                                                         "\xf0\x9f\x98\x80",
                                                         "\xff",
                                                         "\xed\xa0\x80",
                                                         std::string(1, '\0'),
                                                         "\\",
                                                         "1",
                                                         "."};
        // Few of them at a time.
        const std::size_t kinds = 1 + Below(4);
        std::vector<std::string> chosen;
        for (std::size_t i = 0; i < kinds; ++i)
            chosen.push_back(kPieces[Below(Below(3) == 0 ? kPieces.size() : 9)]);
        std::string bytes;
        for (std::size_t n = Below(most); n > 0; --n)
            bytes += chosen[Below(kinds)];
        return bytes;
    }
    std::string Argument(std::size_t most) {
        switch (Below(12)) {
            case 0:
                return "NULL";
            case 1:
                return std::to_string(static_cast<int>(Below(2000)) - 1000);
            case 2:
                return std::to_string(static_cast<int>(Below(50))) + ".5";
            case 3:
                return Hex(Bytes(most));
            case 4:
                return "zeroblob(" + std::to_string(Below(4)) + ")";
            default:
                return "CAST(" + Hex(Bytes(most)) + " AS TEXT)";
        }
    }

    /// A set of GLOB's in SQL, sometimes without an end: ranges in either direction, ] and ^ in all places.
    std::string Set() {
        static const std::vector<std::string> kMembers = {"a", "b",    "B",   "-",        "^",
                                                          "]", "[",    "*",   "\xc3\xa9", "\xa9",
                                                          "?", "\xff", "a-b", "b-a",      "A-\xc3\xa9"};
        std::string set = "[";
        for (std::size_t n = Below(6); n > 0; --n)
            set += kMembers[Below(kMembers.size())];
        if (Below(6) != 0) set += "]";
        return "CAST(" + Hex(set) + " AS TEXT)";
    }

  private:
    std::mt19937 random_;
};

void CompareAll(const char* encoding, unsigned seed) {
    const Connection plain(encoding);
    const Connection ours(encoding);
    ASSERT_EQ(RegisterInterruptible(ours.get(), nullptr), SQLITE_OK);
    Random random(seed);
    for (int i = 0; i < 8000; ++i) {
        const std::string a = random.Argument(12);
        const std::string b = random.Argument(random.Below(2) == 0 ? 3 : 8);
        const std::string c = random.Argument(3);
        std::string sql;
        switch (random.Below(15)) {
            case 0:
                sql = "instr(" + a + ", " + b + ")";
                break;
            case 1:
                sql = "replace(" + a + ", " + b + ", " + c + ")";
                break;
            case 2:
                sql = "trim(" + a + ", " + b + ")";
                break;
            case 3:
                sql = "ltrim(" + a + ", " + b + ")";
                break;
            case 4:
                sql = "rtrim(" + a + ", " + b + ")";
                break;
            case 5:
                sql = "trim(" + a + ") || ltrim(" + b + ") || rtrim(" + c + ")";
                break;
            case 6:
                sql = a + " LIKE " + b;
                break;
            case 7:
                sql = a + " GLOB " + b;
                break;
            case 8:
                sql = a + " NOT LIKE " + b + " ESCAPE " + c;
                break;
            case 9:
                sql = a + " NOT GLOB " + random.Set() + " || " + b;
                break;
            case 10:
                sql = "glob('*' || " + random.Set() + " || " + b + " || '*', " + a + " || " + c + ")";
                break;
            case 11:
                sql = "upper(" + a + ")";
                break;
            case 12:
                sql = "lower(" + a + " || " + b + ")";
                break;
            case 13:
                sql = "hex(" + a + ") || hex(" + b + ")";
                break;
            default:
                sql = "like(" + b + ", " + a + ", '%')";
                break;
        }
        ASSERT_EQ(ours.Ask("SELECT " + sql), plain.Ask("SELECT " + sql)) << sql << " seed " << seed;
    }
}

TEST(Interruptible, AnswersAsSqliteDoes) {
    CompareAll("UTF-8", 1);
    CompareAll("UTF-16le", 2);
    CompareAll("UTF-16be", 3);
}

/// A pattern may be as long as the limit says, and no longer; other values are matched as their text.
TEST(Interruptible, RefusesPatternsAsSqliteDoes) {
    const Connection plain;
    const Connection ours;
    ASSERT_EQ(RegisterInterruptible(ours.get(), nullptr), SQLITE_OK);
    for (const Connection* connection : {&plain, &ours})
        sqlite3_limit(connection->get(), SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 10);
    for (const char* sql : {"'a' GLOB '*12345678'", "'a' GLOB '*123456789'", "'a' GLOB '*1234567890'",
                            "'a' GLOB '*123456789é'", "'a' LIKE '%1234567890'", "NULL GLOB '*1234567890'",
                            "x'616263' GLOB 'a*'", "12.5 GLOB '1[0-9].5'", "'a' GLOB NULL", "glob('a')"})
        EXPECT_EQ(ours.Ask(std::string("SELECT ") + sql), plain.Ask(std::string("SELECT ") + sql)) << sql;
}

/// GLOB's rules, too, by SQLite's own function for applications.
TEST(Interruptible, MatchesAsSqliteDoes) {
    Random random(4);
    int matches = 0;
    for (int i = 0; i < 50000; ++i) {
        std::string pattern = random.Bytes(8);
        std::string text = random.Bytes(12);
        pattern = pattern.c_str();
        text = text.c_str();
        const auto* p = reinterpret_cast<const unsigned char*>(pattern.c_str());
        const auto* t = reinterpret_cast<const unsigned char*>(text.c_str());
        const bool glob = MatchLike(p, t, {'*', '?', '[', true, false}, nullptr) == LikeResult::kMatch;
        const bool like = MatchLike(p, t, {'%', '_', '\\', false, true}, nullptr) == LikeResult::kMatch;
        ASSERT_EQ(glob, sqlite3_strglob(pattern.c_str(), text.c_str()) == 0) << pattern << " " << text;
        ASSERT_EQ(like, sqlite3_strlike(pattern.c_str(), text.c_str(), '\\') == 0) << pattern << " " << text;
        matches += glob + like;
    }
    EXPECT_GT(matches, 1000);
}

int questions = 0;
bool AfterThree() noexcept {
    return ++questions > 3;
}

TEST(Interruptible, MakesRandomBlobs) {
    const Connection ours;
    ASSERT_EQ(RegisterInterruptible(ours.get(), nullptr), SQLITE_OK);
    EXPECT_EQ(ours.Ask("SELECT length(randomblob(3000000)) || ' ' || length(randomblob(0)) || ' ' || "
                       "length(randomblob(NULL))"),
              "3:3000000 1 1");
    EXPECT_EQ(ours.Ask("SELECT randomblob(20) = randomblob(20)"), "1:0");
    EXPECT_EQ(ours.Ask("SELECT randomblob(2000000000)"), "error string or blob too big");
}

TEST(Interruptible, EndsWhenToldTo) {
    const Connection ours;
    ASSERT_EQ(RegisterInterruptible(ours.get(), &AfterThree), SQLITE_OK);
    for (const char* sql :
         {"instr(zeroblob(50000000), x'01')", "replace(zeroblob(50000000), 'a', 'b')",
          "replace(hex(zeroblob(18000000)), '00', 'b')",
          "trim(hex(zeroblob(150000)), 'abcdefghijklmnopqrstuvwxyz0')", "randomblob(5000000)",
          "hex(zeroblob(3000000)) GLOB '*000[1-9]'", "hex(zeroblob(3000000)) LIKE '%1'",
          "hex(zeroblob(3000000)) LIKE '%0000000001'", "replace(hex(zeroblob(3000000)), '0', 'é') LIKE '%à'",
          // A set of 40,000 members at each place.
          "hex(zeroblob(3000000)) GLOB '*[^' || hex(zeroblob(20000)) || ']'",
          // One character of 200,000 bytes, again and again.
          "CAST(x'c3' || replace(hex(zeroblob(100000)), '0', CAST(x'80' AS TEXT)) || "
          "replace(hex(zeroblob(3000)), '0', 'é') AS TEXT) GLOB '*' || "
          "replace(hex(zeroblob(2000)), '0', '?') || 'b'"}) {
        questions = 0;
        // In a blob as text, the first NUL ends what is matched, but not what is replaced.
        EXPECT_EQ(ours.Ask(std::string("SELECT ") + sql), "error interrupted") << sql;
    }
}

/// Hours with SQLite's own.
TEST(Interruptible, TakesLinearTime) {
    const Connection ours;
    ASSERT_EQ(RegisterInterruptible(ours.get(), nullptr), SQLITE_OK);
    EXPECT_EQ(ours.Ask("SELECT instr(zeroblob(30000000), zeroblob(300000) || x'01')"), "1:0");
    EXPECT_EQ(ours.Ask("SELECT length(replace(hex(zeroblob(10000000)), hex(zeroblob(100000)) || '1', ''))"),
              "1:20000000");
    EXPECT_EQ(ours.Ask("SELECT hex(zeroblob(5000000)) GLOB '*' || hex(zeroblob(20)) || '*1'"), "1:0");
}

}  // namespace
}  // namespace pgsqlite::sqlite
