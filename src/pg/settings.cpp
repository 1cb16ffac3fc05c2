#include "pg/settings.hpp"

#include "pg/seam.hpp"

namespace pgsqlite::pg {

char* allowed_directories = nullptr;
bool bulk_insert = true;
bool progress = true;

namespace {

bool CheckDirectories(char** value, void**, GucSource) {
    if (*value == nullptr || **value == '\0') return true;
    char* copy = pstrdup(*value);
    List* directories = NIL;
    if (!SplitDirectoriesString(copy, ',', &directories)) {
        GUC_check_errdetail("List syntax is invalid.");
        return false;
    }
    ListCell* cell;
    foreach (cell, directories) {
        const char* directory = static_cast<const char*>(lfirst(cell));
        if (directory[0] != '/') {
            GUC_check_errdetail("\"%s\" is not an absolute path.", directory);
            return false;
        }
    }
    list_free_deep(directories);
    pfree(copy);
    return true;
}

}  // namespace

void DefineSettings() {
    DefineCustomStringVariable(
        "pg_sqlite.allowed_directories",
        "Directories that SQLite files must lie in, after symbolic links are resolved.",
        "A comma-separated list of absolute paths; empty allows every directory.", &allowed_directories, "",
        PGC_SUSET, 0, &CheckDirectories, nullptr, nullptr);
    DefineCustomBoolVariable("pg_sqlite.bulk_insert",
                             "Lets INSERT ... SELECT from SQLite write many rows at a time, as COPY does.",
                             "Statements whose promises need one row at a time are not concerned.",
                             &bulk_insert, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("pg_sqlite.progress",
                             "Lets load and migrate say by NOTICEs every few seconds how far they are.",
                             nullptr, &progress, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    compat::ReserveSettingPrefix("pg_sqlite");
}

}  // namespace pgsqlite::pg
