// Specs changed for rejected rows: merged by key, and only where a row's way into its target is concerned.
#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "core/spec/patch.hpp"
#include "core/spec/spec.hpp"

namespace pgsqlite::spec {
namespace {

constexpr const char* kSpec =
    R"x({"on_error": "reject", "existing": "truncate", "tables": {"a": {"target": "x.a", "existing": "skip",)x"
    R"x( "columns": {"c": {"type": "numeric(20,10)", "default": 12345678901234567890.50}}}}})x";

std::string Refusal(const char* changes) {
    try {
        (void)PatchSpec(kSpec, changes);
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), "22023");
        return error.message();
    }
    return {};
}

/// Whether the refusal names the setting at that pointer.
bool Names(const char* changes, const std::string& pointer) {
    return Refusal(changes).find('"' + pointer + '"') != std::string::npos;
}

TEST(SpecPatch, MergesByKey) {
    const PatchedSpec patched = PatchSpec(
        kSpec, R"x({"tables": {"a": {"where": "d > 0", "columns": {"c": {"excess_digits": "round"}}},)x"
               R"x( "b": {"required": ["e"]}}})x");
    const Spec spec = Spec::Parse(patched.spec);
    const TableSettings a = spec.ForTable("s", "a");
    EXPECT_EQ(a.where, "d > 0");
    EXPECT_EQ(a.target->table, "a");
    EXPECT_EQ(a.existing, Existing::kSkip);
    const ColumnSettings c = spec.ForColumn("s", "a", "c", "");
    EXPECT_EQ(c.policies.excess_digits, value::ExcessDigits::kRound);
    EXPECT_EQ(*c.default_value, "12345678901234567890.50");
    EXPECT_EQ(spec.ForTable("s", "b").required, std::vector<std::string>{"e"});
    const Spec append = Spec::Parse(patched.append);
    EXPECT_EQ(append.ForTable("s", "a").existing, Existing::kAppend);
    EXPECT_EQ(append.ForTable("s", "a").where, "d > 0");
}

TEST(SpecPatch, NullTakesBack) {
    const PatchedSpec patched =
        PatchSpec(kSpec, R"x({"on_error": null, "tables": {"a": {"columns": {"c": {"default": null}}}}})x");
    const Spec spec = Spec::Parse(patched.spec);
    EXPECT_FALSE(spec.ForTable("s", "a").sources.Has("on_error"));
    EXPECT_FALSE(spec.ForColumn("s", "a", "c", "").default_value.has_value());
}

TEST(SpecPatch, WhatIsSettledStays) {
    EXPECT_EQ(Refusal(kSpec), "");
    EXPECT_EQ(Refusal("{}"), "");
    EXPECT_TRUE(Names(R"x({"workers": 2})x", "/workers"));
    EXPECT_TRUE(Names(R"x({"existing": null})x", "/existing"));
    EXPECT_TRUE(Names(R"x({"tables": {"a": {"target": "y"}}})x", "/tables/a/target"));
    EXPECT_TRUE(Names(R"x({"tables": {"b": {"indexes": ["(c)"]}}})x", "/tables/b/indexes"));
    EXPECT_TRUE(Names(R"x({"columns": {"*.c": {"type": "text"}}})x", "/columns/*.c/type"));
    EXPECT_TRUE(Names(R"x({"on_eror": "null"})x", "/on_eror"));
    EXPECT_NE(Refusal(R"x({"on_error": "nul"})x"), "");
    EXPECT_NE(Refusal("[]"), "");
}

}  // namespace
}  // namespace pgsqlite::spec
