#include "pg/jobs/undo/undo_job.hpp"

#include "pg/jobs/records/statement.hpp"
#include "pg/jobs/records/undo_records.hpp"
#include "pg/list.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// What the catalogs say of a target, and why its rows can't be told from others.
constexpr char kTarget[] = R"(
SELECT c.oid,
    CASE WHEN c.relkind = 'v' THEN 'it is a view'
        WHEN c.relkind = 'f' THEN 'it is a foreign table'
        WHEN c.relkind NOT IN ('r', 'p') THEN 'it is not a table'
        WHEN EXISTS (
            SELECT FROM pg_partition_tree(c.oid) AS t JOIN pg_class l ON l.oid = t.relid WHERE l.relkind = 'f')
            THEN 'some of its partitions are foreign tables'
        WHEN EXISTS (
            SELECT FROM pg_class l JOIN pg_am a ON a.oid = l.relam
            WHERE a.amname <> 'heap' AND l.relkind = 'r'
                AND (l.oid = c.oid OR l.oid IN (SELECT t.relid FROM pg_partition_tree(c.oid) AS t)))
            THEN 'it is not stored as a heap'
    END
FROM pg_class c WHERE c.oid = to_regclass($1)
)";

/// Foreign keys by which rows elsewhere go or change together with the target's. The condition is for
/// statements that run under the caller's search_path.
constexpr char kReferences[] = R"(
SELECT k.conrelid, format('%I.%I', n.nspname, c.relname),
    (SELECT string_agg(format('c.%I OPERATOR(pg_catalog.=) p.%I', a.attname, pa.attname), ' AND ' ORDER BY u.place)
    FROM ROWS FROM (unnest(k.conkey), unnest(k.confkey)) WITH ORDINALITY AS u (child, parent, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.child
        JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = u.parent),
    CASE k.confdeltype WHEN 'c' THEN 'deleted' WHEN 'n' THEN 'set to NULL' ELSE 'set to their default' END
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = to_regclass($1) AND k.confdeltype IN ('c', 'n', 'd')
ORDER BY k.conname, k.oid
)";

/// As the caller, who must be able to find his targets.
Rows Select(const char* sql, const plan::UndoTarget& target) {
    Arguments arguments;
    arguments.Text(ToServerText(target.name));
    return ReadAsCaller(sql, arguments, false);
}

/// What the catalogs say of a target. @return its OID, 0 where it is gone
Oid LookAt(plan::UndoTarget* target) {
    const Rows found = Select(kTarget, *target);
    // Another relation that has its name now is not the job's.
    target->gone = target->gone || found.count == 0;
    if (target->gone) return InvalidOid;
    const char* unfit = found[0].Utf8OrEmpty(2);
    if (target->unfit.empty()) Guard([&] { target->unfit = unfit; });
    return found[0].Id(1);
}

void ReadReferences(plan::UndoJob* job, plan::UndoTarget* target, const Oid* oids) {
    const Rows rows = Select(kReferences, *target);
    for (uint64 i = 0; i < rows.count; ++i) {
        const Row row = rows[i];
        const Oid child = row.Id(1);
        const char *name = row.Utf8(2), *condition = row.Utf8(3), *fate = row.Utf8(4);
        Guard([&] {
            plan::UndoReference& reference = target->references.emplace_back();
            reference.child = name;
            reference.condition = condition;
            reference.fate = fate;
            for (size_t j = 0; j < job->targets.size(); ++j)
                if (oids[j] == child) reference.target = j;
        });
    }
}

}  // namespace

plan::UndoJob* ReadUndoJob(int64 job, Datum tables) {
    plan::UndoJob* undo = NewIn<plan::UndoJob>(CurrentMemoryContext);
    undo->number = job;
    SPI_connect();
    if (ReadUndoRecords(undo, tables)) {
        Oid* oids = PallocArray<Oid>(undo->targets.size());
        for (size_t i = 0; i < undo->targets.size(); ++i)
            oids[i] = LookAt(&undo->targets[i]);
        for (size_t i = 0; i < undo->targets.size(); ++i)
            ReadReferences(undo, &undo->targets[i], oids);
    }
    SPI_finish();
    return undo;
}

}  // namespace pgsqlite::pg::jobs
