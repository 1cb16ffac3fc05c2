// Statements over the job tables (sqlite.jobs and those beside it): SQL, its arguments, and the rows it
// gives. They run as the extension's owner, whatever the caller may do, within the present transaction, and
// with names and operators of pg_catalog alone, so that they are written as one would write them by hand.
#pragma once

#include <string>
#include <vector>

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Arguments of a statement, in their order.
struct Arguments {
    static constexpr int kMost = 16;
    int count = 0;
    Oid types[kMost];
    Datum values[kMost];
    char nulls[kMost];

    Arguments& Add(Oid type, Datum value, bool is_null = false) noexcept;
    Arguments& Text(const char* value);         ///< null: NULL
    Arguments& Json(const char* value);         ///< null: NULL
    Arguments& TextsOrNull(const List* names);  ///< NIL: NULL
    Arguments& Texts(const List* names);        ///< String nodes: text[]
    Arguments& Int4s(const int32* numbers, int count);
    Arguments& Int8(int64 value) noexcept { return Add(INT8OID, Int64GetDatum(value)); }
    Arguments& Int8OrNull(int64 value, bool is_null) noexcept {
        return Add(INT8OID, Int64GetDatum(value), is_null);
    }
    Arguments& Int4(int32 value) noexcept { return Add(INT4OID, Int32GetDatum(value)); }
    Arguments& Bool(bool value) noexcept { return Add(BOOLOID, BoolGetDatum(value)); }
    Arguments& Time(TimestampTz value, bool is_null = false) noexcept {
        return Add(TIMESTAMPTZOID, TimestampTzGetDatum(value), is_null);
    }
    Arguments& Role(Oid role) noexcept { return Add(REGROLEOID, ObjectIdGetDatum(role)); }
};

/// A row that a statement gave. Columns count from 1, and are read by their types.
struct Row {
    HeapTuple tuple;
    TupleDesc descriptor;

    Datum Value(int column, bool* is_null) const;
    bool IsNull(int column) const;
    /// As the type writes it, in the server's encoding; null for NULL.
    const char* Text(int column) const;
    /// The same in UTF-8.
    const char* Utf8(int column) const;
    /// NULL: the empty text.
    const char* Utf8OrEmpty(int column) const;
    int64 Int8(int column, int64 otherwise = 0) const;
    int32 Int4(int column, int32 otherwise = 0) const;
    Oid Id(int column) const;     ///< NULL: InvalidOid
    bool Bool(int column) const;  ///< NULL: false
    /// text[] in UTF-8; NULL: none. @param texts outlives the call; a null in the array is left out
    void AppendUtf8(int column, std::vector<std::string>* texts) const;
    /// int4[]; NULL: none.
    void AppendInt4(int column, std::vector<int32>* numbers) const;
};

/// What a statement gave, as long as the SPI connection lasts.
struct Rows {
    uint64 count;  ///< given, or touched
    const SPITupleTable* table;

    Row operator[](uint64 at) const { return {table->vals[at], table->tupdesc}; }
};

/// Runs a statement over the records as their owner. Within SPI.
Rows RunOnRecords(const char* sql, const Arguments& arguments);
/// The same for a statement over one row of the records, which is there as long as the job is: whoever may
/// delete it can do so at any time. Raises 55000 where it does not meet that row, so that nothing is written
/// unrecorded.
Row RunOnRecord(int64 job, const char* sql, const Arguments& arguments);
/// Runs a statement in an SPI connection of its own.
/// @return rows touched, or found
uint64 TouchRecords(const char* sql, const Arguments& arguments);

/// The same over one row, as RunOnRecord is.
void TouchRecord(int64 job, const char* sql, const Arguments& arguments);

/// A SELECT over catalogs, or records that its reader sees by row security alone, under the same names, with
/// the caller's rights. Within SPI.
/// @param read_only as SPI has it: it sees what the caller's own statement does, not what came since
Rows ReadAsCaller(const char* sql, const Arguments& arguments, bool read_only);

/// The first column of the rows in a list of another memory context: int64 *.
List* Int8Column(const Rows& rows, MemoryContext memory);
/// The same of texts: char *, in the server's encoding.
List* TextColumn(const Rows& rows, MemoryContext memory);

/// Raises that 55000.
[[noreturn]] void RaiseRecordsGone(int64 job);

/// A copy of a text that outlives SPI_finish; null for null.
char* Keep(const char* text);

}  // namespace pgsqlite::pg::jobs
