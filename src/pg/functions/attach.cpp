// sqlite.attach() and sqlite.detach(): a server, a schema of the same name and its foreign tables in one
// step, and back. They run the plain SQL a user would, with the caller's rights.
#include "pg/catalog_query.hpp"
#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/connection.hpp"

namespace {

void Run(const char* sql) {
    const int rc = SPI_execute(sql, false, 0);
    if (rc < 0) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
}

/// "shop" from "/data/Shop.v2.db": the base name up to its last point, in lower case, other characters as
/// '_'.
char* NameFromPath(const char* path) {
    const char* slash = std::strrchr(path, '/');
    char* name = pstrdup(slash != nullptr ? slash + 1 : path);
    char* dot = std::strrchr(name, '.');
    if (dot != nullptr && dot != name) *dot = '\0';
    for (char* c = name; *c != '\0'; ++c) {
        *c = static_cast<char>(pg_tolower(static_cast<unsigned char>(*c)));
        if (!IS_HIGHBIT_SET(*c) && !std::isalnum(static_cast<unsigned char>(*c)) && *c != '_') *c = '_';
    }
    if (name[0] == '\0')
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("no name follows from database path \"%s\"", path),
                        errhint("Give one: sqlite.attach(path, name => 'shop').")));
    name[pg_mbcliplen(name, static_cast<int>(std::strlen(name)), NAMEDATALEN - 1)] = '\0';
    return name;
}

constexpr char kMark[] = "made by sqlite.attach()";

}  // namespace

PG_SQLITE_FUNCTION(pg_sqlite_attach) {
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("database path must not be null")));
    const char* path = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* name = PG_ARGISNULL(1) ? NameFromPath(path) : text_to_cstring(PG_GETARG_TEXT_PP(1));
    const char* types = PG_ARGISNULL(2) ? "declared" : text_to_cstring(PG_GETARG_TEXT_PP(2));
    if (GetForeignServerByName(name, true) != nullptr)
        ereport(ERROR,
                (errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("server \"%s\" already exists", name),
                 errhint("Give another name: sqlite.attach(path, name => '…'), or sqlite.detach(%s) first.",
                         quote_literal_cstr(name))));

    const char* identifier = quote_identifier(name);
    const bool schema_exists = OidIsValid(get_namespace_oid(name, true));
    SPI_connect();
    Run(psprintf("CREATE SERVER %s FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database %s)", identifier,
                 quote_literal_cstr(path)));
    if (!schema_exists) {
        Run(psprintf("CREATE SCHEMA %s", identifier));
        Run(psprintf("COMMENT ON SCHEMA %s IS '%s'", identifier, kMark));
    }
    Run(psprintf("IMPORT FOREIGN SCHEMA main FROM SERVER %s INTO %s OPTIONS (types %s)", identifier,
                 identifier, quote_literal_cstr(types)));
    SPI_finish();
    PG_RETURN_TEXT_P(cstring_to_text(name));
}

PG_SQLITE_FUNCTION(pg_sqlite_detach) {
    const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    ForeignServer* server = GetForeignServerByName(name, false);
    pgsqlite::pg::fdw::CheckIsSqlite(server);
    // Without CASCADE: what depends on the foreign tables is the user's and stays, with PostgreSQL's own
    // error.
    SPI_connect();
    if (pgsqlite::pg::ExecuteOnCatalogs(
            psprintf("SELECT pg_catalog.string_agg(pg_catalog.format('%%I.%%I', n.nspname, c.relname), ', ') "
                     "FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_class c ON c.oid = f.ftrelid "
                     "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE f.ftserver = %u "
                     "AND n.nspname = %s",
                     server->serverid, quote_literal_cstr(name)),
            true, 0) != SPI_OK_SELECT)
        elog(ERROR, "could not list the foreign tables of server \"%s\"", name);
    const char* tables = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    if (tables != nullptr) Run(psprintf("DROP FOREIGN TABLE %s", tables));
    Run(psprintf("DROP SERVER %s", quote_identifier(name)));
    // The schema goes when attach() made it and nothing of the user's lies in it.
    const Oid schema = get_namespace_oid(name, true);
    if (OidIsValid(schema)) {
        pgsqlite::pg::ExecuteOnCatalogs(
            psprintf("SELECT 1 WHERE pg_catalog.obj_description(%u, 'pg_namespace') = '%s' AND NOT EXISTS ("
                     "SELECT 1 FROM pg_catalog.pg_depend WHERE refclassid = "
                     "'pg_catalog.pg_namespace'::pg_catalog.regclass AND refobjid = %u)",
                     schema, kMark, schema),
            true, 1);
        if (SPI_processed > 0) Run(psprintf("DROP SCHEMA %s", quote_identifier(name)));
    }
    SPI_finish();
    PG_RETURN_VOID();
}
