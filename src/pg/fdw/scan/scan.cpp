#include "pg/fdw/scan/scan.hpp"

#include "pg/fdw/connect/open_scans.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/fdw/plan/explain.hpp"
#include "pg/fdw/plan/parameters.hpp"
#include "pg/fdw/plan/plan.hpp"
#include "pg/fdw/plan/upper.hpp"
#include "pg/fdw/scan/kept_rows.hpp"
#include "pg/fdw/scan/parallel.hpp"
#include "pg/fdw/scan/row_collector.hpp"
#include "pg/fdw/scan/row_marks.hpp"
#include "pg/fdw/scan/upper_scan.hpp"

extern "C" {
#include "catalog/partition.h"
}

namespace pgsqlite::pg::fdw {

const char* (*describe_insert)(const EState* estate) = nullptr;

namespace {

struct ScanState {
    PlanPrivate plan;
    const char* description;  ///< of what is read, for messages
    Pin* pin;
    ScanParameters* parameters;
    RowSource* rows;        ///< null until the first row is asked for
    RowRefusals* refusals;  ///< of a load's statement; null otherwise
    bool bound;             ///< the statement runs with the present values of its parameters
    int* targets;           ///< slot position of each result column
    ResourceOwner owner;    ///< of the query
    OpenScan* open;         ///< as long as rows come from SQLite
    KeptRows* kept;         ///< rows that were read before something was written; null otherwise
    uint64 given;           ///< rows since the statement began to run
    bool idle;              ///< others give the rows
    bool gives_ctid;        ///< the rowid, for row marks
    bool settles;           ///< a load's: values changed in rows that a condition drops do not count
    double dropped;         ///< rows that conditions have dropped, as the node counts them
    uint64 settled[RowConverter::kChangeKinds];  ///< changes before the latest row
};

ScanState* StateOf(ForeignScanState* node) {
    return static_cast<ScanState*>(node->fdw_state);
}

/// Converters of the result columns. A join's fill its slot in their order, a table's the places of its
/// attributes.
/// @param relation what is read; null for a join
ColumnConverter* BuildConverters(ForeignScanState* node, ScanState* state, MemoryContext context, int count,
                                 const SourceRelation* relation) {
    ColumnConverter* converters = static_cast<ColumnConverter*>(
        palloc0(sizeof(ColumnConverter) * static_cast<size_t>(std::max(1, count))));
    const TupleDesc descriptor = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
    for (int i = 0; i < count; ++i) {
        if (state->plan.relids != NIL) {
            // Columns of one table are neighbours mostly.
            const Oid relid = list_nth_oid(state->plan.relids, i);
            if (relation == nullptr || relation->relid != relid) relation = ReadSourceRelation(relid);
        }
        const int attnum = list_nth_int(state->plan.attributes, i);
        state->targets[i] = state->plan.relids != NIL ? i : attnum - 1;
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, state->targets[i]);
        InitColumnConverter(&converters[i], context, attribute->atttypid, attribute->atttypmod,
                            relation->columns[attnum - 1].attribute, relation->columns[attnum - 1].options,
                            relation->server);
    }
    return converters;
}

/// The statement that planning could not make, which raises what it met then, if that is still so.
void MakeQuery(const SourceRelation& relation, ScanState* state) {
    Bitmapset* attributes = nullptr;
    ListCell* cell;
    foreach (cell, state->plan.attributes)
        attributes = bms_add_member(attributes, lfirst_int(cell));
    SourceFacts* facts = nullptr;
    // Nothing is looked up, and the statement may be a job's.
    ReadingTablesAlone([&] { facts = ReadSourceFacts(relation, state->pin); });
    const ScanQuery query = BuildScanQuery(relation, *facts, attributes);
    state->plan.sql = query.sql;
    state->plan.locator = query.locator;
    state->plan.locator_columns = query.locator_columns;
}

/// Whether a role may SELECT a foreign table's column, or all of a table that it is a partition of: reading
/// it through somebody's view or function is less.
bool MaySelect(Oid role, Oid relid, AttrNumber attribute) {
    if (pg_class_aclcheck(relid, role, ACL_SELECT) == ACLCHECK_OK ||
        pg_attribute_aclcheck(relid, attribute, role, ACL_SELECT) == ACLCHECK_OK)
        return true;
    if (!get_rel_relispartition(relid)) return false;
    ListCell* cell;
    foreach (cell, get_partition_ancestors(relid))
        if (pg_class_aclcheck(lfirst_oid(cell), role, ACL_SELECT) == ACLCHECK_OK) return true;
    return false;
}

/// Whether a role sees the values that the scan reads. As PostgreSQL tells the key of a unique violation to
/// those alone who may read it.
bool SeesValues(Oid role, const ForeignScanState* node, const PlanPrivate& plan) {
    if (plan.barrier) return false;
    for (int i = 0; i < list_length(plan.attributes); ++i) {
        const Oid relid =
            plan.relids != NIL ? list_nth_oid(plan.relids, i) : RelationGetRelid(node->ss.ss_currentRelation);
        if (!MaySelect(role, relid, static_cast<AttrNumber>(list_nth_int(plan.attributes, i)))) return false;
    }
    return true;
}

/// SQLite's names of the columns of which the place of a row is made, in UTF-8: its key, or the rowid where
/// it is a column's value and not a mere number of the row.
const std::vector<std::string>* PlaceColumns(const SourceRelation& relation, const PlanPrivate& plan,
                                             const Pin* pin) {
    auto* names = NewIn<std::vector<std::string>>(CurrentMemoryContext);
    if (plan.locator == Locator::kKey) {
        ListCell* cell;
        foreach (cell, plan.locator_columns) {
            const char* utf8 = ToUtf8(strVal(lfirst(cell)));
            Guard([&] { names->emplace_back(utf8); });
        }
        return names;
    }
    sqlite::Database* database = pin->database();
    const char* table = ToUtf8(relation.source_name());
    CallSqlite(database, [&] {
        sqlite::CatalogOptions options;
        options.foreign_keys = false;
        const std::optional<sqlite::Table> found = sqlite::Catalog::ReadTable(*database, table, options);
        const int alias = found ? found->rowid_alias() : -1;
        if (alias >= 0) names->push_back(found->columns[static_cast<size_t>(alias)].name);
    });
    // The foreign table may have it under its own names, too.
    for (int i = 0; names->empty() && i < relation.attribute_count; ++i) {
        const char* name = relation.columns[i].name;
        if (name == nullptr || (pg_strcasecmp(name, "rowid") != 0 && pg_strcasecmp(name, "_rowid_") != 0 &&
                                pg_strcasecmp(name, "oid") != 0))
            continue;
        Guard([&] { names->emplace_back(name); });
    }
    return names;
}

/// Whether a role sees what tells a row of a table from others: all of the file, or these columns.
bool SeesPlace(Oid role, const PlanPrivate& plan, Oid relid, const Pin* pin) {
    if (plan.locator == Locator::kRowNumber || compat::HasServerUsage(plan.server, role)) return true;
    const SourceRelation* relation = ReadSourceRelation(relid);
    const std::vector<std::string>* names = PlaceColumns(*relation, plan, pin);
    for (size_t i = 0; i < names->size(); ++i) {
        bool seen = false;
        for (int j = 0; j < relation->attribute_count && !seen; ++j)
            seen = relation->columns[j].name != nullptr &&
                   pg_strcasecmp(ToUtf8(relation->columns[j].name), (*names)[i].c_str()) == 0 &&
                   MaySelect(role, relid, static_cast<AttrNumber>(j + 1));
        if (!seen) return false;
    }
    return true;
}

/// Opens the statement when the first row is asked for: a plan may never come to it.
void Open(ForeignScanState* node, ScanState* state, const Redirect* leader) {
    MemoryContext context = node->ss.ps.state->es_query_cxt;
    MemoryContext previous = MemoryContextSwitchTo(context);
    state->pin =
        leader != nullptr ? Pin::Follow(context, *leader) : Pin::Acquire(context, state->plan.server);
    const int count = list_length(state->plan.attributes);
    state->targets = static_cast<int*>(palloc0(sizeof(int) * static_cast<size_t>(std::max(1, count))));
    RowSource::Config config = {};
    config.pin = state->pin;
    const SourceRelation* relation = nullptr;
    if (state->plan.join[0] != '\0') {
        state->description = state->plan.join;
    } else {
        relation = ReadSourceRelation(RelationGetRelid(node->ss.ss_currentRelation), state->plan.attributes);
        state->description = relation->qualified_name;
        config.source = relation->source_name();
    }
    if (state->plan.sql[0] == '\0') MakeQuery(*relation, state);
    config.sql = state->plan.sql;
    config.columns = BuildConverters(node, state, context, count, relation);
    config.column_count = count;
    config.relation = state->description;
    // Errors reach who called the outermost function; a row that is put aside is for the present role.
    const Oid role = GetUserId(), listener = GetOuterUserId();
    const Oid relid = relation != nullptr ? relation->relid : InvalidOid;
    const bool sees_values = SeesValues(role, node, state->plan);
    const bool sees_place = SeesPlace(role, state->plan, relid, state->pin);
    const bool hides_rows =
        !sees_values || (listener != role && (!SeesValues(listener, node, state->plan) ||
                                              !SeesPlace(listener, state->plan, relid, state->pin)));
    // Who may not see all of the file keeps what he has read of a row, which is then known by its number.
    const bool keeps_read = row_collector != nullptr && !compat::HasServerUsage(state->plan.server, role);
    if (sees_place && !keeps_read) {
        config.locator = state->plan.locator;
        config.locator_columns = state->plan.locator_columns;
    }
    // What another node's row chooses may come again, and would be counted twice.
    if (row_collector != nullptr && row_collector->estate == node->ss.ps.state &&
        !DependsOnOtherNodes(node)) {
        const char* rowid_name =
            config.locator == Locator::kRowid ? strVal(linitial(config.locator_columns)) : nullptr;
        state->refusals = NewIn<RowRefusals>(context, row_collector, rowid_name);
        state->settles = true;
        // A row that may not be seen may not be put aside, either.
        if (row_collector->put != nullptr && sees_values) {
            config.sink = &RowRefusals::Sink;
            config.sink_context = state->refusals;
        }
    }
    if (state->plan.whole && !keeps_read)
        for (int i = 0; i < count; ++i)
            config.page_columns = lappend(
                config.page_columns,
                makeString(
                    const_cast<char*>(relation->columns[list_nth_int(state->plan.attributes, i) - 1].name)));
    if (state->plan.probe[0] != '\0')
        config.chunks =
            ChunkSource::In(context, state->pin, state->plan.probe, state->plan.chunk_rows, config.source);
    state->rows = RowSource::Open(context, config);
    if (config.sink != nullptr) state->rows->converter().CollectErrors();
    if (hides_rows) state->rows->converter().HideRows();
    MemoryContextSwitchTo(previous);
}

/// Before the next row, or at the end: whether the latest one was dropped by the scan's conditions is known
/// now.
void SettleChanges(const ForeignScanState* node, ScanState* state) noexcept {
    RowConverter& converter = state->rows->converter();
    const Instrumentation* instrument = node->ss.ps.instrument;
    const double dropped = instrument != nullptr ? instrument->nfiltered1 : 0;
    if (dropped != state->dropped) converter.SetChanges(state->settled);
    state->dropped = dropped;
    std::memcpy(state->settled, converter.changes(), sizeof(state->settled));
}

void Run(ForeignScanState* node, ScanState* state) {
    if (state->rows == nullptr) Open(node, state, nullptr);
    BindParameters(*state->parameters, node->ss.ps.ps_ExprContext, state->rows->statement(), 1);
    state->bound = true;
    state->given = 0;
}

/// What is asked for next is read as it is then.
void ReadAnew(ScanState* state) {
    if (state->kept != nullptr) state->kept->End();
    state->kept = nullptr;
    state->rows->Close();
    state->rows = nullptr;
    state->pin->Release();
    state->bound = false;
}

/// Reads all rows, so that what is written from now on is not seen. Rows that another node's row chooses come
/// when they are asked for: only those of the present one are read.
bool KeepRows(void* scan, Before before) {
    ForeignScanState* node = static_cast<ForeignScanState*>(scan);
    ScanState* state = StateOf(node);
    if (state->rows == nullptr && before == Before::kLock) return false;
    if (!state->bound && state->plan.bindings != NIL && DependsOnOtherNodes(node)) {
        if (state->rows != nullptr) ReadAnew(state);
        return false;
    }
    if (state->rows != nullptr && state->rows->chunks() != nullptr &&
        state->rows->chunks()->shared() != nullptr)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                        errmsg("%s can't be written to while workers read it", state->description)));
    const TupleDesc descriptor = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
    if (state->bound)
        state->rows->Rewind();
    else
        Run(node, state);
    KeptRows* kept = KeptRows::In(node->ss.ps.state->es_query_cxt, state->owner, descriptor);
    MemoryContext row_context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite kept row", ALLOCSET_DEFAULT_SIZES);
    const size_t count = static_cast<size_t>(std::max(1, descriptor->natts));
    Datum* values = static_cast<Datum*>(palloc0(sizeof(Datum) * count));
    bool* nulls = static_cast<bool*>(palloc(sizeof(bool) * count));
    std::memset(nulls, true, count);
    MemoryContext previous = MemoryContextSwitchTo(row_context);
    while (state->rows->Next(values, nulls, state->targets)) {
        ItemPointerData ctid;
        if (state->gives_ctid) SetRowidAsCtid(&ctid, state->rows->CellAt(state->rows->column_count()));
        kept->Add(values, nulls, state->gives_ctid ? &ctid : nullptr);
        MemoryContextReset(row_context);
    }
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(row_context);
    state->rows->Close();
    kept->Skip(state->given);
    state->kept = kept;
    return true;
}

