#include "pg/validate/expected_rows.hpp"

#include "pg/catalog_query.hpp"
#include "pg/load/load.hpp"
#include "pg/run_sql.hpp"

namespace pgsqlite::pg::validate {
namespace {

void PutReject(void*, const load::Reject&) {}
void Tick(void*, const load::Account&, int64) {}

/// The task, with a table that takes everything for its target.
plan::LoadTask* TaskInto(const JobQuery& query, const char* relation) {
    const plan::LoadTask& task = query.load.task;
    const char* aside = ToUtf8(
        psprintf("(EXISTS (SELECT FROM sqlite.rejects r WHERE r.job OPERATOR(pg_catalog.=) " INT64_FORMAT
                 " AND r.table_no OPERATOR(pg_catalog.=) %d AND %s AND r.rowid OPERATOR(pg_catalog.=) ",
                 query.plan.job, query.load.table_no, query.put_aside));
    const char* condition = query.condition != nullptr ? ToUtf8(query.condition) : nullptr;
    const char* target = ToUtf8(relation);
    auto* own = NewIn<plan::LoadTask>(CurrentMemoryContext);
    Guard([&] {
        *own = task;
        own->target = target;
        own->overriding = own->must_be_empty = false;
        own->conflict.clear();
        own->upsert_key.clear();
        own->upsert_set.clear();
        own->match_on.clear();
        own->rowid_target.clear();
        const auto add = [&](const std::string& more) {
            own->where = own->where.empty() ? more : "(" + own->where + ") AND " + more;
        };
        if (condition != nullptr) add(condition);
        if (!task.rowid_column.empty()) add(aside + task.rowid_column + ")) IS NOT TRUE");
    });
    return own;
}

}  // namespace

const char* LoadExpected(const JobQuery& query) {
    const plan::LoadTask& task = query.load.task;
    // Its conditions may name the target.
    const char* name = quote_identifier(get_rel_name(query.target));
    const char* relation = psprintf("pg_temp.%s", name);
    StringInfoData sql;
    initStringInfo(&sql);
    for (size_t i = 0; i < task.columns.size(); ++i) {
        const char* column = ToServerText(task.columns[i]);
        appendStringInfo(&sql, "%s%s %s", i > 0 ? ", " : "", quote_identifier(column),
                         TargetType(query.target, get_attnum(query.target, column)));
    }
    RunTemporarySql(psprintf("CREATE TEMPORARY TABLE %s (%s)", name, sql.data));
    const plan::LoadTask* own = TaskInto(query, relation);
    load::Account* account = load::Account::In(CurrentMemoryContext, &PutReject, &Tick, nullptr);
    account->hands_over_failures = true;
    account->BeginTable(1, relation);
    const int level = NewGUCNestLevel();
    // The table must not stand before one that an expression means.
    LookIntoCatalogFirst("pg_temp");
    load::Load(*own, nullptr, account);
    AtEOXact_GUC(false, level);
    return relation;
}

}  // namespace pgsqlite::pg::validate
