#include "pg/fdw/connect/access.hpp"

#include <climits>

#include "core/base/new_file.hpp"
#include "core/sqlite/file.hpp"
#include "pg/settings.hpp"

namespace pgsqlite::pg::fdw {
namespace {

bool MayReadServerFiles(Oid role) {
    return superuser_arg(role) || has_privs_of_role(role, ROLE_PG_READ_SERVER_FILES);
}

/// Whether `path` lies below `directory`; both resolved.
bool LiesIn(const char* path, const char* directory) {
    const size_t size = std::strlen(directory);
    if (std::strcmp(directory, "/") == 0) return true;
    return std::strncmp(path, directory, size) == 0 && path[size] == '/';
}

bool IsAllowed(const char* path) {
    if (allowed_directories == nullptr || allowed_directories[0] == '\0') return true;
    List* directories = NIL;
    if (!SplitDirectoriesString(pstrdup(allowed_directories), ',', &directories)) return false;
    ListCell* cell;
    foreach (cell, directories) {
        char resolved[PATH_MAX];
        if (realpath(static_cast<const char*>(lfirst(cell)), resolved) != nullptr && LiesIn(path, resolved))
            return true;
    }
    return false;
}

[[noreturn]] void RaiseMayNot(const char* doing, const char* verb, const char* role) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied to %s", doing),
                    errdetail("Only roles with privileges of the \"%s\" role may %s files of the server.",
                              role, verb)));
    pg_unreachable();
}

/// The resolved path, palloc'd. @param what it is called in the message. Raises 42501 where it lies in no
/// allowed directory.
char* Allowed(const char* path, const char* what, std::string (*resolve)(const std::string&)) {
    char* resolved = static_cast<char*>(palloc(PATH_MAX));
    Guard([&] { strlcpy(resolved, resolve(path).c_str(), PATH_MAX); });
    if (!IsAllowed(resolved))
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("%s \"%s\" lies in no allowed directory", what, resolved),
                 errhint("A superuser can add its directory to the setting pg_sqlite.allowed_directories.")));
    return resolved;
}

}  // namespace

void CheckMaySetPath(Oid role, const char* option) {
    if (MayReadServerFiles(role)) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission denied to set option \"%s\"", option),
                    errdetail("Only roles with privileges of the \"%s\" role may name files of the server.",
                              "pg_read_server_files")));
}

char* ResolvePathFor(const char* path, Oid owner, const char* server_name) {
    if (!MayReadServerFiles(owner))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("permission denied to open the database of server \"%s\"", server_name),
                        errdetail("The server's owner \"%s\" has no privileges of the \"%s\" role.",
                                  GetUserNameFromId(owner, false), "pg_read_server_files")));
    return Allowed(path, "database file", &sqlite::ResolveDatabasePath);
}

void CheckMayReadFiles(const char* doing) {
    if (!MayReadServerFiles(GetUserId())) RaiseMayNot(doing, "read", "pg_read_server_files");
}

bool MayWriteServerFiles(Oid role) {
    return superuser_arg(role) || has_privs_of_role(role, ROLE_PG_WRITE_SERVER_FILES);
}

void CheckMayWriteFiles(const char* doing) {
    if (!MayWriteServerFiles(GetUserId())) RaiseMayNot(doing, "write", "pg_write_server_files");
}

char* ResolveAllowedFile(const char* path) {
    return Allowed(path, "file", &sqlite::ResolveDatabasePath);
}

char* ResolveAllowedNewFile(const char* path) {
    return Allowed(path, "file", &ResolveNewPath);
}

bool IsSqlite(const ForeignServer* server) {
    return std::strcmp(GetForeignDataWrapper(server->fdwid)->fdwname, "pg_sqlite") == 0;
}

void CheckIsSqlite(const ForeignServer* server) {
    if (IsSqlite(server)) return;
    const ForeignDataWrapper* wrapper = GetForeignDataWrapper(server->fdwid);
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("server \"%s\" is not a SQLite file", server->servername),
                    errdetail("It belongs to foreign-data wrapper \"%s\".", wrapper->fdwname)));
}

void CheckServerUsage(Oid server, const char* server_name) {
    if (!compat::HasServerUsage(server, GetUserId()))
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FOREIGN_SERVER, server_name);
}

}  // namespace pgsqlite::pg::fdw
