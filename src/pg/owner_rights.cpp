#include "pg/owner_rights.hpp"

#include "pg/run_sql.hpp"

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
    RunSql("SET CONSTRAINTS ALL IMMEDIATE");
}

}  // namespace pgsqlite::pg::jobs
