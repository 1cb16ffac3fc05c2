#include "pg/fdw/connect/redirect.hpp"

#include <climits>

#include "core/base/new_file.hpp"
#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// A job has few servers.
std::vector<Redirect>& Redirects() {
    static std::vector<Redirect> redirects;
    return redirects;
}

void Set(const Redirect& redirect) {
    for (Redirect& present : Redirects())
        if (present.server == redirect.server) {
            present = redirect;
            return;
        }
    Redirects().push_back(redirect);
}

}  // namespace

void ReadInstead(Oid server, const char* path) {
    Guard([&] {
        Redirect redirect = {server, false, {}, ""};
        // SQLite is told to follow no symbolic link, and one may lie on the way to the data directory.
        char resolved[PATH_MAX];
        if (realpath(path, resolved) == nullptr) throw FileError(errno, "open database file", path);
        if (strlcpy(redirect.path, resolved, sizeof(redirect.path)) >= sizeof(redirect.path))
            throw FileError(ENAMETOOLONG, "open database file", resolved);
        Set(redirect);
    });
    LetGo(server);
}

void HoldSnapshot(Oid server) {
    Hold(server);
}

sqlite::Snapshot HeldSnapshot(Oid server) {
    sqlite::Database* database = HeldDatabase(server);
    if (database == nullptr)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("no snapshot of server with OID %u is held", server)));
    return CallSqlite(database, [&] { return database->TakeSnapshot(); });
}

void FollowSnapshot(Oid server, const sqlite::Snapshot& leader) {
    Guard([&] { Set({server, true, leader, ""}); });
    LetGo(server);
}

void StopRedirects() noexcept {
    Redirects().clear();
    LetGo(InvalidOid);
}

const Redirect* FindRedirect(Oid server) noexcept {
    for (const Redirect& redirect : Redirects())
        if (redirect.server == server) return &redirect;
    return nullptr;
}

}  // namespace pgsqlite::pg::fdw
