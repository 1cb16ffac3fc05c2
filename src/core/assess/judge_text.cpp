// Texts: dates and times, words for booleans, numbers with marks. A text becomes another type where every one
// comes back as it is written, or says the same under a rule that the spec names; otherwise it is told.
#include <algorithm>

#include "core/assess/judge.hpp"
#include "core/assess/name_hints.hpp"

namespace pgsqlite::assess {

using value::Kind;
using value::StorageClass;

namespace {

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

/// Forms that versions and other things have, too: numbers parted by points or hyphens.
constexpr std::uint32_t FormsBySeparator(char separator) noexcept {
    std::uint32_t forms = 0;
    for (std::size_t i = 0; i < kDateFormCount; ++i)
        if (kDateForms[i].separator == separator &&
            (kDateForms[i].shape == DateShape::kYearFirst || kDateForms[i].short_year))
            forms |= 1u << i;
    return forms;
}
constexpr std::uint32_t kNumberLike = FormsBySeparator('.') | FormsBySeparator('-');

}  // namespace

/// Whether declaration or name says that the column holds dates or times.
bool Judge::IsDated() const {
    return value::IsTemporal(column_.declared.kind) || SoundsLikeDate(column_.name);
}

/// Dates written in ways that patterns read, ISO 8601 among them.
bool Judge::TakeWrittenDate() {
    const WrittenPatterns written = ChoosePatterns(column_.written);
    std::uint64_t rows = 0;
    bool by_chance = false;  // a code as well as a date, unless the column says what it holds
    for (const WrittenCount& count : column_.written) {
        rows += count.rows;
        by_chance = by_chance || (count.date.forms & ~kChanceForms) == 0 ||
                    (count.date.brief && (count.date.forms & ~kNumberLike) == 0);
    }
    const std::uint64_t days = column_.Count(Format::kIsoDate);
    const std::uint64_t offsets =
        column_.Count(Format::kIsoDatetimeOffset) + column_.Count(Format::kIsoDatetimeTOffset);
    const std::uint64_t times =
        column_.Count(Format::kIsoDatetime) + column_.Count(Format::kIsoDatetimeT) + offsets;
    if (rows == 0 || !Most(rows + days + times, Filled())) return false;
    if (by_chance && !IsDated()) return false;
    std::vector<std::string> words;
    if (days + times > 0) words.push_back("iso");
    words.insert(words.end(), written.patterns.begin(), written.patterns.end());
    constexpr std::size_t kMostWords = value::EncodingList::kMax;
    if (!written.ambiguous.empty() || words.size() > kMostWords) {
        std::string list;
        for (const std::string& choice : written.ambiguous)
            list += (list.empty() ? "" : ", ") + choice;
        const char* const what =
            column_.Count(StorageClass::kText) > 0 ? "the texts are dates" : "the numbers are dates";
        Tell(what + (list.empty() ? " of too many forms" : " of two readings: " + list));
        return false;
    }
    const bool clocks = written.lacks_date;
    const bool has_date = written.has_date || days + times > 0;
    const bool has_time = written.has_time || times > 0, lacks_time = written.lacks_time || days > 0;
    const bool has_offset = written.has_offset || offsets > 0;
    const bool lacks_offset = written.lacks_offset || days + times > offsets;
    const std::string list = EncodingList(words);
    if (written.fine || column_.Count(Format::kFineFraction) > 0) {
        Tell("the texts are dates and times finer than a microsecond: with encoding " + list +
             " and excess_digits round");
        return false;
    }
    // What a type would add, a time to a day or an offset to a local time, nobody has written.
    const bool mixed = (clocks && has_date) || (has_time && lacks_time) || (has_offset && lacks_offset);
    if (mixed && !IsDated()) {
        Tell(
            "the texts are dates, some with a time or an offset and some without: with a type and encoding " +
            list);
        return false;
    }
    if (clocks && has_date) return false;
    const Kind declared = column_.declared.kind;
    const bool moment = declared == Kind::kTimestamp || declared == Kind::kTimestamptz;
    const bool keeps = clocks ? declared == Kind::kTime || declared == Kind::kTimetz
                              : moment || (declared == Kind::kDate && !has_time);
    std::string names = days + times > 0 ? "iso" : "";
    for (std::size_t form = 0; form < kDateFormCount; ++form)
        if ((written.forms >> form & 1) != 0)
            names += (names.empty() ? "" : ", ") + std::string(kDateForms[form].name);
    const Kind kind = clocks                        ? Kind::kTime
                      : !has_time                   ? Kind::kDate
                      : has_offset && !lacks_offset ? Kind::kTimestamptz
                                                    : Kind::kTimestamp;
    Take(keeps ? column_.declared : schema::PlainType(kind),
         (column_.Count(StorageClass::kText) > 0 ? "the texts" : "the numbers") +
             ((clocks ? " are times of the form " : " are dates of the form ") + names),
         list);
    return true;
}

/// Dates and times as ISO 8601 and SQLite write them.
bool Judge::TakeIsoDates() {
    const std::uint64_t dates = column_.Count(Format::kIsoDate);
    const std::uint64_t offsets =
        column_.Count(Format::kIsoDatetimeOffset) + column_.Count(Format::kIsoDatetimeTOffset);
    const std::uint64_t naive = column_.Count(Format::kIsoDatetime) + column_.Count(Format::kIsoDatetimeT);
    if (Most(dates, Filled()) && offsets + naive == 0) return Take(Kind::kDate, "the texts are dates"), true;
    if (!Most(dates + offsets + naive, Filled())) return false;
    const bool zoned = Most(offsets, Filled());
    const char* const type = zoned ? "timestamp with time zone" : "timestamp without time zone";
    if (column_.Count(Format::kFineFraction) > 0) {
        Tell("the texts are dates and times finer than a microsecond: with type " + std::string(type) +
             " and excess_digits round");
        return true;
    }
    if (!IsDated() && column_.Count(Format::kOffsetFromUtc) > 0) {
        Tell(
            "the texts are dates and times with offsets, which type timestamp with time zone takes to the "
            "instant "
            "and does not keep");
        return true;
    }
    const bool mixed = (dates > 0 && naive + offsets > 0) || (naive > 0 && offsets > 0);
    if (!IsDated() && mixed) {
        Tell("the texts are dates, some with a time or an offset and some without: with type " +
             std::string(type));
        return true;
    }
    Take(zoned ? Kind::kTimestamptz : Kind::kTimestamp,
         zoned ? "the texts are dates and times with an offset" : "the texts are dates and times");
    return true;
}

/// Times of day. 04:35 may be minutes and seconds as well.
bool Judge::TakeTimes() {
    if (!Most(column_.Count(Format::kIsoTime), Filled())) return false;
    if (column_.Count(Format::kTimeWithoutSeconds) > 0 && !SoundsLikeTimeOfDay(column_.name)) {
        Tell("the texts could be times of day in hours and minutes: with type time");
        return true;
    }
    return Take(Kind::kTime, "the texts are times of day"), true;
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

/// Numbers with a decimal comma, or with marks between thousands, where they say which of both. 1,2 may be a
/// list of two as well: marks of both kinds, or cents, tell, or what the column is called.
bool Judge::TakeMarkedNumbers() {
    const std::uint64_t filled = Filled();
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
    const bool sure = column_.Count(Format::kBothMarks) > 0 ||
                      column_.Count(Format::kTwoDecimals) == commas + grouped ||
                      IsNumber(column_.declared.kind) || SoundsLikeAmount(column_.name);
    const std::string encoding = as_commas ? "decimal_comma" : "grouped";
    if (!sure) {
        Tell("the texts could be numbers, or lists of numbers: with type numeric and encoding " + encoding);
        return false;
    }
    const bool keeps = column_.declared.kind == Kind::kNumeric;
    Take(keeps ? column_.declared : schema::PlainType(Kind::kNumeric),
         as_commas ? "the texts are numbers with a decimal comma"
                   : "the texts are numbers with commas between thousands",
         encoding);
    return true;
}

/// Amounts with a sign of currency or percent, which a number would not keep.
void Judge::TellAmounts() {
    const std::string function = "with type numeric and convert sqlite.parse_numeric(…, decimal, grouping, ";
    if (Most(column_.Count(Format::kPercent), Filled()))
        Tell("the texts are percentages: " + function + "'', 'number'), or 'fraction' for hundredths");
    else if (Most(column_.Count(Format::kCurrency), Filled()))
        Tell("the texts are amounts with a currency: " + function + "'*')");
}

/// Digits in a text that is called like a date.
void Judge::TellDigits() {
    if (!SoundsLikeDate(column_.name) || !Most(column_.Count(Format::kInteger), Filled())) return;
    std::string list;
    for (std::size_t i = 0; i < value::kNumberEncodingCount; ++i)
        if (Most(column_.Count(DateNumberFormat(i)), Filled()))
            list += (list.empty() ? "" : ", ") + std::string(value::kNumberEncodings[i].name);
    if (!list.empty()) Tell("the texts could be numbers that are dates, by encoding: " + list);
}

/// A form that nine tenths of the values have.
bool Judge::TakeForm() {
    const std::uint64_t filled = Filled();
    if (filled == 0) return false;
    if (Most(column_.Count(Format::kUuidText), filled) && column_.Count(StorageClass::kBlob) == 0)
        return Take(Kind::kUuid, "the values are UUIDs"), true;
    // 32 digits are a hash as well, and uuid gives them back with hyphens.
    if (Most(column_.Count(Format::kUuid), filled))
        Tell("the texts could be UUIDs, which uuid writes in lower case and with hyphens: with type uuid");
    const std::uint64_t containers = column_.Count(Format::kJsonObject) + column_.Count(Format::kJsonArray);
    if (Most(containers, filled)) return Take(Kind::kJsonb, "the texts are JSON objects or arrays"), true;
    if (TakeIsoDates() || TakeTimes() || TakeBooleans() || TakeMarkedNumbers() || TakeWrittenDate())
        return result_.changes;
    TellAmounts();
    TellDigits();
    return false;
}

void Judge::JudgeText() {
    if (Most(column_.Count(StorageClass::kBlob), values_)) {
        if (Most(column_.Count(Format::kUtf8Bytes), values_))
            Take(column_.declared, "the blobs are UTF-8 text", "utf8");
        else if (!TakeGeometry() && !TakeUuidBytes() && !TakeSqliteJsonb())
            Take(Kind::kBytea, "the values are blobs");
        return;
    }
    // An ENUM's labels and a length say more than the values of today.
    if (column_.declared.enum_labels.empty() && TakeForm()) return;
    if (column_.declared.max_chars > 0) Widen();
}

}  // namespace pgsqlite::assess
