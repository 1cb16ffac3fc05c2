// The statements of load tasks as texts; that they run and what they move is tested on a server.
#include "core/job/load_task.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.hpp"
#include "core/plan/comments.hpp"
#include "core/plan/data_statements.hpp"
#include "core/plan/design.hpp"

namespace pgsqlite::plan {
namespace {

LoadTask Customers() {
    LoadTask task;
    task.server = "shop";
    task.table = "Customer";
    task.target = "public.customer";
    task.columns = {"id", "Name", "since"};
    task.expressions = {"id", "upper(name)", "'2024-01-01'"};
    task.types = {"", "varchar", "date"};
    task.source = "pg_temp.shop_customer";
    task.rowid_column = "id";
    return task;
}

TEST(LoadTask, PlainStatement) {
    LoadTask task = Customers();
    EXPECT_EQ(PlainInsert(task),
              "INSERT INTO public.customer (id, \"Name\", since)\n"
              "SELECT id, upper(name), '2024-01-01'\n"
              "FROM pg_temp.shop_customer");
    task.where = "id > 1 OR id < 0";
    task.overriding = true;
    task.conflict = "ON CONFLICT DO NOTHING";
    EXPECT_EQ(PlainInsert(task),
              "INSERT INTO public.customer (id, \"Name\", since) OVERRIDING SYSTEM VALUE\n"
              "SELECT id, upper(name), '2024-01-01'\n"
              "FROM pg_temp.shop_customer\n"
              "WHERE (id > 1 OR id < 0)\n"
              "ON CONFLICT DO NOTHING");
}

TEST(LoadTask, Ranges) {
    LoadTask task = Customers();
    const std::string all = PlainInsert(task);
    RowidRange range;
    EXPECT_EQ(DirectInsert(task, nullptr), all);
    EXPECT_EQ(DirectInsert(task, &range), all);
    range.first = 1;
    range.last = 10;
    EXPECT_EQ(DirectInsert(task, &range), all + "\nWHERE id >= 1\nAND id <= 10");
    task.where = "a OR b";
    range = {-5, INT64_MAX};
    EXPECT_EQ(DirectInsert(task, &range), all + "\nWHERE (a OR b)\nAND id >= '-5'::bigint");
    range = {INT64_MIN, INT64_MIN};
    EXPECT_EQ(DirectInsert(task, &range), all + "\nWHERE (a OR b)\nAND id <= '-9223372036854775808'::bigint");
}

TEST(LoadTask, Rules) {
    LoadTask task = Customers();
    task.where = "id > 0";
    task.rules.push_back({"warned", "id < 9", spec::OnFail::kWarn, {}});
    EXPECT_EQ(PlainInsert(task).find("AS customer"), std::string::npos);  // a warning leaves nothing out
    task.rules.push_back({"named", "\"Name\" <> ''", spec::OnFail::kReject, {"Name"}});
    EXPECT_EQ(PlainInsert(task),
              "INSERT INTO public.customer (id, \"Name\", since)\n"
              "SELECT id, \"Name\", since\n"
              "FROM (SELECT id, CAST(upper(name) AS varchar) AS \"Name\", CAST('2024-01-01' AS date) AS "
              "since\n"
              "    FROM pg_temp.shop_customer\n"
              "    WHERE (id > 0)) AS customer\n"
              "WHERE (\"Name\" <> '') IS NOT FALSE");
    task.rules.push_back({"dated", "since > '2000-01-01'", spec::OnFail::kNull, {"since"}});
    task.rules.push_back({"dated2", "since < '2100-01-01'", spec::OnFail::kNull, {"since", "Name"}});
    const std::string cleared = PlainInsert(task);
    EXPECT_NE(cleared.find("CASE WHEN (since > '2000-01-01') IS FALSE OR (since < '2100-01-01') IS FALSE "
                           "THEN NULL ELSE since END AS since"),
              std::string::npos)
        << cleared;
    EXPECT_NE(cleared.find("CASE WHEN (since < '2100-01-01') IS FALSE THEN NULL ELSE \"Name\" END AS "
                           "\"Name\""),
              std::string::npos)
        << cleared;
}

TEST(LoadTask, Batches) {
    LoadTask task = Customers();
    const RowidRange range{1, 10};
    EXPECT_EQ(BatchSource(task, &range),
              "SELECT id AS rowid, id, CAST(upper(name) AS varchar) AS \"Name\", CAST('2024-01-01' AS "
              "date) AS since\n"
              "    FROM pg_temp.shop_customer\n"
              "    WHERE id >= 1\n"
              "    AND id <= 10");
    task.rowid_column.clear();
    task.rules.push_back({"warned", "id < 9", spec::OnFail::kWarn, {}});
    EXPECT_EQ(BatchSource(task, nullptr),
              "SELECT id, \"Name\", since, (id < 9) IS FALSE AS broken_1\n"
              "FROM (SELECT id, CAST(upper(name) AS varchar) AS \"Name\", CAST('2024-01-01' AS date) AS "
              "since\n"
              "    FROM pg_temp.shop_customer) AS customer");
    task.rules.insert(task.rules.begin(), {"dated", "since > 'x'", spec::OnFail::kNull, {"since"}});
    EXPECT_EQ(
        BatchSource(task, nullptr),
        "SELECT id, \"Name\", since, broken_1, (id < 9) IS FALSE AS broken_2\n"
        "FROM (SELECT id, \"Name\", CASE WHEN (since > 'x') IS FALSE THEN NULL ELSE since END AS since, "
        "(since > 'x') IS FALSE AS broken_1\n"
        "FROM (SELECT id, CAST(upper(name) AS varchar) AS \"Name\", CAST('2024-01-01' AS date) AS "
        "since\n"
        "    FROM pg_temp.shop_customer) AS customer) AS customer");
    task.conflict = "ON CONFLICT DO NOTHING";
    EXPECT_EQ(
        BatchInsert(task, "batch"),
        "INSERT INTO public.customer (id, \"Name\", since)\nSELECT * FROM batch\nON CONFLICT DO NOTHING");
}

TEST(LoadTask, RowidsAndValues) {
    LoadTask task;
    task.columns = {"rowid", "Name"};
    task.expressions = {"id", "name"};
    task.source = "s";
    task.target = "p.t";
    task.rowid_column = "id";
    EXPECT_EQ(RowidsAndValues(task, {"bigint", "varchar(3)"}),
              "SELECT rowid_1, CAST(rowid AS bigint), CAST(\"Name\" AS varchar(3))\n"
              "FROM (SELECT id AS rowid_1, id AS rowid, name AS \"Name\"\n    FROM s) AS stored");
}

TEST(LoadTask, NamesBesideColumns) {
    LoadTask task;
    task.target = "\"odd.schema\".\"Odd \"\".name\"";
    task.columns = {"rowid", "broken_1"};
    task.expressions = {"rowid", "b"};
    task.source = "s";
    task.rowid_column = "rowid_1";
    task.rules.push_back({"r", "true", spec::OnFail::kReject, {}});
    EXPECT_EQ(BatchSource(task, nullptr),
              "SELECT rowid_1, rowid, broken_1, (true) IS FALSE AS broken_1_1\n"
              "FROM (SELECT rowid_1, rowid, b AS broken_1\n"
              "    FROM s) AS \"Odd \"\".name\"");
}

TEST(LoadTask, JsonAndBack) {
    LoadTask task = Customers();
    task.create_source = "CREATE FOREIGN TABLE …";
    task.drop_source = "DROP FOREIGN TABLE x";
    task.where = "a = '\"\\'";
    task.conflict = "ON CONFLICT DO NOTHING";
    task.overriding = true;
    task.must_be_empty = true;
    task.rules.push_back({"r", "id > 0", spec::OnFail::kReject, {}});
    task.rules.push_back({"n", "since > 'x'", spec::OnFail::kNull, {"since"}});
    const LoadTask back = LoadTaskFromJson(ToJson(task));
    EXPECT_EQ(ToJson(back), ToJson(task));
    EXPECT_EQ(PlainInsert(back), PlainInsert(task));
    EXPECT_EQ(BatchSource(back, nullptr), BatchSource(task, nullptr));
    EXPECT_EQ(back.server, "shop");
    EXPECT_EQ(back.create_source, task.create_source);
    EXPECT_TRUE(back.must_be_empty);
    ASSERT_EQ(back.rules.size(), 2u);
    EXPECT_EQ(back.rules[1].on_fail, spec::OnFail::kNull);
}

TEST(LoadTask, JsonOfKeysThatRejectAndComputedColumns) {
    LoadTask task = Customers();
    EXPECT_EQ(ToJson(task).find("rejecting_keys"), std::string::npos);
    task.rejecting_keys = {"order_customer_fkey"};
    task.computed_columns = {"full_name"};
    task.computed_expressions = {"full_name"};
    task.computed_sources = {"full_name"};
    task.computed_types = {""};
    const LoadTask back = LoadTaskFromJson(ToJson(task));
    EXPECT_EQ(back.rejecting_keys, task.rejecting_keys);
    EXPECT_EQ(back.computed_columns, task.computed_columns);
    EXPECT_EQ(back.computed_expressions, task.computed_expressions);
    EXPECT_EQ(back.computed_sources, task.computed_sources);
    EXPECT_EQ(back.computed_types, task.computed_types);
}

TEST(LoadTask, DamagedJson) {
    for (const char* json : {"", "{", "[]", "{}", "{\"server\": 1}"})
        EXPECT_THROW(LoadTaskFromJson(json), Error) << json;
    LoadTask task = Customers();
    task.expressions.pop_back();
    EXPECT_THROW(LoadTaskFromJson(ToJson(task)), Error);
    std::string json = ToJson(Customers());
    json.insert(json.size() - 2, R"({"name": "r", "condition": "c", "on_fail": "maybe", "columns": []})");
    try {
        LoadTaskFromJson(json);
        FAIL();
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), "XX000");
    }
}

