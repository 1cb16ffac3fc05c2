#include "core/sqlite/rows_file.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "core/sqlite/abandoned.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

std::string FreeRowidName(const std::vector<std::string>& columns) {
    for (const char* name : {"rowid", "_rowid_", "oid"})
        if (std::none_of(columns.begin(), columns.end(),
                         [&](const std::string& column) { return EqualNames(column, name); }))
            return name;
    throw Error(sqlstate::kFeatureNotSupported, "the table has columns rowid, _rowid_ and oid",
                "Nothing is left to call its rows by.");
}

int Bind(sqlite3_stmt* statement, int index, const value::Cell& cell) noexcept {
    switch (cell.storage_class) {
        case value::StorageClass::kInteger:
            return sqlite3_bind_int64(statement, index, cell.integer);
        case value::StorageClass::kReal:
            return sqlite3_bind_double(statement, index, cell.real);
        case value::StorageClass::kText:
            return sqlite3_bind_text64(statement, index, cell.bytes.data, cell.bytes.size, SQLITE_STATIC,
                                       SQLITE_UTF8);
        case value::StorageClass::kBlob:
            // Without an address it would be NULL.
            return sqlite3_bind_blob64(statement, index, cell.bytes.size > 0 ? cell.bytes.data : "",
                                       cell.bytes.size, SQLITE_STATIC);
        case value::StorageClass::kNull:
            break;
    }
    return sqlite3_bind_null(statement, index);
}

}  // namespace

RowsFile::RowsFile(const std::string& path, std::string_view table, const std::vector<std::string>& columns,
                   std::string_view rowid_name)
    : path_(path), rowid_name_(rowid_name.empty() ? FreeRowidName(columns) : std::string(rowid_name)) {
    try {
        Check(sqlite3_open_v2(path_.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
        // Nobody needs it after a crash.
        Run("PRAGMA journal_mode = OFF");
        Run("PRAGMA synchronous = OFF");
        Run("BEGIN");
        std::string names, parameters;
        for (const std::string& column : columns) {
            names += (names.empty() ? "" : ", ") + QuoteIdentifier(column);
            parameters += ", ?";
        }
        Run("CREATE TABLE main." + QuoteIdentifier(table) + " (" + names + ")");
        const std::string insert = "INSERT INTO main." + QuoteIdentifier(table) + " (" + rowid_name_ + ", " +
                                   names + ") VALUES (?" + parameters + ")";
        Check(sqlite3_prepare_v2(db_, insert.c_str(), static_cast<int>(insert.size()), &insert_, nullptr));
    } catch (...) {
        Close();
        throw;
    }
}

RowsFile::~RowsFile() {
    Close();
}

void RowsFile::Put(std::int64_t rowid, const std::vector<value::Cell>& cells) {
    Check(sqlite3_bind_int64(insert_, 1, rowid));
    for (std::size_t i = 0; i < cells.size(); ++i)
        Check(Bind(insert_, static_cast<int>(i) + 2, cells[i]));
    const int code = sqlite3_step(insert_);
    if (code != SQLITE_DONE) Check(code);
    Check(sqlite3_reset(insert_));
}

void RowsFile::Finish() {
    Run("COMMIT");
    Close();
}

void RowsFile::Run(const std::string& sql) {
    Check(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr));
}

void RowsFile::Check(int code) const {
    if (code == SQLITE_OK) return;
    const int extended = db_ != nullptr ? sqlite3_extended_errcode(db_) : code;
    throw MakeError(extended, "write rows to be loaded again", db_ != nullptr ? sqlite3_errmsg(db_) : "",
                    path_);
}

void RowsFile::Close() noexcept {
    if (abandoned) return;
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
    insert_ = nullptr;
    db_ = nullptr;
}

}  // namespace pgsqlite::sqlite
