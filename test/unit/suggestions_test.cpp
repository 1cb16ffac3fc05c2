// Suggestions: the spec of several looks gives up no object of the schema for a type that is only better.
#include "core/assess/suggestions.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::Setting;
using plan::Severity;

Finding Better(const std::string& table, const std::string& column, const std::string& type) {
    return {Severity::kNote,
            "s",
            table,
            column,
            "could be " + type,
            {},
            {},
            "read it as " + type,
            {{"type", type, Setting::Level::kColumn}}};
}
Finding Lost(const std::string& table, const std::string& what) {
    return {Severity::kWarning, "s", table, "", what + " is not carried over: reasons", {}, {}, {}, {}};
}
Finding Orphans(const std::string& table) {
    return {Severity::kBlocker,
            "s",
            table,
            "",
            "rows without a parent",
            {},
            {},
            {},
            {{"orphans", "reject", Setting::Level::kTable}}};
}
Finding Misfit(const std::string& table, const std::string& column) {
    return {Severity::kBlocker,
            "s",
            table,
            column,
            "values do not fit",
            {},
            {},
            {},
            {{"type", "text", Setting::Level::kColumn}}};
}
bool Has(const Suggestions& suggestions, const std::string& text) {
    return suggestions.spec().find(text) != std::string::npos;
}

TEST(Suggestions, BetterTypesAreTakenWhereTheyCostNothing) {
    Suggestions suggestions;
    EXPECT_TRUE(suggestions.Take({Better("t", "a", "date"), Lost("t", "trigger x")}));
    EXPECT_TRUE(Has(suggestions, "date"));
    EXPECT_FALSE(suggestions.Take({Lost("t", "trigger x")}));
    EXPECT_TRUE(Has(suggestions, "date"));
}

TEST(Suggestions, AnObjectIsNotGivenUpForABetterType) {
    for (const char* what : {"check x", "generated column", "index x", "view"}) {
        Suggestions suggestions;
        EXPECT_TRUE(suggestions.Take({Better("t", "a", "date"), Better("other", "a", "time")}));
        EXPECT_TRUE(suggestions.Take({Lost(what == std::string("view") ? "v" : "t", what)}));
        EXPECT_FALSE(Has(suggestions, "date")) << what;
        // A view may read any table.
        EXPECT_EQ(Has(suggestions, "time"), what != std::string("view")) << what;
        EXPECT_FALSE(suggestions.Take({Better("t", "a", "date")})) << "as far as it is not suggested again";
        EXPECT_FALSE(Has(suggestions, "date")) << what;
    }
}

TEST(Suggestions, WhatIsLostForAnotherReasonTakesNoTypeAway) {
    Suggestions suggestions;
    EXPECT_TRUE(suggestions.Take({Better("t", "a", "date"), Misfit("t", "b")}));
    EXPECT_TRUE(suggestions.Take({Lost("t", "check x")}));
    EXPECT_FALSE(Has(suggestions, "date"));
    // Without that type the CHECK over b is lost all the same.
    EXPECT_TRUE(suggestions.Take({Lost("t", "check x"), Better("t", "a", "date")}));
    EXPECT_TRUE(Has(suggestions, "date"));
    EXPECT_FALSE(suggestions.Take({Lost("t", "check x")}));
}

TEST(Suggestions, OrphansWaitForTypes) {
    Suggestions suggestions;
    EXPECT_TRUE(suggestions.Take({Orphans("t"), Misfit("t", "a")}));
    EXPECT_FALSE(Has(suggestions, "orphans"));
    EXPECT_TRUE(suggestions.Take({Orphans("t")}));
    EXPECT_TRUE(Has(suggestions, "orphans"));
}

/// Whatever the judgement says, it comes to an end.
TEST(Suggestions, LooksEnd) {
    std::mt19937 random(7);
    const auto chance = [&](unsigned of) { return random() % of == 0; };
    for (int round = 0; round < 3000; ++round) {
        const bool dear[] = {chance(2), chance(2), chance(2)};
        const bool always[] = {chance(4), chance(4), chance(4)};
        Suggestions suggestions;
        int looks = 0;
        bool more = true;
        while (more && ++looks < 100) {
            std::vector<Finding> findings;
            for (int i = 0; i < 3; ++i) {
                const std::string table = "t" + std::to_string(i);
                const bool typed = Has(suggestions, "date" + std::to_string(i));
                if (!typed) findings.push_back(Better(table, "a", "date" + std::to_string(i)));
                if ((typed && dear[i]) || (looks > 1 && always[i]))
                    findings.push_back(Lost(table, "check x"));
            }
            more = suggestions.Take(findings);
        }
        EXPECT_LE(looks, 12);
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(Has(suggestions, "date" + std::to_string(i)), always[i] || !dear[i]);
    }
}

}  // namespace
}  // namespace pgsqlite::assess
