#include "pg/jobs/run/load_arguments.hpp"

#include "core/schema/keywords.hpp"
#include "core/spec/spec.hpp"
#include "pg/jobs/records/reject_limit.hpp"
#include "pg/load/collect.hpp"
#include "pg/survey/spec_sql.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pgsqlite::pg::jobs {
namespace {

const char* TextArgument(FunctionCallInfo fcinfo, int index, const char* name) {
    if (PG_ARGISNULL(index))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("argument \"%s\" must not be null", name)));
    return text_to_cstring(PG_GETARG_TEXT_PP(index));
}

/// An argument of type "any" as text; null for NULL.
const char* AnyArgument(FunctionCallInfo fcinfo, int index) {
    if (PG_ARGISNULL(index)) return nullptr;
    const Oid type = get_fn_expr_argtype(fcinfo->flinfo, index);
    if (type == UNKNOWNOID) return DatumGetCString(PG_GETARG_DATUM(index));
    Oid output;
    bool is_varlena;
    getTypeOutputInfo(type, &output, &is_varlena);
    return OidOutputFunctionCall(output, PG_GETARG_DATUM(index));
}

/// The only statement of a text. Raises 42601 where there are more, or none, or one of another kind.
RawStmt* ParseOne(const char* sql, NodeTag kind) {
    List* statements = pg_parse_query(sql);
    RawStmt* statement = list_length(statements) == 1 ? linitial_node(RawStmt, statements) : nullptr;
    if (statement == nullptr || nodeTag(statement->stmt) != kind)
        ereport(ERROR,
                (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a load is one query, not several statements")));
    return statement;
}

/// Without the semicolon and what else may stand behind it.
const char* TextOf(const RawStmt* statement, const char* sql) {
    const char* text = sql + statement->stmt_location;
    return statement->stmt_len > 0 ? pnstrdup(text, static_cast<Size>(statement->stmt_len)) : text;
}

InsertStmt* CheckInsert(RawStmt* statement) {
    InsertStmt* insert = castNode(InsertStmt, statement->stmt);
    if (insert->onConflictClause != nullptr || compat::HasReturning(insert) || insert->selectStmt == nullptr)
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
                        errmsg("the query of a load is a SELECT, without ON CONFLICT and RETURNING"),
                        errhint("Migrations have \"existing\" for rows that are already there.")));
    if (insert->override == OVERRIDING_USER_VALUE)
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a load takes no OVERRIDING USER VALUE"),
                 errhint("Leave the identity column out of the target's columns and the query.")));
    return insert;
}

/// Names of the first `count` columns, as INSERT takes them.
List* FirstColumns(Oid relation, int count) {
    Relation target = table_open(relation, AccessShareLock);
    TupleDesc descriptor = RelationGetDescr(target);
    List* names = NIL;
    for (int i = 0; i < descriptor->natts && list_length(names) < count; ++i)
        if (!TupleDescAttr(descriptor, i)->attisdropped)
            names = lappend(names, makeString(pstrdup(NameStr(TupleDescAttr(descriptor, i)->attname))));
    table_close(target, AccessShareLock);
    if (list_length(names) < count)
        ereport(ERROR,
                (errcode(ERRCODE_SYNTAX_ERROR),
                 errmsg("the query gives %d columns, and the target has %d", count, list_length(names))));
    return names;
}

List* TargetColumns(const InsertStmt* insert, Oid relation, RawStmt* select, const char* query) {
    Query* analyzed = compat::AnalyzeStatement(select, query);
    int count = 0;
    ListCell* cell;
    foreach (cell, analyzed->targetList)
        if (!lfirst_node(TargetEntry, cell)->resjunk) ++count;
    if (insert->cols == NIL) return FirstColumns(relation, count);
    List* names = NIL;
    foreach (cell, insert->cols) {
        const ResTarget* column = lfirst_node(ResTarget, cell);
        if (column->indirection != NIL)
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("a load writes whole columns, not parts of them")));
        names = lappend(names, makeString(column->name));
    }
    if (list_length(names) != count)
        ereport(ERROR,
                (errcode(ERRCODE_SYNTAX_ERROR),
                 errmsg("the query gives %d columns for %d of the target", count, list_length(names))));
    return names;
}

/// Literals without a type in the query take the column's, as in INSERT … SELECT NULL; below a FROM they
/// would be text.
/// @return beside `columns`, in UTF-8: the type to cast to, or ''
List* TypesOfLiterals(RawStmt* insert, const char* sql, Oid relation, const List* columns) {
    const Query* analyzed = compat::AnalyzeStatement(insert, sql);
    const List* select = NIL;
    const ListCell* cell;
    foreach (cell, analyzed->rtable) {
        const RangeTblEntry* entry = lfirst_node(RangeTblEntry, cell);
        if (entry->rtekind == RTE_SUBQUERY && std::strcmp(entry->eref->aliasname, "*SELECT*") == 0)
            select = entry->subquery->targetList;
    }
    List* types = NIL;
    foreach (cell, columns) {
        const int place = list_length(types);
        const bool untyped =
            place < list_length(select) &&
            exprType(reinterpret_cast<Node*>(list_nth_node(TargetEntry, select, place)->expr)) == UNKNOWNOID;
        const Oid type =
            untyped ? get_atttype(relation, get_attnum(relation, strVal(lfirst(cell)))) : InvalidOid;
        types = lappend(
            types, makeString(OidIsValid(type) ? ToUtf8(format_type_extended(
                                                     getBaseType(type), -1,
                                                     FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY))
                                               : pstrdup("")));
    }
    return types;
}

