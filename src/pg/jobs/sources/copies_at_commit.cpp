#include "pg/jobs/sources/copies_at_commit.hpp"

#include "pg/jobs/sources/pinned_source.hpp"

extern "C" {
#include "catalog/objectaccess.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
}

namespace pgsqlite::pg::jobs {
namespace {

struct Ended {
    int64 job;
    SubTransactionId subtransaction;  ///< that ends it
};

/// Ended *, in the transaction's memory.
List* ended_jobs = NIL;

void OnTransactionEnd(XactEvent event, void*) {
    if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) return;
    const List* jobs = ended_jobs;
    ended_jobs = NIL;
    if (event != XACT_EVENT_COMMIT) return;
    ListCell* cell;
    foreach (cell, jobs)
        RemoveCopies(static_cast<const Ended*>(lfirst(cell))->job);
}

void OnSubtransactionEnd(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent,
                         void*) {
    if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB) return;
    ListCell* cell;
    foreach (cell, ended_jobs) {
        Ended* ended = static_cast<Ended*>(lfirst(cell));
        if (ended->subtransaction != subtransaction) continue;
        if (event == SUBXACT_EVENT_COMMIT_SUB)
            ended->subtransaction = parent;
        else
            ended_jobs = foreach_delete_current(ended_jobs, cell);
    }
}

object_access_hook_type next_object_access_hook = nullptr;

/// DROP EXTENSION takes the records along, so no job of this database can go on.
void OnObjectAccess(ObjectAccessType access, Oid catalog, Oid object, int part, void* argument) {
    if (next_object_access_hook != nullptr) next_object_access_hook(access, catalog, object, part, argument);
    if (access != OAT_DROP || catalog != ExtensionRelationId) return;
    const char* name = get_extension_name(object);
    if (name == nullptr || strcmp(name, "pg_sqlite") != 0) return;
    const List* jobs = JobsWithCopies();
    ListCell* cell;
    foreach (cell, jobs)
        RemoveCopiesAtCommit(*static_cast<const int64*>(lfirst(cell)));
}

}  // namespace

void InitCopiesAtCommit() {
    next_object_access_hook = object_access_hook;
    object_access_hook = &OnObjectAccess;
}

void RemoveCopiesAtCommit(int64 job) {
    static bool registered = false;
    if (!registered) {
        RegisterXactCallback(&OnTransactionEnd, nullptr);
        RegisterSubXactCallback(&OnSubtransactionEnd, nullptr);
        registered = true;
    }
    MemoryContext previous = MemoryContextSwitchTo(TopTransactionContext);
    Ended* ended = static_cast<Ended*>(palloc(sizeof(Ended)));
    ended->job = job;
    ended->subtransaction = GetCurrentSubTransactionId();
    ended_jobs = lappend(ended_jobs, ended);
    MemoryContextSwitchTo(previous);
}

}  // namespace pgsqlite::pg::jobs
