#include "core/value/geometry/geometry.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

#include "core/value/max_size.hpp"

namespace pgsqlite::value {
namespace {

constexpr std::size_t kDouble = sizeof(double);

template <class Number>
Number ReadNumber(const char* p, bool little_endian) noexcept {
    unsigned char bytes[sizeof(Number)];
    const bool swap = little_endian != (std::endian::native == std::endian::little);
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        bytes[i] = static_cast<unsigned char>(p[swap ? sizeof(Number) - 1 - i : i]);
    Number number;
    std::memcpy(&number, bytes, sizeof number);
    return number;
}

/// Types of geometries without their dimensions, of WKB and of both formats.
enum : std::uint32_t {
    kPoint = 1,
    kLineString,
    kPolygon,
    kMultiPoint,
    kMultiLineString,
    kMultiPolygon,
    kCollection,
};
constexpr std::uint32_t kMostTypes = 17;  // up to triangles; curves among them
constexpr std::uint32_t kCompressed = 1000000;

/// The header before the WKB; 0 for a blob that has none of GeoPackage's.
std::size_t GeoPackageHeader(Bytes blob, std::int32_t* srid) noexcept {
    constexpr std::size_t kFixed = 8;
    static constexpr std::size_t kEnvelopes[] = {0, 32, 48, 48, 64};
    if (blob.size() < kFixed + 5 || blob[0] != 'G' || blob[1] != 'P' || blob[2] != 0) return 0;
    const auto flags = static_cast<unsigned char>(blob[3]);
    const unsigned envelope = flags >> 1 & 7;
    // A geometry of an extension, or of a later version.
    if ((flags & 0xE0) != 0 || envelope > 4) return 0;
    const std::size_t header = kFixed + kEnvelopes[envelope];
    if (blob.size() < header + 5) return 0;
    const char order = blob[header];
    if (order != 0 && order != 1) return 0;
    const auto type = ReadNumber<std::uint32_t>(blob.data() + header + 1, order == 1);
    if (type / 1000 > 3 || type % 1000 == 0 || type % 1000 > kMostTypes) return 0;
    const auto named = ReadNumber<std::int32_t>(blob.data() + 4, (flags & 1) != 0);
    *srid = named > 0 ? named : 0;  // 0 and -1: undefined
    return header;
}

/// Copies SpatiaLite's geometry as WKB, or only measures it.
class SpatiaLiteReader {
  public:
    SpatiaLiteReader(Bytes body, bool little_endian, char* out) noexcept
        : rest_(body), little_(little_endian), out_(out) {}

    /// @param entity a part of a collection, which stands behind a mark
    bool Copy(bool entity) noexcept {
        if (entity && !TakeMark()) return false;
        std::uint32_t type = 0;
        if (!TakeCount(type)) return false;
        const bool compressed = type >= kCompressed;
        if (compressed) type -= kCompressed;
        const std::uint32_t kind = type % 1000, dimensions = type / 1000;
        if (dimensions > 3 || kind < kPoint || kind > kCollection || (entity && kind > kPolygon))
            return false;
        if (compressed && kind != kLineString && kind != kPolygon) return false;
        const char order = little_ ? 1 : 0;
        Put(&order, 1);
        PutCount(type);
        if (kind == kPoint) return CopyPoints(1, dimensions, false);
        std::uint32_t count = 0;
        if (!TakeCount(count)) return false;
        PutCount(count);
        if (kind == kLineString) return CopyPoints(count, dimensions, compressed);
        for (std::uint32_t i = 0; i < count; ++i) {
            if (kind != kPolygon) {
                if (!Copy(true)) return false;
                continue;
            }
            std::uint32_t points = 0;
            if (!TakeCount(points)) return false;
            PutCount(points);
            if (!CopyPoints(points, dimensions, compressed)) return false;
        }
        return true;
    }
    bool at_end() const noexcept { return rest_.empty(); }
    std::size_t size() const noexcept { return size_; }

