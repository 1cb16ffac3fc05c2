#include "core/sqlite/unknown_collation.hpp"

#include <sqlite3.h>

#include <cstring>
#include <new>

namespace pgsqlite::sqlite {

struct UnknownCollations::Collation {
    UnknownCollations* account;
    std::string name;
};

int UnknownCollations::Register(sqlite3* db) noexcept {
    return sqlite3_collation_needed(db, this, &UnknownCollations::OnNeeded);
}

void UnknownCollations::OnNeeded(void* self, sqlite3* db, int, const char* name) noexcept {
    // SQLite asks for its own ones, too, where a database is not UTF-8, and finds them then.
    for (const char* own : {"BINARY", "NOCASE", "RTRIM"})
        if (sqlite3_stricmp(name, own) == 0) return;
    try {
        auto* collation = new Collation{static_cast<UnknownCollations*>(self), name};
        // Where it fails the destructor is not called, and SQLite says that there is no such collation.
        if (sqlite3_create_collation_v2(db, name, SQLITE_UTF8, collation, &UnknownCollations::Compare,
                                        &UnknownCollations::Free) != SQLITE_OK)
            delete collation;
    } catch (const std::bad_alloc&) {
        return;
    }
}

int UnknownCollations::Compare(void* context, int size_a, const void* a, int size_b, const void* b) noexcept {
    const auto* collation = static_cast<const Collation*>(context);
    collation->account->asked_ = collation->name.c_str();
    const int common = size_a < size_b ? size_a : size_b;
    const int order = common > 0 ? std::memcmp(a, b, static_cast<std::size_t>(common)) : 0;
    return order != 0 ? order : size_a - size_b;
}

void UnknownCollations::Free(void* collation) noexcept {
    delete static_cast<Collation*>(collation);
}

}  // namespace pgsqlite::sqlite