bool IsUpper(const ForeignScanState* node) {
    return KindOf(reinterpret_cast<const ForeignScan*>(node->ss.ps.plan)->fdw_private) == PlanKind::kUpper;
}

}  // namespace

bool DependsOnOtherNodes(const ForeignScanState* node) {
    const List* types = node->ss.ps.state->es_plannedstmt->paramExecTypes;
    int parameter = -1;
    while ((parameter = bms_next_member(node->ss.ps.plan->extParam, parameter)) >= 0)
        if (OidIsValid(list_nth_oid(types, parameter))) return true;
    return false;
}

RowSource* OpenRows(ForeignScanState* node, const Redirect* leader) {
    ScanState* state = StateOf(node);
    if (state->rows == nullptr) Open(node, state, leader);
    return state->rows;
}

void ReadNothing(ForeignScanState* node) {
    StateOf(node)->idle = true;
}

bool IsOfLoad(ForeignScanState* node) {
    return StateOf(node)->refusals != nullptr;
}

void SettleAsLoad(ForeignScanState* node) {
    StateOf(node)->settles = true;
}

void EndSettling(ForeignScanState* node) {
    ScanState* state = StateOf(node);
    if (state->settles) SettleChanges(node, state);
    state->settles = false;
}

RowSource* RowsOf(ForeignScanState* node) {
    if (IsUpper(node) || StateOf(node) == nullptr) return nullptr;
    return StateOf(node)->rows;
}