void FillTask(plan::LoadTask* task, const char* target, const char* query, const List* columns,
              const List* types, const char* rules) {
    task->target = target;
    std::string list;
    const ListCell *column, *type;
    forboth(column, columns, type, types) {
        task->columns.emplace_back(strVal(lfirst(column)));
        const std::string name = schema::QuotePgIdentifierIfNeeded(task->columns.back());
        const char* cast = strVal(lfirst(type));
        task->expressions.push_back(*cast == '\0' ? name : "CAST(" + name + " AS " + cast + ")");
        list += (list.empty() ? "" : ", ") + name;
    }
    task->source = "(" + std::string(query) + "\n) AS source (" + list + ")";
    if (rules == nullptr) return;
    const spec::Spec spec = spec::Spec::Parse(R"({"tables": {"*": {"rules": )" + std::string(rules) + "}}}");
    for (const spec::RowRule& rule : spec.ForTable("", "source").rules)
        task->rules.push_back({rule.name, rule.condition, rule.on_fail, rule.columns, false});
}

void CheckRules(const plan::LoadTask& task) {
    for (const plan::LoadRule& rule : task.rules)
        if (const char* fault = FormFault(plan::SpecSql::kExpression, ToServerText(rule.condition)))
            ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
                            errmsg("rule \"%s\": %s", ToServerText(rule.name), fault)));
}

}  // namespace

char* LoadJson(const plan::LoadTask& task) {
    return load::SqlText([&] { return plan::ToJson(task); });
}

LoadArguments ReadLoadArguments(FunctionCallInfo fcinfo) {
    LoadArguments arguments = {};
    const char* target = TextArgument(fcinfo, 0, "target");
    const char* query = TextArgument(fcinfo, 1, "query");
    // PostgreSQL's parser can't be cancelled; every column of a table with the longest names has room in it.
    constexpr Size kMaxTargetBytes = 1024 * 1024;
    if (strlen(target) > kMaxTargetBytes)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("the target of a load has %zu bytes", strlen(target)),
                        errdetail("It may have %zu.", kMaxTargetBytes)));
    arguments.on_error = TextArgument(fcinfo, 2, "on_error");
    if (std::strcmp(arguments.on_error, "error") != 0 && std::strcmp(arguments.on_error, "reject") != 0)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("invalid on_error \"%s\"", arguments.on_error), errhint("It is error or reject.")));
    arguments.max_rejects_text = AnyArgument(fcinfo, 3);
    const RejectLimit limit = ParseRejectLimit(arguments.max_rejects_text);
    arguments.max_rejects = limit.rows;
    arguments.max_percent = limit.percent;
    const char* rules = nullptr;
    if (!PG_ARGISNULL(4)) {
        Jsonb* json = PG_GETARG_JSONB_P(4);
        rules = ToUtf8(JsonbToCString(nullptr, &json->root, VARSIZE(json)));
    }
    arguments.has_job = !PG_ARGISNULL(5);
    if (arguments.has_job) arguments.job = PG_GETARG_INT64(5);

    RawStmt* select = ParseOne(query, T_SelectStmt);
    query = TextOf(select, query);
    const char* statement = psprintf("INSERT INTO %s\n%s", target, query);
    const InsertStmt* insert = CheckInsert(ParseOne(statement, T_InsertStmt));
    arguments.target_oid = RangeVarGetRelid(insert->relation, AccessShareLock, false);
    arguments.target = quote_qualified_identifier(get_namespace_name(get_rel_namespace(arguments.target_oid)),
                                                  get_rel_name(arguments.target_oid));
    const List* columns = TargetColumns(insert, arguments.target_oid, ParseOne(query, T_SelectStmt), query);
    const List* types =
        TypesOfLiterals(ParseOne(statement, T_InsertStmt), statement, arguments.target_oid, columns);
    arguments.task = NewIn<plan::LoadTask>(CurrentMemoryContext);
    const char* utf8_query = ToUtf8(query);
    const char* utf8_target = ToUtf8(arguments.target);
    List* utf8_columns = NIL;
    const ListCell* cell;
    foreach (cell, columns)
        utf8_columns = lappend(utf8_columns, makeString(ToUtf8(strVal(lfirst(cell)))));
    Guard([&] { FillTask(arguments.task, utf8_target, utf8_query, utf8_columns, types, rules); });
    CheckRules(*arguments.task);
    arguments.task->overriding = insert->override == OVERRIDING_SYSTEM_VALUE;
    arguments.task->reject = std::strcmp(arguments.on_error, "reject") == 0;
    return arguments;
}

}  // namespace pgsqlite::pg::jobs
