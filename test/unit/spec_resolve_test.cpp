// "The nearest setting wins", what a spec names and does not exist, and the builder's way back.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/spec/builder.hpp"
#include "core/spec/name_pattern.hpp"
#include "core/spec/spec.hpp"
#include "core/value/policy.hpp"

namespace pgsqlite::spec {
namespace {

using value::OnError;

std::string Type(const Spec& spec, std::string_view table, std::string_view column,
                 std::string_view declared = "", std::string_view server = "shop") {
    return spec.ForColumn(server, table, column, declared).type;
}
std::string From(const Spec& spec, const char* key, std::string_view table, std::string_view column,
                 std::string_view server = "shop") {
    return std::string(spec.ForColumn(server, table, column, "").sources.From(key));
}

TEST(SpecResolve, ColumnOverTableOverServerOverJob) {
    const char* const parts[] = {R"("on_error": "null")", R"("servers": {"shop": {"on_error": "null"}})",
                                 R"("tables": {"t": {"on_error": "null"}})",
                                 R"("columns": {"t.c": {"on_error": "null"}})"};
    const char* const pointers[] = {"/on_error", "/servers/shop/on_error", "/tables/t/on_error",
                                    "/columns/t.c/on_error"};
    // Any set of levels, in the document's order and the reverse: the nearest decides.
    for (int set = 1; set < 16; ++set) {
        std::string forward, backward;
        int nearest = 0;
        for (int i = 0; i < 4; ++i) {
            if ((set & (1 << i)) == 0) continue;
            forward += (forward.empty() ? "" : ", ") + std::string(parts[i]);
            backward = parts[i] + (backward.empty() ? "" : ", " + backward);
            nearest = i;
        }
        for (const std::string& members : {forward, backward}) {
            const Spec spec = Spec::Parse("{" + members + "}");
            EXPECT_EQ(From(spec, "on_error", "t", "c"), pointers[nearest]) << members;
            EXPECT_EQ(spec.ForColumn("shop", "t", "c", "").policies.on_error, OnError::kNull);
        }
    }
}

TEST(SpecResolve, MoreSpecificPatternsWin) {
    const Spec spec = Spec::Parse(R"({
        "tables": {
            "shop.log_2024": {"on_error": "reject"},
            "log_2024": {"on_error": "error"},
            "log_????": {"on_error": "null"},
            "log_*": {"on_error": "error"},
            "*": {"on_error": "reject"}}})");
    EXPECT_EQ(From(spec, "on_error", "LOG_2024", "x"), "/tables/shop.log_2024/on_error");
    EXPECT_EQ(From(spec, "on_error", "log_2024", "x", "crm"), "/tables/log_2024/on_error");
    EXPECT_EQ(From(spec, "on_error", "log_2023", "x"), "/tables/log_\?\?\?\?/on_error");
    EXPECT_EQ(From(spec, "on_error", "log_x", "x"), "/tables/log_*/on_error");
    EXPECT_EQ(From(spec, "on_error", "other", "x"), "/tables/*/on_error");
}

TEST(SpecResolve, TheFinestPartDecidesFirst) {
    const Spec spec = Spec::Parse(R"({
        "tables": {"t": {"columns": {"*": {"type": "text"}, "c*": {"type": "char"}}}},
        "columns": {"*.*": {"type": "name"}, "*.cd": {"type": "bytea"}, "shop.*.c*": {"type": "xml"}},
        "servers": {"shop": {"columns": {"t*.c*": {"type": "json"}}}}})");
    EXPECT_EQ(Type(spec, "t", "a"), "text");
    EXPECT_EQ(Type(spec, "t", "cd"), "bytea");  // exact column before exact table
    EXPECT_EQ(Type(spec, "t", "cx"), "char");   // of equal columns the exact table
    EXPECT_EQ(Type(spec, "tt", "cx"), "json");  // of equal columns the longer table
    EXPECT_EQ(Type(spec, "u", "cx"), "xml");
    EXPECT_EQ(Type(spec, "u", "cx", "", "crm"), "name");
}