void BeginForeignScan(ForeignScanState* node, int eflags) {
    CheckMayRunHere(node);
    if (IsUpper(node)) return BeginUpperScan(node, eflags);
    const ForeignScan* plan = reinterpret_cast<const ForeignScan*>(node->ss.ps.plan);
    ScanState* state = static_cast<ScanState*>(palloc0(sizeof(ScanState)));
    node->fdw_state = state;
    state->plan = UnpackItems<PlanPrivate>(plan->fdw_private);
    if (eflags & EXEC_FLAG_EXPLAIN_ONLY) return;

    state->gives_ctid = plan->fsSystemCol && state->plan.locator == Locator::kRowid;
    state->parameters = InitParameters(plan->fdw_exprs, state->plan.bindings, &node->ss.ps);
    state->owner = CurrentResourceOwner;
    state->open = OpenScan::In(node->ss.ps.state->es_query_cxt, state->plan.server, &KeepRows, node);
}

TupleTableSlot* IterateForeignScan(ForeignScanState* node) {
    if (IsUpper(node)) return IterateUpperScan(node);
    ScanState* state = StateOf(node);
    TupleTableSlot* slot = node->ss.ss_ScanTupleSlot;
    if (unlikely(state->kept != nullptr)) {
        ExecClearTuple(slot);
        return state->kept->Next(slot) ? ExecStoreVirtualTuple(slot) : slot;
    }
    if (unlikely(!state->bound)) {
        if (state->idle) return ExecClearTuple(slot);
        Run(node, state);
    }
    ExecClearTuple(slot);
    // Attributes nobody asked for are NULL.
    std::memset(slot->tts_isnull, true, static_cast<size_t>(slot->tts_tupleDescriptor->natts));
    if (state->settles) SettleChanges(node, state);
    while (state->rows->Next(slot->tts_values, slot->tts_isnull, state->targets)) {
        if (unlikely(state->refusals != nullptr) && state->refusals->Take(state->rows)) {
            state->rows->converter().SetChanges(state->settled);
            continue;
        }
        if (state->gives_ctid)
            SetRowidAsCtid(&slot->tts_tid, state->rows->CellAt(state->rows->column_count()));
        ++state->given;
        return ExecStoreVirtualTuple(slot);
    }
    return slot;
}

