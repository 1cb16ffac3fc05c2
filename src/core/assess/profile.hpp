// Profile: everything one pass over a table tells about its columns, as raw facts that depend on the file
// only, never on options. Judgements (suggest.hpp, assess, plan) are derived from it, so that a table is read
// once as long as its file does not change (profile_cache.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/assess/formats.hpp"
#include "core/assess/written_dates.hpp"
#include "core/schema/declared_type.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/database.hpp"
#include "core/value/cell.hpp"
#include "core/value/status.hpp"

namespace pgsqlite::assess {

/// Characters of a value that are kept for showing.
inline constexpr std::size_t kShownChars = 40;

/// One cell of one row, to be shown.
struct Example {
    std::uint64_t row = 0;  ///< number of the row in the order read, from 1; 0: there is no such cell
    std::optional<std::int64_t> rowid;  ///< where the table has one
    /// What names the row: the rowid's digits, the key of a WITHOUT ROWID table "(1, 'a')", or "row 17" of a
    /// view or virtual table. UTF-8, trimmed.
    std::string at;
    value::StorageClass storage_class = value::StorageClass::kNull;
    std::string value;  ///< value::DescribeCell's: UTF-8, trimmed

    bool any() const noexcept { return row != 0; }
};

/// How many cells have something in common, and the first of them.
struct Tally {
    std::uint64_t rows = 0;
    Example first;
};

/// Smallest and largest value, as shown; equal to SQLite's min() and max() under collation BINARY up to where
/// it is cut.
struct Extremes {
    value::Cell min, max;  ///< numbers only: kNull where there is none
    std::string shown_min, shown_max;
};

/// Smallest and largest length.
struct Lengths {
    std::uint64_t min = 0, max = 0;  ///< 0 without values
    std::uint64_t total = 0;         ///< bytes of all values
    Example longest;
};

/// The conversions every cell is tested for: a kind without modifiers under default policies, dates in UTC,
/// a UTF-8 server. What Convert accepts fits.
inline constexpr value::Kind kCandidates[] = {
    value::Kind::kBoolean, value::Kind::kInt2,    value::Kind::kInt4,      value::Kind::kInt8,
    value::Kind::kFloat8,  value::Kind::kNumeric, value::Kind::kText,      value::Kind::kBytea,
    value::Kind::kDate,    value::Kind::kTime,    value::Kind::kTimestamp, value::Kind::kTimestamptz,
    value::Kind::kUuid,    value::Kind::kJson,    value::Kind::kJsonb,
};
inline constexpr std::size_t kCandidateCount = sizeof(kCandidates) / sizeof(kCandidates[0]);

/// Place of a kind among the candidates, or kCandidateCount.
constexpr std::size_t CandidateOf(value::Kind kind) noexcept {
    std::size_t i = 0;
    while (i < kCandidateCount && kCandidates[i] != kind)
        ++i;
    return i;
}

struct ColumnProfile {
    std::string name;  ///< SQLite's
    std::string declared_type;
    schema::Affinity affinity = schema::Affinity::kBlob;
    /// By its declaration, naive timestamps as timestamp. For kInput the text stands in: only the server can
    /// tell what the type's input function takes.
    schema::MappedType declared;
    bool rowid_alias = false;

    std::array<std::uint64_t, 6> classes{};  ///< by value::StorageClass
    std::uint64_t Count(value::StorageClass c) const noexcept { return classes[static_cast<std::size_t>(c)]; }
    std::uint64_t non_null() const noexcept { return classes[1] + classes[2] + classes[3] + classes[4]; }
    std::uint64_t empty_texts = 0;
    std::uint64_t empty_blobs = 0;
    Example first_null;

    Extremes numbers, texts, blobs;
    /// Over all classes, in SQLite's order: numbers, texts, blobs. Null without values.
    const std::string* shown_min() const noexcept;
    const std::string* shown_max() const noexcept;

    Lengths text_chars;  ///< of invalid UTF-8: bytes that are no continuation
    Lengths blob_bytes;
    std::uint64_t max_text_bytes = 0;

    Tally invalid_texts;  ///< texts that are not UTF-8
    Tally nul_texts;      ///< texts that hold U+0000

    std::array<std::uint64_t, kFormatCount> formats{};
    std::uint64_t Count(Format f) const noexcept { return formats[static_cast<std::size_t>(f)]; }
    /// Cells that are dates written otherwise than ISO 8601 has it: at most one entry for what is alike.
    std::vector<WrittenCount> written;
    void AddWritten(const WrittenDate& date, std::uint64_t rows);
    /// Cells that a row of kDateForms reads.
    std::uint64_t CountWritten(std::size_t form) const noexcept;

    /// By candidate: the cells that it refuses, NULLs not among them.
    std::array<Tally, kCandidateCount> misfits;
    /// Null where `kind` is no candidate.
    const Tally* Misfits(value::Kind kind) const noexcept {
        const std::size_t i = CandidateOf(kind);
        return i < kCandidateCount ? &misfits[i] : nullptr;
    }
    /// Cells that `declared` refuses, by value::Code, under default policies.
    std::array<Tally, static_cast<std::size_t>(value::Code::kCodeCount)> declared_faults;
    Tally DeclaredMisfits() const;

    /// Rows whose value (not NULL) another row has before them, as SQLite compares under BINARY: what a
    /// unique key would refuse. Nothing where that was not found out (see ProfileOptions).
    std::optional<std::uint64_t> duplicates;
};

struct TableProfile {
    std::string name;
    std::uint64_t rows = 0;
    std::vector<ColumnProfile> columns;  ///< all that SELECT can name, hidden ones left out
    bool counted_duplicates = false;     ///< option duplicates was on
    /// Bytes this object takes, for the cache's bound.
    std::size_t MemoryUse() const noexcept;
};

struct ProfileOptions {
    /// Duplicates are always known where they cost nothing more: columns that a unique index or the rowid
    /// keeps unique, columns whose values rose from row to row, and columns an index begins with. With this
    /// they are also counted by a sort in SQLite for columns that look like keys (IsKeyLike).
    bool duplicates = false;
};

/// Whether a column is to be a key by its looks: the only column of the primary key or of a unique index, or
/// named id, uuid, guid, key, code or <table>_id.
bool IsKeyLike(const sqlite::Table& table, std::size_t column);

/// Reads a whole table, view or virtual table, in one pass, in the database's current snapshot (one is taken
/// unless a read transaction is open). Memory does not grow with the rows.
/// @throws Error where SQLite can't read it (the error names the table), or 57014 when interrupted
TableProfile ReadProfile(sqlite::Database& db, const sqlite::Table& table,
                         const ProfileOptions& options = {});

}  // namespace pgsqlite::assess
