// Status: what became of one cell. Plain data, returned by every conversion; the refusal table gives each
// code its SQLSTATE, its words and the option that would settle it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pgsqlite::value {

/// Why a cell does not fit. kOk first; otherwise the order has no meaning.
enum class Code : std::uint8_t {
    kOk = 0,
    kWrongClass,        ///< a cell of this storage class never becomes this type
    kInvalidSyntax,     ///< the text is not a value of this type
    kEmptyText,         ///< '' in a column that is not text-like
    kOutOfRange,        ///< a value of this kind, but beyond the type's range or precision
    kNotIntegral,       ///< a fraction in an integer column
    kInexact,           ///< an integer (or text) that no double holds exactly
    kExcessDigits,      ///< more digits after the point than the type keeps
    kInvalidText,       ///< not valid UTF-8; offset says where
    kNulByte,           ///< U+0000 in text; offset says where
    kUntranslatable,    ///< a character the server encoding lacks
    kTooLong,           ///< more characters than varchar(n) takes
    kTooLarge,          ///< over PostgreSQL's 1 GB a value
    kInvalidJson,       ///< not JSON; offset says where
    kJsonDuplicateKey,  ///< jsonb would drop one; offset says where
    kJsonNulEscape,     ///< \u0000 in jsonb; offset says where
    kJsonTooDeep,       ///< nested deeper than the server's stack takes
    kInvalidDate,       ///< a date or time that does not exist (2024-02-30)
    kZeroDate,          ///< 0000-00-00
    kTimeInDate,        ///< a date column, a value with a time that is not midnight
    kNeedsEncoding,     ///< a number in a date or time column without `encoding`
    kSkippedTime,       ///< a local time that the zone does not have
    kRepeatedTime,      ///< a local time that the zone has twice
    kNeedsUnit,         ///< a number in an interval column without `encoding`
    kNeedsInteger,      ///< a number in an address or bit column without `encoding`
    kOutOfMemory,
    kInputFunction,  ///< the type's own input function refused it (set by the PostgreSQL half only)
    kCodeCount
};

/// Which policy changed the value (Status::applied). kNone: it arrived as it was.
enum class Applied : std::uint8_t {
    kNone = 0,
    kOnErrorNull,
    kEmptyAsNull,
    kZeroDateAsNull,
    kExcessDigits,
    kInvalidText,
    kNulBytes,
    kInvalidJson,
    kTooLong,
    kAmbiguousTime,
    kAppliedCount
};

struct Status {
    Code code = Code::kOk;
    Applied applied = Applied::kNone;
    std::uint32_t offset = 0;  ///< byte offset in the cell, where the code has one

    bool ok() const noexcept { return code == Code::kOk; }
    static Status Ok(Applied applied = Applied::kNone) noexcept { return {Code::kOk, applied, 0}; }
    static Status Refused(Code code, std::size_t offset = 0) noexcept {
        return {code, Applied::kNone, static_cast<std::uint32_t>(offset)};
    }
};

/// How a refusal is told to a user.
struct Refusal {
    const char* sqlstate;  ///< e.g. "22P02"
    const char* reason;  ///< what is wrong, for the primary message: "is not a valid %s" style without names
    const char*
        option;       ///< the option assignment that would settle it, e.g. "excess_digits 'round'"; or null
    bool has_offset;  ///< Status::offset means something
};
/// One row of the refusal table (refusal.cpp); never null.
const Refusal& Explain(Code code) noexcept;
/// A code as a word for reports: "out_of_range", "needs_encoding", …
const char* FaultName(Code code) noexcept;
/// Name of the option that changed the value ("empty_as_null", …), for counts and notices.
const char* AppliedName(Applied applied) noexcept;

}  // namespace pgsqlite::value
