#include "core/assess/suggest.hpp"

#include <algorithm>
#include <iterator>

#include "core/assess/name_hints.hpp"
#include "core/assess/profile_cache.hpp"
#include "core/schema/spelled_type.hpp"
#include "core/schema/stored_candidates.hpp"
#include "core/value/encoding.hpp"
#include "core/value/time/plausible.hpp"

namespace pgsqlite::assess {

using schema::MappedType;
using value::Encoding;
using value::Kind;
using value::StorageClass;

namespace {

/// Nine tenths, of at least one.
bool Most(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole > 0 && part >= whole - whole / 10;
}

constexpr Format kNamedFormats[] = {Format::kIsoDate,
                                    Format::kIsoTime,
                                    Format::kIsoDatetime,
                                    Format::kIsoDatetimeT,
                                    Format::kIsoDatetimeOffset,
                                    Format::kIsoDatetimeTOffset,
                                    Format::kZeroDate,
                                    Format::kUuid,
                                    Format::kJsonObject,
                                    Format::kJsonArray,
                                    Format::kBooleanWord,
                                    Format::kEmail,
                                    Format::kUrl,
                                    Format::kUuidBytes,
                                    Format::kGuidBytes};

/// Details of other formats, which only judgements look at.
constexpr Format kDetails[] = {Format::kUuidText, Format::kTrueFalse, Format::kTF};

template <std::size_t kCount>
bool IsAmong(Format format, const Format (&list)[kCount]) noexcept {
    return std::find(std::begin(list), std::end(list), format) != std::end(list);
}

bool IsDateNumber(Format format) noexcept {
    return format >= Format::kUnix && format <= Format::kDotnetTicks;
}

std::uint64_t Numbers(const ColumnProfile& column) noexcept {
    return column.Count(StorageClass::kInteger) + column.Count(StorageClass::kReal);
}

/// No declared type, or one that means "whatever comes".
bool IsUndeclared(const ColumnProfile& column) {
    const std::string words = schema::SpellType(column.declared_type).words;
    return words.empty() || words == "ANY";
}

/// The encodings under which most of the column's numbers are dates: those that read all of them, where one
/// does. What Core Data has named counts from its own zero.
std::vector<Encoding> DateEncodings(const ColumnProfile& column) {
    const std::uint64_t numbers = Numbers(column);
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < value::kNumberEncodingCount; ++i)
        most = std::max(most, column.Count(DateNumberFormat(i)));
    std::vector<Encoding> encodings;
    if (!Most(most, numbers)) return encodings;
    if (IsCoreDataName(column.name) && column.Count(Format::kCocoa) == most) return {Encoding::kCocoa};
    for (std::size_t i = 0; i < value::kNumberEncodingCount; ++i) {
        const std::uint64_t rows = column.Count(DateNumberFormat(i));
        if (most >= numbers ? rows == most : Most(rows, numbers))
            encodings.push_back(value::kNumberEncodings[i].encoding);
    }
    return encodings;
}

/// The encodings, each with the first and the last day that it would give.
std::string DescribeEncodings(const ColumnProfile& column, const std::vector<Encoding>& encodings) {
    const auto readings = value::PlausibleReadings(column.numbers.min, column.numbers.max);
    std::string list;
    for (const Encoding encoding : encodings) {
        std::string words = value::EncodingName(encoding);
        for (const value::PlausibleReading& reading : readings)
            if (reading.encoding == encoding) words = value::DescribeReadings({reading});
        list += (list.empty() ? "" : ", ") + words;
    }
    return list;
}

/// The option's text of several words, in JSON where one has a comma.
std::string EncodingList(const std::vector<std::string>& words) {
    const bool commas =
        words.size() > 1 && std::any_of(words.begin(), words.end(), [](const std::string& word) {
            return word.find(',') != std::string::npos;
        });
    std::string list;
    for (const std::string& word : words) {
        list += list.empty() ? "" : commas ? ", " : ",";
        list += commas ? '"' + word + '"' : word;
    }
    return commas ? '[' + list + ']' : list;
}

class Judge {
  public:
    explicit Judge(const ColumnProfile& column) : column_(column), values_(column.non_null()) {
        result_.type = column.declared;
        result_.against = column.DeclaredMisfits();
    }