TEST(SpecResolve, LaterWinsATie) {
    EXPECT_EQ(
        Type(Spec::Parse(R"({"columns": {"*.a*": {"type": "text"}, "*.*b": {"type": "json"}}})"), "t", "ab"),
        "json");
    EXPECT_EQ(
        Type(Spec::Parse(R"({"columns": {"*.*b": {"type": "json"}, "*.a*": {"type": "text"}}})"), "t", "ab"),
        "text");
}

TEST(SpecResolve, EachKeyByItself) {
    const Spec spec = Spec::Parse(R"({"on_error": "reject", "timezone": "Europe/Vienna",
        "tables": {"t": {"too_long": "truncate", "columns": {"c": {"empty_as_null": true}}}}})");
    Base base;
    base.policies.nul_bytes = value::NulBytes::kStrip;
    base.policies.too_long = value::TooLong::kError;
    base.timestamp_type = TimestampType::kTimestamptz;
    const ColumnSettings column = spec.ForColumn("s", "t", "c", "", base);
    EXPECT_EQ(column.policies.on_error, OnError::kReject);
    EXPECT_EQ(column.policies.too_long, value::TooLong::kTruncate);
    EXPECT_EQ(column.policies.nul_bytes, value::NulBytes::kStrip);
    EXPECT_TRUE(column.policies.empty_as_null);
    EXPECT_EQ(column.timezone, "Europe/Vienna");
    EXPECT_EQ(column.timestamp_type, TimestampType::kTimestamptz);
    EXPECT_EQ(column.sources.From("nul_bytes"), "");
    EXPECT_EQ(column.sources.From("too_long"), "/tables/t/too_long");
    const TableSettings table = spec.ForTable("s", "t", base);
    EXPECT_FALSE(table.policies.empty_as_null);
    EXPECT_EQ(table.policies.too_long, value::TooLong::kTruncate);
}

TEST(SpecResolve, EveryPolicy) {
    for (const value::PolicyOption& policy : value::kPolicyOptions) {
        const std::string words = policy.words == nullptr ? "" : policy.words;
        const std::string last =
            policy.words == nullptr ? "true" : '"' + words.substr(words.rfind(' ') + 1) + '"';
        const Spec spec = Spec::Parse(std::string("{\"") + policy.name + "\": " + last + "}");
        value::Policies wanted;
        value::SetPolicy(
            policy,
            policy.words == nullptr ? 1 : static_cast<int>(std::count(words.begin(), words.end(), ' ')),
            &wanted);
        EXPECT_NE(wanted, value::Policies()) << policy.name;
        EXPECT_EQ(spec.ForTable("s", "t").policies, wanted) << policy.name;
    }
    value::Policies policies;
    value::SetPolicy(*value::FindPolicy("invalid_json"), value::WordIndex("error null string", "STRING"),
                     &policies);
    EXPECT_EQ(policies.invalid_json, value::InvalidJson::kString);
    value::SetPolicy(*value::FindPolicy("on_error"), value::WordIndex("error null reject", "null"),
                     &policies);
    EXPECT_EQ(policies.on_error, OnError::kNull);
    EXPECT_EQ(value::FindPolicy("On_error"), nullptr);
    EXPECT_EQ(value::WordIndex("error null reject", "nul"), -1);
    EXPECT_EQ(value::WordIndex("error null reject", ""), -1);
    EXPECT_EQ(value::WordIndex("", ""), -1);
}

