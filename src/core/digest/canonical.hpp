// Canonical form: the bytes that stand for a row when two sides are compared. One value of a form has one
// spelling, wherever it comes from: a cell of SQLite's or a Datum of PostgreSQL's. What "the same" means:
//
//   boolean, integer       the value; integers of every width are alike
//   numeric                the number: 1.0 and 1.00 are the same, and so is 1 beside a numeric
//   real                   the 64 bits (0.0 and -0.0 differ, all NaN are one); float4 widened, which is exact
//   text, bytes            the bytes; char(n) without the blanks that fill it up
//   date, time, timestamp  days, microseconds
//   json                   (jsonb) the document: order of keys and spelling of numbers and strings don't
//   count;
//                          the type json is text
//   other                  the type's own binary form
//
// NULL is a value of its own. Values are framed, so that no two rows share their bytes.
#pragma once

#include "core/base/scratch.hpp"
#include "core/digest/digest.hpp"

namespace pgsqlite::digest {

enum class Form : std::uint8_t {
    kBoolean = 1,
    kInteger,
    kNumeric,
    kReal,
    kText,
    kPaddedText,  ///< char(n): blanks at the end don't count
    kBytes,
    kDate,
    kTime,
    kTimestamp,  ///< with and without time zone
    kUuid,
    kJson,
    kArray,
    kOther,
};

/// The digits of a number: 0.d1d2d3… · 10^point, in whatever spelling they were found.
struct NumberDigits {
    bool negative = false;
    const char* digits = nullptr;  ///< ASCII; a point may lie among them, which says nothing
    std::size_t size = 0;
    std::int64_t point = 0;  ///< power of ten of the place before the first digit
};

/// The fewest digits that read back to the same double.
/// @param buffer kRealDigits bytes; the digits lie in it
NumberDigits ShortestDigits(double value, char* buffer) noexcept;
/// d.ddd…e±ddd: 17 digits at most.
inline constexpr std::size_t kRealDigits = 32;

/// A row on its way: values are appended in the order of the columns. noexcept throughout; memory that ran
/// out shows in ok() only.
class CanonicalRow {
  public:
    void Clear() noexcept { size_ = 0; }
    Bytes bytes() const noexcept { return Bytes(data_, size_); }
    std::size_t size() const noexcept { return size_; }
    bool ok() const noexcept { return ok_; }
    /// Forgets what was appended behind `size`.
    void CutTo(std::size_t size) noexcept { size_ = size; }

    void Null() noexcept { Put(Tag::kNull, {}); }
    void Boolean(bool value) noexcept;
    void Integer(std::int64_t value) noexcept;
    void Real(double value) noexcept;
    void Text(Bytes value) noexcept { Long(Tag::kText, value); }
    void PaddedText(Bytes value) noexcept;
    void Blob(Bytes value) noexcept { Long(Tag::kBytes, value); }
    /// @param form kDate (days since 2000-01-01), kTime, kTimestamp (microseconds, since 2000-01-01)
    void Moment(Form form, std::int64_t value) noexcept;
    /// @param bytes 16 of them
    void Uuid(const void* bytes) noexcept;
    void Json(const Digest& document) noexcept;
    void Other(Bytes value) noexcept { Long(Tag::kOther, value); }
    /// An array's shape; its elements follow, each appended as a value.
    void Array(const std::int32_t* sizes, const std::int32_t* lower_bounds, int dimensions) noexcept;

    void Number(const NumberDigits& number) noexcept;
    void NumberOf(std::int64_t value) noexcept;
    /// The shortest decimal that reads back to the same double, which is what a REAL means as a numeric.
    void NumberOf(double value) noexcept;
    /// A numeric as PostgreSQL keeps it on disk (numeric.c, "struct NumericData"), without its length word.
    void NumberOfImage(Bytes image) noexcept;

  private:
    enum class Tag : char {
        kNull,
        kBoolean,
        kInteger,
        kNumeric,
        kSpecial,
        kReal,
        kText,
        kBytes,
        kMoment,
        kUuid,
        kJson,
        kArray,
        kOther
    };
    /// Longer values are stood for by their length and hash, so that a row stays short.
    static constexpr std::size_t kLongest = 256;

    void Put(Tag tag, Bytes bytes) noexcept;
    void Long(Tag tag, Bytes bytes) noexcept;
    void Numeric(bool negative, int weight, const std::int16_t* digits, std::size_t count) noexcept;
    bool Room(std::size_t more) noexcept;

    Scratch scratch_;
    Scratch digits_;
    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    bool ok_ = true;
};

}  // namespace pgsqlite::digest
