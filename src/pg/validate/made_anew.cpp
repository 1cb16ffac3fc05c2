#include "pg/validate/made_anew.hpp"

#include "pg/load/collect.hpp"

extern "C" {
#include "optimizer/clauses.h"
#include "tcop/tcopprot.h"
#include "utils/fmgroids.h"
}

namespace pgsqlite::pg::validate {
namespace {

/// The time and the user of the statement; clocks that go on are volatile. query_tree_walker's.
bool DependsOnStatement(Node* node, void* context) {
    if (node == nullptr) return false;
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

}  // namespace

bool IsMadeAnew(const plan::LoadTask& task, size_t column) {
    if (!Guard([&] { return plan::IsComputed(task, column); })) return false;
    const char* sql = load::SqlText([&] { return plan::OneValue(task, column); });
    List* statements = pg_parse_query(sql);
    if (list_length(statements) != 1) return false;
    List* queries = compat::AnalyzeAndRewrite(linitial_node(RawStmt, statements), sql);
    const Query* query = linitial_node(Query, queries);
    Node* value = reinterpret_cast<Node*>(linitial_node(TargetEntry, query->targetList)->expr);
    return contain_volatile_functions(value) || DependsOnStatement(value, nullptr);
}

}  // namespace pgsqlite::pg::validate
