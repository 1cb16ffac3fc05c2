#include "core/value/encoding_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/nearest.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/time/number_encodings.hpp"

namespace pgsqlite::value {
namespace {

/// The ways of writing that have a name, and every way in which a number counts time.
constexpr auto kTemporalEncodings = [] {
    constexpr Encoding kTexts[] = {Encoding::kIso, Encoding::kRfc2822, Encoding::kJsDate, Encoding::kGoTime,
                                   Encoding::kCtime};
    std::array<Encoding, kNumberEncodingCount + std::size(kTexts)> list{};
    std::copy(std::begin(kTexts), std::end(kTexts), list.begin());
    for (std::size_t i = 0; i < kNumberEncodingCount; ++i)
        list[i + std::size(kTexts)] = kNumberEncodings[i].encoding;
    return list;
}();
constexpr Encoding kNumberTextEncodings[] = {Encoding::kDecimalComma, Encoding::kGrouped};
constexpr Encoding kTextEncodings[] = {Encoding::kUtf8};
constexpr Encoding kIntervalEncodings[] = {
    Encoding::kPg,           Encoding::kIso8601,     Encoding::kSeconds,        Encoding::kMilliseconds,
    Encoding::kMicroseconds, Encoding::kNanoseconds, Encoding::kDotnetTimespan, Encoding::kUtf8,
};
constexpr Encoding kAddressEncodings[] = {Encoding::kPg, Encoding::kInteger, Encoding::kUtf8};
constexpr Encoding kGeometryEncodings[] = {Encoding::kGpkg, Encoding::kSpatialite};
constexpr Encoding kUuidEncodings[] = {Encoding::kGuidLe};
constexpr Encoding kArrayEncodings[] = {Encoding::kJson, Encoding::kPg};
/// Those that no date or time has, by name.
constexpr Encoding kOtherEncodings[] = {
    Encoding::kUtf8,           Encoding::kGuidLe,       Encoding::kJson,         Encoding::kPg,
    Encoding::kSeconds,        Encoding::kMilliseconds, Encoding::kMicroseconds, Encoding::kNanoseconds,
    Encoding::kDotnetTimespan, Encoding::kIso8601,      Encoding::kInteger,      Encoding::kDecimalComma,
    Encoding::kGrouped,        Encoding::kGpkg,         Encoding::kSpatialite,
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
                case InputType::kGeometry:
                    return kGeometryEncodings;
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
        case Kind::kBytea:
            return kGeometryEncodings;
        case Kind::kUuid:
            return kUuidEncodings;
        case Kind::kArray:
            return kArrayEncodings;
        default:
            return {};
    }
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

}  // namespace

bool HasEncodings(Target target) noexcept {
    return !EncodingsOf(target).empty();
}

bool Takes(Target target, Encoding encoding) noexcept {
    for (const Encoding taken : EncodingsOf(target))
        if (taken == encoding) return true;
    return false;
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

/// The known word nearest to `word` for this kind, or null.
const char* NearestEncoding(std::string_view word, Target kind) {
    std::vector<const char*> names;
    for (const Encoding encoding : EncodingsOf(kind))
        names.push_back(EncodingName(encoding));
    return NearestWord(word, names);
}

void ThrowUnknown(std::string_view word, Target kind) {
    std::string hint;
    if (const char* nearest = NearestEncoding(word, kind))
        hint = "Perhaps you meant \"" + std::string(nearest) + "\". ";
    throw Error(sqlstate::kInvalidAttributeValue, "invalid encoding \"" + std::string(word) + "\"", {},
                hint + ValidHint(kind));
}

void ThrowUseless(std::string_view word, Target target) {
    throw Error(sqlstate::kInvalidAttributeValue,
                "encoding \"" + std::string(word) + "\" cannot be used for " + TypeName(target), {},
                ValidHint(target));
}

void ThrowList(std::string_view option, Target kind, const char* what) {
    throw Error(sqlstate::kInvalidAttributeValue, "invalid encoding list \"" + std::string(option) + "\"",
                what, ValidHint(kind));
}

const char* EncodingName(Encoding encoding) noexcept {
    if (const NumberEncoding* row = FindNumberEncoding(encoding)) return row->name;
    switch (encoding) {
        case Encoding::kIso:
            return "iso";
        case Encoding::kRfc2822:
            return "rfc2822";
        case Encoding::kJsDate:
            return "js_date";
        case Encoding::kGoTime:
            return "go_time";
        case Encoding::kCtime:
            return "ctime";
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
        case Encoding::kGpkg:
            return "gpkg";
        case Encoding::kSpatialite:
            return "spatialite";
        default:
            break;
    }
    return "delimiter";
}

}  // namespace pgsqlite::value
