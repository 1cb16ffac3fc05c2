#include "pg/owner_rights.hpp"

namespace pgsqlite::pg::jobs {

Rights TakeRights(Oid role) {
    Rights before;
    GetUserIdAndSecContext(&before.user, &before.security);
    before.settings = NewGUCNestLevel();
    SetUserIdAndSecContext(role, before.security | SECURITY_RESTRICTED_OPERATION);
    // It tells of rights that are not there: code that goes by it must not be misled.
    if (!superuser_arg(role))
        (void)set_config_option("is_superuser", "off", PGC_INTERNAL, PGC_S_OVERRIDE, GUC_ACTION_SAVE, true, 0,
                                false);
    return before;
}

void ReturnRights(const Rights& before) {
    AtEOXact_GUC(false, before.settings);
    SetUserIdAndSecContext(before.user, before.security);
}

void SettleConstraints() {
    SPI_connect();
    if (SPI_execute("SET CONSTRAINTS ALL IMMEDIATE", false, 0) < 0) elog(ERROR, "could not set constraints");
    SPI_finish();
}

int ExecuteTemporary(const char* sql) {
    Oid user;
    int security;
    GetUserIdAndSecContext(&user, &security);
    if ((security & SECURITY_RESTRICTED_OPERATION) == 0) return SPI_execute(sql, false, 0);
    // The rest of the context stays, and with it the bar against SET ROLE.
    SetUserIdAndSecContext(user, (security & ~SECURITY_RESTRICTED_OPERATION) | SECURITY_LOCAL_USERID_CHANGE);
    const int code = SPI_execute(sql, false, 0);
    SetUserIdAndSecContext(user, security);
    return code;
}

}  // namespace pgsqlite::pg::jobs