TEST(SpecResolve, TableSettings) {
    const Spec spec = Spec::Parse(R"j({"tables": {"t": {
        "target": "sales.\"a.b\"", "where": "x > 1", "types": "stored", "orphans": "keep",
        "primary_key": ["a", "b"], "required": ["c"], "indexes": ["USING gin (d)"],
        "foreign_keys": [{"name": "fk", "columns": ["a"], "references": "p", "referenced_columns": ["id"],
            "on_delete": "set_null", "on_update": "cascade", "deferrable": "deferred", "orphans": "null"}],
        "partition_by": {"range": "d", "every": "1 month", "ahead": 3, "default": false, "max": 100},
        "upsert": {"key": ["a"], "set": ["b"]},
        "rules": {"r1": "a > 0", "r2": {"condition": "b > 0", "on_fail": "null", "columns": ["b"]}}},
        "u": {"primary_key": [], "foreign_keys": []},
        "*": {"rules": {"r2": "true", "r0": {"condition": "z", "on_fail": "warn"}}, "existing": "skip"}}})j");
    const TableSettings t = spec.ForTable("shop", "t");
    EXPECT_EQ(t.target, (TargetName{"sales", "a.b"}));
    EXPECT_EQ(t.where, "x > 1");
    EXPECT_EQ(t.types, Types::kStored);
    EXPECT_EQ(t.orphans, Orphans::kKeep);
    EXPECT_EQ(t.existing, Existing::kUpsert);
    EXPECT_EQ(t.sources.From("existing"), "/tables/t/upsert");
    EXPECT_EQ(t.upsert.key, std::vector<std::string>{"a"});
    EXPECT_EQ(t.upsert.set, std::vector<std::string>{"b"});
    EXPECT_EQ(t.primary_key, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(t.required, std::vector<std::string>{"c"});
    EXPECT_EQ(t.indexes, std::vector<std::string>{"USING gin (d)"});
    ASSERT_EQ(t.foreign_keys->size(), 1U);
    const ForeignKeySpec& key = t.foreign_keys->front();
    EXPECT_EQ(key.name, "fk");
    EXPECT_EQ(key.references, (TargetName{"", "p"}));
    EXPECT_EQ(key.on_delete, ForeignKeyAction::kSetNull);
    EXPECT_EQ(key.on_update, ForeignKeyAction::kCascade);
    EXPECT_EQ(key.deferrable, Deferrable::kDeferred);
    EXPECT_EQ(key.orphans, Orphans::kNull);
    EXPECT_EQ(key.pointer, "/tables/t/foreign_keys/0");
    EXPECT_EQ(t.partition_by->every, "1 month");
    EXPECT_EQ(t.partition_by->ahead, 3);
    EXPECT_FALSE(t.partition_by->with_default);
    EXPECT_EQ(t.partition_by->max, 100);
    ASSERT_EQ(t.rules.size(), 3U);
    EXPECT_EQ(t.rules[0].name, "r2");  // in its first place, with the nearer condition
    EXPECT_EQ(t.rules[0].condition, "b > 0");
    EXPECT_EQ(t.rules[0].on_fail, OnFail::kNull);
    EXPECT_EQ(t.rules[0].columns, std::vector<std::string>{"b"});
    EXPECT_EQ(t.rules[0].pointer, "/tables/t/rules/r2");
    EXPECT_EQ(t.rules[1].on_fail, OnFail::kWarn);
    EXPECT_EQ(t.rules[2].condition, "a > 0");

    const TableSettings u = spec.ForTable("shop", "U");
    EXPECT_TRUE(u.primary_key && u.primary_key->empty());
    EXPECT_TRUE(u.foreign_keys && u.foreign_keys->empty());
    EXPECT_EQ(u.existing, Existing::kSkip);
    EXPECT_EQ(u.rules.size(), 2U);
    // A nearer `existing` makes a farther `upsert` idle.
    const TableSettings idle =
        Spec::Parse(R"({"tables": {"*": {"upsert": {"key": ["a"]}}, "t": {"existing": "append"}}})")
            .ForTable("s", "t");
    EXPECT_EQ(idle.existing, Existing::kAppend);
    EXPECT_TRUE(idle.upsert.key.empty());
    EXPECT_FALSE(idle.sources.Has("upsert"));
}

TEST(SpecResolve, ServerSettings) {
    const Spec spec = Spec::Parse(R"({"servers": {"*": {"prefix": "x_"}, "shop": {"prefix": ""}}})");
    EXPECT_EQ(spec.ForServer("shop").prefix, "");
    EXPECT_EQ(spec.ForServer("crm").prefix, "x_");
    EXPECT_EQ(spec.ForServer("crm").sources.From("prefix"), "/servers/*/prefix");
    EXPECT_FALSE(Spec().ForServer("shop").prefix);
}

