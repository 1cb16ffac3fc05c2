// Relations paired by name and mapping.
#include "pg/fdw/connect/access.hpp"
#include "pg/load/collect.hpp"
#include "pg/validate/raw_side.hpp"
#include "pg/validate/table_pair.hpp"

extern "C" {
#include "access/genam.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "parser/parse_relation.h"
#include "storage/lmgr.h"
#include "utils/rls.h"
}

namespace pgsqlite::pg::validate {

using digest::Form;
using digest::Mapping;

const char* RelationName(Oid relation) {
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
                                      get_rel_name(relation));
}

const char* RelationItem(Oid relation) {
    const bool plain = get_rel_relkind(relation) == RELKIND_RELATION;
    return psprintf("%s%s", plain ? "ONLY " : "", RelationName(relation));
}

namespace {

void CheckIsThere(Oid relation, char kind) {
    if (kind == '\0')
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relation)));
}

}  // namespace

void LockToRead(Oid relation) {
    const char kind = get_rel_relkind(relation);
    CheckIsThere(relation, kind);
    // What it is called and made of is told to those only who may read some of it.
    if (pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
        pg_attribute_aclcheck_all(relation, GetUserId(), ACL_SELECT, ACLMASK_ANY) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(kind), get_rel_name(relation));
    static constexpr char kKinds[] = {RELKIND_RELATION, RELKIND_PARTITIONED_TABLE, RELKIND_FOREIGN_TABLE,
                                      RELKIND_VIEW, RELKIND_MATVIEW};
    if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds))
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("\"%s\" is not a table or a view", get_rel_name(relation))));
    LockRelationOid(relation, AccessShareLock);
    CheckIsThere(relation, get_rel_relkind(relation));
}

const char* HiddenRows(Oid relation) {
    if (check_enable_rls(relation, InvalidOid, true) != RLS_ENABLED) return nullptr;
    return psprintf("row security hides rows of %s from you", RelationName(relation));
}

List* PrimaryKey(Oid relation) {
    List* key = NIL;
    Relation opened = table_open(relation, AccessShareLock);
    list_free(RelationGetIndexList(opened));  // finds out rd_pkindex
    if (OidIsValid(opened->rd_pkindex)) {
        Relation index = index_open(opened->rd_pkindex, AccessShareLock);
        for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); ++i)
            key = lappend_int(key, index->rd_index->indkey.values[i]);
        index_close(index, AccessShareLock);
    }
    table_close(opened, NoLock);
    return key;
}

namespace {

/// A column of the target and what it is compared with.
struct ColumnPair {
    const char* name;
    const char* expression;  ///< over the source
    Oid target_type;
    Oid source_type;
    AttrNumber source_column;  ///< 0: an expression
    bool is_key;
    Form form;
};

struct Pairing {
    ColumnPair* columns;
    int count;
    StringInfoData obstacles;
};

void Obstacle(Pairing* pairing, const char* words) {
    appendStringInfo(&pairing->obstacles, "%s%s", pairing->obstacles.len > 0 ? "; " : "", words);
}

bool Ignores(const Mapping& mapping, const char* column) {
    const char* utf8 = ToUtf8(column);
    return Guard([&] { return mapping.Ignores(utf8); });
}

/// Null when the mapping says nothing of the column.
const char* Mapped(const Mapping& mapping, const char* column) {
    const char* utf8 = ToUtf8(column);
    const std::string* expression = Guard([&] { return mapping.Find(utf8); });
    return expression != nullptr ? ToServerText(*expression) : nullptr;
}

/// Raises for names in the mapping that the target hasn't.
void CheckNames(const Mapping& mapping, Oid target) {
    for (const auto& [column, expression] : mapping.columns) {
        CHECK_FOR_INTERRUPTS();
        if (get_attnum(target, ToServerText(column)) <= 0)
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("column \"%s\" of the mapping does not exist in %s", ToServerText(column),
                                   RelationName(target))));
    }
    for (const std::string& column : mapping.key) {
        CHECK_FOR_INTERRUPTS();
        if (get_attnum(target, ToServerText(column)) <= 0)
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("key column \"%s\" of the mapping does not exist in %s",
                                   ToServerText(column), RelationName(target))));
    }
}

