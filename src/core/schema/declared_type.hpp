// Declared types: which PostgreSQL type a column gets by the type it was declared with. The table of docs
// (reference/types); rules of affinity from "Datatypes In SQLite" §3.1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/value/rule.hpp"

namespace pgsqlite::schema {

enum class Affinity : std::uint8_t { kBlob, kText, kNumeric, kInteger, kReal };

/// SQLite's own five rules, in their order; no declared type is BLOB.
Affinity AffinityOf(std::string_view declared) noexcept;
/// For PageRows.
inline bool HasRealAffinity(std::string_view declared) noexcept {
    return AffinityOf(declared) == Affinity::kReal;
}
const char* AffinityName(Affinity affinity) noexcept;

struct MappedType {
    std::string sql;  ///< PostgreSQL's spelling: "bigint", "numeric(10,2)", "timestamp without time zone"
    value::Kind kind = value::Kind::kText;
    std::int16_t precision = 0;  ///< numeric(p,s) when constrained
    std::int16_t scale = 0;
    bool constrained = false;
    std::int32_t max_chars = 0;       ///< varchar(n)
    std::int8_t fraction_digits = 6;  ///< timestamp(n)
    bool is_unsigned = false;
    bool known = true;  ///< false: taken by affinity
    std::vector<std::string> enum_labels;

    /// The conversion rule this type has by default.
    value::Rule ToRule() const noexcept;
};

/// Never fails: a name nobody knows goes by affinity, a bad argument is dropped.
/// @param naive_as_timestamptz option timestamp_type 'timestamptz': DATETIME and TIMESTAMP become timestamptz
MappedType MapDeclaredType(std::string_view declared, bool naive_as_timestamptz = false);

/// A MappedType for one of PostgreSQL's own kinds without arguments, e.g. kInt8 → bigint.
MappedType PlainType(value::Kind kind);

}  // namespace pgsqlite::schema
