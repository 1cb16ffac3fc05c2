#include "pg/jobs/run/held_sequences.hpp"

#include "pg/jobs/records/statement.hpp"
#include "pg/list.hpp"
#include "pg/survey/tied_sequences.hpp"

extern "C" {
#include "access/relation.h"
#include "catalog/pg_authid.h"
#include "commands/sequence.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
}

namespace pgsqlite::pg::jobs {
namespace {

/// From targets that were there before ($1: the job) and from the words of the spec ($3) to sequences: by
/// what PostgreSQL knows of defaults, checks, triggers and rules, and by the words of functions. Each step is
/// taken as the role that would take it ($2: the caller), and only where that role could move the sequence
/// on: nobody else's is held up. Stands behind WITH RECURSIVE tied AS (kTiedSequences).
constexpr char kReached[] = R"(
, reached (class, object, role) AS (
    SELECT 'pg_class'::regclass, to_regclass(t.target)::oid, $2
    FROM sqlite.job_tables t
    WHERE t.job = $1 AND NOT t.created AND has_any_column_privilege($2, to_regclass(t.target), 'INSERT')
    UNION
    SELECT 'pg_class'::regclass, tied.sequence, $2
    FROM sqlite.job_tables t JOIN tied ON tied.relation = to_regclass(t.target) JOIN pg_sequence s ON s.seqrelid = tied.sequence
    WHERE t.job = $1 AND NOT t.created AND tied.tie IN ('text', 'name') AND has_sequence_privilege($2, s.seqrelid, 'UPDATE')
    UNION
    SELECT 'pg_class'::regclass, c.oid, $2
    FROM regexp_split_to_table($3, '[^[:alnum:]_$]+') AS word JOIN pg_class c ON c.relname = word::name
    WHERE CASE WHEN c.relkind = 'S' THEN has_sequence_privilege($2, c.oid, 'USAGE, UPDATE') END
    UNION
    SELECT 'pg_proc'::regclass, p.oid, $2
    FROM regexp_split_to_table($3, '[^[:alnum:]_$]+') AS word JOIN pg_proc p ON p.proname = word::name
    WHERE p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'sqlite'::regnamespace)
    UNION
    SELECT next.class, next.object, next.role
    FROM reached r, LATERAL (
        SELECT 'pg_class'::regclass, i.inhrelid, r.role
        FROM pg_inherits i WHERE r.class = 'pg_class'::regclass AND i.inhparent = r.object
        UNION ALL
        SELECT d.classid, d.objid, r.role
        FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
        WHERE r.class = 'pg_class'::regclass AND d.refclassid = r.class AND d.refobjid = r.object
            AND d.classid = r.class AND d.deptype IN ('a', 'i')
        UNION ALL
        SELECT d.refclassid, d.refobjid, r.role
        FROM (
            SELECT 'pg_attrdef'::regclass, a.oid FROM pg_attrdef a WHERE a.adrelid = r.object
            UNION ALL
            SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t WHERE t.tgrelid = r.object AND NOT t.tgisinternal
            UNION ALL
            SELECT 'pg_rewrite'::regclass, w.oid FROM pg_rewrite w WHERE w.ev_class = r.object
            UNION ALL
            SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k WHERE k.conrelid = r.object AND k.contype = 'c'
        ) AS part (class, object) JOIN pg_depend d ON d.classid = part.class AND d.objid = part.object
        WHERE r.class = 'pg_class'::regclass AND d.refobjid <> r.object
        UNION ALL
        SELECT named.class, named.object, CASE WHEN p.prosecdef THEN p.proowner ELSE r.role END
        FROM pg_proc p, LATERAL (
            SELECT d.refclassid, d.refobjid FROM pg_depend d WHERE d.classid = r.class AND d.objid = p.oid
            UNION ALL
            SELECT found.class, found.object
            FROM regexp_split_to_table(p.prosrc, '[^[:alnum:]_$]+') AS word, LATERAL (
                SELECT 'pg_class'::regclass, c.oid FROM pg_class c WHERE c.relname IN (word::name, lower(word)::name)
                UNION ALL
                SELECT 'pg_proc'::regclass, q.oid FROM pg_proc q WHERE q.proname IN (word::name, lower(word)::name)
            ) AS found (class, object)
        ) AS named (class, object)
        WHERE r.class = 'pg_proc'::regclass AND p.oid = r.object
    ) AS next (class, object, role)
    WHERE CASE next.class
        WHEN 'pg_proc'::regclass THEN NOT EXISTS (
            SELECT FROM pg_proc p WHERE p.oid = next.object
                AND p.pronamespace IN ('pg_catalog'::regnamespace, 'sqlite'::regnamespace))
        WHEN 'pg_class'::regclass THEN (
            SELECT CASE
                WHEN c.relnamespace IN ('pg_catalog'::regnamespace, 'sqlite'::regnamespace) THEN false
                -- Of a table that may be written all sequences count: identity columns ask for no privilege on theirs.
                WHEN c.relkind = 'S' AND r.class = next.class THEN true
                WHEN c.relkind = 'S' THEN has_sequence_privilege(next.role, c.oid, 'USAGE, UPDATE')
                WHEN c.relkind IN ('r', 'p', 'v') THEN has_any_column_privilege(next.role, c.oid, 'INSERT')
            END
            FROM pg_class c WHERE c.oid = next.object)
    END
)
SELECT DISTINCT s.seqrelid FROM reached r JOIN pg_sequence s ON s.seqrelid = r.object
WHERE r.class = 'pg_class'::regclass ORDER BY s.seqrelid
)";

