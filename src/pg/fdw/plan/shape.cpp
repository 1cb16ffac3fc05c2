#include "pg/fdw/plan/shape.hpp"

#include <limits>

#include "core/schema/declared_type.hpp"

namespace pgsqlite::pg::fdw {
namespace {

using schema::Affinity;

bool IsAnyOf(Affinity affinity, Affinity a, Affinity b) noexcept {
    return affinity == a || affinity == b;
}

/// Form of a type over an affinity ("Datatypes In SQLite" §3): the affinity has turned whatever text or
/// number was written into the class that compares as the type's values do.
Form FormOf(value::Kind kind, Affinity affinity, bool strict_blob) noexcept {
    using value::Kind;
    switch (kind) {
        case Kind::kInt2:
        case Kind::kInt4:
        case Kind::kInt8:
            return IsAnyOf(affinity, Affinity::kInteger, Affinity::kNumeric) ? Form::kInteger : Form::kNone;
        case Kind::kFloat8:
            return IsAnyOf(affinity, Affinity::kReal, Affinity::kNumeric) ? Form::kReal : Form::kNone;
        case Kind::kText:
            return affinity == Affinity::kText ? Form::kText : Form::kNone;
        case Kind::kBytea:
            return strict_blob ? Form::kBytes : Form::kNone;
        case Kind::kBoolean:
            return IsAnyOf(affinity, Affinity::kInteger, Affinity::kNumeric) ? Form::kBoolean : Form::kNone;
        case Kind::kNumeric:
            return affinity == Affinity::kReal || IsAnyOf(affinity, Affinity::kInteger, Affinity::kNumeric)
                       ? Form::kDecimal
                       : Form::kNone;
        case Kind::kDate:
        case Kind::kTimestamp:
        case Kind::kTimestamptz:
            return IsAnyOf(affinity, Affinity::kText, Affinity::kNumeric) ? Form::kMoment : Form::kNone;
        default:
            return Form::kNone;
    }
}

/// Whether CHECKs on typeof() leave a form no class but its own.
bool IsChecked(Form form, Affinity affinity, schema::ClassSet classes) noexcept {
    switch (form) {
        case Form::kInteger:
        case Form::kBoolean:
            return schema::IsOnly(classes, value::StorageClass::kInteger);
        case Form::kReal:
            return affinity == Affinity::kReal && schema::IsOnly(classes, value::StorageClass::kReal);
        case Form::kText:
            return schema::IsOnly(classes, value::StorageClass::kText);
        default:
            return false;
    }
}

void SetRange(ColumnShape* shape, value::Kind kind) noexcept {
    shape->least = PG_INT64_MIN;
    shape->most = PG_INT64_MAX;
    if (kind == value::Kind::kInt4) {
        shape->least = PG_INT32_MIN;
        shape->most = PG_INT32_MAX;
    } else if (kind == value::Kind::kInt2) {
        shape->least = PG_INT16_MIN;
        shape->most = PG_INT16_MAX;
    }
}

}  // namespace

ColumnShape ShapeOf(const sqlite::Table* table, const sqlite::Column* column, schema::ClassSet classes,
                    bool is_rowid, bool stored, Oid type, int32 typmod, const ColumnOptions& options) {
    ColumnShape shape = {};
    // A policy may turn a cell into another value, or into NULL.
    if (!(options.policies == value::Policies())) return shape;
    shape.null_is_null = true;
    if (!stored) return shape;
    shape.is_rowid = is_rowid;
    shape.not_null = is_rowid || (column != nullptr && column->not_null);
    if (options.encoding != nullptr || options.column_type != nullptr) return shape;
    // bpchar compares without trailing blanks; a domain's CHECK may refuse any value.
    if (type == BPCHAROID || getBaseType(type) != type) return shape;

    const value::Kind kind = KindOfType(type);
    const bool strict = table != nullptr && table->strict;
    const std::string_view declared = column != nullptr ? std::string_view(column->declared_type) : "INTEGER";
    const Affinity affinity = is_rowid ? Affinity::kInteger : schema::AffinityOf(declared);
    const bool strict_any =
        strict && pg_strcasecmp(column != nullptr ? column->declared_type.c_str() : "", "ANY") == 0;
    if (strict_any && !is_rowid) return shape;
    const bool only_blobs =
        strict ? affinity == Affinity::kBlob : schema::IsOnly(classes, value::StorageClass::kBlob);
    shape.form = FormOf(kind, affinity, only_blobs);
    shape.pure = shape.form != Form::kNone &&
                 (is_rowid || (strict && !IsAnyOf(affinity, Affinity::kNumeric, Affinity::kBlob)) ||
                  shape.form == Form::kBytes || IsChecked(shape.form, affinity, classes));
    if (shape.form == Form::kMoment || shape.form == Form::kDecimal) shape.pure = false;
    shape.integral_only = affinity != Affinity::kReal;
    shape.binary = column == nullptr || pg_strcasecmp(column->collation.c_str(), "BINARY") == 0;
    SetRange(&shape, kind);
    if (shape.form == Form::kText && typmod > static_cast<int32>(VARHDRSZ))
        shape.max_chars = typmod - static_cast<int32>(VARHDRSZ);
    // STRICT and CHECK hold for what SQLite has written, not for bytes that somebody has edited.
    shape.sure = is_rowid && kind == value::Kind::kInt8;
    return shape;
}

}  // namespace pgsqlite::pg::fdw
