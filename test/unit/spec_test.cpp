// The spec's reader: what it takes, what it refuses and how it says so.
#include "core/spec/spec.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.hpp"

namespace pgsqlite::spec {
namespace {

Error Refusal(std::string_view json) {
    try {
        (void)Spec::Parse(json);
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "taken: " << json;
    return Error("00000", "");
}

std::string Message(std::string_view json) {
    const Error error = Refusal(json);
    EXPECT_STREQ(error.sqlstate(), "22023") << json;
    return error.message();
}

TEST(SpecParse, EmptySpecIsAllDefaults) {
    const Spec spec = Spec::Parse(" {} ");
    EXPECT_EQ(spec.job().transaction, Transaction::kSingle);
    EXPECT_EQ(spec.job().workers, 1);
    EXPECT_EQ(spec.job().read_from, ReadFrom::kCopy);
    EXPECT_EQ(spec.job().conflicts, Conflicts::kError);
    EXPECT_EQ(spec.job().keys, Keys::kKeep);
    EXPECT_EQ(spec.job().fold_case, schema::FoldCase::kLower);
    EXPECT_FALSE(spec.job().max_rejects);
    EXPECT_FALSE(spec.job().commit_rows);
    EXPECT_TRUE(spec.Included("shop", "customer"));
    const TableSettings table = spec.ForTable("shop", "customer");
    EXPECT_EQ(table.types, Types::kDeclared);
    EXPECT_EQ(table.existing, Existing::kError);
    EXPECT_EQ(table.timezone, "UTC");
    EXPECT_FALSE(table.target);
    EXPECT_EQ(table.policies, value::Policies());
    EXPECT_EQ(table.sources.From("on_error"), "");
    EXPECT_EQ(Spec().ForColumn("a", "b", "c", "INT").type, "");
}

TEST(SpecParse, JobSettings) {
    const Spec spec =
        Spec::Parse(R"({"$schema": "spec.schema.json", "comment": "a note", "fold_case": "preserve",
        "conflicts": "merge", "keys": "uuid", "transaction": "batch", "commit_rows": 50000, "workers": 4,
        "read_from": "live", "backup": "/backup", "max_rejects": 0, "triggers": "disable",
        "parallel_index": true})");
    const JobSettings& job = spec.job();
    EXPECT_EQ(job.fold_case, schema::FoldCase::kPreserve);
    EXPECT_EQ(job.conflicts, Conflicts::kMerge);
    EXPECT_EQ(job.keys, Keys::kUuid);
    EXPECT_EQ(job.transaction, Transaction::kBatch);
    EXPECT_EQ(job.commit_rows, 50000);
    EXPECT_EQ(job.workers, 4);
    EXPECT_EQ(job.read_from, ReadFrom::kLive);
    EXPECT_EQ(job.backup, "/backup");
    EXPECT_EQ(job.max_rejects, 0);
    EXPECT_EQ(job.triggers, Triggers::kDisable);
    EXPECT_TRUE(job.parallel_index);
    EXPECT_EQ(job.sources.From("workers"), "/workers");
    EXPECT_FALSE(job.sources.Has("on_error"));
}

TEST(SpecParse, RejectsAsShare) {
    EXPECT_FALSE(Spec::Parse(R"({"max_rejects": 5})").job().max_reject_percent);
    const Spec spec = Spec::Parse(R"({"max_rejects": "2.5 %"})");
    EXPECT_EQ(spec.job().max_reject_percent, 2.5);
    EXPECT_FALSE(spec.job().max_rejects);
    EXPECT_EQ(Spec::Parse(R"({"max_rejects": "0%"})").job().max_reject_percent, 0);
    EXPECT_EQ(Spec::Parse(R"({"max_rejects": "100%"})").job().max_reject_percent, 100);
    for (const char* share : {"5", "%", "-1%", "100.1%", "1e1%", "nan%", "5%%", "0x1%", "1.2.3%", ""})
        EXPECT_EQ(Message(R"({"max_rejects": ")" + std::string(share) + "\"}"),
                  "invalid spec at \"/max_rejects\": expected a whole number, or a share from \"0%\" to "
                  "\"100%\", not \"" +
                      std::string(share) + "\"");
}

TEST(SpecParse, UnknownKeys) {
    const Error error = Refusal(R"({"tables": {"customer": {"targt": "a"}}})");
    EXPECT_EQ(error.message(), "invalid spec at \"/tables/customer/targt\": unknown key \"targt\"");
    EXPECT_TRUE(error.hint().starts_with("Perhaps you meant \"target\". Valid keys here are: comment, "))
        << error.hint();
    // A pointer escapes / and ~; the top has none.
    EXPECT_EQ(Message(R"({"tables": {"a/b~c": {"zzzzzz": 1}}})"),
              "invalid spec at \"/tables/a~1b~0c/zzzzzz\": unknown key \"zzzzzz\"");
    EXPECT_FALSE(Refusal(R"({"zzzzzzzz": 1})").hint().starts_with("Perhaps"));
    EXPECT_EQ(Message("[]"), "invalid spec at its top: expected an object, not an array");
    // Keys that exist elsewhere.
    EXPECT_EQ(Message(R"({"tables": {"a": {"type": "text"}}})"),
              "invalid spec at \"/tables/a/type\": the key \"type\" belongs to a column, not to a table");
    EXPECT_EQ(
        Message(R"({"servers": {"a": {"workers": 2}}})"),
        "invalid spec at \"/servers/a/workers\": the key \"workers\" belongs to a job, not to a server");
    EXPECT_EQ(Message(R"({"Types": "stored"})"), "invalid spec at \"/Types\": unknown key \"Types\"");
}

TEST(SpecParse, AllFaultsAtOnce) {
    const Error error = Refusal(R"({"workerz": 1, "types": "declare", "tables": {"a": {"existing": true}}})");
    EXPECT_EQ(error.message(), "invalid spec at \"/workerz\": unknown key \"workerz\"");
    EXPECT_EQ(error.detail(),
              "Also at \"/types\": invalid value \"declare\" (perhaps \"declared\").\n"
              "Also at \"/tables/a/existing\": invalid value true (valid: error, append, truncate, skip, "
              "upsert, match).");
    std::string many = "{";
    for (int i = 0; i < 25; ++i)
        many += "\"xxxxx" + std::to_string(i) + "\": 1, ";
    many += "\"types\": \"stored\"}";
    const std::string detail = Refusal(many).detail();
    EXPECT_NE(detail.find("/xxxxx9"), std::string::npos);
    EXPECT_EQ(detail.find("/xxxxx10"), std::string::npos);
    EXPECT_TRUE(detail.ends_with("\nAnd 15 more.")) << detail;
}

TEST(SpecParse, EqualKeys) {
    EXPECT_EQ(Message(R"({"workers": 1, "workers": 1})"),
              "invalid spec at \"/workers\": the key \"workers\" stands here twice");
    EXPECT_EQ(Message(R"({"tables": {"a": {}, "b": {"columns": {"c": {}, "c": {}}}}})"),
              "invalid spec at \"/tables/b/columns/c\": the key \"c\" stands here twice");
    EXPECT_EQ(Message(R"({"tables": {"customer": {}, "Customer": {}}})"),
              "invalid spec at \"/tables/Customer\": it means the same as \"customer\"");
    EXPECT_EQ(Message(R"({"tables": {"a.b": {}, "\"a\".b": {}}})"),
              "invalid spec at \"/tables/\"a\".b\": it means the same as \"a.b\"");
    EXPECT_EQ(Message(R"j({"type_map": {"DECIMAL(10,2)": "numeric", "decimal (10, 2)": "text"}})j"),
              "invalid spec at \"/type_map/decimal (10, 2)\": it means the same as \"DECIMAL(10,2)\"");
    // Servers are compared as written; a wildcard is not the character.
    (void)Spec::Parse(
        R"({"servers": {"shop": {}, "Shop": {}}, "tables": {"a*": {}, "\"a*\"": {}, "x.t": {}, "X.t": {}}})");
}

