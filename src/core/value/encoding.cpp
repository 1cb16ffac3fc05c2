// The option `encoding`: how lists are read, and how patterns are told from misspelt names.
#include "core/value/encoding.hpp"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/value/encoding_list.hpp"
#include "core/value/encoding_names.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/time/pattern.hpp"

namespace pgsqlite::value {
namespace {

/// Whether a word is an encoding's name where `target` is meant. MS and US are fields of patterns, too.
bool IsName(std::string_view word, Target target, Encoding& encoding) noexcept {
    if (!FindNamed(word, encoding)) return false;
    const PatternShape shape = ReadPatternShape(word);
    return Takes(target, encoding) || !shape.has_field || shape.has_letter;
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
    if (!HasEncodings(target))
        throw Error(sqlstate::kInvalidAttributeValue,
                    "encoding \"" + std::string(option) + "\" cannot be used for " + TypeName(target),
                    "Cells become this type in one way only.");

    Encodings result;
    std::vector<std::string> whole;
    if (ReadJsonList(option, &whole)) {
        for (std::size_t i = 0; i < whole.size(); ++i)
            result.AddWhole(whole[i], i + 1 == whole.size(), option, target);
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

}  // namespace pgsqlite::value
