// What PostgreSQL has already where a migration is to put its tables.
#include "pg/catalog_query.hpp"
#include "pg/jobs/records/uuid_namespace.hpp"
#include "pg/owner_rights.hpp"
#include "pg/survey/code_of_others.hpp"
#include "pg/survey/survey.hpp"
#include "pg/survey/tied_sequences.hpp"

namespace pgsqlite::pg {
namespace {

/// A query on the catalogs, as they are now: in older minor versions (16.2) a procedure that a function
/// calls runs in the snapshot of the statement that called the function. Definitions name tables with their
/// schemas.
void Select(const char* sql) {
    const int rc = ExecuteOnCatalogs(sql, false, 0);
    if (rc != SPI_OK_SELECT) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
}

const char* Cell(uint64 row, int column) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
    return text == nullptr ? "" : ToUtf8(text);
}
bool Flag(uint64 row, int column) {
    return Cell(row, column)[0] == 't';
}
Oid Number(uint64 row, int column) {
    return static_cast<Oid>(std::strtoul(Cell(row, column), nullptr, 10));
}

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
    Select(psprintf("SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname IN (%s)", schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        const char* name = Cell(i, 1);
        Guard([&] { survey->existing.schemas.push_back(name); });
    }
}

void ReadRelations(Survey* survey, const char* schemas) {
    // Types of their own take names of tables, too.
    Select(
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
        const char* schema = Cell(i, 1);
        const char* name = Cell(i, 2);
        const bool takes_rows = Flag(i, 3);
        const char* kind = Cell(i, 4);
        const char* decides = Cell(i, 5);
        const bool permanent = Flag(i, 6), partitioned = Flag(i, 7);
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
    Select(psprintf(
        "SELECT n.nspname, c.relname, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef, "
        "a.attgenerated <> '', a.attidentity <> '', a.attidentity = 'a', EXISTS (SELECT 1 FROM "
        "pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' "
        "WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid "
        "AND d.refobjid = c.oid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')), EXISTS (SELECT 1 "
        "FROM pg_catalog.pg_attrdef f WHERE f.adrelid = c.oid AND f.adnum = a.attnum "
        "AND pg_catalog.pg_get_expr(f.adbin, f.adrelid) LIKE '%%nextval(%%') "
        "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN (%s) "
        "AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2, a.attnum",
        schemas));
    plan::ExistingRelation* relation = nullptr;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        const char* schema = Cell(i, 1);
        const char* table = Cell(i, 2);
        const char* name = Cell(i, 3);
        const Oid type = Number(i, 4);
        const int32 typmod = static_cast<int32>(std::strtol(Cell(i, 5), nullptr, 10));
        const bool not_null = Flag(i, 6), has_default = Flag(i, 7), generated = Flag(i, 8);
        const bool identity = Flag(i, 9), always = Flag(i, 10), owns_sequence = Flag(i, 11);
        const bool draws_numbers = Flag(i, 12);
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
            relation->columns.push_back(std::move(fresh));
            return &relation->columns.back();
        });
        DescribeType(type, typmod, &column->type);
        DescribeInExisting(survey, type, column->type);
    }
}

/// The relation that the first two columns of a row name.
plan::ExistingRelation* RelationAt(Survey* survey, uint64 row) {
    const char* schema = Cell(row, 1);
    const char* name = Cell(row, 2);
    return Guard([&] { return const_cast<plan::ExistingRelation*>(survey->existing.Find(schema, name)); });
}

void ReadSequences(Survey* survey, const char* schemas) {
    Select(psprintf(
        "SELECT n.nspname, c.relname, a.attname, pg_catalog.format('%%I.%%I', m.nspname, s.relname), "
        "t.tie = 'owned', t.tie = 'name', t.plain, pg_catalog.has_sequence_privilege(s.oid, 'UPDATE') "
        "AND pg_catalog.has_sequence_privilege(s.oid, 'USAGE, SELECT') "
        "AND pg_catalog.has_schema_privilege(m.oid, 'USAGE'), "
        "q.seqstart, q.seqincrement, q.seqmin, q.seqmax "
        "FROM (%s) AS t JOIN pg_catalog.pg_class c ON c.oid = t.relation "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = t.attnum "
        "JOIN pg_catalog.pg_class s ON s.oid = t.sequence JOIN pg_catalog.pg_namespace m "
        "ON m.oid = s.relnamespace JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid "
        "WHERE n.nspname IN (%s) AND c.relkind IN ('r', 'p') AND NOT a.attisdropped "
        "ORDER BY n.nspname, c.relname, a.attnum, t.tie <> 'owned', s.oid",
        kTiedSequences, schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const char *column = Cell(i, 3), *name = Cell(i, 4);
        const bool owned = Flag(i, 5), alike = Flag(i, 6), plain = Flag(i, 7), settable = Flag(i, 8);
        const auto number = [&](int at) { return std::strtoll(Cell(i, at), nullptr, 10); };
        const int64 start = number(9), increment = number(10), least = number(11), greatest = number(12);
        Guard([&] {
            auto* of = const_cast<plan::ExistingColumn*>(relation->FindExactly(column));
            of->sequences.push_back({name, owned, alike, plain, settable, start, increment, least, greatest});
        });
    }
}

void ReadUniqueKeys(Survey* survey, const char* schemas) {
    Select(psprintf(
        "SELECT n.nspname, c.relname, i.indexrelid, a.attname FROM pg_catalog.pg_index i "
        "JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
        "AND a.attnum = ANY ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1]) "
        "WHERE n.nspname IN (%s) AND c.relkind IN ('r', 'p') AND i.indisunique AND i.indisvalid "
        "AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL ORDER BY i.indexrelid, a.attname",
        schemas));
    Oid last = InvalidOid;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const Oid index = Number(i, 3);
        const char* column = Cell(i, 4);
        Guard([&] {
            if (index != last) relation->unique_keys.emplace_back();
            relation->unique_keys.back().push_back(column);
        });
        last = index;
    }
}

