// sqlite.query(server, sql): one SELECT that runs in SQLite, its rows converted to the caller's column list.
#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/scan/row_source.hpp"

namespace fdw = pgsqlite::pg::fdw;

namespace {

/// Raises where the call stands in a SELECT list, which has no room for a column list.
void CheckColumnsListed(FunctionCallInfo fcinfo) {
    if (get_call_result_type(fcinfo, nullptr, nullptr) == TYPEFUNC_COMPOSITE) return;
    ereport(
        ERROR,
        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
         errmsg("sqlite.query needs a list of the columns it returns"),
         errhint("Call it in FROM: SELECT * FROM sqlite.query(server, sql) AS t(id bigint, name text);")));
}

/// Raises unless the statement returns as many columns as the caller lists.
void CheckColumnCount(const pgsqlite::sqlite::Statement& statement, TupleDesc descriptor) {
    if (statement.column_count() == descriptor->natts) return;
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < statement.column_count(); ++i) {
        char name[NAMEDATALEN * 4];
        pgsqlite::pg::Guard([&] { strlcpy(name, statement.column_name(i).c_str(), sizeof(name)); });
        appendStringInfo(&names, "%s\"%s\"", i > 0 ? ", " : "", pgsqlite::pg::ToServerText(name));
    }
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg_plural("the SQLite query returns %d column, but the list has %d",
                                  "the SQLite query returns %d columns, but the list has %d",
                                  static_cast<unsigned long>(statement.column_count()),
                                  statement.column_count(), descriptor->natts),
                    errdetail("It returns %s.", names.data)));
}

}  // namespace

PG_SQLITE_FUNCTION(pg_sqlite_query) {
    const char* server_name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* sql = text_to_cstring(PG_GETARG_TEXT_PP(1));
    ForeignServer* server = GetForeignServerByName(server_name, false);
    fdw::CheckIsSqlite(server);
    fdw::CheckServerUsage(server->serverid, server_name);
    CheckColumnsListed(fcinfo);
    ReturnSetInfo* result = pgsqlite::pg::BeginMaterialized(fcinfo);
    TupleDesc descriptor = result->setDesc;
    const size_t count = static_cast<size_t>(descriptor->natts);

    const fdw::ServerOptions server_options = fdw::ReadServerOptions(server->options);
    const fdw::TableOptions table_options = fdw::ReadTableOptions(NIL, server_options);
    const fdw::ColumnOptions column_options = fdw::ReadColumnOptions(NIL, table_options);
    auto* columns = static_cast<fdw::ColumnConverter*>(palloc0(sizeof(fdw::ColumnConverter) * count));
    int* targets = static_cast<int*>(palloc(sizeof(int) * count));
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        fdw::InitColumnConverter(&columns[i], CurrentMemoryContext, attribute->atttypid, attribute->atttypmod,
                                 NameStr(attribute->attname), column_options, server_options);
        targets[i] = i;
    }

    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "sqlite.query", ALLOCSET_DEFAULT_SIZES);
    MemoryContext row_context = AllocSetContextCreate(context, "sqlite.query row", ALLOCSET_DEFAULT_SIZES);
    fdw::RowSource::Config config = {};
    config.pin = fdw::Pin::Acquire(context, server->serverid);
    config.sql = sql;
    config.user_sql = true;
    config.columns = columns;
    config.column_count = descriptor->natts;
    config.relation = "the SQLite query";
    fdw::RowSource* rows = fdw::RowSource::Open(context, config);
    CheckColumnCount(*rows->statement(), descriptor);
    if (!pgsqlite::pg::compat::HasServerUsage(server->serverid, GetOuterUserId()))
        rows->converter().HideRows();  // a function's owner called it, and errors reach somebody else

    Datum* values = static_cast<Datum*>(palloc0(sizeof(Datum) * count));
    bool* nulls = static_cast<bool*>(palloc0(sizeof(bool) * count));
    MemoryContext caller = MemoryContextSwitchTo(row_context);
    while (rows->Next(values, nulls, targets)) {
        CHECK_FOR_INTERRUPTS();
        tuplestore_putvalues(result->setResult, descriptor, values, nulls);
        MemoryContextReset(row_context);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
    return static_cast<Datum>(0);
}