/// Every column of the target meets an expression, or is an obstacle.
void PairColumns(Pairing* pairing, Oid source, Oid target, const Mapping& mapping) {
    Relation relation = table_open(target, AccessShareLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    pairing->columns =
        static_cast<ColumnPair*>(palloc0(sizeof(ColumnPair) * static_cast<Size>(descriptor->natts + 1)));
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        const char* name = NameStr(attribute->attname);
        if (attribute->attisdropped || Ignores(mapping, name)) continue;
        ColumnPair pair = {};
        pair.name = pstrdup(name);
        pair.target_type = attribute->atttypid;
        pair.expression = Mapped(mapping, name);
        if (pair.expression == nullptr && get_attnum(source, name) > 0)
            pair.expression = quote_identifier(pair.name);
        if (pair.expression != nullptr)
            pairing->columns[pairing->count++] = pair;
        else if (attribute->attgenerated == '\0')
            Obstacle(pairing, psprintf("column \"%s\" of the target has no counterpart", name));
    }
    table_close(relation, NoLock);
}

const char* SourceQuery(const Pairing& pairing, Oid source, const Mapping& mapping) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    for (int i = 0; i < pairing.count; ++i)
        appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "", pairing.columns[i].expression);
    appendStringInfo(&sql, " FROM %s", RelationItem(source));
    if (!mapping.where.empty()) appendStringInfo(&sql, " WHERE %s", ToServerText(mapping.where));
    return sql.data;
}

/// What PostgreSQL makes of the expressions: their types, and which are columns. Columns of the source that
/// no expression reads are obstacles.
void AnalyzeExpressions(Pairing* pairing, Oid source, const char* sql, const Mapping& mapping) {
    List* statements = pg_parse_query(sql);
    if (list_length(statements) != 1)
        ereport(ERROR,
                (errcode(ERRCODE_SYNTAX_ERROR), errmsg("an expression of the mapping is not an expression"),
                 errdetail_internal("It makes: %s", sql)));
    const Query* query = compat::AnalyzeStatement(linitial_node(RawStmt, statements), sql);
    if (query->commandType != CMD_SELECT || list_length(query->targetList) != pairing->count)
        ereport(ERROR,
                (errcode(ERRCODE_SYNTAX_ERROR), errmsg("each expression of the mapping must give one column"),
                 errdetail_internal("They make: %s", sql)));
    Bitmapset* used = nullptr;
    for (int i = 0; i < pairing->count; ++i) {
        Expr* expression = list_nth_node(TargetEntry, query->targetList, i)->expr;
        ColumnPair* pair = &pairing->columns[i];
        pair->source_type = exprType(reinterpret_cast<Node*>(expression));
        if (IsA(expression, Var)) pair->source_column = reinterpret_cast<Var*>(expression)->varattno;
        pull_varattnos(reinterpret_cast<Node*>(expression), 1, &used);
    }
    Relation relation = table_open(source, AccessShareLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped || bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, used) ||
            bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, used) ||
            Ignores(mapping, NameStr(attribute->attname)))
            continue;
        Obstacle(pairing, psprintf("column \"%s\" of the source is compared with nothing",
                                   NameStr(attribute->attname)));
    }
    table_close(relation, NoLock);
}

bool IsNumber(Form form) noexcept {
    return form == Form::kInteger || form == Form::kNumeric || form == Form::kReal;
}

/// The form in which both values of a pair are compared. False where the types leave that open.
bool CommonForm(ColumnPair* pair) {
    const Oid source = getBaseType(pair->source_type), target = getBaseType(pair->target_type);
    const Form form = FormOf(target), other = FormOf(source);
    pair->form = form;
    if (source == target) return true;
    if (IsNumber(form) && IsNumber(other)) {
        if (form != other) pair->form = Form::kNumeric;
        return true;
    }
    // A time zone stands between timestamp and timestamptz; arrays and the rest are alike in one type only.
    if (form == other) return form == Form::kText;
    return (form == Form::kText && other == Form::kPaddedText) ||
           (form == Form::kPaddedText && other == Form::kText);
}

void ChooseForms(Pairing* pairing) {
    for (int i = 0; i < pairing->count; ++i) {
        ColumnPair* pair = &pairing->columns[i];
        if (CommonForm(pair)) continue;
        Obstacle(pairing, psprintf("column \"%s\" is %s in the source and %s in the target", pair->name,
                                   format_type_be(pair->source_type), format_type_be(pair->target_type)));
    }
}