TEST(SpecResolve, TypeMap) {
    const Spec spec = Spec::Parse(R"j({
        "type_map": {"MONEY": "numeric(19,4)", "DECIMAL(10,2)": "numeric(12,2)", "decimal": "numeric",
                     "": "bytea"},
        "tables": {"t": {"type_map": {"decimal": "float8"}, "columns": {"c": {"type": "text"}}}}})j");
    EXPECT_EQ(Type(spec, "u", "x", "money"), "numeric(19,4)");
    EXPECT_EQ(Type(spec, "u", "x", "Money (1)"), "numeric(19,4)");
    EXPECT_EQ(Type(spec, "u", "x", "decimal( 10 , 2 )"), "numeric(12,2)");
    EXPECT_EQ(Type(spec, "u", "x", "DECIMAL(8,2)"), "numeric");
    EXPECT_EQ(Type(spec, "u", "x", ""), "bytea");
    EXPECT_EQ(Type(spec, "u", "x", "INTEGER"), "");
    EXPECT_EQ(Type(spec, "t", "x", "DECIMAL(10,2)"), "float8");  // nearer, though less specific
    EXPECT_EQ(Type(spec, "t", "x", "MONEY"), "numeric(19,4)");   // each declared type by itself
    EXPECT_EQ(Type(spec, "t", "c", "MONEY"), "text");
    EXPECT_EQ(spec.ForColumn("s", "t", "x", "MONEY").sources.From("type"), "/type_map/MONEY");
    EXPECT_EQ(spec.ForColumn("s", "t", "c", "MONEY").sources.From("type"), "/tables/t/columns/c/type");
}

TEST(SpecResolve, Defaults) {
    const Spec spec = Spec::Parse(R"j({"columns": {
        "*.a": {"default": 1.50}, "t.a": {"default_sql": "now()"},
        "*.b": {"default": {"x": [1, "é\n", null, 12345678901234567890123]}},
        "*.c": {"default": "a\"b"}, "*.d": {"default": false}}})j");
    EXPECT_EQ(spec.ForColumn("s", "u", "a", "").default_value, "1.50");  // as written
    const ColumnSettings nearer = spec.ForColumn("s", "t", "a", "");
    EXPECT_FALSE(nearer.default_value);
    EXPECT_EQ(nearer.default_sql, "now()");
    EXPECT_FALSE(nearer.sources.Has("default"));
    EXPECT_EQ(spec.ForColumn("s", "t", "b", "").default_value,
              "{\"x\":[1,\"é\\n\",null,12345678901234567890123]}");
    EXPECT_EQ(spec.ForColumn("s", "t", "c", "").default_value, "a\"b");
    EXPECT_EQ(spec.ForColumn("s", "t", "d", "").default_value, "false");
}

std::vector<std::string> Told(const std::vector<Unmatched>& all) {
    std::vector<std::string> told;
    for (const Unmatched& each : all)
        told.push_back(std::to_string(static_cast<int>(each.what)) + ' ' + each.pointer + " → " +
                       each.nearest);
    return told;
}

TEST(SpecResolve, WhatDoesNotExist) {
    const Spec spec = Spec::Parse(R"({
        "include": ["*"], "exclude": ["tmp_*", "custmer"],
        "type_map": {"MONEY": "numeric", "DECIMAL": "numeric", "TXET": "text"},
        "servers": {"shop": {"tables": {"custmer": {"columns": {"x": {}}}}}, "Shop": {"prefix": "a"}, "crm": {}},
        "tables": {"Customer": {"columns": {"emial": {}, "EMAIL": {}, "*_json": {}, "added": {"default": 1}}}, "crm.*": {},
                   "crn.x": {}},
        "columns": {"*.nothing": {}, "customer.id": {}, "nowhere.id": {}, "shop.customer.emails": {"type": "text"}}})");
    const std::string servers[] = {"shop", "crm"};
    const KnownTable tables[] = {
        {"shop", "customer", {{"id", "INTEGER"}, {"email", "TEXT"}, {"paid", "decimal(3,1)"}}}};
    EXPECT_EQ(
        Told(spec.FindUnmatched(servers, tables)),
        (std::vector<std::string>{"5 /exclude/0 → ", "5 /exclude/1 → customer", "3 /type_map/MONEY → ",
                                  "3 /type_map/TXET → TEXT", "1 /servers/shop/tables/custmer → customer",
                                  "0 /servers/Shop → shop", "2 /tables/Customer/columns/emial → email",
                                  "2 /tables/Customer/columns/*_json → ", "1 /tables/crm.* → ",
                                  "0 /tables/crn.x → crm", "2 /columns/*.nothing → ",
                                  "1 /columns/nowhere.id → ", "2 /columns/shop.customer.emails → email"}));
    EXPECT_EQ(spec.AddedColumns("shop", "CUSTOMER", tables[0].columns), std::vector<std::string>{"added"});
    EXPECT_TRUE(spec.AddedColumns("shop", "other", {}).empty());
    EXPECT_TRUE(Spec().FindUnmatched(servers, tables).empty());
}