/// A source table as MakeDesign sees it, and the task that comes out.
class Planned : public testing::Test {
  protected:
    void Add(const std::string& name, const std::string& type, int key = 0) {
        sqlite::Column column;
        column.name = name;
        column.declared_type = type;
        column.primary_key_position = key;
        table_.columns.push_back(column);
    }
    LoadTask Make(const std::string& spec = "{}") {
        table_.name = "T";
        sources_.resize(1);
        sources_[0].server = "s";
        sources_[0].tables.resize(1);
        sources_[0].tables[0].table = table_;
        spec_ = spec::Spec::Parse(spec);
        existing_.target_schema = "p";
        design_ = MakeDesign(sources_, spec_, existing_);
        return MakeLoadTask(design_, design_.tables.at(0));
    }

    sqlite::Table table_;
    std::vector<Source> sources_;
    spec::Spec spec_ = spec::Spec::Parse("{}");
    Existing existing_;
    Design design_;
};

TEST_F(Planned, NamesInSource) {
    Add("Key", "INTEGER", 1);
    Add("OccurredOn", "DATE");
    LoadTask task =
        Make(R"({"columns": {"T.OccurredOn": {"target": "occurred_on"}, "T.more": {"default": "x"}}})");
    EXPECT_EQ(NameInSource(task, "occurred_on"), "OccurredOn");
    EXPECT_EQ(NameInSource(task, "key"), "Key");
    EXPECT_EQ(NameInSource(task, "more"), "more");
    EXPECT_EQ(NameInSource(LoadTaskFromJson(ToJson(task)), "occurred_on"), "OccurredOn");
    task.source_columns.clear();
    EXPECT_EQ(NameInSource(task, "occurred_on"), "occurred_on");
}

