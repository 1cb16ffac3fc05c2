// The option `encoding`: names, what each type takes, and how patterns are told from misspelt names.
#include "core/value/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/nearest.hpp"
#include "core/value/json/json_string.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/time/number_encodings.hpp"
#include "core/value/time/pattern.hpp"

namespace pgsqlite::value {
namespace {

/// iso, and every way in which a number counts time.
constexpr auto kTemporalEncodings = [] {
    std::array<Encoding, kNumberEncodingCount + 1> list{Encoding::kIso};
    for (std::size_t i = 0; i < kNumberEncodingCount; ++i)
        list[i + 1] = kNumberEncodings[i].encoding;
    return list;
}();
constexpr Encoding kNumberTextEncodings[] = {Encoding::kDecimalComma, Encoding::kGrouped};
constexpr Encoding kTextEncodings[] = {Encoding::kUtf8};
constexpr Encoding kIntervalEncodings[] = {
    Encoding::kPg,           Encoding::kIso8601,     Encoding::kSeconds,        Encoding::kMilliseconds,
    Encoding::kMicroseconds, Encoding::kNanoseconds, Encoding::kDotnetTimespan, Encoding::kUtf8,
};
constexpr Encoding kAddressEncodings[] = {Encoding::kPg, Encoding::kInteger, Encoding::kUtf8};
constexpr Encoding kUuidEncodings[] = {Encoding::kGuidLe};
constexpr Encoding kArrayEncodings[] = {Encoding::kJson, Encoding::kPg};
/// Those that no date or time has, by name.
constexpr Encoding kOtherEncodings[] = {
    Encoding::kUtf8,           Encoding::kGuidLe,       Encoding::kJson,         Encoding::kPg,
    Encoding::kSeconds,        Encoding::kMilliseconds, Encoding::kMicroseconds, Encoding::kNanoseconds,
    Encoding::kDotnetTimespan, Encoding::kIso8601,      Encoding::kInteger,      Encoding::kDecimalComma,
    Encoding::kGrouped,
};

std::span<const Encoding> EncodingsOf(Target target) noexcept {
    if (IsTemporal(target.kind)) return kTemporalEncodings;
    switch (target.kind) {
        case Kind::kText:
        case Kind::kJson:
        case Kind::kJsonb:
            return kTextEncodings;
        case Kind::kInput:
            switch (target.input) {
                case InputType::kInterval:
                    return kIntervalEncodings;
                case InputType::kMacaddr:
                case InputType::kMacaddr8:
                case InputType::kInet:
                case InputType::kBits:
                case InputType::kVaryingBits:
                    return kAddressEncodings;
                default:
                    return kTextEncodings;
            }
        case Kind::kInt2:
        case Kind::kInt4:
        case Kind::kInt8:
        case Kind::kFloat4:
        case Kind::kFloat8:
        case Kind::kNumeric:
            return kNumberTextEncodings;
        case Kind::kUuid:
            return kUuidEncodings;
        case Kind::kArray:
            return kArrayEncodings;
        default:
            return {};
    }
}

const char* TypeName(Target target) noexcept {
    switch (target.kind) {
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
            if (target.input == InputType::kInterval) return "type interval";
            break;
    }
    return "this type";
}

std::string ValidHint(Target kind) {
    std::string hint = "Valid encodings for ";
    hint += TypeName(kind);
    hint += " are: ";
    const char* separator = "";
    for (const Encoding encoding : EncodingsOf(kind)) {
        hint += separator;
        hint += EncodingName(encoding);
        separator = ", ";
    }
    if (kind.kind == Kind::kArray) hint += ", or a delimiter, which stands last";
    if (IsTemporal(kind.kind)) {
        const bool is_time = kind.kind == Kind::kTime || kind.kind == Kind::kTimetz;
        hint += is_time ? ", or a pattern such as HH12:MI AM" : ", or a pattern such as DD/MM/YYYY HH24:MI";
    }
    hint += ".";
    return hint;
}

/// The known word nearest to `word` for this kind, or null.
const char* NearestEncoding(std::string_view word, Target kind) {
    std::vector<const char*> names;
    for (const Encoding encoding : EncodingsOf(kind))
        names.push_back(EncodingName(encoding));
    return NearestWord(word, names);
}

[[noreturn]] void ThrowUnknown(std::string_view word, Target kind) {
    std::string hint;
    if (const char* nearest = NearestEncoding(word, kind))
        hint = "Perhaps you meant \"" + std::string(nearest) + "\". ";
    throw Error(sqlstate::kInvalidAttributeValue, "invalid encoding \"" + std::string(word) + "\"", {},
                hint + ValidHint(kind));
}

[[noreturn]] void ThrowUseless(std::string_view word, Target target) {
    throw Error(sqlstate::kInvalidAttributeValue,
                "encoding \"" + std::string(word) + "\" cannot be used for " + TypeName(target), {},
                ValidHint(target));
}

[[noreturn]] void ThrowList(std::string_view option, Target kind, const char* what) {
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
    const auto is_named = [&](Encoding named) {
        if (!EqualsWord(word, EncodingName(named))) return false;
        encoding = named;
        return true;
    };
    return std::any_of(std::begin(kTemporalEncodings), std::end(kTemporalEncodings), is_named) ||
           std::any_of(std::begin(kOtherEncodings), std::end(kOtherEncodings), is_named);
}

bool Takes(Target kind, Encoding encoding) noexcept {
    for (const Encoding taken : EncodingsOf(kind))
        if (taken == encoding) return true;
    return false;
}

/// Whether a word is an encoding's name where `target` is meant. MS and US are fields of patterns, too.
bool IsName(std::string_view word, Target target, Encoding& encoding) noexcept {
    return FindNamed(word, encoding) && (Takes(target, encoding) || !ReadPatternShape(word).has_field);
}

/// Written like the names of encodings (epoch_of_them), whatever fields its letters hold by chance.
bool LooksLikeName(std::string_view word) noexcept {
    for (const char c : word)
        if (!IsDigit(c) && c != '_' && (c < 'a' || c > 'z')) return false;
    return true;
}

/// The pattern that a run of unknown words is together, as written; throws when one of them is a misspelt
/// name.
std::string_view JoinPattern(std::string_view option, std::span<const std::string_view> run, Target kind) {
    bool has_field = false;
    for (const std::string_view word : run)
        has_field = has_field || ReadPatternShape(word).has_field;
    for (const std::string_view word : run) {
        const PatternShape shape = ReadPatternShape(word);
        const bool misspelt = shape.has_letter && (!shape.has_field || LooksLikeName(word) ||
                                                   NearestEncoding(word, kind) != nullptr);
        if (!IsTemporal(kind.kind) || !has_field || misspelt) {
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
      patterns_(std::move(other.patterns_)),
      delimiter_(std::move(other.delimiter_)) {}

Encodings& Encodings::operator=(Encodings&& other) noexcept {
    if (this == &other) return *this;
    list_ = std::exchange(other.list_, EncodingList());
    patterns_ = std::move(other.patterns_);
    delimiter_ = std::move(other.delimiter_);
    return *this;
}

namespace {

/// A list as it is written: each of its words, and whether it is one whole by its quotes or brackets.
struct ListWord {
    std::string text;
    bool whole = false;
};

/// The texts of a JSON array of texts; false where the option is not one.
bool ReadJsonList(std::string_view option, std::vector<ListWord>* words) {
    option = TrimSpace(option);
    if (option.size() < 2 || option.front() != '[' || option.back() != ']') return false;
    option = TrimSpace(option.substr(1, option.size() - 2));
    while (true) {
        if (option.empty() || option.front() != '"') return false;
        option.remove_prefix(1);
        ListWord word;
        word.whole = true;
        const std::size_t end = [&] {
            std::size_t at = 0;
            while (at < option.size() && option[at] != '"')
                at += option[at] == '\\' ? 2 : 1;
            return at;
        }();
        if (end >= option.size()) return false;
        const std::string_view body = option.substr(0, end);
        word.text.resize(body.size());
        word.text.resize(static_cast<std::size_t>(UnescapeJson(body, word.text.data()) - word.text.data()));
        words->push_back(std::move(word));
        option = TrimSpace(option.substr(end + 1));
        if (option.empty()) return true;
        if (option.front() != ',') return false;
        option = TrimSpace(option.substr(1));
    }
}

bool IsPattern(std::string_view text, Kind kind) {
    try {
        (void)CompilePattern(text, kind);
        return true;
    } catch (const Error&) {
        return false;
    }
}

/// The patterns that a run of words is, which commas part and may be parts of; empty where it is none.
bool SplitPatterns(std::span<const std::string_view> run, Kind kind,
                   std::vector<std::string_view>* patterns) {
    if (run.empty()) return true;
    for (std::size_t count = 1; count <= run.size(); ++count) {
        const char* begin = run.front().data();
        const std::string_view last = run[count - 1];
        const std::string_view text(begin, static_cast<std::size_t>(last.data() + last.size() - begin));
        if (!IsPattern(text, kind)) continue;
        patterns->push_back(text);
        if (SplitPatterns(run.subspan(count), kind, patterns)) return true;
        patterns->pop_back();
    }
    return false;
}

/// What stands between the quotes of a word that is quoted as a whole; empty for any other.
std::string_view Unquoted(std::string_view word) noexcept {
    const bool quoted = word.size() > 2 && word.front() == '"' && word.back() == '"';
    const std::string_view inner = quoted ? word.substr(1, word.size() - 2) : std::string_view();
    return inner.find('"') == std::string_view::npos ? inner : std::string_view();
}

}  // namespace

void Encodings::Add(Encoding encoding, std::string_view option, Target target) {
    if (encoding != Encoding::kPattern && list_.Has(encoding))
        ThrowList(option, target, "The list has one encoding twice.");
    if (list_.count == EncodingList::kMax) ThrowList(option, target, "The list has more than 8 encodings.");
    list_.items[list_.count++] = encoding;
}

void Encodings::AddPattern(std::string_view text, std::string_view option, Target target) {
    Add(Encoding::kPattern, option, target);
    patterns_.push_back(std::make_unique<Pattern>(CompilePattern(text, target.kind)));
    list_.patterns[list_.count - 1u] = patterns_.back().get();
}

void Encodings::AddDelimiter(std::string_view delimiter, std::string_view option) {
    delimiter_ = std::make_unique<std::string>(delimiter);
    list_.delimiter = *delimiter_;
    Add(Encoding::kDelimiter, option, Kind::kArray);
}

/// Each word of a JSON array is one encoding.
void Encodings::AddWhole(std::string_view word, bool last, std::string_view option, Target target) {
    Encoding encoding;
    if (IsName(TrimSpace(word), target, encoding)) {
        if (!Takes(target, encoding)) ThrowUseless(TrimSpace(word), target);
        Add(encoding, option, target);
    } else if (target.kind == Kind::kArray) {
        CheckDelimiter(option, word);
        if (!last)
            ThrowList(option, target,
                      "A delimiter takes any text, so nothing behind it is ever tried: it stands last.");
        AddDelimiter(word, option);
    } else {
        const std::string_view run[] = {TrimSpace(word)};
        AddPattern(JoinPattern(option, run, target), option, target);
    }
}

Encodings Encodings::Parse(std::string_view option, Target target) {
    if (EncodingsOf(target).empty())
        throw Error(sqlstate::kInvalidAttributeValue,
                    "encoding \"" + std::string(option) + "\" cannot be used for " + TypeName(target),
                    "Cells become this type in one way only.");

    Encodings result;
    std::vector<ListWord> whole;
    if (ReadJsonList(option, &whole)) {
        for (std::size_t i = 0; i < whole.size(); ++i)
            result.AddWhole(whole[i].text, i + 1 == whole.size(), option, target);
        return result;
    }
    if (target.kind == Kind::kArray) {
        const std::string_view delimiter =
            ReadArrayNames(option, [&](Encoding encoding) { result.Add(encoding, option, target); });
        if (delimiter.empty() && result.list_.count > 0) return result;
        CheckDelimiter(option, delimiter);
        result.AddDelimiter(delimiter, option);
        return result;
    }

    const std::vector<std::string_view> words = SplitWords(option);
    const auto is_quoted = [&](std::string_view word) {
        return IsTemporal(target.kind) && IsPattern(Unquoted(word), target.kind);
    };
    for (std::size_t i = 0; i < words.size();) {
        Encoding encoding;
        if (IsName(words[i], target, encoding)) {
            if (!Takes(target, encoding)) ThrowUseless(words[i], target);
            result.Add(encoding, option, target);
            ++i;
            continue;
        }
        if (is_quoted(words[i])) {
            result.AddPattern(Unquoted(words[i]), option, target);
            ++i;
            continue;
        }
        const std::size_t begin = i;
        while (i < words.size() && !IsName(words[i], target, encoding) && !is_quoted(words[i]))
            ++i;
        const auto run = std::span(words).subspan(begin, i - begin);
        const std::string_view text = JoinPattern(option, run, target);
        std::vector<std::string_view> patterns;
        if (!SplitPatterns(run, target.kind, &patterns)) patterns = {text};  // whose fault is told
        for (const std::string_view pattern : patterns)
            result.AddPattern(pattern, option, target);
    }
    return result;
}

const char* EncodingName(Encoding encoding) noexcept {
    if (const NumberEncoding* row = FindNumberEncoding(encoding)) return row->name;
    switch (encoding) {
        case Encoding::kIso:
            return "iso";
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
        case Encoding::kSeconds:
            return "s";
        case Encoding::kMilliseconds:
            return "ms";
        case Encoding::kMicroseconds:
            return "us";
        case Encoding::kNanoseconds:
            return "ns";
        case Encoding::kDotnetTimespan:
            return "dotnet_timespan";
        case Encoding::kIso8601:
            return "iso8601";
        case Encoding::kInteger:
            return "integer";
        case Encoding::kDecimalComma:
            return "decimal_comma";
        case Encoding::kGrouped:
            return "grouped";
        default:
            break;
    }
    return "delimiter";
}

}  // namespace pgsqlite::value