    Suggestion Run() {
        if (values_ == 0) return std::move(result_);
        if (IsUndeclared(column_))
            JudgeContent();
        else if (value::IsTemporal(column_.declared.kind))
            JudgeTemporal();
        else if (column_.declared.kind == Kind::kText)
            JudgeText();
        else if (IsNumber(column_.declared.kind) && column_.rowid_alias)
            return std::move(result_);
        else if (IsNumber(column_.declared.kind))
            JudgeNumber();
        else if (column_.declared.kind == Kind::kBytea)
            JudgeBytes();
        else if (column_.declared.kind == Kind::kUuid)
            JudgeUuid();
        else
            Widen();
        return std::move(result_);
    }

  private:
    static bool IsNumber(Kind kind) noexcept {
        return kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8 || kind == Kind::kFloat8 ||
               kind == Kind::kNumeric;
    }
    std::uint64_t Fitting(Kind kind) const { return values_ - column_.Misfits(kind)->rows; }
    /// Whether a kind takes nine tenths of the values, empty texts aside.
    bool TakesMost(Kind kind) const {
        const std::uint64_t filled = values_ - column_.empty_texts;
        return filled > 0 && Most(Fitting(kind), filled);
    }
    void Take(MappedType type, std::string reason, std::string encoding = {}) {
        result_.changes = type.sql != column_.declared.sql || !encoding.empty();
        result_.reason = std::move(reason);
        result_.encoding = std::move(encoding);
        result_.against.reset();
        if (result_.encoding.empty() && type.sql == schema::PlainType(type.kind).sql)
            if (const Tally* misfits = column_.Misfits(type.kind); misfits != nullptr)
                result_.against = *misfits;
        result_.type = std::move(type);
    }
    void Take(Kind kind, std::string reason, std::string encoding = {}) {
        Take(schema::PlainType(kind), std::move(reason), std::move(encoding));
    }

    /// Stays, unless more than a tenth does not fit: then the nearest type that takes all.
    void Widen();
    void JudgeTemporal();
    void JudgeNumber();
    void JudgeBytes();
    void JudgeContent();
    void JudgeText();
    void JudgeUuid();
    bool TakeForm();
    bool TakeUuidBytes();
    bool TakeBooleans();
    bool TakeMarkedNumbers();
    /// Says what the values could be, where that is not for us to choose.
    void Tell(std::string note) { result_.note = std::move(note); }
    bool TakeDateNumbers(MappedType type);
    bool TakeWrittenDate();

