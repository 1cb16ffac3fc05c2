#include "pg/jobs/retry/converted_rows.hpp"

#include "pg/jobs/retry/retry_rows.hpp"
#include "pg/run_sql.hpp"

namespace pgsqlite::pg::jobs {

struct ConvertedRows {
    int count;  ///< of the task's columns
    const char** columns;
    const char** types;  ///< as the rows' JSON says them
    Oid* oids;           ///< int8 first, then theirs
    int32* typmods;
    SPIPlanPtr insert;
};

namespace {

const sqlite::RejectedRow::Member& MemberOf(const sqlite::RejectedRow& row, const char* column) {
    const char* utf8 = ToUtf8(column);
    for (const auto& member : row.members())
        if (member.name == utf8) return member;
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("the row of a reject lacks column \"%s\"", column)));
    pg_unreachable();
}

void NameColumn(void* column) {
    errcontext("column \"%s\"", static_cast<const char*>(column));
}

}  // namespace

ConvertedRows* BeginConvertedRows(const plan::LoadTask& task, const sqlite::RejectedRow& first,
                                  MemoryContext memory) {
    MemoryContext previous = MemoryContextSwitchTo(memory);
    ConvertedRows* rows = static_cast<ConvertedRows*>(palloc0(sizeof(ConvertedRows)));
    rows->count = static_cast<int>(task.columns.size());
    const Size slots = task.columns.size() + 1;
    rows->columns = static_cast<const char**>(palloc0(sizeof(char*) * slots));
    rows->types = static_cast<const char**>(palloc0(sizeof(char*) * slots));
    rows->oids = static_cast<Oid*>(palloc0(sizeof(Oid) * slots));
    rows->typmods = static_cast<int32*>(palloc0(sizeof(int32) * slots));
    rows->oids[0] = INT8OID;
    StringInfoData create, insert;
    initStringInfo(&create);
    initStringInfo(&insert);
    appendStringInfo(&create, "CREATE TEMPORARY TABLE %s (%s pg_catalog.int8", kConvertedRows, kRejectColumn);
    appendStringInfo(&insert, "INSERT INTO %s VALUES ($1", kConvertedRows);
    for (int i = 0; i < rows->count; ++i) {
        rows->columns[i] = ToServerText(task.columns[static_cast<size_t>(i)]);
        rows->types[i] = ToServerText(MemberOf(first, rows->columns[i]).type);
        ErrorContextCallback context = {error_context_stack, &NameColumn,
                                        const_cast<char*>(rows->columns[i])};
        error_context_stack = &context;
        compat::ParseTypeName(rows->types[i], &rows->oids[i + 1], &rows->typmods[i]);
        error_context_stack = context.previous;
        appendStringInfo(&create, ", %s %s", quote_identifier(rows->columns[i]),
                         format_type_extended(rows->oids[i + 1], rows->typmods[i],
                                              FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
        appendStringInfo(&insert, ", $%d", i + 2);
    }
    appendStringInfoString(&create, ")");
    appendStringInfoString(&insert, ")");
    RunTemporarySql(create.data);
    rows->insert = SPI_prepare(insert.data, rows->count + 1, rows->oids);
    if (rows->insert == nullptr) elog(ERROR, "could not prepare an insert of rejected rows");
    MemoryContextSwitchTo(previous);
    return rows;
}

void PutConvertedRow(ConvertedRows* rows, int64 reject, const sqlite::RejectedRow& row) {
    const Size slots = static_cast<Size>(rows->count) + 1;
    Datum* values = static_cast<Datum*>(palloc0(sizeof(Datum) * slots));
    char* nulls = static_cast<char*>(palloc(slots));
    values[0] = Int64GetDatum(reject);
    nulls[0] = ' ';
    for (int i = 0; i < rows->count; ++i) {
        const char* column = rows->columns[i];
        const auto& member = MemberOf(row, column);
        if (strcmp(ToServerText(member.type), rows->types[i]) != 0)
            ereport(ERROR,
                    (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                     errmsg("column \"%s\" has type %s here, and %s in other rejected rows of the table",
                            column, ToServerText(member.type), rows->types[i]),
                     errhint("Load them by calls of their own: argument ids.")));
        nulls[i + 1] = member.text ? ' ' : 'n';
        Oid input, parameter;
        getTypeInputInfo(rows->oids[i + 1], &input, &parameter);
        ErrorContextCallback context = {error_context_stack, &NameColumn, const_cast<char*>(column)};
        error_context_stack = &context;
        // A domain looks at NULL, too.
        values[i + 1] = OidInputFunctionCall(input, member.text ? ToServerText(*member.text) : nullptr,
                                             parameter, rows->typmods[i]);
        error_context_stack = context.previous;
    }
    if (SPI_execute_plan(rows->insert, values, nulls, false, 0) < 0)
        elog(ERROR, "could not insert a rejected row");
}

}  // namespace pgsqlite::pg::jobs
