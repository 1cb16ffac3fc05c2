// Single values of a spec: their form, their range, what can be said of them without a database.
#include <charconv>
#include <unordered_set>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/schema/declared_type.hpp"
#include "core/schema/names.hpp"
#include "core/spec/document.hpp"
#include "core/value/encoding.hpp"
#include "core/value/id/uuid.hpp"
#include "core/value/policy.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::spec {
namespace {

std::vector<std::string> Words(const char* words) {
    std::vector<std::string> result(1);
    for (const char* c = words; *c != '\0'; ++c)
        if (*c == ' ')
            result.emplace_back();
        else
            result.back() += *c;
    return result;
}

/// The value as a message shows it.
std::string Shown(const Json& value) {
    return value.kind == Json::Kind::kString ? Quoted(value.text) : value.KindName();
}

/// The option `encoding` of a setting, which takes an array as JSON.
std::string EncodingText(const Json& value) {
    return value.kind == Json::Kind::kString ? value.text : value.ToText();
}

/// What the encoding's own check says, or nothing.
std::optional<Error> EncodingFault(std::string_view encoding, value::Target target) {
    try {
        (void)value::Encodings::Parse(encoding, target);
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

/// Whether there is a type that takes the encoding. Dates are left out, whose patterns may be any text.
bool SomeTypeTakes(std::string_view encoding) {
    using value::Kind;
    for (auto i = static_cast<int>(Kind::kBoolean); i < static_cast<int>(Kind::kInput); ++i) {
        const Kind kind = static_cast<Kind>(i);
        const bool any_text = kind == Kind::kArray || (value::IsTemporal(kind) && kind != Kind::kTime);
        if (!any_text && !EncodingFault(encoding, kind)) return true;
    }
    for (auto i = static_cast<int>(value::InputType::kText); i <= static_cast<int>(value::InputType::kOther);
         ++i)
        if (!EncodingFault(encoding, {Kind::kInput, static_cast<value::InputType>(i)})) return true;
    return false;
}

/// Whether an encoding names one that only arrays have, so that it can't be a misspelt one of another type.
bool IsArrayEncoding(std::string_view encoding) {
    try {
        const value::Encodings parsed = value::Encodings::Parse(encoding, value::Kind::kArray);
        return parsed.list().items[0] != value::Encoding::kDelimiter;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

std::optional<double> ReadShare(std::string_view text) noexcept {
    if (!text.ends_with('%')) return std::nullopt;
    text = value::TrimSpace(text.substr(0, text.size() - 1));
    double share = 0;
    const char* const end = text.data() + text.size();
    // No exponents, no names of what is no number.
    if (text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
    const auto [stop, error] = std::from_chars(text.data(), end, share);
    if (error != std::errc() || stop != end || share > 100) return std::nullopt;
    return share;
}

bool Checker::Expect(const Json& value, Json::Kind kind, const char* what, const std::string& pointer) {
    if (value.kind == kind) return true;
    problems_.Add(pointer, std::string("expected ") + what + ", not " + Shown(value));
    return false;
}

bool Checker::CheckText(const Json& value, const std::string& pointer) {
    if (!Expect(value, Json::Kind::kString, "a string", pointer)) return false;
    if (value::TrimSpace(value.text).empty()) {
        problems_.Add(pointer, "an empty string");
        return false;
    }
    return true;
}

bool Checker::CheckName(const Json& value, const std::string& pointer) {
    if (!CheckText(value, pointer)) return false;
    if (value.text.size() > schema::kMaxNameBytes) {
        problems_.Add(pointer, "the name has more than 63 bytes");
        return false;
    }
    return true;
}

bool Checker::CheckArray(const Json& value, bool may_be_empty, const char* of, const std::string& pointer) {
    if (!Expect(value, Json::Kind::kArray, (std::string("an array of ") + of).c_str(), pointer)) return false;
    if (!value.items.empty() || may_be_empty) return true;
    problems_.Add(pointer, "an empty array");
    return false;
}

bool Checker::CheckTarget(const Json& value, const std::string& pointer) {
    if (!CheckText(value, pointer)) return false;
    std::string fault;
    const std::vector<NamePattern> parts = ParseName(value.text, &fault);
    if (parts.size() > 2) fault = "expected schema.table or table";
    for (const NamePattern& part : parts) {
        if (!part.exact())
            fault = "a wildcard in a name";
        else if (part.name().empty())
            fault = "an empty name";
        else if (part.name().size() > schema::kMaxNameBytes)
            fault = "the name has more than 63 bytes";
    }
    if (fault.empty()) return true;
    problems_.Add(
        pointer, std::move(fault),
        "A name with a dot, * or ? in it is written in double quotes, as in \"sales.\\\"a.b\\\"\".");
    return false;
}

bool Checker::CheckTypeMap(const Json& map, const std::string& pointer) {
    if (!Expect(map, Json::Kind::kObject, "an object", pointer)) return false;
    std::unordered_map<std::string, std::string> known;
    bool good = true;
    for (std::size_t i = 0; i < map.items.size(); ++i) {
        StopIfCancelled();
        const std::string at = Append(pointer, map.names[i]);
        const auto [twin, is_new] = known.emplace(TypeKey(map.names[i]).full, map.names[i]);
        if (!is_new && twin->second != map.names[i]) {
            problems_.Add(at, "it means the same as " + Quoted(twin->second));
            good = false;
        }
        good &= CheckText(map.items[i], at);
    }
    return good;
}

bool Checker::CheckRules(const Json& map, const std::string& pointer) {
    if (!Expect(map, Json::Kind::kObject, "an object", pointer)) return false;
    for (std::size_t i = 0; i < map.items.size(); ++i) {
        const std::string at = Append(pointer, map.names[i]);
        if (map.names[i].empty()) problems_.Add(at, "a rule without a name");
        if (map.items[i].kind == Json::Kind::kObject)
            CheckInner(map.items[i], kRule, at);
        else if (map.items[i].kind == Json::Kind::kString)
            CheckText(map.items[i], at);
        else
            problems_.Add(at, "expected an SQL condition or an object, not " + Shown(map.items[i]));
    }
    return true;
}

bool Checker::CheckValue(const Key& key, const Json& value, const std::string& pointer) {
    switch (key.form) {
        case Form::kWord: {
            const std::vector<std::string> words = Words(key.words);
            std::vector<const char*> list;
            for (const std::string& word : words) {
                if (value.kind == Json::Kind::kString && value.text == word) return true;
                list.push_back(word.c_str());
            }
            problems_.AddUnknown(pointer, "invalid value " + Shown(value), value.text, list, "values");
            return false;
        }
        case Form::kBoolean:
            if (value.kind == Json::Kind::kBoolean) return true;
            problems_.Add(pointer, "expected true or false, not " + Shown(value));
            return false;
        case Form::kCountOrShare:
            if (value.kind == Json::Kind::kString) {
                if (ReadShare(value.text)) return true;
                problems_.Add(pointer, "expected a whole number, or a share from \"0%\" to \"100%\", not " +
                                           Quoted(value.text));
                return false;
            }
            [[fallthrough]];
        case Form::kCount: {
            std::int64_t number = 0;
            const char* const end = value.text.data() + value.text.size();
            const bool whole = value.kind == Json::Kind::kInteger &&
                               std::from_chars(value.text.data(), end, number).ec == std::errc();
            if (whole && number >= key.low && number <= key.high) return true;
            problems_.Add(pointer, "expected a whole number from " + std::to_string(key.low) + " to " +
                                       std::to_string(key.high) + ", not " +
                                       (value.text.empty() ? value.KindName() : Quoted(value.text)));
            return false;
        }
        case Form::kText:
            return CheckText(value, pointer);
        case Form::kPrefix:
            return Expect(value, Json::Kind::kString, "a string", pointer) &&
                   (value.text.empty() || CheckName(value, pointer));
        case Form::kPath:
            if (!CheckText(value, pointer)) return false;
            if (value.text.front() == '/') return true;
            problems_.Add(pointer, "the path " + Quoted(value.text) + " is not absolute");
            return false;
        case Form::kUuid: {
            if (!CheckText(value, pointer)) return false;
            std::uint8_t uuid[16];
            if (value::ParseUuid(value.text, uuid)) return true;
            problems_.Add(pointer, Quoted(value.text) + " is not a UUID",
                          "SELECT gen_random_uuid() makes one.");
            return false;
        }
        case Form::kName:
            return CheckName(value, pointer);
        case Form::kTarget:
            return CheckTarget(value, pointer);
        case Form::kLiteral:
            if (value.kind != Json::Kind::kNull) return true;
            problems_.Add(pointer, "expected a value, not null");
            return false;
        case Form::kNames:
        case Form::kNamesOrNone: {
            if (!CheckArray(value, key.form == Form::kNamesOrNone, "names", pointer)) return false;
            std::unordered_set<std::string> known;
            for (std::size_t i = 0; i < value.items.size(); ++i)
                if (CheckName(value.items[i], Append(pointer, i)) &&
                    !known.insert(value.items[i].text).second)
                    problems_.Add(Append(pointer, i),
                                  "the name " + Quoted(value.items[i].text) + " stands here twice");
            return true;
        }
        case Form::kEncoding:
            if (value.kind != Json::Kind::kArray) return CheckText(value, pointer);
            if (!CheckArray(value, false, "strings", pointer)) return false;
            for (std::size_t i = 0; i < value.items.size(); ++i)
                if (!CheckText(value.items[i], Append(pointer, i))) return false;
            return true;
        case Form::kTextOrTexts:
            if (value.kind != Json::Kind::kArray) return CheckText(value, pointer);
            [[fallthrough]];
        case Form::kTexts:
            if (!CheckArray(value, true, "strings", pointer)) return false;
            for (std::size_t i = 0; i < value.items.size(); ++i)
                CheckText(value.items[i], Append(pointer, i));
            return true;
        case Form::kTypeMap:
            return CheckTypeMap(value, pointer);
        case Form::kUpsertObject:
            CheckInner(value, kUpsert, pointer);
            return true;
        case Form::kPartitionObject:
            CheckInner(value, kPartition, pointer);
            return true;
        case Form::kHooksObject:
            CheckInner(value, kHooks, pointer);
            return true;
        case Form::kRules:
            return CheckRules(value, pointer);
        case Form::kForeignKeys:
            if (!CheckArray(value, true, "objects", pointer)) return false;
            for (std::size_t i = 0; i < value.items.size(); ++i)
                CheckInner(value.items[i], kForeignKey, Append(pointer, i));
            return true;
        case Form::kPatterns:
        case Form::kPatternsOrNone:
        case Form::kServers:
        case Form::kTables:
        case Form::kColumns:
            break;  // CheckScope has them
    }
    return true;
}

// The column's type may be known only with the database; what no type at all takes is a fault all the same.
void Checker::CheckEncoding(const Setting& encoding, const Setting* type) {
    using value::Kind;
    const std::string text = EncodingText(*encoding.value);
    std::optional<Error> fault;
    if (type != nullptr) {
        const std::string_view spelled = value::TrimSpace(type->value->text);
        const schema::MappedType mapped = schema::MapDeclaredType(spelled);
        if (spelled.ends_with("[]"))
            fault = EncodingFault(text, Kind::kArray);
        else if (mapped.known && (value::IsTemporal(mapped.kind) || mapped.kind == Kind::kUuid))
            fault = EncodingFault(text, mapped.kind);
    } else {
        // A delimiter of arrays may be any text, but one of letters is rather a misspelt name.
        bool has_letter = false;
        for (const char c : text)
            has_letter |= value::ToLower(c) >= 'a' && value::ToLower(c) <= 'z';
        if (has_letter && !IsArrayEncoding(text) && !SomeTypeTakes(text))
            fault = EncodingFault(text, Kind::kTimestamp);
    }
    if (fault)
        problems_.Add(encoding.pointer,
                      fault->message() + (fault->detail().empty() ? "" : ": " + fault->detail()),
                      fault->hint());
}

}  // namespace pgsqlite::spec