  private:
    bool TakeMark() noexcept {
        if (rest_.empty() || rest_[0] != '\x69') return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool TakeCount(std::uint32_t& count) noexcept {
        if (rest_.size() < sizeof count) return false;
        count = ReadNumber<std::uint32_t>(rest_.data(), little_);
        rest_.remove_prefix(sizeof count);
        return true;
    }
    void Put(const char* bytes, std::size_t size) noexcept {
        if (out_ != nullptr) std::memcpy(out_ + size_, bytes, size);
        size_ += size;
    }
    template <class Number>
    void PutNumber(Number number) noexcept {
        char bytes[sizeof(Number)];
        std::memcpy(bytes, &number, sizeof number);
        const Number ordered = ReadNumber<Number>(bytes, little_);
        std::memcpy(bytes, &ordered, sizeof ordered);
        Put(bytes, sizeof bytes);
    }
    void PutCount(std::uint32_t count) noexcept { PutNumber(count); }

    /// @param dimensions 0: XY, 1: XYZ, 2: XYM, 3: XYZM
    bool CopyPoints(std::uint64_t count, std::uint32_t dimensions, bool compressed) noexcept {
        const std::size_t ordinates = dimensions == 0 ? 2 : dimensions == 3 ? 4 : 3;
        if (!compressed) {
            if (count > rest_.size() / (ordinates * kDouble)) return false;
            const auto size = static_cast<std::size_t>(count) * ordinates * kDouble;
            Put(rest_.data(), size);
            rest_.remove_prefix(size);
            return true;
        }
        // The first and the last one are whole; others are floats, as the distance from the one before. M is
        // never compressed.
        const std::size_t short_ordinates = dimensions == 1 || dimensions == 3 ? 3 : 2;
        double last[4] = {};
        for (std::uint64_t point = 0; point < count; ++point) {
            const bool whole = point == 0 || point + 1 == count;
            for (std::size_t i = 0; i < ordinates; ++i) {
                const bool is_short = !whole && i < short_ordinates;
                const std::size_t size = is_short ? sizeof(float) : kDouble;
                if (rest_.size() < size) return false;
                last[i] = is_short ? last[i] + static_cast<double>(ReadNumber<float>(rest_.data(), little_))
                                   : ReadNumber<double>(rest_.data(), little_);
                rest_.remove_prefix(size);
                PutNumber(last[i]);
            }
        }
        return true;
    }

    Bytes rest_;
    bool little_;
    char* out_;
    std::size_t size_ = 0;
};

/// What stands between header and end; empty for a blob that is none of SpatiaLite's.
Bytes SpatiaLiteBody(Bytes blob, std::int32_t* srid, bool* little_endian) noexcept {
    constexpr std::size_t kHeader = 39, kTail = 1, kSmallest = kHeader + 4 + kTail;
    if (blob.size() < kSmallest || blob[0] != 0 || (blob[1] != 0 && blob[1] != 1) ||
        blob[kHeader - 1] != '\x7C' || blob.back() != '\xFE')
        return {};
    *little_endian = blob[1] == 1;
    const auto named = ReadNumber<std::int32_t>(blob.data() + 2, *little_endian);
    *srid = named > 0 ? named : 0;
    return blob.substr(kHeader, blob.size() - kHeader - kTail);
}

/// Size of its WKB; 0 for a blob that is none.
std::size_t MeasureSpatiaLite(Bytes blob, std::int32_t* srid, bool* little_endian, Bytes* body) noexcept {
    *body = SpatiaLiteBody(blob, srid, little_endian);
    if (body->empty()) return 0;
    SpatiaLiteReader measured(*body, *little_endian, nullptr);
    return measured.Copy(false) && measured.at_end() ? measured.size() : 0;
}

char* WriteHex(Bytes bytes, char* out) noexcept {
    static constexpr char kHex[] = "0123456789ABCDEF";
    for (const char c : bytes) {
        *out++ = kHex[static_cast<unsigned char>(c) >> 4];
        *out++ = kHex[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

}  // namespace

Status ReadGeometry(Encoding encoding, Bytes blob, Scratch& scratch, Geometry& geometry) noexcept {
    if (encoding == Encoding::kGpkg) {
        const std::size_t header = GeoPackageHeader(blob, &geometry.srid);
        if (header == 0) return Status::Refused(Code::kInvalidSyntax);
        geometry.wkb = blob.substr(header);
        return Status::Ok();
    }
    bool little_endian = false;
    Bytes body;
    const std::size_t size = MeasureSpatiaLite(blob, &geometry.srid, &little_endian, &body);
    if (size == 0) return Status::Refused(Code::kInvalidSyntax);
    if (size > kMaxValueSize) return Status::Refused(Code::kTooLarge);
    char* const out = scratch.Reserve(size);
    if (out == nullptr) return Status::Refused(Code::kOutOfMemory);
    (void)SpatiaLiteReader(body, little_endian, out).Copy(false);
    geometry.wkb = Bytes(out, size);
    return Status::Ok();
}

bool IsGeoPackageGeometry(Bytes blob) noexcept {
    std::int32_t srid = 0;
    return GeoPackageHeader(blob, &srid) != 0;
}

bool IsSpatiaLiteGeometry(Bytes blob) noexcept {
    std::int32_t srid = 0;
    bool little_endian = false;
    Bytes body;
    return MeasureSpatiaLite(blob, &srid, &little_endian, &body) != 0;
}

Status FormatGeometry(const EncodingList& encodings, Bytes blob, Scratch& scratch, Bytes& text) noexcept {
    // PostGIS's flag for a reference system, whose number stands behind the type then (EWKB).
    constexpr std::uint32_t kHasSrid = 0x20000000;
    constexpr std::size_t kTypeEnd = 5;
    Status status = Status::Refused(Code::kWrongClass);
    Geometry geometry;
    for (std::size_t i = 0; i < encodings.count && !status.ok(); ++i)
        if (encodings.items[i] == Encoding::kGpkg || encodings.items[i] == Encoding::kSpatialite)
            status = ReadGeometry(encodings.items[i], blob, scratch, geometry);
    if (!status.ok()) return status;
    const std::size_t size = 2 * (geometry.wkb.size() + sizeof(geometry.srid));
    if (size > kMaxValueSize) return Status::Refused(Code::kTooLarge);
    const bool copied = geometry.wkb.data() < blob.data() || geometry.wkb.data() > blob.data() + blob.size();
    const std::size_t used = copied ? geometry.wkb.size() : 0;
    char* const base = scratch.Grow(used, used + size);
    if (base == nullptr) return Status::Refused(Code::kOutOfMemory);
    const Bytes wkb(copied ? base : geometry.wkb.data(), geometry.wkb.size());
    char* out = base + used;
    if (geometry.srid == 0) {
        out = WriteHex(wkb, out);
    } else {
        const bool little = wkb[0] == 1;
        const auto type = ReadNumber<std::uint32_t>(wkb.data() + 1, little) | kHasSrid;
        char numbers[sizeof type + sizeof geometry.srid];
        std::memcpy(numbers, &type, sizeof type);
        std::memcpy(numbers + sizeof type, &geometry.srid, sizeof geometry.srid);
        out = WriteHex(wkb.substr(0, 1), out);
        for (const char* p : {numbers, numbers + sizeof type}) {
            const auto ordered = ReadNumber<std::uint32_t>(p, little);
            char bytes[sizeof ordered];
            std::memcpy(bytes, &ordered, sizeof ordered);
            out = WriteHex(Bytes(bytes, sizeof bytes), out);
        }
        out = WriteHex(wkb.substr(kTypeEnd), out);
    }
    text = Bytes(base + used, static_cast<std::size_t>(out - (base + used)));
    return Status::Ok();
}

}  // namespace pgsqlite::value