    const ColumnProfile& column_;
    std::uint64_t values_;
    Suggestion result_;
};

void Judge::Widen() {
    const std::uint64_t misfits = column_.DeclaredMisfits().rows;
    // A policy settles those without another type.
    const std::uint64_t settled =
        column_.declared_faults[static_cast<std::size_t>(value::Code::kEmptyText)].rows +
        column_.declared_faults[static_cast<std::size_t>(value::Code::kZeroDate)].rows;
    const std::uint64_t telling = misfits - settled;
    if (Most(values_ - telling, values_)) return;
    if (std::optional<MappedType> wider = NearestForAll(column_))
        Take(std::move(*wider), "more than a tenth of the values is no " + column_.declared.sql);
}

bool Judge::TakeDateNumbers(MappedType type) {
    const std::vector<Encoding> encodings = DateEncodings(column_);
    if (encodings.size() > 1)
        Tell("the numbers are dates under several encodings: " + DescribeEncodings(column_, encodings));
    if (encodings.size() != 1) return false;
    const bool texts = column_.Count(StorageClass::kText) > column_.empty_texts;
    const std::string name = value::EncodingName(encodings.front());
    Take(std::move(type), "the numbers are dates of 1971 to 2099 as " + name, (texts ? "iso," : "") + name);
    return true;
}

void Judge::JudgeTemporal() {
    const std::uint64_t misfits = column_.DeclaredMisfits().rows;
    if (misfits > 0 && Numbers(column_) > 0) {
        // A day's number has no time; all other encodings count smaller units.
        const std::vector<Encoding> encodings = DateEncodings(column_);
        const bool days =
            encodings == std::vector<Encoding>{Encoding::kExcel} && column_.Count(StorageClass::kReal) == 0;
        const bool keeps = column_.declared.kind != Kind::kDate || days;
        if (column_.declared.kind != Kind::kTime && column_.declared.kind != Kind::kTimetz &&
            TakeDateNumbers(keeps ? column_.declared : schema::PlainType(Kind::kTimestamp)))
            return;
    }
    if (misfits > 0 && TakeWrittenDate()) return;
    Widen();
}

void Judge::JudgeNumber() {
    if (column_.declared.kind != Kind::kNumeric && SoundsLikeDate(column_.name) &&
        Most(Numbers(column_), values_)) {
        const std::vector<Encoding> encodings = DateEncodings(column_);
        const bool naive = encodings.size() == 1 && value::FindNumberEncoding(encodings.front())->naive;
        if (TakeDateNumbers(schema::PlainType(naive ? Kind::kTimestamp : Kind::kTimestamptz))) return;
        if (encodings.empty() && TakeWrittenDate()) return;
    }
    if (SoundsLikeFlag(column_.name) && column_.Count(Format::kZeroOne) == values_) {
        Take(Kind::kBoolean, "the name is a flag's, and all values are 0 or 1");
        return;
    }
    if (column_.DeclaredMisfits().rows > 0 && (TakeMarkedNumbers() || TakeForm())) return;
    Widen();
}

/// Blobs of 16 bytes, in the order that they say themselves.
bool Judge::TakeUuidBytes() {
    const bool standard = Most(column_.Count(Format::kUuidBytes), values_);
    const bool dotnet = Most(column_.Count(Format::kGuidBytes), values_);
    if (standard && dotnet) {
        Tell("the blobs could be UUIDs of 16 bytes: type uuid, or, in .NET's order, with encoding guid_le");
        return false;
    }
    if (!standard && !dotnet) return false;
    if (standard) return Take(Kind::kUuid, "the blobs are UUIDs of 16 bytes"), true;
    return Take(Kind::kUuid, "the blobs are UUIDs of 16 bytes in .NET's order", "guid_le"), true;
}

void Judge::JudgeBytes() {
    (void)TakeUuidBytes();
}

/// Declared as one: the bytes may be in .NET's order, which nothing but their version shows.
void Judge::JudgeUuid() {
    const std::uint64_t blobs = column_.Count(StorageClass::kBlob) - column_.empty_blobs;
    const bool standard = Most(column_.Count(Format::kUuidBytes), blobs);
    const bool dotnet = Most(column_.Count(Format::kGuidBytes), blobs);
    const bool microsofts = schema::SpellType(column_.declared_type).words != "UUID";
    if (blobs > 0 && dotnet && !standard)
        return Take(column_.declared, "the blobs are UUIDs of 16 bytes in .NET's order", "guid_le");
    if (blobs > 0 && (dotnet || (microsofts && !standard)))
        Tell(
            "the blobs are read in the order of RFC 9562; those that .NET's Guid.ToByteArray writes need "
            "encoding guid_le");
    Widen();
}

/// Dates written in ways that patterns read, ISO 8601 among them.
bool Judge::TakeWrittenDate() {
    const WrittenPatterns written = ChoosePatterns(column_.written);
    std::uint64_t rows = 0;
    for (const WrittenCount& count : column_.written)
        rows += count.rows;
    const std::uint64_t days = column_.Count(Format::kIsoDate);
    const std::uint64_t times = column_.Count(Format::kIsoDatetime) + column_.Count(Format::kIsoDatetimeT);
    if (rows == 0 || !Most(rows + days + times, values_ - column_.empty_texts)) return false;
    // Eight digits are a code as well as a date, unless the column says what it holds.
    const bool digits =
        std::any_of(column_.written.begin(), column_.written.end(),
                    [](const WrittenCount& count) { return (count.date.forms & ~kDigitForms) == 0; });
    if (digits && !value::IsTemporal(column_.declared.kind) && !SoundsLikeDate(column_.name)) return false;
    std::vector<std::string> words;
    if (days + times > 0) words.push_back("iso");
    words.insert(words.end(), written.patterns.begin(), written.patterns.end());
    constexpr std::size_t kMostWords = value::EncodingList::kMax;
    if (!written.ambiguous.empty() || words.size() > kMostWords) {
        std::string list;
        for (const std::string& choice : written.ambiguous)
            list += (list.empty() ? "" : ", ") + choice;
        Tell("the texts are dates" + (list.empty() ? " of too many forms" : " of two readings: " + list));
        return false;
    }
    const bool has_time = written.has_time || times > 0;
    const bool keeps = column_.declared.kind == Kind::kTimestamp ||
                       column_.declared.kind == Kind::kTimestamptz ||
                       (column_.declared.kind == Kind::kDate && !has_time);
    std::string names;
    if (days + times > 0) names = "iso";
    for (std::size_t form = 0; form < kDateFormCount; ++form) {
        const std::string date = kDateForms[form].pattern;
        const bool used = std::any_of(written.patterns.begin(), written.patterns.end(),
                                      [&](const std::string& pattern) { return pattern.starts_with(date); });
        if (used) names += (names.empty() ? "" : ", ") + std::string(kDateForms[form].name);
    }
    Take(keeps ? column_.declared : schema::PlainType(has_time ? Kind::kTimestamp : Kind::kDate),
         (column_.Count(StorageClass::kText) > 0 ? "the texts" : "the numbers") +
             (" are dates of the form " + names),
         EncodingList(words));
    return true;
}

/// Words are booleans where they are boolean's own, and both of them occur.
bool Judge::TakeBooleans() {
    const std::uint64_t filled = values_ - column_.empty_texts;
    if (!Most(column_.Count(Format::kBooleanWord), filled)) return false;
    const bool own = column_.Count(Format::kTrueFalse) == filled || column_.Count(Format::kTF) == filled;
    if (own && column_.empty_texts == 0 && column_.texts.shown_min != column_.texts.shown_max)
        return Take(Kind::kBoolean, "the texts are booleans in words"), true;
    Tell("the texts could be words for booleans: with type boolean");
    return false;
}

/// Numbers with a decimal comma, or with marks between thousands, where they say which of both.
bool Judge::TakeMarkedNumbers() {
    const std::uint64_t filled = values_ - column_.empty_texts;
    const std::uint64_t commas = column_.Count(Format::kDecimalComma);
    const std::uint64_t grouped = column_.Count(Format::kGroupedNumber);
    const std::uint64_t decimals = column_.Count(Format::kDecimal);
    const std::uint64_t plain = column_.Count(Format::kInteger);
    if (commas + grouped == 0 || column_.Count(StorageClass::kText) != values_) return false;
    const bool as_commas = commas + plain == filled, as_grouped = grouped + plain + decimals == filled;
    if (as_commas && as_grouped) {
        Tell(
            "the texts are numbers of two readings: encoding decimal_comma takes 1,234 for 1.234, encoding "
            "grouped for 1234");
        return false;
    }
    if (!as_commas && !as_grouped) {
        if (Most(commas + grouped + plain + decimals, filled))
            Tell(
                "the texts are numbers in several notations: encodings decimal_comma (1.234,5) and grouped "
                "(1,234.5) read one each");
        return false;
    }
    const bool keeps = column_.declared.kind == Kind::kNumeric;
    Take(keeps ? column_.declared : schema::PlainType(Kind::kNumeric),
         as_commas ? "the texts are numbers with a decimal comma"
                   : "the texts are numbers with commas between thousands",
         as_commas ? "decimal_comma" : "grouped");
    return true;
}

/// A form that nine tenths of the values have.
bool Judge::TakeForm() {
    const std::uint64_t filled = values_ - column_.empty_texts;
    if (filled == 0) return false;
    if (Most(column_.Count(Format::kUuidText), filled) && column_.Count(StorageClass::kBlob) == 0)
        return Take(Kind::kUuid, "the values are UUIDs"), true;
    // 32 digits are a hash as well, and uuid gives them back with hyphens.
    if (Most(column_.Count(Format::kUuid), filled))
        Tell("the texts could be UUIDs, which uuid writes in lower case and with hyphens: with type uuid");
    const std::uint64_t containers = column_.Count(Format::kJsonObject) + column_.Count(Format::kJsonArray);
    if (Most(containers, filled)) return Take(Kind::kJsonb, "the texts are JSON objects or arrays"), true;
    const std::uint64_t dates = column_.Count(Format::kIsoDate);
    const std::uint64_t offsets =
        column_.Count(Format::kIsoDatetimeOffset) + column_.Count(Format::kIsoDatetimeTOffset);
    const std::uint64_t naive = column_.Count(Format::kIsoDatetime) + column_.Count(Format::kIsoDatetimeT);
    if (Most(dates, filled)) return Take(Kind::kDate, "the texts are dates"), true;
    if (Most(dates + offsets + naive, filled)) {
        const bool zoned = Most(offsets, filled);
        return Take(zoned ? Kind::kTimestamptz : Kind::kTimestamp,
                    zoned ? "the texts are dates and times with an offset" : "the texts are dates and times"),
               true;
    }
    if (Most(column_.Count(Format::kIsoTime), filled))
        return Take(Kind::kTime, "the texts are times of day"), true;
    return TakeBooleans() || TakeMarkedNumbers() || TakeWrittenDate();
}

void Judge::JudgeText() {
    if (Most(column_.Count(StorageClass::kBlob), values_)) {
        if (Most(column_.Count(Format::kUtf8Bytes), values_))
            Take(column_.declared, "the blobs are UTF-8 text", "utf8");
        else if (!TakeUuidBytes())
            Take(Kind::kBytea, "the values are blobs");
        return;
    }
    // An ENUM's labels and a length say more than the values of today.
    if (column_.declared.enum_labels.empty() && TakeForm()) return;
    if (column_.declared.max_chars > 0) Widen();
}

void Judge::JudgeContent() {
    const std::uint64_t integers = column_.Count(StorageClass::kInteger);
    const std::uint64_t texts = column_.Count(StorageClass::kText);
    const std::uint64_t blobs = column_.Count(StorageClass::kBlob);
    if (Most(texts, values_)) {
        if (!TakeForm()) Take(Kind::kText, "the type is not declared, and the values are texts");
    } else if (Most(blobs, values_)) {
        if (!TakeUuidBytes()) Take(Kind::kBytea, "the values are blobs");
    } else if (Most(integers, values_)) {
        Take(Kind::kInt8, "the type is not declared, and the values are integers");
    } else if (Most(Numbers(column_), values_)) {
        Take(column_.Misfits(Kind::kFloat8)->rows == values_ - Numbers(column_) ? Kind::kFloat8
                                                                                : Kind::kNumeric,
             "the type is not declared, and the values are numbers");
    } else {
        const bool text = column_.Misfits(Kind::kText)->rows == 0;
        Take(text ? Kind::kText : Kind::kBytea,
             "the type is not declared, and the values are of several classes");
    }
}

}  // namespace

