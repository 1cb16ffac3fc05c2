#include "core/schema/declared_type.hpp"

#include <unordered_map>

#include "core/schema/spelled_type.hpp"
#include "core/value/input/input.hpp"

namespace pgsqlite::schema {

using value::Kind;

namespace {

/// What a known name means; its arguments are read according to it.
enum class Family : std::uint8_t {
    kBigint,
    kSmallint,
    kTinyint,  // (1) is a boolean
    kBoolean,
    kDouble,
    kNumeric,
    kMoney,
    kVarchar,
    kText,
    kBytea,
    kDate,
    kTime,
    kTimetz,
    kTimestamp,
    kTimestamptz,
    kUuid,
    kJsonb,
    kEnum,
    kInput,
};

/// PostgreSQL's limits: varchar(n) (MaxAttrSize, htup_details.h), numeric precision (NUMERIC_MAX_PRECISION).
constexpr std::int64_t kMaxVarchar = 10485760;
constexpr std::int64_t kMaxNumericPrecision = 1000;
constexpr std::int64_t kMaxFractionDigits = 6;

const std::unordered_map<std::string_view, Family>& Names() {
    static const std::unordered_map<std::string_view, Family> names = {
        {"INT", Family::kBigint},
        {"INTEGER", Family::kBigint},
        {"BIGINT", Family::kBigint},
        {"BIG INT", Family::kBigint},
        {"BIG INTEGER", Family::kBigint},
        {"INT4", Family::kBigint},
        {"INT8", Family::kBigint},
        {"MEDIUMINT", Family::kBigint},
        {"SERIAL", Family::kBigint},
        {"SERIAL4", Family::kBigint},
        {"SERIAL8", Family::kBigint},
        {"BIGSERIAL", Family::kBigint},
        {"SMALLINT", Family::kSmallint},
        {"INT2", Family::kSmallint},
        {"SMALLSERIAL", Family::kSmallint},
        {"SERIAL2", Family::kSmallint},
        {"TINYINT", Family::kTinyint},
        {"BOOL", Family::kBoolean},
        {"BOOLEAN", Family::kBoolean},
        {"REAL", Family::kDouble},
        {"DOUBLE", Family::kDouble},
        {"DOUBLE PRECISION", Family::kDouble},
        {"FLOAT", Family::kDouble},
        {"FLOAT4", Family::kDouble},
        {"FLOAT8", Family::kDouble},
        {"NUMERIC", Family::kNumeric},
        {"DECIMAL", Family::kNumeric},
        {"DEC", Family::kNumeric},
        {"NUMBER", Family::kNumeric},
        {"NUM", Family::kNumeric},
        {"CURRENCY", Family::kNumeric},
        {"MONEY", Family::kMoney},
        {"SMALLMONEY", Family::kMoney},
        {"CHAR", Family::kVarchar},
        {"CHARACTER", Family::kVarchar},
        {"VARCHAR", Family::kVarchar},
        {"VARCHAR2", Family::kVarchar},
        {"CHAR VARYING", Family::kVarchar},
        {"CHARACTER VARYING", Family::kVarchar},
        {"VARYING CHARACTER", Family::kVarchar},
        {"NCHAR", Family::kVarchar},
        {"NVARCHAR", Family::kVarchar},
        {"NVARCHAR2", Family::kVarchar},
        {"NCHAR VARYING", Family::kVarchar},
        {"NATIVE CHARACTER", Family::kVarchar},
        {"NATIONAL CHAR", Family::kVarchar},
        {"NATIONAL CHAR VARYING", Family::kVarchar},
        {"NATIONAL CHARACTER", Family::kVarchar},
        {"NATIONAL CHARACTER VARYING", Family::kVarchar},
        {"NATIONAL VARCHAR", Family::kVarchar},
        {"TEXT", Family::kText},
        {"TINYTEXT", Family::kText},
        {"MEDIUMTEXT", Family::kText},
        {"LONGTEXT", Family::kText},
        {"NTEXT", Family::kText},
        {"CITEXT", Family::kText},
        {"CLOB", Family::kText},
        {"NCLOB", Family::kText},
        {"STRING", Family::kText},
        // As good as no type: a STRICT table keeps any class in it. Elsewhere it has numeric affinity, and
        // text takes numbers as well.
        {"ANY", Family::kText},
        {"BLOB", Family::kBytea},
        {"TINYBLOB", Family::kBytea},
        {"MEDIUMBLOB", Family::kBytea},
        {"LONGBLOB", Family::kBytea},
        {"BINARY", Family::kBytea},
        {"VARBINARY", Family::kBytea},
        {"BINARY VARYING", Family::kBytea},
        {"BYTEA", Family::kBytea},
        // GeoPackage and SpatiaLite keep shapes in blobs.
        {"GEOMETRY", Family::kBytea},
        {"POINT", Family::kBytea},
        {"LINESTRING", Family::kBytea},
        {"POLYGON", Family::kBytea},
        {"MULTIPOINT", Family::kBytea},
        {"MULTILINESTRING", Family::kBytea},
        {"MULTIPOLYGON", Family::kBytea},
        {"GEOMETRYCOLLECTION", Family::kBytea},
        {"IMAGE", Family::kBytea},
        {"DATE", Family::kDate},
        {"TIME", Family::kTime},
        {"TIME WITHOUT TIME ZONE", Family::kTime},
        {"TIMETZ", Family::kTimetz},
        {"TIME WITH TIME ZONE", Family::kTimetz},
        {"DATETIME", Family::kTimestamp},
        {"DATETIME2", Family::kTimestamp},
        {"SMALLDATETIME", Family::kTimestamp},
        {"TIMESTAMP", Family::kTimestamp},
        {"TIMESTAMP WITHOUT TIME ZONE", Family::kTimestamp},
        {"DATETIME WITHOUT TIME ZONE", Family::kTimestamp},
        {"TIMESTAMPTZ", Family::kTimestamptz},
        {"TIMESTAMP WITH TIME ZONE", Family::kTimestamptz},
        {"TIMESTAMP WITH LOCAL TIME ZONE", Family::kTimestamptz},
        {"DATETIME WITH TIME ZONE", Family::kTimestamptz},
        {"DATETIMEOFFSET", Family::kTimestamptz},
        {"UUID", Family::kUuid},
        {"GUID", Family::kUuid},
        {"UNIQUEIDENTIFIER", Family::kUuid},
        {"JSON", Family::kJsonb},
        {"JSONB", Family::kJsonb},
        {"ENUM", Family::kEnum},
        {"INET", Family::kInput},
        {"CIDR", Family::kInput},
        {"MACADDR", Family::kInput},
        {"MACADDR8", Family::kInput},
        {"INTERVAL", Family::kInput},
        {"XML", Family::kInput},
    };
    return names;
}

/// Whether `word` (lower case) occurs in `text` in any ASCII case.
bool Contains(std::string_view text, std::string_view word) noexcept {
    for (std::size_t i = 0; i + word.size() <= text.size(); ++i) {
        std::size_t j = 0;
        while (j < word.size()) {
            const char c = text[i + j];
            if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != word[j]) break;
            ++j;
        }
        if (j == word.size()) return true;
    }
    return false;
}

MappedType MapNumeric(const SpelledType& spelled) {
    MappedType type = PlainType(Kind::kNumeric);
    if (spelled.args.empty() || spelled.args.size() > 2) return type;
    const auto precision = spelled.Number(0);
    const auto scale = spelled.args.size() == 2 ? spelled.Number(1) : std::optional<std::int64_t>(0);
    // PostgreSQL 15 takes negative scales and scales above the precision, 14 neither: all columns alike.
    if (!precision || !scale || *precision < 1 || *precision > kMaxNumericPrecision || *scale < 0 ||
        *scale > *precision)
        return type;
    type.constrained = true;
    type.precision = static_cast<std::int16_t>(*precision);
    type.scale = static_cast<std::int16_t>(*scale);
    type.sql = "numeric(" + std::to_string(*precision) + "," + std::to_string(*scale) + ")";
    return type;
}

MappedType MapVarchar(const SpelledType& spelled) {
    MappedType type = PlainType(Kind::kText);
    const auto limit = spelled.args.size() == 1 ? spelled.Number(0) : std::nullopt;
    if (!limit || *limit < 1 || *limit > kMaxVarchar) return type;
    type.max_chars = static_cast<std::int32_t>(*limit);
    type.sql = "varchar(" + std::to_string(*limit) + ")";
    return type;
}

MappedType MapTemporal(Kind kind, const SpelledType& spelled) {
    MappedType type = PlainType(kind);
    const auto digits = spelled.args.size() == 1 ? spelled.Number(0) : std::nullopt;
    if (!digits || *digits < 0 || *digits > kMaxFractionDigits) return type;
    type.fraction_digits = static_cast<std::int8_t>(*digits);
    // "timestamp without time zone" → "timestamp(3) without time zone"
    type.sql.insert(type.sql.find(' '), "(" + std::to_string(*digits) + ")");
    return type;
}

MappedType MapFamily(Family family, const SpelledType& spelled, bool naive_as_timestamptz) {
    switch (family) {
        case Family::kBigint:
            break;
        case Family::kSmallint:
            return PlainType(spelled.is_unsigned ? Kind::kInt8 : Kind::kInt2);
        case Family::kTinyint:
            if (spelled.is_unsigned) break;
            return PlainType(spelled.args.size() == 1 && spelled.Number(0) == 1 ? Kind::kBoolean
                                                                                : Kind::kInt2);
        case Family::kBoolean:
            return PlainType(Kind::kBoolean);
        case Family::kDouble:
            return PlainType(Kind::kFloat8);
        case Family::kNumeric:
            return MapNumeric(spelled);
        case Family::kMoney: {
            SpelledType money;
            money.args = {"19", "4"};
            return MapNumeric(money);
        }
        case Family::kVarchar:
            return MapVarchar(spelled);
        case Family::kText:
            return PlainType(Kind::kText);
        case Family::kBytea:
            return PlainType(Kind::kBytea);
        case Family::kDate:
            return PlainType(Kind::kDate);
        case Family::kTime:
            return MapTemporal(Kind::kTime, spelled);
        case Family::kTimetz:
            return MapTemporal(Kind::kTimetz, spelled);
        case Family::kTimestamp:
            return MapTemporal(naive_as_timestamptz ? Kind::kTimestamptz : Kind::kTimestamp, spelled);
        case Family::kTimestamptz:
            return MapTemporal(Kind::kTimestamptz, spelled);
        case Family::kUuid:
            return PlainType(Kind::kUuid);
        case Family::kJsonb:
            return PlainType(Kind::kJsonb);
        case Family::kEnum: {
            MappedType type = PlainType(Kind::kText);
            type.enum_labels = spelled.Labels();
            return type;
        }
        case Family::kInput: {
            MappedType type = PlainType(Kind::kInput);
            type.sql.clear();
            for (char c : spelled.words)
                type.sql += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            return type;
        }
    }
    return PlainType(Kind::kInt8);
}

bool IsNumber(Kind kind) noexcept {
    return kind == Kind::kInt2 || kind == Kind::kInt8 || kind == Kind::kFloat8 || kind == Kind::kNumeric;
}

}  // namespace