TEST_F(Planned, KeyOfRowsWithoutRowid) {
    Add("Code", "TEXT", 2);
    Add("Part", "INTEGER", 1);
    EXPECT_TRUE(Make().key.empty());
    table_.without_rowid = true;
    EXPECT_EQ(Make().key, (std::vector<std::string>{"Part", "Code"}));
    EXPECT_EQ(LoadTaskFromJson(ToJson(Make())).key, Make().key);
}

TEST_F(Planned, RowidByItsAlias) {
    Add("Key", "INTEGER", 1);
    Add("v", "TEXT");
    const LoadTask task = Make();
    EXPECT_EQ(task.rowid_column, "key");
    EXPECT_EQ(task.create_source.find("'rowid'"), std::string::npos);
    EXPECT_EQ(task.target, "p.t");
    EXPECT_EQ(task.drop_source, "DROP FOREIGN TABLE pg_temp.\"s_T\"");
    EXPECT_FALSE(task.must_be_empty);
}

TEST_F(Planned, RowidOfItsOwn) {
    Add("v", "TEXT");
    EXPECT_EQ(Make().rowid_column, "rowid");
    EXPECT_NE(Make().create_source.find("rowid bigint OPTIONS (column_name 'rowid')\n"), std::string::npos);
    Add("RowId", "TEXT");
    EXPECT_EQ(Make().rowid_column, "rowid_1");
    EXPECT_NE(Make().create_source.find("rowid_1 bigint OPTIONS (column_name '_rowid_')"), std::string::npos);
    Add("_rowid_", "TEXT");
    Add("OID", "TEXT");
    EXPECT_EQ(Make().rowid_column, "");
}

