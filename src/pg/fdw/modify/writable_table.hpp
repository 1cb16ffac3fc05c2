// Writable table: a foreign table as INSERT, UPDATE and DELETE see it: its columns in SQLite, and by what a
// row is found again.
#pragma once

#include "pg/fdw/modify/value_writer.hpp"
#include "pg/fdw/plan/relation.hpp"

namespace pgsqlite::pg::fdw {

/// By what UPDATE and DELETE find a row.
struct RowIdentity {
    const char* rowid_name;  ///< in SQLite; null where a key is meant
    bool by_ctid;            ///< the rowid travels as ctid (row_marks.hpp)
    List* attributes;        ///< numbers of the columns whose values it is; NIL with by_ctid
};

struct WritableTable {
    const SourceRelation* relation;
    bool is_view;
    WrittenColumn* columns;  ///< by attribute number - 1; `name` is null for a dropped attribute
    RowIdentity identity;    ///< without a rowid_name and attributes where rows have none
};

/// Whether options let a table be written to; its owner's and its server's owner's rights are for
/// CheckMayWrite.
bool IsUpdatable(const SourceRelation& relation);

/// Whether CheckMayWrite lets it pass.
bool MayWrite(const SourceRelation& relation);

/// Raises 42501 where the server's owner may not write files of the server, or, where the table's option
/// alone says that it is updatable, the table's owner; 25006 where an option forbids to write.
void CheckMayWrite(const SourceRelation& relation);

/// Reads it as SQLite has it now. Everything lies in the current memory context.
WritableTable* ReadWritableTable(const SourceRelation& relation, Pin* pin);

/// How rows are found, by SQLite's catalog as planning knows it.
RowIdentity IdentityOf(const SourceRelation& relation, const SourceFacts& facts);

}  // namespace pgsqlite::pg::fdw
