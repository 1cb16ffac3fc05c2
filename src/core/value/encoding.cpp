// The option `encoding`: names, what each type takes, and how patterns are told from misspelt names.
#include "core/value/encoding.hpp"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/nearest.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/time/pattern.hpp"

namespace pgsqlite::value {
namespace {

constexpr Encoding kTemporalEncodings[] = {
    Encoding::kIso,    Encoding::kUnix,  Encoding::kUnixMs, Encoding::kUnixUs, Encoding::kUnixNs,
    Encoding::kJulian, Encoding::kExcel, Encoding::kWebkit, Encoding::kCocoa,  Encoding::kDotnetTicks,
};
constexpr Encoding kTextEncodings[] = {Encoding::kUtf8};
constexpr Encoding kUuidEncodings[] = {Encoding::kGuidLe};
constexpr Encoding kArrayEncodings[] = {Encoding::kJson, Encoding::kPg};
constexpr Encoding kNamedEncodings[] = {
    Encoding::kIso,    Encoding::kUnix,   Encoding::kUnixMs, Encoding::kUnixUs, Encoding::kUnixNs,
    Encoding::kJulian, Encoding::kExcel,  Encoding::kWebkit, Encoding::kCocoa,  Encoding::kDotnetTicks,
    Encoding::kUtf8,   Encoding::kGuidLe, Encoding::kJson,   Encoding::kPg,
};

std::span<const Encoding> EncodingsOf(Kind kind) noexcept {
    if (IsTemporal(kind)) return kTemporalEncodings;
    switch (kind) {
        case Kind::kText:
        case Kind::kJson:
        case Kind::kJsonb:
        case Kind::kInput:
            return kTextEncodings;
        case Kind::kUuid:
            return kUuidEncodings;
        case Kind::kArray:
            return kArrayEncodings;
        default:
            return {};
    }
}

const char* TypeName(Kind kind) noexcept {
    switch (kind) {
        case Kind::kBoolean:
            return "type boolean";
        case Kind::kInt2:
            return "type smallint";
        case Kind::kInt4:
            return "type integer";
        case Kind::kInt8:
            return "type bigint";
        case Kind::kFloat4:
            return "type real";
        case Kind::kFloat8:
            return "type double precision";
        case Kind::kNumeric:
            return "type numeric";
        case Kind::kText:
            return "type text";
        case Kind::kBytea:
            return "type bytea";
        case Kind::kDate:
            return "type date";
        case Kind::kTime:
            return "type time";
        case Kind::kTimetz:
            return "type time with time zone";
        case Kind::kTimestamp:
            return "type timestamp";
        case Kind::kTimestamptz:
            return "type timestamp with time zone";
        case Kind::kUuid:
            return "type uuid";
        case Kind::kJson:
            return "type json";
        case Kind::kJsonb:
            return "type jsonb";
        case Kind::kArray:
            return "an array";
        case Kind::kInput:
            break;
    }
    return "this type";
}

std::string ValidHint(Kind kind) {
    std::string hint = "Valid encodings for ";
    hint += TypeName(kind);
    hint += " are: ";
    const char* separator = "";
    for (const Encoding encoding : EncodingsOf(kind)) {
        hint += separator;
        hint += EncodingName(encoding);
        separator = ", ";
    }
    if (kind == Kind::kArray) hint += ", or a delimiter, which stands last";
    if (IsTemporal(kind)) {
        const bool is_time = kind == Kind::kTime || kind == Kind::kTimetz;
        hint += is_time ? ", or a pattern such as HH12:MI AM" : ", or a pattern such as DD/MM/YYYY HH24:MI";
    }
    hint += ".";
    return hint;
}

/// The known word nearest to `word` for this kind, or null.
const char* NearestEncoding(std::string_view word, Kind kind) {
    std::vector<const char*> names;
    for (const Encoding encoding : EncodingsOf(kind))
        names.push_back(EncodingName(encoding));
    return NearestWord(word, names);
}

[[noreturn]] void ThrowUnknown(std::string_view word, Kind kind) {
    std::string hint;
    if (const char* nearest = NearestEncoding(word, kind))
        hint = "Perhaps you meant \"" + std::string(nearest) + "\". ";
    throw Error(sqlstate::kInvalidAttributeValue, "invalid encoding \"" + std::string(word) + "\"", {},
                hint + ValidHint(kind));
}

[[noreturn]] void ThrowList(std::string_view option, Kind kind, const char* what) {
    throw Error(sqlstate::kInvalidAttributeValue, "invalid encoding list \"" + std::string(option) + "\"",
                what, ValidHint(kind));
}

/// The list's words: slices between commas that do not stand in double quotes, white space around them cut
/// off.
std::vector<std::string_view> SplitWords(std::string_view option) {
    std::vector<std::string_view> words;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < option.size(); ++i) {
        if (quoted && option[i] == '\\') {
            ++i;
        } else if (option[i] == '"') {
            quoted = !quoted;
        } else if (option[i] == ',' && !quoted) {
            words.push_back(TrimSpace(option.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    words.push_back(TrimSpace(option.substr(begin)));
    return words;
}

bool FindNamed(std::string_view word, Encoding& encoding) noexcept {
    for (const Encoding named : kNamedEncodings) {
        if (!EqualsWord(word, EncodingName(named))) continue;
        encoding = named;
        return true;
    }
    return false;
}

bool Takes(Kind kind, Encoding encoding) noexcept {
    for (const Encoding taken : EncodingsOf(kind))
        if (taken == encoding) return true;
    return false;
}

/// Written like the names of encodings (epoch_of_them), whatever fields its letters hold by chance.
bool LooksLikeName(std::string_view word) noexcept {
    for (const char c : word)
        if (!IsDigit(c) && c != '_' && (c < 'a' || c > 'z')) return false;
    return true;
}

/// The pattern that a run of unknown words is together, as written; throws when one of them is a misspelt
/// name.
std::string_view JoinPattern(std::string_view option, std::span<const std::string_view> run, Kind kind) {
    bool has_field = false;
    for (const std::string_view word : run)
        has_field = has_field || ReadPatternShape(word).has_field;
    for (const std::string_view word : run) {
        const PatternShape shape = ReadPatternShape(word);
        const bool misspelt = shape.has_letter && (!shape.has_field || LooksLikeName(word) ||
                                                   NearestEncoding(word, kind) != nullptr);
        if (!IsTemporal(kind) || !has_field || misspelt) {
            if (word.empty()) ThrowList(option, kind, "The list has an empty word.");
            ThrowUnknown(word, kind);
        }
    }
    if (run.front().empty() || run.back().empty()) ThrowList(option, kind, "The list has an empty word.");
    const char* begin = run.front().data();
    return {begin, static_cast<std::size_t>(run.back().data() + run.back().size() - begin)};
}

bool IsArrayName(std::string_view word) noexcept {
    Encoding encoding;
    return FindNamed(word, encoding) && Takes(Kind::kArray, encoding);
}

/// What is behind the names that an array's list begins with: the delimiter as it is written, or nothing.
/// Blanks before it are the list's, unless there is nothing else.
/// @param add called with each name's encoding
template <class Add>
std::string_view ReadArrayNames(std::string_view option, Add add) {
    std::string_view rest = option;
    while (true) {
        const std::size_t comma = rest.find(',');
        Encoding encoding;
        if (!IsArrayName(TrimSpace(rest.substr(0, comma)))) break;
        (void)FindNamed(TrimSpace(rest.substr(0, comma)), encoding);
        add(encoding);
        if (comma == std::string_view::npos) return {};
        rest.remove_prefix(comma + 1);
        if (rest.empty()) ThrowList(option, Kind::kArray, "The list has an empty word.");
    }
    if (rest.size() < option.size() && !TrimSpace(rest).empty())
        while (IsSpace(rest.front()))
            rest.remove_prefix(1);
    return rest;
}

/// Words of a delimiter that look like encodings, which nobody would split at, are faults.
void CheckDelimiter(std::string_view option, std::string_view delimiter) {
    if (delimiter.empty()) ThrowList(option, Kind::kArray, "The delimiter is empty.");
    const std::vector<std::string_view> words = SplitWords(delimiter);
    for (const std::string_view word : words) {
        if (IsArrayName(word))
            ThrowList(option, Kind::kArray,
                      "A delimiter takes any text, so nothing behind it is ever tried: it stands last.");
        Encoding named;
        const bool misspelt = word.size() > 2 && NearestEncoding(word, Kind::kArray) != nullptr;
        if (misspelt || (words.size() > 1 && FindNamed(word, named))) ThrowUnknown(word, Kind::kArray);
    }
}

}  // namespace

Encodings::Encodings() = default;
Encodings::~Encodings() = default;

// What was moved from must not point to what it no longer owns.
Encodings::Encodings(Encodings&& other) noexcept
    : list_(std::exchange(other.list_, EncodingList())),
      pattern_(std::move(other.pattern_)),
      delimiter_(std::move(other.delimiter_)) {}

Encodings& Encodings::operator=(Encodings&& other) noexcept {
    if (this == &other) return *this;
    list_ = std::exchange(other.list_, EncodingList());
    pattern_ = std::move(other.pattern_);
    delimiter_ = std::move(other.delimiter_);
    return *this;
}

Encodings Encodings::Parse(std::string_view option, Kind target) {
    if (EncodingsOf(target).empty())
        throw Error(sqlstate::kInvalidAttributeValue,
                    "encoding \"" + std::string(option) + "\" cannot be used for " + TypeName(target),
                    "Cells become this type in one way only.");

    Encodings result;
    const auto add = [&](Encoding encoding) {
        if (result.list_.Has(encoding)) ThrowList(option, target, "The list has one encoding twice.");
        if (result.list_.count == EncodingList::kMax)
            ThrowList(option, target, "The list has more than 8 encodings.");
        result.list_.items[result.list_.count++] = encoding;
    };

    if (target == Kind::kArray) {
        const std::string_view delimiter = ReadArrayNames(option, add);
        if (delimiter.empty() && result.list_.count > 0) return result;
        CheckDelimiter(option, delimiter);
        result.delimiter_ = std::make_unique<std::string>(delimiter);
        result.list_.delimiter = *result.delimiter_;
        add(Encoding::kDelimiter);
        return result;
    }

    const std::vector<std::string_view> words = SplitWords(option);
    for (std::size_t i = 0; i < words.size();) {
        Encoding encoding;
        if (FindNamed(words[i], encoding)) {
            if (!Takes(target, encoding))
                throw Error(
                    sqlstate::kInvalidAttributeValue,
                    "encoding \"" + std::string(words[i]) + "\" cannot be used for " + TypeName(target), {},
                    ValidHint(target));
            add(encoding);
            ++i;
            continue;
        }
        const std::size_t begin = i;
        while (i < words.size() && !FindNamed(words[i], encoding))
            ++i;
        const std::string_view text = JoinPattern(option, std::span(words).subspan(begin, i - begin), target);
        if (result.pattern_ != nullptr) ThrowList(option, target, "The list has more than one pattern.");
        result.pattern_ = std::make_unique<Pattern>(CompilePattern(text, target));
        result.list_.pattern = result.pattern_.get();
        add(Encoding::kPattern);
    }
    return result;
}

const char* EncodingName(Encoding encoding) noexcept {
    switch (encoding) {
        case Encoding::kIso:
            return "iso";
        case Encoding::kUnix:
            return "unix";
        case Encoding::kUnixMs:
            return "unix_ms";
        case Encoding::kUnixUs:
            return "unix_us";
        case Encoding::kUnixNs:
            return "unix_ns";
        case Encoding::kJulian:
            return "julian";
        case Encoding::kExcel:
            return "excel";
        case Encoding::kWebkit:
            return "webkit";
        case Encoding::kCocoa:
            return "cocoa";
        case Encoding::kDotnetTicks:
            return "dotnet_ticks";
        case Encoding::kPattern:
            return "pattern";
        case Encoding::kUtf8:
            return "utf8";
        case Encoding::kGuidLe:
            return "guid_le";
        case Encoding::kJson:
            return "json";
        case Encoding::kPg:
            return "pg";
        case Encoding::kDelimiter:
            break;
    }
    return "delimiter";
}

}  // namespace pgsqlite::value
