// Geometry as GeoPackage and SpatiaLite keep it in blobs, taken apart into WKB (ISO 19125) and the number of
// its reference system.
//   GeoPackage: OGC 12-128r18, §2.1.3, "GP", version, flags, srs_id, envelope, WKB.
//   SpatiaLite: https://www.gaia-gis.it/gaia-sins/BLOB-Geometry.html: 0x00, byte order, SRID, MBR, 0x7C, a
//   geometry whose parts begin with 0x69, 0xFE; line strings may be compressed.
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/scratch.hpp"
#include "core/value/rule.hpp"
#include "core/value/status.hpp"

namespace pgsqlite::value {

struct Geometry {
    std::int32_t srid = 0;  ///< 0: none is named
    Bytes wkb;              ///< in the blob, or at the start of the scratch buffer
};

/// Reads a blob under encoding kGpkg or kSpatialite.
/// @return kOk, kInvalidSyntax for a blob that is not such a geometry, kTooLarge, kOutOfMemory
Status ReadGeometry(Encoding encoding, Bytes blob, Scratch& scratch, Geometry& geometry) noexcept;

bool IsGeoPackageGeometry(Bytes blob) noexcept;
bool IsSpatiaLiteGeometry(Bytes blob) noexcept;

/// The text that PostGIS's types take: WKB with the number of the system behind its type (EWKB), in
/// hexadecimal, in the scratch buffer. Tries the encodings of the rule in order.
Status FormatGeometry(const EncodingList& encodings, Bytes blob, Scratch& scratch, Bytes& text) noexcept;

}  // namespace pgsqlite::value
