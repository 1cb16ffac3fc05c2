// sqlite.validate_queries: an application's own queries, asked on both sides: do they answer the same, and
// how fast.
#include "pg/fdw/connect/access.hpp"
#include "pg/subtransaction.hpp"
#include "pg/validate/compare.hpp"

extern "C" {
#include "portability/instr_time.h"
}

namespace pgsqlite::pg::validate {
namespace {

constexpr int kResultColumns = 11;

struct QueryPair {
    const char* name;
    const char* sqlite;
    const char* postgresql;
};

[[noreturn]] void RefuseQueries() {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("queries must be a JSON object of texts"),
             errhint("Each member is \"name\": \"one query for both\" or \"name\": {\"sqlite\": \"…\", "
                     "\"postgresql\": \"…\"}.")));
}

const char* StringOf(const JsonbValue* value) {
    if (value == nullptr || value->type != jbvString) RefuseQueries();
    return pnstrdup(value->val.string.val, static_cast<Size>(value->val.string.len));
}

const char* Member(JsonbContainer* object, const char* name) {
    JsonbValue value;
    return StringOf(getKeyJsonValueFromContainer(object, name, static_cast<int>(std::strlen(name)), &value));
}

/// QueryPair *.
List* ReadQueries(Jsonb* jsonb) {
    if (!JB_ROOT_IS_OBJECT(jsonb)) RefuseQueries();
    List* pairs = NIL;
    JsonbIterator* iterator = JsonbIteratorInit(&jsonb->root);
    JsonbValue value;
    JsonbIteratorToken token;
    QueryPair* pair = nullptr;
    while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE) {
        if (token == WJB_KEY) {
            pair = static_cast<QueryPair*>(palloc0(sizeof(QueryPair)));
            pair->name = StringOf(&value);
        } else if (token == WJB_VALUE) {
            const bool both = value.type != jbvBinary;
            if (!both && !JsonContainerIsObject(value.val.binary.data)) RefuseQueries();
            pair->sqlite = both ? StringOf(&value) : Member(value.val.binary.data, "sqlite");
            pair->postgresql = both ? pair->sqlite : Member(value.val.binary.data, "postgresql");
            pairs = lappend(pairs, pair);
        }
    }
    return pairs;
}

/// What PostgreSQL's query gives, and whether it says in which order.
struct Analysis {
    List* types;
    bool ordered;
};

Analysis Analyze(const char* sql) {
    List* statements = pg_parse_query(sql);
    if (list_length(statements) != 1)
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a query is one statement, not several")));
    const Query* query = compat::AnalyzeStatement(linitial_node(RawStmt, statements), sql);
    if (query->commandType != CMD_SELECT || query->hasModifyingCTE)
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("only queries that read can be compared")));
    Analysis analysis = {NIL, query->sortClause != NIL};
    ListCell* cell;
    foreach (cell, query->targetList) {
        const TargetEntry* entry = lfirst_node(TargetEntry, cell);
        if (entry->resjunk) continue;
        const Oid type = exprType(reinterpret_cast<Node*>(entry->expr));
        analysis.types = lappend_oid(analysis.types, type == UNKNOWNOID ? TEXTOID : type);
    }
    return analysis;
}

/// SQLite's answer, in the types that PostgreSQL's has.
const char* SqliteQuery(const char* server, const char* sql, const List* types) {
    StringInfoData query;
    initStringInfo(&query);
    appendStringInfo(&query, "SELECT * FROM sqlite.query(%s, %s) AS t (", quote_literal_cstr(server),
                     quote_literal_cstr(sql));
    for (int i = 0; i < list_length(types); ++i)
        appendStringInfo(&query, "%sc%d %s", i > 0 ? ", " : "", i + 1,
                         format_type_extended(list_nth_oid(types, i), -1, FORMAT_TYPE_FORCE_QUALIFY));
    appendStringInfoChar(&query, ')');
    return query.data;
}

/// The rows as they come, one after the other.
void Chain(void* context, const SideRow& row) {
    auto* chain = static_cast<digest::Digest*>(context);
    const digest::Digest both[] = {*chain, row.row};
    *chain = digest::Hash(Bytes(reinterpret_cast<const char*>(both), sizeof(both)));
}

int CompareTimes(const void* a, const void* b) {
    const double first = *static_cast<const double*>(a), second = *static_cast<const double*>(b);
    return first < second ? -1 : first > second ? 1 : 0;
}

struct Times {
    double median;
    double p95;
};