TEST(SpecParse, NoJson) {
    EXPECT_EQ(Message(""), "invalid spec at line 1, column 1: not JSON");
    EXPECT_EQ(Message("{\"a\": 1,}"), "invalid spec at line 1, column 9: not JSON");
    EXPECT_EQ(Message("{\n  \"types\": stored\n}"), "invalid spec at line 2, column 12: not JSON");
    EXPECT_EQ(Message("{\"é\": x}"), "invalid spec at line 1, column 7: not JSON");  // characters, not bytes
    EXPECT_EQ(Message("{} {}"), "invalid spec at line 1, column 4: not JSON");
    EXPECT_EQ(Message("{\"a\": \"\xff\"}").substr(0, 20), "invalid spec at line");
    EXPECT_EQ(Message("{\"types\": 1e999}").substr(0, 20), "invalid spec at line");
    const std::string detail = Refusal("{\"types\": \"sto").detail();
    EXPECT_EQ(detail,
              "The parser says: syntax error while parsing value - invalid string: missing closing quote.");
    // A long token is not repeated in the message.
    EXPECT_LT(Refusal("{\"" + std::string(100000, 'a')).detail().size(), 400U);
}

TEST(SpecParse, DepthIsBounded) {
    const std::string deep =
        "{\"columns\": {\"a.b\": {\"default\": " + std::string(61, '[') + std::string(61, ']') + "}}}";
    EXPECT_EQ(Spec::Parse(deep).ForColumn("s", "a", "b", "").default_value,
              std::string(61, '[') + std::string(61, ']'));
    EXPECT_STREQ(Refusal("{\"comment\": " + std::string(100, '[')).sqlstate(), "54000");
    EXPECT_STREQ(Refusal(std::string(1000000, '[')).sqlstate(), "54000");
}