TEST_F(Planned, RowidUnderAPolicy) {
    Add("id", "INTEGER", 1);
    Add("v", "TEXT");
    const LoadTask task = Make(R"({"on_error": "null", "nul_bytes": "strip"})");
    EXPECT_EQ(task.rowid_column, "rowid");
    EXPECT_NE(
        task.create_source.find("rowid bigint OPTIONS (column_name 'rowid', on_error 'error', nul_bytes "
                                "'error')"),
        std::string::npos)
        << task.create_source;
    EXPECT_EQ(Make(R"({"columns": {"T.id": {"type": "text"}}})").rowid_column, "id");  // an unknown type
}

TEST_F(Planned, RowidOfAnotherType) {
    Add("id", "INTEGER", 1);
    existing_.types["smallint"] = schema::PlainType(value::Kind::kInt2);
    EXPECT_EQ(Make(R"({"columns": {"T.id": {"type": "smallint"}}})").rowid_column, "rowid");
}

TEST_F(Planned, NoRowid) {
    Add("id", "INTEGER", 1);
    Add("v", "TEXT");
    table_.without_rowid = table_.primary_key_index = true;
    EXPECT_EQ(Make().rowid_column, "");
    table_.without_rowid = table_.primary_key_index = false;
    table_.kind = sqlite::TableKind::kVirtual;
    table_.columns[0].primary_key_position = 0;
    EXPECT_EQ(Make().rowid_column, "");
}

TEST_F(Planned, TypesOfExpressions) {
    Add("a", "VARCHAR(3)");
    Add("b", "DECIMAL(10,2)");
    existing_.types["bpchar(3)"] = schema::MapDeclaredType("CHAR(3)");
    existing_.types["bpchar(3)"].sql = "character(3)";
    existing_.bare_types["character(3)"] = "bpchar";
    const LoadTask task = Make(
        R"json({"columns": {"T.a": {"convert": "a || ''"}, "T.c": {"type": "bpchar(3)", "default_sql": "'x'"}}})json");
    EXPECT_EQ(task.types, (std::vector<std::string>{"varchar", "", "bpchar"}));
}

TEST_F(Planned, RequiredAndRules) {
    Add("a", "TEXT");
    Add("B", "INTEGER");
    Add("c", "INET");
    const LoadTask task = Make(
        R"({"fold_case": "preserve", "tables": {"T": {"required": ["a", "B", "c", "d"], "rules": {
            "r": "a > 'x'", "n": {"condition": "a > 'y'", "on_fail": "null", "columns": ["B"]},
            "m": {"condition": "a > 'y'", "on_fail": "null", "columns": ["BB"]}}}}})");
    ASSERT_EQ(task.rules.size(), 7u);
    EXPECT_EQ(task.rules[0].name, "required: a");
    EXPECT_EQ(task.rules[0].condition, "a IS NOT NULL AND a <> ''");
    EXPECT_EQ(task.rules[0].columns, std::vector<std::string>{"a"});
    EXPECT_EQ(task.rules[1].condition, "\"B\" IS NOT NULL");
    EXPECT_EQ(task.rules[2].condition, "c IS NOT NULL AND c::text <> ''");
    EXPECT_EQ(task.rules[4].on_fail, spec::OnFail::kReject);
    EXPECT_EQ(task.rules[5].on_fail, spec::OnFail::kNull);
    EXPECT_EQ(task.rules[5].columns, std::vector<std::string>{"B"});
    EXPECT_EQ(task.rules[6].on_fail, spec::OnFail::kReject);  // it names a column that is not there
    const std::vector<PlannedRule>& rules = design_.tables[0].rules;
    EXPECT_EQ(rules[3].condition.reason.substr(0, 13), "no column \"d\"");
    EXPECT_EQ(rules[6].condition.reason, "no column \"BB\" of p.\"T\" is written (did you mean \"B\"?)");
    EXPECT_EQ(rules[4].condition.probe,
              "SELECT 1 FROM (SELECT NULL::text AS a, NULL::bigint AS \"B\", NULL::inet AS c) AS \"T\" WHERE "
              "(a > 'x')");
}

