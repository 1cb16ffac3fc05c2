// Datum forms: the canonical form of PostgreSQL's values (core/digest/canonical.hpp says what is the same).
#pragma once

#include "core/digest/canonical.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::validate {

/// How the values of one column are brought to their form.
struct DatumForm {
    digest::Form form;
    Oid type;                      ///< base type
    FmgrInfo output;               ///< for people
    FmgrInfo send;                 ///< kOther; fn_oid 0: the type has none, and its text stands for it
    digest::CanonicalRow* number;  ///< kJson: for the numbers of a document
    DatumForm* element;            ///< kArray
    int16 element_length;
    bool element_by_value;
    char element_align;
};

/// @param form null: the type's own; else kNumeric, for a number of any type
DatumForm* MakeDatumForm(Oid type, const digest::Form* form = nullptr);

/// The form of a type's values.
digest::Form FormOf(Oid type);

/// Appends a value. May leave garbage in the current memory context.
void AppendDatum(DatumForm* form, Datum value, bool is_null, digest::CanonicalRow* row);

/// A value for people, palloc'd; null for NULL. Long ones are cut.
char* DatumText(DatumForm* form, Datum value, bool is_null);

}  // namespace pgsqlite::pg::validate
