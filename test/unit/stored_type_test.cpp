// Stored types: each rule by example, and at random the law itself: the chosen type takes every row, it does
// not depend on the order of the rows, and a mapping that fits is never left without being asked to.
#include "core/schema/stored_type.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>

#include "core/value/value.hpp"

namespace pgsqlite::schema {
namespace {

using value::Cell;
using value::Kind;

Cell I(std::int64_t v) {
    return Cell::Integer(v);
}
Cell R(double v) {
    return Cell::Real(v);
}
Cell T(std::string_view v) {
    return Cell::Text(v);
}
Cell B(std::string_view v) {
    return Cell::Blob(v);
}
Cell N() {
    return Cell::Null();
}

struct Given {
    Promotions promotions = {};
    value::Policies policies = {};
    bool primary_key = false;
    bool naive_as_timestamptz = false;
};

StoredColumn Find(const std::string& declared, const std::vector<Cell>& rows, const Given& given = {},
                  bool* second_pass = nullptr) {
    StoredTyper typer({{declared, given.primary_key, given.policies}}, given.promotions,
                      given.naive_as_timestamptz);
    for (const Cell& cell : rows)
        typer.Add(&cell);
    const bool again = typer.NeedsSecondPass();
    if (second_pass != nullptr) *second_pass = again;
    if (again) {
        typer.BeginSecondPass();
        for (const Cell& cell : rows)
            typer.Add(&cell);
        EXPECT_FALSE(typer.NeedsSecondPass());
    }
    return typer.Result().at(0);
}

std::string Sql(const std::string& declared, const std::vector<Cell>& rows, const Given& given = {}) {
    return Find(declared, rows, given).type.sql;
}

constexpr const char* kTimestamp = "timestamp without time zone";
constexpr const char* kTimestamptz = "timestamp with time zone";
constexpr std::int64_t kTwo53 = std::int64_t{1} << 53;

TEST(StoredType, WhatFitsStays) {
    bool second = true;
    const StoredColumn column = Find("INTEGER", {I(1), N(), I(-5), T("12"), R(3.0)}, {}, &second);
    EXPECT_EQ(column.type.sql, "bigint");
    EXPECT_FALSE(column.widened || column.promoted || second || column.all_not_null);
    EXPECT_EQ(column.reason, "");
    EXPECT_EQ(Sql("DECIMAL(10,2)", {R(1.25), I(3), T("7.50")}), "numeric(10,2)");
    EXPECT_EQ(Sql("VARCHAR(3)", {T("äöü"), I(123)}), "varchar(3)");
    EXPECT_EQ(Sql("BLOB", {T("x"), I(1), R(2.5), B("\xff")}), "bytea");
    EXPECT_EQ(Sql("DATE", {T("2024-02-29"), N()}), "date");
    EXPECT_EQ(Sql("BOOLEAN", {I(0), I(1), T("true")}), "boolean");
    EXPECT_EQ(Sql("UUID", {T("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), B("0123456789abcdef")}), "uuid");
    EXPECT_EQ(Sql("JSON", {T("{\"a\":1}"), T("[1]"), I(1)}), "jsonb");
    EXPECT_EQ(Sql("REAL", {R(0.1), R(std::numeric_limits<double>::infinity())}), "double precision");
}

TEST(StoredType, NothingStoredKeepsTheDeclaration) {
    for (const char* declared : {"INTEGER", "DATE", "INET", "VARCHAR(3)", ""}) {
        Given given;
        given.promotions = {true, true, true, true, true};
        EXPECT_EQ(Sql(declared, {}, given), MapDeclaredType(declared).sql) << declared;
        const StoredColumn column = Find(declared, {N(), N()}, given);
        EXPECT_EQ(column.type.sql, MapDeclaredType(declared).sql) << declared;
        EXPECT_FALSE(column.promoted || column.widened || column.all_not_null) << declared;
    }
    EXPECT_FALSE(Find("INTEGER", {}).all_not_null);
    EXPECT_TRUE(Find("INTEGER", {I(1)}).all_not_null);
}

TEST(StoredType, IntegersWiden) {
    EXPECT_EQ(Sql("SMALLINT", {I(1), I(40000)}), "bigint");
    EXPECT_EQ(Sql("SMALLINT", {I(1), R(0.5)}), "double precision");
    EXPECT_EQ(Sql("INTEGER", {I(kTwo53), R(0.5)}), "double precision");
    EXPECT_EQ(Sql("INTEGER", {I(kTwo53 + 1), R(0.5)}), "numeric");
    EXPECT_EQ(Sql("INTEGER", {I(kTwo53 + 2), R(1e20)}), "double precision");
    EXPECT_EQ(Sql("INTEGER", {I(1), T("n/a")}), "text");
    EXPECT_EQ(Sql("INTEGER", {I(1), T("")}), "text");
    EXPECT_EQ(Sql("INTEGER", {I(1), B("x")}), "bytea");
    EXPECT_EQ(Sql("INTEGER", {I(1), T("12345678901234567890")}), "numeric");
    EXPECT_EQ(Sql("BOOLEAN", {I(0), I(2)}), "bigint");
    EXPECT_EQ(Sql("BOOLEAN", {I(0), R(0.5)}), "double precision");
    EXPECT_EQ(Sql("BOOLEAN", {I(2), T("t")}), "text");
    EXPECT_EQ(Sql("BOOLEAN", {T("maybe")}), "text");
    EXPECT_TRUE(Find("DECIMAL(4,1) UNSIGNED", {R(1.25)}).type.is_unsigned);
}

TEST(StoredType, NumbersAndTextWiden) {
    EXPECT_EQ(Sql("DECIMAL(4,2)", {R(1.125)}), "numeric");
    EXPECT_EQ(Sql("DECIMAL(4,2)", {I(1000)}), "numeric");
    EXPECT_EQ(Sql("DECIMAL(4,2)", {R(std::numeric_limits<double>::infinity())}), "numeric");
    EXPECT_EQ(Sql("NUMERIC", {T("1,5")}), "text");
    EXPECT_EQ(Sql("REAL", {R(1.5), T("0.1000000000000000055511151231257827")}), "numeric");
    EXPECT_EQ(Sql("REAL", {R(1.5), T("x")}), "text");
    EXPECT_EQ(Sql("VARCHAR(3)", {T("abcd")}), "text");
    EXPECT_EQ(Sql("VARCHAR(3)", {I(1234)}), "text");
    EXPECT_EQ(Sql("VARCHAR(3)", {T("abcd"), T("\xff")}), "bytea");
    EXPECT_EQ(Sql("TEXT", {T("a"), B("b")}), "bytea");
    EXPECT_EQ(Sql("TEXT", {T(std::string_view("a\0b", 3))}), "bytea");
    EXPECT_EQ(Sql("ENUM('a')", {T("a")}), "text");
}

TEST(StoredType, DatesAndTimesWiden) {
    EXPECT_EQ(Sql("DATE", {T("2024-01-01"), T("2024-01-01 10:00")}), kTimestamp);
    EXPECT_EQ(Sql("DATE", {T("2024-01-01"), T("2024-01-01T10:00:00Z")}), kTimestamptz);
    EXPECT_EQ(Sql("TIMESTAMP", {T("2024-01-01 10:00"), T("2024-01-01")}), kTimestamp);
    EXPECT_EQ(Sql("TIMESTAMP", {T("-0001-01-01 10:00")}), kTimestamp);
    for (const char* text :
         {"2024-01-01 10:00Z", "2024-01-01T10:00:00.5+02:00", "2024-01-01 10:00 UTC",
          "2024-01-01 10:00:00 -0500", "2024-01-01 10:00:00 +0000 UTC", "2024-01-01 10:00gmt"})
        EXPECT_EQ(Sql("DATETIME", {T(text)}), kTimestamptz) << text;
    const StoredColumn mixed = Find("DATETIME", {T("2024-01-01 10:00Z"), T("2024-01-01 10:00")});
    EXPECT_EQ(mixed.type.sql, kTimestamptz);
    EXPECT_NE(mixed.reason.find("option timezone"), std::string::npos) << mixed.reason;
    EXPECT_NE(mixed.reason.find("has an offset from UTC"), std::string::npos) << mixed.reason;
    EXPECT_EQ(Sql("TIMESTAMP(3)", {T("2024-01-01 10:00:00.1234")}), kTimestamp);
    EXPECT_EQ(Sql("TIMESTAMP(3)", {T("2024-01-01 10:00:00.1234"), T("2024-01-01 10:00Z")}), kTimestamptz);
    EXPECT_EQ(Sql("TIMESTAMP", {T("2024-01-01 10:00:00.1234567")}), "text");
    EXPECT_EQ(Sql("TIMESTAMP", {T("2024-02-30")}), "text");
    EXPECT_EQ(Sql("TIMESTAMP", {T("01/02/2024")}), "text");
    EXPECT_EQ(Sql("TIME", {T("10:00"), T("x")}), "text");
    EXPECT_EQ(Sql("TIME(0)", {T("10:00:00.5")}), "time without time zone");
    EXPECT_EQ(Sql("DATE", {T("2024-01-01 10:00")}, {{}, {}, false, true}), kTimestamptz);
    EXPECT_EQ(Sql("DATETIME", {T("2024-01-01 10:00")}, {{}, {}, false, true}), kTimestamptz);
}

TEST(StoredType, NumbersInDateColumnsStayNumbers) {
    const StoredColumn column = Find("TIMESTAMP", {R(702917147.73), R(702917200.5), N()});
    EXPECT_EQ(column.type.sql, "double precision");
    EXPECT_TRUE(column.widened);
    EXPECT_EQ(column.plausible_encodings, "unix (1992-04-10), cocoa (2023-04-11)");
    // date -u -d @0 and @4102444799
    EXPECT_EQ(Find("DATE", {I(4102444799), I(0)}).plausible_encodings.substr(0, 31),
              "unix (1970-01-01 to 2099-12-31)");
    EXPECT_EQ(Find("DATE", {I(45000)}).plausible_encodings, "excel (2023-03-15)");
    EXPECT_EQ(Find("DATE", {I(4102444800)}).plausible_encodings.find("unix ("), std::string::npos);
    EXPECT_EQ(Find("DATETIME", {I(1612137600000)}).type.sql, "bigint");
    EXPECT_NE(Find("DATETIME", {I(1612137600000)}).plausible_encodings.find("unix_ms (2021-02-01"),
              std::string::npos);
    EXPECT_NE(Find("DATETIME", {R(2459246.5)}).plausible_encodings.find("julian (2021-02-01"),
              std::string::npos);
    EXPECT_EQ(Sql("DATETIME", {I(kTwo53 + 1), R(0.5)}), "numeric");
    const StoredColumn mixed = Find("DATETIME", {I(1612137600), T("2021-02-01")});
    EXPECT_EQ(mixed.type.sql, "text");
    EXPECT_EQ(mixed.plausible_encodings, "");
    EXPECT_EQ(Sql("DATETIME", {I(1612137600), T("1612137600")}), "text");
    EXPECT_EQ(Find("DATETIME", {R(std::numeric_limits<double>::infinity())}).plausible_encodings, "");
    EXPECT_EQ(Find("TIME", {I(3600)}).type.sql, "bigint");
}

TEST(StoredType, OtherTypesWiden) {
    EXPECT_EQ(Sql("UUID", {T("nobody")}), "text");
    EXPECT_EQ(Sql("UUID", {B("0123456789abcdef"), B("short")}), "bytea");
    EXPECT_EQ(Sql("UUID", {B("0123456789abcdef"), T("x")}), "bytea");
    EXPECT_EQ(Sql("JSON", {T("{\"a\":1,\"a\":2}")}), "json");
    EXPECT_EQ(Sql("JSON", {T("{\"a\":\"\\u0000\"}"), T("1")}), "json");
    EXPECT_EQ(Sql("JSON", {T("{a:1}")}), "text");
    const StoredColumn inet = Find("INET", {T("10.0.0.1")});
    EXPECT_EQ(inet.type.sql, "text");
    EXPECT_TRUE(inet.widened);
    EXPECT_NE(inet.reason.find("inet"), std::string::npos);
    EXPECT_EQ(Sql("INET", {B("x")}), "bytea");
    EXPECT_EQ(Sql("YEAR", {I(2024)}), "numeric");
    EXPECT_EQ(Sql("YEAR", {T("soon")}), "text");
}

TEST(StoredType, WithoutDeclarationTheContentDecides) {
    bool second = true;
    for (const char* declared : {"", "ANY", "MYBLOB", "GENERATED ALWAYS"}) {
        EXPECT_EQ(Find(declared, {I(1), N()}, {}, &second).type.sql, "bigint") << declared;
        EXPECT_FALSE(second);
        EXPECT_EQ(Sql(declared, {I(1), R(1.5)}), "double precision") << declared;
        EXPECT_EQ(Sql(declared, {I(kTwo53 + 1), R(1.5)}), "numeric") << declared;
        EXPECT_EQ(Sql(declared, {R(1.5)}), "double precision") << declared;
        EXPECT_EQ(Sql(declared, {T("1")}), "text") << declared;
        EXPECT_EQ(Sql(declared, {T("1"), I(1)}), "text") << declared;
        EXPECT_EQ(Sql(declared, {B("1")}), "bytea") << declared;
        EXPECT_EQ(Sql(declared, {B("1"), T("1")}), "bytea") << declared;
        EXPECT_EQ(Sql(declared, {T("\xff")}), "bytea") << declared;
    }
    EXPECT_EQ(Find("", {I(1), I(2), R(1.5)}).reason,
              "the type is not declared, and the rows hold 2 integer, 1 real");
    EXPECT_FALSE(Find("", {T("x")}).widened);
}

TEST(StoredType, Policies) {
    Given given;
    given.policies.empty_as_null = true;
    const StoredColumn column = Find("INTEGER", {I(1), T("")}, given);
    EXPECT_EQ(column.type.sql, "bigint");
    EXPECT_FALSE(column.all_not_null);  // the policy makes a NULL
    EXPECT_TRUE(Find("TEXT", {T("a"), T("")}, given).all_not_null);
    EXPECT_EQ(Sql("DATE", {I(1), T("")}, given), "bigint");
    Given rounding;
    rounding.policies.excess_digits = value::ExcessDigits::kRound;
    EXPECT_EQ(Sql("DECIMAL(4,2)", {R(1.125)}, rounding), "numeric(4,2)");
    Given replacing;
    replacing.policies.invalid_text = value::InvalidText::kReplace;
    EXPECT_EQ(Sql("TEXT", {T("\xff")}, replacing), "text");
    Given lenient;
    lenient.policies.on_error = value::OnError::kNull;
    EXPECT_EQ(Sql("INTEGER", {I(1), T("x")}, lenient), "text");
}

TEST(StoredType, Promotions) {
    Given all;
    all.promotions = {true, true, true, true, true};
    const StoredColumn uuid = Find("TEXT", {T("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), N()}, all);
    EXPECT_EQ(uuid.type.sql, "uuid");
    EXPECT_TRUE(uuid.promoted);
    EXPECT_FALSE(uuid.widened);
    EXPECT_EQ(Sql("VARCHAR(10)", {T("a0eebc999c0b4ef8bb6d6bb9bd380a11")}, all), "uuid");
    EXPECT_EQ(Sql("TEXT", {T("a0eebc999c0b4ef8bb6d6bb9bd380a11"), T("x")}, all), "text");
    EXPECT_EQ(Sql("TEXT", {B("0123456789abcdef")}, all), "bytea");
    EXPECT_EQ(Sql("TEXT", {T("{}"), T(" [1]")}, all), "jsonb");
    EXPECT_EQ(Sql("TEXT", {T("{}"), T("12")}, all), "text");
    EXPECT_EQ(Sql("TEXT", {T("{\"a\":1,\"a\":2}")}, all), "text");
    EXPECT_EQ(Sql("TEXT", {T("2024-01-01 10:00"), T("2024-01-01")}, all), kTimestamp);
    EXPECT_EQ(Sql("TEXT", {T("2024-01-01 10:00Z")}, all), kTimestamptz);
    EXPECT_EQ(Sql("TEXT", {T("2024-01-01 10:00Z"), T("2024-01-01 10:00")}, all), "text");
    EXPECT_EQ(Sql("TEXT", {T("2024-01-01"), T("2024-01-02")}, all), "date");
    EXPECT_EQ(Sql("TEXT", {T("0"), T("1")}, all), "boolean");
    EXPECT_EQ(Sql("TEXT", {T("t"), T("FALSE")}, all), "boolean");
    EXPECT_EQ(Sql("TEXT", {T("yes"), T("no")}, all), "text");
    EXPECT_EQ(Sql("TEXT", {T("12")}, all), "text");
    EXPECT_EQ(Sql("INTEGER", {I(0), I(1)}, all), "boolean");
    EXPECT_EQ(Sql("INTEGER", {I(0), I(2)}, all), "integer");
    EXPECT_EQ(Sql("INTEGER", {I(0), I(2147483648)}, all), "bigint");
    EXPECT_EQ(Sql("INTEGER", {I(0), R(1.0)}, all), "bigint");
    EXPECT_EQ(Sql("INTEGER", {I(0), R(1.5)}, all), "double precision");
    EXPECT_EQ(Sql("SMALLINT", {I(5)}, all), "smallint");
    EXPECT_EQ(Sql("NUMERIC", {I(1)}, all), "numeric");
    Given key = all;
    key.primary_key = true;
    EXPECT_EQ(Sql("INTEGER", {I(0), I(1)}, key), "integer");
    EXPECT_EQ(Sql("TEXT", {T("")}, all), "text");
    Given empties = all;
    empties.policies.empty_as_null = true;
    EXPECT_EQ(Sql("TEXT", {T("")}, empties), "text");  // nothing left to tell by
    EXPECT_EQ(Sql("TEXT", {T(""), T("2024-01-01 10:00")}, empties), kTimestamp);
    EXPECT_FALSE(Find("TEXT", {T(""), T("2024-01-01 10:00")}, empties).all_not_null);
    EXPECT_EQ(Sql("INTEGER", {I(1)}), "bigint");
}

TEST(StoredType, ReasonNamesTheFirstMisfit) {
    const StoredColumn column = Find("INTEGER", {I(1), T("it's"), T("other")});
    EXPECT_NE(column.reason.find("text value 'it''s' in row 2 "), std::string::npos) << column.reason;
    EXPECT_NE(column.reason.find("(bigint)"), std::string::npos) << column.reason;
}

TEST(StoredType, OnlyFailedColumnsAreReadAgain) {
    StoredTyper typer({{"INTEGER", false, {}}, {"DATE", false, {}}, {"TEXT", false, {}}}, {}, false);
    const Cell rows[2][3] = {{I(1), T("2024-01-01"), T("a")}, {I(2), I(5), T("\xff")}};
    for (const auto& row : rows)
        typer.Add(row);
    ASSERT_TRUE(typer.NeedsSecondPass());
    EXPECT_EQ(typer.Result()[1].type.sql, "bytea");  // not yet known: what holds anything
    typer.BeginSecondPass();
    for (const auto& row : rows)
        typer.Add(row);
    const std::vector<StoredColumn> result = typer.Result();
    EXPECT_EQ(result[0].type.sql, "bigint");
    EXPECT_EQ(result[1].type.sql, "text");
    EXPECT_EQ(result[2].type.sql, "bytea");
    EXPECT_TRUE(result[0].all_not_null && result[1].all_not_null && result[2].all_not_null);
}

bool FitsAll(const MappedType& type, const std::vector<Cell>& rows) {
    Scratch scratch;
    return std::all_of(rows.begin(), rows.end(), [&](const Cell& cell) {
        value::Value out;
        return value::Convert(type.ToRule(), cell, scratch, out).ok();
    });
}

TEST(StoredType, RandomColumnsObeyTheLaw) {
    const char* const declared[] = {
        "INTEGER",    "SMALLINT", "BOOLEAN", "REAL", "NUMERIC",  "DECIMAL(6,2)", "TEXT",
        "VARCHAR(4)", "BLOB",     "DATE",    "TIME", "DATETIME", "TIMESTAMP(2)", "TIMESTAMPTZ",
        "UUID",       "JSON",     "INET",    "",     "ANY",      "YEAR"};
    const Cell pool[] = {N(),
                         I(0),
                         I(1),
                         I(70000),
                         I(kTwo53 + 1),
                         R(1.0),
                         R(0.125),
                         R(1e300),
                         T("1"),
                         T("x"),
                         T(""),
                         T("long text"),
                         T("2024-01-01"),
                         T("2024-01-01 10:00"),
                         T("2024-01-01 10:00Z"),
                         T("2024-01-01 10:00:00.123456789"),
                         T("10:00"),
                         T("{\"a\":1}"),
                         T("{\"a\":1,\"a\":1}"),
                         T("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
                         T("\xff"),
                         T("true"),
                         B("\xff"),
                         B("0123456789abcdef")};
    std::mt19937 random(20260101);
    for (int round = 0; round < 30000; ++round) {
        const std::string type = declared[random() % std::size(declared)];
        std::vector<Cell> rows;
        // Few kinds of values a column, so that narrow types occur.
        const std::size_t kinds[] = {random() % std::size(pool), random() % std::size(pool), random() % 5};
        for (unsigned n = random() % 6; n > 0; --n)
            rows.push_back(pool[kinds[random() % 3]]);
        Given given;
        if (random() % 2 == 0) given.promotions = {true, true, true, true, true};
        const StoredColumn column = Find(type, rows, given);
        const bool only_null =
            std::all_of(rows.begin(), rows.end(), [](const Cell& c) { return c.is_null(); });
        ASSERT_TRUE(column.type.kind == Kind::kInput || FitsAll(column.type, rows))
            << type << " → " << column.type.sql << " " << column.reason;
        ASSERT_TRUE(column.type.kind != Kind::kInput || only_null) << type;
        const MappedType mapped = MapDeclaredType(type);
        // Offsets in a timestamp, input functions and columns without a declaration have rules of their own.
        const bool plain = mapped.kind != Kind::kTimestamp && mapped.kind != Kind::kInput && !type.empty() &&
                           type != "ANY" && !column.promoted;
        if (plain) {
            ASSERT_EQ(column.widened, !FitsAll(mapped, rows)) << type << " → " << column.type.sql;
        }
        ASSERT_EQ(column.widened, !column.reason.empty());
        ASSERT_FALSE(column.widened && column.promoted);
        std::shuffle(rows.begin(), rows.end(), random);
        ASSERT_EQ(Find(type, rows, given).type.sql, column.type.sql) << type;
    }
}

}  // namespace
}  // namespace pgsqlite::schema