void ReScanForeignScan(ForeignScanState* node) {
    if (IsUpper(node)) return ReScanUpperScan(node);
    ScanState* state = StateOf(node);
    if (state->kept != nullptr) {
        state->kept->Rewind();
        if (node->ss.ps.chgParam == nullptr || state->plan.bindings == NIL) return;
        ReadAnew(state);
        state->open = OpenScan::In(node->ss.ps.state->es_query_cxt, state->plan.server, &KeepRows, node);
    }
    if (state->rows != nullptr) state->rows->Rewind();
    if (state->refusals != nullptr) {
        EndSettling(node);
        state->refusals->Repeat(state->rows->converter().changes());
    }
    state->bound = false;
}

void EndForeignScan(ForeignScanState* node) {
    if (IsUpper(node)) return EndUpperScan(node);
    ScanState* state = StateOf(node);
    if (state == nullptr) return;
    if (state->open != nullptr) state->open->Forget();
    if (state->kept != nullptr) state->kept->End();
    state->kept = nullptr;
    if (state->rows == nullptr) return;
    ShutdownForeignScan(node);
    RowConverter& converter = state->rows->converter();
    if (state->refusals != nullptr)
        state->refusals->AddChanges(converter.changes());
    else if (converter.total_changes() > 0 && !IsParallelWorker())  // a worker's are the leader's to tell
        ereport(NOTICE, (errmsg("%s: " UINT64_FORMAT " values changed by policies", state->description,
                                converter.total_changes()),
                         errdetail("%s.", converter.DescribeChanges())));
    state->pin->VerifyUnchanged();
    state->rows->Close();
    state->pin->Release();
}

void ExplainForeignScan(ForeignScanState* node, ExplainState* es) {
    if (IsUpper(node)) return ExplainUpperScan(node, es);
    ScanState* state = StateOf(node);
    if (state->plan.join[0] != '\0') ExplainPropertyText("Join Of", state->plan.join, es);
    ExplainStatement(state->plan, state->plan.server, es);
    const char* bulk_insert = describe_insert != nullptr ? describe_insert(node->ss.ps.state) : nullptr;
    if (bulk_insert != nullptr) ExplainPropertyText("Bulk Insert", bulk_insert, es);
    if (es->analyze && state->rows != nullptr && state->rows->converter().total_changes() > 0)
        ExplainPropertyText("Values Changed By Policies", state->rows->converter().DescribeChanges(), es);
}

}  // namespace pgsqlite::pg::fdw