/// The key's columns come first.
/// @return how many there are
int OrderByKey(Pairing* pairing, Oid target, const Mapping& mapping) {
    List* names = NIL;
    for (const std::string& column : mapping.key)
        names = lappend(names, ToServerText(column));
    if (names == NIL) {
        ListCell* cell;
        foreach (cell, PrimaryKey(target))
            names = lappend(names, get_attname(target, static_cast<AttrNumber>(lfirst_int(cell)), false));
    }
    int found = 0;
    for (int i = 0; i < pairing->count; ++i) {
        CHECK_FOR_INTERRUPTS();
        ListCell* cell;
        foreach (cell, names) {
            if (std::strcmp(static_cast<const char*>(lfirst(cell)), pairing->columns[i].name) != 0) continue;
            std::swap(pairing->columns[found++], pairing->columns[i]);
            break;
        }
    }
    return found == list_length(names) ? found : 0;
}

const char* TargetQuery(const Pairing& pairing, Oid target, const Mapping& mapping) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    for (int i = 0; i < pairing.count; ++i)
        appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "", quote_identifier(pairing.columns[i].name));
    appendStringInfo(&sql, " FROM %s", RelationItem(target));
    if (!mapping.target_where.empty())
        appendStringInfo(&sql, " WHERE %s", ToServerText(mapping.target_where));
    return sql.data;
}

Side MakeSide(const Pairing& pairing, int keys, bool target) {
    Side side = {};
    side.column_count = pairing.count;
    side.key_count = keys;
    side.forms = static_cast<DatumForm**>(palloc(sizeof(DatumForm*) * static_cast<Size>(pairing.count + 1)));
    for (int i = 0; i < pairing.count; ++i) {
        const ColumnPair& pair = pairing.columns[i];
        const Oid type = target ? pair.target_type : pair.source_type;
        side.forms[i] = MakeDatumForm(type, pair.form == Form::kNumeric ? &pair.form : nullptr);
    }
    return side;
}

/// Where the source is a SQLite table whose columns are taken as they are, its cells can be read.
RawTable* RawTableOf(const Pairing& pairing, const Side& side, Oid source, const Mapping& mapping) {
    if (!mapping.where.empty() || get_rel_relkind(source) != RELKIND_FOREIGN_TABLE) return nullptr;
    if (pg_class_aclcheck(source, GetUserId(), ACL_SELECT) != ACLCHECK_OK) return nullptr;
    if (!fdw::IsSqlite(GetForeignServer(GetForeignTable(source)->serverid))) return nullptr;
    AttrNumber* columns =
        static_cast<AttrNumber*>(palloc(sizeof(AttrNumber) * static_cast<Size>(pairing.count + 1)));
    for (int i = 0; i < pairing.count; ++i) {
        columns[i] = pairing.columns[i].source_column;
        if (columns[i] <= 0) return nullptr;
    }
    return MakeRawTable(source, columns, side);
}

}  // namespace

TablePair* PairRelations(Oid source, Oid target, const Mapping& mapping) {
    TablePair* pair = static_cast<TablePair*>(palloc0(sizeof(TablePair)));
    LockToRead(source);
    LockToRead(target);
    pair->table = RelationName(source);
    pair->target = RelationName(target);
    if (get_rel_relkind(source) == RELKIND_FOREIGN_TABLE)
        pair->server = GetForeignServer(GetForeignTable(source)->serverid)->servername;
    CheckNames(mapping, target);
    Pairing pairing = {};
    initStringInfo(&pairing.obstacles);
    if (const char* hidden = HiddenRows(source)) Obstacle(&pairing, hidden);
    if (const char* hidden = HiddenRows(target)) Obstacle(&pairing, hidden);
    PairColumns(&pairing, source, target, mapping);
    if (pairing.count == 0) {
        Obstacle(&pairing, "no column has a counterpart");
    } else {
        AnalyzeExpressions(&pairing, source, SourceQuery(pairing, source, mapping), mapping);
        ChooseForms(&pairing);
    }
    if (pairing.obstacles.len > 0) {
        pair->obstacle = pairing.obstacles.data;
        return pair;
    }
    const int keys = OrderByKey(&pairing, target, mapping);
    pair->names = static_cast<const char**>(palloc(sizeof(char*) * static_cast<Size>(pairing.count)));
    for (int i = 0; i < pairing.count; ++i)
        pair->names[i] = pairing.columns[i].name;
    pair->source = MakeSide(pairing, keys, false);
    pair->source.query = SourceQuery(pairing, source, mapping);
    pair->source.raw = RawTableOf(pairing, pair->source, source, mapping);
    pair->sink = MakeSide(pairing, keys, true);
    pair->sink.query = TargetQuery(pairing, target, mapping);
    return pair;
}

}  // namespace pgsqlite::pg::validate
