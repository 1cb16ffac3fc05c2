#include "pg/functions/report.hpp"

#include "pg/fdw/connect/access.hpp"

namespace pgsqlite::pg::functions {
namespace {

Datum TextDatum(const std::string& text) {
    return CStringGetTextDatum(ToServerText(text));
}

Datum ArrayDatum(Datum* items, bool* nulls, size_t count, Oid element) {
    int16 length;
    bool by_value;
    char alignment;
    get_typlenbyvalalign(element, &length, &by_value, &alignment);
    int dimension = static_cast<int>(count);
    int lower_bound = 1;
    return PointerGetDatum(construct_md_array(items, nulls, count > 0 ? 1 : 0, &dimension, &lower_bound,
                                              element, length, by_value, alignment));
}

Datum TextArray(const assess::TextList& list) {
    Datum* items = static_cast<Datum*>(palloc0(sizeof(Datum) * (list.size() + 1)));
    bool* nulls = static_cast<bool*>(palloc0(sizeof(bool) * (list.size() + 1)));
    for (size_t i = 0; i < list.size(); ++i) {
        nulls[i] = !list[i].has_value();
        if (!nulls[i]) items[i] = TextDatum(*list[i]);
    }
    return ArrayDatum(items, nulls, list.size(), TEXTOID);
}

Datum FlagArray(const assess::FlagList& list) {
    Datum* items = static_cast<Datum*>(palloc0(sizeof(Datum) * (list.size() + 1)));
    for (size_t i = 0; i < list.size(); ++i)
        items[i] = BoolGetDatum(list[i]);
    return ArrayDatum(items, nullptr, list.size(), BOOLOID);
}

/// @param type what the function's result has in this place
Datum FieldDatum(const assess::Field& field, Oid type, bool* null) {
    *null = false;
    if (const bool* flag = std::get_if<bool>(&field)) return BoolGetDatum(*flag);
    if (const int64_t* number = std::get_if<int64_t>(&field))
        return type == INT4OID ? Int32GetDatum(static_cast<int32>(*number)) : Int64GetDatum(*number);
    if (const std::string* text = std::get_if<std::string>(&field))
        return type == JSONBOID ? JsonbDatum(*text) : TextDatum(*text);
    if (const auto* list = std::get_if<assess::TextList>(&field)) return TextArray(*list);
    if (const auto* list = std::get_if<assess::FlagList>(&field)) return FlagArray(*list);
    *null = true;
    return static_cast<Datum>(0);
}

}  // namespace

Datum JsonbDatum(std::string_view json) {
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(ToServerText(json)));
}

LookedAt LookAt(MemoryContext context, const char* server_name) {
    ForeignServer* server = GetForeignServerByName(server_name, false);
    fdw::CheckIsSqlite(server);
    fdw::CheckServerUsage(server->serverid, server_name);
    LookedAt looked_at = {};
    looked_at.options = fdw::ReadServerOptions(server->options);
    looked_at.pin = fdw::Pin::Acquire(context, server->serverid);
    fdw::RequireCommitted(looked_at.pin);
    looked_at.database = looked_at.pin->database();
    return looked_at;
}

void PutRelation(ReturnSetInfo* result, const assess::Relation& relation) {
    TupleDesc descriptor = result->setDesc;
    const size_t count = relation.columns.size();
    if (static_cast<size_t>(descriptor->natts) != count)
        elog(ERROR, "the function returns %d columns, and its report has %zu", descriptor->natts, count);
    Datum* values = static_cast<Datum*>(palloc0(sizeof(Datum) * count));
    bool* nulls = static_cast<bool*>(palloc0(sizeof(bool) * count));
    MemoryContext row_context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite report row", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(row_context);
    for (size_t row = 0; row < relation.rows.size(); ++row) {
        CHECK_FOR_INTERRUPTS();
        for (size_t i = 0; i < count; ++i)
            values[i] = FieldDatum(relation.rows[row][i],
                                   TupleDescAttr(descriptor, static_cast<int>(i))->atttypid, &nulls[i]);
        tuplestore_putvalues(result->setResult, descriptor, values, nulls);
        MemoryContextReset(row_context);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(row_context);
}

}  // namespace pgsqlite::pg::functions
