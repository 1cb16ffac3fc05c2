#include "core/assess/judge.hpp"

#include <algorithm>

#include "core/assess/name_hints.hpp"
#include "core/schema/spelled_type.hpp"
#include "core/value/encoding.hpp"
#include "core/value/time/plausible.hpp"

namespace pgsqlite::assess {

using schema::MappedType;
using value::Encoding;
using value::Kind;
using value::StorageClass;

namespace {

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
    if (IsCoreDataName(column.name) &&
        column.Count(DateNumberFormat(value::NumberEncodingIndex(Encoding::kCocoa))) == most)
        return {Encoding::kCocoa};
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

}  // namespace

Judge::Judge(const ColumnProfile& column, const ServerTypes& types)
    : column_(column), types_(types), values_(column.non_null()) {
    result_.type = column.declared;
    result_.against = column.DeclaredMisfits();
}

Suggestion Judge::Run() {
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

void Judge::Take(MappedType type, std::string reason, std::string encoding) {
    result_.changes = type.sql != column_.declared.sql || !encoding.empty();
    result_.reason = std::move(reason);
    result_.encoding = std::move(encoding);
    result_.against.reset();
    if (result_.encoding.empty() && type.sql == schema::PlainType(type.kind).sql)
        if (const Tally* misfits = column_.Misfits(type.kind); misfits != nullptr) result_.against = *misfits;
    result_.type = std::move(type);
}

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
    if (column_.Count(Format::kFineFraction) > 0)
        Tell("the texts are finer than a microsecond: with excess_digits round");
    Widen();
}

void Judge::JudgeNumber() {
    if (column_.declared.kind != Kind::kNumeric && SoundsLikeDate(column_.name) &&
        Most(Numbers(column_), values_)) {
        const std::vector<Encoding> encodings = DateEncodings(column_);
        // Numbers of this size are also seconds of a day, and much else.
        if (encodings == std::vector<Encoding>{Encoding::kExcel} && !SaysDay(column_.name)) {
            Tell("the numbers could be dates: " + DescribeEncodings(column_, encodings));
            return;
        }
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

/// JSON in SQLite's binary form; a byte or two are that by chance.
bool Judge::TakeSqliteJsonb() {
    constexpr std::uint64_t kTelling = 3;
    if (!Most(column_.Count(Format::kJsonbBytes), values_) || column_.blob_bytes.max < kTelling) return false;
    return Take(Kind::kJsonb, "the blobs are JSON in SQLite's binary form"), true;
}

/// Geometries, where the server has PostGIS; their bytes stay what they are without.
bool Judge::TakeGeometry() {
    const bool gpkg = Most(column_.Count(Format::kGeoPackage), values_);
    if (!gpkg && !Most(column_.Count(Format::kSpatiaLite), values_)) return false;
    const std::string maker = gpkg ? "GeoPackage" : "SpatiaLite", encoding = gpkg ? "gpkg" : "spatialite";
    if (*types_.geometry == '\0') {
        Tell("the blobs are geometries of " + maker +
             ": with PostGIS type geometry, or type bytea for WKB, by encoding " + encoding);
        return false;
    }
    MappedType type;
    type.sql = types_.geometry;
    type.kind = Kind::kInput;
    return Take(std::move(type), "the blobs are geometries of " + maker, encoding), true;
}

void Judge::JudgeBytes() {
    (void)(TakeGeometry() || TakeUuidBytes() || TakeSqliteJsonb());
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

void Judge::JudgeContent() {
    const std::uint64_t integers = column_.Count(StorageClass::kInteger);
    const std::uint64_t texts = column_.Count(StorageClass::kText);
    const std::uint64_t blobs = column_.Count(StorageClass::kBlob);
    if (Most(texts, values_)) {
        if (!TakeForm()) Take(Kind::kText, "the type is not declared, and the values are texts");
    } else if (Most(blobs, values_)) {
        if (!TakeGeometry() && !TakeUuidBytes() && !TakeSqliteJsonb())
            Take(Kind::kBytea, "the values are blobs");
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

}  // namespace pgsqlite::assess
