// The only place that asks for PostgreSQL's version: 14 to 18.
#pragma once

#include "pg/pg.hpp"

#if PG_VERSION_NUM < 140000
#error "pg_sqlite needs PostgreSQL 14 or later"
#endif

extern "C" {
#include "access/stratnum.h"
#include "commands/progress.h"
#include "optimizer/paths.h"
#include "parser/analyze.h"
#include "parser/parse_type.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/fmgroids.h"
#include "utils/guc_tables.h"
// Of the versions that would include ICU's headers, which needn't be installed, nothing of ICU's is used
// here.
#pragma push_macro("USE_ICU")
#undef USE_ICU
#include "utils/pg_locale.h"
#pragma pop_macro("USE_ICU")
#include "utils/tuplesort.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#endif
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif
}

namespace pgsqlite::pg::compat {

/// Whether a role may use a foreign server.
inline bool HasServerUsage(Oid server, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(ForeignServerRelationId, server, role, ACL_USAGE) == ACLCHECK_OK;
#else
    return pg_foreign_server_aclcheck(server, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

/// What a setting was set to before it was defined, and holds when nothing is set in the session.
struct EarlySetting {
    const char* value;  ///< null: nothing
    bool permitted;     ///< whoever set it may set what is for superusers
};
inline EarlySetting FindEarlySetting(const char* name) {
#if PG_VERSION_NUM >= 160000
    int count;
    config_generic** settings = get_guc_variables(&count);
#else
    config_generic** settings = get_guc_variables();
    const int count = GetNumConfigOptions();
#endif
    for (int i = 0; i < count; ++i) {
        const config_generic* setting = settings[i];
        if (std::strcmp(setting->name, name) != 0 || (setting->flags & GUC_CUSTOM_PLACEHOLDER) == 0) continue;
        const GucContext by = setting->reset_scontext;
        bool permitted = by != PGC_BACKEND && by != PGC_USERSET;
#if PG_VERSION_NUM >= 150000
        permitted = permitted || pg_parameter_aclcheck(name, setting->reset_srole, ACL_SET) == ACLCHECK_OK;
#endif
        return {reinterpret_cast<const config_string*>(setting)->reset_val, permitted};
    }
    return {nullptr, false};
}

/// Whether a role may become another by SET ROLE.
inline bool MaySetRole(Oid member, Oid role) {
#if PG_VERSION_NUM >= 160000
    return member_can_set_role(member, role);
#else
    return is_member_of_role(member, role);
#endif
}

/// Settings under our prefix that do not exist are refused (15+) or warned about (14).
inline void ReserveSettingPrefix(const char* prefix) {
#if PG_VERSION_NUM >= 150000
    MarkGUCPrefixReserved(prefix);
#else
    EmitWarningsOnPlaceholders(prefix);
#endif
}

inline ForeignPath* CreateForeignScanPath(PlannerInfo* root, RelOptInfo* rel, double rows, Cost startup_cost,
                                          Cost total_cost, List* pathkeys, Relids required_outer,
                                          List* fdw_private) {
#if PG_VERSION_NUM >= 180000
    return create_foreignscan_path(root, rel, nullptr, rows, 0, startup_cost, total_cost, pathkeys,
                                   required_outer, nullptr, NIL, fdw_private);
#elif PG_VERSION_NUM >= 170000
    return create_foreignscan_path(root, rel, nullptr, rows, startup_cost, total_cost, pathkeys,
                                   required_outer, nullptr, NIL, fdw_private);
#else
    return create_foreignscan_path(root, rel, nullptr, rows, startup_cost, total_cost, pathkeys,
                                   required_outer, nullptr, fdw_private);
#endif
}

inline ForeignPath* CreateForeignUpperPath(PlannerInfo* root, RelOptInfo* rel, PathTarget* target,
                                           double rows, Cost startup_cost, Cost total_cost, Path* outer,
                                           List* fdw_private) {
#if PG_VERSION_NUM >= 180000
    return create_foreign_upper_path(root, rel, target, rows, 0, startup_cost, total_cost, NIL, outer, NIL,
                                     fdw_private);
#elif PG_VERSION_NUM >= 170000
    return create_foreign_upper_path(root, rel, target, rows, startup_cost, total_cost, NIL, outer, NIL,
                                     fdw_private);
#else
    return create_foreign_upper_path(root, rel, target, rows, startup_cost, total_cost, NIL, outer,
                                     fdw_private);
#endif
}

inline ForeignPath* CreateForeignJoinPath(PlannerInfo* root, RelOptInfo* rel, double rows, Cost startup_cost,
                                          Cost total_cost) {
#if PG_VERSION_NUM >= 180000
    return create_foreign_join_path(root, rel, nullptr, rows, 0, startup_cost, total_cost, NIL,
                                    rel->lateral_relids, nullptr, NIL, NIL);
#elif PG_VERSION_NUM >= 170000
    return create_foreign_join_path(root, rel, nullptr, rows, startup_cost, total_cost, NIL,
                                    rel->lateral_relids, nullptr, NIL, NIL);
#else
    return create_foreign_join_path(root, rel, nullptr, rows, startup_cost, total_cost, NIL,
                                    rel->lateral_relids, nullptr, NIL);
#endif
}

/// Whether an aggregate counts on its input being sorted (16+).
inline bool IsPresorted([[maybe_unused]] const Aggref* aggregate) {
#if PG_VERSION_NUM >= 160000
    return aggregate->aggpresorted;
#else
    return false;
#endif
}

/// GROUP BY's items without the redundant ones.
inline List* GroupClause(const PlannerInfo* root) {
#if PG_VERSION_NUM >= 160000
    return root->processed_groupClause;
#else
    return root->parse->groupClause;
#endif
}

inline List* DistinctClause(const PlannerInfo* root) {
#if PG_VERSION_NUM >= 160000
    return root->processed_distinctClause;
#else
    return root->parse->distinctClause;
#endif
}

/// Prepares a set-returning function's tuplestore and descriptor; the caller's column list for RETURNS
/// record.
inline void InitMaterialized(FunctionCallInfo fcinfo) {
#if PG_VERSION_NUM >= 160000
    InitMaterializedSRF(fcinfo, 0);
#elif PG_VERSION_NUM >= 150000
    SetSingleFuncCall(fcinfo, 0);
#else
    ReturnSetInfo* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    if (result == nullptr || !IsA(result, ReturnSetInfo) || (result->allowedModes & SFRM_Materialize) == 0)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("set-valued function called in context that cannot accept a set")));
    MemoryContext caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
    TupleDesc descriptor = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    result->returnMode = SFRM_Materialize;
    result->setResult =
        tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
    result->setDesc = CreateTupleDescCopy(descriptor);
    MemoryContextSwitchTo(caller);
#endif
}

/// planstate_tree_walker over a node's children.
inline bool WalkPlanState(PlanState* state, bool (*walker)(PlanState*, void*), void* context) {
#if PG_VERSION_NUM >= 160000
    return planstate_tree_walker(state, walker, context);
#else
    return planstate_tree_walker(state, reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(walker)),
                                 context);
#endif
}

