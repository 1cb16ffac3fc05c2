#include "pg/settings.hpp"

#include "core/sqlite/heap.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg {

char* allowed_directories = nullptr;
bool bulk_insert = true;
bool parallel_insert = true;
bool read_pages = true;
bool progress = true;

namespace {
/// As many as PostgreSQL has for all parallel queries (max_parallel_workers), where nobody says otherwise.
constexpr int kMaxWorkersPerJob = 8;
/// What a spec may ask for.
constexpr int kMostWorkers = 1024;
}  // namespace
int max_workers_per_job = kMaxWorkersPerJob;

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

/// Caches of ten connections, with room for a sort of each.
constexpr int kSoftHeapKb = 64 * 1024;
/// A value has 1 GB at most (SQLITE_MAX_LENGTH), and making one takes a few times as much.
constexpr int kHardHeapKb = 4 * 1024 * 1024;

int max_copy_size = -1;
int soft_heap_limit = kSoftHeapKb;
int hard_heap_limit = kHardHeapKb;

void SetHeapLimits(int soft_kb, int hard_kb) {
    sqlite::SetHeapLimits(std::int64_t{soft_kb} * 1024, std::int64_t{hard_kb} * 1024);
}
void AssignSoftHeapLimit(int value, void*) {
    SetHeapLimits(value, hard_heap_limit);
}
void AssignHardHeapLimit(int value, void*) {
    SetHeapLimits(soft_heap_limit, value);
}

/// Settings of superusers: every one with PGC_SUSET below.
constexpr const char* kSuperuserSettings[] = {
    "pg_sqlite.allowed_directories",
    "pg_sqlite.hard_heap_limit",
    "pg_sqlite.max_copy_size",
    "pg_sqlite.max_workers_per_job",
};

/// A setting that was named before the library was loaded is a mere text that anybody may set. Those of a
/// session are checked again when the setting is defined, and what a configuration file says holds after all;
/// but what the client's start-up packet says is put in the file's place: PostgreSQL drops it with a WARNING,
/// and the default would hold. So the session goes without the library.
void CheckEarlyValue(const char* name) {
    const compat::EarlySetting early = compat::FindEarlySetting(name);
    if (early.value == nullptr) return;
    if (!early.permitted)
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("permission denied to set parameter \"%s\"", name),
                 errdetail("It is among the options of the connection."),
                 errhint("Connect again without it: PGOPTIONS, or \"options\" in the connection string.")));
    char* directories = pstrdup(early.value);
    if (std::strcmp(name, kSuperuserSettings[0]) == 0 && !CheckDirectories(&directories, nullptr, PGC_S_FILE))
        ereport(
            ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("invalid value for parameter \"%s\": \"%s\"", name, early.value),
             GUC_check_errdetail_string != nullptr ? errdetail_internal("%s", GUC_check_errdetail_string) : 0,
             errhint("Until it is mended, in a configuration file or by ALTER ROLE or ALTER "
                     "DATABASE, nothing is opened.")));
}

}  // namespace

std::int64_t MaxCopyBytes() noexcept {
    return max_copy_size < 0 ? -1 : std::int64_t{max_copy_size} * 1024;
}

void DefineSettings() {
    for (const char* name : kSuperuserSettings)
        CheckEarlyValue(name);
    DefineCustomStringVariable(
        "pg_sqlite.allowed_directories",
        "Directories that SQLite files must lie in, after symbolic links are resolved.",
        "A comma-separated list of absolute paths; empty allows every directory.", &allowed_directories, "",
        PGC_SUSET, 0, &CheckDirectories, nullptr, nullptr);
    DefineCustomBoolVariable("pg_sqlite.bulk_insert",
                             "Lets INSERT ... SELECT from SQLite write many rows at a time, as COPY does.",
                             "Statements whose promises need one row at a time are not concerned.",
                             &bulk_insert, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_sqlite.max_copy_size",
                            "Size beyond which a SQLite database is not copied, backed up or restored.",
                            "-1 leaves it to the room on the disk.", &max_copy_size, -1, -1, MAX_KILOBYTES,
                            PGC_SUSET, GUC_UNIT_KB, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("pg_sqlite.parallel_insert",
                             "Lets parallel workers read the rows that INSERT ... SELECT from SQLite writes.",
                             "PostgreSQL's settings of parallel queries say how many.", &parallel_insert,
                             true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("pg_sqlite.read_pages",
                             "Reads whole tables from the pages of the file, which is faster.",
                             "SQLite reads them where rows may lie in a write-ahead log.", &read_pages, true,
                             PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("pg_sqlite.progress",
                             "Lets load and migrate say by NOTICEs every few seconds how far they are.",
                             nullptr, &progress, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_sqlite.max_workers_per_job",
                            "Background workers that one job may have, whatever its spec asks for.",
                            "0: none, the session does their work itself.", &max_workers_per_job,
                            kMaxWorkersPerJob, 0, kMostWorkers, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_sqlite.soft_heap_limit",
                            "Memory of SQLite's in a session beyond which its caches and sorts shrink.",
                            "0 turns the limit off.", &soft_heap_limit, kSoftHeapKb, 0, MAX_KILOBYTES,
                            PGC_USERSET, GUC_UNIT_KB, nullptr, &AssignSoftHeapLimit, nullptr);
    DefineCustomIntVariable("pg_sqlite.hard_heap_limit",
                            "Memory of SQLite's in a session beyond which its calls fail.",
                            "0 turns the limit off.", &hard_heap_limit, kHardHeapKb, 0, MAX_KILOBYTES,
                            PGC_SUSET, GUC_UNIT_KB, nullptr, &AssignHardHeapLimit, nullptr);
    compat::ReserveSettingPrefix("pg_sqlite");
}

}  // namespace pgsqlite::pg