Affinity AffinityOf(std::string_view declared) noexcept {
    if (Contains(declared, "int")) return Affinity::kInteger;
    if (Contains(declared, "char") || Contains(declared, "clob") || Contains(declared, "text"))
        return Affinity::kText;
    if (declared.empty() || Contains(declared, "blob")) return Affinity::kBlob;
    if (Contains(declared, "real") || Contains(declared, "floa") || Contains(declared, "doub"))
        return Affinity::kReal;
    return Affinity::kNumeric;
}

const char* AffinityName(Affinity affinity) noexcept {
    switch (affinity) {
        case Affinity::kBlob:
            return "BLOB";
        case Affinity::kText:
            return "TEXT";
        case Affinity::kNumeric:
            return "NUMERIC";
        case Affinity::kInteger:
            return "INTEGER";
        case Affinity::kReal:
            return "REAL";
    }
    return "NUMERIC";
}

value::Rule MappedType::ToRule() const noexcept {
    value::Rule rule;
    rule.kind = kind;
    rule.constrained = constrained;
    rule.precision = precision;
    rule.scale = scale;
    rule.fraction_digits = fraction_digits;
    rule.max_chars = max_chars;
    if (kind == Kind::kInput) {
        rule.input = value::InputTypeOfName(sql);
        if (rule.input == value::InputType::kBits) rule.max_chars = value::LengthOfName(sql);
    }
    return rule;
}