constexpr char kMoved[] = R"(
SELECT DISTINCT l.relation
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) AND c.relkind = 'S'
)";

/// The first column of a query over catalogs and records, Oid; in the current memory context.
List* SelectOids(const char* sql, const Arguments& arguments) {
    MemoryContext caller = CurrentMemoryContext;
    List* oids = NIL;
    SPI_connect();
    const Rows rows = RunOnRecords(sql, arguments);
    MemoryContext previous = MemoryContextSwitchTo(caller);
    for (uint64 i = 0; i < rows.count; ++i)
        oids = lappend_oid(oids, rows[i].Id(1));
    MemoryContextSwitchTo(previous);
    SPI_finish();
    return oids;
}

/// Where a sequence stands, read past all privileges: the caller may use it and not look at it.
FormData_pg_sequence_data PositionOf(Oid sequence) {
    Relation relation = relation_open(sequence, NoLock);
    Buffer buffer = ReadBuffer(relation, 0);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    Page page = BufferGetPage(buffer);
    const FormData_pg_sequence_data position = *reinterpret_cast<Form_pg_sequence_data>(
        reinterpret_cast<char*>(PageGetItem(page, PageGetItemId(page, FirstOffsetNumber))) +
        reinterpret_cast<HeapTupleHeader>(PageGetItem(page, PageGetItemId(page, FirstOffsetNumber)))->t_hoff);
    UnlockReleaseBuffer(buffer);
    relation_close(relation, NoLock);
    return position;
}

/// A new file, as ALTER SEQUENCE … RESTART makes it, and in it the old position.
void GiveFile(Oid sequence) {
    const FormData_pg_sequence_data position = PositionOf(sequence);
    ResetSequence(sequence);
    Oid user;
    int security;
    GetUserIdAndSecContext(&user, &security);
    // No code but PostgreSQL's own runs in between.
    SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, security | SECURITY_LOCAL_USERID_CHANGE);
    DirectFunctionCall3(setval3_oid, ObjectIdGetDatum(sequence), Int64GetDatum(position.last_value),
                        BoolGetDatum(position.is_called));
    SetUserIdAndSecContext(user, security);
}

}  // namespace

List* HoldSequences(int64 job, const char* spec) {
    Arguments arguments;
    arguments.Int8(job).Add(OIDOID, ObjectIdGetDatum(GetUserId())).Text(spec);
    List* sequences =
        SelectOids(psprintf("WITH RECURSIVE tied AS (%s)%s", kTiedSequences, kReached), arguments);
    for (const Oid sequence : EachOid(sequences)) {  // in one order: two rehearsals don't wait for each other
        CHECK_FOR_INTERRUPTS();
        LockRelationOid(sequence, ShareRowExclusiveLock);
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(sequence))) GiveFile(sequence);
    }
    CommandCounterIncrement();
    return sequences;
}

List* MovedSequences() {
    return SelectOids(kMoved, Arguments());
}

}  // namespace pgsqlite::pg::jobs
