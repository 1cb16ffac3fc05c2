// Columns: from one cell to one Datum. A ColumnConverter is built once per column from its PostgreSQL type
// and options; what does not fit goes to a sink, so that scans, queries and loads share one converter.
#pragma once

#include "core/value/encoding.hpp"
#include "core/value/image.hpp"
#include "core/value/value.hpp"
#include "pg/fdw/connect/options.hpp"

namespace pgsqlite::pg::fdw {

struct ColumnConverter {
    value::Rule rule;
    value::Rule element_rule;  ///< kArray
    Oid type;                  ///< as declared, a domain too
    int32 typmod;
    const char* name;         ///< attribute
    const char* source_name;  ///< SQLite's column
    bool is_domain;
    bool plain;       ///< nothing but the type matters: no domain, length, encoding; a UTF-8 server
    bool is_builtin;  ///< its input function is PostgreSQL's own: an error leaves nothing behind
    void* domain_cache;
    FmgrInfo input;  ///< kInput, kJsonb
    Oid io_param;
    int32 pad_to;  ///< char(n): blanks up to n characters
    Oid element_type;
    int16 element_length;
    bool element_by_value;
    char element_align;
    ColumnConverter* element;  ///< kArray: how its elements become Datums
    MemoryContext context;     ///< lives as long as the converter
};

/// Fills a converter. Raises HV024 for an encoding that means nothing for the type.
/// @param context owns everything the converter points to
void InitColumnConverter(ColumnConverter* column, MemoryContext context, Oid type, int32 typmod,
                         const char* name, const ColumnOptions& options, const ServerOptions& server);

/// Which kind of value a PostgreSQL type is converted as.
value::Kind KindOfType(Oid type);

/// The zone in which naive timestamps are read; a name that pg_tzset takes.
value::Zone ZoneOf(const char* name);

class RowConverter;

/// Where a row came from, for messages. Asked only when something does not fit.
struct RowOrigin {
    const char* server;
    const char* relation;  ///< qualified foreign table, or the query
    const char* source;    ///< SQLite's table; null for a query
    /// palloc'd words such as "rowid 17".
    char* (*locate)(const void* context);
    const void* context;
};

/// Where a cell that does not fit goes: the sink raises, or returns true to have it read as NULL, or false
/// where the row is given up: its other columns are still converted, to learn what is wrong with them.
/// @param cause the input function's error, where one was caught
using RefusalSink = bool (*)(void* context, const RowConverter& row, int column, const value::Cell& cell,
                             value::Status status, const ErrorData* cause);

/// The sink of scans: raises, unless the column's on_error says null.
bool RaiseOrNull(void* context, const RowConverter& row, int column, const value::Cell& cell,
                 value::Status status, const ErrorData* cause);

/// Converts the cells of one source's rows.
class RowConverter {
  public:
    RowConverter(ColumnConverter* columns, const RowOrigin& origin, RefusalSink sink = &RaiseOrNull,
                 void* sink_context = nullptr) noexcept
        : columns_(columns), origin_(origin), sink_(sink), sink_context_(sink_context) {}

    /// Column `index`'s cell as a Datum in the current memory context. Raises what its policies don't settle.
    void Convert(int index, const value::Cell& cell, Datum* datum, bool* is_null);

    RowConverter(const RowConverter&) = delete;
    RowConverter& operator=(const RowConverter&) = delete;

    /// Number of counters of changes().
    static constexpr size_t kChangeKinds = static_cast<size_t>(value::Applied::kAppliedCount);
    /// Errors of input functions go to the sink too, whatever the columns' on_error says.
    void CollectErrors() noexcept { collects_ = true; }
    /// Errors tell nothing of the row: who gets them may be one whom a security barrier keeps from seeing it.
    void HideRows() noexcept { hides_rows_ = true; }
    bool hides_rows() const noexcept { return hides_rows_; }
    /// Counts in memory of the caller's, which others read: a parallel worker's changes.
    void CountChangesIn(uint64* changes) noexcept { changes_ = changes; }
    /// Takes counts back to what they were.
    void SetChanges(const uint64* changes) noexcept { std::memcpy(changes_, changes, sizeof(own_changes_)); }
    /// Adds what was counted elsewhere.
    void AddChanges(const uint64* changes) noexcept;

    void SetLocatorContext(const void* context) noexcept { origin_.context = context; }
    const RowOrigin& origin() const noexcept { return origin_; }
    const ColumnConverter& column(int index) const noexcept { return columns_[index]; }
    /// Values changed by policies since the start, by value::Applied.
    const uint64* changes() const noexcept { return changes_; }
    uint64 total_changes() const noexcept;
    /// "3 by empty_as_null, 1 by on_error", palloc'd.
    char* DescribeChanges() const;

    /// Names column and value in the context of errors that input functions raise.
    void PushErrorContext() noexcept;
    void PopErrorContext() noexcept;

  private:
    bool Build(const ColumnConverter& column, const value::Value& value, Datum* datum, value::Status* status);
    bool UsualDatum(const ColumnConverter& column, const value::Cell& cell, Datum* datum);
    bool JsonbDatum(Bytes json, Datum* datum);
    bool BuildByInput(const ColumnConverter& column, Bytes bytes, bool is_number, Datum* datum,
                      value::Status* status);
    bool BuildArray(const ColumnConverter& column, const value::Value& value, Datum* datum,
                    value::Status* status);
    bool TryBuild(int index, const value::Value& value, Datum* datum, value::Status* status,
                  ErrorData** cause);
    void Refuse(int index, const value::Cell& cell, value::Status status, const ErrorData* cause,
                Datum* datum, bool* is_null);
    static void OnErrorContext(void* self);

    ColumnConverter* columns_;
    RowOrigin origin_;
    RefusalSink sink_;
    void* sink_context_;
    value::Value value_;
    const bool utf8_server_ = GetDatabaseEncoding() == PG_UTF8;
    Scratch scratch_;
    Scratch element_scratch_;
    value::JsonbImage jsonb_image_;
    uint64 own_changes_[kChangeKinds] = {};
    uint64* changes_ = own_changes_;
    const value::Cell* current_cell_ = nullptr;
    int current_column_ = -1;
    bool collects_ = false;
    bool hides_rows_ = false;
    ErrorContextCallback error_context_ = {};
};

/// The primary message of a refusal, palloc'd: column, type, value, reason.
/// @param name of the column: the foreign table's, or SQLite's where nobody sees a foreign table
char* RefusalMessage(const RowConverter& row, int column, const char* name, const value::Cell& cell,
                     value::Status status, const ErrorData* cause);
int RefusalSqlstate(value::Status status, const ErrorData* cause);

/// Raises a refusal with everything a user needs: type, reason, server, table, column, row, class, value, and
/// the option that would settle it.
[[noreturn]] void RaiseRefusal(const RowConverter& row, int column, const value::Cell& cell,
                               value::Status status, const ErrorData* cause);

}  // namespace pgsqlite::pg::fdw
