// Triggers and row security of tables that exist.
#include "pg/survey/catalog_rows.hpp"

namespace pgsqlite::pg {
namespace {

void ReadTriggers(Survey* survey, const char* schemas, const char* path) {
    SelectCatalog(psprintf(
        R"(SELECT n.nspname, c.relname, t.tgname, t.tgenabled, t.tgtype & 4 <> 0, t.tgtype & 16 <> 0,
    t.tgtype & 40 <> 0, pg_catalog.concat(CASE WHEN t.tgtype & 2 <> 0 THEN 'BEFORE ' ELSE 'AFTER ' END,
        pg_catalog.concat_ws(' OR ', CASE WHEN t.tgtype & 4 <> 0 THEN 'INSERT' END,
            CASE WHEN t.tgtype & 16 <> 0 THEN 'UPDATE' END, CASE WHEN t.tgtype & 8 <> 0 THEN 'DELETE' END,
            CASE WHEN t.tgtype & 32 <> 0 THEN 'TRUNCATE' END),
        CASE WHEN t.tgtype & 1 <> 0 THEN ' FOR EACH ROW' ELSE ' FOR EACH STATEMENT' END, ', function ',
        pg_catalog.format('%%I.%%I', f.nspname, p.proname)),
    CASE WHEN p.prosecdef THEN pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(p.proowner)) END,
    CASE WHEN n.oid NOT IN (%s) AND l.lanname IN ('plpgsql', 'sql')
            AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) AS s (setting)
                WHERE s.setting LIKE 'search_path=%%')
            AND EXISTS (SELECT FROM pg_catalog.pg_class r WHERE r.relnamespace = n.oid
                AND r.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                AND p.prosrc ~* pg_catalog.concat(
                    E'(\\m(from|join|into|update|table|only|perform)\\s+|\\mnextval\\s*\\(\\s*'')["]?',
                    pg_catalog.regexp_replace(r.relname, E'(\\W)', E'\\\\\\1', 'g'), E'"?(?![\\w.])'))
        THEN pg_catalog.format('%%I.%%I', f.nspname, p.proname) END
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    JOIN pg_catalog.pg_namespace f ON f.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND n.nspname IN (%s) AND c.relkind IN ('r', 'p')
ORDER BY n.nspname, c.relname, t.tgname)",
        path, schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const char *name = CatalogText(i, 3), *fires = CatalogText(i, 4);
        const bool inserts = CatalogFlag(i, 5), updates = CatalogFlag(i, 6), empties = CatalogFlag(i, 7);
        const char *words = CatalogText(i, 8), *runs_as = CatalogText(i, 9), *lost = CatalogText(i, 10);
        Guard([&] {
            relation->triggers.push_back({name, fires[0], inserts, updates, empties, words, runs_as, lost});
        });
    }
}

/// Policies that hold for rows that the current user writes.
void ReadRowSecurity(Survey* survey, const char* schemas) {
    SelectCatalog(psprintf(
        "SELECT n.nspname, c.relname, COALESCE((SELECT pg_catalog.string_agg(p.polname, ', ' ORDER BY "
        "p.polname) "
        "FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'a', 'w') AND EXISTS "
        "(SELECT "
        "FROM pg_catalog.unnest(p.polroles) AS r (oid) WHERE r.oid = 0 OR pg_catalog.pg_has_role(r.oid, "
        "'USAGE'))), "
        "'none, so that no row is taken') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace WHERE n.nspname IN (%s) AND c.relkind IN ('r', 'p') AND c.relrowsecurity "
        "AND pg_catalog.row_security_active(c.oid)",
        schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const char* policies = CatalogText(i, 3);
        Guard([&] { relation->row_security = policies; });
    }
}

}  // namespace

const char* PathSchemas() {
    StringInfoData list;
    initStringInfo(&list);
    appendStringInfoString(&list, "0");
    ListCell* cell;
    foreach (cell, fetch_search_path(false))
        appendStringInfo(&list, ", %u", lfirst_oid(cell));
    return list.data;
}

void ReadCodeOfExisting(Survey* survey, const char* schemas, const char* path) {
    ReadTriggers(survey, schemas, path);
    ReadRowSecurity(survey, schemas);
}

}  // namespace pgsqlite::pg
