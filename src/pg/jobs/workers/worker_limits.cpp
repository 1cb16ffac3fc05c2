#include "pg/jobs/workers/worker_limits.hpp"

#include "pg/compat.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "postmaster/bgworker.h"
#include "utils/backend_status.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// No limit, in pg_authid and pg_database (which has -2 for one that is not valid).
constexpr int kUnlimited = -1;

int LimitOfRole(Oid role) {
    HeapTuple tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
    if (!HeapTupleIsValid(tuple)) return kUnlimited;
    const auto* form = reinterpret_cast<Form_pg_authid>(GETSTRUCT(tuple));
    const int limit = form->rolsuper ? kUnlimited : form->rolconnlimit;
    ReleaseSysCache(tuple);
    return limit;
}

int LimitOfDatabase() {
    HeapTuple tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
    if (!HeapTupleIsValid(tuple)) return kUnlimited;
    const int limit = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple))->datconnlimit;
    ReleaseSysCache(tuple);
    return limit;
}

/// Whether a process counts as a connection: a client's session, or a worker of a job.
bool IsConnection(const PgBackendStatus& status) {
    if (status.st_backendType == B_BACKEND) return true;
    if (status.st_backendType != B_BG_WORKER) return false;
    const char* type = GetBackgroundWorkerTypeByPid(status.st_procpid);
    return type != nullptr && std::strcmp(type, kWorkerType) == 0;
}

struct Connections {
    int role = 0;
    int database = 0;
};

Connections CountConnections(Oid role) {
    Connections count;
    pgstat_clear_backend_activity_snapshot();
    const int backends = pgstat_fetch_stat_numbackends();
    for (int i = 1; i <= backends; i++) {
        const LocalPgBackendStatus* local = compat::BackendStatusAt(i);
        if (local == nullptr || !IsConnection(local->backendStatus)) continue;
        if (local->backendStatus.st_userid == role) count.role++;
        if (local->backendStatus.st_databaseid == MyDatabaseId) count.database++;
    }
    pgstat_clear_backend_activity_snapshot();
    return count;
}

void LimitTo(WorkerLimit* limit, int most, const char* reason) {
    if (most >= limit->workers) return;
    limit->workers = std::max(0, most);
    limit->reason = reason;
}

/// A role that this session acts as, by which the workers will be known or only by whose rights they work.
void LimitByRole(WorkerLimit* limit, Oid role) {
    const int most = LimitOfRole(role);
    if (most < 0) return;
    // This session counts for the role, although it may have logged in as another.
    const int others = CountConnections(role).role - (role == GetAuthenticatedUserId() ? 1 : 0);
    LimitTo(limit, most - 1 - others,
            psprintf("Role \"%s\" has a connection limit of %d.", GetUserNameFromId(role, false), most));
}

}  // namespace

WorkerLimit LimitWorkers(int wanted) {
    WorkerLimit limit = {wanted, nullptr};
    LimitTo(&limit, max_workers_per_job,
            psprintf("Setting pg_sqlite.max_workers_per_job is %d.", max_workers_per_job));
    const Oid login = GetAuthenticatedUserId();
    LimitByRole(&limit, login);
    if (GetUserId() != login) LimitByRole(&limit, GetUserId());
    const int database = superuser_arg(login) && superuser() ? kUnlimited : LimitOfDatabase();
    if (database >= 0)
        LimitTo(&limit, database - CountConnections(InvalidOid).database,
                psprintf("Database \"%s\" has a connection limit of %d.", get_database_name(MyDatabaseId),
                         database));
    return limit;
}

void CheckOwnConnection() {
    const Oid login = GetAuthenticatedUserId();
    const int role_limit = LimitOfRole(login);
    const int database_limit = superuser_arg(login) ? kUnlimited : LimitOfDatabase();
    if (role_limit < 0 && database_limit < 0) return;
    const Connections count = CountConnections(login);
    if (role_limit >= 0 && count.role > role_limit)
        ereport(FATAL, (errcode(ERRCODE_TOO_MANY_CONNECTIONS),
                        errmsg("too many connections for role \"%s\"", GetUserNameFromId(login, false))));
    if (database_limit >= 0 && count.database > database_limit)
        ereport(FATAL, (errcode(ERRCODE_TOO_MANY_CONNECTIONS),
                        errmsg("too many connections for database \"%s\"", get_database_name(MyDatabaseId))));
}

}  // namespace pgsqlite::pg::jobs
