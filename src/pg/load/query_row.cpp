#include "pg/load/query_row.hpp"

#include "core/sqlite/cut_value.hpp"
#include "pg/load/collect.hpp"

extern "C" {
#include "access/genam.h"
#include "catalog/pg_constraint.h"
#include "optimizer/optimizer.h"
#include "utils/json.h"
}

namespace pgsqlite::pg::load {

namespace {

/// What stands for a value that is cut.
void AppendCut(StringInfo json, const char* text, size_t size) {
    appendStringInfo(json, ", \"bytes\": %zu, \"begins\": ", size);
    const int shown = pg_mbcliplen(text, sqlite::kBeginningBytes + 1, sqlite::kBeginningBytes);
    escape_json(json, pnstrdup(text, static_cast<Size>(shown)));
    const char* digest = SqlText([&] { return sqlite::DigestText({text, size}); });
    appendStringInfo(json, ", \"digest\": \"%s\"", digest);
}

}  // namespace

char* QueryRowAsJson(TupleDesc descriptor, const Datum* values, const bool* nulls) {
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '{');
    for (int i = 0; i < descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (i > 0) appendStringInfoString(&json, ", ");
        escape_json(&json, NameStr(attribute->attname));
        appendStringInfoString(&json, ": {\"type\": ");
        escape_json(&json, format_type_with_typemod(attribute->atttypid, attribute->atttypmod));
        if (!nulls[i]) {
            Oid output;
            bool is_varlena;
            getTypeOutputInfo(attribute->atttypid, &output, &is_varlena);
            const char* text = OidOutputFunctionCall(output, values[i]);
            const size_t size = strlen(text);
            if (size > sqlite::WholeBytes(static_cast<size_t>(json.len))) {
                AppendCut(&json, text, size);
            } else {
                appendStringInfoString(&json, ", \"value\": ");
                escape_json(&json, text);
            }
        }
        appendStringInfoChar(&json, '}');
    }
    appendStringInfoChar(&json, '}');
    return json.data;
}

namespace {

/// The columns that an index is over, those of its expressions as well.
Bitmapset* ColumnsOfIndex(Oid index, Bitmapset* columns) {
    const char kind = get_rel_relkind(index);
    if (kind != RELKIND_INDEX && kind != RELKIND_PARTITIONED_INDEX) return columns;
    Relation relation = index_open(index, AccessShareLock);
    const Form_pg_index form = relation->rd_index;
    for (int i = 0; i < form->indnkeyatts; ++i)
        if (form->indkey.values[i] != 0)
            columns = bms_add_member(columns, form->indkey.values[i] - FirstLowInvalidHeapAttributeNumber);
    pull_varattnos(reinterpret_cast<Node*>(RelationGetIndexExpressions(relation)), 1, &columns);
    index_close(relation, AccessShareLock);
    return columns;
}

}  // namespace

List* ColumnsToBlame(const ErrorData* error) {
    if (error->column_name != nullptr) return list_make1(makeString(pstrdup(error->column_name)));
    if (error->constraint_name == nullptr || error->table_name == nullptr || error->schema_name == nullptr)
        return NIL;
    const Oid schema = get_namespace_oid(error->schema_name, true);
    const Oid relation = OidIsValid(schema) ? get_relname_relid(error->table_name, schema) : InvalidOid;
    if (!OidIsValid(relation)) return NIL;
    Oid constraint;
    Bitmapset* columns = get_relation_constraint_attnos(relation, error->constraint_name, true, &constraint);
    const Oid index = get_relname_relid(error->constraint_name, schema);
    if (OidIsValid(index)) columns = ColumnsOfIndex(index, columns);
    List* names = NIL;
    int member = -1;
    while ((member = bms_next_member(columns, member)) >= 0) {
        // An expression has 0 in the place of a column.
        const auto column = static_cast<AttrNumber>(member + FirstLowInvalidHeapAttributeNumber);
        if (column > 0) names = lappend(names, makeString(get_attname(relation, column, false)));
    }
    return names;
}

List* NamesInSource(const plan::LoadTask& task, const List* columns) {
    List* names = NIL;
    ListCell* cell;
    foreach (cell, columns) {
        const char* column = ToUtf8(strVal(lfirst(cell)));
        const char* name = SqlText([&] { return plan::NameInSource(task, column); });
        names = list_append_unique(names, makeString(const_cast<char*>(name)));
    }
    return names;
}

}  // namespace pgsqlite::pg::load
