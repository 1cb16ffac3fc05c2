#include "pg/jobs/retry/retry_triggers.hpp"

namespace pgsqlite::pg::jobs {
namespace {

void RunCommand(const char* sql) {
    if (SPI_execute(sql, false, 0) < 0) elog(ERROR, "could not run: %s", sql);
}

/// The two ALTER TABLEs of a target, NULL where none of its triggers fires.
constexpr char kStatements[] =
    "SELECT pg_catalog.format('ALTER TABLE %%s %%s', t.tgrelid::pg_catalog.regclass, "
    "pg_catalog.string_agg(pg_catalog.format('DISABLE TRIGGER %%I', t.tgname), ', ')),"
    " pg_catalog.format('ALTER TABLE %%s %%s', t.tgrelid::pg_catalog.regclass, "
    "pg_catalog.string_agg(pg_catalog.format('ENABLE %%sTRIGGER %%I', CASE t.tgenabled WHEN 'A' THEN 'ALWAYS "
    "' "
    "WHEN 'R' THEN 'REPLICA ' ELSE '' END, t.tgname), ', '))"
    " FROM pg_catalog.pg_trigger t WHERE t.tgrelid OPERATOR(pg_catalog.=) %s::pg_catalog.regclass"
    " AND NOT t.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.<>) 'D' GROUP BY t.tgrelid";

}  // namespace

List* DisableTriggers(const JobPlan& plan) {
    List* enable = NIL;
    MemoryContext memory = CurrentMemoryContext;
    SPI_connect();
    for (const PlannedStep& step : plan.steps) {
        if (step.table_no == 0 || step.object.rfind("triggers of ", 0) != 0) continue;
        // Of the two steps of a table the first does for both: nothing fires when the second is met.
        const PlannedLoad& table = plan.tables[static_cast<size_t>(step.table_no - 1)];
        const char* target = quote_literal_cstr(ToServerText(table.target));
        RunCommand(psprintf(kStatements, target));
        if (SPI_processed == 0) continue;
        const SPITupleTable* found = SPI_tuptable;
        MemoryContext previous = MemoryContextSwitchTo(memory);
        enable = lappend(enable, pstrdup(SPI_getvalue(found->vals[0], found->tupdesc, 2)));
        MemoryContextSwitchTo(previous);
        RunCommand(SPI_getvalue(found->vals[0], found->tupdesc, 1));
    }
    SPI_finish();
    return enable;
}

void EnableTriggers(const List* statements) {
    if (statements == NIL) return;
    SPI_connect();
    RunCommand("SET CONSTRAINTS ALL IMMEDIATE");
    const ListCell* cell;
    foreach (cell, statements)
        RunCommand(static_cast<const char*>(lfirst(cell)));
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
