// Cancel: what may take long over one value gives up when it is told to, and is no word on the value.
#include "core/base/cancel.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.hpp"
#include "core/spec/json_tree.hpp"
#include "core/value/checks.hpp"
#include "core/value/image.hpp"
#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

/// Told to stop, as long as it lives.
class Told {
  public:
    Told() {
        cancel_asked = []() noexcept { return true; };
    }
    ~Told() { cancel_asked = nullptr; }
};

/// More parts than lie between two looks.
constexpr int kParts = 200000;

std::string Repeated(std::string_view part) {
    std::string text;
    for (int i = 0; i < kParts; ++i)
        text += part;
    return text;
}

std::string ManyKeys() {
    std::string text = "{";
    for (int i = 0; i < kParts; ++i)
        text += "\"" + std::to_string(i * 7919 % kParts) + "\":1,";
    return text + "\"\":1}";
}

std::string Fault(const Rule& rule, const std::string& text) {
    Scratch scratch;
    Value value;
    return CodeName(Convert(rule, Cell::Text(text), scratch, value).code);
}

TEST(Cancel, ConversionsOfManyParts) {
    Rule pieces = WithEncoding(Kind::kArray, Encoding::kDelimiter);
    pieces.encodings.delimiter = ",";
    const std::string split = Repeated("a,");
    const std::string array = "[" + Repeated("\"a\",") + "1]";
    const std::string object = ManyKeys();
    EXPECT_EQ(Fault(pieces, split), "ok");
    EXPECT_EQ(Fault(RuleOf(Kind::kArray), array), "ok");
    EXPECT_EQ(Fault(RuleOf(Kind::kJsonb), object), "ok");
    const Told told;
    EXPECT_EQ(Fault(pieces, split), "out of memory");
    EXPECT_EQ(Fault(RuleOf(Kind::kArray), array), "out of memory");
    EXPECT_EQ(Fault(RuleOf(Kind::kJsonb), array), "out of memory");
    EXPECT_EQ(Fault(RuleOf(Kind::kJson), array), "out of memory");
    EXPECT_EQ(Fault(RuleOf(Kind::kJsonb), object), "out of memory");
    EXPECT_EQ(Fault(RuleOf(Kind::kArray), "[1, 2]"), "ok") << "what is short is not worth a look";
}

TEST(Cancel, Images) {
    JsonbImage image;
    const std::string array = "[" + Repeated("1,") + "1]", object = ManyKeys();
    EXPECT_FALSE(image.Build(array).empty());
    EXPECT_FALSE(image.Build(object).empty());
    const Told told;
    EXPECT_TRUE(image.Build(array).empty());
    EXPECT_TRUE(image.Build(object).empty());
}

TEST(Cancel, Addresses) {
    const std::string address = "a@" + Repeated("b.") + "c";
    EXPECT_TRUE(IsEmail(address));
    const Told told;
    EXPECT_FALSE(IsEmail(address));
}

TEST(Cancel, Specs) {
    const std::string spec = "[" + Repeated("1,") + "1]";
    spec::Problems problems;
    EXPECT_EQ(spec::ParseJson(spec, problems).items.size(), kParts + 1U);
    const Told told;
    try {
        spec::ParseJson(spec, problems);
        FAIL() << "it was read";
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), sqlstate::kQueryCanceled);
    }
}

TEST(Cancel, SpecsOfMoreThanTheirRoom) {
    spec::Problems problems;
    try {
        spec::ParseJson("[" + std::string(spec::kMaxSpecBytes, ' ') + "]", problems);
        FAIL() << "it was read";
    } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), sqlstate::kProgramLimitExceeded);
    }
}

}  // namespace
}  // namespace pgsqlite::value::test
