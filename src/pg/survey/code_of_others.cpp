#include "pg/survey/code_of_others.hpp"

#include "pg/catalog_query.hpp"

namespace pgsqlite::pg {
namespace {

/// Functions of whoever is neither a superuser nor the current user, and what uses them. `types` are those
/// whose values run them: domains by CHECK or DEFAULT, ranges by their functions, what a cast leads to or
/// from, and all that is made of such types. (Types and operator classes with code of their own are made by
/// superusers alone; what pg_catalog has is not in pg_depend.)
constexpr char kCode[] = R"(WITH RECURSIVE code (oid, role) AS (
    SELECT p.oid, o.rolname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
    WHERE NOT o.rolsuper AND o.rolname <> current_user
), used (classid, objid, role) AS (
    SELECT d.classid, d.objid, u.role FROM code u JOIN pg_catalog.pg_depend d
        ON d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.refobjid = u.oid
    UNION ALL SELECT d.classid, d.objid, u.role FROM code u
        JOIN pg_catalog.pg_operator x ON u.oid IN (x.oprcode, x.oprrest, x.oprjoin)
        JOIN pg_catalog.pg_depend d
        ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND d.refobjid = x.oid
), roots (oid, role) AS (
    SELECT k.contypid, u.role FROM used u JOIN pg_catalog.pg_constraint k ON k.oid = u.objid
        WHERE u.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.contypid <> 0
    UNION ALL SELECT u.objid, u.role FROM used u
        WHERE u.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
    -- Whoever makes a cast has one of its types; the other may be everybody's.
    UNION ALL SELECT t.oid, u.role FROM used u JOIN pg_catalog.pg_cast c ON c.oid = u.objid
        JOIN pg_catalog.pg_type t ON t.oid IN (c.castsource, c.casttarget)
        JOIN pg_catalog.pg_roles o ON o.oid = t.typowner
        WHERE u.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND NOT o.rolsuper
), types (oid, role) AS (
    SELECT oid, role FROM roots
    UNION SELECT t.oid, y.role FROM types y JOIN pg_catalog.pg_type t
        ON y.oid IN (t.typbasetype, t.typelem)
        OR EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.atttypid = y.oid)
        OR EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid AND r.rngsubtype = y.oid)
        OR EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid AND r.rngtypid = y.oid)
))";

void AskForCode(const char* sql) {
    if (ExecuteOnCatalogs(sql, false, 0) != SPI_OK_SELECT) elog(ERROR, "could not look for code of others");
}

const char* CodeText(uint64 row, int column) {
    return ToUtf8(SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column));
}

}  // namespace

void ReadCodeOfOthers(Survey* survey, const char* schemas) {
    AskForCode(psprintf("%s SELECT oid, pg_catalog.min(role) FROM types GROUP BY 1", kCode));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        const Oid type = static_cast<Oid>(std::strtoul(CodeText(i, 1), nullptr, 10));
        const char* role = CodeText(i, 2);
        Guard([&] { survey->code_of_types.emplace(type, role); });
    }
    AskForCode(psprintf(
        R"(%s, found (relation, role) AS (
    SELECT k.conrelid, u.role FROM used u JOIN pg_catalog.pg_constraint k ON k.oid = u.objid
        WHERE u.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
    UNION ALL SELECT f.adrelid, u.role FROM used u JOIN pg_catalog.pg_attrdef f ON f.oid = u.objid
        WHERE u.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
    UNION ALL SELECT i.indrelid, u.role FROM used u JOIN pg_catalog.pg_index i ON i.indexrelid = u.objid
        WHERE u.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    UNION ALL SELECT y.polrelid, u.role FROM used u JOIN pg_catalog.pg_policy y ON y.oid = u.objid
        WHERE u.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
    UNION ALL SELECT a.attrelid, y.role FROM types y JOIN pg_catalog.pg_attribute a ON a.atttypid = y.oid
), asked (relation, role) AS (
    SELECT relation, role FROM found
    -- Keys of the parents are read.
    UNION SELECT k.conrelid, f.role FROM found f JOIN pg_catalog.pg_constraint k
        ON k.confrelid = f.relation AND k.contype = 'f'
        JOIN pg_catalog.pg_policy y ON y.polrelid = f.relation
)
SELECT DISTINCT ON (n.nspname, c.relname) n.nspname, c.relname, a.role
FROM asked a JOIN pg_catalog.pg_class c ON c.oid = a.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN (%s) AND c.relkind IN ('r', 'p') ORDER BY 1, 2, 3)",
        kCode, schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        const char *schema = CodeText(i, 1), *name = CodeText(i, 2), *role = CodeText(i, 3);
        Guard([&] {
            const_cast<plan::ExistingRelation*>(survey->existing.Find(schema, name))->runs_code_of = role;
        });
    }
}

bool RunsCodeOfOthers(Oid type) {
    if (type < FirstNormalObjectId) return false;
    SPI_connect();
    AskForCode(psprintf("%s SELECT FROM types WHERE oid = %u", kCode, type));
    const bool runs = SPI_processed > 0;
    SPI_finish();
    return runs;
}

}  // namespace pgsqlite::pg
