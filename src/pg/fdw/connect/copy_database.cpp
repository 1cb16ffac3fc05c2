#include "pg/fdw/connect/copy_database.hpp"

#include "core/sqlite/copy.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/settings.hpp"

namespace pgsqlite::pg::fdw {
namespace {

int64 Copy(MemoryContext context, sqlite::Database* source, const char* path, bool sync,
           const CopyProgress& progress) {
    auto* copy = Holder<sqlite::FileCopy>::In(context);
    CallSqlite(source, [&] { copy->Set(new sqlite::FileCopy(*source, path, MaxCopyBytes())); });
    bool more;
    do {
        more = CallSqlite(source, [&] { return copy->get()->Step(); });
        CHECK_FOR_INTERRUPTS();
        if (progress.report != nullptr)
            progress.report(copy->get()->bytes_done(), copy->get()->bytes_total(), progress.context);
    } while (more);
    CallSqlite(source, [&] { copy->get()->Finish(sync); });
    return copy->get()->bytes();
}

}  // namespace

int64 CopyDatabase(const Pin* pin, const char* path, bool sync, const CopyProgress& progress) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite copy", ALLOCSET_SMALL_SIZES);
    volatile int64 bytes = 0;
    // The unfinished file goes with the context: now, not when somebody has dealt with the error.
    PG_TRY();
    { bytes = Copy(context, pin->database(), path, sync, progress); }
    PG_FINALLY();
    { MemoryContextDelete(context); }
    PG_END_TRY();
    return bytes;
}

}  // namespace pgsqlite::pg::fdw
