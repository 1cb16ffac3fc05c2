// Tied sequences: which sequences give the numbers of which columns. PostgreSQL knows of those that a column
// owns and of those that its default names; others are tied by nothing but a text or their name.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg {

/// A SELECT of relation (oid), attnum, sequence (oid), tie and plain: one row for each sequence of each
/// column, under UseCatalogNames(). `tie` says how: 'owned' (identity, serial, OWNED BY), 'default' (the
/// default draws from it), 'text' (the default looks it up by its name each time), or 'name' (a primary key
/// of one integer that has none of these, and a sequence that belongs to nothing and is called
/// table_column_seq, table_id_seq or table_seq). `plain` is false where a default makes something else of the
/// number.
extern const char kTiedSequences[];

struct TiedSequence {
    Oid table;
    const char* table_name;  ///< quoted and qualified
    const char* column;
    Oid type;  ///< base type of the column
    Oid sequence;
    const char* sequence_name;  ///< quoted and qualified
    int64 increment;
    bool plain;  ///< what the column holds is what the sequence gave
};

/// Where a sequence stands.
struct SequencePosition {
    int64 last;
    bool is_called;  ///< false: `last` is yet to be given out
};

/// The sequences of tables, by table, column and sequence; palloc'd. Within SPI.
/// @param condition SQL over pg_class c and tied t
TiedSequence* ListTiedSequences(const char* condition, uint64* count);

/// Whether a sequence can be compared with what its column holds.
bool HasNumbers(const TiedSequence& sequence);

/// Brings a sequence behind its column's values where it is not: in whole steps, never back. Within SPI.
/// Raises 42501 (privileges, row-level security) and what setval() raises.
SequencePosition BringBehind(const TiedSequence& sequence);

}  // namespace pgsqlite::pg
