// How a database's schema is read, which is hostile like the rest of the file. SQLite parses all of its texts
// at the first statement, and walks over them by recursion.
#include <sqlite3.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/sqlite/authorizer.hpp"
#include "core/sqlite/checkpoint.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/limits.hpp"
#include "core/sqlite/side_file.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

/// Stack that a text of the schema may take while it is parsed, resolved and freed, for each of its bytes:
/// ten bytes are one level at least (COLLATE x), and a level takes less than 200 bytes.
constexpr std::uintptr_t kStackOfByte = 20;

/// The first statement that needs the schema.
constexpr char kLook[] = "SELECT 1 FROM sqlite_schema LIMIT 1";

std::string TextOf(sqlite3_stmt* statement, int column) {
    const unsigned char* text = sqlite3_column_text(statement, column);
    if (text == nullptr) return {};
    return std::string(reinterpret_cast<const char*>(text),
                       static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

}  // namespace

void Database::RequireRead(int code) const {
    if (code == SQLITE_OK) return;
    // A journal that can't be looked into counts as hot.
    if (code == SQLITE_READONLY_ROLLBACK)
        CheckSideFile(path() + "-journal", path());
    else if ((code & 0xff) == SQLITE_CANTOPEN)
        CheckSideFile(wal_path_, path());
    throw MakeError(code, "read database file \"" + path() + "\"", sqlite3_errmsg(db_), path());
}

/// At the beginning of a read transaction: has SQLite load the schema where it is not known, and looks at its
/// texts.
void Database::LoadSchema(bool* has_tables) {
    // Of all statements that read, this one needs no schema. BEGIN took no lock: here the snapshot is fixed.
    int version = 0;
    RequireRead(Run("PRAGMA schema_version", nullptr, &version));
    const bool known = schema_known_ && version == schema_version_;
    schema_known_ = false;
    std::size_t bytes = limits::kSchemaBytes;
    if (!known) {
        if (tolerant_) RequireRead(ResetSchema(false));
        bytes = std::min(bytes, static_cast<std::size_t>(StackLeft() / kStackOfByte));
        sqlite3_limit(db_, SQLITE_LIMIT_SQL_LENGTH, static_cast<int>(bytes));
    }
    const int rc = Run(kLook, has_tables);
    if (known) {
        RequireRead(rc);
        schema_known_ = true;
        return;
    }
    SchemaCheck check(bytes);
    if (rc != SQLITE_OK) {
        // SQLite takes a schema as a whole or not at all, unless it is told to leave out what it can't parse.
        const Error error =
            MakeError(rc, "read database file \"" + path() + "\"", sqlite3_errmsg(db_), path());
        if (!IsObjectsOwnFault(error)) throw error;
        RequireRead(ResetSchema(true));
        RequireRead(Run(kLook, has_tables));
        ReadTexts(check);
        if (check.refused().empty()) {
            ResetSchema(false);
            throw error;
        }
    } else {
        ReadTexts(check);
    }
    if (check.shortest_unread() != std::string_view::npos) {
        RequireRead(ResetSchema(true));
        sqlite3_limit(db_, SQLITE_LIMIT_SQL_LENGTH, static_cast<int>(check.shortest_unread() - 1));
        RequireRead(Run(kLook, has_tables));
    }
    // An interrupted parser leaves out the rest, too.
    if (tolerant_ && options_.cancelled != nullptr && options_.cancelled()) RequireRead(SQLITE_INTERRUPT);
    sqlite3_limit(db_, SQLITE_LIMIT_SQL_LENGTH, limits::kSqlBytes);
    schema_check_ = std::move(check);
    schema_version_ = version;
    schema_known_ = true;
}

/// Has SQLite forget the schema. @param tolerant whether it leaves out what it can't parse when it reads it
/// again
int Database::ResetSchema(bool tolerant) noexcept {
    // Ours alone: the authorizer lets nobody set it.
    sqlite3_set_authorizer(db_, nullptr, nullptr);
    const int rc = sqlite3_exec(db_, "PRAGMA writable_schema=RESET", nullptr, nullptr, nullptr);
    sqlite3_set_authorizer(db_, &AuthorizeReading, &authority_);
    // By the pragma a defensive connection does not get it. Nothing can be written: the file is open for
    // reading.
    sqlite3_db_config(db_, SQLITE_DBCONFIG_WRITABLE_SCHEMA, tolerant ? 1 : 0, nullptr);
    tolerant_ = tolerant;
    return rc;
}

void Database::ReadTexts(SchemaCheck& check) const {
    sqlite3_stmt* statement = nullptr;
    RequireRead(sqlite3_prepare_v2(db_, "SELECT type, name, tbl_name, sql FROM sqlite_schema", -1, &statement,
                                   nullptr));
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> rows(statement, &sqlite3_finalize);
    int rc = sqlite3_step(statement);
    for (; rc == SQLITE_ROW; rc = sqlite3_step(statement))
        check.Add({TextOf(statement, 0), TextOf(statement, 1), TextOf(statement, 2), TextOf(statement, 3)});
    if (rc != SQLITE_DONE) RequireRead(rc);
    check.Finish();
}

void Database::CheckText(std::string_view sql) const {
    const std::string objection = schema_check_.Objection(sql);
    if (objection.empty()) return;
    Error error("54001", "could not prepare the SQLite query: " + objection, {},
                "SQLite would recurse too deep over it for the server's stack.");
    error.set_sqlite_code(SQLITE_TOOBIG);
    throw error;
}

}  // namespace pgsqlite::sqlite