TEST(SpecParse, ValuesOfTheWrongKind) {
    const struct {
        const char* json;
        const char* message;
    } cases[] = {
        {R"({"workers": "4"})", "at \"/workers\": expected a whole number from 1 to 1024, not \"4\""},
        {R"({"workers": 0})", "at \"/workers\": expected a whole number from 1 to 1024, not \"0\""},
        {R"({"workers": 2.5})", "at \"/workers\": expected a whole number from 1 to 1024, not \"2.5\""},
        {R"({"workers": true})", "at \"/workers\": expected a whole number from 1 to 1024, not true"},
        {R"({"max_rejects": 18446744073709551615})",
         "at \"/max_rejects\": expected a whole number from 0 to 9223372036854775807, not "
         "\"18446744073709551615\""},
        {R"({"empty_as_null": "true"})", "at \"/empty_as_null\": expected true or false, not \"true\""},
        {R"({"types": null})", "at \"/types\": invalid value null"},
        {R"({"types": "Stored"})", "at \"/types\": invalid value \"Stored\""},
        {R"({"tables": []})", "at \"/tables\": expected an object, not an array"},
        {R"({"tables": {"a": 1}})", "at \"/tables/a\": expected an object, not a number"},
        {R"({"include": "a"})", "at \"/include\": expected an array of patterns, not \"a\""},
        {R"({"include": []})", "at \"/include\": an empty array"},
        {R"({"include": ["a", 1]})", "at \"/include/1\": expected a string, not a number"},
        {R"({"exclude": ["a.b.c"]})", "at \"/exclude/0\": \"a.b.c\" is no table or server.table"},
        {R"({"backup": "backup"})", "at \"/backup\": the path \"backup\" is not absolute"},
        {R"({"timezone": " "})", "at \"/timezone\": an empty string"},
        {R"({"type_map": {"MONEY": ""}})", "at \"/type_map/MONEY\": an empty string"},
        {R"({"tables": {"a": {"target": "x.y.z"}}})",
         "at \"/tables/a/target\": expected schema.table or table"},
        {R"({"tables": {"a": {"target": "x*"}}})", "at \"/tables/a/target\": a wildcard in a name"},
        {R"({"tables": {"a": {"target": "x."}}})", "at \"/tables/a/target\": a name with an empty part"},
        {R"({"tables": {"a": {"required": ["x", "x"]}}})",
         "at \"/tables/a/required/1\": the name \"x\" stands here twice"},
        {R"({"tables": {"a": {"upsert": {"key": []}}}})", "at \"/tables/a/upsert/key\": an empty array"},
        {R"({"tables": {"a": {"rules": {"r": 1}}}})",
         "at \"/tables/a/rules/r\": expected an SQL condition or an object, not a number"},
        {R"({"tables": {"a": {"rules": {"r": {"on_fail": "warn"}}}}})",
         "at \"/tables/a/rules/r\": the key \"condition\" is missing"},
        {R"({"tables": {"a": {"partition_by": {"range": "x"}}}})",
         "at \"/tables/a/partition_by\": the key \"every\" is missing"},
        {R"({"tables": {"a": {"partition_by": {"range": "x", "every": "1 moon"}}}})",
         "at \"/tables/a/partition_by/every\": \"1 moon\" is not a width of a partition"},
        {R"({"tables": {"a": {"columns": {"x": {"default": null}}}}})",
         "at \"/tables/a/columns/x/default\": expected a value, not null"},
        {R"({"tables": {"a": {"foreign_keys": [{"columns": ["x"], "references": "p", "referenced_columns": ["y", "z"]}]}}})",
         "at \"/tables/a/foreign_keys/0/referenced_columns\": not as many columns as in \"columns\""},
        {"{\"comment\": \"a\\u0000b\"}", "at \"/comment\": a NUL character, which PostgreSQL cannot hold"},
        {"{\"include\": [\"a\\u0000b\"]}",
         "at \"/include/0\": a NUL character, which PostgreSQL cannot hold"},
        {"{\"tables\": {\"a\\u0000b\": {}}}",
         "at \"/tables/a\\u0000b\": a NUL character, which PostgreSQL cannot hold"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(Message(each.json), std::string("invalid spec ") + each.message) << each.json;
}

TEST(SpecParse, Contradictions) {
    EXPECT_EQ(Message(R"({"commit_rows": 5})"),
              "invalid spec at \"/commit_rows\": \"commit_rows\" needs \"transaction\": \"batch\"");
    EXPECT_EQ(Message(R"({"tables": {"a": {"existing": "skip", "upsert": {}}}})"),
              "invalid spec at \"/tables/a/upsert\": \"upsert\" contradicts \"existing\": \"skip\"");
    EXPECT_EQ(
        Message(R"({"columns": {"a.b": {"default": 1, "default_sql": "2"}}})"),
        "invalid spec at \"/columns/a.b/default_sql\": \"default\" and \"default_sql\" exclude each other");
    EXPECT_EQ(Message(R"({"columns": {"a.b": {"skip": true, "convert": "b"}}})"),
              "invalid spec at \"/columns/a.b/skip\": \"skip\" and \"convert\" exclude each other");
    (void)Spec::Parse(R"({"columns": {"a.b": {"skip": false, "convert": "b"}, "a.*": {"skip": true}}})");
    EXPECT_EQ(Message(R"({"columns": {"a.b*": {"target": "c"}}})"),
              "invalid spec at \"/columns/a.b*/target\": one name for all columns that match \"a.b*\"");
    EXPECT_EQ(Message(R"({"tables": {"a": {"rules": {"r": {"condition": "x", "columns": ["y"]}}}}})"),
              "invalid spec at \"/tables/a/rules/r/columns\": \"columns\" needs \"on_fail\": \"null\"");
    (void)Spec::Parse(R"({"columns": {"*.b": {"target": "c"}}, "tables": {"log_*": {"target": "log"}}})");
}

TEST(SpecParse, PatternShapes) {
    EXPECT_EQ(Message(R"({"columns": {"email": {}}})"),
              "invalid spec at \"/columns/email\": \"email\" is no table.column or server.table.column");
    EXPECT_EQ(Refusal(R"({"columns": {"email": {}}})").hint(),
              "For a column of any table write \"*.column\".");
    EXPECT_EQ(Message(R"({"servers": {"a.b": {}}})"),
              "invalid spec at \"/servers/a.b\": \"a.b\" is no server");
    EXPECT_EQ(Message(R"({"servers": {"a": {"tables": {"b.c": {}}}}})"),
              "invalid spec at \"/servers/a/tables/b.c\": \"b.c\" is no table");
    EXPECT_EQ(Message(R"({"tables": {"a": {"columns": {"b.c": {}}}}})"),
              "invalid spec at \"/tables/a/columns/b.c\": \"b.c\" is no column");
    EXPECT_EQ(Message(R"({"tables": {"": {}}})"), "invalid spec at \"/tables/\": an empty name");
    EXPECT_EQ(Message(R"({"tables": {"a..b": {}}})"),
              "invalid spec at \"/tables/a..b\": a name with an empty part");
    EXPECT_EQ(Message(R"({"tables": {"\"a": {}}})"),
              "invalid spec at \"/tables/\"a\": a double quote that is not closed");
}

