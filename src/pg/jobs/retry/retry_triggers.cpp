#include "pg/jobs/retry/retry_triggers.hpp"

#include "pg/jobs/records/statement.hpp"
#include "pg/list.hpp"
#include "pg/run_sql.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// The two ALTER TABLEs of the target $1; no row where none of its triggers fires.
constexpr char kStatements[] = R"(
SELECT format('ALTER TABLE %s %s', t.tgrelid::regclass,
        string_agg(format('DISABLE TRIGGER %I', t.tgname), ', ')),
    format('ALTER TABLE %s %s', t.tgrelid::regclass,
        string_agg(format('ENABLE %sTRIGGER %I',
            CASE t.tgenabled WHEN 'A' THEN 'ALWAYS ' WHEN 'R' THEN 'REPLICA ' ELSE '' END, t.tgname), ', '))
FROM pg_trigger t
WHERE t.tgrelid = $1::regclass AND NOT t.tgisinternal AND t.tgenabled <> 'D'
GROUP BY t.tgrelid
)";

}  // namespace

List* DisableTriggers(const JobPlan& plan) {
    List* enable = NIL;
    MemoryContext memory = CurrentMemoryContext;
    SPI_connect();
    for (const PlannedStep& step : plan.steps) {
        if (step.table_no == 0 || step.kind != StepKind::kTriggers) continue;
        // Of the two steps of a table the first does for both: nothing fires when the second is met.
        Arguments arguments;
        arguments.Text(ToServerText(plan.tables[static_cast<size_t>(step.table_no - 1)].target));
        const Rows found = ReadAsCaller(kStatements, arguments, false);
        if (found.count == 0) continue;
        MemoryContext previous = MemoryContextSwitchTo(memory);
        enable = lappend(enable, pstrdup(found[0].Text(2)));
        MemoryContextSwitchTo(previous);
        RunSql(found[0].Text(1));
    }
    SPI_finish();
    return enable;
}

void EnableTriggers(const List* statements) {
    if (statements == NIL) return;
    RunSql("SET CONSTRAINTS ALL IMMEDIATE");
    for (const char* statement : Each<char>(statements))
        RunSql(statement);
}

}  // namespace pgsqlite::pg::jobs
