#include "pg/fdw/modify/modify.hpp"

#include "pg/fdw/modify/row_writer.hpp"
#include "pg/fdw/plan/plan.hpp"
#include "pg/fdw/scan/row_marks.hpp"

extern "C" {
#include "access/sysattr.h"
#include "optimizer/appendinfo.h"
}

namespace pgsqlite::pg::fdw {
namespace {

/// Names of the values by which a row is found, among a plan's; with a number behind.
constexpr char kKeyName[] = "pg_sqlite_key_";

struct ModifyState {
    WritableTable* table;
    RowWriter* writer;
    AttrNumber* junk;  ///< of the plan's row: the identity's values, in their order
    int junk_count;
    value::Cell* identity;  ///< the present row's
    MemoryContext row_context;
    std::unordered_set<std::string>* updated;  ///< rows by which a join may come again; null where none can
    bool key_may_differ;                       ///< a key's cell may be spelt otherwise than it is written
};

ModifyState* StateOf(ResultRelInfo* result) {
    return static_cast<ModifyState*>(result->ri_FdwState);
}

bool HasTrigger(const ResultRelInfo* result, bool TriggerDesc::*which) {
    return result->ri_TrigDesc != nullptr && result->ri_TrigDesc->*which;
}

/// Attributes that SQLite gets values for. What INSERT does not name, and PostgreSQL has no default for, is
/// left to SQLite's own default.
List* WrittenAttributes(EState* estate, ResultRelInfo* result, const WritableTable& table,
                        CmdType operation) {
    const TupleDesc descriptor = RelationGetDescr(result->ri_RelationDesc);
    const bool all = operation == CMD_INSERT ? HasTrigger(result, &TriggerDesc::trig_insert_before_row)
                                             : HasTrigger(result, &TriggerDesc::trig_update_before_row);
    Bitmapset* named =
        operation == CMD_INSERT ? ExecGetInsertedCols(result, estate) : ExecGetUpdatedCols(result, estate);
    List* attributes = NIL;
    for (int i = 1; i <= descriptor->natts; ++i) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i - 1);
        const WrittenColumn& column = table.columns[i - 1];
        if (attribute->attisdropped || column.name == nullptr || attribute->attgenerated != '\0') continue;
        const bool is_named = bms_is_member(i - FirstLowInvalidHeapAttributeNumber, named);
        if (column.generated) {
            if (is_named)
                ereport(ERROR, (errcode(ERRCODE_GENERATED_ALWAYS),
                                errmsg("column \"%s\" of %s can't be written", NameStr(attribute->attname),
                                       table.relation->qualified_name),
                                errdetail("SQLite generates it.")));
            continue;
        }
        if (is_named || all ||
            (operation == CMD_INSERT && (attribute->atthasdef || attribute->attidentity != '\0')))
            attributes = lappend_int(attributes, i);
    }
    return attributes;
}

/// Whether the row as SQLite has it then is looked at. @param plan null for COPY
bool WantsRow(const ModifyTable* plan, const ResultRelInfo* result, CmdType operation) {
    if (plan != nullptr && (plan->returningLists != NIL || plan->withCheckOptionLists != NIL)) return true;
    switch (operation) {
        case CMD_INSERT:
            return HasTrigger(result, &TriggerDesc::trig_insert_after_row) ||
                   HasTrigger(result, &TriggerDesc::trig_insert_new_table);
        case CMD_UPDATE:
            return HasTrigger(result, &TriggerDesc::trig_update_after_row) ||
                   HasTrigger(result, &TriggerDesc::trig_update_new_table);
        default:
            return false;  // the old row comes with the plan
    }
}

const char* JunkName(int number) {
    return psprintf("%s%d", kKeyName, number);
}

void FindJunk(ModifyTableState* node, ModifyState* state) {
    const List* targets = outerPlanState(node)->plan->targetlist;
    const RowIdentity& identity = state->table->identity;
    state->junk_count = identity.by_ctid ? 1 : list_length(identity.attributes);
    state->junk =
        static_cast<AttrNumber*>(palloc0(sizeof(AttrNumber) * static_cast<size_t>(state->junk_count + 1)));
    state->identity =
        static_cast<value::Cell*>(palloc0(sizeof(value::Cell) * static_cast<size_t>(state->junk_count + 1)));
    for (int i = 0; i < state->junk_count; ++i) {
        state->junk[i] = ExecFindJunkAttributeInTlist(const_cast<List*>(targets),
                                                      identity.by_ctid ? "ctid" : JunkName(i + 1));
        if (!AttributeNumberIsValid(state->junk[i]))
            ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                            errmsg("%s is not what it was when the statement was planned",
                                   state->table->relation->qualified_name),
                            errhint("Run the statement again.")));
    }
}

