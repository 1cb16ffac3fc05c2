#include "core/schema/stored_candidates.hpp"

#include "core/value/text/ascii.hpp"

namespace pgsqlite::schema {

using value::Cell;
using value::Kind;
using value::StorageClass;

namespace {

constexpr std::int8_t kAllFractionDigits = 6;

/// For a text that is known to be a date and time: an offset follows the time, whose first colon no date has.
bool HasOffset(Bytes text) noexcept {
    const std::size_t colon = text.find(':');
    return colon != Bytes::npos && text.find_first_of("+-zZuUgG", colon) != Bytes::npos;
}

bool IsTruthWord(Bytes text) noexcept {
    text = value::TrimSpace(text);
    for (const char* word : {"0", "1", "t", "f", "true", "false"})
        if (value::EqualsWord(text, word)) return true;
    return false;
}

bool HasForm(TextForm form, Bytes text) noexcept {
    switch (form) {
        case TextForm::kAny:
            return true;
        case TextForm::kWithoutOffset:
            return !HasOffset(text);
        case TextForm::kWithOffset:
            return HasOffset(text);
        case TextForm::kWithoutTime:
            return text.find(':') == Bytes::npos;
        case TextForm::kContainer: {
            const Bytes trimmed = value::TrimSpace(text);
            return !trimmed.empty() && (trimmed.front() == '{' || trimmed.front() == '[');
        }
        case TextForm::kTruthWord:
            return IsTruthWord(text);
    }
    return false;
}

/// Cells whose answer needs no conversion: the same class, or a type that takes any number.
bool FitsByClass(const value::Rule& rule, StorageClass storage_class) noexcept {
    const bool number = storage_class == StorageClass::kInteger || storage_class == StorageClass::kReal;
    switch (rule.kind) {
        case Kind::kInt8:
            return storage_class == StorageClass::kInteger;
        case Kind::kFloat8:
            return storage_class == StorageClass::kReal;
        case Kind::kText:
            return number && rule.max_chars == 0;
        case Kind::kBytea:
            return true;  // SQLite's own limit of 1,000,000,000 bytes a value lies below PostgreSQL's
        default:
            return false;
    }
}

/// Makes candidates of one column.
class Builder {
  public:
    Builder(const StoredTyper::Input& input, bool utf8_server) : input_(input), utf8_server_(utf8_server) {}

    void Add(Kind kind, std::uint8_t classes = kAllClasses, TextForm form = TextForm::kAny) {
        list_.push_back(MakeCandidate(PlainType(kind), input_, utf8_server_, classes, form));
    }
    void AddNumbers() {
        Add(Kind::kInt8, kIntegers);
        Add(Kind::kFloat8, kNumbers);
        Add(Kind::kNumeric, kNumbers);
    }
    std::vector<Candidate>& list() noexcept { return list_; }

