// PostgreSQL's own word on translated SQL: each text is parsed and analysed, never run, so that what it would
// refuse is listed with its reason before anything is created.
#include "pg/catalog_query.hpp"
#include "pg/subtransaction.hpp"
#include "pg/survey/code_of_others.hpp"
#include "pg/survey/spec_sql.hpp"
#include "pg/survey/survey.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/regproc.h"
}

namespace pgsqlite::pg {
namespace {

/// Raises where a query's first column can't go into a column of a type as INSERT and DEFAULT put it there:
/// without a cast of its own.
void CheckAssignable(Query* query, const char* type) {
    // A DEFAULT has no FROM, and takes neither of these.
    if (query->rtable == NIL &&
        (query->hasSubLinks || query->hasAggs || query->hasWindowFuncs || query->hasTargetSRFs))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("a default takes no subquery, aggregate, window or set-returning function")));
    Expr* expression = linitial_node(TargetEntry, query->targetList)->expr;
    Oid from = exprType(reinterpret_cast<Node*>(expression));
    Oid to;
    int32 typmod;
    compat::ParseTypeName(type, &to, &typmod);
    if (can_coerce_type(1, &from, &to, COERCION_ASSIGNMENT)) return;
    if (IsA(expression, Const) && from == TEXTOID) {  // a literal, which takes the column's type
        Const* literal = reinterpret_cast<Const*>(expression);
        if (literal->constisnull || RunsCodeOfOthers(to)) return;
        Oid input, io_parameter;
        getTypeInputInfo(to, &input, &io_parameter);
        OidInputFunctionCall(input, TextDatumGetCString(literal->constvalue), io_parameter, typmod);
        return;
    }
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("it is of type %s, and the column of type %s: a cast is missing",
                           format_type_be(from), type)));
}

/// Names of the columns of a query's one FROM item that its WHERE mentions, subqueries of the condition
/// included, each once (char*). The row as a whole is no column.
List* ColumnsOfWhere(const Query* query) {
    const RangeTblEntry* row = linitial_node(RangeTblEntry, query->rtable);
    Bitmapset* numbers = nullptr;
    ListCell* cell;
    foreach (cell, pull_vars_of_level(query->jointree->quals, 0)) {
        const Var* column = static_cast<const Var*>(lfirst(cell));
        if (IsA(column, Var) && column->varattno > 0) numbers = bms_add_member(numbers, column->varattno);
    }
    List* names = NIL;
    for (int number = -1; (number = bms_next_member(numbers, number)) >= 0;)
        names = lappend(names, strVal(list_nth(row->eref->colnames, number - 1)));
    return names;
}

/// A function that another role has written, a superuser aside, in something that was analysed.
struct FoundCode {
    Oid function;
    Oid owner;
};

bool IsOfOthers(Oid function, void* context) {
    if (function < FirstNormalObjectId) return false;
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return false;
    const Oid owner = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proowner;
    ReleaseSysCache(tuple);
    if (owner == GetUserId() || superuser_arg(owner)) return false;
    *static_cast<FoundCode*>(context) = {function, owner};
    return true;
}

bool FindCodeOfOthers(Node* node, void* context) {
    if (node == nullptr) return false;
    if (IsA(node, RangeTblEntry)) return false;  // what it holds is walked by itself
    if (IsA(node, Query))
        return compat::WalkQuery(reinterpret_cast<Query*>(node), &FindCodeOfOthers, context);
    if (check_functions_in_node(node, &IsOfOthers, context)) return true;
    return compat::WalkExpression(node, &FindCodeOfOthers, context);
}

/// Null, or why a translation must not be used: in a schema of the search_path another role has what fits its
/// types better than PostgreSQL's own.
const char* CodeOfOthersIn(Query* query) {
    FoundCode found = {};
    if (!FindCodeOfOthers(reinterpret_cast<Node*>(query), &found)) return nullptr;
    return psprintf("by the search_path it would call %s, which role \"%s\" has written",
                    format_procedure_qualified(found.function), GetUserNameFromId(found.owner, false));
}

/// Null when PostgreSQL takes the text, else why not, palloc'd. Raises what concerns no text: a cancel,
/// memory.
/// @param written what `text` has to be, which is a part of the query, or (kIndex) an index over its rows
/// @param assigned_to a type for the first column, or null
/// @param[out] columns see ColumnsOfWhere; null: not asked
const char* Refusal(plan::SpecSql written, const char* text, const char* sql, bool immutable,
                    const char* assigned_to, List** columns) {
    const char* refusal = nullptr;
    const ErrorData* error = TryInSubtransaction(
        [&] {
            refusal = FormFault(written, text);
            if (refusal != nullptr || written == plan::SpecSql::kStatements) return;
            if (written == plan::SpecSql::kIndex) return CheckIndex(text, sql);
            List* statements = pg_parse_query(sql);
            if (list_length(statements) != 1)
                ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("it is more than one expression")));
            Query* query = compat::AnalyzeStatement(linitial_node(RawStmt, statements), sql);
            if (written == plan::SpecSql::kCheck &&
                (query->hasSubLinks || query->hasAggs || query->hasWindowFuncs || query->hasTargetSRFs))
                refusal = "a CHECK takes no subquery, aggregate, window or set-returning function";
            if (assigned_to != nullptr) CheckAssignable(query, assigned_to);
            if (immutable && contain_mutable_functions(reinterpret_cast<Node*>(query)))
                refusal = "its value is not immutable in PostgreSQL";
            if (columns != nullptr) *columns = ColumnsOfWhere(query);
            if (written == plan::SpecSql::kNone && refusal == nullptr) refusal = CodeOfOthersIn(query);
        },
        &IsOwnFault);
    if (error != nullptr) return psprintf("PostgreSQL says: %s", error->message);
    return refusal;
}

}  // namespace

void RunProbes(plan::Design* design) {
    auto* probes = NewIn<std::vector<plan::Probe>>(CurrentMemoryContext);
    Guard([&] { *probes = plan::ProbesOf(*design); });
    RunProbes(probes);
}

void RunProbes(std::vector<plan::Probe>* probes) {
    MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite probes", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(work);
    for (size_t i = 0; i < probes->size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        const plan::Probe& probe = (*probes)[i];
        if (!FitsServerEncoding(*probe.sql)) {
            Guard([&] { *probe.reason = "it has a character that the server encoding lacks"; });
            continue;
        }
        const bool assigned = probe.assigned_to != nullptr && !probe.assigned_to->empty();
        List* columns = NIL;
        const char* text = probe.text != nullptr ? ToServerText(*probe.text) : "";
        const char* refusal = nullptr;
        WithOwnNames(probe.by_path || probe.written != plan::SpecSql::kNone, [&] {
            refusal = Refusal(probe.written, text, ToServerText(*probe.sql), probe.immutable,
                              assigned ? ToServerText(*probe.assigned_to) : nullptr,
                              probe.columns != nullptr ? &columns : nullptr);
        });
        if (refusal == nullptr && probe.needs_columns && columns == NIL)
            refusal = "it names no column that could become NULL; name them in the rule's columns";
        if (refusal != nullptr) {
            const char* utf8 = ToUtf8(refusal);
            Guard([&] { *probe.reason = utf8; });
        }
        ListCell* cell;
        foreach (cell, columns) {
            const char* utf8 = ToUtf8(static_cast<const char*>(lfirst(cell)));
            Guard([&] { probe.columns->push_back(utf8); });
        }
        MemoryContextReset(work);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
}

}  // namespace pgsqlite::pg