TEST(SpecParse, Encodings) {
    (void)Spec::Parse(R"({"columns": {"a.a": {"type": "timestamptz", "encoding": "iso,unix_ms"},
        "a.b": {"encoding": "unix"}, "a.c": {"encoding": "DD/MM/YYYY"}, "a.d": {"encoding": "guid_le"},
        "a.e": {"type": "text[]", "encoding": " and "}, "a.f": {"encoding": ";"}, "a.g": {"encoding": "json"},
        "a.h": {"encoding": "utf8"}, "a.i": {"encoding": "HH12:MI AM"}, "a.j": {"type": "my_type", "encoding": "utf8"},
        "a.k": {"encoding": "grouped"}, "a.l": {"encoding": "decimal_comma"}, "a.m": {"encoding": "dotnet_timespan"},
        "a.n": {"encoding": "gpkg"}, "a.o": {"encoding": "integer"}}})");
    EXPECT_EQ(Message(R"({"columns": {"a.b": {"type": "timestamptz", "encoding": "unixms"}}})"),
              "invalid spec at \"/columns/a.b/encoding\": invalid encoding \"unixms\"");
    EXPECT_TRUE(Refusal(R"({"columns": {"a.b": {"encoding": "unixms"}}})")
                    .hint()
                    .starts_with("Perhaps you meant \"unix_ms\"."));
    EXPECT_EQ(Message(R"({"columns": {"a.b": {"type": "uuid", "encoding": "unix"}}})"),
              "invalid spec at \"/columns/a.b/encoding\": encoding \"unix\" cannot be used for type uuid");
}

TEST(SpecParse, IncludeAndExclude) {
    const Spec spec = Spec::Parse(R"({"include": ["shop.*", "user"], "exclude": ["tmp_*", "*.OLD?"]})");
    EXPECT_TRUE(spec.Included("shop", "customer"));
    EXPECT_TRUE(spec.Included("crm", "User"));
    EXPECT_FALSE(spec.Included("crm", "customer"));
    EXPECT_FALSE(spec.Included("shop", "TMP_1"));
    EXPECT_FALSE(spec.Included("shop", "old1"));
    EXPECT_TRUE(spec.Included("shop", "old12"));
    EXPECT_FALSE(spec.Included("Shop", "customer"));  // servers as written
}

}  // namespace
}  // namespace pgsqlite::spec
