#include "pg/survey/spec_sql.hpp"

extern "C" {
#include "access/amapi.h"
#include "commands/tablespace.h"
#include "parser/parse_coerce.h"
}

namespace pgsqlite::pg {
namespace {

constexpr char kTable[] = "t";

SelectStmt* OneSelect(const List* statements) {
    if (list_length(statements) != 1) return nullptr;
    Node* statement = linitial_node(RawStmt, statements)->stmt;
    return IsA(statement, SelectStmt) ? reinterpret_cast<SelectStmt*>(statement) : nullptr;
}

/// Whether a SELECT has nothing but a list or a condition.
bool IsBare(const SelectStmt* select) {
    return select->distinctClause == NIL && select->intoClause == nullptr && select->fromClause == NIL &&
           select->groupClause == NIL && select->havingClause == nullptr && select->windowClause == NIL &&
           select->valuesLists == NIL && select->sortClause == NIL && select->limitOffset == nullptr &&
           select->limitCount == nullptr && select->lockingClause == NIL && select->withClause == nullptr &&
           select->op == SETOP_NONE;
}

/// In parentheses a text can't end early, and without them it can't open what it closes.
bool IsExpression(const char* text) {
    const SelectStmt* inside = OneSelect(pg_parse_query(psprintf("SELECT (%s)", text)));
    if (inside == nullptr || !IsBare(inside) || inside->whereClause != nullptr ||
        list_length(inside->targetList) != 1)
        return false;
    const ResTarget* only = linitial_node(ResTarget, inside->targetList);
    if (only->name != nullptr || only->indirection != NIL) return false;
    const SelectStmt* outside = OneSelect(pg_parse_query(psprintf("SELECT WHERE %s", text)));
    return outside != nullptr && IsBare(outside) && outside->whereClause != nullptr &&
           outside->targetList == NIL;
}

IndexStmt* ParseIndex(const char* tail) {
    // The statement behind it shows that it has not been made part of a comment.
    const List* statements = pg_parse_query(psprintf("CREATE INDEX ON %s %s; SELECT", kTable, tail));
    if (list_length(statements) != 2) return nullptr;
    Node* statement = linitial_node(RawStmt, statements)->stmt;
    if (!IsA(statement, IndexStmt)) return nullptr;
    IndexStmt* index = reinterpret_cast<IndexStmt*>(statement);
    const RangeVar* relation = index->relation;
    const bool ours = relation->catalogname == nullptr && relation->schemaname == nullptr &&
                      std::strcmp(relation->relname, kTable) == 0;
    return ours ? index : nullptr;
}

/// What an element of an index computes, as an item of a SELECT list.
ResTarget* ItemOf(const IndexElem* element) {
    ResTarget* item = makeNode(ResTarget);
    item->location = -1;
    item->val = element->expr;
    if (element->name == nullptr) return item;
    ColumnRef* column = makeNode(ColumnRef);
    column->fields = list_make1(makeString(pstrdup(element->name)));
    column->location = -1;
    item->val = reinterpret_cast<Node*>(column);
    return item;
}

void CheckOptions(const IndexStmt* index, const IndexAmRoutine* method) {
    if (index->tableSpace != nullptr) (void)get_tablespace_oid(index->tableSpace, false);
    const Datum options =
        transformRelOptions(static_cast<Datum>(0), index->options, nullptr, nullptr, false, false);
    (void)index_reloptions(method->amoptions, options, true);
    const char* lacks = nullptr;
    if (list_length(index->indexParams) > 1 && !method->amcanmulticol) lacks = "multicolumn indexes";
    if (index->indexIncludingParams != NIL && !method->amcaninclude) lacks = "included columns";
    ListCell* cell;
    foreach (cell, index->indexParams) {
        const IndexElem* element = lfirst_node(IndexElem, cell);
        if (method->amcanorder) continue;
        if (element->ordering != SORTBY_DEFAULT) lacks = "ASC/DESC options";
        if (element->nulls_ordering != SORTBY_NULLS_DEFAULT) lacks = "NULLS FIRST/LAST options";
    }
    if (lacks != nullptr)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("access method \"%s\" does not support %s", index->accessMethod, lacks)));
}

/// Whether a statement refuses to run in a transaction block, ends one, or waits for the client.
bool StandsAlone(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_TransactionStmt:
        case T_CreatedbStmt:
        case T_DropdbStmt:
        case T_CreateTableSpaceStmt:
        case T_DropTableSpaceStmt:
        case T_AlterSystemStmt:
            return true;
        case T_VacuumStmt:
            return reinterpret_cast<const VacuumStmt*>(statement)->is_vacuumcmd;
        case T_IndexStmt:
            return reinterpret_cast<const IndexStmt*>(statement)->concurrent;
        case T_DropStmt:
            return reinterpret_cast<const DropStmt*>(statement)->concurrent;
        case T_CopyStmt: {
            const CopyStmt* copy = reinterpret_cast<const CopyStmt*>(statement);
            return copy->filename == nullptr;
        }
        default:
            return false;
    }
}

/// Why a text is not what a hook may be; null: it is.
const char* HookFault(const char* text) {
    const List* statements = pg_parse_query(text);
    if (statements == NIL) return "it has no statement";
    ListCell* cell;
    foreach (cell, statements)
        if (StandsAlone(lfirst_node(RawStmt, cell)->stmt))
            return "it has a statement that can't run in the job's transaction";
    return nullptr;
}

}  // namespace

const char* FormFault(plan::SpecSql written, const char* text) {
    if (written == plan::SpecSql::kStatements) return HookFault(text);
    const bool expression = written == plan::SpecSql::kExpression || written == plan::SpecSql::kCheck;
    if (expression && !IsExpression(text)) return "it is not one SQL expression";
    if (written == plan::SpecSql::kIndex && ParseIndex(text) == nullptr)
        return "it is not what follows the table's name in one CREATE INDEX";
    return nullptr;
}

void CheckIndex(const char* tail, const char* row) {
    IndexStmt* index = ParseIndex(tail);
    const Oid method = get_index_am_oid(index->accessMethod, false);
    const IndexAmRoutine* routine = GetIndexAmRoutineByAmId(method, false);
    CheckOptions(index, routine);
    RawStmt* statement = linitial_node(RawStmt, pg_parse_query(row));
    SelectStmt* select = castNode(SelectStmt, statement->stmt);
    select->targetList = NIL;
    ListCell* cell;
    foreach (cell, index->indexParams)
        select->targetList = lappend(select->targetList, ItemOf(lfirst_node(IndexElem, cell)));
    foreach (cell, index->indexIncludingParams)
        select->targetList = lappend(select->targetList, ItemOf(lfirst_node(IndexElem, cell)));
    select->whereClause = index->whereClause;
    Query* query = compat::AnalyzeStatement(statement, row);
    if (query->hasSubLinks || query->hasAggs || query->hasWindowFuncs || query->hasTargetSRFs)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("an index takes no subquery, aggregate, window or set-returning function")));
    if (contain_mutable_functions(reinterpret_cast<Node*>(query)))
        ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
                        errmsg("functions in index expression must be marked IMMUTABLE")));
    int place = 0;
    foreach (cell, index->indexParams) {
        const TargetEntry* entry = list_nth_node(TargetEntry, query->targetList, place++);
        (void)ResolveOpClass(lfirst_node(IndexElem, cell)->opclass,
                             exprType(reinterpret_cast<Node*>(entry->expr)), index->accessMethod, method);
    }
}

}  // namespace pgsqlite::pg
