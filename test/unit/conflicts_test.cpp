// Conflicts: which tables meet, how they compare, and what is proposed. Tables are made by hand, so that each
// difference stands alone; names and reading are held against SQLite in the server's tests.
#include "core/assess/conflicts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/schema/common_type.hpp"

namespace pgsqlite::assess {
namespace {

struct Col {
    std::string name;
    std::string type;
    bool not_null = false;
    int key = 0;
};

Candidate Make(const std::string& server, const std::string& table, const std::vector<Col>& columns,
               std::optional<KeyRange> keys = std::nullopt) {
    Candidate candidate;
    candidate.server = server;
    candidate.table.name = table;
    for (const Col& col : columns) {
        sqlite::Column column;
        column.name = col.name;
        column.declared_type = col.type;
        column.not_null = col.not_null;
        column.primary_key_position = col.key;
        candidate.table.columns.push_back(column);
    }
    candidate.integer_key = candidate.table.rowid_alias() >= 0;
    candidate.keys = keys;
    return candidate;
}

const std::vector<Col> kPerson = {{"id", "INTEGER", false, 1}, {"name", "VARCHAR(20)"}};

Conflict Only(const std::vector<Candidate>& candidates) {
    const std::vector<Conflict> conflicts = FindConflicts(candidates);
    EXPECT_EQ(conflicts.size(), 1u);
    return conflicts.empty() ? Conflict() : conflicts.front();
}

std::string Common(const std::string& a, const std::string& b) {
    const auto one = schema::CommonType(schema::MapDeclaredType(a), schema::MapDeclaredType(b));
    const auto other = schema::CommonType(schema::MapDeclaredType(b), schema::MapDeclaredType(a));
    EXPECT_EQ(one.has_value(), other.has_value()) << a << ", " << b;
    if (!one || !other) return "none";
    EXPECT_EQ(one->sql, other->sql) << a << ", " << b;
    return one->sql;
}

TEST(CommonType, Widens) {
    EXPECT_EQ(Common("SMALLINT", "BIGINT"), "bigint");
    EXPECT_EQ(Common("DECIMAL(10,2)", "DECIMAL(8,4)"), "numeric(12,4)");  // 8 digits before, 4 behind
    EXPECT_EQ(Common("DECIMAL(10,2)", "BIGINT"), "numeric(21,2)");        // 19 digits of 2^63-1
    EXPECT_EQ(Common("DECIMAL(10,2)", "NUMERIC"), "numeric");
    EXPECT_EQ(Common("BIGINT", "NUMERIC"), "numeric");
    EXPECT_EQ(Common("DECIMAL(1000,0)", "DECIMAL(10,9)"), "numeric");  // beyond numeric's precision
    EXPECT_EQ(Common("SMALLINT", "DOUBLE"), "double precision");
    EXPECT_EQ(Common("VARCHAR(10)", "VARCHAR(20)"), "varchar(20)");
    EXPECT_EQ(Common("VARCHAR(10)", "TEXT"), "text");
    EXPECT_EQ(Common("UUID", "TEXT"), "text");
    EXPECT_EQ(Common("UUID", "VARCHAR(10)"), "text");  // a UUID has 36 characters
    EXPECT_EQ(Common("DATE", "TIMESTAMP"), "timestamp without time zone");
}

TEST(CommonType, RefusesWhatWouldChange) {
    EXPECT_EQ(Common("BIGINT", "DOUBLE"), "none");  // 2^53 + 1
    EXPECT_EQ(Common("NUMERIC", "DOUBLE"), "none");
    EXPECT_EQ(Common("BOOLEAN", "INTEGER"), "none");
    EXPECT_EQ(Common("BLOB", "TEXT"), "none");
    EXPECT_EQ(Common("INTEGER", "TEXT"), "none");
    EXPECT_EQ(Common("TIMESTAMP", "TIMESTAMPTZ"), "none");
}

TEST(Conflicts, OnlyAcrossServers) {
    EXPECT_TRUE(FindConflicts({}).empty());
    EXPECT_TRUE(
        FindConflicts({Make("a", "t", kPerson), Make("a", "u", kPerson), Make("b", "v", kPerson)}).empty());
}

TEST(Conflicts, NamesMeetAfterFoldingAndCutting) {
    const std::string longer(70, 'x');
    EXPECT_EQ(Only({Make("a", "Person", kPerson), Make("b", "PERSON", kPerson)}).name, "person");
    EXPECT_EQ(Only({Make("a", longer + "1", kPerson), Make("b", longer + "2", kPerson)}).name,
              longer.substr(0, 63));
    EXPECT_TRUE(FindConflicts({Make("a", "Person", kPerson), Make("b", "person", kPerson)},
                              schema::FoldCase::kPreserve)
                    .empty());
    // Two long names of one server do not meet each other, but their counterparts.
    const auto both = FindConflicts({Make("a", longer + "1", kPerson), Make("a", longer + "2", kPerson),
                                     Make("b", longer + "1", kPerson), Make("b", longer + "2", kPerson)});
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[1].tables, (std::vector<std::string>{longer + "2", longer + "2"}));
}

TEST(Conflicts, EqualWhateverTheOrderAndCase) {
    const Conflict conflict = Only({Make("a", "t", kPerson, KeyRange{1, 5}),
                                    Make("b", "t", {{"NAME", "VARCHAR(20)"}, {"ID", "INTEGER", true, 1}})});
    EXPECT_EQ(conflict.match, Match::kEqual);
    EXPECT_EQ(conflict.proposal, Proposal::kMerge);
    EXPECT_TRUE(conflict.differences.empty());
}

TEST(Conflicts, CompatibleTypes) {
    const Conflict conflict = Only({Make("a", "t", {{"n", "SMALLINT"}, {"v", "TEXT", true}}),
                                    Make("b", "t", {{"n", "BIGINT"}, {"v", "TEXT"}}),
                                    Make("c", "t", {{"n", "SMALLINT"}, {"v", "TEXT"}})});
    EXPECT_EQ(conflict.match, Match::kCompatible);
    EXPECT_EQ(conflict.proposal, Proposal::kMerge);
    ASSERT_EQ(conflict.differences.size(), 2u);
    EXPECT_EQ(conflict.differences[0].description, "smallint in a, c; bigint in b; bigint holds both");
    EXPECT_EQ(conflict.differences[1].description, "NOT NULL in a; nullable in b, c");
}

TEST(Conflicts, DifferentColumnsAndKeys) {
    const Conflict missing =
        Only({Make("a", "t", {{"x", "TEXT"}, {"y", "TEXT"}}), Make("b", "t", {{"x", "TEXT"}})});
    EXPECT_EQ(missing.match, Match::kDifferent);
    EXPECT_EQ(missing.proposal, Proposal::kPrefix);
    EXPECT_EQ(missing.differences.front().description, "text in a; missing in b");
    EXPECT_EQ(missing.targets, (std::vector<std::string>{"a_t", "b_t"}));

    const Conflict keys =
        Only({Make("a", "t", kPerson), Make("b", "t", {{"id", "INTEGER"}, {"name", "VARCHAR(20)"}})});
    EXPECT_EQ(keys.match, Match::kDifferent);
    EXPECT_EQ(keys.differences.back().description, "primary key (id) in a; none in b");

    Candidate unreadable = Make("b", "t", {});
    unreadable.table.unreadable = "no such module: x";
    EXPECT_EQ(Only({Make("a", "t", kPerson), unreadable}).match, Match::kDifferent);
    Candidate view = Make("b", "t", kPerson);
    view.table.kind = sqlite::TableKind::kView;
    EXPECT_EQ(Only({Make("a", "t", kPerson), view}).match, Match::kDifferent);
}

TEST(Conflicts, OverlappingKeysAreNotMerged) {
    const Conflict overlap =
        Only({Make("a", "t", kPerson, KeyRange{50, 60}), Make("b", "t", kPerson, KeyRange{1, 5}),
              Make("c", "t", kPerson, KeyRange{5, 9})});
    EXPECT_EQ(overlap.proposal, Proposal::kPrefix);
    EXPECT_NE(overlap.reason.find("1 to 5 in b, 5 to 9 in c"), std::string::npos) << overlap.reason;
    const Conflict apart = Only({Make("a", "t", kPerson, KeyRange{50, 60}),
                                 Make("b", "t", kPerson, KeyRange{1, 5}), Make("c", "t", kPerson)});
    EXPECT_EQ(apart.proposal, Proposal::kMerge);
    // A range within another that ends later than the one between them.
    EXPECT_EQ(Only({Make("a", "t", kPerson, KeyRange{1, 100}), Make("b", "t", kPerson, KeyRange{2, 3}),
                    Make("c", "t", kPerson, KeyRange{101, 102})})
                  .proposal,
              Proposal::kPrefix);
}

TEST(Conflicts, TargetsAvoidEveryName) {
    const auto conflicts =
        FindConflicts({Make("a", "t", kPerson), Make("a", "b_t", kPerson), Make("b", "t", {})});
    ASSERT_EQ(conflicts.size(), 1u);
    EXPECT_EQ(conflicts[0].targets, (std::vector<std::string>{"a_t", "b_t_1"}));
}

TEST(Conflicts, FragmentsFitTogether) {
    const auto prefixes = FindConflicts({Make("a", "t", kPerson), Make("b", "t", {})});
    EXPECT_EQ(SpecFragment(prefixes, 0), R"({"conflicts": "prefix"})");
    const auto mixed = FindConflicts({Make("a", "x.\"y\"", kPerson), Make("b", "x.\"y\"", {}),
                                      Make("a", "u", kPerson), Make("b", "u", kPerson)});
    ASSERT_EQ(mixed.size(), 2u);
    EXPECT_EQ(SpecFragment(mixed, 0),
              R"({"servers":{"a":{"tables":{"\"x.\"\"y\"\"\"":{"target":"\"a_x.\"\"y\"\"\""}}},)"
              R"("b":{"tables":{"\"x.\"\"y\"\"\"":{"target":"\"b_x.\"\"y\"\"\""}}}}})");
    EXPECT_EQ(SpecFragment(mixed, 1), R"({"conflicts": "merge"})");
}

}  // namespace
}  // namespace pgsqlite::assess
