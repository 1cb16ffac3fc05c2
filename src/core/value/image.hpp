// Images: numeric and jsonb values byte for byte as PostgreSQL keeps them on disk, so that a cell becomes a
// Datum by one copy instead of a walk through the type's text parser (which is most of what importing JSON
// costs).
//
// Both layouts have been the same since 9.4 and can't change without breaking pg_upgrade. Sources: numeric.c,
// "struct NumericData" and make_result(); jsonb.h, "JsonbContainer" and jsonb_util.c, convertToJsonb(). The
// PostgreSQL half checks the constants against the headers it is compiled with.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/scratch.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// Constants of jsonb.h.
namespace jsonb {
inline constexpr std::uint32_t kLengthMask = 0x0fffffff;
inline constexpr std::uint32_t kHasOffset = 0x80000000;
inline constexpr std::uint32_t kString = 0x00000000;
inline constexpr std::uint32_t kNumeric = 0x10000000;
inline constexpr std::uint32_t kFalse = 0x20000000;
inline constexpr std::uint32_t kTrue = 0x30000000;
inline constexpr std::uint32_t kNull = 0x40000000;
inline constexpr std::uint32_t kContainer = 0x50000000;
inline constexpr std::uint32_t kScalar = 0x10000000;
inline constexpr std::uint32_t kObject = 0x20000000;
inline constexpr std::uint32_t kArray = 0x40000000;
inline constexpr std::uint32_t kOffsetStride = 32;
}  // namespace jsonb

/// Bytes of a numeric's image, its 4-byte length word included.
std::size_t NumericImageSize(const Decimal& decimal) noexcept;
/// Writes it; `out` has NumericImageSize bytes and is aligned to 4.
void WriteNumericImage(const Decimal& decimal, char* out) noexcept;

/// Builds jsonb images; its buffers are reused from value to value.
class JsonbImage {
  public:
    /// @param json any bytes
    /// @return the image with its length word, valid until the next call; empty for anything that is not
    /// valid
    ///   JSON in valid UTF-8, that jsonb can't hold, is nested deeper than kMaxDepth or exhausts memory:
    ///   Convert() finds out which, and the type's input function takes what it passes
    Bytes Build(Bytes json) noexcept;

    /// Deeper documents are rare, and their image is written by recursion.
    static constexpr std::uint32_t kMaxDepth = 128;

  private:
    struct Node;
    struct Pair;
    enum class NodeType : std::uint8_t { kString, kNumber, kTrue, kFalse, kNull, kArray, kObject };

    bool Parse(Bytes json) noexcept;
    const char* ParseString(const char* p, const char* end) noexcept;
    const char* ParseScalar(const char* p, const char* end) noexcept;
    Node* AddNode(NodeType type, const char* text) noexcept;
    bool Emit(std::uint32_t node, std::uint32_t* entry) noexcept;
    bool EmitArray(std::uint32_t node, std::uint32_t flags) noexcept;
    bool EmitObject(std::uint32_t node) noexcept;
    bool EmitString(const Node& node, std::uint32_t* entry) noexcept;
    bool EmitNumber(const Node& node, std::uint32_t* entry) noexcept;
    bool EmitDecimal(const Decimal& decimal, std::uint32_t* entry) noexcept;
    bool SortPairs(std::uint32_t node, std::size_t first) noexcept;
    bool Pad() noexcept;
    bool Room(std::size_t size) noexcept;
    void PutEntry(std::size_t at, std::uint32_t index, std::uint32_t entry, std::uint32_t total) noexcept;
    const Node& node(std::uint32_t index) const noexcept;

    Scratch nodes_;  ///< Node[], in the order of the text
    Scratch pairs_;  ///< Pair[], a stack: those of the object being written on top
    Scratch image_;
    Scratch digits_;  ///< of one number
    Node* node_data_ = nullptr;
    Pair* pair_data_ = nullptr;
    char* image_data_ = nullptr;
    std::uint32_t node_count_ = 0;
    std::uint32_t node_capacity_ = 0;
    std::size_t pair_count_ = 0;
    std::size_t size_ = 0;
};

}  // namespace pgsqlite::value
