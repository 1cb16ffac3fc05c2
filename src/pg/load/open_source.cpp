#include "pg/load/open_source.hpp"

#include "pg/run_sql.hpp"

namespace pgsqlite::pg::load {

void OpenSource(const plan::LoadTask& task) {
    // What fills them computes, and so may do no more than a load may.
    if (!task.prepare.empty()) RunTemporarySql(task.prepare);
    if (!task.fill.empty()) RunSql(task.fill);
    if (!task.create_source.empty()) RunTemporarySql(task.create_source);
}

void CloseSource(const plan::LoadTask& task) {
    if (!task.drop_source.empty()) RunSql(task.drop_source);
    if (!task.clean_up.empty()) RunSql(task.clean_up);
}

}  // namespace pgsqlite::pg::load
