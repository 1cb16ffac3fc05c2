// The option `encoding`: which words each type takes, lists, patterns among names, and what a typo is told.
#include "core/value/encoding.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/base/error.hpp"

namespace pgsqlite::value {
namespace {

constexpr Kind kAllKinds[] = {Kind::kBoolean,   Kind::kInt2,        Kind::kInt4,    Kind::kInt8,
                              Kind::kFloat4,    Kind::kFloat8,      Kind::kNumeric, Kind::kText,
                              Kind::kBytea,     Kind::kDate,        Kind::kTime,    Kind::kTimetz,
                              Kind::kTimestamp, Kind::kTimestamptz, Kind::kUuid,    Kind::kJson,
                              Kind::kJsonb,     Kind::kArray,       Kind::kInput};

/// The list as "iso,unix_ms", or "error: message | detail | hint".
std::string Parse(std::string_view option, Kind kind) {
    try {
        const Encodings encodings = Encodings::Parse(option, kind);
        const EncodingList& list = encodings.list();
        std::string text;
        for (std::size_t i = 0; i < list.count; ++i)
            text += (i == 0 ? "" : ",") + std::string(EncodingName(list.items[i]));
        for (std::size_t i = 0; i < list.count; ++i)
            if ((list.items[i] == Encoding::kPattern) != (list.patterns[i] != nullptr))
                return "pattern missing";
        if (list.Has(Encoding::kDelimiter)) text += "=" + std::string(list.delimiter);
        return text;
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), "HV024");
        return "error: " + error.message() + " | " + error.detail() + " | " + error.hint();
    }
}

bool Fails(std::string_view option, Kind kind) {
    return Parse(option, kind).starts_with("error: ");
}

TEST(Encodings, NamesOfTemporalKinds) {
    for (const Kind kind : {Kind::kDate, Kind::kTime, Kind::kTimetz, Kind::kTimestamp, Kind::kTimestamptz})
        for (const char* name : {"iso", "unix", "unix_ms", "unix_us", "unix_ns", "julian", "excel", "webkit",
                                 "cocoa", "cocoa_ns", "filetime", "dotnet_ticks"})
            EXPECT_EQ(Parse(name, kind), name);
    EXPECT_EQ(Parse("  ISO , Unix_MS,julian ", Kind::kDate), "iso,unix_ms,julian");
}

TEST(Encodings, OtherKinds) {
    for (const Kind kind : {Kind::kText, Kind::kJson, Kind::kJsonb, Kind::kInput}) {
        EXPECT_EQ(Parse(" UTF8 ", kind), "utf8");
        EXPECT_TRUE(Fails("iso", kind));
        EXPECT_TRUE(Fails("DD/MM/YYYY", kind));
    }
    EXPECT_EQ(Parse("guid_le", Kind::kUuid), "guid_le");
    EXPECT_TRUE(Fails("utf8", Kind::kUuid));
    for (const Kind kind : {Kind::kBoolean, Kind::kInt2, Kind::kInt4, Kind::kInt8, Kind::kFloat4,
                            Kind::kFloat8, Kind::kNumeric, Kind::kBytea})
        for (const char* word : {"utf8", "unix", "json", ""})
            EXPECT_TRUE(Fails(word, kind));
    EXPECT_EQ(Parse("decimal_comma,grouped", Kind::kNumeric), "decimal_comma,grouped");
    EXPECT_TRUE(Fails("decimal_comma", Kind::kText));
    EXPECT_TRUE(Fails("s", Kind::kInput));
    EXPECT_EQ(Encodings::Parse("pg,iso8601,us", {Kind::kInput, InputType::kInterval}).list().count, 3);
    EXPECT_EQ(Encodings::Parse("integer", {Kind::kInput, InputType::kMacaddr}).list().count, 1);
    EXPECT_EQ(
        Parse("utf8", Kind::kBytea),
        "error: encoding \"utf8\" cannot be used for type bytea |  | Valid encodings for type bytea are: "
        "gpkg, spatialite.");
    EXPECT_EQ(Parse("gpkg,spatialite", Kind::kBytea), "gpkg,spatialite");
    EXPECT_EQ(Encodings::Parse("spatialite", {Kind::kInput, InputType::kGeometry}).list().count, 1);
    EXPECT_EQ(Parse("rfc2822,iso,JS_DATE,go_time,ctime", Kind::kTimestamptz),
              "rfc2822,iso,js_date,go_time,ctime");
    EXPECT_EQ(Parse("unix", Kind::kBoolean),
              "error: encoding \"unix\" cannot be used for type boolean | Cells become this type in one way "
              "only. | ");
}

