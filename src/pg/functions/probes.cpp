// PostgreSQL's own word on translated SQL: each text is parsed and analysed, never run, so that what it would
// refuse is listed with its reason before anything is created.
#include "pg/functions/survey.hpp"

extern "C" {
#include "tcop/tcopprot.h"
#include "utils/resowner.h"
}

namespace pgsqlite::pg {
namespace {

/// Null when PostgreSQL takes the text, else why not, palloc'd. Raises what concerns no text: a cancel,
/// memory.
const char* Refusal(const char* sql, bool immutable) {
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    const char* volatile refusal = nullptr;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    PG_TRY();
    {
        List* statements = pg_parse_query(sql);
        if (list_length(statements) != 1)
            ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("it is more than one expression")));
        Query* query = compat::AnalyzeStatement(linitial_node(RawStmt, statements), sql);
        if (immutable && contain_mutable_functions(reinterpret_cast<Node*>(query)))
            refusal = "its value is not immutable in PostgreSQL";
        ReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = owner;
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        ErrorData* error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = owner;
        const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
        if (category == ERRCODE_OPERATOR_INTERVENTION || category == ERRCODE_INSUFFICIENT_RESOURCES ||
            category == ERRCODE_SYSTEM_ERROR || category == ERRCODE_INTERNAL_ERROR)
            ReThrowError(error);
        refusal = psprintf("PostgreSQL says: %s", error->message);
    }
    PG_END_TRY();
    return refusal;
}

}  // namespace

void RunProbes(plan::Design* design) {
    auto* probes = NewIn<std::vector<plan::Probe>>(CurrentMemoryContext);
    Guard([&] { *probes = plan::ProbesOf(*design); });
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
        const char* refusal = Refusal(ToServerText(*probe.sql), probe.immutable);
        if (refusal != nullptr) {
            const char* utf8 = ToUtf8(refusal);
            Guard([&] { *probe.reason = utf8; });
        }
        MemoryContextReset(work);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
}

}  // namespace pgsqlite::pg