/// expression_tree_walker over a node's children.
inline bool WalkExpression(Node* node, bool (*walker)(Node*, void*), void* context) {
#if PG_VERSION_NUM >= 160000
    return expression_tree_walker(node, walker, context);
#else
    return expression_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(walker)),
                                  context);
#endif
}

/// The same over the parts of a query; the walker sees range table entries, too.
inline bool WalkQuery(Query* query, bool (*walker)(Node*, void*), void* context) {
#if PG_VERSION_NUM >= 160000
    return query_tree_walker(query, walker, context, QTW_EXAMINE_RTES_BEFORE);
#else
    return query_tree_walker(query, reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(walker)),
                             context, QTW_EXAMINE_RTES_BEFORE);
#endif
}

/// Whether a collation's order is that of the bytes.
inline bool ComparesBytes(Oid collation) {
#if PG_VERSION_NUM >= 180000
    return pg_newlocale_from_collation(collation)->collate_is_c;
#else
    return lc_collate_is_c(collation);
#endif
}

/// Whether lower() and upper() know no other letters than ASCII's.
inline bool FoldsAsciiOnly(Oid collation) {
#if PG_VERSION_NUM >= 180000
    return pg_newlocale_from_collation(collation)->ctype_is_c;
#else
    return lc_ctype_is_c(collation);
#endif
}

/// Whether a pathkey sorts from high to low.
inline bool IsDescending(const PathKey* pathkey) {
#if PG_VERSION_NUM >= 180000
    return pathkey->pk_cmptype == COMPARE_GT;
#else
    return pathkey->pk_strategy == BTGreaterStrategyNumber;
#endif
}

/// Pathkeys of an expression's order, where the query can use it.
inline List* ExpressionPathkeys(PlannerInfo* root, Expr* expr, Oid less, Relids relids) {
#if PG_VERSION_NUM >= 160000
    return build_expression_pathkey(root, expr, less, relids, false);
#else
    return build_expression_pathkey(root, expr, nullptr, less, relids, false);
#endif
}

