// Keys, sequences and references of tables that exist.
#include "pg/survey/catalog_rows.hpp"
#include "pg/survey/tied_sequences.hpp"

namespace pgsqlite::pg {
namespace {

void ReadSequences(Survey* survey, const char* schemas) {
    SelectCatalog(psprintf(
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
        const char *column = CatalogText(i, 3), *name = CatalogText(i, 4);
        const bool owned = CatalogFlag(i, 5), alike = CatalogFlag(i, 6), plain = CatalogFlag(i, 7),
                   settable = CatalogFlag(i, 8);
        const auto number = [&](int at) { return std::strtoll(CatalogText(i, at), nullptr, 10); };
        const int64 start = number(9), increment = number(10), least = number(11), greatest = number(12);
        Guard([&] {
            auto* of = const_cast<plan::ExistingColumn*>(relation->FindExactly(column));
            of->sequences.push_back({name, owned, alike, plain, settable, start, increment, least, greatest});
        });
    }
}

void ReadUniqueKeys(Survey* survey, const char* schemas) {
    SelectCatalog(psprintf(
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
        const Oid index = CatalogOid(i, 3);
        const char* column = CatalogText(i, 4);
        Guard([&] {
            if (index != last) relation->unique_keys.emplace_back();
            relation->unique_keys.back().push_back(column);
        });
        last = index;
    }
}

/// Unique indexes over expressions whose columns are all named: one row an element and column.
void ReadExpressionKeys(Survey* survey, const char* schemas) {
    SelectCatalog(psprintf(
        "SELECT n.nspname, c.relname, i.indexrelid, pg_catalog.pg_get_indexdef(i.indexrelid, u.place::int, "
        "false), "
        "u.place = 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts) AS u (place) "
        "WHERE n.nspname IN (%s) AND c.relkind IN ('r', 'p') AND i.indisunique AND i.indisvalid "
        "AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NOT NULL ORDER BY i.indexrelid, u.place",
        schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const char* element = CatalogText(i, 4);
        const bool first = CatalogFlag(i, 5);
        Guard([&] {
            if (first) relation->expression_keys.emplace_back();
            relation->expression_keys.back().elements.push_back(element);
        });
    }
    // What an expression names, its index depends on.
    SelectCatalog(
        psprintf("SELECT DISTINCT n.nspname, c.relname, i.indexrelid, a.attname FROM pg_catalog.pg_index i "
                 "JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n "
                 "ON n.oid = c.relnamespace JOIN pg_catalog.pg_depend d ON d.classid = "
                 "'pg_catalog.pg_class'::pg_catalog.regclass "
                 "AND d.objid = i.indexrelid AND d.refclassid = d.classid AND d.refobjid = c.oid "
                 "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid "
                 "WHERE n.nspname IN (%s) AND c.relkind IN ('r', 'p') AND i.indisunique AND i.indisvalid "
                 "AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NOT NULL ORDER BY i.indexrelid, "
                 "a.attname",
                 schemas));
    Oid last = InvalidOid;
    plan::ExistingRelation* before = nullptr;
    size_t place = 0;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const Oid index = CatalogOid(i, 3);
        const char* column = CatalogText(i, 4);
        if (index != last) place = relation == before ? place + 1 : 0;
        last = index;
        before = relation;
        Guard([&] { relation->expression_keys[place].columns.push_back(column); });
    }
}

void ReadPrimaryKeys(Survey* survey, const char* schemas) {
    SelectCatalog(psprintf(
        "SELECT n.nspname, c.relname, a.attname FROM pg_catalog.pg_constraint k "
        "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY "
        "AS u(number, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number "
        "WHERE k.contype = 'p' AND n.nspname IN (%s) AND c.relkind IN ('r', 'p') "
        "ORDER BY n.nspname, c.relname, u.place",
        schemas));
    for (uint64 i = 0; i < SPI_processed; ++i) {
        plan::ExistingRelation* relation = RelationAt(survey, i);
        const char* column = CatalogText(i, 3);
        Guard([&] { relation->primary_key.push_back(column); });
    }
}

void ReadForeignKeys(Survey* survey, const char* schemas) {
    // One row a column.
    SelectCatalog(psprintf(
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
        const Oid oid = CatalogOid(i, 3);
        const char *name = CatalogText(i, 4), *parent_schema = CatalogText(i, 5), *parent = CatalogText(i, 6);
        const char *column = CatalogText(i, 7), *parent_column = CatalogText(i, 8),
                   *definition = CatalogText(i, 9);
        const bool deferred = CatalogFlag(i, 10), validated = CatalogFlag(i, 11),
                   droppable = CatalogFlag(i, 12);
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
    SelectCatalog(
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
        const Oid oid = CatalogOid(i, 3);
        const char *key = CatalogText(i, 4), *schema = CatalogText(i, 5), *table = CatalogText(i, 6),
                   *column = CatalogText(i, 7);
        Guard([&] {
            if (oid != last) relation->referrers.push_back({schema, table, key, {}});
            relation->referrers.back().columns.push_back(column);
        });
        last = oid;
    }
}

}  // namespace

void ReadKeysOfExisting(Survey* survey, const char* schemas) {
    ReadSequences(survey, schemas);
    ReadUniqueKeys(survey, schemas);
    ReadExpressionKeys(survey, schemas);
    ReadPrimaryKeys(survey, schemas);
    ReadForeignKeys(survey, schemas);
    ReadReferrers(survey, schemas);
}

}  // namespace pgsqlite::pg
