#include "core/sqlite/sqlite_error.hpp"

#include <sqlite3.h>

#include "core/sqlite/checkpoint.hpp"
#include "core/sqlite/temp_file.hpp"

namespace pgsqlite::sqlite {
namespace {

constexpr char kStatementTooComplex[] = "54001";

struct CodeRow {
    int code;
    const char* name;
    const char* sqlstate;
    const char* hint;
};

// Extended codes first where they say more than their primary code.
constexpr CodeRow kCodes[] = {
    {SQLITE_READONLY_ROLLBACK, "SQLITE_READONLY_ROLLBACK", sqlstate::kObjectNotInPrerequisiteState,
     "A writer died in mid-transaction and left a hot journal. Open the database once with its application "
     "or with "
     "the sqlite3 shell, which rolls the transaction back, then try again."},
    {SQLITE_READONLY_RECOVERY, "SQLITE_READONLY_RECOVERY", sqlstate::kObjectNotInPrerequisiteState,
     "The write-ahead log needs recovery. Open the database once with its application or with the sqlite3 "
     "shell."},
    {SQLITE_READONLY_CANTINIT, "SQLITE_READONLY_CANTINIT", sqlstate::kObjectNotInPrerequisiteState,
     "The -shm file beside the database can't be initialized by the server's user. Close the application, or "
     "read "
     "from a copy."},
    {SQLITE_READONLY_DIRECTORY, "SQLITE_READONLY_DIRECTORY", sqlstate::kReadOnly,
     "SQLite makes its journal beside the database. Grant the server's operating-system user write "
     "permission on "
     "the directory, too."},
    {SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED", sqlstate::kObjectNotInPrerequisiteState, nullptr},
    {SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY", sqlstate::kLockNotAvailable,
     "Another process recovers the write-ahead log; try again, or raise server option busy_timeout."},
    {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT", sqlstate::kSerializationFailure, nullptr},
    {SQLITE_IOERR_ACCESS, "SQLITE_IOERR_ACCESS", sqlstate::kObjectNotInPrerequisiteState,
     "The journal beside the file names another file, as that of a transaction over several databases does. "
     "Open "
     "the database once with its application or with the sqlite3 shell."},
    {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY", "23503", nullptr},
    {SQLITE_IOERR_NOMEM, "SQLITE_IOERR_NOMEM", sqlstate::kOutOfMemory, nullptr},
    {SQLITE_CORRUPT_VTAB, "SQLITE_CORRUPT_VTAB", sqlstate::kDataCorrupted, nullptr},
    {SQLITE_BUSY, "SQLITE_BUSY", sqlstate::kLockNotAvailable,
     "A writer holds the file. Try again later, or raise server option busy_timeout (milliseconds)."},
    {SQLITE_LOCKED, "SQLITE_LOCKED", sqlstate::kLockNotAvailable, nullptr},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT", sqlstate::kDataCorrupted,
     "The file is damaged. \"PRAGMA integrity_check\" in the sqlite3 shell says where, and its \".recover\" "
     "command "
     "saves what can be saved."},
    {SQLITE_NOTADB, "SQLITE_NOTADB", sqlstate::kUnableToEstablishConnection,
     "The file may be encrypted, damaged or of another format."},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN", sqlstate::kUnableToEstablishConnection,
     "The database or a file beside it (-wal, -shm, -journal) can't be opened by the server's "
     "operating-system user. "
     "Grant it read permission on them, or read from a copy."},
    {SQLITE_NOMEM, "SQLITE_NOMEM", sqlstate::kOutOfMemory,
     "Setting pg_sqlite.hard_heap_limit says how much memory SQLite may take."},
    {SQLITE_IOERR, "SQLITE_IOERR", sqlstate::kIoError, nullptr},
    {SQLITE_FULL, "SQLITE_FULL", "53100", nullptr},
    {SQLITE_READONLY, "SQLITE_READONLY", sqlstate::kReadOnly, nullptr},
    {SQLITE_INTERRUPT, "SQLITE_INTERRUPT", sqlstate::kQueryCanceled, nullptr},
    {SQLITE_AUTH, "SQLITE_AUTH", sqlstate::kInsufficientPrivilege,
     "Only reading is allowed: SELECT, and pragmas that describe the schema."},
    {SQLITE_PERM, "SQLITE_PERM", sqlstate::kInsufficientPrivilege, nullptr},
    {SQLITE_TOOBIG, "SQLITE_TOOBIG", sqlstate::kProgramLimitExceeded,
     "A value may have up to 1 GB, and up to 32 MB in a statement that calls functions of SQLite which may "
     "take long over it (quote, "
     "JSON and others): read the column itself, and compute in PostgreSQL."},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT", "23000", nullptr},
    {SQLITE_MISMATCH, "SQLITE_MISMATCH", "42804", nullptr},
    {SQLITE_SCHEMA, "SQLITE_SCHEMA", sqlstate::kFdwError, nullptr},
    {SQLITE_PROTOCOL, "SQLITE_PROTOCOL", sqlstate::kLockNotAvailable, nullptr},
    {SQLITE_ERROR, "SQLITE_ERROR", sqlstate::kFdwError, nullptr},
    {SQLITE_RANGE, "SQLITE_RANGE", sqlstate::kInternalError, nullptr},
    {SQLITE_MISUSE, "SQLITE_MISUSE", sqlstate::kInternalError, nullptr},
};

const CodeRow* FindRow(int extended_code) noexcept {
    for (const CodeRow& row : kCodes)
        if (row.code == extended_code) return &row;
    for (const CodeRow& row : kCodes)
        if (row.code == (extended_code & 0xff)) return &row;
    return nullptr;
}

}  // namespace

std::string CodeName(int extended_code) {
    const CodeRow* row = FindRow(extended_code);
    return row != nullptr ? row->name : "SQLite result code";
}

Error MakeError(int extended_code, std::string_view doing, std::string_view message, std::string_view path) {
    const bool stack_exhausted = TakeStackExhausted();
    const int primary_code = extended_code & 0xff;
    if (stack_exhausted && (primary_code == SQLITE_NOMEM || extended_code == SQLITE_IOERR_NOMEM)) {
        Error error(kStatementTooComplex,
                    "could not " + std::string(doing) + ": it nests too deep for the server's stack", {},
                    "Make expressions, subqueries or chains of views shorter, or raise the system's limit of "
                    "the stack "
                    "(ulimit -s) above max_stack_depth.");
        error.set_sqlite_code(SQLITE_TOOBIG);
        return error;
    }
    const CodeRow* row = FindRow(extended_code);
    // SQLite's own words are about writing, which nobody tried.
    if (extended_code == SQLITE_READONLY_ROLLBACK) message = "a hot journal stands beside it";
    std::string primary = "could not " + std::string(doing) + ": ";
    primary += message.empty() ? std::string_view(sqlite3_errstr(extended_code)) : message;
    std::string detail =
        "SQLite reports " + CodeName(extended_code) + " (" + std::to_string(extended_code) + ")";
    if (!path.empty()) detail += " for file \"" + std::string(path) + "\"";
    detail += '.';
    const char* state = row != nullptr ? row->sqlstate : sqlstate::kFdwError;
    const char* hint = row != nullptr && row->hint != nullptr ? row->hint : "";
    if (primary_code == SQLITE_FULL || primary_code == SQLITE_IOERR) {
        if (const TempFailure* failure = TakeTempFailure(); failure != nullptr) {
            state = failure->sqlstate;
            primary = "could not " + std::string(doing) + ": " + failure->message;
            hint = failure->hint;
        }
    }
    Error error(state, std::move(primary), std::move(detail), hint);
    error.set_sqlite_code(extended_code);
    return error;
}

std::string SqliteReason(const Error& error) {
    const std::size_t colon = error.message().find(": ");
    return colon == std::string::npos ? error.message() : error.message().substr(colon + 2);
}

bool IsObjectsOwnFault(const Error& error) noexcept {
    switch (error.sqlite_code() & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM:
        case SQLITE_INTERRUPT:
        case SQLITE_IOERR:
        case SQLITE_PROTOCOL:
        case SQLITE_SCHEMA:
        case SQLITE_CANTOPEN:
        case SQLITE_NOTADB:
        case SQLITE_FULL:
        case SQLITE_MISUSE:
            return false;
        default:
            return true;
    }
}

}  // namespace pgsqlite::sqlite
