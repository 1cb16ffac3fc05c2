#include "core/assess/profile.hpp"

#include <algorithm>

#include "core/assess/column_profiler.hpp"
#include "core/assess/table_reader.hpp"
#include "core/base/error.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::assess {

using value::Cell;
using value::StorageClass;

namespace {

/// ASCII case aside, as SQLite compares names.
bool SameName(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return value::ToLower(x) == value::ToLower(y); });
}

/// Whether every row has its own value here, whatever the rows are: the rowid, or the one column of a unique
/// index. An index that compares more values as equal (NOCASE) keeps them apart all the more.
bool IsKeptUnique(const sqlite::Table& table, std::size_t column) {
    if (table.rowid_alias() == static_cast<int>(column)) return true;
    for (const sqlite::Index& index : table.indexes)
        if (index.unique && !index.partial && index.columns.size() == 1 &&
            index.columns[0].column == static_cast<int>(column))
            return true;
    return table.without_rowid && table.primary_key() == std::vector<int>{static_cast<int>(column)};
}

/// Whether an index gives the column's values in BINARY order.
bool LeadsIndex(const sqlite::Table& table, std::size_t column) {
    for (const sqlite::Index& index : table.indexes)
        if (!index.partial && !index.columns.empty() && index.columns[0].column == static_cast<int>(column) &&
            SameName(index.columns[0].collation, "binary"))
            return true;
    return false;
}

std::uint64_t CountDuplicates(sqlite::Database& db, const sqlite::Table& table, const std::string& column) {
    const std::string name = sqlite::QuoteIdentifier(column);
    sqlite::Statement count(db, "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM main." +
                                    sqlite::QuoteIdentifier(table.name) + " WHERE " + name +
                                    " IS NOT NULL GROUP BY " + name + " COLLATE BINARY)");
    if (count.Next() != sqlite::Step::kRow)
        count.ThrowLastError("look for duplicates in column \"" + column + "\" of SQLite table \"" +
                             table.name + "\"");
    return static_cast<std::uint64_t>(count.Int(0));
}

std::size_t MemoryOf(const Example& example) noexcept {
    return example.at.capacity() + example.value.capacity();
}

}  // namespace

const std::string* ColumnProfile::shown_min() const noexcept {
    if (!numbers.min.is_null()) return &numbers.shown_min;
    if (Count(StorageClass::kText) > 0) return &texts.shown_min;
    return Count(StorageClass::kBlob) > 0 ? &blobs.shown_min : nullptr;
}

const std::string* ColumnProfile::shown_max() const noexcept {
    if (Count(StorageClass::kBlob) > 0) return &blobs.shown_max;
    if (Count(StorageClass::kText) > 0) return &texts.shown_max;
    return numbers.max.is_null() ? nullptr : &numbers.shown_max;
}

Tally ColumnProfile::DeclaredMisfits() const {
    Tally all;
    for (const Tally& fault : declared_faults) {
        all.rows += fault.rows;
        if (fault.rows > 0 && (!all.first.any() || fault.first.row < all.first.row)) all.first = fault.first;
    }
    return all;
}

void ColumnProfile::AddWritten(const WrittenDate& date, std::uint64_t rows) {
    for (WrittenCount& count : written) {
        if (!(count.date == date)) continue;
        count.rows += rows;
        return;
    }
    written.push_back({date, rows});
}

std::uint64_t ColumnProfile::CountWritten(std::size_t form) const noexcept {
    std::uint64_t rows = 0;
    for (const WrittenCount& count : written)
        if ((count.date.forms >> form & 1) != 0) rows += count.rows;
    return rows;
}

std::size_t TableProfile::MemoryUse() const noexcept {
    std::size_t bytes = sizeof(*this) + columns.capacity() * sizeof(ColumnProfile);
    for (const ColumnProfile& column : columns) {
        bytes += column.name.capacity() + column.declared_type.capacity() + MemoryOf(column.first_null) +
                 MemoryOf(column.text_chars.longest) + MemoryOf(column.blob_bytes.longest);
        for (const Tally& tally : column.misfits)
            bytes += MemoryOf(tally.first);
        for (const Tally& tally : column.declared_faults)
            bytes += MemoryOf(tally.first);
    }
    return bytes;
}

bool IsKeyLike(const sqlite::Table& table, std::size_t column) {
    if (IsKeptUnique(table, column)) return true;
    const std::string& name = table.columns[column].name;
    if (table.primary_key() == std::vector<int>{static_cast<int>(column)}) return true;
    for (const char* word : {"id", "uuid", "guid", "key", "code"})
        if (SameName(name, word)) return true;
    return SameName(name, table.name + "_id") || SameName(name, table.name + "id");
}

TableProfile ReadProfile(sqlite::Database& db, const sqlite::Table& table, const ProfileOptions& options) {
    const ReadScope scope(db);
    TableProfile profile;
    profile.name = table.name;
    profile.counted_duplicates = options.duplicates;

    std::vector<std::string> names;
    std::vector<std::size_t> ordinals;
    std::vector<ColumnProfiler> profilers;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const sqlite::Column& source = table.columns[i];
        if (source.hidden == sqlite::Column::Hidden::kHidden) continue;
        ColumnProfile column;
        column.name = source.name;
        column.declared_type = source.declared_type;
        column.affinity = schema::AffinityOf(source.declared_type);
        column.declared = schema::MapDeclaredType(source.declared_type);
        column.rowid_alias = table.rowid_alias() == static_cast<int>(i);
        names.push_back(source.name);
        ordinals.push_back(i);
        profilers.emplace_back(std::move(column));
    }

    TableReader reader(db, table, names);
    Scratch scratch;
    while (reader.Next()) {
        const RowName& name = reader.name();
        const Cell* cell = name.cells;
        for (ColumnProfiler& profiler : profilers) {
            profiler.Add(*cell, name, scratch);
            if (IsCancelled(*cell++)) throw Error(sqlstate::kQueryCanceled, "profiling was cancelled");
        }
    }
    scratch.Verify();
    profile.rows = reader.rows();
    for (std::size_t i = 0; i < profilers.size(); ++i) {
        const std::size_t ordinal = ordinals[i];
        const bool apart = profilers[i].ascending() || IsKeptUnique(table, ordinal);
        profile.columns.push_back(profilers[i].Finish());
        ColumnProfile& column = profile.columns.back();
        if (apart)
            column.duplicates = 0;
        else if (IsKeyLike(table, ordinal) && (options.duplicates || LeadsIndex(table, ordinal)))
            column.duplicates = CountDuplicates(db, table, column.name);
    }
    db.VerifyUnchanged();
    return profile;
}

}  // namespace pgsqlite::assess
