#include "pg/fdw/plan/explain.hpp"

#include "core/sqlite/statement.hpp"
#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"

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

/// SQLite's plan; NIL where it has none for the statement, which only running it is told.
List* TrySqlitePlan(Oid server, const char* sql) {
    MemoryContext context = CurrentMemoryContext;
    Pin* volatile pin = nullptr;
    List* volatile lines = NIL;
    PG_TRY();
    {
        pin = Pin::Acquire(context, server);
        lines = SqlitePlan(pin->database(), sql);
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        ErrorData* error = CopyErrorData();
        FlushErrorState();
        if (!MeetsWhenRunning(*error)) RaiseAgain(error);
    }
    PG_END_TRY();
    if (pin != nullptr) pin->Release();
    return lines;
}

}  // namespace

void ExplainStatement(const PlanPrivate& plan, Oid server, ExplainState* es) {
    if (plan.where[0] != '\0') ExplainPropertyText("SQLite Filter", plan.where, es);
    if (plan.order_by[0] != '\0') ExplainPropertyText("SQLite Sort", plan.order_by, es);
    if (!es->verbose) return;
    if (plan.sql[0] == '\0') return;
    ExplainPropertyText("SQLite Query", plan.sql, es);
    List* lines = TrySqlitePlan(server, plan.sql);
    if (lines != NIL) ExplainPropertyList("SQLite Plan", lines, es);
}

}  // namespace pgsqlite::pg::fdw