TEST(SpecResolve, AddedColumns) {
    const Spec spec = Spec::Parse(R"({"columns": {"*.tenant": {"default": 7}, "t.x*": {"default": 1},
        "shop.*.Tenant": {"default_sql": "8"}, "*.id": {"convert": "id + 1"}, "t.more": {"convert": "a || b"}, "*.typed": {"type": "text"}}})");
    const KnownColumn columns[] = {{"ID", "INTEGER"}};
    EXPECT_EQ(spec.AddedColumns("shop", "t", columns), (std::vector<std::string>{"tenant", "more"}));
    EXPECT_EQ(spec.AddedColumns("shop", "u", columns), std::vector<std::string>{"tenant"});
}

// A spec for every column of a large database is resolved in time that does not grow with its square.
TEST(SpecResolve, LargeSpecs) {
    Builder builder;
    for (int t = 0; t < 300; ++t)
        for (int c = 0; c < 30; ++c)
            builder.SetColumn("shop", "t" + std::to_string(t), "c" + std::to_string(c), "type",
                              std::string("text"));
    const Spec spec = Spec::Parse(builder.ToJson());
    const std::clock_t start = std::clock();
    for (int t = 0; t < 300; ++t)
        for (int c = 0; c < 30; ++c)
            ASSERT_EQ(Type(spec, "T" + std::to_string(t), "c" + std::to_string(c)), "text");
    // 0.1 s of the processor's with sanitizers, whatever else runs; comparing 9,000 columns with 9,000
    // patterns takes minutes.
    EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 10);
}

TEST(SpecBuilder, GivesWhatTheReaderTakes) {
    Builder builder;
    EXPECT_TRUE(builder.empty());
    EXPECT_EQ(builder.ToJson(), "{}");
    builder.SetColumn("shop", "a.b", "x*", "type", std::string("jsonb"));
    builder.SetColumn("", "say \"hi\"", "y", "default", std::int64_t{5});
    builder.SetTable("shop", "a.b", "rules", RawJson{R"({"r": "a > 0"})"});
    builder.SetTable("shop", "a.b", "target", std::string("a_b"));
    builder.SetTable("shop", "a.b", "primary_key", std::vector<std::string>{"id"});
    builder.SetServer("shop", "prefix", std::string("s_"));
    builder.SetJob("workers", std::int64_t{2});
    builder.SetJob("workers", std::int64_t{3});
    builder.SetJob("types", std::string("stored"));
    builder.SetJob("empty_as_null", true);
    builder.SetJob("comment", std::string("found \xff and \0", 12));
    builder.MapType("MONEY", "numeric(19,4)");
    builder.SetTable("", "caf\xe9", "where", std::string("true"));
    EXPECT_FALSE(builder.empty());
    const std::string json = builder.ToJson();
    // In the order of the table of keys, whatever came first.
    EXPECT_LT(json.find("\"types\""), json.find("\"type_map\""));
    EXPECT_LT(json.find("\"workers\""), json.find("\"servers\""));
    EXPECT_LT(json.find("\"target\""), json.find("\"rules\""));

    const Spec spec = Spec::Parse(json);
    EXPECT_EQ(spec.job().workers, 3);
    EXPECT_EQ(spec.ForServer("shop").prefix, "s_");
    const TableSettings table = spec.ForTable("shop", "a.b");
    EXPECT_EQ(table.target, (TargetName{"", "a_b"}));
    EXPECT_EQ(table.types, Types::kStored);
    EXPECT_EQ(table.rules.size(), 1U);
    EXPECT_TRUE(table.policies.empty_as_null);
    EXPECT_EQ(Type(spec, "a.b", "x*"), "jsonb");
    EXPECT_EQ(Type(spec, "a.b", "xy"), "");
    EXPECT_EQ(spec.ForColumn("other", "say \"hi\"", "y", "").default_value, "5");
    EXPECT_EQ(Type(spec, "any", "c", "money"), "numeric(19,4)");
    EXPECT_EQ(spec.ForTable("s", "caf\xe9").where, "true");

    EXPECT_THROW(builder.SetJob("prefix", true), Error);
    EXPECT_THROW(builder.SetTable("s", "t", "where", std::string("\xff")), Error);
}

