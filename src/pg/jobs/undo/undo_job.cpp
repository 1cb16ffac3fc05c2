#include "pg/jobs/undo/undo_job.hpp"

#include "pg/jobs/records/follow_targets.hpp"
#include "pg/jobs/records/records.hpp"

extern "C" {
#include "access/xlog.h"
}

namespace pgsqlite::pg::jobs {
namespace {

const char* TextOf(uint64 row, int column) {
    const char* text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
    return text != nullptr ? ToUtf8(text) : "";
}

bool BoolOf(uint64 row, int column) {
    return TextOf(row, column)[0] == 't';
}

uint32 XidOf(const char* text) {
    return static_cast<uint32>(std::strtoul(text, nullptr, 10));
}

Arguments Which(int64 job, Datum tables) {
    Arguments arguments;
    arguments.Int8(job).Add(INT4ARRAYOID, tables, tables == 0);
    return arguments;
}

void ReadTargets(plan::UndoJob* job, Datum tables) {
    Arguments arguments = Which(job->number, tables);
    arguments.Int8(static_cast<int64>(GetSystemIdentifier())).Text(ThisPlace());
    const uint64 count = RunOnRecords(
        "SELECT t.target, pg_catalog.bool_or(t.created), pg_catalog.sum(t.written),"
        " pg_catalog.bool_or(t.written OPERATOR(pg_catalog.>) 0 AND"
        " (t.load OPERATOR(pg_catalog.->>) 'conflict') OPERATOR(pg_catalog.~~) '%DO UPDATE%'),"
        " pg_catalog.bool_or(t.existing OPERATOR(pg_catalog.=) 'truncate') AND EXISTS (SELECT FROM"
        " sqlite.job_steps s WHERE s.job OPERATOR(pg_catalog.=) $1 AND s.state OPERATOR(pg_catalog.=) 'done'"
        " AND s.statement OPERATOR(pg_catalog.~~) 'TRUNCATE %'), x.list,"
        " CASE WHEN x.elsewhere THEN 'its transactions are those of another cluster'"
        " WHEN x.age OPERATOR(pg_catalog.>) 2147483647 THEN 'the job is more than 2,147,483,647 transactions "
        "old' END, pg_catalog.bool_or(t.relation IS NOT NULL AND (SELECT j.place OPERATOR(pg_catalog.=) $4 "
        "FROM"
        " sqlite.jobs j WHERE j.job OPERATOR(pg_catalog.=) $1) AND NOT EXISTS (SELECT FROM "
        "pg_catalog.pg_class c"
        " WHERE c.oid OPERATOR(pg_catalog.=) t.relation))"
        " FROM sqlite.job_tables t LEFT JOIN LATERAL (SELECT"
        " pg_catalog.string_agg(e.xid::pg_catalog.text, ' ') AS list, pg_catalog.bool_or(e.elsewhere) AS"
        " elsewhere, pg_catalog.max(e.age) AS age FROM"
        " (SELECT w.xid::pg_catalog.xid, c.system_identifier OPERATOR(pg_catalog.<>) $3 AS elsewhere,"
        " pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8"
        " OPERATOR(pg_catalog.-) w.xid::pg_catalog.text::pg_catalog.int8 AS age"
        " FROM sqlite.job_tables o JOIN sqlite.job_chunks c ON c.job OPERATOR(pg_catalog.=) o.job AND "
        "c.table_no"
        " OPERATOR(pg_catalog.=) o.table_no CROSS JOIN LATERAL pg_catalog.unnest(c.xids) AS w(xid)"
        " WHERE o.job OPERATOR(pg_catalog.=) $1 AND o.target OPERATOR(pg_catalog.=) t.target"
        // A step that changed the job's rows: orphans that lost their reference. What marks the step as done
        // is of the same transaction.
        " UNION ALL SELECT s.xmin, false, 0 FROM sqlite.job_tables o JOIN sqlite.job_steps s ON s.job"
        " OPERATOR(pg_catalog.=) o.job AND s.table_no OPERATOR(pg_catalog.=) o.table_no"
        " WHERE o.job OPERATOR(pg_catalog.=) $1 AND o.target OPERATOR(pg_catalog.=) t.target"
        " AND s.state OPERATOR(pg_catalog.=) 'done' AND s.kind OPERATOR(pg_catalog.=) 'statement'"
        " AND s.object OPERATOR(pg_catalog.~~) 'orphans of %') AS e) AS x ON true"
        " WHERE t.job OPERATOR(pg_catalog.=) $1 AND ($2 IS NULL OR t.table_no OPERATOR(pg_catalog.=) ANY "
        "($2))"
        " GROUP BY t.target, x.list, x.elsewhere, x.age ORDER BY pg_catalog.min(t.table_no)",
        arguments);
    for (uint64 i = 0; i < count; ++i) {
        const char *name = TextOf(i, 1), *written = TextOf(i, 3), *xids = TextOf(i, 6), *unfit = TextOf(i, 7);
        const bool created = BoolOf(i, 2), overwritten = BoolOf(i, 4), truncated = BoolOf(i, 5);
        const bool gone = BoolOf(i, 8);
        Guard([&] {
            plan::UndoTarget& target = job->targets.emplace_back();
            target.name = name;
            target.created = created;
            target.written = std::strtoll(written, nullptr, 10);
            target.overwritten = overwritten;
            target.truncated = truncated && !created;
            target.unfit = unfit;
            target.gone = gone;
            for (char* rest = const_cast<char*>(xids); *rest != '\0';)
                target.xids.push_back(static_cast<uint32>(std::strtoul(rest, &rest, 10)));
        });
    }
}

/// Steps that were done. A load has none of its own: each of its tables is one.
void ReadSteps(plan::UndoJob* job, Datum tables) {
    const uint64 count = RunOnRecords(
        "SELECT e.object, e.undo, e.loads, t.target FROM (SELECT s.step, s.object, s.undo,"
        " s.kind OPERATOR(pg_catalog.=) 'load' AS loads, s.table_no, s.state FROM sqlite.job_steps s"
        " WHERE s.job OPERATOR(pg_catalog.=) $1"
        " UNION ALL SELECT o.table_no, o.target, NULL, true, o.table_no, o.state FROM sqlite.job_tables o"
        " WHERE o.job OPERATOR(pg_catalog.=) $1 AND NOT EXISTS (SELECT FROM sqlite.job_steps s WHERE s.job"
        " OPERATOR(pg_catalog.=) $1)) AS e LEFT JOIN sqlite.job_tables t ON t.job OPERATOR(pg_catalog.=) $1 "
        "AND"
        " t.table_no OPERATOR(pg_catalog.=) e.table_no"
        " WHERE ($2 IS NULL OR e.table_no OPERATOR(pg_catalog.=) ANY ($2)) AND (e.state "
        "OPERATOR(pg_catalog.=)"
        " 'done' OR e.loads AND EXISTS (SELECT FROM sqlite.job_chunks c WHERE c.job OPERATOR(pg_catalog.=) $1"
        " AND c.table_no OPERATOR(pg_catalog.=) e.table_no)) ORDER BY e.step",
        Which(job->number, tables));
    for (uint64 i = 0; i < count; ++i) {
        const char *object = TextOf(i, 1), *undo = TextOf(i, 2), *target = TextOf(i, 4);
        const bool loads = BoolOf(i, 3);
        Guard([&] {
            plan::UndoStep& step = job->steps.emplace_back();
            step.object = object;
            step.undo = undo;
            step.loads = loads;
            for (size_t j = 0; j < job->targets.size(); ++j)
                if (job->targets[j].name == target) step.target = j;
        });
    }
}

/// Schemas of tables that were put aside and never came into place: all there is of such a job. False where
/// it has none.
bool ReadStaging(plan::UndoJob* job) {
    Arguments arguments;
    arguments.Int8(job->number);
    const uint64 count = RunOnRecords(
        "SELECT 'schema ' OPERATOR(pg_catalog.||) s.name, pg_catalog.format('DROP SCHEMA %I CASCADE', s.name)"
        " FROM sqlite.jobs j, pg_catalog.jsonb_object_keys(j.staging) AS s(name)"
        " WHERE j.job OPERATOR(pg_catalog.=) $1",
        arguments);
    for (uint64 i = 0; i < count; ++i) {
        const char *object = TextOf(i, 1), *undo = TextOf(i, 2);
        Guard([&] {
            plan::UndoStep& step = job->steps.emplace_back();
            step.object = object;
            step.undo = undo;
        });
    }
    return count > 0;
}

void ReadLastXid(plan::UndoJob* job) {
    Arguments arguments;
    arguments.Int8(job->number);
    RunOnRecord(
        job->number,
        "SELECT e.xid FROM (SELECT j.xmin FROM sqlite.jobs j WHERE j.job OPERATOR(pg_catalog.=) $1"
        " UNION ALL SELECT s.xmin FROM sqlite.job_steps s WHERE s.job OPERATOR(pg_catalog.=) $1) AS e(xid)"
        " ORDER BY pg_catalog.age(e.xid) LIMIT 1",
        arguments);
    job->last_xid = XidOf(TextOf(0, 1));
}

/// As the caller, who must be able to find his targets.
uint64 Select(const char* sql, const char* target) {
    Arguments arguments;
    arguments.Text(target);
    if (SPI_execute_with_args(sql, 1, arguments.types, arguments.values, arguments.nulls, false, 0) !=
        SPI_OK_SELECT)
        elog(ERROR, "could not read the catalogs");
    return SPI_processed;
}

/// What the catalogs say of a target. @return its OID, 0 where it is gone
Oid LookAt(plan::UndoTarget* target) {
    const uint64 found = Select(
        "SELECT c.oid, CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'v' THEN 'it is a view'"
        " WHEN c.relkind OPERATOR(pg_catalog.=) 'f' THEN 'it is a foreign table'"
        " WHEN c.relkind OPERATOR(pg_catalog.<>) ALL ('{r,p}') THEN 'it is no table'"
        " WHEN EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) AS t JOIN pg_catalog.pg_class l"
        " ON l.oid OPERATOR(pg_catalog.=) t.relid WHERE l.relkind OPERATOR(pg_catalog.=) 'f')"
        " THEN 'some of its partitions are foreign tables'"
        " WHEN EXISTS (SELECT FROM pg_catalog.pg_class l JOIN pg_catalog.pg_am a ON a.oid"
        " OPERATOR(pg_catalog.=) l.relam WHERE a.amname OPERATOR(pg_catalog.<>) 'heap' AND l.relkind"
        " OPERATOR(pg_catalog.=) 'r' AND (l.oid OPERATOR(pg_catalog.=) c.oid OR l.oid OPERATOR(pg_catalog.=)"
        " ANY (SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) AS t)))"
        " THEN 'it is not stored as a heap' END"
        " FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)",
        ToServerText(target->name));
    // Another relation that has its name now is not the job's.
    target->gone = target->gone || found == 0;
    if (target->gone) return InvalidOid;
    const Oid oid = static_cast<Oid>(XidOf(TextOf(0, 1)));
    const char* unfit = TextOf(0, 2);
    if (target->unfit.empty()) Guard([&] { target->unfit = unfit; });
    return oid;
}

void ReadReferences(plan::UndoJob* job, plan::UndoTarget* target, const Oid* oids) {
    const uint64 count = Select(
        "SELECT k.conrelid, pg_catalog.format('%I.%I', n.nspname, c.relname),"
        " (SELECT pg_catalog.string_agg(pg_catalog.format('c.%I OPERATOR(pg_catalog.=) p.%I', a.attname,"
        " pa.attname), ' AND ' ORDER BY u.place) FROM ROWS FROM (pg_catalog.unnest(k.conkey),"
        " pg_catalog.unnest(k.confkey)) WITH ORDINALITY AS u(child, parent, place)"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid AND a.attnum"
        " OPERATOR(pg_catalog.=) u.child JOIN pg_catalog.pg_attribute pa ON pa.attrelid "
        "OPERATOR(pg_catalog.=)"
        " k.confrelid AND pa.attnum OPERATOR(pg_catalog.=) u.parent),"
        " CASE k.confdeltype WHEN 'c' THEN 'deleted' WHEN 'n' THEN 'set to NULL' ELSE 'set to their default' "
        "END"
        " FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) "
        "k.conrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
        " WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.conparentid OPERATOR(pg_catalog.=) 0"
        " AND k.confrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)"
        " AND k.confdeltype OPERATOR(pg_catalog.=) ANY ('{c,n,d}') ORDER BY k.conname, k.oid",
        ToServerText(target->name));
    for (uint64 i = 0; i < count; ++i) {
        const Oid child = static_cast<Oid>(XidOf(TextOf(i, 1)));
        const char *name = TextOf(i, 2), *condition = TextOf(i, 3), *fate = TextOf(i, 4);
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

Datum IntegerArray(const List* numbers) {
    const int count = list_length(numbers);
    Datum* elements = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(std::max(1, count))));
    for (int i = 0; i < count; ++i)
        elements[i] = Int32GetDatum(list_nth_int(numbers, i));
    return PointerGetDatum(construct_array(elements, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/// Adds the tables that have this target.
List* ChooseTarget(int64 job, const char* name, List* numbers) {
    Arguments arguments;
    arguments.Int8(job).Text(name);
    const uint64 count = RunOnRecords(
        "SELECT t.table_no, t.target OPERATOR(pg_catalog.<>) pg_catalog.first_value(t.target) OVER (ORDER BY"
        " t.target) FROM sqlite.job_tables t WHERE t.job OPERATOR(pg_catalog.=) $1"
        " AND (t.target OPERATOR(pg_catalog.=) $2 OR (pg_catalog.parse_ident(t.target))[2] "
        "OPERATOR(pg_catalog.=)"
        " $2 AND NOT EXISTS (SELECT FROM sqlite.job_tables e WHERE e.job OPERATOR(pg_catalog.=) $1"
        " AND e.target OPERATOR(pg_catalog.=) $2))",
        arguments);
    if (count == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("job " INT64_FORMAT " has no target \"%s\"", job, name),
                        errhint("Column target of sqlite.job_tables has them.")));
    for (uint64 i = 0; i < count; ++i) {
        if (BoolOf(i, 2))
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("job " INT64_FORMAT " has several targets \"%s\"", job, name),
                            errhint("Write its schema, too, as column target of sqlite.job_tables does.")));
        numbers = lappend_int(numbers, static_cast<int>(XidOf(TextOf(i, 1))));
    }
    return numbers;
}

}  // namespace

Datum ChooseTables(int64 job, ArrayType* names) {
    if (names == nullptr) return 0;
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
    List* numbers = NIL;
    MemoryContext context = CurrentMemoryContext;
    SPI_connect();
    for (int i = 0; i < count; ++i) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("argument \"tables\" must not hold nulls")));
        numbers = ChooseTarget(job, TextDatumGetCString(elements[i]), numbers);
    }
    MemoryContext inner = MemoryContextSwitchTo(context);
    const Datum chosen = IntegerArray(numbers);
    MemoryContextSwitchTo(inner);
    SPI_finish();
    return chosen;
}

