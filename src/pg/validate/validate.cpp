// sqlite.validate and sqlite.differences: the proof that both sides hold the same, or the rows that don't.
#include "pg/jobs/records/last_job.hpp"
#include "pg/validate/job_comparison.hpp"

extern "C" {
#include "utils/json.h"
}

namespace pgsqlite::pg::validate {
namespace {

constexpr int kVerdictColumns = 12;

Datum HexDatum(const digest::Digest& digest) {
    char hex[digest::Digest::kHexSize];
    digest.ToHex(hex);
    return PointerGetDatum(cstring_to_text_with_len(hex, sizeof(hex)));
}

void PutText(const char* text, Datum* value, bool* is_null) {
    *is_null = text == nullptr;
    if (text != nullptr) *value = CStringGetTextDatum(text);
}

/// A verdict as a row of sqlite.validate.
void PutVerdict(void* context, const Verdict& verdict) {
    ReturnSetInfo* result = static_cast<ReturnSetInfo*>(context);
    Datum values[kVerdictColumns] = {};
    bool nulls[kVerdictColumns] = {};
    PutText(verdict.pair->server, &values[0], &nulls[0]);
    PutText(verdict.pair->table, &values[1], &nulls[1]);
    PutText(verdict.pair->target, &values[2], &nulls[2]);
    const Outcome* outcome = verdict.outcome;
    if (outcome != nullptr) {
        values[3] = Int64GetDatum(static_cast<int64>(outcome->source.rows));
        values[4] = Int64GetDatum(static_cast<int64>(outcome->target.rows));
        values[5] = HexDatum(outcome->source.sum);
        values[6] = HexDatum(outcome->target.sum);
        values[7] = Int64GetDatum(outcome->missing);
        values[8] = Int64GetDatum(outcome->extra);
        values[9] = Int64GetDatum(outcome->different);
    } else {
        std::fill(nulls + 3, nulls + 10, true);
    }
    PutText(verdict.status, &values[10], &nulls[10]);
    PutText(verdict.reason, &values[11], &nulls[11]);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/// The rows of sqlite.differences.
struct Listing {
    ReturnSetInfo* result;
    const TablePair* pair;
    const char* obstacle;  ///< why there was nothing to compare; lives in `memory`
    MemoryContext memory;

    static Listing For(FunctionCallInfo fcinfo) {
        return {BeginMaterialized(fcinfo), nullptr, nullptr, CurrentMemoryContext};
    }
};

void AppendJson(StringInfo json, const char* name, const char* text) {
    appendStringInfoString(json, json->len > 1 ? ", " : "");
    escape_json(json, name);
    appendStringInfoString(json, ": ");
    if (text != nullptr)
        escape_json(json, text);
    else
        appendStringInfoString(json, "null");
}

Datum JsonbOf(const char* json) {
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
}

/// The key as {"column": "value"}; null where the whole row is the key.
Datum KeyOf(const TablePair& pair, char* const* texts, bool* is_null) {
    *is_null = pair.sink.key_count == 0;
    if (*is_null) return 0;
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '{');
    for (int i = 0; i < pair.sink.key_count; ++i)
        AppendJson(&json, pair.names[i], texts[i]);
    appendStringInfoChar(&json, '}');
    return JsonbOf(json.data);
}

const char* WholeRow(const TablePair& pair, char* const* texts) {
    if (texts == nullptr) return nullptr;
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '{');
    for (int i = 0; i < pair.sink.column_count; ++i)
        AppendJson(&json, pair.names[i], texts[i]);
    appendStringInfoChar(&json, '}');
    return json.data;
}

void PutDifference(const Listing& listing, const DifferentRow& row, const char* column, const char* source,
                   const char* target) {
    static constexpr const char* kKinds[] = {"missing", "extra", "changed"};
    const TablePair& pair = *listing.pair;
    Datum values[6] = {};
    bool nulls[6] = {};
    values[0] = CStringGetTextDatum(pair.target);
    values[1] = CStringGetTextDatum(kKinds[static_cast<int>(row.kind)]);
    values[2] = KeyOf(pair, row.source != nullptr ? row.source : row.target, &nulls[2]);
    PutText(column, &values[3], &nulls[3]);
    PutText(source, &values[4], &nulls[4]);
    PutText(target, &values[5], &nulls[5]);
    tuplestore_putvalues(listing.result->setResult, listing.result->setDesc, values, nulls);
}

void TakeDifference(void* context, const DifferentRow& row) {
    const Listing& listing = *static_cast<Listing*>(context);
    if (row.kind != Difference::kChanged)
        return PutDifference(listing, row, nullptr, WholeRow(*listing.pair, row.source),
                             WholeRow(*listing.pair, row.target));
    for (int i = 0; i < listing.pair->sink.column_count; ++i)
        if (row.differs[i]) PutDifference(listing, row, listing.pair->names[i], row.source[i], row.target[i]);
}

void BeginPair(void* context, const TablePair& pair) {
    static_cast<Listing*>(context)->pair = &pair;
}

void NoteObstacle(void* context, const Verdict& verdict) {
    Listing* listing = static_cast<Listing*>(context);
    if (verdict.outcome == nullptr)
        listing->obstacle =
            MemoryContextStrdup(listing->memory, psprintf("%s: %s", verdict.pair->target, verdict.reason));
}

/// A table that can't be compared has no differences to list: that must not look like none.
void RaiseObstacle(const Listing& listing) {
    if (listing.obstacle == nullptr) return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the table cannot be compared"),
                    errdetail("%s.", listing.obstacle)));
}