void ReadPrimaryKeys(Survey* survey, const char* schemas) {
    Select(psprintf(
        "SELECT n.nspname, c.relname, a.attname FROM pg_catalog.pg_constraint k "
        "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY "
        "AS u(number, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number "
        "WHERE k.contype = 'p' AND n.nspname IN (%s) AND c.relkind IN ('r', 'p') "
        "ORDER BY n.nspname, c.relname, u.place",
        schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const char* column = Cell(i, 3);
        Guard([&] { relation->primary_key.push_back(column); });
    }
}

void ReadForeignKeys(Survey* survey, const char* schemas) {
    // One row a column.
    Select(psprintf(
        "SELECT n.nspname, c.relname, k.oid, k.conname, pn.nspname, p.relname, a.attname, pa.attname, "
        "pg_catalog.pg_get_constraintdef(k.oid), k.condeferred, k.convalidated, "
        "k.conparentid = 0 AND pg_catalog.pg_has_role(c.relowner, 'USAGE') "
        "FROM pg_catalog.pg_constraint k "
        "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace JOIN pg_catalog.pg_class p ON p.oid = k.confrelid "
        "JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace "
        "CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) WITH "
        "ORDINALITY AS u(child, parent, place) "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.child "
        "JOIN pg_catalog.pg_attribute pa ON pa.attrelid = p.oid AND pa.attnum = u.parent "
        "WHERE k.contype = 'f' AND n.nspname IN (%s) AND c.relkind IN ('r', 'p') "
        "ORDER BY n.nspname, c.relname, k.conname, k.oid, u.place",
        schemas));
    Oid last = InvalidOid;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const Oid oid = Number(i, 3);
        const char *name = Cell(i, 4), *parent_schema = Cell(i, 5), *parent = Cell(i, 6);
        const char *column = Cell(i, 7), *parent_column = Cell(i, 8), *definition = Cell(i, 9);
        const bool deferred = Flag(i, 10), validated = Flag(i, 11), droppable = Flag(i, 12);
        Guard([&] {
            if (oid != last)
                relation->foreign_keys.push_back(
                    {name, parent_schema, parent, {}, {}, definition, deferred, validated, droppable});
            relation->foreign_keys.back().columns.push_back(column);
            relation->foreign_keys.back().parent_columns.push_back(parent_column);
        });
        last = oid;
    }
}

/// Foreign keys that refer to the relations, their own aside.
void ReadReferrers(Survey* survey, const char* schemas) {
    // One row a column.
    Select(
        psprintf("SELECT n.nspname, c.relname, k.oid, k.conname, rn.nspname, r.relname, a.attname "
                 "FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.confrelid "
                 "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_class r "
                 "ON r.oid = COALESCE(pg_catalog.pg_partition_root(k.conrelid), k.conrelid) "
                 "JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace "
                 "CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) AS u(number) "
                 "JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number "
                 "WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname IN (%s) AND r.oid <> c.oid "
                 "ORDER BY k.oid, u.number",
                 schemas));
    Oid last = InvalidOid;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const Oid oid = Number(i, 3);
        const char *key = Cell(i, 4), *schema = Cell(i, 5), *table = Cell(i, 6), *column = Cell(i, 7);
        Guard([&] {
            if (oid != last) relation->referrers.push_back({schema, table, key, {}});
            relation->referrers.back().columns.push_back(column);
        });
        last = oid;
    }
}

void ReadTriggers(Survey* survey, const char* schemas) {
    Select(
        psprintf("SELECT n.nspname, c.relname, t.tgname, t.tgenabled FROM pg_catalog.pg_trigger t "
                 "JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n "
                 "ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND n.nspname IN (%s) AND c.relkind IN "
                 "('r', 'p') "
                 "ORDER BY n.nspname, c.relname, t.tgname",
                 schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const char *name = Cell(i, 3), *fires = Cell(i, 4);
        Guard([&] { relation->triggers.push_back({name, fires[0]}); });
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
    ReadSequences(survey, schemas);
    ReadUniqueKeys(survey, schemas);
    ReadPrimaryKeys(survey, schemas);
    ReadForeignKeys(survey, schemas);
    ReadReferrers(survey, schemas);
    ReadTriggers(survey, schemas);
    ReadTypes(survey);
    SPI_finish();
}

namespace {

/// Whether a relation has rows that meet a condition. Its policies are its owner's code.
/// @param unseen the answer where the current user may not read it
bool HasRows(const std::string& schema, const std::string& table, const char* condition, bool unseen) {
    const char* name = quote_qualified_identifier(ToServerText(schema), ToServerText(table));
    // By oid: a name is not even looked up in a schema without USAGE.
    Select(
        psprintf("SELECT pg_catalog.has_table_privilege(c.oid, 'SELECT') AND "
                 "pg_catalog.has_schema_privilege(n.oid, 'USAGE') FROM pg_catalog.pg_class c "
                 "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND "
                 "c.relname = %s",
                 quote_literal_cstr(ToServerText(schema)), quote_literal_cstr(ToServerText(table))));
    if (!Flag(0, 1)) return unseen;
    jobs::AsRole(GetUserId(),
                 [&] { Select(psprintf("SELECT EXISTS (SELECT 1 FROM %s WHERE %s)", name, condition)); });
    return Flag(0, 1);
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