TEST(Encodings, Arrays) {
    EXPECT_EQ(Parse("json", Kind::kArray), "json");
    EXPECT_EQ(Parse(" JSON ", Kind::kArray), "json");
    for (const char* delimiter : {",", ";", ", ", " ", "|", "::", "\t", "\""})
        EXPECT_EQ(Parse(delimiter, Kind::kArray), "delimiter=" + std::string(delimiter));
    EXPECT_TRUE(Fails("", Kind::kArray));
}

TEST(Encodings, ListsForArrays) {
    EXPECT_EQ(Parse("pg", Kind::kArray), "pg");
    EXPECT_EQ(Parse("json, PG", Kind::kArray), "json,pg");
    EXPECT_EQ(Parse("json,pg,;", Kind::kArray), "json,pg,delimiter=;");
    EXPECT_EQ(Parse("pg, json, ;", Kind::kArray), "pg,json,delimiter=;");
    EXPECT_EQ(Parse("json,,", Kind::kArray), "json,delimiter=,");
    EXPECT_EQ(Parse("json,, ", Kind::kArray), "json,delimiter=, ");
    EXPECT_EQ(Parse("json, ", Kind::kArray), "json,delimiter= ");
    EXPECT_EQ(Parse("json, and ", Kind::kArray), "json,delimiter=and ");
    for (const char* option :
         {"json,", "json,json", ";,json", "json,;,pg", "jsno", "jsno,;", "json,unix,;", "pg,pg,;"})
        EXPECT_TRUE(Fails(option, Kind::kArray)) << option;
}

TEST(Encodings, EmptyAndRepeatedWords) {
    for (const Kind kind : kAllKinds)
        EXPECT_TRUE(Fails("", kind));
    for (const char* option :
         {" ", ",", "iso,", ",iso", "iso,,unix", "iso,iso", "DD/MM/YYYY,", ",DD/MM/YYYY", "unix, unix"})
        EXPECT_TRUE(Fails(option, Kind::kTimestamp)) << option;
    EXPECT_TRUE(Fails("iso,unix,unix_ms,unix_us,unix_ns,julian,excel,webkit,cocoa", Kind::kTimestamp));
    EXPECT_FALSE(Fails("iso,unix,unix_ms,unix_us,unix_ns,julian,excel,webkit", Kind::kTimestamp));
}

TEST(Encodings, PatternsKeepTheirCommas) {
    EXPECT_EQ(Parse("DD/MM/YYYY HH24:MI", Kind::kTimestamp), "pattern");
    EXPECT_EQ(Parse("Mon DD, YYYY", Kind::kDate), "pattern");
    EXPECT_EQ(Parse("iso, Mon DD, YYYY ,unix_ms", Kind::kDate), "iso,pattern,unix_ms");
    EXPECT_EQ(Parse("Dy, DD Mon YYYY, HH24:MI:SS", Kind::kTimestamp), "pattern");
    EXPECT_EQ(Parse("dd.mm.yyyy", Kind::kDate), "pattern");
    EXPECT_EQ(Parse("DD\", iso, \"MM.YYYY", Kind::kDate), "pattern");
    EXPECT_EQ(Parse("YYYY-MM-DD, \"at\" HH24:MI", Kind::kTimestamp), "pattern");

    const Encodings list = Encodings::Parse("iso, Mon DD,  YYYY ,unix", Kind::kDate);
    ASSERT_NE(list.list().patterns[1], nullptr);
}

TEST(Encodings, SeveralPatterns) {
    EXPECT_EQ(Parse("iso,DD/MM/YYYY,DD.MM.YYYY,unix", Kind::kDate), "iso,pattern,pattern,unix");
    // A comma parts two patterns where each is a whole one.
    EXPECT_EQ(Parse("Mon DD, YYYY,DD/MM/YYYY", Kind::kDate), "pattern,pattern");
    EXPECT_EQ(Parse("DD/MM/YYYY,Mon DD, YYYY", Kind::kDate), "pattern,pattern");
    EXPECT_EQ(Parse("HH24:MI:SS,MS", Kind::kTime), "pattern");
    EXPECT_EQ(Parse("\"Mon DD, YYYY\",\"DD/MM/YYYY\"", Kind::kDate), "pattern,pattern");
    EXPECT_EQ(Parse("[\"iso\", \"Mon DD, YYYY\" ,\"unix_ms\"]", Kind::kDate), "iso,pattern,unix_ms");
    EXPECT_EQ(Parse("[\"DD\\\" of \\\"MM/YYYY\"]", Kind::kDate), "pattern");
    EXPECT_EQ(Parse("[\"json\",\"pg\",\";\"]", Kind::kArray), "json,pg,delimiter=;");
    EXPECT_EQ(Parse("[", Kind::kArray), "delimiter=[");
    EXPECT_TRUE(Fails("[\";\",\"json\"]", Kind::kArray));
    EXPECT_TRUE(Fails("[]", Kind::kDate));
    EXPECT_TRUE(Fails("[\"iso\"", Kind::kDate));
    EXPECT_TRUE(Fails("[\"uinx\"]", Kind::kDate));
    EXPECT_TRUE(Fails("iso,DD/MM/YYYY,MM/DD/YYYY,DD.MM.YYYY,YYYYMMDD,YYYY/MM/DD,DD-MM-YYYY,YYYY.MM.DD,unix",
                      Kind::kDate));
}

