// Declared types: affinity is checked against SQLite itself, the mapping against the table of
// reference/types.
#include "core/schema/declared_type.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>
#include <string>

#include "core/schema/spelled_type.hpp"

namespace pgsqlite::schema {
namespace {

using value::Kind;

/// What SQLite does to values stored in a column of this type tells its affinity.
class AffinityOracle {
  public:
    AffinityOracle() { EXPECT_EQ(sqlite3_open(":memory:", &db_), SQLITE_OK); }
    ~AffinityOracle() { sqlite3_close(db_); }

    /// "" when SQLite does not take the type at all.
    std::string Ask(const std::string& type) {
        if (!Run("CREATE TABLE t(x " + type + ")")) return "";
        Run("INSERT INTO t VALUES ('1'), (1.0), (1), (x'31')");
        const std::string classes = Text("SELECT group_concat(typeof(x)) FROM t");
        declared_ = Text("SELECT type FROM pragma_table_xinfo('t')");
        Run("DROP TABLE t");
        if (classes == "text,text,text,blob") return "TEXT";
        if (classes == "text,real,integer,blob") return "BLOB";
        if (classes == "real,real,real,blob") return "REAL";
        // INTEGER and NUMERIC store alike; a CAST tells them apart.
        if (classes == "integer,integer,integer,blob")
            return Text("SELECT typeof(CAST('1.5' AS " + type + "))") == "integer" ? "INTEGER" : "NUMERIC";
        return "? " + classes;
    }
    /// The declared type as SQLite kept it in the last Ask.
    const std::string& declared() const { return declared_; }

  private:
    bool Run(const std::string& sql) {
        return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    std::string Text(const std::string& sql) {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
        std::string text;
        if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != nullptr)
            text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        sqlite3_finalize(statement);
        return text;
    }

