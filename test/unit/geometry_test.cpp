// Geometry of GeoPackage and SpatiaLite. Oracle: SpatiaLite 5.0.1, whose ST_AsBinary gives the WKB of its own
// blobs, compressed ones among them, and whose AsGPB makes GeoPackage's of them.
#include "core/value/geometry/geometry.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/value/text/ascii.hpp"
#include "value_support.hpp"

namespace pgsqlite::value::test {
namespace {

std::string FromHex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(HexDigit(hex[i]) << 4 | HexDigit(hex[i + 1]));
    return bytes;
}

std::string ToHex(Bytes bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        hex += kDigits[static_cast<unsigned char>(c) >> 4];
        hex += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return hex;
}

/// "4326 0101…", or what refused it.
std::string Read(Encoding encoding, std::string_view hex) {
    Scratch scratch;
    Geometry geometry;
    const std::string blob = FromHex(hex);
    const Status status = ReadGeometry(encoding, blob, scratch, geometry);
    if (!status.ok()) return "!" + CodeName(status.code);
    return std::to_string(geometry.srid) + ' ' + ToHex(geometry.wkb);
}

constexpr const char* kPointWkb = "0101000000000000000000f03f0000000000000040";
constexpr const char* kPointGpkg =
    "47500003e6100000000000000000f03f000000000000f03f00000000000000400000000000000040"
    "0101000000000000000000f03f0000000000000040";
constexpr const char* kPointSpatialite =
    "0001e6100000000000000000f03f0000000000000040000000000000f03f00000000000000407c"
    "01000000000000000000f03f0000000000000040fe";
/// LINESTRINGZ(1 2 3, 2 4 6, 0 0 0), compressed.
constexpr const char* kLineSpatialite =
    "0001110f000000000000000000000000000000000000000000000000004000000000000010407c2a460f00030000000000000000"
    "00"
    "f03f000000000000004000000000000008400000803f000000400000404000000000000000000000000000000000000000000000"
    "0000"
    "fe";
constexpr const char* kLineWkb =
    "01ea03000003000000000000000000f03f0000000000000040000000000000084000000000000000400000000000001040000000"
    "0000"
    "001840000000000000000000000000000000000000000000000000";
constexpr const char* kMultiSpatialite =
    "000100000000000000000000f03f0000000000000040000000000000084000000000000010407c04000000020000006901000000"
    "00"
    "0000000000f03f0000000000000040690100000000000000000008400000000000001040fe";
constexpr const char* kMultiWkb =
    "0104000000020000000101000000000000000000f03f0000000000000040010100000000000000000008400000000000001040";
constexpr const char* kPolygonSpatialite =
    "0001377a000000000000000000000000000000000000000000000000f03f000000000000f03f7c03000000010000000400000000"
    "00"
    "0000000000000000000000000000000000000000f03f0000000000000000000000000000f03f000000000000f03f000000000000"
    "00"
    "000000000000000000fe";
constexpr const char* kPolygonWkb =
    "0103000000010000000400000000000000000000000000000000000000000000000000f03f0000000000000000000000000000f0"
    "3f"
    "000000000000f03f00000000000000000000000000000000";

TEST(Geometry, GeoPackage) {
    EXPECT_EQ(Read(Encoding::kGpkg, kPointGpkg), std::string("4326 ") + kPointWkb);
    // Without an envelope, srs_id -1 (undefined) and in the other order of bytes.
    EXPECT_EQ(Read(Encoding::kGpkg, std::string("47500001ffffffff") + kPointWkb),
              std::string("0 ") + kPointWkb);
    EXPECT_EQ(Read(Encoding::kGpkg, std::string("47500000000010e6") + kPointWkb),
              std::string("4326 ") + kPointWkb);
    for (const char* hex :
         {"", "4750", "47500003e6100000", "47510001e61000000101000000000000000000f03f0000000000000040",
          "47500021e61000000101000000000000000000f03f0000000000000040",
          "4750000fe61000000101000000000000000000f03f0000000000000040",
          "47500001e61000000201000000000000000000f03f0000000000000040",
          "47500001e61000000163000000000000000000f03f0000000000000040"})
        EXPECT_EQ(Read(Encoding::kGpkg, hex), "!syntax") << hex;
    EXPECT_EQ(Read(Encoding::kGpkg, kPointSpatialite), "!syntax");
}

TEST(Geometry, SpatiaLite) {
    EXPECT_EQ(Read(Encoding::kSpatialite, kPointSpatialite), std::string("4326 ") + kPointWkb);
    EXPECT_EQ(Read(Encoding::kSpatialite, kLineSpatialite), std::string("3857 ") + kLineWkb);
    EXPECT_EQ(Read(Encoding::kSpatialite, kMultiSpatialite), std::string("0 ") + kMultiWkb);
    EXPECT_EQ(Read(Encoding::kSpatialite, kPolygonSpatialite), std::string("31287 ") + kPolygonWkb);
    EXPECT_EQ(Read(Encoding::kSpatialite, kPointGpkg), "!syntax");
}

/// No byte too few, too many or other may be followed out of the blob (AddressSanitizer sees it).
TEST(Geometry, DamagedBlobs) {
    for (const char* hex :
         {kPointSpatialite, kLineSpatialite, kMultiSpatialite, kPolygonSpatialite, kPointGpkg}) {
        const std::string blob = FromHex(hex);
        for (std::size_t size = 0; size < blob.size(); ++size) {
            EXPECT_FALSE(IsSpatiaLiteGeometry(blob.substr(0, size)));
            EXPECT_FALSE(IsGeoPackageGeometry(blob.substr(0, size)) && size < 13);
        }
        for (std::size_t i = 0; i < blob.size(); ++i)
            for (const char c : {'\0', '\1', '\x69', '\x7F', '\xFF'}) {
                std::string other = blob;
                other[i] = c;
                (void)Read(Encoding::kSpatialite, ToHex(other));
                (void)Read(Encoding::kGpkg, ToHex(other));
            }
    }
}

TEST(Geometry, Columns) {
    Rule bytea = WithEncoding(Kind::kBytea, Encoding::kGpkg);
    bytea.encodings.items[bytea.encodings.count++] = Encoding::kSpatialite;
    Scratch scratch;
    Value out;
    for (const char* hex : {kPointGpkg, kPointSpatialite}) {
        const std::string blob = FromHex(hex);
        ASSERT_TRUE(Convert(bytea, Cell::Blob(blob), scratch, out).ok());
        EXPECT_EQ(ToHex(out.bytes), kPointWkb);
    }
    EXPECT_EQ(Convert(bytea, Cell::Text("POINT(1 2)"), scratch, out).code, Code::kWrongClass);
    EXPECT_EQ(Convert(bytea, Cell::Blob("x"), scratch, out).code, Code::kInvalidSyntax);

    Rule geometry = WithEncoding(Kind::kInput, Encoding::kSpatialite);
    geometry.input = InputType::kGeometry;
    const std::string point = FromHex(kPointSpatialite), multi = FromHex(kMultiSpatialite);
    ASSERT_TRUE(Convert(geometry, Cell::Blob(point), scratch, out).ok());
    EXPECT_EQ(out.bytes, "0101000020E6100000000000000000F03F0000000000000040");
    ASSERT_TRUE(Convert(geometry, Cell::Blob(multi), scratch, out).ok());
    EXPECT_EQ(out.bytes.substr(0, 12), "010400000002");
    ASSERT_TRUE(Convert(geometry, Cell::Text("POINT(1 2)"), scratch, out).ok());
    EXPECT_EQ(out.bytes, "POINT(1 2)");
    geometry.encodings.count = 0;
    EXPECT_EQ(Convert(geometry, Cell::Blob(point), scratch, out).code, Code::kWrongClass);
    EXPECT_EQ(Convert(geometry, Cell::Integer(1), scratch, out).code, Code::kWrongClass);
}

}  // namespace
}  // namespace pgsqlite::value::test
