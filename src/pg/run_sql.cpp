#include "pg/run_sql.hpp"

namespace pgsqlite::pg {

uint64 RunSql(const char* sql) {
    SPI_connect();
    const int code = SPI_execute(sql, false, 0);
    if (code < 0) elog(ERROR, "could not run \"%s\": %s", sql, SPI_result_code_string(code));
    const uint64 rows = SPI_processed;
    SPI_finish();
    return rows;
}

uint64 RunSql(const std::string& utf8) {
    return RunSql(ToServerText(utf8));
}

void RunTemporarySql(const char* sql) {
    Oid user;
    int security;
    GetUserIdAndSecContext(&user, &security);
    // The rest of the context stays, and with it the bar against SET ROLE.
    const int without = security & ~SECURITY_RESTRICTED_OPERATION;
    if (without != security) SetUserIdAndSecContext(user, without | SECURITY_LOCAL_USERID_CHANGE);
    RunSql(sql);
    SetUserIdAndSecContext(user, security);
}

void RunTemporarySql(const std::string& utf8) {
    RunTemporarySql(ToServerText(utf8));
}

Oid RelationNamed(const char* name, LOCKMODE lock, bool missing_ok) {
    return RangeVarGetRelid(makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name))), lock,
                            missing_ok);
}

Oid RelationNamed(const std::string& utf8, LOCKMODE lock, bool missing_ok) {
    return RelationNamed(ToServerText(utf8), lock, missing_ok);
}

}  // namespace pgsqlite::pg
