#include "core/assess/suggest.hpp"

#include <algorithm>
#include <iterator>

#include "core/assess/name_hints.hpp"
#include "core/assess/profile_cache.hpp"
#include "core/schema/spelled_type.hpp"
#include "core/schema/stored_candidates.hpp"
#include "core/value/encoding.hpp"

namespace pgsqlite::assess {

using schema::MappedType;
using value::Kind;
using value::StorageClass;

namespace {

/// Nine tenths, of at least one.
bool Most(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole > 0 && part >= whole - whole / 10;
}

/// In order of preference. As unix_ns, .NET's numbers are dates of 1990, and all of cocoa's are dates as
/// unix.
constexpr Format kDateNumbers[] = {Format::kUnix,        Format::kUnixMs, Format::kUnixUs,
                                   Format::kDotnetTicks, Format::kUnixNs, Format::kJulian,
                                   Format::kWebkit,      Format::kExcel,  Format::kCocoa};

constexpr Format kNamedFormats[] = {Format::kIsoDate,
                                    Format::kIsoTime,
                                    Format::kIsoDatetime,
                                    Format::kIsoDatetimeT,
                                    Format::kIsoDatetimeOffset,
                                    Format::kIsoDatetimeTOffset,
                                    Format::kZeroDate,
                                    Format::kUsDate,
                                    Format::kEuDate,
                                    Format::kDottedDate,
                                    Format::kYmdDate,
                                    Format::kUuid,
                                    Format::kJsonObject,
                                    Format::kJsonArray,
                                    Format::kBooleanWord,
                                    Format::kEmail,
                                    Format::kUrl,
                                    Format::kUuidBytes};

std::uint64_t Numbers(const ColumnProfile& column) noexcept {
    return column.Count(StorageClass::kInteger) + column.Count(StorageClass::kReal);
}

/// No declared type, or one that means "whatever comes".
bool IsUndeclared(const ColumnProfile& column) {
    const std::string words = schema::SpellType(column.declared_type).words;
    return words.empty() || words == "ANY";
}

/// The format under which the column's numbers are dates, where nine tenths of them are.
const Format* DateFormat(const ColumnProfile& column) {
    const std::uint64_t numbers = Numbers(column);
    const bool cocoa = IsCoreDataName(column.name) && Most(column.Count(Format::kCocoa), numbers);
    for (const Format& format : kDateNumbers)
        if (Most(column.Count(format), numbers) && (!cocoa || format == Format::kCocoa)) return &format;
    return nullptr;
}

/// The pattern that a date with slashes or dots is written in, from one of them.
std::string PatternOf(Format format, const std::string& shown) {
    std::string pattern = format == Format::kUsDate       ? "MM/DD/YYYY"
                          : format == Format::kEuDate     ? "DD/MM/YYYY"
                          : format == Format::kDottedDate ? "DD.MM.YYYY"
                                                          : "YYYY/MM/DD";
    const auto colons = std::count(shown.begin(), shown.end(), ':');
    if (colons == 0) return pattern;
    const bool half_days = shown.find_first_of("aApP") != std::string::npos;
    pattern += half_days ? " HH12:MI" : " HH24:MI";
    if (colons > 1) pattern += shown.find('.', shown.rfind(':')) != std::string::npos ? ":SS.US" : ":SS";
    return half_days ? pattern + " AM" : pattern;
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
    bool TakeForm();
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
    const Format* format = DateFormat(column_);
    if (format == nullptr) return false;
    const bool texts = column_.Count(StorageClass::kText) > column_.empty_texts;
    const std::string name = value::EncodingName(EncodingOf(*format));
    Take(std::move(type), "the numbers are dates of 1971 to 2099 as " + name, (texts ? "iso," : "") + name);
    return true;
}

void Judge::JudgeTemporal() {
    const std::uint64_t misfits = column_.DeclaredMisfits().rows;
    if (misfits > 0 && Numbers(column_) > 0) {
        // A day's number has no time; all other encodings count smaller units.
        const Format* format = DateFormat(column_);
        const bool days =
            format != nullptr && *format == Format::kExcel && column_.Count(StorageClass::kReal) == 0;
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
        const Format* format = DateFormat(column_);
        const bool naive =
            format != nullptr && (*format == Format::kExcel || *format == Format::kDotnetTicks);
        if (format != nullptr &&
            TakeDateNumbers(schema::PlainType(naive ? Kind::kTimestamp : Kind::kTimestamptz)))
            return;
    }
    if (SoundsLikeFlag(column_.name) && column_.Count(Format::kZeroOne) == values_) {
        Take(Kind::kBoolean, "the name is a flag's, and all values are 0 or 1");
        return;
    }
    if (column_.DeclaredMisfits().rows > 0 && TakeForm()) return;
    Widen();
}

void Judge::JudgeBytes() {
    if (Most(column_.Count(Format::kUuidBytes), values_))
        Take(Kind::kUuid, "the blobs are UUIDs of 16 bytes");
}

bool Judge::TakeWrittenDate() {
    for (const Format format : {Format::kYmdDate, Format::kDottedDate, Format::kUsDate, Format::kEuDate}) {
        if (!Most(column_.Count(format), values_ - column_.empty_texts)) continue;
        const bool both = Most(column_.Count(Format::kUsDate), values_ - column_.empty_texts) &&
                          Most(column_.Count(Format::kEuDate), values_ - column_.empty_texts);
        const bool us = format == Format::kUsDate, eu = format == Format::kEuDate;
        // Where both read most of them, the one that reads more; a tie is no suggestion.
        if (both && (us || eu)) {
            const std::uint64_t here = column_.Count(format);
            const std::uint64_t there = column_.Count(us ? Format::kEuDate : Format::kUsDate);
            if (here < there) continue;
            if (here == there) return false;
        }
        const bool time = column_.texts.shown_max.find(':') != std::string::npos;
        Take(time ? Kind::kTimestamp : Kind::kDate,
             std::string("the texts are dates of the form ") + FormatName(format),
             PatternOf(format, column_.texts.shown_max));
        return true;
    }
    return false;
}

/// A form that nine tenths of the values have.
bool Judge::TakeForm() {
    const std::uint64_t filled = values_ - column_.empty_texts;
    if (filled == 0) return false;
    if (TakesMost(Kind::kUuid)) return Take(Kind::kUuid, "the values are UUIDs"), true;
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
    if (Most(column_.Count(Format::kBooleanWord), filled))
        return Take(Kind::kBoolean, "the texts are booleans in words"), true;
    return TakeWrittenDate();
}

void Judge::JudgeText() {
    if (Most(column_.Count(StorageClass::kBlob), values_)) {
        if (Most(column_.Count(Format::kUtf8Bytes), values_))
            Take(column_.declared, "the blobs are UTF-8 text", "utf8");
        else if (Most(column_.Count(Format::kUuidBytes), values_))
            Take(Kind::kUuid, "the blobs are UUIDs of 16 bytes");
        else
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
        const bool uuids = Most(column_.Count(Format::kUuidBytes), values_);
        Take(uuids ? Kind::kUuid : Kind::kBytea,
             uuids ? "the blobs are UUIDs of 16 bytes" : "the values are blobs");
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
        if (rows == 0) continue;
        bool tell =
            std::find(std::begin(kNamedFormats), std::end(kNamedFormats), format) != std::end(kNamedFormats);
        if (std::find(std::begin(kDateNumbers), std::end(kDateNumbers), format) != std::end(kDateNumbers))
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
        if (tell) found.push_back({format, rows});
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
