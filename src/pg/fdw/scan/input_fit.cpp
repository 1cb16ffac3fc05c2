#include "pg/fdw/scan/input_fit.hpp"

#include "core/value/format.hpp"
#include "pg/catalog_query.hpp"
#include "pg/compat.hpp"
#include "pg/fdw/scan/row_source.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// Takes down what a type refused.
bool Note(void* context, const RowConverter&, int, const value::Cell& cell, value::Status, const ErrorData*) {
    InputMisfits* misfits = static_cast<InputMisfits*>(context);
    if (misfits->rows++ > 0) return true;
    constexpr std::size_t kShownChars = 40;
    const std::size_t size =
        value::DescribeCell(cell, misfits->example, sizeof(misfits->example) - 1, kShownChars);
    misfits->example[size] = '\0';
    return true;
}

/// Reads until the type has refused `enough` values.
void ReadThrough(Pin* pin, const char* sql, const char* type, const ColumnOptions& given,
                 const ServerOptions& server, uint64 enough, InputMisfits* misfits) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite input fit", ALLOCSET_DEFAULT_SIZES);
    MemoryContext row_context =
        AllocSetContextCreate(context, "pg_sqlite input fit row", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(context);

    ColumnOptions options = given;
    options.policies.on_error = value::OnError::kNull;  // nothing is raised
    ColumnConverter column;
    Oid type_oid;
    int32 typmod;
    const int level = UseCatalogNames();
    compat::ParseTypeName(type, &type_oid, &typmod);
    AtEOXact_GUC(true, level);
    InitColumnConverter(&column, context, type_oid, typmod, "column", options, server);

    RowSource::Config config = {};
    config.pin = pin;
    config.sql = ToServerText(sql);
    config.columns = &column;
    config.column_count = 1;
    config.relation = "the SQLite table";
    config.sink = &Note;
    config.sink_context = misfits;
    RowSource* rows = RowSource::Open(context, config);
    const int target = 0;
    Datum value;
    bool is_null;
    MemoryContextSwitchTo(row_context);
    while (misfits->rows < enough && rows->Next(&value, &is_null, &target)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(row_context);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
}

}  // namespace

bool AllFitInput(Pin* pin, const char* sql, const char* type, const ServerOptions& server) {
    InputMisfits misfits = {};
    ReadThrough(pin, sql, type, ReadColumnOptions(NIL, ReadTableOptions(NIL, server)), server, 1, &misfits);
    return misfits.rows == 0;
}

void CountInputMisfits(Pin* pin, const char* sql, const char* type, const char* encoding,
                       const value::Policies& policies, const ServerOptions& server, InputMisfits* misfits) {
    ColumnOptions options = {};
    options.encoding = encoding;
    options.policies = policies;
    ReadThrough(pin, sql, type, options, server, PG_UINT64_MAX, misfits);
}

}  // namespace pgsqlite::pg::fdw