/// Whether a row of the table may come more than once.
bool MayJoin(const Plan* plan) {
    return !IsA(plan, ForeignScan) || reinterpret_cast<const ForeignScan*>(plan)->scan.scanrelid == 0;
}

ModifyState* Begin(EState* estate, ModifyTableState* node, ResultRelInfo* result, CmdType operation,
                   bool skip_conflicts) {
    MemoryContext context = estate->es_query_cxt;
    MemoryContext previous = MemoryContextSwitchTo(context);
    ModifyState* state = static_cast<ModifyState*>(palloc0(sizeof(ModifyState)));
    const Oid relid = RelationGetRelid(result->ri_RelationDesc);
    const SourceRelation* relation = ReadSourceRelation(relid);
    CheckMayWrite(*relation);
    // Before rows are read: who waits for another writer then reads what that one has written.
    BeginWriting(relation->server_oid);
    Pin* pin = Pin::Acquire(context, relation->server_oid);
    state->table = ReadWritableTable(*relation, pin);
    pin->Release();
    RowWriter::Config config = {};
    config.table = state->table;
    config.operation = operation;
    config.skip_conflicts = skip_conflicts;
    config.returns = WantsRow(reinterpret_cast<const ModifyTable*>(node->ps.plan), result, operation);
    if (operation != CMD_DELETE) config.written = WrittenAttributes(estate, result, *state->table, operation);
    if (operation != CMD_INSERT) FindJunk(node, state);
    if (operation == CMD_UPDATE && MayJoin(outerPlanState(node)->plan))
        state->updated = NewIn<std::unordered_set<std::string>>(context);
    if (!state->table->identity.by_ctid && state->table->identity.rowid_name == nullptr)
        for (int i = 0; i < state->junk_count; ++i)
            state->key_may_differ |=
                !state->table->columns[list_nth_int(state->table->identity.attributes, i) - 1].exact;
    state->writer = RowWriter::In(context, config);
    state->row_context = AllocSetContextCreate(context, "pg_sqlite identity", ALLOCSET_SMALL_SIZES);
    result->ri_FdwState = state;
    MemoryContextSwitchTo(previous);
    return state;
}

[[noreturn]] void RaiseOutOfReach(const WritableTable& table) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("a row of %s can't be found again", table.relation->qualified_name),
                    errdetail("Its rowid is negative, or has more than 48 bits."),
                    errhint("Import the table with its rowid: option import_rowid.")));
    pg_unreachable();
}

/// The cells by which the plan's row is found.
const value::Cell* Identify(ModifyState* state, TupleTableSlot* plan_slot) {
    MemoryContextReset(state->row_context);
    MemoryContext previous = MemoryContextSwitchTo(state->row_context);
    const RowIdentity& identity = state->table->identity;
    for (int i = 0; i < state->junk_count; ++i) {
        bool is_null;
        const Datum value = ExecGetJunkAttribute(plan_slot, state->junk[i], &is_null);
        if (identity.by_ctid) {
            if (is_null ||
                !RowidOfCtid(reinterpret_cast<ItemPointer>(DatumGetPointer(value)), &state->identity[i]))
                RaiseOutOfReach(*state->table);
        } else {
            WrittenColumn* column = &state->table->columns[list_nth_int(identity.attributes, i) - 1];
            state->identity[i] = is_null ? value::Cell::Null() : CellOf(column, value);
        }
    }
    MemoryContextSwitchTo(previous);
    return state->identity;
}

/// Of rows that are joined with more than one, PostgreSQL updates each once.
bool IsFirstUpdate(ModifyState* state) {
    if (state->updated == nullptr) return true;
    return Guard([&] {
        std::string row;
        for (int i = 0; i < state->junk_count; ++i) {
            const value::Cell& cell = state->identity[i];
            row += static_cast<char>(cell.storage_class);
            if (cell.storage_class == value::StorageClass::kText ||
                cell.storage_class == value::StorageClass::kBlob)
                row.append(cell.view()).push_back('\0');
            else
                row.append(reinterpret_cast<const char*>(&cell.integer), sizeof(cell.integer));
        }
        return state->updated->insert(std::move(row)).second;
    });
}

/// A row that is not found has been deleted by the statement itself, unless its key does not say what it is.
TupleTableSlot* WrittenRow(const ModifyState* state, bool written, TupleTableSlot* slot) {
    if (written) return slot;
    if (state->key_may_differ)
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("a row of %s can't be found by its key", state->table->relation->qualified_name),
                 errdetail("SQLite has the key in another form than the one in which it would be written."),
                 errhint("Import the columns of the key as SQLite stores them: option types 'stored'.")));
    return nullptr;
}