    sqlite3* db_ = nullptr;
    std::string declared_;
};

TEST(Affinity, AgreesWithSqliteOnKnownTypes) {
    AffinityOracle oracle;
    for (const char* type : {"INT",
                             "INTEGER",
                             "TINYINT",
                             "SMALLINT",
                             "MEDIUMINT",
                             "BIGINT",
                             "UNSIGNED BIG INT",
                             "INT2",
                             "INT8",
                             "CHARACTER(20)",
                             "VARCHAR(255)",
                             "VARYING CHARACTER(255)",
                             "NCHAR(55)",
                             "NATIVE CHARACTER(70)",
                             "NVARCHAR(100)",
                             "TEXT",
                             "CLOB",
                             "BLOB",
                             "",
                             "REAL",
                             "DOUBLE",
                             "DOUBLE PRECISION",
                             "FLOAT",
                             "NUMERIC",
                             "DECIMAL(10,5)",
                             "BOOLEAN",
                             "DATE",
                             "DATETIME",
                             "TIMESTAMP",
                             "FLOATING POINT",
                             "STRING",
                             "CHARINT",
                             "xBLOBx",
                             "blobtext",
                             "REALBLOB",
                             "POINT",
                             "INTERVAL",
                             "UUID",
                             "JSON",
                             "ANY",
                             "MONEY",
                             "YEAR",
                             "TINYBLOB",
                             "doubLE",
                             "FLOa",
                             "reaL",
                             "MULTIPOINT",
                             "DATE INT"})
        EXPECT_EQ(AffinityName(AffinityOf(type)), oracle.Ask(type)) << type;
}

TEST(Affinity, AgreesWithSqliteOnRandomTypes) {
    const char* const pieces[] = {"in",  "t",   "i",    "n",    "char", "cha",  "r",    "clob", "te",   "xt",
                                  "blo", "b",   "real", "re",   "al",   "floa", "flo",  "a",    "doub", "do",
                                  "ub",  "INT", "CLOB", "BLOB", "REAL", "FLO",  "DOUB", "x",    "_",    "9"};
    std::mt19937 random(20240229);
    AffinityOracle oracle;
    int asked = 0;
    for (int i = 0; i < 4000; ++i) {
        std::string type = "z";  // so that no keyword and no digit begins it
        for (unsigned n = random() % 4 + 1; n > 0; --n) {
            type += pieces[random() % std::size(pieces)];
            if (random() % 5 == 0) type += " z";
        }
        const std::string answer = oracle.Ask(type);
        if (answer.empty()) continue;
        ++asked;
        ASSERT_EQ(AffinityName(AffinityOf(type)), answer) << type;
    }
    EXPECT_GT(asked, 3000);
}

struct Expected {
    const char* declared;
    const char* sql;
    Kind kind;
};

TEST(MapDeclaredType, TableOfTypes) {
    const Expected table[] = {
        {"INTEGER", "bigint", Kind::kInt8},
        {"int", "bigint", Kind::kInt8},
        {"INT(11)", "bigint", Kind::kInt8},
        {"BigInt", "bigint", Kind::kInt8},
        {"INT4", "bigint", Kind::kInt8},
        {"INT8", "bigint", Kind::kInt8},
        {"MEDIUMINT", "bigint", Kind::kInt8},
        {"SERIAL", "bigint", Kind::kInt8},
        {"BIGSERIAL", "bigint", Kind::kInt8},
        {"SMALLSERIAL", "smallint", Kind::kInt2},
        {"TINYINT", "smallint", Kind::kInt2},
        {"TINYINT(4)", "smallint", Kind::kInt2},
        {"TINYINT(1)", "boolean", Kind::kBoolean},
        {"tinyint( 1 )", "boolean", Kind::kBoolean},
        {"SMALLINT(5)", "smallint", Kind::kInt2},
        {"INT2", "smallint", Kind::kInt2},
        {"BOOL", "boolean", Kind::kBoolean},
        {"BOOLEAN", "boolean", Kind::kBoolean},
        {"REAL", "double precision", Kind::kFloat8},
        {"DOUBLE", "double precision", Kind::kFloat8},
        {"DOUBLE\n\t PRECISION", "double precision", Kind::kFloat8},
        {"FLOAT(24)", "double precision", Kind::kFloat8},
        {"FLOAT4", "double precision", Kind::kFloat8},
        {"NUMERIC", "numeric", Kind::kNumeric},
        {"NUM", "numeric", Kind::kNumeric},
        {"DECIMAL(10,2)", "numeric(10,2)", Kind::kNumeric},
        {"DECIMAL( 10 , 2 )", "numeric(10,2)", Kind::kNumeric},
        {"decimal(+10,+2)", "numeric(10,2)", Kind::kNumeric},
        {"DEC(10)", "numeric(10,0)", Kind::kNumeric},
        {"NUMBER(5,5)", "numeric(5,5)", Kind::kNumeric},
        {"NUMERIC(1000,1000)", "numeric(1000,1000)", Kind::kNumeric},
        {"NUMERIC(1001,2)", "numeric", Kind::kNumeric},
        {"NUMERIC(0,0)", "numeric", Kind::kNumeric},
        {"NUMERIC(5,6)", "numeric", Kind::kNumeric},
        {"NUMERIC(5,-2)", "numeric", Kind::kNumeric},
        {"NUMERIC(5.5)", "numeric", Kind::kNumeric},
        {"NUMERIC(99999999999999999999)", "numeric", Kind::kNumeric},
        {"MONEY", "numeric(19,4)", Kind::kNumeric},
        {"SMALLMONEY", "numeric(19,4)", Kind::kNumeric},
        {"CURRENCY", "numeric", Kind::kNumeric},
        {"CHAR(3)", "varchar(3)", Kind::kText},
        {"CHARACTER(20)", "varchar(20)", Kind::kText},
        {"VARCHAR(255)", "varchar(255)", Kind::kText},
        {"VARCHAR", "text", Kind::kText},
        {"VARCHAR(0)", "text", Kind::kText},
        {"VARCHAR(-1)", "text", Kind::kText},
        {"VARCHAR(10485760)", "varchar(10485760)", Kind::kText},
        {"VARCHAR(10485761)", "text", Kind::kText},
        {"VARCHAR(10,2)", "text", Kind::kText},
        {"VARYING CHARACTER(7)", "varchar(7)", Kind::kText},
        {"CHARACTER VARYING(7)", "varchar(7)", Kind::kText},
        {"NATIVE CHARACTER(70)", "varchar(70)", Kind::kText},
        {"NCHAR(55)", "varchar(55)", Kind::kText},
        {"NVARCHAR(100)", "varchar(100)", Kind::kText},
        {"VARCHAR2(9)", "varchar(9)", Kind::kText},
        {"TEXT", "text", Kind::kText},
        {"TEXT(20)", "text", Kind::kText},
        {"CLOB", "text", Kind::kText},
        {"STRING", "text", Kind::kText},
        {"LONGTEXT", "text", Kind::kText},
        {"CITEXT", "text", Kind::kText},
        {"", "text", Kind::kText},
        {"  ", "text", Kind::kText},
        {"BLOB", "bytea", Kind::kBytea},
        {"LONGBLOB", "bytea", Kind::kBytea},
        {"BINARY(16)", "bytea", Kind::kBytea},
        {"VARBINARY(16)", "bytea", Kind::kBytea},
        {"BYTEA", "bytea", Kind::kBytea},
        {"DATE", "date", Kind::kDate},
        {"TIME", "time without time zone", Kind::kTime},
        {"TIME(3)", "time(3) without time zone", Kind::kTime},
        {"TIMETZ", "time with time zone", Kind::kTimetz},
        {"TIME WITH TIME ZONE", "time with time zone", Kind::kTimetz},
        {"DATETIME", "timestamp without time zone", Kind::kTimestamp},
        {"DATETIME2(7)", "timestamp without time zone", Kind::kTimestamp},
        {"TIMESTAMP(3)", "timestamp(3) without time zone", Kind::kTimestamp},
        {"TIMESTAMP(0)", "timestamp(0) without time zone", Kind::kTimestamp},
        {"TIMESTAMP WITHOUT TIME ZONE", "timestamp without time zone", Kind::kTimestamp},
        {"TIMESTAMP(3) WITH TIME ZONE", "timestamp(3) with time zone", Kind::kTimestamptz},
        {"TIMESTAMPTZ", "timestamp with time zone", Kind::kTimestamptz},
        {"DATETIMEOFFSET", "timestamp with time zone", Kind::kTimestamptz},
        {"UUID", "uuid", Kind::kUuid},
        {"Guid", "uuid", Kind::kUuid},
        {"UNIQUEIDENTIFIER", "uuid", Kind::kUuid},
        {"JSON", "jsonb", Kind::kJsonb},
        {"JSONB", "jsonb", Kind::kJsonb},
        {"INET", "inet", Kind::kInput},
        {"CIDR", "cidr", Kind::kInput},
        {"MacAddr8", "macaddr8", Kind::kInput},
        {"INTERVAL", "interval", Kind::kInput},
        {"XML", "xml", Kind::kInput},
        {"\"timestamp\"", "timestamp without time zone", Kind::kTimestamp},
        {"[varchar](50)", "varchar(50)", Kind::kText},
        {"varchar](50", "varchar(50)", Kind::kText},
        {"`int`", "bigint", Kind::kInt8},
        {"\"double\" \"precision\"", "double precision", Kind::kFloat8},
        {"\"DECIMAL(10,2)\"", "numeric(10,2)", Kind::kNumeric},
        {"VARCHAR /* c(9) */ (20)", "varchar(20)", Kind::kText},
        {"VARCHAR -- c\n (20 /* d */)", "varchar(20)", Kind::kText},
        {"INT GENERATED ALWAYS", "bigint", Kind::kInt8},
        {"DECIMAL(8,2) generated always", "numeric(8,2)", Kind::kNumeric},
        {"GENERATED ALWAYS", "text", Kind::kText},
    };
    for (const Expected& row : table) {
        const MappedType type = MapDeclaredType(row.declared);
        EXPECT_EQ(type.sql, row.sql) << row.declared;
        EXPECT_EQ(type.kind, row.kind) << row.declared;
        EXPECT_TRUE(type.known) << row.declared;
        EXPECT_FALSE(type.is_unsigned) << row.declared;
    }
}

TEST(MapDeclaredType, UnknownNamesGoByAffinity) {
    const Expected table[] = {
        {"HUGEINT", "bigint", Kind::kInt8},
        {"WAYPOINT", "bigint", Kind::kInt8},
        {"MYCHAR(20)", "text", Kind::kText},
        {"GEOBLOB", "bytea", Kind::kBytea},
        {"REALLY", "double precision", Kind::kFloat8},
        {"YEAR", "numeric", Kind::kNumeric},
        {"FOO(10,2)", "numeric", Kind::kNumeric},
        {"BIT", "numeric", Kind::kNumeric},
        {"\xff\xfe", "numeric", Kind::kNumeric},
    };
    for (const Expected& row : table) {
        const MappedType type = MapDeclaredType(row.declared);
        EXPECT_EQ(type.sql, row.sql) << row.declared;
        EXPECT_EQ(type.kind, row.kind) << row.declared;
        EXPECT_FALSE(type.known) << row.declared;
    }
}

TEST(MapDeclaredType, Unsigned) {
    for (const char* declared :
         {"INT UNSIGNED", "UNSIGNED BIG INT", "BIGINT UNSIGNED", "smallint unsigned", "TINYINT(1) UNSIGNED",
          "INT(10) UNSIGNED ZEROFILL", "UNSIGNED", "UNSIGNED INTEGER"}) {
        const MappedType type = MapDeclaredType(declared);
        EXPECT_EQ(type.sql, "bigint") << declared;
        EXPECT_TRUE(type.is_unsigned) << declared;
        EXPECT_TRUE(type.known) << declared;
    }
    EXPECT_EQ(MapDeclaredType("DECIMAL(10,2) UNSIGNED").sql, "numeric(10,2)");
    EXPECT_TRUE(MapDeclaredType("DECIMAL(10,2) UNSIGNED").is_unsigned);
    EXPECT_EQ(MapDeclaredType("DOUBLE UNSIGNED").sql, "double precision");
    EXPECT_FALSE(MapDeclaredType("TEXT UNSIGNED").is_unsigned);
    EXPECT_FALSE(MapDeclaredType("SIGNED INT").is_unsigned);
}

TEST(MapDeclaredType, EnumLabels) {
    const MappedType type = MapDeclaredType("ENUM('a', 'it''s', \"b,)\", '')");
    EXPECT_EQ(type.sql, "text");
    EXPECT_EQ(type.enum_labels, (std::vector<std::string>{"a", "it's", "b,)", ""}));
    EXPECT_TRUE(MapDeclaredType("ENUM").enum_labels.empty());
    EXPECT_TRUE(MapDeclaredType("ENUM(1,2)").enum_labels.empty());
}

TEST(MapDeclaredType, WhatSqliteMakesOfQuotedTypes) {
    AffinityOracle oracle;
    const std::pair<const char*, const char*> cases[] = {{"\"ENUM('a','b')\"", "text"},
                                                         {"[varchar](50)", "varchar(50)"},
                                                         {"'timestamp'(3)", "timestamp"},
                                                         {"\"DECIMAL(10,2)\"", "numeric(10,2)"},
                                                         {"`int`", "bigint"},
                                                         {"[INT UNSIGNED]", "bigint"}};
    for (const auto& [type, sql] : cases) {
        ASSERT_NE(oracle.Ask(type), "") << type;
        EXPECT_EQ(MapDeclaredType(oracle.declared()).sql.substr(0, std::string(sql).size()), sql)
            << type << " kept as " << oracle.declared();
    }
}

TEST(MapDeclaredType, NaiveAsTimestamptz) {
    EXPECT_EQ(MapDeclaredType("DATETIME", true).sql, "timestamp with time zone");
    EXPECT_EQ(MapDeclaredType("TIMESTAMP(3)", true).sql, "timestamp(3) with time zone");
    EXPECT_EQ(MapDeclaredType("DATE", true).sql, "date");
    EXPECT_EQ(MapDeclaredType("TIME", true).sql, "time without time zone");
}

TEST(MapDeclaredType, RuleCarriesTheModifiers) {
    value::Rule rule = MapDeclaredType("DECIMAL(10,2)").ToRule();
    EXPECT_EQ(rule.kind, Kind::kNumeric);
    EXPECT_TRUE(rule.constrained);
    EXPECT_EQ(rule.precision, 10);
    EXPECT_EQ(rule.scale, 2);
    EXPECT_EQ(MapDeclaredType("VARCHAR(9)").ToRule().max_chars, 9);
    EXPECT_EQ(MapDeclaredType("TIMESTAMP(3)").ToRule().fraction_digits, 3);
    EXPECT_EQ(MapDeclaredType("TIMESTAMP").ToRule().fraction_digits, 6);
    EXPECT_FALSE(MapDeclaredType("NUMERIC").ToRule().constrained);
}

TEST(SpellType, NeverStumbles) {
    for (const char* odd : {"(", ")", "((((", "a(b(c,d),e", "'", "\"", "[", "/*", "--", "a(,)", "a('",
                            "\"\"\"", "''''", "(((1)))", "a()()"})
        EXPECT_NO_THROW(MapDeclaredType(odd)) << odd;
    EXPECT_EQ(SpellType("a(,)").args.size(), 2U);
    EXPECT_EQ(SpellType("a()").args.size(), 0U);
    EXPECT_EQ(SpellType("a(1)b(2)").Number(0), 1);
    EXPECT_EQ(SpellType("a(+-1)").Number(0), std::nullopt);
}

}  // namespace
}  // namespace pgsqlite::schema
