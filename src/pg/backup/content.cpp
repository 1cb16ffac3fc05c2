#include "pg/backup/content.hpp"

#include "pg/fdw/connect/sqlite_call.hpp"

namespace pgsqlite::pg::backup {

void ReadContentOf(const char* path, pgsqlite::backup::Content* content) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite copy", ALLOCSET_SMALL_SIZES);
    auto* database = Holder<sqlite::Database>::In(context);
    Guard([&] {
        sqlite::OpenOptions options;
        options.path = path;
        options.immutable = true;
        database->Set(sqlite::Database::Open(options).release());
    });
    fdw::CallSqlite(database->get(), [&] {
        database->get()->BeginRead();
        *content = pgsqlite::backup::ReadContent(*database->get());
    });
    MemoryContextDelete(context);
}

}  // namespace pgsqlite::pg::backup
