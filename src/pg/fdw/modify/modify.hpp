// Modifying: the executor's INSERT, UPDATE, DELETE, COPY and TRUNCATE on foreign tables.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::fdw {

int IsForeignRelUpdatable(Relation relation);
void AddForeignUpdateTargets(PlannerInfo* root, Index rtindex, RangeTblEntry* entry, Relation relation);
void BeginForeignModify(ModifyTableState* node, ResultRelInfo* result, List* fdw_private, int subplan,
                        int eflags);
void BeginForeignInsert(ModifyTableState* node, ResultRelInfo* result);
TupleTableSlot* ExecForeignInsert(EState* estate, ResultRelInfo* result, TupleTableSlot* slot,
                                  TupleTableSlot* plan_slot);
TupleTableSlot* ExecForeignUpdate(EState* estate, ResultRelInfo* result, TupleTableSlot* slot,
                                  TupleTableSlot* plan_slot);
TupleTableSlot* ExecForeignDelete(EState* estate, ResultRelInfo* result, TupleTableSlot* slot,
                                  TupleTableSlot* plan_slot);
void ExplainForeignModify(ModifyTableState* node, ResultRelInfo* result, List* fdw_private, int subplan,
                          ExplainState* es);
void ExecForeignTruncate(List* relations, DropBehavior behavior, bool restart_sequences);

}  // namespace pgsqlite::pg::fdw