// --- patterns ---

bool Matches(std::string_view pattern, std::string_view name, bool fold = true) {
    std::string fault;
    const std::vector<NamePattern> parts = ParseName(pattern, &fault);
    EXPECT_EQ(parts.size(), 1U) << pattern << fault;
    return !parts.empty() && parts.front().Matches(name, fold);
}

TEST(NamePattern, Wildcards) {
    EXPECT_TRUE(Matches("*", ""));
    EXPECT_TRUE(Matches("a*c", "abbc"));
    EXPECT_TRUE(Matches("a*c", "ac"));
    EXPECT_FALSE(Matches("a*c", "acb"));
    EXPECT_TRUE(Matches("?", "é"));  // a character, not a byte
    EXPECT_FALSE(Matches("?\?", "é"));
    EXPECT_FALSE(Matches("*?\?", "€"));
    EXPECT_TRUE(Matches("?", "\xff"));
    EXPECT_FALSE(Matches("?", ""));
    EXPECT_TRUE(Matches("A*", "abc"));
    EXPECT_FALSE(Matches("A*", "abc", false));
    EXPECT_FALSE(Matches("É*", "é"));  // as SQLite: ASCII only
    EXPECT_TRUE(Matches("\"a*\"", "A*"));
    EXPECT_FALSE(Matches("\"a*\"", "ab"));
    EXPECT_TRUE(Matches("\"a*\"*", "a*b"));
    EXPECT_TRUE(Matches("\"\"", ""));
    EXPECT_TRUE(Matches("\"\"\"\"", "\""));
    EXPECT_TRUE(Matches("\"a.b\"?\"c\"", "a.bxc"));
    EXPECT_FALSE(Matches(std::string(40, '*') + "b", std::string(5000, 'a')));
}

/// The definition, by recursion.
bool Plain(std::string_view pattern, std::string_view name) {
    if (pattern.empty()) return name.empty();
    if (pattern[0] == '*')
        return Plain(pattern.substr(1), name) || (!name.empty() && Plain(pattern, name.substr(1)));
    return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) &&
           Plain(pattern.substr(1), name.substr(1));
}

TEST(NamePattern, AgreesWithTheDefinition) {
    std::mt19937 random(7);
    const auto text = [&random](const char* letters, int most) {
        std::string result;
        const std::size_t size = random() % (most + 1);
        const std::size_t count = std::string_view(letters).size();
        while (result.size() < size)
            result += letters[random() % count];
        return result;
    };
    for (int i = 0; i < 200000; ++i) {
        const std::string pattern = text("ab*?", 7);
        const std::string name = text("ab", 8);
        if (pattern.empty()) continue;
        ASSERT_EQ(Matches(pattern, name), Plain(pattern, name)) << pattern << " " << name;
    }
}

TEST(NamePattern, QuotedNamesMatchThemselvesOnly) {
    std::mt19937 random(11);
    const std::string letters = "ab.*?\" ";
    for (int i = 0; i < 20000; ++i) {
        std::string name, other;
        for (std::size_t n = random() % 6; n > 0; --n)
            name += letters[random() % letters.size()];
        for (std::size_t n = random() % 6; n > 0; --n)
            other += letters[random() % letters.size()];
        ASSERT_TRUE(Matches(QuoteName(name), name)) << name;
        ASSERT_EQ(Matches(QuoteName(name), other), name == other) << name << "|" << other;
    }
    EXPECT_EQ(QuoteName("plain name"), "plain name");
    EXPECT_EQ(QuoteName(""), "\"\"");
    EXPECT_EQ(QuoteName("a\xff.b"), "\"a\"?\".b\"");
    EXPECT_TRUE(Matches(QuoteName("a\xff.b"), "a\xff.b"));
    EXPECT_TRUE(Matches(QuoteName(std::string_view("a\0b", 3)), std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace pgsqlite::spec
