// sqlite.tables, columns, indexes, foreign_keys, views, triggers, inventory and conflicts: what is in the
// databases, as core reports it.
#include "core/assess/inventory.hpp"

#include "core/assess/conflicts.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/functions/report.hpp"
#include "pg/survey/survey.hpp"

namespace assess = pgsqlite::assess;
namespace fdw = pgsqlite::pg::fdw;
namespace functions = pgsqlite::pg::functions;
namespace sqlite = pgsqlite::sqlite;

namespace {

/// Reads one relation of the server that is the first argument, and returns it as the function's result.
/// @param read makes it from the database and the server's options; runs behind the seam
template <class Read>
Datum Report(FunctionCallInfo fcinfo, Read read) {
    ReturnSetInfo* result = pgsqlite::pg::BeginMaterialized(fcinfo);
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite report", ALLOCSET_DEFAULT_SIZES);
    const functions::LookedAt server = functions::LookAt(context, text_to_cstring(PG_GETARG_TEXT_PP(0)));
    auto* relation = pgsqlite::pg::NewIn<assess::Relation>(context);
    fdw::CallSqlite(server.database, [&] { *relation = read(*server.database, server.options); });
    server.pin->VerifyUnchanged();
    functions::PutRelation(result, *relation);
    MemoryContextDelete(context);
    return static_cast<Datum>(0);
}

sqlite::CatalogOptions CatalogParts(bool indexes, bool foreign_keys, bool probe) {
    sqlite::CatalogOptions options;
    options.indexes = indexes;
    options.foreign_keys = foreign_keys;
    options.probe_readable = probe;
    return options;
}

}  // namespace

PG_SQLITE_FUNCTION(pg_sqlite_tables) {
    const bool exact = PG_GETARG_BOOL(1);
    return Report(fcinfo, [exact](sqlite::Database& db, const fdw::ServerOptions&) {
        const auto tables = sqlite::Catalog::ReadTables(db, CatalogParts(true, false, true));
        return assess::TablesRelation(tables, assess::Measure(db, tables, {exact}));
    });
}

PG_SQLITE_FUNCTION(pg_sqlite_columns) {
    return Report(fcinfo, [](sqlite::Database& db, const fdw::ServerOptions& options) {
        return assess::ColumnsRelation(sqlite::Catalog::ReadTables(db, CatalogParts(false, false, false)),
                                       options.naive_as_timestamptz);
    });
}

PG_SQLITE_FUNCTION(pg_sqlite_indexes) {
    const bool exact = PG_GETARG_BOOL(1);
    return Report(fcinfo, [exact](sqlite::Database& db, const fdw::ServerOptions&) {
        const auto tables = sqlite::Catalog::ReadTables(db, CatalogParts(true, false, false));
        return assess::IndexesRelation(tables, assess::MeasureSizes(db, tables, {exact}));
    });
}

PG_SQLITE_FUNCTION(pg_sqlite_foreign_keys) {
    return Report(fcinfo, [](sqlite::Database& db, const fdw::ServerOptions&) {
        return assess::ForeignKeysRelation(sqlite::Catalog::ReadTables(db, CatalogParts(false, true, false)));
    });
}

PG_SQLITE_FUNCTION(pg_sqlite_views) {
    return Report(fcinfo, [](sqlite::Database& db, const fdw::ServerOptions&) {
        return assess::ViewsRelation(sqlite::Catalog::ReadTables(db, CatalogParts(false, false, true)));
    });
}

PG_SQLITE_FUNCTION(pg_sqlite_triggers) {
    return Report(fcinfo, [](sqlite::Database& db, const fdw::ServerOptions&) {
        return assess::TriggersRelation(sqlite::Catalog::ReadTriggers(db));
    });
}

PG_SQLITE_FUNCTION(pg_sqlite_inventory) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite inventory", ALLOCSET_DEFAULT_SIZES);
    const functions::LookedAt server = functions::LookAt(context, text_to_cstring(PG_GETARG_TEXT_PP(0)));
    assess::InventoryOptions options;
    options.measure.exact = PG_GETARG_BOOL(1);
    options.naive_as_timestamptz = server.options.naive_as_timestamptz;
    auto* json = pgsqlite::pg::NewIn<std::string>(context);
    fdw::CallSqlite(server.database, [&] {
        *json = assess::ToJson(assess::ReadInventory(*server.database, options), options);
    });
    server.pin->VerifyUnchanged();
    const Datum inventory = functions::JsonbDatum(*json);
    MemoryContextDelete(context);
    PG_RETURN_DATUM(inventory);
}

PG_SQLITE_FUNCTION(pg_sqlite_conflicts) {
    ArrayType* servers = PG_GETARG_ARRAYTYPE_P(0);
    int count = 0;
    const char** names = ARR_NDIM(servers) == 0 ? nullptr : pgsqlite::pg::ServerNames(servers, &count);
    ReturnSetInfo* result = pgsqlite::pg::BeginMaterialized(fcinfo);
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite conflicts", ALLOCSET_DEFAULT_SIZES);
    auto* candidates = pgsqlite::pg::NewIn<std::vector<assess::Candidate>>(context);
    for (int i = 0; i < count; ++i) {
        const functions::LookedAt server = functions::LookAt(context, names[i]);
        const char* name = pgsqlite::pg::ToUtf8(names[i]);
        fdw::CallSqlite(server.database, [&] {
            for (assess::Candidate& candidate :
                 assess::ReadCandidates(*server.database, name, server.options.naive_as_timestamptz))
                candidates->push_back(std::move(candidate));
        });
        server.pin->VerifyUnchanged();
    }
    auto* relation = pgsqlite::pg::NewIn<assess::Relation>(context);
    pgsqlite::pg::Guard([&] { *relation = assess::ConflictsRelation(assess::FindConflicts(*candidates)); });
    functions::PutRelation(result, *relation);
    MemoryContextDelete(context);
    return static_cast<Datum>(0);
}