/// Index entries of a row just inserted. Returns the indexes to be rechecked later.
inline List* InsertIndexTuples(ResultRelInfo* target, TupleTableSlot* slot, EState* estate) {
#if PG_VERSION_NUM >= 160000
    return ExecInsertIndexTuples(target, slot, estate, false, false, nullptr, NIL, false);
#else
    return ExecInsertIndexTuples(target, slot, estate, false, false, nullptr, NIL);
#endif
}

/// How a row of a partitioned table becomes one of a partition; null: it is one already.
inline TupleConversionMap* RootToPartitionMap(ResultRelInfo* partition, EState* estate) {
#if PG_VERSION_NUM >= 160000
    return ExecGetRootToChildMap(partition, estate);
#else
    (void)estate;
    return partition->ri_RootToPartitionMap;
#endif
}

/// Whether input functions return a refusal of the value instead of raising it (16+).
inline constexpr bool kInputReturnsRefusals = PG_VERSION_NUM >= 160000;

/// Calls a type's input function so that a refusal of the value comes back as false where PostgreSQL offers
/// that (16+); before, it raises, and the caller catches.
inline bool InputCall(FmgrInfo* function, char* text, Oid io_param, int32 typmod, Datum* result) {
#if PG_VERSION_NUM >= 160000
    ErrorSaveContext errors = {T_ErrorSaveContext, false, false, nullptr};
    return InputFunctionCallSafe(function, text, io_param, typmod, reinterpret_cast<fmNodePtr>(&errors),
                                 result);
#else
    *result = InputFunctionCall(function, text, io_param, typmod);
    return true;
#endif
}

/// The status of a process, counted from 1 in this transaction's snapshot of them; null: of none any more.
inline const LocalPgBackendStatus* BackendStatusAt(int place) {
#if PG_VERSION_NUM >= 160000
    return pgstat_get_local_beentry_by_index(place);
#else
    return pgstat_fetch_stat_local_beentry(place);
#endif
}

/// Whether a statement as parsed has RETURNING.
inline bool HasReturning(const InsertStmt* statement) {
#if PG_VERSION_NUM >= 180000
    return statement->returningClause != nullptr;
#else
    return statement->returningList != NIL;
#endif
}

/// A row of its own, palloc'd.
inline MinimalTuple FormMinimalTuple(TupleDesc descriptor, Datum* values, bool* nulls) {
#if PG_VERSION_NUM >= 180000
    return heap_form_minimal_tuple(descriptor, values, nulls, 0);
#else
    return heap_form_minimal_tuple(descriptor, values, nulls);
#endif
}

/// Parse analysis of one statement without parameters.
inline Query* AnalyzeStatement(RawStmt* statement, const char* sql) {
#if PG_VERSION_NUM >= 150000
    return parse_analyze_fixedparams(statement, sql, nullptr, 0, nullptr);
#else
    return parse_analyze(statement, sql, nullptr, 0, nullptr);
#endif
}

/// Analysis and rewriting of one statement without parameters.
inline List* AnalyzeAndRewrite(RawStmt* statement, const char* sql) {
#if PG_VERSION_NUM >= 150000
    return pg_analyze_and_rewrite_fixedparams(statement, sql, nullptr, 0, nullptr);
#else
    return pg_analyze_and_rewrite(statement, sql, nullptr, 0, nullptr);
#endif
}

/// Runs a started query to its end.
inline void RunExecutor(QueryDesc* query) {
#if PG_VERSION_NUM >= 180000
    ExecutorRun(query, ForwardScanDirection, 0);
#else
    ExecutorRun(query, ForwardScanDirection, 0, true);
#endif
}

/// The type a text such as numeric(10,2) names. Raises 42704, 42601.
inline void ParseTypeName(const char* text, Oid* type, int32* typmod) {
#if PG_VERSION_NUM >= 160000
    parseTypeString(text, type, typmod, nullptr);
#else
    parseTypeString(text, type, typmod, false);
#endif
}

/// The next value of a sort of Datums, palloc'd where it is passed by reference.
inline bool NextSortedDatum(Tuplesortstate* sort, Datum* value, bool* is_null) {
#if PG_VERSION_NUM >= 160000
    return tuplesort_getdatum(sort, true, true, value, is_null, nullptr);
#else
    return tuplesort_getdatum(sort, true, value, is_null, nullptr);
#endif
}

/// Where COPY's progress counts the rows that it refused (17+); -1: nowhere.
#if PG_VERSION_NUM >= 170000
inline constexpr int kCopyRefusedParam = PROGRESS_COPY_TUPLES_SKIPPED;
#else
inline constexpr int kCopyRefusedParam = -1;
#endif

}  // namespace pgsqlite::pg::compat