// Only texts of the spec and types of other schemas need the search_path.
TEST_F(Planned, WhoseNames) {
    Add("a", "TEXT");
    EXPECT_FALSE(Make().by_path);
    EXPECT_FALSE(LoadTaskFromJson(ToJson(Make())).by_path);
    EXPECT_FALSE(Make(R"json({"tables": {"T": {"required": ["a"], "on_error": "reject"}}})json").by_path);
    EXPECT_TRUE(Make(R"json({"columns": {"T.a": {"convert": "f(a)"}}})json").by_path);
    EXPECT_TRUE(LoadTaskFromJson(ToJson(Make(R"json({"tables": {"T": {"where": "f(a)"}}})json"))).by_path);
    EXPECT_TRUE(Make(R"json({"tables": {"T": {"rules": {"r": "f(a)"}}}})json").by_path);
    EXPECT_TRUE(Make(R"json({"tables": {"T": {"indexes": ["(f(a))"]}}})json").by_path);
    EXPECT_TRUE(Make(R"json({"columns": {"T.b": {"default_sql": "f()"}}})json").by_path);
    existing_.types["mood"] = schema::PlainType(value::Kind::kText);
    existing_.types["mood"].sql = "feelings.mood";
    EXPECT_TRUE(Make(R"json({"columns": {"T.a": {"type": "mood"}}})json").by_path);
}

// A table has a thousand columns, and as many CHECKs.
TEST_F(Planned, ProbesNameWhatTheyNeed) {
    Add("a", "TEXT");
    Add("b c", "INT UNSIGNED");
    Make();
    ASSERT_EQ(design_.tables[0].checks.size(), 1u);
    EXPECT_EQ(design_.tables[0].checks[0].condition.probe,
              "SELECT 1 FROM (SELECT NULL::bigint AS \"b c\") AS t WHERE (\"b c\" >= 0)");
}

TEST_F(Planned, ExistingTargetMustBeEmpty) {
    Add("a", "TEXT");
    ExistingRelation relation;
    relation.schema = "p";
    relation.name = "t";
    relation.takes_rows = true;
    relation.columns.resize(1);
    relation.columns[0].name = "a";
    relation.columns[0].type = schema::PlainType(value::Kind::kText);
    relation.columns[0].identity_always = true;
    existing_.relations.push_back(relation);
    EXPECT_TRUE(Make().must_be_empty);
    EXPECT_TRUE(Make().overriding);
    EXPECT_FALSE(Make(R"({"existing": "append"})").must_be_empty);
    EXPECT_EQ(Make(R"({"existing": "skip"})").conflict, "ON CONFLICT DO NOTHING");
}

TEST_F(Planned, PlaceForTheRowid) {
    for (int i = 0; i < 1599; ++i)
        Add("c" + std::to_string(i), "INTEGER");
    Make();
    EXPECT_EQ(design_.tables[0].not_migrated, "");
    Add("last", "INTEGER");
    Make();
    EXPECT_EQ(design_.tables[0].not_migrated,
              "it has 1600 columns and a rowid, and PostgreSQL takes at most 1600 columns");
    EXPECT_EQ(design_.findings.at(0).severity, Severity::kBlocker);
    table_.columns.back().primary_key_position = 1;  // it is the rowid
    Make();
    EXPECT_EQ(design_.tables[0].not_migrated, "");
    table_.without_rowid = true;
    Make();
    EXPECT_EQ(design_.tables[0].not_migrated, "");
}

TEST(Comments, LinesAndEnds) {
    using namespace std::string_view_literals;
    EXPECT_EQ(Comment("a\nb\r\nc\rd"), "-- a\n-- b\n-- c\n-- d");
    // What stands behind the comment must be there for PostgreSQL, to which NUL is the end.
    EXPECT_EQ(Comment("SELECT i\0 AS v"sv), "-- SELECT i AS v");
}

}  // namespace
}  // namespace pgsqlite::plan
