// Texts and blobs: one look at the bytes gives the classes that occur, the first byte and the length say
// which parsers may have something to say.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/assess/recognise.hpp"
#include "core/assess/recognise_number.hpp"
#include "core/assess/spelling.hpp"
#include "core/base/cancel.hpp"
#include "core/value/boolean.hpp"
#include "core/value/geometry/geometry.hpp"
#include "core/value/id/uuid.hpp"
#include "core/value/json/json.hpp"
#include "core/value/json/sqlite_jsonb.hpp"
#include "core/value/number/integer.hpp"
#include "core/value/number/number.hpp"
#include "core/value/number/real.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/text/text.hpp"
#include "core/value/text/utf8.hpp"
#include "core/value/time/temporal.hpp"

namespace pgsqlite::assess {

using value::Code;
using value::Kind;
using value::Status;

namespace {

// Classes of bytes.
enum : std::uint16_t {
    kDigit = 1,
    kHexDigit = 2,
    kBase64Byte = 4,  ///< A-Z a-z 0-9 + / =
    kNumberByte = 8,  ///< what a number's text or white space around it may hold
    kHigh = 16,
    kNulByte = 32,
    kAt = 64,
    kColon = 128,
    kHyphen = 256,
    kSlash = 512,
    kComma = 1024,
    kDot = 2048,
};
/// While all bytes are of one of these, the rest of a long text matters.
constexpr std::uint16_t kWhole = kHexDigit | kBase64Byte | kNumberByte;

constexpr auto kClasses = [] {
    std::array<std::uint16_t, 256> classes{};
    for (int c = 0; c < 256; ++c) {
        std::uint16_t bits = 0;
        const bool digit = c >= '0' && c <= '9';
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool hex_letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (digit) bits |= kDigit;
        if (digit || hex_letter) bits |= kHexDigit;
        if (digit || letter || c == '+' || c == '/' || c == '=') bits |= kBase64Byte;
        if (digit || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E' || c == ' ' ||
            (c >= '\t' && c <= '\r'))
            bits |= kNumberByte;
        if (c >= 0x80) bits |= kHigh;
        if (c == 0) bits |= kNulByte;
        if (c == '@') bits |= kAt;
        if (c == ':') bits |= kColon;
        if (c == '-') bits |= kHyphen;
        if (c == '/') bits |= kSlash;
        if (c == ',') bits |= kComma;
        if (c == '.') bits |= kDot;
        classes[static_cast<std::size_t>(c)] = bits;
    }
    return classes;
}();

/// Classes that all, and that some, of the bytes looked at have.
struct Classes {
    std::uint16_t all = 0xffff;
    std::uint16_t some = 0;
    bool complete = true;  ///< every byte was looked at
};

Classes LookAt(Bytes text) noexcept {
    constexpr std::size_t kBlock = 64;
    Classes found;
    CancelTicks ticks;
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t left = text.size();
    for (;;) {
        const std::size_t size = left < kBlock ? left : kBlock;
        for (std::size_t i = 0; i < size; ++i) {
            const std::uint16_t bits = kClasses[p[i]];
            found.all &= bits;
            found.some |= bits;
        }
        p += size;
        left -= size;
        if (left == 0) return found;
        if ((found.all & kWhole) == 0 || ticks.Cancelled()) {
            found.complete = false;
            return found;
        }
    }
}

/// Both faults of a text, which FindTextFault takes for one.
void FindFaults(Bytes text, Traits& traits) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    while (p < end && !(traits.nul && traits.invalid_text)) {
        p += value::FindTextFault(Bytes(p, static_cast<std::size_t>(end - p)));
        if (p == end) break;
        if (*p == '\0') {
            traits.nul = true;
            ++p;
            continue;
        }
        traits.invalid_text = true;
        bool valid = false;
        p += value::Utf8Step(p, end, valid);
    }
}

bool Accepts(Kind kind, Bytes text, Scratch& scratch) noexcept {
    value::Rule rule;
    rule.kind = kind;
    value::Value out;
    return value::Convert(rule, value::Cell::Text(text), scratch, out).ok();
}

/// Adds a kind where Convert takes the text.
void Test(Kind kind, Bytes text, Scratch& scratch, Traits& traits) noexcept {
    if (Accepts(kind, text, scratch)) traits.fits |= FitBit(kind);
}

void RecogniseNumberText(Bytes text, Bytes trimmed, Scratch& scratch, Traits& traits) noexcept {
    value::NumberText number;
    if (!value::ScanNumber(trimmed, number)) return;
    // Within these bounds every double and every numeric holds the digits (real.cpp, decimal.cpp).
    constexpr std::size_t kSureLength = 300;
    constexpr std::size_t kSureDigits = 15;
    constexpr std::int64_t kSureExponent = 290;
    const bool finite = number.form == value::NumberText::Form::kFinite;
    const bool moderate = finite && trimmed.size() <= kSureLength &&
                          std::abs(number.written_exponent) <= kSureExponent &&
                          std::abs(number.exponent) <= kSureExponent;
    if (moderate && number.digit_count <= kSureDigits)
        traits.fits |= FitBit(Kind::kFloat8);
    else
        Test(Kind::kFloat8, text, scratch, traits);
    if (moderate)
        traits.fits |= FitBit(Kind::kNumeric);
    else
        Test(Kind::kNumeric, text, scratch, traits);
    if (!finite) return;
    std::int64_t integer = 0;
    double real = 0;
    bool exact = false;
    if (value::IntegerFromText(number, integer) == Code::kOk) {
        constexpr std::uint32_t kSizes = FitBit(Kind::kInt2) | FitBit(Kind::kInt4) | FitBit(Kind::kInt8);
        traits.fits |= FitsOfInteger(integer) & kSizes;
        traits.formats |= DateFormats(static_cast<double>(integer));
    } else if (value::RealFromText(number, real, exact) == Code::kOk) {
        traits.formats |= DateFormats(real);
    }
    traits.Add(NumberFormat(trimmed, (traits.fits & FitBit(Kind::kInt8)) != 0));
}

void RecogniseDate(Bytes text, Bytes trimmed, const Classes& classes, Scratch& scratch,
                   Traits& traits) noexcept {
    value::Rule rule;
    rule.kind = Kind::kTimestamptz;
    value::Value out;
    const value::Cell cell = value::Cell::Text(text);
    const bool has_time = (classes.some & kColon) != 0;
    if (has_time && trimmed.size() > 2 && trimmed[2] == ':') {
        Test(Kind::kTime, text, scratch, traits);
        if ((traits.fits & FitBit(Kind::kTime)) == 0) return;
        traits.Add(Format::kIsoTime);
        if (trimmed.size() == 5) traits.Add(Format::kTimeWithoutSeconds);
        return;
    }
    const Status status = value::ConvertTemporal(rule, cell, scratch, out);
    if (status.code == Code::kZeroDate) traits.Add(Format::kZeroDate);
    if (!status.ok()) {
        // A fraction of more than six digits is a date and time all the same.
        if (status.code != Code::kExcessDigits) return;
        traits.Add(DatetimeFormat(trimmed));
        traits.formats |= FractionFormats(trimmed) | FormatBit(Format::kFineFraction);
        return;
    }
    // In UTC what is a timestamptz is a timestamp.
    traits.fits |= FitBit(Kind::kTimestamptz) | FitBit(Kind::kTimestamp);
    if (out.integer % value::kMicrosPerDay == 0) Test(Kind::kDate, text, scratch, traits);
    traits.Add(has_time ? DatetimeFormat(trimmed) : Format::kIsoDate);
    if (!has_time) return;
    traits.formats |= FractionFormats(trimmed);
    if (HasOffsetFromUtc(trimmed)) traits.Add(Format::kOffsetFromUtc);
}

/// @param text checked to be UTF-8 without NUL
void RecogniseJson(Bytes text, Scratch& scratch, Traits& traits) noexcept {
    Bytes checked = text;
    if (value::ValidateJson(checked, value::JsonUse::kJsonb, true, scratch, false).ok())
        traits.fits |= FitBit(Kind::kJson) | FitBit(Kind::kJsonb);
    else
        Test(Kind::kJson, text, scratch, traits);  // half a surrogate pair, a duplicate key, …
}

constexpr std::uint64_t kIsoDatetimes =
    FormatBit(Format::kIsoDate) | FormatBit(Format::kIsoDatetime) | FormatBit(Format::kIsoDatetimeT) |
    FormatBit(Format::kIsoDatetimeOffset) | FormatBit(Format::kIsoDatetimeTOffset);

/// 1 to 15 digits (a double holds them all), no white space, no zero in front: nothing else is asked of such
/// a text.
bool RecogniseDigits(Bytes text, const Classes& classes, Traits& traits) noexcept {
    if ((classes.all & kDigit) == 0 || text.size() > 15 || (text[0] == '0' && text.size() > 1)) return false;
    std::int64_t integer = 0;
    for (const char c : text)
        integer = integer * 10 + (c - '0');
    traits.fits |= FitsOfInteger(integer) | FitBit(Kind::kFloat8);
    traits.formats |= DateFormats(static_cast<double>(integer));
    traits.Add(Format::kInteger);
    if (text.size() >= 8 && text.size() % 2 == 0) traits.Add(Format::kHex);
    if (text.size() == 8) traits.written = ReadWrittenDate(text);
    return true;
}

/// The one spelling that comes back from uuid as it is.
bool IsUuidText(Bytes text) noexcept {
    constexpr std::size_t kLength = 36;
    if (text.size() != kLength) return false;
    for (const char c : text)
        if (c >= 'A' && c <= 'F') return false;
    return text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

void RecogniseBoolean(Bytes text, Bytes trimmed, Traits& traits) noexcept {
    bool boolean = false;
    if (!value::ParseBoolean(text, boolean)) return;
    traits.fits |= FitBit(Kind::kBoolean);
    if (value::IsDigit(trimmed[0])) return;
    traits.Add(Format::kBooleanWord);
    if (text == "true" || text == "false") traits.Add(Format::kTrueFalse);
    if (text == "t" || text == "f") traits.Add(Format::kTF);
}

void RecogniseSpelling(Bytes text, Bytes trimmed, const Classes& classes, Scratch& scratch,
                       Traits& traits) noexcept {
    const char first = trimmed.front();
    const char lower = value::ToLower(first);
    const bool number_like = value::IsDigit(first) || first == '+' || first == '-' || first == '.';
    const bool number_bytes = classes.complete && (classes.all & kNumberByte) != 0;

    if (number_like ? number_bytes || trimmed.size() <= 9 : lower == 'n' || lower == 'i')
        RecogniseNumberText(text, trimmed, scratch, traits);
    if (number_like && (classes.some & (kColon | kHyphen)) != 0) {
        const std::uint64_t before = traits.formats;
        RecogniseDate(text, trimmed, classes, scratch, traits);
        // What Go writes reads as ISO, too, but has a name behind the offset, and of its own.
        if ((traits.formats & kIsoDatetimes) != 0 && std::count(trimmed.begin(), trimmed.end(), ' ') >= 3 &&
            ReadWrittenDate(trimmed).any())
            traits.formats = before;
    }
    if (value::IsDigit(first)) {
        if ((classes.some & kSlash) == 0 && (classes.some & kComma) != 0)
            traits.formats |= CommaNumberFormats(trimmed);
    } else if ((first == '-' || first == '+') && (classes.some & kComma) != 0) {
        traits.formats |= CommaNumberFormats(trimmed);
    }
    const bool half_day = (classes.some & kColon) != 0 && value::ToLower(trimmed.back()) == 'm';
    const bool dated = value::IsDigit(first) ? (classes.some & (kSlash | kDot | kHyphen)) != 0 ||
                                                   trimmed.find(' ') < 3 || half_day || trimmed.find('W') == 4
                                             : (classes.some & kDigit) != 0;
    if (dated && (traits.formats & kIsoDatetimes) == 0) traits.written = ReadWrittenDate(trimmed);
    if ((classes.some & kDigit) != 0) traits.formats |= AmountFormats(trimmed);
    if (trimmed.size() <= 5) RecogniseBoolean(text, trimmed, traits);
    if (trimmed.size() >= 32 && trimmed.size() <= 48) {
        std::uint8_t uuid[16];
        if (value::ParseUuid(text, uuid)) {
            traits.fits |= FitBit(Kind::kUuid);
            traits.Add(Format::kUuid);
            if (IsUuidText(text)) traits.Add(Format::kUuidText);
        }
    }
    const bool container = first == '{' || first == '[';
    const bool scalar = (number_like && number_bytes) || first == '"' ||
                        (trimmed.size() <= 5 && (lower == 't' || lower == 'f' || lower == 'n'));
    if (container || scalar) {
        RecogniseJson(text, scratch, traits);
        if (container && (traits.fits & FitBit(Kind::kJsonb)) != 0)
            traits.Add(first == '{' ? Format::kJsonObject : Format::kJsonArray);
    }
    if ((classes.some & kAt) != 0 && IsEmail(trimmed)) traits.Add(Format::kEmail);
    if ((lower == 'h' || lower == 'f') && (classes.some & kColon) != 0 && IsUrl(trimmed))
        traits.Add(Format::kUrl);
    const bool prefixed = text.size() > 2 && ((text[0] == '0' && (text[1] | 0x20) == 'x') ||
                                              (text[0] == '\\' && text[1] == 'x'));
    if (classes.complete && (classes.all & kHexDigit) != 0 ? text.size() >= 8 && text.size() % 2 == 0
                                                           : prefixed && IsPrefixedHex(text))
        traits.Add(Format::kHex);
    if (classes.complete && (classes.all & kBase64Byte) != 0 && IsBase64(text)) traits.Add(Format::kBase64);
}

}  // namespace

Traits RecogniseText(Bytes text, Scratch& scratch) noexcept {
    Traits traits;
    traits.fits = FitBit(Kind::kBytea);
    if (text.size() > value::kMaxValueSize) traits.fits = 0;
    if (text.empty()) {
        traits.fits |= FitBit(Kind::kText);
        return traits;
    }
    const Classes classes = LookAt(text);
    if (CancelledOver(text.size())) return traits;
    const bool ascii = classes.complete && (classes.some & (kHigh | kNulByte)) == 0;
    if (!ascii) FindFaults(text, traits);
    traits.characters = ascii ? text.size() : value::CountCharacters(text);
    if (traits.invalid_text || traits.nul || CancelledOver(text.size())) return traits;
    traits.fits |= traits.fits != 0 ? FitBit(Kind::kText) : 0;
    if (RecogniseDigits(text, classes, traits)) {
        traits.fits |= FitBit(Kind::kText) | FitBit(Kind::kBytea);
        return traits;
    }
    const Bytes trimmed = value::TrimSpace(text);
    if (!trimmed.empty()) RecogniseSpelling(text, trimmed, classes, scratch, traits);
    return traits;
}

Traits RecogniseBlob(Bytes blob, Scratch& scratch) noexcept {
    Traits traits;
    traits.fits = FitBit(Kind::kBytea);
    constexpr std::size_t kUuidSize = 16;
    if (blob.size() == kUuidSize) {
        traits.fits |= FitBit(Kind::kUuid);
        // RFC 9562, §4.1 and §4.2; .NET has the two bytes of the version's field in the other order.
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(blob[i]); };
        const auto is_version = [](unsigned v) { return v >= 1 && v <= 8; };
        const bool variant = (byte(8) & 0xc0) == 0x80;
        if (variant && is_version(byte(6) >> 4)) traits.Add(Format::kUuidBytes);
        if (variant && is_version(byte(7) >> 4)) traits.Add(Format::kGuidBytes);
    }
    for (const Kind kind : {Kind::kJson, Kind::kJsonb}) {
        value::Rule rule;
        rule.kind = kind;
        value::Value out;
        if (value::Convert(rule, value::Cell::Blob(blob), scratch, out).ok()) traits.fits |= FitBit(kind);
    }
    if ((traits.fits & FitBit(Kind::kJson)) != 0 && value::IsSqliteJsonbContainer(blob))
        traits.Add(Format::kJsonbBytes);
    if (value::IsGeoPackageGeometry(blob)) traits.Add(Format::kGeoPackage);
    if (value::IsSpatiaLiteGeometry(blob)) traits.Add(Format::kSpatiaLite);
    if (!blob.empty() && value::FindTextFault(blob) == blob.size()) traits.Add(Format::kUtf8Bytes);
    return traits;
}

}  // namespace pgsqlite::assess