  private:
    const StoredTyper::Input& input_;
    bool utf8_server_;
    std::vector<Candidate> list_;
};

}  // namespace

Candidate MakeCandidate(MappedType type, const StoredTyper::Input& input, bool utf8_server,
                        std::uint8_t classes, TextForm form) {
    Candidate candidate;
    candidate.rule = type.ToRule();
    candidate.rule.policies = input.policies;
    candidate.rule.utf8_server = utf8_server;
    candidate.type = std::move(type);
    candidate.classes = classes;
    candidate.form = form;
    return candidate;
}

std::vector<Candidate> WiderTypes(const MappedType& declared, const StoredTyper::Input& input,
                                  bool naive_as_timestamptz, bool utf8_server) {
    Builder wider(input, utf8_server);
    const bool limited = declared.fraction_digits < kAllFractionDigits;
    switch (declared.kind) {
        case Kind::kBoolean:
            wider.AddNumbers();
            break;
        case Kind::kInt2:
            wider.Add(Kind::kInt8);
            [[fallthrough]];
        case Kind::kInt4:
        case Kind::kInt8:
            wider.Add(Kind::kFloat8);
            [[fallthrough]];
        case Kind::kFloat4:
        case Kind::kFloat8:
            wider.Add(Kind::kNumeric);
            break;
        case Kind::kNumeric:
            if (declared.constrained) wider.Add(Kind::kNumeric);
            break;
        case Kind::kDate:
            if (!naive_as_timestamptz) wider.Add(Kind::kTimestamp, kAllClasses, TextForm::kWithoutOffset);
            wider.Add(Kind::kTimestamptz);
            wider.AddNumbers();
            break;
        case Kind::kTimestamp:
            if (limited) wider.Add(Kind::kTimestamp, kAllClasses, TextForm::kWithoutOffset);
            wider.Add(Kind::kTimestamptz);
            wider.AddNumbers();
            break;
        case Kind::kTime:
        case Kind::kTimetz:
        case Kind::kTimestamptz:
            if (limited) wider.Add(declared.kind);
            wider.AddNumbers();
            break;
        case Kind::kJsonb:
            wider.Add(Kind::kJson);
            break;
        case Kind::kText:
        case Kind::kBytea:
        case Kind::kUuid:
        case Kind::kJson:
        case Kind::kArray:
        case Kind::kInput:
            break;
    }
    const bool is_text = declared.kind == Kind::kText && declared.max_chars == 0;
    if (!is_text && declared.kind != Kind::kInput) wider.Add(Kind::kText);
    wider.Add(Kind::kBytea);
    for (Candidate& candidate : wider.list())
        candidate.type.is_unsigned =
            declared.is_unsigned && candidate.rule.kind != Kind::kText && candidate.rule.kind != Kind::kBytea;
    return std::move(wider.list());
}

std::vector<Candidate> TypesByContent(const StoredTyper::Input& input, bool utf8_server) {
    Builder types(input, utf8_server);
    types.AddNumbers();
    types.Add(Kind::kText);
    types.Add(Kind::kBytea);
    return std::move(types.list());
}

std::vector<Candidate> PromotedTypes(const MappedType& declared, const StoredTyper::Input& input,
                                     const Promotions& promotions, bool naive_as_timestamptz,
                                     bool utf8_server) {
    Builder types(input, utf8_server);
    if (declared.kind == Kind::kText && declared.enum_labels.empty()) {
        if (promotions.uuid) types.Add(Kind::kUuid, kTexts);
        if (promotions.jsonb) types.Add(Kind::kJsonb, kTexts, TextForm::kContainer);
        if (promotions.timestamp) {
            types.Add(Kind::kDate, kTexts, TextForm::kWithoutTime);
            if (!naive_as_timestamptz) types.Add(Kind::kTimestamp, kTexts, TextForm::kWithoutOffset);
            types.Add(Kind::kTimestamptz, kTexts,
                      naive_as_timestamptz ? TextForm::kAny : TextForm::kWithOffset);
        }
        if (promotions.boolean) types.Add(Kind::kBoolean, kTexts, TextForm::kTruthWord);
    } else if (declared.kind == Kind::kInt8 || declared.kind == Kind::kInt2) {
        if (promotions.boolean && !input.integer_primary_key) types.Add(Kind::kBoolean, kIntegers);
        if (promotions.integer && declared.kind == Kind::kInt8) {
            types.Add(Kind::kInt4, kIntegers);
            types.list().back().type.is_unsigned = declared.is_unsigned;
        }
    }
    return std::move(types.list());
}

bool Fits(Candidate& candidate, const Cell& cell, Scratch& scratch, Unfit& why) noexcept {
    const value::Rule& rule = candidate.rule;
    const bool text = cell.storage_class == StorageClass::kText;
    const bool made_null =
        text && cell.bytes.size == 0 && rule.policies.empty_as_null && !value::IsTextLike(rule.kind);
    if (!made_null) {
        if ((candidate.classes & ClassBit(cell.storage_class)) == 0) {
            why.code = value::Code::kWrongClass;
            return false;
        }
        if (FitsByClass(rule, cell.storage_class)) return true;
    }
    value::Value converted;
    const value::Status status = value::Convert(rule, cell, scratch, converted);
    if (!status.ok()) {
        why.code = status.code;
        return false;
    }
    if (converted.is_null) {
        ++candidate.made_null;
        return true;
    }
    if (!text) return true;
    if (!HasForm(candidate.form, cell.view())) {
        why.form = true;
        return false;
    }
    if (rule.kind == Kind::kTimestamptz && !candidate.naive_seen)
        candidate.naive_seen = !HasOffset(cell.view());
    return true;
}

}  // namespace pgsqlite::schema