std::vector<FoundFormat> FoundFormats(const ColumnProfile& column) {
    std::vector<FoundFormat> found;
    const std::uint64_t texts = column.Count(StorageClass::kText) - column.empty_texts;
    const std::uint64_t blobs = column.Count(StorageClass::kBlob) - column.empty_blobs;
    const std::uint64_t numbers =
        Numbers(column) + column.Count(Format::kInteger) + column.Count(Format::kDecimal);
    for (std::size_t i = 0; i < kFormatCount; ++i) {
        const auto format = static_cast<Format>(i);
        const std::uint64_t rows = column.formats[i];
        if (rows == 0 || IsAmong(format, kDetails)) continue;
        bool tell = IsAmong(format, kNamedFormats);
        if (IsDateNumber(format))
            tell = Most(rows, numbers) && !column.rowid_alias;
        else if (format == Format::kZeroOne)
            tell = Most(rows, Numbers(column)) && !column.rowid_alias;
        else if (format == Format::kUtf8Bytes)
            tell = Most(rows, blobs);
        else if (format == Format::kHex || format == Format::kBase64)
            tell = Most(rows, texts) && column.Count(Format::kInteger) < rows &&
                   column.Count(Format::kUuid) < rows;
        else if (!tell)
            tell = Most(column.Count(Format::kInteger) + column.Count(Format::kPaddedInteger) +
                            column.Count(Format::kDecimal) + column.Count(Format::kDecimalComma) +
                            column.Count(Format::kGroupedNumber),
                        texts);
        if (tell) found.push_back({FormatName(format), rows});
    }
    for (std::size_t form = 0; form < kDateFormCount; ++form) {
        const std::uint64_t rows = column.CountWritten(form);
        const bool by_chance = (kDigitForms >> form & 1) != 0;
        if (rows > 0 && (!by_chance || Most(rows, column.non_null())))
            found.push_back({kDateForms[form].name, rows});
    }
    return found;
}

