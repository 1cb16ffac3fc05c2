#include "core/sqlite/rejected_row.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/sqlite/cut_value.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::sqlite {
namespace {

using value::StorageClass;
using PlainJson = nlohmann::json;
using Member = RejectedRow::Member;

constexpr StorageClass kClasses[] = {StorageClass::kInteger, StorageClass::kReal, StorageClass::kText,
                                     StorageClass::kBlob, StorageClass::kNull};

Error BadRow(std::string detail, std::string hint = {}) {
    return Error(sqlstate::kInvalidParameterValue, "the row of a reject has not the form of a rejected row",
                 std::move(detail), std::move(hint));
}

Error BadColumn(const std::string& name, const std::string& fault, const char* example) {
    return BadRow("Column \"" + name + "\": " + fault + ".",
                  example != nullptr ? std::string("As in ") + example + "." : std::string());
}

int Digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> FromHex(const std::string& hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = Digit(hex[i]), low = Digit(hex[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

/// A number that jsonb may have written without its point, or the text of one that jsonb does not know.
std::optional<double> RealOf(const PlainJson& value) {
    if (value.is_number()) return value.get<double>();
    if (!value.is_string()) return std::nullopt;
    const auto text = value.get<std::string>();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    if (text == "-0.0") return -0.0;
    return std::nullopt;
}

std::optional<std::int64_t> IntegerOf(const PlainJson& value) {
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    if (!value.is_number_integer()) return std::nullopt;
    return value.get<std::int64_t>();
}

/// Only these keys, so that a misspelt one is not passed over.
void CheckKeys(const std::string& name, const PlainJson& object, std::initializer_list<const char*> allowed) {
    for (const auto& [key, value] : object.items()) {
        bool known = false;
        for (const char* candidate : allowed)
            known = known || key == candidate;
        if (!known) throw BadColumn(name, "key \"" + key + "\" has no place there", nullptr);
    }
}

/// What stands for a value that is cut: its beginning is for people.
void ReadCut(const std::string& name, const PlainJson& object, Member* member) {
    CheckKeys(name, object, {"class", "type", "bytes", "begins", "begins_hex", "digest"});
    const auto bytes = object.find("bytes"), digest = object.find("digest");
    const bool complete = bytes != object.end() && bytes->is_number_unsigned() && digest != object.end() &&
                          digest->is_string() && !digest->get_ref<const std::string&>().empty();
    if (!complete)
        throw BadColumn(name, "a value that is cut has \"bytes\" and \"digest\", and a whole one neither",
                        nullptr);
    member->bytes = bytes->get<std::uint64_t>();
    member->digest = digest->get<std::string>();
}

bool IsCut(const PlainJson& object) {
    return object.contains("bytes") || object.contains("digest");
}

void ReadBytes(const std::string& name, const PlainJson& object, Member* member) {
    const auto value = object.find("value"), hex = object.find("hex");
    const bool is_text = member->storage_class == StorageClass::kText;
    const char* example = is_text
                              ? R"({"class": "text", "value": "five"} or {"class": "text", "hex": "00ff"})"
                              : R"({"class": "blob", "hex": "00ff"})";
    if (hex != object.end() && value == object.end() && hex->is_string())
        member->text = FromHex(hex->get<std::string>());
    else if (is_text && value != object.end() && hex == object.end() && value->is_string())
        member->text = value->get<std::string>();
    if (!member->text)
        throw BadColumn(name,
                        is_text ? "a text is a string in \"value\" or hexadecimal digits in \"hex\""
                                : "a blob is hexadecimal digits in \"hex\"",
                        example);
}

void ReadStored(const std::string& name, const PlainJson& object, Member* member) {
    const bool is_cut = IsCut(object);
    if (!is_cut) CheckKeys(name, object, {"class", "value", "hex"});
    const auto& word = object.at("class");
    bool known = false;
    for (const StorageClass candidate : kClasses)
        if (word.is_string() && word.get<std::string>() == value::StorageClassName(candidate)) {
            member->storage_class = candidate;
            known = true;
        }
    if (!known) throw BadColumn(name, "\"class\" is " + word.dump(), R"({"class": "integer", "value": 5})");
    const bool has_bytes =
        member->storage_class == StorageClass::kText || member->storage_class == StorageClass::kBlob;
    if (is_cut && has_bytes) return ReadCut(name, object, member);
    if (is_cut) throw BadColumn(name, "only a text or a blob is cut", nullptr);
    const auto value = object.find("value");
    switch (member->storage_class) {
        case StorageClass::kInteger: {
            const auto integer = value != object.end() ? IntegerOf(*value) : std::nullopt;
            if (!integer || object.contains("hex"))
                throw BadColumn(name, "an integer is a whole number of 64 bits in \"value\"",
                                R"({"class": "integer", "value": 5})");
            member->integer = *integer;
            break;
        }
        case StorageClass::kReal: {
            const auto real = value != object.end() ? RealOf(*value) : std::nullopt;
            if (!real || object.contains("hex"))
                throw BadColumn(name,
                                "a real is a number in \"value\", or \"Infinity\", \"-Infinity\", \"-0.0\"",
                                R"({"class": "real", "value": 0.5})");
            member->real = *real;
            break;
        }
        case StorageClass::kText:
        case StorageClass::kBlob:
            ReadBytes(name, object, member);
            break;
        case StorageClass::kNull:
            if (object.size() > 1) throw BadColumn(name, "a NULL has no value", R"({"class": "null"})");
    }
}

void ReadConverted(const std::string& name, const PlainJson& object, Member* member) {
    constexpr const char* kExample = R"({"type": "numeric", "value": "5.00"})";
    if (!IsCut(object)) CheckKeys(name, object, {"type", "value"});
    if (!object.at("type").is_string()) throw BadColumn(name, "\"type\" is not a string", kExample);
    member->type = object.at("type").get<std::string>();
    if (IsCut(object)) return ReadCut(name, object, member);
    const auto value = object.find("value");
    if (value == object.end()) return;
    if (!value->is_string())
        throw BadColumn(name, "\"value\" is not a string (NULL has none at all)", kExample);
    member->text = value->get<std::string>();
}

void ReadPlain(const std::string& name, const PlainJson& value, Member* member) {
    if (value.is_null()) return;
    if (const auto integer = IntegerOf(value)) {
        member->storage_class = StorageClass::kInteger;
        member->integer = *integer;
    } else if (value.is_number()) {
        member->storage_class = StorageClass::kReal;
        member->real = value.get<double>();
    } else if (value.is_string()) {
        member->storage_class = StorageClass::kText;
        member->text = value.get<std::string>();
    } else {
        throw BadColumn(name, "it is not a value of SQLite's", nullptr);
    }
}

PlainJson ParseObject(std::string_view text) {
    PlainJson json = PlainJson::parse(text, nullptr, false);
    if (!json.is_object() || json.empty())
        throw BadRow("It is no JSON object with a member for each column.");
    return json;
}

}  // namespace

value::Cell Member::cell() const noexcept {
    if (is_cut()) return value::Cell::Null();
    switch (storage_class) {
        case StorageClass::kInteger:
            return value::Cell::Integer(integer);
        case StorageClass::kReal:
            return value::Cell::Real(real);
        case StorageClass::kText:
            return value::Cell::Text(*text);
        case StorageClass::kBlob:
            return value::Cell::Blob(*text);
        case StorageClass::kNull:
            break;
    }
    return value::Cell::Null();
}

bool Member::IsOf(const value::Cell& whole) const {
    return whole.storage_class == storage_class && whole.view().size() == bytes &&
           DigestText(whole.view()) == digest;
}

RejectedRow RejectedRow::Parse(std::string_view text) {
    const PlainJson json = ParseObject(text);
    RejectedRow row;
    const auto& first = json.begin().value();
    row.form_ = first.is_object() && first.contains("type") ? Form::kConverted : Form::kStored;
    for (const auto& [name, value] : json.items()) {
        Member& member = row.members_.emplace_back();
        member.name = name;
        const bool stored = row.form_ == Form::kStored;
        const char* key = stored ? "class" : "type";
        if (!value.is_object() || !value.contains(key))
            throw BadColumn(
                name, std::string("it is not an object with \"") + key + '"',
                stored ? R"({"class": "integer", "value": 5})" : R"({"type": "numeric", "value": "5.00"})");
        if (stored)
            ReadStored(name, value, &member);
        else
            ReadConverted(name, value, &member);
    }
    return row;
}

RejectedRow RejectedRow::ParseKey(std::string_view text) {
    const PlainJson json = ParseObject(text);
    RejectedRow row;
    for (const auto& [name, value] : json.items()) {
        Member& member = row.members_.emplace_back();
        member.name = name;
        if (value.is_object() && value.contains("class"))
            ReadStored(name, value, &member);
        else
            ReadPlain(name, value, &member);
        if (member.is_cut()) throw BadColumn(name, "a key has whole values", nullptr);
    }
    return row;
}

const Member* RejectedRow::FindCut() const noexcept {
    for (const Member& member : members_)
        if (member.is_cut()) return &member;
    return nullptr;
}

const Member* RejectedRow::Find(std::string_view name) const noexcept {
    for (const Member& member : members_)
        if (EqualNames(member.name, name)) return &member;
    return nullptr;
}

void RejectedRow::CheckReplaces(const RejectedRow& before) const {
    if (form_ != before.form_) throw BadRow("It had another form before.");
    for (const Member& old : before.members_) {
        bool found = false;
        for (const Member& member : members_) {
            if (member.name != old.name) continue;
            found = true;
            if (member.type != old.type)
                throw BadColumn(
                    old.name, "its type was \"" + old.type + "\" and is now \"" + member.type + '"', nullptr);
            if (member.is_cut() && (member.bytes != old.bytes || member.digest != old.digest))
                throw BadColumn(old.name, "a value that is cut stays as it was, or becomes a whole one",
                                R"({"class": "text", "value": "five"})");
        }
        if (!found) throw BadColumn(old.name, "it is missing", R"({"class": "null"} for NULL)");
    }
    for (const Member& member : members_) {
        bool known = false;
        for (const Member& old : before.members_)
            known = known || member.name == old.name;
        if (!known) throw BadColumn(member.name, "the row has no such column", nullptr);
    }
}

}  // namespace pgsqlite::sqlite