MappedType MapDeclaredType(std::string_view declared, bool naive_as_timestamptz) {
    const SpelledType spelled = SpellType(declared);
    MappedType type;
    if (const auto found = Names().find(spelled.words); found != Names().end()) {
        type = MapFamily(found->second, spelled, naive_as_timestamptz);
    } else if (spelled.words.empty()) {
        type = PlainType(spelled.is_unsigned ? Kind::kInt8 : Kind::kText);
    } else {
        switch (AffinityOf(declared)) {
            case Affinity::kInteger:
                type = PlainType(Kind::kInt8);
                break;
            case Affinity::kText:
                type = PlainType(Kind::kText);
                break;
            case Affinity::kBlob:
                type = PlainType(Kind::kBytea);
                break;
            case Affinity::kReal:
                type = PlainType(Kind::kFloat8);
                break;
            case Affinity::kNumeric:
                type = PlainType(Kind::kNumeric);
                break;
        }
        type.known = false;
    }
    type.is_unsigned = spelled.is_unsigned && IsNumber(type.kind);
    return type;
}

MappedType PlainType(Kind kind) {
    MappedType type;
    type.kind = kind;
    switch (kind) {
        case Kind::kBoolean:
            type.sql = "boolean";
            break;
        case Kind::kInt2:
            type.sql = "smallint";
            break;
        case Kind::kInt4:
            type.sql = "integer";
            break;
        case Kind::kInt8:
            type.sql = "bigint";
            break;
        case Kind::kFloat4:
            type.sql = "real";
            break;
        case Kind::kFloat8:
            type.sql = "double precision";
            break;
        case Kind::kNumeric:
            type.sql = "numeric";
            break;
        case Kind::kBytea:
            type.sql = "bytea";
            break;
        case Kind::kDate:
            type.sql = "date";
            break;
        case Kind::kTime:
            type.sql = "time without time zone";
            break;
        case Kind::kTimetz:
            type.sql = "time with time zone";
            break;
        case Kind::kTimestamp:
            type.sql = "timestamp without time zone";
            break;
        case Kind::kTimestamptz:
            type.sql = "timestamp with time zone";
            break;
        case Kind::kUuid:
            type.sql = "uuid";
            break;
        case Kind::kJson:
            type.sql = "json";
            break;
        case Kind::kJsonb:
            type.sql = "jsonb";
            break;
        case Kind::kText:
        case Kind::kArray:  // has no name of its own without an element, nor kInput without a type
        case Kind::kInput:
            type.sql = "text";
            break;
    }
    return type;
}

}  // namespace pgsqlite::schema
