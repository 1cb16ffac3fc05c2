#include "pg/fdw/explain.hpp"

#include "core/sqlite/statement.hpp"
#include "pg/fdw/connection.hpp"
#include "pg/fdw/sqlite_call.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// EXPLAIN QUERY PLAN's rows, one line each, indented as they are nested.
List* SqlitePlan(sqlite::Database* database, const char* sql) {
    const char* utf8 = ToUtf8(psprintf("EXPLAIN QUERY PLAN %s", sql));
    Holder<std::vector<std::string>>* lines = Holder<std::vector<std::string>>::In(CurrentMemoryContext);
    CallSqlite(database, [&] {
        lines->Set(new std::vector<std::string>());
        sqlite::Statement statement(*database, utf8);
        std::vector<std::int64_t> path;  // ids of the nodes above
        while (statement.Fetch()) {
            while (!path.empty() && path.back() != statement.Int(1))
                path.pop_back();
            lines->get()->push_back(std::string(2 * path.size(), ' ') + statement.Text(3));
            path.push_back(statement.Int(0));
        }
    });
    List* result = NIL;
    for (size_t i = 0; i < lines->get()->size(); ++i)
        result = lappend(result, ToServerText((*lines->get())[i]));
    lines->Set(nullptr);
    return result;
}

}  // namespace

void ExplainStatement(const PlanPrivate& plan, Oid server, ExplainState* es) {
    if (plan.where[0] != '\0') ExplainPropertyText("SQLite Filter", plan.where, es);
    if (plan.order_by[0] != '\0') ExplainPropertyText("SQLite Sort", plan.order_by, es);
    if (!es->verbose) return;
    ExplainPropertyText("SQLite Query", plan.sql, es);
    Pin* pin = Pin::Acquire(CurrentMemoryContext, server);
    ExplainPropertyList("SQLite Plan", SqlitePlan(pin->database(), plan.sql), es);
    pin->Release();
}

}  // namespace pgsqlite::pg::fdw
