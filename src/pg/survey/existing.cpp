// What PostgreSQL has already where a migration is to put its tables.
#include "pg/jobs/records/uuid_namespace.hpp"
#include "pg/owner_rights.hpp"
#include "pg/survey/catalog_rows.hpp"
#include "pg/survey/code_of_others.hpp"

namespace pgsqlite::pg {
namespace {

/// 'a', 'b': the schemas as literals.
const char* SchemaList(Survey* survey, const char* target_schema) {
    std::vector<std::string>* names = NewIn<std::vector<std::string>>(CurrentMemoryContext);
    const char* target = ToUtf8(target_schema);
    Guard([&] { *names = plan::SchemasOf(survey->sources, survey->spec, target); });
    StringInfoData list;
    initStringInfo(&list);
    for (size_t i = 0; i < names->size(); ++i)
        appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(ToServerText((*names)[i])));
    return list.data;
}

void ReadSchemas(Survey* survey, const char* schemas) {
    SelectCatalog(psprintf("SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname IN (%s)", schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        const char* name = CatalogText(i, 1);
        Guard([&] { survey->existing.schemas.push_back(name); });
    }
}

void ReadRelations(Survey* survey, const char* schemas) {
    // Types of their own take names of tables, too.
    SelectCatalog(
        psprintf("SELECT n.nspname, c.relname, c.relkind IN ('r', 'p'), CASE c.relkind WHEN 'r' THEN 'table' "
                 "WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' "
                 "WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type' "
                 "ELSE 'index' END, CASE WHEN c.relkind = 'p' OR c.relispartition THEN 'partitions of the "
                 "target decide' "
                 "WHEN c.relrowsecurity THEN 'row security of the target decides' "
                 "WHEN c.relhasrules AND c.relkind = 'r' THEN 'rules of the target decide' ELSE '' END, "
                 "c.relpersistence = 'p', c.relkind = 'p' "
                 "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                 "ON n.oid = c.relnamespace WHERE n.nspname IN (%s) UNION ALL "
                 "SELECT n.nspname, t.typname, false, 'type', '', true, false FROM pg_catalog.pg_type t JOIN "
                 "pg_catalog.pg_namespace n "
                 "ON n.oid = t.typnamespace WHERE n.nspname IN (%s) AND t.typtype IN ('e', 'd', 'r', 'm') "
                 "ORDER BY 1, 2",
                 schemas, schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        const char* schema = CatalogText(i, 1);
        const char* name = CatalogText(i, 2);
        const bool takes_rows = CatalogFlag(i, 3);
        const char* kind = CatalogText(i, 4);
        const char* decides = CatalogText(i, 5);
        const bool permanent = CatalogFlag(i, 6), partitioned = CatalogFlag(i, 7);
        Guard([&] {
            plan::ExistingRelation relation;
            relation.schema = schema;
            relation.name = name;
            relation.takes_rows = takes_rows;
            relation.partitioned = partitioned;
            relation.kind = kind;
            relation.decides = decides;
            relation.permanent = permanent;
            survey->existing.relations.push_back(std::move(relation));
        });
    }
}

/// Fills what Existing holds of types beside the type itself.
void DescribeInExisting(Survey* survey, Oid oid, const schema::MappedType& type) {
    const Oid base = getBaseType(oid);
    // With a modifier given, and none: "bpchar" and not "character", which would be one character.
    const bits16 flags =
        FORMAT_TYPE_TYPEMOD_GIVEN | (base < FirstNormalObjectId ? 0 : FORMAT_TYPE_FORCE_QUALIFY);
    const char* bare = ToUtf8(format_type_extended(base, -1, flags));
    const bool domain = base != oid;
    Guard([&] {
        survey->existing.bare_types[type.sql] = bare;
        if (domain) survey->existing.domains.insert(type.sql);
        const auto role = survey->code_of_types.find(oid);
        if (role != survey->code_of_types.end()) survey->existing.code_of_types[type.sql] = role->second;
    });
}

void ReadColumns(Survey* survey, const char* schemas) {
    SelectCatalog(psprintf(
        "SELECT n.nspname, c.relname, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef, "
        "a.attgenerated <> '', a.attidentity <> '', a.attidentity = 'a', EXISTS (SELECT 1 FROM "
        "pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' "
        "WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid "
        "AND d.refobjid = c.oid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')), EXISTS (SELECT 1 "
        "FROM pg_catalog.pg_attrdef f WHERE f.adrelid = c.oid AND f.adnum = a.attnum "
        "AND pg_catalog.pg_get_expr(f.adbin, f.adrelid) LIKE '%%nextval(%%'), "
        "(SELECT pg_catalog.pg_get_expr(f.adbin, f.adrelid) FROM pg_catalog.pg_attrdef f WHERE f.adrelid = "
        "c.oid "
        "AND f.adnum = a.attnum AND a.attgenerated = '') "
        "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN (%s) "
        "AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2, a.attnum",
        schemas));
    plan::ExistingRelation* relation = nullptr;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        const char* schema = CatalogText(i, 1);
        const char* table = CatalogText(i, 2);
        const char* name = CatalogText(i, 3);
        const Oid type = CatalogOid(i, 4);
        const int32 typmod = static_cast<int32>(std::strtol(CatalogText(i, 5), nullptr, 10));
        const bool not_null = CatalogFlag(i, 6), has_default = CatalogFlag(i, 7),
                   generated = CatalogFlag(i, 8);
        const bool identity = CatalogFlag(i, 9), always = CatalogFlag(i, 10),
                   owns_sequence = CatalogFlag(i, 11);
        const bool draws_numbers = CatalogFlag(i, 12);
        const char* default_sql = CatalogText(i, 13);
        plan::ExistingColumn* column = Guard([&] {
            if (relation == nullptr || relation->schema != schema || relation->name != table)
                relation = const_cast<plan::ExistingRelation*>(survey->existing.Find(schema, table));
            plan::ExistingColumn fresh;
            fresh.name = name;
            fresh.not_null = not_null;
            fresh.has_default = has_default && !generated;
            fresh.generated = generated;
            fresh.identity = identity;
            fresh.identity_always = always;
            fresh.owns_sequence = owns_sequence;
            fresh.draws_numbers = draws_numbers;
            if (!draws_numbers) fresh.default_sql = default_sql;
            relation->columns.push_back(std::move(fresh));
            return &relation->columns.back();
        });
        DescribeType(type, typmod, &column->type);
        DescribeInExisting(survey, type, column->type);
    }
}

/// Says which text of the spec is no type.
void NameSpecType(void* text) {
    errcontext("type \"%s\" of the spec", static_cast<const char*>(text));
}

void ReadTypes(Survey* survey) {
    std::vector<std::string>* texts = NewIn<std::vector<std::string>>(CurrentMemoryContext);
    Guard([&] { *texts = plan::TypesOf(survey->sources, survey->spec); });
    for (size_t i = 0; i < texts->size(); ++i) {
        Oid oid;
        int32 typmod;
        const char* text = ToServerText((*texts)[i]);
        ErrorContextCallback context = {error_context_stack, &NameSpecType, const_cast<char*>(text)};
        error_context_stack = &context;
        compat::ParseTypeName(text, &oid, &typmod);
        error_context_stack = context.previous;
        schema::MappedType* type = Guard([&] { return &survey->existing.types[(*texts)[i]]; });
        DescribeType(oid, typmod, type);
        DescribeInExisting(survey, oid, *type);
    }
}

}  // namespace

void ReadExisting(Survey* survey, const char* target_schema, const char* uuid_namespace) {
    const char* target = ToUtf8(target_schema);
    const char* random = DatumGetCString(DirectFunctionCall1(uuid_out, OidFunctionCall0(F_GEN_RANDOM_UUID)));
    const char* path = PathSchemas();
    SPI_connect();
    const char* kept = jobs::KeptNamespace(target_schema);
    Guard([&] {
        const std::string& chosen = survey->spec.job().uuid_namespace;
        survey->existing.target_schema = target;
        survey->existing.uuid_namespace = uuid_namespace != nullptr ? uuid_namespace
                                          : !chosen.empty()         ? chosen
                                          : kept != nullptr         ? kept
                                                                    : random;
    });
    const char* schemas = SchemaList(survey, target_schema);
    ReadSchemas(survey, schemas);
    ReadRelations(survey, schemas);
    ReadCodeOfOthers(survey, schemas);
    ReadColumns(survey, schemas);
    ReadKeysOfExisting(survey, schemas);
    ReadCodeOfExisting(survey, schemas, path);
    ReadTypes(survey);
    SPI_finish();
}

namespace {

/// Whether a relation has rows that meet a condition. Its policies are its owner's code.
/// @param unseen the answer where the current user may not read it
bool HasRows(const std::string& schema, const std::string& table, const char* condition, bool unseen) {
    const char* name = quote_qualified_identifier(ToServerText(schema), ToServerText(table));
    // By oid: a name is not even looked up in a schema without USAGE.
    SelectCatalog(
        psprintf("SELECT pg_catalog.has_table_privilege(c.oid, 'SELECT') AND "
                 "pg_catalog.has_schema_privilege(n.oid, 'USAGE') FROM pg_catalog.pg_class c "
                 "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND "
                 "c.relname = %s",
                 quote_literal_cstr(ToServerText(schema)), quote_literal_cstr(ToServerText(table))));
    if (!CatalogFlag(0, 1)) return unseen;
    jobs::AsRole(GetUserId(), [&] {
        SelectCatalog(psprintf("SELECT EXISTS (SELECT 1 FROM %s WHERE %s)", name, condition));
    });
    return CatalogFlag(0, 1);
}

/// Whether rows stand in the way of emptying a target.
void ReadReferring(plan::ExistingRelation* relation) {
    for (size_t i = 0; i < relation->referrers.size(); ++i) {
        plan::Referrer* referrer = &relation->referrers[i];
        StringInfoData condition;
        initStringInfo(&condition);
        for (size_t j = 0; j < referrer->columns.size(); ++j)
            appendStringInfo(&condition, "%s%s IS NOT NULL", j > 0 ? " AND " : "",
                             quote_identifier(ToServerText(referrer->columns[j])));
        referrer->has_rows = HasRows(referrer->schema, referrer->table, condition.data, true);
    }
}

}  // namespace

void ReadOccupied(Survey* survey) {
    SPI_connect();
    for (size_t i = 0; i < survey->design.tables.size(); ++i) {
        const plan::PlannedTable& table = survey->design.tables[i];
        auto* relation = const_cast<plan::ExistingRelation*>(table.existing);
        if (relation == nullptr) continue;
        relation->has_rows = HasRows(relation->schema, relation->name, "true", false);
        if (table.settings.existing == spec::Existing::kTruncate) ReadReferring(relation);
    }
    SPI_finish();
}

}  // namespace pgsqlite::pg
