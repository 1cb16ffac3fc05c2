// Account: what became of the rows of a load: read = written + rejected + skipped, always; and the rows that
// were refused, with the reason.
#pragma once

#include "pg/fdw/column/column.hpp"

namespace pgsqlite::pg::load {

enum class Category : uint8 { kConversion, kValidation, kInsertion };
/// As sqlite.rejects has it: conversion, validation, insertion. What ails the connection or the schema ends
/// the load instead: no row is to blame.
const char* CategoryName(Category category) noexcept;

/// A row that did not fit.
struct Reject {
    const char* server;  ///< null: it came from a query
    const char* table;   ///< SQLite's, or null
    bool has_rowid;
    int64 rowid;
    const char* locator;  ///< words such as "rowid 17", or null
    List* columns;        ///< String nodes: columns to blame; SQLite's names where they have one there
    Category category;
    int sqlstate;
    const char* message;
    const char* key;  ///< JSON: the primary key of a row without rowid; or null
    const char* row;  ///< JSON, or null
    int32 table_no;   ///< as BeginTable had it
    const char* target;
    bool failure;  ///< on_error says error: the load goes on to find more, and fails at its end
};

/// Failures after which a scan with on_error error ends; and how many rows that were put aside are kept
/// beside them, to be told when a job fails.
inline constexpr int kKeptRejects = 1000;

/// A row that a rule has let pass, though it breaks it.
struct PassedRow {
    const char* rule;
    bool cleared;  ///< columns became NULL
    const char* locator;
};
/// Of a table: as many are told.
inline constexpr int kToldPassedRows = 1000;

class Account {
  public:
    /// Hands over a row put aside; it is called within the load's transaction.
    using Writer = void (*)(void* context, const Reject& reject);
    /// Told now and then how far the load is.
    /// @param ahead rows that the statement at hand has read and that are not counted yet
    using Ticker = void (*)(void* context, const Account& account, int64 ahead);

    /// An account that lives as long as `context`.
    static Account* In(MemoryContext context, Writer writer, Ticker ticker, void* callback_context);

    int64 read = 0;
    int64 written = 0;
    int64 rejected = 0;
    int64 skipped = 0;
    int64 warned = 0;
    int64 updated = 0;                 ///< of `written`: rows that were there
    int64 unchanged = 0;               ///< of `skipped`: rows that were there as they are
    int64 failures = 0;                ///< of `rejected`: those that on_error error does not allow
    bool rejects_conversions = false;  ///< whatever the columns' on_error says
    bool hands_over_failures =
        false;               ///< those that on_error error does not allow, too, and none ends the load
    int64 max_rejects = -1;  ///< more than this many rejected rows end the load; -1: no limit
    uint64 changes[fdw::RowConverter::kChangeKinds] = {};
    List* xids = NIL;    ///< uint64 *: transactions that wrote rows, subtransactions among them
    bool ended = false;  ///< its own error was raised: it is no row's fault

    /// From now on rows are those of a table of the job.
    void BeginTable(int32 table_no, const char* target) noexcept {
        if (table_no != table_no_) table_start = TakeMark();
        table_no_ = table_no;
        target_ = target;
    }
    int32 table_no() const noexcept { return table_no_; }
    const char* target() const noexcept { return target_; }

    /// Takes a copy. Raises when there were enough: 54000 beyond max_rejects, and Fail().
    void Add(const Reject& refused);
    void Tick() const { ticker_(context_, *this, 0); }
    /// @param rows that the scans of the statement at hand have read
    void TickStatement(uint64 rows) const {
        ticker_(context_, *this, static_cast<int64>(rows) - (read - statement_start));
    }

    /// Notes a row that a rule lets pass, unless enough of the table's are.
    void NotePassed(const PassedRow& row);
    const List* passed() const noexcept { return passed_; }  ///< PassedRow *

    /// Raises the refused rows that on_error error does not allow; only when there are any.
    void RaiseFailures();

    int kept_count() const noexcept { return kept_count_; }
    /// They are safe by now: what was handed over is committed.
    void ForgetKept() noexcept;
    const Reject& kept(int i) const noexcept { return kept_[i]; }

    /// What was counted behind a point of return did not happen.
    struct Mark {  // zero: the beginning
        int64 read, written, rejected, skipped, warned, updated, unchanged, failures;
        uint64 changes[fdw::RowConverter::kChangeKinds];
        int xids, kept_count, kept_failures;
        Size kept_bytes;
        int passed;
    };
    Mark TakeMark() const noexcept;
    Mark table_start = {};      ///< where the present table began
    int64 statement_start = 0;  ///< `read`, where the present statement began
    void ReturnTo(const Mark& mark) noexcept;

    /// The transaction or subtransaction that runs has written rows.
    void NoteTransaction();

  private:
    void Keep(const Reject& reject);

    MemoryContext memory_ = nullptr;  ///< of the kept rows
    int32 table_no_ = 0;
    const char* target_ = nullptr;
    Writer writer_ = nullptr;
    Ticker ticker_ = nullptr;
    void* context_ = nullptr;
    Reject* kept_ = nullptr;
    int kept_count_ = 0;
    int kept_failures_ = 0;
    Size kept_bytes_ = 0;
    List* passed_ = NIL;
};

}  // namespace pgsqlite::pg::load