/// PostgreSQL leaves it to the wrapper whether a row belongs into a foreign partition that is named itself,
/// or still does after an UPDATE, which moves none out of it.
void CheckPartition(EState* estate, ResultRelInfo* result, TupleTableSlot* slot) {
    if (result->ri_RelationDesc->rd_rel->relispartition) (void)ExecPartitionCheck(result, slot, estate, true);
}

}  // namespace

int IsForeignRelUpdatable(Relation relation) {
    const SourceRelation* source = ReadSourceRelation(RelationGetRelid(relation));
    return IsUpdatable(*source) ? (1 << CMD_INSERT) | (1 << CMD_UPDATE) | (1 << CMD_DELETE) : 0;
}

void AddForeignUpdateTargets(PlannerInfo* root, Index rtindex, RangeTblEntry* entry, Relation relation) {
    const SourceRelation* source = ReadSourceRelation(entry->relid);
    const SourceFacts* facts = LookAtSource(*source);
    // The plan is made of what is read then.
    if (!facts->known && MayWrite(*source) && RollBackHotJournal(source->server_oid))
        facts = LookAtSource(*source);
    if (!IsUpdatable(*source) || !facts->known) return;  // the executor says so
    const RowIdentity identity = IdentityOf(*source, *facts);
    if (identity.by_ctid) {
        Var* var =
            makeVar(static_cast<int>(rtindex), SelfItemPointerAttributeNumber, TIDOID, -1, InvalidOid, 0);
        add_row_identity_var(root, var, rtindex, "ctid");
        return;
    }
    if (identity.attributes == NIL)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("rows of %s can't be told apart", source->qualified_name),
                        errdetail("It is a view or a virtual table without a rowid or a primary key.")));
    int number = 0;
    ListCell* cell;
    foreach (cell, identity.attributes) {
        const Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), lfirst_int(cell) - 1);
        Var* var = makeVar(static_cast<int>(rtindex), attribute->attnum, attribute->atttypid,
                           attribute->atttypmod, attribute->attcollation, 0);
        add_row_identity_var(root, var, rtindex, JunkName(++number));
    }
}

void BeginForeignModify(ModifyTableState* node, ResultRelInfo* result, List*, int, int eflags) {
    if (eflags & EXEC_FLAG_EXPLAIN_ONLY) return;
    const ModifyTable* plan = reinterpret_cast<const ModifyTable*>(node->ps.plan);
    Begin(node->ps.state, node, result, node->operation, plan->onConflictAction == ONCONFLICT_NOTHING);
}

void BeginForeignInsert(ModifyTableState* node, ResultRelInfo* result) {
    const ModifyTable* plan = reinterpret_cast<const ModifyTable*>(node->ps.plan);
    if (plan != nullptr && plan->onConflictAction == ONCONFLICT_UPDATE)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("ON CONFLICT DO UPDATE is not supported on foreign table \"%s\"",
                               RelationGetRelationName(result->ri_RelationDesc))));
    EState* estate = node->ps.state;
    // A row that UPDATE moves to another partition, where the table is written by the same plan.
    void* updates = result->ri_FdwState;
    Begin(estate, node, result, CMD_INSERT, plan != nullptr && plan->onConflictAction == ONCONFLICT_NOTHING);
    if (updates != nullptr)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("cannot route tuples into foreign table to be updated \"%s\"",
                               RelationGetRelationName(result->ri_RelationDesc))));
}

TupleTableSlot* ExecForeignInsert(EState* estate, ResultRelInfo* result, TupleTableSlot* slot,
                                  TupleTableSlot*) {
    CheckPartition(estate, result, slot);
    return StateOf(result)->writer->Write(slot, nullptr, slot) ? slot : nullptr;
}

TupleTableSlot* ExecForeignUpdate(EState* estate, ResultRelInfo* result, TupleTableSlot* slot,
                                  TupleTableSlot* plan_slot) {
    CheckPartition(estate, result, slot);
    ModifyState* state = StateOf(result);
    const value::Cell* identity = Identify(state, plan_slot);
    if (!IsFirstUpdate(state)) return nullptr;
    if (state->writer->writes_nothing()) return slot;
    return WrittenRow(state, state->writer->Write(slot, identity, slot), slot);
}

TupleTableSlot* ExecForeignDelete(EState*, ResultRelInfo* result, TupleTableSlot* slot,
                                  TupleTableSlot* plan_slot) {
    ModifyState* state = StateOf(result);
    return WrittenRow(state, state->writer->Write(nullptr, Identify(state, plan_slot), slot), slot);
}

void ExplainForeignModify(ModifyTableState*, ResultRelInfo* result, List*, int, ExplainState* es) {
    const ModifyState* state = StateOf(result);
    if (es->verbose && state != nullptr) ExplainPropertyText("SQLite Query", state->writer->sql(), es);
}

}  // namespace pgsqlite::pg::fdw
