#include "core/sqlite/pages/added_default.hpp"

#include <sqlite3.h>

#include <cctype>
#include <memory>

#include "core/base/error.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

struct Close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
};
struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Close>;
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

int Prepare(sqlite3* db, const std::string& sql, Prepared* statement) noexcept {
    sqlite3_stmt* prepared = nullptr;
    const int rc = sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &prepared, nullptr);
    statement->reset(prepared);
    return rc;
}

int Run(sqlite3* db, const std::string& sql) noexcept {
    Prepared statement;
    const int rc = Prepare(db, sql, &statement);
    return rc == SQLITE_OK ? sqlite3_step(statement.get()) : rc;
}

/// One identifier, quoted or not: as a default it is a string, which parentheses would turn into a column's
/// name.
bool IsName(const std::string& sql) noexcept {
    const char first = sql.front();
    const char last = first == '[' ? ']' : first;
    if (first == '"' || first == '`' || first == '[') return sql.size() > 1 && sql.back() == last;
    if (std::isdigit(static_cast<unsigned char>(first)) != 0) return false;
    for (const char c : sql)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '$' && (c & 0x80) == 0)
            return false;
    return true;
}

/// To a table that is not STRICT: a default that does not fit such a column is nevertheless what old rows
/// hold, but newer SQLite (3.53) adds no such column. Lines end what SQLite may have left of a comment.
std::string AddColumn(const Column& column, bool strict, const std::string& value) {
    // Elsewhere ANY is a word like others, with the affinity of a number.
    const bool any = strict && sqlite3_stricmp(column.declared_type.c_str(), "ANY") == 0;
    return "ALTER TABLE t ADD COLUMN c " + (any ? "BLOB" : column.declared_type) + "\n DEFAULT " + value;
}

[[noreturn]] void Fail(int rc) {
    throw MakeError(rc, "look at a column's default", "", "");
}

}  // namespace

void LearnAddedDefault(const Column& column, bool strict, AddedDefault* learned) {
    learned->cell = value::Cell();
    const std::string& sql = *column.default_sql;
    if (sql.empty()) return;
    sqlite3* opened = nullptr;
    int rc = sqlite3_open_v2(":memory:", &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, nullptr);
    const Connection db(opened);
    if (rc != SQLITE_OK) Fail(rc);
    rc = Run(opened, "CREATE TABLE t (a INTEGER)");
    if (rc == SQLITE_DONE) rc = Run(opened, "INSERT INTO t VALUES (1)");
    if (rc != SQLITE_DONE) Fail(rc);
    rc = IsName(sql) ? Run(opened, AddColumn(column, strict, sql)) : SQLITE_ERROR;
    if (rc == SQLITE_ERROR) rc = Run(opened, AddColumn(column, strict, "(" + sql + "\n)"));
    if (rc == SQLITE_ERROR) return;  // not a constant
    if (rc != SQLITE_DONE) Fail(rc);
    Prepared statement;
    rc = Prepare(opened, "SELECT c FROM t", &statement);
    if (rc != SQLITE_OK) Fail(rc);
    rc = sqlite3_step(statement.get());
    if (rc != SQLITE_ROW) Fail(rc);
    const auto keep = [&](const void* bytes) {
        learned->bytes.assign(static_cast<const char*>(bytes),
                              static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), 0)));
    };
    switch (sqlite3_column_type(statement.get(), 0)) {
        case SQLITE_INTEGER:
            learned->cell = value::Cell::Integer(sqlite3_column_int64(statement.get(), 0));
            break;
        case SQLITE_FLOAT:
            learned->cell = value::Cell::Real(sqlite3_column_double(statement.get(), 0));
            break;
        case SQLITE_TEXT:
            keep(sqlite3_column_text(statement.get(), 0));
            learned->cell = value::Cell::Text(learned->bytes);
            break;
        case SQLITE_BLOB:
            if (const void* blob = sqlite3_column_blob(statement.get(), 0)) keep(blob);
            learned->cell = value::Cell::Blob(learned->bytes);
            break;
        default:
            break;
    }
}

}  // namespace pgsqlite::sqlite
