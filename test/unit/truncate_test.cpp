// How targets that exist are emptied: which by TRUNCATE, which by DELETE, in which order.
#include "core/plan/truncate.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace pgsqlite::plan {
namespace {

/// Targets to be emptied, and who refers to them.
struct Targets {
    std::deque<ExistingRelation> relations;
    Design design;

    ExistingRelation& Add(const std::string& name, spec::Existing existing = spec::Existing::kTruncate) {
        ExistingRelation& relation = relations.emplace_back();
        relation.schema = "app";
        relation.name = name;
        PlannedTable& table = design.tables.emplace_back();
        table.target = {"app", name};
        table.existing = &relation;
        table.settings.existing = existing;
        return relation;
    }
    /// The statements without their comments.
    std::vector<std::string> Statements() const {
        std::vector<std::string> statements;
        for (const Emptying& emptying : EmptyTargets(design)) {
            std::string text = emptying.statement;
            if (text.compare(0, 2, "--") == 0) text.erase(0, text.find('\n') + 1);
            statements.push_back(std::move(text));
        }
        return statements;
    }
};

using Texts = std::vector<std::string>;

Referrer From(const char* table) {
    return {"app", table, std::string(table) + "_fkey", {"x"}};
}

TEST(Truncate, AllAtOnceWhereNobodyElseRefers) {
    Targets targets;
    targets.Add("parent").referrers = {From("child")};
    targets.Add("child");
    targets.Add("kept", spec::Existing::kAppend);
    EXPECT_EQ(targets.Statements(), Texts{"TRUNCATE app.parent, app.child"});
}

TEST(Truncate, ByDeleteWhereOthersRefer) {
    Targets targets;
    targets.Add("parent").referrers = {From("child"), From("stranger")};
    targets.Add("child");
    EXPECT_EQ(targets.Statements(), (Texts{"TRUNCATE app.child", "DELETE FROM app.parent"}));
}

TEST(Truncate, WhatThoseReferToIsDeletedBehindThem) {
    Targets targets;
    targets.Add("grandparent").referrers = {From("parent")};
    targets.Add("parent").referrers = {From("kept")};
    targets.Add("kept", spec::Existing::kSkip);
    targets.Add("other");
    EXPECT_EQ(targets.Statements(),
              (Texts{"TRUNCATE app.other", "DELETE FROM app.parent", "DELETE FROM app.grandparent"}));
}

TEST(Truncate, ACircleInOneStatement) {
    Targets targets;
    targets.Add("a").referrers = {From("b"), From("stranger")};
    targets.Add("b").referrers = {From("a")};
    EXPECT_EQ(targets.Statements(), Texts{"WITH emptied_1 AS (DELETE FROM app.a)\nDELETE FROM app.b"});
}

TEST(Truncate, NothingToEmpty) {
    Targets targets;
    targets.Add("a", spec::Existing::kError);
    EXPECT_TRUE(targets.Statements().empty());
}

}  // namespace
}  // namespace pgsqlite::plan
