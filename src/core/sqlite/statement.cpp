#include "core/sqlite/statement.hpp"

#include <sqlite3.h>

#include <new>

#include "core/base/error.hpp"
#include "core/sqlite/abandoned.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/value/text/utf16.hpp"

namespace pgsqlite::sqlite {
namespace {

/// One value as a cell, its text in the database's encoding. The blob accessor is used for text as well: the
/// text accessor would copy every string that lies in a page just to put a zero behind it, and mend UTF-16
/// that is not well-formed.
inline bool ReadCell(sqlite3_value* value, value::Cell& cell) noexcept {
    using value::StorageClass;
    const int type = sqlite3_value_type(value);
    cell.storage_class = static_cast<StorageClass>(type);
    switch (type) {
        case SQLITE_INTEGER:
            cell.integer = sqlite3_value_int64(value);
            return true;
        case SQLITE_FLOAT:
            cell.real = sqlite3_value_double(value);
            return true;
        case SQLITE_TEXT:
        case SQLITE_BLOB: {
            const void* data = sqlite3_value_blob(value);
            const int size = sqlite3_value_bytes(value);
            // Where there is no memory for it, none of its bytes may be looked at.
            cell.bytes = {data != nullptr ? static_cast<const char*>(data) : "",
                          static_cast<std::size_t>(data != nullptr ? size : 0)};
            // No bytes are null as a blob. Otherwise null means out of memory.
            return data != nullptr || size == 0;
        }
        default:
            return true;
    }
}

int BindCell(sqlite3_stmt* statement, int index, const value::Cell& cell) noexcept {
    using value::StorageClass;
    switch (cell.storage_class) {
        case StorageClass::kInteger:
            return sqlite3_bind_int64(statement, index, cell.integer);
        case StorageClass::kReal:
            return sqlite3_bind_double(statement, index, cell.real);
        case StorageClass::kText:
            return sqlite3_bind_text64(statement, index, cell.bytes.data, cell.bytes.size, SQLITE_TRANSIENT,
                                       SQLITE_UTF8);
        case StorageClass::kBlob:
            return sqlite3_bind_blob64(statement, index, cell.bytes.data, cell.bytes.size, SQLITE_TRANSIENT);
        case StorageClass::kNull:
            break;
    }
    return sqlite3_bind_null(statement, index);
}

}  // namespace

// By the other constructor, so that the destructor runs where the rows' memory can't be had.
Statement::Statement(Database& db, std::string_view sql) : Statement(db) {
    const char* tail = nullptr;
    Prepare(sql, &tail);
}

std::unique_ptr<Statement> Statement::Reuse(Database& db, std::string_view sql) {
    std::unique_ptr<Statement> statement(new Statement(db));
    statement->stmt_ = db.statements()->Take(sql, &statement->computes_);
    if (statement->stmt_ != nullptr) {
        statement->cache_ = db.statements();
        statement->MakeRoom();
    } else {
        const char* tail = nullptr;
        statement->Prepare(sql, &tail);
        statement->cache_ = db.statements();
    }
    return statement;
}

std::unique_ptr<Statement> Statement::PrepareUserQuery(Database& db, std::string_view sql) {
    std::unique_ptr<Statement> statement(new Statement(db));
    const char* tail = nullptr;
    statement->Prepare(sql, &tail);
    if (statement->stmt_ == nullptr) throw Error(sqlstate::kSyntaxError, "the SQLite query is empty");
    if (!sqlite3_stmt_readonly(statement->stmt_))
        throw Error(sqlstate::kReadOnly, "the SQLite query is not a SELECT",
                    "It would write to the database.");
    if (statement->column_count_ == 0)
        throw Error(sqlstate::kSyntaxError, "the SQLite query returns no columns", {}, "Give one SELECT.");
    if (statement->parameter_count() > 0)
        throw Error(sqlstate::kSyntaxError, "the SQLite query has parameters", {},
                    "Write their values into it.");
    // What follows may be white space, comments and semicolons only.
    const char* end = sql.data() + sql.size();
    while (tail != nullptr && tail < end) {
        sqlite3_stmt* more = nullptr;
        const char* next = nullptr;
        const int rc = sqlite3_prepare_v2(db.handle(), tail, static_cast<int>(end - tail), &more, &next);
        const bool empty = rc == SQLITE_OK && more == nullptr;
        sqlite3_finalize(more);
        if (!empty)
            throw Error(sqlstate::kSyntaxError, "the SQLite query holds more than one statement", {},
                        "Give one SELECT.");
        if (next == tail) break;
        tail = next;
    }
    return statement;
}

bool HasFullJoin() noexcept {
    return sqlite3_libversion_number() >= 3039000;
}

Statement::~Statement() {
    if (abandoned) return;
    if (cache_ != nullptr && stmt_ != nullptr)
        cache_->Give(stmt_, computes_);
    else
        sqlite3_finalize(stmt_);
}

void Statement::Prepare(std::string_view sql, const char** tail) {
    db_->CheckText(sql);
    db_->WatchComputing();
    const int rc = sqlite3_prepare_v3(db_->handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &stmt_, tail);
    if (rc != SQLITE_OK) {
        error_code_ = rc;
        std::string message = sqlite3_errmsg(db_->handle());
        if (rc == SQLITE_ERROR && message.find("syntax error") != std::string::npos)
            throw Error(sqlstate::kSyntaxError, "could not prepare the SQLite query: " + message);
        throw MakeError(rc, "prepare the SQLite query", message, db_->path());
    }
    computes_ = db_->IsComputing(sql);
    MakeRoom();
}

void Statement::MakeRoom() {
    column_count_ = sqlite3_column_count(stmt_);
    read_count_ = column_count_;
    cells_.resize(static_cast<std::size_t>(column_count_));
}

std::string_view Statement::sql() const noexcept {
    const char* sql = sqlite3_sql(stmt_);
    return sql != nullptr ? sql : "";
}

std::string Statement::column_name(int column) const {
    const char* name = sqlite3_column_name(stmt_, column);
    return name != nullptr ? name : "";
}

std::string Statement::column_declared_type(int column) const {
    const char* type = sqlite3_column_decltype(stmt_, column);
    return type != nullptr ? type : "";
}

int Statement::parameter_count() const noexcept {
    return sqlite3_bind_parameter_count(stmt_);
}

bool Statement::Bind(int index, const value::Cell& cell) noexcept {
    db_->LimitValues(computes_);
    const int rc = BindCell(stmt_, index, cell);
    if (rc != SQLITE_OK) error_code_ = rc;
    return rc == SQLITE_OK;
}

bool Statement::Read(int column, value::Cell& cell) const noexcept {
    if (!ReadCell(sqlite3_column_value(stmt_, column), cell)) return false;
    if (cell.storage_class != value::StorageClass::kText || db_->utf8()) return true;
    // What EXPLAIN says is UTF-8 everywhere.
    return sqlite3_stmt_isexplain(stmt_) != 0 || ReadUtf16(column, cell);
}

/// Turns a text cell into UTF-8, which lives as long as the row. No bytes where there is no memory for it.
bool Statement::ReadUtf16(int column, value::Cell& cell) const noexcept {
    const Bytes text = cell.view();
    cell.bytes = {"", 0};
    if (texts_ == nullptr) texts_.reset(new (std::nothrow) Scratch[static_cast<std::size_t>(column_count_)]);
    if (texts_ == nullptr) return false;
    char* utf8 = texts_[static_cast<std::size_t>(column)].Reserve(value::Utf8SizeOf(text.size()));
    if (utf8 == nullptr) return false;
    const char* end = value::Utf16ToUtf8(text, db_->encoding() == TextEncoding::kUtf16be, utf8);
    cell.bytes = {utf8, static_cast<std::size_t>(end - utf8)};
    return true;
}

Step Statement::Next() noexcept {
    db_->LimitValues(computes_);
    db_->unknown_collations().Forget();
    const int rc = sqlite3_step(stmt_);
    if (db_->unknown_collations().asked() != nullptr && (rc == SQLITE_DONE || rc == SQLITE_ROW)) {
        error_code_ = SQLITE_ERROR_MISSING_COLLSEQ;
        return Step::kError;
    }
    if (rc == SQLITE_DONE) return Step::kDone;
    if (rc != SQLITE_ROW) {
        error_code_ = rc;
        // A page that failed its check stays in the cache as one that has passed, and would be read next
        // time.
        if ((rc & 0xff) == SQLITE_CORRUPT) {
            sqlite3_reset(stmt_);
            sqlite3_db_release_memory(db_->handle());
        }
        return Step::kError;
    }
    // SQLite prepares a statement anew when the schema has changed; "SELECT *" may then have other columns.
    if (sqlite3_data_count(stmt_) != column_count_) {
        error_code_ = SQLITE_SCHEMA;
        return Step::kError;
    }
    value::Cell* cells = cells_.data();
    for (int i = 0; i < read_count_; ++i) {
        if (!Read(i, cells[i])) {
            error_code_ = SQLITE_NOMEM;
            return Step::kError;
        }
    }
    return Step::kRow;
}

value::Cell Statement::CellAt(int column) const noexcept {
    value::Cell cell;
    Read(column, cell);
    return cell;
}

void Statement::Reset() noexcept {
    if (abandoned) return;
    sqlite3_reset(stmt_);
}

void Statement::ThrowLastError(std::string_view doing) const {
    const char* unknown = db_->unknown_collations().asked();
    if (error_code_ == SQLITE_ERROR_MISSING_COLLSEQ && unknown != nullptr)
        throw MakeError(SQLITE_ERROR, doing, std::string("no such collation sequence: ") + unknown,
                        db_->path());
    const bool current = sqlite3_extended_errcode(db_->handle()) == error_code_;
    throw MakeError(error_code_, doing, current ? sqlite3_errmsg(db_->handle()) : "", db_->path());
}

bool Statement::Fetch() {
    switch (Next()) {
        case Step::kRow:
            return true;
        case Step::kDone:
            return false;
        case Step::kError:
            break;
    }
    ThrowLastError("read the database's catalog");
}

std::int64_t Statement::Int(int column) const noexcept {
    const value::Cell cell = CellAt(column);
    return cell.storage_class == value::StorageClass::kInteger ? cell.integer : 0;
}

std::string Statement::Text(int column) const {
    sqlite3_value* value = sqlite3_column_value(stmt_, column);
    if (sqlite3_value_type(value) != SQLITE_TEXT) return {};
    if (db_->utf8()) return std::string(CellAt(column).view());
    // Of a copy: the value itself would be UTF-8 afterwards.
    const std::unique_ptr<sqlite3_value, void (*)(sqlite3_value*)> copy(sqlite3_value_dup(value),
                                                                        &sqlite3_value_free);
    const auto* text =
        copy != nullptr ? reinterpret_cast<const char*>(sqlite3_value_text(copy.get())) : nullptr;
    if (text == nullptr) throw std::bad_alloc();
    return std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(copy.get())));
}

bool Statement::IsNull(int column) const noexcept {
    return CellAt(column).is_null();
}

}  // namespace pgsqlite::sqlite