/// Reads a side some times.
/// @param chain the order of its rows
Times TimeSide(Side* side, int runs, digest::Digest* chain) {
    double* times = static_cast<double*>(palloc(sizeof(double) * static_cast<Size>(runs)));
    for (int i = 0; i < runs; ++i) {
        *chain = {};
        instr_time start, end;
        INSTR_TIME_SET_CURRENT(start);
        ReadSide(side, {&Chain, chain});
        INSTR_TIME_SET_CURRENT(end);
        INSTR_TIME_SUBTRACT(end, start);
        times[i] = INSTR_TIME_GET_MILLISEC(end);
    }
    qsort(times, static_cast<size_t>(runs), sizeof(double), &CompareTimes);
    // The nearest rank.
    const auto rank = [runs](double share) { return static_cast<int>(std::ceil(share * runs)) - 1; };
    return {times[rank(0.5)], times[rank(0.95)]};
}

Side MakeSide(const List* types, const char* query) {
    Side side = {};
    side.column_count = list_length(types);
    side.forms =
        static_cast<DatumForm**>(palloc(sizeof(DatumForm*) * static_cast<Size>(side.column_count + 1)));
    for (int i = 0; i < side.column_count; ++i)
        side.forms[i] = MakeDatumForm(list_nth_oid(types, i));
    side.query = query;
    return side;
}

void CompareQueries(ReturnSetInfo* result, const char* server, const QueryPair& pair, int runs) {
    const Analysis analysis = Analyze(pair.postgresql);
    Side source = MakeSide(analysis.types, SqliteQuery(server, pair.sqlite, analysis.types));
    Side target = MakeSide(analysis.types, pair.postgresql);
    digest::Digest order[2];
    const Times source_times = TimeSide(&source, runs, &order[0]);
    const Times target_times = TimeSide(&target, runs, &order[1]);
    const Outcome outcome = Compare(&source, &target, nullptr, nullptr);
    const bool same = outcome.missing == 0 && outcome.extra == 0;
    const bool disordered = same && analysis.ordered && order[0] != order[1];
    Datum values[kResultColumns] = {
        CStringGetTextDatum(pair.name),
        CStringGetTextDatum(same && !disordered ? "identical" : "differs"),
        Int64GetDatum(static_cast<int64>(outcome.source.rows)),
        Int64GetDatum(static_cast<int64>(outcome.target.rows)),
        Int64GetDatum(outcome.missing),
        Int64GetDatum(outcome.extra),
        Float8GetDatum(source_times.median),
        Float8GetDatum(source_times.p95),
        Float8GetDatum(target_times.median),
        Float8GetDatum(target_times.p95),
        disordered ? CStringGetTextDatum("the same rows, in another order") : static_cast<Datum>(0)};
    bool nulls[kResultColumns] = {};
    nulls[kResultColumns - 1] = !disordered;
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/// What keeps a query from being compared is its result.
bool IsAnswer(const ErrorData* error) noexcept {
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    return category != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR);
}

void CompareOrTell(ReturnSetInfo* result, const char* server, const QueryPair& pair, int runs) {
    ErrorData* error = TryInSubtransaction([&] { CompareQueries(result, server, pair, runs); }, &IsAnswer);
    if (error == nullptr) return;
    Datum values[kResultColumns] = {};
    bool nulls[kResultColumns];
    std::fill(nulls, nulls + kResultColumns, true);
    values[0] = CStringGetTextDatum(pair.name);
    values[1] = CStringGetTextDatum("cannot compare");
    values[kResultColumns - 1] = CStringGetTextDatum(error->message);
    nulls[0] = nulls[1] = nulls[kResultColumns - 1] = false;
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace
}  // namespace pgsqlite::pg::validate

using namespace pgsqlite::pg;
using namespace pgsqlite::pg::validate;

PG_SQLITE_FUNCTION(pg_sqlite_validate_queries) {
    const char* server_name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* schema = text_to_cstring(PG_GETARG_TEXT_PP(1));
    const int runs = PG_GETARG_INT32(3);
    constexpr int kMostRuns = 1000;
    if (runs < 1 || runs > kMostRuns)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("runs must be between 1 and %d", kMostRuns)));
    ForeignServer* server = GetForeignServerByName(server_name, false);
    fdw::CheckIsSqlite(server);
    fdw::CheckServerUsage(server->serverid, server_name);
    (void)get_namespace_oid(schema, false);
    const List* pairs = ReadQueries(PG_GETARG_JSONB_P(2));
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    // The queries find the migrated tables first, as the application will.
    const int level = NewGUCNestLevel();
    const char* path = GetConfigOption("search_path", false, false);
    (void)set_config_option("search_path",
                            psprintf("%s%s%s", quote_identifier(schema), *path != '\0' ? ", " : "", path),
                            PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    ListCell* cell;
    foreach (cell, pairs) {
        CHECK_FOR_INTERRUPTS();
        CompareOrTell(result, server_name, *static_cast<QueryPair*>(lfirst(cell)), runs);
    }
    AtEOXact_GUC(true, level);
    return static_cast<Datum>(0);
}
