// What Convert does for all kinds alike: NULL, empty text, untouched output; and the tables of names.
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

constexpr Kind kKinds[] = {Kind::kBoolean,   Kind::kInt2,        Kind::kInt4,    Kind::kInt8,
                           Kind::kFloat4,    Kind::kFloat8,      Kind::kNumeric, Kind::kText,
                           Kind::kBytea,     Kind::kDate,        Kind::kTime,    Kind::kTimetz,
                           Kind::kTimestamp, Kind::kTimestamptz, Kind::kUuid,    Kind::kJson,
                           Kind::kJsonb,     Kind::kArray,       Kind::kInput};

TEST(Convert, NullIsNullEverywhere) {
    for (const Kind kind : kKinds)
        EXPECT_EQ(Show(RuleOf(kind), Cell::Null()), "NULL");
}

TEST(Convert, EmptyText) {
    for (const Kind kind : kKinds) {
        Rule rule = RuleOf(kind);
        EXPECT_EQ(ShowText(rule, ""), IsTextLike(kind) ? "" : "!empty") << static_cast<int>(kind);
        rule.policies.empty_as_null = true;
        EXPECT_EQ(ShowText(rule, ""), IsTextLike(kind) ? "" : "NULL by empty_as_null")
            << static_cast<int>(kind);
        if (!IsTemporal(kind) && !IsTextLike(kind)) {
            EXPECT_NE(ShowText(rule, " "), "NULL by empty_as_null") << static_cast<int>(kind);
        }
    }
}

TEST(Convert, ARefusalLeavesTheOutputAlone) {
    for (const Kind kind : kKinds) {
        if (kind == Kind::kText || kind == Kind::kBytea || kind == Kind::kInput) continue;
        Scratch scratch;
        Value value;
        std::memset(value.uuid, 0x5A, sizeof value.uuid);
        value.bytes = "before";
        ASSERT_FALSE(Convert(RuleOf(kind), Cell::Text("no such value"), scratch, value).ok());
        for (const std::uint8_t byte : value.uuid)
            EXPECT_EQ(byte, 0x5A);
        EXPECT_EQ(value.bytes, "before");
        EXPECT_EQ(value.elements, nullptr);
        EXPECT_FALSE(value.is_null);
    }
}

TEST(Convert, ScratchIsReusedFromKindToKind) {
    Scratch scratch;
    const std::string long_text = "[" + std::string(5000, ' ') + "\"\\u0041\"]";
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(Show(RuleOf(Kind::kNumeric), Cell::Integer(123456789), scratch), "123456789");
        EXPECT_EQ(Show(RuleOf(Kind::kArray), Cell::Text(long_text), scratch), "t:A");
        EXPECT_EQ(Show(RuleOf(Kind::kText), Cell::Real(0.5), scratch), "0.5");
        EXPECT_EQ(Show(RuleOf(Kind::kJsonb), Cell::Text("{\"a\":1}"), scratch), "{\"a\":1}");
    }
}

TEST(Refusals, EveryCodeIsExplained) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Code::kCodeCount); ++i) {
        const Refusal& refusal = Explain(static_cast<Code>(i));
        ASSERT_NE(refusal.sqlstate, nullptr);
        EXPECT_EQ(std::strlen(refusal.sqlstate), 5u);
        ASSERT_NE(refusal.reason, nullptr);
        EXPECT_TRUE(std::string(refusal.reason).starts_with("is ") ||
                    std::string(refusal.reason).starts_with("has ") ||
                    std::string(refusal.reason).starts_with("holds ") ||
                    std::string(refusal.reason).starts_with("could ") ||
                    std::string(refusal.reason).starts_with("cannot "));
        if (refusal.option != nullptr) {
            EXPECT_EQ(std::string(refusal.option).back(), '\'');
        }
    }
    EXPECT_STREQ(Explain(Code::kNulByte).sqlstate, "22021");
    EXPECT_STREQ(Explain(Code::kJsonDuplicateKey).sqlstate, "22030");
    EXPECT_STREQ(Explain(Code::kTooLong).sqlstate, "22001");
    EXPECT_STREQ(Explain(Code::kEmptyText).option, "empty_as_null 'true'");
    EXPECT_TRUE(Explain(Code::kInvalidJson).has_offset);
    EXPECT_FALSE(Explain(Code::kOutOfRange).has_offset);
}

TEST(Refusals, AppliedNamesAreTheOptions) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Applied::kAppliedCount); ++i)
        names.insert(AppliedName(static_cast<Applied>(i)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(Applied::kAppliedCount));
    EXPECT_STREQ(AppliedName(Applied::kNulBytes), "nul_bytes");
    EXPECT_STREQ(AppliedName(Applied::kTooLong), "too_long");
}

TEST(Cells, ClassNamesAreTypeofs) {
    EXPECT_STREQ(StorageClassName(StorageClass::kInteger), "integer");
    EXPECT_STREQ(StorageClassName(StorageClass::kReal), "real");
    EXPECT_STREQ(StorageClassName(StorageClass::kText), "text");
    EXPECT_STREQ(StorageClassName(StorageClass::kBlob), "blob");
    EXPECT_STREQ(StorageClassName(StorageClass::kNull), "null");
}

}  // namespace
}  // namespace pgsqlite::value::test