ColumnRule Suggestion::Rule(const ColumnProfile& column) const {
    ColumnRule rule;
    rule.column = column.name;
    rule.type = type;
    rule.encoding = encoding;
    return rule;
}

std::optional<MappedType> NearestForAll(const ColumnProfile& column) {
    // The same ladder that types 'stored' climbs.
    for (schema::Candidate& wider :
         schema::WiderTypes(column.declared, {column.declared_type, column.rowid_alias, {}}, false, true)) {
        const Tally* misfits = column.Misfits(wider.type.kind);
        if (misfits == nullptr || (misfits->rows > 0 && wider.type.kind != Kind::kBytea)) continue;
        bool takes = true;
        for (const StorageClass c :
             {StorageClass::kInteger, StorageClass::kReal, StorageClass::kText, StorageClass::kBlob})
            takes = takes && (column.Count(c) == 0 || (wider.classes & schema::ClassBit(c)) != 0);
        if (wider.form == schema::TextForm::kWithoutOffset)
            takes = takes &&
                    column.Count(Format::kIsoDatetimeOffset) + column.Count(Format::kIsoDatetimeTOffset) == 0;
        if (takes) return std::move(wider.type);
    }
    return std::nullopt;
}

Suggestion Suggest(const ColumnProfile& column) {
    return Judge(column).Run();
}

std::vector<Suggestion> SuggestAll(sqlite::Database& db, const sqlite::Table& table,
                                   const TableProfile& profile, ProfileCache* cache) {
    std::vector<Suggestion> suggestions;
    std::vector<ColumnRule> rules;
    std::vector<std::size_t> asked;
    for (const ColumnProfile& column : profile.columns) {
        suggestions.push_back(Suggest(column));
        if (suggestions.back().against) continue;
        asked.push_back(suggestions.size() - 1);
        rules.push_back(suggestions.back().Rule(column));
    }
    if (rules.empty()) return suggestions;
    ProfileCache none(0);
    const auto counted = (cache != nullptr ? *cache : none).Misfits(db, table, rules);
    for (std::size_t i = 0; i < asked.size(); ++i)
        suggestions[asked[i]].against = Tally{counted[i]->refused, counted[i]->First()};
    return suggestions;
}

}  // namespace pgsqlite::assess
