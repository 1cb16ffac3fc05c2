#include "pg/validate/made_anew.hpp"

#include "pg/load/collect.hpp"
#include "pg/validate/table_pair.hpp"

extern "C" {
#include "optimizer/clauses.h"
#include "tcop/tcopprot.h"
#include "utils/fmgroids.h"
}

namespace pgsqlite::pg::validate {
namespace {

/// The time and the user of the statement; clocks that go on are volatile. query_tree_walker's.
bool DependsOnStatement(Node* node, void* context) {
    // What a range table entry holds is walked behind it.
    if (node == nullptr || IsA(node, RangeTblEntry)) return false;
    if (IsA(node, SQLValueFunction)) return true;
    if (IsA(node, FuncExpr)) {
        const Oid function = reinterpret_cast<const FuncExpr*>(node)->funcid;
        if (function == F_NOW || function == F_TRANSACTION_TIMESTAMP || function == F_STATEMENT_TIMESTAMP)
            return true;
    }
    // What an entry holds comes by itself.
    if (IsA(node, RangeTblEntry)) return false;
    if (IsA(node, Query))
        return compat::WalkQuery(reinterpret_cast<Query*>(node), &DependsOnStatement, context);
    return compat::WalkExpression(node, &DependsOnStatement, context);
}

struct Relations {
    Oid source;
    List* others;  ///< of OIDs
};

/// query_tree_walker's.
bool CollectRelations(Node* node, void* context) {
    if (node == nullptr) return false;
    if (IsA(node, Query))
        return compat::WalkQuery(reinterpret_cast<Query*>(node), &CollectRelations, context);
    if (!IsA(node, RangeTblEntry)) return compat::WalkExpression(node, &CollectRelations, context);
    const RangeTblEntry* entry = reinterpret_cast<const RangeTblEntry*>(node);
    Relations* relations = static_cast<Relations*>(context);
    // Temporary ones are the task's own.
    if (entry->rtekind == RTE_RELATION && entry->relid != relations->source &&
        get_rel_persistence(entry->relid) != RELPERSISTENCE_TEMP)
        relations->others = list_append_unique_oid(relations->others, entry->relid);
    return false;
}

const Query* AnalyzedQuery(const char* sql) {
    List* statements = pg_parse_query(sql);
    if (list_length(statements) != 1) return nullptr;
    return linitial_node(Query, compat::AnalyzeAndRewrite(linitial_node(RawStmt, statements), sql));
}

}  // namespace

const char* OtherRelations(const plan::LoadTask& task, Oid source) {
    const char* sql = load::SqlText([&] { return plan::BatchSource(task, nullptr); });
    Relations relations = {source, NIL};
    CollectRelations(reinterpret_cast<Node*>(const_cast<Query*>(AnalyzedQuery(sql))), &relations);
    StringInfoData names;
    initStringInfo(&names);
    ListCell* cell;
    foreach (cell, relations.others)
        appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", RelationName(lfirst_oid(cell)));
    return names.len > 0 ? names.data : nullptr;
}

bool IsMadeAnew(const plan::LoadTask& task, size_t column) {
    if (!Guard([&] { return plan::IsComputed(task, column); })) return false;
    const char* sql = load::SqlText([&] { return plan::OneValue(task, column); });
    const Query* query = AnalyzedQuery(sql);
    if (query == nullptr) return false;
    Node* value = reinterpret_cast<Node*>(linitial_node(TargetEntry, query->targetList)->expr);
    return contain_volatile_functions(value) || DependsOnStatement(value, nullptr);
}

}  // namespace pgsqlite::pg::validate
