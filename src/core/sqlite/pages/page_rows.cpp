#include "core/sqlite/pages/page_rows.hpp"

#include <sqlite3.h>

#include <optional>
#include <utility>

#include "core/base/error.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

sqlite3_file* FileOf(const Database& db) noexcept {
    sqlite3_file* file = nullptr;
    const int rc = sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return rc == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

}  // namespace

std::uint32_t RootPage(Database& db, const std::string& table) {
    Statement statement(db, "SELECT rootpage FROM main.sqlite_schema WHERE type = 'table' AND name = ?1");
    statement.Bind(1, value::Cell::Text(table));
    if (!statement.Fetch()) return 0;
    const std::int64_t page = statement.Int(0);
    return page > 0 && page <= UINT32_MAX ? static_cast<std::uint32_t>(page) : 0;
}

std::optional<PageFile> OpenPages(Database& db) {
    sqlite3_file* file = FileOf(db);
    if (file == nullptr || !db.in_read() || db.in_write() || !db.utf8() || db.TakeSnapshot().wal.frames > 0)
        return std::nullopt;
    PageFile pages(file);
    if (!pages.Open()) return std::nullopt;
    return pages;
}

std::unique_ptr<PageRows> PageRows::Open(Database& db, const std::string& table,
                                         const std::vector<std::string>& columns, IsReal is_real) {
    std::optional<PageFile> pages = OpenPages(db);
    if (!pages) return nullptr;
    CatalogOptions options;
    options.foreign_keys = false;
    const std::optional<Table> found = Catalog::ReadTable(db, table, options);
    if (!found || found->without_rowid || found->unreadable ||
        (found->kind != TableKind::kTable && found->kind != TableKind::kShadow))
        return nullptr;
    const std::uint32_t root = RootPage(db, found->name);
    if (root == 0) return nullptr;
    std::unique_ptr<PageRows> rows(new PageRows(db, std::move(*pages), root));
    rows->strict_ = found->strict;
    if (!rows->MapColumns(*found, columns, is_real)) return nullptr;
    return rows;
}

bool PageRows::MapColumns(const Table& table, const std::vector<std::string>& columns, IsReal is_real) {
    cells_.resize(columns.size() + 1);
    rowid_cells_.push_back(static_cast<int>(columns.size()));
    missing_.resize(columns.size());
    const int alias = table.rowid_alias();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        int place = 0;  // virtual generated columns are not stored
        std::size_t ordinal = 0;
        for (; ordinal < table.columns.size() && !EqualNames(table.columns[ordinal].name, columns[i]);
             ++ordinal)
            if (table.columns[ordinal].hidden != Column::Hidden::kGeneratedVirtual) ++place;
        if (ordinal == table.columns.size()) return false;
        const Column& column = table.columns[ordinal];
        if (column.hidden == Column::Hidden::kGeneratedVirtual) return false;
        if (static_cast<int>(ordinal) == alias) {
            rowid_cells_.push_back(static_cast<int>(i));
            continue;
        }
        if (fields_.size() <= static_cast<std::size_t>(place))
            fields_.resize(static_cast<std::size_t>(place) + 1);
        FieldUse& use = fields_[static_cast<std::size_t>(place)];
        if (use.cell != FieldUse::kUnused) return false;
        use.cell = static_cast<int>(i);
        use.real = is_real(column.declared_type);
        if (column.default_sql) missing_[i].column = column;
    }
    return true;
}

Step PageRows::Next() noexcept {
    int rc = cursor_.Next();
    if (rc == SQLITE_DONE) return Step::kDone;
    const int count = static_cast<int>(fields_.size());
    while (rc == SQLITE_ROW || rc == SQLITE_OK) {
        const RecordResult result = ReadRecord(cursor_.record(), fields_.data(), count, cells_.data());
        if (result.kind == RecordResult::Kind::kMalformed) {
            rc = SQLITE_CORRUPT;
        } else if (result.kind == RecordResult::Kind::kNeedsMore) {
            rc = cursor_.Gather(result.needed);
        } else {
            for (const int cell : rowid_cells_)
                cells_[static_cast<std::size_t>(cell)] = value::Cell::Integer(cursor_.rowid());
            if (result.fields == count || FillMissing(result.fields)) return Step::kRow;
            return Step::kError;
        }
    }
    error_code_ = rc;
    return Step::kError;
}

/// The cells of fields that the record is too short for.
bool PageRows::FillMissing(int fields) {
    try {
        for (std::size_t field = static_cast<std::size_t>(fields); field < fields_.size(); ++field) {
            const int cell = fields_[field].cell;
            if (cell == FieldUse::kUnused) continue;
            Missing& missing = missing_[static_cast<std::size_t>(cell)];
            if (missing.column) {
                LearnAddedDefault(*missing.column, strict_, &missing.value);
                missing.column.reset();
            }
            cells_[static_cast<std::size_t>(cell)] = missing.value.cell;
        }
        return true;
    } catch (const Error& error) {
        error_code_ = error.sqlite_code();
    } catch (const std::bad_alloc&) {
        error_code_ = SQLITE_NOMEM;
    }
    return false;
}

void PageRows::ThrowLastError(std::string_view doing) const {
    throw MakeError(error_code_, doing, "", db_.path());
}

}  // namespace pgsqlite::sqlite