const digest::Mapping& MappingArgument(FunctionCallInfo fcinfo, int index) {
    auto* mapping = NewIn<digest::Mapping>(CurrentMemoryContext);
    Jsonb* jsonb = PG_GETARG_JSONB_P(index);
    const char* utf8 = ToUtf8(JsonbToCString(nullptr, &jsonb->root, VARSIZE(jsonb)));
    Guard([&] { *mapping = digest::ParseMapping(utf8); });
    return *mapping;
}

int LimitArgument(FunctionCallInfo fcinfo, int index) {
    constexpr int kMost = 100000;
    const int limit = PG_GETARG_INT32(index);
    if (limit < 1 || limit > kMost)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("max_rows must be between 1 and %d", kMost)));
    return limit;
}

}  // namespace
}  // namespace pgsqlite::pg::validate

using namespace pgsqlite::pg;
using namespace pgsqlite::pg::validate;

PG_SQLITE_FUNCTION(pg_sqlite_validate_job) {
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const jobs::ChosenJob chosen = jobs::ChooseJob(PG_ARGISNULL(0) ? nullptr : &named);
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    jobs::AsRole(chosen.act_as, [&] { JudgeJob(chosen.job, nullptr, nullptr, {&PutVerdict, result}); });
    return static_cast<Datum>(0);
}

PG_SQLITE_FUNCTION(pg_sqlite_validate_relations) {
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    TablePair* pair = PairRelations(PG_GETARG_OID(0), PG_GETARG_OID(1), MappingArgument(fcinfo, 2));
    JudgePair(pair, nullptr, nullptr, {&PutVerdict, result});
    return static_cast<Datum>(0);
}

PG_SQLITE_FUNCTION(pg_sqlite_differences_job) {
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("table_name and max_rows must not be null")));
    const int64 named = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    const jobs::ChosenJob chosen = jobs::ChooseJob(PG_ARGISNULL(0) ? nullptr : &named);
    Listing listing = Listing::For(fcinfo);
    const DifferenceTaker taker = {&BeginPair, &TakeDifference, &listing, LimitArgument(fcinfo, 2)};
    const char* table = text_to_cstring(PG_GETARG_TEXT_PP(1));
    jobs::AsRole(chosen.act_as, [&] { JudgeJob(chosen.job, table, &taker, {&NoteObstacle, &listing}); });
    RaiseObstacle(listing);
    return static_cast<Datum>(0);
}

PG_SQLITE_FUNCTION(pg_sqlite_differences_relations) {
    Listing listing = Listing::For(fcinfo);
    TablePair* pair = PairRelations(PG_GETARG_OID(0), PG_GETARG_OID(1), MappingArgument(fcinfo, 2));
    const DifferenceTaker taker = {&BeginPair, &TakeDifference, &listing, LimitArgument(fcinfo, 3)};
    JudgePair(pair, nullptr, &taker, {&NoteObstacle, &listing});
    RaiseObstacle(listing);
    return static_cast<Datum>(0);
}