TEST(Encodings, MisspeltNames) {
    const std::string valid =
        "Valid encodings for type timestamp are: iso, rfc2822, js_date, go_time, ctime, unix, unix_ms, "
        "unix_us, unix_ns, julian, excel, "
        "webkit, cocoa, cocoa_ns, filetime, "
        "dotnet_ticks, or a pattern such as DD/MM/YYYY HH24:MI.";
    EXPECT_EQ(Parse("unix_mss", Kind::kTimestamp),
              "error: invalid encoding \"unix_mss\" |  | Perhaps you meant \"unix_ms\". " + valid);
    EXPECT_EQ(Parse("iso,UNIX_MSS", Kind::kTimestamp),
              "error: invalid encoding \"UNIX_MSS\" |  | Perhaps you meant \"unix_ms\". " + valid);
    EXPECT_EQ(Parse("julien", Kind::kTimestamp),
              "error: invalid encoding \"julien\" |  | Perhaps you meant \"julian\". " + valid);
    EXPECT_EQ(Parse("epoch_of_them", Kind::kTimestamp),
              "error: invalid encoding \"epoch_of_them\" |  | " + valid);
    EXPECT_EQ(Parse("123", Kind::kTimestamp), "error: invalid encoding \"123\" |  | " + valid);
    // Beside a pattern a misspelt name is still found, not taken for text of the pattern.
    EXPECT_EQ(Parse("DD/MM/YYYY,unix_mss", Kind::kTimestamp),
              "error: invalid encoding \"unix_mss\" |  | Perhaps you meant \"unix_ms\". " + valid);
    EXPECT_EQ(Parse("juliann,DD/MM/YYYY", Kind::kTimestamp),
              "error: invalid encoding \"juliann\" |  | Perhaps you meant \"julian\". " + valid);
    EXPECT_EQ(Parse("utf8", Kind::kTimestamp),
              "error: encoding \"utf8\" cannot be used for type timestamp |  | " + valid);
    EXPECT_EQ(Parse("utf-8", Kind::kText),
              "error: invalid encoding \"utf-8\" |  | Perhaps you meant \"utf8\". Valid encodings for type "
              "text are: "
              "utf8.");
    EXPECT_EQ(Parse("guidle", Kind::kUuid),
              "error: invalid encoding \"guidle\" |  | Perhaps you meant \"guid_le\". Valid encodings for "
              "type uuid "
              "are: guid_le.");
}

TEST(Encodings, MovingKeepsTheList) {
    Encodings first = Encodings::Parse("DD/MM/YYYY", Kind::kDate);
    const Pattern* pattern = first.list().patterns[0];
    Encodings second(std::move(first));
    EXPECT_EQ(second.list().patterns[0], pattern);
    EXPECT_EQ(first.list().count, 0);  // NOLINT: what was moved from is empty by contract
    EXPECT_EQ(first.list().patterns[0], nullptr);
    Encodings third = Encodings::Parse(";", Kind::kArray);
    second = std::move(third);
    EXPECT_EQ(second.list().delimiter, ";");
    EXPECT_EQ(second.list().patterns[0], nullptr);
    EXPECT_TRUE(third.list().delimiter.empty());
}

TEST(Encodings, EveryNameReadsBack) {
    for (const Kind kind : kAllKinds)
        for (int i = 0; i <= static_cast<int>(Encoding::kDelimiter); ++i) {
            const auto encoding = static_cast<Encoding>(i);
            if (encoding == Encoding::kPattern || encoding == Encoding::kDelimiter || kind == Kind::kArray)
                continue;
            const std::string name = EncodingName(encoding);
            if (!Fails(name, kind)) {
                EXPECT_EQ(Parse(name, kind), name);
            }
        }
}

}  // namespace
}  // namespace pgsqlite::value
