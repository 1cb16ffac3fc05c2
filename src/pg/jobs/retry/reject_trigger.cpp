// Trigger of sqlite.rejects: what its owner may do to a reject by UPDATE. A mended row keeps its form, and is
// marked, so that a retry takes it as it stands; a state goes from open to ignored and back.
#include "core/sqlite/rejected_row.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {
namespace {

Datum ColumnOf(HeapTuple tuple, TupleDesc descriptor, const char* name, bool* is_null) {
    return heap_getattr(tuple, SPI_fnumber(descriptor, name), descriptor, is_null);
}

const char* RowOf(HeapTuple tuple, TupleDesc descriptor) {
    bool is_null;
    const Datum row = ColumnOf(tuple, descriptor, "row", &is_null);
    if (is_null) return nullptr;
    Jsonb* json = DatumGetJsonbP(row);
    return ToUtf8(JsonbToCString(nullptr, &json->root, VARSIZE(json)));
}

/// A NULL is no state: the table's NOT NULL refuses it behind the trigger.
const char* StateOf(HeapTuple tuple, TupleDesc descriptor) {
    bool is_null;
    const Datum state = ColumnOf(tuple, descriptor, "state", &is_null);
    return is_null ? "" : TextDatumGetCString(state);
}

/// It reads the columns of its own table as what they are there: only as that table's trigger.
void CheckIsOurs(FunctionCallInfo fcinfo) {
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("sqlite.check_reject is the trigger of sqlite.rejects")));
    const TriggerData* trigger = reinterpret_cast<const TriggerData*>(fcinfo->context);
    Relation relation = trigger->tg_relation;
    if (RelationGetRelid(relation) != get_relname_relid("rejects", get_namespace_oid("sqlite", false)) ||
        !TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
        !TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("sqlite.check_reject is the trigger of sqlite.rejects"),
                        errdetail("It was fired as trigger \"%s\" of \"%s\".", trigger->tg_trigger->tgname,
                                  RelationGetRelationName(relation))));
}

void CheckStates(const char* before, const char* after) {
    if (strcmp(before, after) == 0) return;
    if (strcmp(before, "loaded") == 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("a reject that was loaded stays so"), errdetail("Its row is in the target.")));
    if (strcmp(after, "loaded") == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("a reject becomes \"loaded\" by sqlite.retry_rejects"),
                        errhint("By UPDATE it becomes \"ignored\", or \"open\" again.")));
}

}  // namespace
}  // namespace pgsqlite::pg::jobs

using namespace pgsqlite;
using namespace pgsqlite::pg;
using namespace pgsqlite::pg::jobs;

PG_SQLITE_FUNCTION(pg_sqlite_check_reject) {
    CheckIsOurs(fcinfo);
    const TriggerData* trigger = reinterpret_cast<const TriggerData*>(fcinfo->context);
    TupleDesc descriptor = RelationGetDescr(trigger->tg_relation);
    HeapTuple before = trigger->tg_trigtuple, after = trigger->tg_newtuple;
    CheckStates(StateOf(before, descriptor), StateOf(after, descriptor));
    const char* old_row = RowOf(before, descriptor);
    const char* new_row = RowOf(after, descriptor);
    if (new_row != nullptr && old_row != nullptr && strcmp(old_row, new_row) == 0)
        return PointerGetDatum(after);
    if (new_row != nullptr)
        Guard([&] {
            const auto mended = sqlite::RejectedRow::Parse(new_row);
            if (old_row != nullptr) mended.CheckReplaces(sqlite::RejectedRow::Parse(old_row));
        });
    int column = SPI_fnumber(descriptor, "mended");
    Datum value = BoolGetDatum(new_row != nullptr);
    bool is_null = false;
    return PointerGetDatum(heap_modify_tuple_by_cols(after, descriptor, 1, &column, &value, &is_null));
}
