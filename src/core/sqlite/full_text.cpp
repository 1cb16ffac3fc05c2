#include "core/sqlite/full_text.hpp"

#include <dlfcn.h>
#include <sqlite3.h>

#include <cstddef>
#include <string_view>

namespace pgsqlite::sqlite {
namespace {

/// As SQLITE_FTS5_MAX_EXPR_DEPTH of later versions.
constexpr int kNots = 256;
/// A query of more levels than that, which versions that count them refuse.
constexpr char kProbe[] =
    "SELECT 1 FROM probe WHERE probe MATCH 'a' || replace(hex(zeroblob(300)), '00', ' NOT a')";

/// FTS5 as it is registered: the module's methods, and its own state of a connection. That of a connection in
/// memory which is never closed serves all: it holds tokenizers, auxiliary functions and the cursors that are
/// open, each with a number.
struct FullText {
    sqlite3* db = nullptr;
    void* state = nullptr;
    const sqlite3_module* original = nullptr;
    sqlite3_module bounded = {};
};
FullText full_text;

/// What is known of the library.
enum class Knowledge { kNothing, kNeedsNoHelp, kCanBeBounded, kCannotBeBounded };
Knowledge knowledge = Knowledge::kNothing;

/// At least as many as FTS5 sees: words of phrases count.
bool HasTooManyNots(std::string_view query) noexcept {
    int count = 0;
    for (std::size_t at = query.find("NOT"); at != std::string_view::npos; at = query.find("NOT", at + 3))
        if (++count > kNots) return true;
    return false;
}

/// In place of xFilter: every query comes this way, by MATCH, by = and as the argument of a table-valued
/// function.
int Filter(sqlite3_vtab_cursor* cursor, int number, const char* text, int count,
           sqlite3_value** values) noexcept {
    for (int i = 0; i < count; ++i) {
        const int type = sqlite3_value_type(values[i]);
        if (type != SQLITE_TEXT && type != SQLITE_BLOB) continue;
        const unsigned char* query = sqlite3_value_text(values[i]);
        if (query == nullptr) continue;
        const auto bytes = static_cast<std::size_t>(sqlite3_value_bytes(values[i]));
        if (!HasTooManyNots({reinterpret_cast<const char*>(query), bytes})) continue;
        sqlite3_vtab* table = cursor->pVtab;
        sqlite3_free(table->zErrMsg);
        table->zErrMsg = sqlite3_mprintf("fts5 expression tree is too large (maximum depth %d)", kNots);
        return SQLITE_TOOBIG;
    }
    return full_text.original->xFilter(cursor, number, text, count, values);
}

/// An auxiliary function of FTS5. Its "context" is the cursor of the table that is read: so it is in all
/// versions that don't count the levels, and these are fixed by now.
void TakeModule(const Fts5ExtensionApi*, Fts5Context* cursor, sqlite3_context*, int,
                sqlite3_value**) noexcept {
    const sqlite3_vtab* table = reinterpret_cast<const sqlite3_vtab_cursor*>(cursor)->pVtab;
    if (table != nullptr) full_text.original = table->pModule;
}

bool IsSqlites(const sqlite3_module* module) noexcept {
    Dl_info method = {};
    Dl_info library = {};
    return module != nullptr && module->iVersion >= 1 && module->iVersion <= 4 &&
           module->xFilter != nullptr &&
           dladdr(reinterpret_cast<const void*>(module->xFilter), &method) != 0 &&
           dladdr(reinterpret_cast<const void*>(&sqlite3_libversion), &library) != 0 &&
           method.dli_fbase == library.dli_fbase;
}

int GetApi(sqlite3* db, fts5_api** api) noexcept {
    sqlite3_stmt* statement = nullptr;
    int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, nullptr);
    if (rc != SQLITE_OK) return rc;
    sqlite3_bind_pointer(statement, 1, api, "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
    return sqlite3_finalize(statement);
}

/// What is concluded must not come of an error that passes.
bool Says(sqlite3* db, const char* words) noexcept {
    return std::string_view(sqlite3_errmsg(db)).find(words) != std::string_view::npos;
}

/// Looks once a process. SQLITE_NOMEM and the like are for the next connection to try again.
int Look() noexcept {
    sqlite3*& db = full_text.db;
    int rc = SQLITE_OK;
    if (db == nullptr) {
        constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY;
        rc = sqlite3_open_v2(":memory:", &db, kFlags, nullptr);
        if (rc == SQLITE_OK) {
            rc = sqlite3_exec(db, "CREATE VIRTUAL TABLE probe USING fts5(a); INSERT INTO probe VALUES ('a')",
                              nullptr, nullptr, nullptr);
            if (rc == SQLITE_ERROR && Says(db, "no such module")) {  // built without FTS5
                sqlite3_close(db);
                db = nullptr;
                knowledge = Knowledge::kNeedsNoHelp;
                return SQLITE_OK;
            }
        }
        if (rc != SQLITE_OK) {
            sqlite3_close(db);
            db = nullptr;
            return rc;
        }
    }
    rc = sqlite3_exec(db, kProbe, nullptr, nullptr, nullptr);
    if (rc == SQLITE_ERROR && Says(db, "expression tree is too large")) {
        sqlite3_close(db);
        db = nullptr;
        knowledge = Knowledge::kNeedsNoHelp;
        return SQLITE_OK;
    }
    fts5_api* api = nullptr;
    if (rc == SQLITE_OK) rc = GetApi(db, &api);
    if (rc == SQLITE_OK && api != nullptr) {
        rc = api->xCreateFunction(api, "pg_sqlite_module", nullptr, &TakeModule, nullptr);
        if (rc == SQLITE_OK)
            rc = sqlite3_exec(db, "SELECT pg_sqlite_module(probe) FROM probe", nullptr, nullptr, nullptr);
    }
    if (rc != SQLITE_OK) return rc;
    knowledge = Knowledge::kCannotBeBounded;
    if (!IsSqlites(full_text.original)) return SQLITE_OK;
    full_text.bounded = *full_text.original;
    full_text.bounded.xFilter = &Filter;
    full_text.state = api;  // the first member of the module's state
    knowledge = Knowledge::kCanBeBounded;
    return SQLITE_OK;
}

}  // namespace

int BoundFullText(sqlite3* db) noexcept {
    if (knowledge == Knowledge::kNothing) {
        const int rc = Look();
        if (rc != SQLITE_OK) return rc;
    }
    if (knowledge == Knowledge::kNeedsNoHelp) return SQLITE_OK;
    const bool bounded = knowledge == Knowledge::kCanBeBounded;
    // This frees the connection's own state, to which fts5vocab holds a pointer.
    int rc = sqlite3_create_module_v2(db, "fts5vocab", nullptr, nullptr, nullptr);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_module_v2(db, "fts5", bounded ? &full_text.bounded : nullptr,
                                      bounded ? full_text.state : nullptr, nullptr);
    return rc;
}

}  // namespace pgsqlite::sqlite