plan::UndoJob* ReadUndoJob(int64 job, Datum tables) {
    plan::UndoJob* undo = NewIn<plan::UndoJob>(CurrentMemoryContext);
    undo->number = job;
    SPI_connect();
    if (!ReadStaging(undo)) {
        ReadTargets(undo, tables);
        ReadSteps(undo, tables);
        ReadLastXid(undo);
        Oid* oids = static_cast<Oid*>(palloc(sizeof(Oid) * (undo->targets.size() + 1)));
        for (size_t i = 0; i < undo->targets.size(); ++i)
            oids[i] = LookAt(&undo->targets[i]);
        for (size_t i = 0; i < undo->targets.size(); ++i)
            ReadReferences(undo, &undo->targets[i], oids);
    }
    SPI_finish();
    return undo;
}

void MarkRolledBack(int64 job, Datum tables) {
    const Arguments which = Which(job, tables);
    Arguments all;
    all.Int8(job);
    SPI_connect();
    if (tables == 0) {
        RunOnRecords(
            "UPDATE sqlite.jobs SET state = 'rolled back', backend = NULL, backend_started = NULL,"
            " finished = COALESCE(finished, pg_catalog.clock_timestamp()) WHERE job OPERATOR(pg_catalog.=) "
            "$1",
            all);
        RunOnRecords(
            "UPDATE sqlite.job_tables SET state = 'rolled back'"
            " WHERE job OPERATOR(pg_catalog.=) $1 AND state OPERATOR(pg_catalog.<>) 'pending'",
            all);
        RunOnRecords(
            "UPDATE sqlite.job_steps SET state = 'rolled back'"
            " WHERE job OPERATOR(pg_catalog.=) $1 AND state OPERATOR(pg_catalog.=) 'done'",
            all);
    } else {
        RunOnRecords(
            "UPDATE sqlite.job_tables SET state = 'pending', relation = NULL, read = 0, written = 0, "
            "rejected = 0, skipped = "
            "0,"
            " warned = 0, updated = 0, unchanged = 0, changes = '{}', started = NULL, finished = NULL"
            " WHERE job OPERATOR(pg_catalog.=) $1 AND table_no OPERATOR(pg_catalog.=) ANY ($2)",
            which);
        RunOnRecords(
            "UPDATE sqlite.job_steps SET state = 'pending', started = NULL, finished = NULL"
            " WHERE job OPERATOR(pg_catalog.=) $1 AND table_no OPERATOR(pg_catalog.=) ANY ($2)",
            which);
        // By force keys that refer to the tables and views upon them went along: they come back with them.
        RunOnRecords(
            "UPDATE sqlite.job_steps s SET state = 'pending', started = NULL, finished = NULL"
            " WHERE s.job OPERATOR(pg_catalog.=) $1 AND s.state OPERATOR(pg_catalog.=) 'done'"
            " AND (s.undo OPERATOR(pg_catalog.~~) 'DROP VIEW %' AND"
            " pg_catalog.to_regclass(pg_catalog.substr(s.undo, 11)) IS NULL"
            " OR s.object OPERATOR(pg_catalog.~~) 'foreign key %' AND EXISTS (SELECT FROM sqlite.job_tables t"
            " WHERE t.job OPERATOR(pg_catalog.=) $1 AND t.table_no OPERATOR(pg_catalog.=) ANY ($2)"
            " AND pg_catalog.strpos(s.statement, ' REFERENCES ' OPERATOR(pg_catalog.||) t.target"
            " OPERATOR(pg_catalog.||) ' ') OPERATOR(pg_catalog.>) 0) AND NOT EXISTS (SELECT FROM"
            " pg_catalog.pg_constraint k, sqlite.job_tables c WHERE c.job OPERATOR(pg_catalog.=) $1"
            " AND c.table_no OPERATOR(pg_catalog.=) s.table_no AND k.conrelid OPERATOR(pg_catalog.=)"
            " pg_catalog.to_regclass(c.target) AND k.contype OPERATOR(pg_catalog.=) 'f'"
            " AND s.object OPERATOR(pg_catalog.=) pg_catalog.format('foreign key %s of %s', k.conname, "
            "c.target)))",
            which);
        // What was put aside is in place: whatever comes now goes there at once.
        RunOnRecords("UPDATE sqlite.job_tables SET staged = NULL WHERE job OPERATOR(pg_catalog.=) $1", all);
        RunOnRecords("UPDATE sqlite.job_steps SET staged = NULL WHERE job OPERATOR(pg_catalog.=) $1", all);
        RunOnRecords(
            "UPDATE sqlite.rejects SET state = 'ignored'"
            " WHERE job OPERATOR(pg_catalog.=) $1 AND table_no OPERATOR(pg_catalog.=) ANY ($2)",
            which);
    }
    RunOnRecords(
        "DELETE FROM sqlite.job_chunks WHERE job OPERATOR(pg_catalog.=) $1"
        " AND ($2 IS NULL OR table_no OPERATOR(pg_catalog.=) ANY ($2))",
        which);
    SPI_finish();
}

}  // namespace pgsqlite::pg::jobs
